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
      settings: {},
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

/** Both models as MyoGen's files have them, with values of our own. */
const MYOGEN = `
model: NERLab
mode: active
axon_velocities: [48, 66]
axon_length: 0.7
gamma: 0.3
lambda_factor: 1.0
initial_voltage__mV: -67
spike_threshold__mV: 45.0
nerlab:
  soma:
    diameter_range: [70, 110, 14]
    gnapbar_range: [0.0004, 0.0007, 2]
    gksbar_range: [0.02, 0.016, 6, true]
    gls_range: [0.001, 0.0015, 2.5]
    ena: 120.0
    vtraub_napp: 0.0
  dendrite:
    length_range: [5000, 10000, 12]
    ltau_caL_range: [88, 50, 3]
    vtraub_caL_range: [36, 33, 30]
    gl_caL_range: 0.0001
    ecaL: 140
  napp:
    m_alpha_A: 0.7
    h_alpha_tau: 19
    n_beta_v_offset: 11
powers2017:
  soma: { kdrrl_conductance_range: [0.014, 0.021, 0.3], mahp_tau_range: [80, 35, 0.3] }
  dendrite:
    resistance_range: [50, 40, 0.3]
    ca_conductance_ranges: [[8.0e-5, 1.1e-4, 0.3], [9.0e-5, 1.2e-4, 0.3], [1.0e-4, 1.3e-4, 0.3], [1.1e-4, 1.5e-4, 0.3]]
    ca_theta_h_range: [9, -9, 0.3]
`;

it("reads MyoGen's files: either model, the axon, rates, and what is of the pool", () => {
  const axon = "axon: { velocity: [48, 66], length: 0.7 }";
  const nerlab = `{ ${axon}, soma: { diam: [70, 110, 14], gnapbar: [0.0004, 0.0007, 2], gksbar: [0.02, 0.016, 6, true], gl: [0.001, 0.0015, 2.5] },
    dend: { L: [5000, 10000, 12], Ltau: [88, 50, 3], vtraub: [36, 33, 30], gl: 0.0001 }, napp: { m: { alpha: [0.7, 15, 4] }, h: { alpha: [0.928, 17, 19] }, n: { beta: [2, 11, 40] } } }`;
  const { settings, ...cells } = motorNeuronConfig("NERLab", MYOGEN);
  const { settings: none, ...own } = motorNeuronConfig("NERLab", nerlab);
  expect(cells).toEqual(own);
  expect([settings, none]).toEqual([{ model: "NERLab", gamma: 0.3, threshold: 45 }, {}]);
  const powers = `{ ${axon}, soma: { gMax_kdrRL: [0.014, 0.021, 0.3], tau_mAHP: [80, 35, 0.3] }, dend: { Ra: [50, 40, 0.3], theta_h: [9, -9, 0.3],
    gcabar_d0: [8e-5, 1.1e-4, 0.3], gcabar_d1: [9e-5, 1.2e-4, 0.3], gcabar_d2: [1e-4, 1.3e-4, 0.3], gcabar_d3: [1.1e-4, 1.5e-4, 0.3] } }`;
  const { settings: ofPool, ...other } = motorNeuronConfig("Powers2017", MYOGEN);
  const { settings: _, ...wanted } = motorNeuronConfig("Powers2017", powers);
  expect(other).toEqual(wanted);
  expect(ofPool).toEqual({ model: "NERLab", gamma: 0.3 });
  expect(motorNeuronConfig("NERLab", "gamma: 0.2\nnerlab:\n").ranges).toEqual(NERLAB_RANGES);
});

it("takes model, neuromodulation and threshold from MyoGen's file where nothing else is said", () => {
  const pool = alphaMotorNeurons({ thresholds: [0, 1], config: MYOGEN });
  expect(pool.model).toBe("NERLab");
  expect(pool.detector.threshold).toEqual({ value: 45, unit: "mV" });
  const soma = (cells: typeof pool) => cells.insertions.flatMap(({ params = {} }) => ("gamma" in params ? [params["gamma"]] : [])); // prettier-ignore
  expect(soma(pool)).toEqual([{ value: 0.3, unit: "1" }]);
  expect(soma(alphaMotorNeurons({ thresholds: [0, 1], config: MYOGEN, gamma: 0.1 }))).toEqual([{ value: 0.1, unit: "1" }]); // prettier-ignore
  const other = MYOGEN.replace("model: NERLab", "model: Powers2017");
  expect(alphaMotorNeurons({ thresholds: [0, 1], config: other }).model).toBe("Powers2017");
  expect(alphaMotorNeurons({ thresholds: [0, 1], config: other, model: "NERLab" }).model).toBe("NERLab");
});

it.each([
  ["model: NERLab", "model: nerlab", /model: is "nerlab". Give NERLab or Powers2017/],
  ["mode: active", "mode: passive", /mode: is "passive". Give active/],
  ["gamma: 0.3", "gama: 0.3", /has an unknown key "gama". Did you mean "gamma"/],
  ["gamma: 0.3", "gamma: high", /gamma: is "high". Give a number/],
  ["diameter_range", "diametre_range", /nerlab\.soma: has an unknown key "diametre_range". Did you mean "diameter_range"/],
  ["diameter_range: [70, 110, 14]", "diameter_range: 70 um", /nerlab\.soma\.diameter_range: is "70 um"/],
  ["ena: 120.0", "ena: 115", /nerlab\.soma\.ena: is 115, where hillock's cells have 120/],
  ["  dendrite:\n    length", "  dendrites:\n    length", /nerlab: has an unknown key "dendrites". Did you mean "dendrite"/],
  ["m_alpha_A", "m_alpha_a", /nerlab\.napp: has an unknown key "m_alpha_a"/],
  ["m_alpha_A: 0.7", "m_alpha_A: -1", /napp\.m\.alpha: is \[-1,15,4\]/],
  ["axon_length: 0.7", "axon_length: long", /axon\.length: is "long"/],
  ["mode: active", "mode: active\n---\nmode: active", /line \d+: Source contains multiple documents/],
])("MyoGen's file with %j as %j is refused", (from, to, message) => {
  expect(MYOGEN).toContain(from);
  expect(() => motorNeuronConfig("NERLab", MYOGEN.replace(from, to))).toThrow(DataError);
  expect(() => motorNeuronConfig("NERLab", MYOGEN.replace(from, to))).toThrow(message);
}); // prettier-ignore

it("a range for each dendrite, and no scaling of Powers2017's sodium", () => {
  const of = (from: string, to: string) => () => motorNeuronConfig("Powers2017", MYOGEN.replace(from, to));
  expect(of("[[8.0e-5, 1.1e-4, 0.3], ", "[")).toThrow(/powers2017\.dendrite\.ca_conductance_ranges: is .* Give a range for each of the four/);
  expect(of("lambda_factor: 1.0", "lambda_factor: 1.2")).toThrow(/lambda_factor: is 1.2, where hillock's cells have 1/);
}); // prettier-ignore

it("knows no napp block for Powers2017", () => {
  expect(() => motorNeuronConfig("Powers2017", "napp: {}")).toThrow(/unknown key "napp"/);
});
