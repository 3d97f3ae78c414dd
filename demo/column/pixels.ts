import type { View } from "./view.ts";

/** CSS pixels that a um has in the middle of a picture of this size. */
export function pixelsOfUm(view: View, fills: number, width: number, height: number): number {
  const distance = 0.62 * fills * (1 / view.zoom) * (1 / Math.min(1, (1.6 * width) / height));
  return height / 2 / distance;
}
