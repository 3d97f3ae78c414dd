import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { checkMechanism, NOWHERE, type Surroundings } from "../../../src/mechanisms/check.ts";
import { glifOf } from "../../../src/mechanisms/neurons/index.ts";
import * as shipped from "../../../src/mechanisms/index.ts";
import { mM, ms, mV, one, S_per_cm2, uS, type Unit } from "../../../src/units.ts";

const around: Surroundings = {
  ...NOWHERE,
  given: new Map<string, Unit>([["ena", "mV"], ["ek", "mV"], ["eca", "mV"], ["cai", "mM"]]),
  computed: new Set(["eca"]),
  pools: new Set(["cai"]),
  inner: new Map([["store", ["capool"]], ["twice", ["capool", "mgpool"]], ["gbar", ["capool", "mgpool"]]].map(([name, pools]) => [name as string, (pools as string[]).map((pool) => ({ pool, unit: "mM" as const }))])),
}; // prettier-ignore

/** A channel that is right, with parts replaced. */
const channel = (parts: object): unknown => ({
  kind: "channel",
  name: "kx",
  doc: "",
  params: {
    gbar: shipped.param(S_per_cm2(0.03), "conductance"),
    tau_n: shipped.param(ms(5), "time"),
    k: shipped.param(mV(10), "slope"),
  },
  states: { n: { inf: "1 / (1 + exp(-(V + 40) / k))", tau: "tau_n" } },
  currents: { k: { g: "gbar * n", E: "ek", ion: "k" } },
  ...parts,
});
const synapse = (parts: object): unknown => ({
  kind: "synapse",
  name: "sx",
  doc: "",
  params: {
    tau: shipped.param(ms(5), "decay"),
    e: shipped.param(mV(0), "reversal"),
    w0: shipped.param(uS(1), "weight"),
  },
  states: { s: { tau: "tau" } },
  onEvent: { s: "w" },
  g: "s",
  E: "e",
  ...parts,
});
const current = (g: string, E = "ek") => ({ currents: { k: { g, E, ion: "k" } } });
const gate = (inf: string, tau = "tau_n", more = {}) => ({ states: { n: { inf, tau, ...more } } });

function faultOf(m: unknown): string {
  try {
    checkMechanism("kx", m, around);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    return (error as ModelError).message;
  }
  return "accepted";
}

const mechanisms = Object.values(shipped).filter((m) => typeof m === "object" && "kind" in m);

describe("a mechanism's texts", () => {
  test("all that come with hillock pass", () => {
    expect(mechanisms.length).toBeGreaterThanOrEqual(25);
    for (const m of mechanisms) checkMechanism(m.name, m, m.name === "cad" ? NOWHERE : around);
    expect(faultOf(channel({}))).toBe("accepted");
    expect(faultOf(synapse({}))).toBe("accepted");
  });

  test.each<[string, unknown, string]>([
    ["a product in the wrong unit", channel(current("gbar * V * n")), 'currents.k.g: "gbar * V * n" is in mA/cm2, not S/cm2 at column 1'],
    ["a typo", channel(current("gbar * nn")), 'currents.k.g: "nn" is not defined here at column 8\n  gbar * nn\n         ^'],
    ["... with what was meant", channel(current("gbbar * n")), 'Did you mean "gbar"?'],
    ["a function without arguments", channel(current("gbar * exp")), '"exp" is not defined here'],
    ["too many arguments", channel(gate("exp(1, 2)")), "2 arguments for the function"],
    ["an unknown function", channel(gate("sigmoid(V)")), 'unknown function "sigmoid" at column 1'],
    ["a sum of units", channel(gate("1 / (1 + exp((V + tau_n) / k))")), 'adds "V" (mV) and "tau_n" (ms) at column 15'],
    ["a comparison of units", channel(gate("select(V < tau_n, 0, 1)")), "compares"],
    ["an exponential of a voltage", channel(gate("1 / (1 + exp(-(V + 40)))")), "takes exp of"],
    ["a reversal in S/cm2", channel(current("gbar", "gbar")), '"gbar" is in S/cm2, not mV'],
    ["a time in mV", channel(gate("1", "k")), '"k" is in mV, not ms'],
    ["a rate in ms", channel({ states: { n: { alpha: "tau_n", beta: "1 / tau_n" } } }), '"tau_n" is in ms, not 1/ms'],
    ["a steady state in ms", channel(gate("tau_n")), '"tau_n" is in ms, not 1'],
    ["a condition as a time", channel(gate("1", "V > k")), "is in 1, not ms"],
    ["a state V", channel({ states: { V: { inf: "1", tau: "tau_n" } } }), 'the state "V" has the name of the voltage'],
    ["a parameter dt", channel({ params: { dt: shipped.param(ms(1), "") } }), 'the parameter "dt" has the name of the time step'],
    ["a let called like a parameter", channel({ let: { gbar: "1" } }), 'the let "gbar" has the name of a parameter'],
    ["a state called like its current", channel({ states: { i_k: { inf: "1", tau: "tau_n" } } }), "the name of the current k"],
    ["a word of WGSL", channel({ let: { loop: "1" } }), 'the name "loop" of a let is a word of WGSL'],
    ["a word of JavaScript", channel({ let: { constructor: "1" } }), 'the name "constructor" of a let is a word of JavaScript'],
    ["a function's name", channel({ states: { exp: { inf: "1", tau: "tau_n" } } }), "a function of the language"],
    ["the printer's names", channel(current("gbar * n * c")), '"c" is not defined here'],
    ["a let before its time", channel({ let: { a: "b", b: "1" } }), '"b" is defined later'],
    ["a let of itself", channel({ let: { a: "a + 1" } }), '"a" is defined later'],
    ["a typo in a let", channel({ let: { a: "gbr" } }), 'let.a: "gbr" is not defined here at column 1'],
    ["a current in a conductance", channel(current("gbar * i_k / ik")), 'reads "i_k", which has no value here'],
    ["... through a let", channel({ let: { a: "i_k" }, ...current("gbar * a") }), 'reads "i_k" through "a"'],
    ["a current at the start", channel({ ...gate("1 / (1 + i_k / ik)") }), "give the state an `init`"],
    ["a later state at the start", channel({ states: { a: { inf: "n", tau: "tau_n" }, n: { inf: "1", tau: "tau_n" } } }), "declared order"],
    ["an ion that the cell lacks", channel(current("gbar", "ecl")), 'it is the reversal potential of cl, give the cell reversals: { cl: mV(0) }, or insert a pool that computes it'],
    ["a concentration that nothing keeps", channel(gate("xai / (xai + 1)")), 'it is a concentration of xa, insert a pool of it there, or give the cell concentrations: { xai: mM(1) }'],
    ["a number that float32 lacks", channel(current("gbar * 1e39")), "the number is too large"],
    ["a text that is none", channel(gate(3 as never)), "is of type number, not a text"],
    ["what two pools keep", channel(gate("twice / (twice + store)")), 'The pools capool and mgpool each keep a state of that name'],
    ["a let before itself, where a pool keeps the name", channel({ let: { store: "store * 2" }, ...gate("1") }), '"store" is defined later'],
    ["no time constant", channel({ states: { n: { inf: "1" } } }), "states.n.tau: is missing"],
    ["a half of each pair", channel({ states: { n: { inf: "1", beta: "1" } } }), 'has a field "inf", which nothing reads'],
    ["a misspelt field", channel({ stats: {} }), 'has a field "stats", which nothing reads. Did you mean "states"?'],
    ["a misspelt kind", channel({ kind: "chanel" }), 'kind: is "chanel". Did you mean "channel"?'],
    ["a default beyond the limits", channel({ params: { g: shipped.param(one(2), "", { max: 1 }) } }), "has default 2 outside"],
    ["a default in another unit", channel({ params: { g: { default: mV(1), unit: "ms", doc: "" } } }), 'in "ms" with a default in "mV"'],
    ["a table of nothing", channel({ table: { from: mV(0), to: mV(1), intervals: 4, of: ["m"] } }), 'names "m"'],
    ["a table backwards", channel({ table: { from: mV(1), to: mV(0), intervals: 4 } }), "Let it ascend"],
    ["an own ek beside the cell's", channel({ params: { ek: shipped.param(mV(-77), "") }, ...current("1", "ek"), states: {} }), "which the cell gives too"],
    ["a pool without its concentration", { kind: "pool", name: "p", doc: "", ion: "ca", params: {}, states: { x: { inf: "1", tau: "1" } } }, 'has no state "cai"'],
    ["a start of what decays", synapse({ states: { s: { tau: "tau", init: "1" } } }), 'has a field "init", which nothing reads'],
    ["a state that nothing writes", synapse({ states: { s: { tau: "tau" }, r: { tau: "tau" } } }), 'nothing writes the state "r"'],
    ["an event for no state", synapse({ onEvent: { s: "w", r: "w" } }), 'names "r", which is no state'],
    ["a square of w", synapse({ onEvent: { s: "w^2 / w0" } }), "is not linear in w"],
    ["saturation", synapse({ onEvent: { s: "w * (1 - s / w0)" } }), 'depends on the state "s"'],
    ["a product with a state", synapse({ onEvent: { s: "w - s" } }), 'depends on the state "s"'],
    ["a threshold", synapse({ onEvent: { s: "max(w - w0, 0)" } }), "is not linear in w"],
    ["an event without w", synapse({ onEvent: { s: "w0" } }), "does not use w: it would act in every step"],
    ["a constant beside w", synapse({ onEvent: { s: "w + w0" } }), "is not 0 where w is 0"],
    ["a power of 0", synapse({ onEvent: { s: "w0 * w^0" } }), "is not 0 where w is 0"],
    ["receive beside onEvent", synapse({ onEvent: { s: "w" }, receive: { s: "w" } }), "stands beside receive"],
    ["receive of no state", synapse({ onEvent: {}, receive: { s: "w", q: "w" } }), 'names "q", which is no state'],
    ["receive in another unit", synapse({ onEvent: {}, receive: { s: "w * V" } }), "receive.s"],
    ["w outside an event", synapse({ g: "s * w / w0" }), "Only onEvent may read the weight"],
    ["two conductances multiplied", synapse({ g: "s * w0" }), "not uS"],
    ["nothing at all", null, "is null"],
  ])("%s", (_, m, message) => {
    expect(faultOf(m)).toContain(message);
  }); // prettier-ignore

  test("numbers may carry a unit, as NEURON users write them", () => {
    const parts = {
      states: { n: { alpha: "0.01 * 10 / exprel(-(V + 55) / 10)", beta: "0.125 * exp(-(V + 65) / 80)" } },
    };
    expect(faultOf(channel(parts))).toBe("accepted");
  });

  test("a state may say its unit, a concentration has one", () => {
    const ca = { params: { c0: shipped.param(mM(1), "") }, currents: {} };
    expect(faultOf(channel({ ...ca, states: { x: { inf: "c0", tau: "1" } } }))).toContain("is in mM, not 1");
    expect(faultOf(channel({ ...ca, states: { x: { inf: "c0", tau: "1", unit: "mM" } } }))).toBe("accepted");
  });

  test("texts that grow without end are refused before they are written out", () => {
    const let_: Record<string, string> = { a0: "V / k" };
    for (let i = 1; i < 40; i++) let_[`a${i}`] = `a${i - 1} * a${i - 1}`;
    expect(faultOf(channel({ let: let_ }))).toMatch(/has \d+ operations once its let names are written out/);
    expect(faultOf(channel(gate("(".repeat(10_000))))).toContain("nested more than 50 deep");
    expect(faultOf(channel(gate("-".repeat(9_000) + "1")))).toContain("nested more than 50 deep");
    expect(faultOf(channel(gate("1" + "+1".repeat(4_900))))).toContain("more than 1000 terms in a row");
    expect(faultOf(channel(gate("1".repeat(100_000))))).toContain("100000 characters");
    expect(faultOf(channel(gate("1" + "+1".repeat(900))))).toBe("accepted");
  });
});

test.each([
  { ports: -1, currents: 2 },
  { ports: 1.5, currents: 0 },
  { ports: 4, currents: NaN },
  { ports: "2", currents: 1 },
  { ports: 2 },
  undefined,
])("a GLIF neuron of %o is refused", (of) => {
  expect(() => glifOf(of as never)).toThrow(ModelError);
});
