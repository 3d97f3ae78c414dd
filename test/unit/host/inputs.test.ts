import { describe, expect, test } from "vitest";
import { pearson } from "../../../src/analysis/correlation.ts";
import { compile } from "../../../src/compile/compile.ts";
import { Inputs } from "../../../src/host/inputs.ts";
import { Network } from "../../../src/network/network.ts";
import { drive, type Signal } from "../../../src/network/signal.ts";
import { rateOf } from "../../../src/network/signal-values.ts";
import { poisson } from "../../../src/network/sources.ts";
import { RateIncrements } from "../../../src/random/increments.ts";
import { Hz, ms, nA } from "../../../src/units.ts";
import { smallCells } from "../network/cells.ts";

const STEPS = 4000;
const noisy = (name?: string): Signal<"Hz"> =>
  drive.constant(Hz(100)).plus(drive.noise({ sd: Hz(10), ...(name === undefined ? {} : { name }) }));

/** Increments of each signal of a population of two, which has a population beside it. */
function rows(signals: Signal<"Hz">[]): Uint32Array[] {
  const net = new Network({ seed: 7 });
  net.sources("A", 2, poisson({ rate: { signals, signalOfCell: [0, signals.length - 1] } }));
  net.sources("B", 1, poisson({ rate: noisy() }));
  const inputs = new Inputs(compile(net, { dt: ms(0.1) }));
  const { increments } = inputs.block(0, STEPS);
  const of = (population: number): Uint32Array[] =>
    [...inputs.rowsOf(population)].map((row) => increments.slice(row * STEPS, (row + 1) * STEPS));
  return [...of(0), ...of(1)];
}

/** |r| of independent noises is below this but once in 10^6. */
const CHANCE = 4.9 / Math.sqrt(STEPS);

describe("unnamed noise is named by its place", () => {
  test("two signals of a population, equal or not, and two populations have three noises", () => {
    for (const second of [noisy(), drive.constant(Hz(80)).plus(drive.noise({ sd: Hz(20) }))]) {
      const [a, b, c] = rows([noisy(), second]) as [Uint32Array, Uint32Array, Uint32Array];
      for (const [x, y] of [
        [a, b],
        [a, c],
        [b, c],
      ] as const)
        expect(Math.abs(pearson(x, y))).toBeLessThan(CHANCE);
    }
  });

  test("equal names share, equal signals without noise share a row", () => {
    const [a, b] = rows([noisy("shared"), noisy("shared")]) as [Uint32Array, Uint32Array];
    expect(a).toEqual(b);
    const net = new Network({ seed: 7 });
    const flat = drive.constant(Hz(100));
    net.sources("A", 2, poisson({ rate: { signals: [flat, flat], signalOfCell: [0, 1] } }));
    expect(new Inputs(compile(net, { dt: ms(0.1) })).rows).toBe(1);
  });

  test("the first signal keeps the stream of its population's name, as published", () => {
    const [a] = rows([noisy(), noisy()]) as [Uint32Array];
    const alone = new RateIncrements({ name: "A", dt: 0.1, rate: rateOf(noisy(), { dt: 0.1, seed: 7, owner: "A" }) });
    const want = new Uint32Array(STEPS);
    alone.fill(STEPS, want);
    expect(a).toEqual(want);
  });

  test("cells whose signals are given one by one have noises of their own; named ones share", () => {
    const currents = (name?: string): Float64Array[] => {
      const net = new Network({ seed: 7 });
      const noise = (): Signal<"nA"> => drive.noise({ sd: nA(1), ...(name === undefined ? {} : { name }) });
      net.clamp(net.cells("E", smallCells(3)), [noise(), noise(), drive.constant(nA(1)).plus(noise())]);
      const inputs = new Inputs(compile(net, { dt: ms(0.1) }));
      const { clamps } = inputs.block(0, STEPS);
      return Array.from(inputs.clampRow[0]!, (row) => clamps.slice(row * STEPS, (row + 1) * STEPS));
    };
    const [a, b, c] = currents() as [Float64Array, Float64Array, Float64Array];
    for (const r of [pearson(a, b), pearson(a, c), pearson(b, c)]) expect(Math.abs(r)).toBeLessThan(CHANCE);
    const [x, y, z] = currents("one") as [Float64Array, Float64Array, Float64Array];
    expect(x).toEqual(y);
    expect(pearson(x, z)).toBeCloseTo(1, 12);
  });

  test("a clamp that carries the name of a population has a noise of its own", () => {
    const clampOf = (name: string): Float64Array => {
      const net = new Network({ seed: 7 });
      const E = net.cells("E", smallCells(1));
      net.sources("A", 1, poisson({ rate: noisy() }));
      net.clamp(E, drive.noise({ sd: nA(1) }), { name });
      return new Inputs(compile(net, { dt: ms(0.1) })).block(0, STEPS).clamps;
    };
    const [a] = rows([noisy(), noisy()]) as [Uint32Array];
    expect(Math.abs(pearson(a, clampOf("A")))).toBeLessThan(CHANCE);
    expect(Math.abs(pearson(clampOf("other"), clampOf("A")))).toBeLessThan(CHANCE);
  });
});
