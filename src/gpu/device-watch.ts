/// <reference types="@webgpu/types" preserve="true" />
import { DeviceError } from "../errors.ts";

/** Turns what a device reports outside of any call (uncaptured errors, loss) into a failure of the run that uses it. */
export class DeviceWatch {
  #failure: DeviceError | undefined;
  readonly #device: GPUDevice;
  readonly #listener = (event: GPUUncapturedErrorEvent): void => {
    this.#failure ??= new DeviceError(
      "device",
      `reported: ${event.error.message}`,
      "Please report this with the network that caused it",
    );
  };
  /** Rejections of the work under way. Not one Promise.race against the loss: that promise, which lives as long as the
   * device, would keep every result ever raced with it. */
  readonly #waiting = new Set<(error: DeviceError) => void>();
  #closed = false;

  constructor(device: GPUDevice) {
    this.#device = device;
    device.addEventListener("uncapturederror", this.#listener);
    void device.lost.then(({ message, reason }) => {
      if (this.#closed) return;
      this.#failure ??= new DeviceError(
        "device",
        `was lost (${reason}${message ? `: ${message}` : ""})`,
        "Run again; with --resume a run goes on from its last checkpoint",
      );
      for (const reject of this.#waiting) reject(this.#failure);
    });
  }

  /** What was reported so far. */
  get failure(): DeviceError | undefined {
    return this.#failure;
  }

  /** The work's result, or the device's failure, whichever comes first. */
  async guard<T>(work: Promise<T>): Promise<T> {
    const result = await new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      work.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
    if (this.#failure !== undefined) throw this.#failure;
    return result;
  }

  close(): void {
    this.#closed = true;
    this.#device.removeEventListener("uncapturederror", this.#listener);
  }
}
