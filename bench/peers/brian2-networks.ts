// Do COBA, CUBA and Brunel's network do in hillock what they do in Brian 2, over seeds, and how long do both need for them in one run?
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SpikeTrains } from "../../src/analysis/spikes.ts";
import { compile } from "../../src/compile/compile.ts";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { nodeThreads } from "../../src/node/threads.ts";
import { referenceEngine, threadedEngine } from "../../src/reference/engine.ts";
import { type Activity, activityOf } from "../../src/studies/activity.ts";
import { arithmeticCosts } from "../kernels/arithmetic.ts";
import { benchDevice, distance, spread, type BenchOptions, type Benchmark, type Cell, type Findings, type Table } from "../lib.ts"; // prettier-ignore
import { eventFloor, stepFloors } from "../models/floors.ts";
import { cellsOf, operations } from "../models/network.ts";
import { buildPeer, DT, type Model } from "./networks.ts";
import { brian, inTurn, own, peer } from "./runners.ts";

const MODELS: readonly Model[] = [
  { name: "COBA", excitatory: 3200, inhibitory: 800, delay: 0.8 },
  { name: "CUBA", excitatory: 3200, inhibitory: 800, delay: 0.8 },
  { name: "Brunel", excitatory: 10_000, inhibitory: 2500, delay: 1.5 },
];
/** Brunel's network has 15.6 million links: its activity is compared at a fifth of the neurons, with jumps five times as large. */
const SHARE = { COBA: 1, CUBA: 1, Brunel: 0.2 } as const;
/** ms: of a run whose activity is compared, and where it has settled. */
const [END, SETTLED] = [500, 100];
const PAIRS = 60;

const compiled = (model: Model, seed: number): CompiledNetwork =>
  compile(buildPeer(model, seed), { dt: { value: DT, unit: "ms" } });
const scaled = (model: Model, by: number): Model => ({ ...model, excitatory: model.excitatory * by, inhibitory: model.inhibitory * by }); // prettier-ignore
const cellCount = ({ excitatory, inhibitory }: Model): number => excitatory + inhibitory;

/** Of the excitatory neurons; undefined where the network fell silent, as some starts do. */
function activity(times: ArrayLike<number>, cells: ArrayLike<number>, n: number): Activity | undefined {
  const kept = Array.from(times, (_, k) => k).filter((k) => (cells[k] as number) < n);
  const trains: SpikeTrains = {
    n,
    times: Float64Array.from(kept, (k) => times[k] as number),
    cells: Uint32Array.from(kept, (k) => cells[k] as number),
  };
  const late = trains.times.some((t) => t > END / 2);
  return late ? activityOf(trains, { from: SETTLED, to: END }, PAIRS) : undefined;
}

async function ours(model: Model, seed: number, device: GPUDevice): Promise<Activity | undefined> {
  const engine = await gpuEngine(compiled(model, seed), device);
  const [times, cells]: [number[], number[]] = [[], []];
  while (engine.step < END / DT) {
    const { spikeSteps, spikeIds } = await engine.advance(Math.min(END / DT, engine.step + engine.stepsPerSubmit));
    spikeIds.forEach((id, k) => {
      times.push((spikeSteps[k] as number) * DT);
      cells.push(id);
    });
  }
  await engine.close();
  return activity(times, cells, model.excitatory); // E is the first population, its cells the first sources
}

async function theirs(
  model: Model,
  seeds: readonly number[],
  alive: number,
  into: string,
): Promise<(Activity | undefined)[]> {
  const share = String(SHARE[model.name]);
  const runs = await brian(["--model", model.name, "--target", "cython", "--seconds", String(END / 1000), "--scale", share, "--into", into, "--alive", String(alive), "--seeds", ...seeds.map(String)]); // prettier-ignore
  return runs.map(({ path }) => {
    const [times, cells] = [readFileSync(`${path}.times`), readFileSync(`${path}.cells`)];
    const [t, c] = [new Float64Array(new Uint8Array(times).buffer), new Int32Array(new Uint8Array(cells).buffer)];
    return activity(t, c, model.excitatory);
  });
}

const pairsOf = <T>(list: readonly T[]): [T, T][] => list.flatMap((a, k) => list.slice(k + 1).map((b): [T, T] => [a, b])); // prettier-ignore
const meanOf = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, v) => sum + v, 0) / x.length;

/** For rates, CVs and correlations: means over seeds, distances between seeds of one program, and between the two. */
function compared(name: string, a: readonly Activity[], b: readonly Activity[]): Cell[][] {
  return (["rates", "cvs", "correlations"] as const).map((what) => {
    const ks = (pairs: readonly (readonly [Activity, Activity])[]) => spread(pairs.map(([x, y]) => distance(x[what], y[what]))); // prettier-ignore
    const [here, there] = [ks(pairsOf(a)), ks(pairsOf(b))];
    const across = ks(a.flatMap((x) => b.map((y): [Activity, Activity] => [x, y])));
    const within = across.median <= Math.max(here.max, there.max);
    const means = [a, b].map((runs) => spread(runs.map((run) => meanOf(run[what]))));
    return [name, what === "rates" ? "rate, Hz" : what === "cvs" ? "CV" : "correlation", ...means, here, there, across, within ? "within" : "OUTSIDE"];
  });
} // prettier-ignore

async function statistics(device: GPUDevice, seeds: number, into: string): Promise<{ rows: Cell[][]; silent: string }> {
  const [rows, silent]: [Cell[][], string[]] = [[], []];
  for (const model of MODELS) {
    const small = scaled(model, SHARE[model.name]);
    const all = Array.from({ length: 2 * seeds }, (_, k) => k + 1);
    const there = await theirs(small, all, seeds, into);
    const alive = (runs: readonly (Activity | undefined)[]): Activity[] => runs.flatMap((run) => run ?? []).slice(0, seeds); // prettier-ignore
    const here: (Activity | undefined)[] = [];
    for (const seed of all) {
      here.push(await ours(small, seed, device));
      if (alive(here).length === seeds) break;
    }
    const quiet = (runs: readonly (Activity | undefined)[]): number => runs.filter((run) => run === undefined).length;
    rows.push(...compared(model.name, alive(here), alive(there)));
    silent.push(`${model.name} ${quiet(here)} of ${here.length} and ${quiet(there)} of ${there.length}`);
  }
  return { rows, silent: `Starts that fell silent, of those that ${seeds} lasting ones took, in hillock and in Brian 2: ${silent.join("; ")}. The others are compared.` }; // prettier-ignore
}

async function speed(model: Model, device: GPUDevice, options: BenchOptions, into: string): Promise<Cell[][]> {
  const span = options.quick ? 50 : model.name === "Brunel" ? 200 : 500; // ms
  const network = compiled(model, 1);
  const { spawn } = nodeThreads();
  const runners = [await peer(model.name, span, into)];
  runners.push(await own("hillock, float64 reference, 1 thread", referenceEngine(network), span));
  if (spawn !== undefined) runners.push(await own("hillock, float64 reference, 2 threads", await threadedEngine(network, { threads: 2, spawn }), span)); // prettier-ignore
  runners.push(await own("hillock, adapter", await gpuEngine(network, device), span));
  const found = await inTurn(runners, options.quick ? 1 : 3);
  const [first] = found as [(typeof found)[0]];
  const median = (runs: typeof first, key: "wall" | "cpu") => spread(runs.map((run) => run[key])).median;
  const cellSteps = cellCount(model) * (span / DT);
  return runners.map(({ label }, k) => {
    const runs = found[k] as typeof first;
    const per = (of: (run: (typeof runs)[0]) => number) => spread(runs.map(of));
    const events = runs[0]?.events;
    return [
      model.name, label, per((r) => (1000 * r.wall) / span), per((r) => (1000 * r.cpu) / span),
      median(first, "wall") / median(runs, "wall"), median(first, "cpu") / median(runs, "cpu"),
      per((r) => (1e9 * r.cpu) / cellSteps), events === undefined ? "" : events / cellSteps,
      events === undefined ? "" : per((r) => (1e9 * r.cpu) / (r.events as number)), (1000 * (runs[0]?.spikes as number)) / span / cellCount(model),
    ];
  }); // prettier-ignore
}

async function floors(device: GPUDevice, options: BenchOptions): Promise<Table> {
  const cells = cellsOf(compiled(scaled(MODELS[0] as Model, 0.1), 1));
  const costs = await arithmeticCosts(device, options);
  const ops = operations(cells);
  const there = [
    ops.exponentials * costs["exp (argument clamped)"].cpu.min,
    ops.divisions * costs["division"].cpu.min,
    (ops.others / 2) * costs["multiply-add"].cpu.min,
    "",
  ];
  const event = ["a synaptic event: a target read in order, a sum read and written", "", eventFloor(4000), 4 * costs["load from storage"].cpu.min]; // prettier-ignore
  return {
    title: "Floors of a step of a COBA neuron and of a synaptic event, ns of CPU: one thread of the float64 reference, and the adapter's all threads",
    columns: ["what", "number", "float64", "adapter"],
    rows: [...stepFloors(cells).map((row, k) => [...row, there[k] as Cell]), event],
  };
} // prettier-ignore

export default {
  name: "brian2-networks",
  question:
    "Do COBA, CUBA and Brunel's network do in hillock what they do in Brian 2, over seeds, and how long do both need for them in one run?",
  async run(options): Promise<Findings> {
    const { device, info } = await benchDevice();
    const into = mkdtempSync(join(tmpdir(), "hillock-brian2-"));
    try {
      const seeds = options.quick ? 2 : 5;
      const times: Cell[][] = [];
      for (const model of MODELS.filter(({ name }) => name !== "CUBA"))
        times.push(...(await speed(model, device, options, into)));
      const { rows, silent } = await statistics(device, seeds, into);
      const ks = "KS distance";
      return {
        adapter: info,
        tables: [
          { title: `Activity of the excitatory neurons from ${SETTLED} to ${END} ms, ${seeds} seeds each; hillock on the adapter, Brian 2 by Cython`, columns: ["network", "what", "hillock", "Brian 2", `${ks} between seeds of hillock`, "of Brian 2", "between the two", "median against the seeds' largest"], rows },
          await floors(device, options),
          { title: "Speed, all in turn in one run; ratios above 1: faster than Brian 2. Time per cell-step and per event is all of a run's CPU", columns: ["network", "program", "s per simulated second", "s CPU", "times as fast", "by CPU", "ns CPU per cell-step", "events per cell-step", "ns CPU per event", "rate, Hz"], rows: times },
        ],
        notes: [silent, `COBA and CUBA have 4,000 neurons and delays of 0.8 ms, Brunel's network is asynchronous and irregular: 12,500 neurons in the table of speed, ${SHARE.Brunel * 12_500} in that of activity.`, "Brian 2's program is its C++ on one thread, float64, without code generation and the drawing of links."],
      };
    } finally {
      device.destroy();
      rmSync(into, { recursive: true, force: true });
    }
  },
} satisfies Benchmark; // prettier-ignore
