/** Part of the engine's time that drawing may take while a simulation runs beside it. */
const SHARE = 0.2;
/** Where the reader wants less motion, pictures stand still in between. */
const CALM_MS = 1000;

/** When to draw next: as often as the screen and the reader want, but never so often that the simulation starves. A raster costs
 * more the fuller its window is, and on a software adapter the same processor computes and draws. */
export class DrawingBudget {
  readonly #least: number;
  #next = 0;
  #measuring = false;

  /** @param least  ms between two drawings at least
   * @param calm   draw rarely: prefers-reduced-motion */
  constructor(least: number, calm: boolean) {
    this.#least = calm ? CALM_MS : least;
  }

  due(now: number): boolean {
    return now >= this.#next && !this.#measuring;
  }

  /** Sets the time of the next drawing, from what one cost. */
  spent(now: number, cost: number): void {
    this.#next = now + Math.max(this.#least - cost, cost / SHARE - cost);
  }

  /** Draws, and measures how long that takes: on a device, from the end of what was submitted before. */
  async draw(queue: GPUQueue | undefined, drawing: () => void): Promise<void> {
    this.#measuring = true;
    try {
      let free = Infinity;
      const before = queue?.onSubmittedWorkDone().then(() => (free = performance.now()));
      const began = performance.now();
      drawing();
      const called = performance.now() - began;
      await queue?.onSubmittedWorkDone();
      await before;
      const now = performance.now();
      this.spent(now, queue === undefined ? called : Math.max(called, now - Math.max(free, began)));
    } finally {
      this.#measuring = false;
    }
  }
}
