import { smoothedRates } from "../../analysis/rates.ts";
import { select, type Span } from "../../analysis/spikes.ts";
import { activitySummary, activityTable, plateauSummary, plateauTable } from "../../analysis/summary.ts";
import { fixedProbability } from "../../connect/rules.ts";
import { every, Network } from "../../network/network.ts";
import { drive, type FluentSignal } from "../../network/signal.ts";
import { gamma } from "../../network/sources.ts";
import { thresholdsFigure } from "../../plot/common.ts";
import type { StoredRun } from "../../storage/load-run.ts";
import { Hz, ms, seconds, uS } from "../../units.ts";
import { pool } from "../pool.ts";
import { sampledRate } from "../sampled-rate.ts";
import type { Built, Figure, Given } from "../study.ts";
import type { TrapezoidSettings } from "./settings.ts";

export function buildTrapezoid(s: TrapezoidSettings, { seed, files }: Given): Built {
  const net = new Network({ seed, name: "trapezoid" });
  const law = { n: s.cells.motorNeurons, mode: "combined", ...s.thresholds } as const;
  const { model, thresholds } = pool(files, law, s);
  const aMN = net.cells("aMN", model);
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
      `${thresholds.length} ${s.model} motor neurons, ${s.cells.descending} sources of order ${s.order}`,
      `drive: ${d.baseline} Hz to ${d.rest} s, to ${d.peak} Hz in ${d.rise} s, held ${d.hold} s, back in ${d.fall} s; plus max(0, N(0, ${d.noise})) Hz a step`,
    ],
    summary: (run, entry) => summary(run, entry, s),
    figures: (run, entry) => figures(run, entry, s, rate, seed),
    values: async (run, entry) => {
      const span = plateauOf(run, s);
      if (span === undefined) return {};
      const p = plateauSummary(await run.spikes("aMN", entry), span, { zeroCv: s.zeroCv });
      return { "plateau.units": p.cells.length, "plateau.rate__Hz": p.meanRate, "plateau.cv": p.meanCv };
    },
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

/** What a run reached of the plateau, ms. */
function plateauOf(run: StoredRun, { plateau }: TrapezoidSettings): Span | undefined {
  const [from, to] = [1000 * plateau.from, Math.min(1000 * plateau.to, run.durationMs)];
  return to > from ? { from, to } : undefined;
}

async function summary(run: StoredRun, entry: number, s: TrapezoidSettings): Promise<string> {
  const [DD, aMN] = [await run.spikes("DD", entry), await run.spikes("aMN", entry)];
  const lines = [activityTable({ "descending sources": activitySummary(DD), "motor neurons": activitySummary(aMN) })];
  const span = plateauOf(run, s);
  if (span !== undefined) lines.push(plateauTable(plateauSummary(aMN, span, { zeroCv: s.zeroCv })));
  else lines.push(`not reached: the plateau from ${s.plateau.from} to ${s.plateau.to} s`);
  return lines.join("\n\n");
}

async function figures(
  run: StoredRun,
  entry: number,
  s: TrapezoidSettings,
  rate: FluentSignal<"Hz">,
  seed: number,
): Promise<Figure[]> {
  const { dischargeRatesFigure, plateauFigure, trapezoidFigure } = await import("./figures.ts");
  const duration = run.durationMs;
  const motorNeurons = await run.spikes("aMN", entry);
  const sources = await run.spikes("DD", entry);
  const drawn = (): string => {
    const sampled = sampledRate(rate, { owner: "DD", seed, dt: s.dt, untilMs: duration, everyMs: 5 });
    return trapezoidFigure({ drive: sampled, baseline: s.drive.baseline, sources, motorNeurons, duration });
  };
  const list: Figure[] = [{ name: "trapezoid", svg: drawn }];
  const about = run.run.populations.find(({ name }) => name === "aMN")?.about as { threshold?: number[] } | undefined;
  const { threshold } = about ?? {};
  if (threshold !== undefined) list.push({ name: "thresholds", svg: () => thresholdsFigure(threshold) });
  const { cells } = plateauSummary(motorNeurons, { from: 0, to: duration });
  if (cells.length > 0) {
    const rates = () => smoothedRates(select(motorNeurons, cells), { from: 0, to: duration, every: 10 });
    list.push({ name: "rates", svg: () => dischargeRatesFigure({ ...rates(), cells }) });
  }
  const [from, to] = [1000 * s.plateau.from, Math.min(1000 * s.plateau.to, duration)];
  const plateau = () => plateauSummary(motorNeurons, { from, to }, { zeroCv: s.zeroCv });
  if (to > from) list.push({ name: "plateau", svg: () => plateauFigure(plateau()) });
  return list;
}
