import { element, make } from "./element.ts";
import { figureName } from "./figures.ts";
import { everyPlot } from "./plots.ts";
import type { Settings } from "./protocol.ts";
import { scriptOf, type RunRecord } from "./record.ts";
import { save } from "./save.ts";

/** Version of what a run's JSON holds. */
const VERSION = 1;

export interface Taken {
  /** of the page, for file names. */
  readonly page: string;
  readonly settings: () => Settings;
  /** What the page has beside its settings. */
  readonly document?: (() => unknown) | undefined;
  /** The command that gives the same, where one does. */
  readonly command?: () => string;
  readonly record: () => Promise<RunRecord | null>;
  readonly equations: () => Promise<string[]>;
}

/** Lets the reader take the run along: as data, as a script or a command, and as equations. */
export function takeAway({ page, settings, document: own, command, record, equations }: Taken): void {
  const run = button("Run as JSON", async () => {
    const { engine, modelMs, step } = document.body.dataset;
    const plots = everyPlot().map((plot) => ({ figure: figureName(plot), ...tableOf(plot) }));
    const whole = { format: "hillock page run", version: VERSION, page, address: location.href, settings: settings(), document: own?.(), engine, modelMs, step, plots, run: await record() };
    save(`${page}-run.json`, JSON.stringify(whole), "application/json");
  }); // prettier-ignore
  const script = button("Script for Node", async () => {
    const made = await record();
    if (made !== null) save(`${page}-run.mjs`, scriptOf(made), "text/javascript");
  });
  const line = make("code", { id: "command" });
  const shown = make("p", { className: "command" }, "The same from a terminal: ", line);
  const box = element("take");
  box.append(make("div", { className: "actions" }, run, ...(command === undefined ? [script] : [])), ...(command === undefined ? [] : [shown])); // prettier-ignore
  const refresh = (): void => line.replaceChildren(...wordsOf(command?.() ?? ""));
  addEventListener("hillock-settings", refresh);
  refresh();

  const panel = element<HTMLDetailsElement>("equations");
  panel.addEventListener("toggle", () => {
    if (panel.open) void equations().then((sections) => panel.querySelector("div")?.replaceChildren(...sections.map(rendered)));
  }); // prettier-ignore
}

/** A command that is broken between its words only, not behind the hyphens of an option. */
const wordsOf = (command: string): (Node | string)[] =>
  command.split(/( )/).map((word) => (word === " " ? word : make("span", { textContent: word })));

const tableOf = (plot: ReturnType<typeof everyPlot>[number]): { names: string[]; columns: unknown[] } => {
  const { names, columns } = plot.table;
  return { names, columns: columns.map((c) => Array.from(c)) };
};

function button(text: string, act: () => Promise<void>): HTMLButtonElement {
  const made = make("button", { type: "button", textContent: text });
  made.addEventListener("click", () => void act());
  return made;
}

/** A mechanism's Markdown: heading, words, table of parameters, equations. Nothing of it is taken as HTML. */
function rendered(markdown: string): HTMLElement {
  const box = make("section");
  for (const block of markdown.split(/\n\n(?![^`]*```$)/)) {
    if (block.startsWith("## ")) box.append(make("h2", { textContent: block.slice(3) }));
    else if (block.startsWith("```"))
      box.append(scrolled(make("pre", { textContent: block.replace(/^```\n?|\n?```$/g, "") }), "Equations"));
    else if (block.startsWith("|")) box.append(tableFrom(block));
    else box.append(make("p", {}, ...linked(block)));
  }
  return box;
}

function tableFrom(block: string): HTMLElement {
  const rows = block.split("\n").filter((line) => !line.startsWith("|--"));
  const cells = rows.map((line) => line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("`", ""))); // prettier-ignore
  const table = make("table");
  cells.forEach((row, k) => table.append(make("tr", {}, ...row.map((text) => make(k === 0 ? "th" : "td", { textContent: text }))))); // prettier-ignore
  return scrolled(make("div", { className: "scroll" }, table), "Parameters");
}

/** What may be wider than the page scrolls by keys too. */
function scrolled(box: HTMLElement, name: string): HTMLElement {
  Object.assign(box, { tabIndex: 0, role: "group", ariaLabel: name });
  return box;
}

/** DOIs of the publications that mechanisms name. */
const DOIS: readonly (readonly [words: string, doi: string])[] = [
  ["J. Neurophysiol. 102:3554-3572", "10.1152/jn.00535.2009"],
  ["eLife 7:e37124", "10.7554/eLife.37124"],
  ["J. Physiol. 117:500-544", "10.1113/jphysiol.1952.sp004764"],
  ["J. Neurophysiol. 70:2470", "10.1152/jn.1993.70.6.2470"],
  ["J. Neurophysiol. 117:1171-1184", "10.1152/jn.00850.2016"],
  ["J. Neurosci. 25:10786-10795", "10.1523/JNEUROSCI.3508-05.2005"],
  ["Nature Neurosci. 3:919-926", "10.1038/78829"],
];

/** Text whose publications are links. */
function linked(words: string): (Node | string)[] {
  const [found, doi] = DOIS.find(([name]) => words.includes(name)) ?? [];
  if (found === undefined || doi === undefined) return [words];
  const at = words.indexOf(found);
  const link = make("a", { href: `https://doi.org/${doi}`, textContent: found, rel: "noreferrer" });
  return [words.slice(0, at), link, words.slice(at + found.length)];
}
