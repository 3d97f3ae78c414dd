import { describe, expect, test } from "vitest";
import { exp, expm1, FAR, PART_HIGH, PART_LOW, POWERS } from "../../../src/lang/exponential.ts";
import { parse } from "../../../src/lang/parse.ts";
import { jsLibrary, printJs, toJs } from "../../../src/lang/print.ts";

/** Numbers as whole multiples of 2^-BITS, exact down to 2^-168. */
const BITS = 220n;
const ONE = 1n << BITS;
const LN2 = Array.from({ length: Number(BITS) }, (_, k) => (ONE >> BigInt(k + 1)) / BigInt(k + 1)).reduce(
  (sum, term) => sum + term,
); // of 1 / (k 2^k)

function fixed(x: number): bigint {
  const bits = new BigUint64Array(Float64Array.of(Math.abs(x)).buffer)[0]!;
  const exponent = bits >> 52n;
  const digits = (bits & (2n ** 52n - 1n)) + (exponent === 0n ? 0n : 2n ** 52n);
  const shift = (exponent === 0n ? 1n : exponent) - 1075n + BITS;
  const size = shift < 0n ? digits >> -shift : digits << shift;
  return x < 0 ? -size : size;
}

/** e^x = value 2^power, by its series. */
function exact(x: number): { value: bigint; power: number } {
  const power = fixed(x) / LN2;
  const rest = fixed(x) - power * LN2;
  let sum = 0n;
  for (let [term, k] = [ONE, 1n]; term !== 0n && term !== -1n; k++) {
    sum += term;
    term = ((term * rest) >> BITS) / k;
  }
  return { value: sum, power: Number(power) };
}

/** How far a number is from `value` 2^`power`, in units of that one's last place. */
function error(got: number, value: bigint, power: number): number {
  const digits = (value < 0n ? -value : value).toString(2).length;
  const unit = BigInt(digits - 53); // so many bits of `value` are below the last place
  const scale = 2 ** -Math.trunc(power / 2); // in two steps: 2^power may be no number
  const difference = fixed((got * scale) / (2 ** power * scale)) - value;
  return Number(difference) / Number(1n << (unit > 0n ? unit : 0n));
}

const expError = (x: number): number => {
  const { value, power } = exact(x);
  return Math.abs(error(exp(x), value, power));
};
const expm1Error = (x: number): number => {
  const { value, power } = exact(x);
  return Math.abs(error(expm1(x), (power < 0 ? value >> BigInt(-power) : value << BigInt(power)) - ONE, 0));
};

let seed = 1;
const random = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
/** Numbers of either sign between two sizes, and those where the whole number of the reduction changes. */
const between = (least: number, most: number): number[] => {
  const within = Array.from({ length: 3000 }, () => least + (most - least) * random());
  const edges = within.slice(0, 1000).map((x) => ((Math.floor((x / Math.LN2) * 128) + 0.5 + (random() - 0.5) * 1e-9) * Math.LN2) / 128);
  return [...within, ...edges.filter((x) => x > least && x < most)].flatMap((x) => [x, -x]);
}; // prettier-ignore
const worst = (of: (x: number) => number, xs: readonly number[]): number =>
  xs.reduce((most, x) => Math.max(most, of(x)), 0);

test("the tables: 2^(j/128) in two parts, and ln 2 / 128", () => {
  for (let j = 0; j < 128; j++) {
    const [high, low] = [POWERS[2 * j]!, POWERS[2 * j + 1]!];
    expect(Math.abs(low)).toBeLessThanOrEqual(2 ** -53);
    const both = fixed(high) + ((fixed(high) * fixed(low)) >> BITS);
    let power = ONE; // its 128th is 2^j but for 128 times what rounding `low` takes away, 2^-107
    for (let k = 0; k < 128; k++) power = (power * both) >> BITS;
    const octaves = ONE << BigInt(j);
    expect(Math.abs(Number(power - octaves) / Number(octaves))).toBeLessThan(2 ** -99);
  }
  expect(Math.abs(Number(128n * (fixed(PART_HIGH) + fixed(PART_LOW)) - LN2) / 2 ** 220)).toBeLessThan(2 ** -85);
  for (const n of [1, 3, 131071, -131071, 138000]) expect(fixed(n * PART_HIGH)).toBe(BigInt(n) * fixed(PART_HIGH));
});

describe("against a series in fixed point of 220 bits", () => {
  // 2 roundings of s (rest + p) with p at most 0.0027: 0.004 ulp, and that of the sum
  test.each([[0, 0.01], [0.01, 1], [1, 30], [30, FAR]])("exp from %f to %f within 0.51 ulp", (least, most) => {
    expect(worst(expError, between(least, most))).toBeLessThan(0.51);
  }); // prettier-ignore

  // p, s p, and the sum: half an ulp each where they are of one size; elsewhere p is smaller, or s - 1 is rounded
  test.each([[1e-12, 0.0027, 0.7], [0.0027, 0.0082, 1.6], [0.0082, 0.35, 0.9], [0.35, 80, 1.01]])("expm1 from %f to %f within %f ulp", (least, most, bound) => {
    expect(worst(expm1Error, between(least, most))).toBeLessThan(bound);
  }); // prettier-ignore
});

/** Where operations are others, or results no normal numbers. */
const SPECIAL = [NaN, Infinity, -Infinity, 0, 5e-324, -5e-324, 1e-310, 2 ** -60, -(2 ** -60), 699.9, 700, -700, 709.782712893384, 709.7827128933841, 710, 1e5, 1e300, -708.5, -720.5, -744, -745.13321910194, -745.1332191019411, -745.14, -746, -1e5, -1e300]; // prettier-ignore

test("no numbers, 0, and what overflows or has no normal number", () => {
  const ends = Object.fromEntries(SPECIAL.map((x) => [x, [exp(x), expm1(x)]]));
  expect(ends).toMatchObject({
    NaN: [NaN, NaN], Infinity: [Infinity, Infinity], "-Infinity": [0, -1], 0: [1, 0],
    "5e-324": [1, 5e-324], "-5e-324": [1, -5e-324], "1e-310": [1, 1e-310],
    709.782712893384: [1.7976931348622732e308, 1.7976931348622732e308], 709.7827128933841: [Infinity, Infinity], "1e+300": [Infinity, Infinity],
    "-745.13321910194": [5e-324, -1], "-745.1332191019411": [5e-324, -1], "-745.14": [0, -1], "-1e+300": [0, -1],
  }); // prettier-ignore
  expect(Object.is(expm1(0), 0) && Object.is(expm1(-0), 0)).toBe(true);
  for (const x of [-708.5, -720.5, -730.25, -744])
    expect(Math.abs(exp(x) - Math.exp(x)) / 5e-324).toBeLessThanOrEqual(x > -709 ? 2 : 1); // Math's is within an ulp
});

test.each([false, true])("programs have the operations in the place of a call, with the same bits (float32: %s)", (f32) => {
  const xs = [...SPECIAL, -0, ...between(0, 0.01), ...between(0, 2), ...between(0, 800)].map((x) => (f32 ? Math.fround(x) : x));
  const library = jsLibrary(f32);
  const run = (text: string): ((x: number) => number) => new Function(...Object.keys(library), `return (x) => { ${text} };`)(...Object.values(library)) as (x: number) => number;
  for (const of of ["exp(x)", "expm1(x)", "exprel(x)", "inverse_exprel(x)", "expm1(exprel(exp(x) - expm1(x / 2)) * inverse_exprel(x))"]) {
    const printed = printJs([{ op: "let", name: "y", value: parse(of) }], { f32 });
    expect(printed).not.toMatch(/[^.\w](exprel|inverse_exprel)\(/);
    const [inline, called] = [run(`${printed} return y;`), run(`return ${toJs(parse(of), { f32 })};`)];
    expect(xs.filter((x) => !Object.is(inline(x), called(x)))).toEqual([]);
  }
}); // prettier-ignore
