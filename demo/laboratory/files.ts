import { element, make } from "../site/element.ts";
import { saveNwb } from "../site/figures.ts";
import { onFiles } from "../site/files.ts";
import { curveCsv, nodeScript, panelSvg, spikesScript, tracesCsv } from "./exports.ts";
import { save } from "../site/save.ts";
import { packed, readSaved, savedText, type Saved } from "./saved.ts";
import type { Traces } from "./traces.ts";
import type { Views } from "./views.ts";

/** What files need of the page. */
export interface Shown {
  saved(): Saved;
  open(saved: Saved): void;
  /** SWC and NMODL files, with what they include, for the cell that is shown; texts by name. */
  into(files: ReadonlyMap<string, string>): void;
  /** asks for the network; the answer comes to `described`. */
  describe(request: number): void;
  readonly traces: Traces;
  readonly views: Views;
  /** of the plots, ms. */
  window(): number;
  link(): string;
  /** a network runs, not one cell. */
  network(): boolean;
}

type Description = { json: string; engine: "gpu" | "reference" };
type PlotName = Parameters<Views["panel"]>[0];

/** Buttons that save, open and export, and files dropped on the page. */
export class Files {
  readonly #shown: Shown;
  readonly #asked = new Map<number, (d: Description) => void>();
  #requests = 0;

  constructor(shown: Shown) {
    this.#shown = shown;
    const click = (id: string, act: () => void): void => element(id).addEventListener("click", act);
    click("save", () => save("laboratory.json", savedText(shown.saved()), "application/json"));
    click("csv", () => save("traces.csv", tracesCsv(shown.traces, shown.window()), "text/csv"));
    click("json", () => void this.#description().then(({ json }) => save("network.json", `${json}\n`, "application/json"))); // prettier-ignore
    click("script", () => void this.#description().then(({ json, engine }) => save("laboratory.mjs", (shown.network() ? spikesScript : nodeScript)(json, engine, 1000), "text/javascript"))); // prettier-ignore
    click("share", () => void this.#share());
    onFiles([[element("open"), element<HTMLInputElement>("file")]], (_, text, __, all) => {
      if ([...all.keys()].some((name) => /\.(swc|mod|inc)$/i.test(name))) shown.into(all);
      else shown.open(readSaved(text));
    });
    for (const part of document.querySelectorAll<HTMLElement>(".files-of")) this.#plotButtons(part);
  }

  described(request: number, json: string, engine: Description["engine"]): void {
    this.#asked.get(request)?.({ json, engine });
    this.#asked.delete(request);
  }

  #description(): Promise<Description> {
    const request = ++this.#requests;
    this.#shown.describe(request);
    return new Promise((resolve) => this.#asked.set(request, resolve));
  }

  async #share(): Promise<void> {
    const hash = await packed(this.#shown.saved());
    history.replaceState(null, "", `#${hash}`);
    const link = this.#shown.link();
    history.replaceState(null, "", link);
    const button = element("share");
    const said = (text: string): void => {
      button.textContent = text;
      setTimeout(() => (button.textContent = "Copy link"), 2000);
    };
    const copied = "clipboard" in navigator ? navigator.clipboard.writeText(link) : Promise.reject(new Error("none"));
    await copied.then(() => said("Link copied"), () => said("Link is in the address bar")); // prettier-ignore
  }

  #plotButtons(part: HTMLElement): void {
    const name = part.dataset["plot"] as PlotName;
    const button = (label: string, act: () => void): void => {
      const made = make("button", { type: "button", textContent: label });
      made.setAttribute("aria-label", `${label} of the ${name} plot`);
      made.addEventListener("click", act);
      part.append(made);
    };
    const { views } = this.#shown;
    if (name === "curve") button("CSV", () => views.curve !== undefined && save("curve.csv", curveCsv(views.curve), "text/csv")); // prettier-ignore
    if (name === "voltage") button("NWB", () => void saveNwb("laboratory-spikes.nwb", "Spikes of the last second", this.#shown.traces.trains())); // prettier-ignore
    button("SVG", () => save(`${name}.svg`, panelSvg(views.panel(name)), "image/svg+xml"));
    button("PNG", () => void pngOf(element(name)).then((blob) => save(`${name}.png`, blob)));
  }
}

/** A plot as it is on the screen, on the panel's ground. */
async function pngOf(plot: HTMLElement): Promise<Blob> {
  const drawn = plot.querySelector("canvas");
  if (drawn === null) throw new Error("the plot has no canvas");
  const copy = new OffscreenCanvas(drawn.width, drawn.height);
  const context = copy.getContext("2d");
  if (context === null) throw new Error("no 2d context");
  context.fillStyle = getComputedStyle(plot.closest("figure") ?? plot).backgroundColor;
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(drawn, 0, 0);
  return copy.convertToBlob();
}
