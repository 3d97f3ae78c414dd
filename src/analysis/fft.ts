import FFT from "fft.js";
import { DataError } from "../errors.ts";

/** Real and imaginary parts, each of the transform's length. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** A discrete Fourier transform of one length, with its tables: sum over k of x_k exp(-2 pi i j k / n). */
export interface Transform {
  readonly n: number;
  forward(x: Complex): Complex;
}

export const isPowerOfTwo = (n: number): boolean => n >= 1 && Number.isInteger(Math.log2(n));
export const nextPowerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, n)));

/** k^2 must be an exact integer (below 2^53), and the tables must fit into memory. */
const LONGEST = 2 ** 26;

/** The transform of any length n >= 1: fft.js for powers of two, Bluestein's chirp transform for the rest (about six times
 * the work of the next power of two).
 * @throws DataError when n is not an integer from 1 to 2^26 */
export function transform(n: number): Transform {
  if (!Number.isInteger(n) || n < 1 || n > LONGEST)
    throw new DataError("Fourier transform", `has length ${n}`, `Give an integer from 1 to ${LONGEST}`);
  if (n === 1) return { n, forward: ({ re, im }) => ({ re: re.slice(), im: im.slice() }) };
  return isPowerOfTwo(n) ? radix(n) : bluestein(n);
}

function radix(n: number): Transform {
  const fft = new FFT(n);
  const [input, output] = [new Float64Array(2 * n), new Float64Array(2 * n)];
  return {
    n,
    forward({ re, im }) {
      for (let k = 0; k < n; k++) {
        input[2 * k] = re[k] as number;
        input[2 * k + 1] = im[k] as number;
      }
      fft.transform(output, input);
      const at = (part: number) => Float64Array.from({ length: n }, (_, k) => output[2 * k + part] as number);
      return { re: at(0), im: at(1) };
    },
  };
}

/** Bluestein (1970): jk = (j^2 + k^2 - (j-k)^2)/2 turns the transform into a convolution with a chirp, done at a power of two. */
function bluestein(n: number): Transform {
  const m = nextPowerOfTwo(2 * n - 1);
  const inner = radix(m);
  // k^2 mod 2n in exact integers: the chirp's phase would lose all digits at k = 1e5 otherwise
  const phase = Float64Array.from({ length: n }, (_, k) => (Math.PI * ((k * k) % (2 * n))) / n);
  const chirp: Complex = { re: new Float64Array(m), im: new Float64Array(m) };
  for (let k = 0; k < n; k++) {
    for (const at of k === 0 ? [0] : [k, m - k]) {
      chirp.re[at] = Math.cos(phase[k] as number);
      chirp.im[at] = Math.sin(phase[k] as number);
    }
  }
  const kernel = inner.forward(chirp);
  return {
    n,
    forward(x) {
      const padded: Complex = { re: new Float64Array(m), im: new Float64Array(m) };
      rotate(x, phase, padded, n);
      const product = inner.forward(padded);
      multiplyConjugated(product, kernel);
      const back = inner.forward(product); // forward of the conjugate is the conjugate of m times the inverse
      for (let k = 0; k < m; k++) {
        back.re[k] = (back.re[k] as number) / m;
        back.im[k] = -(back.im[k] as number) / m;
      }
      const out: Complex = { re: new Float64Array(n), im: new Float64Array(n) };
      rotate(back, phase, out, n);
      return out;
    },
  };
}

/** out[k] = x[k] exp(-i phase[k]) */
function rotate(x: Complex, phase: Float64Array, out: Complex, n: number): void {
  for (let k = 0; k < n; k++) {
    const [c, s] = [Math.cos(phase[k] as number), Math.sin(phase[k] as number)];
    out.re[k] = (x.re[k] as number) * c + (x.im[k] as number) * s;
    out.im[k] = (x.im[k] as number) * c - (x.re[k] as number) * s;
  }
}

/** a := conj(a b) */
function multiplyConjugated(a: Complex, b: Complex): void {
  for (let k = 0; k < a.re.length; k++) {
    const [ar, ai, br, bi] = [a.re[k] as number, a.im[k] as number, b.re[k] as number, b.im[k] as number];
    a.re[k] = ar * br - ai * bi;
    a.im[k] = -(ar * bi + ai * br);
  }
}

/** Spectra of two real signals of the transform's length at the cost of one: bins 0 .. floor(n/2) of each. */
export function realPair(of: Transform, x: Float64Array, y: Float64Array): [Complex, Complex] {
  const z = of.forward({ re: x, im: y });
  const bins = Math.floor(of.n / 2) + 1;
  const part = () => ({ re: new Float64Array(bins), im: new Float64Array(bins) });
  const [X, Y] = [part(), part()];
  for (let k = 0; k < bins; k++) {
    const mirror = (of.n - k) % of.n;
    const [zr, zi, mr, mi] = [z.re[k] as number, z.im[k] as number, z.re[mirror] as number, z.im[mirror] as number];
    X.re[k] = (zr + mr) / 2;
    X.im[k] = (zi - mi) / 2;
    Y.re[k] = (zi + mi) / 2;
    Y.im[k] = (mr - zr) / 2;
  }
  return [X, Y];
}
