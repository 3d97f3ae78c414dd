import { extremes } from "../sorted.ts";
import { coefficientOfVariation, intervals } from "./intervals.ts";
import { checkSpan, timesPerCell, window, type Span, type SpikeTrains } from "./spikes.ts";
import { mean, standardDeviation } from "./stats.ts";

/** A named span of time (ms). */
export interface Phase extends Span {
  readonly name: string;
}

/** Where the three phases of the Watanabe experiment are measured: silence and onsets left out. */
export const WATANABE_WINDOWS: readonly Phase[] = [
  { name: "constant", from: 2000, to: 5000 },
  { name: "modulated", from: 6000, to: 10_000 },
  { name: "matched, modulated", from: 11_000, to: 15_000 },
];

export interface PhaseSummary extends Phase {
  readonly units: number;
  /** Units with a spike in the window. */
  readonly active: number;
  readonly spikes: number;
  /** Mean over active units of spikes over duration (Hz); NaN when none is active. */
  readonly meanRate: number;
  /** Mean over units with at least `minSpikes` spikes of the CV of their intervals (population SD); NaN when there is none. */
  readonly cv: number;
  readonly unitsForCv: number;
}

/** Firing in each window.
 * @param options minSpikes: spikes a unit needs for a CV (3: two intervals) */
export function phaseSummary(
  trains: SpikeTrains,
  windows: readonly Phase[],
  options: { minSpikes?: number } = {},
): PhaseSummary[] {
  const { minSpikes = 3 } = options;
  return windows.map((phase) => {
    checkSpan(`phase "${phase.name}"`, phase);
    const active = timesPerCell(window(trains, phase.from, phase.to)).filter((times) => times.length > 0);
    const rates = active.map((times) => (times.length * 1000) / (phase.to - phase.from));
    const cvs = active
      .filter((times) => times.length >= minSpikes)
      .map((times) => coefficientOfVariation(intervals(times)));
    const spikes = active.reduce((sum, times) => sum + times.length, 0);
    return {
      ...phase,
      units: trains.n,
      active: active.length,
      spikes,
      meanRate: mean(rates),
      cv: mean(cvs),
      unitsForCv: cvs.length,
    };
  });
}

/** First statistics block of the trapezoid experiment, for one population. */
export interface ActivitySummary {
  readonly units: number;
  readonly active: number;
  /** Cells that fired once: their rate is undefined, so the figures below leave them out. */
  readonly undefinedRates: number;
  /** Over cells of spikes / (last - first spike), Hz, population SD. NaN when no cell has one. */
  readonly mean: number;
  readonly sd: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Rates as the published script counts them: spikes, not intervals, over the time from the first to the last. */
export function activitySummary(trains: SpikeTrains): ActivitySummary {
  const active = timesPerCell(trains).filter((times) => times.length > 0);
  const span = (times: Float64Array) => (times.at(-1) as number) - (times[0] as number);
  const rates = active.filter((times) => span(times) > 0).map((times) => (times.length * 1000) / span(times));
  const [minimum, maximum] = rates.length > 0 ? extremes(rates) : [NaN, NaN];
  return {
    units: trains.n,
    active: active.length,
    undefinedRates: active.length - rates.length,
    mean: mean(rates),
    sd: standardDeviation(rates, "population"),
    minimum,
    maximum,
  };
}

/** Second statistics block of the trapezoid experiment. */
export interface PlateauSummary extends Span {
  /** Indices of units with more than 2 spikes in the whole record; rate and cv are theirs. */
  readonly cells: Uint32Array;
  /** Spikes in the plateau over its duration (Hz). */
  readonly rate: Float64Array;
  /** Population SD over mean of the plateau's intervals; NaN for units with fewer than 2 spikes there. */
  readonly cv: Float64Array;
  readonly meanRate: number;
  readonly meanCv: number;
}

/** Rates and CVs on the plateau.
 * @param options zeroCv: let units without an interval enter the mean CV as 0, as the published script does */
export function plateauSummary(
  trains: SpikeTrains,
  span: Span = { from: 1500, to: 11_500 },
  options: { zeroCv?: boolean } = {},
): PlateauSummary {
  checkSpan("plateau", span);
  const all = timesPerCell(trains);
  const cells = Uint32Array.from(all.keys()).filter((cell) => (all[cell] as Float64Array).length > 2);
  const plateau = timesPerCell(window(trains, span.from, span.to));
  const times = Array.from(cells, (cell) => plateau[cell] as Float64Array);
  const rate = Float64Array.from(times, (t) => (t.length * 1000) / (span.to - span.from));
  const cv = Float64Array.from(times, (t) => coefficientOfVariation(intervals(t)));
  const counted = options.zeroCv ? cv.map((v) => (Number.isNaN(v) ? 0 : v)) : cv.filter((v) => !Number.isNaN(v));
  return { ...span, cells, rate, cv, meanRate: mean(rate), meanCv: mean(counted) };
}

/** A plain-text table: the first column to the left, the others to the right, a rule under the head. */
export function formatTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((v) => (typeof v === "number" ? formatNumber(v) : v)));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const lines = cells.map((row) =>
    widths
      .map((w, k) => (k === 0 ? (row[k] ?? "").padEnd(w) : (row[k] ?? "").padStart(w)))
      .join("  ")
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((w) => "-".repeat(w)).join("  "));
  return lines.join("\n");
}

/** Integers whole, others to three or four figures, "n/a" for what is undefined. */
export function formatNumber(v: number): string {
  if (!Number.isFinite(v)) return "n/a";
  if (Number.isInteger(v)) return String(v);
  const decimals = Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(Math.abs(v)))));
  return v.toFixed(decimals);
}

/** With so many decimals; "n/a" for what is undefined. */
export const fixed = (v: number, decimals: number): string => (Number.isFinite(v) ? v.toFixed(decimals) : "n/a");

/** The phases as a table, one row each. */
export function phaseTable(phases: readonly PhaseSummary[]): string {
  const head = ["phase", "window (s)", "active", "spikes", "rate (Hz)", "CV of ISI"];
  const rows = phases.map((p) => [
    p.name,
    `${p.from / 1000}-${p.to / 1000}`,
    `${p.active}/${p.units}`,
    p.spikes,
    fixed(p.meanRate, 2),
    Number.isNaN(p.cv) ? "n/a" : `${p.cv.toFixed(3)} (n=${p.unitsForCv})`,
  ]);
  return formatTable(head, rows);
}

/** The first block as text, a row per population; says how many cells it leaves out. */
export function activityTable(populations: Readonly<Record<string, ActivitySummary>>): string {
  const head = ["population", "active", "rate (Hz)", "min-max (Hz)", "fired once, left out"];
  const rows = Object.entries(populations).map(([name, s]) => [
    name,
    `${s.active}/${s.units}`,
    `${formatNumber(s.mean)} +- ${formatNumber(s.sd)}`,
    `${formatNumber(s.minimum)}-${formatNumber(s.maximum)}`,
    s.undefinedRates,
  ]);
  return formatTable(head, rows);
}

/** The second block as text. */
export function plateauTable(p: PlateauSummary): string {
  const head = [`plateau ${p.from / 1000}-${p.to / 1000} s`, "units", "rate (Hz)", "CV of ISI"];
  return formatTable(head, [
    ["mean over units with > 2 spikes", p.cells.length, fixed(p.meanRate, 2), fixed(p.meanCv, 3)],
  ]);
}
