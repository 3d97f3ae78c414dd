import type { CompiledCells, CompiledNetwork } from "../compile/compiled.ts";
import { allLinks, initialLinks } from "../host/learning.ts";
import { CellParams } from "../host/params.ts";
import { startExposed } from "../host/exposed.ts";
import type { Inputs } from "../host/inputs.ts";
import { type PortTables, portTables } from "../host/ports.ts";
import type { Arrays, EventArrays, Floats } from "./arrays.ts";
import { releaseArrays, type SourceArrays, sourceArrays } from "./source-arrays.ts";

/** Memory that kernels and JavaScript both see: made once, as large as it will be. */
export interface Heap {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  /** by population with kernels: where what its kernels write for JavaScript begins. */
  readonly scratch: ReadonlyMap<number, number>;
}

/** What an engine keeps of one population of cells. */
export interface CellArrays {
  readonly state: Floats; // [state][entry][cell]
  readonly armed: Uint32Array; // [entry][cell]
  readonly params: Floats; // of the live parameters, rounded
}

/** Of links that learn. */
export interface LinkArrays extends EventArrays {
  /** per entry: 1 where weights stay. */
  readonly frozen: Uint32Array;
}

/** Everything that threads read and write together. Only what `Buffers` says may be replaced while the engine lives. */
export interface Memory extends SourceArrays {
  /** by population */
  readonly cells: ReadonlyMap<number, CellArrays>;
  /** by stage: [step][entry][slot], zero again after the block. */
  readonly acc: readonly (Float64Array | Int32Array)[];
  readonly exposed: Floats;
  /** as in network.learning. */
  readonly learning: readonly LinkArrays[];
  /** as in network.plasticity. */
  readonly releases: readonly EventArrays[];
  /** as Inputs has them. */
  readonly scales: Float64Array;
  readonly gains: readonly Float64Array[];
  readonly clampRow: readonly Uint32Array[];
  /** by population */
  readonly ports: ReadonlyMap<number, PortTables>;
  readonly clamps: Float64Array; // [row][step]
  /** index (step / everySteps) of sample 0 of each trace of the run, as in `traceList`. */
  readonly traceFrom: Float64Array;
  /** where kernels of WebAssembly run: it holds the arrays that they need. */
  readonly heap?: Heap;
}

/** What grows while an engine runs. */
export interface Buffers {
  readonly log: { readonly steps: Uint32Array; readonly ids: Uint32Array; readonly releases: readonly Float64Array[] };
  /** samples of a run, as in `traceList`. */
  readonly traces: readonly Floats[];
  /** running sums of a block's rates, [row][step]. */
  readonly sums: Float64Array;
}

/** Every trace of cells, link traces included, in order of populations. */
export const traceList = ({ populations }: CompiledNetwork) =>
  populations.flatMap((p, population) =>
    p.kind === "cells" ? p.traces.map((t, trace) => ({ population, trace, ...t })) : [],
  );

/** @param longest  steps that are delivered and integrated together, as sums are kept for
 * @param block  steps of a block, as clamps are given for */
export function memoryOf(network: CompiledNetwork, inputs: Inputs, longest: number, block: number, arrays: Arrays): Memory {
  const { entries, stages, learning, populations } = network;
  const cells = populations.flatMap((p, k): [number, CellArrays][] =>
    p.kind === "cells" ? [[k, cellArrays(p, entries, arrays)]] : [],
  );
  return {
    cells: new Map(cells),
    acc: stages.map((s) => arrays.sums(longest * entries * s.slots)),
    exposed: filled(arrays.floats, startExposed(network, arrays.f32)),
    learning: learning.map((l) => ({
      state: filled(arrays.floats, initialLinks(l, entries)),
      last: arrays.words(allLinks(l, entries)),
      frozen: arrays.words(entries),
    })),
    releases: network.plasticity.map((p) => releaseArrays(network, p, arrays)),
    ...sourceArrays(network, inputs, arrays),
    scales: filled(arrays.doubles, inputs.scales),
    gains: inputs.gains.map((g) => filled(arrays.doubles, g)),
    clampRow: inputs.clampRow.map((r) => filled(arrays.words, r)),
    ports: new Map(
      populations.flatMap((p, k) => (p.kind === "port" ? [[k, inputs.ports.get(k)?.tables ?? portTables(p, arrays.words)] as const] : [])),
    ),
    clamps: arrays.doubles(inputs.clampRows * block),
    traceFrom: arrays.doubles(traceList(network).length),
  };
} // prettier-ignore

function cellArrays(cells: CompiledCells, entries: number, arrays: Arrays): CellArrays {
  const armed = arrays.words(cells.n * entries);
  armed.fill(1);
  return {
    state: filled(arrays.floats, cells.state0),
    armed,
    params: filled(arrays.floats, new CellParams(cells, entries).values),
  };
}

function filled<A extends Floats | Uint32Array>(make: (length: number) => A, values: ArrayLike<number>): A {
  const made = make(values.length);
  made.set(values);
  return made;
}
