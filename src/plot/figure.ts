import { DataError } from "../errors.ts";
import { heatColour, paletteBytes } from "./colours.ts";
import { indexedPng } from "./indexed-png.ts";
import { legendRows, drawLegend, type LegendRow } from "./legend.ts";
import { axisRange, axisTitle, scaleOf, ticksOf, type Tick } from "./scale.ts";
import { drawSeries, valueRange, type Plot } from "./series.ts";
import { element, FONT_FAMILY, INK, num, POINTS_PER_MM, text, textWidth, wrap } from "./svg.ts";
import { dataExtent } from "./extent.ts";
import type { Figure, Panel } from "./types.ts";

const GAP = 3;
const TICK = 2.5;
const BAR = 6;

/** A panel with its ranges, ticks and the room that its texts need. */
interface Laid {
  readonly panel: Panel;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly yTitle: readonly string[];
  readonly title: readonly string[];
  readonly legend: readonly LegendRow[];
  readonly bar: ColourBar | undefined;
  readonly height: number;
  /** Room above and below the plotting area. */
  readonly above: number;
  readonly below: number;
  readonly showX: boolean;
}

interface ColourBar {
  readonly range: readonly [number, number];
  readonly label: string;
  readonly ticks: readonly Tick[];
}

interface Column {
  readonly left: number;
  readonly width: number;
}

/** A figure as SVG text, sized in mm for the page, fonts in points (7 unless said).
 * @throws DataError when it has no panel or an axis cannot be drawn */
export function figure(f: Figure): string {
  if (f.panels.length === 0) throw new DataError("figure", "has no panel", "Give at least one");
  const size = f.fontSize ?? 7;
  const width = (f.width ?? 85) * POINTS_PER_MM;
  const columns = Math.min(f.columns ?? 1, f.panels.length);
  const title = f.title === undefined ? [] : wrap(f.title, size + 1, width - 2 * GAP);
  const { laid, boxes } = layOut(f, size, width, columns);
  let top = GAP + title.length * (size + 1) * 1.25;
  const body = title.map((line, k) =>
    text(width / 2, GAP + (size + 1) * (1 + 1.25 * k), line, { size: size + 1, anchor: "middle", bold: true }),
  );
  for (let k = 0; k < laid.length; k += columns) {
    const row = laid.slice(k, k + columns);
    const above = Math.max(...row.map((p) => p.above));
    row.forEach((p, c) => body.push(drawPanel({ ...p, above }, boxes[c] as Column, top + above, size))); // titles of a row align
    top += above + Math.max(...row.map((p) => p.height + p.below)) + GAP;
  }
  return document(width, top, body);
}

function document(width: number, height: number, body: readonly string[]): string {
  const mm = (points: number) => `${num(points / POINTS_PER_MM)}mm`;
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width: mm(width),
    height: mm(height),
    viewBox: `0 0 ${num(width)} ${num(height)}`,
    "font-family": FONT_FAMILY,
  };
  return element("svg", attributes, [element("rect", { width, height, fill: "#ffffff" }), ...body].join("\n")) + "\n";
}

/** Ranges and margins. Two passes: the width of the y labels must be known before the x ticks and legends are laid. */
function layOut(f: Figure, size: number, width: number, columns: number): { laid: Laid[]; boxes: Column[] } {
  const outer = width / columns;
  const inColumn = (c: number) => f.panels.filter((_, k) => k % columns === c);
  const boxes = Array.from({ length: columns }, (_, c) => {
    const panels = inColumn(c);
    const left = Math.max(...panels.map((p) => leftRoom(p, size)));
    const right = Math.max(...panels.map((p) => rightRoom(p, size)));
    return { left: c * outer + left, width: outer - left - right };
  });
  const shared = f.shareX ? Array.from({ length: columns }, (_, c) => sharedRange(inColumn(c))) : [];
  const laid = f.panels.map((panel, k) => {
    const last = k + columns >= f.panels.length;
    return layPanel(panel, (boxes[k % columns] as Column).width, size, shared[k % columns], !f.shareX || last);
  });
  return { laid, boxes };
}

function sharedRange(panels: readonly Panel[]): [number, number] {
  const ranges = panels.map((p) => axisRange(p.x, dataExtent(p, "x"), 0, "x axis"));
  return [Math.min(...ranges.map((r) => r[0])), Math.max(...ranges.map((r) => r[1]))];
}

const yRange = (panel: Panel): [number, number] => {
  const exact = panel.series.some((s) => s.type === "raster" || s.type === "heat" || s.type === "image");
  return axisRange(panel.y, dataExtent(panel, "y"), exact ? 0 : 0.05, `y axis "${panel.y.label ?? ""}"`);
};
const plotHeight = (panel: Panel): number => (panel.height ?? 28) * POINTS_PER_MM;
const yTicksOf = (panel: Panel, size: number) => ticksOf(panel.y, ...yRange(panel), plotHeight(panel) / (size * 2.2));
const widest = (ticks: readonly Tick[], size: number) => Math.max(0, ...ticks.map((t) => textWidth(t.label, size)));
const yTitleOf = (panel: Panel, size: number) =>
  wrap(axisTitle(panel.y), size, plotHeight(panel) * 1.1).filter((line) => line !== "");

function leftRoom(panel: Panel, size: number): number {
  return GAP + yTitleOf(panel, size).length * size * 1.2 + GAP + widest(yTicksOf(panel, size), size) + TICK + 1;
}

function rightRoom(panel: Panel, size: number): number {
  const bar = colourBar(panel, size);
  // half a tick label may hang over the end of the x axis
  return bar ? GAP + BAR + TICK + widest(bar.ticks, size) + GAP + size * 1.3 + GAP : GAP + size * 1.4;
}

function layPanel(
  panel: Panel,
  width: number,
  size: number,
  shared: [number, number] | undefined,
  showX: boolean,
): Laid {
  const scattered = panel.series.some((s) => s.type === "scatter");
  const x =
    shared ??
    axisRange(panel.x, dataExtent(panel, "x"), scattered ? 0.04 : 0, `x axis "${panel.x.label ?? ""}"`, !scattered);
  const title = panel.title === undefined ? [] : wrap(panel.title, size, width);
  const legend = panel.legend === false ? [] : legendRows(panel.series, size, width);
  const labels = panel.spans?.some((s) => s.label !== undefined) ? 1 : 0;
  const above = (title.length + legend.length + labels) * size * 1.3 + GAP;
  const below = showX ? TICK + 1 + size * 1.1 + (axisTitle(panel.x) ? size * 1.35 : 0) + GAP : GAP;
  return {
    panel, x, y: yRange(panel), xTicks: ticksOf(panel.x, ...x, width / (size * 5)), yTicks: yTicksOf(panel, size),
    yTitle: yTitleOf(panel, size), title, legend, bar: colourBar(panel, size), height: plotHeight(panel), above, below, showX,
  }; // prettier-ignore
}

function colourBar(panel: Panel, size: number): ColourBar | undefined {
  for (const s of panel.series) {
    const range = s.type === "heat" ? s.range : s.type === "scatter" ? valueRange(s) : undefined;
    if (!range || !(range[0] < range[1])) continue;
    const label = s.type === "heat" ? s.valueLabel : s.type === "scatter" ? (s.values?.label ?? "") : "";
    return { range, label, ticks: ticksOf({}, ...range, plotHeight(panel) / (size * 3)) };
  }
  return undefined;
}

function drawPanel(p: Laid, column: Column, top: number, size: number): string {
  const { left, width } = column;
  const plot: Plot = {
    x: scaleOf(p.panel.x.scale === "log", ...p.x, left, left + width),
    y: scaleOf(p.panel.y.scale === "log", ...p.y, top + p.height, top),
    left, top, width, height: p.height,
  }; // prettier-ignore
  const spans = (p.panel.spans ?? []).map((s) => {
    const [a, b] = [Math.max(left, plot.x(s.from)), Math.min(left + width, plot.x(s.to))];
    return b > a ? element("rect", { x: a, y: top, width: b - a, height: p.height, fill: s.colour ?? "#eeeeee" }) : "";
  });
  const series = p.panel.series.map((s, k) => drawSeries(s, plot, k));
  // a nested svg clips to its box without an id, so figures can be put into one page
  const box = { x: left, y: top, width, height: p.height, viewBox: [left, top, width, p.height].map(num).join(" ") };
  return [
    ...spans,
    element("svg", box, series.join("")),
    drawAxes(p, plot, size),
    drawHead(p, plot, size),
    drawBar(p, plot, size),
  ].join("\n");
}

function drawAxes(p: Laid, plot: Plot, size: number): string {
  const { left, top, width, height } = plot;
  const bottom = top + height;
  const marks = [`M${num(left)} ${num(top)}V${num(bottom)}H${num(left + width)}`];
  const out: string[] = [];
  for (const t of p.xTicks) {
    const x = plot.x(t.at);
    marks.push(`M${num(x)} ${num(bottom)}v${TICK}`);
    if (p.showX) out.push(text(x, bottom + TICK + 1 + size * 0.85, t.label, { size, anchor: "middle" }));
  }
  for (const t of p.yTicks) {
    const y = plot.y(t.at);
    marks.push(`M${num(left)} ${num(y)}h${-TICK}`);
    out.push(text(left - TICK - 1, y + size * 0.35, t.label, { size, anchor: "end" }));
  }
  const xTitle = axisTitle(p.panel.x);
  if (p.showX && xTitle)
    out.push(text(left + width / 2, bottom + TICK + 1 + size * 2.2, xTitle, { size, anchor: "middle" }));
  const labelLeft = left - TICK - 1 - widest(p.yTicks, size) - GAP;
  p.yTitle.forEach((line, k) => {
    const x = labelLeft - (p.yTitle.length - 1 - k) * size * 1.2;
    out.push(text(x, top + height / 2, line, { size, anchor: "middle", rotate: -90 }));
  });
  return element("path", { d: marks.join(""), fill: "none", stroke: INK, "stroke-width": 0.6 }) + out.join("");
}

/** Title, legend and names of the spans, from top to bottom above the plotting area. */
function drawHead(p: Laid, plot: Plot, size: number): string {
  const line = size * 1.3;
  let y = plot.top - p.above + line;
  const out: string[] = [];
  for (const words of p.title) {
    out.push(text(plot.left, y, words, { size, bold: true }));
    y += line;
  }
  for (const row of p.legend) {
    out.push(drawLegend(row, plot.left, y, size));
    y += line;
  }
  for (const s of p.panel.spans ?? []) {
    if (s.label === undefined) continue;
    const [a, b] = [Math.max(plot.left, plot.x(s.from)), Math.min(plot.left + plot.width, plot.x(s.to))];
    const fits = Math.min(size, (size * (b - a)) / textWidth(s.label, size)); // smaller rather than into its neighbour
    if (b > a) out.push(text((a + b) / 2, plot.top - 2, s.label, { size: fits, anchor: "middle", fill: "#555555" }));
  }
  return out.join("");
}

function drawBar(p: Laid, plot: Plot, size: number): string {
  if (!p.bar) return "";
  const left = plot.left + plot.width + GAP;
  const scale = scaleOf(false, ...p.bar.range, plot.top + plot.height, plot.top);
  const href = indexedPng(
    Uint8Array.from({ length: 256 }, (_, k) => 255 - k),
    1,
    256,
    paletteBytes(heatColour),
  );
  const out = [
    element("image", { x: left, y: plot.top, width: BAR, height: plot.height, preserveAspectRatio: "none", href }),
  ];
  for (const t of p.bar.ticks) {
    const y = scale(t.at);
    out.push(element("path", { d: `M${num(left + BAR)} ${num(y)}h${TICK}`, stroke: INK, "stroke-width": 0.6 }));
    out.push(text(left + BAR + TICK + 1, y + size * 0.35, t.label, { size }));
  }
  const x = left + BAR + TICK + widest(p.bar.ticks, size) + GAP + size * 0.9;
  out.push(text(x, plot.top + plot.height / 2, p.bar.label, { size, anchor: "middle", rotate: -90 }));
  return out.join("");
}
