import { element, make } from "./element.ts";
import { keepingFocus } from "./keyboard.ts";
import { everyPlot, type Overlay } from "./plots.ts";

/** As many as have a colour. */
const MOST = 3;

interface Kept {
  name: string;
  shown: boolean;
  /** by plot. */
  readonly data: readonly Overlay["data"][];
  /** in the list, and what shows its colour there. */
  readonly row: HTMLElement;
  readonly ink: HTMLElement;
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
    const [row, ink] = [make("li"), make("i")];
    const run: Kept = { name: `${++this.#count}: ${name}`, shown: true, data, row, ink };
    row.append(...this.#fields(run));
    this.#kept.push(run);
    this.#list.append(row);
    keepingFocus(() => this.#show(), row.querySelector<HTMLElement>("input[type=text]"));
  }

  #forget(run: Kept): void {
    const place = this.#kept.indexOf(run);
    this.#kept.splice(place, 1);
    const next = this.#kept[place] ?? this.#kept.at(-1);
    keepingFocus(() => (run.row.remove(), this.#show()), next?.row.querySelector<HTMLElement>("button"), this.#button);
  }

  #show(): void {
    const shown = this.#kept.filter((run) => run.shown);
    everyPlot().forEach((plot, k) =>
      plot.overlay(shown.map((run): Overlay => ({ name: run.name, data: run.data[k] ?? [[]] }))),
    );
    this.#button.disabled = this.#kept.length >= MOST;
    for (const run of this.#kept) {
      const place = shown.indexOf(run); // -1: not shown
      run.ink.style.background = place < 0 ? "transparent" : `var(--kept-${(place % MOST) + 1})`;
    }
  }

  /** They stay while the run is kept: a change of one must not take the next from under who tabs to it. */
  #fields(run: Kept): HTMLElement[] {
    const over = make("input", { type: "checkbox", checked: run.shown, title: "Lay it over" });
    over.addEventListener("change", () => ((run.shown = over.checked), this.#show()));
    const name = make("input", { type: "text", value: run.name });
    name.addEventListener("change", () => ((run.name = name.value), say(), this.#show()));
    const gone = make("button", { type: "button", textContent: "×", title: "Forget it" });
    gone.addEventListener("click", () => this.#forget(run));
    const say = (): void => {
      over.setAttribute("aria-label", `Lay ${run.name} over the plots`);
      name.setAttribute("aria-label", `Name of the kept run ${run.name}`);
      gone.setAttribute("aria-label", `Forget ${run.name}`);
    };
    say();
    return [over, run.ink, name, gone];
  }
}
