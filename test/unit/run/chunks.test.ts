import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { drive } from "../../../src/network/signal.ts";
import type { Chunk } from "../../../src/run/chunk.ts";
import { simulate, type Simulation } from "../../../src/run/simulate.ts";
import { Hz, ms, nA } from "../../../src/units.ts";
import { smallPool } from "./networks.ts";

const OPTIONS = { dt: ms(0.025), method: "crankNicolson", engine: "reference" } as const;

async function collect(sim: Simulation, duration: number, chunk: number): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const c of sim.run(ms(duration), { chunk: ms(chunk) })) chunks.push(c);
  await sim.close();
  return chunks;
}

/** Everything in some chunks, joined. */
function joined(chunks: readonly Chunk[], entry = 0) {
  const spikes = (p: string) =>
    chunks.flatMap((c) => [...c.spikes(p, entry).times].map((t, i) => [t, c.spikes(p, entry).cells[i]]));
  const trace = (v: string) => chunks.map((c) => c.trace("aMN", v, entry));
  return {
    aMN: spikes("aMN"), DD: spikes("DD"), IN: spikes("IN"), given: spikes("given"),
    Vt: trace("V").flatMap((t) => [...t.times]), V: trace("V").flatMap((t) => [...t.data]),
    gt: trace("exc_dend.g").flatMap((t) => [...t.times]), g: trace("exc_dend.g").flatMap((t) => [...t.data]),
  }; // prettier-ignore
}

describe("chunks", () => {
  test("hold the same whatever their length", async () => {
    const whole = joined(await collect(await simulate(smallPool(), OPTIONS), 200, 200));
    const parts = joined(await collect(await simulate(smallPool(), OPTIONS), 200, 33));
    expect(whole.aMN.length).toBeGreaterThan(20);
    expect(parts).toEqual(whole);
  });

  test("hold a spike with from <= t < to, states with from < t <= to and t = 0, conductances with from <= t < to", async () => {
    const chunks = await collect(await simulate(smallPool(), OPTIONS), 100, 50);
    expect(chunks.map((c) => [c.from, c.to])).toEqual([[0, 50], [50, 100]]); // prettier-ignore
    const [first, second] = chunks as [Chunk, Chunk];
    expect([...first.spikes("given").times]).toEqual([0, 10.0123, 25]);
    expect([...second.spikes("given").times]).toEqual([50, 50, 99.99]);
    expect([...second.spikes("given").cells]).toEqual([0, 1, 0]);
    const [V1, V2] = [first.trace("aMN", "V"), second.trace("aMN", "V")];
    expect([V1.times.length, V1.times[0], V1.times.at(-1)]).toEqual([501, 0, 50]);
    expect(V2.times[0]).toBeCloseTo(50.1, 9);
    expect([V2.times.length, V2.times.at(-1)]).toEqual([500, 100]);
    expect([...V1.data.slice(0, 12)]).toEqual(new Array(12).fill(-65)); // the initial voltage
    const [g1, g2] = [first.trace("aMN", "exc_dend.g"), second.trace("aMN", "exc_dend.g")];
    expect([g1.times[0], g1.times.at(-1), g2.times[0], g2.times.at(-1)]).toEqual([0, 49, 50, 99]);
    expect([...g1.cells]).toEqual([1, 3]);
    expect(g1.data[0]).toBe(0);
  });

  test("are sorted by time, then cell", async () => {
    const [chunk] = (await collect(await simulate(smallPool(), OPTIONS), 200, 200)) as [Chunk];
    const { times, cells } = chunk.spikes("IN");
    expect(times.length).toBeGreaterThan(100);
    for (let i = 1; i < times.length; i++) {
      expect(times[i]! > times[i - 1]! || (times[i] === times[i - 1] && cells[i]! > cells[i - 1]!)).toBe(true);
    }
  });

  test("of a batch give each entry what it would be alone", async () => {
    const batch = await collect(await simulate(smallPool(5, 3), OPTIONS), 100, 40);
    for (const entry of [0, 1, 2]) {
      const alone = joined(await collect(await simulate(smallPool(5 + entry), { ...OPTIONS }), 100, 40));
      const own = joined(batch, entry);
      // connections follow structureSeed, which the batch shares and a network of its own does not: sources alone are alike
      expect(own.DD).toEqual(alone.DD);
      expect(own.IN).toEqual(alone.IN);
      if (entry === 0) expect(own).toEqual(alone);
    }
    expect(joined(batch, 1).aMN).not.toEqual(joined(batch, 0).aMN);
  });

  test("nothing is computed ahead of what is asked for", async () => {
    const sim = await simulate(smallPool(), OPTIONS);
    for await (const chunk of sim.run(ms(100), { chunk: ms(20) })) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(sim.step * 0.025).toBeCloseTo(chunk.to, 9);
      if (chunk.to >= 60) break;
    }
    expect(sim.step).toBe(2400);
    await sim.close();
  });

  test("of a run that another one overtook are refused, not left out", async () => {
    const sim = await simulate(smallPool(), OPTIONS);
    const [first, second] = [sim.run(ms(20), { chunk: ms(5) }), sim.run(ms(10), { chunk: ms(5) })];
    const spans: [number, number][] = [];
    for (const run of [first, second, second]) {
      const { value } = await run.next();
      if (value !== undefined) spans.push([value.from, value.to]);
    }
    expect(spans).toEqual([[0, 5], [5, 10], [10, 15]]); // prettier-ignore
    await expect(first.next()).rejects.toThrow(/^simulation: was advanced by another run between two chunks/);
    await sim.close();
  });

  test("end early when aborted: what was computed is yielded, then the reason is thrown", async () => {
    const sim = await simulate(smallPool(), OPTIONS);
    const stop = new AbortController();
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      const onProgress = ({ simulatedMs }: { simulatedMs: number }): void => {
        if (simulatedMs >= 30) stop.abort(new Error("enough"));
      };
      for await (const chunk of sim.run(ms(1e5), { chunk: ms(1e5), signal: stop.signal, onProgress }))
        seen.push(chunk.to);
    };
    await expect(run()).rejects.toThrow("enough");
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBeGreaterThanOrEqual(30);
    expect(seen[0]).toBeLessThan(1e5);
    await sim.close();
  });
});

describe("hooks", () => {
  /** Doubles DD's weights at 50 ms and silences DD from 80 ms on. */
  const withHooks = (sim: Simulation, calls: number[] = []): Simulation =>
    sim.every(ms(10), (control, t) => {
      calls.push(t);
      if (t === 50) control.scale("DD", 2);
      if (t === 80) control.rate("DD", drive.constant(Hz(0)));
    });

  test("are called at every multiple, first at 0, not at the end", async () => {
    const calls: number[] = [];
    await collect(withHooks(await simulate(smallPool(), OPTIONS), calls), 60, 25);
    expect(calls).toEqual([0, 10, 20, 30, 40, 50]);
  });

  test("that throw end the run by name, and a closed simulation runs no more", async () => {
    const sim = await simulate(smallPool(), OPTIONS);
    sim.every(ms(10), (_, t) => {
      if (t === 20) throw new Error("mine");
    });
    await expect(collect(sim, 60, 25)).rejects.toThrow(
      /^hook of every\(\) at 20 ms: threw Error: mine\. Mend the hook/,
    );
    const closed = await simulate(smallPool(), OPTIONS);
    await closed.close();
    await expect(collect(closed, 60, 25)).rejects.toThrow(/^simulation: is closed\. Run before close\(\)/);
    await expect(closed.save()).rejects.toThrow(/^simulation: is closed/);
  });

  test.each<[string, (c: any) => unknown, RegExp]>([
    ["nothing", () => ({ step: 5, state: {}, changes: [] }), /does not fit this network and engine/],
    ["a checkpoint at no step", (c) => ({ ...c, step: NaN }), /is at step NaN/],
    ["one without its changes", (c) => ({ ...c, changes: undefined }), /does not fit/],
    ["one with an array of another kind", (c) => ({ ...c, state: { ...c.state, [Object.keys(c.state)[0]!]: new Uint8Array(1) } }), /does not fit/],
    ["one of a larger network", (c) => ({ ...c, state: Object.fromEntries(Object.entries<any>(c.state).map(([k, a]) => [k, k.startsWith("log.") ? a : new a.constructor([...a, ...a, 0])])) }), /does not fit/],
  ])("%s is not loaded, and the simulation goes on where it was", async (_, of, message) => {
    const sim = await simulate(smallPool(), OPTIONS);
    const stepped = async (): Promise<void> => { for await (const _ of sim.run(ms(1))) continue; };
    await stepped();
    const good = await sim.save();
    await expect(sim.load(of(good) as never)).rejects.toThrow(message);
    expect(sim.step).toBe(good.step);
    await stepped();
    await sim.load(good);
    expect(sim.step).toBe(good.step);
    await sim.close();
  }); // prettier-ignore

  test("what is no signal is refused before the run", async () => {
    const sim = await simulate(smallPool(), OPTIONS);
    const run = async (): Promise<void> => { for await (const _ of sim.run(ms(1), { signal: {} as never })) continue; }; // prettier-ignore
    await expect(run()).rejects.toThrow(/^signal: is an object with no fields\. Give the signal of an AbortController/);
    await sim.close();
  });

  test("change what follows, whatever the chunks and blocks", async () => {
    const plain = joined(await collect(await simulate(smallPool(), OPTIONS), 120, 120));
    const a = joined(await collect(withHooks(await simulate(smallPool(), OPTIONS)), 120, 120));
    const b = joined(await collect(withHooks(await simulate(smallPool(), { ...OPTIONS, maxBlock: 7 })), 120, 33));
    expect(b).toEqual(a);
    expect(a.DD.filter(([t]) => t! < 80)).toEqual(plain.DD.filter(([t]) => t! < 80));
    expect(a.DD.some(([t]) => t! > 82)).toBe(false); // 1 ms of latency after the change
    expect(plain.DD.some(([t]) => t! > 82)).toBe(true);
  });

  test.each([
    ["an unknown population", (c: any) => c.rate("DE", drive.constant(Hz(1))), /Did you mean "DD"/],
    ["a rate in another unit", (c: any) => c.rate("DD", drive.constant(nA(1))), /rate of DD: has unit "nA"\. Give a signal in "Hz"/],
    ["a rate that is no number", (c: any) => c.rate("DD", { kind: "constant", unit: "Hz", value: NaN }), /rate of DD\.value: is NaN/],
    ["a rate that is no signal", (c: any) => c.rate("DD", Hz(1)), /rate of DD: is an object with value, unit, not a signal/],
    ["what cannot be named", (c: any) => c.scale(Object.create(null), 1), /is not a projection/],
    ["what it throws, whatever that is", () => { throw Object.create(null); }, /threw an object that is no Error/],
    ["a rate of cells", (c: any) => c.rate("aMN", drive.constant(Hz(1))), /has no rate/],
    ["a scale above the declared one", (c: any) => c.scale("DD", 3), /at most 2 was declared/],
    ["a scale that is a text", (c: any) => c.scale("DD", "1"), /scale of DD: is "1"\. Give a factor/],
    ["a scale that is not finite", (c: any) => c.scale("DD", NaN), /NaN/],
    ["an unknown clamp", (c: any) => c.gain("step", 1), /is not a clamp/],
    [
      "an unknown parameter",
      (c: any) => c.param("aMN", "dend.caL.gama", { value: 0.3, unit: "1" }),
      /may change while running/,
    ],
    ["an entry outside of the batch", (c: any) => c.scale("DD", 1, 4), /is not in a batch of 1/],
  ])("refuse %s", async (_, change, message) => {
    const sim = (await simulate(smallPool(), OPTIONS)).every(ms(1), change);
    await expect(collect(sim, 5, 5)).rejects.toThrow(message);
  }); // prettier-ignore

  test("may use an object again that they gave as a rate: what was said stays", async () => {
    const rate = { kind: "constant" as const, unit: "Hz" as const, value: 40 };
    const sim = await simulate(smallPool(), OPTIONS);
    sim.every(ms(1), (control, t) => {
      if (t === 0) control.rate("DD", rate);
      rate.value = 1000;
    });
    for await (const _ of sim.run(ms(5))) continue;
    expect((await sim.save()).changes).toMatchObject([{ what: "rate", value: { value: 40 } }]);
    await sim.close();
  });
});

describe("simulate refuses", () => {
  test("the gpu without a device", async () => {
    await expect(simulate(smallPool(), { ...OPTIONS, engine: "gpu" })).rejects.toThrow(ModelError);
  });
  test.each([
    [
      "a duration between steps",
      (sim: Simulation) => sim.run(ms(10.01)).next(),
      /10.01 ms is not a whole number of steps of/,
    ],
    [
      "a duration of nothing",
      (sim: Simulation) => sim.run(ms(0)).next(),
      /0 ms is less than one step of .* Give a multiple/,
    ],
    ["an interval between steps", async (sim: Simulation) => sim.every(ms(0.03), () => undefined), /every/],
    [
      "a trace that was not recorded",
      async (sim: Simulation) => (await sim.run(ms(1)).next()).value!.trace("aMN", "dend.V"),
      /was not recorded/,
    ],
    [
      "an unknown population",
      async (sim: Simulation) => (await sim.run(ms(1)).next()).value!.spikes("MN"),
      /Did you mean/,
    ],
  ])("%s", async (_, act, message) => {
    const sim = await simulate(smallPool(), OPTIONS);
    await expect((async () => act(sim))()).rejects.toThrow(message);
    await sim.close();
  });
});
