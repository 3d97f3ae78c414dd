import { openDevice } from "../../src/browser.ts";
import { DrawingBudget } from "./budget.ts";
import type { SpikesOf } from "./nwb-worker.ts";
import { Pace } from "./pace.ts";
import {
  commonTime,
  type Look,
  type Question,
  type Settings,
  type Table,
  type ToPage,
  type ToWorker,
} from "./protocol.ts";
import type { RunRecord } from "./record.ts";

/** What a demo has to work with. */
export interface Bench {
  /** undefined: the reference engine has to do. */
  readonly device: GPUDevice | undefined;
  /** drawing and computing share a processor. */
  readonly inSoftware: boolean;
  /** The device, where it may draw too; else the processor draws. */
  readonly drawing: GPUDevice | undefined;
  readonly pace: Pace;
  /** as it is now; `recolour` is called after it changed. */
  readonly look: Look;
  readonly canvases: Readonly<Record<string, OffscreenCanvas>>;
  /** Tells the reader what takes time before the first step. */
  doing(what: string): void;
  /** A canvas is on the screen, or a picture of it is wanted. */
  shows(canvas: string): boolean;
}

/** One simulation with its pictures, in a worker. */
export interface Demo {
  /** plain data for the page, once. */
  readonly facts: unknown;
  /** model time, ms. */
  readonly time: number;
  readonly finished: boolean;
  /** Runs to its end; calls `seen` after every piece. */
  start(seen: () => void): Promise<void>;
  /** Acts from the next piece on. */
  set(settings: Settings): void;
  /** What only one page has. */
  act(what: string, value: unknown): void;
  /** After colours or sizes changed. */
  recolour(): void;
  /** Draws all canvases that the bench shows. @returns whether a spike is on them */
  draw(): boolean;
  /** Plain data for the page's plots and numbers. */
  readings(): unknown;
  /** What a canvas shows. */
  table(canvas: string): Table | undefined;
  /** Spikes that a canvas shows, by population. */
  spikes?(canvas: string): SpikesOf[];
  /** What gives the run again, where no command does. */
  record(): RunRecord | undefined;
  /** Mechanisms of the network, Markdown. */
  equations(): string[];
  /** What only one page asks; what it throws is told to who asked. */
  answer?(name: string, value: unknown): unknown;
}

/** ms between two messages with readings. */
const READINGS_MS = 250;

const post = (message: ToPage): void => postMessage(message);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Serves a page: opens a device or goes without, makes the demo when the page says how, runs it and draws it.
 * @param ahead  what can be had ready while the browser looks for an adapter, and then begins to make kernels of the demo while its
 *   network is compiled: on a software adapter they are most of the time before the first step */
export function serve(
  make: (bench: Bench, settings: Settings, document: unknown) => Promise<Demo>,
  ahead?: (settings: Settings) => (device: GPUDevice) => unknown,
): void {
  const opened = openDevice().catch(() => undefined);
  void opened.then((open) => post({ kind: "adapter", adapter: open?.info }));
  const prepare = async (settings: Settings): Promise<void> => {
    const begin = ahead?.(settings);
    const device = (await opened)?.device;
    if (device !== undefined) await begin?.(device);
  };
  const waiting: ToWorker[] = [];
  let host: Host | undefined;
  addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
    if (data.kind === "start")
      void begin(data).then((made) => (host = made, waiting.splice(0).forEach((m) => host?.take(m)))); // prettier-ignore
    else if (data.kind === "soon")
      prepare(data.settings).catch(() => undefined); // the demo's own engine tells
    else if (host === undefined) waiting.push(data);
    else host.take(data);
  });

  const begin = async (start: ToWorker & { kind: "start" }): Promise<Host | undefined> => {
    const open = await opened;
    const bench = new OwnBench(open?.device, open?.info.isFallback ?? true, start);
    bench.doing("building the network");
    Object.assign(globalThis, { device: open?.device }); // for the browser's console
    let lost: string | undefined;
    void open?.device.lost.then(({ message }) => {
      lost = message;
      post({ kind: "failed", title: "The graphics device was lost.", detail: message });
    });
    const failed =
      (title: string) =>
      async (error: unknown): Promise<undefined> => {
        await new Promise((resolve) => setTimeout(resolve, 1000)); // a loss explains more than what fails because of it
        if (lost === undefined) post({ kind: "failed", title, detail: explained(error) });
      };
    try {
      const made = new Host(bench, await make(bench, start.settings, start.document));
      made.run().catch(failed("The simulation stopped."));
      return made;
    } catch (error) {
      return failed("The simulation did not start.")(error);
    }
  };
}

/** A server may forbid what the reference engine needs: its worker runs code that it printed itself. */
const explained = (error: unknown): string =>
  error instanceof EvalError
    ? "Without WebGPU the reference engine computes in a worker, which runs code that it prints from the model's equations. This server's Content-Security-Policy for scripts forbids that ('unsafe-eval' for the files under assets/ allows it)."
    : messageOf(error);

class OwnBench implements Bench {
  readonly pace = new Pace();
  readonly canvases: Readonly<Record<string, OffscreenCanvas>>;
  look: Look;
  /** a canvas that a picture is wanted of. */
  pictured: string | undefined;

  constructor(
    readonly device: GPUDevice | undefined,
    readonly inSoftware: boolean,
    { canvases, look, pacing }: ToWorker & { kind: "start" },
  ) {
    [this.canvases, this.look, this.pace.pacing] = [canvases, look, pacing];
    this.fit();
  }

  /** Firefox 153 ends when a worker presents what a device drew while a submit takes seconds (wgpu: "Cannot remove a vacant
   * resource"), as the first ones of a software adapter do: its kernels are compiled in them. */
  get drawing(): GPUDevice | undefined {
    return this.inSoftware && navigator.userAgent.includes("Firefox/") ? undefined : this.device;
  }

  doing(what: string): void {
    post({ kind: "doing", what });
  }

  shows(canvas: string): boolean {
    return canvas === this.pictured || !this.look.away.includes(canvas);
  }

  /** Gives every canvas the pixels that it shows. */
  fit(): void {
    for (const [name, canvas] of Object.entries(this.canvases)) {
      const size = this.look.sizes[name];
      if (size === undefined || (size.width === canvas.width && size.height === canvas.height)) continue;
      Object.assign(canvas, { width: size.width, height: size.height });
    }
  }
}

/** Runs one demo and draws it when something changed. */
class Host {
  readonly #bench: OwnBench;
  readonly #demo: Demo;
  #budget: DrawingBudget;
  #stale = true; // something is to be drawn
  #unsaid = true; // readings are to be sent
  #posted = -Infinity;
  #moved: number | undefined;
  #frames = 0;
  #firstSpike: number | undefined;

  constructor(bench: OwnBench, demo: Demo) {
    [this.#bench, this.#demo] = [bench, demo];
    this.#budget = this.#newBudget();
  }

  async run(): Promise<void> {
    post({ kind: "started", facts: this.#demo.facts });
    this.#tick();
    await this.#demo.start(() => {
      this.#stale = this.#unsaid = true;
      if (this.#moved !== undefined) post({ kind: "acted", moved: this.#moved });
      this.#moved = undefined;
    });
    this.#stale = this.#unsaid = true;
  }

  take(message: ToWorker): void {
    const [bench, demo] = [this.#bench, this.#demo];
    if (message.kind === "settings") {
      demo.set(message.settings);
      this.#unsaid = true; // what is shown may be another part of what is known
      if (demo.finished) this.#stale = true;
      else this.#moved ??= message.moved;
    } else if (message.kind === "pacing") {
      bench.pace.pacing = message.pacing;
      this.#unsaid = true;
    } else if (message.kind === "step") bench.pace.step();
    else if (message.kind === "act") {
      demo.act(message.what, message.value);
      this.#stale = true;
    } else if (message.kind === "look") {
      const calm = bench.look.calm;
      bench.look = message.look;
      if (calm !== message.look.calm) this.#budget = this.#newBudget();
      bench.fit();
      demo.recolour();
      this.#stale = true;
    } else if (message.kind === "ask") void this.#answer(message.id, message.question);
  }

  #newBudget(): DrawingBudget {
    return new DrawingBudget(this.#bench.inSoftware ? 80 : 0, this.#bench.look.calm);
  }

  #tick(): void {
    const now = performance.now();
    if (this.#stale && this.#budget.due(now)) {
      this.#stale = false;
      const queue = this.#bench.drawing?.queue;
      this.#budget.draw(queue, () => this.#draw()).catch(() => undefined); // a lost device is told elsewhere
    }
    if (this.#unsaid && now - this.#posted >= READINGS_MS) this.#say(now);
    requestAnimationFrame(() => this.#tick());
  }

  #draw(): void {
    const spikes = this.#demo.draw();
    if (Object.keys(this.#bench.canvases).some((name) => this.#bench.shows(name))) this.#frames++;
    if (spikes) this.#firstSpike ??= commonTime();
    this.#unsaid = true;
  }

  #say(now: number): void {
    [this.#unsaid, this.#posted] = [false, now];
    const [demo, { pace }] = [this.#demo, this.#bench];
    const state = { time: demo.time, measured: pace.measured, paused: pace.paused, finished: demo.finished, frames: this.#frames, firstSpike: this.#firstSpike }; // prettier-ignore
    post({ kind: "readings", readings: demo.readings(), state });
  }

  async #answer(id: number, question: Question): Promise<void> {
    try {
      const answer = await this.#answerTo(question);
      post({ kind: "answer", id, answer });
    } catch (error) {
      post({ kind: "refused", id, detail: messageOf(error) });
    }
  }

  async #answerTo(question: Question): Promise<unknown> {
    const demo = this.#demo;
    const answers: { [Q in Question["what"]]: (q: Question & { what: Q }) => unknown } = {
      picture: ({ canvas }) => {
        this.#bench.pictured = canvas;
        demo.recolour(); // all of it
        demo.draw(); // what a device drew is gone after the frame
        this.#bench.pictured = undefined;
        return this.#bench.canvases[canvas]?.convertToBlob();
      },
      table: ({ canvas }) => demo.table(canvas),
      spikes: ({ canvas }) => demo.spikes?.(canvas) ?? [],
      record: () => demo.record(),
      equations: () => demo.equations(),
      own: ({ name, value }) => demo.answer?.(name, value),
    };
    const answer = await answers[question.what](question as never);
    // signals carry functions for those who write them; what is said is their data
    return question.what === "record" ? JSON.parse(JSON.stringify(answer ?? null)) : answer;
  }
}
