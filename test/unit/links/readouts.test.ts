import { describe, expect, test } from "vitest";
import { allToAll, oneToOne } from "../../../src/connect/rules.ts";
import iafExp from "../../../src/mechanisms/neurons/iaf_exp.ts";
import { Network } from "../../../src/network/network.ts";
import { rls } from "../../../src/network/readouts.ts";
import { drive } from "../../../src/network/signal.ts";
import { poisson } from "../../../src/network/sources.ts";
import type { Chunk } from "../../../src/run/chunk.ts";
import { simulate, type SimulateOptions, type Simulation } from "../../../src/run/simulate.ts";
import { Hz, ms, mV, nA, one } from "../../../src/units.ts";
import { CELLS, DT, EVERY, P0, reading, TRACES } from "../../readouts.ts";

async function whole(sim: Simulation, length = 60): Promise<Chunk> {
  for await (const chunk of sim.run(ms(length), { chunk: ms(length) })) return chunk;
  throw new Error("no chunk");
}
const start = (net: Network, options: Partial<SimulateOptions> = {}) => simulate(net, { dt: DT, ...options });

/** The solution of a x = b, by elimination with pivots. */
function solve(a: number[][], b: number[]): number[] {
  const n = b.length;
  const m = a.map((row, i) => [...row, b[i]!]);
  for (let k = 0; k < n; k++) {
    const p = m.slice(k).reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(m[best]![k]!) ? i + k : best), k);
    [m[k], m[p]] = [m[p]!, m[k]!];
    for (let i = k + 1; i < n; i++) {
      const f = m[i]![k]! / m[k]![k]!;
      for (let j = k; j <= n; j++) m[i]![j]! -= f * m[k]![j]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) x[i] = (m[i]![n]! - x.reduce((s, xj, j) => s + (j > i ? m[i]![j]! * xj : 0), 0)) / m[i]![i]!;
  return x;
} // prettier-ignore

/** r of each cell at a step: the voltage after the reset of that step. */
function values(chunk: Chunk, step: number): number[] {
  const V = chunk.trace("cells", "V");
  const { times, cells } = chunk.spikes("cells");
  const r = Array.from({ length: CELLS }, (_, c) => V.data[step * CELLS + c]! + 65);
  times.forEach((t, k) => Math.round(t / 0.1) === step && (r[cells[k]!] = 0));
  return r;
}
const targets = (step: number): [number, number] => [
  2 * Math.sin(2 * Math.PI * 20 * step * 1e-4),
  1 + 2 * Math.sin(2 * Math.PI * 35 * step * 1e-4),
];

describe.each(["reference", "reference32"] as const)("%s", (engine) => {
  const float32 = engine === "reference32";

  test("values are weighted sums at each step, and learning gives the regularised least squares of all learning steps", async () => {
    const sim = await start(reading(), { engine });
    const chunk = await whole(sim);
    const [z, error, w] = [chunk.trace("cells", "z.z"), chunk.trace("cells", "z.error"), chunk.trace("cells", "z.w")];
    const rowOf = (step: number): number => Math.floor((step + EVERY - 1) / EVERY) * 2 * CELLS; // before learning at the step
    const sum = (step: number, o: number, at: number): number => values(chunk, step).reduce((s, r, c) => s + r * w.data[at + o * CELLS + c]!, 0);
    // products of some 7 values of up to 15 mV and weights of order 1, rounded to float32 (6e-8 each)
    const close = float32 ? 2e-4 : 1e-10;
    for (const step of [0, 30, 50, 51, 74, 75, 76, 300, 599])
      for (const o of [0, 1]) {
        const learned = step >= 50 && step % EVERY === 0 ? rowOf(step + 1) : rowOf(step); // acts at once
        if (learned < w.data.length) expect(Math.abs(z.data[2 * step + o]! - sum(step, o, learned))).toBeLessThan(close);
        expect(Math.abs(error.data[2 * step + o]! - (sum(step, o, rowOf(step)) - targets(step)[o]!))).toBeLessThan(close);
      }
    const learning = Array.from({ length: 22 }, (_, k) => 50 + k * EVERY).filter((s) => s < 600);
    const gram = Array.from({ length: CELLS }, (_, i) => Array.from({ length: CELLS }, (_, j) => (i === j ? 1 / P0 : 0)));
    const right: [number[], number[]] = [new Array<number>(CELLS).fill(0), new Array<number>(CELLS).fill(0)];
    for (const step of learning) {
      const r = values(chunk, step);
      r.forEach((x, i) => r.forEach((y, j) => (gram[i]![j]! += x * y)));
      right.forEach((b, o) => r.forEach((x, i) => (b[i]! += x * targets(step)[o]!)));
    }
    const now = await sim.readout("z");
    right.forEach((b, o) => solve(gram, b).forEach((x, c) => expect(Math.abs(now.w[o * CELLS + c]! - x)).toBeLessThan(float32 ? 1e-4 : 1e-10)));
    const identity = gram.map((row) => Array.from({ length: CELLS }, (_, j) => row.reduce((s, g, k) => s + g * now.P![k * CELLS + j]!, 0)));
    identity.forEach((row, i) => row.forEach((x, j) => expect(Math.abs(x - (i === j ? 1 : 0))).toBeLessThan(float32 ? 2e-3 : 1e-9)));
    await sim.close();
  }); // prettier-ignore

  test("block lengths, segments, chunks and a resume change no bit", async () => {
    for (const loop of [false, true]) {
      const one = await whole(await start(reading({ loop }), { engine }));
      const other = await whole(await start(reading({ loop }), { engine, maxBlock: 3 }));
      const parts: Record<string, number[]> = {};
      let sim = await start(reading({ loop }), { engine });
      for (const length of [6.3, 0.1, 23.6, 30]) {
        const chunk = await whole(sim, length);
        for (const [p, v] of TRACES) (parts[`${p}.${v}`] ??= []).push(...chunk.trace(p, v).data);
        const saved = await sim.save();
        await sim.close();
        sim = await start(reading({ loop }), { engine });
        await sim.load(saved);
      }
      for (const [p, v] of TRACES) {
        expect(other.trace(p, v).data, v).toEqual(one.trace(p, v).data);
        expect(parts[`${p}.${v}`], v).toEqual([...one.trace(p, v).data]);
      }
    }
  });

  test("an entry of a batch is a run of its own", async () => {
    const both = await whole(await start(reading({ loop: true, seeds: [11, 12] }), { engine }));
    const alone = await whole(await start(reading({ loop: true }), { engine }));
    for (const [p, v] of TRACES) expect(both.trace(p, v, 0).data, v).toEqual(alone.trace(p, v).data);
    expect(both.trace("cells", "z.w", 1).data).not.toEqual(alone.trace("cells", "z.w").data);
  });
});

test("a value acts in the update of its step: others hear the sum of weight * 2 z", async () => {
  const chunk = await whole(await start(reading()));
  const [z, heard, fixed] = [chunk.trace("cells", "z.z"), chunk.trace("hearers", "z"), chunk.trace("cells", "fixed.z")];
  for (const step of [51, 75, 300])
    for (const t of [0, 1, 2]) {
      const mean = 1e-3 * fixed.data[step / 3]!;
      const sum = 2 * ((1 + 10 * t) * z.data[2 * step]! + (2 + 10 * t) * z.data[2 * step + 1]!) + mean;
      expect(heard.data[3 * (step + 1) + t]!).toBeCloseTo(sum, 9);
    }
  expect(fixed.times[1]).toBeCloseTo(0.3, 12);
});

test("weights stay after `stop`, and while they are frozen", async () => {
  const ended = await start(reading({ stop: 30 }));
  await whole(ended, 30);
  const w = await ended.readout("z");
  await whole(ended, 20);
  expect(await ended.readout("z")).toEqual(w);
  const sim = await start(reading({ seeds: [1, 2] }));
  sim.every(ms(10), (control, t) => control.freeze("z", t >= 20 && t < 40, 1));
  const at: Float64Array[][] = [];
  for (let k = 0; k < 3; k++) {
    await whole(sim, 20);
    at.push([(await sim.readout("z", 0)).w, (await sim.readout("z", 1)).w]);
  }
  expect(at[1]![1]).toEqual(at[0]![1]);
  expect(at[2]![1]).not.toEqual(at[1]![1]);
  expect(at[1]![0]).not.toEqual(at[0]![0]);
});

test("a read-out that is frozen stays so in a run that goes on from a saved state", async () => {
  const sim = await start(reading());
  await whole(sim, 20);
  sim.change((control) => control.freeze("z"));
  const { w } = await sim.readout("z");
  await whole(sim, 10);
  const on = await start(reading());
  await on.load(structuredClone(await sim.save()));
  await whole(on, 20);
  expect((await on.readout("z")).w).toEqual(w);
});

test("a network with read-outs survives JSON, and its handle is made anew", async () => {
  const net = reading({ loop: true });
  const again = Network.fromJSON(JSON.parse(JSON.stringify(net)) as never);
  expect(again.describe()).toEqual(JSON.parse(JSON.stringify(net.describe())));
  const [a, b] = [await whole(await start(net), 20), await whole(await start(again), 20)];
  expect(b.trace("cells", "z.w").data).toEqual(a.trace("cells", "z.w").data);
});

test("learning that loses its digits ends the run before the step", async () => {
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", iafExp({ n: 3, params: { I_e: nA(0.5) } }));
  net.readout("z", cells, { value: "V_pre / scale", params: { scale: mV(1e-8) }, weight: one(0), learning: rls({ target: one(1), every: DT, P0: 1e20 }) }); // prettier-ignore
  const sim = await start(net, { engine: "reference32" });
  const ended = (async () => {
    for await (const chunk of sim.run(ms(50))) expect(chunk.to).toBeGreaterThan(0);
  })();
  await expect(ended).rejects.toThrow(/read-out "z".*no longer positive definite.*smaller P0/);
});

test("what cannot be is refused where it is said", () => {
  const net = new Network({ seed: 1 });
  const sources = net.sources("given", 3, poisson({ rate: Hz(10) }));
  const cells = net.cells("cells", iafExp({ n: 3 }));
  const learning = rls({ target: one(1), every: ms(1), P0: 1 });
  const read = (options: object) => () => net.readout("z", cells, { value: "V_pre / s", params: { s: mV(1) }, weight: one(0), ...options } as never); // prettier-ignore
  expect(() => net.readout("z", sources as never, { value: "1", weight: one(0) })).toThrow(
    "sources, which have no states",
  );
  expect(read({ value: "U_pre" })).toThrow(/U_pre/);
  expect(read({ value: "V_pre" })).toThrow("gives weight * value in mV where 1 is wanted");
  expect(read({ weight: { values: [1, 2], unit: "1" } })).toThrow("2 values");
  expect(read({ learning: { ...learning, P0: 0 } })).toThrow("P0");
  expect(read({ learning: { ...learning, target: mV(1) } })).toThrow('"mV"');
  expect(read({ learning: { ...learning, start: ms(5), stop: ms(5) } })).toThrow("Give a later stop");
  expect(read({ learning, outputs: 2 })).toThrow("has 1 targets for 2 values");
  expect(read({ colour: 1 })).toThrow("colour");
  const z = read({})() as ReturnType<Network["readout"]>;
  expect(read({})).toThrow("exists already");
  expect(() => net.cells("z", iafExp({ n: 1 }))).toThrow("is the name of a read-out");
  expect(() => net.gather(z, cells, allToAll(), { value: "z_pre^2", weight: nA(1) })).toThrow(
    "no multiple of the read-out's value",
  );
  expect(() => net.gather(z, cells, oneToOne(), { value: "z_pre", weight: nA(1) })).toThrow();
  expect(() => net.gather({ ...z }, cells, allToAll(), { value: "z_pre", weight: nA(1) })).toThrow(
    "not a read-out of this network",
  );
  expect(() => net.recordReadout(z, "error", { every: ms(1) })).toThrow("no target");
  expect(() => net.recordReadout(z, "u" as "z", { every: ms(1) })).toThrow('"u"');
  expect(() => net.recordReadout(z, "z", { values: [1], every: ms(1) })).toThrow("no cell 1");
});

test("learning between steps, and freezing what does not learn, are refused", async () => {
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", iafExp({ n: 2 }));
  net.readout("z", cells, { value: "V_pre", unit: "mV", weight: one(0) });
  const sim = await start(net);
  expect(() => sim.change((control) => control.freeze("z"))).toThrow("no read-out of this name learns");
  await expect(sim.readout("y")).rejects.toThrow(/z/);
  net.readout("y", cells, { value: "V_pre", unit: "mV", weight: one(0), learning: rls({ target: drive.constant(mV(1)), every: ms(0.25), P0: 1 }) }); // prettier-ignore
  await expect(start(net)).rejects.toThrow(/every/);
});
