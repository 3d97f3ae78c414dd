import { describe, expect, test } from "vitest";
import pas from "../../../src/mechanisms/channels/pas.ts";
import { channel, param } from "../../../src/mechanisms/mechanism.ts";
import { Network } from "../../../src/network/network.ts";
import { drive } from "../../../src/network/signal.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { MOhm, ms, mV, S_per_cm2 } from "../../../src/units.ts";
import { passive } from "../../clamps.ts";

const DT = 0.05;
const [alpha, beta] = [(V: number) => 0.5 * Math.exp((V + 30) / 20), (V: number) => 0.2 * Math.exp(-(V + 30) / 15)];

/** Closed, open and inactivated; conserved. */
const gated = channel({
  name: "gated",
  doc: "Three states in a row.",
  params: { gbar: param(S_per_cm2(1e-4), "conductance density") },
  states: {},
  kinetics: {
    gate: {
      states: ["C", "O", "I"],
      reactions: [
        { from: "C", to: "O", forward: "0.5 * exp((V + 30) / 20)", backward: "0.2 * exp(-(V + 30) / 15)" },
        { from: "O", to: "I", forward: "0.03", backward: "0.01" },
      ],
    },
  },
  currents: { out: { g: "gbar * O", E: "-80" } },
});

async function run(engine: "reference" | "reference32", nseg: number): Promise<Record<string, number[]>> {
  const net = new Network({ seed: 1 });
  const model = { ...passive(nseg), insertions: [{ sections: ["soma"], mechanism: pas }, { sections: ["soma"], mechanism: gated }] }; // prettier-ignore
  const cells = net.cells("cells", 1, model);
  const command = drive.steps({ times: [ms(0), ms(5), ms(60)], values: [mV(-80), mV(10), mV(-80)] });
  net.voltageClamp(cells, command, { resistance: MOhm(0.01) });
  const variables = ["V", "soma.gated.C", "soma.gated.O", "soma.gated.I"];
  for (const v of variables) net.record(cells, v, { every: ms(DT) });
  const sim = await simulate(net, { dt: ms(DT), engine });
  for await (const chunk of sim.run(ms(100), { chunk: ms(100) })) {
    await sim.close();
    return Object.fromEntries(variables.map((v) => [v.split(".").at(-1)!, [...chunk.trace(cells, v).data]]));
  }
  throw new Error("no chunk");
}

describe.each([["reference", 1e-12], ["reference32", 2e-6]] as const)("a kinetic scheme under a voltage clamp on %s", (engine, error) => {
  // 9 compartments are a large tree
  test.each([1, 9])("%i compartments: each step is the implicit one with the rates at the new voltage, and the sum stays 1", async (nseg) => {
    const { V, C, O, I } = (await run(engine, nseg)) as Record<"V" | "C" | "O" | "I", number[]>;
    expect(Math.abs(V[150]! - 10)).toBeLessThan(0.2); // what flows falls off at the series resistance
    for (let n = 0; n + 1 < V.length; n++) {
      const [a, b] = [alpha(V[n + 1]!), beta(V[n + 1]!)];
      expect(Math.abs(C[n]! + O[n]! + I[n]! - 1)).toBeLessThan(error);
      // (1 - dt Q) s_{n+1} = s_n, row by row; large rates multiply the rounding of what is printed in float32
      const scale = 1 + DT * (a + b);
      expect(Math.abs(C[n + 1]! + DT * (a * C[n + 1]! - b * O[n + 1]!) - C[n]!)).toBeLessThan(error * scale);
      expect(Math.abs(I[n + 1]! - DT * (0.03 * O[n + 1]! - 0.01 * I[n + 1]!) - I[n]!)).toBeLessThan(error);
    }
    // it starts at rest
    const weights = [1, alpha(-65) / beta(-65), (3 * alpha(-65)) / beta(-65)];
    const sum = weights.reduce((x, y) => x + y);
    [C, O, I].forEach((s, k) => expect(Math.abs(s[0]! - weights[k]! / sum)).toBeLessThan(error));
  });
}); // prettier-ignore
