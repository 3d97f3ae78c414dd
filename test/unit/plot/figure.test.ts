import { describe, expect, test } from "vitest";
import { blue, FORCE_COLOURS, heatColour, luminance, PALETTE, rainbow, red } from "../../../src/plot/colours.ts";
import { figure } from "../../../src/plot/figure.ts";
import { axisRange, scaleOf, ticksOf } from "../../../src/plot/scale.ts";
import { escape, textWidth, unescape, wrap } from "../../../src/plot/svg.ts";
import type { Panel, Series } from "../../../src/plot/types.ts";

const panel = (series: Series[], more: Partial<Panel> = {}): Panel => ({
  x: { label: "x" },
  y: { label: "y" },
  series,
  ...more,
});
const labels = (...args: Parameters<typeof ticksOf>) => ticksOf(...args).map((t) => t.label);
/** Page coordinates of the points of the first data path. */
const points = (svg: string) => {
  const d = /<svg x=.*?<path d="([^"]*)"/s.exec(svg)![1]!;
  return [...d.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map((m) => [Number(m[1]), Number(m[2])] as const);
};

describe("ticks", () => {
  test.each([
    [0, 15, 5, ["0", "5", "10", "15"]],
    [-67, 60, 3, ["\u221250", "0", "50"]],
    [0, 1, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]],
    [0.1, 0.16, 3, ["0.10", "0.12", "0.14", "0.16"]],
    [0, 10, 4, ["0.0", "2.5", "5.0", "7.5", "10.0"]],
    [0, 2e6, 2, ["0", "10\u2076", "2\u00d710\u2076"]],
  ])("linear %d to %d", (low, high, target, want) => expect(labels({}, low, high, target)).toEqual(want));

  test("a panel too small for more still has two numbers", () =>
    expect(ticksOf({}, 103, 146, 1).length).toBeGreaterThan(1));

  test.each([
    [1, 1000, 5, ["1", "10", "100", "1000"]],
    [
      1e-6,
      1,
      8,
      [
        "10\u207b\u2076",
        "10\u207b\u2075",
        "10\u207b\u2074",
        "10\u207b\u00b3",
        "10\u207b\u00b2",
        "10\u207b\u00b9",
        "10\u2070",
      ],
    ],
    [1, 6, 5, ["1", "2", "5"]],
  ])("log %d to %d", (low, high, target, want) => expect(labels({ scale: "log" }, low, high, target)).toEqual(want));

  test("log axes map decades evenly and refuse 0", () => {
    const s = scaleOf(true, 1, 100, 0, 10);
    expect([s(1), s(10), s(100), s(0)]).toEqual([0, 5, 10, NaN]);
    expect(() => axisRange({ scale: "log", range: [0, 1] }, [1, 2], 0, "y axis")).toThrow(/log axis from 0/);
    expect(() => axisRange({ range: [2, 1] }, [0, 1], 0, "y axis")).toThrow(/runs from 2 to 1/);
  });

  test("no data and constant data still make an axis", () => {
    expect(axisRange({}, [Infinity, -Infinity], 0, "")).toEqual([0, 1]);
    const [low, high] = axisRange({}, [5, 5], 0, "");
    expect(low).toBeLessThan(5);
    expect(high).toBeGreaterThan(5);
  });
});

describe("drawing", () => {
  test("a line of 200,000 points keeps its extremes and stays small", () => {
    const n = 200_000;
    const y = Float64Array.from({ length: n }, (_, k) => Math.sin(k));
    y[77_777] = 5;
    y[123_456] = -4;
    const svg = figure({ panels: [panel([{ type: "line", x: y.map((_, k) => k), y }])] });
    const drawn = points(svg);
    expect(drawn.length).toBeLessThan(4 * ((85 / 25.4) * 300 + 2)); // four points a column of 1/300 inch
    const ys = drawn.map((p) => p[1]);
    const span = Math.max(...ys) - Math.min(...ys);
    const height = (28 * 72) / 25.4;
    expect(span / height).toBeCloseTo(1 / 1.1, 3); // from -4 to 5, padded by 5 % on either side
  });

  test("NaN breaks a line", () => {
    const svg = figure({ panels: [panel([{ type: "line", x: [0, 1, 2, 3, 4], y: [0, 1, NaN, 1, 0] }])] });
    expect(/<svg x=.*?<path d="([^"]*)"/s.exec(svg)![1]!.match(/M/g)).toHaveLength(2);
  });

  test("a raster of 100,000 spikes is few paths, none of more than 4096 marks, below 2.5 MB", () => {
    const n = 100_000;
    const x = Float64Array.from({ length: n }, (_, k) => (k * 15) / n);
    const rows = Uint32Array.from({ length: n }, (_, k) => (k * 7919) % 800);
    const start = performance.now();
    const svg = figure({ width: 180, panels: [panel([{ type: "raster", x, rows, rowCount: 800 }])] });
    expect(performance.now() - start).toBeLessThan(5000); // 0.3 s alone on the 2-core machine; it is shared
    expect(svg.match(/v0\.\d+M/g)!.length).toBeGreaterThan(99_000);
    const marks = svg.match(/<path d="[^"]*"/g)!.map((path) => path.match(/v0\.\d+/g)?.length ?? 0);
    expect(marks).toHaveLength(Math.ceil(n / 4096) + 1); // spikes and axes
    expect(Math.max(...marks)).toBe(4096);
    expect(marks.reduce((sum, k) => sum + k, 0)).toBe(n);
    expect(svg.length).toBeLessThan(2.5e6);
  });

  test("silent rows keep their place: the axis has all rows", () => {
    const svg = figure({
      panels: [panel([{ type: "raster", x: [0, 1], rows: [0, 0], rowCount: 100 }], { height: 40 })],
    });
    expect(svg).toContain(">80<");
  });

  test("panels share their x range, and only the lowest shows its numbers", () => {
    const one = panel([{ type: "line", x: [0, 10], y: [0, 1] }], { x: { label: "time", unit: "s" } });
    const two = panel([{ type: "line", x: [5, 20], y: [0, 1] }], { x: { label: "time", unit: "s" } });
    const svg = figure({ shareX: true, panels: [one, two] });
    expect(svg.match(/>20</g)).toHaveLength(1);
    expect(svg.match(/>time \(s\)</g)).toHaveLength(1);
  });

  test("names are escaped", () => {
    const svg = figure({ panels: [panel([{ type: "line", x: [0, 1], y: [0, 1], label: 'a < b & "c"' }])] });
    expect(svg).toContain("a &lt; b &amp; &quot;c&quot;");
    expect(unescape(escape('&lt; < "&"'))).toBe('&lt; < "&"');
  });

  test("an empty figure is refused", () => expect(() => figure({ panels: [] })).toThrow(/has no panel/));

  test("long titles wrap inside the width", () => {
    const lines = wrap("a title that is much too long for the width it is given here", 7, 80);
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(textWidth(line, 7)).toBeLessThanOrEqual(80);
  });
});

describe("colours survive greyscale", () => {
  const rising = (colours: readonly string[]) =>
    colours.every((c, k) => k === 0 || luminance(c) > luminance(colours[k - 1]!));
  const sampled = (map: (f: number) => string) => Array.from({ length: 21 }, (_, k) => map(k / 20));
  test("series and published force colours rise in luminance", () => {
    expect(rising(PALETTE)).toBe(true);
    expect(rising(FORCE_COLOURS)).toBe(true);
  });
  test.each([
    ["heat", heatColour],
    ["rainbow", rainbow],
    ["blue", blue],
    ["red", red],
  ] as const)("%s", (_, map) => {
    expect(rising(sampled(map))).toBe(true);
  });
  test("luminance of white, black and grey", () => {
    expect(luminance("#ffffff")).toBeCloseTo(1, 12);
    expect(luminance("#000000")).toBe(0);
    expect(luminance("#808080")).toBeCloseTo(0.2159, 4);
  });
});
