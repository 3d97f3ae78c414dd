import { didYouMean, ModelError } from "../errors.ts";
import { combine, type Values } from "./values.ts";

/** An unbranched cylinder. L and diam in um, Ra in ohm cm: one value, or one per cell of the population. Topology and
 * nseg are shared by all cells. */
export interface Section {
  readonly name: string;
  readonly L: Values;
  readonly diam: Values;
  readonly Ra: Values;
  /** Number of equal segments; 1 if left out. */
  readonly nseg?: number;
  /** The section this one hangs on; exactly one section has none. */
  readonly parent?: string;
  /** The end of the parent that it hangs on; 1 if left out. */
  readonly parentEnd?: 0 | 1;
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
  readonly areaUm2: Values;
  /** Index of the parent node; -1 for the root. Always below the node's own index. */
  readonly parent: number;
  /** Conductance to the parent, uS; 0 for the root. */
  readonly gParent: Values;
}

/** A section with its place in the tree: nodes from its 0 end to its 1 end, nseg + 2 of them. The end by which it hangs
 * is a node of the parent. */
export interface SectionPath extends Required<Omit<Section, "parent">> {
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
export const halfResistance = (L: Values, diam: Values, Ra: Values, nseg = 1): Values =>
  combine((l, d, r) => (0.01 * r * (l / nseg / 2)) / (Math.PI * (d / 2) ** 2), L, diam, Ra);

/** Lateral area of one segment, um2. */
export const segmentArea = (L: Values, diam: Values, nseg = 1): Values =>
  combine((l, d) => Math.PI * d * (l / nseg), L, diam);

/** Cuts sections into nodes as NEURON does: a node at every segment's centre, a node without membrane at every section's
 * free end (and at both ends of the root section); a hanging end is its parent's end node. Resistances are half segments in
 * series, without any correction where diameters change.
 * @param nCells  number of cells; left out, the length of the first array among the values, or 1
 * @throws ModelError for an unknown or doubled name, a cycle, no or two roots, nseg below 1, a length, diameter or
 *   resistivity that is not positive, an array whose length is not nCells */
export function tree(sections: readonly Section[], nCells?: number): Morphology {
  const n = nCells ?? firstLength(sections);
  const cuts = sections.map((s) => checked(s, n));
  const nodes: MorphologyNode[] = [];
  const paths = new Map<string, number[]>();
  for (const section of rootFirst(cuts)) {
    const hang = section.parent === undefined ? undefined : endOf(section, paths);
    paths.set(section.name, addSection(nodes, section, hang));
  }
  return {
    nCells: n,
    nodes,
    sections: cuts.map((s) => ({ ...s, nodes: paths.get(s.name) as number[] })),
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
  const k = x === 0 ? 0 : x === 1 ? nseg + 1 : 1 + Math.min(nseg - 1, Math.floor(x * nseg));
  return nodes[k] as number;
}

type Cut = Omit<SectionPath, "nodes">;

function firstLength(sections: readonly Section[]): number {
  for (const { L, diam, Ra } of sections) for (const v of [L, diam, Ra]) if (typeof v !== "number") return v.length;
  return 1;
}

function checked(section: Section, nCells: number): Cut {
  const { name, L, diam, Ra, nseg = 1, parent, parentEnd = 1, childEnd = 0 } = section;
  const where = `section "${name}"`;
  if (!Number.isInteger(nseg) || nseg < 1) {
    throw new ModelError(where, `has nseg ${nseg}`, "Give a whole number of segments, at least 1");
  }
  for (const [key, value] of Object.entries({ L, diam, Ra })) {
    if (typeof value !== "number" && value.length !== nCells) {
      throw new ModelError(where, `has ${value.length} values of ${key} for ${nCells} cells`, `Give one, or ${nCells}`);
    }
    const bad = typeof value === "number" ? [value].find(notPositive) : value.find(notPositive);
    if (bad !== undefined) throw new ModelError(where, `has ${key} ${bad}`, "Give a finite number above 0");
  }
  return { name, L, diam, Ra, nseg, parent, parentEnd, childEnd };
}

const notPositive = (x: number): boolean => !(x > 0 && Number.isFinite(x));

/** Sections with parents before children, otherwise in the given order. */
function rootFirst(cuts: readonly Cut[]): Cut[] {
  const names = cuts.map((c) => c.name);
  const doubled = names.find((name, k) => names.indexOf(name) !== k);
  if (doubled !== undefined) throw new ModelError(`section "${doubled}"`, "is defined twice", "Rename one of them");
  for (const { name, parent } of cuts) {
    if (parent !== undefined && !names.includes(parent)) {
      throw new ModelError(`section "${name}"`, `hangs on the unknown section "${parent}"`, didYouMean(parent, names));
    }
  }
  const roots = cuts.filter((c) => c.parent === undefined).map((c) => c.name);
  if (roots.length > 1) {
    throw new ModelError("morphology", `has ${roots.length} roots: ${roots.join(", ")}`, "Give all but one a parent");
  }
  const children = new Map<string | undefined, Cut[]>();
  for (const c of cuts) children.set(c.parent, [...(children.get(c.parent) ?? []), c]);
  const order: Cut[] = [];
  const waiting = [...(children.get(undefined) ?? [])];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    order.push(next);
    waiting.push(...(children.get(next.name) ?? []));
  }
  const lost = names.filter((name) => !order.some((c) => c.name === name));
  if (lost.length > 0 || order.length === 0) {
    const problem =
      order.length === 0 && lost.length === 0 ? "has no sections" : `has a cycle through ${lost.join(", ")}`;
    throw new ModelError("morphology", problem, "Every section must lead to one root by its parents");
  }
  return order;
}

function endOf(section: Cut, paths: ReadonlyMap<string, readonly number[]>): number {
  const path = paths.get(section.parent as string) as readonly number[];
  return path[section.parentEnd === 0 ? 0 : path.length - 1] as number;
}

/** Appends a section's nodes and returns its path from the 0 end to the 1 end. */
function addSection(nodes: MorphologyNode[], section: Cut, hang: number | undefined): number[] {
  const { name, L, diam, Ra, nseg } = section;
  const gHalf = combine((r) => 1 / r, halfResistance(L, diam, Ra, nseg));
  const gFull = combine((r) => 1 / (2 * r), halfResistance(L, diam, Ra, nseg));
  const areaUm2 = segmentArea(L, diam, nseg);
  const add = (kind: "segment" | "end", index: number, parent: number, gParent: Values): number => {
    const x = kind === "end" ? index : (2 * index + 1) / (2 * nseg);
    return nodes.push({ section: name, kind, index, x, areaUm2: kind === "end" ? 0 : areaUm2, parent, gParent }) - 1;
  };
  const forward = hang === undefined || section.childEnd === 0;
  const path: number[] = [];
  for (let k = 0; k < nseg; k++) {
    const index = forward ? k : nseg - 1 - k;
    const parent = path.at(-1) ?? hang ?? -1;
    path.push(add("segment", index, parent, parent === -1 ? 0 : k === 0 ? gHalf : gFull));
  }
  path.unshift(hang ?? add("end", 0, path[0] as number, gHalf));
  path.push(add("end", forward ? 1 : 0, path.at(-1) as number, gHalf));
  return forward ? path : path.reverse();
}
