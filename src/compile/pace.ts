/** Wall time that one submit should take: short enough for watchdogs, progress and interrupts, long enough to be worth its cost. */
const TARGET_MS = 50;

/** How many steps to ask an engine for at a time, from how long the last ones took. */
export class Pace {
  #steps: number;
  readonly #block: number;
  readonly #most: number;

  /** @param block  longest block: above it, whole blocks are asked for
   * @param most   steps of the longest submit that the engine can make */
  constructor(block: number, most: number) {
    this.#block = block;
    this.#most = most;
    this.#steps = Math.min(most, Math.max(block, 400));
  }

  get steps(): number {
    return this.#steps;
  }

  /** Follows a measurement by at most a factor of 2: one slow submit (the first, a busy machine) says little. */
  measured(steps: number, ms: number): void {
    if (steps < 1) return;
    const ideal = (steps * TARGET_MS) / Math.max(0.1, ms);
    const bounded = Math.min(this.#most, 2 * this.#steps, Math.max(ideal, this.#steps / 2));
    const unit = bounded > this.#block ? this.#block : 1;
    this.#steps = Math.max(1, Math.min(this.#most, unit * Math.round(bounded / unit)));
  }
}
