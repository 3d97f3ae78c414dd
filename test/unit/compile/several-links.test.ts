import { expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { allToAll, fixedInDegree, oneToOne } from "../../../src/connect/rules.ts";
import { synapse, type Synapse } from "../../../src/mechanisms/mechanism.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms, mV, type Quantity, uS } from "../../../src/units.ts";
import { smallCells } from "../network/cells.ts";

/** Opens for 2 ms after an event of any of its links; one that comes in while it is open prolongs. */
const gate = synapse({
  name: "gate",
  doc: "A gate that an event opens for 2 ms.",
  params: {},
  states: { left: { next: "left - dt", init: "-1", unit: "ms" }, open: { next: "open", init: "0", unit: "1" } },
  onEvent: {},
  receive: { left: "select(w != 0, 2, left)", open: "select(w != 0, 1, select(left > 0.5 * dt, open, 0))" },
  perLink: [],
  g: "0.001 * open",
  E: "0",
});

/** Each link opens its own weight for 2 ms; what is open is summed over links, and jumps decay. */
const pulses = synapse({
  name: "pulses",
  doc: "Pulses of 2 ms, one for each link.",
  params: {},
  states: {
    left: { next: "left - dt", init: "-1", unit: "ms" },
    size: { next: "size", init: "0" },
    fatigue: { tau: "5", unit: "1" },
    on: { next: "on", init: "0" },
  },
  onEvent: {},
  receive: {
    left: "select(w != 0, 2, select(left > 0.5 * dt, left, -1))",
    size: "select(w != 0, w * (1 - fatigue), select(left > 0.5 * dt, size, 0))",
    fatigue: "select(w != 0, fatigue + 0.5 * (1 - fatigue), fatigue)",
    on: "on - size + select(w != 0, w * (1 - fatigue), select(left > 0.5 * dt, size, 0))",
  },
  perLink: ["left", "size", "fatigue"],
  g: "on",
  E: "0",
});

const TIMES = [
  [1, 2, 6],
  [1, 3],
  [4.5, 5, 9],
];
const ENGINES = ["reference", "reference32"] as const;

const cellsOf = (n: number, of: Readonly<Record<string, Synapse>>) => ({ ...smallCells(n), receptors: Object.entries(of).map(([name, s]) => ({ name, synapse: s, section: "soma" })), groups: {} }); // prettier-ignore

async function sampled(net: Network, variable: string, engine: (typeof ENGINES)[number]): Promise<number[]> {
  const sim = await simulate(net, { dt: ms(0.5), engine });
  const found: number[] = [];
  for await (const chunk of sim.run(ms(12))) found.push(...chunk.trace("C", variable).data);
  await sim.close();
  return found;
}

test.each(ENGINES)("%s: links act on shared states one by one", async (engine) => {
  const net = new Network({ seed: 1 });
  const cells = net.cells("C", cellsOf(1, { gate }));
  net.record(cells, "gate.g", { every: ms(0.5) });
  const sources = net.sources(
    "S",
    2,
    trains([
      [1, 2, 6],
      [1, 7],
    ]),
  );
  net.connect(sources, cells.receptor("gate"), allToAll(), { weight: uS(-1), delay: ms(0) });
  const open = (await sampled(net, "gate.g", engine)).map((g) => (g > 0 ? 1 : 0));
  expect(open).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
});

test.each(ENGINES)("%s: links keep states of their own: as a receptor for each", async (engine) => {
  const weights = [0.001, 0.002, 0.004];
  const together = new Network({ seed: 1 });
  const one = together.cells("C", cellsOf(2, { pulses }));
  const apart = new Network({ seed: 1 });
  const three = apart.cells("C", cellsOf(2, { a: pulses, b: pulses, c: pulses }));
  together.record(one, "V", { every: ms(0.5) });
  apart.record(three, "V", { every: ms(0.5) });
  TIMES.forEach((times, k) => {
    const link = { weight: uS(weights[k] as number), delay: ms(0.5) as Quantity<"ms"> };
    const both = trains([times, times.map((t) => t + 0.5)]);
    together.connect(together.sources(`S${k}`, 2, both), one.receptor("pulses"), oneToOne(), link);
    apart.connect(apart.sources(`S${k}`, 2, both), three.receptor("abc"[k] as "a"), oneToOne(), link);
  });
  const [a, b] = [await sampled(together, "V", engine), await sampled(apart, "V", engine)];
  expect(new Set(b).size).toBeGreaterThan(20);
  // three conductances summed in another order: roundings of some uS 1e-3 and of 70 mV a step
  const bound = engine === "reference" ? 1e-11 : 2e-4;
  a.forEach((x, k) => expect(Math.abs(x - (b[k] as number))).toBeLessThan(bound));
});

test("links of one source and of several projections have places in order of projections and links", () => {
  const net = new Network({ seed: 1 });
  const cells = net.cells("C", cellsOf(2, { gate }));
  const source = net.sources("S", 1, trains([[1]]));
  const link = { weight: uS(1), delay: ms(0.5) };
  net.connect(source, cells.receptor("gate"), fixedInDegree(2, { multapses: true }), { ...link, name: "first" });
  net.connect(source, cells.receptor("gate"), allToAll(), { ...link, name: "second" });
  const compiled = compile(net, { dt: ms(0.5) });
  const [population] = compiled.populations;
  expect(population?.kind === "cells" && population.receptors).toEqual([
    { name: "gate", input: "in0_gate", slot: 0 },
    { name: "gate:2", input: "in0p2_gate", slot: 2 },
    { name: "gate:3", input: "in0p3_gate", slot: 4 },
  ]);
});

test("refusals: more than 32 links, states that are none, states of links in a current, no receive", () => {
  const many = (): Network => {
    const net = new Network({ seed: 1 });
    const to = net.cells("C", cellsOf(2, { gate })).receptor("gate");
    net.connect(net.sources("S", 33, trains(new Array<number[]>(33).fill([1]))), to, allToAll(), {
      weight: uS(1),
      delay: ms(1),
    });
    return net;
  };
  expect(() => compile(many(), { dt: ms(0.5) })).toThrow('is link 33 onto "gate" of cell 0, which hears 32');
  const add = (more: object): unknown => new Network({ seed: 1 }).cells("C", { ...cellsOf(1, { gate: { ...gate, ...more } as Synapse }), V0: mV(-70) }); // prettier-ignore
  expect(() => add({ perLink: ["lef"] })).toThrow('perLink: names "lef", which is no state');
  expect(() => add({ perLink: ["open"] })).toThrow("Each link has its own");
  expect(() => add({ receive: undefined, onEvent: { left: "w", open: "w" } })).toThrow("perLink");
});
