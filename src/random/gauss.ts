import { mulHi, philoxInto, USES } from "./philox.ts";

/** Random numbers of equations, in integers: the same on every adapter and in the references. Twin: shaders/gauss.wgsl. */

// coefficients, all positive, of ln(1 + f)/f (Q0.32; 2e-8 off) and of sin(pi t/2)/t in t^2 (Q2.30; 7e-9 off), signs alternating:
// Chebyshev interpolants on [0, 1]
const LN = Int32Array.of(
  4294967150, 2147459810, 1431002431, 1066672264, 819345788, 584212086, 332929057, 124872157, 22016441,
); // prettier-ignore
const SINE = Int32Array.of(1686629706, 693598305, 85566398, 5018824, 162856);
const LN2 = 93032639; // Q5.27

/** c0 - x (c1 - x (c2 - ...)) for x in Q0.32. All words here are int32: the JavaScript engine then keeps them in registers. */
function alternating(c: Int32Array, x: number): number {
  let sum = c[c.length - 1] as number;
  for (let k = c.length - 2; k >= 0; k--) sum = ((c[k] as number) - mulHi(x, sum)) | 0;
  return sum;
}

/** sqrt(-2 ln u) in Q3.26 for u = (k | 1) / 2^32: up to 6.7. */
function radius(k: number): number {
  const n = k | 1;
  const shift = Math.clz32(n);
  const f = (n << shift) << 1; // u = (1 + f) / 2^(shift + 1)
  const lnOfMantissa = mulHi(f, alternating(LN, f)) >>> 5; // Q5.27
  const x = Math.max(0, (shift + 1) * LN2 - lnOfMantissa); // -ln u in Q5.27 is -2 ln u in Q6.26
  const root = Math.floor(Math.sqrt(x)); // Q3.13
  if (root === 0) return 0;
  const rest = x - root * root; // at most 2 root
  return root * 8192 + Math.floor((rest * 8192) / (2 * root));
}

/** A standard normal number times 2^20 from two u32, rounded to a whole number below 2^23 (Box and Muller, 1958). */
export function normalQ20(k0: number, k1: number): number {
  const quarter = k1 >>> 30;
  const t = (k1 << 2) | 2; // of the quarter turn, Q0.32, never 0 or 1
  const arc = quarter & 1 ? t : -t | 0;
  const cosine = mulHi(arc, alternating(SINE, mulHi(arc, arc))) >>> 0; // Q2.30
  const size = ((mulHi(radius(k0), cosine) >>> 0) + 8) >>> 4; // Q.24 to Q.20
  return quarter === 1 || quarter === 2 ? -size : size;
}

/** A number between 0 and 1, never either, from a u32: exact in float32. */
export const unitQ24 = (k: number): number => ((k >>> 9) * 2 + 1) / 16777216;

const words = new Uint32Array(4); // overwritten by each draw: holds nothing between calls

/** The normal number of a cell's noise in a step, exact in float32; the draw of the initial value where `step` is undefined. */
export function gauss(seed: number, stream: number, cell: number, step?: number): number {
  philoxInto(words, 0, cell, step ?? 0, 0, step === undefined ? USES.initial : USES.noise, seed, stream);
  return normalQ20(words[0] as number, words[1] as number) / 1048576;
}

/** The uniform number that a cell draws in a step, exact in float32; the draw of the initial value where `step` is undefined. */
export function even(seed: number, stream: number, cell: number, step?: number): number {
  philoxInto(words, 0, cell, step ?? 0, 0, step === undefined ? USES.initial : USES.noise, seed, stream);
  return unitQ24(words[0] as number);
}
