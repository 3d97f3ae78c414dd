// Writes bench/README.md from bench/results/*.json: no number in it is typed by hand.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Cell, Result, Table } from "./lib.ts";

const ORDER = [
  "watanabe",
  "neuron",
  "brian2",
  "brian2-networks",
  "stdp",
  "block-length",
  "one-step",
  "deliver",
  "arithmetic",
  "first-step",
];

const HEAD = `# Benchmarks

Made by \`npm run bench\` (all), \`npm run bench -- watanabe deliver\` (some), \`npm run bench -- --quick\` (to see that they run); this page
is written from \`results/*.json\`. Each file's first line asks its question. Figures are medians, with minimum and maximum of the runs in
brackets. On a software adapter CPU time counts all threads of the process; on a shared machine it says more than wall time.
`;

export function writeReadme(): void {
  const folder = new URL("results/", import.meta.url);
  const results = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Result)
    .filter((r) => Array.isArray(r.tables)) // other benchmarks keep their own form
    .sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
  writeFileSync(new URL("README.md", import.meta.url), [HEAD, ...results.map(section)].join("\n"));
}

const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

function section(r: Result): string {
  const { cpu, cores, system, node, loadBefore } = r.machine;
  const where = [`${cores} cores of ${cpu}`, system, `Node ${node}`, r.adapter?.description, `commit ${r.commit}`, r.date, `load before ${loadBefore}`]; // prettier-ignore
  const quick = r.quick ? ["**A quick run: it shows that the benchmark works, not how fast anything is.**\n"] : [];
  const notes = (r.notes ?? []).map((n) => `${n}\n`);
  return [`## ${r.question}\n`, ...quick, `${where.filter(Boolean).join("; ")}.\n`, ...r.tables.map(table), ...notes].join("\n"); // prettier-ignore
}

function table({ title, columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [`${title}:\n`, line(columns), line(columns.map(() => "---")), ...rows.map((r) => line(r.map(cell))), ""].join("\n"); // prettier-ignore
}

function cell(c: Cell): string {
  if (typeof c === "string") return c;
  if (typeof c === "number") return number(c);
  return c.runs > 1 ? `**${number(c.median)}** (${number(c.min)} … ${number(c.max)}; ${c.runs})` : `**${number(c.median)}**`; // prettier-ignore
}

const number = (x: number): string =>
  Number.isInteger(x) ? x.toLocaleString("en") : x >= 1000 ? x.toFixed(0) : x.toPrecision(3);
