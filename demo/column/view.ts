import { mat4, vec3, type ReadonlyVec3 } from "gl-matrix";
import type { ColumnShape } from "./shape.ts";

/** From where the column is looked at. */
export interface View {
  /** radians about the vertical axis, and above the horizon. */
  readonly turn: number;
  readonly tilt: number;
  readonly zoom: number;
}

export const FIRST_VIEW: View = { turn: 0.6, tilt: 0.2, zoom: 1 };

const FIELD = (32 * Math.PI) / 180;

/** From um to clip space, and the pixels of one um at distance 1. */
export function cameraOf(
  { turn, tilt, zoom }: View,
  { centre: [x, y, z], height: fills }: ColumnShape,
  width: number,
  height: number,
): { camera: mat4; scale: number } {
  const aspect = width / height;
  const distance = (0.62 * fills) / Math.tan(FIELD / 2) / zoom / Math.min(1, 1.6 * aspect);
  const centre: ReadonlyVec3 = [x, y, z];
  const eye = vec3.fromValues(Math.cos(turn) * Math.cos(tilt), Math.sin(turn) * Math.cos(tilt), Math.sin(tilt));
  vec3.scaleAndAdd(eye, centre, eye, distance);
  const projection = mat4.perspectiveZO(mat4.create(), FIELD, aspect, distance / 50, distance * 4);
  const camera = mat4.multiply(mat4.create(), projection, mat4.lookAt(mat4.create(), eye, centre, [0, 0, 1]));
  return { camera, scale: height / 2 / Math.tan(FIELD / 2) };
}
