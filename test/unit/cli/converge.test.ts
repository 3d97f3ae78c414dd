import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { hillock } from "../../../src/cli/command.ts";
import { runStudy } from "../../../src/cli/run.ts";
import { iaf_exp } from "../../../src/mechanisms/neurons/index.ts";
import { Network } from "../../../src/network/network.ts";
import { regular } from "../../../src/network/sources.ts";
import type { Moves } from "../../../src/studies/converge.ts";
import { real } from "../../../src/studies/schema.ts";
import type { LongStudy } from "../../../src/studies/study.ts";
import { ms, nA } from "../../../src/units.ts";

const folder = mkdtempSync(join(tmpdir(), "hillock-converge-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs a command line in this process. */
async function run(...words: string[]): Promise<{ code: number; out: string }> {
  let out = "";
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text) => ((out += String(text)), true));
  return { code: await hillock(["run", ...words]), out };
}

const comparisons = (name: string): { comparisons: Moves[]; without: { name: string }[] } =>
  JSON.parse(readFileSync(join(folder, name, "converge.json"), "utf8")) as never;

test("--converge of a network's JSON: a neuron whose firing has a closed form moves as that says", async () => {
  // 10 ms from rest to 15 mV of 20: an interval is 10 ln 4 = 13.86 ms rounded up to steps: 14 ms at dt 0.2, 13.9 ms at 0.1
  const interval = (dt: number): number => dt * Math.ceil((10 * Math.log(4)) / dt);
  const net = new Network({ seed: 3 });
  const E = net.cells("E", iaf_exp({ n: 2, params: { I_e: nA(0.5), t_ref: ms(0) } }));
  net.sources("clock", 3, regular({ interval: ms(10), stop: ms(100) }));
  net.record(E, "V", { every: ms(1) });
  const file = join(folder, "net.mjs");
  const text = JSON.stringify(net);
  writeFileSync(join(folder, "net.json"), text);
  const built = join(import.meta.dirname, "../../../src");
  writeFileSync(file, `import { Network } from ${JSON.stringify(`${built}/network/network.ts`)};
export default Network.fromJSON(${text});
export const dt = { value: 0.2, unit: "ms" };
export const duration = { value: 100, unit: "ms" };`);
  const out = join(folder, "a");
  const done = await run(file, "--engine", "reference", "--converge", "--converge-seeds", "1", "--out", out);
  expect(done.code, done.out).toBe(0);
  const { comparisons: all } = comparisons("a");
  expect(all.map(({ name }) => name)).toEqual(["dt / 2", "float32 reference", "float32 device", "seed 4"]);
  const at = (name: string, population: string) =>
    all.find((one) => one.name === name)?.spikes.find((s) => s.population === population);
  const shift = interval(0.2) - interval(0.1);
  const n = Math.floor(100 / interval(0.2));
  const half = at("dt / 2", "E");
  expect(half).toMatchObject({ base: 2 * n, spikes: 2 * n, otherCounts: 0 });
  expect(half?.largestDifference__ms).toBeCloseTo(n * shift, 9);
  expect(half?.baseRate__Hz).toBeCloseTo(10 * n, 9);
  expect(at("dt / 2", "clock")).toMatchObject({ withinHalfMs: 1, otherCounts: 0 });
  expect(at("float32 reference", "E")).toMatchObject({ largestDifference__ms: 0, withinStep: 1 });
  expect(at("seed 4", "E")).toMatchObject({ largestDifference__ms: 0 }); // nothing in it is random
  // a sample at a spike is that before the reset
  const since = (t: number, dt: number): number => t - interval(dt) * Math.max(0, Math.ceil(t / interval(dt) - 1e-9) - 1);
  const saw = (t: number, dt: number): number => -65 + 20 * (1 - Math.exp(-since(t, dt) / 10));
  const V = all[0]?.traces[0];
  let most = 0;
  for (let t = 1; t < 100; t++) most = Math.max(most, Math.abs(saw(t, 0.2) - saw(t, 0.1)));
  expect(V?.largestDifference).toBeCloseTo(most, 6);
  expect(V?.samples).toBe(2 * 101); // both ends
  expect(done.out).toMatch(/against the run +population +spikes/);
}); // prettier-ignore

/** Explicit Euler steps of dx/dt = -x from the seed to t = 1: in closed form seed (1 - dt)^(1/dt). */
const euler: LongStudy = {
  name: "euler",
  title: "a decay",
  settings: z.strictObject({ dt: real(0.1, "ms", "time step"), chunk: real(1, "ms", "no step") }),
  defaultSeed: 5,
  page: [0, 0],
  check: () => undefined,
  run: async (settings, { seed, keep }) => {
    const dt = settings["dt"] as number;
    const x = await keep("decay", async () => seed * (1 - dt) ** Math.round(1 / dt));
    return { text: `x = ${x}`, values: { x }, figures: () => [] };
  },
};

test("a study of many runs compares what it measures; it goes on with --resume", async () => {
  const out = join(folder, "b");
  const once = (resume: boolean): Promise<number> => {
    const options = { engine: "reference", out, set: [], figures: false, converge: true, convergeSeeds: "1", resume };
    vi.spyOn(process.stdout, "write").mockImplementation(() => true);
    return runStudy(euler, undefined, () => undefined, { options, words: ["euler"], version: "0" });
  };
  expect(await once(false)).toBe(0);
  const before = comparisons("b");
  const x = Object.fromEntries(before.comparisons.map(({ name, values }) => [name, values["x"]]));
  const base = 5 * 0.9 ** 10;
  expect(x).toEqual({ "dt / 2": [base, 5 * 0.95 ** 20], "float32 reference": [base, base], "float32 device": [base, base], "seed 6": [base, 6 * 0.9 ** 10] }); // prettier-ignore
  expect(await once(true)).toBe(0);
  expect(comparisons("b")).toEqual(before);
});

test("what --converge cannot compare is refused before anything runs", async () => {
  expect(await run("watanabe", "--batch", "2", "--converge")).toMatchObject({ code: 1 });
  const wrong = await run("watanabe", "--converge", "--converge-seeds", "1.5");
  expect(wrong.out).toMatch(/DataError: --converge-seeds 1.5: is not a whole number/);
});
