// What the pages give away, in Chromium with the reference engine: files are read back, and a run's script gives the page's spikes again.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { pythonWith } from "../../scripts/requirements.mjs";
import { builtCommand } from "../built.ts";
import { readCourse, valueAt } from "../../demo/motor-pool/course.ts";
import type { Signal } from "../../src/network/signal.ts";
import { signalAt } from "../../src/network/signal-values.ts";
import { MemoryFiles } from "../../src/storage/memory-files.ts";
import { readNwb } from "../../src/storage/read-nwb.ts";
import { draw, openBrowser } from "./pages.ts";
import { openSite, type Site } from "./site.ts";
import { anew, drop, finished, running, set, settled, until } from "./tab.ts";

let site: Site;
let browser: Browser;
let folder: string;
beforeAll(async () => {
  await builtCommand();
  site = await openSite(inject("site"));
  browser = await openBrowser(["--no-sandbox"]);
  folder = mkdtempSync(join(tmpdir(), "hillock-export-"));
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(path: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(site.url + path);
  await running(page);
  return page;
}

/** Clicks what saves a file, and reads it. */
async function saved(page: Page, button: string): Promise<{ name: string; content: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  const name = download.suggestedFilename();
  await download.saveAs(join(folder, name));
  return { name, content: readFileSync(join(folder, name)) };
}
interface DrawnRun {
  readonly address: string;
  readonly plots: readonly { readonly figure: string }[];
  readonly document: { readonly course: Parameters<typeof valueAt>[0] };
  readonly run: { readonly dt: number; readonly changes: readonly { readonly what: string; readonly target: string; readonly step: number; readonly value: unknown }[] };
} // prettier-ignore
const save = (figure: string, kind: string): string => `button[aria-label="Save ${figure} as ${kind}"]`;

test("the motor pool's script gives the page's spikes again, with what was changed while it ran", async () => {
  const page = await open("motor-pool.html?neurons=50&rate=60&speed=100");
  await until(page, "modelMs", (t) => t > 700);
  await set(page, "speed", 0.25); // the table holds the last 4 s
  await set(page, "rate", 80);
  await set(page, "gamma", 0.5);
  await set(page, "shape", 1);
  await draw(page, "#course-plane", [[0, 0.2], [0.1, 0.5], [1, 0.3]]); // prettier-ignore
  await until(page, "modelMs", (t) => t > 1500);
  await page.click("#pause");
  await settled(page);
  const run = JSON.parse((await saved(page, "#take button:has-text('JSON')")).content.toString("utf8")) as DrawnRun;
  expect(run.plots.map(({ figure }) => figure).sort()).toEqual(["Coherence of two halves", "Force and drive", "Intervals of one unit", "Rate against force", "Rate of each unit", "Recruitment", "Spectrum of the force"]); // prettier-ignore
  const { course } = run.document;
  expect(readCourse(new URL(run.address).hash.slice(1))).toEqual(course);
  const rates = run.run.changes.filter(({ what, target }) => what === "rate" && target === "DD");
  const began = rates.findIndex(({ value }) => JSON.stringify(value).includes('"ramps"') && !JSON.stringify(value).includes('"product"')); // prettier-ignore
  const rate = signalAt(rates.at(-1)?.value as Signal, { dt: run.run.dt, seed: 1, owner: "DD" });
  const from = rates[began]?.step ?? NaN;
  for (const s of [0, 0.4, 3, 7.9]) expect(rate(from + (1000 * s) / run.run.dt)).toBeCloseTo(valueAt(course, s), 6);
  const spikes = (await saved(page, save("Spikes", "CSV"))).content.toString("utf8").trim().split("\n");
  const { name } = await saved(page, "#take button:has-text('Script')");
  await page.close();

  symlinkSync(join(import.meta.dirname, "../.."), join(folder, "hillock"));
  const script = readFileSync(join(folder, name), "utf8");
  expect(script).toContain("await openDevice()");
  const own = script.replace("await openDevice()", "undefined").replace('"hillock"', '"./hillock/dist/node.js"'); // the page had no device either
  writeFileSync(join(folder, "own.mjs"), own);
  const { stdout, stderr } = spawnSync(process.execPath, ["own.mjs"], { cwd: folder, encoding: "utf8" });
  const row = (line: string, first: number): string => `${Number(line.split(",")[0]).toFixed(3)} ${Number(line.split(",")[1]) + first}`; // prettier-ignore
  const here = spikes.slice(1).map((line) => row(line, 0)).sort(); // prettier-ignore
  const there = stdout.trim().split("\n").slice(1).map((line) => row(line, 1)).sort(); // prettier-ignore
  expect(there.length, stderr).toBeGreaterThan(100);
  expect(here).toEqual(there);
});

test("spikes leave the motor pool as NWB, which is read back, and come back as recorded units; HDF5 comes only then", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("worker", (worker) => asked.push(worker.url()));
  const [complaints, hdf5]: [string[], () => boolean] = [[], () => asked.some((url) => /nwb/.test(url))];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(`${site.url}motor-pool.html?neurons=50&rate=60&speed=100`);
  await until(page, "modelMs", (t) => t > 1500);
  await page.click("#pause");
  await settled(page);
  expect(hdf5()).toBe(false);
  const rows = (await saved(page, save("Spikes", "CSV"))).content.toString("utf8").trim().split("\n").slice(1);
  const { name, content } = await saved(page, save("Spikes", "NWB"));
  expect(hdf5()).toBe(true);

  const files = new MemoryFiles();
  await files.write(name, content);
  const units = await readNwb(files, name);
  expect(units.n).toBe(50);
  expect(units.columns["population"]).toEqual(Array.from({ length: 50 }, () => "aMN"));
  const read = Array.from(units.times, (t, k) => `${t.toFixed(3)} ${(units.cells[k] as number) + 1}`).sort();
  expect(read.length).toBeGreaterThan(100);
  expect(read).toEqual(rows.map((row) => row.split(",")).map(([t, unit]) => `${Number(t).toFixed(3)} ${unit}`).sort()); // prettier-ignore
  expect(units.to).toBeGreaterThan(1500);

  await page.setInputFiles("#recorded-file", join(folder, name));
  const firing = new Set(units.cells).size;
  await page.waitForFunction((n) => document.body.dataset["recorded"] === String(n), firing);
  // one unit at 10 Hz, one at 20 Hz that begins later, one with a single spike
  await drop(page, { "units.csv": `unit,time (s)\nb,0.5\nb,0.55\nb,0.6\na,0.1\na,0.2\na,0.3\nc,0.9\n` });
  await page.waitForFunction(() => document.body.dataset["recorded"] === "3");
  expect(await page.textContent("#recorded-said")).toContain("unit a, b, c. Mean rate of each while it fires; 1 with");
  await page.click("#pause"); // readings again
  await until(page, "modelMs", (t) => t > 1700);
  await page.waitForTimeout(500);
  const [head = "", ...lines] = (await saved(page, save("Rate of each unit", "CSV"))).content.toString("utf8").trim().split("\n"); // prettier-ignore
  expect(head).toBe("unit,rate (Hz),recorded (Hz)");
  const laid = lines.map((line) => line.split(",")).filter(([, , rate]) => rate !== "");
  expect(laid.map(([unit, , rate]) => [Number(unit), Number(Number(rate).toFixed(6))])).toEqual([[9, 10], [26, 20]]); // prettier-ignore
  await drop(page, { "units.csv": "unit,time\na,never\n" });
  await page.waitForFunction(() => /Line 2 is no spike/.test(document.querySelector("#notice")?.textContent ?? ""));
  expect(complaints).toEqual([]);
  await page.close();
});

interface Unit {
  readonly population: string;
  readonly cell: number;
  /** s. */
  readonly times: readonly number[];
  readonly observed: readonly [number, number];
}

/** Another reader's view of an NWB file. */
const unitsOf = (name: string): Unit[] =>
  JSON.parse(execFileSync(pythonWith(["h5py"]), [join(import.meta.dirname, "../fixtures/nwb-read.py"), join(folder, name)], { encoding: "utf8" })) as Unit[]; // prettier-ignore

const rowsOf = ({ content }: { content: Buffer }): string[][] =>
  content.toString("utf8").trim().split("\n").slice(1).map((line) => line.split(",")); // prettier-ignore

/** ms of a spike and what it is of, as a text that can be compared. */
const spikeText = (ms: number, of: string | number): string => `${ms.toFixed(3)} ${of}`;

test("h5py reads the column's NWB: the spikes of its raster, by population", async () => {
  const page = await open("column.html?mesh=2&drive=0&speed=1000");
  await finished(page);
  const rows = rowsOf(await saved(page, save("Spikes", "CSV")));
  const units = unitsOf((await saved(page, save("Spikes", "NWB"))).name);
  await page.close();
  expect([...new Set(units.map((u) => u.population))].sort()).toEqual(["L2_basket", "L2_pyramidal", "L5_basket", "L5_pyramidal"]); // prettier-ignore
  expect(rows.length).toBeGreaterThan(5);
  const read = units.flatMap(({ times }) => times.map((t) => (1000 * t).toFixed(3)));
  expect(read.sort()).toEqual(rows.map(([t]) => Number(t).toFixed(3)).sort());
  for (const { observed } of units) expect(observed).toEqual([0, 0.17]);
});

test("h5py reads the learning page's NWB: the spikes of the loop by kind of neuron", async () => {
  const page = await open("learning.html?neurons=60&loops=1&speed=1000");
  await until(page, "step", (step) => step > 3000);
  await page.click("#pause");
  await settled(page);
  const rows = rowsOf(await saved(page, save("Spikes of this loop", "CSV")));
  const units = unitsOf((await saved(page, save("Spikes of this loop", "NWB"))).name);
  await page.close();
  expect(units.map((u) => u.population)).toEqual([...Array<string>(30).fill("QIF"), ...Array<string>(30).fill("LIF")]);
  expect(rows.length).toBeGreaterThan(100);
  const read = units.flatMap(({ times }, unit) => times.map((t) => spikeText(1000 * t, unit + 1)));
  expect(read.sort()).toEqual(rows.map(([t, neuron = ""]) => spikeText(Number(t), neuron)).sort());
  for (const { observed } of units) expect(observed).toEqual([0, 1]);
});

test("h5py reads the Laboratory's NWB: of one cell and its second version, and of a network", async () => {
  const page = await open("laboratory.html?speed=1000");
  await page.click("#version-B");
  await until(page, "rateB", (hz) => hz > 20);
  await page.click("#pause");
  await settled(page);
  const cells = unitsOf((await saved(page, 'button[aria-label="NWB of the voltage plot"]')).name);
  expect(cells.map((u) => [u.population, u.cell])).toEqual([["A", 0], ["B", 0]]); // prettier-ignore
  const rate = await page.evaluate(() => Number(document.body.dataset["rateA"]));
  const [from, to] = cells[0]?.observed ?? [0, 0];
  expect((cells[0]?.times.length ?? 0) / (to - from)).toBeCloseTo(rate, 0);
  expect(cells[0]?.times.every((t) => t >= from && t <= to)).toBe(true);
  await page.click("#pause");
  await page.click("#view-network");
  await page.waitForFunction(() => (document.body.dataset["meanRates"] ?? "").startsWith("0") === false && Number(document.body.dataset["modelMs"]) > 700); // prettier-ignore
  await page.click("#pause");
  await settled(page);
  const rows = rowsOf(await saved(page, save("Spikes", "CSV")));
  const units = unitsOf((await saved(page, save("Spikes", "NWB"))).name);
  await page.close();
  expect(units.length).toBe(100);
  expect(rows.length).toBeGreaterThan(100);
  const read = units.flatMap(({ population, cell, times }) =>
    times.map((t) => spikeText(1000 * t, `${population} ${cell}`)),
  );
  expect(read.sort()).toEqual(
    rows.map(([t, population, cell]) => spikeText(Number(t), `${population} ${cell}`)).sort(),
  );
});

test("every figure is saved as what it is", async () => {
  const page = await open("column.html?mesh=2&drive=0&speed=1000");
  await finished(page);
  const dipole = (await saved(page, save("Dipole moment", "CSV"))).content.toString("utf8").trim().split("\n");
  expect(dipole[0]).toContain("ms,dipole (nAm × scale)");
  expect(dipole.length).toBe(2 + 170 / 0.25); // names, then t = 0 to 170 ms
  expect((await saved(page, save("Dipole moment", "PNG"))).content.subarray(1, 4).toString()).toBe("PNG");
  const svg = (await saved(page, save("Dipole moment", "SVG"))).content.toString("utf8");
  expect(svg).toMatch(/^<svg.*Dipole moment.*<path.*nAm × scale.*<\/svg>\n$/s);
  expect((await saved(page, save("Membrane voltage", "PNG"))).content.length).toBeGreaterThan(5000);
  const run = JSON.parse((await saved(page, "#take button:has-text('JSON')")).content.toString("utf8")) as Record<string, unknown>; // prettier-ignore
  expect(run).toMatchObject({ version: 1, page: "column", engine: "reference", settings: { mesh: 2 }, run: { dt: 0.025, steps: 6800 } }); // prettier-ignore
  expect(await page.textContent("#command")).toBe("hillock run column evoked --set mesh.x=2 --set mesh.y=2");
  await page.close();
});

test("a kept run is laid over the next one, named and forgotten; values stand under the pointer; equations say where they are from", async () => {
  const page = await open("column.html?mesh=2&drive=0&speed=1000");
  await finished(page);
  await page.click("#keep");
  await page.fill('.kept input[type="text"]', "as published");
  await anew(page, () => set(page, "strength", 2));
  await finished(page);
  const [names = "", ...rows] = (await saved(page, save("Dipole moment", "CSV"))).content.toString("utf8").trim().split("\n"); // prettier-ignore
  expect(names).toContain("as published: dipole");
  const last = (rows.at(-1) ?? "").split(",").map(Number);
  expect(last).toHaveLength(3);
  expect(last[1]).not.toBe(last[2]); // another drive, another dipole
  await page.hover("#dipole .u-over");
  expect(await page.textContent("#dipole + .readout")).toMatch(/^ms \d+.*dipole -?\d.*as published: dipole -?\d/);
  await page.click(".kept button");
  expect(await page.locator(".kept li").count()).toBe(0);
  await page.click("#equations summary");
  await page.waitForSelector("#equations pre");
  expect(await page.textContent("#equations")).toContain("Jones et al. (2009)");
  expect(await page.locator('#equations a[href="https://doi.org/10.1152/jn.00535.2009"]').count()).toBeGreaterThan(0);
  await page.close();
});
