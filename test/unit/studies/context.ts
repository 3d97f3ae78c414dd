import { expect } from "vitest";
import { announcer } from "../../../src/studies/announce.ts";
import { Parts } from "../../../src/studies/parts.ts";
import { POINTS_PER_MM } from "../../../src/plot/svg.ts";
import type { Result, Study, StudyContext } from "../../../src/studies/study.ts";
import { decode, type Files } from "../../../src/storage/files.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";

/** A study's context in memory, on the float64 engine. */
export function inMemory(files: Record<string, string> = {}, more: Partial<StudyContext> = {}) {
  const folders = new Map<string, MemoryFiles>();
  const said: string[] = [];
  const parts: string[] = [];
  const folder = async (name: string): Promise<MemoryFiles> => {
    const found = folders.get(name) ?? new MemoryFiles(name);
    folders.set(name, found);
    return found;
  };
  const out = new MemoryFiles("out");
  const context: StudyContext = {
    seed: 0,
    files: new Map(Object.entries(files)),
    engine: "reference",
    adapter: "",
    out,
    folder,
    keep: (_, compute) => compute(),
    say: (line) => void said.push(line),
    announce: announcer((line) => void said.push(line)),
    progress: (part, done) => void parts.push(`${part} ${done}`),
    resume: false,
    force: false,
    ...more,
  };
  return { context, out, folder, said, parts };
}

/** The same context as the runner makes it: parts are kept in `out`. */
export async function keeping(
  context: StudyContext,
  how: { resume?: boolean; force?: boolean } = {},
): Promise<StudyContext> {
  const { resume = false, force = false } = how;
  const facts = { study: "test", settings: {}, seed: context.seed, files: {}, engine: "reference", adapter: "" };
  const { keep } = await Parts.open(context.out, facts, { resume, force, continues: false }, () => undefined);
  return { ...context, keep, resume, force };
}

export const textOf = async (files: Files, name: string): Promise<string> => decode(await files.read(name));

/** Draws every figure. */
export async function drawn({ figures }: Result): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for (const { name, svg } of await figures()) all.set(name, await svg());
  return all;
}

/** A study's page is as large as the largest of its figures, within a tenth. */
export function expectPage({ page: [width, height] }: Pick<Study, "page">, figures: Iterable<string>): void {
  const largest = Math.max(...Array.from(figures, areaOf)) / (width * height);
  expect(largest).toBeGreaterThan(0.9);
  expect(largest).toBeLessThan(1.1);
}

/** mm2 */
function areaOf(svg: string): number {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return (Number(width) * Number(height)) / POINTS_PER_MM ** 2;
}
