import fc from "fast-check";
import { expect, test } from "vitest";
import { CortexColumn, readDipole, readHnn, readSpikeFile } from "../../src/models/cortical-column/index.ts";
import { fuzzed, result } from "./runs.ts";

const PARAM = `tstop: 60
dt: 0.025
N_pyr_x: 2
N_pyr_y: 2
t_evprox_1: 26.61
sigma_t_evprox_1: 2.47
numspikes_evprox_1: 1
gbar_evprox_1_L2Pyr_ampa: 0.015
gbar_L2Pyr_L2Pyr_ampa: 0.0005
t0_input_dist: 10
f_input_dist: 10
input_dist_A_weight_L5Pyr_ampa: 1e-4
Itonic_A_L5Pyr_soma: 2`;
const JSON_FILE = JSON.stringify({
  object_type: "Network",
  mesh_shape: [2, 2],
  connectivity: [{ src_type: "L2_pyramidal", target_type: "L2_pyramidal", loc: "proximal", receptor: "ampa", nc_dict: { A_weight: 5e-4, A_delay: 1, lamtha: 3 } }],
  external_drives: { a: { type: "evoked", location: "distal", dynamics: { mu: 20, sigma: 1 }, weights_ampa: { L5_pyramidal: 1e-3 }, synaptic_delays: 0.1 } },
}); // prettier-ignore

/** Cuts, doubles and replaces stretches of a text. */
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(12),
  put: fc.oneof(fc.constantFrom("", "-1", "1e999", "nan", "[", "]", "{}", '"', ":", ",", "null", "__proto__", "1e308", "\n", "#", "\u0000"), fc.string({ maxLength: 6 })),
}); // prettier-ignore

test.each([["a .param", PARAM], ["a network's JSON", JSON_FILE]])("%s with changes is refused with a typed error, or makes a column", (_, whole) => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let text = whole;
      for (const { at, cut, put } of edits) {
        const k = Math.floor(at * text.length);
        text = text.slice(0, k) + put + text.slice(k + cut);
      }
      const file = result(() => readHnn(text, "f"));
      if (file === undefined) return;
      const [x, y] = file.mesh ?? [2, 2];
      if (x * y > 16) return; // a mesh that was asked for, and takes its time
      const { model, drives } = file;
      const column = result(() => new CortexColumn({ model, drives, mesh: [x, y], tstop: 60 }));
      for (const links of column?.links ?? []) expect([...links.weightUs].every(Number.isFinite)).toBe(true);
    }),
    fuzzed(100),
  );
}); // prettier-ignore

const DIPOLE =
  "# ms nAm\n0.000\t0.0049\t-0.0012\t0.0061\n0.025\t0.0048\t-0.0013\t0.0061\n0.050\t0.0047\t-0.0014\t0.0061\n";
const AGGREGATE = "0.0 0.1\n1.0 0.2\n2.0 0.15\n3.0 -0.1\n";
const SPIKES = "54.657\t35\tL2_pyramidal\n60.1\t170\tL5_pyramidal\n# end\n61 3 L2_basket\n";

test("dipoles and spikes with changes are refused with a typed error, or are numbers in order", () => {
  fc.assert(
    fc.property(fc.constantFrom(DIPOLE, AGGREGATE, SPIKES), fc.array(edit, { minLength: 1, maxLength: 4 }), (whole, edits) => {
      let text = whole;
      for (const { at, cut, put } of edits) {
        const k = Math.floor(at * text.length);
        text = text.slice(0, k) + put + text.slice(k + cut);
      }
      const dipole = whole === SPIKES ? undefined : result(() => readDipole(text, "dpl.txt"));
      if (dipole !== undefined) {
        const { tMs, agg, L2 } = dipole;
        expect(tMs.every((t, k) => Number.isFinite(t) && (k === 0 || t > (tMs[k - 1] as number)))).toBe(true);
        expect(agg.every(Number.isFinite) && (L2.every(Number.isFinite) || L2.every(Number.isNaN))).toBe(true);
      }
      const spikes = whole === SPIKES ? result(() => readSpikeFile(text, "spk.txt")) : undefined;
      for (const { timeMs, gid, type } of spikes ?? []) expect(Number.isFinite(timeMs) && Number.isSafeInteger(gid) && gid >= 0 && type !== "").toBe(true); // prettier-ignore
    }),
    fuzzed(100),
  );
}); // prettier-ignore

const WILD = [
  null,
  true,
  -1,
  0,
  1e9,
  1e308,
  1.5,
  "",
  "ampa",
  "1e9",
  [],
  [[]],
  {},
  { ampa: {} },
  "__proto__",
  Array(50).fill(1),
];
const structural = fc.record({
  at: fc.nat(200),
  how: fc.constantFrom("value", "remove", "double", "rename"),
  value: fc.constantFrom(...WILD),
});

/** Every place of a JSON value: what holds it, and under which key. */
function places(x: unknown, found: (readonly [Record<string, unknown>, string])[] = []): typeof found {
  if (typeof x !== "object" || x === null) return found;
  for (const key of Object.keys(x)) {
    found.push([x as Record<string, unknown>, key]);
    places((x as Record<string, unknown>)[key], found);
  }
  return found;
}

test("a network's JSON of another structure is refused with a typed error, or makes a column", () => {
  fc.assert(
    fc.property(fc.array(structural, { minLength: 1, maxLength: 3 }), (changes) => {
      const data = JSON.parse(JSON_FILE) as unknown;
      for (const { at, how, value } of changes) {
        const all = places(data);
        const [holder, key] = all[at % all.length] ?? [{}, ""];
        const old = holder[key];
        if (how === "remove" && !Array.isArray(holder)) delete holder[key];
        else if (how === "double" && Array.isArray(holder)) holder.push(old);
        else if (how === "rename" && !Array.isArray(holder)) {
          delete holder[key];
          holder[`${key}x`] = old;
        } else holder[key] = structuredClone(value);
        if (all.length === 0) return;
      }
      const file = result(() => readHnn(JSON.stringify(data), "f"));
      if (file === undefined) return;
      const [x, y] = file.mesh ?? [2, 2];
      if (x * y > 16 && x * y <= 1e6) return; // a mesh that was asked for, and takes its time
      const { model, drives } = file;
      const column = result(() => new CortexColumn({ model, drives, mesh: [x, y], tstop: 60 }));
      for (const links of column?.links ?? []) expect([...links.weightUs].every(Number.isFinite)).toBe(true);
    }),
    fuzzed(100),
  );
});
