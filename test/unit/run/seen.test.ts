import { expect, test } from "vitest";
import { meanRate } from "../../../src/analysis/index.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";
import { recordRun } from "../../../src/storage/run-folder.ts";
import { ms } from "../../../src/units.ts";
import { gathering } from "../../gathers.ts";

test("after a resume it sees what it would have seen, from memory and from a folder", async () => {
  const looking = async (calls: string[]) => {
    const sim = await simulate(gathering(), { dt: ms(0.1), engine: "reference" });
    sim.every(ms(3), () => undefined);
    sim.every(ms(10), (_, t, seen) => {
      const [spikes, read] = [seen?.spikes("neurons"), seen?.trace("readers", "out.i")];
      calls.push(JSON.stringify([t, seen?.from, seen?.to, [...(spikes?.times ?? [])], [...(spikes?.cells ?? [])], [...(read?.times ?? [])], [...(read?.data ?? [])]]));
    });
    return sim;
  };
  const through = async (run: AsyncIterable<unknown>): Promise<void> => {
    for await (const part of run) void part;
  };
  const whole: string[] = [];
  const once = await looking(whole);
  await through(once.run(ms(45)));
  await once.close();
  expect(whole[1]).toContain("[10,0,10,[");
  // at 20 ms the hook of that step has not been called yet
  for (const stop of [4, 20, 27]) {
    const calls: string[] = [];
    const first = await looking(calls);
    await through(first.run(ms(stop), { chunk: ms(2) }));
    const kept = await first.save();
    await first.close();
    const second = await looking(calls);
    await second.load(kept);
    await through(second.run(ms(45 - stop)));
    await second.close();
    expect(calls).toEqual(whole);
    const [files, stored]: [MemoryFiles, string[]] = [new MemoryFiles(), []];
    for (const [duration, resume] of [[stop, false], [45, true]] as const) {
      const sim = await looking(stored);
      await through(recordRun(sim, { files, duration: ms(duration), chunk: ms(6.5), resume }));
      await sim.close();
    }
    expect(stored).toEqual(whole);
  }
}); // prettier-ignore

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
