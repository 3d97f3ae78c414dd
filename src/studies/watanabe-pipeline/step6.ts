import { binFrom, wholeBins } from "../../analysis/grid.ts";
import { counts, select, window, type Span, type SpikeTrains } from "../../analysis/spikes.ts";
import { binnedCounts, meanRates } from "../../analysis/rates.ts";
import { fixed, formatTable } from "../../analysis/summary.ts";
import { seriesColour } from "../../plot/colours.ts";
import { figure } from "../../plot/figure.ts";
import type { Panel } from "../../plot/types.ts";
import { phaseSpans, seconds } from "../../plot/common.ts";
import { loadRun } from "../../storage/load-run.ts";
import type { Trace } from "../../run/chunk.ts";
import type { Figure, StudyContext } from "../study.ts";
import { compositeCoherence, meanBetween } from "./coherence.ts";
import { coherenceFigure } from "./figures.ts";
import { writeJson } from "./files.ts";
import { coherencePhases, wholePhases } from "./drives.ts";
import { prefixed, type Values } from "../values.ts";
import type { PipelineSettings } from "./settings.ts";
import { CHUNKS_FOLDER } from "./steps345.ts";
import type { StepResult } from "./plan.ts";

/** Step 06: coherence of composite trains with the mean potential, and the raster with two close looks. */
export async function analysisFigures(s: PipelineSettings, context: StudyContext): Promise<StepResult> {
  context.progress("06 figures", 0);
  const run = await loadRun(await context.folder(CHUNKS_FOLDER));
  const trains = await run.spikes("aMN");
  const potential = meanPotential(await run.trace("aMN", "V"));
  const phases = coherencePhases(s).filter(({ to }) => to <= run.durationMs);
  const found = phases.map((phase, k) => {
    context.progress("06 figures", k / phases.length);
    const reference = binned(potential, phase, s.coherence.bin);
    return { phase, ...compositeCoherence(trains, reference, phase, s.coherence) };
  });
  const curves = found.map(({ phase, f, groups, mean, level }) => ({ name: phase.name, f, groups, mean, level }));
  const { highest } = s.coherence;
  const figures: Figure[] = [
    { name: "watanabe_raster_full_duration", svg: () => rasterFigure(trains, s, run.durationMs) },
  ];
  if (curves.length > 0) figures.unshift({ name: "coherence_spectra_all_windows", svg: () => coherenceFigure(curves, 180, highest) }); // prettier-ignore
  const rows = found.map(({ phase, f, mean, between, level, independent }) => ({
    phase: phase.name,
    from__s: phase.from / 1000,
    to__s: phase.to / 1000,
    independent_segments: independent,
    confidence_level: level,
    with_potential_1_10__Hz: meanBetween(f, mean, 1, 10),
    with_potential_at_oscillation: nearest(f, mean, s.drive.frequency),
    between_groups_1_10__Hz: meanBetween(f, between, 1, 10),
    between_groups_at_oscillation: nearest(f, between, s.drive.frequency),
  }));
  await writeJson(context.out, "coherence.json", { units_per_group: s.coherence.size, groups: s.coherence.groups, phases: rows }); // prettier-ignore
  const at = `at ${s.drive.frequency} Hz`;
  const table = formatTable(
    ["coherence", "window (s)", "independent", "chance 5 %", "with V 1-10 Hz", `with V ${at}`, "groups 1-10 Hz", `groups ${at}`], // prettier-ignore
    rows.map((r) => [r.phase, `${r.from__s}-${r.to__s}`, fixed(r.independent_segments, 1), r.confidence_level, r.with_potential_1_10__Hz, r.with_potential_at_oscillation, r.between_groups_1_10__Hz, r.between_groups_at_oscillation]), // prettier-ignore
  );
  const text =
    `06 coherence, composite trains of ${s.coherence.size} units\n${table}\n` +
    "Windows of a few seconds hold few independent segments: values below the 5 % level say nothing.";
  const values = rows.map((r) =>
    prefixed(`coherence.${r.phase.replaceAll(/\W+/g, "_")}.`, {
      with_potential_1_10__Hz: r.with_potential_1_10__Hz,
      with_potential_at_oscillation: r.with_potential_at_oscillation,
      between_groups_1_10__Hz: r.between_groups_1_10__Hz,
      between_groups_at_oscillation: r.between_groups_at_oscillation,
    }),
  );
  return { text, values: Object.assign({}, ...values) as Values, figures };
}

/** Of the bin that a frequency falls in. */
const nearest = (f: Float64Array, coherence: Float64Array, frequency: number): number =>
  coherence[Math.round(frequency / (f[1] as number))] ?? NaN;

interface Sampled {
  readonly t: Float64Array;
  readonly value: Float64Array;
}

/** Mean over the recorded cells. */
function meanPotential({ times, cells, data }: Trace): Sampled {
  const n = cells.length;
  const value = times.map((_, row) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += data[row * n + k] as number;
    return sum / n;
  });
  return { t: times, value };
}

/** Mean of a signal in each bin of a span, so that nothing above the bins' rate folds back. */
function binned({ t, value }: Sampled, { from, to }: Span, binMs: number): Float64Array {
  const sums = new Float64Array(wholeBins("drive", from, to, binMs));
  const samples = new Float64Array(sums.length);
  t.forEach((time, k) => {
    const bin = binFrom(time, from, binMs);
    if (bin < 0 || bin >= sums.length) return;
    sums[bin] = (sums[bin] as number) + (value[k] as number);
    samples[bin] = (samples[bin] as number) + 1;
  });
  return sums.map((sum, bin) => sum / (samples[bin] as number));
}

const CLOSE_MS = 100;

/** All spikes sorted by mean rate, the fastest at the bottom; below it the busiest 0.1 s of phase 1 and 0.1 s at 35 % of phase 2. */
function rasterFigure(trains: SpikeTrains, s: PipelineSettings, durationMs: number, width = 180): string {
  const whole: Span = { from: 0, to: durationMs };
  const rates = meanRates(trains, whole);
  const order = Array.from({ length: trains.n }, (_, k) => k).sort(
    (a, b) => (rates[b] as number) - (rates[a] as number),
  );
  const sorted = select(trains, order);
  const active = counts(trains).filter((count) => count > 0).length;
  const phases = wholePhases(s).filter(({ from }) => from < durationMs);
  const panel = (title: string, span: Span, height: number): Panel => {
    const seen = window(sorted, span.from, span.to);
    return {
      title,
      height,
      x: { label: "time", unit: "s", range: [span.from / 1000, span.to / 1000] },
      y: { label: "unit, fastest at the bottom" },
      series: [
        { type: "raster", x: seconds(seen.times), rows: seen.cells, rowCount: trains.n, colour: seriesColour(0), tick: height > 40 ? 1.2 : 9 }, // prettier-ignore
      ],
      ...(span === whole ? { spans: phaseSpans(phases, true) } : {}),
    };
  };
  const close = closeLooks(trains, s, durationMs);
  const top = panel(`Motor neurons, ${active} of ${trains.n} active`, whole, 60);
  return figure({ width, panels: [top, ...close.map(({ title, span }) => panel(title, span, 36))] });
}

function closeLooks(trains: SpikeTrains, s: PipelineSettings, durationMs: number): { title: string; span: Span }[] {
  const second = 1000 * s.phase;
  const binMs = CLOSE_MS;
  const first = binnedCounts(trains.times, { from: 0, to: Math.min(second, durationMs) }, binMs);
  const busiest = first.indexOf(first.reduce((a, b) => Math.max(a, b), 0)) * binMs;
  const looks = [{ title: "Constant drive, its busiest 0.1 s", from: busiest }, { title: "Modulated drive, 0.1 s", from: 1.35 * second }]; // prettier-ignore
  return looks
    .filter(({ from }) => from + CLOSE_MS <= durationMs)
    .map(({ title, from }) => ({ title, span: { from, to: from + CLOSE_MS } }));
}
