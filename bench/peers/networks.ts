// The networks that Brian 2 runs too (brian2_networks.py has the same numbers): COBA and CUBA of Brette et al. (2007), Brunel's of 2000.
import { fixedInDegree, fixedProbability, oneToOne } from "../../src/connect/rules.ts";
import { iaf_cond_exp, iaf_delta, iaf_exp } from "../../src/mechanisms/neurons/index.ts";
import { Network } from "../../src/network/network.ts";
import { poissonPort } from "../../src/network/sources.ts";
import { drawNormal, drawU32, stream, uniform } from "../../src/random/philox.ts";
import { Hz, ms, mV, nA, nF, nS, perCell, type Quantity, type Unit, uS } from "../../src/units.ts";

/** ms */
export const DT = 0.1;

export interface Model {
  readonly name: "COBA" | "CUBA" | "Brunel";
  readonly excitatory: number;
  readonly inhibitory: number;
  /** ms, of every link. */
  readonly delay: number;
}

/** A network of the populations E and I; a seed draws its start, its links and its input. */
export function buildPeer(model: Model, seed: number): Network {
  const net = new Network({ seed });
  ({ COBA: coba, CUBA: cuba, Brunel: brunel })[model.name](net, model, seed);
  return net;
}

const sizes = ({ excitatory, inhibitory }: Model) => [["E", excitatory], ["I", inhibitory]] as const; // prettier-ignore
const membrane = { C_m: nF(0.2), g_L: uS(0.01), V_th: mV(-50), V_reset: mV(-60), t_ref: ms(5), tau_ex: ms(5), tau_in: ms(10) }; // prettier-ignore

/** Conductances. Starts at -65 +- 5 mV, 40 +- 15 and 200 +- 120 nS, none below 0. */
function coba(net: Network, model: Model, seed: number): void {
  const params = { ...membrane, E_L: mV(-60), E_ex: mV(0), E_in: mV(-80) };
  const [E, I] = sizes(model).map(([name, n]) => {
    const normals = <U extends Unit>(of: (x: number) => Quantity<U>, state: string, mean: number, sd: number, least: number) =>
      perCell(of, Array.from({ length: n }, (_, k) => Math.max(least, mean + sd * drawNormal(seed, stream(name, state), k, 0, "initial")))); // prettier-ignore
    const initial = { V: normals(mV, "V", -65, 5, -80), g_ex: normals(nS, "g_ex", 40, 15, 0), g_in: normals(nS, "g_in", 200, 120, 0) }; // prettier-ignore
    return net.cells(name, iaf_cond_exp({ n, params, initial }));
  });
  if (E === undefined || I === undefined) return;
  for (const target of [E, I]) {
    net.connect(E, target.excitatory, fixedProbability(0.02), { weight: nS(6), delay: ms(model.delay) });
    net.connect(I, target.inhibitory, fixedProbability(0.02), { weight: nS(67), delay: ms(model.delay) });
  }
}

/** Currents: jumps of 1.62 and -9 mV through 100 MOhm. Starts between reset and threshold. */
function cuba(net: Network, model: Model, seed: number): void {
  const [E, I] = sizes(model).map(([name, n]) => {
    const V = perCell(mV, Array.from({ length: n }, (_, k) => -60 + 10 * uniform(drawU32(seed, stream(name, "V"), k, 0, "initial")))); // prettier-ignore
    return net.cells(name, iaf_exp({ n, params: { ...membrane, E_L: mV(-49) }, initial: { V } }));
  });
  if (E === undefined || I === undefined) return;
  for (const target of [E, I]) {
    net.connect(E, target.excitatory, fixedProbability(0.02), { weight: nA(0.0162), delay: ms(model.delay) });
    net.connect(I, target.inhibitory, fixedProbability(0.02), { weight: nA(-0.09), delay: ms(model.delay) });
  }
}

/** Asynchronous and irregular: g = 5, external rate twice the threshold's; a tenth of each population onto every neuron. */
function brunel(net: Network, model: Model): void {
  const [fanE, fanI] = [model.excitatory / 10, model.inhibitory / 10];
  const J = 100 / fanE; // mV: 0.1 at full size
  const rate = (2 * 1000 * 20) / (J * fanE * 20);
  const chosen = { autapses: false, multapses: true }; // with replacement, as in NEST's program and in Brian's beside this
  const params = { tau_m: ms(20), E_L: mV(0), V_th: mV(20), V_reset: mV(10), t_ref: ms(2) };
  const [E, I] = sizes(model).map(([name, n]) => {
    const cells = net.cells(name, iaf_delta({ n, params, initial: { V: mV(0) } }));
    const external = net.sources(`external_${name}`, n, poissonPort({ sources: fanE, rate: Hz(rate) }));
    net.connect(external, cells.jump, oneToOne(), { weight: mV(J), delay: ms(model.delay) });
    return cells;
  });
  if (E === undefined || I === undefined) return;
  for (const target of [E, I]) {
    net.connect(E, target.jump, fixedInDegree(fanE, chosen), { weight: mV(J), delay: ms(model.delay) });
    net.connect(I, target.jump, fixedInDegree(fanI, chosen), { weight: mV(-5 * J), delay: ms(model.delay) });
  }
} // prettier-ignore
