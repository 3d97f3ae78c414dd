import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { DataError } from "../../errors.ts";
import type { Point3d } from "../../morphology/frusta.ts";

type Place = readonly [x: number, y: number, z: number, ...rest: readonly number[]]; // um

/** An outline of a soma, in um. */
export interface Contour {
  readonly points: readonly Place[];
  readonly line: number;
}

const [SAMPLES, FRUSTA] = [101, 20];

/** The soma that outlines stand for, as NEURON's Import3d makes it: of one outline, frusta along its longest axis; of several, one above
 * the other, a disc for each.
 * @throws DataError with the line: an outline of fewer than three points or without width; outlines that are not one above the other */
export function somaOf(contours: readonly Contour[], where: string): Point3d[] {
  for (const { points, line } of contours)
    if (points.length < 3) throw new DataError(`${where}, line ${line}`, `the cell body has ${points.length} points`, "Give an outline of three or more"); // prettier-ignore
  const [first] = contours as [Contour];
  if (contours.length === 1) return alongAxis(first, where);
  for (const [k, { points, line }] of contours.entries()) {
    const below = contours[k - 1];
    if (below === undefined) continue;
    const upwards = Math.sign((contours[1]?.points[0]?.[2] ?? 0) - (first.points[0] as Place)[2]);
    const step = ((points[0] as Place)[2] - (below.points[0] as Place)[2]) * upwards;
    if (!(step > 0) || !overlap(points, below.points)) throw new DataError(`${where}, line ${line}`, "begins a second cell body that does not lie above or below the first", "Import each cell from a file of its own"); // prettier-ignore
  }
  return contours.map(disc);
}

function overlap(a: readonly Place[], b: readonly Place[]): boolean {
  const span = (points: readonly Place[], k: 0 | 1): [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (const p of points) [low, high] = [Math.min(low, p[k]), Math.max(high, p[k])];
    return [low, high];
  };
  return ([0, 1] as const).every((k) => {
    const [[low, high], [from, to]] = [span(a, k), span(b, k)];
    return low <= to && from <= high;
  });
}

/** 101 points at equal distances (in the plane) from an outline's first point to its last: the way back is not among them. */
function resampled({ points }: Contour): Place[] {
  const along = new Float64Array(points.length);
  for (let k = 1; k < points.length; k++) {
    const [a, b] = [points[k - 1] as Place, points[k] as Place];
    along[k] = (along[k - 1] as number) + Math.hypot(b[0] - a[0], b[1] - a[1]);
  }
  const end = along.at(-1) as number;
  const axes = ([0, 1, 2] as const).map((axis) => points.map((p) => p[axis]));
  return Array.from(
    { length: SAMPLES },
    (_, k) => axes.map((of) => interpolate(along, of, (end * k) / (SAMPLES - 1))) as unknown as Place,
  );
}

/** y at x between points whose xs do not fall; the first and last y beyond them. */
function interpolate(xs: ArrayLike<number>, ys: ArrayLike<number>, x: number): number {
  let [low, high] = [0, xs.length - 1];
  if (x <= (xs[0] as number)) return ys[0] as number;
  if (x >= (xs[high] as number)) return ys[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) <= x) low = middle;
    else high = middle;
  }
  const [a, b] = [xs[low] as number, xs[high] as number];
  return (ys[low] as number) + (((ys[high] as number) - (ys[low] as number)) * (x - a)) / (b - a);
}

const mean = (points: readonly Place[]): Place =>
  [0, 1, 2].map((k) => points.reduce((sum, p) => sum + (p[k] as number), 0) / points.length) as unknown as Place;

/** At the middle of an outline; its radius is the mean of the outline's distance from there and of its length over 2 pi. */
function disc(contour: Contour): Point3d {
  const samples = resampled(contour);
  const c = mean(samples);
  const { points } = contour;
  const distance = (a: Place, b: Place): number => Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
  const round = points.reduce((sum, p, k) => sum + distance(p, points[(k + 1) % points.length] as Place), 0);
  const radius = samples.reduce((sum, p) => sum + distance(p, c), 0) / SAMPLES;
  return [c[0], c[1], c[2], radius + round / (2 * Math.PI)];
}

interface Side {
  readonly d: number[]; // along the axis, ascending
  readonly r: number[]; // across
}

/** 21 points along the axis in which an outline is longest, each with the outline's width there. */
function alongAxis(contour: Contour, where: string): Point3d[] {
  const samples = resampled(contour);
  const c = mean(samples);
  const off = new Matrix(samples.map((p) => p.map((x, k) => x - (c[k] as number))));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(off.transpose().mmul(off), { assumeSymmetric: true }); // prettier-ignore
  const [, middle, longest] = [0, 1, 2].sort((a, b) => (realEigenvalues[a] as number) - (realEigenvalues[b] as number)) as [number, number, number]; // prettier-ignore
  const axis = eigenvectorMatrix.getColumn(longest);
  const [x = 0, y = 0] = eigenvectorMatrix.getColumn(middle);
  const across = Math.hypot(x, y); // its width is measured in the plane
  const d = samples.map((_, i) => off.getRow(i).reduce((sum, v, k) => sum + v * (axis[k] as number), 0));
  const r = samples.map((_, i) => (off.get(i, 0) * x + off.get(i, 1) * y) / across);
  const [up, down] = sides(d, r);
  const all = [...up.d, ...down.d].sort((a, b) => a - b);
  const [from, to] = [all[1] as number, all.at(-2) as number];
  const at = Array.from({ length: FRUSTA + 1 }, (_, k) => from + ((to - from) * k) / FRUSTA);
  const width = at.map((s) => Math.abs(interpolate(up.d, up.r, s) - interpolate(down.d, down.r, s)));
  const ends = [0, FRUSTA] as const;
  const meeting = ends.map((k) => ((width[k] as number) + (width[k === 0 ? 1 : FRUSTA - 1] as number)) / 2); // so that no end is a point
  ends.forEach((k, j) => (width[k] = meeting[j] as number));
  if (!width.every((w) => w > 0)) throw new DataError(`${where}, line ${contour.line}`, "the cell body's outline has no width, or crosses itself", "Draw it as one closed line"); // prettier-ignore
  return at.map((s, k): Point3d => {
    const [px, py, pz] = c.map((v, j) => v + s * (axis[j] as number)) as [number, number, number];
    return [px, py, pz, width[k] as number];
  });
}

/** An outline's two sides between its ends, made to ascend; one has the highest point, the other the lowest. */
function sides(d: readonly number[], r: readonly number[]): [Side, Side] {
  const top = d.indexOf(Math.max(...d));
  const turned = d.map((_, k) => (k + top) % d.length); // indices, the highest first
  const lowest = turned.reduce((best, i, k) => ((d[i] as number) < (d[turned[best] as number] as number) ? k : best), 0); // prettier-ignore
  return [turned.slice(0, lowest).reverse(), turned.slice(lowest)].map((order): Side => {
    const side: Side = { d: [], r: [] };
    for (const i of order) {
      if (side.d.length > 0 && (d[i] as number) <= (side.d.at(-1) as number)) continue;
      side.d.push(d[i] as number);
      side.r.push(r[i] as number);
    }
    return side;
  }) as [Side, Side];
}
