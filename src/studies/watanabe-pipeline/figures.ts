import { FORCE_COLOURS, seriesColour } from "../../plot/colours.ts";
import type { NamedSpan } from "../../plot/common.ts";
import { figure } from "../../plot/figure.ts";
import type { Panel, Series } from "../../plot/types.ts";

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

interface CoherenceCurve {
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
