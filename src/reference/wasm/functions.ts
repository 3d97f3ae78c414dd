import { C2, C3, C4, C5, FAR, LEAST, MOST, PART_HIGH, PART_LOW, PER_PART, POWERS, WHOLE } from "../../lang/exponential.ts"; // prettier-ignore
import type { Code } from "./code.ts";

/** exp and expm1 of two numbers at once: the operations of lang/exponential.ts in the same order, so the same bits. */

/** Where modules find the table of powers of 2: the first bytes of their memory. */
const TABLE = 0;
export const TABLE_BYTES = POWERS.byteLength;

/** Writes it: 2^(j/128), less j / 128 in its exponent, so that a whole number of 128ths, added there as it is, makes it a power; and its rest. */
export function writeTable(memory: ArrayBufferLike): void {
  new Float64Array(memory, TABLE, POWERS.length).set(POWERS);
  const words = new Uint32Array(memory, TABLE, 2 * POWERS.length);
  for (let j = 0; 4 * j < words.length; j++) words[4 * j + 1] = (words[4 * j + 1] as number) - (j << 13);
}

/** The number that has the bits of a small whole one. */
const long = (whole: number): number => whole * Number.MIN_VALUE;

/** Each lane of x through a function of one number. */
export function byLane(f: Code, of: number, ...args: readonly number[]): void {
  for (const a of args) f.get(a).lane(0);
  f.call(of).op("splat");
  for (const a of args) f.get(a).lane(1);
  f.call(of).second();
}

/** x = n ln 2 / 128 + r. */
interface Parts {
  /** n in the lowest bits. */
  readonly whole: number;
  /** 2^(j/128) of the table, less what `whole` adds to its exponent. */
  readonly powers: number;
  /** exp(x) in parts of the power, less 1. */
  readonly q: number;
}

function parts(f: Code, x: number): Parts {
  const whole = f.get(x).number(PER_PART).op("mul").number(WHOLE).op("add").keep();
  const n = f.get(whole).number(WHOLE).op("sub").keep();
  const high = f.get(x, n).number(PART_HIGH).op("mul", "sub").keep();
  const low = f.get(n).number(PART_LOW).op("mul").keep();
  const at = f.get(whole).i32(4).op("longShl").number(long(16 * 127)).op("and").keep(); // prettier-ignore
  const first = f.get(at).word(0).at("pair", TABLE).keep();
  const second = f.get(at).word(1).at("pair", TABLE).keep();
  const powers = f.get(first, second).lanes(0, 0).keep();
  const r = f.get(high, low).op("sub").keep();
  const r2 = f.get(r, r).op("mul").keep();
  f.get(high, first, second).lanes(1, 1).get(low).op("sub");
  f.get(r2).number(C2).number(C3).get(r).op("mul", "add");
  f.get(r2).number(C4).number(C5).get(r).op("mul", "add", "mul", "add", "mul");
  return { whole, powers, q: f.op("add", "add").keep() };
}

/** exp of local x, on the stack. */
export function exp(f: Code, x: number): void {
  const of = parts(f, x);
  const power = f.get(of.powers, of.whole).i32(45).op("longShl", "longAdd").keep();
  const y = f.get(power, power, of.q).op("mul", "add").keep();
  far(f, x, y, () => farExp(f, x, of));
}

/** expm1 of local x, on the stack. */
export function expm1(f: Code, x: number): void {
  const of = parts(f, x);
  const power = f.get(of.powers, of.whole).i32(45).op("longShl", "longAdd").keep();
  const y = f.get(power).number(1).op("sub").get(power, of.q).op("mul", "add").keep();
  far(f, x, y, () => {
    farExp(f, x, of);
    f.number(1).op("sub");
  });
}

/** Local y on the stack; where x is far from 0, what `others` puts there. */
function far(f: Code, x: number, y: number, others: () => void): void {
  const beyond = f.get(x).op("abs").number(FAR).op("gt").keep();
  f.get(beyond).op("bitmask", "if");
  others();
  f.get(y, beyond).op("bitselect").set(y).op("end").get(y);
}

/** exp of local x, on the stack, in two steps of scaling. */
function farExp(f: Code, x: number, { whole, powers, q }: Parts): void {
  const power = f.get(powers, whole).number(long(127)).op("and").i32(45).op("longShl", "longAdd").keep(); // prettier-ignore
  const half = f.get(whole).i32(8).op("longShrU").keep();
  f.number(Infinity).number(0);
  f.get(power, power, q).op("mul", "add");
  f.get(half).i32(52).op("longShl").number(1).op("longAdd", "mul");
  f.get(whole).i32(7).op("longShrU").get(half).op("longSub").i32(52).op("longShl").number(1).op("longAdd", "mul");
  f.get(x).number(LEAST).op("lt", "bitselect").get(x).number(MOST).op("gt", "bitselect");
}
