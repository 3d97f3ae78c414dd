import { heatColour, paletteBytes, seriesColour } from "./colours.ts";
import { indexedPng } from "./indexed-png.ts";
import type { Scale } from "./scale.ts";
import { element, num } from "./svg.ts";
import type {
  HeatSeries, ImageSeries, LineSeries, Marker, RasterSeries, RuleSeries, ScatterSeries, Series, StepSeries,
} from "./types.ts"; // prettier-ignore

/** Where a panel draws: scales to points, and the box they map to. */
export interface Plot {
  readonly x: Scale;
  readonly y: Scale;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The series as SVG, one path for each colour. */
export function drawSeries(series: Series, plot: Plot, index: number): string {
  switch (series.type) {
    case "line":
      return drawLine(series, plot, index);
    case "step":
      return drawStep(series, plot, index);
    case "raster":
      return drawRaster(series, plot, index);
    case "scatter":
      return drawScatter(series, plot, index);
    case "heat":
      return drawHeat(series, plot);
    case "image":
      return drawImage(series, plot);
    case "rule":
      return drawRule(series, plot);
  }
}

export const colourOf = (series: Series, index: number): string =>
  ("colour" in series ? series.colour : undefined) ?? (series.type === "rule" ? "#777777" : seriesColour(index));

const stroke = (colour: string, width: number, dash?: string) => ({
  fill: "none",
  stroke: colour,
  "stroke-width": width,
  "stroke-dasharray": dash,
  "stroke-linejoin": "round",
});

function drawLine(s: LineSeries, plot: Plot, index: number): string {
  return element("path", { d: linePath(s, plot), ...stroke(colourOf(s, index), s.width ?? 0.8, s.dash) });
}

/** Points that share a column of the page (1/300 inch) are reduced to first, lowest, highest, last: what the eye sees, with the
 * file no larger than the figure. */
function linePath(s: LineSeries, plot: Plot): string {
  const column = 72 / 300;
  const out: string[] = [];
  let pen = false; // down: the last point was finite
  const flush = (points: readonly [number, number][]) => {
    for (const [x, y] of points) {
      out.push(`${pen ? "L" : "M"}${num(x)} ${num(y)}`);
      pen = true;
    }
  };
  let group: [number, number][] = [];
  for (let k = 0; k < Math.min(s.x.length, s.y.length); k++) {
    const [x, y] = [plot.x(s.x[k] as number), plot.y(s.y[k] as number)];
    const finite = Number.isFinite(x) && Number.isFinite(y);
    if (!finite || (group.length > 0 && Math.abs(x - (group[0] as [number, number])[0]) > column)) {
      flush(thin(group));
      group = [];
    }
    if (finite) group.push([x, y]);
    else pen = false;
  }
  flush(thin(group));
  return out.join("");
}

function thin(group: readonly [number, number][]): readonly [number, number][] {
  if (group.length <= 4) return group;
  let [low, high] = [0, 0];
  group.forEach(([, y], k) => {
    if (y < (group[low] as [number, number])[1]) low = k;
    if (y > (group[high] as [number, number])[1]) high = k;
  });
  const keep = [...new Set([0, low, high, group.length - 1])].sort((a, b) => a - b);
  return keep.map((k) => group[k] as [number, number]);
}

function drawStep(s: StepSeries, plot: Plot, index: number): string {
  const base = num(plot.y(s.filled && !plot.y.log ? 0 : plot.y.low));
  const d: string[] = [];
  let previous = NaN;
  for (let k = 0; k < s.y.length; k++) {
    const [a, b, y] = [plot.x(s.edges[k] as number), plot.x(s.edges[k + 1] as number), plot.y(s.y[k] as number)];
    if (Number.isFinite(y)) {
      const start = !Number.isFinite(previous);
      d.push(start ? (s.filled ? `M${num(a)} ${base}V${num(y)}` : `M${num(a)} ${num(y)}`) : `V${num(y)}`, `H${num(b)}`);
    } else if (s.filled && Number.isFinite(previous)) d.push(`V${base}Z`);
    previous = y;
  }
  if (s.filled && Number.isFinite(previous)) d.push(`V${base}Z`);
  const colour = colourOf(s, index);
  return element("path", { d: d.join(""), ...(s.filled ? { fill: colour } : stroke(colour, s.width ?? 0.8)) });
}

/** Marks of one path at most: a renderer holds all edges of a path at once, some 200 bytes a mark. */
const MARKS = 4096;

function drawRaster(s: RasterSeries, plot: Plot, index: number): string {
  const row = Math.abs(plot.y(1) - plot.y(0));
  const height = Math.max(0.5, row * (s.tick ?? 0.9));
  const width = 0.35; // points: about a printed hairline
  const paths = new Map<string, string[]>();
  const done: string[] = [];
  const fixed = colourOf(s, index);
  const rise = `v${num(height)}`;
  const draw = (colour: string, d: string[]): void => {
    done.push(element("path", { d: d.join(""), ...stroke(colour, width) }));
    d.length = 0;
  };
  for (let k = 0; k < s.x.length; k++) {
    const colour = s.colourOf?.(s.rows[k] as number) ?? fixed;
    let d = paths.get(colour);
    if (d === undefined) paths.set(colour, (d = []));
    d.push(`M${num(plot.x(s.x[k] as number))} ${num(plot.y(s.rows[k] as number) - height / 2)}${rise}`);
    if (d.length === MARKS) draw(colour, d);
  }
  for (const [colour, d] of paths) if (d.length > 0) draw(colour, d);
  return done.join("");
}

function drawScatter(s: ScatterSeries, plot: Plot, index: number): string {
  const { size = 3.2, marker = "circle", values } = s;
  const range = valueRange(s);
  const paths = new Map<string, string[]>();
  for (let k = 0; k < s.x.length; k++) {
    const [x, y] = [plot.x(s.x[k] as number), plot.y(s.y[k] as number)];
    if (!(Number.isFinite(x) && Number.isFinite(y))) continue;
    const v = values?.of[k] as number;
    const colour = values && range ? heatColour((v - range[0]) / (range[1] - range[0] || 1)) : colourOf(s, index);
    let d = paths.get(colour);
    if (d === undefined) paths.set(colour, (d = []));
    d.push(markerPath(marker, x, y, size / 2));
  }
  // a thin edge keeps light colours visible on white
  return [...paths]
    .map(([fill, d]) => element("path", { d: d.join(""), fill, stroke: "#333333", "stroke-width": 0.25 }))
    .join("");
}

/** First and last value of a scatter's colour bar. */
export function valueRange(s: ScatterSeries): readonly [number, number] | undefined {
  if (!s.values) return undefined;
  const finite = Array.from(s.values.of).filter(Number.isFinite);
  return (
    s.values.range ?? [
      finite.reduce((a, b) => Math.min(a, b), Infinity),
      finite.reduce((a, b) => Math.max(a, b), -Infinity),
    ]
  );
}

/** A marker as a closed path about (x, y). */
export function markerPath(marker: Marker, x: number, y: number, r: number): string {
  const at = (dx: number, dy: number) => `${num(x + dx * r)} ${num(y + dy * r)}`;
  switch (marker) {
    case "circle":
      return `M${at(-1, 0)}a${num(r)} ${num(r)} 0 1 0 ${num(2 * r)} 0a${num(r)} ${num(r)} 0 1 0 ${num(-2 * r)} 0Z`;
    case "square":
      return `M${at(-0.9, -0.9)}L${at(0.9, -0.9)}L${at(0.9, 0.9)}L${at(-0.9, 0.9)}Z`;
    case "triangle":
      return `M${at(0, -1.15)}L${at(1.05, 0.8)}L${at(-1.05, 0.8)}Z`;
    case "diamond":
      return `M${at(0, -1.2)}L${at(1.2, 0)}L${at(0, 1.2)}L${at(-1.2, 0)}Z`;
  }
}

/** Columns beyond what 300 dpi shows of the widest figure are averaged. */
const MAX_COLUMNS = 1600;

function drawHeat(s: HeatSeries, plot: Plot): string {
  const merge = Math.max(1, Math.ceil(s.columns / MAX_COLUMNS));
  const width = Math.ceil(s.columns / merge);
  const pixels = new Uint8Array(width * s.rows);
  const [low, high] = s.range;
  for (let row = 0; row < s.rows; row++) {
    for (let column = 0; column < width; column++) {
      const [a, b] = [column * merge, Math.min(s.columns, (column + 1) * merge)];
      let sum = 0;
      for (let k = a; k < b; k++) sum += s.z[row * s.columns + k] as number;
      const f = (sum / (b - a) - low) / (high - low || 1);
      pixels[(s.rows - 1 - row) * width + column] = Math.round(255 * Math.min(1, Math.max(0, Number.isNaN(f) ? 0 : f)));
    }
  }
  const href = indexedPng(pixels, width, s.rows, paletteBytes(heatColour));
  return drawImage({ type: "image", href, x: s.x, y: s.y }, plot);
}

function drawImage(s: ImageSeries, plot: Plot): string {
  const [x, y] = [s.x.map(plot.x) as [number, number], s.y.map(plot.y) as [number, number]];
  return element("image", {
    x: Math.min(...x),
    y: Math.min(...y),
    width: Math.abs(x[1] - x[0]),
    height: Math.abs(y[1] - y[0]),
    preserveAspectRatio: "none",
    "image-rendering": "optimizeSpeed", // nearest pixel, in browsers and in resvg
    href: s.href,
  });
}

function drawRule(s: RuleSeries, plot: Plot): string {
  const { left, top, width, height } = plot;
  const line =
    s.x === undefined
      ? `M${num(left)} ${num(plot.y(s.y ?? NaN))}h${num(width)}`
      : `M${num(plot.x(s.x))} ${num(top)}v${num(height)}`;
  return element("path", { d: line, ...stroke(colourOf(s, 0), 0.6, s.dash ?? "2.5 1.8") });
}
