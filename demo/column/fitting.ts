import direct from "ml-direct";
import { openDevice } from "../../src/browser.ts";
import type { Settings } from "../site/protocol.ts";
import { runBatch, scaleOf, windowOf } from "./batch.ts";
import { SAMPLE_MS, type FitParameter, type FitRequest, type FromFit } from "./facts.ts";
import { Moments, stronger } from "./moments.ts";
import { columnOf, type ColumnSettings } from "./network.ts";
import { Recording } from "./recording.ts";

const post = (message: FromFit): void => postMessage(message);

/** Serves one fit: of chosen drive parameters to a recording, round by round, until the page ends its worker. */
export function serveFit(settingsOf: (settings: Settings, document: unknown) => ColumnSettings): void {
  addEventListener("message", ({ data }: MessageEvent<FitRequest>) => {
    fit(data, settingsOf(data.settings, data.document)).catch((error: unknown) =>
      post({ kind: "failed", detail: error instanceof Error ? error.message : String(error) }),
    );
  });
}

type Tried = { readonly moment: number[]; readonly error: number };

/** DIRECT (Jones et al. 1993), which needs no derivatives: each of its rounds names all its points before it sees a value, so that a
 * round is one batch of columns. */
async function fit(request: FitRequest, settings: ColumnSettings): Promise<void> {
  const bench = new FitBench(request, settings, (await openDevice().catch(() => undefined))?.device);
  const bound = (of: (p: FitParameter) => number): number[] => request.parameters.map(of);
  const [low, high] = [bound((p) => p.low), bound((p) => p.high)];
  let state: unknown;
  let best: Tried | undefined;
  for (let [round, columns] = [1, 0]; ; round++) {
    const asked: number[][] = [];
    const once = (f: (point: number[]) => number): ReturnType<typeof direct> =>
      direct(f, low, high, { iterations: 1, ...(state === undefined ? {} : { initialState: structuredClone(state) }) });
    once((point) => asked.push([...point])); // only to learn which points this round wants
    post({ kind: "asked", round, columns: asked.length });
    const tried = await bench.run(asked);
    columns += asked.length;
    for (const one of tried) if (best === undefined || one.error < best.error) best = one;
    let next = 0;
    const { optima, finalState } = once(() => (tried[next++] as Tried).error);
    state = finalState;
    const { error, moment } = best as Tried;
    post({ kind: "round", round, columns, error, values: optima[0] ?? [], moment });
  }
}

/** Runs batches of columns that differ in the parameters. */
class FitBench {
  readonly #request: FitRequest;
  readonly #settings: ColumnSettings;
  readonly #device: GPUDevice | undefined;
  readonly #window: number;
  readonly #tstop: number;
  readonly #recording: Recording;

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

  async run(points: readonly number[][]): Promise<Tried[]> {
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
      return { moment, error: this.#recording.match(moment)?.rmse ?? NaN };
    });
  }
}
