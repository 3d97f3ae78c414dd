import { ModelError } from "../errors.ts";
import { ln } from "../random/elementary.ts";
import { normal, philoxInto, stream, uniform, type Use, USES } from "../random/philox.ts";
import { anyQuantity, type Check, object, optionsOf, oneOf, quantity, text } from "../shapes.ts";
import { canonical, type Given, type Quantities, type Quantity, type Unit } from "../units.ts";
import { type Links, repeats } from "./draw.ts";

/** What becomes of a value beyond `min` or `max`: it is set there ("clip", the default), or drawn again ("redraw", up to 64 times, then clipped). */
export interface Limits<U extends Unit = Unit> {
  readonly min?: Quantity<U>;
  readonly max?: Quantity<U>;
  readonly outside?: "clip" | "redraw";
}

/** A value drawn for each link or cell; plain data that survives JSON. */
export type Drawn<U extends Unit = Unit> = Limits<U> & { readonly unit: U } & (
    | { readonly distribution: "normal" | "lognormal"; readonly mean: Quantity<U>; readonly sd: Quantity<U> }
    | { readonly distribution: "uniform"; readonly from: Quantity<U>; readonly to: Quantity<U> }
    | { readonly distribution: "exponential"; readonly mean: Quantity<U> }
  );

/** One value for all cells, one for each, or one drawn for each. */
export type GivenOrDrawn<U extends Unit = Unit> = Given<U> | Drawn<U>;

export type Moments<U extends Unit> = { readonly mean: Quantity<U>; readonly sd: Quantity<U> } & Limits<U>;

/** A normal distribution of this mean and standard deviation (before the limits). */
export const normalValues = <U extends Unit>(given: Moments<U>): Drawn<U> => ({ distribution: "normal", unit: unitOf("normalValues", given, "mean"), ...given }); // prettier-ignore
/** A lognormal distribution of values with this mean and standard deviation (before the limits). */
export const lognormalValues = <U extends Unit>(given: Moments<U>): Drawn<U> => ({ distribution: "lognormal", unit: unitOf("lognormalValues", given, "mean"), ...given }); // prettier-ignore
/** Uniform between two values. */
export const uniformValues = <U extends Unit>(given: { readonly from: Quantity<U>; readonly to: Quantity<U> } & Limits<U>): Drawn<U> => ({ distribution: "uniform", unit: unitOf("uniformValues", given, "from"), ...given }); // prettier-ignore
/** Exponential of this mean (before the limits). */
export const exponentialValues = <U extends Unit>(given: { readonly mean: Quantity<U> } & Limits<U>): Drawn<U> => ({ distribution: "exponential", unit: unitOf("exponentialValues", given, "mean"), ...given }); // prettier-ignore

const unitOf = <U extends Unit, K extends string>(
  where: string,
  given: Readonly<Record<K, Quantity<U>>>,
  field: K,
): U => anyQuantity(`${where}.${field}`, optionsOf(where, given)[field]).unit;

export const isDrawn = (x: unknown): x is Drawn => typeof x === "object" && x !== null && "distribution" in x;

const limits = { min: quantity(), max: quantity(), outside: oneOf("clip", "redraw") };
const base = { distribution: text, unit: text };
const SHAPES: ReadonlyMap<string, Check> = new Map([
  ["normal", object({ ...base, mean: quantity(), sd: quantity() }, limits)],
  ["lognormal", object({ ...base, mean: quantity(), sd: quantity() }, limits)],
  ["uniform", object({ ...base, from: quantity(), to: quantity() }, limits)],
  ["exponential", object({ ...base, mean: quantity() }, limits)],
]);

/** The fields of a drawn value. */
export const drawnShape: Check = (where, x) => {
  const { distribution } = x as { distribution: unknown };
  oneOf(...SHAPES.keys())(`${where}.distribution`, distribution);
  SHAPES.get(distribution as string)?.(where, x);
};

/** Nothing below is ever drawn. */
export function leastDrawn(d: Drawn): number {
  const low = d.min?.value ?? -Infinity;
  const own = d.distribution === "uniform" ? d.from.value : d.distribution === "normal" ? -Infinity : 0;
  return Math.max(low, own);
}

/** Most draws of one value before it is clipped. */
const MOST_DRAWS = 64;

type Inverse = (k0: number, k1: number) => number;

/** @throws ModelError for another unit, and for what is no distribution */
export function checkDrawn(where: string, d: Drawn, unit: Unit): { readonly draw: Inverse; readonly low: number; readonly high: number } {
  if (d.unit !== unit) throw new ModelError(where, `has unit "${d.unit}"`, `Give it in "${unit}"`);
  const number = (what: string, q: Quantity | undefined, usual: number): number => (q === undefined ? usual : canonical(`${where}.${what}`, q, unit));
  const low = number("min", d.min, unit === "ms" ? 0 : -Infinity);
  const high = number("max", d.max, Infinity);
  if (!(low <= high)) throw new ModelError(where, `is to lie from ${low} to ${high} ${unit}`, "Give min below max");
  if (unit === "ms" && low < 0) throw new ModelError(`${where}.min`, `is ${low} ms`, "Give 0 or more");
  const draw = inverse(where, d, number);
  const ends = [0, 0xffffffff].flatMap((k0) => [0, 0x80000000].map((k1) => draw(k0, k1)));
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  if (d.outside === "redraw" && (most < low || least > high)) throw new ModelError(where, `is drawn from ${least} to ${most} ${unit}, and never lies from ${low} to ${high}`, 'Give other limits, or outside: "clip"');
  return { draw, low, high };
} // prettier-ignore

function inverse(where: string, d: Drawn, number: (what: string, q: Quantity | undefined, usual: number) => number): Inverse {
  if (d.distribution === "uniform") {
    const [from, to] = [number("from", d.from, 0), number("to", d.to, 0)];
    if (!(from <= to)) throw new ModelError(where, `is uniform from ${from} to ${to}`, "Give the smaller first");
    return (k) => from + (to - from) * uniform(k);
  }
  const mean = number("mean", d.mean, 0);
  if (d.distribution === "exponential") {
    if (!(mean > 0)) throw new ModelError(`${where}.mean`, `is ${mean}`, "Give a mean above 0");
    return (k) => -mean * ln(uniform(k));
  }
  const sd = number("sd", d.sd, 0);
  if (!(sd >= 0)) throw new ModelError(`${where}.sd`, `is ${sd}`, "Give 0 or more");
  if (d.distribution === "normal") return (k0, k1) => mean + sd * normal(k0, k1);
  if (!(mean > 0)) throw new ModelError(`${where}.mean`, `is ${mean}`, "Give a mean above 0");
  const variance = ln(1 + (sd / mean) ** 2);
  const mu = ln(mean) - variance / 2;
  return (k0, k1) => Math.exp(mu + Math.sqrt(variance) * normal(k0, k1));
} // prettier-ignore

/** What values are drawn by: structureSeed, what they are of, what for. */
interface ValueKey {
  readonly seed: number;
  readonly stream: number;
  readonly use: Use;
}

/** The key of a projection's values, by its name. */
type Named = Omit<ValueKey, "stream"> & { readonly name: string };

/** Values of one distribution by two numbers that say whose they are. */
class Sampler {
  readonly #law: ReturnType<typeof checkDrawn>;
  readonly #most: number; // draws of a value
  readonly #seed: number;
  readonly #stream: number;
  readonly #use: number;
  readonly #words = new Uint32Array(4);

  /** @throws ModelError for another unit, and for what is no distribution */
  constructor(where: string, d: Drawn, unit: Unit, key: ValueKey) {
    this.#law = checkDrawn(where, d, unit);
    this.#most = d.outside === "redraw" ? MOST_DRAWS : 1;
    [this.#seed, this.#stream, this.#use] = [key.seed, key.stream, USES[key.use]];
  }

  /** @param before  how many values of the same two were drawn */
  at(one: number, other: number, before: number): number {
    const [words, { draw, low, high }] = [this.#words, this.#law];
    let value = NaN;
    for (let n = 0; n < this.#most; n++) {
      philoxInto(words, 0, one, other, before * MOST_DRAWS + n, this.#use, this.#seed, this.#stream);
      value = draw(words[0] as number, words[1] as number);
      if (value >= low && value <= high) break;
    }
    return Math.min(high, Math.max(low, value));
  }
}

/** A value for each cell, by (structureSeed, what it is of, cell): more cells leave those before them as they are.
 * @throws ModelError for what is no distribution */
export function drawnPerCell(where: string, d: Drawn, n: number, key: ValueKey): Quantities {
  const sampler = new Sampler(where, d, d.unit, key);
  return { values: Array.from({ length: n }, (_, cell) => sampler.at(cell, 0, 0)), unit: d.unit };
}

/** A value for each link, by (structureSeed, projection, source, target, how often the pair occurred before): drawn when it is asked
 * for, so that none need be kept. */
export class DrawnValues {
  readonly #links: Links;
  readonly #sampler: Sampler;

  /** @throws ModelError for another unit, and for what is no distribution */
  constructor(where: string, d: Drawn, unit: Unit, links: Links, { name, ...key }: Named) {
    this.#links = links;
    this.#sampler = new Sampler(where, d, unit, { ...key, stream: stream("projection", name) });
  }

  /** Values of a source's links in `out`, in the order of `links`. */
  row(source: number, out: Float64Array): void {
    const { start, target } = this.#links;
    const [from, to] = [start[source] as number, start[source + 1] as number];
    const before = repeats(target, from, to);
    for (let k = from; k < to; k++) {
      out[k - from] = this.#sampler.at(
        source,
        target[k] as number,
        before === undefined ? 0 : (before[k - from] as number),
      );
    }
  }

  /** Of all links, in the rule's own order. */
  all(): Float64Array {
    const { start, target, order } = this.#links;
    const values = new Float64Array(target.length);
    const row = order === undefined ? values : new Float64Array(longestRow(start));
    for (let source = 0; source + 1 < start.length; source++) {
      const [from, to] = [start[source] as number, start[source + 1] as number];
      if (order === undefined) this.row(source, values.subarray(from, to));
      else {
        this.row(source, row);
        for (let k = from; k < to; k++) values[order[k] as number] = row[k - from] as number;
      }
    }
    return values;
  }
}

/** Links of the source that has most. */
export function longestRow(start: Uint32Array): number {
  let most = 0;
  for (let source = 0; source + 1 < start.length; source++) {
    most = Math.max(most, (start[source + 1] as number) - (start[source] as number));
  }
  return most;
}
