import { element, enable } from "../site/element.ts";
import { numberField } from "../site/fields.ts";
import { Plot, type PlotSpec } from "../site/plots.ts";
import type { FromTrials, ToTrials, TrialsLook, TrialsReadings, TrialsRequest } from "./facts.ts";
import { runOf, wordsOf } from "./trials-words.ts";

/** What the figure needs of the page. */
export interface Tried {
  worker(): Worker;
  request(): Omit<TrialsRequest, "trials">;
  look(): TrialsLook;
  /** The simulation waits while trials run, and goes on. */
  wait(wanted: boolean): void;
}

const MOST = 20;

/** Trials over one another with their mean: as many columns as wanted that differ in the times of the drives' events. */
export class TrialsFigure {
  readonly #tried: Tried;
  readonly #plot = new Plot(element("trials"), spec(0, false));
  #trials = 10;
  #worker: Worker | undefined;
  #runs = false;
  #of = ""; // what the shown ones were run of
  #wanted = 0; // of the run
  #fault: string | undefined; // that ended it
  #readings: TrialsReadings | undefined;
  #tstop: number | undefined;

  constructor(tried: Tried) {
    this.#tried = tried;
    element("trials-run").addEventListener("click", () => this.#start());
    element("trials-stop").addEventListener("click", () => this.#send({ kind: "stop" }));
    const taken = (x: number | undefined): void => void (this.#trials = Math.round(x ?? 10));
    element("trials-number").append(numberField({ label: "Trials", value: this.#trials, min: 2, max: MOST }, taken));
    this.#show();
  }

  /** Smoothing or the recording changed. */
  look(): void {
    this.#send({ kind: "look", look: this.#tried.look() });
  }

  /** What would run now may be another network than what is shown. */
  refresh(tstop: number | undefined): void {
    this.#tstop = tstop ?? this.#tstop;
    if (this.#readings === undefined && this.#tstop !== undefined) this.#plot.reach(0, this.#tstop);
    this.#show();
  }

  #start(): void {
    this.#worker?.terminate();
    this.#tried.wait(true);
    const request = { ...this.#tried.request(), trials: this.#trials };
    [this.#runs, this.#readings, this.#fault] = [true, undefined, undefined];
    [this.#of, this.#wanted] = [runOf(request), request.trials];
    const worker = (this.#worker = this.#tried.worker());
    worker.addEventListener("message", ({ data }: MessageEvent<FromTrials>) => worker === this.#worker && this.#take(data)); // prettier-ignore
    worker.addEventListener("error", (event) => this.#failed(event.message || "its script could not be loaded"));
    this.#send({ kind: "run", request, look: this.#tried.look() });
    this.#plot.clear();
    this.#show();
  }

  #send(message: ToTrials): void {
    this.#worker?.postMessage(message);
  }

  #failed(detail: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#fault = `The trials ended: ${detail}`;
    this.#end();
  }

  #end(): void {
    if (this.#runs) this.#tried.wait(false);
    this.#runs = false;
    this.#show();
  }

  #take(message: FromTrials): void {
    if (message.kind === "failed") return this.#failed(message.detail);
    const { readings } = message;
    const { t, mean, singles, recorded } = (this.#readings = readings);
    const wanted = spec(singles.length, recorded !== undefined);
    if (wanted.series.length !== this.#plot.spec.series.length) this.#plot.reshape(wanted);
    const end = t.at(-1) as number;
    if (this.#plot.range?.[1] !== end) this.#plot.reach(0, end); // the run before may have been shorter
    this.#plot.set([[...t], [...mean], ...singles.map((y) => [...y]), ...(recorded === undefined ? [] : [[...recorded]])]); // prettier-ignore
    if (readings.ended) this.#end();
    else this.#show();
  }

  #show(): void {
    const [readings, runs] = [this.#readings, this.#runs];
    enable({ "trials-run": !runs, "trials-stop": runs });
    element("trials-recorded").hidden = readings?.recorded === undefined;
    const old = readings !== undefined && runOf(this.#tried.request()) !== this.#of;
    const { status, progress } = wordsOf(readings, runs, this.#wanted);
    const said = this.#fault ?? `${status}${old ? " The column has changed since: run them again." : ""}`;
    const line = element("trials-said");
    if (line.textContent !== said) line.textContent = said; // a reader says it anew each time that it is set
    element("trials-progress").textContent = progress;
    Object.assign(document.body.dataset, { trials: String(readings?.done ?? 0), trying: String(runs) });
  }
}

/** The mean stands first: what is kept of a run. */
function spec(singles: number, recorded: boolean): PlotSpec {
  const single = Array.from({ length: singles }, (_, k) => ({ label: `trial ${k}`, colour: "muted", width: 0.75, beside: true, quiet: true })); // prettier-ignore
  const beside = recorded ? [{ label: "recorded", colour: "warm", dashed: true, beside: true }] : [];
  return {
    series: [{ label: "mean", colour: "violet", width: 3.5 }, ...single, ...beside],
    x: { label: "ms" },
    y: { label: "nAm × scale" },
  };
}
