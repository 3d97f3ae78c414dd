// Colours of the pages: what is drawn stands out from its ground by 3:1 (WCAG 1.4.11), what is read by 4.5:1, in light and dark.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const CSS = readFileSync(new URL("../../../demo/style.css", import.meta.url), "utf8");
const COLOURS = new Map([...CSS.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [name as string, [light, dark] as [string, string]])); // prettier-ignore

/** Relative luminance of sRGB, as WCAG 2 defines it. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((k) => {
    const c = parseInt(hex.slice(k, k + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (a: string, b: string): number => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

const blend = (a: string, b: string, part: number): string =>
  `#${[1, 3, 5].map((k) => Math.round(parseInt(a.slice(k, k + 2), 16) * (1 - part) + parseInt(b.slice(k, k + 2), 16) * part).toString(16).padStart(2, "0")).join("")}`; // prettier-ignore

/** Grounds, and lines that only part what is told apart by space too. */
const OTHERS = ["paper", "panel", "line", "grid", "accent-ink"];
/** Words, also as links and errors. */
const READ = ["ink", "muted", "accent", "bad"];

test("WCAG's own pairs", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 10);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test.each([
  ["light", 0],
  ["dark", 1],
] as const)("every colour that is drawn with stands out, %s", (_, scheme) => {
  const of = (name: string): string => (COLOURS.get(name) as [string, string])[scheme];
  const drawn = [...COLOURS.keys()].filter((name) => !OTHERS.includes(name));
  expect(drawn.length).toBeGreaterThan(20);
  const faint = drawn.flatMap((name) => ["paper", "panel"].map((ground) => [name, ground, contrast(of(name), of(ground))] as const)).filter(([, , c]) => c < 3); // prettier-ignore
  expect(faint).toEqual([]);
  // voltages in between, as the scene mixes them
  const stops = ["v-low", "v-rest", "v-high", "v-spike"].map(of);
  const mixed = stops
    .slice(1)
    .flatMap((to, k) => Array.from({ length: 20 }, (_, n) => blend(stops[k] as string, to, n / 20)));
  expect(mixed.filter((c) => contrast(c, of("panel")) < 3)).toEqual([]);
  const unread = READ.flatMap((name) => ["paper", "panel"].map((ground) => [name, ground, contrast(of(name), of(ground))] as const)).filter(([, , c]) => c < 4.5); // prettier-ignore
  expect(unread).toEqual([]);
  expect(contrast(of("accent-ink"), of("accent"))).toBeGreaterThanOrEqual(4.5);
});
