import type { Pacing } from "./protocol.ts";

/** Keeps model time in step with the clock where the engine is fast enough, and measures how fast it is. */
export class Pace {
  #pacing: Pacing = { speed: 1, paused: false, hidden: false };
  #steps = 0; // single pieces asked for while paused
  #anchor: { wall: number; model: number } | undefined;
  #seen: { wall: number; model: number }[] = [];

  /** model time per time; large: as fast as it goes. */
  get speed(): number {
    return this.#pacing.speed;
  }
  get paused(): boolean {
    return this.#pacing.paused;
  }

  set pacing(pacing: Pacing) {
    if (!pacing.paused) this.#steps = 0;
    this.#pacing = pacing;
    this.#anchor = undefined;
  }

  /** Lets one piece pass while paused. */
  step(): void {
    if (this.paused) this.#steps++;
  }

  /** Waits until model time `t` (ms) is due, while paused, and while the page is hidden.
   * @param interrupted  something else is to be done first: ends the wait of a pause
   * @returns whether the piece that follows was asked for by step() */
  async until(t: number, interrupted: () => boolean = () => false): Promise<boolean> {
    while ((this.#pacing.paused || this.#pacing.hidden) && !interrupted()) {
      this.#anchor = undefined;
      this.#seen = [];
      if (this.#steps > 0) {
        this.#steps--;
        return true;
      }
      await later(50);
    }
    const now = performance.now();
    this.#seen.push({ wall: now, model: t });
    while (this.#seen.length > 2 && now - (this.#seen[1]?.wall ?? now) > 1000) this.#seen.shift();
    if (this.#anchor === undefined) this.#anchor = { wall: now, model: t };
    const ahead = (t - this.#anchor.model) / this.speed - (now - this.#anchor.wall);
    if (ahead > 2) await later(Math.min(ahead, 1000));
    else if (ahead < -100) this.#anchor = undefined; // too slow: do not hurry later to make up for it
    return false;
  }

  /** Model time per time over the last second. */
  get measured(): number {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    if (first === undefined || last === undefined || last.wall <= first.wall) return 0;
    return (last.model - first.model) / (last.wall - first.wall);
  }
}

const later = (delay: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay));
