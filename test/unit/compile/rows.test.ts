import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import type { CompiledStage, RowTable } from "../../../src/compile/compiled.ts";
import { fixedProbability, list } from "../../../src/connect/rules.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson, trains } from "../../../src/network/sources.ts";
import { Hz, ms, perCell, uS } from "../../../src/units.ts";
import { smallCells } from "../network/cells.ts";

const dt = ms(0.1);

/** Links of a row table as [source, delay, projection, slot, weight]. */
function links(rows: RowTable): number[][] {
  const found: number[][] = [];
  for (let s = 0; s + 1 < rows.rowStart.length; s++) {
    for (let g = rows.rowStart[s]!; g < rows.rowStart[s + 1]!; g++) {
      const projection = rows.segmentProjection[g]!;
      for (let k = rows.segmentStart[g]!, w = rows.segmentWeight[g]!; k < rows.segmentStart[g + 1]!; k++) {
        found.push([s, rows.segmentDelay[g]!, projection, rows.target[k]!, rows.weight[w]!]);
        w += rows.weightStride[projection]!;
      }
    }
  }
  return found;
}

/** Delivers one spike of one source as an engine does: weights summed per (delay, slot). */
function deliver(rows: RowTable, source: number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [s, delay, , slot, w] of links(rows)) {
    if (s === source) sums.set(`${delay}:${slot}`, (sums.get(`${delay}:${slot}`) ?? 0) + w!);
  }
  return sums;
}

test("a small network by hand", () => {
  const net = new Network({ seed: 1 });
  const S = net.sources("S", 2, poisson({ rate: Hz(10) }));
  const E = net.cells("E", smallCells(2, { axonDelay: perCell(ms, [0.5, 0]) }));
  const I = net.cells("I", smallCells(1));
  net.connect(S, E.receptor("exc_b"), list([[1, 1], [0, 1], [0, 0]]), { weight: perCell(uS, [3, 2, 1]), delay: perCell(ms, [0.3, 0.2, 0.2]) });
  net.connect(E, I.inhibitory, list([[0, 0], [1, 0]]), { weight: uS(5), delay: ms(1) });
  net.connect(S, I.inhibitory, list([[1, 0]]), { weight: uS(-7), delay: ms(0.3), maxScale: 2 });
  net.connect(S, E.inhibitory, list([[0, 1]]), { weight: uS(9), delay: ms(0.1) });
  const { stages, nSources, populations, maxDelaySteps } = compile(net, { dt });
  expect(populations.map((p) => ("firstSource" in p ? p.firstSource : -1))).toEqual([0, 2, 4]);
  expect(nSources).toBe(5);
  expect(stages.map((s) => [s.cells, s.slots])).toEqual([[[1], 4], [[2], 1]]);
  // slots of E: exc_b 0, 1; inh 2, 3. Sorted by source, delay, projection, slot.
  expect(links(stages[0]!.rows[0]!)).toEqual([
    [0, 1, 3, 3, 9],
    [0, 2, 0, 0, 1],
    [0, 2, 0, 1, 2],
    [1, 3, 0, 1, 3],
  ]);
  expect(stages[0]!.rows[0]!.segmentDelay).toHaveLength(3);
  // the axon's 0.5 ms lengthen E 0's 1 ms to 15 steps; one row table has a row per source of the whole network
  expect(links(stages[1]!.rows[0]!)).toEqual([
    [1, 3, 2, 0, -7],
    [2, 15, 1, 0, 5],
    [3, 10, 1, 0, 5],
  ]);
  expect(maxDelaySteps).toBe(15);
  // loads: E 9 (one slot), I 5 + 5 + 2 * 7 = 24; 2^30 / 9 >= 2^26, 2^30 / 24 >= 2^25
  expect([...stages[0]!.q]).toEqual([2 ** 26, 0, 0, 2 ** 26]);
  expect([...stages[1]!.q]).toEqual([0, 2 ** 25, 2 ** 25, 0]);
  expect(stages[0]!.inputScale.map((s) => [s.population, s.input, ...s.q])).toEqual([[1, 0, 2 ** 26], [1, 1, 2 ** 26]]);
  const E0 = populations[1]!;
  expect(E0.kind === "cells" && E0.receptors.map((r) => [r.name, r.slot])).toEqual([["exc_b", 0], ["inh", 2]]);
}); // prettier-ignore

describe("one-hot spikes decode into exactly the links that were described", () => {
  // The weight of a pair is its number, repeats weigh 10,000 on top: what one source's spike brings to a slot names its links.
  const [n, m] = [17, 6];
  const describeNetwork = () => {
    const net = new Network({ seed: 3 });
    const S = net.sources("S", n, poisson({ rate: Hz(10) }));
    const E = net.cells("E", smallCells(m));
    net.connect(S, E.excitatory, fixedProbability(0.6), { weight: (s, t) => uS(1 + s * m + t), delay: (s, t) => ms(0.1 * (1 + ((s + t) % 4))) });
    net.connect(E, E.inhibitory, fixedProbability(0.5), { weight: uS(1000), delay: ms(0.7) });
    net.connect(S, E.receptor("exc_a"), list([[2, 1], [2, 1], [2, 0], [0, 3]]), { name: "twice", weight: uS(10_000), delay: ms(0.2) });
    return net;
  }; // prettier-ignore

  test("through receptors, delays and repeated pairs", () => {
    const [stage] = compile(describeNetwork(), { dt }).stages as [CompiledStage];
    const rows = stage.rows[0]!;
    const pairs = new Set<string>();
    const repeats = new Map([
      ["2:1", 2],
      ["2:0", 1],
      ["0:3", 1],
    ]);
    for (let s = 0; s < n; s++) {
      for (const [key, sum] of deliver(rows, s)) {
        const [delay, slot] = key.split(":").map(Number) as [number, number];
        const cell = slot % m;
        const rest = sum % 10_000;
        if (rest > 0) {
          expect(rest).toBe(1 + s * m + cell); // one link of this pair, and of no other
          expect(delay).toBe(1 + ((s + cell) % 4));
          expect(pairs.has(`${s}:${cell}`)).toBe(false);
          pairs.add(`${s}:${cell}`);
        }
        const twice = Math.floor(sum / 10_000);
        const wanted = delay === 2 && slot < m ? (repeats.get(`${s}:${cell}`) ?? 0) : 0;
        expect(twice).toBe(wanted);
      }
    }
    const first = compile(describeNetwork(), { dt }).projections[0]!;
    expect(pairs.size).toBe(first.links);
  });

  test("rows are ordered: delays ascend within a source, slots within a segment", () => {
    const rows = compile(describeNetwork(), { dt }).stages[0]!.rows[0]!;
    for (let s = 0; s + 1 < rows.rowStart.length; s++) {
      for (let g = rows.rowStart[s]!; g < rows.rowStart[s + 1]!; g++) {
        if (g > rows.rowStart[s]!) expect(rows.segmentDelay[g]!).toBeGreaterThanOrEqual(rows.segmentDelay[g - 1]!);
        for (let k = rows.segmentStart[g]! + 1; k < rows.segmentStart[g + 1]!; k++) {
          expect(rows.target[k]!).toBeGreaterThanOrEqual(rows.target[k - 1]!);
        }
      }
    }
  });
});

describe("maxDelay", () => {
  const net = new Network({ seed: 1 });
  const E = net.cells("E", smallCells(3, { axonDelay: perCell(ms, [0, 5, 0]) }));
  const options = { weight: perCell(uS, [1, 2, 3]), delay: perCell(ms, [1, 1, 9]), maxDelay: ms(4) };
  net.connect(E, E.inhibitory, list([[0, 0], [1, 1], [2, 2]]), { ...options, name: "slow" }); // prettier-ignore
  const compiled = compile(net, { dt });

  test("drops slower links, axon included, counts them and says so", () => {
    expect(compiled.projections).toEqual([{ name: "slow", links: 1, dropped: 2, scale: { min: -1, max: 1 } }]);
    expect(links(compiled.stages[0]!.rows[0]!)).toEqual([[0, 10, 0, 0, 1]]);
    expect(compiled.warnings).toEqual(["slow: 2 links slower than 4 ms were dropped"]);
    expect(compiled.maxDelaySteps).toBe(10);
  });
});

test("given trains: events by (step, slot), several on one step counted in the scale", () => {
  const net = new Network({ seed: 1 });
  const S = net.sources("S", 2, trains([[1.0, 0.5, 1.04], [0.5]])); // prettier-ignore
  const E = net.cells("E", smallCells(2));
  net.connect(S, E.inhibitory, list([[0, 1], [0, 0], [1, 0]]), { weight: perCell(uS, [1, 2, 4]), delay: perCell(ms, [0.5, 0.5, 1]) }); // prettier-ignore
  const { stages, nSources } = compile(net, { dt, duration: ms(1.55) });
  const { given, q, rows } = stages[0]!;
  expect(nSources).toBe(2); // trains do not go through the log
  expect(rows[0]!.target).toHaveLength(0);
  // 0.5 + 0.5 -> step 10; 1.0 + 0.5 and 1.04 + 0.5 -> both step 15; 0.5 + 1 -> step 15
  expect(Array.from(given.step, (s, i) => [s, given.slot[i], given.weight[i]])).toEqual([
    [10, 0, 2], [10, 1, 1], [15, 0, 2], [15, 0, 2], [15, 0, 4], [15, 1, 1], [15, 1, 1],
  ]); // prettier-ignore
  expect(q[0]).toBe(2 ** 27); // step 15 brings 8 to slot 0
  expect(compile(net, { dt, duration: ms(1.5) }).stages[0]!.given.step).toHaveLength(2); // step 15 starts at the end
});
