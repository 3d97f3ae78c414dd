import type { CompiledCells, CompiledNetwork } from "../compile/compiled.ts";
import type { EngineState } from "../host/engine.ts";
import type { CellParams } from "../host/params.ts";
import type { SpikeLog } from "./log.ts";
import type { CellArrays, LinkArrays, Memory } from "./memory.ts";
import type { Readout } from "./readouts.ts";
import type { Releases } from "./releases.ts";
import type { Renewals } from "./renewals.ts";

/** Everything of an engine that goes on from step to step. */
export interface Kept {
  readonly network: CompiledNetwork;
  readonly memory: Memory;
  readonly renewals: Renewals;
  readonly log: SpikeLog;
  /** by index into network.plasticity. */
  readonly releases: readonly Releases[];
  readonly readouts: readonly Readout[];
  /** parameters that controls change, by population. */
  readonly live: ReadonlyMap<number, CellParams>;
  readonly f32: boolean;
}

type Saved = Record<string, EngineState[string]>;

const nameOf = ({ network }: Kept, population: number): string => network.populations[population]?.name as string;

/** What events change, by the names of a checkpoint. Releases of trains are known before the run. */
const events = ({ releases, memory }: Kept): [string, Pick<LinkArrays, "state" | "last">][] => [
  ...releases.flatMap((r, k): [string, Releases][] => (r.plasticity.lane === undefined ? [] : [[`releases.${k}`, r]])),
  ...memory.learning.map((l, k): [string, LinkArrays] => [`learning.${k}`, l]),
];

/** What steps change, under the names of a checkpoint. */
export function saveSteps(kept: Kept): Saved {
  const { network, memory, renewals, log, readouts, f32 } = kept;
  const state: Saved = {};
  for (const [k, cells] of memory.cells) {
    state[`cells.${nameOf(kept, k)}.state`] = cells.state.slice();
    state[`cells.${nameOf(kept, k)}.armed`] = cells.armed.slice();
  }
  for (const [k, s] of renewals.states) state[`sources.${nameOf(kept, k)}`] = s.slice();
  const { steps, ids, releases } = log.save();
  [state["log.steps"], state["log.ids"]] = [steps, ids];
  if (network.lanes > 0) state["log.releases"] = f32 ? Float32Array.from(releases) : releases;
  if (memory.exposed.length > 0) state["exposed"] = memory.exposed.slice();
  for (const [name, of] of events(kept)) {
    state[`${name}.state`] = of.state.slice();
    state[`${name}.last`] = of.last.slice();
  }
  readouts.forEach((r, k) => (state[`readouts.${k}.state`] = r.state.slice()));
  return state;
}

/** What controls have changed. */
export function saveControls({ network, memory, readouts, live }: Kept): Saved {
  const state: Saved = {};
  for (const [k, params] of live) state[`cells.${(network.populations[k] as CompiledCells).name}.params`] = params.save();
  memory.learning.forEach((l, k) => (state[`learning.${k}.frozen`] = l.frozen.slice()));
  readouts.forEach((r, k) => (state[`readouts.${k}.frozen`] = r.frozen.slice()));
  return state;
} // prettier-ignore

export function loadSteps(kept: Kept, state: EngineState): void {
  const { memory, renewals, log, readouts } = kept;
  for (const [k, cells] of memory.cells) {
    cells.state.set(state[`cells.${nameOf(kept, k)}.state`] as Float64Array);
    cells.armed.set(state[`cells.${nameOf(kept, k)}.armed`] as Uint32Array);
  }
  for (const [k, s] of renewals.states) s.set(state[`sources.${nameOf(kept, k)}`] as Uint32Array);
  const releases = (state["log.releases"] as Float64Array | undefined) ?? [];
  log.load(state["log.steps"] as Uint32Array, state["log.ids"] as Uint32Array, releases);
  if (memory.exposed.length > 0) memory.exposed.set(state["exposed"] as Float64Array);
  for (const [name, of] of events(kept)) {
    of.state.set(state[`${name}.state`] as Float64Array);
    of.last.set(state[`${name}.last`] as Uint32Array);
  }
  readouts.forEach((r, k) => r.state.set(state[`readouts.${k}.state`] as Float64Array));
}

export function loadControls({ network, memory, readouts, live }: Kept, state: EngineState): void {
  for (const [k, params] of live) {
    params.load(state[`cells.${(network.populations[k] as CompiledCells).name}.params`] as Float64Array);
    (memory.cells.get(k) as CellArrays).params.set(params.values);
  }
  memory.learning.forEach((l, k) => l.frozen.set(state[`learning.${k}.frozen`] as Uint32Array));
  readouts.forEach((r, k) => r.frozen.set(state[`readouts.${k}.frozen`] as Uint32Array));
}
