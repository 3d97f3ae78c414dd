import type { CompiledNetwork } from "../compile/compiled.ts";
import type { EngineState } from "../host/engine.ts";
import type { CellParams } from "../host/params.ts";
import type { SpikeLog } from "./log.ts";
import type { EventArrays } from "./arrays.ts";
import type { CellArrays, Memory } from "./memory.ts";
import type { Readout } from "./readouts.ts";

/** Everything of an engine that goes on from step to step. */
export interface Kept {
  readonly network: CompiledNetwork;
  readonly memory: Memory;
  readonly log: SpikeLog;
  readonly readouts: readonly Readout[];
  /** parameters that controls change, by population. */
  readonly live: ReadonlyMap<number, CellParams>;
  readonly f32: boolean;
}

type Saved = Record<string, EngineState[string]>;
type Named = [name: string, array: EngineState[string]];

const nameOf = ({ network }: Kept, population: number): string => network.populations[population]?.name as string;

/** What steps change in place, by the names of a checkpoint. Releases of trains are known before the run. */
const changing = (kept: Kept): Named[] => [
  ...[...kept.memory.cells].flatMap(([k, { state, armed }]): Named[] => [
    [`cells.${nameOf(kept, k)}.state`, state],
    [`cells.${nameOf(kept, k)}.armed`, armed],
  ]),
  ...[...kept.memory.sources].map(([k, s]): Named => [`sources.${nameOf(kept, k)}`, s]),
  ...(kept.memory.exposed.length > 0 ? [["exposed", kept.memory.exposed] satisfies Named] : []),
  ...kept.network.plasticity.flatMap(({ lane }, k) => (lane === undefined ? [] : events(`releases.${k}`, kept.memory.releases[k] as EventArrays))),
  ...kept.memory.learning.flatMap((l, k) => events(`learning.${k}`, l)),
  ...kept.readouts.map((r, k): Named => [`readouts.${k}.state`, r.state]),
]; // prettier-ignore

/** Bytes of a copy of that. */
export const changingBytes = (kept: Kept): number =>
  changing(kept).reduce((sum, [, { byteLength }]) => sum + byteLength, 0);

const events = (name: string, { state, last }: EventArrays): Named[] => [
  [`${name}.state`, state],
  [`${name}.last`, last],
];

const frozen = ({ memory, readouts }: Kept): Named[] => [
  ...memory.learning.map((l, k): Named => [`learning.${k}.frozen`, l.frozen]),
  ...readouts.map((r, k): Named => [`readouts.${k}.frozen`, r.frozen]),
];

const copied = (all: readonly Named[]): Saved => Object.fromEntries(all.map(([name, array]) => [name, array.slice()]));

function restore(all: readonly Named[], state: EngineState): void {
  for (const [name, array] of all) array.set(state[name] as EngineState[string]);
}

/** What steps change, under the names of a checkpoint. */
export function saveSteps(kept: Kept): Saved {
  const { steps, ids, releases } = kept.log.save();
  const factors = kept.network.lanes > 0 && { "log.releases": kept.f32 ? Float32Array.from(releases) : releases };
  return { ...copied(changing(kept)), "log.steps": steps, "log.ids": ids, ...factors };
}

export function loadSteps(kept: Kept, state: EngineState): void {
  restore(changing(kept), state);
  const releases = (state["log.releases"] as Float64Array | undefined) ?? [];
  kept.log.load(state["log.steps"] as Uint32Array, state["log.ids"] as Uint32Array, releases);
}

const paramsOf = (kept: Kept, population: number): string => `cells.${nameOf(kept, population)}.params`;

/** What controls have changed. */
export function saveControls(kept: Kept): Saved {
  const params = [...kept.live].map(([k, p]): Named => [paramsOf(kept, k), p.save()]);
  return { ...Object.fromEntries(params), ...copied(frozen(kept)) };
}

export function loadControls(kept: Kept, state: EngineState): void {
  for (const [k, params] of kept.live) {
    params.load(state[paramsOf(kept, k)] as Float64Array);
    (kept.memory.cells.get(k) as CellArrays).params.set(params.values);
  }
  restore(frozen(kept), state);
}
