import { smoothedRates } from "../../analysis/rates.ts";
import { select } from "../../analysis/spikes.ts";
import { activitySummary, activityTable, plateauSummary, plateauTable } from "../../analysis/summary.ts";
import { fixedProbability } from "../../connect/rules.ts";
import { DataError } from "../../errors.ts";
import { every, Network } from "../../network/network.ts";
import { drive, type FluentSignal } from "../../network/signal.ts";
import { gamma } from "../../network/sources.ts";
import {
  alphaMotorNeurons,
  parseThresholds,
  recruitmentThresholds,
  type MotorNeuronModel,
} from "../../models/motor-pool/index.ts";
import type { StoredRun } from "../../storage/load-run.ts";
import { Hz, ms, mV, seconds, uS } from "../../units.ts";
import { sampledRate, type BuildOptions, type Built, type Experiment, type FigureFile } from "../experiment.ts";

/** Units: Hz, uS, ms, mV; the trapezoid's times, duration and chunk in s. */
const DEFAULTS = {
  model: "NERLab",
  cells: { motorNeurons: 100, descending: 100 },
  thresholds: { range: 100, slope: 5 },
  V0: -67,
  order: 5, // of the sources' renewal process: intervals have a CV of 1 / sqrt(order)
  probability: 0.5,
  weight: 0.15,
  delay: 1,
  latency: 1,
  drive: { baseline: 0, peak: 65, rest: 1, rise: 0.5, hold: 10, fall: 0.5, noise: 1 },
  plateau: { from: 1.5, to: 11.5 },
  zeroCv: false, // count units with one spike on the plateau as CV 0, as the published script does
  duration: 15,
  dt: 0.1,
  record: { every: 0.1, cells: 5 },
  chunk: 5,
};
type TrapezoidSettings = typeof DEFAULTS;

export const trapezoid: Experiment<TrapezoidSettings> = {
  name: "trapezoid",
  title: "100 motor neurons under a trapezoidal drive of order-5 sources, 15 s",
  defaults: DEFAULTS,
  files: {
    thresholds: "recruitment thresholds, one number per line or JSON, instead of the combined law",
    config: "cell configuration as YAML, merged over the published one",
  },
  defaultSeed: 42,
  build,
};

function build(s: TrapezoidSettings, { seed, files }: BuildOptions): Built {
  const net = new Network({ seed, name: "trapezoid" });
  const thresholds =
    files["thresholds"] === undefined
      ? recruitmentThresholds({ n: s.cells.motorNeurons, mode: "combined", ...s.thresholds }).rt
      : parseThresholds(files["thresholds"]);
  if (s.model !== "NERLab" && s.model !== "Powers2017")
    throw new DataError("model", `is "${s.model}"`, "Give NERLab or Powers2017");
  const model: MotorNeuronModel = s.model;
  const config = files["config"] === undefined ? {} : { config: files["config"] };
  const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds, model, V0: mV(s.V0), ...config }));
  const rate = descendingDrive(s);
  const DD = net.sources("DD", s.cells.descending, gamma({ order: s.order, rate, latency: ms(s.latency) }));
  net.connect(DD, aMN.excitatory, fixedProbability(s.probability), { weight: uS(s.weight), delay: ms(s.delay) });
  net.record(aMN, "V", { cells: every(s.record.cells), every: ms(s.record.every) });
  const { drive: d } = s;
  return {
    network: net,
    dt: ms(s.dt),
    duration: seconds(s.duration),
    chunk: seconds(s.chunk),
    notes: [
      `${thresholds.length} ${model} motor neurons, ${s.cells.descending} sources of order ${s.order}`,
      `drive: ${d.baseline} Hz to ${d.rest} s, to ${d.peak} Hz in ${d.rise} s, held ${d.hold} s, back in ${d.fall} s; plus max(0, N(0, ${d.noise})) Hz a step`,
    ],
    summary: (run, entry) => summary(run, entry, s),
    figures: (run, entry) => figures(run, entry, s, rate, seed),
  };
}

function descendingDrive({ drive: d }: TrapezoidSettings): FluentSignal<"Hz"> {
  return drive
    .trapezoid({
      base: Hz(d.baseline),
      plateau: Hz(d.peak),
      start: seconds(d.rest),
      rise: seconds(d.rise),
      hold: seconds(d.hold),
      fall: seconds(d.fall),
    })
    .plus(drive.noise({ sd: Hz(d.noise), rectified: true }));
}

async function summary(run: StoredRun, entry: number, s: TrapezoidSettings): Promise<string> {
  const [DD, aMN] = [await run.spikes("DD", entry), await run.spikes("aMN", entry)];
  const lines = [activityTable({ "descending sources": activitySummary(DD), "motor neurons": activitySummary(aMN) })];
  const [from, to] = [1000 * s.plateau.from, Math.min(1000 * s.plateau.to, run.durationMs)];
  if (to > from) lines.push(plateauTable(plateauSummary(aMN, { from, to }, { zeroCv: s.zeroCv })));
  else lines.push(`not reached: the plateau from ${s.plateau.from} to ${s.plateau.to} s`);
  return lines.join("\n\n");
}

async function figures(
  run: StoredRun,
  entry: number,
  s: TrapezoidSettings,
  rate: FluentSignal<"Hz">,
  seed: number,
): Promise<FigureFile[]> {
  const { dischargeRatesFigure, plateauFigure, trapezoidFigure } = await import("../../plot/trapezoid.ts");
  const { thresholdsFigure } = await import("../../plot/watanabe.ts");
  const duration = run.durationMs;
  const motorNeurons = await run.spikes("aMN", entry);
  const sampled = sampledRate(rate, { owner: "DD", seed, dt: s.dt, untilMs: duration, everyMs: 5 });
  const sources = await run.spikes("DD", entry);
  const list: FigureFile[] = [
    {
      name: "trapezoid",
      svg: trapezoidFigure({ drive: sampled, baseline: s.drive.baseline, sources, motorNeurons, duration }),
    },
  ];
  const about = run.run.populations.find(({ name }) => name === "aMN")?.about as { threshold?: number[] } | undefined;
  if (about?.threshold !== undefined) list.push({ name: "thresholds", svg: thresholdsFigure(about.threshold) });
  const { cells } = plateauSummary(motorNeurons, { from: 0, to: duration });
  if (cells.length > 0) {
    const rates = smoothedRates(select(motorNeurons, cells), { from: 0, to: duration, every: 10 });
    list.push({ name: "rates", svg: dischargeRatesFigure({ ...rates, cells }) });
  }
  const [from, to] = [1000 * s.plateau.from, Math.min(1000 * s.plateau.to, duration)];
  if (to > from)
    list.push({
      name: "plateau",
      svg: plateauFigure(plateauSummary(motorNeurons, { from, to }, { zeroCv: s.zeroCv })),
    });
  return list;
}
