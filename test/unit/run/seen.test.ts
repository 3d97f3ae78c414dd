import { expect, test } from "vitest";
import { meanRate } from "../../../src/analysis/index.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms } from "../../../src/units.ts";
import { gathering } from "../../gathers.ts";

test("a hook sees the spikes and samples since its last call, whatever the chunks", async () => {
  const runs: { at: number; spikes: number[]; rate: number; read: number | undefined }[][] = [];
  for (const chunk of [30, 7]) {
    const sim = await simulate(gathering(), { dt: ms(0.1), engine: "reference" });
    const calls: (typeof runs)[number] = [];
    let blind = 0;
    sim.every(ms(10), (_, t, seen) => {
      if (seen === undefined) return void expect(t).toBe(0);
      expect([seen.from, seen.to]).toEqual([t - 10, t]);
      const spikes = seen.spikes("neurons");
      calls.push({ at: t, spikes: [...spikes.times], rate: meanRate(spikes, seen), read: seen.trace("readers", "out.i").data.at(-1) });
    });
    sim.every(ms(5), () => void blind++);
    const all: number[] = [];
    for await (const part of sim.run(ms(30), { chunk: ms(chunk) })) all.push(...part.spikes("neurons").times);
    await sim.close();
    expect(blind).toBe(6);
    expect(calls.map((c) => c.at)).toEqual([10, 20]);
    for (const { at, spikes, rate, read } of calls) {
      expect(spikes).toEqual(all.filter((t) => t >= at - 10 && t < at));
      expect(rate).toBeCloseTo(spikes.length / 6 / 0.01, 9);
      expect(read).toBeLessThan(0); // a sum of potentials
    }
    runs.push(calls);
  }
  expect(runs[0]?.some((c) => c.spikes.length > 0)).toBe(true);
  expect(runs[1]).toEqual(runs[0]);
}); // prettier-ignore
