import { element } from "../site/element.ts";
import { numberField } from "../site/fields.ts";
import { Plot, type PlotSpec } from "../site/plots.ts";
import type { FromTrials, ToTrials, TrialsLook, TrialsReadings, TrialsRequest } from "./facts.ts";

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

  get #now(): string {
    const { settings, document, strengths } = this.#tried.request();
    const { hnn, drives } = document ?? {};
    return JSON.stringify([settings["drive"], settings["mesh"], settings["strength"], strengths, hnn, drives]);
  }

  #start(): void {
    this.#worker?.terminate();
    this.#tried.wait(true);
    [this.#runs, this.#readings, this.#of] = [true, undefined, this.#now];
    const worker = (this.#worker = this.#tried.worker());
    worker.addEventListener("message", ({ data }: MessageEvent<FromTrials>) => worker === this.#worker && this.#take(data)); // prettier-ignore
    worker.addEventListener("error", (event) => this.#failed(event.message || "its script could not be loaded"));
    this.#send({ kind: "run", request: { ...this.#tried.request(), trials: this.#trials }, look: this.#tried.look() });
    this.#plot.clear();
    this.#show();
  }

  #send(message: ToTrials): void {
    this.#worker?.postMessage(message);
  }

  #failed(detail: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#end();
    element("trials-said").textContent = `The trials ended: ${detail}`;
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
    if (wanted.series.length !== this.#plot.spec.series.length) {
      this.#plot.reshape(wanted);
      this.#plot.reach(0, t.at(-1) as number);
    }
    this.#plot.set([[...t], [...mean], ...singles.map((y) => [...y]), ...(recorded === undefined ? [] : [[...recorded]])]); // prettier-ignore
    if (readings.ended) this.#end();
    else this.#show();
  }

  #show(): void {
    const [readings, runs] = [this.#readings, this.#runs];
    element<HTMLButtonElement>("trials-run").disabled = runs;
    element<HTMLButtonElement>("trials-stop").disabled = !runs;
    element("trials-recorded").hidden = readings?.recorded === undefined;
    const old = readings !== undefined && this.#now !== this.#of;
    element("trials-said").textContent = [said(readings, runs, this.#trials), ...(old ? ["The column has changed since: run them again."] : [])].join(" "); // prettier-ignore
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

function said(readings: TrialsReadings | undefined, runs: boolean, wanted: number): string {
  if (readings === undefined) return runs ? "Compiling …" : "None has run.";
  const { done, singles, time, ended, match } = readings;
  const under = singles.length - done;
  const numbers = under === 1 ? `trial ${done}` : `trials ${done} to ${singles.length - 1}`;
  const progress = ended ? (done < wanted ? `Stopped after ${done} of ${wanted} trials.` : `${done} trials.`) : `${done} of ${wanted} trials are over${under > 0 ? `; ${numbers} at ${time.toFixed(0)} ms` : ""}.`; // prettier-ignore
  return match === undefined || done === 0 ? progress : `${progress} Mean against the recording: RMSE ${match.rmse.toPrecision(4)} nAm, correlation ${match.correlation.toFixed(3)}.`; // prettier-ignore
}
