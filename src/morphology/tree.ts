import { didYouMean, ModelError } from "../errors.ts";
import { arcs, type Point3d, type SegmentGeometry, segmentsOf } from "./frusta.ts";
import { combine, type CellValues } from "./values.ts";

/** An unbranched cylinder of L and diam (um), or a path of frusta through points. Ra in ohm cm. L, diam and Ra are one value, or one
 * per cell of the population. Topology, points and nseg are shared by all cells. */
export type Section = SectionPlace & (Cylinder | Frusta);
interface Cylinder {
  readonly L: CellValues;
  readonly diam: CellValues;
  readonly points?: undefined;
}
interface Frusta {
  /** At least two. Length and diameters are theirs. */
  readonly points: readonly Point3d[];
  readonly L?: undefined;
  readonly diam?: undefined;
}
interface SectionPlace {
  readonly name: string;
  readonly Ra: CellValues;
  /** Number of equal segments; 1 if left out. */
  readonly nseg?: number;
  /** The section this one hangs on; exactly one section has none. */
  readonly parent?: string;
  /** Where on the parent it hangs: at an end (0 or 1), or in between in the middle of the segment that holds the place. 1 if left out. */
  readonly parentEnd?: number;
  /** The own end by which it hangs; 0 if left out. */
  readonly childEnd?: 0 | 1;
}

export interface MorphologyNode {
  readonly section: string;
  /** A segment carries membrane; an end is a point without any. */
  readonly kind: "segment" | "end";
  /** Segments: 0 .. nseg - 1 from the section's 0 end. Ends: 0 or 1, the end it is. */
  readonly index: number;
  /** Position along the section, 0 .. 1. */
  readonly x: number;
  /** Membrane area, um2; 0 for ends. */
  readonly areaUm2: CellValues;
  /** um; of frusta the mean over the segment's path; 0 for ends. */
  readonly diam: CellValues;
  /** Index of the parent node; -1 for the root. Always below the node's own index. */
  readonly parent: number;
  /** Conductance to the parent, uS; 0 for the root. */
  readonly gParent: CellValues;
}

/** A section with its place in the tree: nodes from its 0 end to its 1 end, nseg + 2 of them. The end by which it hangs
 * is a node of the parent. Of frusta, L is the path's length and diam the mean over it. */
export interface SectionPath extends Required<Omit<SectionPlace, "parent">> {
  readonly L: CellValues;
  readonly diam: CellValues;
  readonly points?: readonly Point3d[];
  readonly parent: string | undefined;
  readonly nodes: readonly number[];
}

/** Nodes with parents before children: the root is the first segment of the root section. */
export interface Morphology {
  /** Number of cells that values per cell are for; 1 when every value is shared. */
  readonly nCells: number;
  readonly nodes: readonly MorphologyNode[];
  readonly sections: readonly SectionPath[];
  /** Every node after all its children; the root comes last. */
  readonly eliminationOrder: Int32Array;
}

/** Resistance of half a segment, MOhm (NEURON's ri between a segment's centre and its border). */
export const halfResistance = (L: CellValues, diam: CellValues, Ra: CellValues, nseg = 1): CellValues =>
  combine((l, d, r) => (0.01 * r * (l / nseg / 2)) / (Math.PI * (d / 2) ** 2), L, diam, Ra);

/** Lateral area of one segment, um2. */
export const segmentArea = (L: CellValues, diam: CellValues, nseg = 1): CellValues =>
  combine((l, d) => Math.PI * d * (l / nseg), L, diam);

/** Cuts sections into nodes as NEURON does: a node at every segment's centre, a node without membrane at every section's
 * free end (and at both ends of the root section); a hanging end is its parent's end node. Resistances are half segments in
 * series, without any correction where diameters change; those of frusta are integrals over them.
 * @param nCells  number of cells; left out, the length of the first array among the values, or 1
 * @throws ModelError for an unknown or doubled name, a cycle, no or two roots, nseg below 1, a length, diameter or
 *   resistivity that is not positive, an array whose length is not nCells */
export function tree(sections: readonly Section[], nCells?: number): Morphology {
  const n = nCells ?? firstLength(sections);
  const cuts = sections.map((s) => checked(s, n));
  const byName = new Map(cuts.map((c) => [c.name, c]));
  const nodes: MorphologyNode[] = [];
  const paths = new Map<string, number[]>();
  for (const section of rootFirst(cuts)) {
    const hang =
      section.parent === undefined ? undefined : placeOn(byName.get(section.parent) as Cut, section.parentEnd, paths);
    paths.set(section.name, addSection(nodes, section, hang));
  }
  return {
    nCells: n,
    nodes,
    sections: cuts.map((cut) => pathOf(cut, paths.get(cut.name) as number[])),
    eliminationOrder: Int32Array.from(nodes, (_, k) => nodes.length - 1 - k),
  };
}

/** The section of that name.
 * @throws ModelError when there is none */
export function sectionPath(morphology: Morphology, name: string): SectionPath {
  const found = morphology.sections.find((s) => s.name === name);
  if (found !== undefined) return found;
  const names = morphology.sections.map((s) => s.name);
  throw new ModelError("morphology", `has no section "${name}"`, didYouMean(name, names));
}

/** The node at x of a section: its ends for 0 and 1, otherwise the segment that holds x.
 * @throws ModelError for an unknown section or x outside 0 .. 1 */
export function nodeAt(morphology: Morphology, section: string, x = 0.5): number {
  const { nodes, nseg } = sectionPath(morphology, section);
  if (!(x >= 0 && x <= 1)) throw new ModelError(`${section}(${x})`, "is not on the section", "Give x from 0 to 1");
  return nodes[onPath(nseg, x)] as number;
}

function pathOf(cut: Cut, nodes: readonly number[]): SectionPath {
  const { name, L, diam, Ra, nseg, parent, parentEnd, childEnd, points } = cut;
  return { name, L, diam, Ra, nseg, parent, parentEnd, childEnd, nodes, ...(points === undefined ? {} : { points }) };
}

/** Index among a section's nodes, its ends included. */
const onPath = (nseg: number, x: number): number =>
  x === 0 ? 0 : x === 1 ? nseg + 1 : 1 + Math.min(nseg - 1, Math.floor(x * nseg));

type Cut = Omit<SectionPath, "nodes"> & { readonly segments: readonly SegmentGeometry[] | undefined };

function firstLength(sections: readonly Section[]): number {
  for (const { L, diam, Ra } of sections)
    for (const v of [L, diam, Ra]) if (v !== undefined && typeof v !== "number") return v.length;
  return 1;
}

function checked(section: Section, nCells: number): Cut {
  const { name, Ra, nseg = 1, parent, parentEnd = 1, childEnd = 0, points } = section;
  const where = `section "${name}"`;
  if (!Number.isInteger(nseg) || nseg < 1) {
    throw new ModelError(where, `has nseg ${nseg}`, "Give a whole number of segments, at least 1");
  }
  if (!(parentEnd >= 0 && parentEnd <= 1)) {
    throw new ModelError(where, `hangs at ${parentEnd} of its parent`, "Give a place from 0 to 1");
  }
  const segments = points === undefined ? undefined : segmentsOf(where, points, nseg);
  const size = points === undefined ? section : { L: arcs(points).at(-1) as number, diam: meanDiameter(segments) };
  const { L, diam } = size as Pick<SectionPath, "L" | "diam">;
  for (const [key, value] of Object.entries({ L, diam, Ra })) {
    if (typeof value !== "number" && value.length !== nCells) {
      throw new ModelError(where, `has ${value.length} values of ${key} for ${nCells} cells`, `Give one, or ${nCells}`);
    }
    const bad = typeof value === "number" ? [value].find(notPositive) : value.find(notPositive);
    if (bad !== undefined) throw new ModelError(where, `has ${key} ${bad}`, "Give a finite number above 0");
  }
  return {
    name,
    L,
    diam,
    Ra,
    nseg,
    parent,
    parentEnd,
    childEnd,
    segments,
    ...(points === undefined ? {} : { points }),
  };
}

const meanDiameter = (segments: readonly SegmentGeometry[] = []): number =>
  segments.reduce((sum, s) => sum + s.diam, 0) / segments.length;

const notPositive = (x: number): boolean => !(x > 0 && Number.isFinite(x));

/** Sections with parents before children, otherwise in the given order. */
function rootFirst(cuts: readonly Cut[]): Cut[] {
  const known = new Set<string>();
  for (const { name } of cuts) {
    if (known.has(name)) throw new ModelError(`section "${name}"`, "is defined twice", "Rename one of them");
    known.add(name);
  }
  const children = new Map<string | undefined, Cut[]>();
  for (const cut of cuts) {
    const { name, parent } = cut;
    if (parent !== undefined && !known.has(parent)) {
      throw new ModelError(`section "${name}"`, `hangs on the unknown section "${parent}"`, didYouMean(parent, known));
    }
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [cut]);
    else siblings.push(cut);
  }
  const order = [...(children.get(undefined) ?? [])];
  if (order.length > 1) {
    const roots = order.map((c) => c.name).join(", ");
    throw new ModelError(
      "morphology",
      `has ${order.length} roots: ${roots.slice(0, 200)}`,
      "Give all but one a parent",
    );
  }
  for (const next of order) for (const child of children.get(next.name) ?? []) order.push(child);
  if (order.length === cuts.length && order.length > 0) return order;
  const reached = new Set(order.map((c) => c.name));
  const lost = [...known].filter((name) => !reached.has(name)).join(", ");
  const problem = cuts.length === 0 ? "has no sections" : `has a cycle through ${lost.slice(0, 200)}`;
  throw new ModelError("morphology", problem, "Every section must lead to one root by its parents");
}

function placeOn(parent: Cut, x: number, paths: ReadonlyMap<string, readonly number[]>): number {
  return (paths.get(parent.name) as readonly number[])[onPath(parent.nseg, x)] as number;
}

/** Area (um2) of a section's segment, and the conductances (uS) from its middle to its 0 side and to its 1 side. */
function segmentOf(
  section: Cut,
  index: number,
): { areaUm2: CellValues; diam: CellValues; sides: readonly [CellValues, CellValues] } {
  const { L, diam, Ra, nseg, segments } = section;
  if (segments === undefined) {
    const half = combine((r) => 1 / r, halfResistance(L, diam, Ra, nseg));
    return { areaUm2: segmentArea(L, diam, nseg), diam, sides: [half, half] };
  }
  const { areaUm2, diam: mean, left, right } = segments[index] as SegmentGeometry;
  const conductance = (integral: number): CellValues => combine((r) => 1 / (0.01 * r * integral), Ra);
  return { areaUm2, diam: mean, sides: [conductance(left), conductance(right)] };
}

/** Appends a section's nodes and returns its path from the 0 end to the 1 end. */
function addSection(nodes: MorphologyNode[], section: Cut, hang: number | undefined): number[] {
  const { name, L, diam, Ra, nseg, segments } = section;
  const gFull = combine((r) => 1 / (2 * r), halfResistance(L, diam, Ra, nseg));
  const forward = hang === undefined || section.childEnd === 0;
  const [near, far] = forward ? ([0, 1] as const) : ([1, 0] as const);
  const path: number[] = [];
  const add = (kind: "segment" | "end", index: number, parent: number, gParent: CellValues): number => {
    const x = kind === "end" ? index : (2 * index + 1) / (2 * nseg);
    const { areaUm2, diam } = kind === "end" ? { areaUm2: 0, diam: 0 } : segmentOf(section, index);
    return nodes.push({ section: name, kind, index, x, areaUm2, diam, parent, gParent }) - 1;
  };
  let before: CellValues | undefined; // conductance from the middle of the segment before to the border
  for (let k = 0; k < nseg; k++) {
    const index = forward ? k : nseg - 1 - k;
    const { sides } = segmentOf(section, index);
    const between = before === undefined ? sides[near] : segments === undefined ? gFull : inSeries(before, sides[near]);
    const parent = path.at(-1) ?? hang ?? -1;
    path.push(add("segment", index, parent, parent === -1 ? 0 : between));
    before = sides[far];
  }
  const first = segmentOf(section, 0).sides[0]; // of the root, which is laid forward
  path.unshift(hang ?? add("end", 0, path[0] as number, first));
  path.push(add("end", forward ? 1 : 0, path.at(-1) as number, before as CellValues));
  return forward ? path : path.reverse();
}

const inSeries = (a: CellValues, b: CellValues): CellValues => combine((x, y) => 1 / (1 / x + 1 / y), a, b);
