import direct from "ml-direct";
import { around, type Known } from "./around.ts";

/** What one point gives. */
export interface Tried {
  /** root mean square of the residual. */
  readonly error: number;
  /** model minus recording, sample by sample. */
  readonly residual: ArrayLike<number>;
}

/** Points that are tried at once: a batch. */
export interface Asked {
  readonly where: "everywhere" | "around";
  readonly points: readonly number[][];
}

/** What is known after a round. */
export interface Round<T extends Tried> {
  readonly where: Asked["where"];
  readonly columns: number;
  readonly best: { readonly point: readonly number[]; readonly tried: T };
  /** A search around a point has ended. */
  readonly settled: boolean;
}

export interface Searched<T extends Tried> {
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Runs a batch; one value per point. */
  run(asked: Asked): Promise<readonly T[]>;
}

/** Points of each parameter that are tried everywhere before the first searches around some. */
const FIRST = 10;
/** Searches that begin together; after each of their steps the worse half is given up. */
const TOGETHER = 3;
/** Of a parameter's range: nearer to where a search began or has ended none begins. */
const APART = 0.2;
/** A search that does not lead is given up where so many steps in a row took less than this part of its error away. */
const [IDLE, LITTLE] = [2, 0.1] as const;

/** Looks for the point with the least error, round by round, until it is no longer asked: DIRECT (Jones et al. 1993) everywhere, which names all
 * points of a round before it sees a value; then around the best points that it found, apart from one another, what `around` does. The
 * search that gets on best goes on until it has settled; then DIRECT goes on, and what it has found apart from these is looked around. */
export async function* search<T extends Tried>({ low, high, run }: Searched<T>): AsyncGenerator<Round<T>, never> {
  type Point = Known & { readonly tried: T };
  let [best, columns]: [Point | undefined, number] = [undefined, 0];
  const scaled = (unit: readonly number[]): number[] => unit.map((u, k) => (low[k] as number) + u * ((high[k] as number) - (low[k] as number))); // prettier-ignore
  const tryAll = async (where: Asked["where"], units: readonly (readonly number[])[]): Promise<Point[]> => {
    const tried = await run({ where, points: units.map(scaled) });
    const points = units.map((unit, k): Point => ({ unit, tried: tried[k] as T }));
    columns += points.length;
    for (const p of points) if (best === undefined || p.tried.error < best.tried.error) best = p;
    return points;
  };
  const told = (where: Asked["where"], settled = false): Round<T> => {
    const { unit, tried } = best as Point;
    return { where, columns, best: { point: scaled(unit), tried }, settled };
  };
  const everywhere = new Everywhere(low.length);
  const found: Point[] = []; // everywhere
  const places: (readonly number[])[] = []; // where searches began or ended
  for (let until = 1 + FIRST * low.length; ; until = found.length + (FIRST * low.length) / 2) {
    while (found.length < until) {
      found.push(...((await everywhere.round((units) => tryAll("everywhere", units))) as Point[]));
      yield told("everywhere");
    }
    let searches = starts(found, places).map((from) => ({ at: from as Known, idle: 0, steps: around(from, (units) => tryAll("around", units)) })); // prettier-ignore
    while (searches.length > 0) {
      const going: typeof searches = [];
      for (const search of searches) {
        const { value, done } = await search.steps.next();
        if (done === true) places.push(value.unit);
        else {
          const { at, gained } = value;
          const idle = gained < LITTLE ? search.idle + 1 : 0;
          if (idle < IDLE || at.tried === (best as Point | undefined)?.tried) going.push({ ...search, at, idle });
        }
        yield told("around", done === true);
      }
      going.sort((a, b) => a.at.tried.error - b.at.tried.error);
      searches = going.slice(0, Math.ceil(going.length / 2));
    }
  }
}

/** The best points apart from one another and from the places, which they then are too. */
function starts<P extends Known>(found: readonly P[], places: (readonly number[])[]): P[] {
  const chosen: P[] = [];
  for (const p of [...found].sort((a, b) => a.tried.error - b.tried.error)) {
    if (chosen.length >= TOGETHER) break;
    if (places.some((place) => distance(place, p.unit) < APART)) continue;
    chosen.push(p);
    places.push(p.unit);
  }
  return chosen;
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, k) => Math.abs(x - (b[k] as number))));

/** DIRECT in the unit cube, a round at a time. */
class Everywhere {
  readonly #n: number;
  #state: unknown;

  constructor(n: number) {
    this.#n = n;
  }

  async round<K extends Known>(run: (units: readonly number[][]) => Promise<K[]>): Promise<K[]> {
    const [low, high] = [0, 1].map((x) => Array.from({ length: this.#n }, () => x)) as [number[], number[]];
    const once = (f: (unit: number[]) => number): ReturnType<typeof direct> =>
      direct(f, low, high, { iterations: 1, ...(this.#state === undefined ? {} : { initialState: structuredClone(this.#state) }) }); // prettier-ignore
    const asked: number[][] = [];
    once((unit) => asked.push([...unit])); // only to learn which points this round wants
    const points = await run(asked);
    let next = 0;
    this.#state = once(() => (points[next++] as K).tried.error).finalState;
    return points;
  }
}
