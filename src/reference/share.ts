import type { CompiledCells, CompiledNetwork, CompiledStage } from "../compile/compiled.ts";
import { withoutLinkTraces } from "../host/learning.ts";
import { isSound, potentialLimit, stateLimits } from "../host/soundness.ts";
import type { Block, OnSpike } from "./blocks.ts";
import { type CellBuffers, type Integrate, printDetect, printIntegrate } from "./cells.ts";
import { Learning } from "./learning.ts";
import { deliver, type Delivery, type Logged } from "./log.ts";
import type { Floats } from "./arrays.ts";
import { type Buffers, type Memory, traceList } from "./memory.ts";
import { deliverPorts } from "./ports.ts";
import { DrawnAgain } from "./procedural.ts";
import { Releases } from "./releases.ts";
import { Renewals } from "./renewals.ts";
import { cellsOf, entriesOf, type Part, type Span } from "./split.ts";
import { kernelIntegrate } from "./wasm/cells.ts";

/** A part of a block that is delivered and integrated at once. */
interface Piece extends Block {
  readonly clampSteps: number;
  readonly clampFrom: number;
}

/** Runs a phase of a step, and may take its time. */
export type Phase = (phase: "deliver" | "learn" | "integrate", work: () => void) => void;
const untimed: Phase = (_, work) => work();

/** In place of a stage: the renewal sources. */
export const SOURCES = -1;

/** The printed functions of a population: the same whatever a thread owns. */
export interface Printed {
  readonly integrate: Integrate;
  readonly detect: Integrate | undefined; // where spikes are detected before delivery
}

export function printedOf({ populations }: CompiledNetwork, f32: boolean): ReadonlyMap<number, Printed> {
  const printed = new Map<number, Printed>();
  populations.forEach((given, k) => {
    if (given.kind !== "cells") return;
    const cells = withoutLinkTraces(given);
    const detect = cells.detectsFirst === true ? printDetect(cells, f32) : undefined;
    printed.set(k, { integrate: printIntegrate(cells, f32), detect });
  });
  return printed;
}

interface Cells extends Printed {
  readonly n: number;
  readonly own: { readonly entries: Span; readonly cells: Span };
  /** what its functions are given: one object, whose traces are those of the segment. */
  readonly buffers: CellBuffers & { readonly traces: Floats[]; readonly traceFrom: number[] };
  /** of each state, where `integrate` does not look at them itself. */
  readonly limits: Float64Array | undefined;
  /** places in `traceList`. */
  readonly traces: readonly number[];
}

interface Stage {
  readonly compiled: CompiledStage; // with the rows of own cells
  readonly cells: readonly Cells[];
  readonly own: Delivery["own"];
  readonly again: DrawnAgain | undefined;
  readonly learning: readonly Learning[];
}

/** The part of every block that one thread does. Parts of different threads touch different cells, slots and links, each in the
 * order in which one thread alone would. */
export class Share {
  readonly #network: CompiledNetwork;
  readonly #memory: Memory;
  readonly #f32: boolean;
  readonly #longest: number; // steps of a block
  readonly #stages: readonly Stage[];
  readonly #lanes: ReadonlyMap<number, number>;
  readonly #renewals: Renewals;
  readonly #releases: readonly Releases[];
  #traces: readonly Floats[] = [];
  #sound = true; // what a function saw of its cells in this block

  /** @param rows  of each stage, as the part owns them */
  constructor(
    network: CompiledNetwork,
    part: Part,
    rows: readonly CompiledStage["rows"][],
    slots: readonly (Uint8Array | undefined)[],
    memory: Memory,
    printed: ReadonlyMap<number, Printed>,
    f32: boolean,
    longest: number,
  ) {
    this.#renewals = new Renewals(network, memory, part);
    this.#releases = network.plasticity.flatMap((p, k) => {
      const arrays = memory.releases[k] as Memory["releases"][number];
      return p.lane === undefined ? [] : [new Releases(network, p, arrays, part, f32)];
    });
    [this.#network, this.#memory, this.#f32, this.#longest] = [network, memory, f32, longest];
    this.#lanes = new Map(network.plasticity.flatMap((p) => (p.lane === undefined ? [] : [[p.projection, p.lane]])));
    const own = entriesOf(part, network.entries);
    this.#stages = network.stages.map((stage, s) => ({
      compiled: { ...stage, rows: rows[s] as CompiledStage["rows"] },
      cells: stage.cells.map((k) => this.#cells(k, s, part, printed.get(k) as Printed)),
      own: { entries: own, slots: slots[s] },
      again: stage.procedural.length > 0 ? new DrawnAgain(stage) : undefined,
      learning: network.learning.flatMap((l, k) => {
        if (!stage.cells.includes(l.target)) return [];
        const arrays = memory.learning[k] as Memory["learning"][number];
        return [new Learning(network, l, arrays, cellsOf(part, l.targets), f32)];
      }),
    }));
  }

  /** Takes over what has grown. */
  take({ traces }: Buffers): void {
    this.#traces = traces;
  }

  /** Spikes of its renewal sources. @param sums  of rates, [row][step] */
  drive(block: Block, sums: Float64Array, spike: OnSpike): void {
    this.#renewals.drive(block, sums, spike);
  }

  /** What spikes of a stage's cells, or of SOURCES, release. @returns whether all factors are ones that they can have */
  release(s: number, log: Logged): boolean {
    return this.#releasing(s).reduce((sound, r) => r.run(log) && sound, true);
  }

  /** Whether they do. */
  releases(s: number): boolean {
    return this.#releasing(s).length > 0;
  }

  #releasing(s: number): Releases[] {
    const { populations, stages } = this.#network;
    const from = (k: number): boolean =>
      s === SOURCES ? populations[k]?.kind === "renewal" : stages[s]?.cells.includes(k) === true;
    return this.#releases.filter(({ plasticity }) => from(plasticity.population));
  }

  /** Spikes that must be known before delivery. */
  detect(s: number, block: Block, spike: OnSpike): void {
    const { compiled, cells } = this.#stages[s] as Stage;
    for (const c of cells) {
      if (c.detect === undefined) continue;
      const piece = { step: block.step, steps: 1, clampSteps: block.steps, clampFrom: 0 };
      c.detect(this.#buffers(c), this.#block(compiled, c, piece), spike);
    }
  }

  /** A stage's steps of a block, in pieces whose sums a cache holds.
   * @returns whether all states of its cells and links are ones that they can have, and potentials were at every step */
  advance(s: number, { step: first, steps }: Block, log: Logged, spike: OnSpike, phase: Phase = untimed): boolean {
    const { learning } = this.#stages[s] as Stage;
    let sound = true;
    for (let from = 0; from < steps; from += this.#longest) {
      const piece = { step: first + from, steps: Math.min(this.#longest, steps - from), clampSteps: steps, clampFrom: from };
      phase("deliver", () => this.#deliver(s, piece, log));
      if (learning.length > 0) phase("learn", () => (sound = this.#learn(s, piece, log) && sound));
      phase("integrate", () => (sound = this.#integrate(s, piece, spike) && sound));
    }
    return sound;
  } // prettier-ignore

  #deliver(s: number, piece: Piece, log: Logged): void {
    const { compiled, again, own } = this.#stages[s] as Stage;
    const acc = this.#memory.acc[s] as Float64Array | Int32Array;
    const delivery = this.#delivery(piece, own);
    deliverPorts(this.#network, compiled, delivery, acc);
    deliver(compiled, log, delivery, acc, again);
  }

  #learn(s: number, piece: Piece, log: Logged): boolean {
    const { compiled, learning, own } = this.#stages[s] as Stage;
    const acc = this.#memory.acc[s] as Float64Array | Int32Array;
    return learning.reduce((sound, l) => l.run(compiled, log, this.#delivery(piece, own), acc) && sound, true);
  }

  #integrate(s: number, piece: Piece, spike: OnSpike): boolean {
    const { compiled, cells } = this.#stages[s] as Stage;
    this.#sound = true;
    for (const c of cells) {
      const { buffers, limits, own, n } = c;
      c.integrate(this.#buffers(c), this.#block(compiled, c, piece), spike);
      this.#sound &&= limits === undefined || isSound(buffers.state, limits, n, own);
    }
    return this.#sound;
  }

  #block(stage: CompiledStage, { own }: Cells, piece: Piece): Parameters<Integrate>[1] {
    const { entries, nSources } = this.#network;
    return { ...piece, entries, slots: stage.slots, nSources, own };
  }

  #buffers({ buffers, traces }: Cells): CellBuffers {
    const { traceFrom } = this.#memory;
    traces.forEach((t, k) => {
      buffers.traces[k] = this.#traces[t] as Floats;
      buffers.traceFrom[k] = traceFrom[t] as number;
    });
    return buffers;
  }

  #delivery({ step, steps }: Block, own: Delivery["own"]): Delivery {
    const { entries, nSources, maxDelaySteps: reach } = this.#network;
    const { scales, ports } = this.#memory;
    return { step, steps, entries, nSources, reach, scales, ports, integers: this.#f32, lanes: this.#lanes, own };
  }

  #cells(k: number, s: number, part: Part, printed: Printed): Cells {
    const network = this.#network;
    const memory = this.#memory;
    const compiled = withoutLinkTraces(network.populations[k] as CompiledCells);
    const places = [...traceList(network).entries()].filter(([, t]) => t.population === k && t.trace < compiled.traces.length);
    const { state, armed, params } = memory.cells.get(k) as NonNullable<ReturnType<Memory["cells"]["get"]>>;
    const kernel = kernelIntegrate(network, k, compiled, s, memory, part, this.#longest);
    return {
      ...printed,
      integrate: kernel ?? printed.integrate,
      n: compiled.n,
      limits: kernel === undefined ? stateLimits(compiled, network.voltageLimit) : undefined,
      own: { entries: entriesOf(part, network.entries), cells: cellsOf(part, compiled.n) },
      traces: places.map(([place]) => place),
      buffers: {
        state, armed, params,
        acc: memory.acc[s] as Float64Array | Int32Array,
        inputScale: inputScale(network, network.stages[s] as CompiledStage, k, this.#f32),
        clamps: memory.clamps,
        clampRow: memory.clampRow,
        gains: memory.gains,
        traceRow: compiled.traces.map((t) => {
          const row = new Int32Array(compiled.n).fill(-1);
          t.cells.forEach((c, j) => (row[c] = j));
          return row;
        }),
        potentialLimit: potentialLimit(compiled, network.voltageLimit),
        exposed: memory.exposed,
        ...network.exposed,
        gathers: compiled.gathers,
        weights: compiled.gathers.map((x) => (this.#f32 ? Float32Array.from(x.weight) : x.weight)),
        seeds: network.seeds,
        unsound: () => (this.#sound = false),
        traces: [],
        traceFrom: [],
      },
    };
  } // prettier-ignore
}

/** [input][entry]: 1/q in float32 mode, 1 in float64. */
function inputScale(network: CompiledNetwork, stage: CompiledStage, population: number, f32: boolean): Float64Array {
  const { entries, populations } = network;
  const scale = new Float64Array((populations[population] as CompiledCells).receptors.length * entries).fill(1);
  if (!f32) return scale;
  for (const { population: k, input, q } of stage.inputScale)
    if (k === population) q.forEach((x, e) => (scale[input * entries + e] = 1 / x));
  return scale;
}
