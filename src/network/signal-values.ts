import { sinTurns } from "../random/elementary.ts";
import { checkHighestRate, type Rate } from "../random/increments.ts";
import { drawNormal, stream } from "../random/philox.ts";
import { upperBound } from "../sorted.ts";
import { firstStepAt, knotSlack } from "../steps.ts";
import type { Signal } from "./signal.ts";

interface SignalContext {
  readonly dt: number; // ms
  readonly seed: number; // u32; noise only
  /** name of what the signal drives: the name of noise that has none (see `noiseOwner`). */
  readonly owner: string;
  /** replaces every noise by mean + this many sd, for bounds. */
  readonly noiseSds?: number;
}

/** A signal ready to be evaluated: value in its unit at a step, float64, a pure function of the step. */
export type AtStep = (step: number) => number;

/** A rate signal as what `RateIncrements` wants. */
export function rateOf(signal: Signal, context: SignalContext): Rate {
  const at = signalAt(signal, context);
  return (firstStep, steps, out) => {
    for (let i = 0; i < steps; i++) out[i] = at(firstStep + i);
  };
}

/** What unnamed noises are named by, unique in a network: the population for its first signal, so that published noises keep their
 * streams, and the position for others. No name of a population holds "/". */
export const noiseOwner = (population: string, signal: number): string =>
  signal === 0 ? population : `${population}/${signal}`;

/** The same for noises of a clamp, which may carry the name of a population, whose rate's noise is another. */
export const clampOwner = (clamp: string, signal: number, populations: readonly { readonly name: string }[]): string =>
  noiseOwner(populations.some((p) => p.name === clamp) ? `${clamp}/clamp` : clamp, signal);

/** The evaluator of a signal. Unnamed noises of one owner are numbered in the order in which they stand in the signal. */
export function signalAt(signal: Signal, context: SignalContext): AtStep {
  let unnamed = 0;
  const noiseName = (own: string | undefined) =>
    own ?? (unnamed++ === 0 ? context.owner : `${context.owner}#${unnamed - 1}`);
  const build = (s: Signal): AtStep => {
    const { dt } = context;
    switch (s.kind) {
      case "constant": {
        const { value } = s;
        return () => value;
      }
      case "steps":
        return stepsAt(s, dt);
      case "ramps":
        return rampsAt(s, dt);
      case "sinusoid":
        return (step) =>
          s.offset + s.amplitude * sinTurns((s.frequency * (step * dt)) / 1000 + s.phase / (2 * Math.PI));
      case "samples":
        return samplesAt(s, dt);
      case "noise":
        return noiseAt(s, noiseName(s.name), context);
      case "sum": {
        const terms = s.terms.map(build);
        return (step) => {
          let sum = 0;
          for (const term of terms) sum += term(step);
          return sum;
        };
      }
      case "product": {
        const [of, by] = [build(s.of), build(s.by)];
        return (step) => of(step) * by(step);
      }
      case "scale": {
        const of = build(s.of);
        return (step) => s.factor * of(step);
      }
      case "window": {
        const of = build(s.of);
        const [from, until] = [firstStepAt(s.from, dt), s.until === undefined ? Infinity : firstStepAt(s.until, dt)];
        return (step) => (step >= from && step < until ? of(step) : 0);
      }
      case "clip": {
        const of = build(s.of);
        const { min = -Infinity, max = Infinity } = s;
        return (step) => Math.min(max, Math.max(min, of(step)));
      }
    }
  };
  return build(signal);
}

type Kind<K extends Signal["kind"]> = Extract<Signal, { kind: K }>;

function stepsAt(s: Kind<"steps">, dt: number): AtStep {
  const starts = s.times.map((t) => firstStepAt(t, dt));
  return (step) => s.values[lastAtOrBelow(starts, step)] ?? 0;
}

function rampsAt(s: Kind<"ramps">, dt: number): AtStep {
  const { times, values } = s;
  const slack = knotSlack(dt);
  return (step) => {
    const t = step * dt;
    const i = lastAtOrBelow(times, t + slack);
    if (i < 0) return values[0] as number;
    const [t0, v0, t1, v1] = [times[i] as number, values[i] as number, times[i + 1], values[i + 1]];
    if (t1 === undefined || v1 === undefined) return v0;
    return v0 + ((v1 - v0) * (t - t0)) / (t1 - t0);
  };
}

function samplesAt(s: Kind<"samples">, dt: number): AtStep {
  const { values } = s;
  const last = values.length - 1;
  return (step) => {
    const x = (step * dt - s.start) / s.interval;
    const i = Math.floor(x + knotSlack(dt) / s.interval);
    if (i < 0) return 0;
    const v = values[i] ?? 0;
    if (s.between === "hold" || i >= last) return v;
    return v + ((values[i + 1] as number) - v) * (x - i);
  };
}

function noiseAt(s: Kind<"noise">, name: string, { seed, noiseSds }: SignalContext): AtStep {
  const streamHash = stream("signal", name);
  const value =
    noiseSds === undefined
      ? (step: number) => s.mean + s.sd * drawNormal(seed, streamHash, step, 0, "signal")
      : () => s.mean + s.sd * noiseSds;
  return s.rectified ? (step) => Math.max(0, value(step)) : value;
}

/** Largest i with sorted[i] <= x, or -1. */
const lastAtOrBelow = (sorted: readonly number[], x: number): number => upperBound(sorted, x) - 1;

interface RateCheck {
  readonly name: string;
  readonly dt: number;
  readonly order: number;
  readonly totalSteps: number;
  readonly samples?: number;
}

/** Looks at a rate over a whole experiment before its first step. Noise counts as mean +- 6 sd (a normal number is beyond
 * that once in 5e8); above `samples` steps (2^20) every k-th is looked at, and `RateIncrements` still checks each.
 * @param totalSteps steps of the experiment
 * @returns warnings: loss by discretisation, rates below 0
 * @throws ModelError when sources of this order would need more than one spike per step */
export function checkRate(signal: Signal, { name, dt, order, totalSteps, samples = 2 ** 20 }: RateCheck): string[] {
  const stride = Math.max(1, Math.ceil(totalSteps / samples));
  const context = { dt, seed: 0, owner: name };
  const bounds = hasNoise(signal) ? [6, -6] : [0];
  let highest = 0;
  for (const noiseSds of bounds) {
    const at = signalAt(signal, { ...context, noiseSds });
    for (let step = 0; step < totalSteps; step += stride) highest = Math.max(highest, at(step));
  }
  const mean = signalAt(signal, { ...context, noiseSds: 0 });
  let lowest = 0;
  for (let step = 0; step < totalSteps; step += stride) lowest = Math.min(lowest, mean(step));
  const warnings: string[] = [];
  const loss = checkHighestRate(name, highest, dt, order);
  if (loss !== undefined) warnings.push(loss);
  if (lowest < 0) warnings.push(`${name}: the rate goes down to ${lowest.toPrecision(4)} Hz; below 0 it is taken as 0`);
  return warnings;
}

const hasNoise = (signal: Signal): boolean => someNoise(signal, (noise) => noise.sd > 0);

/** Whether a signal holds noise that is named by its place. */
export const hasUnnamedNoise = (signal: Signal): boolean => someNoise(signal, (noise) => noise.name === undefined);

function someNoise(s: Signal, is: (noise: Kind<"noise">) => boolean): boolean {
  switch (s.kind) {
    case "noise":
      return is(s);
    case "sum":
      return s.terms.some((term) => someNoise(term, is));
    case "product":
      return someNoise(s.of, is) || someNoise(s.by, is);
    case "scale":
    case "window":
    case "clip":
      return someNoise(s.of, is);
    default:
      return false;
  }
}
