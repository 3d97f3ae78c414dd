import { expect, test } from "vitest";
import { Pace } from "../../../src/host/pace.ts";

/** Where a step may be as long as a submit, and what a page wants of one. */
const paceOf = (block: number, roundTrip = 0, target = 50): Pace =>
  new Pace(block, 8192, roundTrip, Math.max(block, 400), target);

/** Follows a device whose submits take fixed + perStep * steps ms, times a factor that changes from submit to submit. */
function follow(
  fixed: number,
  perStep: number,
  submits = 60,
  noise: (k: number) => number = () => 1,
): { steps: number; ms: number }[] {
  const pace = paceOf(40);
  return Array.from({ length: submits }, (_, k) => {
    const { steps } = pace;
    const ms = (fixed + perStep * steps) * noise(k);
    pace.measured(steps, ms);
    return { steps, ms };
  });
}

test.each([0.02, 0.2, 2])("at %f ms a step a submit takes 50 ms, to half a block", (perStep) => {
  const last = follow(0, perStep).at(-1);
  expect(Math.abs((last?.ms ?? 0) - 50)).toBeLessThanOrEqual(Math.max(20, 0.5) * perStep + 1);
});

test("outside pages a submit of large blocks takes 200 ms, so that states are moved four times less often", () => {
  const pace = new Pace(200, 8192);
  for (let k = 0; k < 30; k++) pace.measured(pace.steps, 2 * pace.steps);
  expect(pace.steps).toBe(100);
});

test.each([
  [60, 0.06],
  [120, 0.01],
  [30, 0.3],
])("with %d ms that no step takes, at least a third of the time is for steps", (fixed, perStep) => {
  for (const { ms } of follow(fixed, perStep).slice(20)) {
    expect(ms - fixed).toBeGreaterThan(ms / 3);
    expect(ms).toBeLessThan(3 * fixed + 50);
  }
});

test("a busy machine whose times vary threefold does not drive it down to single steps", () => {
  const noise = (k: number): number => [1, 3, 1.5, 2, 1][k % 5] as number;
  const steps = follow(40, 0.06, 200, noise)
    .slice(20)
    .map((x) => x.steps);
  expect(Math.min(...steps)).toBeGreaterThan(100); // 6 ms of work or more in each
});

// wgpu tells of finished work every 100 ms, whatever was submitted
test.each([0.002, 0.02, 0.2])(
  "a round trip of 100 ms is no work: at %f ms a step the steps get at least as long",
  (perStep) => {
    const pace = paceOf(40, 100);
    const works: number[] = [];
    for (let k = 0; k < 60; k++) {
      const work = perStep * pace.steps;
      works.push(work);
      pace.measured(pace.steps, 100 * Math.ceil(work / 100 + 1e-9));
    }
    expect(works[1]).toBeGreaterThan(works[0] as number); // the wait is not taken for work
    // a third of the time at least, or the longest submit there is
    expect(Math.min(...works.slice(20))).toBeGreaterThan(Math.min(50, 0.9 * 8192 * perStep));
  },
);

// a driver's compiler takes seconds in the first submit, and a caller may ask for one step first
test("a first submit of one step that took ten seconds makes nobody wait, and is forgotten with the second", () => {
  const pace = paceOf(40);
  pace.measured(1, 10_000);
  expect(pace.restOf(99)).toBe(0);
  pace.measured(99, 20);
  expect(pace.restOf(400)).toBeLessThanOrEqual(100);
  const steps = Array.from({ length: 6 }, () => {
    pace.measured(pace.steps, 0.2 * pace.steps);
    return pace.steps;
  });
  expect(steps.at(-1)).toBeGreaterThanOrEqual(200); // 50 ms at 0.2 ms a step are 250
});

test("where a step takes longer than a submit should, most of it is slept through", () => {
  const pace = paceOf(1);
  for (let k = 0; k < 20; k++) pace.measured(pace.steps, 500 * pace.steps);
  expect(pace.steps).toBe(1);
  expect(pace.restOf(1)).toBeGreaterThan(300);
  expect(pace.restOf(1)).toBeLessThan(500);
});
