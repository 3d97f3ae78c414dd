/** A canvas that a device draws on, as many pixels as it shows. */
export class DeviceCanvas {
  readonly format: GPUTextureFormat;
  readonly #canvas: HTMLCanvasElement;
  readonly #context: GPUCanvasContext;
  readonly #observer: ResizeObserver;

  /** @param resized  called after the size changed */
  constructor(device: GPUDevice, canvas: HTMLCanvasElement, resized: () => void = () => undefined) {
    const context = canvas.getContext("webgpu");
    if (context === null) throw new Error("this canvas cannot be drawn on with WebGPU");
    this.#canvas = canvas;
    this.#context = context;
    this.format = navigator.gpu.getPreferredCanvasFormat();
    context.configure({ device, format: this.format, alphaMode: "premultiplied" });
    this.#observer = new ResizeObserver(() => {
      if (this.#fit()) resized();
    });
    this.#observer.observe(canvas);
    this.#fit();
  }

  get width(): number {
    return this.#canvas.width;
  }
  get height(): number {
    return this.#canvas.height;
  }
  /** device pixels per CSS pixel. */
  get ratio(): number {
    return this.#canvas.width / Math.max(1, this.#canvas.clientWidth);
  }

  view(): GPUTextureView {
    return this.#context.getCurrentTexture().createView();
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#context.unconfigure();
  }

  #fit(): boolean {
    const ratio = Math.min(2, devicePixelRatio);
    const [width, height] = [this.#canvas.clientWidth, this.#canvas.clientHeight].map((x) =>
      Math.max(1, Math.round(x * ratio)),
    );
    if (width === undefined || height === undefined) return false;
    if (width === this.#canvas.width && height === this.#canvas.height) return false;
    Object.assign(this.#canvas, { width, height });
    return true;
  }
}
