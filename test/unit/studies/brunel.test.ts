import { describe, expect, test } from "vitest";
import { selfConsistentRate, siegert } from "../../../src/studies/brunel/mean-field.ts";
import { buildBrunel } from "../../../src/studies/brunel/build.ts";
import { settings } from "../../../src/studies/brunel/settings.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { recordRun } from "../../../src/storage/run-folder.ts";
import { simulate } from "../../../src/run/simulate.ts";

const neuron = { tau: 20, threshold: 20, reset: 10, refractory: 2 };

test("the mean-field rate of the paper's asynchronous state", () => {
  // Brunel (2000), figure 8C: g = 5, nu_ext = 2 nu_thr; 37.7 Hz simulated
  const rate = selfConsistentRate({ neuron, J: 0.1, g: 5, excitatory: 1000, inhibitory: 250, external: 20_000 });
  expect(Math.abs(rate - 37.7)).toBeLessThan(2);
});

describe("Siegert's rate", () => {
  test("without noise it is the closed form of a constant input", () => {
    const expected = 1000 / (2 + 20 * Math.log((30 - 10) / (30 - 20)));
    expect(siegert(neuron, 30, 0.05)).toBeCloseTo(expected, 1);
  });
  test("far below the threshold it vanishes, far above it is bound by refractoriness", () => {
    expect(siegert(neuron, -100, 1)).toBe(0);
    expect(siegert(neuron, 1e6, 1)).toBeGreaterThan(498);
  });
});

/** A smaller network of the same number of links onto each neuron: the state depends on these. */
async function run(g: number, eta: number) {
  const s = settings.parse({
    cells: { excitatory: 1600, inhibitory: 400 }, probability: 0.25, J: 0.25, g, eta, duration: 0.5, from: 0.1, chunk: 0.5, pairs: 60,
  }); // prettier-ignore
  const built = buildBrunel(s, { seed: 1, files: new Map() });
  const sim = await simulate(built.network, { dt: built.dt });
  const files = new MemoryFiles();
  for await (const chunk of recordRun(sim, { files, duration: built.duration, chunk: built.chunk })) void chunk;
  const stored = await loadRun(files);
  const text = await built.summary(stored, 0);
  const drawn: string[] = [];
  for (const f of await built.figures(stored, 0)) drawn.push(await f.svg());
  const E = text.split("\n").find((line) => line.trim().startsWith("E")) as string;
  const [rate, cv, correlation] = (E.match(/-?[\d.]+/g) as string[]).map(Number) as [number, number, number];
  const meanField = Number(/: ([\d.]+) Hz$/.exec(text)?.[1]);
  return { rate, cv, correlation, meanField, drawn };
}

test("synchronous regular, fast synchronous irregular and asynchronous irregular states differ as published", async () => {
  const [SR, fast, AI] = [await run(3, 2), await run(6, 4), await run(5, 2)];
  expect(SR.rate).toBeGreaterThan(200); // near the refractory limit, regular, synchronous
  expect(SR.cv).toBeLessThan(0.3);
  expect(SR.correlation).toBeGreaterThan(AI.correlation);
  expect(fast.rate).toBeGreaterThan(AI.rate);
  expect(AI.cv).toBeGreaterThan(0.4); // irregular
  expect(Math.abs(AI.correlation)).toBeLessThan(0.1); // asynchronous
  expect(Math.abs(AI.rate / AI.meanField - 1)).toBeLessThan(0.2); // the diffusion approximation at J = 0.25 mV
  for (const svg of AI.drawn) expect(svg).toMatch(/^<svg/);
}, 120_000);

test("what a silent network leaves undefined is n/a in its table, as everywhere", async () => {
  const s = settings.parse({ cells: { excitatory: 40, inhibitory: 10 }, probability: 0.25, eta: 0.01, duration: 0.05, from: 0.01, chunk: 0.05, pairs: 5 }); // prettier-ignore
  const built = buildBrunel(s, { seed: 1, files: new Map() });
  const sim = await simulate(built.network, { dt: built.dt, engine: "reference" });
  const files = new MemoryFiles();
  for await (const chunk of recordRun(sim, { files, duration: built.duration, chunk: built.chunk })) void chunk;
  await sim.close();
  const text = await built.summary(await loadRun(files), 0);
  expect(text).toMatch(/^E +0\.00 +n\/a +n\/a/m);
  expect(text).not.toContain("NaN");
});
