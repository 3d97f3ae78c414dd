import { beforeAll, describe, expect, test } from "vitest";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import type { Network } from "../../src/network/network.ts";
import { drive } from "../../src/network/signal.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import type { Engine } from "../../src/host/engine.ts";
import { Hz, mV } from "../../src/units.ts";
import {
  collect,
  compiled,
  expectSame,
  expectSameState,
  network,
  pool,
  same,
  spikesOf,
  type Run,
  type RunOptions,
} from "../gpu/engine-networks.ts";

const STEPS = 1600; // 40 ms

const indexIn = (all: readonly { readonly name: string }[], name: string): number =>
  all.findIndex((p) => p.name === name);

describe.each([64, 32] as const)("bitwise, float%i", (precision) => {
  const run = (c: CompiledNetwork, how: RunOptions = {}, to = STEPS): Promise<Run> =>
    collect(referenceEngine(c, { precision }), to, how);
  const shape = { loops: true, longMs: 20 };
  let want: Run;
  beforeAll(async () => {
    want = await run(compiled(network(shape)));
  });

  test.each([1, 7, 1000])("blocks of %i steps", async (maxBlock) => {
    expectSame(await run(compiled(network(shape), { maxBlock })), want);
  });

  test("the same, also without a loop", async () => {
    const long = await run(compiled(network({ longMs: 20 })));
    expectSame(await run(compiled(network({ longMs: 20 }), { maxBlock: 40 })), long);
  });

  test("segments of 1, 7, 39, 333 steps and the rest", async () => {
    expectSame(await run(compiled(network(shape)), { ends: [1, 8, 47, 380, 383] }), want);
  });

  test("saved in the middle and loaded into a new engine", async () => {
    const half = await run(compiled(network(shape)), {}, 777);
    const engine = referenceEngine(compiled(network(shape), { maxBlock: 5 }), { precision });
    await engine.load(half.state, 777);
    const rest = await collect(engine, STEPS);
    same("spikes", [...half.spikes, ...rest.spikes], want.spikes);
    same("V", [...half.traces["E.V"]!.data, ...rest.traces["E.V"]!.data], want.traces["E.V"]!.data);
    expectSame({ ...rest, spikes: want.spikes, traces: want.traces }, want);
  });

  test("controls act from their step on, whatever the block and with calls ahead of results", async () => {
    const before: RunOptions["before"] = (engine, step) => {
      if (step % 300 !== 0 || step === 0) return;
      const { populations, projections } = engine.network;
      engine.setRate(populations.findIndex((p) => p.name === "S"), drive.constant(Hz(100 + step / 10)));
      engine.setScale(projections.findIndex((p) => p.name === "S->E.excitatory"), step / 1000);
      engine.setGain(0, step / 800);
    }; // prettier-ignore
    const ends = [300, 600, 900, 1200, 1500];
    const changed = await run(compiled(network()), { ends, before });
    expectSame(await run(compiled(network(), { maxBlock: 13 }), { ends: [...ends, 301, 700].sort((a, b) => a - b), before }), changed); // prettier-ignore
    expect(changed.spikes).not.toEqual((await run(compiled(network()))).spikes);
  });

  test.each<[string, () => Network, trace: string, (engine: Engine) => void]>([
    ["a rate", network, "E.V", (e) => e.setRate(indexIn(e.network.populations, "S"), drive.constant(Hz(900)))],
    ["a scale", network, "E.V", (e) => e.setScale(indexIn(e.network.projections, "S->E.excitatory"), 0)],
    ["a gain", network, "M.soma.k_hh.n", (e) => e.setGain(1, [9, 9, 9, 9, 9])],
    ["a parameter", pool, "aMN.V", (e) => e.setParam(0, "dend.caL.gamma", 5)],
  ])("%s that is set acts from its step on, and is kept in a saved state", async (_, net, trace, set) => {
    const at = 600;
    const before: RunOptions["before"] = (engine, step) => step === at && set(engine);
    const free = await run(compiled(net()), { ends: [at] });
    const whole = await run(compiled(net()), { ends: [at], before });
    const [a, b] = [free, whole].map(({ traces }) => traces[trace]!) as [Run["traces"][string], Run["traces"][string]];
    const differs = a.steps[Math.floor((a.data.findIndex((x, k) => !Object.is(x, b.data[k])) / a.data.length) * a.steps.length)]!;
    expect(differs).toBeGreaterThanOrEqual(at);
    expect(differs).toBeLessThan(at + 400);
    const half = await run(compiled(net()), { ends: [at], before }, 777);
    const engine = referenceEngine(compiled(net()), { precision });
    await engine.load(half.state, 777);
    expectSameState((await collect(engine, STEPS)).state, whole.state);
  }); // prettier-ignore

  test("an entry of a batch equals the same run alone", async () => {
    const vary = (net: Network, entries: readonly number[]): Network => {
      net.vary("seed", entries.map((e) => [7, 9][e]!));
      net.vary("E.pas.E", entries.map((e) => mV([-54, -56][e]!)));
      net.vary("S.rate", entries.map((e) => Hz([200, 300][e]!)));
      return net;
    }; // prettier-ignore
    const together = compiled(vary(network(), [0, 1]));
    const all = await run(together);
    for (const e of [0, 1]) {
      const c = compiled(vary(network(), [e]));
      const alone = await run(c);
      for (const name of ["S", "P", "E", "M"]) same(`${name}, ${e}`, spikesOf(together, all, name, e), spikesOf(c, alone, name)); // prettier-ignore
    }
  });
});

test("stepsPerSubmit follows the time that steps take and never falls to a single one", async () => {
  const engine = referenceEngine(compiled(network()));
  for (let k = 0; k < 10; k++) {
    await engine.advance(engine.step + engine.stepsPerSubmit);
    await engine.advance(engine.step); // nothing to do says nothing
  }
  // 14 small cells take a few microseconds a step: 50 ms are thousands of steps, even on a machine ten times busier
  expect(engine.stepsPerSubmit).toBeGreaterThanOrEqual(500);
  expect(engine.stepsPerSubmit % engine.network.maxBlock === 0 || engine.stepsPerSubmit < engine.network.maxBlock).toBe(true); // prettier-ignore
});
