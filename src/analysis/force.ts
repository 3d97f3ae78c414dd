import { DataError, didYouMean } from "../errors.ts";
import { binOf, samplesIn } from "./grid.ts";
import { checkPositive, checkSpan, type Span, type SpikeTrains } from "./spikes.ts";
import { mean, percentile, standardDeviation } from "./stats.ts";

/** Motor units as Fuglevand et al. (1993), J. Neurophysiol. 70:2470-2488, give them: larger units twitch harder and faster. */
export interface MotorUnits {
  readonly n: number;
  /** Samples of force per second (Hz). */
  readonly frequency: number;
  /** Twitch peak of each unit (1); the first about 1, the last the range of the thresholds. */
  readonly peak: Float64Array;
  /** Rise time of each unit, in samples of `frequency`. */
  readonly rise: Float64Array;
  /** Twitch of each unit from its spike on, one value per sample; ends after five rise times. */
  readonly twitch: readonly Float64Array[];
  /** Force of the pool in full tetanus: sum of P e / 0.3004, what a saturated unit gives whatever its rate; 100 %MVC. */
  readonly tetanus: number;
}

export interface MotorUnitOptions {
  /** Recruitment thresholds in recruitment order, one per unit. Without `twitchRange` all above 0, the last above the first: their
   * ratio is that of the twitches. */
  readonly thresholds: ArrayLike<number>;
  /** Largest twitch over the smallest (Fuglevand's RP, 100), at least 1; default the last threshold over the first. A pool of one
   * unit, of equal thresholds or with a first threshold of 0 (De Luca's law) has no such ratio and needs it. */
  readonly twitchRange?: number;
  /** Hz. */
  readonly frequency?: number;
  /** Longest rise time T_L (ms). */
  readonly longestRise?: number;
  /** Rise time of the slowest unit over that of the fastest, above 1. */
  readonly contractionRange?: number;
}

/** @throws DataError for thresholds that give no range of twitches where none is given, or an option out of range */
export function motorUnits(options: MotorUnitOptions): MotorUnits {
  const { n, frequency, peak, rise } = twitchSizes(options);
  const twitch = Array.from(rise, (T, j) =>
    Float64Array.from({ length: Math.ceil(5 * T) }, (_, s) => ((peak[j] as number) * s * Math.exp(1 - s / T)) / T),
  );
  return { n, frequency, peak, rise, twitch, tetanus: (peak.reduce((a, b) => a + b, 0) * Math.E) / LINEAR_GAIN };
}

/** What motorUnits makes its twitches of, without making them.
 * @throws DataError as it does */
export function twitchSizes(options: MotorUnitOptions): Omit<MotorUnits, "twitch" | "tetanus"> {
  const { thresholds, frequency = 2048, longestRise = 90, contractionRange = 3 } = options;
  const n = thresholds.length;
  if (n === 0) throw new DataError("force", "has no thresholds", "Give one per motor unit");
  const range = twitchRange(thresholds, options.twitchRange);
  if (!(contractionRange > 1 && contractionRange < Infinity)) {
    throw new DataError("contraction range", `is ${contractionRange}`, "Give a number above 1");
  }
  checkPositive("force sampling rate (Hz)", frequency);
  checkPositive("longest rise time (ms)", longestRise);
  samplesIn("twitch", 5 * longestRise, 1000 / frequency);
  const peak = Float64Array.from({ length: n }, (_, j) => Math.exp(((j + 1) * Math.log(range)) / n));
  const exponent = range === 1 ? 0 : Math.log(contractionRange) / Math.log(range); // equal twitches rise alike
  const rise = peak.map((P) => (longestRise * frequency * 1e-3) / P ** exponent);
  const fastest = rise.reduce((a, b) => Math.min(a, b));
  if (fastest < 0.5)
    throw new DataError("force sampling rate", `is ${frequency} Hz: a sample is ${Number((1 / fastest).toPrecision(3))} rise times of the fastest twitch, which falls between samples`, `Give at least ${Math.ceil(frequency / (2 * fastest))} Hz`); // prettier-ignore
  return { n, frequency, peak, rise };
}

function twitchRange(thresholds: ArrayLike<number>, given: number | undefined): number {
  if (given !== undefined) {
    if (given >= 1 && given < Infinity) return given;
    throw new DataError("twitch range", `is ${given}`, "Give the largest twitch over the smallest, 1 or more");
  }
  const [first, last] = [thresholds[0] as number, thresholds[thresholds.length - 1] as number];
  const range = last / first;
  if (Array.from(thresholds).every((rt) => rt > 0) && range > 1 && range < Infinity) return range;
  throw new DataError(
    "force thresholds",
    `go from ${first} to ${last}, which gives no range of twitches`,
    "Give thresholds above 0, rising, or the range itself: { twitchRange: 100 }",
  );
}

const sigmoid = (x: number): number => -Math.expm1(-2 * x ** 3);
/** S(0.4)/0.4: slope of force against rate below which a unit sums twitches linearly. */
const LINEAR_GAIN = sigmoid(0.4) / 0.4;

/** Gain of a twitch (1) at normalised rate x = rise time / inter-pulse interval: 1 up to 0.4, at most 2.88 near 0.98. */
export const twitchGain = (x: number): number => (x <= 0.4 ? 1 : sigmoid(x) / x / LINEAR_GAIN);

/** Which interval sets the gain of a spike.
 * - "preceding": the one before it (Fuglevand's own); the first spike has gain 1.
 * - "following": the one after it; the last spike's runs to the end of the record.
 * - "myogen": one sample at every spike, as MyoGen's current code computes it, so force is a linear filter of the spikes. */
export type GainRule = "preceding" | "following" | "myogen";
const GAIN_RULES: readonly string[] = ["preceding", "following", "myogen"] satisfies GainRule[];

export interface ForceOptions {
  readonly gain?: GainRule;
  /** Spikes are binned at this step (ms), at most one of a unit in a bin. */
  readonly spikeBin?: number;
  /** Conduction delay of each unit's axon (ms), added to its spikes; none when left out. */
  readonly axonDelays?: ArrayLike<number>;
}

interface Waiting {
  readonly unit: number;
  readonly bin: number;
  gain: number | undefined;
}

/** Force of a pool from spikes that arrive piece by piece. Each sample is a sum in the order of the spikes, so the result is
 * bitwise the same however the record is cut. "following" holds samples back until 2.5 rise times have passed or the next
 * spike has come. Memory is bounded by the piece and one twitch. */
export class ForceStream {
  readonly #units: MotorUnits;
  readonly #rule: GainRule;
  readonly #binMs: number;
  readonly #delays: ArrayLike<number> | undefined;
  /** Bin of each unit's last spike, -Infinity before the first. */
  readonly #lastBin: Float64Array;
  /** Each unit's spike whose following interval is not known yet. */
  readonly #open: (Waiting | undefined)[];
  /** Spikes not added yet, in order. */
  #waiting: Waiting[] = [];
  /** Force of samples #emitted, #emitted + 1, ... so far. */
  #pending = new Float64Array(0);
  #emitted = 0;
  #until = 0;

  /** @throws DataError when the bin is not above 0, or the delays are not one per unit and 0 or more */
  constructor(units: MotorUnits, options: ForceOptions = {}) {
    const { gain = "preceding", spikeBin = 0.025, axonDelays } = options;
    checkPositive("spike bin (ms)", spikeBin);
    if (axonDelays && axonDelays.length !== units.n) {
      throw new DataError("axon delays", `are ${axonDelays.length} for ${units.n} units`, "Give one per unit");
    }
    const wrong = Array.from(axonDelays ?? []).findIndex((d) => !(d >= 0 && d < Infinity));
    if (wrong >= 0) {
      throw new DataError(`axon delay of unit ${wrong}`, `is ${axonDelays?.[wrong]} ms`, "Give 0 ms or more");
    }
    if (!GAIN_RULES.includes(gain))
      throw new DataError("force", `has the gain "${gain}"`, didYouMean(gain, GAIN_RULES));
    [this.#units, this.#rule, this.#binMs, this.#delays] = [units, gain, spikeBin, axonDelays];
    this.#lastBin = new Float64Array(units.n).fill(-Infinity);
    this.#open = Array.from({ length: units.n }, () => undefined);
  }

  /** Adds spikes; `until` (ms) promises that no later piece holds a spike before it.
   * @returns the force of the samples before `until` that are final, from where the last call ended; the first is at 0 ms
   * @throws DataError when the population is another, or a spike lies before the `until` of an earlier call */
  push(trains: SpikeTrains, until: number): Float64Array {
    if (!Number.isFinite(until)) throw new DataError("force", `is pushed until ${until} ms`, "Give a finite time");
    this.#accept(trains);
    this.#until = Math.max(this.#until, until);
    const bin = this.#binOf(this.#until);
    for (const spike of this.#waiting) {
      if (bin > spike.bin && this.#x(spike.unit, bin - spike.bin) <= 0.4) spike.gain ??= 1; // whenever the next one comes
    }
    this.#addKnown();
    const final = this.#waiting.reduce((least, spike) => Math.min(least, spike.bin), bin); // delays reorder the units
    return this.#emit(Math.min(this.#samplesBefore(this.#until), Math.ceil(final * this.#samplesPerBin - 1e-9)));
  }

  /** Ends the record at `end` (ms) and returns the rest of its ceil(end f) samples.
   * @throws DataError when more of it was pushed already */
  finish(end: number): Float64Array {
    const samples = this.#samplesBefore(end);
    if (!(samples >= this.#emitted)) {
      throw new DataError(
        "force",
        `ends at ${end} ms, but was pushed until ${this.#until} ms`,
        "End it there or later",
      );
    }
    const endBin = Math.round(end / this.#binMs);
    for (const spike of this.#waiting) spike.gain ??= twitchGain(this.#x(spike.unit, endBin - spike.bin));
    this.#addKnown();
    return this.#emit(samples);
  }

  /** Samples before a time; one at it belongs to what follows. */
  #samplesBefore(t: number): number {
    return samplesIn("force", t, 1000 / this.#units.frequency);
  }

  get #samplesPerBin(): number {
    return (this.#binMs * this.#units.frequency) / 1000;
  }

  #binOf(t: number): number {
    return binOf(t, this.#binMs);
  }

  /** Rise time over an interval given in bins. */
  #x(unit: number, bins: number): number {
    return (this.#units.rise[unit] as number) / (bins * this.#samplesPerBin);
  }

  #accept(trains: SpikeTrains): void {
    if (trains.n !== this.#units.n) {
      throw new DataError(
        "force",
        `has ${this.#units.n} units for trains of ${trains.n} cells`,
        "Give one threshold per cell",
      );
    }
    for (let k = 0; k < trains.times.length; k++) {
      const [t, unit] = [trains.times[k] as number, trains.cells[k] as number];
      if (t < this.#until - 1e-8) {
        throw new DataError(
          "force",
          `got a spike at ${t} ms after ${this.#until} ms was done`,
          "Push pieces in order of time",
        );
      }
      const bin = this.#binOf(t + (this.#delays?.[unit] ?? 0));
      const last = this.#lastBin[unit] as number;
      if (bin === last) continue; // a bin is occupied or not
      this.#lastBin[unit] = bin;
      this.#wait(unit, bin, last);
    }
  }

  #wait(unit: number, bin: number, last: number): void {
    const spike: Waiting = { unit, bin, gain: undefined };
    if (this.#rule === "myogen") spike.gain = twitchGain(this.#units.rise[unit] as number);
    if (this.#rule === "preceding") spike.gain = twitchGain(this.#x(unit, bin - last));
    if (this.#rule === "following") {
      const open = this.#open[unit];
      if (open) open.gain ??= twitchGain(this.#x(unit, bin - open.bin));
      this.#open[unit] = spike;
    }
    this.#waiting.push(spike);
  }

  /** Adds spikes in order up to the first whose gain is not known. */
  #addKnown(): void {
    const unknown = this.#waiting.findIndex((spike) => spike.gain === undefined);
    const known = unknown < 0 ? this.#waiting : this.#waiting.slice(0, unknown);
    this.#waiting = unknown < 0 ? [] : this.#waiting.slice(unknown);
    for (const { unit, bin, gain } of known) this.#add(unit, bin, gain as number);
  }

  /** Adds one twitch, by MyoGen's resampling to bins and back: its value at each bin lies on the line between two of its samples, and each sample
   * of force on the line between two bins. It ends at the first bin at or after its last sample, going to 0 over the next. */
  #add(unit: number, bin: number, gain: number): void {
    const twitch = this.#units.twitch[unit] as Float64Array;
    const [last, perBin] = [twitch.length - 1, this.#samplesPerBin];
    const endBin = Math.ceil(last / perBin - 1e-9);
    const inBin = (k: number): number => (k > endBin ? 0 : onLine(twitch, Math.min(last, k * perBin)));
    const at = bin * perBin;
    const first = Math.ceil(at - 1e-9);
    const part = Math.max(0, first - at);
    const samples = Math.ceil((endBin + 1) * perBin - part);
    this.#reserve(first + samples);
    for (let s = 0; s < samples; s++) {
      const bins = (s + part) / perBin;
      const k = Math.floor(bins);
      const low = inBin(k);
      this.#addTo(first - this.#emitted + s, gain * (low + (bins - k) * (inBin(k + 1) - low)));
    }
  }

  #addTo(k: number, force: number): void {
    if (k >= 0) this.#pending[k] = (this.#pending[k] as number) + force; // before 0 it is handed out, and was 0 there
  }

  #reserve(sample: number): void {
    const need = sample - this.#emitted;
    if (need <= this.#pending.length) return;
    const grown = new Float64Array(Math.max(need, 2 * this.#pending.length));
    grown.set(this.#pending);
    this.#pending = grown;
  }

  /** Hands out samples below `end`. */
  #emit(end: number): Float64Array {
    if (end <= this.#emitted) return new Float64Array(0);
    this.#reserve(end);
    const out = this.#pending.slice(0, end - this.#emitted);
    this.#pending = this.#pending.slice(end - this.#emitted);
    this.#emitted = end;
    return out;
  }
}

/** Between the values around a place. */
function onLine(values: Float64Array, place: number): number {
  const k = Math.floor(place);
  const low = values[k] as number;
  return k + 1 < values.length ? low + (place - k) * ((values[k + 1] as number) - low) : low;
}

export interface Force {
  /** Hz; sample k is at k / frequency seconds. */
  readonly frequency: number;
  /** Unit of the smallest twitch, about. */
  readonly force: Float64Array;
  /** Per cent of the pool's tetanus. */
  readonly percentMvc: Float64Array;
}

/** Force of a whole record of `duration` ms. */
export function muscleForce(
  trains: SpikeTrains,
  units: MotorUnits,
  options: ForceOptions & { duration: number },
): Force {
  checkPositive("duration of the force (ms)", options.duration);
  const stream = new ForceStream(units, options);
  const before = stream.push(trains, 0);
  const rest = stream.finish(options.duration);
  const force = new Float64Array(before.length + rest.length);
  force.set(before);
  force.set(rest, before.length);
  return { frequency: units.frequency, force, percentMvc: force.map((F) => (100 * F) / units.tetanus) };
}

export interface ForceStatistics extends Span {
  readonly mean: number;
  /** Population SD. */
  readonly sd: number;
  /** sd / mean (1). */
  readonly cov: number;
  /** (maximum - minimum) / mean, per cent. */
  readonly ripplePercent: number;
  /** The central 95 % of the samples: 2.5th and 97.5th percentiles. */
  readonly low95: number;
  readonly high95: number;
}

/** Statistics of a force record over a window (ms).
 * @throws DataError when the window holds no sample */
export function forceStatistics(force: ArrayLike<number>, frequency: number, span: Span): ForceStatistics {
  checkSpan("force window", span);
  checkPositive("force sampling rate (Hz)", frequency);
  const record = (force.length * 1000) / frequency;
  const at = (t: number): number => samplesIn("force window", Math.min(Math.max(0, t), record), 1000 / frequency);
  const [first, end] = [at(span.from), Math.min(force.length, at(span.to))];
  if (first >= end) {
    throw new DataError(
      "force window",
      `${span.from} to ${span.to} ms holds no sample of ${force.length}`,
      "Lengthen the run",
    );
  }
  const x = Float64Array.from({ length: end - first }, (_, k) => force[first + k] as number);
  const [m, sd] = [mean(x), standardDeviation(x, "population")];
  let [low, high] = [Infinity, -Infinity];
  for (const v of x) [low, high] = [Math.min(low, v), Math.max(high, v)];
  return {
    ...span,
    mean: m,
    sd,
    cov: sd / m,
    ripplePercent: (100 * (high - low)) / m,
    low95: percentile(x, 2.5),
    high95: percentile(x, 97.5),
  };
}
