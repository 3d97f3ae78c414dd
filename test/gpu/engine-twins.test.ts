import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { list } from "../../src/connect/rules.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import { Network } from "../../src/network/network.ts";
import { drive } from "../../src/network/signal.ts";
import { gamma, poisson } from "../../src/network/sources.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { Hz, ms, nA, perCell } from "../../src/units.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import { collect, compiled, DT, hhCells, network, same, spikesOf, type Run } from "./engine-networks.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

const onGpu = (c: CompiledNetwork, to: number): Promise<Run> =>
  gpu.use(async (device) => {
    const engine = await gpuEngine(c, device);
    const run = await collect(engine, to);
    await engine.close();
    return run;
  });
const onReference = (c: CompiledNetwork, to: number, precision: 32 | 64): Promise<Run> =>
  collect(referenceEngine(c, { precision }), to);

test("input trains, and the sources' states, are the same bits on the GPU and in both references", async () => {
  const net = new Network({ seed: 11 });
  const wave = drive.sinusoid({ amplitude: Hz(60), frequency: Hz(20), offset: Hz(60) }).plus(drive.noise({ sd: Hz(30) }));
  net.sources("wave", 40, poisson({ rate: wave, latency: ms(1) }));
  net.sources("two", 12, gamma({ order: 5, rate: { signals: [wave, drive.constant(Hz(9))], signalOfCell: Array.from({ length: 12 }, (_, c) => c % 2) } }));
  net.sources("each", 10, gamma({ order: 2, rate: perCell(Hz, [0, 0.5, 3, 8, 40, 100, 400, 999, 33.3, 1e-3]), latency: ms(2) }));
  net.sources("fast", 5, poisson({ rate: Hz(30_000) })); // three spikes in four steps
  net.vary("seed", [11, 12]);
  const c = compiled(net);
  const [a, b, d] = [await onGpu(c, 20_000), await onReference(c, 20_000, 64), await onReference(c, 20_000, 32)];
  for (const name of ["wave", "two", "each", "fast"]) expect(spikesOf(c, a, name).length, name).toBeGreaterThan(50);
  for (const other of [b, d]) {
    same("spikes", a.spikes, other.spikes);
    for (const name of Object.keys(a.state)) if (!name.startsWith("log.")) same(name, a.state[name]!, other.state[name]!);
  }
}, 10_000); // prettier-ignore

describe("the GPU against the float32 reference, which does the same operations but for exp and the order of sums within one", () => {
  let [g, r, r64]: Run[] = [];
  let c: CompiledNetwork;
  const STEPS = 1600;
  beforeAll(async () => {
    c = compiled(network({ longMs: 15, loops: true }));
    [g, r, r64] = [await onGpu(c, STEPS), await onReference(c, STEPS, 32), await onReference(c, STEPS, 64)];
  });

  test("every spike is in the same step, in float64 too", () => {
    expect(spikesOf(c, g!, "E").length + spikesOf(c, g!, "M").length).toBeGreaterThan(20);
    same("reference32", g!.spikes, r!.spikes);
    // Rounding moves a crossing by less than 1e-4 ms (the next test: 2e-3 mV at 50 mV/ms and more), 1/250 of a step; the seed is one
    // in which none of these spikes lies so near a step's edge.
    same("reference", g!.spikes, r64!.spikes);
  });

  test("traces have the same steps: label, phase and interval", () => {
    for (const [name, { steps }] of Object.entries(r!.traces)) {
      same(name, g!.traces[name]!.steps, steps);
      expect(g!.traces[name]!.data.length).toBe(r!.traces[name]!.data.length);
    }
    expect(g!.traces["E.V"]!.steps.length).toBe(STEPS + 1); // at 0 and after each step
    expect(g!.traces["E.soma.na_hh.i_na"]!.steps.slice(0, 3)).toEqual([0, 3, 6]); // before them
    expect(g!.traces["M.fast.g"]!.steps.slice(0, 3)).toEqual([0, 4, 8]);
    expect(g!.traces["M.soma.k_hh.n"]!.steps.slice(0, 3)).toEqual([0, 40, 80]);
  });

  test("V is close until a cell's first spike", () => {
    const width = 9;
    const spikes = spikesOf(c, g!, "E");
    for (let cell = 0; cell < width; cell++) {
      const first = spikes.find((key) => key % 2 ** 20 === cell);
      const until = (first === undefined ? STEPS : Math.floor(first / 2 ** 20)) - 40; // the upstroke multiplies errors
      for (let k = 0; k < until; k++) {
        const at = k * width + cell;
        // Two roundings of half an ulp of 65 mV (3.8e-6 mV each) a step, kept for tau_m / dt = 3.3 ms / 0.025 ms = 130 steps: 1e-3 mV.
        // Gates: exp is off by up to 10 ulp (6e-7) of rates, against currents of some 20 mV * g: 1e-5 mV. Twice the sum.
        expect(Math.abs(g!.traces["E.V"]!.data[at]! - r!.traces["E.V"]!.data[at]!), `cell ${cell}, step ${k}`).toBeLessThan(2e-3);
      }
    }
  }); // prettier-ignore

  test("currents and conductances, until the first spike of any cell", () => {
    const first = Math.min(...[...spikesOf(c, g!, "E"), ...spikesOf(c, g!, "M")].map((key) => Math.floor(key / 2 ** 20)));
    for (const [name, relative] of [["E.soma.na_hh.i_na", 2e-3], ["M.fast.g", 1e-5], ["M.soma.k_hh.n", 1e-4]] as const) {
      const [a, b] = [g!.traces[name]!, r!.traces[name]!];
      const width = a.data.length / a.steps.length;
      const scale = b.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      // m^3 h follows V within e^(3 dV / 5 mV): 2e-3 mV are 1.2e-3 of the current. g decays by factors rounded to 6e-8, over 100 steps.
      // n follows V within dV / 25 mV.
      a.steps.forEach((step, k) => {
        if (step > first - 40) return;
        for (let j = 0; j < width; j++) {
          const [x, y] = [a.data[k * width + j]!, b.data[k * width + j]!];
          expect(Math.abs(x - y), `${name} at step ${step}: ${x} for ${y}`).toBeLessThanOrEqual(relative * Math.abs(y) + 1e-7 * scale);
        }
      });
    }
  }); // prettier-ignore
});

test("only the right synapses decode one-hot spikes into the expected number: weight, delay, target and scale of every link", async () => {
  const [n, targets] = [6, 5];
  const pairs = [[0, 0], [0, 3], [1, 1], [1, 1], [2, 4], [2, 0], [2, 2], [4, 4], [5, 0], [5, 1], [5, 2], [5, 3], [5, 4]] as const; // 3 has none
  const weight = (k: number) => 1e-4 * (1 + k);
  const delay = (k: number) => 1 + ((7 * k) % 11) * 0.3;
  const net = new Network({ seed: 1 });
  const E = net.cells("E", hhCells(n));
  const M = net.cells("M", { ...hhCells(targets), insertions: [{ sections: ["soma"], mechanism: pas }] });
  const links = { weight: { values: pairs.map((_, k) => weight(k)), unit: "uS" }, delay: { values: pairs.map((_, k) => delay(k)), unit: "ms" } } as const;
  net.connect(E, M.fast, list(pairs), { ...links, maxScale: 4, name: "code" });
  net.clamp(E, nA(0.3), { delay: ms(1), duration: ms(1) }); // one spike
  net.record(M, "fast.g", { every: DT });
  net.vary("E.clamp.gain", Array.from({ length: n }, (_, e) => ({ values: Array.from({ length: n }, (_, c) => (c === e ? 1 : 0)), unit: "1" })));
  net.vary("code.scale", Array.from({ length: n }, (_, e) => (e % 2 === 0 ? 1 : -4)));
  const c = compiled(net);
  const steps = 800;
  const got = await onGpu(c, steps);
  const g = (entry: number, target: number) => Array.from({ length: steps }, (_, k) => got.traces["M.fast.g"]!.data[(k * n + entry) * targets + target]!);
  const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
  const unit = sum(g(0, 0)) / weight(0); // of one event; every other link must agree with it
  for (let entry = 0; entry < n; entry++) {
    const spikes = spikesOf(c, got, "E", entry).map((key) => [Math.floor(key / 2 ** 20), key % 2 ** 20]);
    expect(spikes.map(([, cell]) => cell), `entry ${entry}`).toEqual([entry]);
    const fired = spikes[0]![0]!;
    for (let target = 0; target < targets; target++) {
      const own = pairs.flatMap(([s, t], k) => (s === entry && t === target ? [k] : []));
      const trace = g(entry, target);
      const want = own.reduce((w, k) => w + weight(k), 0) * (entry % 2 === 0 ? 1 : -4);
      // weights in float32 and 1/q, 1e-7 each; sums of 200 values decaying by factors rounded to 6e-8 each step
      expect(Math.abs(sum(trace) - want * unit), `${entry} -> ${target}`).toBeLessThanOrEqual(2e-5 * Math.abs(want * unit));
      const due = own.map((k) => fired + Math.ceil((delay(k) + 1e-10) / 0.025 - 0.5));
      // rise and decay start equal, so the conductance is 0 in the step of the event and not after the next
      expect(trace.findIndex((x) => x !== 0)).toBe(due.length === 0 ? -1 : Math.min(...due) + 1);
    }
  }
}); // prettier-ignore
