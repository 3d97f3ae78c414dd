/** A canvas that a device draws on. */
export class DeviceCanvas {
  readonly format: GPUTextureFormat;
  readonly #canvas: OffscreenCanvas;
  readonly #context: GPUCanvasContext;

  constructor(device: GPUDevice, canvas: OffscreenCanvas) {
    const context = canvas.getContext("webgpu");
    if (context === null) throw new Error("this canvas cannot be drawn on with WebGPU");
    this.#canvas = canvas;
    this.#context = context;
    this.format = navigator.gpu.getPreferredCanvasFormat();
    context.configure({ device, format: this.format, alphaMode: "premultiplied" });
  }

  get width(): number {
    return this.#canvas.width;
  }
  get height(): number {
    return this.#canvas.height;
  }

  view(): GPUTextureView {
    return this.#context.getCurrentTexture().createView();
  }
}

/** Asked for once: Firefox 153 refuses the second `getContext` of a canvas in a worker. */
const contexts = new WeakMap<OffscreenCanvas, OffscreenCanvasRenderingContext2D>();

/** A canvas that the processor draws on, cleared; drawing units are CSS pixels. */
export function plainCanvas(
  canvas: OffscreenCanvas,
  ratio: number,
): { to: OffscreenCanvasRenderingContext2D; width: number; height: number } {
  const to = contexts.get(canvas) ?? canvas.getContext("2d");
  if (to === null) throw new Error("this canvas cannot be drawn on");
  contexts.set(canvas, to);
  const [width, height] = [canvas.width / ratio, canvas.height / ratio];
  to.setTransform(ratio, 0, 0, ratio, 0, 0);
  to.clearRect(0, 0, width, height);
  return { to, width, height };
}

/** A colour as canvases take it. */
export const css = ([r, g, b]: readonly [number, number, number] = [0.5, 0.5, 0.5], alpha = 1): string =>
  `rgb(${[r, g, b].map((x) => Math.round(255 * x)).join(" ")} / ${alpha})`;
