import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import type { CompiledNetwork, CompiledRenewal } from "../../src/compile/compiled.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { Inputs } from "../../src/host/inputs.ts";
import { Network } from "../../src/network/network.ts";
import { drive } from "../../src/network/signal.ts";
import { gamma } from "../../src/network/sources.ts";
import { constantIncrements, initSources, sourceStateLength, type Sources } from "../../src/random/source.ts";
import { Hz, ms, perCell } from "../../src/units.ts";
import { constantIncrement, loadSource, sourceStep } from "../unit/random/source-step.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

// shaders/drive.wgsl finds crossings by bisection in running sums; the rule says what happens in each step. Bit for bit the same.
let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

const STEPS = 1100;
const DT = 0.5; // ms; y N dt <= 1 allows 2000 / N Hz
const ORDERS = [1, 2, 5, 16, 64];

/** Per order 300 sources of constant rates from 0 to the fastest possible, and 300 under three signals, one of which is 0 half the
 * time; two entries of other seeds. */
function network(): Network {
  const net = new Network({ seed: 11 });
  for (const order of ORDERS) {
    const fastest = 2000 / order;
    const rates = Array.from({ length: 300 }, (_, c) => (c < 3 ? [0, 1e-4, fastest][c]! : (fastest * c) / 300));
    net.sources(`each${order}`, 300, gamma({ order, rate: perCell(Hz, rates), latency: ms(order === 2 ? 7 : 0) }));
    const signals = [
      drive.constant(Hz(fastest)),
      drive.sinusoid({ amplitude: Hz(fastest), frequency: Hz(9) }), // below 0 counts as 0
      drive.constant(Hz(0.3 * fastest)).plus(drive.noise({ sd: Hz(0.05 * fastest) })),
    ];
    const signalOfCell = Array.from({ length: 300 }, (_, c) => c % 3);
    net.sources(`signals${order}`, 300, gamma({ order, rate: { signals, signalOfCell }, latency: ms(order === 5 ? 3 : 0) }));
  }
  return net.vary("seed", [11, 12]) ?? net;
} // prettier-ignore

/** Spikes (step, id) and final states by the rule, one source and one step at a time. */
function byTheRule(c: CompiledNetwork): { spikes: number[]; states: Map<string, Uint32Array> } {
  const inputs = new Inputs(c);
  const { increments } = inputs.block(0, STEPS);
  const spikes: number[] = [];
  const states = new Map<string, Uint32Array>();
  c.populations.forEach((population, k) => {
    const p = population as CompiledRenewal;
    const rows = inputs.rowsOf(k);
    const state = new Uint32Array(sourceStateLength({ n: p.n, entries: c.entries }));
    for (let entry = 0; entry < c.entries; entry++) {
      const { n, order, stream } = p;
      const s: Sources = { n, entries: c.entries, entry, order, seed: c.seeds[entry]!, stream };
      initSources(state, s);
      const constant = p.constantHz && constantIncrements(p.constantHz.subarray(entry * n, (entry + 1) * n), DT);
      for (let cell = 0; cell < n; cell++) {
        const source = loadSource(state, s, cell);
        const row = rows[entry * (rows.length / c.entries) + p.signalOfCell[cell]!]!;
        for (let step = 0; step < STEPS; step++) {
          if (constant && step < p.latencySteps) continue;
          const inc = constant
            ? constantIncrement(source, constant.whole[cell]!, constant.fraction[cell]!)
            : increments[row * STEPS + step]!;
          if (sourceStep(source, inc, s, cell)) spikes.push(step * 2 ** 20 + entry * c.nSources + p.firstSource + cell);
        }
        const all = n * c.entries;
        [source.sum, source.theta, source.stage, source.draws, source.remainder].forEach(
          (x, field) => (state[field * all + entry * n + cell] = x),
        );
      }
    }
    states.set(p.name, state);
  });
  return { spikes: spikes.sort((a, b) => a - b), states };
}

describe("the drive kernel does what the rule says", () => {
  const whole = compile(network(), { dt: ms(DT) });
  const want = byTheRule(whole);

  test("the sources are worth testing", () => {
    const perPopulation = new Map<string, number>();
    for (const key of want.spikes) {
      const id = (key % 2 ** 20) % whole.nSources;
      const p = whole.populations.find((x) => id < (x as CompiledRenewal).firstSource + x.n)!;
      perPopulation.set(p.name, (perPopulation.get(p.name) ?? 0) + 1);
    }
    expect(perPopulation.size).toBe(2 * ORDERS.length);
    for (const [, spikes] of perPopulation) expect(spikes).toBeGreaterThan(300);
  });

  // blocks of one step, that end beside the words and windows of others, and one that is longer than the run
  test.each([
    [1, 64, [64]],
    [7, 64, [1, 8, 100]],
    [33, 32, [500, 501]],
    [1000, 64, [999, 1000]],
    [1000, 256, []],
  ])("in blocks of %i steps, workgroups of %i, segments that end at %j", async (maxBlock, workgroupSize, ends) => {
    const steps = { 1: 64, 7: 350 }[maxBlock] ?? STEPS; // a block costs a software adapter ten dispatches
    await gpu.use(async (device) => {
      const engine = await gpuEngine(compile(network(), { dt: ms(DT), maxBlock }), device, { workgroupSize });
      const got: number[] = [];
      for (const to of [...ends.filter((e) => e < steps), steps]) {
        const { spikeSteps, spikeIds } = await engine.advance(to);
        spikeSteps.forEach((step, k) => got.push(step * 2 ** 20 + spikeIds[k]!));
      }
      expect(got.sort((a, b) => a - b)).toEqual(want.spikes.filter((key) => key < steps * 2 ** 20));
      if (steps === STEPS) {
        const state = await engine.save();
        for (const [name, words] of want.states) expect(state[`sources.${name}`], name).toEqual(words);
      }
      await engine.close();
    });
  });
});
