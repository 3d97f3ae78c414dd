import fc from "fast-check";
import { expect, test } from "vitest";
import { CortexColumn, readHnn } from "../../src/models/cortical-column/index.ts";
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
