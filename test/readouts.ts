import { allToAll, fixedProbability } from "../src/connect/rules.ts";
import iafExp from "../src/mechanisms/neurons/iaf_exp.ts";
import { Network } from "../src/network/network.ts";
import { rls } from "../src/network/readouts.ts";
import { drive } from "../src/network/signal.ts";
import { poisson } from "../src/network/sources.ts";
import { Hz, ms, mV, nA, one } from "../src/units.ts";
import { reader } from "./gathers.ts";

export const DT = ms(0.1);
export const CELLS = 7;
export const EVERY = 25; // steps
export const P0 = 0.02;

interface Shape {
  /** the values flow back into the neurons that are read. */
  readonly loop?: boolean;
  readonly seeds?: readonly number[];
  readonly stop?: number; // ms
}

/** Neurons under noise of which two values are read and learned; others hear them; a third value with fixed weights. */
export function reading({ loop = false, seeds, stop }: Shape = {}): Network {
  const net = new Network({ seed: 11, structureSeed: 5 });
  const noise = net.sources("afferents", 40, poisson({ rate: Hz(120) }));
  const cells = net.cells("cells", iafExp({ n: CELLS, params: { tau_ex: ms(3) } }));
  net.connect(noise, cells.excitatory, fixedProbability(0.4), { weight: nA(0.12), delay: ms(0.7) });
  net.connect(cells, cells.excitatory, fixedProbability(0.3), { weight: nA(0.1), delay: ms(1.5) });
  const hearers = net.cells("hearers", reader({ n: 3 }));
  const wave = (f: number) => drive.sinusoid({ amplitude: one(2), frequency: Hz(f) });
  const value = "(V_pre - E) / scale";
  const params = { E: mV(-65), scale: mV(1) };
  const z = net.readout("z", cells, {
    value, params, weight: one(0),
    learning: rls({ target: [wave(20), wave(35).plus(drive.constant(one(1)))], every: ms(2.5), P0, start: ms(5), ...(stop === undefined ? {} : { stop: ms(stop) }) }),
  });
  const fixed = net.readout("fixed", cells, { value: "V_pre", weight: { values: Array.from({ length: CELLS }, (_, k) => k - 2), unit: "1" }, unit: "mV" });
  net.gather(z, hearers, allToAll(), { weight: (o, t) => mV(1 + o + 10 * t), value: "2 * z_pre", input: "x" });
  if (loop) net.gather(z, cells, allToAll(), { weight: nA(0.01), value: "z_pre", name: "back" });
  if (!loop) net.gather(fixed, hearers, allToAll(), { weight: { value: 1e-3, unit: "1" }, value: "z_pre", input: "x", name: "mean" });
  net.record(cells, "V", { every: DT });
  net.record(hearers, "z", { every: DT });
  for (const variable of ["z", "error"] as const) net.recordReadout(z, variable, { every: DT });
  net.recordReadout(z, "w", { every: ms(2.5) });
  net.recordReadout(z, "z", { values: [1], every: ms(0.7) });
  net.recordReadout(fixed, "z", { every: ms(0.3) });
  if (seeds !== undefined) net.vary("seed", seeds);
  return net;
} // prettier-ignore

export const TRACES = [["cells", "V"], ["hearers", "z"], ["cells", "z.z"], ["cells", "z.error"], ["cells", "z.w"], ["cells", "z.z#2"], ["cells", "fixed.z"]] as const; // prettier-ignore
