import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import type { GivenEvents } from "../../../src/compile/compiled.ts";
import { list } from "../../../src/connect/rules.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms, perCell, uS } from "../../../src/units.ts";
import { smallCells } from "../network/cells.ts";

const dt = ms(0.1);
const TRIALS = [
  [[1.0, 0.52], [2]],
  [[], [0.31]],
  [[0.7, 0.7, 0.7], [0.7]],
];

function network(times: number[][]) {
  const net = new Network({ seed: 1 });
  const S = net.sources("S", 2, trains(times));
  const E = net.cells("E", smallCells(2));
  net.connect(S, E.inhibitory, list([[0, 1], [0, 0], [1, 0]]), { weight: perCell(uS, [1, 2, 4]), delay: perCell(ms, [0.5, 0.5, 1]) }); // prettier-ignore
  return { net, S, E };
}

/** Events of one entry with its own slots. */
const eventsOf = ({ step, slot, weight }: GivenEvents, entry: number, slots: number): number[][] =>
  Array.from(step, (s, i) => [s, slot[i]! - entry * slots, weight[i]!]).filter(([, k]) => k! >= 0 && k! < slots);

describe("trains that vary over the batch", () => {
  test("every entry has the events, and the scale, it would have alone", () => {
    const { net } = network(TRIALS[0]!);
    net.vary("S.times", TRIALS);
    const stage = compile(net, { dt }).stages[0]!;
    TRIALS.forEach((times, entry) => {
      const alone = compile(network(times).net, { dt }).stages[0]!;
      expect(eventsOf(stage.given, entry, stage.slots)).toEqual(eventsOf(alone.given, 0, alone.slots));
      expect(stage.q[entry]).toBe(alone.q[0]);
      expect(stage.inputScale[0]!.q[entry]).toBe(alone.inputScale[0]!.q[0]);
    });
    expect(stage.q[0]).not.toBe(stage.q[2]); // three volleys on one step need more room
  });

  test("and reports its own exact times", async () => {
    const { net, S, E } = network(TRIALS[0]!);
    net.vary("S.times", TRIALS);
    net.record(E, "V", { every: dt });
    const sim = await simulate(net, { dt, engine: "reference" });
    try {
      for await (const chunk of sim.run(ms(3), { chunk: ms(3) })) {
        const got = TRIALS.map((_, entry) => chunk.spikes(S, entry)).map(({ times, cells }) => [
          [...times],
          [...cells],
        ]);
        expect(got).toEqual([[[0.52, 1, 2], [0, 0, 1]], [[0.31], [1]], [[0.7, 0.7, 0.7, 0.7], [0, 0, 0, 1]]]); // prettier-ignore
        const V = TRIALS.map((_, entry) => [...chunk.trace(E, "V", entry).data]);
        expect(V[0]).not.toEqual(V[1]);
        expect(V[0]).not.toEqual(V[2]);
      }
    } finally {
      await sim.close();
    }
  });

  test("joins with connections of each entry's own", () => {
    const { net } = network(TRIALS[0]!);
    net.vary("S.times", TRIALS);
    net.vary("structureSeed", [1, 2, 3]);
    const { given, slots } = compile(net, { dt }).stages[0]!;
    expect(eventsOf(given, 1, slots)).toEqual([[13, 0, 4]]);
  });

  test.each([
    [[[[1], [2]], [[1]]], "entry 1: has 1 spike trains for 2 cells"],
    [
      [
        [[1], [2]],
        [[1], [-1]],
      ],
      "entry 1, cell 1, spike 0: is at -1 ms",
    ],
    [[[[1], [2]], 3], "entry 1: is no list of spike trains"],
  ])("refuses %j", (values, message) => {
    expect(() => network(TRIALS[0]!).net.vary("S.times", values)).toThrow(message);
  });

  test("trains have no rate", () => {
    expect(() => network(TRIALS[0]!).net.vary("S.rate", [1])).toThrow("Known: S.times");
  });
});
