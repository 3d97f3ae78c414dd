import { colourOf, markerPath } from "./series.ts";
import { element, num, text, textWidth } from "./svg.ts";
import type { Series } from "./types.ts";

const SWATCH = 10;

interface Entry {
  readonly series: Series;
  readonly index: number;
  readonly label: string;
}
export type LegendRow = readonly Entry[];

/** Entries of the labelled series in rows no wider than `width` points. */
export function legendRows(series: readonly Series[], size: number, width: number): LegendRow[] {
  const rows: Entry[][] = [];
  let used = Infinity;
  series.forEach((s, index) => {
    const label = "label" in s ? s.label : undefined;
    if (label === undefined) return;
    const need = entryWidth(label, size);
    if (used + need > width) {
      rows.push([]);
      used = 0;
    }
    (rows.at(-1) as Entry[]).push({ series: s, index, label });
    used += need;
  });
  return rows;
}

const entryWidth = (label: string, size: number): number => SWATCH + 2 + textWidth(label, size) + size;

/** One row on its baseline. */
export function drawLegend(row: LegendRow, left: number, y: number, size: number): string {
  let x = left;
  return row
    .map(({ series, index, label }) => {
      const out = swatch(series, index, x, y - size * 0.35) + text(x + SWATCH + 2, y, label, { size });
      x += entryWidth(label, size);
      return out;
    })
    .join("");
}

function swatch(s: Series, index: number, x: number, y: number): string {
  const colour = colourOf(s, index);
  if (s.type === "scatter") {
    return element("path", {
      d: markerPath(s.marker ?? "circle", x + SWATCH / 2, y, (s.size ?? 3.2) / 2),
      fill: colour,
      stroke: "#333333",
      "stroke-width": 0.25,
    });
  }
  if (s.type === "step" && s.filled) return element("rect", { x, y: y - 2, width: SWATCH, height: 4, fill: colour });
  const dash = s.type === "line" ? s.dash : s.type === "rule" ? (s.dash ?? "2.5 1.8") : undefined;
  return element("path", {
    d: `M${num(x)} ${num(y)}h${SWATCH}`,
    fill: "none",
    stroke: colour,
    "stroke-width": 1.2,
    "stroke-dasharray": dash,
  });
}
