import { expect } from "vitest";
import type { Synapse } from "../../../src/mechanisms/mechanism.ts";
import { Network } from "../../../src/network/network.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { degC, ms, mV, ohm_cm, uF_per_cm2, um } from "../../../src/units.ts";

export const [CELLS, STOP, DT, V0] = [100, 1000, 0.1, -60] as const;

/** A large capacitance holds its voltage at V0. */
export const CELL = {
  sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1e6) }],
  insertions: [],
  detector: { section: "soma", threshold: mV(0) },
  V0: mV(V0),
  celsius: degC(6.3),
};

/** Currents of independent cells, nA: cell by cell. */
export async function currentsOf(synapse: Synapse): Promise<Float64Array[]> {
  const net = new Network({ seed: 4 });
  const cells = net.cells("cells", { n: CELLS, ...CELL, receptors: [{ name: "place", synapse, section: "soma" }] });
  net.record(cells, "place.i" as never, { every: ms(DT) });
  const sim = await simulate(net, { dt: ms(DT), engine: "reference" });
  const found = Array.from({ length: CELLS }, () => new Float64Array(STOP / DT));
  let at = 0;
  for await (const chunk of sim.run(ms(STOP))) {
    const { data } = chunk.trace("cells", "place.i");
    for (let k = 0; k + CELLS <= data.length && at < STOP / DT; k += CELLS, at++) found.forEach((i, c) => (i[at] = data[k + c] as number)); // prettier-ignore
  }
  await sim.close();
  expect(at).toBe(STOP / DT);
  return found;
}

/** Of all cells and steps. */
export const mean = (x: readonly Float64Array[]): number => x.reduce((sum, i) => sum + i.reduce((a, b) => a + b, 0), 0) / (CELLS * (STOP / DT)); // prettier-ignore
/** Mean product of deviations from the true mean, `lag` steps apart. */
export function covariance(x: readonly Float64Array[], about: number, lag: number): number {
  let [sum, n] = [0, 0];
  for (const i of x) for (let k = lag; k < i.length; k++, n++) sum += ((i[k] as number) - about) * ((i[k - lag] as number) - about); // prettier-ignore
  return sum / n;
}
