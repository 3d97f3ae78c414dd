import type { EngineState } from "../host/engine.ts";
import type { LinkArrays } from "./memory.ts";
import type { Readout } from "./readouts.ts";
import type { Releases } from "./releases.ts";

/** What links and read-outs keep from step to step, by kind in the order of the network. */
export interface Kept {
  readonly releases: readonly Releases[];
  readonly learning: readonly LinkArrays[];
  readonly readouts: readonly Readout[];
}

type Saved = Record<string, EngineState[string]>;

/** Under the names of a checkpoint. Releases of trains are known before the run. */
export function saveKept({ releases, learning, readouts }: Kept): Saved {
  const state: Saved = {};
  releases.forEach((r, k) => {
    if (r.plasticity.lane === undefined) return;
    state[`releases.${k}.state`] = r.state.slice();
    state[`releases.${k}.last`] = r.last.slice();
  });
  learning.forEach((l, k) => {
    state[`learning.${k}.state`] = l.state.slice();
    state[`learning.${k}.last`] = l.last.slice();
    state[`learning.${k}.frozen`] = l.frozen.slice();
  });
  readouts.forEach((r, k) => {
    state[`readouts.${k}.state`] = r.state.slice();
    state[`readouts.${k}.frozen`] = r.frozen.slice();
  });
  return state;
}

export function loadKept({ releases, learning, readouts }: Kept, state: EngineState): void {
  releases.forEach((r, k) => {
    if (r.plasticity.lane === undefined) return;
    r.state.set(state[`releases.${k}.state`] as Float64Array);
    r.last.set(state[`releases.${k}.last`] as Uint32Array);
  });
  learning.forEach((l, k) => {
    l.state.set(state[`learning.${k}.state`] as Float64Array);
    l.last.set(state[`learning.${k}.last`] as Uint32Array);
    l.frozen.set(state[`learning.${k}.frozen`] as Uint32Array);
  });
  readouts.forEach((r, k) => {
    r.state.set(state[`readouts.${k}.state`] as Float64Array);
    r.frozen.set(state[`readouts.${k}.frozen`] as Uint32Array);
  });
}
