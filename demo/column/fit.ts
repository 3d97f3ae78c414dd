import type { Drive } from "../../src/models/cortical-column/drives.ts";
import { element, enable, make } from "../site/element.ts";
import { numberField } from "../site/fields.ts";
import { refill } from "../site/keyboard.ts";
import { Plot } from "../site/plots.ts";
import type { FitParameter, FitRequest, FromFit } from "./facts.ts";

/** What the fit needs of the page. */
export interface Fitted {
  worker(): Worker;
  /** Nothing: no recording is there. */
  request(): Omit<FitRequest, "parameters"> | undefined;
  /** The simulation waits while columns are fitted, and goes on. */
  wait(wanted: boolean): void;
  /** Takes what is best over into the drives. */
  keep(parameters: readonly FitParameter[], values: readonly number[]): void;
}

type Round = FromFit & { kind: "round" };

/** Finds strength and onset of chosen drives by which the model is nearest to the recording. */
export class Fit {
  readonly #fitted: Fitted;
  readonly #history = new Plot(element("fit-history"), {
    series: [{ label: "least RMSE", colour: "violet", width: 2 }],
    x: { label: "columns" },
    y: { label: "nAm", min: 0 },
    height: 150,
  });
  #drives: readonly Drive[] = [];
  readonly #chosen = new Set<string>();
  #strength = { low: 0.25, high: 2 };
  #shift = 15;
  #worker: Worker | undefined;
  #parameters: readonly FitParameter[] = [];
  #rounds: Round[] = [];
  #began = 0;
  #settled = false;

  constructor(fitted: Fitted) {
    this.#fitted = fitted;
    element("fit-start").addEventListener("click", () => this.#start());
    element("fit-stop").addEventListener("click", () => this.stop("Stopped."));
    element("fit-keep").addEventListener("click", () => {
      const best = this.#rounds.at(-1);
      if (best === undefined) return;
      this.stop("Kept: the column starts anew with it.");
      this.#fitted.keep(this.#parameters, best.values);
    });
    const { low, high } = this.#strength;
    element("fit-bounds").append(
      numberField({ label: "Strength from", value: low, min: 0, max: 1 }, (x) => (this.#strength.low = x ?? low)),
      numberField({ label: "to", value: high, min: 1, max: 3 }, (x) => (this.#strength.high = x ?? high)),
      numberField({ label: "Onset ±, ms", value: this.#shift, min: 1, max: 100 }, (x) => (this.#shift = x ?? 15)),
    );
  }

  /** The drives that run. */
  offer(drives: readonly Drive[]): void {
    this.#drives = drives;
    const offered = this.#offered();
    const boxes = offered.map(({ drive, what }) => {
      const key = `${drive} ${what}`;
      const box = make("input", { type: "checkbox", checked: this.#chosen.has(key) });
      box.dataset["key"] = key;
      box.addEventListener("change", () => void (box.checked ? this.#chosen.add(key) : this.#chosen.delete(key), this.#show())); // prettier-ignore
      return make("label", { className: "check-box" }, box, ` ${drive}: ${what}`);
    });
    refill(element("fit-parameters"), boxes, element("fit-start"));
    this.#show();
  }

  /** A recording was opened or taken away. */
  refresh(): void {
    this.stop("");
    this.#rounds = [];
    this.#history.clear();
    this.#show();
  }

  stop(said: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#fitted.wait(false);
    if (said !== "") this.#say(said);
    this.#show();
  }

  #offered(): FitParameter[] {
    return this.#drives.flatMap((drive): FitParameter[] => {
      if (drive.kind === "tonic") return [];
      const strength: FitParameter = { drive: drive.name, what: "strength", ...this.#strength };
      return drive.kind === "evoked" ? [strength, { drive: drive.name, what: "onset", low: -this.#shift, high: this.#shift }] : [strength];
    });
  } // prettier-ignore

  #start(): void {
    const request = this.#fitted.request();
    this.#parameters = this.#offered().filter(({ drive, what }) => this.#chosen.has(`${drive} ${what}`));
    if (request === undefined || this.#parameters.length === 0) return;
    this.#fitted.wait(true);
    this.#rounds = [];
    this.#history.clear();
    [this.#began, this.#settled] = [performance.now(), false];
    const worker = (this.#worker = this.#fitted.worker());
    worker.addEventListener(
      "message",
      ({ data }: MessageEvent<FromFit>) => worker === this.#worker && this.#take(data),
    );
    worker.addEventListener("error", (event) => this.stop(`The fit ended: ${event.message || "its script could not be loaded"}`)); // prettier-ignore
    worker.postMessage({ ...request, parameters: this.#parameters } satisfies FitRequest);
    this.#say("Compiling …");
    this.#show();
  }

  #take(message: FromFit): void {
    if (message.kind === "failed") return this.stop(`The fit ended: ${message.detail}`);
    if (message.kind === "asked") {
      const before = this.#rounds.at(-1);
      const where = message.where === "around" ? "around the best" : "everywhere";
      this.#say(`Round ${message.round}, ${where}: ${message.columns} columns.${before === undefined ? "" : ` ${this.#bestText(before)}`}`); // prettier-ignore
      return;
    }
    this.#settled = message.settled || (this.#settled && message.error === this.#rounds.at(-1)?.error);
    this.#rounds.push(message);
    this.#history.set([[0, ...this.#rounds.map((r) => r.columns)], [null, ...this.#rounds.map((r) => r.error)]]); // prettier-ignore
    Object.assign(document.body.dataset, { fitRounds: String(this.#rounds.length), fitColumns: String(message.columns), fitSettled: String(this.#settled), fitError: String(message.error) }); // prettier-ignore
    this.#say(this.#bestText(message));
    this.#show();
  }

  #bestText({ columns, error, values }: Round): string {
    const best = this.#parameters.map(({ drive, what }, k) => {
      const x = values[k] ?? NaN;
      return what === "strength" ? `${drive} × ${x.toFixed(3)}` : `${drive} ${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(2)} ms`; // prettier-ignore
    });
    const seconds = (performance.now() - this.#began) / 1000;
    const settled = this.#settled ? " The search around it has ended; others are looked for until you stop." : "";
    return `Best of ${columns} columns in ${seconds.toFixed(0)} s: RMSE ${error.toPrecision(4)} nAm with ${best.join(", ")}.${settled}`; // prettier-ignore
  }

  #say(text: string): void {
    element("fit-said").textContent = text;
  }

  #show(): void {
    const [runs, ready] = [this.#worker !== undefined, this.#fitted.request() !== undefined];
    const chosen = this.#offered().some(({ drive, what }) => this.#chosen.has(`${drive} ${what}`));
    enable({ "fit-start": !runs && ready && chosen, "fit-stop": runs, "fit-keep": this.#rounds.length > 0 });
    if (!runs && this.#rounds.length === 0) this.#say(ready ? "Choose what may change." : "Open a recorded dipole first.");
    document.body.dataset["fitting"] = String(runs);
  } // prettier-ignore
}
