import { DataError } from "../../errors.ts";

/** One value of what is searched, with what it gave. */
export interface Trial {
  readonly rate: number; // Hz
  /** What is compared with the target; NaN where the pool was too quiet to count. */
  readonly value: number;
  /** |value - target| / target, or a penalty above 1000. */
  readonly error: number;
}

interface SearchRange {
  readonly from: number; // Hz
  readonly to: number; // Hz
  /** Values tried in the first batch, and in the second. */
  readonly trials: number;
  readonly refine: number;
}

/** @throws DataError unless there are two or more trials over ascending rates above 0 */
export function checkRange(where: string, { from, to, trials, refine }: SearchRange): void {
  if (from > 0 && to > from && trials >= 2 && refine >= 0 && Number.isInteger(trials) && Number.isInteger(refine))
    return;
  const what = `has ${trials} trials, then ${refine}, from ${from} to ${to} Hz`;
  throw new DataError(where, what, "Give 2 or more trials, whole numbers, and ascending rates above 0");
}

/** Finds the rate at which `values` reaches the target: equally spaced trials, then finer ones around the best or where the
 * target lies between two, then the straight line between the two that hold it. Each round is one batch.
 * @param values gives one trial for each rate */
export async function searchRate(
  target: number,
  range: SearchRange,
  values: (rates: readonly number[], round: number) => Promise<readonly Trial[]>,
): Promise<{ trials: Trial[]; best: Trial }> {
  checkRange("search", range);
  const { from, to, trials: n, refine } = range;
  const trials = [...(await values(spaced(from, to, n, true), 0))];
  if (refine > 0) {
    const [low, high] = around(trials, target);
    trials.push(...(await values(spaced(low, high, refine, false), 1)));
    const between = crossing(trials, target);
    if (between !== undefined) trials.push(...(await values([between], 2)));
  }
  trials.sort((a, b) => a.rate - b.rate);
  return { trials, best: least(trials) };
}

/** Rates are tried in hundredths of a Hz, so that what is printed is what was run. */
const hundredth = (rate: number): number => Math.round(100 * rate) / 100;

const least = (trials: readonly Trial[]): Trial => trials.reduce((a, b) => (b.error < a.error ? b : a));

function spaced(from: number, to: number, n: number, ends: boolean): number[] {
  const step = (to - from) / (ends ? n - 1 : n + 1);
  return Array.from({ length: n }, (_, k) => hundredth(from + step * (ends ? k : k + 1)));
}

/** Neighbours that hold the target between them; else the neighbours of the best. */
function around(trials: readonly Trial[], target: number): [number, number] {
  const sorted = [...trials].sort((a, b) => a.rate - b.rate);
  const pair = straddling(sorted, target);
  if (pair !== undefined) return [pair[0].rate, pair[1].rate];
  const k = sorted.indexOf(least(sorted));
  return [(sorted[k - 1] ?? sorted[k])?.rate as number, (sorted[k + 1] ?? sorted[k])?.rate as number];
}

function crossing(trials: readonly Trial[], target: number): number | undefined {
  const pair = straddling([...trials].sort((a, b) => a.rate - b.rate), target); // prettier-ignore
  if (pair === undefined) return undefined;
  const [a, b] = pair;
  return hundredth(a.rate + ((b.rate - a.rate) * (target - a.value)) / (b.value - a.value));
}

/** Of neighbours on both sides of the target, those nearest to it. */
function straddling(sorted: readonly Trial[], target: number): [Trial, Trial] | undefined {
  let found: [Trial, Trial] | undefined;
  for (let k = 1; k < sorted.length; k++) {
    const [a, b] = [sorted[k - 1] as Trial, sorted[k] as Trial];
    if (!((a.value - target) * (b.value - target) < 0)) continue; // also where one is NaN
    if (found === undefined || a.error + b.error < found[0].error + found[1].error) found = [a, b];
  }
  return found;
}

/** @throws DataError with the closest trial when it is farther from the target than allowed */
export function checkReached(what: string, best: Trial, target: number, tolerance: number, unit: string): void {
  if (best.error <= tolerance) return;
  const closest = Number.isNaN(best.value) ? "too few units fired" : `${best.value.toPrecision(4)} ${unit}`;
  throw new DataError(
    what,
    `does not reach its target of ${target.toPrecision(4)} ${unit}: the closest trial, ${best.rate.toFixed(2)} Hz, gave ${closest}`,
    "Widen search.from and search.to, or choose another drive",
  );
}
