import direct from "ml-direct";
import { near } from "./near.ts";

/** What one point gives. */
export interface Tried {
  /** root mean square of the residual. */
  readonly error: number;
  /** model minus recording, sample by sample. */
  readonly residual: ArrayLike<number>;
}

/** Points that are tried at once: a batch. */
export interface Asked {
  /** Everywhere, or around the best of all. */
  readonly where: "everywhere" | "around";
  readonly points: readonly number[][];
}

/** What is known after a round. */
export interface Round<T extends Tried> {
  readonly where: Asked["where"];
  readonly columns: number;
  readonly best: { readonly point: readonly number[]; readonly tried: T };
  /** A search around a point has ended: its steps are below SMALLEST. */
  readonly settled: boolean;
}

export interface Searched<T extends Tried> {
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Runs a batch; one value per point. */
  run(asked: Asked): Promise<readonly T[]>;
}

/** Points of each parameter that are tried everywhere before the first search around the best. */
const FIRST = 8;
/** Rounds everywhere between two searches around a point. */
const BETWEEN = 2;
/** Of a parameter's range: nearer to where a search has ended none begins. */
const APART = 0.1;

/** Looks for the point with the least error, round by round, until it is no longer asked: DIRECT (Jones et al. 1993) everywhere, which names all
 * points of a round before it sees a value, and around the best that it finds what `near` does. When that has settled, DIRECT goes on,
 * and the best of what lies apart from where a search has ended is looked around next. */
export async function* search<T extends Tried>(searched: Searched<T>): AsyncGenerator<Round<T>, never> {
  const { low, high } = searched;
  const known: { readonly unit: readonly number[]; readonly tried: T }[] = [];
  const ended: (readonly number[])[] = [];
  const scaled = (unit: readonly number[]): number[] => unit.map((u, k) => (low[k] as number) + u * ((high[k] as number) - (low[k] as number))); // prettier-ignore
  const run = async (where: Asked["where"], units: readonly (readonly number[])[]): Promise<readonly T[]> => {
    const tried = await searched.run({ where, points: units.map(scaled) });
    units.forEach((unit, k) => known.push({ unit, tried: tried[k] as T }));
    return tried;
  };
  const best = (of = known): (typeof known)[number] => of.reduce((a, b) => (b.tried.error < a.tried.error ? b : a));
  const told = (where: Asked["where"], settled = false): Round<T> => {
    const { unit, tried } = best();
    return { where, columns: known.length, best: { point: scaled(unit), tried }, settled };
  };
  const everywhere = new Everywhere(low.length);
  for (let rounds = 0; ;) {
    do {
      await everywhere.round((units) => run("everywhere", units));
      rounds++;
      yield told("everywhere");
    } while (ended.length === 0 ? known.length < 1 + FIRST * low.length : rounds % BETWEEN > 0);
    const apart = known.filter(({ unit }) => ended.every((end) => distance(unit, end) > APART));
    if (apart.length === 0) continue;
    const from = best(apart);
    for await (const { unit, settled } of near(from, (units) => run("around", units))) {
      if (settled) ended.push(unit);
      yield told("around", settled);
    }
    ended.push(from.unit);
  }
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

  async round(run: (units: readonly number[][]) => Promise<readonly Tried[]>): Promise<void> {
    const [low, high] = [0, 1].map((x) => Array.from({ length: this.#n }, () => x)) as [number[], number[]];
    const once = (f: (unit: number[]) => number): ReturnType<typeof direct> =>
      direct(f, low, high, { iterations: 1, ...(this.#state === undefined ? {} : { initialState: structuredClone(this.#state) }) }); // prettier-ignore
    const asked: number[][] = [];
    once((unit) => asked.push([...unit])); // only to learn which points this round wants
    const tried = await run(asked);
    let next = 0;
    this.#state = once(() => (tried[next++] as Tried).error).finalState;
  }
}
