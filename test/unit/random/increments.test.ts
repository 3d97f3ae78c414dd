import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { checkHighestRate, RateIncrements, type Rate } from "../../../src/random/increments.ts";
import { Q27 } from "../../../src/random/threshold.ts";

const constant =
  (y: number): Rate =>
  (_, steps, out) =>
    void out.fill(y, 0, steps);
const step: Rate = (first, steps, out) => {
  for (let i = 0; i < steps; i++) out[i] = first + i;
};
const filled = (rates: RateIncrements, steps: number) => {
  const out = new Uint32Array(steps);
  rates.fill(steps, out);
  return [...out];
};

describe("increments", () => {
  test("are the floors of the integral's ends, so a slow rate is exact in the mean", () => {
    const y = 1e-4; // 0.3355 of a unit a step
    const got = filled(new RateIncrements({ name: "DD", rate: constant(y), dt: 0.025 }), 1000);
    let sum = 0;
    got.forEach((inc, n) => expect((sum += inc)).toBe(Math.floor((n + 1) * y * 0.025e-3 * Q27)));
    expect(new Set(got)).toEqual(new Set([0, 1]));
  });

  test("do not depend on blocks or on a restore", () => {
    const make = () => new RateIncrements({ name: "DD", rate: step, dt: 0.025, latency: 40 });
    const whole = filled(make(), 300);
    const parts = make();
    const first = [...filled(parts, 13), ...filled(parts, 60)];
    const resumed = make();
    resumed.restore(JSON.parse(JSON.stringify(parts.state)));
    expect([...first, ...filled(resumed, 227)]).toEqual(whole);
  });

  test("lag by the latency and are 0 before", () => {
    const got = filled(new RateIncrements({ name: "DD", rate: step, dt: 1, latency: 3 }), 6);
    expect(got.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(got[4]).toBe(Math.floor(1e-3 * Q27));
  });

  test("count rates below 0 and report the realised mean", () => {
    const rates = new RateIncrements({ name: "DD", rate: (first, n, out) => void out.fill(0).forEach((_, i) => i < n && (out[i] = (first + i) % 2 ? 30 : -10)), dt: 0.1 });
    expect(rates.warning()).toBeUndefined();
    expect(filled(rates, 100).filter((inc) => inc === 0)).toHaveLength(50);
    expect(rates.state).toMatchObject({ negativeSteps: 50, minimum: -10 });
    expect(rates.meanRate).toBeCloseTo(15, 4); // one unit of 2^-27 in 10 ms is 7e-7 Hz
    expect(rates.warning()).toMatch(/below 0 Hz in 50 of 100 steps.*mean rate is 15\.000 Hz/);
  }); // prettier-ignore

  test("another rate acts from the next step", () => {
    const rates = new RateIncrements({ name: "DD", rate: constant(0), dt: 1 });
    filled(rates, 5);
    rates.setRate(constant(1000));
    expect(filled(rates, 1)).toEqual([Q27]);
  });

  test.each([NaN, Infinity, 201])("a rate of %s Hz is refused for order 5 at 1 ms", (y) => {
    expect(() => filled(new RateIncrements({ name: "DD", rate: constant(y), dt: 1, order: 5 }), 1)).toThrow(ModelError);
    expect(() => checkHighestRate("DD", y, 1, 5)).toThrow(/above 200 Hz.*Lower the rate or the order, or shorten dt/);
  });

  test("the limit itself is allowed, with a warning of the loss", () => {
    expect(filled(new RateIncrements({ name: "DD", rate: constant(200), dt: 1, order: 5 }), 1)).toEqual([
      Math.floor(0.2 * Q27),
    ]);
    expect(checkHighestRate("DD", 200, 1, 5)).toMatch(/about 9\.1 % lower/); // half a step an interval of 5: 1 - 1 / 1.1
    expect(checkHighestRate("DD", 100, 1, 5)).toBeUndefined();
  });
});
