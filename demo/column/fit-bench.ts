import { runBatch, scaleOf, windowOf } from "./batch.ts";
import { SAMPLE_MS, type FitRequest } from "./facts.ts";
import { Moments, stronger } from "./moments.ts";
import { columnOf, type ColumnSettings } from "./network.ts";
import { Recording } from "./recording.ts";
import type { Tried } from "./around.ts";

/** What a column of the fit gives. */
export interface FittedColumn extends Tried {
  /** as the page shows it. */
  readonly moment: number[];
}

/** Runs batches of columns that differ in the parameters. */
export class FitBench {
  readonly #request: FitRequest;
  readonly #settings: ColumnSettings;
  readonly #device: GPUDevice | undefined;
  readonly #window: number;
  readonly #tstop: number;
  readonly #recording: Recording;

  /** @param device  undefined: the reference engine runs them */
  constructor(request: FitRequest, settings: ColumnSettings, device: GPUDevice | undefined) {
    [this.#request, this.#device] = [request, device];
    this.#window = windowOf(settings, request.settings);
    const { tstop, drivesGiven } = columnOf(settings);
    // what comes behind the recording says nothing; half a window more smooths its end
    const until = (request.recorded.t.at(-1) as number) + this.#window / 2;
    this.#tstop = Math.min(tstop, Math.max(SAMPLE_MS * Math.ceil(until / SAMPLE_MS), 2 * this.#window, 10));
    this.#recording = new Recording(request.recorded, 1 + Math.round(this.#tstop / SAMPLE_MS));
    const strength = request.settings["strength"] as number;
    const drives = drivesGiven.map((d) => (d.kind === "tonic" ? d : stronger(d, strength * (request.strengths[d.name] ?? 1)))); // prettier-ignore
    this.#settings = { ...settings, document: { ...settings.document, drives } };
  }

  /** on the columns' samples: ms, nAm; null where the recording has nothing. */
  get recorded(): { readonly t: number[]; readonly recorded: (number | null)[] } {
    const recorded = Array.from(this.#recording.values, (x) => (Number.isNaN(x) ? null : x));
    return { t: recorded.map((_, k) => k * SAMPLE_MS), recorded };
  }

  async run(points: readonly number[][]): Promise<FittedColumn[]> {
    const column = columnOf(this.#settings, this.#tstop);
    this.#request.parameters.forEach(({ drive, what }, k) => {
      if (what === "strength") {
        for (const name of column.driveProjections[drive] ?? []) column.vary(`${name}.scale`, points.map((p) => p[k] as number)); // prettier-ignore
        return;
      }
      const events = column.drives.find(({ name }) => name === drive)?.events ?? [];
      const shifted = (by: number): number[][] => events.map((times) => times.map((t) => t + by).filter((t) => t >= 0 && t <= this.#tstop)); // prettier-ignore
      column.vary(`${drive}.times`, points.map((p) => shifted(p[k] as number))); // prettier-ignore
    });
    const scale = scaleOf(this.#settings, column);
    const moments = points.map(() => new Moments(column));
    await runBatch({ column, device: this.#device, tstop: this.#tstop, take: (chunk) => moments.forEach((m, entry) => m.take(chunk, entry)) }); // prettier-ignore
    return moments.map((m) => {
      const { moment } = m.shown(this.#window, scale);
      return {
        moment,
        error: this.#recording.match(moment)?.rmse ?? Infinity,
        residual: this.#recording.residual(moment),
      };
    });
  }
}
