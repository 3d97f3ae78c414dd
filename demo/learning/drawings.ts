import type { TrainingEntry } from "../../src/compile/trained/training.ts";
import { css, plainCanvas } from "../site/canvas.ts";
import type { Motifs } from "../../src/models/trained-network/motifs.ts";
import type { Bench } from "../site/worker.ts";

export interface Eigenvalues {
  readonly real: Float64Array;
  readonly imag: Float64Array;
  readonly bulkRadius: number;
  readonly motifs: Motifs;
}

const NAMES = ["spikes", "weights", "eigenvalues"] as const;

/** A canvas of the page, cleared; drawing units are CSS pixels. */
const cleared = (bench: Bench, name: (typeof NAMES)[number]): ReturnType<typeof plainCanvas> =>
  plainCanvas(bench.canvases[name] as OffscreenCanvas, bench.look.sizes[name]?.ratio ?? 1);

const colour = ({ look }: Bench, name: string): string => css(look.colours[name]);

/** Row = receiving neuron, column = sending one; the darker the stronger, one colour for each sign. */
export function drawWeights(bench: Bench, { rowPtr, colIdx }: TrainingEntry, w: Float64Array): void {
  if (!bench.shows("weights")) return;
  const n = rowPtr.length - 1;
  const image = new ImageData(n, n);
  const [plus, minus] = ["large-unit", "small-unit"].map((c) => (bench.look.colours[c] ?? []).map((x) => 255 * x));
  const full = 2.5 * Math.sqrt(w.reduce((sum, x) => sum + x * x, 0) / Math.max(1, w.length));
  for (let i = 0; i < n; i++) {
    for (let a = rowPtr[i] as number; a < (rowPtr[i + 1] as number); a++) {
      const x = w[a] as number;
      const at = 4 * (i * n + (colIdx[a] as number));
      image.data.set([...((x > 0 ? plus : minus) ?? []), 255 * Math.min(1, Math.abs(x) / full)], at);
    }
  }
  const matrix = new OffscreenCanvas(n, n);
  matrix.getContext("2d")?.putImageData(image, 0, 0);
  const { to, width, height } = cleared(bench, "weights");
  to.imageSmoothingEnabled = false; // one square a weight
  to.drawImage(matrix, 0, 0, width, height);
}

/** The complex plane around 0 with the disc that the circular law gives to the bulk, and the line of growth at 1. */
export function drawEigenvalues(bench: Bench, { real, imag, bulkRadius }: Eigenvalues): void {
  if (!bench.shows("eigenvalues")) return;
  const { to, width, height } = cleared(bench, "eigenvalues");
  const reach = 1.15 * Math.max(1.2, bulkRadius, ...real.map(Math.abs), ...imag.map(Math.abs));
  const unit = Math.min(width, height) / (2 * reach);
  const [x0, y0] = [width / 2, height / 2];
  const line = (x1: number, y1: number, x2: number, y2: number): void => {
    to.beginPath();
    to.moveTo(x1, y1);
    to.lineTo(x2, y2);
    to.stroke();
  };
  to.strokeStyle = colour(bench, "grid");
  line(0, y0, width, y0);
  line(x0, 0, x0, height);
  to.strokeStyle = colour(bench, "warm");
  to.setLineDash([4, 4]);
  line(x0 + unit, 0, x0 + unit, height);
  to.setLineDash([]);
  to.strokeStyle = colour(bench, "muted");
  to.beginPath();
  to.arc(x0, y0, unit * bulkRadius, 0, 2 * Math.PI);
  to.stroke();
  to.fillStyle = colour(bench, "violet");
  for (let k = 0; k < real.length; k++) {
    to.beginPath();
    to.arc(x0 + unit * (real[k] as number), y0 - unit * (imag[k] as number), 2.2, 0, 2 * Math.PI);
    to.fill();
  }
  to.fillStyle = colour(bench, "muted");
  to.font = "12px system-ui, sans-serif";
  to.fillText("Re = 1", x0 + unit + 4, 12);
  to.fillText("Re", width - 18, y0 - 5);
  to.fillText("Im", x0 - 18, 12);
  to.fillText(`largest ${Math.hypot(real[0] ?? 0, imag[0] ?? 0).toFixed(2)}`, 4, height - 6);
}

/** Spikes of one loop, QIF neurons below, LIF neurons above; a line where the loop has got to. */
export function drawSpikes(bench: Bench, spikes: Uint8Array, n: number, nqif: number, at: number): void {
  if (!bench.shows("spikes")) return;
  const { to, width, height } = cleared(bench, "spikes");
  const steps = spikes.length / n;
  const [dx, dy] = [width / steps, height / n];
  for (const [first, last, ink] of [
    [0, nqif, "violet"],
    [nqif, n, "accent"],
  ] as const) {
    to.fillStyle = colour(bench, ink);
    for (let s = 0; s < steps; s++) {
      for (let i = first; i < last; i++) {
        if (spikes[s * n + i] === 1) to.fillRect(s * dx, height - (i + 1) * dy, 1.4, Math.max(1.4, 0.8 * dy));
      }
    }
  }
  to.fillStyle = colour(bench, "warm");
  to.fillRect(at * dx, 0, 1, height);
}
