import { ms, mV, nA, nF, one, per_ms, uS } from "../../units.ts";
import { object, whole } from "../../shapes.ts";
import { type Param, param } from "../mechanism.ts";
import { neuron, type NeuronState, type NeuronType, type Port } from "../neuron.ts";

/** The Allen Institute's generalised leaky integrate-and-fire neuron with as many ports, each with a current of alpha shape, and currents that
 * follow a spike as told: of each from 0. Models 1 to 5 are its parameters: without reset rules f_v and theta_add are 0, without currents
 * after a spike dI_1, dI_2 and the like are 0, without a threshold that follows the voltage a_v is 0.
 * @throws ModelError for numbers of ports or currents that are not whole, or not from 0 to 64 */
export function glifOf(of: { readonly ports: number; readonly currents: number }): NeuronType {
  object({ ports: whole(0, 64), currents: whole(0, 64) })("glif", of);
  const { ports, currents } = of;
  const each = (n: number): number[] => Array.from({ length: n }, (_, k) => k + 1);
  const table = <T>(n: number, row: (k: number) => Record<string, T>): Record<string, T> => Object.assign({}, ...each(n).map(row)) as Record<string, T>; // prettier-ignore
  const total = (n: number, name: string): string => (n === 0 ? "0" : each(n).map((k) => `${name}_${k}`).join(" + ")); // prettier-ignore
  return neuron({
    name: "glif",
    doc: `Generalised leaky integrate-and-fire neuron (GLIF models 1 to 5) with currents of alpha shape by port, advanced exactly: an event of weight w
peaks at w after its port's time constant. A spike resets the voltage to V_reset and a fraction of what it was a step before, adds to
the threshold and to the currents that follow a spike; while it is refractory (steps, up) voltage, threshold and these currents stand still, and decay by that time at once.
Source: Teeter et al. (2018), Nat. Commun. 9:709, equations 1 to 7; resets at steps and refractory states as NEST's glif_psc documents them.`,
    params: {
      C_m: param(nF(0.05872), "membrane capacitance", { min: 1e-9 }),
      g_L: param(uS(0.00943), "leak conductance", { min: 1e-12 }),
      E_L: param(mV(-78.85), "resting voltage"),
      V_th: param(mV(-51.68), "threshold long after a spike"),
      V_reset: param(mV(-60.34), "voltage after a spike, where f_v adds nothing"),
      f_v: param(one(0.2), "fraction of the voltage above E_L that a spike leaves", { min: 0, max: 1 }),
      t_ref: param(ms(3.75), "refractory time", { min: 0 }),
      theta_add: param(mV(0.37), "what a spike adds to the threshold"),
      b_s: param(per_ms(0.009), "decay of what spikes have added to the threshold", { min: 0 }),
      a_v: param(per_ms(0.005), "how the threshold follows the voltage"),
      b_v: param(per_ms(0.09), "decay of what the voltage has added to the threshold", { min: 0 }),
      ...table(currents, (k): Record<string, Param> => ({
        [`dI_${k}`]: param(nA(AFTER[k - 1]?.dI ?? 0), "current that a spike adds"),
        [`k_${k}`]: param(per_ms(AFTER[k - 1]?.k ?? 1), "its decay", { min: 0 }),
        [`f_${k}`]: param(one(1), "fraction of it that a spike leaves", { min: 0, max: 1 }),
      })),
      ...table(ports, (k): Record<string, Param> => ({ [`tau_${k}`]: param(ms(2), `time to peak of the current of port ${k}`, { min: 1e-3 }) })),
      I_e: param(nA(0), "constant current"),
    },
    let: { I_syn: total(ports, "I"), I_after: total(currents, "asc"), theta: "V_th + theta_s + theta_v" },
    states: {
      ...table(ports, (k): Record<string, NeuronState> => ({
        [`a_${k}`]: { d: `-a_${k} / tau_${k}`, unit: "nA", init: "0" },
        [`I_${k}`]: { d: `(a_${k} - I_${k}) / tau_${k}`, unit: "nA", init: "0" },
      })),
      ...table(currents, (k): Record<string, NeuronState> => ({ [`asc_${k}`]: { d: `-k_${k} * asc_${k}`, unit: "nA", init: "0" } })),
      V: { d: "(g_L * (E_L - V) + I_syn + I_after + I_e + I) / C_m", unit: "mV", init: "E_L" },
      V_before: { next: "V", unit: "mV", init: "V" },
      theta_s: { d: "-b_s * theta_s", unit: "mV", init: "0" },
      theta_v: { d: "a_v * (V - E_L) - b_v * theta_v", unit: "mV", init: "0" },
    },
    ports: table(ports, (k): Record<string, Port> => ({
      [`receptor_${k}`]: { unit: "nA", doc: `current with tau_${k}`, onEvent: { [`a_${k}`]: "weight * exp(1)" } },
    })),
    inputs: { I: { unit: "nA", doc: "injected current" } },
    spike: "V > theta",
    reset: {
      V: "V_reset + f_v * (V_before - E_L)",
      theta_s: "theta_add + theta_s * exp(-b_s * t_ref)",
      ...table(currents, (k) => ({ [`asc_${k}`]: `dI_${k} + f_${k} * asc_${k} * exp(-k_${k} * t_ref)` })),
    },
    refractory: "t_ref + 0.4999 * dt", // to the nearest step, so up: NEST counts begun steps
    held: ["V", "theta_s", "theta_v", ...each(currents).map((k) => `asc_${k}`)],
    method: "exact",
  });
} // prettier-ignore

/** Currents after a spike of cell 490626718 of the Allen Cell Types Database, whose values the defaults are (nA, 1/ms). */
const AFTER: readonly { readonly dI: number; readonly k: number }[] = [
  { dI: -0.00918, k: 0.003 },
  { dI: -0.19894, k: 0.1 },
];

/** With the four ports and two currents of the Allen Institute's models of V1. */
export default glifOf({ ports: 4, currents: 2 }) as NeuronType<`receptor_${1 | 2 | 3 | 4}`>;
