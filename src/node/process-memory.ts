import { tried } from "../clipped.ts";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Of this process in the machine's memory, bytes: now, and the most so far. */
export interface ProcessMemory {
  readonly now: number;
  readonly most: number;
}

export const processMemory = (): ProcessMemory => {
  const now = process.memoryUsage.rss();
  return { now, most: Math.max(now, 1024 * process.resourceUsage().maxRSS) };
};

/** Bytes of garbage that may come together before it is given back. V8 by itself waits for 64 MiB outside its heap, and inside for four times
 * what is in use. */
const GARBAGE = 16 * 2 ** 20;

let least = Infinity; // bytes that were held when last looked at, or less

/** What V8 holds but for what is quickly given back: its young generation. */
function held(): number {
  const old = getHeapSpaceStatistics().filter(({ space_name: name }) => !name.startsWith("new_"));
  return old.reduce((sum, space) => sum + space.space_used_size, process.memoryUsage().external);
}

/** V8's own collection; undefined in a runtime without that door. */
const collector = (): (() => void) | undefined =>
  tried(() => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    held();
    return collect;
  }, undefined);

let collect: (() => void) | undefined | "not asked" = "not asked";

/** Has what nothing holds any more given back, tables and pictures outside V8's heap among it. */
function collectNow(): void {
  if (collect === "not asked") collect = collector();
  if (collect === undefined) return;
  collect();
  least = held();
}

/** The same; what native modules hold is given back a turn of the event loop later. */
export async function collectGarbage(): Promise<void> {
  collectNow();
  await new Promise((resume) => setTimeout(resume, 0));
}

/** To be called now and then once garbage has been collected: has it given back where much has come together. */
export function boundGarbage(): void {
  if (least === Infinity) return;
  const now = held();
  if (now > least + GARBAGE) collectNow();
  else least = Math.min(least, now);
}
