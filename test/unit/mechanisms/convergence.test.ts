import { describe, expect, it } from "vitest";
import type { Channel, Mechanism, Pool } from "../../../src/mechanisms/mechanism.ts";
import { currents, environment, type Env, everyMechanism, initial, relaxation } from "./harness.ts";

/** One isopotential compartment of 1 uF/cm2 with a leak and one mechanism, advanced as NEURON's fixed step does: currents,
 * solve for V, then states in order with the new V. Written for this test only, from the published equations. */
function run(m: Channel | Pool, dt: number, keep: number): Env[] {
  const LEAK = { name: "leak", g: 3e-4, E: -20 }; // S/cm2, mV: pulls a cell that starts at -70 mV across the range of the gates
  let V = -70;
  const states = initial(m, V);
  const samples: Env[] = [];
  for (let k = 1; k <= Math.round(T / dt); k++) {
    const own = m.kind === "channel" ? currents(m, environment(m, { V, ...states })) : [];
    const at = Object.fromEntries(own.map((c) => [`i_${c.name}`, c.g * (V - c.E)]));
    const total = [LEAK, ...own];
    const I = total.reduce((sum, c) => sum + c.g * (V - c.E), 0);
    V += -I / (1e-3 / dt + total.reduce((sum, c) => sum + c.g, 0));
    for (const name of Object.keys(m.states)) {
      const { inf, tau } = relaxation(m, name, environment(m, { V, ...at, ...states, ...poolDrive(m, V) }));
      states[name] = (states[name] as number) - Math.expm1(-dt / tau) * (inf - (states[name] as number));
    }
    if (k % keep === 0) samples.push({ V, ...states });
  }
  return samples;
}

/** A pool alone meets no current of its own: give it an inward one that grows as the cell depolarises. */
const poolDrive = (m: Mechanism, V: number): Env => (m.kind === "pool" ? { ica: -1e-6 * (V + 80) } : {});

const dynamic = (await everyMechanism()).filter((m): m is Channel | Pool => m.kind !== "synapse");

const [DT, T] = [0.005, 1.5]; // ms; the fastest gate has 0.02 ms

describe.each(dynamic.map((m): [string, Channel | Pool] => [m.name, m]))("%s", (_, m) => {
  it("halves the error when the step is halved", () => {
    const [coarse, fine, exact] = [1, 2, 16].map((parts) => run(m, DT / parts, parts)) as [Env[], Env[], Env[]];
    for (const name of Object.keys(exact[0] as Env)) {
      const error = (samples: Env[]): number =>
        Math.max(...samples.map((at, k) => Math.abs((at[name] as number) - (exact[k]?.[name] as number))));
      const size = Math.max(...exact.map((at) => Math.abs(at[name] as number)));
      // a state that is exact at any step (s stays 1 where ar is 1) has only rounding left to compare
      if (error(coarse) <= 1e-13 * size) continue;
      // first order against a run of DT / 16: (1 - 1/16) / (1/2 - 1/16) = 2.14; the next order is DT over the shortest time
      // constant, at most a quarter of the error of the coarse run where a gate is that fast, so 2.14 * (1 +- 0.125)
      expect(error(coarse) / error(fine), name).toBeGreaterThan(1.87);
      expect(error(coarse) / error(fine), name).toBeLessThan(2.41);
    }
    expect(Math.abs((exact.at(-1)?.["V"] as number) + 70)).toBeGreaterThan(5); // the cell moved, so the rates did
  });
});
