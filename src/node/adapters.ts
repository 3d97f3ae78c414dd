import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DeviceError } from "../errors.ts";
import {
  infoOf,
  maximumLimits,
  type AdapterInfo,
  type OpenDevice,
  type OpenDeviceOptions,
} from "../run/open-device.ts";
import { quietly, type Quiet } from "./quiet.ts";

/** Ways to find an adapter, in the order in which they are tried. */
const LAVAPIPE_FOLDER = "/usr/share/vulkan/icd.d";
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

interface Way {
  readonly reason: string;
  readonly driver?: string; // VK_ICD_FILENAMES
}

/** The runtime's own WebGPU: Deno has one (wgpu), Node has none and takes Dawn from the optional package. */
const own = (globalThis.navigator as Partial<Navigator> | undefined)?.gpu;

function ways(): Way[] {
  if (own !== undefined) return [{ reason: "the runtime's own WebGPU" }];
  const found: Way[] = [{ reason: "the system's default adapter" }];
  if (process.platform !== "linux") return found;
  const drivers = existsSync(LAVAPIPE_FOLDER) ? readdirSync(LAVAPIPE_FOLDER).sort() : [];
  for (const file of drivers.filter((name) => /^lvp_icd.*\.json$/.test(name))) {
    found.push({ reason: "no default adapter: Mesa's software adapter lavapipe", driver: join(LAVAPIPE_FOLDER, file) });
  }
  if (existsSync(SWIFTSHADER)) {
    found.push({ reason: "no default adapter: Chromium's software adapter SwiftShader", driver: SWIFTSHADER });
  }
  return found;
}

/** Results of `create()` by driver. The only module-level GPU objects: dropping one while a device lives aborts the
 * process (webgpu 0.6.2), so they are kept for ever. */
const instances = new Map<string, GPU>();

/** The runtime's entry point, or Dawn's, or undefined where the optional package `webgpu` is not installed. */
async function instance(driver: string | undefined, quiet: Quiet): Promise<GPU | undefined> {
  if (own !== undefined) return own;
  const key = driver ?? "";
  const kept = instances.get(key);
  if (kept !== undefined) return kept;
  let dawn: typeof import("webgpu");
  try {
    dawn = await import("webgpu");
  } catch {
    return undefined;
  }
  Object.assign(globalThis, dawn.globals); // GPUBufferUsage and its like, as browsers have them
  if (driver !== undefined) process.env["VK_ICD_FILENAMES"] = driver;
  const gpu = quiet(() => dawn.create([]));
  instances.set(key, gpu);
  return gpu;
}

/** The adapters of the first way that leads to one, or of every way with `all`. */
async function* search(all: boolean): AsyncGenerator<{ adapter: GPUAdapter; way: Way }> {
  const preset = process.env["VK_ICD_FILENAMES"]; // set by the user: what is found then is "default"
  const quiet: Quiet = own === undefined ? await quietly() : (call) => call(); // Dawn prints warnings
  for (const way of preset === undefined ? ways() : ways().slice(0, 1)) {
    try {
      const gpu = await instance(way.driver, quiet);
      const adapter = await quiet(() => gpu?.requestAdapter({ powerPreference: "high-performance" }));
      if (adapter) yield { adapter, way };
      if (adapter && !all) return;
    } finally {
      if (preset === undefined) delete process.env["VK_ICD_FILENAMES"];
    }
  }
}

/** Opens a device with the adapter's largest limits. The caller destroys it. Undefined when there is no adapter: the
 * reference engine then does the same, slower.
 * @throws DeviceError when `adapter` is given and none matches, or the adapter gives no device */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<OpenDevice | undefined> {
  const wanted = options.adapter?.toLowerCase();
  const seen: string[] = [];
  for await (const { adapter, way } of search(wanted !== undefined)) {
    const info = infoOf(adapter, way.reason);
    seen.push(info.description);
    if (
      wanted !== undefined &&
      !`${info.description} ${info.vendor} ${info.architecture}`.toLowerCase().includes(wanted)
    )
      continue;
    const device = await adapter.requestDevice({ label: "hillock", ...maximumLimits(adapter) });
    return { device, info, reason: way.reason };
  }
  if (wanted === undefined) return undefined;
  throw new DeviceError(
    `adapter "${options.adapter}"`,
    "was not found",
    `Found: ${seen.join(", ") || "none"}. See "hillock devices"`,
  );
}

/** All adapters that can be found, in the order of preference; the first is what `openDevice()` takes. */
export async function adapters(): Promise<AdapterInfo[]> {
  const found: AdapterInfo[] = [];
  for await (const { adapter, way } of search(true)) {
    const info = infoOf(adapter, way.reason);
    const known = found.some(
      (other) => other.description === info.description && other.architecture === info.architecture,
    );
    if (!known) found.push(info);
  }
  return found;
}
