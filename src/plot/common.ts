import type { RateSeries } from "../analysis/rates.ts";
import type { Span } from "../analysis/spikes.ts";
import { PHASE_COLOURS } from "./colours.ts";
import { figure } from "./figure.ts";
import type { Series, ShadedSpan } from "./types.ts";

/** A signal sampled in time, ms. */
export interface TimeSeries {
  readonly t: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

/** A named part of the experiment (ms). */
export interface NamedSpan extends Span {
  readonly name: string;
}

export const seconds = (t: ArrayLike<number>): Float64Array => Float64Array.from(t, (v) => v / 1000);

export function phaseSpans(phases: readonly NamedSpan[], labels: boolean): ShadedSpan[] {
  return phases.map(({ from, to, name }, k) => ({
    from: from / 1000,
    to: to / 1000,
    colour: PHASE_COLOURS[k % PHASE_COLOURS.length] as string,
    ...(labels ? { label: name } : {}),
  }));
}

/** A rate in bins as steps; equal bins are taken from the first two middles. */
export function rateSteps({ t, hz }: RateSeries, colour: string, label?: string): Series {
  const half = t.length > 1 ? ((t[1] as number) - (t[0] as number)) / 2 : 50;
  const edges = Float64Array.from({ length: t.length + 1 }, (_, k) => ((t[0] ?? 0) - half + 2 * half * k) / 1000);
  return { type: "step", edges, y: hz, colour, ...(label === undefined ? {} : { label }) };
}

/** Recruitment thresholds against index. */
export function thresholdsFigure(thresholds: ArrayLike<number>, width = 85): string {
  const x = Array.from({ length: thresholds.length }, (_, k) => k);
  return figure({
    width,
    panels: [
      {
        title: "Recruitment thresholds",
        height: 45,
        x: { label: "motor neuron" },
        y: { label: "threshold", range: [0, undefined] },
        series: [{ type: "line", x, y: thresholds, width: 1 }],
      },
    ],
  });
}

/** Power spectra of several signals, logarithmic density. */
export function spectraFigure(
  spectra: readonly { name: string; f: ArrayLike<number>; density: ArrayLike<number> }[],
  options: { unit: string; highest?: number; width?: number },
): string {
  const { unit, highest = 100, width = 85 } = options;
  const dashes = [undefined, "4 1.5", "1.5 1.2"];
  const series = spectra.map((s, k): Series => {
    const keep = Array.from({ length: s.f.length }, (_, i) => i).filter((i) => (s.f[i] as number) <= highest);
    const dash = dashes[k % dashes.length];
    const line = {
      type: "line" as const,
      x: keep.map((i) => s.f[i] as number),
      y: keep.map((i) => s.density[i] as number),
      label: s.name,
    };
    return dash === undefined ? line : { ...line, dash };
  });
  return figure({
    width,
    panels: [
      { height: 42, x: { label: "frequency", unit: "Hz" }, y: { label: "power density", unit, scale: "log" }, series },
    ],
  });
}
