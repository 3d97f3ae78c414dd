import { binFrom, edgeOf } from "../../src/analysis/grid.ts";
import { coherenceOf, confidenceLevel, segmentSpectra, type SegmentSpectra } from "../../src/analysis/spectrum.ts";
import { lowerBound } from "../../src/sorted.ts";
import { HIGHEST_HZ, type Coherence } from "./facts.ts";
import type { Trains } from "./trains.ts";

const SAMPLES = 512; // of a segment, which is a second: 1 Hz
const SEGMENT_MS = 1000;
const SEGMENTS = 32;
/** Of two segments or three, chance passes for coherence. */
const LEAST = 4;
const RATE = { fs: (1000 * SAMPLES) / SEGMENT_MS, segment: SAMPLES };

/** Coherence of the cumulative spike trains of two halves of a pool, its units of odd and of even number, from disjoint segments of a
 * second, the last 32 of them.
 * Source: Rosenberg, Amjad, Breeze, Brillinger & Halliday (1989), Prog. Biophys. Mol. Biol. 53:1-31, as is the level. */
export class Halves {
  readonly #n: number;
  readonly #segments: [SegmentSpectra, SegmentSpectra][] = [];
  #ended = 0;
  #coherence: Coherence = { f: [], coherence: [], level: [], seconds: 0 };

  constructor(n: number) {
    this.#n = n;
  }

  /** @param until  ms; all spikes before are in the trains */
  advance(trains: Trains, until: number): void {
    for (; until >= (this.#ended + 1) * SEGMENT_MS; this.#ended++) {
      const halves = [0, 1].map((half) => segmentSpectra(this.#counts(trains, half), RATE));
      this.#segments.push(halves as [SegmentSpectra, SegmentSpectra]);
      if (this.#segments.length > SEGMENTS) this.#segments.shift();
      this.#coherence = this.#measured();
    }
  }

  get coherence(): Coherence {
    return this.#coherence;
  }

  /** Spikes of every other unit in each bin of the segment that ends. */
  #counts(trains: Trains, half: number): Float64Array {
    const [counts, from] = [new Float64Array(SAMPLES), this.#ended * SEGMENT_MS];
    for (let unit = half; unit < this.#n; unit += 2) {
      const train = trains.of(unit);
      for (let k = lowerBound(train, edgeOf(from)); k < train.length; k++) {
        const bin = binFrom(train[k] as number, from, SEGMENT_MS / SAMPLES);
        if (bin >= SAMPLES) break;
        counts[bin] = (counts[bin] as number) + 1;
      }
    }
    return counts;
  }

  #measured(): Coherence {
    const seconds = this.#segments.length;
    if (seconds < LEAST) return this.#coherence;
    const { f, coherence, independent } = coherenceOf(
      this.#segments.map(([odd]) => odd),
      this.#segments.map(([, even]) => even),
    );
    const level = confidenceLevel(independent);
    const kept = [...f.keys()].filter((k) => (f[k] as number) > 0 && (f[k] as number) <= HIGHEST_HZ);
    return {
      f: kept.map((k) => f[k] as number),
      coherence: kept.map((k) => (Number.isNaN(coherence[k]) ? null : (coherence[k] as number))),
      level: kept.map(() => level),
      seconds,
    };
  }
}
