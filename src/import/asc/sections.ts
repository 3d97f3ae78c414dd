import { DataError } from "../../errors.ts";
import type { Point3d } from "../../morphology/frusta.ts";
import type { SwcMorphology, SwcSection } from "../swc/sections.ts";
import { type AscItem, type AscList, BAR, readAsc } from "./read.ts";
import { type Contour, somaOf } from "./soma.ts";

export interface AscMorphology extends SwcMorphology {
  /** What the file has beside the cell and a simulation does not use: markers, spines, other outlines; with its line. */
  readonly skipped: readonly string[];
}

const TYPES: ReadonlyMap<string, { readonly kind: string; readonly type: number }> = new Map([
  ["cellbody", { kind: "soma", type: 1 }], ["axon", { kind: "axon", type: 2 }],
  ["dendrite", { kind: "dend", type: 3 }], ["apical", { kind: "apic", type: 4 }],
]); // prettier-ignore

/** An unbranched piece as it stands in the file. */
interface Piece {
  readonly own: Point3d[];
  /** what its branch begins with; undefined at a tree's root. */
  readonly parent: Piece | undefined;
  readonly line: number;
  /** lists of which each is a split: what follows the points. */
  splits: AscList[];
}

const isList = (item: AscItem): item is AscList => typeof item === "object";
const wordOf = (list: AscList): string | undefined => (typeof list.items[0] === "string" ? list.items[0] : undefined);
const isPoint = (list: AscList): boolean => !list.spine && typeof list.items[0] === "number";
const isSplit = (list: AscList): boolean => !list.spine && (list.items.includes(BAR) || (list.items[0] !== undefined && isList(list.items[0]))); // prettier-ignore

/** Sections of a Neurolucida text (ASC) by NEURON's rules (Import3d): outlines of the cell body make the soma (see somaOf); trees begin at their
 * own first point and hang on its middle; a branch begins at its parent's last point, with the diameter of its own first.
 * @param where  what errors call the text
 * @throws DataError with the line: for a text that is no such file, several cells, points without a diameter */
export function asc(text: string, where = "ASC"): AscMorphology {
  const skipped: string[] = [];
  const contours: Contour[] = [];
  const trees: { list: AscList; kind: string; type: number }[] = [];
  for (const list of readAsc(text, where).filter(isList)) {
    const at = `${where}, line ${list.line}`;
    const of = typeOf(list);
    if (of === undefined) {
      const first = wordOf(list);
      if (first !== undefined && TYPES.has(first.toLowerCase())) throw new DataError(at, `has ${first} outside of its own parentheses`, `Write ((${first}) ...)`); // prettier-ignore
      if (first === undefined && list.items.some((i) => isList(i) && isPoint(i))) throw new DataError(at, "begins a tree of no type", "Give it (Dendrite), (Axon) or (Apical)"); // prettier-ignore
      if (list.items.some((i) => isList(i) && isPoint(i))) skipped.push(`${first?.slice(0, 60)} in line ${list.line}`);
    } else if (of.kind === "soma") contours.push({ points: points(list, where, 3), line: list.line });
    else trees.push({ list, ...of });
  }
  const [first, second] = trees;
  if (first === undefined && contours.length === 0) throw new DataError(where, "has neither a cell body nor a tree", "Give a Neurolucida file (ASC, version 3)"); // prettier-ignore
  if (contours.length === 0 && second !== undefined) throw new DataError(`${where}, line ${second.list.line}`, `begins a second tree, and there is no cell body that it hangs on; the first begins in line ${first?.list.line}`, "Outline the cell body, or import each tree from a file of its own"); // prettier-ignore
  const soma = contours.length === 0 ? [] : [{ name: "soma", kind: "soma", type: 1, points: somaOf(contours, where), line: contours[0]?.line ?? 0 }]; // prettier-ignore
  const counts = new Map<string, number>();
  const sections = trees.flatMap(({ list, kind, type }) => {
    const name = (): string => {
      const k = counts.get(kind) ?? 0;
      counts.set(kind, k + 1);
      return `${kind}_${k}`;
    };
    return tree(piecesOf(list, where, skipped), { kind, type, name, soma: soma.length > 0, where });
  });
  if (soma.length + sections.length === 0) throw new DataError(`${where}, line ${first?.list.line}`, "the only tree has no length", "Give it two points that are apart, or outline the cell body"); // prettier-ignore
  return { sections: [...soma, ...sections], skipped };
}

/** The type that stands in parentheses of its own among a list's first items. */
function typeOf({ items }: AscList): { kind: string; type: number } | undefined {
  for (const item of items) {
    if (!isList(item)) continue;
    const [word] = item.items;
    const found = item.items.length === 1 && typeof word === "string" ? TYPES.get(word.toLowerCase()) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** x, y, z and, where there are four numbers, the diameter. */
function numbersOf(list: AscList, where: string, least: number): number[] {
  const numbers = list.items.filter((i) => typeof i === "number");
  const at = `${where}, line ${list.line}`;
  if (numbers.length < least) throw new DataError(at, `has a point of ${numbers.length} numbers`, least === 3 ? "Give x, y and z" : "Give x, y, z and the diameter"); // prettier-ignore
  if (!numbers.slice(0, 4).every(Number.isFinite)) throw new DataError(at, "has a point that is not finite", "Give finite numbers"); // prettier-ignore
  if (least === 4 && !((numbers[3] as number) > 0)) throw new DataError(at, `has the diameter ${numbers[3]}`, "Give one above 0 um"); // prettier-ignore
  return numbers;
}

const points = ({ items }: AscList, where: string, least: 3 | 4): Point3d[] =>
  items.filter(isList).filter(isPoint).map((list) => numbersOf(list, where, least) as unknown as Point3d); // prettier-ignore

/** Every piece of a tree, parents before children, in the order of the file. */
function piecesOf(root: AscList, where: string, skipped: string[]): Piece[] {
  const found: Piece[] = [];
  const piece = (items: readonly AscItem[], parent: Piece | undefined, line: number): Piece => {
    const own = points({ items, line, spine: false }, where, 4);
    const splits = items.filter(isList).filter(isSplit);
    for (const item of items) {
      if (!isList(item) || isPoint(item) || isSplit(item)) continue;
      const marks = item.spine || (wordOf(item) !== "Color" && item.items.some((i) => isList(i) && isPoint(i)));
      if (marks) skipped.push(`${item.spine ? "a spine" : wordOf(item)?.slice(0, 60)} in line ${item.line}`);
    }
    const late = splits.length > 1 ? splits[1] : undefined;
    if (late !== undefined) throw new DataError(`${where}, line ${late.line}`, "splits a branch that is split already", "Write all its branches in one list, parted by |"); // prettier-ignore
    return { own, parent, line, splits };
  };
  const stack: Piece[] = [piece(root.items, undefined, root.line)];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    found.push(next);
    const [split] = next.splits;
    if (split === undefined) continue;
    const branches: AscItem[][] = [[]];
    for (const item of split.items) {
      if (item === BAR) branches.push([]);
      else branches.at(-1)?.push(item);
    }
    for (const items of branches.reverse()) {
      const line = items.find(isList)?.line ?? split.line;
      if (items.some(isList)) stack.push(piece(items, next, line));
    }
  }
  return found;
}

const same = (a: Point3d, b: Point3d): boolean => a[0] === b[0] && a[1] === b[1] && a[2] === b[2];

interface TreeOptions {
  readonly kind: string;
  readonly type: number;
  readonly name: () => string;
  readonly soma: boolean;
  readonly where: string;
}

/** Sections of one tree. A piece without length is left out: its branches begin where it is, on what it hangs on. */
function tree(pieces: readonly Piece[], { kind, type, name, soma, where }: TreeOptions): SwcSection[] {
  const ends = new Map<Piece, { point: Point3d | undefined; parent?: string; parentEnd: number }>();
  const sections: SwcSection[] = [];
  for (const piece of pieces) {
    const { own, line } = piece;
    const hang = piece.parent === undefined ? { point: undefined, ...(soma ? { parent: "soma" } : {}), parentEnd: 0.5 } : ends.get(piece.parent); // prettier-ignore
    const { point, ...place } = hang as { point: Point3d | undefined; parent?: string; parentEnd: number };
    const [first] = own;
    const before = point === undefined || first === undefined || same(point, first) ? [] : [[point[0], point[1], point[2], first[3]] as Point3d]; // prettier-ignore
    const all = [...before, ...own];
    if (all.every((p) => same(p, all[0] as Point3d))) {
      ends.set(piece, { point: own.at(-1) ?? point, ...place });
      continue;
    }
    const at = place.parent === undefined ? {} : { parent: place.parent, parentEnd: place.parentEnd };
    if (place.parent === undefined && sections.length > 0) throw new DataError(`${where}, line ${line}`, "is a branch of a tree whose root has no length, and there is no cell body", "Give the root two points that are apart"); // prettier-ignore
    const called = name();
    sections.push({ name: called, kind, type, ...at, points: all, line });
    ends.set(piece, { point: own.at(-1), parent: called, parentEnd: 1 });
  }
  return sections;
}
