import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { oneToOne } from "../../../src/connect/rules.ts";
import { DataError } from "../../../src/errors.ts";
import { nmodl } from "../../../src/import/index.ts";
import { evaluate } from "../../../src/lang/evaluate.ts";
import { parse } from "../../../src/lang/parse.ts";
import type { Synapse } from "../../../src/mechanisms/mechanism.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { degC, ms, mV, ohm_cm, uF_per_cm2, um, uS } from "../../../src/units.ts";

const fixture = (name: string): string => readFileSync(new URL(`../../fixtures/nmodl/${name}.mod`, import.meta.url), "utf8"); // prettier-ignore

/** One event into a store of vesicles, each of which is a round of a loop. */
async function release(vesicles: number, rounds?: number): Promise<void> {
  const { mechanism } = nmodl(fixture("vesicle_store"), { fixed: { nmax: vesicles }, ...(rounds === undefined ? {} : { rounds }) }); // prettier-ignore
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", 1, {
    sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1) }],
    insertions: [],
    receptors: [{ name: "place", synapse: mechanism as Synapse, section: "soma" }],
    detector: { section: "soma", threshold: mV(0) },
    V0: mV(-65),
    celsius: degC(25),
  });
  net.connect(net.sources("s", 1, trains([[1]])), cells.receptor("place"), oneToOne(), { weight: uS(1e-4), delay: ms(0) } as never); // prettier-ignore
  const sim = await simulate(net, { dt: ms(0.1), engine: "reference" });
  try {
    for await (const chunk of sim.run(ms(5))) expect(chunk).toBeDefined();
  } finally {
    await sim.close();
  }
}

test("as many rounds as are written out run, and one more ends the run", async () => {
  await release(8);
  await release(9, 9);
  await expect(release(9)).rejects.toThrow("place");
});

test.each([0, 1.5, 101, Number.NaN])("rounds: %s is refused", (rounds) => {
  expect(() => nmodl(fixture("vesicle_store"), { rounds })).toThrow(DataError);
  expect(() => nmodl(fixture("vesicle_store"), { rounds })).toThrow("Give a whole number from 1 to 100");
});

test("a parameter that ends a loop is a number, and a note says so", () => {
  const { mechanism, notes } = nmodl(fixture("loop_of_parameter"));
  expect(Object.keys(mechanism.params)).not.toContain("n");
  expect(notes).toContain("n is fixed at 4");
  expect(nmodl(fixture("loop_of_parameter"), { fixed: { n: 2 } }).notes).toContain("n is fixed at 2");
});

test("a FUNCTION whose C asks a source of random numbers draws", () => {
  const { mechanism, notes } = nmodl(fixture("vesicle_in_c"));
  expect(JSON.stringify(mechanism)).toContain("draw_uniform(1)");
  expect(notes).toContain("the C of chance is taken as scop_random(): numbers that hillock draws");
});

/** A channel whose conductance is k at 0.1 uS/cm2 each. */
const counting = (loop: string, more = "", parameter = ""): string => `
NEURON { SUFFIX counted NONSPECIFIC_CURRENT i RANGE k }
PARAMETER { L = 5 ${parameter} }
ASSIGNED { v (mV) i (mA/cm2) k }
BREAKPOINT { rates() i = k * 1e-7 * v }
PROCEDURE rates() { k = 0 ${loop} }
${more}`;
const slopeOf = (text: string): string => {
  const { mechanism } = nmodl(text);
  if (mechanism.kind !== "channel") throw new Error(mechanism.kind);
  const current = Object.values(mechanism.currents)[0]!;
  return "i" in current ? current.i : current.g;
};

test.each([
  ["LOCAL n FROM n = 1 TO floor(L/2) { k = k + 1 }", 2],
  ["WHILE (k < sqrt(4)) { k = k + 1 }", 2],
  ["WHILE (k < exp(1)) { k = k + 1 }", 3],
  ["WHILE (k < L) { step() }", 5, "PROCEDURE step() { IF (L > 0) { LOCAL y y = 1 k = k + y } }"],
])("a loop whose test is functions of numbers ends: %s", (loop, rounds, more = "") => {
  const expr = parse(slopeOf(counting(loop, more)));
  expect(evaluate(expr, { V: 1, v: 1 })).toBeCloseTo(rounds * 1e-7, 12);
});

const drawing = (body: string, of = ""): string => `
NEURON { POINT_PROCESS p NONSPECIFIC_CURRENT i POINTER r }
PARAMETER { e = 0 (mV) }
ASSIGNED { v (mV) i (nA) r }
STATE { g (uS) }
BREAKPOINT { SOLVE s METHOD cnexp i = g * (v - e) }
DERIVATIVE s { g' = -g / 5 }
NET_RECEIVE (w (uS)) { IF (chance(2) < 0.5) { g = g + w } }
FUNCTION chance(x) { ${of} VERBATIM
${body}
ENDVERBATIM }`;

test.each([
  "return nrn_random_pick(_p_r);",
  "double value; if (_p_r) { value = nrnran123_dblpick((nrnran123_State*)_p_r); } else { value = 0.0; } _lchance = value;",
])("C that draws and does no more is the draw: %s", (body) => {
  expect(nmodl(drawing(body)).notes.join()).toContain("the C of chance is taken as scop_random()");
});

test.each([
  "return _lx*nrnran123_negexp((nrnran123_State*)_p_r);",
  "_lchance = 2*nrn_random_pick(_p_r) - 1;",
  "double value; value = nrn_random_pick(_p_r); value *= 2; _lchance = value;",
])("C that makes something of what it draws is refused, not read as the draw: %s", (body) => {
  expect(() => nmodl(drawing(body))).toThrow(/VERBATIM/);
});

test.each([
  ["_lchance = 1 + 0.5*nrnran123_normal((nrnran123_State*)_p_r);", "chance = 1 + 0.5*normrand(0, 1)"],
  ["_lchance = -log(nrnran123_dblpick((nrnran123_State*)_p_r));", "chance = -log(scop_random())"],
])("C that computes with what it draws is read with what it computes: %s", (c, words) => {
  expect(nmodl(drawing(c)).notes.join()).toContain(`is taken as ${words}`);
});

test("NMODL beside C that draws is not left out", () => {
  expect(() => nmodl(`${drawing("double value; value = nrn_random_pick(_p_r);").slice(0, -2)} chance = x * 3 }`)).toThrow(DataError); // prettier-ignore
});

test.each(["_ion_cai = 1;", "_ion_dicadv = 0;", "k = 1/(2 + 1);", "k = (3 + 4)/2*L;", "k = pow(L, (1)/3);"])(
  "C that writes NEURON's own, or divides whole numbers, is refused: %s",
  (c) => {
    expect(() => nmodl(counting(`VERBATIM\n${c}\nENDVERBATIM`))).toThrow(/VERBATIM/);
  },
);

test("C that divides numbers with a point, or a variable, is read", () => {
  const { mechanism } = nmodl(counting("VERBATIM\nk = (L + 1)/2 + 1.0/2 + sqrt(4)/4;\nENDVERBATIM"));
  expect(evaluate(parse(mechanism.let?.["k"] ?? ""), { L: 5 })).toBe(4);
});
