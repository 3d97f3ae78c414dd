import { DataError } from "../../errors.ts";
import type { Point3d } from "../../morphology/frusta.ts";
import { readSwc, type SwcPoint, type SwcTree } from "./read.ts";

/** An unbranched piece of one type. */
export interface SwcSection {
  /** `soma`, `axon_0`, `dend_2`, `apic_1`, `type5_0`: the type and a count, in the order of the first points' ids. */
  readonly name: string;
  /** soma, axon, dend, apic, or `type<number>`. */
  readonly kind: string;
  /** SWC's number. */
  readonly type: number;
  /** The section that it hangs on; the root has none. */
  readonly parent?: string;
  /** Where on the parent: 0, 0.5 or 1. */
  readonly parentEnd?: number;
  /** [x, y, z, diam], um. */
  readonly points: readonly Point3d[];
  /** Line of its first own point. */
  readonly line: number;
}

export interface SwcMorphology {
  /** Parents before children. */
  readonly sections: readonly SwcSection[];
}

const SOMA = 1;
const KINDS: ReadonlyMap<number, string> = new Map([[1, "soma"], [2, "axon"], [3, "dend"], [4, "apic"]]); // prettier-ignore

/** A piece as it is found: its own points, and what it hangs on. */
interface Piece {
  readonly own: number[];
  readonly parent: Piece | undefined;
  /** the point that it hangs on. */
  readonly from: number;
  name: string;
  /** whether its section begins with its own first point. */
  apart: boolean;
}

/** Sections of an SWC file by NEURON's rules (Import3d): a new one begins where the type changes and after a point with several
 * children; neurites do not cut a soma. A soma of one point, or of three of one radius of which two hang on the first, is a cylinder
 * along x. A branch begins with its parent's last point and its diameter; a neurite at an end of a soma with that point and its own
 * diameter; one on a cylinder's or between a soma's ends begins at its own first point and hangs on the soma's middle.
 * @param where  what errors call the text
 * @throws DataError with the line */
export function swc(text: string, where = "SWC"): SwcMorphology {
  const tree = readSwc(text, where);
  const cylinder = somaCylinder(tree);
  const pieces = cut(tree, cylinder !== undefined);
  const moved = new Map<Piece, { parent: Piece | undefined; end: number }>(); // of pieces without length
  const found: { piece: Piece; parent: Piece | undefined; parentEnd: number; points: Point3d[] }[] = [];
  for (const piece of pieces) {
    const hang = hangOf(tree, piece, cylinder);
    const jump = piece.parent === undefined ? undefined : moved.get(piece.parent);
    const { parent, end } = jump ?? { parent: piece.parent, end: hang.end };
    const points = piece.parent === undefined && cylinder !== undefined ? cylinder : hang.points;
    const first = tree.points[piece.own[0] as number] as SwcPoint;
    if (points.length < 2 || isPoint(points)) {
      if (parent === undefined) throw new DataError(`${where}, line ${first.line}`, `the root section, of type ${first.type}, has no length`, "Give it two points that are apart, or type 1 for a soma"); // prettier-ignore
      moved.set(piece, { parent, end });
      continue;
    }
    found.push({ piece, parent, parentEnd: end, points });
  }
  nameAll(tree, found.map((f) => f.piece)); // prettier-ignore
  return { sections: found.map(({ piece, parent, parentEnd, points }) => {
    const { type, line } = tree.points[piece.own[0] as number] as SwcPoint;
    const place = parent === undefined ? {} : { parent: parent.name, parentEnd };
    return { name: piece.name, kind: kindOf(type), type, ...place, points, line };
  }) }; // prettier-ignore
}

const kindOf = (type: number): string => KINDS.get(type) ?? `type${type}`;
const isPoint = (points: readonly Point3d[]): boolean =>
  points.every((p) => p[0] === points[0]?.[0] && p[1] === points[0][1] && p[2] === points[0][2]);

function cut({ points, children, parents, order }: SwcTree, cylinder: boolean): Piece[] {
  const of = new Array<Piece>(points.length);
  const pieces: Piece[] = [];
  const typeOf = (k: number): number => (points[k] as SwcPoint).type;
  for (const k of order) {
    const from = parents[k] as number;
    const before = from < 0 ? undefined : (of[from] as Piece);
    if (before !== undefined && goesOn(k, from, before)) {
      before.own.push(k);
      of[k] = before;
      continue;
    }
    const piece: Piece = { own: [k], parent: before, from, name: "", apart: before === undefined };
    of[k] = piece;
    pieces.push(piece);
  }
  return pieces;

  function goesOn(k: number, from: number, before: Piece): boolean {
    if (typeOf(k) !== typeOf(from)) return false;
    if (cylinder && typeOf(k) === SOMA && parents[from] === -1) return true; // the other points of the soma's usual three
    const siblings = children[from] as readonly number[];
    const alike = typeOf(k) === SOMA ? siblings.filter((s) => typeOf(s) === SOMA) : siblings;
    if (alike.length === 1) return true;
    // a piece that branches at its first point, with no other to begin with, goes on with the first of its type
    const bare = before.own.length === 1 && (before.parent === undefined || typeOf(before.from) === SOMA);
    return bare && k === siblings.find((s) => typeOf(s) === typeOf(k));
  }
}

function nameAll({ points }: SwcTree, pieces: readonly Piece[]): void {
  const first = (p: Piece): SwcPoint => points[p.own[0] as number] as SwcPoint;
  const counts = new Map<string, number>();
  const somata = pieces.filter((p) => first(p).type === SOMA).length;
  for (const piece of [...pieces].sort((a, b) => first(a).id - first(b).id)) {
    const kind = kindOf(first(piece).type);
    const k = counts.get(kind) ?? 0;
    counts.set(kind, k + 1);
    piece.name = kind === "soma" && somata === 1 ? kind : `${kind}_${k}`;
  }
}

/** The cylinder that stands for a soma of one point, or of the usual three. */
function somaCylinder({ points, children, order }: SwcTree): Point3d[] | undefined {
  const root = order[0] as number;
  const { type, x, y, z, radius } = points[root] as SwcPoint;
  if (type !== SOMA) return undefined;
  const others = (children[root] as readonly number[]).filter((k) => (points[k] as SwcPoint).type === SOMA);
  const usual = others.every((k) => (points[k] as SwcPoint).radius === radius && children[k]?.length === 0);
  if (others.length !== 0 && !(others.length === 2 && usual)) return undefined;
  return [-radius, 0, radius].map((dx): Point3d => [x + dx, y, z, 2 * radius]);
}

/** A piece's points with what NEURON puts before its own, and the place on its parent. */
function hangOf(
  tree: SwcTree,
  piece: Piece,
  cylinder: readonly Point3d[] | undefined,
): { points: Point3d[]; end: number } {
  const { points, children } = tree;
  const at = (k: number): SwcPoint => points[k] as SwcPoint;
  const shape = ({ x, y, z, radius }: SwcPoint): Point3d => [x, y, z, 2 * radius];
  const own = piece.own.map((k) => shape(at(k)));
  const { parent, from } = piece;
  if (parent === undefined) return { points: own, end: 1 };
  const [x, y, z, diam] = shape(at(from));
  const end = parent.apart && from === parent.own[0] && parent.own.length > 1 ? 0 : 1;
  const first = own[0] as Point3d;
  if (at(from).type !== SOMA || at(piece.own[0] as number).type === SOMA)
    return { points: [[x, y, z, diam], ...own], end };
  const middle = parent.parent === undefined && cylinder !== undefined;
  const inside = middle || (from !== parent.own[0] && from !== parent.own.at(-1));
  const somata = (children[from] as readonly number[]).filter((k) => at(k).type === SOMA).length;
  piece.apart = own.length > 1 && (inside || somata > 1);
  return { points: piece.apart ? own : [[x, y, z, first[3]], ...own], end: inside ? 0.5 : end };
}
