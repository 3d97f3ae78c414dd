import { element } from "../site/element.ts";
import { button, numberField } from "../site/fields.ts";
import { keepingFocus, refill } from "../site/keyboard.ts";
import type { Plot, PlotSpec, SeriesSpec } from "../site/plots.ts";
import type { ColumnReadings, Match, Recorded } from "./facts.ts";

const RECORDED: SeriesSpec = { label: "recorded", colour: "warm", dashed: true, beside: true };

/** A recorded dipole over the model's: how it is scaled and smoothed, and how near the model is. */
export class Overlay {
  recorded: Recorded | undefined;
  #name = "";
  #match: Match | undefined;
  readonly #plot: Plot;
  readonly #spec: PlotSpec;
  readonly #changed: () => void;
  readonly #factor = element("recorded-factor");

  /** @param changed  the worker is to know what is laid over */
  constructor(plot: Plot, spec: PlotSpec, changed: () => void) {
    [this.#plot, this.#spec, this.#changed] = [plot, spec, changed];
    element("recorded-away").addEventListener("click", () => this.open("", undefined));
    const smoothing = numberField({ label: "Smoothing, ms", value: 0, min: 0, max: 500 }, (x) => this.#set({ smoothing: x ?? 0 }));
    const best = button("Best factor", () => this.#match?.best !== undefined && this.#set({ factor: Number((this.#match.best * (this.recorded?.factor ?? 1)).toPrecision(4)) }));
    best.title = "The factor with the least RMSE";
    element("recorded-smoothing").append(smoothing);
    element("recorded-best").append(best);
  } // prettier-ignore

  /** @param read  undefined: nothing is laid over any more */
  open(name: string, read: Pick<Recorded, "t" | "moment"> | undefined): void {
    this.#name = name;
    const range = this.#plot.range;
    this.#plot.reshape({ ...this.#spec, series: read === undefined ? this.#spec.series : [...this.#spec.series, RECORDED] }); // prettier-ignore
    if (range !== undefined) this.#plot.reach(...range);
    this.recorded = read === undefined ? undefined : { ...read, factor: 1, smoothing: this.recorded?.smoothing ?? 0 };
    this.#show();
    this.#changed();
  }

  /** What a worker read: rows of the plot. */
  data({ dipole: { t, moment, recorded }, match }: ColumnReadings): void {
    const wanted = this.recorded !== undefined;
    if (wanted !== (recorded !== undefined)) return; // of before the change
    this.#match = match;
    this.#plot.set(recorded === undefined ? [t, moment] : [t, moment, recorded]);
    const shown = match === undefined ? "–" : match.rmse.toPrecision(4);
    element("rmse").textContent = `${shown}${match === undefined ? "" : " nAm"}`;
    element("correlation").textContent = match?.correlation?.toFixed(3) ?? "–";
    if (match === undefined) delete document.body.dataset["rmse"];
    else
      Object.assign(document.body.dataset, { rmse: String(match.rmse), correlation: String(match.correlation ?? "") });
  }

  #set(what: Partial<Recorded>): void {
    if (this.recorded === undefined) return;
    this.recorded = { ...this.recorded, ...what };
    this.#show();
    this.#changed();
  }

  #show(): void {
    const { recorded } = this;
    const [from, to] = [recorded?.t[0], recorded?.t.at(-1)];
    element("recorded-name").textContent =
      recorded === undefined
        ? "Or drop one on the page: time (ms) and dipole (nAm), as HNN writes them."
        : `${this.#name.slice(0, 40)}: ${recorded.t.length} samples, ${from?.toFixed(0)} to ${to?.toFixed(0)} ms`;
    const none = recorded === undefined;
    keepingFocus(() => ["recorded-away", "recorded-match"].forEach((id) => (element(id).hidden = none)), element("recorded-open")); // prettier-ignore
    const factor = numberField({ label: "Factor", value: recorded?.factor }, (x) => this.#set({ factor: x ?? 1 }));
    refill(this.#factor, [factor]);
  }
}
