// What the pages' start costs the main thread, which a reader's first click waits for.
import { expect, test } from "vitest";
import { browser, site } from "./setting.ts";
import { running } from "./tab.ts";

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number; // us
  readonly dur: number;
  /** processor time, us. */
  readonly tdur?: number;
  readonly args: unknown;
}

/** The longest tasks of the page's main thread from its address to some seconds after it runs, ms of the processor: what others do on
 * the machine lengthens them little. */
async function longestTasks(path: string): Promise<{ ms: number; within: string[] }[]> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline", "blink", "v8"] });
  await page.goto(site.url + path);
  await running(page);
  await page.waitForTimeout(3000);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  await page.close();
  const says = (e: TraceEvent, text: string): boolean => JSON.stringify(e.args).includes(text);
  const process = traceEvents.find((e) => e.name === "ParseHTML" && says(e, site.url))?.pid;
  const thread = traceEvents.find((e) => e.pid === process && e.name === "thread_name" && says(e, "CrRendererMain"))?.tid; // prettier-ignore
  const events = traceEvents.filter((e) => e.pid === process && e.tid === thread && e.ph === "X");
  const inside = (task: TraceEvent): TraceEvent[] => events.filter((e) => e.ts >= task.ts && e.ts + e.dur <= task.ts + task.dur); // prettier-ignore
  return events
    .filter((e) => e.name === "ThreadControllerImpl::RunTask")
    .map((task) => ({ task, ms: (task.tdur ?? 0) / 1000 }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 8)
    .map(({ task, ms }) => ({ ms, parts: inside(task), within: inside(task).map((e) => e.name) }))
    .filter(({ parts }) => !parts.some((e) => says(e, "DevToolsSession"))) // the test's own
    .map(({ ms, within }) => ({ ms, within: [...new Set(within)].slice(0, 12) }));
}

// Measured 20 to 43 ms, up to 65 with ten processes a core; before scripts and plots came in turn 70 on the start page, 124 to 163 on the others.
test.each([
  ["index.html", 50],
  ["motor-pool.html?neurons=50", 90],
  ["column.html?mesh=2&drive=2", 90],
  ["learning.html?neurons=60", 90],
  ["plasticity.html", 90],
  ["laboratory.html?engine=2", 90],
] as const)("no task of %s's start takes its main thread for long", async (path, most) => {
  const tasks = await longestTasks(path);
  expect(tasks.length).toBeGreaterThan(3);
  expect(tasks[0]?.ms).toBeGreaterThan(1); // it was measured
  expect(tasks.filter(({ ms }) => ms > most)).toEqual([]);
});
