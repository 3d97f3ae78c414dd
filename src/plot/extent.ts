import type { Panel, Series } from "./types.ts";

/** Smallest and largest drawable value of a panel on an axis; [Infinity, -Infinity] when there is none. */
export function dataExtent(panel: Panel, axis: "x" | "y"): [number, number] {
  const log = panel[axis].scale === "log";
  let [low, high] = [Infinity, -Infinity];
  for (const series of panel.series) {
    for (const values of valuesOf(series, axis)) {
      for (let k = 0; k < values.length; k++) {
        const v = values[k] as number;
        if (!Number.isFinite(v) || (log && v <= 0)) continue;
        if (v < low) low = v;
        if (v > high) high = v;
      }
    }
  }
  return [low, high];
}

function valuesOf(s: Series, axis: "x" | "y"): ArrayLike<number>[] {
  switch (s.type) {
    case "step":
      return axis === "x" ? [s.edges] : s.filled ? [s.y, [0]] : [s.y];
    case "raster":
      return axis === "x" ? [s.x] : [[-0.5, s.rowCount - 0.5]];
    case "rule":
      return s[axis] === undefined ? [] : [[s[axis]]];
    default:
      return [s[axis]];
  }
}
