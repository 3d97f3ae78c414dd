import { DeviceError } from "../../src/errors.ts";
import { openDevice } from "../../src/node.ts";

/** The device of one test file. `use` wraps work in error scopes, so that a validation error fails the test that made it. */
export interface TestDevice {
  readonly device: GPUDevice;
  use<T>(work: (device: GPUDevice) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A device, or an error: a GPU test runs or fails. `openDevice` keeps the process's one `create()`.
 * @throws DeviceError that says how to get an adapter */
export async function openTestDevice(): Promise<TestDevice> {
  const opened = await openDevice();
  if (opened === undefined) {
    throw new DeviceError(
      "GPU tests",
      "found no WebGPU adapter",
      "Install a software adapter: sh scripts/setup-adapter.sh (Debian: mesa-vulkan-drivers 25 or later), then see hillock devices",
    );
  }
  const { device } = opened;
  const uncaptured: string[] = [];
  device.addEventListener("uncapturederror", (event) => uncaptured.push(event.error.message));
  return {
    device,
    async use(work) {
      device.pushErrorScope("out-of-memory");
      device.pushErrorScope("validation");
      try {
        return await work(device);
      } finally {
        const errors = [await device.popErrorScope(), await device.popErrorScope()].flatMap((e) => e?.message ?? []);
        const all = [...errors, ...uncaptured.splice(0)];
        if (all.length > 0) throw new DeviceError("test", all.join("; "), "A kernel or a call of the engine is wrong");
      }
    },
    async close() {
      await device.queue.onSubmittedWorkDone();
      device.destroy();
    },
  };
}
