import { mulHi } from "./philox.ts";

/** Scale of thresholds and of rate integrals: unsigned Q5.27, one unit of hazard is 2^27. */
export const Q27 = 2 ** 27;

// ln 2 * 2^27 = LN2_WHOLE + LN2_FRACTION / 2^32
const LN2_WHOLE = 93032639;
const LN2_FRACTION = 0xbe8e7bcd;

/** -ln u in Q5.27 (u32) for u = (k + 1/2) / 2^32, k a u32: an exponential threshold of mean 1. Twin of `neg_log_q27` in
 * shaders/source.wgsl, bit for bit.
 *
 * Integers only. 2k + 1 = m 2^e with m in [1, 2) as Q1.31; log2 m bit by bit: square, and a square of 2 or more is a 1. Truncation
 * costs below 0.1 unit in 2^-27 in all, so that with the last rounding the result is within 0.6 unit, and never increases with k.
 * Range 0 (k = 2^32 - 1, true value 2^-33) to 33 ln 2 * 2^27 (k = 0), below 2^32. */
export function negLogQ27(k: number): number {
  k >>>= 0;
  let m: number;
  let octaves: number; // 33 - e
  if (k >= 0x80000000) {
    m = k; // the half that is dropped is below the truncation
    octaves = 1;
  } else {
    const n = 2 * k + 1;
    const shift = Math.clz32(n);
    m = (n << shift) >>> 0;
    octaves = 2 + shift;
  }
  let fraction = 0; // log2 m, Q0.32
  for (let bit = 31; bit >= 0; bit--) {
    const hi = mulHi(m, m) >>> 0;
    if (hi >= 0x80000000) {
      fraction |= 1 << bit;
      m = hi;
    } else {
      m = ((hi << 1) | (Math.imul(m, m) >>> 31)) >>> 0;
    }
  }
  // (octaves - fraction) ln 2 with the fraction of a unit in `low`.
  const whole = fraction === 0 ? octaves : octaves - 1;
  const rest = -fraction >>> 0;
  const low =
    (Math.imul(whole, LN2_FRACTION) >>> 0) +
    (Math.imul(rest, LN2_WHOLE) >>> 0) +
    (mulHi(rest, LN2_FRACTION) >>> 0) +
    2 ** 31;
  const carry = Math.floor(low * 2 ** -32);
  return whole * LN2_WHOLE + (mulHi(rest, LN2_WHOLE) >>> 0) + (mulHi(whole, LN2_FRACTION) >>> 0) + carry;
}
