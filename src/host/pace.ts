/** Wall time that one submit should take: short enough for watchdogs, progress and interrupts, long enough to be worth its cost (states are
 * copied once for each, and a block that it cuts short moves them once more: 80,000 motor neurons took 1.4 times as long in submits of
 * 50 ms as in ones of 200). Where a page may be drawn by the same device or waits for an answer, it is shorter. */
const TARGET_MS = "location" in globalThis ? 50 : 200;

/** Weight of the past from one measurement to the next. */
const KEEP = 0.9;
/** How far the sizes of submits must have differed, relative to their mean, to tell a fixed cost from one per step. */
const SPREAD = 0.1;

/** How many steps to ask an engine for at a time, from how long the last ones took. A submit also costs what does not depend on
 * its steps (readback, a page that draws, a busy machine); the steps get at least as much time as that, or shorter and shorter
 * submits would do nothing else. */
export class Pace {
  #steps: number;
  /** decaying sums of 1, steps, ms, steps^2 and steps ms. */
  #sums: readonly number[] = [0, 0, 0, 0, 0];
  /** ms of a submit without steps, at most four times the target or, if longer, the round trip. */
  #fixed: number;
  #perStep = 0;
  readonly #block: number;
  readonly #roundTrip: number;
  readonly #most: number;
  readonly #target: number;
  /** ms of the last two submits; the first of all also compiles. */
  #lately: readonly number[] = [];
  #woken: number | undefined;

  /** @param block  longest block: above it, whole blocks are asked for
   * @param most   steps of the longest submit that the engine can make
   * @param roundTrip  ms that an empty submit takes: no step's work, however long
   * @param first  steps to begin with, where a step may be long
   * @param target  ms that a submit should take */
  constructor(block: number, most: number, roundTrip = 0, first = Math.max(block, 400), target = TARGET_MS) {
    this.#target = target;
    this.#roundTrip = roundTrip;
    this.#fixed = roundTrip;
    this.#block = block;
    this.#most = most;
    this.#steps = Math.min(most, first);
  }

  get steps(): number {
    return this.#steps;
  }

  /** Sleeps for most of the time that steps should still take: Dawn in Node polls without rest while a promise of the device is
   * pending, at the expense of a software adapter's threads. */
  async rest(steps: number, begun: number): Promise<void> {
    const ms = begun + this.restOf(steps) - performance.now();
    if (ms >= 1) await new Promise((resume) => setTimeout(resume, ms));
    this.#woken = performance.now();
  }

  /** ms of work that may be slept through. What steps should take is a guess, and a compiler's ten seconds in a submit of one step
   * would make it hours: no longer than the last two submits took, and nothing before there were two. */
  restOf(steps: number): number {
    if (this.#lately.length < 2) return 0;
    return 0.7 * Math.min(this.#fixed + this.#perStep * steps, Math.max(2 * this.#target, Math.min(...this.#lately)));
  }

  /** Takes over how long steps took that have just been finished. @returns the time now */
  finished(steps: number, begun: number): number {
    const now = performance.now();
    // done before the rest was over: how long before is not known, so the next rest is shorter
    const early = this.#woken !== undefined && now - this.#woken < 0.5;
    this.measured(steps, (early ? 0.8 : 1) * (now - begun));
    return now;
  }

  /** Follows a measurement by at most a factor of 2: one slow submit (the first, a busy machine) says little. */
  measured(steps: number, ms: number): void {
    if (steps < 1) return;
    if (this.#lately.length === 1) this.#sums = [0, 0, 0, 0, 0];
    this.#lately = [...this.#lately.slice(-1), ms];
    const { fixed, perStep } = this.#costs(steps, ms);
    this.#perStep = perStep;
    const ideal = Math.max(this.#target - fixed, fixed) / perStep;
    const bounded = Math.min(this.#most, 2 * this.#steps, Math.max(ideal, this.#steps / 2));
    const unit = bounded > this.#block ? this.#block : 1;
    this.#steps = Math.max(1, Math.min(this.#most, unit * Math.round(bounded / unit)));
  }

  /** ms of a submit without steps (at most four times the target) and of a step: a straight line through the last
   * measurements where their sizes differ, else what was known of the first. */
  #costs(steps: number, ms: number): { fixed: number; perStep: number } {
    const now = [1, steps, ms, steps ** 2, steps * ms];
    this.#sums = this.#sums.map((sum, k) => KEEP * sum + (now[k] as number));
    const [n, s, m, ss, sm] = this.#sums as [number, number, number, number, number];
    const [meanSteps, meanMs] = [s / n, m / n];
    const variance = ss / n - meanSteps ** 2;
    if (variance > (SPREAD * meanSteps) ** 2) {
      const slope = Math.max(0, (sm / n - meanSteps * meanMs) / variance);
      this.#fixed = Math.min(Math.max(4 * this.#target, this.#roundTrip), Math.max(0, meanMs - slope * meanSteps));
    }
    return { fixed: this.#fixed, perStep: Math.max(meanMs - this.#fixed, 0.05 * meanMs, 1e-3) / meanSteps };
  }
}
