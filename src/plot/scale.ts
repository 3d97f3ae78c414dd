import { DataError } from "../errors.ts";
import type { Axis } from "./types.ts";

/** From data to points on the page. */
export interface Scale {
  readonly log: boolean;
  readonly low: number;
  readonly high: number;
  /** NaN for what a log axis cannot show. */
  (value: number): number;
}

/** @param from point of `low`, `to` point of `high` */
export function scaleOf(log: boolean, low: number, high: number, from: number, to: number): Scale {
  const map = log ? (v: number) => (v > 0 ? Math.log10(v) : NaN) : (v: number) => v;
  const [a, b] = [map(low), map(high)];
  const factor = (to - from) / (b - a);
  return Object.assign((v: number) => from + (map(v) - a) * factor, { log, low, high });
}

/** Ends of an axis from the extent of its data, padded where the axis does not fix them.
 * @param origin start at 0 when the data come near it
 * @throws DataError when a log axis is given an end of 0 or less, or low is not below high */
export function axisRange(
  axis: Axis,
  extent: readonly [number, number],
  pad: number,
  where: string,
  origin = true,
): [number, number] {
  const log = axis.scale === "log";
  const [fixedLow, fixedHigh] = axis.range ?? [];
  let [low, high] = extent;
  if (!(Number.isFinite(low) && Number.isFinite(high))) [low, high] = log ? [1, 10] : [0, 1]; // no data: an empty panel
  if (low === high)
    [low, high] = log
      ? [low / 2, high * 2]
      : [low - (Math.abs(low) * 0.1 || 0.5), high + (Math.abs(high) * 0.1 || 0.5)];
  const margin = log ? (high / low) ** pad : (high - low) * pad;
  const zeroBased = origin && !log && low >= 0 && low <= 0.35 * high; // show the origin when it is near
  low = fixedLow ?? (zeroBased ? 0 : log ? low / margin : low - margin);
  high = fixedHigh ?? (log ? high * margin : high + margin);
  if (log && low <= 0) throw new DataError(where, `is a log axis from ${low}`, "Start it above 0");
  if (!(low < high)) throw new DataError(where, `runs from ${low} to ${high}`, "Give a low end below the high end");
  return [low, high];
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** About `target` ticks at round numbers. */
export function ticksOf(axis: Axis, low: number, high: number, target: number): Tick[] {
  if (axis.ticks) return axis.ticks.filter(({ at }) => at >= low && at <= high);
  return axis.scale === "log" ? logTicks(low, high, target) : linearTicks(low, high, target);
}

function linearTicks(low: number, high: number, target: number): Tick[] {
  for (let wanted = Math.max(1, target); ; wanted *= 1.5) {
    const { step, decimals } = roundStep((high - low) / wanted);
    const slack = 1e-9 * (high - low);
    const first = Math.ceil((low - slack) / step);
    const count = Math.floor((high + slack) / step) - first + 1;
    if (count < 2) continue; // one number does not give a scale
    const large = Math.max(Math.abs(low), Math.abs(high)) >= 1e5;
    return Array.from({ length: count }, (_, k) => {
      const at = (first + k) * step;
      return { at, label: large || decimals > 4 ? scientific(at) : minus(at.toFixed(decimals)) };
    });
  }
}

/** The smallest of 1, 2, 2.5, 5 times a power of ten not below `raw`, and the decimals its multiples need. */
function roundStep(raw: number): { step: number; decimals: number } {
  const exponent = Math.floor(Math.log10(raw));
  const factor = [1, 2, 2.5, 5, 10].find((f) => f * 10 ** exponent >= raw * 0.999) ?? 10;
  const digits = factor === 10 ? -1 : factor === 2.5 ? 1 : 0;
  return { step: factor * 10 ** exponent, decimals: Math.max(0, digits - exponent) };
}

function logTicks(low: number, high: number, target: number): Tick[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = Math.log10(high / low);
  const within = decades >= 2 ? [1] : decades >= 1 ? [1, 3] : [1, 2, 5];
  const every = Math.max(1, Math.ceil(decades / Math.max(1, target)));
  const powers = first < -2 || last > 4; // one way of writing all of them
  const ticks: Tick[] = [];
  for (let e = first; e <= last; e++) {
    if (every > 1 && e % every !== 0) continue;
    for (const m of within) {
      const at = m * 10 ** e;
      if (at < low * (1 - 1e-9) || at > high * (1 + 1e-9)) continue;
      ticks.push({ at, label: powers ? scientific(at) : String(Number(at.toPrecision(3))) });
    }
  }
  return ticks;
}

const SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
const minus = (s: string): string => (Number(s) === 0 ? s.replace("-", "") : s.replace("-", "\u2212"));

function scientific(v: number): string {
  if (v === 0) return "0";
  const [mantissa, exponent] = v.toExponential(2).split("e") as [string, string];
  const power = [...String(Number(exponent))].map((c) => (c === "-" ? "\u207b" : SUPERSCRIPTS[Number(c)])).join("");
  const factor = String(Number(mantissa));
  return minus(factor === "1" ? `10${power}` : `${factor}\u00d710${power}`);
}

/** "rate (Hz)". */
export const axisTitle = (axis: Axis): string =>
  [axis.label, axis.unit === undefined ? undefined : `(${axis.unit})`].filter((s) => s !== undefined).join(" ");
