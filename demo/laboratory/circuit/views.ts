import { element, make } from "../../site/element.ts";
import { Plot, type PlotSpec } from "../../site/plots.ts";
import { INKS, WATCHED, type Circuit } from "./circuit.ts";
import type { CircuitShown, Watched } from "./readings.ts";

const ratesSpec = (circuit: Circuit | undefined, span: number): PlotSpec => ({
  series: (circuit?.populations ?? []).map(({ name }, k) => ({ label: name, colour: INKS[k % INKS.length] as string, dashed: k % 2 === 1 })), // prettier-ignore
  x: { label: "ms before now", range: [-span, 0] },
  y: { label: "Hz", min: 0, soft: 20 },
  height: 150,
});
const voltageSpec = (ink: string, span: number): PlotSpec => ({
  series: [{ label: "V", colour: ink, width: 1 }],
  x: { label: "ms before now", range: [-span, 0] },
  y: { label: "mV", soft: 0 },
  height: 150,
});

/** Raster, rates and one voltage of the circuit that runs. */
export class CircuitViews {
  readonly #rates: Plot;
  readonly #voltage: Plot;
  readonly #watch: (watched: Watched) => void;
  readonly #population = element<HTMLSelectElement>("circuit-watch");
  readonly #cell = element<HTMLSelectElement>("circuit-watch-cell");
  #span: number;
  #circuit: Circuit | undefined;
  #shown: CircuitShown | undefined;

  /** @param watch  another cell is to be looked at */
  constructor(span: number, watch: (watched: Watched) => void) {
    [this.#span, this.#watch] = [span, watch];
    this.#rates = new Plot(element("circuit-rates"), ratesSpec(undefined, span));
    this.#voltage = new Plot(element("circuit-voltage"), voltageSpec("accent", span));
    this.#population.addEventListener("change", () => this.#choose());
    this.#cell.addEventListener("change", () => this.#choose());
  }

  set span(span: number) {
    if (span === this.#span) return;
    this.#span = span;
    for (const plot of [this.#rates, this.#voltage]) plot.reach(-span, 0);
    this.#name();
  }

  running(circuit: Circuit): void {
    const same = JSON.stringify(circuit.populations.map(({ name, n }) => [name, n])) === JSON.stringify(this.#circuit?.populations.map(({ name, n }) => [name, n])); // prettier-ignore
    this.#circuit = circuit;
    if (same) return;
    const before = this.#population.value;
    this.#population.replaceChildren(...circuit.populations.map(({ name }) => new Option(name, name)));
    if (circuit.populations.some(({ name }) => name === before)) this.#population.value = before;
    this.#rates.reshape(ratesSpec(circuit, this.#span));
    this.#legend();
    this.#name();
    this.#choose();
  }

  /** Tasks that draw what came. */
  tasks(): readonly (() => void)[] {
    const shown = this.#shown;
    if (shown === undefined) return [];
    const ago = (times: Float64Array): number[] => Array.from(times, (t) => t - shown.time);
    return [
      () => this.#rates.spec.series.length === shown.rates.hz.length && this.#rates.set([ago(shown.rates.times), ...shown.rates.hz]),
      () => this.#voltage.set([ago(shown.voltage.times), shown.voltage.values]),
    ]; // prettier-ignore
  }

  take(shown: CircuitShown): void {
    this.#shown = shown;
  }

  #choose(): void {
    const at = this.#circuit?.populations.findIndex(({ name }) => name === this.#population.value) ?? -1;
    const cells = Math.min(WATCHED, this.#circuit?.populations[at]?.n ?? 0);
    const before = Number(this.#cell.value);
    this.#cell.replaceChildren(...Array.from({ length: cells }, (_, k) => new Option(`cell ${k}`, String(k))));
    this.#cell.value = String(before < cells ? before : 0);
    this.#voltage.reshape(voltageSpec(INKS[Math.max(0, at) % INKS.length] as string, this.#span));
    this.#watch({ population: this.#population.value, cell: Number(this.#cell.value) });
  }

  /** Names beside the raster's bands, and over the rates. */
  #legend(): void {
    const { populations } = this.#circuit ?? { populations: [] };
    const all = populations.reduce((sum, { n }) => sum + n, 0);
    let first = 0;
    const bands = populations.map(({ name, n }, k) => {
      const middle = (100 * (first + n / 2)) / Math.max(1, all);
      first += n;
      const band = make("span", { textContent: name, title: name });
      Object.assign(band.style, { top: `${middle}%`, color: `var(--${INKS[k % INKS.length]})` });
      return band;
    });
    element("circuit-bands").replaceChildren(...bands);
    element("circuit-legend").replaceChildren(
      ...populations.map(({ name }, k) => {
        const line = make("i", { className: k % 2 === 1 ? "dashed" : "" });
        line.style.setProperty(k % 2 === 1 ? "--of" : "background", `var(--${INKS[k % INKS.length]})`);
        return make("span", {}, line, name);
      }),
    );
  }

  #name(): void {
    element("circuit-from").textContent = `${-this.#span} ms`;
    const names = this.#circuit?.populations.map(({ name, n }) => `${name}, ${n} cells`).join("; ") ?? "";
    element("circuit-raster").setAttribute("aria-label", `Raster of the spikes of the last ${this.#span} ms, from the top: ${names}`); // prettier-ignore
  }
}
