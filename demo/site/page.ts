import { Canvases } from "./canvases.ts";
import type { Controls } from "./controls.ts";
import { element } from "./element.ts";
import type { EngineHere } from "./engine-here.ts";
import { escapes, keepingFocus } from "./keyboard.ts";
import { fromLaterPage, hideNotice, notice, paragraph, showAdapterName, withoutWebGpu } from "./notice.ts";
import {
  commonTime,
  type AdapterName,
  type Question,
  type RunState,
  type Table,
  type ToPage,
  type ToWorker,
} from "./protocol.ts";
import type { RunRecord } from "./record.ts";
import type { SpikesOf } from "./nwb-worker.ts";
import { saveMenus } from "./figures.ts";
import { takeAway } from "./take.ts";
import { Tray } from "./tray.ts";
import { onColours, theme } from "./theme.ts";

/** What one page is made of. */
export interface PageSpec {
  /** for file names. */
  readonly name: string;
  /** The command that gives the same as the page, where one does. */
  readonly command?: () => string;
  readonly worker: () => Worker;
  readonly controls: Controls<string>;
  /** ids of the canvases that the worker draws on. */
  readonly canvases: readonly string[];
  /** What only this page has and its worker starts from. */
  document?(): unknown;
  /** The worker has made its network. */
  started?(facts: unknown): void;
  /** Shows what the worker read: tasks that are done one a frame, which keeps each short. */
  show(readings: unknown, state: RunState): readonly (() => void)[];
  /** Takes old readings off plots, before a start and after a failure. */
  clear(): void;
}

/** Quiet time before a restart: keys that repeat are one change. */
const QUIET_MS = 250;

/** A page whose simulation computes and draws in a worker: starts it, shows what it says, tells what is wrong when it fails, and
 * starts it again. `document.body.dataset.state`: starting, running, failed; `.engine`: adapter, software, reference. */
export class DemoPage {
  readonly #spec: PageSpec;
  readonly #canvases: Canvases;
  #worker: Worker | undefined;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #built = 0;
  #paused = false; // by the user; a restart keeps it
  readonly #waitsFor = new Set<string>();
  #finished = false;
  #tasks: (() => void)[] = [];
  #working = false;
  #nextQuestion = 0;
  readonly #asked = new Map<number, { answered(answer: never): void; refused(reason: Error): void }>();

  constructor(spec: PageSpec) {
    this.#spec = spec;
    this.#canvases = new Canvases(spec.canvases, () => this.#send({ kind: "look", look: this.#canvases.look }));
    theme();
    escapes();
    onColours(() => this.#send({ kind: "look", look: this.#canvases.look }));
    document.addEventListener("visibilitychange", () => this.#pace());
    const click = (id: string, act: () => void): void => element(id).addEventListener("click", act);
    click("pause", () => (this.#finished ? this.restart() : this.pause(!this.#paused)));
    click("step", () => this.#send({ kind: "step" }));
    click("again", () => this.restart());
    click("defaults", () => spec.controls.reset());
    shareButton(() => spec.controls.link());
    queueMicrotask(() => this.#takeAway()); // when the page has made all its plots
    spec.controls.onChange((key, effect) => {
      dispatchEvent(new Event("hillock-settings"));
      if (effect === "restarts") this.restart(QUIET_MS);
      else if (key === "speed") this.#pace();
      else if (this.#finished && effect === "acts")
        this.restart(QUIET_MS); // with the new value
      else this.#send({ kind: "settings", settings: spec.controls.all, moved: commonTime() });
    });
    this.#start();
  }

  #takeAway(): void {
    const { name, controls, command } = this.#spec;
    saveMenus(name, {
      picture: (canvas) => this.ask<Blob>({ what: "picture", canvas }),
      table: (canvas) => this.ask<Table | undefined>({ what: "table", canvas }),
      spikes: (canvas) => this.ask<SpikesOf[]>({ what: "spikes", canvas }),
    });
    new Tray(() => controls.changed);
    takeAway({
      page: name,
      settings: () => controls.all,
      document: this.#spec.document === undefined ? undefined : () => this.#spec.document?.(),
      ...(command === undefined ? {} : { command }),
      record: () => this.ask<RunRecord | null>({ what: "record" }),
      equations: () => this.ask<string[]>({ what: "equations" }),
    });
  }

  /** Ends what runs and starts it anew from the controls. Of many calls in a row only the last starts anything. */
  restart(quiet = 0): void {
    if (this.#finished) this.#paused = false;
    clearTimeout(this.#restart);
    this.#restart = setTimeout(() => this.#start(), quiet);
  }

  pause(wanted: boolean): void {
    this.#paused = wanted;
    this.#pace();
    this.#showButtons();
  }

  /** The simulation stands while something else computes, also when it starts anew; the user's pause is apart from that. */
  wait(what: string, wanted: boolean): void {
    if (wanted) this.#waitsFor.add(what);
    else this.#waitsFor.delete(what);
    this.#pace();
  }

  act(what: string, value: unknown): void {
    this.#send({ kind: "act", what, value });
  }

  /** Asks the worker; Question says what comes back.
   * @throws Error with what the worker says against it, or when it ends before */
  ask<T>(question: Question): Promise<T> {
    const id = this.#nextQuestion++;
    this.#send({ kind: "ask", id, question });
    return new Promise<T>((answered, refused) => this.#asked.set(id, { answered, refused }));
  }

  #start(): void {
    this.#end();
    hideNotice();
    const worker = (this.#worker = this.#spec.worker());
    this.#send({ kind: "soon", settings: this.#spec.controls.all });
    element("speed").textContent = "starting …";
    Object.assign(document.body.dataset, { state: "starting", built: String(++this.#built) });
    worker.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
      if (worker === this.#worker) this.#take(data);
    });
    worker.addEventListener("error", (event) => {
      if (worker === this.#worker) this.#failed("The simulation did not start.", event.message || "Its script could not be loaded."); // prettier-ignore
    });
  }

  /** Ends the worker, and with it all that it holds. */
  #end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#tasks = [];
    for (const { refused } of this.#asked.values()) refused(new Error("The simulation was started anew; try again."));
    this.#asked.clear();
    this.#finished = false;
    this.#spec.clear();
    this.#showButtons();
  }

  #take(message: ToPage): void {
    if (message.kind === "adapter") this.#begin(message.adapter);
    else if (message.kind === "doing") element("speed").textContent = `${message.what} …`;
    else if (message.kind === "started") {
      this.#spec.started?.(message.facts);
      document.body.dataset["state"] = "running";
    } else if (message.kind === "readings") this.#show(message.readings, message.state);
    else if (message.kind === "acted")
      performance.measure("slider to simulation", { start: message.moved - performance.timeOrigin }); // prettier-ignore
    else if (message.kind === "answer") this.#taken(message.id)?.answered(message.answer as never);
    else if (message.kind === "refused") this.#taken(message.id)?.refused(new Error(message.detail));
    else this.#failed(message.title, message.detail);
  }

  #taken(id: number): { answered(answer: never): void; refused(reason: Error): void } | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked;
  }

  #begin(adapter: AdapterName | undefined): void {
    const here: EngineHere = adapter === undefined ? "reference" : adapter.isFallback ? "software" : "adapter";
    document.body.dataset["engine"] = here;
    showAdapterName(adapter);
    this.#spec.controls.suit(here);
    dispatchEvent(new Event("hillock-settings"));
    if (here === "reference")
      withoutWebGpu("The float64 reference engine computes here instead, on one core of the processor: the same equations and the same random numbers, for small networks."); // prettier-ignore
    else if (this.#spec.controls.fromLater) fromLaterPage();
    const canvases = this.#canvases.handOver();
    const start: ToWorker = {
      kind: "start", settings: this.#spec.controls.all, document: this.#spec.document?.(), pacing: this.#pacing, canvases, look: this.#canvases.look,
    }; // prettier-ignore
    this.#worker?.postMessage(start, Object.values(canvases));
  }

  #show(readings: unknown, state: RunState): void {
    const { dataset } = document.body;
    dataset["frames"] = String(state.frames);
    if (state.firstSpike !== undefined && performance.getEntriesByName("first spike drawn").length === 0)
      performance.mark("first spike drawn", { startTime: state.firstSpike - performance.timeOrigin });
    if (this.#finished !== state.finished) {
      this.#finished = state.finished;
      this.#showButtons();
    }
    this.#tasks = [...this.#spec.show(readings, state)];
    if (!this.#working) this.#work();
  }

  #work(): void {
    const task = this.#tasks.shift();
    this.#working = task !== undefined;
    if (task === undefined) return;
    try {
      task();
    } catch (error) {
      reportError(error); // what comes next is shown all the same
    }
    requestAnimationFrame(() => this.#work());
  }

  #failed(title: string, detail: string): void {
    reportError(new Error(`${title} ${detail}`));
    this.#end();
    this.#canvases.clear();
    document.body.dataset["state"] = "failed";
    for (const reading of document.querySelectorAll(".status dd:not(#adapter)")) reading.textContent = "–";
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: "Restart with these settings" });
    button.addEventListener("click", () => this.restart());
    notice("alert", title, [paragraph(detail), button]);
    button.focus();
  }

  get #pacing(): { speed: number; paused: boolean; hidden: boolean } {
    const paused = this.#paused || this.#waitsFor.size > 0;
    return { speed: this.#spec.controls.get("speed"), paused, hidden: document.hidden };
  }

  #pace(): void {
    this.#send({ kind: "pacing", pacing: this.#pacing });
  }

  #send(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #showButtons(): void {
    const pause = element("pause");
    pause.textContent = this.#finished ? "Replay" : this.#paused ? "Go on" : "Pause";
    const unused = !this.#paused || this.#finished;
    keepingFocus(() => (element<HTMLButtonElement>("step").disabled = unused), pause);
  }
}

/** What the page says of its speed. */
export const speedText = ({ measured, paused, finished }: RunState, text: (x: number) => string): string =>
  finished ? "finished" : paused ? "paused" : measured === 0 ? "–" : text(measured);

/** Makes the button copy a link, and say so. */
function shareButton(link: () => string): void {
  const button = element<HTMLButtonElement>("share");
  const label = button.textContent;
  button.addEventListener("click", () => {
    const url = link();
    history.replaceState(null, "", url);
    const said = (text: string): void => {
      button.textContent = text;
      setTimeout(() => (button.textContent = label), 2000);
    };
    if (!("clipboard" in navigator)) return said("Link is in the address bar");
    navigator.clipboard.writeText(url).then(
      () => said("Link copied"),
      () => said("Link is in the address bar"),
    );
  });
}
