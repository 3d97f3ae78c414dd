import { expect, test } from "vitest";
import { nmodl } from "../../../src/import/index.ts";
import type { Mechanism } from "../../../src/mechanisms/mechanism.ts";
import type { CellModel } from "../../../src/network/cell.ts";
import { Network } from "../../../src/network/network.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { degC, mM, ms, mV, nA, ohm_cm, one, uF_per_cm2, um } from "../../../src/units.ts";

/** A pool with a state of its own beside the calcium that it keeps. */
const store = (
  called: string,
  suffix = "store",
  ion = "ca",
) => `NEURON { SUFFIX ${suffix} USEION ${ion} READ i${ion} WRITE ${ion}i }
ASSIGNED { i${ion} (mA/cm2) } STATE { ${ion}i (mM) ${called} (mM) }
INITIAL { ${ion}i = 1e-4 ${called} = 3e-4 }
BREAKPOINT { SOLVE s METHOD cnexp }
DERIVATIVE s { ${ion}i' = -(${ion}i - ${called})/20 - i${ion} ${called}' = (${ion}i - ${called})/50 }`;

/** A channel with a parameter, a state and a value of its own, and the reversal potential of potassium. */
const gate = `NEURON { SUFFIX gate USEION k READ ek WRITE ik USEION ca READ cai }
PARAMETER { gmax = 1e-3 (S/cm2) T = 7 (ms) k = 9 (mV) } ASSIGNED { v (mV) ek (mV) ik (mA/cm2) rest } STATE { n }
INITIAL { n = 0.1 } BREAKPOINT { SOLVE s METHOD cnexp ik = gmax*n*(v - ek) }
DERIVATIVE s { rest = 1/(1 + exp(-(v + 40)/k)) + cai/(cai + 1) n' = (rest - n)/T + (rest - n)*rest/30 }`;

const read = (text: string): Mechanism => nmodl(text).mechanism;

const cellOf = (...mechanisms: Mechanism[]): CellModel => ({
  sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1) }],
  insertions: mechanisms.map((mechanism) => ({ sections: ["soma"], mechanism })),
  reversals: { k: mV(-77) },
  V0: mV(-60),
  celsius: degC(25),
  detector: { section: "soma", threshold: mV(0) },
});

async function voltage(cell: CellModel): Promise<number[]> {
  const net = new Network({ seed: 1 });
  const cells = net.cells("cell", 1, cell);
  net.clamp(cells, nA(0.05), { delay: ms(1), duration: ms(20) });
  net.record(cells, "V", { every: ms(0.1) });
  const sim = await simulate(net, { dt: ms(0.1), engine: "reference" });
  const found: number[] = [];
  for await (const chunk of sim.run(ms(30))) found.push(...chunk.trace("cell", "V").data);
  await sim.close();
  return found;
}

test.each(["T", "k", "n", "rest", "gmax", "ek", "diam2"])("a pool's own state called %s is not the channel's", async (called) => {
  const [here, apart] = [await voltage(cellOf(read(store(called)), read(gate))), await voltage(cellOf(read(store("other")), read(gate)))]; // prettier-ignore
  expect(Math.max(...here)).toBeGreaterThan(-55);
  expect(here).toEqual(apart);
}); // prettier-ignore

test.each(["ek", "area"])("what the cell gives as %s goes before a pool's own state of that name", async (called) => {
  const own = (name: string): Mechanism => ({ kind: "pool", name: "p", doc: "", ion: "ca", params: { tau: { default: ms(9), unit: "ms", doc: "" } }, states: { cai: { inf: `1e-4 * ${name}`, tau: "tau", init: "2e-4", unit: "1" }, [name]: { inf: "3", tau: "tau", init: "3" } } }) as Mechanism; // prettier-ignore
  const scaled = { ...read(gate), states: { n: { inf: "area / (area + um2 * 3)", tau: "T", init: "0.1" } }, params: { ...read(gate).params, um2: { default: one(1), unit: "1", doc: "" } }, let: {} }; // prettier-ignore
  expect(await voltage(cellOf(own(called), scaled as Mechanism))).toEqual(await voltage(cellOf(own("other"), scaled as Mechanism))); // prettier-ignore
}); // prettier-ignore

test("pools whose own states have one name", async () => {
  const both = (called: string) => cellOf(read(store("T")), read(store(called, "second", "mg")), read(gate));
  expect(await voltage(both("T"))).toEqual(await voltage(both("other")));
});

test("one pool's own state is read by who has no such name; where two keep it, the reader is told", async () => {
  const channel = read(gate);
  const reader = { ...channel, states: { n: { inf: "spare / mM1", tau: "T", init: "0.1" } }, params: { ...channel.params, mM1: { default: mM(1e-3), unit: "mM", doc: "" } }, let: {} } as Mechanism; // prettier-ignore
  const spare = read(store("spare"));
  const slow = await voltage(cellOf(spare, reader));
  expect(slow).not.toEqual(await voltage(cellOf(spare, { ...reader, states: { n: { inf: "cai / mM1", tau: "T", init: "0.1" } } } as Mechanism))); // prettier-ignore
  const net = new Network({ seed: 1 });
  const build = () => net.cells("cell", 1, cellOf(spare, read(store("spare", "second", "mg")), reader));
  expect(build).toThrow("The pools store and second each keep a state of that name: rename it in all but one");
});

test("what another reads of a pool's own state has that state's unit", () => {
  const pool = (unit: string): Mechanism => ({ kind: "pool", name: "p", doc: "", ion: "ca", params: { tau: { default: ms(9), unit: "ms", doc: "" } }, states: { cai: { inf: "2e-4", tau: "tau", init: "2e-4" }, shift: { inf: "3", tau: "tau", init: "3", unit } } }) as Mechanism; // prettier-ignore
  const reader = { ...read(gate), states: { n: { inf: "1 / (1 + exp(-(V + shift) / k_2))", tau: "T", init: "0.1" } }, let: {} } as Mechanism; // prettier-ignore
  const build = (unit: string) => () => new Network({ seed: 1 }).cells("cell", 1, cellOf(pool(unit), reader));
  expect(build("mV")).not.toThrow();
  expect(build("mM")).toThrow('adds "V" (mV) and "shift" (mM)');
});

// of two pools that read what the cell gives neither waits for the other: no circle of theirs is refused
test("a state called area or diam is read by nobody who reads the compartment's", async () => {
  const pool = (name: string, ion: string, own: string, reads: string): Mechanism => ({ kind: "pool", name, doc: "", ion, params: { tau: { default: ms(9), unit: "ms", doc: "" }, um2: { default: one(1), unit: "1", doc: "" } }, states: { [`${ion}i`]: { inf: `1e-4 * ${reads}`, tau: "tau", init: "2e-4", unit: "1" }, [own]: { inf: "3", tau: "tau", init: "3" } } }) as Mechanism; // prettier-ignore
  expect(await voltage(cellOf(pool("p", "ca", "area", "diam"), pool("q", "mg", "diam", "area"), read(gate)))).toHaveLength(301);
}); // prettier-ignore
