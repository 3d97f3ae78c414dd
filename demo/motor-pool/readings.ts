import { ForceStream, motorUnits } from "../../src/analysis/force.ts";
import { binOf } from "../../src/analysis/grid.ts";
import { welch } from "../../src/analysis/spectrum.ts";
import type { Spikes } from "../../src/run/chunk.ts";

const FORCE_HZ = 512;
const FORCE_SECONDS = 8;
const SEGMENT = 1024; // samples of a spectrum: 0.5 Hz
const BIN_MS = 100;
const BINS = 10; // a rate is over the last second
const SILENCE_MS = 500;
/** until the cells have left the voltage they were started at. */
const SETTLED_MS = 300;

/** What the page shows beside the raster, kept up to date spike by spike. */
export class Readings {
  readonly #n: number;
  readonly #stream: ForceStream;
  readonly #tetanus: number;
  readonly #force = new Float64Array(FORCE_HZ * FORCE_SECONDS);
  readonly #drive = new Float64Array(FORCE_HZ * FORCE_SECONDS);
  #samples = 0;
  readonly #bins: Uint16Array;
  #bin = 0;
  readonly #last: Float64Array;
  /** drive (Hz) when each unit began to fire after silence; NaN where it has not. */
  readonly began: Float64Array;

  constructor(thresholds: Float64Array) {
    this.#n = thresholds.length;
    const units = motorUnits({ thresholds, frequency: FORCE_HZ });
    this.#tetanus = units.tetanus;
    this.#stream = new ForceStream(units);
    this.#bins = new Uint16Array(BINS * this.#n);
    this.#last = new Float64Array(this.#n).fill(-Infinity);
    this.began = new Float64Array(this.#n).fill(NaN);
  }

  /** @param drive  mean and momentary descending rate at t (ms), Hz */
  add(spikes: Spikes, drive: { mean(t: number): number; now(t: number): number }): void {
    for (let k = 0; k < spikes.times.length; k++) {
      const [t, unit] = [spikes.times[k] as number, spikes.cells[k] as number];
      if (t > SETTLED_MS && t - (this.#last[unit] as number) > SILENCE_MS) this.began[unit] = drive.mean(t);
      this.#last[unit] = t;
      this.#moveTo(binOf(t, BIN_MS));
      const at = (this.#bin % BINS) * this.#n + unit;
      this.#bins[at] = (this.#bins[at] as number) + 1;
    }
    this.#moveTo(binOf(spikes.to, BIN_MS));
    for (const force of this.#stream.push(spikes, spikes.to)) {
      const at = this.#samples % this.#force.length;
      this.#force[at] = (100 * force) / this.#tetanus;
      this.#drive[at] = drive.now((this.#samples * 1000) / FORCE_HZ);
      this.#samples++;
    }
  }

  /** Spikes of each unit over the last second, Hz. */
  rates(): Float64Array<ArrayBuffer> {
    const rates = new Float64Array(this.#n);
    for (let k = 0; k < this.#bins.length; k++)
      rates[k % this.#n] = (rates[k % this.#n] as number) + (this.#bins[k] as number);
    const seconds = Math.min(1, ((this.#bin + 1) * BIN_MS) / 1000);
    return rates.map((count) => count / seconds);
  }

  /** Percent of the tetanic force, now. */
  get force(): number {
    return this.#samples === 0 ? 0 : (this.#force[(this.#samples - 1) % this.#force.length] as number);
  }

  /** Force (%) and drive (Hz) over the last seconds; t in s, 0 is now. */
  history(every: number): { t: number[]; force: number[]; drive: number[] } {
    const first = Math.max(0, this.#samples - this.#force.length);
    const [t, force, drive]: [number[], number[], number[]] = [[], [], []];
    for (let s = Math.ceil(first / every) * every; s < this.#samples; s += every) {
      t.push((s - this.#samples + 1) / FORCE_HZ);
      force.push(this.#force[s % this.#force.length] as number);
      drive.push(this.#drive[s % this.#force.length] as number);
    }
    return { t, force, drive };
  }

  /** Density of the force, %^2/Hz, above 0 up to `highest` Hz; nothing before two seconds are there. */
  spectrum(highest: number): { f: number[]; density: number[] } {
    const known = Math.min(this.#samples, this.#force.length);
    if (known < SEGMENT) return { f: [], density: [] };
    const length = known - ((known - SEGMENT) % (SEGMENT / 2)); // whole segments that end now
    const signal = Float64Array.from(
      { length },
      (_, k) => this.#force[(this.#samples - length + k) % this.#force.length] as number,
    );
    const { f, density } = welch(signal, { fs: FORCE_HZ, segment: SEGMENT, detrend: "linear" });
    const kept = [...f.keys()].filter((k) => (f[k] as number) > 0 && (f[k] as number) <= highest);
    return { f: kept.map((k) => f[k] as number), density: kept.map((k) => Math.max(1e-9, density[k] as number)) };
  }

  /** Enters the bin and empties those on the way. */
  #moveTo(bin: number): void {
    for (; this.#bin < bin; this.#bin++) {
      const next = ((this.#bin + 1) % BINS) * this.#n;
      this.#bins.fill(0, next, next + this.#n);
    }
  }
}
