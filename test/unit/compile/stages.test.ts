import { describe, expect, test } from "vitest";
import { planStages, type Edge } from "../../../src/compile/links/stages.ts";

const edge = (from: number, to: number, delaySteps = 1): Edge => ({ name: `${from} -> ${to}`, from, to, delaySteps });

describe("planStages", () => {
  test("a chain runs in order, whatever the order of creation; without a loop nothing bounds the block", () => {
    expect(planStages([0, 1, 2], [edge(2, 0), edge(0, 1)])).toEqual({ stages: [[2], [0], [1]], loopSteps: undefined });
  });

  test("populations that reach each other share a stage; the loop's shortest delay counts, others do not", () => {
    const edges = [edge(0, 1, 9), edge(1, 2, 8), edge(2, 1, 5), edge(2, 3, 1)];
    expect(planStages([0, 1, 2, 3], edges)).toEqual({ stages: [[0], [1, 2], [3]], loopSteps: 5 });
  });

  test("a projection onto itself is a loop", () => {
    expect(planStages([4], [edge(4, 4, 3)])).toEqual({ stages: [[4]], loopSteps: 3 });
  });

  test("populations at the same distance share a stage", () => {
    const edges = [edge(0, 2), edge(1, 2), edge(0, 3), edge(2, 3)];
    expect(planStages([0, 1, 2, 3, 4], edges).stages).toEqual([[0, 1, 4], [2], [3]]);
  });

  test("two loops, one feeding the other", () => {
    const edges = [edge(3, 2, 4), edge(2, 3, 4), edge(2, 0, 0), edge(0, 1, 7), edge(1, 0, 6)];
    expect(planStages([0, 1, 2, 3], edges)).toEqual({ stages: [[2, 3], [0, 1]], loopSteps: 4 }); // prettier-ignore
  });

  test("a delay of 0 steps is allowed between stages only", () => {
    expect(planStages([0, 1], [edge(0, 1, 0)]).stages).toEqual([[0], [1]]);
    expect(() => planStages([0, 1], [edge(0, 1, 0), edge(1, 0, 5)])).toThrow(
      "0 -> 1: a delay of 0 steps lies on a loop, where the limit is 1 step. Lengthen the delay to at least one step, or shorten dt",
    );
  });
});
