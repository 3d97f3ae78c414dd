import type { CompiledNetwork, CompiledRenewal } from "../compile/compiled.ts";
import { advanceConstantSources, advanceSources, type ConstantIncrements, type Sources } from "../random/source.ts";
import type { Block, OnSpike } from "./blocks.ts";
import { describe, renewalsOf, type SourceArrays } from "./source-arrays.ts";
import { cellsOf, entriesOf, type Part, type Span } from "./split.ts";

interface Own {
  readonly p: CompiledRenewal;
  readonly state: Uint32Array;
  readonly entries: Span;
  readonly cells: Span;
  /** of every entry. */
  readonly sources: readonly Sources[];
  readonly rowOfCell: readonly Uint32Array[] | undefined;
  readonly constant: readonly ConstantIncrements[] | undefined;
}

/** The renewal sources that a thread draws. Each is a function of its own state and rate alone: whoever draws it, the bits are the same. */
export class Renewals {
  readonly #nSources: number;
  readonly #own: readonly Own[];

  constructor(network: CompiledNetwork, memory: SourceArrays, part: Part) {
    const { entries } = network;
    this.#nSources = network.nSources;
    this.#own = renewalsOf(network).map(([k, p]) => ({
      p,
      state: memory.sources.get(k) as Uint32Array,
      entries: entriesOf(part, entries),
      cells: cellsOf(part, p.n),
      sources: Array.from({ length: entries }, (_, e) => describe(network, p, e)),
      rowOfCell: perEntry(memory.rowOfCell.get(k), p.n, entries),
      constant: memory.constant.get(k),
    }));
  }

  /** Spikes of a block, population by population, entry by entry, source by source.
   * @param sums  of rates: see `runningSums` */
  drive({ step: from, steps }: Block, sums: Float64Array, spike: OnSpike): void {
    for (const { p, state, entries, cells, sources, rowOfCell, constant } of this.#own) {
      const silent = Math.min(steps, Math.max(0, p.latencySteps - from)); // signals have it in their rows
      for (let entry = entries.first; entry < entries.end; entry++) {
        const of = sources[entry] as Sources;
        const id = entry * this.#nSources + p.firstSource;
        if (constant !== undefined) {
          const late = (step: number, cell: number): void => spike(from + silent + step, id + cell);
          advanceConstantSources(state, of, steps - silent, constant[entry] as ConstantIncrements, late, cells);
        } else if (rowOfCell !== undefined) {
          const emit = (step: number, cell: number): void => spike(from + step, id + cell);
          advanceSources(state, of, steps, sums, rowOfCell[entry] as Uint32Array, emit, cells);
        }
      }
    }
  }
}

const perEntry = (all: Uint32Array | undefined, n: number, entries: number): Uint32Array[] | undefined =>
  all && Array.from({ length: entries }, (_, e) => all.subarray(e * n, (e + 1) * n));
