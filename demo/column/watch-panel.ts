import { element } from "../site/element.ts";
import { button } from "../site/fields.ts";
import { Plot, type PlotSpec } from "../site/plots.ts";
import type { ColumnFacts, Place, WatchedReadings } from "./facts.ts";

type Kind = keyof WatchedReadings["of"];

const KINDS: Readonly<Record<Kind, string>> = { V: "mV", conductance: "nS", density: "µA/cm²", current: "nA" };
/** Once as lines, once dashed. */
const COLOURS = ["accent", "warm", "violet", "ink"] as const;

const specOf = (kind: Kind, labels: readonly string[]): PlotSpec => ({
  series: labels.map((label, k) => ({ label, colour: COLOURS[k % COLOURS.length] as string, dashed: k >= COLOURS.length, beside: true })), // prettier-ignore
  x: { label: "ms" },
  y: { label: KINDS[kind] },
  height: 150,
});

/** What happens at one place of one cell, chosen by a click into the picture or by the fields here. */
export class WatchPanel {
  place: Place | undefined;
  readonly #plots: Readonly<Record<Kind, Plot>>;
  readonly #labels = new Map<Kind, string>();
  readonly #changed: () => void;
  #facts: ColumnFacts | undefined;
  readonly #type = element<HTMLSelectElement>("watch-type");
  readonly #cell = element<HTMLInputElement>("watch-cell");
  readonly #section = element<HTMLSelectElement>("watch-section");

  /** @param changed  another place, or none: the trial has to start anew */
  constructor(changed: () => void) {
    this.#changed = changed;
    const plot = (kind: Kind): Plot => new Plot(element(`watch-${kind}`), specOf(kind, kind === "V" ? ["V"] : []));
    this.#plots = { V: plot("V"), conductance: plot("conductance"), density: plot("density"), current: plot("current") }; // prettier-ignore
    this.#type.addEventListener("change", () => this.#offer());
    element("watch-act").append(
      button("Watch", () => this.watch({ type: this.#type.value, cell: Math.round(Number(this.#cell.value)) - 1, section: this.#section.value })),
      button("Watch nothing", () => this.watch(undefined)),
    ); // prettier-ignore
  }

  watch(place: Place | undefined): void {
    if (place !== undefined && !this.#exists(place)) return;
    this.place = place;
    this.#changed();
  }

  /** Another column runs: its cells are on offer, and it records what is watched, if it has that. */
  started(facts: ColumnFacts): void {
    this.#facts = facts;
    const types = Object.keys(facts.places);
    if (this.#type.options.length === 0) {
      for (const type of types) this.#type.add(new Option(type.replace("_", " "), type));
      this.#type.value = "L5_pyramidal";
    }
    for (const plot of Object.values(this.#plots)) plot.reach(0, facts.tstop);
    this.#offer();
    if (this.place === undefined) return;
    const { type, cell, section } = this.place;
    this.#type.value = type;
    this.#offer();
    this.#cell.value = String(cell + 1);
    this.#section.value = section;
  }

  show(readings: WatchedReadings | undefined): void {
    element("watch-said").textContent =
      readings === undefined
        ? "Click a cell in the picture above, or choose a place here: the trial starts anew and records it."
        : `${readings.place.type.replace("_", " ")}, cell ${readings.place.cell + 1}, the middle of its ${readings.place.section.replaceAll("_", " ")}. Currents flow outward above 0.`;
    document.body.dataset["watched"] = readings === undefined ? "" : `${readings.place.type} ${readings.place.cell} ${readings.place.section}`; // prettier-ignore
    for (const [kind, plot] of Object.entries(this.#plots) as [Kind, Plot][]) {
      const of = readings?.of[kind] ?? [];
      const labels = of.map((v) => v.label);
      this.#name(kind, plot, labels);
      if (readings !== undefined && labels.length > 0)
        plot.set([[...readings.t], ...of.map((v) => readings.t.map((_, k) => v.y[k] ?? null))]);
      else plot.clear();
    }
  }

  clear(): void {
    for (const plot of Object.values(this.#plots)) plot.clear();
  }

  #name(kind: Kind, plot: Plot, labels: readonly string[]): void {
    if (labels.length === 0 || this.#labels.get(kind) === labels.join()) return;
    this.#labels.set(kind, labels.join());
    const range = plot.range;
    plot.reshape(specOf(kind, labels));
    if (range !== undefined) plot.reach(...range);
    const legend = document.getElementById(`watch-${kind}-legend`);
    legend?.replaceChildren(
      ...labels.map((label, k) => {
        const [item, mark] = [document.createElement("span"), document.createElement("i")];
        const ink = `var(--${COLOURS[k % COLOURS.length]})`;
        if (k < COLOURS.length) mark.style.background = ink;
        else mark.style.setProperty("--of", ink);
        mark.className = k < COLOURS.length ? "" : "dashed";
        item.append(mark, label);
        return item;
      }),
    );
  }

  #exists({ type, cell, section }: Place): boolean {
    const known = this.#facts?.places[type];
    return known !== undefined && cell >= 0 && cell < known.cells && known.sections.includes(section);
  }

  #offer(): void {
    const known = this.#facts?.places[this.#type.value];
    if (known === undefined) return;
    this.#cell.max = String(known.cells);
    if (!(Number(this.#cell.value) >= 1 && Number(this.#cell.value) <= known.cells)) this.#cell.value = "1";
    const before = this.#section.value;
    this.#section.replaceChildren(...known.sections.map((s) => new Option(s.replaceAll("_", " "), s)));
    if (known.sections.includes(before)) this.#section.value = before;
  }
}
