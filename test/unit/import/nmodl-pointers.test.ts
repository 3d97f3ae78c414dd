import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import { gatherSource, isGather, nmodl, nmodlGather } from "../../../src/import/index.ts";
import type { Channel } from "../../../src/mechanisms/mechanism.ts";
import { leak } from "./leak.ts";

test("a POINTER that nothing uses is read over, and said", () => {
  const { notes } = nmodl(leak({ neuron: "POINTER rng" }), { file: "leak.mod" });
  expect(notes).toEqual(["the POINTER rng in leak.mod:5 is read over: no state and no current depends on it"]);
});

test("a POINTER that no state and no current depends on: what is set by it is left out, and said", () => {
  const text = leak({ neuron: "POINTER along, sum", assigned: "along sum flux", blocks: "AFTER SOLVE { flux = along - v sum = sum + flux }" }); // prettier-ignore
  const { mechanism, notes } = nmodl(text, { file: "leak.mod" });
  expect(mechanism).toEqual(nmodl(leak(), { file: "leak.mod" }).mechanism);
  expect(notes).toContain("what the file sets by the POINTER sum is left out: it is no variable of this mechanism");
});

describe("a POINTER to what is in its own compartment", () => {
  const text = `NEURON { SUFFIX reader POINTER drive, gate NONSPECIFIC_CURRENT i }
UNITS { (mV) = (millivolt) (mA) = (milliamp) (S) = (siemens) }
PARAMETER { gbar = 0.001 (S/cm2) tau = 20 (ms) }
ASSIGNED { v (mV) i (mA/cm2) drive (mA/cm2) gate }
STATE { x }
INITIAL { x = 0 }
BREAKPOINT { SOLVE s METHOD cnexp i = gbar*x*gate*(v + 80) }
DERIVATIVE s { x' = (-drive - x)/tau }`;
  const read = (pointers: object | null, of = text) =>
    nmodl(of, { file: "r.mod", pointers: pointers as Record<string, string> });

  test("is read by the name that the option gives", () => {
    const { mechanism, reads, notes } = read({ drive: "hva.i_ca", gate: "kv.n" });
    expect(mechanism.states["x"]).toEqual({ inf: "1 * (-i_hva_ca)", tau: "tau", init: "0" });
    expect(Object.values((mechanism as Channel).currents)).toEqual([{ g: "gbar * x * kv_n", E: "-80" }]);
    expect(reads).toEqual([]);
    expect(notes).toContain("reader stands where hva is inserted");
    const ofIon = read({ drive: "ica", gate: "cai" });
    expect(ofIon.mechanism.states["x"]).toEqual({ inf: "1 * (-ica)", tau: "tau", init: "0" });
    expect(ofIon.reads).toEqual(["cai"]);
    expect(read({ drive: "v", gate: "eca" }).mechanism.states["x"]).toEqual({ inf: "1 * (-V)", tau: "tau", init: "0" });
  });

  test.each([
    [{ drive: "ica" }, text, "r.mod:7:46: uses the POINTER gate, which is refused: it stands for a variable somewhere else. Say what it points at by the option pointers"],
    [{ drive: "hva.i_ca", gate: "hva.i_ca" }, text, "Currents and ion currents exist once conductances and reversals are known: only states may read them"],
    [{ drive: "hva.i_ca", gate: "no such" }, text, 'r.mod, pointers.gate: is "no such". Give "v", what an ion has'],
    [{ drive: 3 }, text, "r.mod, pointers.drive: is 3"],
    [null, text, "r.mod, pointers: is null. Give an object with names of the file"],
    [{ drive: "ica", gate: "exp" }, text, 'r.mod, pointers.gate: is "exp". Give "v"'],
    [{ drive: "ica", gate: "reader.x" }, text, "r.mod, pointers.gate: is reader.x, of the file itself. Name another mechanism"],
    [{ drve: "ica" }, text, 'r.mod: has no POINTER drve. Did you mean "drive"?'],
    [{ drive: "ica", gate: "kv.n" }, text.replace("x = 0 }", "x = gate }"), "Mechanisms start one after the other: give the state an `init` that reads no other mechanism"],
    [{ drive: "ica", gate: "kv.n" }, text.replace("SOLVE s", "gate = 1 SOLVE s"), "r.mod:7:14: sets the POINTER gate, which is refused of another's variable"],
    [{ drive: "v", gate: "kv.n" }, text.replace("SUFFIX", "POINT_PROCESS"), "r.mod:1:24: points gate at what another mechanism has, which a point process does not read here"],
  ])("%#", (pointers, of, message) => {
    expect(() => read(pointers, of)).toThrow(DataError);
    expect(() => read(pointers, of)).toThrow(message);
  }); // prettier-ignore
});

describe("a POINTER across a gap junction", () => {
  const gap = (more: { neuron?: string; blocks?: string; i?: string } = {}): string => `NEURON { POINT_PROCESS gap POINTER vgap ${more.neuron ?? ""} NONSPECIFIC_CURRENT i }
UNITS { (nA) = (nanoamp) (mV) = (millivolt) }
PARAMETER { r = 1e3 (megohm) }
ASSIGNED { v (mV) vgap (mV) i (nA) }
BREAKPOINT { i = ${more.i ?? "(v - vgap)/r"} }
${more.blocks ?? ""}`; // prettier-ignore

  const graded = (equation: string, neuron = "", i = "s*(v - vgap)"): string => `NEURON { POINT_PROCESS Graded POINTER vgap ${neuron} NONSPECIFIC_CURRENT i }
UNITS { (nA) = (nanoamp) (mV) = (millivolt) (uS) = (microsiemens) }
PARAMETER { tau = 5 (ms) }
ASSIGNED { v (mV) vgap (mV) i (nA) eca (mV) celsius diam (um) area (um2) }
STATE { s }
INITIAL { s = 0 }
BREAKPOINT { SOLVE k METHOD cnexp i = ${i} }
DERIVATIVE k { ${equation} }`; // prettier-ignore

  test("with a state is a gather of a state of the source, and the mechanism that has it", () => {
    const text = graded("s' = (1/(1 + exp(-vgap/4)) - s)/tau", "", "0.002*s*(v - 3)");
    const { gather, release, notes } = nmodlGather(text, { file: "graded.mod" });
    expect(isGather(text)).toBe(true);
    expect(notes).toEqual(["the source has s, in the mechanism Graded: one for all that it reaches"]);
    expect(gatherSource(gather, release)).toBe(`import { ms, one } from "hillock";
import { channel, param } from "hillock/mechanisms";

export const release = channel({
  name: "Graded",
  doc: \`Graded.
Translated from NMODL, graded.mod.\`,
  params: { tau: param(ms(5), "tau") },
  states: { s: { inf: "1 / (1 + exp(-(V / 4)))", tau: "tau", init: "0" } },
  currents: {},
});

export default {
  weight: one(1),
  value: "0.002 * Graded_s_pre * (3 - V)",
  params: {},
};
`);
  });

  test("is a gather, which reads as one would write it", () => {
    const { gather, warnings } = nmodlGather(gap());
    expect(warnings).toEqual([]);
    expect(isGather(gap())).toBe(true);
    expect(gatherSource(gather)).toBe(`import { MOhm, one } from "hillock";

export default {
  weight: one(1),
  value: "(V_pre - V) / r",
  params: { r: MOhm(1000) },
};
`);
  });

  test.each([
    [gap({ neuron: "POINTER other" }), "NMODL:1:24: is no POINT_PROCESS with one POINTER"],
    [gap({ blocks: "NET_RECEIVE (w) { r = w }" }), "NMODL:1:24: has events beside a POINTER"],
    [
      graded("s' = (vgap + v - s)/tau"),
      "NMODL:8:16: lets s follow the voltage of its own side, v, beside the POINTER: the states of a gather are those of its source",
    ],
    [
      graded("s' = (vgap + eca - s)/tau", "USEION ca READ eca"),
      "NMODL:8:16: lets s read eca, an ion's on the target's side",
    ],
    [
      graded("s' = (vgap - s)/tau", "", "s*(v - vgap)*celsius"),
      "computes its current from celsius, which a gather does not read",
    ],
    [graded("s' = (vgap - s*diam)/tau"), "NMODL:8:16: lets s read diam, of the compartment where the current flows"],
    [graded("s' = (vgap - s)/area"), "NMODL:8:16: lets s read area, of the compartment where the current flows"],
    [
      gap({ i: "(v - vgap)/r*normrand(1, 0.1)" }),
      "NMODL:5:31: calls normrand, which is refused: what draws here is no start, no step and no event. Draw in INITIAL or in a block that BREAKPOINT solves: once for all that the source of the gather reaches",
    ],
    [
      gap({ i: "(x - vgap)/r", blocks: "ASSIGNED { x } BEFORE BREAKPOINT { x = v/10 }" }),
      "NMODL:6:16: computes x from the voltage in BEFORE BREAKPOINT",
    ],
    [gap({ i: "v/r" }), "NMODL:1:24: does not read its POINTER vgap"],
    [gap({ i: "(v - vgap)/r*t" }), "NMODL:1:24: computes its current from the time"],
    [leak({ neuron: "POINTER p" }), "NMODL:3:10: is no POINT_PROCESS with one POINTER"],
  ])("%#", (text, message) => {
    expect(() => nmodlGather(text)).toThrow(DataError);
    expect(() => nmodlGather(text)).toThrow(message);
  });

  test("what the file sets by it is left out, and said; before BREAKPOINT it may be read", () => {
    const { notes } = nmodlGather(gap({ blocks: "INITIAL { vgap = 3 }" }));
    expect(notes).toContain("what the file sets by the POINTER vgap is left out: it is no variable of this mechanism");
    const { gather } = nmodlGather(gap({ i: "(v - x)/r", blocks: "ASSIGNED { x } BEFORE BREAKPOINT { x = vgap/10 }" }));
    expect(gather.value).toBe("(V_pre / 10 - V) / r");
  });

  test("draws of its states are the source's, and said", () => {
    const { release, gather, notes } = nmodlGather(graded("s' = (normrand(1, 0.2) - s)/tau", "", "s*(v - vgap)"));
    expect(gather.value).toBe("1 * (Graded_s_pre * (V_pre - V))");
    expect(JSON.stringify(release?.states["s"])).toContain("draw_normal(");
    expect(notes).toContain("s is drawn by hillock: the law is the file's, the numbers are not NEURON's");
  });
});
