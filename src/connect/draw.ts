import { mulHi, philoxInto, stream, USES } from "../random/philox.ts";
import type { Key, Links } from "./rule.ts";
import { drawRule, type Rule, type Sizes } from "./rules.ts";

export type { Links } from "./rule.ts";

/** Draws the links of a projection. Pure: the same arguments give the same links whatever else the network holds.
 * @param name  the projection's; its hash is the random stream
 * @param tick  called every now and then with the cell that is being drawn
 * Call `checkRule` first. */
export const drawLinks = (
  rule: Rule,
  sizes: Sizes,
  structureSeed: number,
  name: string,
  tick: (cell: number) => void = () => undefined,
): Links => drawRule(rule, sizes, { seed: structureSeed, stream: stream("projection", name) }, tick);

/** Calls `visit` with source and target of every link and its place in the rule's own order. */
export function eachLink(
  { start, target, order }: Links,
  visit: (source: number, target: number, place: number) => void,
): void {
  for (let source = 0; source + 1 < start.length; source++) {
    const end = start[source + 1] as number;
    for (let k = start[source] as number; k < end; k++) visit(source, target[k] as number, order?.[k] ?? k);
  }
}

/** Which of `receptors` receptors each link ends on: uniform, drawn by (source, target, how often the pair occurred before).
 * Undefined where there is but one. */
export function drawReceptors(
  { start, target }: Links,
  receptors: number,
  structureSeed: number,
  name: string,
): Uint8Array | undefined {
  if (receptors < 2) return undefined;
  const pick = new Uint8Array(target.length);
  const key = { seed: structureSeed, stream: stream("projection", name) };
  for (let source = 0; source + 1 < start.length; source++) {
    const [from, to] = [start[source] as number, start[source + 1] as number];
    const before = repeats(target, from, to);
    for (let k = from; k < to; k++) {
      pick[k] = pickReceptor(receptors, source, target[k] as number, key, before?.[k - from]);
    }
  }
  return pick;
}

/** Which receptor the link of a pair ends on that occurred so often before. */
export function pickReceptor(receptors: number, source: number, target: number, key: Key, before = 0): number {
  if (receptors < 2) return 0;
  philoxInto(word, 0, source, target, before, USES.receptor, key.seed, key.stream);
  return mulHi(word[0] as number, receptors) >>> 0;
}
const word = new Uint32Array(4); // scratch: holds nothing between calls

/** How often each target of a row occurred before it; undefined where none repeats (they ascend). */
export function repeats(target: Uint32Array, from: number, to: number): Uint32Array | undefined {
  let k = from + 1;
  while (k < to && (target[k] as number) > (target[k - 1] as number)) k++;
  if (k >= to) return undefined;
  const seen = new Map<number, number>();
  return target.slice(from, to).map((t) => {
    const count = seen.get(t) ?? 0;
    seen.set(t, count + 1);
    return count;
  });
}
