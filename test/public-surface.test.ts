import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

const ENTRIES: readonly (readonly [string, () => Promise<object>])[] = [
  ["analysis", () => import("../src/analysis/index.ts")],
  ["import", () => import("../src/import/index.ts")],
  ["mechanisms", () => import("../src/mechanisms/index.ts")],
  ["models/cortical-column", () => import("../src/models/cortical-column/index.ts")],
  ["models/motor-pool", () => import("../src/models/motor-pool/index.ts")],
  ["models/trained-network", () => import("../src/models/trained-network/index.ts")],
  ["neurons", () => import("../src/mechanisms/neurons/index.ts")],
  ["plasticity", () => import("../src/mechanisms/plasticity/index.ts")],
  ["plot", () => import("../src/plot/index.ts")],
  ["plot/png", () => import("../src/plot/png.ts")],
];

describe("public surface", () => {
  test("node and browser export the same names, a known list", async () => {
    const node = Object.keys(await import("../src/node.ts")).sort();
    const browser = Object.keys(await import("../src/browser.ts")).sort();
    expect(browser).toEqual(node);
    expect(node).toMatchSnapshot();
  });

  test("index is what both share, without the machine", async () => {
    const index = Object.keys(await import("../src/index.ts")).sort();
    const node = Object.keys(await import("../src/node.ts")).sort();
    expect(node.filter((name) => !index.includes(name))).toEqual(["adapters", "openDevice", "openFolder"]);
    expect(index).toMatchSnapshot();
  });

  test.each(ENTRIES)("%s exports a known list", async (_, load) => {
    expect(Object.keys(await load()).sort()).toMatchSnapshot();
  });

  test("one name is one thing, whatever it is imported from", async () => {
    const meanings = new Map<string, { entry: string; thing: unknown }>();
    for (const [entry, load] of [["node", () => import("../src/node.ts")] as const, ...ENTRIES]) {
      for (const [name, thing] of Object.entries(await load())) {
        const known = meanings.get(name);
        if (known === undefined) meanings.set(name, { entry, thing });
        else expect(known.thing, `${name} of ${known.entry} and of ${entry}`).toBe(thing);
      }
    }
    expect(meanings.size).toBeGreaterThan(200);
  });

  test.each(readdirSync(join(root, "shaders")))("shaders/%s: imports stand together", (file) => {
    const lines = readFileSync(join(root, "shaders", file), "utf8").split("\n");
    const at = lines.flatMap((line, k) => (line.startsWith("import ") ? [k] : []));
    expect(at).toEqual(at.map((_, k) => (at[0] as number) + k));
  });

  test("src/shaders.gen.ts is what shaders/*.wgsl give", () => {
    execFileSync(process.execPath, ["scripts/shaders.mjs", "--check"], { cwd: root, stdio: "pipe" }); // throws when stale
  });
});
