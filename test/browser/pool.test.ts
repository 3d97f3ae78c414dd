// What the motor pool shows of single units and halves, in Chromium with the reference engine: a unit is chosen by a click and by keys,
// and every number is checked against what the page gives away.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { coefficientOfVariation, intervals } from "../../src/analysis/intervals.ts";
import { saved, table } from "./downloads.ts";
import { openBrowser, visit, type Visit } from "./pages.ts";
import { site } from "./setting.ts";
import { number, passed, running, settled, until } from "./tab.ts";

let browser: Browser;
let seen: Visit;
let page: Page;
beforeAll(async () => {
  browser = await openBrowser(["--no-sandbox"]);
  seen = await visit(browser, `${site.url}motor-pool.html?neurons=50&shape=1&speed=0.25&unit=5`);
  page = seen.page;
  await running(page);
});
afterAll(() => browser?.close());

const figure = async (title: string): Promise<(number | null)[][]> => (await table(page, title)).slice(1).map((row) => row.map((x) => (x === "" ? null : Number(x)))); // prettier-ignore

/** Intervals of a unit from the raster's table, and what the page makes of them. */
async function compared(unit: number): Promise<void> {
  const times = (await figure("Spikes")).filter(([, u]) => u === unit).map(([t]) => t as number);
  const all = intervals(times);
  const firing = all.filter((ms) => ms <= 500);
  expect(firing.length).toBeGreaterThan(5);
  const want = new Map<number, number>();
  for (const ms of firing) {
    const from = 5 * Math.floor((ms + 1e-6) / 5); // times have four digits
    want.set(from, (want.get(from) ?? 0) + 1);
  }
  const got = (await figure("Intervals of one unit")).filter(([, count]) => (count ?? 0) > 0);
  expect(new Map(got.map(([from, count]) => [from as number, count as number]))).toEqual(new Map([...want].sort(([a], [b]) => a - b))); // prettier-ignore
  const mean = firing.reduce((sum, ms) => sum + ms, 0) / firing.length;
  expect(await page.textContent("#intervals-said")).toContain(
    `${firing.length} intervals: mean ${mean.toFixed(1)} ms, CV ${coefficientOfVariation(firing).toFixed(3)}`,
  );
}

test("a clicked unit's histogram is that of the spikes which the raster gives away; so is the next one's, by a key", async () => {
  await until(page, "modelMs", (t) => t > 3300);
  await page.click("#pause");
  await settled(page);
  expect(await number(page, "modelMs")).toBeLessThan(4000); // the table holds all spikes
  await compared(5);
  const height = (await page.locator("#raster").boundingBox())?.height ?? NaN;
  await page.locator("#raster").click({ position: { x: 200, y: ((50 - 12 + 0.5) / 50) * height } }); // the row of unit 12, while paused
  await expect.poll(() => page.inputValue("#control-unit")).toBe("12");
  await settled(page);
  await compared(12);
  expect(await page.textContent("#unit-mark")).toContain("12");
  await page.focus("#control-unit");
  await page.keyboard.press("ArrowRight");
  await settled(page);
  await compared(13);
  expect(new URL(page.url()).searchParams.get("unit")).toBe("13");
  expect(await number(page, "built")).toBe(1); // no other network
  await page.locator("#rates").hover({ position: { x: 300, y: 80 } });
  const [, under] = /unit (\d+)/.exec((await page.locator("#rates ~ .readout").textContent()) ?? "") ?? [];
  await page.locator("#rates").click({ position: { x: 300, y: 80 } });
  await expect.poll(() => page.inputValue("#control-unit")).toBe(under);
});

test("a trapezoid gives each unit two thresholds, large ones the higher; rates rise with the force; halves share the drive", async () => {
  await page.locator("#control-speed").selectOption("100");
  await page.click("#pause");
  await until(page, "modelMs", (t) => t > 9000);
  await page.click("#pause");
  await settled(page);

  const thresholds = await figure("Recruitment");
  expect((await table(page, "Recruitment"))[0]).toEqual(["unit", "recruited (drive, Hz)", "derecruited (drive, Hz)"]);
  const both = thresholds.filter(([, began, stopped]) => began !== null && stopped !== null);
  expect(both.length).toBeGreaterThan(30);
  for (const [, began, stopped] of both) {
    for (const hz of [began, stopped]) expect(hz).toBeGreaterThanOrEqual(0);
    expect(Math.max(began ?? NaN, stopped ?? NaN)).toBeLessThanOrEqual(80); // of the trapezoid
  }
  for (const column of [1, 2]) {
    const pairs = both.flatMap((a, k) => both.slice(k + 1).map((b) => Math.sign((b[column] as number) - (a[column] as number)))); // prettier-ignore
    expect(pairs.filter((x) => x > 0).length / pairs.filter((x) => x !== 0).length).toBeGreaterThan(0.8); // by chance 0.5
  }

  // the same units in the same order, by the force that they had then; the page stands still, and tells them anew all the same
  await page.locator("#control-thresholds").selectOption("1");
  await expect.poll(async () => (await table(page, "Recruitment"))[0], { timeout: 60_000 }).toEqual(["unit", "recruited (force, %)", "derecruited (force, %)"]); // prettier-ignore
  const inForce = (await figure("Recruitment")).filter(([, began, stopped]) => began !== null && stopped !== null);
  expect(inForce.map(([unit]) => unit)).toEqual(both.map(([unit]) => unit));
  const highest = Math.max(...(await figure("Rate against force")).map(([force]) => force as number));
  for (const [, ...two] of inForce)
    for (const force of two) {
      expect(force).toBeGreaterThanOrEqual(0);
      expect(force).toBeLessThan(1.5 * highest); // which are means over a second
    }
  await page.locator("#control-thresholds").selectOption("0");

  const [names, ...points] = await table(page, "Rate against force");
  expect(names?.[0]).toBe("force, % of tetanus");
  const small = points.filter((row) => row[1] !== "").map((row) => [Number(row[0]), Number(row[1])] as const);
  const half = Math.floor(small.length / 2);
  const mean = (part: typeof small): number => part.reduce((sum, [, hz]) => sum + hz, 0) / part.length;
  expect(small.length).toBeGreaterThan(30);
  expect(mean(small.slice(half))).toBeGreaterThan(mean(small.slice(0, half)));

  const coherence = await figure("Coherence of two halves");
  const seconds = Number(/over (\d+) s/.exec((await page.textContent("#coherence-said")) ?? "")?.[1]);
  expect(seconds).toBeGreaterThanOrEqual(9);
  for (const [, , level] of coherence) expect(level).toBeCloseTo(1 - 0.05 ** (1 / (seconds - 1)), 9);
  expect(coherence[0]?.[1]).toBeGreaterThan(coherence[0]?.[2] as number); // at 1 Hz all follow the trapezoid
  const svg = await saved(page, "Intervals of one unit", "SVG");
  expect(svg).toMatch(/^<svg.*Intervals of one unit.*<path.*<\/svg>\n$/s);
  expect((await saved(page, "Rate against force", "PNG")).slice(1, 4)).toBe("PNG");
  expect(seen.complaints.filter((text) => !/WebGPU/.test(text))).toEqual([]);
});

test("what is off the screen is not drawn, and is drawn when it comes back", async () => {
  const address = `${site.url}motor-pool.html?neurons=50&speed=100`;
  const { page: low } = await visit(browser, address, { width: 1280, height: 500 });
  await running(low);
  const plot = low.locator("#force-plot canvas");
  await plot.waitFor({ state: "attached" });
  const drawn = (): Promise<string> => plot.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  await passed(low, 100);
  const then = await drawn();
  await passed(low, 200);
  expect(await drawn()).toBe(then);
  expect((await table(low, "Force and drive")).length).toBeGreaterThan(10); // its data are there
  await plot.scrollIntoViewIfNeeded();
  await expect.poll(drawn, { timeout: 60_000 }).not.toBe(then);

  // the raster, which the worker draws
  await low.evaluate(() => scrollTo(0, document.body.scrollHeight));
  let frames = NaN;
  const still = async (): Promise<boolean> => {
    const before = frames;
    await passed(low, 300);
    frames = await number(low, "frames");
    return frames === before;
  };
  await expect.poll(still, { timeout: 300_000 }).toBe(true);
  await low.evaluate(() => scrollTo(0, 0));
  await until(low, "frames", (n) => n > frames);
  await low.close();
});
