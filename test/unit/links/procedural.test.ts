import { describe, expect, test } from "vitest";
import { fixedNumberPerSource, list, oneToOne } from "../../../src/connect/rules.ts";
import { normalValues } from "../../../src/connect/values.ts";
import { ModelError } from "../../../src/errors.ts";
import { tsodyks_markram } from "../../../src/mechanisms/plasticity/index.ts";
import { Network } from "../../../src/network/network.ts";
import type { ConnectOptions } from "../../../src/network/options.ts";
import { poisson, trains } from "../../../src/network/sources.ts";
import type { Rule } from "../../../src/connect/rules.ts";
import { referenceEngine } from "../../../src/reference/engine.ts";
import { Hz, ms, perCell, uS } from "../../../src/units.ts";
import { collect, same } from "../../gpu/engine-networks.ts";
import { smallCells } from "../network/cells.ts";
import { mixed, mixedNetwork } from "./procedural.ts";

const STEPS = 1200;

describe.each([64, 32] as const)("float%i: links drawn again give the bits of kept ones", (precision) => {
  test.each([1, 2])("in %i entries", async (entries) => {
    const kept = await collect(referenceEngine(mixed(false, entries), { precision }), STEPS);
    const again = await collect(referenceEngine(mixed(true, entries), { precision }), STEPS);
    expect(kept.spikes.length).toBeGreaterThan(100);
    same("spikes", again.spikes, kept.spikes);
    for (const [name, { data }] of Object.entries(kept.traces)) same(name, again.traces[name]!.data, data);
  });

  test("in entries of one structure", async () => {
    const kept = await collect(referenceEngine(mixed(false, 3, undefined, true), { precision }), 600);
    const again = await collect(referenceEngine(mixed(true, 3, undefined, true), { precision }), 600);
    expect(mixed(true, 3, undefined, true).stages[0]?.procedural[0]?.seeds.length).toBe(1);
    same("spikes", again.spikes, kept.spikes);
    for (const [name, { data }] of Object.entries(kept.traces)) same(name, again.traces[name]!.data, data);
  });

  test("whatever the block", async () => {
    const kept = await collect(referenceEngine(mixed(true), { precision }), STEPS);
    const short = await collect(referenceEngine(mixed(true, 1, 3), { precision }), STEPS);
    same("spikes", short.spikes, kept.spikes);
    for (const [name, { data }] of Object.entries(kept.traces)) same(name, short.traces[name]!.data, data);
  });
});

test("a procedural projection survives JSON, keeps nothing, and says what is expected", () => {
  const again = Network.fromJSON(JSON.parse(JSON.stringify(mixedNetwork(true))));
  expect(again.describe().projections[0]?.procedural).toBe(true);
  const c = mixed(true);
  expect(c.stages.flatMap((s) => s.procedural).length).toBe(5);
  expect(c.projections.map((p) => p.procedural === true)).toEqual([true, true, false, true, true, true]);
  expect(c.projections[3]).toMatchObject({ links: Math.round(70 * 69 * 0.1) });
});

describe("what cannot be drawn again is refused with the reason", () => {
  const refused = (rule: Rule, options: Partial<ConnectOptions>, given = false): (() => unknown) => {
    const net = new Network({ seed: 1 });
    const S = net.sources("S", 3, given ? trains([[1], [2], [3]]) : poisson({ rate: Hz(10) }));
    const E = net.cells("E", smallCells(3));
    return () => net.connect(S, E.inhibitory, rule, { weight: uS(1), delay: ms(1), name: "P", procedural: true, ...options });
  };
  test.each<[string, () => unknown, RegExp]>([
    ["plasticity", refused(oneToOne(), { plasticity: tsodyks_markram() }), /^P, procedural: has plasticity/],
    ["weights of links", refused(oneToOne(), { weight: perCell(uS, [1, 2, 3]) }), /^P, procedural: has weights or delays of single links/],
    ["a function of the pair", refused(oneToOne(), { delay: () => ms(1) }), /^P, procedural: has weights or delays of single links/],
    ["a longest delay", refused(oneToOne(), { maxDelay: ms(3) }), /^P, procedural: has a maxDelay/],
    ["drawn weights", refused(oneToOne(), { weight: normalValues({ mean: uS(1), sd: uS(0.1) }) }), /^P, procedural: has weights or delays of single links/],
    ["given trains", refused(oneToOne(), {}, true), /^P, procedural: has given trains/],
    ["a list", refused(list([[0, 0]]), {}), /links of list cannot be drawn again one source at a time. Take oneToOne, allToAll or fixedProbability/],
    ["a fixed number", refused(fixedNumberPerSource(2), {}), /links of fixedNumberPerSource cannot/],
  ])("%s", (_, connect, words) => {
    expect(connect).toThrow(ModelError);
    expect(connect).toThrow(words);
  });

  test("and a description from JSON too", () => {
    const d = mixedNetwork(true).describe();
    const bad = { ...d, projections: d.projections.map((p) => ({ ...p, maxDelay: ms(2) })) };
    expect(() => Network.fromJSON(bad)).toThrow(/procedural: has a maxDelay/);
    expect(() => Network.fromJSON({ ...d, projections: [{ ...d.projections[0]!, procedural: 1 as unknown as boolean }] })).toThrow(/procedural: is 1/);
  });
}); // prettier-ignore
