/** exp and expm1 of float64 by sums, products and a table alone, which every processor rounds alike: `Math.exp` has other bits in other
 * engines of JavaScript. The same operations in the same order stand here as functions and as text for printed JavaScript, and, two
 * numbers at a time, in reference/wasm/functions.ts. By Tang's method (ACM Trans. Math. Softw. 15:144-157, 1989; 18:211-222, 1992):
 * x = (128 m + j) ln 2 / 128 + r with |r| at most ln 2 / 256, 2^(j/128) from the table in two parts, exp(r) - 1 by a polynomial. */

const PARTS = 128;
export const PER_PART = PARTS * Math.LOG2E;
/** ln 2 / 128: a number of 32 bits, whose product with a whole number of 21 is exact, and the rest. */
export const [PART_HIGH, PART_LOW] = [6.9314718036912381649e-1 / PARTS, 1.90821492927058770002e-10 / PARTS];
/** Added to a number below 2^51, leaves a whole one in the lowest bits; taken away again, the nearest whole number. */
export const WHOLE = 1.5 * 2 ** 52;
/** exp(r) - 1 is r + r^2 (C2 + C3 r + r^2 (C4 + C5 r)) but for 1.3e-17 of it: minimax. */
export const [C2, C3, C4, C5] = [0.4999999999999767, 0.166666666666666, 0.04166667939632048, 0.008333334424222356];
/** Up to this |x| powers of 2 are normal numbers, and so are a thousandth of them but for what the sum does not show. */
export const FAR = 700;
/** Below and above, exp is 0 and Infinity. */
export const [LEAST, MOST] = [-746, 710];

/** 2^(j/128), and after it what its rounding took away, in parts of it; j from 0 to 127. */
export const POWERS = powers();
function powers(): Float64Array {
  const bits = 160n; // of a fixed point
  let root = 2n << bits;
  for (let k = 1; k < PARTS; k *= 2) root = squareRoot(root << bits);
  const table = new Float64Array(2 * PARTS);
  for (let j = 0, power = 1n << bits; j < PARTS; j++) {
    const rounded = (power + (1n << (bits - 53n))) >> (bits - 52n);
    table[2 * j] = Number(rounded) / 2 ** 52;
    table[2 * j + 1] = Number(power - (rounded << (bits - 52n))) / Number(power);
    power = (power * root) >> bits;
  }
  return table;
}

/** The whole part, by Newton's method from above. */
function squareRoot(of: bigint): bigint {
  for (let root = of; ;) {
    const next = (root + of / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** 2^m for m from -1022 to 1023: doubled, for engines are free in their powers too. */
const SCALES = new Float64Array(2046);
for (let k = 0, scale = 2.2250738585072014e-308; k < SCALES.length; k++, scale *= 2) SCALES[k] = scale;

const scale = (m: number): number => SCALES[m + 1022] as number;

/** The nearest whole number of 128ths of ln 2. */
const parts = (x: number): number => x * PER_PART + WHOLE - WHOLE;

/** e^x in parts of 2^(n/128), less 1. */
function beyond(x: number, n: number): number {
  const high = x - n * PART_HIGH;
  const low = n * PART_LOW;
  const r = high - low;
  return high + ((POWERS[((n & 127) << 1) + 1] as number) - low + r * r * (C2 + C3 * r + r * r * (C4 + C5 * r)));
}

/** e^x, within 0.51 ulp. What is no normal number is rounded twice: within 0.51 of the smallest one and half an ulp of its own. */
export function exp(x: number): number {
  if (!(Math.abs(x) <= FAR)) return farExp(x);
  const n = parts(x);
  const power = (POWERS[(n & 127) << 1] as number) * scale(n >> 7);
  return power + power * beyond(x, n);
}

/** e^x - 1, without cancellation: within 1.6 ulp, and within 1.1 but for x from 0.0027 to 0.0082, where power - 1 and the rest nearly
 * cancel. 0 for -0. */
export function expm1(x: number): number {
  if (!(Math.abs(x) <= FAR)) return farExp(x) - 1;
  const n = parts(x);
  const power = (POWERS[(n & 127) << 1] as number) * scale(n >> 7);
  return power - 1 + power * beyond(x, n);
}

/** exp of any number. It scales twice: a power of 2 may be none that a normal number can have. */
function farExp(x: number): number {
  if (x > MOST) return Infinity;
  if (x < LEAST) return 0;
  const n = parts(x);
  const power = POWERS[(n & 127) << 1] as number;
  return (power + power * beyond(x, n)) * scale(n >> 8) * scale((n >> 7) - (n >> 8));
}

/** What the texts below read beside Math. */
export const TABLES = { $powers: POWERS, $scales: SCALES } as const;
/** The line that a function needs whose text has any of them. */
export const LOCALS = "var $x, $n, $h, $l, $r, $p, $y;";

const POWER = "$powers[($n & 127) << 1] * $scales[($n >> 7) + 1022]";
const BEYOND = `($h + ($powers[(($n & 127) << 1) + 1] - $l + $r * $r * (${C2} + ${C3} * $r + $r * $r * (${C4} + ${C5} * $r))))`;
const inline = (fn: string, x: string, result: string): string =>
  `(Math.abs($x = ${x}) <= ${FAR} ? ($n = $x * ${PER_PART} + ${WHOLE} - ${WHOLE}, $h = $x - $n * ${PART_HIGH}, $l = $n * ${PART_LOW}, $r = $h - $l, $p = ${POWER}, ${result} + $p * ${BEYOND}) : ${fn}($x))`;

/** A call as the text of its operations. V8 takes a function into another that has no more than some 900 bytes of such; the others are
 * called, each number through memory, which takes as long as the exponential. @param x  the text of the argument */
export const INLINE: Readonly<Record<"exp" | "expm1" | "exprel" | "inverse_exprel", (x: string) => string>> = {
  exp: (x) => inline("exp", x, "$p"),
  expm1: (x) => inline("expm1", x, "$p - 1"),
  exprel: (x) => `(($y = ${x}) === 0 ? 1 : ${inline("expm1", "$y", "$p - 1")} / $y)`,
  inverse_exprel: (x) => `(($y = ${x}) === 0 ? 1 : $y / ${inline("expm1", "$y", "$p - 1")})`,
};
