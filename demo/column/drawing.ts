import type { VisibleEngine } from "../../src/gpu/engine.ts";
import { DeviceCanvas } from "../site/canvas.ts";
import type { Bench } from "../site/worker.ts";
import code from "./cells.wgsl?raw";
import type { ColumnShape, TypeShape } from "./shape.ts";
import { cameraOf, type View } from "./view.ts";

const VIEW_BYTES = 64 + 16 + 4 * 16 + 16;
/** mV at which the colours of the scale stand. */
export const STOPS = [-90, -65, -35, 20] as const;
export const COLOURS = ["v-low", "v-rest", "v-high", "v-spike"] as const;
export const SCENE = "scene";

/** The column in three dimensions. */
export interface Scene {
  draw(view: View): void;
  recolour(): void;
}

const LEAST_PX = 1;

/** Of a pixel: smooth edges where a graphics card draws. */
const samplesOf = ({ inSoftware }: Bench): 1 | 4 => (inSoftware ? 1 : 4);

/** The column in three dimensions, from the engine's states to the canvas without leaving the device. */
export class ColumnDrawing implements Scene {
  readonly #device: GPUDevice;
  readonly #canvas: DeviceCanvas;
  readonly #bench: Bench;
  readonly #shape: ColumnShape;
  readonly #pipeline: GPURenderPipeline;
  readonly #samples: number;
  readonly #view = new Float32Array(VIEW_BYTES / 4);
  readonly #uniform: GPUBuffer;
  readonly #viewGroup: GPUBindGroup;
  readonly #types: { group: GPUBindGroup; pieces: number }[];
  #targets:
    | {
        width: number;
        height: number;
        textures: GPUTexture[];
        colour: GPUTextureView | undefined;
        depth: GPUTextureView;
      }
    | undefined;

  private constructor(
    bench: Bench,
    device: GPUDevice,
    canvas: DeviceCanvas,
    pipeline: GPURenderPipeline,
    engine: VisibleEngine,
    shape: ColumnShape,
  ) {
    [this.#bench, this.#device, this.#canvas, this.#pipeline, this.#shape] = [bench, device, canvas, pipeline, shape];
    this.#samples = samplesOf(bench);
    this.#uniform = this.#buffer("view", VIEW_BYTES, GPUBufferUsage.UNIFORM);
    this.#viewGroup = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: this.#uniform } }],
    });
    this.#types = shape.types.map((type) => this.#typeOf(type, engine));
    this.recolour();
  }

  static async make(
    bench: Bench,
    device: GPUDevice,
    engine: VisibleEngine,
    shape: ColumnShape,
  ): Promise<ColumnDrawing> {
    const canvas = new DeviceCanvas(device, bench.canvases[SCENE] as OffscreenCanvas);
    const module = device.createShaderModule({ label: "cells", code });
    const pipeline = await device.createRenderPipelineAsync({
      label: "cells",
      layout: "auto",
      vertex: { module, entryPoint: "ribbon" },
      fragment: { module, entryPoint: "shaded", targets: [{ format: canvas.format }] },
      primitive: { topology: "triangle-list" },
      depthStencil: { format: "depth24plus", depthWriteEnabled: true, depthCompare: "less" },
      multisample: { count: samplesOf(bench) },
    });
    return new ColumnDrawing(bench, device, canvas, pipeline, engine, shape);
  }

  recolour(): void {
    COLOURS.forEach((name, k) => this.#view.set([...(this.#bench.look.colours[name] ?? [0, 0, 0]), 1], 20 + 4 * k));
    this.#view.set(STOPS, 36);
  }

  draw(view: View): void {
    const { width, height } = this.#canvas;
    const ratio = this.#bench.look.sizes[SCENE]?.ratio ?? 1;
    const { camera, scale } = cameraOf(view, this.#shape, width, height);
    this.#view.set(camera, 0);
    this.#view.set([width, height, scale, LEAST_PX * ratio], 16);
    this.#device.queue.writeBuffer(this.#uniform, 0, this.#view);
    const { colour, depth } = this.#targetsOf(width, height);
    const shown = this.#canvas.view();
    const encoder = this.#device.createCommandEncoder({ label: "column" });
    const pass = encoder.beginRenderPass({
      colorAttachments: [
        {
          ...(colour === undefined ? { view: shown } : { view: colour, resolveTarget: shown }),
          loadOp: "clear",
          storeOp: colour === undefined ? "store" : "discard",
          clearValue: [0, 0, 0, 0],
        },
      ],
      depthStencilAttachment: { view: depth, depthClearValue: 1, depthLoadOp: "clear", depthStoreOp: "discard" },
    });
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, this.#viewGroup);
    for (const { group, pieces } of this.#types) {
      pass.setBindGroup(1, group);
      pass.draw(6 * pieces);
    }
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  #typeOf(type: TypeShape, engine: VisibleEngine): { group: GPUBindGroup; pieces: number } {
    const index = engine.network.populations.findIndex((p) => p.name === type.name);
    const states = engine.cellState(index);
    if (states === undefined) throw new Error(`the engine has no cells "${type.name}"`);
    const buffers = [
      this.#filled("type", Uint32Array.of(states.n, type.pieces, states.first, 0), GPUBufferUsage.UNIFORM),
      this.#filled("segments", type.segments, GPUBufferUsage.STORAGE),
      this.#filled("places", type.places, GPUBufferUsage.STORAGE),
      states.buffer,
    ];
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const group = this.#device.createBindGroup({
      label: type.name,
      layout: this.#pipeline.getBindGroupLayout(1),
      entries,
    });
    return { group, pieces: type.cells * type.pieces };
  }

  #filled(label: string, content: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>, usage: number): GPUBuffer {
    const buffer = this.#buffer(label, content.byteLength, usage);
    this.#device.queue.writeBuffer(buffer, 0, content);
    return buffer;
  }

  #buffer(label: string, size: number, usage: number): GPUBuffer {
    return this.#device.createBuffer({ label, size, usage: usage | GPUBufferUsage.COPY_DST });
  }

  #targetsOf(width: number, height: number): { colour: GPUTextureView | undefined; depth: GPUTextureView } {
    if (this.#targets?.width === width && this.#targets.height === height) return this.#targets;
    for (const t of this.#targets?.textures ?? []) t.destroy();
    const make = (format: GPUTextureFormat): GPUTexture =>
      this.#device.createTexture({
        label: `column ${format}`,
        size: [width, height],
        format,
        sampleCount: this.#samples,
        usage: GPUTextureUsage.RENDER_ATTACHMENT,
      });
    const depth = make("depth24plus");
    const colour = this.#samples === 1 ? undefined : make(this.#canvas.format);
    this.#targets = {
      width,
      height,
      textures: [depth, ...(colour === undefined ? [] : [colour])],
      colour: colour?.createView(),
      depth: depth.createView(),
    };
    return this.#targets;
  }
}
