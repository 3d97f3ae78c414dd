import { DataError, DeviceError } from "./errors.ts";
import type { Files, Hdf5Folder } from "./storage/files.ts";
import { MemoryFiles, virtualHdf5 } from "./storage/memory-files.ts";
import { infoOf, maximumLimits, type AdapterInfo, type OpenDevice, type OpenDeviceOptions } from "./run/open-device.ts";

export * from "./index.ts";
export type { AdapterInfo, OpenDevice, OpenDeviceOptions } from "./run/open-device.ts";

const REASON = "the browser's adapter";

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

/** The one adapter that a browser offers, or none. */
export async function adapters(): Promise<AdapterInfo[]> {
  const adapter = await requestAdapter();
  return adapter === undefined ? [] : [infoOf(adapter, REASON)];
}

async function requestAdapter(): Promise<GPUAdapter | undefined> {
  const gpu = (navigator as Partial<Navigator>).gpu; // undefined outside of secure contexts
  return (await gpu?.requestAdapter({ powerPreference: "high-performance" })) ?? undefined;
}

/** A folder of the page's private file system, or one in memory where there is none. */
export async function openFolder(path: string): Promise<Files> {
  const storage = (navigator as Partial<Navigator>).storage;
  if (storage?.getDirectory === undefined) return new MemoryFiles(path);
  let folder = await storage.getDirectory();
  for (const part of path.split("/").filter(Boolean)) folder = await folder.getDirectoryHandle(part, { create: true });
  return new PrivateFolder(path, folder);
}

class PrivateFolder implements Files {
  readonly where: string;
  readonly #folder: FileSystemDirectoryHandle;

  constructor(where: string, folder: FileSystemDirectoryHandle) {
    this.where = where;
    this.#folder = folder;
  }

  async prepare(): Promise<void> {}

  async read(name: string): Promise<Uint8Array> {
    try {
      const file = await (await this.#folder.getFileHandle(name)).getFile();
      return new Uint8Array(await file.arrayBuffer());
    } catch (error) {
      throw new DataError(`${this.where}/${name}`, `cannot be read (${(error as Error).message})`, "Check the folder");
    }
  }

  /** A writable stream writes to a copy, which replaces the file when it is closed. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const stream = await (await this.#folder.getFileHandle(name, { create: true })).createWritable();
    await stream.write(bytes as Uint8Array<ArrayBuffer>);
    await stream.close();
  }

  async remove(name: string): Promise<void> {
    if (await this.exists(name)) await this.#folder.removeEntry(name);
  }

  async list(): Promise<string[]> {
    const names: string[] = [];
    for await (const name of (this.#folder as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
    return names.sort();
  }

  async exists(name: string): Promise<boolean> {
    return (await this.list()).includes(name);
  }

  readonly hdf5 = (): Promise<Hdf5Folder> => virtualHdf5(this);
}
