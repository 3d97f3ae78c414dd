import type { RateSeries } from "../analysis/rates.ts";
import type { SpikeTrains, Span } from "../analysis/spikes.ts";
import { FORCE_COLOURS, PHASE_COLOURS, seriesColour } from "./colours.ts";
import { figure } from "./figure.ts";
import type { Panel, Series, ShadedSpan } from "./types.ts";

/** A signal sampled in time, ms. */
export interface TimeSeries {
  readonly t: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

/** A named part of the experiment (ms). */
export interface NamedSpan extends Span {
  readonly name: string;
}

export interface WatanabeData {
  readonly phases: readonly NamedSpan[];
  /** Rates asked of the descending and the independent sources (Hz). */
  readonly ddDrive: TimeSeries;
  readonly inDrive: TimeSeries;
  /** Motor neurons in recruitment order. */
  readonly motorNeurons: SpikeTrains;
  /** Over all motor neurons, in 100 ms bins. */
  readonly populationRate: RateSeries;
  /** Somatic potentials (mV) of chosen cells, for example the first, middle and last recorded. */
  readonly potentials: readonly (TimeSeries & { readonly cell: number })[];
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

/** The run of the three-phase experiment, panels on one time axis: drives, raster, population rate, potentials. */
export function watanabeFigure(data: WatanabeData, width = 180): string {
  const x = { label: "time", unit: "s" };
  const timed = (panel: Omit<Panel, "x" | "spans">, k: number): Panel => ({
    ...panel,
    x,
    spans: phaseSpans(data.phases, k === 0),
  });
  const trains = data.motorNeurons;
  const active = new Set(trains.cells).size;
  const panels: Omit<Panel, "x" | "spans">[] = [
    { title: "Descending drive", height: 20, y: { label: "rate", unit: "Hz" }, series: [drive(data.ddDrive, 0)] },
    { title: "Independent drive", height: 14, y: { label: "rate", unit: "Hz" }, series: [drive(data.inDrive, 1)] },
    {
      title: `Motor neurons in recruitment order, ${active} of ${trains.n} active`,
      height: 42,
      y: { label: "motor neuron" },
      series: [
        {
          type: "raster",
          x: seconds(trains.times),
          rows: trains.cells,
          rowCount: trains.n,
          colour: "#1a1a1a",
          tick: 1.2,
        },
      ],
    },
    {
      title: "Mean discharge rate over all motor neurons, 100 ms bins",
      height: 20,
      y: { label: "rate", unit: "Hz", range: [0, undefined] },
      series: [rateSteps(data.populationRate, seriesColour(0))],
    },
    ...data.potentials.map((p) => ({
      title: `Motor neuron ${p.cell}, soma`,
      height: 14,
      y: { label: "V", unit: "mV" },
      series: [{ type: "line", x: seconds(p.t), y: p.value, colour: seriesColour(0), width: 0.35 } satisfies Series],
    })),
  ];
  return figure({ width, shareX: true, panels: panels.map(timed) });
}

const drive = (s: TimeSeries, k: number): Series => ({
  type: "line",
  x: seconds(s.t),
  y: s.value,
  colour: seriesColour(k),
  width: 0.5,
});

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

/** Force over time, each phase in its published colour. */
export function forceFigure(
  data: { phases: readonly NamedSpan[]; force: ArrayLike<number>; frequency: number; unit: string },
  width = 180,
): string {
  const { phases, force, frequency, unit } = data;
  const series = phases.map((phase, k): Series => {
    const [a, b] = [phase.from, phase.to].map((t) => Math.min(force.length, Math.round((t * frequency) / 1000))) as [
      number,
      number,
    ];
    const x = Float64Array.from({ length: Math.max(0, b - a) }, (_, i) => (a + i) / frequency);
    const y = x.map((_, i) => force[a + i] as number);
    return {
      type: "line",
      x,
      y,
      colour: FORCE_COLOURS[k % FORCE_COLOURS.length] as string,
      label: phase.name,
      width: 0.9,
    };
  });
  const panel: Panel = {
    title: "Force",
    height: 45,
    x: { label: "time", unit: "s" },
    y: { label: "force", unit, range: [0, undefined] },
    series,
  };
  return figure({ width, panels: [panel] });
}

export interface CoherenceCurve {
  readonly name: string;
  readonly f: ArrayLike<number>;
  /** Of each group; drawn pale. */
  readonly groups?: readonly ArrayLike<number>[];
  readonly mean: ArrayLike<number>;
  /** Confidence level (1). */
  readonly level?: number;
}

/** Coherence of each phase, 0 to 25 Hz: all groups, their mean, the confidence level. */
export function coherenceFigure(curves: readonly CoherenceCurve[], width = 180, highest = 25): string {
  const panels = curves.map((c, k): Panel => {
    const groups = (c.groups ?? []).map((y): Series => ({ type: "line", x: c.f, y, colour: "#c4c9d4", width: 0.25 }));
    const level: Series[] = c.level === undefined ? [] : [{ type: "rule", y: c.level, label: "confidence level" }];
    return {
      title: c.name,
      height: 38,
      x: { label: "frequency", unit: "Hz", range: [0, highest] },
      y: { label: "coherence", range: [0, 1] },
      series: [
        ...groups,
        { type: "line", x: c.f, y: c.mean, colour: seriesColour(0), width: 1.1, label: "mean" },
        ...level,
      ],
      legend: k === 0,
    };
  });
  return figure({ width, columns: width < 120 ? 1 : Math.min(3, panels.length), panels });
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

/** The objective of the search for the DC offset against its only variable, one curve per way of scaling the force.
 * @param curves error: |mean - target| / target (1), drawn in per cent; best: the offset found (Hz) */
export function objectiveFigure(
  curves: readonly { name: string; dc: ArrayLike<number>; error: ArrayLike<number>; best: number }[],
  width = 85,
): string {
  const markers = ["circle", "square", "triangle"] as const;
  const series = curves.flatMap((c, k): Series[] => {
    const order = Array.from({ length: c.dc.length }, (_, i) => i).sort(
      (a, b) => (c.dc[a] as number) - (c.dc[b] as number),
    );
    const [x, y] = [order.map((i) => c.dc[i] as number), order.map((i) => 100 * (c.error[i] as number))];
    const colour = seriesColour(k);
    return [
      { type: "line", x, y, colour, width: 0.5 },
      { type: "scatter", x, y, colour, marker: markers[k % 3] as "circle", label: c.name },
      { type: "rule", x: c.best, colour },
    ];
  });
  const y = { label: "error of the mean force", unit: "%", range: [0, undefined] as const };
  return figure({ width, panels: [{ height: 45, x: { label: "DC offset", unit: "Hz" }, y, series }] });
}
