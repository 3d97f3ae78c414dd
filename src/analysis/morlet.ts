import { ModelError } from "../errors.ts";
import { nextPowerOfTwo, transform } from "./fft.ts";
import { checkPositive } from "./spikes.ts";

/** Power over time and frequency. */
export interface Spectrogram {
  readonly frequencies: Float64Array; // Hz
  /** one trace per frequency, as long as the signal; the signal's unit squared. */
  readonly power: readonly Float64Array[];
}

/** Squared modulus of the convolution with Morlet wavelets: exp(2 pi i f t) exp(-t^2 / (2 s^2)), s = cycles / (2 pi f), cut at
 * 5 s and scaled so that the squared samples add up to 2. Zeros are assumed beyond the signal, so power sags within about
 * s of both ends (17 ms at 64 Hz and 7 cycles, 111 ms at 10 Hz). Source: Tallon-Baudry et al. (1997), J. Neurosci. 17:722-734.
 * @throws ModelError for an empty signal, a frequency at or above half the sampling rate, or cycles that are not positive */
export function morletSpectrogram(
  signal: ArrayLike<number>,
  dtMs: number,
  frequencies: ArrayLike<number>,
  cycles = 7,
): Spectrogram {
  const n = signal.length;
  checkPositive("Morlet spectrogram, sample interval (ms)", dtMs);
  if (n === 0) throw new ModelError("Morlet spectrogram", "has no samples", "Give a signal");
  if (!(cycles > 0 && cycles < Infinity))
    throw new ModelError("Morlet spectrogram", `has ${cycles} cycles`, "Give a number above 0");
  const nyquist = 500 / dtMs;
  const bad = Array.from(frequencies).find((f) => !(f > 0 && f < nyquist));
  if (bad !== undefined) {
    throw new ModelError(
      "Morlet spectrogram",
      `has frequency ${bad} Hz`,
      `Give frequencies between 0 and ${nyquist} Hz`,
    );
  }
  const length = nextPowerOfTwo(2 * n); // no wavelet sample beyond n - 1 meets the signal
  const fourier = transform(length);
  const re = new Float64Array(length);
  re.set(Float64Array.from(signal));
  const spectrum = fourier.forward({ re, im: new Float64Array(length) });
  const power = Array.from(frequencies, (f) => {
    const wavelet = fourier.forward(morlet(f, dtMs / 1000, cycles, length, n));
    const product = { re: new Float64Array(length), im: new Float64Array(length) };
    for (let k = 0; k < length; k++) {
      const [a, b] = [spectrum.re[k] as number, spectrum.im[k] as number];
      const [c, d] = [wavelet.re[k] as number, wavelet.im[k] as number];
      product.re[k] = (a * c - b * d) / length;
      product.im[k] = -(a * d + b * c) / length; // forward of the conjugate: the conjugate of the inverse
    }
    const back = fourier.forward(product);
    return Float64Array.from({ length: n }, (_, k) => (back.re[k] as number) ** 2 + (back.im[k] as number) ** 2);
  });
  return { frequencies: Float64Array.from(frequencies), power };
}

/** Wavelet samples -(n - 1) .. n - 1 laid out circularly; its norm counts all samples out to 5 s. */
function morlet(
  f: number,
  dt: number,
  cycles: number,
  length: number,
  n: number,
): { re: Float64Array; im: Float64Array } {
  const s = cycles / (2 * Math.PI * f);
  const reach = Math.floor((5 * s) / dt);
  const bell = (k: number): number => (k === 0 ? 1 : Math.exp(-((k * dt) ** 2) / (2 * s * s)));
  let energy = (Math.sqrt(Math.PI) * s) / dt; // the sum's integral, equal to 12 digits for long wavelets
  if (reach <= 100_000) {
    energy = 0;
    for (let k = -reach; k <= reach; k++) energy += bell(k) ** 2;
  }
  const scale = Math.sqrt(2 / energy);
  const [re, im] = [new Float64Array(length), new Float64Array(length)];
  const last = Math.min(reach, n - 1);
  for (let k = -last; k <= last; k++) {
    const at = (k + length) % length;
    const phase = 2 * Math.PI * f * k * dt;
    re[at] = scale * bell(k) * Math.cos(phase);
    im[at] = scale * bell(k) * Math.sin(phase);
  }
  return { re, im };
}
