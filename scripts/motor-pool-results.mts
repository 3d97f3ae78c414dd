// Measures what the motor-pool studies claim, over several seeds, and writes docs/motor-pool-results.{json,md}.
//   npx tsx scripts/motor-pool-results.mts [part ...]     parts: force, timeStep, baseline, coherence, correlation, ramp, trapezoid, extraction
// Without a part, all of them; parts are kept in the JSON as they finish, so a run may be made in pieces. About 15 CPU minutes.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { compositeTrain } from "../src/analysis/composite.ts";
import { pairCorrelations, spearman } from "../src/analysis/correlation.ts";
import { forceStatistics, motorUnits, muscleForce } from "../src/analysis/force.ts";
import { recruitmentOf } from "../src/analysis/recruitment.ts";
import { coherenceOf, confidenceLevel, segmentSpectra, type SegmentSpectra } from "../src/analysis/spectrum.ts";
import { counts, spikeTrains, type SpikeTrains } from "../src/analysis/spikes.ts";
import { mean, standardDeviation } from "../src/analysis/stats.ts";
import { activitySummary, phaseSummary, plateauSummary } from "../src/analysis/summary.ts";
import { fixedProbability, oneToOne } from "../src/connect/rules.ts";
import { extractParameters } from "../src/studies/extraction/extract.ts";
import { buildTrapezoid } from "../src/studies/trapezoid/build.ts";
import { settings as trapezoidSettings } from "../src/studies/trapezoid/settings.ts";
import { disjointPairs, meanBetween } from "../src/studies/watanabe-pipeline/coherence.ts";
import { constantDrive, oscillatingDrive } from "../src/studies/watanabe-pipeline/drives.ts";
import { thresholdsOf } from "../src/studies/watanabe/network.ts";
import { runPool, unitsOf } from "../src/studies/watanabe-pipeline/pool.ts";
import { planOf } from "../src/studies/watanabe-pipeline/plan.ts";
import { settings as pipelineSettings } from "../src/studies/watanabe-pipeline/settings.ts";
import { Network } from "../src/network/network.ts";
import { drive, type Signal } from "../src/network/signal.ts";
import { poisson } from "../src/network/sources.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../src/models/motor-pool/index.ts";
import { openDevice } from "../src/node.ts";
import { simulate } from "../src/run/simulate.ts";
import { Hz, ms, mV, seconds, uS } from "../src/units.ts";
import seedrandom from "seedrandom";
import { report } from "./motor-pool-report.mts";

/** The study as published. */
const DEFAULTS = pipelineSettings.parse({});

const FILE = "docs/motor-pool-results.json";
const SEEDS = [1, 2, 3, 4, 5];
const DT = 0.1; // ms
/** At 0.1 ms NERLab cells amplify rounding (docs/quirks.md), which adds noise of its own to each cell's spike times. */
const FINE_DT = 0.025;
const opened = await openDevice();
const context = { engine: opened === undefined ? ("reference" as const) : ("gpu" as const), device: opened?.device };
const say = (line: string): void => console.log(line);

/** Mean and sample SD over seeds. */
const over = (values: readonly number[]): { mean: number; sd: number; n: number } => ({
  mean: mean(values),
  sd: standardDeviation(values, "sample"),
  n: values.length,
});

/** Force, discharge and matching offset at one constant drive. */
async function forceAt(D: number, offsets: readonly number[]) {
  const pool = DEFAULTS;
  const units = unitsOf(pool, DEFAULTS.force);
  const range2 = motorUnits({ thresholds: thresholdsOf(pool), contractionRange: 2 });
  const window = { from: 2000, to: 5000 };
  const perSeed = [];
  for (const seed of SEEDS) {
    const rates = [constantDrive(D, 0), ...[D, ...offsets].map((dc) => oscillatingDrive(dc, DEFAULTS, 0))];
    const runs = await runPool(pool, rates, units, { seed, duration: 5, dt: DT }, context);
    const percent = runs.map(
      ({ force }) => (100 * forceStatistics(force, units.frequency, window).mean) / units.tetanus,
    );
    const percent2 = runs.map(({ motorNeurons }) => {
      const { percentMvc, frequency } = muscleForce(motorNeurons, range2, { duration: 5000, spikeBin: DT });
      return forceStatistics(percentMvc, frequency, window).mean;
    });
    const [constant, modulated] = runs
      .slice(0, 2)
      .map(({ motorNeurons }) => phaseSummary(motorNeurons, [{ name: "", ...window }])[0]);
    if (constant === undefined || modulated === undefined) throw new Error("no window");
    const row = {
      seed,
      percentMvc: percent[0] as number,
      risePercent: 100 * ((percent[1] as number) / (percent[0] as number) - 1),
      ratio: matching(percent, D, offsets),
      activeConstant: constant.active,
      activeModulated: modulated.active,
      dischargeChangePercent: 100 * (modulated.spikes / constant.spikes - 1),
      cvConstant: constant.cv,
      cvModulated: modulated.cv,
      range2: {
        percentMvc: percent2[0] as number,
        risePercent: 100 * ((percent2[1] as number) / (percent2[0] as number) - 1),
        ratio: matching(percent2, D, offsets),
      },
    };
    say(JSON.stringify(row));
    perSeed.push(row);
  }
  const keys = [
    "percentMvc",
    "risePercent",
    "ratio",
    "activeConstant",
    "activeModulated",
    "dischargeChangePercent",
    "cvConstant",
    "cvModulated",
  ] as const;
  const summary = Object.fromEntries(keys.map((key) => [key, over(perSeed.map((row) => row[key]))]));
  const range2Summary = Object.fromEntries(
    (["percentMvc", "risePercent", "ratio"] as const).map((key) => [key, over(perSeed.map((row) => row.range2[key]))]),
  );
  return { drive: D, offsets, perSeed, summary, range2: range2Summary };
}

/** The offset, over D, whose force equals the constant drive's: straight lines between the trials. */
function matching(percent: readonly number[], D: number, offsets: readonly number[]): number {
  const target = percent[0] as number;
  const trials = [[D, percent[1] as number], ...offsets.map((dc, k) => [dc, percent[k + 2] as number])].sort(
    (a, b) => (a[0] as number) - (b[0] as number),
  ) as [number, number][];
  for (let k = 1; k < trials.length; k++) {
    const [[a, fa], [b, fb]] = [trials[k - 1], trials[k]] as [[number, number], [number, number]];
    if ((fa - target) * (fb - target) <= 0) return (a + ((b - a) * (target - fa)) / (fb - fa)) / D;
  }
  return NaN;
}

/** How far the time step moves force and its change. */
async function timeStep() {
  const units = unitsOf(DEFAULTS, DEFAULTS.force);
  const rows = [];
  for (const seed of SEEDS.slice(0, 2)) {
    for (const dt of [0.025, 0.05, 0.1]) {
      const rates = [constantDrive(65, 0), oscillatingDrive(65, DEFAULTS, 0)];
      const runs = await runPool(DEFAULTS, rates, units, { seed, duration: 5, dt }, context);
      const [a, b] = runs.map(({ force }) => forceStatistics(force, units.frequency, { from: 2000, to: 5000 }).mean) as [number, number]; // prettier-ignore
      rows.push({ seed, dt, percentMvc: (100 * a) / units.tetanus, risePercent: 100 * (b / a - 1) });
      say(JSON.stringify(rows.at(-1)));
    }
  }
  return rows;
}

/** Step 01's network. */
async function baseline() {
  const { search } = planOf({ ...DEFAULTS, search: { ...DEFAULTS.search, network: "published" } });
  const units = unitsOf(search.pool, DEFAULTS.force);
  const values = [];
  for (const seed of SEEDS) {
    const [run] = await runPool(
      search.pool,
      [constantDrive(search.drive, search.noise)],
      units,
      { seed, duration: 5, dt: DT },
      context,
    );
    const force = (run as NonNullable<typeof run>).force;
    values.push((100 * mean(force.subarray(force.length >> 1))) / units.tetanus);
  }
  return { drive: search.drive, percentMvc: over(values), perSeed: values };
}

/** Spikes of motor neurons whose input is shared (400 sources to 30 % of 800 cells) or private (as many events, own to each of
 * 300 cells). */
async function inputs(shared: boolean, rate: Signal<"Hz">, entries: number, duration: number): Promise<SpikeTrains[]> {
  const n = shared ? 800 : 300;
  const pool = { ...DEFAULTS, cells: { ...DEFAULTS.cells, motorNeurons: n } };
  const net = new Network({ seed: 1, name: "inputs" });
  const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds: thresholdsOf(pool), V0: mV(pool.V0) }));
  const to = { weight: uS(pool.weight.descending), delay: ms(1) };
  if (shared) {
    const DD = net.sources("DD", 400, poisson({ rate }));
    net.connect(DD, aMN.excitatory, fixedProbability(0.3), to);
    const IN = net.sources("IN", 800, poisson({ rate: Hz(125) }));
    net.connect(IN, aMN.excitatory, oneToOne(), { weight: uS(pool.weight.independent), delay: ms(1) });
  } else {
    const ten = drive.constant(Hz(0)).plus({ kind: "scale", unit: "Hz", of: rate, factor: 10 }); // 12 sources at ten times the rate are 120
    for (let k = 0; k < 12; k++)
      net.connect(net.sources(`own${k}`, n, poisson({ rate: ten })), aMN.excitatory, oneToOne(), to);
  }
  net.vary(
    "seed",
    Array.from({ length: entries }, (_, k) => 100 + k),
  );
  const sim = await simulate(net, { ...context, dt: ms(FINE_DT), duration: seconds(duration) });
  const parts = Array.from({ length: entries }, () => ({ times: [] as number[], cells: [] as number[] }));
  try {
    for await (const chunk of sim.run(seconds(duration))) {
      parts.forEach(({ times, cells }, entry) => {
        const spikes = chunk.spikes("aMN", entry);
        for (const t of spikes.times) times.push(t);
        for (const cell of spikes.cells) cells.push(cell);
      });
    }
  } finally {
    await sim.close();
  }
  return parts.map(({ times, cells }) => spikeTrains(n, times, cells));
}

/** Coherence between composite trains of disjoint groups, and with the drive, pooled over entries in segments of 1.024 s. */
async function coherences() {
  const [D, segments] = [65, 64];
  const welch = { fs: 1000, segment: 1024, overlap: 0, window: "hann", detrend: "linear" } as const;
  const wave = drive.sinusoid({ amplitude: Hz(20), frequency: Hz(20), offset: Hz(D) });
  const rows = [];
  // private sources are many: few entries keep the spikes of a submit within the device's log
  for (const [input, shared, entries] of [
    ["shared", true, 8],
    ["private", false, 2],
  ] as const) {
    const duration = 1 + (1.024 * segments) / entries; // 1 s of onset
    const span = { from: 1000, to: 1000 * duration };
    const t = Float64Array.from({ length: Math.round(span.to - span.from) }, (_, k) =>
      Math.sin(2 * Math.PI * 0.02 * (span.from + k + 0.5)),
    );
    for (const [name, rate] of [
      ["constant", drive.constant(Hz(D))],
      ["modulated", wave],
    ] as const) {
      const trains = await inputs(shared, rate, entries, duration);
      const active = [...counts(trains[0] as SpikeTrains).entries()].flatMap(([unit, n]) => (n > 20 ? [unit] : []));
      const spectra = (units: readonly number[]): SegmentSpectra[] =>
        trains.map((x) => segmentSpectra(compositeTrain(x, { ...span, dt: 1 }, units), welch));
      const reference = trains.map(() => segmentSpectra(t, welch));
      for (const size of [5, 20, 100]) {
        const pairs = disjointPairs(active, size, 30, seedrandom(`groups of ${size}`));
        const all = pairs.map(([a, b]) => {
          const [A, B] = [spectra(a), spectra(b)];
          return { between: coherenceOf(A, B), withDrive: coherenceOf(A, reference) };
        });
        const f = (all[0] as (typeof all)[number]).between.f;
        const row = {
          input,
          drive: name,
          size,
          active: active.length,
          segments,
          level: confidenceLevel(segments),
          between1to10: mean(all.map(({ between }) => meanBetween(f, between.coherence, 1, 10))),
          between20: mean(all.map(({ between }) => meanBetween(f, between.coherence, 19.4, 20.6))),
          drive20: mean(all.map(({ withDrive }) => meanBetween(f, withDrive.coherence, 19.4, 20.6))),
        };
        say(JSON.stringify(row));
        rows.push(row);
      }
    }
  }
  return { seconds: segments * 1.024, dt: FINE_DT, rows };
}

/** Correlation of the excitatory conductances of pairs of cells. */
async function correlation() {
  const pool = DEFAULTS;
  const values = [];
  for (const seed of SEEDS) {
    const net = new Network({ seed });
    const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds: thresholdsOf(pool), V0: mV(pool.V0) }));
    const DD = net.sources("DD", 400, poisson({ rate: Hz(65) }));
    const IN = net.sources("IN", 800, poisson({ rate: Hz(125) }));
    net.connect(DD, aMN.excitatory, fixedProbability(0.3), { weight: uS(0.1), delay: ms(1) });
    net.connect(IN, aMN.excitatory, oneToOne(), { weight: uS(0.05), delay: ms(1) });
    net.record(aMN, "exc_dend.g", { cells: { every: 40 }, every: ms(0.1) });
    const sim = await simulate(net, { ...context, dt: ms(DT), duration: seconds(2) });
    for await (const chunk of sim.run(seconds(2), { chunk: seconds(2) })) {
      const g = chunk.trace("aMN", "exc_dend.g");
      const n = g.cells.length;
      const signals = Array.from({ length: n }, (_, k) =>
        g.times.map((_t, row) => g.data[row * n + k] as number).subarray(1000),
      );
      values.push(mean(pairCorrelations(signals)));
    }
    await sim.close();
  }
  return { p: 0.3, pairs: (20 * 19) / 2, correlation: over(values) };
}

/** A ramp of 10 s to 65 Hz. */
async function ramp() {
  const rate = drive.ramps({ times: [ms(0), ms(10_000)], values: [Hz(0), Hz(65)] });
  const command = { t: [0, 10_000], value: [0, 65] };
  const big = { ...DEFAULTS };
  const small = {
    ...DEFAULTS,
    cells: { motorNeurons: 100, descending: 100, independent: 100 },
    thresholds: { range: 100, slope: 5 },
    probability: 0.5,
    weight: { descending: 0.15, independent: 0.05 },
    independent: { mean: 0, sd: 0 },
  };
  const result: Record<string, unknown> = {};
  for (const [name, pool] of [
    ["800", big],
    ["100", small],
  ] as const) {
    const units = unitsOf(pool, DEFAULTS.force);
    const values = [];
    for (const seed of SEEDS) {
      const [run] = await runPool(pool, [rate], units, { seed, duration: 10, dt: DT }, context);
      const { first } = recruitmentOf((run as NonNullable<typeof run>).motorNeurons, command);
      values.push(spearman(thresholdsOf(pool), first));
    }
    say(`ramp ${name}: ${values.join(" ")}`);
    result[name] = { spearman: over(values), perSeed: values };
  }
  return result;
}

/** Seed 001's run. */
async function trapezoids() {
  const built = buildTrapezoid(trapezoidSettings.parse({}), { seed: 1, files: new Map() });
  built.network.vary("seed", SEEDS);
  built.network.vary("structureSeed", SEEDS);
  const sim = await simulate(built.network, {
    ...context,
    dt: built.dt,
    method: built.method,
    duration: built.duration,
  });
  const parts = SEEDS.map(() => ({ times: [] as number[], cells: [] as number[] }));
  for await (const chunk of sim.run(built.duration)) {
    parts.forEach(({ times, cells }, entry) => {
      const spikes = chunk.spikes("aMN", entry);
      for (const t of spikes.times) times.push(t);
      for (const cell of spikes.cells) cells.push(cell);
    });
  }
  await sim.close();
  const all = parts.map(({ times, cells }) => spikeTrains(100, times, cells));
  const plateaus = all.map((trains) => plateauSummary(trains));
  return {
    active: over(all.map((trains) => activitySummary(trains).active)),
    rate: over(plateaus.map(({ meanRate }) => meanRate)),
    cv: over(plateaus.map(({ meanCv }) => meanCv)),
  };
}

async function extraction() {
  const thresholds = recruitmentThresholds({ n: 5, mode: "fuglevand", range: 100 });
  const begin = performance.now();
  const { cells } = await extractParameters(alphaMotorNeurons({ thresholds, V0: mV(-67) }), context);
  return { cells, wallSeconds: (performance.now() - begin) / 1000 };
}

const PARTS: Record<string, () => Promise<unknown>> = {
  extraction,
  trapezoid: trapezoids,
  correlation,
  baseline,
  force: async () => [await forceAt(65, [55, 58, 61, 63]), await forceAt(40, [26.5, 29.5, 32, 34.5])],
  timeStep,
  coherence: coherences,
  ramp,
};
const wanted = process.argv.slice(2).filter((part) => part in PARTS);
const results: Record<string, unknown> = existsSync(FILE)
  ? (JSON.parse(readFileSync(FILE, "utf8")) as Record<string, unknown>)
  : {};
for (const part of wanted.length > 0 ? wanted : Object.keys(PARTS)) {
  say(`-- ${part}`);
  results[part] = await PARTS[part]?.();
  results["machine"] = {
    adapter: opened?.info.description ?? "reference engine",
    cpu: cpus()[0]?.model.trim(),
    cores: cpus().length,
    node: process.version,
    dt: DT,
    seeds: SEEDS,
  };
  writeFileSync(FILE, `${JSON.stringify(results, undefined, 1)}\n`);
}
writeFileSync("docs/motor-pool-results.md", report(results));
opened?.device.destroy();
