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

/** x = n ln 2 / 128 + r. `whole`: n in the lowest bits. */
function reduced(f: Code, x: number): { whole: number; high: number; low: number; r: number } {
  const whole = f.get(x).number(PER_PART).op("mul").number(WHOLE).op("add").keep();
  const n = f.get(whole).number(WHOLE).op("sub").keep();
  const high = f.get(x, n).number(PART_HIGH).op("mul", "sub").keep();
  const low = f.get(n).number(PART_LOW).op("mul").keep();
  return { whole, high, low, r: f.get(high, low).op("sub").keep() };
}

/** What the table has for n: powers, without what is to be added to their exponents, and rests. */
function looked(f: Code, whole: number): { powers: number; rests: number } {
  const at = f.get(whole).i32(4).op("longShl").number(long(16 * 127)).op("and").keep(); // prettier-ignore
  const first = f.get(at).word(0).at("pair", TABLE).keep();
  const second = f.get(at).word(1).at("pair", TABLE).keep();
  return { powers: f.get(first, second).lanes(0, 0).keep(), rests: f.get(first, second).lanes(1, 1).keep() };
}

/** r^2 (C2 + C3 r + r^2 (C4 + C5 r)), on the stack. */
function curved(f: Code, r: number): Code {
  const r2 = f.get(r, r).op("mul").keep();
  f.get(r2).number(C2).number(C3).get(r).op("mul", "add");
  return f.get(r2).number(C4).number(C5).get(r).op("mul", "add", "mul", "add", "mul");
}

/** exp of local x, on the stack. */
export function exp(f: Code, x: number): void {
  const { whole, r } = reduced(f, x);
  const { powers, rests } = looked(f, whole);
  const power = f.get(powers, whole).i32(45).op("longShl", "longAdd").keep();
  f.get(power, power, rests, r);
  curved(f, r).op("add", "add", "mul", "add");
  far(f, x, () => farExp(f, x));
}

/** expm1 of local x, on the stack. */
export function expm1(f: Code, x: number): void {
  const { whole, high, low, r } = reduced(f, x);
  const { powers, rests } = looked(f, whole);
  const power = f.get(powers, whole).i32(45).op("longShl", "longAdd").keep();
  f.get(power).number(1).op("sub").get(power, high, rests, low).op("sub");
  curved(f, r).op("add", "add", "mul", "add");
  far(f, x, () => {
    farExp(f, x);
    f.number(1).op("sub");
  });
}

/** Of two numbers on the stack those that are right; where x is far from 0, others. */
function far(f: Code, x: number, others: () => void): void {
  const y = f.keep();
  const beyond = f.get(x).op("abs").number(FAR).op("gt").keep();
  f.get(beyond).op("bitmask", "if");
  others();
  f.get(y, beyond).op("bitselect").set(y).op("end").get(y);
}

/** exp of any numbers, on the stack, in two steps of scaling. */
function farExp(f: Code, x: number): void {
  const near = f.get(x).number(MOST).op("pmin").number(LEAST).op("pmax").keep();
  const { whole, r } = reduced(f, near);
  const { powers, rests } = looked(f, whole);
  const power = f.get(powers, whole).number(long(127)).op("and").i32(45).op("longShl", "longAdd").keep(); // prettier-ignore
  f.get(power, power, rests, r);
  curved(f, r).op("add", "add", "mul", "add");
  const half = f.get(whole).i32(8).op("longShrU").keep();
  f.get(half).i32(52).op("longShl").number(1).op("longAdd", "mul");
  f.get(whole).i32(7).op("longShrU").get(half).op("longSub").i32(52).op("longShl").number(1).op("longAdd", "mul");
}
