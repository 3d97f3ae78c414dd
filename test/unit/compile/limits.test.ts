import type { SectionSpec } from "../../../src/network/cell.ts";
import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { estimate } from "../../../src/compile/estimate.ts";
import {
  allToAll,
  fixedNumberPerSource,
  fixedProbability,
  list,
  oneToOne,
  type Rule,
} from "../../../src/connect/rules.ts";
import { ModelError } from "../../../src/errors.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson, poissonPort, trains } from "../../../src/network/sources.ts";
import iafDelta from "../../../src/mechanisms/neurons/iaf_delta.ts";
import stdpAdditive from "../../../src/mechanisms/plasticity/stdp_additive.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { Hz, ms, mV, um, uS, type Quantities, type Quantity } from "../../../src/units.ts";
import { smallCells } from "../network/cells.ts"; // prettier-ignore

const dt = ms(0.025);

const batched = (net: Network, entries: number): Network => {
  net.batch(entries);
  return net;
};

function wired(sources: number, cells: number, rule: Rule, weight: Quantity<"uS"> | Quantities<"uS"> = uS(0.05)): Network {
  const net = new Network({ seed: 1 });
  const S = net.sources("S", sources, poisson({ rate: Hz(10) }));
  const E = net.cells("E", smallCells(cells));
  net.connect(S, E.inhibitory, rule, { weight, delay: ms(1), name: "P" });
  return net;
} // prettier-ignore

/** An element for each of n neurons, whose rate may become such that a table has 67 thresholds. */
function ported(n: number): Network {
  const net = new Network({ seed: 1 });
  const E = net.cells("E", iafDelta({ n }));
  const P = net.sources("P", n, poissonPort({ sources: 1000, rate: Hz(10), maxRate: Hz(800) }));
  net.connect(P, E.jump, oneToOne(), { weight: mV(0.1), delay: ms(1) });
  return net;
}

function learning(n: number): Network {
  const net = new Network({ seed: 1 });
  const E = net.cells("E", iafDelta({ n }));
  net.connect(E, E.jump, allToAll(), { weight: mV(0.1), delay: ms(1), plasticity: stdpAdditive({ w_max: mV(1) }) });
  return net;
}

describe("sizes from the description", () => {
  test.each([
    [allToAll(), 12_000],
    [oneToOne({ probability: 0.5 }), 60],
    [fixedProbability(0.25), 3000],
    [fixedNumberPerSource(7), 840],
    [fixedNumberPerSource({ fraction: 0.1 }), 1200],
    [list([[0, 0], [1, 1]]), 2],
  ])("links of %j", (rule, want) => {
    const targets = rule.kind === "oneToOne" ? 120 : 100;
    expect(estimate(wired(120, targets, rule).describe()).links).toBe(want);
  }); // prettier-ignore

  test("what is drawn is within six standard deviations, and the bytes of a buffer are below what compile makes", () => {
    const net = wired(200, 300, fixedProbability(0.3));
    const e = estimate(net.describe());
    const c = compile(net, { dt });
    const drawn = c.projections[0]!.links;
    expect(Math.abs(drawn - e.links)).toBeLessThan(6 * Math.sqrt(60_000 * 0.3 * 0.7));
    expect(e.deviceBytes).toBe(4 * 18_000);
    const states = e.buffers.find((b) => b.name.startsWith("states"))!;
    const cells = c.populations[1]!;
    expect(states.bytes).toBeLessThanOrEqual(cells.kind === "cells" ? 4 * cells.state0.length : 0);
  });
});

describe("refused in milliseconds, with numbers and a remedy", () => {
  const chain = (n: number, nseg: number): Network => {
    const net = new Network({ seed: 1 });
    const model = smallCells(n);
    net.cells("E", { ...model, sections: model.sections.map((s) => ({ ...s, L: um(1000), nseg }) as SectionSpec) });
    return net;
  };
  test.each<[string, () => Network, RegExp]>([
    ["4 * 10^9 links", () => wired(63_246, 63_246, allToAll()), /4\.00e\+9 links take at least 29\.\d GiB of memory, where 8\.00 GiB/],
    ["10^7 cells in 10^3 entries", () => batched(wired(10, 1e7, fixedNumberPerSource(1)), 1000), /has 1\.00e\+7 cells and sources in 1000 entries; spikes are told apart by a number below 4294967296/],
    ["10^6 cells of 10^5 compartments", () => chain(1e6, 1e5), /compartments.*memory, where 8\.00 GiB are allowed\. Use fewer/],
  ])("%s", (_, make, words) => {
    const net = make();
    const begun = performance.now();
    expect(() => compile(net, { dt })).toThrow(words);
    expect(performance.now() - begun).toBeLessThan(1000); // milliseconds, on a machine that does other things too
  });

  test("on a software adapter links count twice, before any connection is drawn", () => {
    const net = wired(30_000, 22_000, allToAll()); // 6.6e8 links: 4.9 GiB of the host's, 2.5 of the device's
    const begun = performance.now();
    expect(() => compile(net, { dt, hostMemory: 6 * 2 ** 30, deviceOnHost: true })).toThrow(
      /6\.60e\+8 links take at least 7\.38 GiB of memory, where 6\.00 GiB are allowed/,
    );
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test.each<[string, () => Network, RegExp]>([
    // 67 thresholds of 4 bytes, 24 of rates and places, 16 of the neuron's state: 16e6 times
    ["tables of ports whose rates may change", () => batched(ported(80_000), 200), /take at least 4\.59 GiB of memory/],
    ["links that learn", () => learning(20_000), /4\.00e\+8 links take at least 3\d\.\d GiB of memory/],
  ])("%s count", (_, make, words) => {
    const begun = performance.now();
    expect(() => compile(make(), { dt, hostMemory: 3 * 2 ** 30 })).toThrow(words);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test("tables of ports that no device binds", () => {
    expect(() => compile(batched(ported(80_000), 10), { dt, deviceBinding: 2 ** 27 })).toThrow(/tables of "P" \(800000 elements, rates up to maxRate\) take at least 204\.5 MiB in one buffer, where this device binds 128\.0 MiB/);
  });

  test("where nothing is said, up to 8 GiB of the machine's", () => {
    const net = wired(100, 100, allToAll());
    expect(() => compile(net, { dt, machineMemory: 5e4 })).toThrow(/10000 links take at least 0\.1 MiB of memory, where this machine has 0\.0 MiB/);
    expect(() => compile(net, { dt, machineMemory: 1e7 })).not.toThrow();
    expect(() => compile(net, { dt, machineMemory: 5e4, hostMemory: 1e7 })).not.toThrow();
    expect(() => compile(wired(63_246, 63_246, allToAll()), { dt, machineMemory: 2 ** 40 })).toThrow(/where 8\.00 GiB are allowed/);
  });

  test("memory is the caller's to give", () => {
    const net = wired(100, 100, allToAll());
    expect(() => compile(net, { dt, hostMemory: 5e4 })).toThrow(/1\.00e\+4|10000 links take at least/);
    expect(() => compile(net, { dt, hostMemory: 1e7 })).not.toThrow();
  });
}); // prettier-ignore

describe("weights that fixed point would lose", () => {
  const weights = (values: number[]): Quantities<"uS"> => ({ values, unit: "uS" });
  const pairs = (n: number): Rule => list(Array.from({ length: n }, (_, k) => [k, 0] as const));

  test("beside one of 1e9 uS half of the links of 0.05 uS or more are refused, with both numbers", () => {
    expect(() => compile(wired(3, 1, pairs(3), weights([1e9, 0.05, 0.05])), { dt })).toThrow(
      /^P: 2 of 3 links weigh 0\.05 uS or less, below half of (1|2) uS/,
    );
  });

  test("also where the large one is another projection's", () => {
    const net = new Network({ seed: 1 });
    const S = net.sources("S", 2, poisson({ rate: Hz(10) }));
    const E = net.cells("E", smallCells(2));
    net.connect(S, E.excitatory, allToAll(), { weight: uS(0.05), delay: ms(1), name: "small" });
    net.connect(S, E.inhibitory, allToAll(), { weight: uS(1e9), delay: ms(1), name: "large" });
    expect(() => compile(net, { dt })).toThrow(ModelError);
    expect(() => compile(net, { dt })).toThrow(/^small: 4 of 4 links/);
  });

  test("a few are warned of; a tail below a millionth of the median, weights of 0 and ordinary ones are not", () => {
    const warnings = (values: number[]): readonly string[] =>
      compile(wired(values.length, 1, pairs(values.length), weights(values)), { dt }).warnings;
    expect(warnings([1e9, 100, 100, 0.05]).join()).toMatch(/1 of 4 links weigh 0\.05 uS/);
    expect(warnings([0.1, 0.1, 0.1, 1e-12])).toEqual([]);
    expect(warnings([0.1, 0.05, 0])).toEqual([]);
  });

  test("none is lost where given trains bring nothing, before the run's end or at all", () => {
    const given = (times: number[]): Network => {
      const net = new Network({ seed: 1 });
      const E = net.cells("E", smallCells(1));
      net.connect(net.sources("S", 1, trains([times])), E.inhibitory, oneToOne(), { weight: uS(0.002), delay: ms(1) });
      return net;
    };
    expect(compile(given([]), { dt }).warnings).toEqual([]);
    expect(() => compile(given([50]), { dt, duration: ms(10) })).not.toThrow();
  });
});

describe("steps beyond the last", () => {
  test.each([2 ** 32, 2 ** 40, 1e15])("a run of %i steps is refused before the first", async (steps) => {
    const sim = await simulate(wired(1, 1, oneToOne()), { dt: ms(1) });
    await expect(sim.run(ms(steps)).next()).rejects.toThrow(/beyond the last one, 4294967295\. Run at most 4294967295 ms/);
    await sim.close();
  });

  test("the last one is allowed", async () => {
    const sim = await simulate(wired(1, 1, oneToOne()), { dt: ms(1) });
    expect(sim.steps("duration", ms(2 ** 32 - 1))).toBe(2 ** 32 - 1);
    await sim.close();
  });
}); // prettier-ignore

test("compile says what it does once it takes more than a second", () => {
  const said: string[] = [];
  compile(wired(12_000, 12_000, fixedProbability(0.1)), { dt, onCompile: (doing) => said.push(doing) });
  // 1.4e7 links are drawn at some 100 ns each; nothing is said of what is over sooner
  if (said.length > 0)
    expect(said[0]).toMatch(
      /^(drawing "P" \(1 of 1 projections\), source \d+ of 12000|compiling cells|sorting links)$/,
    );
  compile(wired(1, 1, oneToOne()), { dt, onCompile: () => expect.unreachable() });
});
