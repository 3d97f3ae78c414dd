import { DataError } from "../errors.ts";
import { valueAt } from "./composite.ts";
import { isWithin } from "./grid.ts";
import { checkCount, checkPositive, timesPerCell, type SpikeTrains } from "./spikes.ts";

/** What the units follow: a drive, a force or a current, sampled in time. */
export interface Command {
  /** ms, sorted. */
  readonly t: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

export interface Recruitment {
  /** First and last spike of sustained firing (ms), one per cell; NaN where a cell never fires so. */
  readonly first: Float64Array;
  readonly last: Float64Array;
  /** The command at those times. */
  readonly recruitment: Float64Array;
  readonly derecruitment: Float64Array;
}

/** What firing is sustained: a run of spikes with no long interval, so that a stray spike of background noise does not count. */
export interface SustainedOptions {
  /** in a run at least; default 3. */
  readonly spikes?: number;
  /** ms; default 250, 4 Hz. */
  readonly maxInterval?: number;
}

/** Recruitment and derecruitment thresholds of every cell: the command at the first and last spike of sustained firing.
 * Source: Milner-Brown, Stein & Yemm (1973), J. Physiol. 230:359-370 (force at the first spikes of a ramp); De Luca & Contessa (2012),
 * J. Neurophysiol. 107:178-195 (force at the first and the last discharge of a trapezoid).
 * @throws DataError when an option is out of range */
export function recruitmentOf(trains: SpikeTrains, command: Command, options: SustainedOptions = {}): Recruitment {
  const { spikes, maxInterval } = checked(options);
  const spans = timesPerCell(trains).map((times) => sustained(times, spikes, maxInterval));
  const first = Float64Array.from(spans, (span) => span[0]);
  const last = Float64Array.from(spans, (span) => span[1]);
  const at = (times: Float64Array) => times.map((t) => (Number.isNaN(t) ? NaN : valueAt(command.t, command.value, t)));
  return { first, last, recruitment: at(first), derecruitment: at(last) };
}

function checked({ spikes = 3, maxInterval = 250 }: SustainedOptions): Required<SustainedOptions> {
  checkCount("recruitment", "spikes in a run", spikes, 1);
  checkPositive("recruitment, longest interval (ms)", maxInterval);
  return { spikes, maxInterval };
}

function sustained(times: Float64Array, spikes: number, maxInterval: number): [number, number] {
  let span: [number, number] = [NaN, NaN];
  for (let start = 0; start < times.length;) {
    let end = start + 1;
    while (end < times.length && isWithin(times[end] as number, times[end - 1] as number, maxInterval)) end++;
    if (end - start >= spikes)
      span = [Number.isNaN(span[0]) ? (times[start] as number) : span[0], times[end - 1] as number];
    start = end;
  }
  return span;
}

/** Thresholds while spikes come: the command, in its own unit, when each cell last began sustained firing and when it last stopped.
 * That a cell has stopped is known `maxInterval` later. Rule and sources are those of `recruitmentOf`. */
export class RecruitmentStream {
  /** One per cell; NaN before the first. */
  readonly recruitment: Float64Array;
  readonly derecruitment: Float64Array;
  readonly #options: Required<SustainedOptions>;
  /** Of the run that each cell is in: spikes, when the last was (ms), the command at its first and its last. */
  readonly #spikes: Uint32Array;
  readonly #last: Float64Array;
  readonly #atFirst: Float64Array;
  readonly #atLast: Float64Array;

  /** @throws DataError when the number of cells or an option is out of range */
  constructor(n: number, options: SustainedOptions = {}) {
    checkCount("recruitment", "cells", n);
    this.#options = checked(options);
    const none = (): Float64Array => new Float64Array(n).fill(NaN);
    [this.recruitment, this.derecruitment, this.#last, this.#atFirst, this.#atLast] = [none(), none(), none(), none(), none()]; // prettier-ignore
    this.#spikes = new Uint32Array(n);
  }

  /** @param trains   what came since the last call
   *  @param until    ms; all spikes before are known
   *  @param command  its value at a time (ms)
   *  @throws DataError when the cells are not as many */
  push(trains: SpikeTrains, until: number, command: (t: number) => number): void {
    const { recruitment } = this;
    if (trains.n !== recruitment.length)
      throw new DataError("recruitment", `has spikes of ${trains.n} cells for ${recruitment.length}`, "Push spikes of the same population"); // prettier-ignore
    for (let k = 0; k < trains.times.length; k++) {
      const [t, cell] = [trains.times[k] as number, trains.cells[k] as number];
      this.#stop(cell, t);
      this.#atLast[cell] = command(t);
      if (this.#spikes[cell] === 0) this.#atFirst[cell] = this.#atLast[cell];
      this.#spikes[cell] = (this.#spikes[cell] as number) + 1;
      this.#last[cell] = t;
      if ((this.#spikes[cell] as number) >= this.#options.spikes) recruitment[cell] = this.#atFirst[cell] as number;
    }
    for (let cell = 0; cell < recruitment.length; cell++) this.#stop(cell, until);
  }

  /** Ends a cell's run where no spike up to t can belong to it. */
  #stop(cell: number, t: number): void {
    const { spikes, maxInterval } = this.#options;
    const count = this.#spikes[cell] as number;
    if (count === 0 || isWithin(t, this.#last[cell] as number, maxInterval)) return;
    if (count >= spikes) this.derecruitment[cell] = this.#atLast[cell] as number;
    this.#spikes[cell] = 0;
  }
}
