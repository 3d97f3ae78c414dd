import { philoxInto, probabilityBound, stream, USES } from "../random/philox.ts";
import { Uint32List } from "./lists.ts";
import { numberPerSource, type Rule, type Sizes } from "./rules.ts";

/** Links of one projection, sorted by source, then target; a list's keep their order. Indices count within populations. */
export interface Links {
  readonly source: Uint32Array;
  readonly target: Uint32Array;
}

/** Draws the links of a projection. Pure: the same arguments give the same links whatever else the network holds,
 * and the decision about a pair depends on nothing but (structureSeed, name, source, target).
 * @param name  the projection's; its hash is the random stream
 * @param onSource  called every now and then with the source that is being drawn
 * Call `checkRule` first. */
export function drawLinks(
  rule: Rule,
  sizes: Sizes,
  structureSeed: number,
  name: string,
  onSource: (source: number) => void = () => undefined,
): Links {
  const key: Key = { seed: structureSeed, stream: stream("projection", name) };
  switch (rule.kind) {
    case "list":
      return {
        source: Uint32Array.from(rule.pairs, (pair) => pair[0]),
        target: Uint32Array.from(rule.pairs, (pair) => pair[1]),
      };
    case "oneToOne":
      return oneToOne(rule.probability, sizes.sources, key);
    case "fixedNumberPerSource":
      return fixedNumber(numberPerSource(rule.n, sizes), sizes, rule.autapses || !sizes.same, key, onSource);
    case "allToAll":
      return bernoulli(1, sizes, rule.autapses || !sizes.same, key, onSource);
    case "fixedProbability":
      return bernoulli(rule.p, sizes, rule.autapses || !sizes.same, key, onSource);
  }
}

/** Which of `receptors` receptors each link ends on: uniform, drawn by (source, target, how often the pair occurred before). */
export function drawReceptors(links: Links, receptors: number, structureSeed: number, name: string): Uint8Array {
  const pick = new Uint8Array(links.source.length);
  if (receptors < 2) return pick;
  const hash = stream("projection", name);
  const word = new Uint32Array(4);
  const occurrence = repeats(links);
  for (let i = 0; i < pick.length; i++) {
    const [source, target] = [links.source[i] as number, links.target[i] as number];
    philoxInto(word, 0, source, target, occurrence?.[i] ?? 0, USES.receptor, structureSeed, hash);
    pick[i] = below(word[0] as number, receptors);
  }
  return pick;
}

interface Key {
  readonly seed: number;
  readonly stream: number;
}

/** Uniform on 0..n-1 from a u32; a value's chance is off by less than 2^-32, so n / 2^32 relatively. */
const below = (u32: number, n: number): number => Math.floor(u32 * 2 ** -32 * n);

/** One u32 per (source, target): the four words of counter (source, target >> 2, 0, "connection") decide four neighbours. */
function bernoulli(
  p: number,
  { sources, targets }: Sizes,
  autapses: boolean,
  key: Key,
  onSource: (source: number) => void,
): Links {
  const bound = probabilityBound(p);
  const mean = sources * targets * p;
  const links = new LinkList(Math.ceil(mean + 6 * Math.sqrt(mean * (1 - p))) + 16); // rarely grows
  const words = new Uint32Array(4).fill(0);
  for (let source = 0; source < sources; source++) {
    if ((source & 63) === 0) onSource(source);
    for (let target = 0; target < targets; target++) {
      if ((target & 3) === 0 && p < 1)
        philoxInto(words, 0, source, target >>> 2, 0, USES.connection, key.seed, key.stream);
      if ((words[target & 3] as number) < bound && (autapses || target !== source)) links.push(source, target);
    }
  }
  return links.take();
}

/** The diagonal of `bernoulli`: the same pair is decided by the same word. */
function oneToOne(p: number, n: number, key: Key): Links {
  const bound = probabilityBound(p);
  const links = new LinkList(n);
  const words = new Uint32Array(4);
  for (let i = 0; i < n; i++) {
    philoxInto(words, 0, i, i >>> 2, 0, USES.connection, key.seed, key.stream);
    if ((words[i & 3] as number) < bound) links.push(i, i);
  }
  return links.take();
}

/** Floyd's algorithm (Bentley & Floyd 1987, Commun. ACM 30:754): n draws give n different targets, every set equally likely. */
function fixedNumber(
  n: number,
  { sources, targets }: Sizes,
  autapses: boolean,
  key: Key,
  onSource: (source: number) => void,
): Links {
  const choices = autapses ? targets : targets - 1; // without autapses: numbered past the source
  const links = new LinkList(sources * n);
  const words = new Uint32Array(4);
  const chosen = new Uint8Array(Math.max(choices, 0));
  for (let source = 0; source < sources; source++) {
    if ((source & 63) === 0) onSource(source);
    chosen.fill(0);
    for (let j = choices - n; j < choices; j++) {
      if ((j & 3) === 0 || j === choices - n)
        philoxInto(words, 0, source, j >>> 2, 0, USES.connection, key.seed, key.stream);
      const t = below(words[j & 3] as number, j + 1);
      chosen[chosen[t] === 0 ? t : j] = 1;
    }
    for (let t = 0; t < choices; t++) {
      if (chosen[t] === 1) links.push(source, autapses || t < source ? t : t + 1);
    }
  }
  return links.take();
}

/** How often each link's pair occurred before it; undefined where none repeats (rules other than lists never repeat). */
function repeats({ source, target }: Links): Uint32Array | undefined {
  const sorted = (i: number) =>
    (source[i] as number) > (source[i - 1] as number) ||
    (source[i] === source[i - 1] && (target[i] as number) > (target[i - 1] as number));
  let i = 1;
  while (i < source.length && sorted(i)) i++;
  if (i >= source.length) return undefined;
  const seen = new Map<number, number>();
  return source.map((s, link) => {
    const pair = s * 2 ** 32 + (target[link] as number); // exact below 2^21 sources
    const count = seen.get(pair) ?? 0;
    seen.set(pair, count + 1);
    return count;
  });
}

/** Pairs collected one by one. */
class LinkList {
  readonly #source: Uint32List;
  readonly #target: Uint32List;

  constructor(capacity: number) {
    this.#source = new Uint32List(capacity);
    this.#target = new Uint32List(capacity);
  }

  push(source: number, target: number): void {
    this.#source.push(source);
    this.#target.push(target);
  }

  take(): Links {
    return { source: this.#source.take(), target: this.#target.take() };
  }
}
