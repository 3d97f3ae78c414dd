import { BINS, HALF, HISTORY_S, type PlasticityReadings } from "./facts.ts";
import { LARGEST } from "./network.ts";

/** Of the plots over time, ms. */
const BIN_MS = 500;
/** Of inputs around a spike: reach and bin, and how long they are kept, ms. */
const REACH_MS = 50;
const LAG_MS = 2;
const KEPT_MS = 10_000;
const PARTS = 10;

/** Counts of what comes, over the last ten seconds. */
class Lately<T extends { add(other: T, sign: 1 | -1): void }> {
  readonly #empty: () => T;
  readonly sum: T;
  #parts: T[] = [];
  #until = KEPT_MS / PARTS;

  constructor(empty: () => T) {
    [this.#empty, this.sum] = [empty, empty()];
    this.#parts.push(empty());
  }

  /** @param t  ms, never before the last one */
  push(t: number, what: T): void {
    for (; t >= this.#until; this.#until += KEPT_MS / PARTS) {
      this.#parts.push(this.#empty());
      if (this.#parts.length > PARTS) this.sum.add(this.#parts.shift() as T, -1);
    }
    this.sum.add(what, 1);
    this.#parts.at(-1)?.add(what, 1);
  }
}

/** Spikes, and inputs of both halves by the time from them. */
class Around {
  spikes = 0;
  readonly counts = [0, 1].map(() => new Float64Array((2 * REACH_MS) / LAG_MS));

  add(other: Around, sign: 1 | -1): void {
    this.spikes += sign * other.spikes;
    this.counts.forEach((row, half) => {
      for (let k = 0; k < row.length; k++) (row[k] as number) += sign * (other.counts[half]?.[k] as number);
    });
  }
}

/** What the page shows beside the raster, kept up to date piece by piece. */
export class Readings {
  readonly #t: number[] = [];
  readonly #rate: number[] = [];
  readonly #mean: readonly [number[], number[]] = [[], []];
  #spiked = 0; // in the bin that is not over
  #weights: readonly [Float64Array, Float64Array] = [new Float64Array(HALF), new Float64Array(HALF)];
  /** of the last second, ms. */
  #recent: number[] = [];
  /** inputs of each half by ms, of the last while. */
  readonly #inputs = [0, 1].map(() => new Uint16Array(512));
  #cleared = 0; // ms up to which they are counted
  /** spikes whose surroundings are not over. */
  #open: number[] = [];
  readonly #around = new Lately(() => new Around());
  #now = 0;

  /** Weights in uS, as they are now. */
  set weights(of: readonly [Float64Array, Float64Array]) {
    this.#weights = [of[0].map((w) => w / LARGEST), of[1].map((w) => w / LARGEST)];
  }

  /** @param to  ms, what has passed; at most 100 ms after the last one */
  add(spikes: ArrayLike<number>, inputs: readonly [ArrayLike<number>, ArrayLike<number>], to: number): void {
    for (; this.#cleared < to; this.#cleared++) for (const row of this.#inputs) row[(this.#cleared + 1) % row.length] = 0; // prettier-ignore
    inputs.forEach((times, half) => {
      const row = this.#inputs[half] as Uint16Array;
      for (let k = 0; k < times.length; k++) (row[Math.floor(times[k] as number) % row.length] as number)++;
    });
    for (let k = 0; k < spikes.length; k++) {
      const t = spikes[k] as number;
      this.#recent.push(t);
      if (t > REACH_MS) this.#open.push(t);
      this.#bins(t);
      this.#spiked++;
    }
    this.#now = to;
    this.#bins(to);
    while ((this.#recent[0] ?? to) < to - 1000) this.#recent.shift();
    while ((this.#open[0] ?? to) < to - REACH_MS - LAG_MS) this.#count(this.#open.shift() as number);
  }

  /** Inputs around a spike at t. */
  #count(t: number): void {
    const around = new Around();
    around.spikes = 1;
    this.#inputs.forEach((row, half) => {
      const counts = around.counts[half] as Float64Array;
      for (let lag = -REACH_MS; lag < REACH_MS; lag++) {
        const at = Math.floor(t) + lag;
        (counts[Math.floor((lag + REACH_MS) / LAG_MS)] as number) += row[at % row.length] as number;
      }
    });
    this.#around.push(this.#now, around);
  }

  /** Ends the bins that are over at t. */
  #bins(t: number): void {
    for (let end = BIN_MS * (this.#t.length + this.#gone + 1); t >= end; end += BIN_MS) {
      this.#t.push(end / 1000);
      this.#rate.push((1000 * this.#spiked) / BIN_MS);
      this.#mean.forEach((row, half) => row.push((this.#weights[half] as Float64Array).reduce((a, b) => a + b, 0) / HALF)); // prettier-ignore
      this.#spiked = 0;
      if (this.#t.length <= (1000 * HISTORY_S) / BIN_MS) continue;
      this.#gone++;
      for (const row of [this.#t, this.#rate, ...this.#mean]) row.shift();
    }
  }
  #gone = 0;

  get readings(): PlasticityReadings {
    const [first, second] = this.#weights;
    const { spikes, counts } = this.#around.sum;
    const rate = (row: Float64Array | undefined): (number | null)[] => Array.from(row ?? [], (n) => (spikes === 0 ? null : (1000 * n) / (spikes * LAG_MS * HALF))); // prettier-ignore
    return {
      rate: this.#recent.length / Math.max(1e-3, Math.min(1, this.#now / 1000)),
      weights: [first, second],
      counts: [counted(first), counted(second)],
      history: { t: [...this.#t], rate: [...this.#rate], mean: [[...this.#mean[0]], [...this.#mean[1]]] },
      around: { lag: Array.from({ length: (2 * REACH_MS) / LAG_MS }, (_, k) => k * LAG_MS - REACH_MS + LAG_MS / 2), rate: [rate(counts[0]), rate(counts[1])] }, // prettier-ignore
    };
  }
}

/** How many values of 0 to 1 are in each of equal bins; the last one has 1 too. */
function counted(values: Float64Array): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const x of values) (counts[Math.min(BINS - 1, Math.floor(BINS * x))] as number)++;
  return counts;
}
