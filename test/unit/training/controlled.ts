import { expect, test } from "vitest";
import { linksOf } from "../../../src/compile/links/links-of.ts";
import { Network } from "../../../src/network/network.ts";
import type { TrainedOptions } from "../../../src/network/trained.ts";
import type { Control } from "../../../src/run/control.ts";
import { simulate, type SimulateOptions } from "../../../src/run/simulate.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";
import { recordRun } from "../../../src/storage/run-folder.ts";
import { ms, one, type Quantity } from "../../../src/units.ts";

/** Loops of 60 steps, 10 with stimulus; loops 1 and 2 learn: steps 71 to 119 and 131 to 179. */
const SMALL: TrainedOptions = {
  n: 24,
  p: 0.4,
  loop: ms(60),
  stimulus: ms(10),
  nloop_train: 2,
  amp_current: 8,
  sigma: 0.5,
};

export function small(options: TrainedOptions = {}, entries = 2): Network {
  const net = new Network({ seed: 3 });
  const neurons = net.trained("reservoir", { ...SMALL, ...options });
  net.record(neurons, "r", { every: ms(1) });
  net.record(neurons, "update2", { every: ms(1) });
  if (entries > 1) net.batch(entries);
  return net;
}

type Hook = (control: Control, t: number) => void;

/** All that a run gives of one entry: spikes, traces, weights at its end. */
export async function everything(
  net: Network,
  options: Partial<SimulateOptions>,
  {
    entry = 0,
    hook = () => undefined,
    every = ms(20),
    to = 240,
  }: { entry?: number; hook?: Hook; every?: Quantity<"ms">; to?: number } = {},
): Promise<Record<string, number[]>> {
  const sim = await simulate(net, { dt: ms(1), ...options });
  sim.every(every, hook);
  const out: Record<string, number[]> = { times: [], cells: [], r: [], update2: [] };
  for await (const part of sim.run(ms(to), { chunk: ms(70) })) {
    const { times, cells } = part.spikes("reservoir", entry);
    out["times"]?.push(...times);
    out["cells"]?.push(...cells);
    for (const name of ["r", "update2"]) out[name]?.push(...part.trace("reservoir", name, entry).data);
  }
  const { w = [] } = await sim.plasticity("reservoir", entry);
  await sim.close();
  return { ...out, w: [...w] };
}

/** Freezes entry 1 from 80 to 100 ms, and lowers its reset from 140 ms on. */
const midway: Hook = (control, t) => {
  if (t === 80 || t === 100) control.freeze("reservoir", t === 80, 1);
  if (t === 140) control.param("reservoir", "vrest", one(-15), 1);
};

/** What holds on every engine, bit for bit. */
export function controlTests(options: () => Partial<SimulateOptions>): void {
  test("frozen from the end of loop 1 on, it is a network that learns in loop 1 only", async () => {
    const hook: Hook = (control, t) => void (t === 120 && control.freeze("reservoir"));
    const want = await everything(small({ nloop_train: 1 }, 1), options());
    expect(await everything(small({}, 1), options(), { hook })).toEqual(want);
    expect(await everything(small({}, 1), options())).not.toEqual(want);
  });

  test.each([
    ["vt", "vt", 0.4],
    ["vrest", "vrest", -9],
    ["sigma", "sigma", 1.5],
  ] as const)("%s changed at 0 is the network that has it from the start", async (key, name, value) => {
    const hook: Hook = (control, t) => void (t === 0 && control.param("reservoir", name, one(value)));
    for (const physicalNoise of name === "sigma" ? [false, true] : [false]) {
      const want = await everything(small({ [key]: value, physicalNoise }, 1), options());
      expect(await everything(small({ physicalNoise }, 1), options(), { hook })).toEqual(want);
    }
  });

  test("what acts on one entry leaves the other as it is, and acts whatever the batch", async () => {
    const plain = await everything(small(), options());
    expect(await everything(small(), options(), { hook: midway })).toEqual(plain);
    const changed = await everything(small(), options(), { entry: 1, hook: midway });
    expect(changed).not.toEqual(plain); // entries are alike but for what acts on them
    const alone: Hook = (control, t) => {
      if (t === 80 || t === 100) control.freeze("reservoir", t === 80);
      if (t === 140) control.param("reservoir", "vrest", one(-15));
    };
    expect(await everything(small({}, 1), options(), { hook: alone })).toEqual(changed);
    const frozen = (changed["update2"] as number[]).slice(24 * 80, 24 * 100);
    expect(frozen.every((x) => x === 0)).toBe(true);
    expect((changed["update2"] as number[]).slice(24 * 100, 24 * 119).every((x) => x > 0)).toBe(true);
  });

  test("changes are kept: a run that was stopped goes on with them, bit for bit", async () => {
    const record = async (files: MemoryFiles, chunks: number, resume: boolean): Promise<void> => {
      const sim = await simulate(small(), { dt: ms(1), ...options() });
      sim.every(ms(20), midway);
      let done = 0;
      for await (const _ of recordRun(sim, { files, duration: ms(240), chunk: ms(45), resume })) if (++done === chunks) break; // prettier-ignore
      await sim.close();
    };
    const [whole, cut] = [new MemoryFiles(), new MemoryFiles()];
    await record(whole, Infinity, false);
    await record(cut, 2, false); // at 90 ms, frozen
    await record(cut, 2, true);
    await record(cut, Infinity, true);
    const [a, b] = [await loadRun(whole), await loadRun(cut)];
    for (const name of ["r", "update2"]) expect((await b.trace("reservoir", name, 1)).data).toEqual((await a.trace("reservoir", name, 1)).data); // prettier-ignore
    expect(await b.liveChanges()).toEqual(await a.liveChanges());
    expect(await a.liveChanges()).toHaveLength(3);
  });

  test("linksOf gives the links that a run begins with", async () => {
    const net = small();
    const { source, target, weight } = linksOf(net, "reservoir");
    const sim = await simulate(net, { dt: ms(1), ...options() });
    const { w = [], source: from = [], target: to = [] } = await sim.plasticity("reservoir", 1);
    await sim.close();
    const place = (s: number, t: number): number => s * 24 + t;
    const round = sim.kind === "reference" ? (x: number): number => x : Math.fround;
    const now = new Map(Array.from(w, (x, k) => [place(from[k] as number, to[k] as number), x]));
    expect(new Map(Array.from(weight, (x, k) => [place(source[k] as number, target[k] as number), round(x)]))).toEqual(
      new Map([...now].toSorted(([a], [b]) => a - b)),
    );
    expect([...source]).toEqual([...source].toSorted((a, b) => a - b));
    expect(source.length).toBeGreaterThan(150);
  });
}
