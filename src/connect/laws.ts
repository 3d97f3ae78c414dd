import { mulHi, philoxInto, probabilityBound, USES } from "../random/philox.ts";
import { gapTables, type GapTables } from "./gaps.ts";
import type { Key, RowLaw, Sizes } from "./rule.ts";
import { ascending, type Row, type Uint32List } from "./rows.ts";

/** Those that shaders/regenerate.wgsl knows. */
export type ProceduralLaw = Exclude<RowLaw, { kind: "different" }>;

/** Targets of a source, ascending.
 * @param noSelf  leaves out links from a cell to itself */
export function rowOf(law: RowLaw, { targets }: Pick<Sizes, "targets">, noSelf: boolean, key: Key): Row {
  switch (law.kind) {
    case "pairs":
      return pairsRow(law.p, targets, noSelf, key);
    case "gaps":
      return gapsRow(law.p, targets, noSelf, key);
    case "diagonal":
      return diagonalRow(law.p, key);
    case "different": {
      const draw = new DifferentTargets(law.n, targets - (noSelf ? 1 : 0), key);
      return ascending((source, out) => draw.row(source, noSelf, out));
    }
  }
}

function pairsRow(p: number, targets: number, noSelf: boolean, key: Key): Row {
  const bound = probabilityBound(p);
  const words = new Uint32Array(4);
  return (source, out) => {
    for (let target = 0; target < targets; target++) {
      if ((target & 3) === 0 && p < 1)
        philoxInto(words, 0, source, target >>> 2, 0, USES.connection, key.seed, key.stream);
      if ((words[target & 3] as number) < bound && (!noSelf || target !== source)) out.push(target);
    }
  };
}

function diagonalRow(p: number, key: Key): Row {
  const bound = probabilityBound(p);
  const words = new Uint32Array(4);
  return (source, out) => {
    if (p < 1) philoxInto(words, 0, source, source >>> 2, 0, USES.connection, key.seed, key.stream);
    if ((words[source & 3] as number) < bound) out.push(source);
  };
}

function gapsRow(p: number, targets: number, noSelf: boolean, key: Key): Row {
  if (p === 0) return () => {};
  const tables = gapTables(p);
  const words = new Uint32Array(4);
  return (source, out) => {
    for (let from = 0; from < targets; from += tables.block) {
      pushBlock(tables, words, key, source, from, Math.min(targets, from + tables.block), noSelf, out);
    }
  };
}

/** Links of a source among targets [from, end) of one block: gap k comes of words 2 (k & 1) and 2 (k & 1) + 1 of counter
 * (source, k >> 1, from / block, "connection"), its large and its small part. */
function pushBlock(
  { block, small, large, fine }: GapTables,
  words: Uint32Array,
  key: Key,
  source: number,
  from: number,
  end: number,
  noSelf: boolean,
  out: Uint32List,
): void {
  const index = from / block;
  let target = from;
  for (let k = 0; ; k++) {
    const half = 2 * (k & 1);
    if (half === 0) philoxInto(words, 0, source, k >>> 1, index, USES.connection, key.seed, key.stream);
    target += small * large.find(words[half] as number) + fine.find(words[half + 1] as number);
    if (target >= end) return;
    if (!noSelf || target !== source) out.push(target);
    target++;
  }
}

/** Floyd's algorithm (Bentley & Floyd 1987, Commun. ACM 30:754): n draws give n different targets, every set equally likely. */
export class DifferentTargets {
  readonly #n: number;
  readonly #choices: number; // without autapses: numbered past the source
  readonly #key: Key;
  readonly #words = new Uint32Array(4);
  readonly #chosen: Uint8Array; // zero between rows

  constructor(n: number, choices: number, key: Key) {
    [this.#n, this.#choices, this.#key] = [n, choices, key];
    this.#chosen = new Uint8Array(Math.max(choices, 0));
  }

  /** Pushes the targets of a source in the order of their draws. */
  row(source: number, noSelf: boolean, out: Uint32List): void {
    const [words, chosen, choices] = [this.#words, this.#chosen, this.#choices];
    const { seed, stream } = this.#key;
    const first = out.length;
    for (let j = choices - this.#n; j < choices; j++) {
      if ((j & 3) === 0 || out.length === first)
        philoxInto(words, 0, source, j >>> 2, 0, USES.connection, seed, stream);
      const t = mulHi(words[j & 3] as number, j + 1) >>> 0; // a target's chance is off by less than 2^-32
      const own = chosen[t] === 0 ? t : j;
      chosen[own] = 1;
      out.push(own);
    }
    for (let k = first; k < out.length; k++) {
      const t = out.at(k);
      chosen[t] = 0;
      if (noSelf && t >= source) out.set(k, t + 1);
    }
  }
}
