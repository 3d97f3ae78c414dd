import { DeviceError } from "../../src/errors.ts";
import { openDevice } from "../../src/node.ts";

/** A device, or an error: a GPU test runs or fails. */
export async function openTestDevice(): Promise<GPUDevice> {
  const opened = await openDevice();
  if (opened === undefined)
    throw new DeviceError("adapter", "none was found", "Install mesa-vulkan-drivers 25 or later");
  return opened.device;
}

export async function closeTestDevice(device: GPUDevice): Promise<void> {
  await device.queue.onSubmittedWorkDone();
  device.destroy();
}
