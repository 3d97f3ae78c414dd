import { inflateSync } from "node:zlib";
import { Resvg } from "@resvg/resvg-js";
import { expect, test } from "vitest";
import { heatColour, paletteBytes } from "../../../src/plot/colours.ts";
import { figure } from "../../../src/plot/figure.ts";
import { indexedPng } from "../../../src/plot/indexed-png.ts";
import { toPng } from "../../../src/plot/png.ts";
import { strokeText } from "../../../src/plot/strokes.ts";

const svg = figure({
  width: 85,
  title: "Title: \u03c4 (M\u03a9)",
  panels: [
    {
      title: "Panel",
      x: { label: "time", unit: "s" },
      y: { label: "V", unit: "mV" },
      series: [{ type: "line", x: [0, 1], y: [0, 1] }],
    },
  ],
});
const withoutFonts = {
  font: { loadSystemFonts: false },
  background: "#ffffff",
  fitTo: { mode: "width", value: 1004 },
} as const;

/** Dark pixels of the top of the page, where only the title is. */
function inkOfTitle(source: string): number {
  const picture = new Resvg(source, withoutFonts).render();
  const { pixels } = picture; // a copy at every access
  const rows = Math.round((10 / 72) * 300);
  let ink = 0;
  for (let k = 0; k < rows * picture.width; k++) if (pixels[4 * k]! < 128) ink++;
  return ink;
}

test("on a machine without fonts plain text vanishes and stroke text is there", () => {
  expect(inkOfTitle(svg)).toBe(0);
  expect(inkOfTitle(strokeText(svg))).toBeGreaterThan(300);
  expect(strokeText(svg)).not.toContain("<text");
});

test("every text of the figure becomes one path at its place and turn", () => {
  const texts = svg.match(/<text /g)!.length;
  const paths = (of: string) => of.match(/<path /g)!.length;
  expect(paths(strokeText(svg))).toBe(paths(svg) + texts);
  expect(strokeText(svg)).toContain("rotate(-90");
});

test("an unknown character is a box, not an error", () => {
  expect(strokeText('<text x="0" y="10" font-size="10">\u4e2d</text>')).toMatch(/M0 10L0 3L3.5 3L3.5 10L0 10/);
});

test("centred text is centred", () => {
  const path = strokeText('<text x="50" y="10" font-size="10" text-anchor="middle">H</text>');
  expect(path).toContain("M47.55 10L47.55 3M52.45 10L52.45 3");
});

test.each([300, 72])("width in pixels at %d dpi", (dpi) => {
  const png = toPng(svg, { dpi, text: "strokes" });
  expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(png.buffer, png.byteOffset);
  expect(view.getUint32(16)).toBe(Math.round((85 / 25.4) * dpi));
});

test("what is no figure is refused", () => {
  expect(() => toPng("<svg/>")).toThrow(/viewBox/);
  expect(() => toPng('<svg viewBox="0 0 10 10"><g></svg>')).toThrow(/does not render/);
});

test("an indexed PNG holds its bytes, also beyond one stored block", () => {
  const [width, height] = [400, 300];
  const pixels = Uint8Array.from({ length: width * height }, (_, k) => (k * 31) % 256);
  const bytes = Buffer.from(indexedPng(pixels, width, height, paletteBytes(heatColour)).split(",")[1]!, "base64");
  const at = bytes.indexOf("IDAT");
  const lines = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4))); // checks the Adler sum
  const got = Uint8Array.from(
    { length: width * height },
    (_, k) => lines[Math.floor(k / width) * (width + 1) + 1 + (k % width)]!,
  );
  expect(got).toEqual(pixels);
});

test("a heat map shows its values where they are: first row at the bottom, checksums accepted by the renderer", () => {
  const heat = figure({
    width: 85,
    panels: [
      {
        x: { label: "x" },
        y: { label: "y" },
        series: [
          {
            type: "heat",
            z: [0, 1, 1, 1],
            rows: 2,
            columns: 2,
            x: [0, 2],
            y: [0, 2],
            range: [0, 1],
            valueLabel: "z (1)",
          },
        ],
      },
    ],
  });
  const box = /<svg x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/.exec(heat)!.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const picture = new Resvg(heat, { fitTo: { mode: "width", value: 1004 } }).render();
  const { pixels } = picture;
  const colourAt = (fx: number, fy: number) => {
    const [x, y] = [box[0] + fx * box[2], box[1] + fy * box[3]].map((v) => Math.round((v * 300) / 72)) as [
      number,
      number,
    ];
    return [...pixels.subarray(4 * (y * picture.width + x), 4 * (y * picture.width + x) + 3)];
  };
  expect(colourAt(0.25, 0.75)).toEqual([0x44, 0x01, 0x54]);
  for (const [x, y] of [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.75, 0.75],
  ] as const)
    expect(colourAt(x, y)).toEqual([0xfd, 0xe7, 0x25]);
});
