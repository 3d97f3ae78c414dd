import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { pythonWith } from "../scripts/requirements.mjs";
import { hillock } from "./sweeps.ts";

const root = join(import.meta.dirname, "..");
const folder = join(import.meta.dirname, ".blocks");
const DOCUMENTS = [
  "README.md",
  "docs/own-cell.md",
  "docs/own-neuron.md",
  "docs/own-plasticity.md",
  "docs/own-receptor.md",
  "docs/recording.md",
  "docs/sources.md",
  "docs/swc.md",
  "docs/training.md",
];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blocksOf = (document: string, language: string) => {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map((m, k) => ({
    name: `${document}, block ${k + 1}`,
    code: m[1] ?? "",
  }));
};

const blocks = DOCUMENTS.flatMap((document) => blocksOf(document, "js"));

test("there are some", () => expect(blocks.length).toBeGreaterThanOrEqual(DOCUMENTS.length));

test.each(blocks)("$name runs and prints", async ({ name, code }) => {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.replace(/\W+/g, "_")}.mjs`);
  writeFileSync(file, code.replace('"cell.swc"', JSON.stringify(join(root, "examples/layer5/cell.swc"))));
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  try {
    await import(file);
    expect(log.mock.calls.length).toBeGreaterThan(0);
    expect(log.mock.calls.flat().join(" ")).not.toMatch(/NaN|undefined/);
  } finally {
    log.mockRestore();
  }
});

test.each(blocksOf("docs/recording.md", "python"))("$name reads what the blocks before it wrote", ({ code }) => {
  const out = execFileSync(pythonWith(["h5py", "numpy"]), ["-c", code], { cwd: process.cwd(), encoding: "utf8" });
  expect(out).toMatch(/chunk-000000\.h5 .*\n.*chunk-000001\.h5 .*\n[1-9]\d* spikes of [1-9]\d* cells/);
});

test("the command lines of docs/cluster.md", async () => {
  const lines = blocksOf("docs/cluster.md", "sh").flatMap(({ code }) => code.trim().split("\n"));
  const cwd = mkdtempSync(join(tmpdir(), "hillock-docs-"));
  try {
    for (const line of lines) {
      const words = [...line.replace(/^npx hillock /, "").matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2] ?? "");
      const { code, err, out } = await hillock(words, { cwd });
      expect(err.replaceAll(/^.*: \d+ %$\n/gm, "")).toBe(""); // a slow machine says how far it is
      expect(code).toBe(0);
      expect(out.length).toBeGreaterThan(20);
    }
    expect(lines).toHaveLength(5);
    expect(readFileSync(join(cwd, "rates/table.csv"), "utf8").split("\n")).toHaveLength(6); // head, four points, end
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
});

test("what docs/performance.md says of threads and phases is made from bench/results", () => {
  const text = readFileSync(join(root, "docs/performance.md"), "utf8");
  const made = [...text.matchAll(/<!-- (\w+) -->\n([^]*?)\n<!-- \/\1 -->/g)].map(([, name, table]) => [name, table?.match(/\d/g)?.length ?? 0] as const); // prettier-ignore
  expect(made.map(([name]) => name)).toEqual(["threads", "phases", "sizes"]);
  for (const [, digits] of made) expect(digits).toBeGreaterThan(10);
  execFileSync(process.execPath, ["scripts/readme.mjs", "--check"], { cwd: root });
});

test("README gives no figure of speed that is not made from bench/results", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, section = ""] = /## How fast it is\n(.*?)\n## /s.exec(readme) ?? [];
  expect(section).toMatch(/<!-- speed -->[^]*Measured on \(bench\/results\): watanabe: \d+ cores of /);
  expect(section.replace(/<!-- speed -->[^]*<!-- \/speed -->/, "")).not.toMatch(/\d/);
  execFileSync(process.execPath, ["scripts/readme.mjs", "--check"], { cwd: root });
});
