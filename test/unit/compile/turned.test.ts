import { expect, test } from "vitest";
import { turned } from "../../../src/gpu/turned.ts";

/** What JavaScript makes of a text whose loops are WGSL's. */
function sum(loops: string): number {
  const js = turned(loops)
    .replaceAll("loop {", "for (;;) {")
    .replaceAll(/\bcontinuing \{(.*?)break if (.*?); \}/gs, "$1 if ($2) break;");
  return (new Function(`let sum = 0; ${js} return sum;`) as () => number)();
}

test.each([
  ["for (var k = 0; k < 5; k++) { sum += k; }", 10],
  ["for (var k = 0; k < 0; k++) { sum += 1; }", 0],
  ["var t = 7; while (t < 9) { sum += t; t++; }", 15],
  ["var t = 9; while (t < 9) { sum += t; t++; }", 0],
  ["for (var i = 0; i < 3; i++) { for (var j = i; j < 3; j++) { sum += 10 * i + j; } }", 10 * 4 + 8],
  ["var t = 0; while (t < 4) { let stop = (t + 2); while (t < stop) { sum += 1; t++; } }", 4],
  ["var at = 1; for (var k = (at + 1) * 2; k > 0; k--) { let at = [k][0]; sum += at; }", 10],
  ["var t = 0; for (; t < 3; ) { t++; sum += t; }", 6],
])("%s", (loops, want) => {
  expect(turned(loops)).not.toMatch(/\b(for|while)\b/);
  expect(sum(loops)).toBe(want);
});

test("a text without loops stays as it is, and words that hold the name of a loop are none", () => {
  const text = "fn before(format: u32) -> u32 { return awhile(format); }";
  expect(turned(text)).toBe(text);
});

test("a loop that is not closed is an error", () => {
  expect(() => turned("for (var k = 0; k < 2; k++) { sum += k;")).toThrow("a loop that is not closed: {");
});
