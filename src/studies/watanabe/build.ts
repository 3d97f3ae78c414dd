import { populationRate } from "../../analysis/rates.ts";
import { fixed, phaseSummary, phaseTable, type Phase } from "../../analysis/summary.ts";
import { every } from "../../network/network.ts";
import { drive } from "../../network/signal.ts";
import { thresholdsFigure } from "../../plot/common.ts";
import type { StoredRun } from "../../storage/load-run.ts";
import { Hz, ms, seconds } from "../../units.ts";
import { sampledRate } from "../sampled-rate.ts";
import type { Built, Figure, Given } from "../study.ts";
import { phaseValues, type Values } from "../values.ts";
import { independentRate, poolNetwork, thresholdsOf } from "./network.ts";
import type { WatanabeSettings } from "./settings.ts";

export function buildWatanabe(s: WatanabeSettings, { seed }: Pick<Given, "seed">): Built {
  const { net, aMN } = poolNetwork(s, descendingDrive(s), seed, true);
  net.record(aMN, "V", { cells: every(s.record.cells), every: ms(s.record.every) });
  const phases = windows(s);
  return {
    network: net,
    dt: ms(s.dt),
    duration: seconds(s.duration ?? 3 * s.phase),
    chunk: seconds(s.chunk),
    notes: [
      `descending drive: ${s.drive.silence} s of silence, then ${s.drive.constant} Hz; ` +
        `${s.drive.constant} + ${s.drive.amplitude} sin(2π ${s.drive.frequency} t) Hz; ${s.drive.dc} + ${s.drive.amplitude} sin(2π ${s.drive.frequency} t) Hz`,
      `independent drive: ${s.independent.mean} Hz, SD ${s.independent.sd} Hz from step to step`,
      `ratio of the offset to the constant drive: ${fixed(s.drive.dc / s.drive.constant, 3)}`,
    ],
    summary: (run, entry) => summary(run, entry, phases),
    figures: (run, entry) => figures(run, entry, s, seed),
    values: async (run, entry) => {
      const seen = phaseSummary(await run.spikes("aMN", entry), reached(phases, run.durationMs));
      return Object.assign({}, ...seen.map(phaseValues)) as Values;
    },
  };
}

function descendingDrive({ drive: d, phase }: WatanabeSettings): ReturnType<typeof drive.phases<"Hz">> {
  const wave = drive.sinusoid({ amplitude: Hz(d.amplitude), frequency: Hz(d.frequency) }); // t absolute
  const constant = drive.constant(Hz(d.constant));
  return drive.phases([
    { signal: constant.after(seconds(d.silence)), until: seconds(phase) },
    { signal: constant.plus(wave), until: seconds(2 * phase) },
    { signal: drive.constant(Hz(d.dc)).plus(wave) },
  ]);
}

const phaseNames = ["constant", "modulated", "matched, modulated"] as const;

/** Where phases are measured: 1 s after the silence or a change (2-5, 6-10, 11-15 s as published); phases that end sooner are not. */
function windows({ phase, drive: { silence } }: WatanabeSettings): Phase[] {
  return phaseNames
    .map((name, k) => ({
      name,
      from: 1000 * (k === 0 ? silence + 1 : k * phase + 1),
      to: 1000 * (k + 1) * phase,
    }))
    .filter(({ from, to }) => from < to);
}

/** Windows as far as a run has come. */
const reached = (phases: readonly Phase[], untilMs: number): Phase[] =>
  phases.filter(({ from }) => untilMs > from).map((phase) => ({ ...phase, to: Math.min(phase.to, untilMs) }));

async function summary(run: StoredRun, entry: number, phases: readonly Phase[]): Promise<string> {
  const spikes = await run.spikes("aMN", entry);
  const seen = reached(phases, run.durationMs);
  const lines = [`${spikes.times.length} spikes of ${spikes.n} motor neurons in ${run.durationMs / 1000} s`];
  if (seen.length > 0) lines.push(phaseTable(phaseSummary(spikes, seen)));
  const missing = phases.slice(seen.length);
  if (missing.length > 0)
    lines.push(
      `not reached: ${missing.map(({ name, from, to }) => `${name} (${from / 1000} to ${to / 1000} s)`).join(", ")}`,
    );
  return lines.join("\n");
}

async function figures(run: StoredRun, entry: number, s: WatanabeSettings, seed: number): Promise<Figure[]> {
  const { watanabeFigure } = await import("./figures.ts");
  const until = run.durationMs;
  const at = { seed, dt: s.dt, untilMs: until };
  const motorNeurons = await run.spikes("aMN", entry);
  const recorded = run.run.traces[0]?.cells ?? [];
  const chosen = [...new Set([recorded[0], recorded[Math.floor(recorded.length / 2)], recorded.at(-1)])];
  const cells = chosen.filter((cell) => cell !== undefined);
  const V = await run.trace("aMN", "V", entry, cells);
  const potentials = cells.map((cell, k) => ({
    cell,
    t: V.times,
    value: V.times.map((_, row) => V.data[row * cells.length + k] as number),
  }));
  const phases = phaseNames.map((name, k) => ({ name, from: 1000 * k * s.phase, to: 1000 * (k + 1) * s.phase }));
  const svg = (): string =>
    watanabeFigure({
      phases: reached(phases, until),
      ddDrive: sampledRate(descendingDrive(s), { ...at, owner: "DD", everyMs: 1 }),
      inDrive: sampledRate(independentRate(s), { ...at, owner: "IN", everyMs: 10 }),
      motorNeurons,
      populationRate: populationRate(motorNeurons, { from: 0, to: until }),
      potentials,
    });
  return [
    { name: "watanabe", svg },
    { name: "thresholds", svg: () => thresholdsFigure(thresholdsOf(s)) },
  ];
}
