/** Colours of series in order: each lighter than the one before, so that they differ in grey too. */
export const PALETTE = ["#12275a", "#a33b20", "#2f8f7f", "#e0a030", "#86c5e0"] as const;
/** Shades of the three phases behind a panel; the same in every figure. */
export const PHASE_COLOURS = ["#dfe6f2", "#f6e3d3", "#e0eedd"] as const;
/** Force of the three phases, as published. */
export const FORCE_COLOURS = ["#0001f9", "#966562", "#2efe37"] as const;

type Rgb = readonly [number, number, number];

export const seriesColour = (k: number): string => PALETTE[k % PALETTE.length] as string;

const parse = (hex: string): Rgb => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16)) as unknown as Rgb;
const print = (c: readonly number[]): string =>
  `#${c.map((v) => Math.round(Math.min(255, Math.max(0, v))).toString(16).padStart(2, "0")).join("")}`; // prettier-ignore

/** A colour between anchors spread evenly over 0..1. */
function between(anchors: readonly string[], f: number): string {
  const at = Math.min(1, Math.max(0, Number.isNaN(f) ? 0 : f)) * (anchors.length - 1);
  const k = Math.min(anchors.length - 2, Math.floor(at));
  const [a, b] = [parse(anchors[k] as string), parse(anchors[k + 1] as string)];
  return print(a.map((v, i) => v + (at - k) * ((b[i] as number) - v)));
}

/** Dark violet over green to yellow with rising lightness (samples of viridis, which is in the public domain, CC0). */
export const heatColour = (f: number): string =>
  between(["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725"], f);
/** Dark to middle blue, and dark to middle red: rasters on white. */
export const blue = (f: number): string => between(["#08264f", "#1f5fa8", "#6aa6d8"], f);
export const red = (f: number): string => between(["#5c0410", "#b51a24", "#ee7a66"], f);

/** Violet to red through the hues; lightness rises with f, so the order can be read in grey. */
export function rainbow(f: number): string {
  const hue = 275 * (1 - f);
  const target = 0.03 + 0.4 * f;
  let [low, high] = [0, 1];
  for (let k = 0; k < 20; k++) {
    const middle = (low + high) / 2;
    if (luminance(hsl(hue, 0.9, middle)) < target) low = middle;
    else high = middle;
  }
  return hsl(hue, 0.9, low);
}

function hsl(hue: number, saturation: number, lightness: number): string {
  const a = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    return 255 * (lightness - a * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return print([channel(0), channel(8), channel(4)]);
}

/** Relative luminance, 0..1 (WCAG 2). */
export function luminance(hex: string): number {
  const [r, g, b] = parse(hex).map((v) =>
    v <= 10 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4,
  ) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Bytes of a palette of 256 colours for `indexedPng`. */
export function paletteBytes(colour: (f: number) => string): Uint8Array {
  return Uint8Array.from(Array.from({ length: 256 }, (_, k) => parse(colour(k / 255))).flat());
}
