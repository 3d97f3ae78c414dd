import type { CompiledCells, CompiledNetwork } from "../../compile/compiled.ts";
import type { CellBuffers, Integrate } from "../cells.ts";
import { type Memory, type Heap } from "../memory.ts";
import { cellsOf, type Part } from "../split.ts";
import { regionOf, type Scratch, scratchOf } from "./heap.ts";
import { type Kernel, kernelModule, type Places, RECORD } from "./kernel.ts";
import { imported } from "./program.ts";

/** A part's step of a population as a WebAssembly kernel: the bits of the printed function. Undefined where there is none.
 * @param cells  of `network.populations[population]`, with the traces of its own cells alone */
export function kernelIntegrate(network: CompiledNetwork, population: number, cells: CompiledCells, stage: number, memory: Memory, part: Part, longest: number): Integrate | undefined {
  const { heap } = memory;
  if (heap?.scratch.has(population) !== true || cells.program.kind !== "small") return undefined;
  const region = regionOf(heap, population, cells, part, longest);
  const scratch = scratchOf(cells, part, longest);
  const found = new Int32Array(heap.memory.buffer, region + scratch.spikes, scratch.spikeBytes / 4);
  const traces = scratch.traces.map((t, k) => new KernelTrace(cells.traces[k] as CompiledCells["traces"][number], t, region, heap, longest, cells.n));
  const { entries, voltageLimit } = network;
  const shape = { entries, slots: network.stages[stage]?.slots as number, voltageLimit };
  const pages = heap.memory.buffer.byteLength / 2 ** 16;
  const kernel = kernelOf(kernelModule({ ...cells, program: cells.program }, placesOf(memory, population, stage, region, scratch), shape, { pages, shared: heap.shared }), heap);
  if (kernel === undefined) return undefined;
  const own = cellsOf(part, cells.n);
  return (b, { step, steps, clampSteps, clampFrom, nSources, own: { entries: span } }, spike) => {
    for (const t of traces) t.begin(step, steps);
    for (let e = span.first; e < span.end; e++) {
      const result = kernel(own.first, own.end, e, steps, clampSteps, clampFrom, 0);
      if (result < 0) b.unsound();
      const bytes = result < 0 ? -1 - result : result;
      if (bytes > 0) tell(found, bytes, step, e * nSources + cells.firstSource, spike);
      traces.forEach((t, k) => t.copy(b, k, e, entries));
    }
  };
} // prettier-ignore

function kernelOf(code: Uint8Array<ArrayBuffer>, { memory }: Heap): Kernel | undefined {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory, ...imported } });
    return exports["run"] as Kernel;
  } catch {
    return undefined; // without vectors of two numbers, or where a page may not compile
  }
} // prettier-ignore

function placesOf(memory: Memory, population: number, stage: number, region: number, scratch: Scratch): Places {
  const { state, armed, params } = memory.cells.get(population) as NonNullable<ReturnType<Memory["cells"]["get"]>>;
  return {
    state: state.byteOffset,
    armed: armed.byteOffset,
    params: params.byteOffset,
    acc: (memory.acc[stage] as Float64Array).byteOffset,
    gains: memory.gains.map((g) => g.byteOffset),
    clampRow: memory.clampRow.map((r) => r.byteOffset),
    clamps: memory.clamps.byteOffset,
    rows: scratch.traces.map((t) => region + t.rows),
    due: scratch.traces.map((t) => region + t.due),
    samples: scratch.traces.map((t) => region + t.samples),
    widths: scratch.traces.map((t) => t.own.length),
    spikes: region + scratch.spikes,
  };
}

/** Spikes cell by cell, as the printed function finds them. */
function tell(found: Int32Array, bytes: number, step: number, firstId: number, spike: (step: number, id: number) => void): void {
  const words = RECORD / 4;
  const end = bytes / 4;
  for (let from = 0, to = 0; from < end; from = to) {
    const cell = found[from + 1] as number;
    while (to < end && found[to + 1] === cell) to += words;
    for (const lane of [0, 1]) {
      for (let k = from; k < to; k += words)
        if (((found[k + 2] as number) >> lane) & 1) spike(step + (found[k] as number), firstId + cell + lane);
    }
  }
} // prettier-ignore

/** Samples of one trace: which steps are due, and from the kernel's scratch to the trace's buffer. */
class KernelTrace {
  readonly #trace: CompiledCells["traces"][number];
  readonly #own: Uint32Array;
  readonly #due: Int32Array;
  readonly #samples: Float64Array;
  #first = 0; // index of the block's first sample
  #count = 0;

  constructor(trace: CompiledCells["traces"][number], { rows, due, samples, own }: Scratch["traces"][number], region: number, { memory }: Heap, longest: number, n: number) {
    [this.#trace, this.#own] = [trace, own];
    const rowOf = new Int32Array(memory.buffer, region + rows, n).fill(-1);
    own.forEach((row, k) => (rowOf[trace.cells[row] as number] = k));
    this.#due = new Int32Array(memory.buffer, region + due, longest);
    this.#samples = new Float64Array(memory.buffer, region + samples, own.length * (Math.ceil(longest / trace.everySteps) + 1));
  } // prettier-ignore

  begin(step: number, steps: number): void {
    const { phase, everySteps } = this.#trace;
    const label = phase === "state" ? step + 1 : step;
    this.#count = 0;
    this.#first = Math.ceil(label / everySteps);
    for (let t = 0; t < steps; t++) this.#due[t] = (label + t) % everySteps === 0 ? this.#count++ : -1;
  }

  copy(b: CellBuffers, trace: number, entry: number, entries: number): void {
    const [own, samples, to] = [this.#own, this.#samples, b.traces[trace] as Float64Array];
    const width = this.#trace.cells.length;
    for (let k = 0; k < this.#count; k++) {
      const base = ((this.#first + k - (b.traceFrom[trace] as number)) * entries + entry) * width;
      for (let j = 0; j < own.length; j++) to[base + (own[j] as number)] = samples[k * own.length + j] as number;
    }
  }
}
