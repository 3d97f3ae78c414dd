import { expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { allToAll, oneToOne } from "../../../src/connect/rules.ts";
import iafDelta from "../../../src/mechanisms/neurons/iaf_delta.ts";
import { Network } from "../../../src/network/network.ts";
import { poissonPort } from "../../../src/network/sources.ts";
import { countOf, countThresholds, countWords } from "../../../src/random/poisson-count.ts";
import { stream } from "../../../src/random/philox.ts";
import { referenceEngine } from "../../../src/reference/engine.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { Hz, ms, mV, perCell } from "../../../src/units.ts";
import { collect, expectSame } from "../../gpu/engine-networks.ts";
import { changeRates, portNetwork } from "../../ports.ts";

const DT = ms(0.1);

/** Two cells whose voltage is what they have received so far: they forget nothing. */
function counting(live = true): Network {
  const net = new Network({ seed: 3 });
  const cells = net.cells("cells", iafDelta({ n: 2, params: { tau_m: ms(1e300), E_L: mV(0), V_th: mV(1e6), V_reset: mV(0) }, initial: { V: mV(0) } })); // prettier-ignore
  const port = net.sources(
    "port",
    2,
    poissonPort({ sources: 100, rate: Hz(20), ...(live ? { maxRate: Hz(500) } : {}) }),
  );
  net.connect(port, cells.jump, oneToOne(), { weight: mV(1), delay: ms(0.5) });
  net.record(cells, "V", { every: DT });
  return net;
}

test("events that arrive from the hook's step on are those of the new rate, per element", async () => {
  const sim = await simulate(counting(), { dt: DT, engine: "reference" });
  sim.every(ms(10), (control, t) => {
    if (t === 10) control.rate("port", perCell(Hz, [500, 0]));
    if (t === 20) control.rate("port", Hz(50));
  });
  let V: number[] = [];
  for await (const chunk of sim.run(ms(30), { chunk: ms(30) })) V = [...chunk.trace("cells", "V").data];
  await sim.close();
  const rates = (step: number): number[] => (step < 100 ? [20, 20] : step < 200 ? [500, 0] : [50, 50]);
  const words = new Uint32Array(4);
  const sums = [0, 0];
  for (let step = 0; step < 299; step++) {
    for (const c of [0, 1]) {
      const drawn = step - 5; // the delay's steps
      if (drawn >= 0) {
        countWords(words, 3, stream("port", "port"), c, drawn);
        sums[c]! += countOf(countThresholds("port", 100 * rates(step)[c]! * 0.1 * 1e-3), words[drawn & 3]!);
      }
      expect(V[2 * (step + 1) + c]).toBe(sums[c]);
    }
  }
  expect(sums[0]).toBeGreaterThan(400); // 5 events a step from 10 to 20 ms
});

test.each([64, 32] as const)("a run that is saved and loaded goes on with the rates in force (float%i)", async (precision) => {
  const network = compile(portNetwork(true), { dt: DT });
  const whole = await collect(referenceEngine(network, { precision }), 900, changeRates);
  const first = referenceEngine(network, { precision });
  const { state } = await collect(first, 400, changeRates);
  const second = referenceEngine(network, { precision });
  await second.load(state, 400);
  const rest = await collect(second, 900, changeRates);
  expectSame({ ...rest, spikes: whole.spikes, traces: whole.traces }, whole); // states
  expect([...rest.spikes]).toEqual([...whole.spikes].slice(whole.spikes.length - rest.spikes.length));
  expect(rest.spikes.length).toBeGreaterThan(5);
}); // prettier-ignore

test("a maxRate changes nothing else: float64 has the bits of a port without", async () => {
  const one = await collect(referenceEngine(compile(portNetwork(), { dt: DT })), 300);
  const other = await collect(referenceEngine(compile(portNetwork(true), { dt: DT })), 300);
  expect(other.spikes).toEqual(one.spikes);
  expect(other.traces).toEqual(one.traces);
});

test("refusals", async () => {
  const set = async (net: Network, rate: never): Promise<void> => {
    const sim = await simulate(net, { dt: DT, engine: "reference" });
    sim.every(ms(10), (control) => control.rate("port", rate));
    try {
      for await (const _ of sim.run(ms(20), { chunk: ms(20) }));
    } finally {
      await sim.close();
    }
  };
  await expect(set(counting(false), Hz(10) as never)).rejects.toThrow(/rate of port: stays as it is. Give the port a maxRate/);
  await expect(set(counting(), Hz(501) as never)).rejects.toThrow(/rate of port: is 501 Hz, outside 0 … 500 Hz/);
  await expect(set(counting(), Hz(-1) as never)).rejects.toThrow(/is -1 Hz, outside/);
  await expect(set(counting(), Hz(NaN) as never)).rejects.toThrow(/rate of port/);
  await expect(set(counting(), mV(1) as never)).rejects.toThrow(/rate of port.*mV/);
  await expect(set(counting(), perCell(Hz, [1, 2, 3]) as never)).rejects.toThrow(/rate of port.*3/);
  await expect(set(counting(), undefined as never)).rejects.toThrow(/rate of port|rate/);
  const net = new Network({ seed: 1 });
  expect(() => net.sources("p", 1, poissonPort({ sources: 10, rate: Hz(5), maxRate: Hz(4) }))).toThrow(/p.*rate.*is 5 Hz, above the port's maxRate of 4 Hz/);
  expect(() => net.sources("p", 1, poissonPort({ sources: 10, rate: Hz(5), maxRate: Hz(-4) }))).toThrow(/maxRate.*is -4 Hz/);
  const cells = net.cells("cells", iafDelta({ n: 1 }));
  const port = net.sources("p", 1, poissonPort({ sources: 1e6, rate: Hz(1), maxRate: Hz(100) }));
  net.connect(port, cells.jump, allToAll(), { weight: mV(1), delay: ms(1) });
  expect(() => compile(net, { dt: DT })).toThrow(/p, maxRate: asks for 10000 events in a step/);
}); // prettier-ignore
