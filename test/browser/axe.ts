import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";

const SCRIPT = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds wrong with a page as it stands, WCAG A and AA and good practice. */
export async function faults(page: Page): Promise<string[]> {
  await page.evaluate(SCRIPT); // a test may evaluate; the page itself may not
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((n) => `${n.html} ${n.failureSummary ?? ""}`).join("\n").slice(0, 600)}`); // prettier-ignore
}
