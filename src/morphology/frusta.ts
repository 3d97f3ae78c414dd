import { ModelError } from "../errors.ts";

/** A point of a section's path and its diameter: x, y, z, diam, all um. */
export type Point3d = readonly [x: number, y: number, z: number, diam: number];

/** What a segment between two borders of a section is. */
export interface SegmentGeometry {
  /** Lateral area, um2. */
  readonly areaUm2: number;
  /** Mean diameter over the length, um (NEURON's seg.diam). */
  readonly diam: number;
  /** Integral of dx / (pi r^2) from the left border to the middle and from there to the right one, 1/um. */
  readonly left: number;
  readonly right: number;
}

/** Distance along the path of each point from the first, um. */
export function arcs(points: readonly Point3d[]): Float64Array {
  const out = new Float64Array(points.length);
  for (let k = 1; k < points.length; k++) {
    const [a, b] = [points[k - 1] as Point3d, points[k] as Point3d];
    out[k] = (out[k - 1] as number) + Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
  }
  return out;
}

/** Cuts a section of frusta (radius linear between points) into equal lengths, as NEURON does. A frustum has the area
 * pi (r0 + r1) sqrt(dx^2 + (r1 - r0)^2), a ring where dx is 0, and the resistance Ra dx / (pi r0 r1).
 * @throws ModelError for fewer than two points, a coordinate that is not finite, a diameter that is not positive, no length */
export function segmentsOf(where: string, points: readonly Point3d[], nseg: number): SegmentGeometry[] {
  checkPoints(where, points);
  const along = arcs(points);
  const L = along.at(-1) as number;
  if (!(L > 0 && Number.isFinite(L)))
    throw new ModelError(where, `has a path of ${L} um`, "Give points that are apart");
  const halves = Array.from({ length: 2 * nseg }, () => ({ area: 0, volume: 0, resistance: 0 }));
  const border = (k: number): number => (k === 2 * nseg ? L : (k * L) / (2 * nseg));
  let half = 0;
  for (let k = 1; k < points.length; k++) {
    const [from, to] = [along[k - 1] as number, along[k] as number];
    const [r0, r1] = [(points[k - 1] as Point3d)[3] / 2, (points[k] as Point3d)[3] / 2];
    const radius = (s: number): number => (s >= to ? r1 : r0 + ((r1 - r0) * (s - from)) / (to - from));
    for (let [start, r] = [from, r0]; ;) {
      const end = Math.min(to, border(half + 1));
      const next = radius(end);
      const [dx, sum] = [end - start, halves[half] as (typeof halves)[number]];
      sum.area += Math.PI * (r + next) * Math.hypot(dx, next - r);
      sum.volume += (r + next) * dx;
      sum.resistance += dx / (Math.PI * r * next);
      if (end >= to) break;
      [start, r] = [end, next];
      half += 1;
    }
  }
  return Array.from({ length: nseg }, (_, k) => {
    const [a, b] = [halves[2 * k], halves[2 * k + 1]] as [(typeof halves)[number], (typeof halves)[number]];
    return {
      areaUm2: a.area + b.area,
      diam: ((a.volume + b.volume) * nseg) / L,
      left: a.resistance,
      right: b.resistance,
    };
  });
}

function checkPoints(where: string, points: readonly Point3d[]): void {
  if (!Array.isArray(points) || points.length < 2) {
    throw new ModelError(
      where,
      `has ${Array.isArray(points) ? points.length : "no list of"} points`,
      "Give at least two",
    );
  }
  for (const [k, point] of points.entries()) {
    const bad =
      !Array.isArray(point) || point.length !== 4 || point.some((x) => !Number.isFinite(x)) || !(point[3] > 0);
    if (bad) {
      const shown = JSON.stringify(point)?.slice(0, 80);
      throw new ModelError(
        `${where}, point ${k}`,
        `is ${shown}`,
        "Give [x, y, z, diam] in um, all finite, diam above 0",
      );
    }
  }
}
