/** Elementary functions from sums, products, quotients and square roots only, so that every JavaScript engine gives the same
 * bits. `Math.sin` and `Math.log` are implementation-defined: one last bit there may move a spike of a given seed. */

const LN2_HI = 0.6931471805598903; // 43 bits of ln 2: e * LN2_HI is exact for |e| < 2^10
const LN2_LO = 5.497923018708371e-14; // ln 2 - LN2_HI
const SPLIT = 2 ** 27 + 1; // Veltkamp's constant: halves of 26 bits, whose products are exact

/** a * b - p exactly, where p = a * b rounded (Dekker). |a|, |b| below 2^996. */
function productError(a: number, b: number, p: number): number {
  const aBig = SPLIT * a;
  const aHi = aBig - (aBig - a);
  const aLo = a - aHi;
  const bBig = SPLIT * b;
  const bHi = bBig - (bBig - b);
  const bLo = b - bHi;
  return aLo * bLo - (p - aHi * bHi - aLo * bHi - aHi * bLo);
}

/** a + b - s exactly, where s = a + b rounded (Knuth). */
function sumError(a: number, b: number, s: number): number {
  const bPart = s - a;
  return a - (s - bPart) + (b - bPart);
}

const ODD = Float64Array.from([29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5], (k) => 1 / k);
const float = new Float64Array(1); // scratch: holds nothing between calls
const word = new Uint32Array(float.buffer);
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0; // the half with sign and exponent

/** Natural logarithm of a positive normal number. The sum is carried to about 2^-63 before its one rounding, so the result
 * is the correctly rounded one but for about one argument in a thousand: `Math.log` is not good enough to repeat NumPy's draws.
 * ln x = e ln 2 + 2 atanh(s), s = (m - 1) / (m + 1), |s| < 0.172. */
export function ln(x: number): number {
  float[0] = x; // m 2^e with m in [1/2, 1)
  const high = word[HIGH] as number;
  let e = (high >>> 20) - 1022;
  word[HIGH] = (high & 0xfffff) | (1022 << 20);
  let m = float[0];
  if (m < Math.SQRT1_2) {
    m *= 2;
    e -= 1;
  }
  const numerator = m - 1; // exact
  const d = m + 1;
  const dLo = sumError(m, 1, d);
  const s = numerator / d;
  const sd = s * d;
  const sLo = (numerator - sd - productError(s, d, sd) - s * dLo) / d;

  const z = s * s;
  const zLo = productError(s, s, z) + 2 * s * sLo;
  const q = z / 3;
  const q3 = 3 * q;
  const qLo = (z - q3 - productError(3, q, q3) + zLo) / 3;
  let tail = 0;
  for (let k = 0; k < ODD.length; k++) tail = tail * z + (ODD[k] as number); // 1/5 + z/7 + ... + z^12/29; the next term is below 2^-70
  tail *= z * z;

  // 2 s (1 + z/3 + tail) + e ln 2, from the largest term down.
  const p = s * q;
  const pLo = productError(s, q, p) + s * (qLo + tail) + sLo * q;
  const a = e * LN2_HI;
  const h1 = a + 2 * s;
  const h2 = h1 + 2 * p;
  return h2 + (sumError(a, 2 * s, h1) + sumError(h1, 2 * p, h2) + 2 * (sLo + pLo) + e * LN2_LO);
}

/** sin(2 pi turns), absolute error below 3e-16 on exact turns; 0 and +-1 where they belong. */
export function sinTurns(turns: number): number {
  let f = turns - Math.round(turns); // exact, in [-1/2, 1/2]
  if (f > 0.25) f = 0.5 - f;
  else if (f < -0.25) f = -0.5 - f;
  const x = 2 * Math.PI * f;
  const z = x * x;
  let sum = 0;
  for (let k = 20; k >= 2; k -= 2) sum = (-z / (k * (k + 1))) * (1 + sum); // Taylor to x^21: the rest is below 2e-18
  return x * (1 + sum);
}

/** cos(2 pi turns). */
export const cosTurns = (turns: number): number => sinTurns(turns - Math.round(turns) + 0.25);
