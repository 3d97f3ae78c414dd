import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

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

  test.each([
    ["analysis", () => import("../src/analysis/index.ts")],
    ["mechanisms", () => import("../src/mechanisms/index.ts")],
    ["models/cortical-column", () => import("../src/models/cortical-column/index.ts")],
    ["models/motor-pool", () => import("../src/models/motor-pool/index.ts")],
    ["models/trained-network", () => import("../src/models/trained-network/index.ts")],
    ["plasticity", () => import("../src/mechanisms/plasticity/index.ts")],
    ["plot", () => import("../src/plot/index.ts")],
    ["plot/png", () => import("../src/plot/png.ts")],
  ] as const)("%s exports a known list", async (_, load) => {
    expect(Object.keys(await load()).sort()).toMatchSnapshot();
  });

  test("src/shaders.gen.ts is what shaders/*.wgsl give", () => {
    execFileSync(process.execPath, ["scripts/shaders.mjs", "--check"], { cwd: root, stdio: "pipe" }); // throws when stale
  });
});
