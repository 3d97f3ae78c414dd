import { expect, test } from "vitest";
import { meanRate } from "../../../src/analysis/index.ts";
import { iaf_delta } from "../../../src/mechanisms/neurons/index.ts";
import { Network } from "../../../src/network/network.ts";
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

test("what was recorded of other cells is not shown", async () => {
  const seen: (number | undefined)[] = [];
  const looking = async (of: readonly number[]) => {
    const net = new Network({ seed: 3 });
    net.record(net.cells("cells", iaf_delta({ n: 5 })), "V", { cells: of, every: ms(0.1) });
    const sim = await simulate(net, { dt: ms(0.1), engine: "reference" });
    sim.every(ms(10), (_, t, what) => void seen.push(t === 10 ? what?.trace("cells", "V").data.length : undefined));
    return sim;
  };
  const first = await looking([0, 1, 2, 3]);
  for await (const part of first.run(ms(4))) void part;
  const kept = await first.save();
  await first.close();
  for (const cells of [[0, 1], [0, 1, 2, 3]]) {
    const second = await looking(cells);
    await second.load(kept);
    for await (const part of second.run(ms(6.1))) void part;
    await second.close();
  }
  expect(seen).toEqual([undefined, undefined, 404]); // the first call of all, at 0; then of four cells at 0 and after each of 100 steps
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
