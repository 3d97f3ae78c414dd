/** A drive drawn by hand: straight lines between points, from the beginning again after its length. */
export interface Course {
  /** after which it begins again, s. */
  readonly seconds: number;
  /** in order of time; the first value holds before the first, the last behind the last. Two at one time are a jump. */
  readonly points: readonly Point[];
}

/** s from the beginning, and mean rate of each descending axon, Hz. */
export type Point = readonly [s: number, hz: number];

/** A course that began (or began again) at a model time, ms. */
export interface Placed {
  readonly course: Course;
  readonly from: number;
}

/** Of the text in an address. */
const VERSION = 1;
export const LENGTHS = [1, 60] as const;
export const HIGHEST_HZ = 100;
export const MOST_POINTS = 40;
/** What a point is rounded to, s and Hz. */
export const STEP = { s: 0.05, hz: 0.5 } as const;

const within = (x: number, least: number, most: number): number => Math.min(most, Math.max(least, x));
const onGrid = (x: number, step: number): number => Number((Math.round(x / step) * step).toFixed(3));
const pointIn = ([s, hz]: Point, seconds: number): Point => [onGrid(within(s, 0, seconds), STEP.s), onGrid(within(hz, 0, HIGHEST_HZ), STEP.hz)]; // prettier-ignore

/** Shapes to begin with. */
export const BEGINNINGS: Readonly<Record<string, (seconds: number) => Course>> = {
  ramp: (seconds) => courseOf(seconds, [[0, 0], [seconds, 80]]),
  trapezoid: (seconds) => courseOf(seconds, [[0, 0], [0.1 * seconds, 0], [0.4 * seconds, 80], [0.6 * seconds, 80], [0.9 * seconds, 0], [seconds, 0]]),
  sine: (seconds) => courseOf(seconds, Array.from({ length: 25 }, (_, k): Point => [(k * seconds) / 24, 45 - 35 * Math.cos((2 * Math.PI * k) / 24)])),
  level: (seconds) => courseOf(seconds, [[0, 65], [seconds, 65]]),
}; // prettier-ignore

const courseOf = (seconds: number, points: readonly Point[]): Course => ({
  seconds,
  points: points.map((p) => pointIn(p, seconds)),
});

/** Value at s from the beginning, Hz; at a jump the one behind it. */
export function valueAt({ points }: Course, s: number): number {
  const after = points.findIndex(([at]) => at > s);
  const [before, next] = [points[after < 0 ? points.length - 1 : after - 1], points[after]];
  if (before === undefined) return points[0]?.[1] ?? 0;
  if (next === undefined) return before[1];
  return before[1] + ((next[1] - before[1]) * (s - before[0])) / (next[0] - before[0]);
}

/** s into the course at a model time. @param t  ms */
export const placeIn = ({ course: { seconds }, from }: Placed, t: number): number =>
  ((((t - from) / 1000) % seconds) + seconds) % seconds;

/** Mean rate of an axon at a model time, Hz. */
export const courseAt = (placed: Placed, t: number): number => valueAt(placed.course, placeIn(placed, t));

export const highest = ({ points }: Course): number => Math.max(...points.map(([, hz]) => hz));

/** Ends of its lines through two lengths, so that the next beginning need not be met on its step. Times in ms of model time. */
export function knots({ course: { seconds, points }, from }: Placed): { times: number[]; values: number[] } {
  const [first, last] = [points[0]?.[1] ?? 0, points.at(-1)?.[1] ?? 0];
  const once: readonly Point[] = [[0, first], ...points, [seconds, last]];
  const all = [0, seconds].flatMap((start) => once.map(([s, hz]): Point => [start + s, hz]));
  return { times: all.map(([s]) => from + 1000 * s), values: all.map(([, hz]) => hz) };
}

/** As an address has it: "1;8;0,20;2.5,65", version, length, points. */
export const courseText = ({ seconds, points }: Course): string =>
  [VERSION, seconds, ...points.map((p) => p.join(","))].join(";");

/** A mail or a chat may have written its commas and semicolons as %2C and %3B; one that was cut within such a sign stays as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @throws Error that says what is wrong with a text */
export function readCourse(text: string): Course {
  const [version = "", length = "", ...rest] = unescaped(text).split(";");
  if (version !== String(VERSION)) throw new Error(`It is of version "${version.slice(0, 20)}"; this page reads version ${VERSION}.`); // prettier-ignore
  const seconds = Number(length);
  if (!(seconds >= LENGTHS[0] && seconds <= LENGTHS[1])) throw new Error(`Its length is "${length.slice(0, 20)}"; give ${LENGTHS.join(" to ")} s.`); // prettier-ignore
  const points = rest.map((pair): Point => {
    const [s, hz, ...more] = pair.split(",").map((x) => (x.trim() === "" ? NaN : Number(x)));
    const fits = more.length === 0 && s !== undefined && hz !== undefined && s >= 0 && s <= seconds && hz >= 0 && hz <= HIGHEST_HZ; // prettier-ignore
    if (!fits)
      throw new Error(`"${pair.slice(0, 40)}" is no point: give s,Hz within ${seconds} s and ${HIGHEST_HZ} Hz.`);
    return [s, hz];
  });
  if (points.length < 1 || points.length > MOST_POINTS) throw new Error(`It has ${points.length} points; give 1 to ${MOST_POINTS}.`); // prettier-ignore
  const late = points.findIndex(([s], k) => s < (points[k - 1]?.[0] ?? 0));
  if (late >= 0) throw new Error(`Point ${late + 1} is earlier than the one before it.`);
  return { seconds, points };
}

/** With the k-th point elsewhere, between its neighbours. */
export function moved(course: Course, k: number, [s, hz]: Point): Course {
  const { seconds, points } = course;
  const to = within(s, points[k - 1]?.[0] ?? 0, points[k + 1]?.[0] ?? seconds);
  return { seconds, points: points.map((p, at) => (at === k ? pointIn([to, hz], seconds) : p)) };
}

/** With one point more. @returns its place among them; undefined where there are as many as there may be */
export function added(course: Course, point: Point): { course: Course; k: number } | undefined {
  const { seconds, points } = course;
  if (points.length >= MOST_POINTS) return undefined;
  const made = pointIn(point, seconds);
  const after = points.findIndex(([s]) => s > made[0]);
  const k = after < 0 ? points.length : after;
  return { course: { seconds, points: points.toSpliced(k, 0, made) }, k };
}

/** Without the k-th point; the last one stays. */
export const removed = ({ seconds, points }: Course, k: number): Course => ({
  seconds,
  points: points.length > 1 ? points.toSpliced(k, 1) : points,
});

/** The same shape over another length. */
export const stretched = ({ seconds, points }: Course, to: number): Course =>
  courseOf(to, points.map(([s, hz]): Point => [(s * to) / seconds, hz])); // prettier-ignore

/** Where a line drawn by hand begins or ends on the course, it joins; further away it makes a jump. Hz. */
const JOINS = 8;

/** With a line drawn by hand over what it passed; what lies beside it stays. @param stroke  where the pen was, in its order */
export function drawn(course: Course, stroke: readonly Point[]): Course {
  const { seconds, points } = course;
  const columns = new Map(between(stroke).map((p) => pointIn(p, seconds))); // the last of each time counts
  const line = [...columns].sort(([a], [b]) => a - b);
  const [first, last] = [line[0], line.at(-1)];
  if (first === undefined || last === undefined) return course;
  const before = valueBefore(course, first[0]);
  const after = valueAt(course, last[0]);
  const from: Point[] = first[0] > 0 && Math.abs(before - first[1]) > JOINS ? [pointIn([first[0], before], seconds)] : [];
  const to: Point[] = last[0] < seconds && Math.abs(after - last[1]) > JOINS ? [pointIn([last[0], after], seconds)] : [];
  const left = points.filter(([s]) => s < first[0]);
  const right = points.filter(([s]) => s > last[0]);
  for (let tolerance = 2; ; tolerance *= 1.4) {
    const whole = [...left, ...from, ...thinned(line, tolerance), ...to, ...right];
    if (whole.length <= MOST_POINTS) return { seconds, points: whole };
    if (tolerance > HIGHEST_HZ) return { seconds, points: thinned(whole, tolerance) };
  }
} // prettier-ignore

/** Value up to a time: at a jump the one before it. */
const valueBefore = (course: Course, s: number): number =>
  course.points.find(([at]) => at === s)?.[1] ?? valueAt(course, s);

/** A pen that moves fast leaves out times. */
function between(stroke: readonly Point[]): Point[] {
  return stroke.flatMap((p, k): Point[] => {
    const before = stroke[k - 1];
    if (before === undefined) return [p];
    const steps = Math.max(1, Math.ceil(Math.abs(p[0] - before[0]) / STEP.s));
    return Array.from({ length: steps }, (_, j): Point => {
      const part = (j + 1) / steps;
      return [before[0] + part * (p[0] - before[0]), before[1] + part * (p[1] - before[1])];
    });
  });
}

/** As few of the points as leave none further than `tolerance` (Hz) from the lines between them (Ramer, Douglas and Peucker, in the
 * value's direction). */
export function thinned(points: readonly Point[], tolerance: number): Point[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 3) return [...points];
  const off = points.map(([s, hz]) => Math.abs(hz - (first[1] + ((last[1] - first[1]) * (s - first[0])) / (last[0] - first[0] || 1)))); // prettier-ignore
  const worst = off.reduce((best, x, k) => (x > (off[best] as number) ? k : best), 0);
  if ((off[worst] as number) <= tolerance) return [first, last];
  return [...thinned(points.slice(0, worst + 1), tolerance), ...thinned(points.slice(worst), tolerance).slice(1)];
}
