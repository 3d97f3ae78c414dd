import { plainCanvas } from "./canvas.ts";
import { inkOf, TICK_PX, type Ink, type Raster, type Spiked } from "./raster.ts";
import type { Bench } from "./worker.ts";

/** A raster by the processor, from spikes that an engine gave. */
export class PlainRaster implements Raster {
  readonly #bench: Pick<Bench, "look" | "canvases" | "shows">;
  readonly #name: string;
  readonly #n: number;
  readonly #ink: Ink;
  readonly #dt: number;
  #times: number[] = []; // ms, by piece
  #neurons: number[] = [];
  #pixels = new Uint32Array(0); // of the canvas, kept between two drawings

  /** @param name  of the canvas
   *  @param n  neurons
   *  @param dt  ms of a step */
  constructor(bench: Pick<Bench, "look" | "canvases" | "shows">, name: string, n: number, ink: Ink, dt: number) {
    [this.#bench, this.#name, this.#n, this.#ink, this.#dt] = [bench, name, n, ink, dt];
  }

  recolour(): void {
    // colours are looked up at every drawing
  }

  collect({ times, neurons }: Spiked): void {
    for (let k = 0; k < times.length; k++) {
      this.#times.push(times[k] as number);
      this.#neurons.push(neurons[k] as number);
    }
  }

  draw(now: number, window: number): number {
    const [end, span] = [now * this.#dt, window * this.#dt];
    const old = this.#times.findIndex((t) => t > end - span);
    this.#times.splice(0, old < 0 ? this.#times.length : old);
    this.#neurons.splice(0, old < 0 ? this.#neurons.length : old);
    if (!this.#bench.shows(this.#name)) return 0;
    const canvas = this.#bench.canvases[this.#name] as OffscreenCanvas;
    const ratio = this.#bench.look.sizes[this.#name]?.ratio ?? 1;
    const { width, height } = canvas;
    if (this.#pixels.length !== width * height) this.#pixels = new Uint32Array(width * height);
    const picture: Picture = { pixels: this.#pixels.fill(0), width, height, tick: Math.max(1, Math.round(TICK_PX * ratio)) }; // prettier-ignore
    const bands = this.#ink.ends !== undefined; // the first on top
    paint(picture, { n: this.#n, first: bands ? "top" : "bottom", colours: this.#colours }, {
      spikes: this.#times.length,
      place: (k) => 1 + ((this.#times[k] as number) - end) / span,
      neuron: (k) => this.#neurons[k] as number,
    }); // prettier-ignore
    plainCanvas(canvas, ratio).to.putImageData(new ImageData(new Uint8ClampedArray(this.#pixels.buffer), width, height), 0, 0); // prettier-ignore
    return this.#times.length;
  }

  /** By neuron, as a pixel has it. */
  get #colours(): Uint32Array {
    const inks = inkOf(this.#bench, this.#ink);
    return Uint32Array.from({ length: this.#n }, (_, neuron) => pixelOf(this.#colourOf(neuron, inks)));
  }

  #colourOf(
    neuron: number,
    colours: readonly (readonly [number, number, number])[],
  ): readonly [number, number, number] {
    const at = (k: number): readonly [number, number, number] => colours[k] ?? [0.5, 0.5, 0.5];
    if (this.#ink.ends !== undefined) return at(this.#ink.ends.findIndex((end) => neuron < end));
    const part = (2 * neuron) / Math.max(1, this.#n - 1);
    const [low, high, x] = part < 1 ? [at(0), at(1), part] : [at(1), at(2), part - 1];
    return [0, 1, 2].map((k) => (low[k] as number) + x * ((high[k] as number) - (low[k] as number))) as unknown as [number, number, number]; // prettier-ignore
  }
}

/** Red, green, blue (0 to 1), opaque, in the machine's order of bytes. */
export function pixelOf(rgb: readonly [number, number, number]): number {
  const bytes = Uint8Array.of(...rgb.map((x) => Math.round(255 * x)), 255);
  return new Uint32Array(bytes.buffer)[0] as number;
}

export interface Picture {
  readonly pixels: Uint32Array;
  readonly width: number;
  readonly height: number;
  /** of a spike, device pixels. */
  readonly tick: number;
}

export interface Rows {
  readonly n: number;
  /** where the first neuron stands. */
  readonly first: "top" | "bottom";
  /** by neuron. */
  readonly colours: Uint32Array;
}

/** Paints spikes as ticks, into pixels: as rectangles of a canvas they cost ten times as much.
 * @param place  0 at the left edge, 1 at the right one, where a tick ends */
export function paint(
  { pixels, width, height, tick }: Picture,
  { n, first, colours }: Rows,
  { spikes, place, neuron }: { spikes: number; place(k: number): number; neuron(k: number): number },
): void {
  const row = height / n;
  const tall = Math.min(height, Math.max(tick, Math.round(row)));
  for (let k = 0; k < spikes; k++) {
    const at = neuron(k);
    const colour = colours[at] as number;
    const top = Math.max(0, Math.min(height - tall, Math.floor((first === "top" ? at : n - 1 - at) * row)));
    const right = Math.min(width, Math.round(place(k) * width));
    const left = Math.max(0, right - tick);
    for (let y = top; y < top + tall; y++) for (let x = left; x < right; x++) pixels[y * width + x] = colour;
  }
}
