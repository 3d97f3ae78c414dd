import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { drawProjections } from "../../../src/compile/links/links.ts";
import { Ticker } from "../../../src/compile/ticker.ts";
import { drawLinks, type Links } from "../../../src/connect/draw.ts";
import {
  distanceLaw,
  fixedInDegree,
  fixedNumberPerSource,
  fixedOutDegree,
  fixedProbability,
  fixedTotal,
  list,
  type Rule,
} from "../../../src/connect/rules.ts";
import { type Drawn, DrawnValues, exponentialValues, lognormalValues, normalValues, uniformValues } from "../../../src/connect/values.ts"; // prettier-ignore
import { iaf_delta } from "../../../src/mechanisms/neurons/index.ts";
import { Network } from "../../../src/network/network.ts";
import { ms, mV } from "../../../src/units.ts";

/** FNV-1a of the bytes. */
function hash(...arrays: (Uint32Array | Float64Array)[]): string {
  let h = 0x811c9dc5;
  for (const a of arrays)
    for (const byte of new Uint8Array(a.buffer, a.byteOffset, a.byteLength)) h = Math.imul(h ^ byte, 0x01000193);
  return (h >>> 0).toString(16);
}

const SIZES = { sources: 150, targets: 150, same: true };
const places = Array.from({ length: 150 }, (_, k) => [k % 10, Math.floor(k / 10)]);
const draw = (rule: Rule): Links => drawLinks(rule, SIZES, 11, "bits");

/** What a seed means: published with every network that was drawn by it. Hashes are those of 30 November 2026, before rules were made faster. */
describe("what a seed draws stays", () => {
  test.each<[string, Rule, string]>([
    ["fixedProbability by gaps", fixedProbability(0.1, { autapses: false }), "b63f1819"],
    ["fixedProbability by pairs", fixedProbability(0.3), "82127170"],
    ["fixedNumberPerSource", fixedNumberPerSource(40, { autapses: false }), "826f7c35"],
    ["fixedInDegree", fixedInDegree(40, { autapses: false }), "acf1dc2"],
    ["fixedInDegree with multapses", fixedInDegree(40, { autapses: false, multapses: true }), "a7d65c7d"],
    ["fixedOutDegree", fixedOutDegree(40, { autapses: false }), "826f7c35"],
    ["fixedOutDegree with multapses", fixedOutDegree(10, { multapses: true }), "2a75207"],
    ["fixedTotal", fixedTotal(5001, { autapses: false }), "683e9123"],
    ["distanceLaw", distanceLaw("select(d < 3, 0.5, 0.1)", { sources: places }), "f00967b1"],
  ])("%s", (_, rule, want) => {
    const { start, target, order } = draw(rule);
    expect(order).toBeUndefined();
    expect(hash(start, target)).toBe(want);
  });

  const links = draw(fixedTotal(9000)); // many pairs twice
  const values = (d: Drawn, of = links): DrawnValues => new DrawnValues("w", d, d.unit, of, { seed: 11, name: "bits", use: "weight" }); // prettier-ignore
  test.each<[Drawn, string]>([
    [normalValues({ mean: mV(1), sd: mV(0.5) }), "220416ec"],
    [normalValues({ mean: mV(1), sd: mV(0.5), min: mV(0.7), max: mV(1.4), outside: "redraw" }), "1e1be4a4"],
    [uniformValues({ from: mV(1), to: mV(2) }), "18c6bcd7"],
    [exponentialValues({ mean: mV(1), max: mV(3) }), "b6d1c3c5"],
  ])("values of $distribution", (d, want) => {
    expect(hash(values(d).all())).toBe(want);
  });

  test("values of one source are those of all, in the order of its links", () => {
    const given = draw(list([[7, 3], [2, 9], [7, 3], [7, 1], [2, 0]])); // prettier-ignore
    const d = lognormalValues({ mean: mV(1), sd: mV(0.5) });
    const all = values(d, given).all();
    expect(new Set(all).size).toBe(5);
    const row = new Float64Array(3);
    values(d, given).row(7, row);
    expect([...row]).toEqual([all[0], all[2], all[3]]);
  });
});

test("drawn weights are kept once, in rows, and nowhere before", () => {
  const net = new Network({ seed: 5 });
  const E = net.cells("E", iaf_delta({ n: 1000 }));
  net.connect(E, E.receptor("jump"), fixedProbability(0.1), { weight: normalValues({ mean: mV(0.1), sd: mV(0.02) }), delay: ms(1.5) }); // prettier-ignore
  const [drawn] = drawProjections(net.describe(), [1], new Ticker(undefined));
  const kept = Object.values(drawn!.links[0]!).reduce((sum, x) => sum + (ArrayBuffer.isView(x) ? x.byteLength : 0), 0);
  expect(kept).toBeLessThan(4.2 * drawn!.links[0]!.target.length);
  const c = compile(net, { dt: ms(0.1) });
  expect(c.stages[0]!.rows[0]!.weight).toHaveLength(c.projections[0]!.links);
});
