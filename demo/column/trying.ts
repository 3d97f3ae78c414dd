import { openDevice } from "../../src/browser.ts";
import type { CortexColumn } from "../../src/models/cortical-column/index.ts";
import type { Settings } from "../site/protocol.ts";
import { runBatch, scaleOf, windowOf } from "./batch.ts";
import { SAMPLE_MS, type FromTrials, type ToTrials, type TrialsLook, type TrialsReadings, type TrialsRequest } from "./facts.ts"; // prettier-ignore
import { Moments } from "./moments.ts";
import { columnOf, type ColumnSettings } from "./network.ts";
import { Recording } from "./recording.ts";

/** Trials that run together, by what computes: each costs its memory, and a processor gains nothing by more than its cores. */
const TOGETHER = { adapter: 10, software: 2, reference: 1 };
/** Between two looks at what the page says, ms of model time. */
const CHUNK_MS = 10;
/** between two messages with readings, ms. */
const READINGS_MS = 250;

const post = (message: FromTrials): void => postMessage(message);

/** Serves the figure of trials: runs them, and shows them as the page wants until it ends its worker. */
export function serveTrials(settingsOf: (settings: Settings, document: unknown) => ColumnSettings): void {
  let trials: Trials | undefined;
  addEventListener("message", ({ data }: MessageEvent<ToTrials>) => {
    if (data.kind === "stop") trials?.stop();
    else if (data.kind === "look") trials?.show(data.look);
    else {
      trials = new Trials(data.request, settingsOf(data.request.settings, data.request.document), data.look);
      trials.run().catch((error: unknown) => post({ kind: "failed", detail: error instanceof Error ? error.message : String(error) })); // prettier-ignore
    }
  });
}

class Trials {
  readonly #request: TrialsRequest;
  readonly #settings: ColumnSettings;
  readonly #column: CortexColumn;
  #look: TrialsLook;
  #moments: Moments[] = [];
  #done = 0;
  #time = 0;
  #ended = false;
  #stopped = false;
  #posted = -Infinity;

  constructor(request: TrialsRequest, settings: ColumnSettings, look: TrialsLook) {
    [this.#request, this.#look] = [request, look];
    this.#settings = { ...settings, trial: 0, field: false, document: { ...settings.document, watched: undefined } };
    this.#column = columnOf(this.#settings);
  }

  stop(): void {
    this.#stopped = true;
  }

  show(look: TrialsLook): void {
    this.#look = look;
    this.#say();
  }

  async run(): Promise<void> {
    const open = await openDevice().catch(() => undefined);
    const together = TOGETHER[open === undefined ? "reference" : open.info.isFallback ? "software" : "adapter"];
    const { trials } = this.#request;
    try {
      while (this.#done < trials && !this.#stopped)
        await this.#some(Math.min(together, trials - this.#done), open?.device);
    } finally {
      open?.device.destroy();
    }
    this.#ended = true;
    this.#say();
  }

  /** Runs the next ones. */
  async #some(n: number, device: GPUDevice | undefined): Promise<void> {
    const column = columnOf(this.#settings);
    const times = Array.from({ length: n }, (_, k) => column.timesOfTrial(this.#done + k));
    for (const { name, kind } of column.drives)
      if (kind !== "spikeTrain") column.vary(`${name}.times`, times.map((t) => t[name])); // prettier-ignore
    column.batch(n);
    const moments = times.map(() => new Moments(column));
    this.#moments.push(...moments);
    this.#time = 0;
    const { tstop } = column;
    const { settings, strengths } = this.#request;
    const stopped = new Error("stopped");
    try {
      await runBatch({
        column, device, tstop, chunk: CHUNK_MS,
        before: (control) => {
          for (const [drive, names] of Object.entries(column.driveProjections))
            for (const name of names) control.scale(name, (settings["strength"] as number) * (strengths[drive] ?? 1));
        },
        take: async (chunk) => {
          moments.forEach((m, entry) => m.take(chunk, entry));
          this.#time += CHUNK_MS;
          if (performance.now() - this.#posted > READINGS_MS) this.#say();
          await new Promise((resolve) => setTimeout(resolve)); // what the page says comes in between
          if (this.#stopped && this.#time < tstop) throw stopped;
        },
      }); // prettier-ignore
      this.#done += n;
    } catch (error) {
      if (error !== stopped) throw error;
      this.#moments.length = this.#done; // those under way are not kept
    }
  }

  #say(): void {
    this.#posted = performance.now();
    post({ kind: "trials", readings: this.#readings });
  }

  get #readings(): TrialsReadings {
    const [window, scale] = [windowOf(this.#settings, this.#look.settings), scaleOf(this.#settings, this.#column)];
    const t = Array.from({ length: 1 + Math.round(this.#column.tstop / SAMPLE_MS) }, (_, k) => k * SAMPLE_MS);
    const curves = this.#moments.map((m) => m.shown(window, scale).moment);
    const mean = meanOf(this.#done > 0 ? curves.slice(0, this.#done) : curves);
    const { recorded } = this.#look;
    const recording = recorded && new Recording(recorded, t.length);
    const whole = (curve: readonly number[]): (number | null)[] => t.map((_, k) => curve[k] ?? null);
    return {
      t, singles: curves.map(whole), mean: whole(mean),
      recorded: recording && Array.from(recording.values, (x) => (Number.isNaN(x) ? null : x)),
      match: recording?.match(mean), done: this.#done, time: Math.min(this.#time, this.#column.tstop), ended: this.#ended,
    }; // prettier-ignore
  }
}

/** As long as the shortest. */
function meanOf(curves: readonly (readonly number[])[]): number[] {
  const length = curves.length === 0 ? 0 : Math.min(...curves.map((c) => c.length));
  return Array.from({ length }, (_, k) => curves.reduce((sum, c) => sum + (c[k] as number), 0) / curves.length);
}
