import type { Expected, Links } from "./rule.ts";

/** A Uint32Array that grows by half. */
export class Uint32List {
  #values: Uint32Array;
  #length = 0;

  constructor(capacity = 16) {
    this.#values = new Uint32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#grow();
    this.#values[this.#length++] = value;
  }

  /** Sorts the values from `from` on, ascending. Few are sorted by insertion: a native call costs more. */
  sortFrom(from: number): void {
    const values = this.#values;
    if (this.#length - from > 24) {
      values.subarray(from, this.#length).sort();
      return;
    }
    for (let i = from + 1; i < this.#length; i++) {
      const value = values[i] as number;
      let j = i;
      for (; j > from && (values[j - 1] as number) > value; j--) values[j] = values[j - 1] as number;
      values[j] = value;
    }
  }

  /** Forgets the values, and keeps their memory. */
  clear(): void {
    this.#length = 0;
  }

  at(i: number): number {
    return this.#values[i] as number;
  }

  set(i: number, value: number): void {
    this.#values[i] = value;
  }

  /** The values pushed, in the list's own memory where little of it is left over. Push no more afterwards. */
  take(): Uint32Array {
    const spare = this.#values.length - this.#length;
    return spare * 8 <= this.#length ? this.#values.subarray(0, this.#length) : this.#values.slice(0, this.#length);
  }

  #grow(): void {
    const grown = new Uint32Array(Math.ceil(this.#length * 1.5) + 16);
    grown.set(this.#values);
    this.#values = grown;
  }
}

/** Pushes the partners of a cell. */
export type Row = (cell: number, out: Uint32List) => void;

/** Room for what a rule may draw: more is rare. */
const roomFor = ({ mean, sd }: Expected): number => Math.ceil(mean + 6 * sd) + 16;

/** A row whose links ascend, of one that pushes them in any order. */
export const ascending =
  (row: Row): Row =>
  (cell, out) => {
    const first = out.length;
    row(cell, out);
    out.sortFrom(first);
  };

/** Draws the links of one source after another.
 * @param row  pushes the targets of a source, ascending, none twice
 * @param tick  is told every now and then which source is being drawn */
export function drawRows(sources: number, expected: Expected, row: Row, tick: (source: number) => void): Links {
  const start = new Uint32Array(sources + 1);
  const target = new Uint32List(roomFor(expected));
  let next = 0;
  for (let source = 0; source < sources; source++) {
    if (target.length >= next) {
      tick(source);
      next = target.length + 65536;
    } else if ((source & 4095) === 0) tick(source);
    start[source] = target.length;
    row(source, target);
  }
  start[sources] = target.length;
  return { start, target: target.take() };
}

/** Draws the links of one target after another.
 * @param column  pushes the sources of a target, in any order; one given twice is two links */
export function drawColumns(
  sizes: { readonly sources: number; readonly targets: number },
  expected: Expected,
  column: Row,
  tick: (target: number) => void,
): Links {
  const { start, target: source } = drawRows(sizes.targets, expected, column, tick);
  return byRow(start, source, sizes.sources);
}

/** Links in any order, by source and then target: two counting sorts, which take less than sorting each row. */
export function sortedLinks(source: Uint32Array, target: Uint32Array, sizes: { readonly sources: number; readonly targets: number }): Links {
  const start = starts(target, sizes.targets);
  const next = start.slice();
  const column = new Uint32Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const t = target[i] as number;
    const place = next[t] as number;
    column[place] = source[i] as number;
    next[t] = place + 1;
  }
  return byRow(start, column, sizes.sources);
} // prettier-ignore

/** The links that columns hold, by source; targets of a source ascend.
 * @param source  of the links onto target t: columnStart[t] .. columnStart[t + 1] - 1, in any order */
function byRow(columnStart: Uint32Array, source: Uint32Array, sources: number): Links {
  const start = starts(source, sources);
  const next = start.slice();
  const target = new Uint32Array(source.length);
  for (let t = 0; t + 1 < columnStart.length; t++) {
    const end = columnStart[t + 1] as number;
    for (let k = columnStart[t] as number; k < end; k++) {
      const s = source[k] as number;
      const place = next[s] as number;
      target[place] = t;
      next[s] = place + 1;
    }
  }
  return { start, target };
}

/** Links given as data, by source; those of a source stay in their order. */
export function linksOfPairs(source: Uint32Array, target: Uint32Array, sources: number): Links {
  const start = starts(source, sources);
  if (ascends(source)) return { start, target };
  const next = start.slice();
  const order = new Uint32Array(source.length);
  const sorted = new Uint32Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const s = source[i] as number;
    const place = next[s] as number;
    order[place] = i;
    sorted[place] = target[i] as number;
    next[s] = place + 1;
  }
  return { start, target: sorted, order };
}

function ascends(values: Uint32Array): boolean {
  for (let i = 1; i < values.length; i++) if ((values[i] as number) < (values[i - 1] as number)) return false;
  return true;
}

/** Where the links of each source begin, were they sorted by source. */
function starts(source: Uint32Array, sources: number): Uint32Array {
  const start = new Uint32Array(sources + 1);
  for (let i = 0; i < source.length; i++) {
    const s = (source[i] as number) + 1;
    start[s] = (start[s] as number) + 1;
  }
  for (let s = 0; s < sources; s++) start[s + 1] = (start[s + 1] as number) + (start[s] as number);
  return start;
}
