import { correctedDipole, smoothedDipole, type CortexColumn, type Dipole, type Drive } from "../../src/models/cortical-column/index.ts"; // prettier-ignore
import type { Chunk } from "../../src/run/chunk.ts";
import { SAMPLE_MS } from "./facts.ts";

const LAYERS = ["L2_pyramidal", "L5_pyramidal"] as const;

/** Dipole moments of a column as they come, every SAMPLE_MS. */
export class Moments {
  readonly #cells: number;
  readonly #t: number[] = [];
  /** fAm, of both layers. */
  readonly #raw: readonly [number[], number[]] = [[], []];

  constructor({ layout }: Pick<CortexColumn, "layout">) {
    this.#cells = layout.positions["L5_pyramidal"]?.length ?? 0;
  }

  /** @param entry  of a batch */
  take(chunk: Chunk, entry?: number): void {
    const traces = LAYERS.map((name) => chunk.trace(name, "dipole", entry));
    for (const t of traces[0]?.times ?? []) this.#t.push(t);
    traces.forEach((trace, layer) => {
      const width = trace?.cells.length ?? 0;
      trace?.times.forEach((_, row) => {
        let sum = 0;
        for (let c = 0; c < width; c++) sum += trace.data[row * width + c] as number;
        this.#raw[layer]?.push(sum);
      });
    });
  }

  /** so far. */
  get samples(): number {
    return this.#t.length;
  }

  /** nAm times the scale, smoothed over a window (ms) where there is as much. */
  shown(windowMs: number, scale: number): { t: number[]; moment: number[]; L2: number[]; L5: number[] } {
    const { length } = this.#t;
    if (length < 2) return { t: [], moment: [], L2: [], L5: [] };
    const corrected: Dipole = correctedDipole({ tMs: this.#t, L2: this.#raw[0], L5: this.#raw[1] }, this.#cells);
    const { agg, L2, L5 } =
      windowMs > 0 && length * SAMPLE_MS > windowMs ? smoothedDipole(corrected, windowMs) : corrected;
    const scaled = (layer: Float64Array): number[] => Array.from(layer, (x) => x * scale);
    return { t: this.#t, moment: scaled(agg), L2: scaled(L2), L5: scaled(L5) };
  }
}

/** A drive with a factor on its weights. */
export function stronger<D extends Drive>(drive: D, factor: number): D {
  if (drive.kind === "tonic" || factor === 1) return drive;
  const times = (by: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(by).map(([type, weight]) => [type, Number((weight * factor).toPrecision(6))]));
  const { weightsAmpa, weightsNmda } = drive;
  return {
    ...drive,
    ...(weightsAmpa === undefined ? {} : { weightsAmpa: times(weightsAmpa) }),
    ...(weightsNmda === undefined ? {} : { weightsNmda: times(weightsNmda) }),
  };
}
