import { css, plainCanvas } from "./canvas.ts";
import type { Bench } from "./worker.ts";

/** A map of values over time, drawn by the processor. */
export interface Heat {
  /** from top to bottom; each from time 0 on. NaN: nothing. */
  readonly rows: readonly ArrayLike<number>[];
  /** samples that fill the width. */
  readonly samples: number;
  /** what the full colour stands for; others are paler, and above it all are alike. */
  readonly full: number;
  /** names of the colours of values above and below 0. */
  readonly inks: readonly [above: string, below: string];
  /** rows are drawn into one another. */
  readonly smooth?: boolean;
}

/** Largest absolute value of rows, 0 without any. */
export const largest = (rows: readonly ArrayLike<number>[]): number =>
  rows.reduce((most, row) => {
    for (let k = 0; k < row.length; k++) most = Math.max(most, Math.abs(row[k] as number) || 0);
    return most;
  }, 0);

/** Draws a map on a canvas of the page. */
export function drawHeat(bench: Bench, canvas: string, { rows, samples, full, inks, smooth = false }: Heat): void {
  const { to, width, height } = plainCanvas(bench.canvases[canvas] as OffscreenCanvas, bench.look.sizes[canvas]?.ratio ?? 1); // prettier-ignore
  to.strokeStyle = css(bench.look.colours["grid"]);
  to.strokeRect(0.5, 0.5, width - 1, height - 1);
  const n = rows[0]?.length ?? 0;
  if (n === 0 || !(full > 0)) return;
  const image = new ImageData(n, rows.length);
  const [above, below] = inks.map((name) => (bench.look.colours[name] ?? [0.5, 0.5, 0.5]).map((x) => 255 * x));
  rows.forEach((row, r) => {
    for (let k = 0; k < n; k++) {
      const x = row[k] as number;
      if (Number.isNaN(x)) continue;
      image.data.set([...((x > 0 ? above : below) as number[]), 255 * Math.min(1, Math.abs(x) / full)], 4 * (r * n + k)); // prettier-ignore
    }
  });
  const small = new OffscreenCanvas(n, rows.length);
  small.getContext("2d")?.putImageData(image, 0, 0);
  to.imageSmoothingEnabled = smooth;
  to.drawImage(small, 0, 0, (width * n) / samples, height);
}
