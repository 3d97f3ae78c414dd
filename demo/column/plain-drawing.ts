import { vec4 } from "gl-matrix";
import { css, plainCanvas } from "../site/canvas.ts";
import type { Bench } from "../site/worker.ts";
import { COLOURS, SCENE, STOPS, type Scene } from "./drawing.ts";
import type { ColumnShape, TypeShape } from "./shape.ts";
import { cameraOf, type View } from "./view.ts";

/** States of a population as engines save them: state s of cell c at s * n + c. */
export type States = (population: string) => ArrayLike<number> | undefined;

/** The column by the processor: every segment a line, the nearest last, coloured by its voltage. */
export class PlainDrawing implements Scene {
  readonly #bench: Bench;
  readonly #shape: ColumnShape;
  readonly #states: States;

  constructor(bench: Bench, shape: ColumnShape, states: States) {
    [this.#bench, this.#shape, this.#states] = [bench, shape, states];
  }

  recolour(): void {
    // colours are looked up at every drawing
  }

  draw(view: View): void {
    const ratio = this.#bench.look.sizes[SCENE]?.ratio ?? 1;
    const { to, width, height } = plainCanvas(this.#bench.canvases[SCENE] as OffscreenCanvas, ratio);
    const { camera, scale } = cameraOf(view, this.#shape, width, height);
    const placed = (x: number, y: number, z: number): vec4 => vec4.transformMat4(vec4.create(), [x, y, z, 1], camera as never); // prettier-ignore
    const lines = this.#shape.types.flatMap((type) => linesOf(type, this.#states(type.name), placed));
    lines.sort((a, b) => b.depth - a.depth);
    to.lineCap = "round";
    for (const { from, until, radius, V } of lines) {
      to.strokeStyle = this.#colour(V);
      to.lineWidth = Math.max(1, (3.2 * radius * scale) / from[3]);
      to.beginPath();
      for (const [k, p] of [from, until].entries()) {
        const [x, y] = [(width * (1 + p[0] / p[3])) / 2, (height * (1 - p[1] / p[3])) / 2];
        if (k === 0) to.moveTo(x, y);
        else to.lineTo(x, y);
      }
      to.stroke();
    }
  }

  #colour(V: number): string {
    const { colours } = this.#bench.look;
    const k = STOPS.findIndex((stop, at) => at > 0 && (V <= stop || at === STOPS.length - 1));
    const [low, high] = [STOPS[k - 1] as number, STOPS[k] as number];
    const part = Math.min(1, Math.max(0, (V - low) / (high - low)));
    const [a, b] = [colours[COLOURS[k - 1] as string], colours[COLOURS[k] as string]];
    const mix = [0, 1, 2].map((c) => (a?.[c] ?? 0) * (1 - part) + (b?.[c] ?? 0) * part);
    return css(mix as unknown as readonly [number, number, number]);
  }
}

interface Line {
  readonly from: vec4;
  readonly until: vec4;
  readonly depth: number;
  readonly radius: number; // um
  readonly V: number; // mV
}

/** Every segment of a type, cell by cell. */
export function linesOf(
  { cells, pieces, segments, places }: TypeShape,
  states: ArrayLike<number> | undefined,
  placed: (x: number, y: number, z: number) => vec4,
): Line[] {
  return Array.from({ length: cells * pieces }, (_, k) => {
    const [cell, at] = [Math.floor(k / pieces), 8 * (k % pieces)];
    const [x, y, z, turn] = places.subarray(4 * cell, 4 * cell + 4) as unknown as [number, number, number, number];
    const point = (from: number): vec4 => {
      const [px, py, pz] = segments.subarray(from, from + 3) as unknown as [number, number, number];
      const [c, s] = [Math.cos(turn), Math.sin(turn)];
      return placed(x + c * px - s * py, y + s * px + c * py, z + pz);
    };
    const [from, until] = [point(at), point(at + 4)];
    const V = states?.[(segments[at + 7] as number) * cells + cell] ?? -65;
    return { from, until, depth: from[3] + until[3], radius: segments[at + 3] as number, V };
  });
}
