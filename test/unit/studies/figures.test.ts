import { expect, test } from "vitest";
import { populationRate } from "../../../src/analysis/rates.ts";
import { fromPerCell } from "../../../src/analysis/spikes.ts";
import { textWidth, unescape } from "../../../src/plot/svg.ts";
import { spectraFigure, thresholdsFigure } from "../../../src/plot/common.ts";
import { neuronParametersFigure, rinTauFigure } from "../../../src/studies/extraction/figures.ts";
import { dischargeRatesFigure, plateauFigure, trapezoidFigure } from "../../../src/studies/trapezoid/figures.ts";
import { coherenceFigure, forceFigure, objectiveFigure } from "../../../src/studies/watanabe-pipeline/figures.ts";
import { statisticsFigure } from "../../../src/studies/activity-figures.ts";
import { watanabeFigure } from "../../../src/studies/watanabe/figures.ts";

const trains = fromPerCell([[100, 200, 300], [150, 290], []]);
const t = Array.from({ length: 100 }, (_, k) => 10 * k);
const series = { t, value: t.map((v) => 65 + Math.sin(v)) };
const phases = [
  { name: "constant", from: 0, to: 500 },
  { name: "modulated at 20 Hz", from: 500, to: 1000 },
];
const hz = (n: number) => ({
  t: Float64Array.from(t),
  hz: Array.from({ length: n }, (_, k) => Float64Array.from(t, () => k + 1)),
  cells: Array.from({ length: n }, (_, k) => k),
});
const f = [0, 10, 20, 30];
const parameters = {
  rheobase: [5.9, 10.5],
  inputResistance: [1.75, 0.97],
  tau: [10.2, NaN],
  ahpDuration: [139, 68],
  gain: [3.22, 2.74],
};

const figures: Record<string, (width: number) => string> = {
  watanabe: (width) =>
    watanabeFigure(
      {
        phases, ddDrive: series, inDrive: series, motorNeurons: trains,
        populationRate: populationRate(trains, { from: 0, to: 1000 }), potentials: [{ cell: 1, ...series }],
      },
      width,
    ),
  thresholds: (width) => thresholdsFigure([0.01, 0.1, 1], width),
  force: (width) => forceFigure({ phases, force: Float64Array.from({ length: 2048 }, (_, k) => k), frequency: 2048, unit: "%MVC" }, width),
  coherence: (width) => coherenceFigure(phases.map((p) => ({ name: p.name, f, groups: [[0, 0.1, 0.9, 0]], mean: [0, 0.1, 0.8, 0], level: 0.1 })), width),
  spectra: (width) => spectraFigure([{ name: "force", f, density: [1e5, 10, 1, 0.1] }], { unit: "1/Hz", width }),
  objective: (width) => objectiveFigure([{ name: "absolute", dc: [60, 50], error: [0.02, 0.2], best: 60 }], width),
  trapezoid: (width) => trapezoidFigure({ drive: series, baseline: 0, sources: trains, motorNeurons: trains, duration: 1000 }, width),
  rates: (width) => dischargeRatesFigure(hz(3), width),
  "many rates": (width) => dischargeRatesFigure(hz(60), width),
  plateau: (width) => plateauFigure({ cells: [0, 1], rate: [20, 10], cv: [0.1, 0.2] }, width),
  parameters: (width) => neuronParametersFigure(parameters, width),
  "R_in and tau": (width) => rinTauFigure(parameters, width),
}; // prettier-ignore

/** Boxes of all texts: left, right, top, bottom (points), by the wide estimate the layout itself reserves. */
function textBoxes(svg: string) {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, attributes, content]) => {
    const get = (name: string) => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes!)?.[1];
    const [x, y, size] = ["x", "y", "font-size"].map((n) => Number(get(n))) as [number, number, number];
    const width = textWidth(unescape(content!), size);
    const before = { middle: width / 2, end: width }[get("text-anchor") ?? ""] ?? 0;
    const box = { content, left: x - before, right: x - before + width, top: y - 0.8 * size, bottom: y + 0.25 * size };
    return get("transform")?.startsWith("rotate(-90")
      ? { content, left: x - 0.8 * size, right: x + 0.25 * size, top: y - width / 2, bottom: y + width / 2 }
      : box;
  });
}

test.each(Object.keys(figures).flatMap((name) => [85, 180].map((width) => [name, width] as const)))(
  "%s, %d mm wide: numbers are finite and no text leaves the page",
  (name, width) => {
    const svg = figures[name]!(width);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const [W, H] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.slice(1).map(Number) as [number, number];
    expect(W).toBeCloseTo((width * 72) / 25.4, 1);
    for (const box of textBoxes(svg)) {
      expect(box.left, box.content).toBeGreaterThanOrEqual(0);
      expect(box.right, box.content).toBeLessThanOrEqual(W);
      expect(box.top, box.content).toBeGreaterThanOrEqual(0);
      expect(box.bottom, box.content).toBeLessThanOrEqual(H);
    }
  },
);

test("active units are counted; phases are named once; legends stop at 20 units", () => {
  expect(figures.watanabe!(180)).toContain("2 of 3 active");
  expect(figures.watanabe!(180).match(/modulated at 20 Hz/g)).toHaveLength(1);
  expect(figures.trapezoid!(180)).toContain("2 of 3 active");
  expect(figures.rates!(180)).toContain(">unit 2<");
  expect(figures["many rates"]!(180)).not.toContain(">unit 2<");
});

test("a run without a spike still has its figures", () => {
  const silent = fromPerCell([[], []]);
  const svg = trapezoidFigure({ drive: series, baseline: 0, sources: silent, motorNeurons: silent, duration: 1000 });
  expect(svg).toContain("0 of 2 active");
  expect(svg).not.toMatch(/NaN|Infinity/);
  expect(dischargeRatesFigure({ t: Float64Array.of(0, 1), hz: [], cells: [] })).not.toMatch(/NaN|Infinity|undefined/);
});

test.each([[30, 30], [99, 33]])("rates are counted in bins of whole spikes: of %i counts that occur alike none is a gap", (n, bins) => {
  const rates = Array.from({ length: n }, (_, k) => k / 0.8);
  const spectrum = { f: Float64Array.of(0, 100), density: Float64Array.of(1, 2) };
  const svg = statisticsFigure([{ label: "", spectrum: spectrum as never, rates, cvs: [] }], { from: 200, to: 1000 });
  const [steps = ""] = Array.from(svg.matchAll(/<path d="(M[^"]*)"/g), (m) => m[1] as string).filter((d) => /V[\d.]+H[\d.]+V[\d.]+H/.test(d));
  const heights = Array.from(steps.matchAll(/V([\d.]+)(?=H)/g), (m) => Number(m[1]));
  expect(heights).toHaveLength(40);
  expect(new Set(heights.slice(0, bins)).size).toBe(1);
  expect(new Set(heights.slice(bins)).size).toBe(1);
  expect(heights[0]).toBeLessThan(heights[bins] as number); // y of the drawing grows downwards
}); // prettier-ignore
