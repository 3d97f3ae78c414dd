import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { timesPerCell } from "../../../src/analysis/index.ts";
import { oneToOne } from "../../../src/connect/rules.ts";
import { hh_cond_exp_traub } from "../../../src/mechanisms/neurons/index.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms, mV, nA, perCell, uS } from "../../../src/units.ts";

/** Rates by LSODA: test/fixtures/traub_fi.py. */
const LSODA = JSON.parse(readFileSync(new URL("../../fixtures/traub_fi.json", import.meta.url), "utf8")) as {
  readonly nA: readonly number[];
  readonly Hz: readonly number[];
};

type Which = "reference" | "reference32";

/** Relative errors of the rates, one a current. */
async function errors(dt: number, engine: Which, end = 500): Promise<number[]> {
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", hh_cond_exp_traub({ n: 7, params: { I_e: perCell(nA, LSODA.nA) } }));
  const sim = await simulate(net, { dt: ms(dt), engine });
  for await (const chunk of sim.run(ms(end), { chunk: ms(end) })) {
    await sim.close();
    const found = timesPerCell(chunk.spikes(cells));
    return found.map((t, k) => (1000 * (t.length - 2)) / (t.at(-1)! - t[1]!) / LSODA.Hz[k]! - 1);
  }
  throw new Error("no chunk");
}

describe("hh_cond_exp_traub", () => {
  test("rates under constant currents are LSODA's, with an error that falls by 4 where the step is halved", async () => {
    const [coarse, fine] = [await errors(0.02, "reference"), await errors(0.01, "reference")];
    // by Richardson a third of what halving changes is left, and half as much again for the next orders; spikes lie on steps:
    // two of them 400 ms apart give a rate within 0.01 / 400
    fine.forEach((e, k) => {
      expect(Math.abs(e)).toBeLessThan((1.5 / 3) * Math.abs(coarse[k]! - e) + 0.01 / 400);
      expect(Math.abs(e)).toBeLessThan(3e-4);
    });
    expect(coarse.at(-1)! / fine.at(-1)!).toBeGreaterThan(3.5);
    expect(coarse.at(-1)! / fine.at(-1)!).toBeLessThan(4.5);
    const single = await errors(0.01, "reference32");
    single.forEach((e, k) => expect(Math.abs(e - fine[k]!)).toBeLessThan(1e-4)); // two steps of 400 ms, and rounding
  });

  test("a conductance gives the spikes of the current that it is, and a spike is one however long it lasts", async () => {
    const net = new Network({ seed: 1 });
    // 2 uS pull V to 0 mV and hold it above the spike's voltage: one crossing
    const params = { tau_ex: ms(1e6), E_ex: mV(0) };
    const held = net.cells("held", hh_cond_exp_traub({ n: 1, params }));
    net.connect(net.sources("afferent", 1, trains([[5]])), held.excitatory, oneToOne(), {
      weight: uS(2),
      delay: ms(0),
    });
    const driven = net.cells("driven", hh_cond_exp_traub({ n: 1, params: { g_Na: uS(0), g_K: uS(0) } }));
    net.clamp(driven, nA(1));
    net.record(driven, "V", { every: ms(0.1) });
    const sim = await simulate(net, { dt: ms(0.1) });
    for await (const chunk of sim.run(ms(40), { chunk: ms(40) })) {
      expect(chunk.spikes(held).times).toHaveLength(1);
      const { times, data } = chunk.trace("driven", "V");
      // a membrane of 20 ms that 1 nA takes 100 mV up
      times.forEach((t, k) => expect(data[k]!).toBeCloseTo(-65 + 100 * -Math.expm1(-t / 20), 9));
    }
    await sim.close();
  });
});
