import { ModelError } from "./errors.ts";

/** Every rule that rounds a time to a step, once. A step is an integer and stands for t = step * dt; all times in ms, dt above 0.
 *
 * A time on the grid reaches these rules a few ulps off it (0.1 + 0.2, seconds(15.3), k * 0.025), so no rule decides within `SLACK`
 * of a step: on whole steps where a grid is asked for, at half steps where the nearest one is. */

/** Part of a step within which two times are one: a quotient t / dt is off by a few roundings of 2^-53, 1e-10 at 10^6 steps. */
const SLACK = 1e-9;
/** Part of a step by which a time that is asked for on the grid may miss it: a time typed with seven digits is meant. */
const OFF_GRID = 1e-6;
/** What long runs need beyond: a time written with 15 digits is off by 5e-15 of itself. */
const printed = (steps: number): number => 1e-14 * Math.abs(steps);

/** Steps are u32 on the device, in checkpoints and in the files of spikes. */
export const LAST_STEP = 2 ** 32 - 1;

/** @throws ModelError where a run would go on beyond the last step that can be told */
export function checkLastStep(where: string, step: number, dt: number): void {
  if (step <= LAST_STEP) return;
  throw new ModelError(
    where,
    `ends at step ${step} (${step * dt} ms at dt = ${dt} ms), beyond the last one, ${LAST_STEP}`,
    `Run at most ${Math.floor(LAST_STEP * dt)} ms in all, or lengthen dt`,
  );
}

/** Steps that a span of time has: the last may be a part of one. */
export const stepsWithin = (timeMs: number, dt: number): number => {
  const exact = timeMs / dt;
  return Math.ceil(exact - SLACK - printed(exact));
};

/** The nearest number of steps, at least 1: for spans whose length is the caller's convenience (a chunk). */
export const nearestSteps = (timeMs: number, dt: number): number => Math.max(1, Math.round(timeMs / dt));

/** A time that must lie on the grid, as steps.
 * @param least  fewest steps that are allowed
 * @throws ModelError when it lies between two steps, or below `least` of them */
export function wholeSteps(where: string, timeMs: number, dt: number, least = 0): number {
  const exact = timeMs / dt;
  const steps = Math.round(exact);
  if (steps >= least && Math.abs(exact - steps) <= OFF_GRID + printed(exact)) return steps;
  const problem =
    steps < least
      ? `${timeMs} ms is less than ${least === 1 ? "one step" : `${least} steps`} of ${dt} ms`
      : `${timeMs} ms is not a whole number of steps of ${dt} ms`;
  const near = Number((Math.max(least, steps) * dt).toPrecision(15));
  throw new ModelError(where, problem, `Give a multiple, for example ${near} ms, or another dt`);
}

/** The first step whose midpoint t + dt/2 is at or after a time; below 0 for times before the start. Intervals [from, until) of
 * signals and clamps cover the steps between two of these. Source: NEURON's IClamp compares with t + dt/2 in its fixed step. */
export const firstStepAt = (timeMs: number, dt: number): number => Math.ceil(timeMs / dt - 0.5 - SLACK);

/** The step in which a spike that is given at any time acts: NEURON delivers what is due by t + dt/2 and rounds the sum of
 * time and delay once. What would be due before the start is due in step 0. */
export const dueStep = (timeMs: number, delayMs: number, dt: number): number =>
  Math.max(0, firstStepAt(timeMs + delayMs, dt));

/** Steps from a spike born on the grid to its delivery: NEURON stamps it 1e-10 ms late and delivers at the first step
 * with arrival <= t + dt/2, so half a step rounds up. @throws ModelError where a step number would leave 31 bits */
export function delaySteps(where: string, delayMs: number, dt: number): number {
  const steps = Math.max(0, Math.ceil((delayMs + 1e-10) / dt - 0.5));
  if (steps < 2 ** 31) return steps;
  throw new ModelError(
    where,
    `a delay of ${delayMs} ms is ${steps} steps of ${dt} ms`,
    "Give the projection a maxDelay, the end of the experiment",
  );
}

/** Slack (ms) with which a time step * dt has reached a knot or a sample of a signal on the grid: matters at jumps. */
export const knotSlack = (dt: number): number => dt * OFF_GRID;
