/// <reference types="@webgpu/types" preserve="true" />
import { linkKernel } from "../compile/link.ts";
import { DeviceError } from "../errors.ts";

type Access = "uniform" | "dynamic" | "read" | "read_write";

/** One kernel, one row: its file in shaders/, its bindings in order. `dynamic` is a record (of the block, or of a training step) at a dynamic offset. */
export const KERNELS = {
  begin: { block: "dynamic", log: "read_write", positions: "read" },
  drive: { block: "dynamic", shape: "uniform", sources: "read_write", sums: "read", rates: "read", log: "read_write" },
  deliver: { block: "dynamic", shape: "uniform", log: "read_write", positions: "read_write", rows: "read", links: "read", scales: "read", releases: "read", acc: "read_write" },
  regenerate: { block: "dynamic", shape: "uniform", log: "read_write", positions: "read_write", table: "read", scales: "read", acc: "read_write" },
  chain: { block: "dynamic", shape: "uniform", log: "read_write", positions: "read", ends: "read_write" },
  release: { block: "dynamic", shape: "uniform", log: "read_write", positions: "read", ends: "read", params: "read", states: "read_write", releases: "read_write" },
  mark: { block: "dynamic", shape: "uniform", log: "read_write", positions: "read_write", history: "read_write" },
  learn: { block: "dynamic", shape: "uniform", log: "read_write", table: "read", params: "read", states: "read_write", history: "read", feed: "read", record_of: "read_write", acc: "read_write" },
  learn_post: { block: "dynamic", shape: "uniform", log: "read_write", table: "read", params: "read", states: "read_write", history: "read", positions: "read", records: "read", record_of: "read" },
  weigh: { block: "dynamic", shape: "uniform", states: "read", links: "read", samples: "read_write" },
  ports: { block: "dynamic", shape: "uniform", flag: "read", data: "read", links: "read", scales: "read", acc: "read_write" },
  given: { block: "dynamic", shape: "uniform", flag: "read", events: "read", scales: "read", acc: "read_write" },
  integrate: { block: "dynamic", shape: "uniform", state: "read_write", params: "read", table: "read", acc: "read", log: "read_write", clamps: "read", traces: "read_write", exposed: "read_write" },
  integrate_tree: { block: "dynamic", shape: "uniform", rows: "read_write", gates: "read_write", params: "read", table: "read", acc: "read", log: "read_write", clamps: "read", traces: "read_write" },
  detect_first: { block: "dynamic", shape: "uniform", state: "read_write", params: "read", table: "read", acc: "read", log: "read_write", clamps: "read", traces: "read_write" },
  detect_tree_first: { block: "dynamic", shape: "uniform", rows: "read_write", gates: "read_write", params: "read", table: "read", acc: "read", log: "read_write", clamps: "read", traces: "read_write" },
  read_out: { block: "dynamic", shape: "uniform", log: "read_write", states: "read_write", exposed: "read_write", setting: "read", clamps: "read" },
  rls_gain: { block: "dynamic", shape: "uniform", log: "read_write", states: "read_write", exposed: "read_write", setting: "read", clamps: "read" },
  rls_learn: { block: "dynamic", shape: "uniform", log: "read_write", states: "read_write", exposed: "read_write", setting: "read", clamps: "read" },
  rls_shrink: { block: "dynamic", shape: "uniform", log: "read_write", states: "read_write", exposed: "read_write", setting: "read", clamps: "read" },
  sample_shown: { block: "dynamic", shape: "uniform", exposed: "read", columns: "read", samples: "read_write" },
  train_step: { P: "read_write", U: "read_write", w: "read_write", links: "read", state: "read_write", inputs: "read", slots: "read", record: "read_write", span: "uniform", step: "dynamic" },
} as const satisfies Record<string, Record<string, Access>>; // prettier-ignore

export type KernelName = keyof typeof KERNELS;

/** Bytes of the longest record at a dynamic offset, and the distance between records (a multiple of 256 suits every adapter). */
export const RECORD_BYTES = 40;
export const BLOCK_STRIDE = 256;

export interface Kernel<K extends KernelName = KernelName> {
  readonly name: K;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

export interface KernelOptions {
  /** text of the virtual module `model`, for kernels that import it. */
  readonly model?: string;
  /** the override WORKGROUP_SIZE. */
  readonly workgroupSize?: number;
  readonly label?: string;
}

/** Pipelines of one device; populations with the same equations share one. */
export class Kernels {
  readonly #device: GPUDevice;
  readonly #made = new Map<string, Promise<Kernel>>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  make<K extends KernelName>(name: K, options: KernelOptions = {}): Promise<Kernel<K>> {
    const key = `${name} ${options.workgroupSize} ${options.model ?? ""}`;
    const known = this.#made.get(key) as Promise<Kernel<K>> | undefined;
    if (known !== undefined) return known;
    const made = makeKernel(this.#device, name, options);
    this.#made.set(key, made as Promise<Kernel>);
    return made;
  }
}

/** Makes a kernel's pipeline. Bindings that the text does not use may be bound all the same.
 * @throws DeviceError with the kernel's label when the device refuses it */
async function makeKernel<K extends KernelName>(
  device: GPUDevice,
  name: K,
  options: KernelOptions,
): Promise<Kernel<K>> {
  const label = options.label ?? name;
  const code = await linkKernel(name, options.model);
  const layout = device.createBindGroupLayout({
    label,
    entries: Object.values(KERNELS[name] as Record<string, Access>).map((access, binding) => ({
      binding,
      visibility: 4, // GPUShaderStage.COMPUTE
      buffer: bufferLayout(access),
    })),
  });
  const constants =
    options.workgroupSize !== undefined && name !== "begin" ? { WORKGROUP_SIZE: options.workgroupSize } : {};
  const module = device.createShaderModule({ label, code });
  try {
    const pipeline = await device.createComputePipelineAsync({
      label,
      layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: name, constants },
    });
    return { name, pipeline, layout };
  } catch (error) {
    const { messages } = await module.getCompilationInfo();
    const lines = messages
      .filter((m) => m.type === "error")
      .map((m) => `${m.message} in "${code.split("\n")[m.lineNum - 1]?.trim()}"`);
    const problem = lines.length > 0 ? lines.join("; ") : String(error instanceof Error ? error.message : error).trim();
    throw new DeviceError(`kernel ${label}`, problem, "Try another adapter (hillock devices), or --engine reference");
  }
}

function bufferLayout(access: Access): GPUBufferBindingLayout {
  if (access === "dynamic") return { type: "uniform", hasDynamicOffset: true, minBindingSize: RECORD_BYTES };
  if (access === "uniform") return { type: "uniform" };
  return { type: access === "read" ? "read-only-storage" : "storage" };
}

export type Bindings<K extends KernelName> = Readonly<Record<keyof (typeof KERNELS)[K], GPUBuffer>>;

export function bind<K extends KernelName>(device: GPUDevice, kernel: Kernel<K>, buffers: Bindings<K>): GPUBindGroup {
  const kinds = KERNELS[kernel.name] as Record<string, Access>;
  return device.createBindGroup({
    label: kernel.name,
    layout: kernel.layout,
    entries: Object.entries(kinds).map(([name, access], binding) => {
      const buffer = (buffers as Readonly<Record<string, GPUBuffer>>)[name] as GPUBuffer;
      return { binding, resource: access === "dynamic" ? { buffer, size: RECORD_BYTES } : { buffer } };
    }),
  });
}

/** Workgroups of a dispatch of `threads` invocations: kernels recover the index as x + y * groups.x * size. */
export function workgroups(threads: number, size: number, limit = 65535): [number, number] {
  const all = Math.max(1, Math.ceil(threads / size));
  if (all <= limit) return [all, 1];
  const y = Math.ceil(all / limit);
  return [Math.ceil(all / y), y];
}
