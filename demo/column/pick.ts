import { vec4 } from "gl-matrix";
import type { Place } from "./facts.ts";
import { linesOf } from "./plain-drawing.ts";
import type { ColumnShape } from "./shape.ts";
import { cameraOf, type View } from "./view.ts";

/** A click may miss a segment by so much, CSS pixels: a finger is not a needle. */
const REACH_PX = 14;

/** The place of the column that is seen at a point of the scene: of all segments within reach, the nearest to the point, and of
 * those that lie as near (2 px) the one in front. Undefined where there is none.
 * @param x,y  CSS pixels from the scene's upper left corner */
export function pick(shape: ColumnShape, view: View, { x, y, width, height }: Record<"x" | "y" | "width" | "height", number>): Place | undefined {
  const { camera } = cameraOf(view, shape, width, height);
  const placed = (px: number, py: number, pz: number): vec4 => vec4.transformMat4(vec4.create(), [px, py, pz, 1], camera as never);
  const onScreen = (p: vec4): [number, number] => [(width * (1 + p[0] / p[3])) / 2, (height * (1 - p[1] / p[3])) / 2];
  let best: { off: number; depth: number; place: Place } | undefined;
  for (const type of shape.types) {
    linesOf(type, undefined, placed).forEach(({ from, until, depth }, k) => {
      const off = Math.max(2, distance([x, y], onScreen(from), onScreen(until)));
      if (off > REACH_PX || (best !== undefined && (off > best.off || (off === best.off && depth >= best.depth)))) return;
      const section = type.sections[k % type.pieces] as string;
      best = { off, depth, place: { type: type.name, cell: Math.floor(k / type.pieces), section } };
    });
  }
  return best?.place;
} // prettier-ignore

/** From a point to a line between two others. */
function distance([x, y]: readonly [number, number], [ax, ay]: readonly [number, number], [bx, by]: readonly [number, number]): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
} // prettier-ignore
