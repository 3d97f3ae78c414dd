import { sourceWord, thresholdOf, type Source, type SourceField, type Sources } from "../../../src/random/source.ts";

/** The rule of a renewal source (src/random/source.ts) in its plainest form, one step at a time: what engines are held to.
 * @param inc Q5.27, at most 2^27 / order. @returns whether it fires */
export function sourceStep(source: Source, inc: number, s: Sources, cell: number): boolean {
  if (inc === 0) return false;
  source.sum += s.order * inc; // below (33 ln 2 + 1) 2^27 < 2^32
  while (source.sum >= source.theta) {
    const fires = source.stage + 1 === s.order;
    source.sum = fires ? 0 : source.sum - source.theta;
    source.stage = fires ? 0 : source.stage + 1;
    source.theta = thresholdOf(s.seed, s.stream, cell, source.draws);
    source.draws++;
    if (fires) return true;
  }
  return false;
}

/** The increment of this step of a constant rate of whole + fraction / 2^32 a step; carries the remainder. */
export function constantIncrement(source: Source, whole: number, fraction: number): number {
  const sum = source.remainder + fraction;
  const carry = sum >= 2 ** 32 ? 1 : 0;
  source.remainder = sum - carry * 2 ** 32;
  return whole + carry;
}

export function loadSource(state: Uint32Array, s: Sources, cell: number): Source {
  const at = (field: SourceField) => state[sourceWord(s, field, s.entry, cell)] as number;
  return { sum: at("sum"), theta: at("theta"), stage: at("stage"), draws: at("draws"), remainder: at("remainder") };
}
