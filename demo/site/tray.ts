import { element, make } from "./element.ts";
import { everyPlot, type Overlay } from "./plots.ts";

/** As many as have a colour. */
const MOST = 3;

interface Kept {
  name: string;
  shown: boolean;
  /** by plot. */
  readonly data: readonly Overlay["data"][];
}

/** Keeps what the plots show now, lays it over later runs, names it, forgets it. */
export class Tray {
  #kept: Kept[] = [];
  #count = 0;
  readonly #list = make("ul", { className: "kept" });
  readonly #button = make("button", { type: "button", id: "keep", textContent: "Keep this run" });

  /** @param name  what a run is called at first */
  constructor(name: () => string) {
    this.#button.title = "Lays the plots of now over those to come";
    this.#button.addEventListener("click", () => this.#keep(name()));
    element("tray").append(this.#button, this.#list);
  }

  #keep(name: string): void {
    const data = everyPlot().map((plot) => structuredClone(plot.data));
    this.#kept.push({ name: `${++this.#count}: ${name}`, shown: true, data });
    this.#show();
  }

  #show(): void {
    const shown = this.#kept.filter((run) => run.shown);
    everyPlot().forEach((plot, k) =>
      plot.overlay(shown.map((run): Overlay => ({ name: run.name, data: run.data[k] ?? [[]] }))),
    );
    this.#button.disabled = this.#kept.length >= MOST;
    this.#list.replaceChildren(...this.#kept.map((run) => this.#row(run, shown.indexOf(run))));
  }

  /** @param place  among those that are shown; -1: not shown */
  #row(run: Kept, place: number): HTMLElement {
    const over = make("input", { type: "checkbox", checked: run.shown, title: "Lay it over" });
    over.setAttribute("aria-label", `Lay ${run.name} over the plots`);
    over.addEventListener("change", () => ((run.shown = over.checked), this.#show()));
    const name = make("input", { type: "text", value: run.name });
    name.setAttribute("aria-label", "Name of the kept run");
    name.addEventListener("change", () => ((run.name = name.value), this.#show()));
    const gone = make("button", { type: "button", textContent: "×", title: "Forget it" });
    gone.setAttribute("aria-label", `Forget ${run.name}`);
    gone.addEventListener("click", () => ((this.#kept = this.#kept.filter((other) => other !== run)), this.#show()));
    const ink = make("i");
    ink.style.background = place < 0 ? "transparent" : `var(--kept-${(place % MOST) + 1})`;
    return make("li", {}, over, ink, name, gone);
  }
}
