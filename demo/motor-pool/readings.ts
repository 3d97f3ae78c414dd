import { ForceStream, motorUnits } from "../../src/analysis/force.ts";
import { coefficientOfVariation, intervals } from "../../src/analysis/intervals.ts";
import { binnedCounts } from "../../src/analysis/rates.ts";
import { RecruitmentStream } from "../../src/analysis/recruitment.ts";
import { welch } from "../../src/analysis/spectrum.ts";
import { window } from "../../src/analysis/spikes.ts";
import { mean } from "../../src/analysis/stats.ts";
import type { Spikes } from "../../src/run/chunk.ts";
import { extremes, lowerBound } from "../../src/sorted.ts";
import { IN_DRIVE, IN_FORCE, KEPT_S, PAUSE_MS, type Coherence, type Intervals, type Thresholds } from "./facts.ts";
import { Halves } from "./halves.ts";
import { Trains } from "./trains.ts";

const FORCE_HZ = 512;
const FORCE_SECONDS = 8;
const SEGMENT = 1024; // samples of a spectrum: 0.5 Hz
/** A rate is over the last second. */
const RATE_MS = 1000;
/** ms between two points of rates against force. */
const STRENGTH_MS = 100;
const ISI_BIN_MS = 5;
/** of the histogram at least, ms. */
const ISI_SHOWN_MS = 250;
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
  #now = 0; // ms
  readonly #trains: Trains;
  readonly #halves: Halves;
  /** by what they are told in. */
  readonly #thresholds: readonly [RecruitmentStream, RecruitmentStream];
  /** mean force (%) over the second that ends at t (ms). */
  #strengths: { readonly t: number; readonly force: number }[] = [];

  constructor(thresholds: Float64Array) {
    this.#n = thresholds.length;
    const units = motorUnits({ thresholds, frequency: FORCE_HZ });
    this.#tetanus = units.tetanus;
    this.#stream = new ForceStream(units);
    this.#trains = new Trains(this.#n, 1000 * KEPT_S);
    this.#halves = new Halves(this.#n);
    const stream = (): RecruitmentStream => new RecruitmentStream(this.#n, { maxInterval: PAUSE_MS });
    this.#thresholds = [stream(), stream()];
  }

  /** @param drive  mean and momentary descending rate at t (ms), Hz */
  add(spikes: Spikes, drive: { mean(t: number): number; now(t: number): number }): void {
    this.#now = spikes.to;
    this.#trains.push(spikes);
    this.#halves.advance(this.#trains, spikes.to);
    for (const force of this.#stream.push(spikes, spikes.to)) {
      const at = this.#samples % this.#force.length;
      this.#force[at] = (100 * force) / this.#tetanus;
      this.#drive[at] = drive.now((this.#samples * 1000) / FORCE_HZ);
      this.#samples++;
    }
    this.#strengthen();
    if (spikes.to <= SETTLED_MS) return;
    const settled = window(spikes, SETTLED_MS, spikes.to);
    this.#thresholds[IN_DRIVE].push(settled, spikes.to, (t) => drive.mean(t));
    this.#thresholds[IN_FORCE].push(settled, spikes.to, (t) => this.#forceAt(t));
  }

  /** Spikes of each unit over the last second, Hz. */
  rates(): Float64Array<ArrayBuffer> {
    const seconds = Math.max(0.1, Math.min(RATE_MS, this.#now) / 1000);
    return Float64Array.from({ length: this.#n }, (_, unit) => this.#trains.count(unit, this.#now, RATE_MS) / seconds);
  }

  thresholds(of: Thresholds["of"]): Thresholds {
    const { recruitment, derecruitment } = this.#thresholds[of];
    return { of, began: recruitment, stopped: derecruitment };
  }

  get coherence(): Coherence {
    return this.#halves.coherence;
  }

  /** Rates of some units (Hz) and the force (%), both over the same second, ten times a second, in order of the force. */
  byForce(units: readonly number[]): { force: number[]; rates: (number | null)[][] } {
    const points = this.#strengths.toSorted((a, b) => a.force - b.force);
    const rate = (unit: number, t: number): number | null => this.#trains.count(unit, t, RATE_MS) || null;
    return {
      force: points.map(({ force }) => force),
      rates: units.map((unit) => points.map(({ t }) => rate(unit, t))),
    };
  }

  /** Of one unit, up to now. */
  intervals(unit: number): Intervals {
    const train = this.#trains.of(unit);
    const all = intervals(train.slice(lowerBound(train, this.#now - 1000 * KEPT_S)));
    const firing = all.filter((ms) => ms <= PAUSE_MS);
    const [, longest] = extremes(firing);
    const to = ISI_BIN_MS * (1 + Math.floor(Math.max(ISI_SHOWN_MS, longest) / ISI_BIN_MS)) + ISI_BIN_MS;
    const counts = Array.from(binnedCounts(firing, { from: 0, to }, ISI_BIN_MS));
    const cv = coefficientOfVariation(firing);
    return { from: counts.map((_, k) => k * ISI_BIN_MS), counts, n: firing.length, pauses: all.length - firing.length, mean: mean(firing), cv }; // prettier-ignore
  }

  /** Percent of the tetanic force, now. */
  get force(): number {
    return this.#forceAt(this.#now);
  }

  /** Percent of the tetanic force at a time (ms) of the last seconds: its last sample up to then. */
  #forceAt(t: number): number {
    const sample = Math.min(this.#samples - 1, Math.floor((t * FORCE_HZ) / 1000 + 1e-9));
    return sample < 0 ? 0 : (this.#force[sample % this.#force.length] as number);
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

  #strengthen(): void {
    if (this.#samples < FORCE_HZ || this.#now - (this.#strengths.at(-1)?.t ?? 0) < STRENGTH_MS) return;
    let sum = 0;
    for (let k = 1; k <= FORCE_HZ; k++) sum += this.#force[(this.#samples - k) % this.#force.length] as number;
    this.#strengths.push({ t: this.#now, force: sum / FORCE_HZ });
    while ((this.#strengths[0]?.t ?? Infinity) < this.#now - 1000 * KEPT_S) this.#strengths.shift();
  }
}
