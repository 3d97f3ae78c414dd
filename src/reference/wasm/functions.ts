import { type Code, TYPE } from "./code.ts";

/** exp and expm1 of two numbers at once, by the method and the coefficients of Sun's fdlibm, which JavaScript's Math has them from in
 * V8: the same operations in the same order, so the same bits. What is far from 0 and not finite goes to Math itself.
 * Of fdlibm: Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy, modify, and distribute this
 * software is freely granted, provided that this notice is preserved. */

const HALF_LN2 = 0.3465735912322998; // the smallest argument that is reduced: 0x3fd62e43 in its upper word
const [LN2_HIGH, LN2_LOW] = [6.9314718036912381649e-1, 1.90821492927058770002e-10];
const INVERSE_LN2 = 1.442695040888963387;
const EXP = [1.66666666666666019037e-1, -2.77777777770155933842e-3, 6.61375632143793436117e-5, -1.65339022054652515390e-6, 4.13813679705723846039e-8]; // prettier-ignore
const EXPM1 = [-3.33333333333331316428e-2, 1.58730158725481460165e-3, -7.93650757867487942473e-5, 4.00821782732936239552e-6, -2.01099218183624371326e-7]; // prettier-ignore
/** Added to a whole number, leaves it in the lowest bits. */
const WHOLE = 6755399441055744;

/** p0 + z (p1 + z (p2 + ...)) with the first coefficient given. */
function polynomial(f: Code, z: number, [first, ...rest]: readonly number[]): void {
  f.number(first as number);
  if (rest.length === 0) return;
  f.get(z);
  polynomial(f, z, rest);
  f.op("mul", "add");
}

/** 2^k for a whole number k. */
function powerOf2(f: Code, k: number): void {
  f.get(k).number(WHOLE).op("add").i32(52).op("longShl").number(1).op("longAdd");
}

/** k and x - k ln 2 as high - low, where |x| is at least half ln 2; k = 0 elsewhere. */
function reduced(f: Code, x: number, size: number): { k: number; high: number; low: number; r: number } {
  const half = f.number(0.5).get(x).number(-0).op("and", "or").keep();
  const k = f.get(x).number(INVERSE_LN2).op("mul").get(half).op("add", "trunc").get(size).number(HALF_LN2).op("ge", "and").keep(); // prettier-ignore
  const high = f.get(x, k).number(LN2_HIGH).op("mul", "sub").keep();
  const low = f.get(k).number(LN2_LOW).op("mul").keep();
  return { k, high, low, r: f.get(high, low).op("sub").keep() };
}

/** Whether any lane of a mask on the stack is false, on the stack. */
const anyFalse = (f: Code): Code => f.op("bitmask").i32(3).op("i32ne");

/** Each lane of x through a function of one number. */
export function byLane(f: Code, of: number, ...args: readonly number[]): void {
  for (const a of args) f.get(a).lane(0);
  f.call(of).op("splat");
  for (const a of args) f.get(a).lane(1);
  f.call(of).second();
}

/** Where numbers go that a method does not reach: to a function, or nowhere, and a local of two masks is cleared where there was one. */
export type Beyond = { readonly call: number } | { readonly swift: number };

/** exp of local x, on the stack. @param beyond  Math.exp */
export function exp(f: Code, x: number, beyond: Beyond): void {
  const y = f.local(TYPE.v128);
  const size = f.get(x).op("abs").keep();
  const within = f.get(size).number(708).op("lt").keep();
  if ("swift" in beyond) {
    note(f, within, beyond.swift);
    usualExp(f, x, size, y);
  } else {
    anyFalse(f.get(within)).op("if");
    byLane(f, beyond.call, x);
    f.set(y).op("else");
    usualExp(f, x, size, y);
    f.op("end");
  }
  f.get(y);
}

const note = (f: Code, within: number, swift: number): Code => f.get(within, swift).op("and").set(swift);

/** exp into y where |x| is below 708. */
function usualExp(f: Code, x: number, size: number, y: number): void {
  const { k, high, low, r } = reduced(f, x, size);
  const t = f.get(r, r).op("mul").keep();
  f.get(r, t);
  polynomial(f, t, EXP);
  const c = f.op("mul", "sub").keep();
  f.number(1).get(low, r, c).op("mul").number(2).get(c).op("sub", "div", "sub").get(high).op("sub", "sub");
  powerOf2(f, k);
  f.op("mul");
  f.set(y);
  const one = f.get(x).number(1).op("eq").keep();
  const tiny = f
    .get(size)
    .number(2 ** -28)
    .op("lt")
    .keep();
  f.get(one, tiny).op("or", "anyTrue", "if"); // seldom
  f.number(Math.E).get(y, one).op("bitselect").set(y);
  f.number(1).get(x).op("add").get(y, tiny).op("bitselect").set(y).op("end");
}

/** r - (r e - hxs) and its parts for a reduced argument. */
function series(f: Code, r: number): { e: number; hxs: number } {
  const half = f.number(0.5).get(r).op("mul").keep();
  const hxs = f.get(r, half).op("mul").keep();
  f.number(1).get(hxs);
  polynomial(f, hxs, EXPM1);
  const r1 = f.op("mul", "add").keep();
  const t = f.number(3).get(r1, half).op("mul", "sub").keep();
  const e = f.get(hxs, r1, t).op("sub").number(6).get(r, t).op("mul", "sub", "div", "mul").keep();
  return { e, hxs };
}

/** expm1 of local x where that is small, on the stack; else as `any` puts it there. */
export function expm1(f: Code, x: number, any: (x: number) => void): void {
  const y = f.local(TYPE.v128);
  anyFalse(f.get(x).op("abs").number(HALF_LN2).op("lt")).op("if");
  any(x);
  f.set(y).op("else");
  const { e, hxs } = series(f, x);
  f.get(x, x, e).op("mul").get(hxs).op("sub", "sub");
  f.set(y).op("end").get(y);
}

/** expm1 of any two numbers in local x, on the stack. @param beyond  Math.expm1 */
export function anyExpm1(f: Code, x: number, beyond: Beyond): void {
  const y = f.local(TYPE.v128);
  const within = f.get(x).number(-38).op("gt").get(x).number(13).op("lt", "and").keep();
  if ("swift" in beyond) {
    note(f, within, beyond.swift);
    usualExpm1(f, x, y);
  } else {
    anyFalse(f.get(within)).op("if");
    byLane(f, beyond.call, x);
    f.set(y).op("else");
    usualExpm1(f, x, y);
    f.op("end");
  }
  f.get(y);
}

/** expm1 into y where x is above -38 and below 13. */
function usualExpm1(f: Code, x: number, y: number): void {
  const { k, high, low, r } = reduced(f, x, f.get(x).op("abs").keep());
  const c = f.get(high, r).op("sub").get(low).op("sub").keep();
  const { e: e0, hxs } = series(f, r);
  const e = f.get(r, e0, c).op("sub", "mul").get(c).op("sub").get(hxs).op("sub").keep();
  powerOf2(f, k);
  const power = f.keep();
  const back = f.get(r, e).op("sub").keep();
  // k below -1: (1 - (e - r)) 2^k - 1, and e - r is -(r - e)
  f.number(1).get(back).op("add").get(power).op("mul").number(1).op("sub").set(y);
  const minus1 = f.number(0.5).get(back).op("mul").number(0.5).op("sub").keep();
  f.get(minus1, y, k).number(-1).op("eq", "bitselect").set(y);
  const above = f.get(k).number(0).op("gt").keep();
  f.get(above).op("anyTrue", "if");
  rising(f, k, r, e, power);
  f.get(y, above).op("bitselect").set(y).op("end");
  f.get(r, r, e0).op("mul").get(hxs).op("sub", "sub").get(y, k).number(0).op("eq", "bitselect").set(y);
}

/** For k from 1 to 19: (1 - 2^-k - (e - r)) 2^k, or what does not cancel for 1. */
function rising(f: Code, k: number, r: number, e: number, power: number): void {
  const down = f.get(k).op("neg").keep();
  f.number(1);
  powerOf2(f, down);
  const up = f.op("sub").get(e, r).op("sub", "sub").get(power).op("mul").keep();
  const low = f.number(-2).get(e, r).number(0.5).op("add", "sub", "mul").keep();
  const high = f.number(1).number(2).get(r, e).op("sub", "mul", "add").keep();
  const one = f.get(low, high, r).number(-0.25).op("lt", "bitselect").keep();
  f.get(one, up, k).number(1).op("eq", "bitselect");
}
