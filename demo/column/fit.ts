import type { Drive } from "../../src/models/cortical-column/drives.ts";
import { element, enable, make } from "../site/element.ts";
import { numberField } from "../site/fields.ts";
import { refill } from "../site/keyboard.ts";
import { Plot } from "../site/plots.ts";
import type { FitParameter, FitRequest, FitWhere, FromFit } from "./facts.ts";
import { type Round, settled, wordsOn } from "./fit-words.ts";

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

const WHERE: Readonly<Record<FitWhere, string>> = {
  everywhere: "everywhere in the bounds",
  expected: "where a good one is expected",
  around: "around the best",
};

/** Finds strength and onset of chosen drives by which the model is nearest to the recording. */
export class Fit {
  readonly #fitted: Fitted;
  readonly #history = new Plot(element("fit-history"), {
    series: [{ label: "least RMSE", colour: "violet", width: 2 }],
    x: { label: "columns" },
    y: { label: "nAm", min: 0 },
    height: 150,
  });
  readonly #shown = new Plot(element("fit-best"), {
    series: [
      { label: "best so far", colour: "violet", width: 2, beside: true },
      { label: "recorded", colour: "warm", dashed: true, beside: true },
    ],
    x: { label: "ms" },
    y: { label: "nAm × scale" },
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
  #recorded: FromFit & { kind: "recorded" } = { kind: "recorded", t: [], recorded: [] };

  constructor(fitted: Fitted) {
    this.#fitted = fitted;
    element("fit-start").addEventListener("click", () => this.#start());
    element("fit-stop").addEventListener("click", () => this.stop(`Stopped. ${this.#bestText()}`));
    element("fit-keep").addEventListener("click", () => {
      const best = this.#rounds.at(-1);
      if (best === undefined) return;
      this.stop(`Kept: the column starts anew with it. ${this.#bestText()}`);
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
    this.#forget();
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
    this.#forget();
    this.#began = performance.now();
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

  #forget(): void {
    this.#rounds = [];
    for (const plot of [this.#history, this.#shown]) plot.clear();
    element("fit-ended").replaceChildren();
  }

  #take(message: FromFit): void {
    if (message.kind === "failed") return this.stop(`The fit ended: ${message.detail}`);
    if (message.kind === "recorded") return void (this.#recorded = message);
    if (message.kind === "asked")
      return this.#say(`Round ${message.round}, ${WHERE[message.where]}: ${message.columns} columns. ${this.#bestText()}`); // prettier-ignore
    this.#rounds.push(message);
    this.#history.set([[0, ...this.#rounds.map((r) => r.columns)], [null, ...this.#rounds.map((r) => r.error)]]); // prettier-ignore
    const { t, recorded } = this.#recorded;
    this.#shown.set([[...t], t.map((_, k) => message.moment[k] ?? null), [...recorded]]);
    Object.assign(document.body.dataset, { fitRounds: String(this.#rounds.length), fitColumns: String(message.columns), fitSettled: String(settled(message)), fitError: String(message.error) }); // prettier-ignore
    this.#say(this.#bestText());
    this.#showEnded(message);
    this.#show();
  }

  /** Where searches have ended, the best first: what lies apart and fits as well says that the recording does not tell them apart. */
  #showEnded({ ended }: Round): void {
    const items = [...ended].sort((a, b) => a.error - b.error).slice(0, 5);
    const said = items.map(({ values, error }) => make("li", { textContent: `RMSE ${error.toPrecision(3)} nAm: ${this.#named(values)}` })); // prettier-ignore
    element("fit-ended").replaceChildren(...(items.length < 2 ? [] : said));
  }

  /** The best so far, and how far it is to be trusted; nothing before there is one. */
  #bestText(): string {
    const round = this.#rounds.at(-1);
    if (round === undefined) return "";
    const { columns, error, values } = round;
    const seconds = (performance.now() - this.#began) / 1000;
    const { part, trust } = wordsOn(round, this.#recorded.recorded);
    return `Best of ${columns} columns in ${seconds.toFixed(0)} s: RMSE ${error.toPrecision(4)} nAm${part}, with ${this.#named(values)}. ${trust}`; // prettier-ignore
  }

  #named(values: readonly number[]): string {
    return this.#parameters
      .map(({ drive, what }, k) => {
        const x = values[k] ?? NaN;
        return what === "strength" ? `${drive} × ${x.toFixed(3)}` : `${drive} ${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(2)} ms`; // prettier-ignore
      })
      .join(", ");
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
