import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";

/** What a figure saves, as text. */
export async function saved(page: Page, figure: string, kind: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.click(`button[aria-label="Save ${figure} as ${kind}"]`),
  ]);
  return readFileSync(await download.path(), "latin1");
}

/** Rows of a figure's CSV, the names first; a name may hold commas. */
export const table = async (page: Page, figure: string): Promise<string[][]> =>
  (await saved(page, figure, "CSV"))
    .trimEnd()
    .split("\n")
    .map((row) => [...row.matchAll(/"([^"]*)"|([^,]+)|(?<=,)(?=,|$)|^(?=,)/g)].map((m) => m[1] ?? m[2] ?? ""));
