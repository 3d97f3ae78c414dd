/// <reference types="@webgpu/types" preserve="true" />
import { linkKernel } from "./link.ts";
import { DeviceError } from "../errors.ts";
import { isSoftware } from "./adapter.ts";

type Access = "uniform" | "record" | "read" | "read_write";

/** One kernel, one row: its file in shaders/, its bindings in order. A `record` (of the block, or of a training step) is alone in group 1 and differs from dispatch
 * to dispatch; the others keep their numbers in group 0. */
const KERNELS = {
  begin: { block: "record", log: "read_write", positions: "read" },
  drive: { block: "record", shape: "uniform", sources: "read_write", sums: "read", rates: "read", log: "read_write" },
  deliver: { block: "record", shape: "uniform", log: "read_write", positions: "read_write", rows: "read", links: "read", scales: "read", releases: "read", acc: "read_write" },
  regenerate: { block: "record", shape: "uniform", log: "read_write", positions: "read_write", table: "read", scales: "read", acc: "read_write" },
  chain: { block: "record", shape: "uniform", log: "read_write", positions: "read", ends: "read_write" },
  release: { block: "record", shape: "uniform", log: "read_write", positions: "read", ends: "read", params: "read", states: "read_write", releases: "read_write" },
  mark: { block: "record", shape: "uniform", log: "read_write", positions: "read_write", history: "read_write" },
  learn: { block: "record", shape: "uniform", log: "read_write", table: "read", params: "read", states: "read_write", history: "read", feed: "read", record_of: "read_write", acc: "read_write" },
  learn_post: { block: "record", shape: "uniform", log: "read_write", table: "read", params: "read", states: "read_write", history: "read", positions: "read", records: "read", record_of: "read" },
  weigh: { block: "record", shape: "uniform", states: "read", links: "read", samples: "read_write" },
  ports: { block: "record", shape: "uniform", flag: "read", data: "read", links: "read", scales: "read", acc: "read_write" },
  given: { block: "record", shape: "uniform", flag: "read", events: "read", scales: "read", acc: "read_write" },
  integrate: { block: "record", shape: "uniform", state: "read_write", params: "read", table: "read", acc: "read", log: "read_write", clamps: "read", traces: "read_write", exposed: "read_write" },
  integrate_tree: { block: "record", shape: "uniform", rows: "read_write", gates: "read_write", params: "read", table: "read", acc: "read", log: "read_write", clamps: "read", traces: "read_write" },
  detect_first: { block: "record", shape: "uniform", state: "read_write", params: "read", table: "read", acc: "read", log: "read_write", clamps: "read", traces: "read_write" },
  detect_tree_first: { block: "record", shape: "uniform", rows: "read_write", gates: "read_write", params: "read", table: "read", acc: "read", log: "read_write", clamps: "read", traces: "read_write" },
  read_out: { block: "record", shape: "uniform", log: "read_write", states: "read_write", exposed: "read_write", setting: "read", clamps: "read" },
  rls_gain: { block: "record", shape: "uniform", log: "read_write", states: "read_write", exposed: "read_write", setting: "read", clamps: "read" },
  rls_learn: { block: "record", shape: "uniform", log: "read_write", states: "read_write", exposed: "read_write", setting: "read", clamps: "read" },
  rls_shrink: { block: "record", shape: "uniform", log: "read_write", states: "read_write", exposed: "read_write", setting: "read", clamps: "read" },
  sample_shown: { block: "record", shape: "uniform", exposed: "read", columns: "read", samples: "read_write" },
  train_step: { P: "read_write", U: "read_write", w: "read_write", links: "read", state: "read_write", inputs: "read", slots: "read", record: "read_write", span: "uniform", step: "record" },
} as const satisfies Record<string, Record<string, Access>>; // prettier-ignore

export type KernelName = keyof typeof KERNELS;

/** Bytes of the longest record, and the distance between records (a multiple of 256 suits every adapter). */
const RECORD_BYTES = 40;
export const BLOCK_STRIDE = 256;

const COMPUTE = 4; // GPUShaderStage.COMPUTE
const TYPES = { uniform: "uniform", read: "read-only-storage", read_write: "storage" } as const;

export interface Kernel<K extends KernelName = KernelName> {
  readonly name: K;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** What a dispatch is told of its block or step, in one buffer. Each record has a bind group of its own: for a dynamic offset lavapipe
 * makes a new copy of the whole group, which takes sixteen times as long as a small dispatch. */
export class Records {
  readonly buffer: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #layout: GPUBindGroupLayout;
  readonly #groups: GPUBindGroup[] = [];

  /** @param buffer  uniform, records at multiples of BLOCK_STRIDE */
  constructor(device: GPUDevice, buffer: GPUBuffer) {
    this.buffer = buffer;
    this.#device = device;
    this.#layout = recordLayout(device);
  }

  group(at: number): GPUBindGroup {
    return (this.#groups[at] ??= this.#device.createBindGroup({
      label: "record",
      layout: this.#layout,
      entries: [{ binding: 0, resource: { buffer: this.buffer, offset: BLOCK_STRIDE * at, size: RECORD_BYTES } }],
    }));
  }
}

/** Of group 1, the same for every kernel. */
const recordLayout = (device: GPUDevice): GPUBindGroupLayout =>
  device.createBindGroupLayout({
    label: "record",
    entries: [{ binding: 0, visibility: COMPUTE, buffer: { type: "uniform", minBindingSize: RECORD_BYTES } }],
  });

interface KernelOptions {
  /** text of the virtual module `model`, for kernels that import it. */
  readonly model?: string;
  /** the override WORKGROUP_SIZE. */
  readonly workgroupSize?: number;
  /** links of a spike at most that an invocation of `deliver` adds alone; default: as the device likes it. */
  readonly alone?: number | undefined;
  /** whether `ports` draws for several at once. */
  readonly several?: boolean;
  readonly label?: string;
}

/** Kernels of a model's equations that are kept for later engines on a device; those without a model always are. */
const KEPT_MODELS = 64;

interface Known {
  readonly ofModel: boolean;
  readonly kernel: Promise<Kernel>;
}

/** By device and key, last used last. */
const known = new WeakMap<GPUDevice, Map<string, Known>>();

/** Pipelines of one device: engines and populations with the same equations share them. */
export class Kernels {
  readonly #device: GPUDevice;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  make<K extends KernelName>(name: K, options: KernelOptions = {}): Promise<Kernel<K>> {
    const key = `${name} ${options.workgroupSize} ${options.alone} ${options.several} ${options.model ?? ""}`;
    const ofModel = options.model !== undefined;
    const all = known.get(this.#device) ?? new Map<string, Known>();
    known.set(this.#device, all);
    const kernel = all.get(key)?.kernel ?? (makeKernel(this.#device, name, options) as Promise<Kernel>);
    all.delete(key);
    all.set(key, { ofModel, kernel });
    kernel.catch(() => all.get(key)?.kernel === kernel && all.delete(key)); // another engine may be luckier
    const models = [...all].filter(([, k]) => k.ofModel);
    for (const [old] of models.slice(0, -KEPT_MODELS)) all.delete(old);
    return kernel as Promise<unknown> as Promise<Kernel<K>>;
  }
}

/** Kernels without a model that most networks need. */
type CommonKernel = "begin" | "drive" | "deliver";

/** Begins to make kernels while their network is still being compiled: on a software adapter they are most of the time before the
 * first step. */
export function makeAhead(device: GPUDevice, names: readonly CommonKernel[]): void {
  const kernels = new Kernels(device);
  for (const name of names)
    kernels.make(name, name === "begin" ? {} : { workgroupSize: WORKGROUP_SIZE }).catch(() => undefined); // the engine tells
}

/** Invocations of a workgroup unless an engine's options say otherwise. */
export const WORKGROUP_SIZE = 64;

/** What a workgroup lists to work through together; what finds no room is done by who found it, with the same bits. SwiftShader takes
 * 3 s to make `deliver` with a list of 256, 0.6 s with 64 and 0.3 s with 8: there its rows are added alone, but for very long ones. The
 * list of `regenerate` holds a job of every invocation. */
const listed = (device: GPUDevice, name: KernelName, workgroupSize: number): number =>
  isSoftware(device.adapterInfo)
    ? name === "deliver"
      ? 8
      : Math.max(64, workgroupSize)
    : Math.max(256, workgroupSize);

/** Links of a spike at most that one invocation adds alone. A GPU's workgroup shares more than a few; on a software adapter an entry
 * of the list costs each group of lanes as much as some links, and only a row of very many would keep one of them waiting (8,000 motor
 * neurons, rows of 2,400: 12 ns an event alone, 17 by the list). */
const alone = (device: GPUDevice): number => (isSoftware(device.adapterInfo) ? 4096 : 4);

/** Makes a kernel's pipeline. Bindings that the text does not use may be bound all the same.
 * @throws DeviceError with the kernel's label when the device refuses it */
async function makeKernel<K extends KernelName>(
  device: GPUDevice,
  name: K,
  options: KernelOptions,
): Promise<Kernel<K>> {
  const label = options.label ?? name;
  const list = listed(device, name, options.workgroupSize ?? WORKGROUP_SIZE);
  const code = await linkKernel(name, options.model, {
    LIST: `${list}u`,
    FEW: `${options.alone ?? alone(device)}u`,
    SEVERAL: `${options.several === true}`,
  });
  const layout = device.createBindGroupLayout({
    label,
    entries: numbered(name).map(({ access, binding }) => ({
      binding,
      visibility: COMPUTE,
      buffer: { type: TYPES[access] },
    })),
  });
  const constants =
    options.workgroupSize !== undefined && name !== "begin" ? { WORKGROUP_SIZE: options.workgroupSize } : {};
  const module = device.createShaderModule({ label, code });
  try {
    const pipeline = await device.createComputePipelineAsync({
      label,
      layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout, recordLayout(device)] }),
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

/** The bindings of group 0 by their numbers. */
const numbered = (name: KernelName): { binding: number; of: string; access: Exclude<Access, "record"> }[] =>
  Object.entries(KERNELS[name] as Record<string, Access>).flatMap(([of, access], binding) =>
    access === "record" ? [] : [{ binding, of, access }],
  );

type Bound<Row> = { [Name in keyof Row]: Row[Name] extends "record" ? never : Name }[keyof Row];

/** Buffers of group 0. */
export type Bindings<K extends KernelName> = Readonly<Record<Bound<(typeof KERNELS)[K]>, GPUBuffer>>;

export const bind = <K extends KernelName>(device: GPUDevice, kernel: Kernel<K>, buffers: Bindings<K>): GPUBindGroup =>
  device.createBindGroup({
    label: kernel.name,
    layout: kernel.layout,
    entries: numbered(kernel.name).map(({ of, binding }) => ({
      binding,
      resource: { buffer: (buffers as Readonly<Record<string, GPUBuffer>>)[of] as GPUBuffer },
    })),
  });

/** Workgroups of a dispatch of `threads` invocations: kernels recover the index as x + y * groups.x * size. */
export function workgroups(threads: number, size: number, limit = 65535): [number, number] {
  const all = Math.max(1, Math.ceil(threads / size));
  if (all <= limit) return [all, 1];
  const y = Math.ceil(all / limit);
  return [Math.ceil(all / y), y];
}
