import type { Span, SpikeTrains } from "../../analysis/spikes.ts";
import { mean, percentile } from "../../analysis/stats.ts";
import { PALETTE } from "../../plot/colours.ts";
import { figure } from "../../plot/figure.ts";
import type { Statistics } from "../activity-figures.ts";

const [EXCITATORY, INHIBITORY] = [PALETTE[0], PALETTE[1]];
const colourOf = (name: string): string => (name.endsWith("E") ? EXCITATORY : INHIBITORY);

/** Raster of all populations, the upper layers on top, each with its share of the rows. */
export function layersFigure(all: readonly SpikeTrains[], names: readonly string[], rows: number, span: Span): string {
  const neurons = all.reduce((sum, { n }) => sum + n, 0);
  const shares = all.map(({ n }) => Math.min(n, Math.max(1, Math.round((rows * n) / neurons))));
  const rowCount = shares.reduce((a, b) => a + b, 0);
  const [x, y]: [number[], number[]] = [[], []];
  const ticks: { at: number; label: string }[] = [];
  const owner: string[] = [];
  let top = rowCount;
  all.forEach((trains, p) => {
    const share = shares[p] as number;
    ticks.push({ at: top - share / 2, label: names[p] as string });
    for (let k = 1; k <= share; k++) owner[top - k] = names[p] as string;
    trains.times.forEach((t, k) => {
      const cell = trains.cells[k] as number;
      if (cell >= share || t < span.from || t >= span.to) return;
      x.push(t);
      y.push(top - 1 - cell);
    });
    top -= share;
  });
  return figure({
    width: 160,
    panels: [
      { title: `${rowCount} of ${neurons} neurons`, height: 100, x: { label: "time", unit: "ms", range: [span.from, span.to] }, y: { label: "population", ticks }, series: [{ type: "raster", x, rows: y, rowCount, tick: 3, colourOf: (row) => colourOf(owner[row] as string) }] },
    ],
  });
} // prettier-ignore

/** Mean and quartiles of the neurons' rates by population, the published means beside them. */
export function ratesFigure(found: readonly Statistics[], published: readonly number[]): string {
  const places = found.map((_, k) => k);
  const x = { label: "population", range: [-0.5, found.length - 0.5] as const, ticks: found.map(({ label }, at) => ({ at, label })) };
  const quartiles = found.map(({ rates }, k) => ({ type: "line", x: [k, k], y: [percentile(rates, 25), percentile(rates, 75)], colour: EXCITATORY, width: 1 }) as const);
  return figure({
    width: 160,
    panels: [
      {
        title: "Rates: mean and quartiles of the neurons", height: 45, x, y: { label: "rate", unit: "Hz", range: [0, undefined] },
        series: [
          ...quartiles,
          { type: "scatter", label: "here", x: places, y: found.map(({ rates }) => mean(rates)), colour: EXCITATORY, size: 4 },
          { type: "scatter", label: "published, full scale", x: places.map((k) => k + 0.15), y: published, colour: INHIBITORY, marker: "diamond", size: 4 },
        ],
      },
    ],
  });
} // prettier-ignore
