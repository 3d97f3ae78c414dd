import { describe, expect, expectTypeOf, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { checkRate, signalAt } from "../../../src/network/signal-values.ts";
import { checkSignal, drive, fluent, type FluentSignal, type Signal } from "../../../src/network/signal.ts";
import { Hz, mV, ms, nA, one, seconds } from "../../../src/units.ts";

const values = (signal: Signal, { dt = 1, steps = 10, firstStep = 0, seed = 1, owner = "DD" } = {}): number[] => {
  const at = signalAt(signal, { dt, seed, owner });
  return Array.from({ length: steps }, (_, k) => at(firstStep + k));
};

describe("shapes", () => {
  test.each<[string, Signal, number[]]>([
    ["constant", drive.constant(Hz(3)), [3, 3, 3, 3, 3, 3]],
    ["steps", drive.steps({ times: [ms(1), ms(3)], values: [Hz(5), Hz(2)] }), [0, 5, 5, 2, 2, 2]],
    ["ramps", drive.ramps({ times: [ms(1), ms(3)], values: [Hz(0), Hz(4)] }), [0, 0, 2, 4, 4, 4]],
    ["jump", drive.ramps({ times: [ms(2), ms(2)], values: [Hz(1), Hz(9)] }), [1, 1, 9, 9, 9, 9]],
    ["trapezoid", drive.trapezoid({ start: ms(1), rise: ms(2), hold: ms(0), fall: ms(1), plateau: nA(8) }), [0, 0, 4, 8, 0, 0]],
    ["held samples", drive.samples({ values: [Hz(1), Hz(2)], interval: ms(2), start: ms(1) }), [0, 1, 1, 2, 2, 0]],
    ["linear samples", drive.samples({ values: { values: [1, 3], unit: "Hz" }, interval: ms(2), between: "linear" }), [1, 2, 3, 3, 0, 0]],
    ["window", drive.constant(Hz(3)).between(ms(1), ms(3)), [0, 3, 3, 0, 0, 0]],
    ["after, before", drive.constant(Hz(3)).after(ms(1)).before(ms(5)), [0, 3, 3, 3, 3, 0]],
    ["sum and scale", drive.constant(Hz(3)).plus(drive.constant(Hz(1))).minus(drive.constant(Hz(2))).times(10), [20, 20, 20, 20, 20, 20]],
    ["product", drive.constant(Hz(3)).times(drive.steps({ times: [ms(2)], values: [one(2)] })), [0, 0, 6, 6, 6, 6]],
    ["clip", drive.ramps({ times: [ms(0), ms(5)], values: [Hz(-2), Hz(3)] }).clip({ min: Hz(0), max: Hz(2) }), [0, 0, 0, 1, 2, 2]],
  ])("%s", (_, signal, want) => expect(values(signal, { steps: 6 })).toEqual(want)); // prettier-ignore

  test("a sinusoid takes absolute time", () => {
    const got = values(drive.sinusoid({ amplitude: Hz(20), frequency: Hz(20), phase: 0.3, offset: Hz(65) }), { firstStep: 400_000, dt: 0.025 });
    got.forEach((y, i) => expect(y).toBeCloseTo(65 + 20 * Math.sin(2 * Math.PI * 20 * (400_000 + i) * 25e-6 + 0.3), 9));
  }); // prettier-ignore

  test.each([0.1, 0.025, 1 / 3])("times on the grid of dt = %s fall on their own step", (dt) => {
    for (let k = 1; k < 3000; k += 7) {
      const signals = [
        drive.constant(Hz(1)).after(ms(k * dt)),
        drive.steps({ times: [ms(k * dt)], values: [Hz(1)] }),
        drive.ramps({ times: [ms(k * dt), ms(k * dt)], values: [Hz(0), Hz(1)] }),
        drive.samples({ values: [Hz(0), Hz(1), Hz(1)], interval: ms(k * dt) }),
      ];
      for (const s of signals) expect(values(s, { dt, firstStep: k - 1, steps: 2 })).toEqual([0, 1]);
    }
  });
});

describe("the three-phase drive", () => {
  const sine = drive.sinusoid({ amplitude: Hz(20), frequency: Hz(20) });
  const signal = drive.phases([
    { until: seconds(5), signal: drive.constant(Hz(65)).after(seconds(1)) },
    { until: seconds(10), signal: drive.constant(Hz(65)).plus(sine) },
    { signal: drive.constant(Hz(58)).plus(sine) },
  ]);
  const at = (t: number) => values(signal, { dt: 0.025, firstStep: Math.round(t / 0.025), steps: 1 })[0];

  test("switches at its phases", () => {
    expect([0, 999.975, 1000, 4999.975].map(at)).toEqual([0, 0, 65, 65]);
    expect(at(5012.5)).toBeCloseTo(85, 10); // a quarter of the 50 ms period after a whole number of them
    expect(at(10012.5)).toBeCloseTo(78, 10);
  });

  test("survives JSON", () => {
    const back = fluent(JSON.parse(JSON.stringify(signal)) as Signal<"Hz">);
    expect(back).toEqual(signal);
    expect(values(back.times(2), { firstStep: 5000 })).toEqual(values(signal.times(2), { firstStep: 5000 }));
    expect(structuredClone(signal)).toEqual(JSON.parse(JSON.stringify(signal)));
  });
});

describe("noise", () => {
  const signal = drive.constant(Hz(125)).plus(drive.noise({ sd: Hz(5) }));

  test("is the same whatever the block", () => {
    expect([...values(signal, { steps: 3 }), ...values(signal, { firstStep: 3, steps: 7 })]).toEqual(values(signal));
  });

  test("differs with seed, owner, name, and between two noises of one owner", () => {
    const noise = drive.noise({ sd: Hz(1) });
    const named = drive.noise({ sd: Hz(1), name: "shared" });
    const all = [
      values(noise), values(noise, { seed: 2 }), values(noise, { owner: "IN" }), values(named),
      values(drive.constant(Hz(0)).times(drive.noise({ sd: one(1) })).plus(noise)),
    ]; // prettier-ignore
    for (const [i, a] of all.entries()) for (const b of all.slice(i + 1)) expect(a[0]).not.toBe(b[0]);
    expect(values(named, { owner: "IN" })).toEqual(values(named));
    expect(values(drive.noise({ sd: Hz(1), rectified: true }), { steps: 50 })).toEqual(
      values(noise, { steps: 50 }).map((x) => Math.max(0, x)),
    );
  });
});

describe("checks", () => {
  test.each<[string, () => unknown, RegExp]>([
    ["not finite", () => drive.constant(Hz(NaN)), /constant\.value: is NaN\. Give a finite number/],
    ["times", () => drive.ramps({ times: [ms(2), ms(1)], values: [Hz(1), Hz(1)] }), /times\[1\]: is 1 ms after 2 ms/],
    ["lengths", () => drive.steps({ times: [ms(2)], values: [Hz(1), Hz(1)] }), /1 times for 2 values/],
    ["phases", () => drive.phases([{ signal: drive.constant(Hz(1)) }, { signal: drive.constant(Hz(1)) }]), /phases\[0\]: has no end/],
    ["descending phases", () => drive.phases([5, 3].map((t) => ({ until: ms(t), signal: drive.constant(Hz(1)) }))), /ends at 3 ms, before/],
    ["units", () => checkSignal("DD", { kind: "sum", unit: "Hz", terms: [{ kind: "constant", unit: "nA", value: 1 }] }), /DD\.terms\[0\]: has unit "nA" where "Hz"/],
    ["kind", () => checkSignal("DD", { kind: "sinus", unit: "Hz" } as unknown as Signal), /unknown kind "sinus"/],
    ["interval", () => drive.samples({ values: [Hz(1)], interval: ms(0) }), /above 0/],
    ["no list", () => drive.samples({ values: { values: new DataView(new ArrayBuffer(8)), unit: "Hz" } as never, interval: ms(1) }), /samples: has no list of values/],
    ["large integers", () => drive.samples({ values: { values: new BigInt64Array(1), unit: "Hz" } as never, interval: ms(1) }), /values\[0\]: is 0\. Give finite/],
    ["no unit", () => drive.samples({ values: { values: [1] } as never, interval: ms(1) }), /has no list of values/],
  ])("%s", (_, build, message) => {
    expect(build).toThrow(ModelError);
    expect(build).toThrow(message);
  }); // prettier-ignore

  test("values come as a list or as a typed array with their unit", () => {
    const of = (values: ArrayLike<number>) => drive.samples({ values: { values, unit: "Hz" }, interval: ms(1) });
    for (const values of [Float64Array.of(1, 2), Float32Array.of(1, 2), Int16Array.of(1, 2)])
      expect(JSON.stringify(of(values))).toBe(JSON.stringify(of([1, 2])));
  });

  test("units are types", () => {
    expectTypeOf(drive.constant(Hz(1))).toEqualTypeOf<FluentSignal<"Hz">>();
    expectTypeOf(drive.constant(Hz(1))).toExtend<Signal>();
    // @ts-expect-error a current is not a rate
    expect(() => drive.constant(Hz(1)).plus(drive.constant(nA(1)))).toThrow(ModelError);
    // @ts-expect-error a potential is not a time
    expect(() => drive.constant(Hz(1)).after(mV(1))).toThrow(ModelError);
  });

  const rate = { name: "DD", dt: 0.1, order: 5, totalSteps: 1000 };
  test("a rate is looked at over the whole experiment", () => {
    expect(checkRate(drive.constant(Hz(65)), rate)).toEqual([]);
    expect(() => checkRate(drive.ramps({ times: [ms(0), ms(99)], values: [Hz(0), Hz(2001)] }), rate)).toThrow(/DD: the rate .* is above 2000 Hz/);
    expect(checkRate(drive.constant(Hz(1500)), rate)).toEqual([expect.stringContaining("about 7.0 % lower")]);
    expect(checkRate(drive.sinusoid({ amplitude: Hz(20), frequency: Hz(20), offset: Hz(10) }), rate)[0]).toMatch(/down to -10.* Hz/);
  }); // prettier-ignore

  test("noise counts with six standard deviations", () => {
    const noisy = (sd: number) => drive.constant(Hz(1900)).minus(drive.noise({ sd: Hz(sd) }));
    expect(checkRate(noisy(16), rate)).toHaveLength(1);
    expect(() => checkRate(noisy(17), rate)).toThrow(ModelError);
  });
});

describe("signals that cannot be", () => {
  const d = drive as unknown as Record<keyof typeof drive, (given?: unknown) => unknown>;
  test.each(Object.keys(drive) as (keyof typeof drive)[])("drive.%s without what it needs says what", (kind) => {
    for (const given of [undefined, null, {}, 3, "x", [], [{}], { values: [{}], times: [{}] }])
      expect(() => d[kind](given), JSON.stringify(given)).toThrow(ModelError);
  });
  test("methods without what they need too", () => {
    const s = drive.constant(Hz(1)) as unknown as Record<string, (...given: unknown[]) => unknown>;
    for (const method of ["plus", "minus", "times", "after", "before", "between", "clip"])
      for (const given of [[], [null], ["x"], [{}]])
        if (method !== "clip" || given[0] === null || given.length === 0)
          expect(() => s[method]?.(...given), `${method}(${JSON.stringify(given)})`).toThrow(ModelError);
  });
  test("methods of every kind work, also of those with a list of times", () => {
    const at = (s: Signal) => signalAt(s, { dt: 1, seed: 1, owner: "A" })(5);
    const knots = { times: [ms(0), ms(4)], values: [Hz(1), Hz(3)] };
    for (const s of [drive.steps(knots), drive.ramps(knots), drive.constant(Hz(3))]) {
      expect(at(s.times(2))).toBe(6);
      expect(
        at(
          fluent(JSON.parse(JSON.stringify(s)) as Signal<"Hz">)
            .times(2)
            .plus(s),
        ),
      ).toBe(9);
    }
  });
  const wrong: [string, unknown, RegExp][] = [
    ["a constant without a value", { kind: "constant", unit: "nA" }, /value: is missing/],
    ["a text for a number", { kind: "constant", unit: "nA", value: "1" }, /value: is "1"/],
    [
      "a clip of nothing",
      { kind: "clip", unit: "nA", min: 3, max: 1, of: { kind: "constant", unit: "nA", value: 1 } },
      /minimum 3 above its maximum 1 nA/,
    ],
    ["steps without times", { kind: "steps", unit: "nA", values: [1] }, /times: is undefined/],
    ["a scale of nothing", { kind: "scale", unit: "nA", factor: 1 }, /of: is undefined, not a signal/],
    ["a sum without terms", { kind: "sum", unit: "nA" }, /terms: is undefined/],
    ["noise without sd", { kind: "noise", unit: "nA", mean: 0, rectified: false }, /sd: is missing/],
    [
      "samples between nothing",
      { kind: "samples", unit: "nA", start: 0, interval: 1, values: [1], between: "x" },
      /between: is "x"/,
    ],
    ["another kind", { kind: "sine", unit: "nA" }, /unknown kind "sine"/],
    ["null", null, /is null, not a signal/],
  ];
  test.each(wrong)("%s", (_, signal, message) => {
    expect(() => checkSignal("clamp", signal as Signal)).toThrow(ModelError);
    expect(() => checkSignal("clamp", signal as Signal)).toThrow(message);
  });
  test("ten thousand deep", () => {
    let s: unknown = { kind: "constant", unit: "nA", value: 1 };
    for (let k = 0; k < 10_000; k++) s = { kind: "scale", unit: "nA", factor: 1, of: s };
    expect(() => checkSignal("clamp", s as Signal)).toThrow(/signals 100 deep/);
  });
});
