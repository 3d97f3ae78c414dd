import direct from "ml-direct";
import { around, type Known, type Tried } from "./around.ts";
import { drawU32, uniform } from "../../src/random/philox.ts";
import { Emulator } from "./emulator.ts";
import type { FitWhere } from "./facts.ts";

/** Points that are tried at once: a batch. */
export interface Asked {
  readonly where: FitWhere;
  readonly points: readonly number[][];
}

/** What is known after a round. */
export interface Round<T extends Tried> {
  readonly where: Asked["where"];
  readonly columns: number;
  readonly best: { readonly point: readonly number[]; readonly tried: T };
  /** Where searches around a point have settled; the best is among them when nothing near it is better. */
  readonly ended: readonly { readonly point: readonly number[]; readonly tried: T }[];
}

export interface Searched<T extends Tried> {
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Runs a batch; one value per point. */
  run(asked: Asked): Promise<readonly T[]>;
}

/** Points of each parameter that are tried everywhere before the first searches around some. */
const FIRST = 8;
/** Points of a round where good ones are expected, by how much is hoped for (`Emulator.proposals`), and the rounds that end it which bring little. */
const HOPES = [0, 0.5, 1, 2] as const;
const EXPECTED_IDLE = 3;
/** Of a parameter's range: nearer to where a search began or has ended none begins. */
const APART = 0.2;
/** A search that does not lead is given up where so many steps in a row took less than this part of its error away. */
const [IDLE, LITTLE] = [2, 0.1] as const;

/** Looks for the point with the least error, round by round, until it is no longer asked: DIRECT (Jones et al. 1993) everywhere, which names all
 * points of a round before it sees a value; then where the residuals known so far let a good one be expected (`Emulator`), until that
 * brings little; then around the best of all, what `around` does. Then DIRECT goes on, and the best apart from where searches were is
 * looked around. */
export async function* search<T extends Tried>({ low, high, run }: Searched<T>): AsyncGenerator<Round<T>, never> {
  type Point = Known & { readonly tried: T };
  let [best, columns]: [Point | undefined, number] = [undefined, 0];
  const all: Point[] = [];
  const scaled = (unit: readonly number[]): number[] => unit.map((u, k) => (low[k] as number) + u * ((high[k] as number) - (low[k] as number))); // prettier-ignore
  const tryAll = async (where: Asked["where"], units: readonly (readonly number[])[]): Promise<Point[]> => {
    const tried = await run({ where, points: units.map(scaled) });
    const points = units.map((unit, k): Point => ({ unit, tried: tried[k] as T }));
    columns += points.length;
    all.push(...points);
    for (const p of points) if (best === undefined || p.tried.error < best.tried.error) best = p;
    return points;
  };
  const ended: { point: number[]; tried: T }[] = [];
  const told = (where: FitWhere): Round<T> => {
    const { unit, tried } = best as Point;
    return { where, columns, best: { point: scaled(unit), tried }, ended: [...ended] };
  };
  const everywhere = new Everywhere(low.length);
  let spread = 0; // points that DIRECT named
  let drawn = 0;
  const draw = (): number => uniform(drawU32(1, 1, 0, drawn++, "parameter"));
  const places: (readonly number[])[] = []; // where searches began or ended
  for (let until = 1 + FIRST * low.length; ; until = spread + (FIRST * low.length) / 2) {
    while (spread < until) {
      spread += await everywhere.round((units) => tryAll("everywhere", units));
      yield told("everywhere");
    }
    for (let idle = 0; idle < EXPECTED_IDLE;) {
      const before = (best as Point | undefined)?.tried.error ?? Infinity;
      const proposed = new Emulator(all).proposals(HOPES, draw);
      if (proposed.length === 0) break;
      const after = least(await tryAll("expected", proposed));
      idle = after < (1 - LITTLE) * before ? 0 : idle + 1;
      yield told("expected");
    }
    const from = [...all].sort(byError).find(({ unit }) => places.every((place) => distance(place, unit) >= APART));
    if (from === undefined) continue;
    places.push(from.unit);
    const steps = around(from, (units) => tryAll("around", units));
    for (let idle = 0; idle < IDLE;) {
      const { value, done } = await steps.next();
      if (done === true) {
        places.push(value.unit);
        ended.push({ point: scaled(value.unit), tried: value.tried as T });
        yield told("around");
        break;
      }
      const leads = value.at.tried === (best as Point | undefined)?.tried;
      idle = value.gained >= LITTLE || leads ? 0 : idle + 1;
      yield told("around");
    }
  }
}

const byError = (a: Known, b: Known): number => a.tried.error - b.tried.error;
const least = (of: readonly Known[]): number => Math.min(...of.map(({ tried }) => tried.error));

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, k) => Math.abs(x - (b[k] as number))));

/** DIRECT in the unit cube, a round at a time. */
class Everywhere {
  readonly #n: number;
  #state: unknown;

  constructor(n: number) {
    this.#n = n;
  }

  /** @returns  how many points */
  async round(run: (units: readonly number[][]) => Promise<Known[]>): Promise<number> {
    const [low, high] = [0, 1].map((x) => Array.from({ length: this.#n }, () => x)) as [number[], number[]];
    const once = (f: (unit: number[]) => number): ReturnType<typeof direct> =>
      direct(f, low, high, { iterations: 1, ...(this.#state === undefined ? {} : { initialState: structuredClone(this.#state) }) }); // prettier-ignore
    const asked: number[][] = [];
    once((unit) => asked.push([...unit])); // only to learn which points this round wants
    const points = await run(asked);
    let next = 0;
    this.#state = once(() => (points[next++] as Known).tried.error).finalState;
    return points.length;
  }
}
