import { decimal } from "../../decimal.ts";
import { DataError } from "../../errors.ts";
import { linesOf } from "../../shapes.ts";

/** A line of an SWC file. */
export interface SwcPoint {
  readonly id: number;
  /** 1 soma, 2 axon, 3 dendrite, 4 apical dendrite; others are the file's own. */
  readonly type: number;
  readonly x: number; // um
  readonly y: number; // um
  readonly z: number; // um
  readonly radius: number; // um
  /** id of the point before; -1 for the root. */
  readonly parent: number;
  /** line in the file, from 1. */
  readonly line: number;
}

/** Points with their tree: indices into `points`, the root first, parents before children. */
export interface SwcTree {
  readonly points: readonly SwcPoint[];
  /** by index in `points`; sorted by id. */
  readonly children: readonly (readonly number[])[];
  /** index of each point's parent, -1 for the root. */
  readonly parents: Int32Array;
  /** every index, parents before children. */
  readonly order: Int32Array;
}

export const MOST_POINTS = 2_000_000;
const FIELDS = ["id", "type", "x", "y", "z", "radius", "parent"] as const;

/** The points of an SWC text and how they hang together. Lines may stand in any order; what follows the seventh number and lines that
 * begin with # are not read.
 * @throws DataError with the line: for what is no number, a doubled id, an unknown parent, a cycle, several trees */
export function readSwc(text: string, where: string): SwcTree {
  const points: SwcPoint[] = [];
  const byId = new Map<number, number>();
  const lines = linesOf(where, text);
  for (const [k, content] of lines.entries()) {
    const point = readLine(content, k + 1, where);
    if (point === undefined) continue;
    const other = byId.get(point.id);
    if (other !== undefined) {
      const first = (points[other] as SwcPoint).line;
      throw new DataError(`${where}, line ${point.line}`, `has the id ${point.id} of line ${first}`, "Give each point its own id"); // prettier-ignore
    }
    byId.set(point.id, points.push(point) - 1);
    if (points.length > MOST_POINTS) throw new DataError(where, `has more than ${MOST_POINTS} points`, "Give a smaller one"); // prettier-ignore
  }
  if (points.length === 0) throw new DataError(where, "has no points", "Give lines of: id type x y z radius parent");
  return linked(points, byId, where);
}

function readLine(content: string, line: number, where: string): SwcPoint | undefined {
  const trimmed = content.trim();
  if (trimmed === "" || trimmed.startsWith("#")) return undefined;
  const at = `${where}, line ${line}`;
  const fields = trimmed.slice(0, 1000).split(/[\s,]+/, 7);
  const missing = FIELDS[fields.length];
  if (missing !== undefined) {
    throw new DataError(at, `has ${fields.length} fields and no ${missing}`, `Give ${FIELDS.join(" ")}`);
  }
  const [id, type, x, y, z, radius, parent] = FIELDS.map((name, k) => {
    const field = fields[k] as string;
    const value = decimal(field);
    const whole = ["id", "type", "parent"].includes(name);
    if (Number.isFinite(value) && (!whole || Number.isSafeInteger(value))) return value;
    throw new DataError(at, `${name} is "${field.slice(0, 60)}"`, `Give a ${whole ? "whole" : "finite"} number`);
  }) as [number, number, number, number, number, number, number];
  if (id < 0 || type < 0) throw new DataError(at, `has id ${id} and type ${type}`, "Give whole numbers of 0 or more");
  if (!(radius > 0)) throw new DataError(at, `has radius ${radius}`, "Give one above 0 um");
  return { id, type, x, y, z, radius, parent, line };
}

function linked(points: readonly SwcPoint[], byId: ReadonlyMap<number, number>, where: string): SwcTree {
  const children: number[][] = points.map(() => []);
  const parents = new Int32Array(points.length).fill(-1);
  let root = -1;
  for (const [k, { parent, line }] of points.entries()) {
    if (parent < 0) {
      if (root >= 0) {
        const first = (points[root] as SwcPoint).line;
        throw new DataError(`${where}, line ${line}`, `begins a second tree; the first begins in line ${first}`, "Import each tree from a file of its own"); // prettier-ignore
      }
      root = k;
      continue;
    }
    const before = byId.get(parent);
    if (before === undefined) throw new DataError(`${where}, line ${line}`, `has the unknown parent ${parent}`, "Add that point, or give -1 to the root"); // prettier-ignore
    parents[k] = before;
    (children[before] as number[]).push(k);
  }
  for (const list of children) list.sort((a, b) => (points[a] as SwcPoint).id - (points[b] as SwcPoint).id);
  const order = new Int32Array(points.length);
  let found = root < 0 ? 0 : 1;
  order[0] = Math.max(root, 0);
  for (let k = 0; k < found; k++) for (const child of children[order[k] as number] as number[]) order[found++] = child;
  if (found === points.length) return { points, children, parents, order };
  const reached = new Set(order.subarray(0, found));
  const lost = points.find((_, k) => !reached.has(k)) as SwcPoint;
  throw new DataError(`${where}, line ${lost.line}`, `the point ${lost.id} never leads to a root: its parents form a cycle`, "Give the root the parent -1"); // prettier-ignore
}
