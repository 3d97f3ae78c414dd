import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";

const root = join(import.meta.dirname, "..");
const folder = join(import.meta.dirname, ".blocks");
const DOCUMENTS = ["README.md", "docs/own-neuron.md", "docs/own-plasticity.md", "docs/own-receptor.md", "docs/sources.md"];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The JavaScript blocks of a document. */
const blocks = DOCUMENTS.flatMap((document) => {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/```js\n(.*?)```/gs)].map((m, k) => ({
    name: `${document}, block ${k + 1}`,
    code: m[1] ?? "",
  }));
});

test("there are some", () => expect(blocks.length).toBeGreaterThanOrEqual(DOCUMENTS.length));

test.each(blocks)("$name runs and prints", async ({ name, code }) => {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.replace(/\W+/g, "_")}.mjs`);
  writeFileSync(file, code);
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  try {
    await import(file);
    expect(log.mock.calls.length).toBeGreaterThan(0);
    expect(log.mock.calls.flat().join(" ")).not.toMatch(/NaN|undefined/);
  } finally {
    log.mockRestore();
  }
});
