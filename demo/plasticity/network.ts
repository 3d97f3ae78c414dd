import { compile } from "../../src/compile/compile.ts";
import { allToAll } from "../../src/connect/rules.ts";
import { uniformValues } from "../../src/connect/values.ts";
import { iaf_cond_exp } from "../../src/mechanisms/neurons/index.ts";
import { stdp_additive } from "../../src/mechanisms/plasticity/index.ts";
import { Network } from "../../src/network/network.ts";
import { drive, type Signal } from "../../src/network/signal.ts";
import { poisson } from "../../src/network/sources.ts";
import { Hz, ms, mV, nF, nS, one, uS } from "../../src/units.ts";
import type { Compiled } from "../site/runner.ts";
import { DT, HALF } from "./facts.ts";

/** Of a synapse, uS: 0.015 of the leak. */
export const LARGEST = 0.015 * 0.01;
/** Both of the rule, ms. */
export const TAU = 20;
/** Names of the sources, and of their projections. */
export const HALVES = ["first", "second"] as const;

export interface Inputs {
  /** Hz, of an input of each half. */
  readonly rates: readonly [number, number];
  /** of the first half's rhythm, a part of its rate. */
  readonly depth: number;
  /** Hz. */
  readonly frequency: number;
}

export interface Rule {
  /** largest potentiation, a part of the largest weight. */
  readonly step: number;
  /** depression over potentiation. */
  readonly ratio: number;
}

/** Rate of an input of a half; phase in radians at t = 0. */
export function rateOf({ rates, depth, frequency }: Inputs, half: 0 | 1, phase: number): Signal<"Hz"> {
  const rate = rates[half];
  if (half === 1 || depth === 0) return drive.constant(Hz(rate));
  return drive.sinusoid({ offset: Hz(rate), amplitude: Hz(depth * rate), frequency: Hz(frequency), phase });
}

/** One neuron with 1,000 inputs that learn and 200 that inhibit it, after Song, Miller & Abbott (2000). */
export function competition(inputs: Inputs, { step, ratio }: Rule, seed: number): Compiled {
  const net = new Network({ seed, name: "competition of inputs" });
  const params = {
    C_m: nF(0.2), g_L: uS(0.01), E_L: mV(-74), V_th: mV(-54), V_reset: mV(-60), t_ref: ms(0),
    E_ex: mV(0), E_in: mV(-70), tau_ex: ms(5), tau_in: ms(5),
  }; // prettier-ignore
  const cell = net.cells("cell", iaf_cond_exp({ n: 1, params }));
  const learning = { A_plus: one(step), A_minus: one(step * ratio), tau_plus: ms(TAU), tau_minus: ms(TAU), w_max: uS(LARGEST) }; // prettier-ignore
  HALVES.forEach((name, k) => {
    const sources = net.sources(name, HALF, poisson({ rate: rateOf(inputs, k as 0 | 1, 0) }));
    net.connect(sources, cell.excitatory, allToAll(), {
      name: `${name} half`,
      weight: uniformValues({ from: uS(0), to: uS(LARGEST) }),
      delay: ms(DT),
      dendriticDelay: ms(5 * DT), // blocks of five steps
      plasticity: stdp_additive(learning),
    });
  });
  const inhibitory = net.sources("inhibitory", 200, poisson({ rate: Hz(10) }));
  net.connect(inhibitory, cell.inhibitory, allToAll(), { weight: nS(0.5), delay: ms(DT) });
  const description = net.describe();
  return { network: compile(description, { dt: ms(DT) }), description };
}
