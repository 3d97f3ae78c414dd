import { decimal } from "../../decimal.ts";
import { DataError } from "../../errors.ts";
import type { Nodes } from "./nodes.ts";

/** Weight functions that edges name. BMTK's documentation has two: `wmax` gives the edge's weight, `gaussianLL` (like to like) less of it the
 * more the preferred orientations of the two nodes differ. */

/** An edge whose weight is asked for. */
interface Weighed {
  readonly where: string;
  /** A number of the edge or its type. @throws DataError for a text that is none */
  readonly value: (name: string) => number | undefined;
  readonly source: readonly [Nodes, number];
  readonly target: readonly [Nodes, number];
}

/** @param name  of the function; undefined: the edge's syn_weight
 * @throws DataError for another function, or where it lacks what it reads */
export function weightOf(name: string | undefined, edge: Weighed): number {
  const most = edge.value("syn_weight") ?? (name === undefined ? undefined : edge.value("weight_max"));
  if (most === undefined) throw new DataError(edge.where, "has no syn_weight", "Give a number in the edge's group or its type"); // prettier-ignore
  if (name === undefined || name === "wmax") return most;
  if (name !== "gaussianLL") throw new DataError(edge.where, `has the weight_function "${name.slice(0, 60)}", which is a program of its author`, "hillock has wmax and gaussianLL; write the weights that another gives to syn_weight"); // prettier-ignore
  const sigma = edge.value("weight_sigma");
  if (sigma === undefined || !(sigma > 0)) throw new DataError(edge.where, `has ${sigma === undefined ? "no weight_sigma" : `the weight_sigma ${sigma}`} for gaussianLL`, "Give degrees above 0"); // prettier-ignore
  return most * Math.exp(-((between(angleOf(edge.source), angleOf(edge.target)) / sigma) ** 2));
}

/** Degrees between two orientations, 0 to 90: a grating that is turned by 180 is the same. */
function between(a: number, b: number): number {
  const apart = Math.abs(a - b) % 180;
  return Math.min(apart, 180 - apart);
}

function angleOf([nodes, id]: readonly [Nodes, number]): number {
  const row = nodes.rowOf.get(id) ?? -1;
  const own = nodes.columns.get("tuning_angle")?.[row];
  if (own !== undefined && !Number.isNaN(own)) return own;
  const text = nodes.type[row]?.get("tuning_angle");
  const angle = decimal(text ?? "");
  if (Number.isFinite(angle)) return angle;
  throw new DataError(`${nodes.where}, tuning_angle of node ${id}`, text === undefined ? "is missing" : `is "${text.slice(0, 60)}"`, "gaussianLL reads it of both nodes: give degrees in a column"); // prettier-ignore
}
