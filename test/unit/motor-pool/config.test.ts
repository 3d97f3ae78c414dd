import { expect, it } from "vitest";
import { DataError } from "../../../src/errors.ts";
import { NAPP_RATES } from "../../../src/mechanisms/channels/napp.ts";
import {
  alphaMotorNeurons,
  motorNeuronConfig,
  NERLAB_RANGES,
  POWERS_RANGES,
} from "../../../src/models/motor-pool/index.ts";

it("is the published configuration when nothing is given", () => {
  for (const given of [undefined, "", "# only a comment\n", {}]) {
    expect(motorNeuronConfig("NERLab", given)).toEqual({
      ranges: NERLAB_RANGES,
      axon: { velocity: [50, 65], length: 0.6 },
      napp: NAPP_RATES,
    });
    expect(motorNeuronConfig("Powers2017", given).ranges).toEqual(POWERS_RANGES);
  }
});

it("merges entries of one, three and four numbers, the axon and the rates", () => {
  const got = motorNeuronConfig(
    "NERLab",
    `
soma:
  gnabar: [0.03, 0.08, 2.5]            # three entries
  gksbar: [0.02, 0.016, 6, true]       # four: exchanged with thresholds
  gl: 0.001
axon: { length: 0.5 }
napp:
  m: { alpha: [0.7, 15, 4] }
`,
  );
  expect(got.ranges["soma"]).toEqual({
    ...NERLAB_RANGES["soma"],
    gnabar: [0.03, 0.08, 2.5, false],
    gksbar: [0.02, 0.016, 6, true],
    gl: [0.001, 0.001, 0],
  });
  expect(got.ranges["dend"]).toEqual(NERLAB_RANGES["dend"]);
  expect(got.axon).toEqual({ velocity: [50, 65], length: 0.5 });
  expect(got.napp).toEqual({ ...NAPP_RATES, m: { alpha: [0.7, 15, 4], beta: NAPP_RATES.m.beta } });
});

it("reaches the mechanism's text and the cells' axons", () => {
  const config = { napp: { r: { alpha: [3.5, 60, 4] } }, axon: { velocity: [60, 60] } };
  const m = alphaMotorNeurons({ thresholds: [0, 1], config });
  expect(m.insertions[0]?.mechanism.states["r"]).toEqual({ alpha: "3.5 / (exp((60 - u) / 4) + 1)", beta: "rinact" });
  expect(m.axonDelay).toEqual({ value: 10, unit: "ms" });
});

it.each([
  ["soma: [1, 2", /configuration, line 1/],
  ["somma: {}", /unknown key "somma". Did you mean "soma"/],
  ["soma: { gnabarr: 1 }", /soma: has an unknown key "gnabarr". Did you mean "gnabar"/],
  ["soma: { gnabar: [1, 2] }", /soma\.gnabar: is \[1,2\]/],
  ["soma: { gnabar: [1, 2, 3, 4] }", /soma\.gnabar/],
  ["soma: { gnabar: .nan }", /soma\.gnabar/],
  ["soma: 3", /soma: is 3/],
  ["[1]", /Give a mapping/],
  ["axon: { speed: 3 }", /unknown key "speed"/],
  ["axon: { velocity: [0, 65] }", /axon\.velocity/],
  ["axon: { length: -1 }", /axon\.length/],
  ["napp: { q: { alpha: [1, 2, 3] } }", /unknown key "q"/],
  ["napp: { r: { beta: [1, 2, 3] } }", /napp\.r: has an unknown key "beta"/],
  ["napp: { m: { alpha: [1, 2] } }", /napp\.m\.alpha/],
  ["napp: { m: { alpha: [1, 2, 0] } }", /slope above 0/],
])("refuses %j and says where", (text, message) => {
  expect(() => motorNeuronConfig("NERLab", text)).toThrow(DataError);
  expect(() => motorNeuronConfig("NERLab", text)).toThrow(message);
});

it("knows no napp block for Powers2017", () => {
  expect(() => motorNeuronConfig("Powers2017", "napp: {}")).toThrow(/unknown key "napp"/);
});
