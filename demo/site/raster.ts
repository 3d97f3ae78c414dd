import type { VisibleEngine } from "../../src/gpu/engine.ts";
import { DeviceCanvas } from "./canvas.ts";
import type { Bench } from "./worker.ts";
import code from "./raster.wgsl?raw";

const CAPACITY = 2 ** 18; // spikes, 2 MiB: 800 units at 80 Hz for 4 s
/** Of a spike, CSS pixels. */
export const TICK_PX = 2;
const SHAPE_BYTES = 128;

/** Names of colours of style.css: of up to four bands of neurons that stop before `ends`, or, without ends, three of the first
 * neuron, the middle one and the last. */
export interface Ink {
  readonly colours: readonly string[];
  readonly ends?: readonly number[];
}

/** Neurons whose spikes are drawn: ids firstSource .. firstSource + n - 1 of the log. */
export interface Drawn {
  readonly firstSource: number;
  readonly n: number;
}

/** Spikes of the neurons that are drawn. */
export interface Spiked {
  /** ms. */
  readonly times: ArrayLike<number>;
  /** from 0 for the first that is drawn. */
  readonly neurons: ArrayLike<number>;
}

export interface Raster {
  /** @param step  that the engine has reached */
  collect(spikes: Spiked, step: number): void;
  /** @param now  step at the right edge
   *  @param window  steps from edge to edge
   *  @returns how many spikes were drawn: none where the bench does not show the canvas */
  draw(now: number, window: number): number;
  recolour(): void;
}

/** Colours of the bands, or of the first neuron, the middle one and the last; red, green, blue. */
export const inkOf = ({ look }: Pick<Bench, "look">, { colours }: Ink): (readonly [number, number, number])[] =>
  colours.map((name) => look.colours[name] ?? [0.5, 0.5, 0.5]);

type RasterPipelines = readonly [collect: GPUComputePipeline, draw: GPURenderPipeline];
const pipelinesOf = new WeakMap<GPUDevice, Promise<RasterPipelines>>();

/** Once a device: whoever asks before the network is there has them made meanwhile. */
export function rasterPipelines(device: GPUDevice): Promise<RasterPipelines> {
  const made = pipelinesOf.get(device) ?? makePipelines(device);
  pipelinesOf.set(device, made);
  made.catch(() => undefined); // told to whom it draws for
  return made;
}

function makePipelines(device: GPUDevice): Promise<RasterPipelines> {
  const module = device.createShaderModule({ label: "raster", code });
  const collect = device.createComputePipelineAsync({
    label: "raster collect",
    layout: "auto",
    compute: { module, entryPoint: "collect" },
  });
  const draw = device.createRenderPipelineAsync({
    label: "raster",
    layout: "auto",
    vertex: { module, entryPoint: "tick" },
    fragment: { module, entryPoint: "ink", targets: [{ format: navigator.gpu.getPreferredCanvasFormat() }] },
    primitive: { topology: "triangle-list" },
  });
  return Promise.all([collect, draw]);
}

/** The raster of one population, from the engine's log to the canvas without leaving the device. The host knows only how
 * many spikes there are. */
export class SpikeRaster implements Raster {
  readonly #device: GPUDevice;
  readonly #canvas: DeviceCanvas;
  readonly #engine: VisibleEngine;
  readonly #ink: Ink;
  readonly #bench: Bench;
  readonly #name: string;
  readonly #shape: ArrayBuffer = new ArrayBuffer(SHAPE_BYTES);
  readonly #uniform: GPUBuffer;
  readonly #ring: GPUBuffer;
  readonly #collect: GPUComputePipeline;
  readonly #draw: GPURenderPipeline;
  readonly #drawn: GPUBindGroup;
  readonly #shapeOnly: GPUBindGroup;
  #bound: { log: GPUBuffer; group: GPUBindGroup } | undefined;
  #logCount = 0;
  /** spikes in the ring so far, and how many of them were there at which step. */
  #count = 0;
  #marks: { step: number; count: number }[] = [{ step: 0, count: 0 }];

  private constructor(
    bench: Bench,
    engine: VisibleEngine,
    device: GPUDevice,
    canvas: DeviceCanvas,
    name: string,
    population: Drawn,
    ink: Ink,
    [collect, draw]: RasterPipelines,
  ) {
    [this.#bench, this.#engine, this.#device, this.#canvas, this.#ink] = [bench, engine, device, canvas, ink];
    [this.#collect, this.#draw] = [collect, draw];
    this.#name = name;
    this.#uniform = device.createBuffer({
      label: "raster shape",
      size: SHAPE_BYTES,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.#ring = device.createBuffer({ label: "raster ring", size: 8 * (CAPACITY + 1), usage: GPUBufferUsage.STORAGE });
    this.#shapeOnly = device.createBindGroup({
      layout: draw.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: this.#uniform } }],
    });
    this.#drawn = device.createBindGroup({
      layout: draw.getBindGroupLayout(1),
      entries: [{ binding: 0, resource: { buffer: this.#ring } }],
    });
    const words = new Uint32Array(this.#shape);
    words.set([population.firstSource, population.n]);
    words[4] = CAPACITY - 1;
    this.recolour();
  }

  /** @param name  of the canvas */
  static async make(
    bench: Bench,
    device: GPUDevice,
    engine: VisibleEngine,
    name: string,
    population: Drawn,
    ink: Ink,
  ): Promise<SpikeRaster> {
    const canvas = new DeviceCanvas(device, bench.canvases[name] as OffscreenCanvas);
    const pipelines = await rasterPipelines(device);
    return new SpikeRaster(bench, engine, device, canvas, name, population, ink, pipelines);
  }

  recolour(): void {
    const floats = new Float32Array(this.#shape);
    inkOf(this.#bench, this.#ink).forEach((rgb, k) => floats.set([...rgb, 1], 8 + 4 * k));
    floats.set(this.#ink.ends ?? [], 24);
    floats[31] = this.#ink.ends === undefined ? 1 : 0;
  }

  /** Takes over what the log has got since the last call. */
  collect({ times }: Spiked, step: number): void {
    const { buffer, count } = this.#engine.spikeLog();
    const words = new Uint32Array(this.#shape);
    words[2] = this.#logCount;
    words[3] = count;
    this.#logCount = count;
    this.#count += times.length;
    this.#marks.push({ step, count: this.#count });
    if (words[2] === words[3]) return;
    this.#device.queue.writeBuffer(this.#uniform, 0, this.#shape);
    const encoder = this.#device.createCommandEncoder({ label: "raster collect" });
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#collect);
    pass.setBindGroup(0, this.#groupFor(buffer));
    pass.dispatchWorkgroups(16);
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  draw(now: number, window: number): number {
    if (!this.#bench.shows(this.#name)) return 0;
    const { width, height } = this.#canvas;
    const ratio = this.#bench.look.sizes[this.#name]?.ratio ?? 1;
    const origin = Math.max(0, Math.floor(now - window));
    while ((this.#marks[1]?.step ?? Infinity) <= origin) this.#marks.shift(); // all before the first mark is too old
    const first = Math.max(this.#count - CAPACITY, this.#marks[0]?.count ?? 0);
    const floats = new Float32Array(this.#shape);
    floats[5] = now - origin;
    floats[6] = window;
    const words = new Uint32Array(this.#shape);
    words[7] = origin;
    words[30] = first;
    floats.set([(2 * TICK_PX * ratio) / width, (2 * TICK_PX * ratio) / height], 28);
    this.#device.queue.writeBuffer(this.#uniform, 0, this.#shape);
    const encoder = this.#device.createCommandEncoder({ label: "raster" });
    const pass = encoder.beginRenderPass({
      colorAttachments: [{ view: this.#canvas.view(), loadOp: "clear", storeOp: "store", clearValue: [0, 0, 0, 0] }],
    });
    if (this.#count > first) {
      pass.setPipeline(this.#draw);
      pass.setBindGroup(0, this.#shapeOnly);
      pass.setBindGroup(1, this.#drawn);
      pass.draw(6 * (this.#count - first));
    }
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
    return this.#count - first;
  }

  #groupFor(log: GPUBuffer): GPUBindGroup {
    if (this.#bound?.log !== log) {
      const buffers = [this.#uniform, log, this.#ring];
      const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
      const layout = this.#collect.getBindGroupLayout(0);
      this.#bound = { log, group: this.#device.createBindGroup({ label: "raster collect", layout, entries }) };
    }
    return this.#bound.group;
  }
}
