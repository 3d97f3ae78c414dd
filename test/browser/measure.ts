// How fast and how light are the demos in Chromium on a software adapter? Run by: npx tsx test/browser/measure.ts [seconds]
// CPU seconds are those of all processes of the browser: on a busy machine they say more than the clock.
import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import type { Browser, Page } from "playwright-core";
import { another, openBrowser, visit } from "./pages.ts";
import { openSite } from "./site.ts";
import { number, running, set } from "./tab.ts";

const seconds = Number(process.argv[2] ?? 10);

/** CPU seconds so far of this process's descendants. */
function cpuSeconds(): number {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,cputimes=,time="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const parents = new Map(rows.map(([pid, ppid]) => [Number(pid), Number(ppid)]));
  const ours = (pid: number): boolean => pid === process.pid || (pid > 1 && ours(parents.get(pid) ?? 0));
  return rows.reduce(
    (sum, [pid, , cpu]) => sum + (Number(pid) !== process.pid && ours(Number(pid)) ? Number(cpu) : 0),
    0,
  );
}

async function watchTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration))).observe({
      type: "longtask",
    });
  });
}

const longestTask = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, ...(globalThis as unknown as { tasks: number[] }).tasks));

/** Moves a slider ten times; the longest time until a submit saw it, ms. */
async function sliderDelay(page: Page): Promise<number> {
  for (let k = 0; k < 10; k++) {
    await set(page, "rate", 50 + k);
    await page.waitForTimeout(130); // not in step with the submits
  }
  return page.evaluate(() => Math.max(...performance.getEntriesByName("slider to simulation").map((e) => e.duration)));
}

async function measure(browser: Browser, url: string, key: "modelMs" | "step"): Promise<Record<string, string>> {
  const { page } = await visit(browser, url);
  await running(page);
  const drawn = url.includes("motor-pool")
    ? await page.waitForFunction(() => {
        const mark = performance.getEntriesByName("first spike drawn")[0];
        const [load] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
        return mark === undefined || load === undefined ? false : mark.startTime - load.loadEventEnd;
      }).then((handle) => handle.jsonValue()) // prettier-ignore
    : undefined;
  await page.waitForTimeout(2000); // the first plots make their fonts and colours
  await watchTasks(page);
  const [model, wall, cpu] = [await number(page, key), performance.now(), cpuSeconds()];
  await page.waitForTimeout(seconds * 1000);
  const passed = ((await number(page, key)) - model) / 1000; // a step of the learning network is 1 ms
  const took = (performance.now() - wall) / 1000;
  const result = {
    page: url.replace(/^.*\//, ""),
    "model s per s": (passed / took).toFixed(3),
    "CPU s per model s": ((cpuSeconds() - cpu) / passed).toFixed(1),
    "longest task, ms": (await longestTask(page)).toFixed(0),
    "slider acts within, ms": url.includes("motor-pool") ? (await sliderDelay(page)).toFixed(0) : "-",
    "first spike after load, s": drawn === undefined || drawn === false ? "-" : (drawn / 1000).toFixed(2),
  };
  await page.close();
  return result;
}

/** Edits a conductance five times; how long until it acts, from the key, at worst. */
async function measureLaboratory(browser: Browser, url: string): Promise<Record<string, string>> {
  const { page } = await visit(browser, url);
  await running(page);
  const spike = await page.waitForFunction(() => performance.getEntriesByName("first spike drawn")[0]?.startTime); // prettier-ignore
  const load = await page.evaluate(() => (performance.getEntriesByType("navigation") as PerformanceNavigationTiming[])[0]?.loadEventEnd ?? 0); // prettier-ignore
  await page.waitForTimeout(2000);
  await watchTasks(page);
  for (let k = 0; k < 5; k++) {
    const edited = page.locator("#text");
    await another(page, () =>
      edited.evaluate((area: HTMLTextAreaElement, n) => {
        area.value = area.value.replace(/4 \* exp|4\.\d \* exp/, `4.${n} * exp`);
        area.dispatchEvent(new Event("input"));
      }, k + 1),
    );
    await page.waitForTimeout(300);
  }
  const edits = await page.evaluate(() => performance.getEntriesByName("edit to simulation").slice(-5).map((e) => e.duration)); // prettier-ignore
  const result = {
    page: url.replace(/^.*\//, ""),
    "edit acts within, ms": edits.map((x) => x.toFixed(0)).join(" "),
    "longest task, ms": (await longestTask(page)).toFixed(0),
    "first spike after load, s": (((await spike.jsonValue()) as number) / 1000 - load / 1000).toFixed(2),
  };
  await page.close();
  return result;
}

const site = await openSite();
const browser = await openBrowser();
try {
  const kilobytes = Object.values(site.gzipped).reduce((sum, x) => sum + x, 0) / 1000;
  console.log(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}; all pages ${kilobytes.toFixed(0)} kB gzipped`);
  const rows: Record<string, string>[] = [];
  rows.push(await measure(browser, `${site.url}motor-pool.html?neurons=200&speed=100`, "modelMs"));
  rows.push(await measure(browser, `${site.url}column.html?mesh=3&drive=1&speed=1000`, "modelMs"));
  rows.push(await measure(browser, `${site.url}learning.html?neurons=100`, "step"));
  console.table(rows);
  console.table([
    await measureLaboratory(browser, `${site.url}laboratory.html`),
    await measureLaboratory(browser, `${site.url}laboratory.html?engine=1`),
  ]);
} finally {
  await browser.close();
  await site.close();
}
