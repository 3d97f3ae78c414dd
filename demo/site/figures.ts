import type { Panel, Series } from "../../src/plot/types.ts";
import { make } from "./element.ts";
import { everyPlot, type Plot } from "./plots.ts";
import type { SpikesOf } from "./nwb-worker.ts";
import { notice, paragraph } from "./notice.ts";
import type { Table } from "./protocol.ts";
import { csv, save } from "./save.ts";

/** What a page gives of a canvas that its worker draws. */
export interface CanvasSource {
  picture(canvas: string): Promise<Blob>;
  table(canvas: string): Promise<Table | undefined>;
  spikes(canvas: string): Promise<SpikesOf[]>;
}

/** Gives every figure of the page, or those that `which` selects, a menu that saves what it shows: a table, a picture, a drawing. */
export function saveMenus(page: string, source: CanvasSource, which = ""): void {
  for (const figure of document.querySelectorAll<HTMLElement>(`.views figure${which}`)) {
    const plots = everyPlot().filter((plot) => figure.contains(plot.parent));
    const canvas = figure.querySelector<HTMLCanvasElement>("canvas[id]")?.id;
    const title = titleOf(figure);
    const name = `${page}-${title.toLowerCase().replace(/\W+/g, "-")}`;
    const entries: [string, () => Promise<void>][] =
      plots.length > 0
        ? [
            ["CSV", async () => save(`${name}.csv`, csvOf(plots), "text/csv")],
            ["PNG", async () => plots.reduce((before, plot, k) => before.then(async () => savePng(`${name}${plots.length > 1 ? `-${k + 1}` : ""}.png`, await plot.png())), Promise.resolve())],
            ["SVG", async () => save(`${name}.svg`, await svgOf(title, plots), "image/svg+xml")],
          ]
        : canvas === undefined
          ? []
          : [
              ...(figure.querySelector("canvas[data-picture-only]") === null ? [["CSV", async () => saveTable(`${name}.csv`, await source.table(canvas))] as [string, () => Promise<void>]] : []),
              ...(figure.querySelector("canvas[data-spikes]") === null ? [] : [["NWB", async () => saveNwb(`${name}.nwb`, title, await source.spikes(canvas))] as [string, () => Promise<void>]]),
              ["PNG", async () => savePng(`${name}.png`, await source.picture(canvas))],
            ]; // prettier-ignore
    if (entries.length === 0) continue;
    figure.querySelector("figcaption")?.prepend(menu(title, entries)); // floats beside the words
  }
}

function menu(title: string, entries: readonly (readonly [string, () => Promise<void>])[]): HTMLElement {
  const buttons = entries.map(([kind, act]) => {
    const button = make("button", { type: "button", textContent: kind });
    button.addEventListener("click", () => void act());
    button.setAttribute("aria-label", `Save ${title} as ${kind}`);
    return button;
  });
  return make("span", { className: "save" }, ...buttons);
}

const savePng = (name: string, blob: Blob | null): void => {
  if (blob !== null) save(name, blob);
};

function saveTable(name: string, table: Awaited<ReturnType<CanvasSource["table"]>>): void {
  if (table !== undefined) save(name, csv(table.names, rows(table.columns)), "text/csv");
}

/** Spikes as a file, or what is in the way above the page. */
export async function saveNwb(name: string, title: string, spikes: SpikesOf[]): Promise<void> {
  try {
    const { nwbFile } = await import("./nwb.ts");
    save(name, await nwbFile(spikes, `${title} of a page of hillock: ${location.href}`));
  } catch (error) {
    notice("alert", `"${name}" could not be written.`, [paragraph(error instanceof Error ? error.message : String(error))]); // prettier-ignore
  }
}

function* rows(columns: Table["columns"]): Generator<(number | string | null | undefined)[]> {
  for (let k = 0; k < (columns[0]?.length ?? 0); k++) yield columns.map((c) => c[k]);
}

/** One table: plots of one figure stand side by side, each with its own x. */
function csvOf(plots: readonly Plot[]): string {
  const tables = plots.map((plot) => ({ ...plot.table, prefix: plots.length > 1 ? `${nameOf(plot)} ` : "" }));
  const columns = tables.flatMap((t) => t.columns);
  const longest = columns.reduce((a, b) => (b.length > a.length ? b : a), []);
  const all = Array.from({ length: longest.length }, (_, k) => columns.map((c) => c[k]));
  return csv(tables.flatMap((t) => t.names.map((n) => t.prefix + n)), all);
} // prettier-ignore

/** Title of the figure that a plot stands in, and of the plot in it where it is not alone. */
export function figureName(plot: Plot): string {
  const figure = plot.parent.closest("figure");
  const alone = everyPlot().filter(({ parent }) => parent.closest("figure") === figure).length === 1;
  return alone ? titleOf(figure) : `${titleOf(figure)}: ${nameOf(plot)}`;
}

/** The first words of a figure's caption. */
const titleOf = (figure: HTMLElement | null): string =>
  [...(figure?.querySelector("figcaption")?.childNodes ?? [])]
    .filter((node) => node.nodeType === Node.TEXT_NODE)
    .map((node) => node.textContent?.trim() ?? "")
    .find((text) => text !== "") ?? "figure";

const nameOf = (plot: Plot): string => plot.parent.previousElementSibling?.textContent?.trim() ?? plot.parent.id;

/** Of one curve of many. */
const QUIET = "#8a8a8a";
const DASHES = ["4 3", "1.5 2", "6 2 1.5 2"] as const;

/** Drawn anew by hillock's own figures: text stays text. */
async function svgOf(title: string, plots: readonly Plot[]): Promise<string> {
  const { figure } = await import("../../src/plot/figure.ts");
  const panels = plots.flatMap((plot) => panelsOf(plot, plots.length > 1 ? nameOf(plot) : undefined));
  return figure({ title, width: 120, panels, ...(plots.length > 1 ? { columns: 2, width: 180 } : {}) });
}

/** One panel for the left axis, and one for the right. */
function panelsOf({ spec, range, table: { names, columns } }: Plot, title: string | undefined): Panel[] {
  const [all, own] = [spec.series.length, spec.series.filter(({ beside }) => beside !== true)];
  const kinds = names.slice(1).map((_, k) => (k < all ? spec.series[k] : own[(k - all) % own.length]));
  const x = Array.from(columns[0] ?? [], (v) => v ?? NaN);
  const panel = (right: boolean): Panel[] => {
    const axis = right ? spec.right : spec.y;
    const series = kinds.flatMap((kind, k): Series[] => {
      if ((kind?.scale === "right") !== right || kind === undefined) return [];
      const kept = k < all ? 0 : 1 + Math.floor((k - all) / own.length);
      const label = (names[k + 1] as string).replace(/ \([^()]*\)$/, "");
      const known = Array.from(columns[k + 1] ?? [], (y, at) => [x[at] as number, y ?? NaN] as const).filter(([, y]) => !Number.isNaN(y)); // prettier-ignore
      const [xs, ys] = [known.map(([t]) => t), known.map(([, y]) => y)];
      if (kind.steps === true) return [{ type: "step", label, edges: [...xs, 2 * (xs.at(-1) ?? 0) - (xs.at(-2) ?? 0)], y: ys, filled: kept === 0 }];
      if (kind.points === true) return [{ type: "scatter", label, x: xs, y: ys, size: 2 }];
      if (kind.quiet === true) return [{ type: "line", x: xs, y: ys, width: 0.4, colour: QUIET }];
      return [{ type: "line", label, x: xs, y: ys, ...(kept > 0 ? { dash: DASHES[(kept - 1) % DASHES.length] as string } : {}) }];
    });
    if (series.length === 0 || axis === undefined) return [];
    const log = !right && spec.y.log !== undefined;
    return [{ ...(title === undefined ? {} : { title }), height: 45, x: { label: spec.x.label, ...(range === undefined ? {} : { range }) }, y: { label: axis.label, ...(log ? { scale: "log" } : {}) }, series: series.sort((a, b) => Number("label" in a) - Number("label" in b)) }];
  };
  return [...panel(false), ...panel(true)];
} // prettier-ignore
