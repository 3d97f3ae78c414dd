import { expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { fixedNumberPerSource, fixedProbability, type Rule } from "../../../src/connect/rules.ts";
import { iaf_delta } from "../../../src/mechanisms/neurons/index.ts";
import { Network } from "../../../src/network/network.ts";
import { ms, mV } from "../../../src/units.ts";

/** A population on itself, one weight and one delay. */
function recurrent(n: number, rule: Rule): Network {
  const net = new Network({ seed: 5 });
  const E = net.cells("E", iaf_delta({ n }));
  net.connect(E, E.receptor("jump"), rule, { weight: mV(0.1), delay: ms(1.5) });
  return net;
}

/** Bytes that all typed arrays of plain data view. */
function bytesOf(data: unknown): number {
  if (ArrayBuffer.isView(data)) return data.buffer.byteLength;
  if (typeof data !== "object" || data === null) return 0;
  return Object.values(data).reduce<number>((sum, x) => sum + bytesOf(x), 0);
}

test.each<[string, number, Rule]>([
  ["fixedProbability by gaps", 3000, fixedProbability(0.1)],
  ["fixedProbability by pairs", 2000, fixedProbability(0.25)],
  ["fixedNumberPerSource", 3000, fixedNumberPerSource(300)],
])("%s: 4 bytes a link and little more once compiled", (_, n, rule) => {
  const c = compile(recurrent(n, rule), { dt: ms(0.1) });
  const links = c.projections[0]!.links;
  expect(links).toBeGreaterThan(8e5);
  expect(bytesOf(c.stages)).toBeLessThan(5 * links);
});

/** Time goes by links: the same number among ten times the cells costs about as much, where pairs grow a hundredfold. */
test.each<[string, (n: number) => Rule]>([
  ["fixedProbability", (n) => fixedProbability(1e6 / n ** 2)],
  ["fixedNumberPerSource", (n) => fixedNumberPerSource(1e6 / n)],
])("%s: a million links among 10^4 and among 10^5 cells", (_, rule) => {
  const seconds = (n: number): number => {
    const begun = performance.now();
    const c = compile(recurrent(n, rule(n)), { dt: ms(0.1) });
    expect(c.projections[0]!.links).toBeGreaterThan(9.9e5);
    return performance.now() - begun;
  };
  seconds(1e4);
  // measured 1 to 2; by pairs it would be 100
  expect(seconds(1e5) / seconds(1e4)).toBeLessThan(10);
});
