/** Above this an empty round trip is not the device's, but the browser's way of looking for finished work. */
const SLOW_MS = 20;
/** Between two empty submits while one waits; browsers' timers fire no sooner. */
const ASK_EVERY_MS = 4;
const TRIPS = 2;

/** How a device tells that it has finished, and how long that takes when there was nothing to do. Dawn tells by itself, below
 * a millisecond. wgpu (Firefox, Deno) looks every 100 ms, or whenever something is submitted: there empty submits ask while
 * one waits, and the rest is known to be no work. */
export class RoundTrip {
  /** of an empty submit, waited for as `wait` does, ms. */
  readonly ms: number;
  readonly #asks: boolean;
  readonly #queue: GPUQueue;

  private constructor(queue: GPUQueue, asks: boolean, ms: number) {
    [this.#queue, this.#asks, this.ms] = [queue, asks, ms];
  }

  /** Call with nothing else in flight. */
  static async measure({ queue }: GPUDevice): Promise<RoundTrip> {
    const plain = await shortest(new RoundTrip(queue, false, 0));
    if (plain <= SLOW_MS) return new RoundTrip(queue, false, plain);
    const asked = await shortest(new RoundTrip(queue, true, 0));
    return asked < plain ? new RoundTrip(queue, true, asked) : new RoundTrip(queue, false, plain);
  }

  /** Waits for a promise of the device that submitted work will fulfil. */
  async wait<T>(pending: Promise<T>): Promise<T> {
    if (!this.#asks) return pending;
    const asking = setInterval(() => this.#queue.submit([]), ASK_EVERY_MS);
    try {
      return await pending;
    } finally {
      clearInterval(asking);
    }
  }

  async empty(): Promise<number> {
    const began = performance.now();
    this.#queue.submit([]);
    await this.wait(this.#queue.onSubmittedWorkDone());
    return performance.now() - began;
  }
}

async function shortest(trip: RoundTrip): Promise<number> {
  let least = Infinity;
  for (let k = 0; k < TRIPS; k++) least = Math.min(least, await trip.empty());
  return least;
}
