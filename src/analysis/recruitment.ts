import { valueAt } from "./composite.ts";
import { isWithin } from "./grid.ts";
import { checkCount, checkPositive, timesPerCell, type SpikeTrains } from "./spikes.ts";

/** What the units follow: a drive, a force or a current, sampled in time. */
export interface Command {
  /** ms, sorted. */
  readonly t: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

export interface Recruitment {
  /** First and last spike of sustained firing (ms), one per cell; NaN where a cell never fires so. */
  readonly first: Float64Array;
  readonly last: Float64Array;
  /** The command at those times. */
  readonly recruitment: Float64Array;
  readonly derecruitment: Float64Array;
}

/** Recruitment and derecruitment thresholds of every cell: the command at the first and last spike of sustained firing.
 * A spike is sustained when it belongs to a run of at least `spikes` (3) spikes with no interval above `maxInterval` (250 ms,
 * 4 Hz), so that a stray spike of background noise does not count. */
export function recruitmentOf(
  trains: SpikeTrains,
  command: Command,
  options: { spikes?: number; maxInterval?: number } = {},
): Recruitment {
  const { spikes = 3, maxInterval = 250 } = options;
  checkCount("recruitment", "spikes in a run", spikes, 1);
  checkPositive("recruitment, longest interval (ms)", maxInterval);
  const spans = timesPerCell(trains).map((times) => sustained(times, spikes, maxInterval));
  const first = Float64Array.from(spans, (span) => span[0]);
  const last = Float64Array.from(spans, (span) => span[1]);
  const at = (times: Float64Array) => times.map((t) => (Number.isNaN(t) ? NaN : valueAt(command.t, command.value, t)));
  return { first, last, recruitment: at(first), derecruitment: at(last) };
}

function sustained(times: Float64Array, spikes: number, maxInterval: number): [number, number] {
  let span: [number, number] = [NaN, NaN];
  for (let start = 0; start < times.length;) {
    let end = start + 1;
    while (end < times.length && isWithin(times[end] as number, times[end - 1] as number, maxInterval)) end++;
    if (end - start >= spikes)
      span = [Number.isNaN(span[0]) ? (times[start] as number) : span[0], times[end - 1] as number];
    start = end;
  }
  return span;
}
