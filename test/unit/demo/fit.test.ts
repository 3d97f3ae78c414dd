import { describe, expect, test } from "vitest";
import type { Tried } from "../../../demo/column/around.ts";
import { search, type Round } from "../../../demo/column/search.ts";

type Model = (point: readonly number[]) => Float64Array;

/** Rounds until one is as wanted, or so many columns are spent. */
async function searched(model: Model, target: readonly number[], [low, high]: readonly [number[], number[]], most: number, until: (round: Round<Tried>) => boolean = () => false): Promise<Round<Tried>[]> {
  const wanted = model(target);
  const rounds: Round<Tried>[] = [];
  const run = async ({ points }: { points: readonly number[][] }): Promise<Tried[]> =>
    points.map((point) => {
      point.forEach((x, k) => {
        expect(x).toBeGreaterThanOrEqual((low[k] as number) - 1e-9);
        expect(x).toBeLessThanOrEqual((high[k] as number) + 1e-9);
      });
      const residual = model(point).map((x, s) => x - (wanted[s] as number));
      return { residual, error: Math.sqrt(residual.reduce((sum, r) => sum + r * r, 0) / residual.length) };
    });
  for await (const round of search({ low, high, run })) {
    rounds.push(round);
    if (until(round) || round.columns >= most) break;
  }
  return rounds;
} // prettier-ignore

/** A search has ended at what is best. */
const settled = ({ ended, best }: Round<Tried>): boolean => ended.some(({ tried }) => tried === best.tried);

/** Two volleys of a dipole, each a deflection and its rebound; strength and onset of the first (times of their middle), strength of the second. */
const volleys: Model = ([first = 0, shift = 0, second = 0]) =>
  Float64Array.from({ length: 360 }, (_, s) => {
    const wave = (t: number): number => t * Math.exp(-t * t);
    return 40 * first * wave((s / 4 - 63.5 - shift) / 6) + 25 * second * wave((s / 4 - 35) / 8);
  });
const BOUNDS: [number[], number[]] = [[0.25, -15, 0.25], [2, 15, 2]]; // prettier-ignore
const TRUTH = [1.4, 4.5, 0.6];

describe("the search of a fit", () => {
  test("strength and onset of one volley and the strength of a second are found, and it is said when", async () => {
    const rounds = await searched(volleys, TRUTH, BOUNDS, 300, settled);
    const last = rounds.at(-1) as Round<Tried>;
    const { best, columns } = last;
    expect(settled(last)).toBe(true);
    expect(columns).toBeLessThan(120);
    best.point.forEach((x, k) => expect(Math.abs(x - (TRUTH[k] as number))).toBeLessThan(((BOUNDS[1][k] as number) - (BOUNDS[0][k] as number)) / 600)); // prettier-ignore
    expect(rounds.filter(({ where }) => where === "everywhere").at(-1)?.columns).toBeLessThan(40);
    // DIRECT and steps from its best points alone took 56 to 70
    for (const target of [TRUTH, [0.6, -9, 1.7], [1.8, 11, 1.2]]) {
      const near = ({ best: { point } }: Round<Tried>): boolean =>
        point.every(
          (x, k) => Math.abs(x - (target[k] as number)) < 0.02 * ((BOUNDS[1][k] as number) - (BOUNDS[0][k] as number)),
        );
      expect((await searched(volleys, target, BOUNDS, 100, near)).at(-1)?.columns).toBeLessThanOrEqual(45);
    }
    for (const [k, { best: now }] of rounds.entries()) if (k > 0) expect(now.tried.error).toBeLessThanOrEqual(rounds[k - 1]?.best.tried.error as number); // prettier-ignore
  });

  test("jumps, as a spike more makes them, do not keep it from coming near", async () => {
    const jumping: Model = (point) =>
      volleys(point.map((x, k) => (k === 1 ? Math.round(x * 5) / 5 : Math.round(x * 50) / 50)));
    const { best } = (await searched(jumping, TRUTH, BOUNDS, 200, settled)).at(-1) as Round<Tried>; // prettier-ignore
    expect(Math.abs((best.point[0] as number) - 1.4)).toBeLessThan(0.03);
    expect(Math.abs((best.point[1] as number) - 4.5)).toBeLessThan(0.3);
    expect(Math.abs((best.point[2] as number) - 0.6)).toBeLessThan(0.03);
  });

  test("what lies at a bound is found there", async () => {
    const { best } = (await searched(volleys, [2, -15, 0.25], BOUNDS, 200, settled)).at(-1) as Round<Tried>; // prettier-ignore
    [2, -15, 0.25].forEach((x, k) => expect(Math.abs((best.point[k] as number) - x)).toBeLessThan(0.1));
  });

  test("a parameter that moves nothing is no fault, nor are all of them", async () => {
    const idle = await searched((p) => volleys([p[0] as number, 0, 1]), [1.4, 0], [[0.25, 0], [2, 1]], 150, settled); // prettier-ignore
    expect(Math.abs((idle.at(-1)?.best.point[0] as number) - 1.4)).toBeLessThan(0.01);
    const all = await searched(() => volleys([1, 0, 1]), [0, 0], [[0, 0], [1, 1]], 60); // prettier-ignore
    expect(all.at(-1)?.best.tried.error).toBe(0);
  });

  test("from a search that ended in a hollow it goes on elsewhere, and finds the valley", async () => {
    // a broad hollow about 0.2, and a valley at 0.9 that is too narrow for the first points
    const hollow: Model = ([x = 0]) =>
      Float64Array.of(1 + 3 * Math.abs(x - 0.2) - 4 * Math.exp(-(((x - 0.9) / 0.02) ** 2)), 0.1);
    const wanted: Model = (point) => (point[0] === -1 ? Float64Array.of(-2, 0) : hollow(point));
    const rounds = await searched(wanted, [-1], [[0], [1]], 400, ({ best }) => Math.abs((best.point[0] as number) - 0.9) < 0.005); // prettier-ignore
    expect(rounds.some(settled)).toBe(true);
    expect(Math.abs((rounds.at(-1)?.best.point[0] as number) - 0.9)).toBeLessThan(0.005);
  });
});
