import { REASON, requestAdapter } from "./browser/adapter.ts";
import { pageThreads } from "./browser/threads.ts";
import { DeviceError } from "./errors.ts";
import { offerThreads } from "./host/threads.ts";
import type { Files } from "./storage/files.ts";
import { MemoryFiles } from "./storage/memory-files.ts";
import { PrivateFolder } from "./storage/private-folder.ts";
import { infoOf, maximumLimits, type OpenDevice, type OpenDeviceOptions } from "./run/open-device.ts";

export * from "./index.ts";
export { adapters } from "./browser/adapter.ts";
export type { AdapterInfo, OpenDevice, OpenDeviceOptions } from "./run/open-device.ts";

offerThreads(pageThreads());

/** Opens a device with the adapter's largest limits. The caller destroys it. Undefined when the browser has no WebGPU or
 * no adapter: the reference engine then does the same, slower.
 * @throws DeviceError when `adapter` is given and does not match */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<OpenDevice | undefined> {
  const adapter = await requestAdapter();
  if (adapter === undefined) return undefined;
  const info = infoOf(adapter, REASON);
  const wanted = options.adapter?.toLowerCase();
  if (
    wanted !== undefined &&
    !`${info.description} ${info.vendor} ${info.architecture}`.toLowerCase().includes(wanted)
  ) {
    throw new DeviceError(`adapter "${options.adapter}"`, "was not found", `This browser offers ${info.description}`);
  }
  const device = await adapter.requestDevice({ label: "hillock", ...maximumLimits(adapter) });
  return { device, info, reason: REASON };
}

/** A folder of the page's private file system, or one in memory where there is none. */
export async function openFolder(path: string): Promise<Files> {
  const storage = (navigator as Partial<Navigator>).storage;
  if (storage?.getDirectory === undefined) return new MemoryFiles(path);
  let folder = await storage.getDirectory();
  for (const part of path.split("/").filter(Boolean)) folder = await folder.getDirectoryHandle(part, { create: true });
  return new PrivateFolder(path, folder);
}
