// A small network in the Laboratory by doing it, in real Chromium: made from nothing, joined, changed while it runs, kept, taken along.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openFolder } from "../../src/storage/node-folder.ts";
import { loadRun } from "../../src/storage/load-run.ts";
import { builtCommand } from "../built.ts";
import { faults } from "./axe.ts";
import { another, inked, visit, type Visit } from "./pages.ts";
import { browser, site } from "./setting.ts";
import { number, passed, running, set, settled, until } from "./tab.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const FAST = "laboratory.html?view=1&speed=1000&engine=2";

const visits: Page[] = [];
/** A page of one test; one that runs as fast as it goes would slow the others down. */
const open = async (url = site.url + FAST): Promise<Page> => {
  const { page } = await visit(browser, url);
  visits.push(page);
  await running(page);
  return page;
};
afterEach(async () => {
  await Promise.all(visits.splice(0).map((page) => page.close()));
});

const field = (path: string): string => `[id="circuit-${path}"]`;
const fill = (page: Page, path: string, value: string): Promise<void> => another(page, () => page.fill(field(path), value)); // prettier-ignore

/** Rates over a second of what is now, Hz. */
async function rates(page: Page): Promise<number[]> {
  await passed(page, 1500);
  return (await page.evaluate(() => document.body.dataset["meanRates"] ?? "")).split(" ").map(Number);
}

async function downloaded(page: Page, click: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(click)]);
  return readFileSync(await file.path(), "utf8");
}

/** Two populations from nothing, "P1" and "P2" joined to one another, by buttons and fields. */
async function build(page: Page): Promise<void> {
  await page.selectOption("#circuit-example", "empty");
  await page.click("#circuit-populate");
  await another(page, () => page.click("#circuit-populate"));
  await fill(page, "populations.0.n", "40");
  await fill(page, "populations.1.n", "20");
  await fill(page, "populations.1.rate", "0");
  await another(page, () => page.click("#circuit-join"));
  await fill(page, "projections.0.amount", "0.5");
  await fill(page, "projections.0.weight", "0.1");
}

describe("a network", () => {
  let seen: Visit;
  beforeAll(async () => {
    seen = await visit(browser, site.url + FAST);
    await running(seen.page);
  });
  afterAll(() => seen?.page.close());

  test("begins as an example, with a raster, rates and a voltage", async () => {
    const { page, complaints } = seen;
    await until(page, "modelMs", (t) => t > 600);
    for (const figure of ["#circuit-raster", "#circuit-rates", "#circuit-voltage"])
      await expect.poll(() => inked(page, figure), { timeout: 60_000, message: figure }).toBeGreaterThan(0.003);
    expect(await page.textContent("#circuit-cells")).toBe("100");
    expect(await page.locator(".only-cell").evaluateAll((all) => all.filter((e) => e.checkVisibility()).length)).toBe(0); // prettier-ignore
    expect(complaints).toEqual([]);
  });

  test("of two populations that are joined is made from nothing; a weight and a rate act on what runs", async () => {
    const { page } = seen;
    await build(page);
    const [first = 0, weak = 0] = await rates(page);
    expect(first).toBeGreaterThan(1);
    const runs = await number(page, "runs");
    await fill(page, "projections.0.weight", "0.3");
    const [, strong = 0] = await rates(page);
    expect(strong).toBeGreaterThan(weak + 10);
    await fill(page, "populations.0.rate", "0");
    const [silent, alone] = await rates(page);
    expect([silent, alone]).toEqual([0, 0]);
    expect(await number(page, "runs")).toBe(runs); // no other network
    await fill(page, "populations.0.rate", "200");
    await fill(page, "projections.0.delay", "3"); // another one
    expect(await number(page, "runs")).toBe(runs + 1);
    expect(await number(page, "kept")).toBe(await number(page, "of"));
  });

  test("is drawn with names for those who do not see it, follows a new name, and loses what is taken away", async () => {
    const { page } = seen;
    const names = (): Promise<string[]> => page.locator("#circuit-drawing [role=button] title").allTextContents();
    expect(await names()).toEqual(["P1 excites P2: probability 0.5, weight 0.3 nS, delay 3 ms", "Population P1: 40 cells of A", "Population P2: 20 cells of A"]); // prettier-ignore
    await another(page, async () => {
      await page.fill(field("populations.1.name"), "Target");
      await page.press(field("populations.1.name"), "Tab");
    });
    expect(await page.inputValue(field("projections.0.to"))).toBe("Target");
    await page.selectOption("#circuit-watch", "Target");
    await another(page, () => page.click('[aria-label="Remove the excitatory projection from P1 to Target"]'));
    expect((await rates(page))[1]).toBe(0);
    await another(page, () => page.click('[aria-label="Remove population Target"]'));
    expect(await names()).toEqual(["Population P1: 40 cells of A"]);
  });

  test("errors stand at their fields; what ran goes on", async () => {
    const { page } = seen;
    await another(page, () => page.selectOption("#circuit-example", "pair"));
    const runs = await number(page, "runs");
    const told = async (path: string, value: string): Promise<string> => {
      await page.fill(field(path), value);
      await page.waitForFunction((id) => document.getElementById(id)?.getAttribute("aria-invalid") === "true", `circuit-${path}`); // prettier-ignore
      const row = page.locator(".circuit-row", { has: page.locator(field(path)) });
      return (await row.locator(".told").textContent()) ?? "";
    };
    expect(await told("projections.0.weight", "two")).toMatch(/Weight: "two" is no number/);
    expect(await told("populations.0.n", "5000")).toMatch(
      /Cells: there would be 5020 compartments.*takes 2000 here. Give 1980 or fewer/,
    );
    expect(await page.textContent("#circuit-said")).toMatch(/fields have a fault; what ran goes on/);
    expect(await told("projections.1.amount", "7")).toMatch(/Probability: is 7. Give a number from 0 to 1/);
    expect(await number(page, "runs")).toBe(runs);
    await page.fill(field("populations.0.n"), "80");
    await page.fill(field("projections.1.amount"), "0.4");
    await fill(page, "projections.0.weight", "3");
    expect(await page.locator(".circuit-row [aria-invalid=true]").count()).toBe(0);
    const bad = { format: "hillock laboratory", version: 2, texts: { A: await page.inputValue("#text") }, settings: { view: 1 }, circuit: { populations: [{ name: "E", of: "A", n: 5, rate: 10, weight: 2 }], projections: [{ from: "E", to: "nobody", kind: "excitatory", rule: "probability", amount: 1, weight: 1, delay: 1 }] } }; // prettier-ignore
    await page.setInputFiles("#file", { name: "bad.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(bad)) }); // prettier-ignore
    await page.waitForFunction(() => /To: there is no population "nobody"/.test(document.querySelector('[data-path="projections.0"] .told')?.textContent ?? "")); // prettier-ignore
  });
});

test("a link opens as the same network, and a file of it too", async () => {
  const page = await open();
  await build(page);
  await page.click("#share");
  await page.waitForFunction(() => location.hash.startsWith("#1."));
  const other = await open(page.url());
  await until(other, "modelMs", (t) => t > 100);
  expect(await other.getAttribute("body", "data-view")).toBe("network");
  expect(await other.inputValue(field("projections.0.amount"))).toBe("0.5");
  expect(await downloaded(other, "#save")).toBe(await downloaded(page, "#save"));
});

test("its JSON runs from the command line, and its script in Node, with the page's spikes", async () => {
  const page = await open();
  await build(page);
  await set(page, "span", 1000);
  await set(page, "speed", 0.1);
  await another(page, () => page.click("#again"));
  await until(page, "modelMs", (t) => t < 200); // of the new run
  await until(page, "modelMs", (t) => t > 320);
  await page.click("#pause");
  await settled(page);
  const csv = await downloaded(page, 'button[aria-label="Save Spikes as CSV"]');
  const [json, script] = [await downloaded(page, "#json"), await downloaded(page, "#script")];
  const ours = csv.trim().split("\n").slice(1).filter((line) => Number(line.split(",")[0]) < 300).sort(); // prettier-ignore
  expect(ours.length).toBeGreaterThan(20);
  expect(new Set(ours.map((line) => line.split(",")[1])).size).toBe(2);

  await builtCommand();
  const folder = mkdtempSync(join(tmpdir(), "hillock-network-"));
  const run = (...words: string[]): string => execFileSync(process.execPath, words, { cwd: folder, stdio: "pipe", encoding: "utf8" }); // prettier-ignore
  writeFileSync(join(folder, "network.json"), json);
  run(join(ROOT, "dist/cli/main.js"), "run", "network.json", "--duration", "0.3", "--engine", "reference", "--out", "out"); // prettier-ignore
  const stored = await loadRun(await openFolder(join(folder, "out")));
  const rows: string[] = [];
  for (const name of ["P1", "P2"]) {
    const { times, cells } = await stored.spikes(name);
    times.forEach((t, k) => rows.push([Number(t.toFixed(4)), name, cells[k]].join(",")));
  }
  expect(rows.sort()).toEqual(ours);

  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/hillock"));
  writeFileSync(join(folder, "laboratory.mjs"), script);
  run("laboratory.mjs", "300");
  expect(readFileSync(join(folder, "laboratory.csv"), "utf8").trim().split("\n").slice(1).sort()).toEqual(ours);
  rmSync(folder, { recursive: true });
});

test("on the adapter it fires about as on the reference engine", async () => {
  const rate = async (engine: number): Promise<number> => {
    const page = await open(`${site.url}laboratory.html?view=1&speed=1000&engine=${engine}`);
    expect(await page.evaluate(() => document.body.dataset["computes"])).toBe(engine === 1 ? "gpu" : "reference");
    await until(page, "modelMs", (t) => t > 1100);
    const [, hz = 0] = (await page.evaluate(() => document.body.dataset["meanRates"] ?? "")).split(" ").map(Number);
    return hz;
  };
  // about 45 Hz of 20 cells: 900 spikes; rates of windows apart by a few hundred ms differ by less than a tenth
  expect(Math.abs((await rate(1)) / (await rate(2)) - 1)).toBeLessThan(0.15);
});

describe("for every reader", () => {
  test.each(["light", "dark"] as const)("%s: axe finds nothing, and nothing is wider than the page", async (colorScheme) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme });
    visits.push(page);
    await page.goto(`${site.url}${FAST}`);
    await running(page);
    await page.selectOption("#circuit-example", "rivals");
    await page.fill(field("projections.0.amount"), "7");
    await page.waitForFunction(() => document.body.dataset["circuitFaults"] === "1");
    for (const size of [{ width: 1280, height: 900 }, { width: 390, height: 844 }]) {
      await page.setViewportSize(size);
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      expect(await faults(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);
    }
  }); // prettier-ignore

  test("keys alone go to a network, add to it, and find a field from the drawing", async () => {
    const page = await open(`${site.url}laboratory.html?engine=2&speed=1000`);
    const tabTo = async (what: string): Promise<void> => {
      for (let k = 0; k < 90; k++) {
        if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, what)) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`Tab never comes to ${what}`);
    };
    await tabTo("#view-network");
    await another(page, () => page.keyboard.press("Enter"));
    await tabTo('#circuit-drawing [data-name="E"]');
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("circuit-populations.0.name");
    await tabTo("#circuit-populate");
    await another(page, () => page.keyboard.press("Enter"));
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("circuit-populations.2.name");
    await page.keyboard.type("Third");
    await another(page, () => page.keyboard.press("Tab"));
    expect(await page.locator('#circuit-drawing [data-name="Third"]').count()).toBe(1);
    expect(await page.evaluate(() => document.activeElement?.id)).not.toBe("");
  });

  test("a drag from one population to another joins them", async () => {
    const page = await open();
    await another(page, () => page.selectOption("#circuit-example", "rivals"));
    const middle = async (name: string): Promise<[number, number]> => {
      const box = await page.locator(`#circuit-drawing [data-name="${name}"] circle`).boundingBox();
      if (box === null) throw new Error(`${name} is not seen`);
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    await another(page, () => page.click('[aria-label="Remove the inhibitory projection from Left to Right"]'));
    await page.locator("#circuit-drawing").scrollIntoViewIfNeeded();
    await page.mouse.move(...(await middle("Left")));
    await page.mouse.down();
    await page.mouse.move(...(await middle("Right")), { steps: 8 });
    await another(page, () => page.mouse.up());
    expect(await page.locator("#circuit-drawing title").allTextContents()).toContain("Left excites Right: probability 0.1, weight 1 nS, delay 1 ms"); // prettier-ignore
  });
});
