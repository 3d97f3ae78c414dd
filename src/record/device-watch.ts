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
  #reject: (error: DeviceError) => void = () => undefined;
  /** Rejects when the device is lost; never resolves. */
  readonly #lost: Promise<never>;
  #closed = false;

  constructor(device: GPUDevice) {
    this.#device = device;
    device.addEventListener("uncapturederror", this.#listener);
    this.#lost = new Promise<never>((_, reject) => (this.#reject = reject));
    this.#lost.catch(() => undefined); // seen through `guard`, or of no interest any more
    void device.lost.then(({ message, reason }) => {
      if (this.#closed) return;
      this.#failure ??= new DeviceError(
        "device",
        `was lost (${reason}${message ? `: ${message}` : ""})`,
        "Run again; with --resume a run goes on from its last checkpoint",
      );
      this.#reject(this.#failure);
    });
  }

  /** The work's result, or the device's failure, whichever comes first. */
  async guard<T>(work: Promise<T>): Promise<T> {
    const result = await Promise.race([work, this.#lost]);
    if (this.#failure !== undefined) throw this.#failure;
    return result;
  }

  close(): void {
    this.#closed = true;
    this.#device.removeEventListener("uncapturederror", this.#listener);
  }
}
