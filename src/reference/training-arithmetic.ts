import { philoxInto, stream, uniform, USES } from "../random/philox.ts";

/** Inner loops of the trained networks in one precision. `round` is the identity or Math.fround, applied after every operation. */
export interface Arithmetic {
  readonly round: (x: number) => number;
  readonly alloc: (length: number) => Floats;
  /** Sum of w[a] r[colIdx[a]], a from..to, in that order. */
  readonly gather: (w: Floats, r: Floats, colIdx: Int32Array, from: number, to: number) => number;
  /** One recursive least squares update of P (packed lower triangle, row a from a(a+1)/2): k = P q, P -= k k' / den.
   * Symmetric form; the product k_a k_b comes before the scaling so that a dense P would stay exactly symmetric.
   * @returns den = 1 + q.k, at least 1 while P is positive definite */
  readonly update: (P: Floats, q: Floats, k: Floats, size: number) => number;
  /** The least den that rounding alone can explain. */
  readonly leastDen: number;
}

export type Floats = Float64Array | Float32Array;

export const float64: Arithmetic = {
  round: (x) => x,
  alloc: (length) => new Float64Array(length),
  gather(w, r, colIdx, from, to) {
    let sum = 0;
    for (let a = from; a < to; a++) sum += (w[a] as number) * (r[colIdx[a] as number] as number);
    return sum;
  },
  update(P, q, k, size) {
    k.fill(0, 0, size);
    for (let a = 0, t = 0; a < size; a++) {
      const qa = q[a] as number;
      let sum = 0;
      for (let b = 0; b < a; b++, t++) {
        const p = P[t] as number;
        sum += p * (q[b] as number);
        (k[b] as number) += p * qa;
      }
      (k[a] as number) += sum + (P[t++] as number) * qa;
    }
    let den = 1;
    for (let a = 0; a < size; a++) den += (q[a] as number) * (k[a] as number);
    const scale = 1 / den;
    for (let a = 0, t = 0; a < size; a++) {
      const ka = k[a] as number;
      for (let b = 0; b <= a; b++, t++) (P[t] as number) -= ka * (k[b] as number) * scale;
    }
    return den;
  },
  leastDen: 1 - 1e-12,
};

const f = Math.fround;

export const float32: Arithmetic = {
  round: f,
  alloc: (length) => new Float32Array(length),
  gather(w, r, colIdx, from, to) {
    let sum = 0;
    for (let a = from; a < to; a++) sum = f(sum + f((w[a] as number) * (r[colIdx[a] as number] as number)));
    return sum;
  },
  update(P, q, k, size) {
    k.fill(0, 0, size);
    for (let a = 0, t = 0; a < size; a++) {
      const qa = q[a] as number;
      let sum = 0;
      for (let b = 0; b < a; b++, t++) {
        const p = P[t] as number;
        sum = f(sum + f(p * (q[b] as number)));
        k[b] = f((k[b] as number) + f(p * qa));
      }
      k[a] = f((k[a] as number) + f(sum + f((P[t++] as number) * qa)));
    }
    let den = 1;
    for (let a = 0; a < size; a++) den = f(den + f((q[a] as number) * (k[a] as number)));
    const scale = f(1 / den);
    for (let a = 0, t = 0; a < size; a++) {
      const ka = k[a] as number;
      for (let b = 0; b <= a; b++, t++) P[t] = f((P[t] as number) - f(f(ka * (k[b] as number)) * scale));
    }
    return den;
  },
  leastDen: 1 - 1e-5,
};

const TWO_PI = 2 * Math.PI;
const wrap = (x: number): number => x - TWO_PI * Math.floor(x / TWO_PI);

/** Whether a QIF neuron passed an odd multiple of pi in one step: it must advance by more than the distance to the next.
 * A neuron that starts exactly there needs any advance; more than a turn is still one spike. */
export const qifSpikes = (x: number, xNew: number): boolean => xNew - x - wrap(Math.PI - wrap(x)) > 0;

/** Whether a LIF neuron fires; `effective` is what the published boolean expression evaluates to. */
export const lifSpikes = (x: number, xNew: number, threshold: number, rule: "effective" | "intended"): boolean =>
  xNew > threshold && (rule === "effective" || x < threshold);

/** Stream of the noise drawn for trained networks; counter (neuron, step, 0, noise). */
const NOISE_STREAM = stream("training", "noise");

const words = new Uint32Array(4); // overwritten by each draw: holds nothing between calls

/** The two standard normal values of a neuron's step: Box-Muller on the first two words of one Philox draw. */
export function drawNormals(out: Floats, at: number, stride: number, seed: number, neuron: number, step: number): void {
  philoxInto(words, 0, neuron, step, 0, USES.noise, seed, NOISE_STREAM);
  const radius = Math.sqrt(-2 * Math.log(uniform(words[0] as number)));
  const angle = TWO_PI * uniform(words[1] as number);
  out[at] = radius * Math.cos(angle);
  out[at + stride] = radius * Math.sin(angle);
}
