/** Keeps model time in step with the clock where the device is fast enough, and measures how fast it is. */
export class Pace {
  /** model time per time; Infinity: as fast as it goes. */
  speed = 1;
  paused = false;
  #anchor: { wall: number; model: number } | undefined;
  #seen: { wall: number; model: number }[] = [];

  /** Waits until model time `t` (ms) is due, while paused, and while the page is hidden. */
  async until(t: number): Promise<void> {
    while (this.paused || document.hidden) {
      this.#anchor = undefined;
      this.#seen = [];
      await later(50);
    }
    const now = performance.now();
    this.#seen.push({ wall: now, model: t });
    while (this.#seen.length > 2 && now - (this.#seen[1]?.wall ?? now) > 1000) this.#seen.shift();
    if (this.#anchor === undefined) this.#anchor = { wall: now, model: t };
    const ahead = (t - this.#anchor.model) / this.speed - (now - this.#anchor.wall);
    if (ahead > 2) await later(Math.min(ahead, 1000));
    else if (ahead < -100) this.#anchor = undefined; // too slow: do not hurry later to make up for it
  }

  /** After the speed was set. */
  again(): void {
    this.#anchor = undefined;
  }

  /** Model time per time over the last second. */
  get measured(): number {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    if (first === undefined || last === undefined || last.wall <= first.wall) return 0;
    return (last.model - first.model) / (last.wall - first.wall);
  }
}

const later = (delay: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay));
