import { z } from "zod";
import { group, oneOf, optional, real, whole, yesOrNo } from "../schema.ts";
import { PHASES, POOL } from "../watanabe/settings.ts";

export const STEPS = ["01", "02", "03", "04", "05", "06"] as const;
export type Step = (typeof STEPS)[number];

export const settings = z.strictObject({
  step: oneOf(["all", ...STEPS], "one step instead of all; from 02 on, in the folder of the last run").meta({ free: true }), // prettier-ignore
  ...POOL,
  drive: group({
    constant: real(65, "Hz", "rate of a descending source", { above: 0 }),
    target: real(0, "%MVC", "force that the constant drive is first calibrated to; 0: as it is", { min: 0 }),
    amplitude: real(20, "Hz", "of the modulation", { min: 0 }),
    frequency: real(20, "Hz", "of the modulation", { min: 0 }),
    silence: real(1, "s", "before the first phase's drive", { min: 0 }),
    noise: real(0, "Hz", "SD of the drive's noise in the search", { min: 0 }),
  }),
  search: group({
    network: oneOf(
      ["same", "published"],
      "the three phases' network, or the weaker one of the published steps 01 and 02",
    ),
    objective: oneOf(["absolute", "own maximum"], "force, or each force divided by its own maximum, as published"),
    from: real(1, "Hz", "lowest rate tried", { above: 0 }),
    to: real(100, "Hz", "highest", { above: 0 }),
    trials: whole(10, "rates in the first round", { min: 2, max: 100_000 }),
    refine: whole(5, "rates in the second round", { min: 0, max: 100_000 }),
    duration: real(5, "s", "of a trial", { above: 0 }),
    baseline: real(5, "s", "of step 01", { above: 0 }),
    dt: real(0.1, "ms", "time step of the search", { above: 0, max: 1 }),
    leastUnits: whole(10, "units that must fire more than once"),
    tolerance: real(0.05, "", "largest error, of the target", { above: 0 }),
  }),
  force: group({
    frequency: real(2048, "Hz", "samples of force", { above: 0 }),
    twitchRange: optional("", "largest twitch over the smallest; left out: as far as the thresholds go", { min: 1 }),
    longestRise: real(90, "ms", "longest twitch rise time", { above: 0 }),
    contractionRange: real(3, "", "longest rise time over the shortest", { above: 1 }),
    gain: oneOf(["preceding", "following", "myogen"], "interval that a twitch's gain is taken from"),
    axonDelays: yesOrNo(false, "add each axon's conduction time"),
    maximum: real(100, "N", "force of the tetanus", { above: 0 }),
  }),
  ...PHASES,
  coherence: group({
    groups: whole(100, "composite trains", { min: 1, max: 100_000 }),
    size: whole(5, "units of a composite train", { min: 1 }),
    bin: real(1, "ms", "of the trains", { above: 0 }),
    segment: real(1.024, "s", "of the spectra; published: 2 s at 0.025 ms", { above: 0 }),
    highest: real(25, "Hz", "end of the figure's axis", { above: 0 }),
  }),
});
export type PipelineSettings = z.output<typeof settings>;
