import { channel, param, type Channel } from "../mechanism.ts";
import { mV, per_ms, S_per_cm2 } from "../../units.ts";

/** Amplitude (1/ms, or 1/(ms mV) for the linear forms), offset (mV above vtraub) and slope (mV) of a rate. */
export type Rate = readonly [amplitude: number, offset: number, slope: number];

/** The 27 numbers of the rates; `rinact`, the closing rate of r, is a parameter because it varies from cell to cell. */
export interface NappRates {
  readonly m: { readonly alpha: Rate; readonly beta: Rate };
  readonly h: { readonly alpha: Rate; readonly beta: Rate };
  readonly p: { readonly alpha: Rate; readonly beta: Rate };
  readonly n: { readonly alpha: Rate; readonly beta: Rate };
  readonly r: { readonly alpha: Rate };
}

export const NAPP_RATES: NappRates = {
  m: { alpha: [0.64, 15, 4], beta: [0.56, 40, 5] },
  h: { alpha: [0.928, 17, 18], beta: [9, 40, 5] },
  p: { alpha: [0.64, 5, 4], beta: [0.56, 30, 5] },
  n: { alpha: [0.08, 15, 7], beta: [2, 10, 40] },
  r: { alpha: [3.5, 55, 4] },
};

// The numbers stand in the text as literals, so that the printer can share exponentials of equal slope.
const literal = (x: number): string => (x < 0 ? `(${x})` : String(x));
/** amplitude * (offset - u) / (exp((offset - u) / slope) - 1), finite where u = offset. */
const falling = ([a, offset, k]: Rate): string =>
  `${literal(a)} * ${literal(k)} / exprel((${literal(offset)} - u) / ${literal(k)})`;
/** amplitude * (u - offset) / (exp((u - offset) / slope) - 1), finite where u = offset. */
const rising = ([a, offset, k]: Rate): string =>
  `${literal(a)} * ${literal(k)} / exprel((u - ${literal(offset)}) / ${literal(k)})`;
const exponential = ([a, offset, k]: Rate): string => `${literal(a)} * exp((${literal(offset)} - u) / ${literal(k)})`;
const sigmoid = ([a, offset, k]: Rate): string => `${literal(a)} / (exp((${literal(offset)} - u) / ${literal(k)}) + 1)`;

/** The soma of the NERLab motor neuron, with other numbers in its rates if given. The name stays "napp". */
export function napp(rates: Partial<NappRates> = {}): Channel {
  const { m, h, p, n, r } = { ...NAPP_RATES, ...rates };
  return channel({
    name: "napp",
    doc: `Soma of the NERLab motor neuron: fast and persistent Na+, fast and slow K+, leak; rest near 0 mV.
Source: NERLab model as used by MyoGen (generation B: rates evaluated directly). No temperature dependence.`,
    params: {
      gnabar: param(S_per_cm2(0.0325), "maximal fast Na+ conductance density", { min: 0 }),
      gnapbar: param(S_per_cm2(0.00067), "maximal persistent Na+ conductance density", { min: 0 }),
      gkfbar: param(S_per_cm2(0.0015), "maximal fast K+ conductance density", { min: 0 }),
      gksbar: param(S_per_cm2(0.016), "maximal slow K+ conductance density", { min: 0 }),
      gl: param(S_per_cm2(0.000952381), "leak conductance density", { min: 0 }),
      rinact: param(per_ms(0.018), "closing rate of the slow K+ gate", { min: 0 }),
      vtraub: param(mV(0), "shift of all rates along the voltage axis"),
      E_na: param(mV(120), "Na+ reversal potential"),
      E_k: param(mV(-10), "K+ reversal potential"),
      E_l: param(mV(0), "leak reversal potential"),
    },
    let: { u: "V - vtraub" },
    states: {
      m: { alpha: falling(m.alpha), beta: rising(m.beta) },
      h: { alpha: exponential(h.alpha), beta: sigmoid(h.beta) },
      p: { alpha: falling(p.alpha), beta: rising(p.beta) },
      n: { alpha: falling(n.alpha), beta: exponential(n.beta) },
      r: { alpha: sigmoid(r.alpha), beta: "rinact" },
    },
    currents: {
      na: { g: "gnabar * m^3 * h", E: "E_na" },
      nap: { g: "gnapbar * p^3", E: "E_na" },
      kf: { g: "gkfbar * n^4", E: "E_k" },
      ks: { g: "gksbar * r^2", E: "E_k" },
      leak: { g: "gl", E: "E_l" },
    },
  });
}

export default napp();
