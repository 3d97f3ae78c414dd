import type { Phase } from "../../analysis/summary.ts";
import { drive, type Signal } from "../../network/signal.ts";
import { Hz } from "../../units.ts";
import type { PipelineSettings } from "./settings.ts";

/** Step 01's drive: constant, with rectified noise from step to step where asked. */
export const constantDrive = (rate: number, noise: number): Signal<"Hz"> =>
  noise > 0 ? drive.constant(Hz(rate)).plus(drive.noise({ sd: Hz(noise), rectified: true })) : drive.constant(Hz(rate));

/** Step 02's drive: offset + amplitude sin(2 pi f t), with noise where asked, not below 0. */
export function oscillatingDrive(dc: number, { drive: d }: PipelineSettings, noise: number): Signal<"Hz"> {
  const wave = drive.constant(Hz(dc)).plus(drive.sinusoid({ amplitude: Hz(d.amplitude), frequency: Hz(d.frequency) }));
  return (noise > 0 ? wave.plus(drive.noise({ sd: Hz(noise) })) : wave).clip({ min: Hz(0) });
}

/** Mean of max(0, offset + amplitude sin) over a cycle: what a drive whose offset is below its amplitude really has. */
export function realisedMean(offset: number, amplitude: number): number {
  if (offset >= amplitude) return offset;
  if (offset <= -amplitude) return 0;
  return (offset * (Math.PI / 2 + Math.asin(offset / amplitude)) + Math.sqrt(amplitude ** 2 - offset ** 2)) / Math.PI;
}

const NAMES = ["constant", "modulated", "matched, modulated"] as const;

/** The three phases, whole (ms). */
export const wholePhases = ({ phase }: PipelineSettings): Phase[] =>
  NAMES.map((name, k) => ({ name, from: 1000 * k * phase, to: 1000 * (k + 1) * phase }));

/** Where phases are measured: 1 s after the silence or a change (2-5, 6-10, 11-15 s as published); phases that end sooner are not. */
export const measuredPhases = (s: PipelineSettings): Phase[] =>
  wholePhases(s)
    .map((p, k) => ({ ...p, from: p.from + 1000 * (k === 0 ? s.drive.silence + 1 : 1) }))
    .filter(({ from, to }) => from < to);

/** Where the published coherence is taken: from 20 % of the phase on, at most 3 s, or after the silence. */
export const coherencePhases = (s: PipelineSettings): Phase[] =>
  wholePhases(s).map((p, k) => {
    const skipped = Math.min(3000, 200 * s.phase);
    return { ...p, from: p.from + (k === 0 ? Math.max(skipped, 1000 * s.drive.silence) : skipped) };
  });
