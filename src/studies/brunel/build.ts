import { coefficientOfVariation, intervals } from "../../analysis/intervals.ts";
import { pairCorrelations } from "../../analysis/correlation.ts";
import { binnedCounts, meanRates, populationRate } from "../../analysis/rates.ts";
import { welch } from "../../analysis/spectrum.ts";
import { timesPerCell as trainsOf, type Span, type SpikeTrains } from "../../analysis/spikes.ts";
import { mean } from "../../analysis/stats.ts";
import { fixed, formatTable } from "../../analysis/summary.ts";
import { fixedInDegree, oneToOne } from "../../connect/rules.ts";
import iafDelta from "../../mechanisms/neurons/iaf_delta.ts";
import { Network } from "../../network/network.ts";
import { poissonPort } from "../../network/sources.ts";
import type { StoredRun } from "../../storage/load-run.ts";
import { Hz, ms, mV, seconds } from "../../units.ts";
import type { Built, Figure, Given } from "../study.ts";
import { selfConsistentRate } from "./mean-field.ts";
import { prefixed, type Values } from "../values.ts";
import type { BrunelSettings } from "./study.ts";

/** Links onto each neuron, and the external rate per link (Hz). */
function sizes(s: BrunelSettings) {
  const excitatory = Math.round(s.probability * s.cells.excitatory);
  const inhibitory = Math.round(s.probability * s.cells.inhibitory);
  const rate = (1000 * s.eta * s.neuron.threshold) / (s.J * excitatory * s.neuron.tau);
  return { excitatory, inhibitory, rate };
}

export function buildBrunel(s: BrunelSettings, { seed }: Given): Built {
  const { excitatory, inhibitory, rate } = sizes(s);
  const net = new Network({ seed, name: "brunel" });
  const { tau, threshold, reset, refractory } = s.neuron;
  const params = { tau_m: ms(tau), E_L: mV(0), V_th: mV(threshold), V_reset: mV(reset), t_ref: ms(refractory) };
  const populations = (["E", "I"] as const).map((name) => {
    const n = name === "E" ? s.cells.excitatory : s.cells.inhibitory;
    const cells = net.cells(name, iafDelta({ n, params, initial: { V: mV(0) } }));
    const external = net.sources(`external_${name}`, n, poissonPort({ sources: excitatory, rate: Hz(rate) }));
    net.connect(external, cells.jump, oneToOne(), { weight: mV(s.J), delay: ms(s.delay) });
    return cells;
  });
  const [E, I] = populations as [(typeof populations)[0], (typeof populations)[0]];
  for (const target of populations) {
    net.connect(E, target.jump, fixedInDegree(excitatory, { autapses: false }), { weight: mV(s.J), delay: ms(s.delay) });
    net.connect(I, target.jump, fixedInDegree(inhibitory, { autapses: false }), { weight: mV(-s.g * s.J), delay: ms(s.delay) });
  }
  return {
    network: net,
    dt: ms(s.dt),
    duration: seconds(s.duration),
    chunk: seconds(s.chunk),
    notes: [`${excitatory} + ${inhibitory} links onto each of ${s.cells.excitatory + s.cells.inhibitory} neurons, ${excitatory} external inputs of ${rate.toPrecision(4)} Hz`],
    summary: (run, entry) => summary(run, entry, s),
    figures: (run, entry) => figures(run, entry, s),
    values: (run, entry) => values(run, entry, s),
  };
} // prettier-ignore

const spanOf = (s: BrunelSettings, run: StoredRun): Span => ({ from: Math.min(1000 * s.from, run.durationMs / 2), to: run.durationMs }); // prettier-ignore

/** ms: finer than the fastest oscillation, 180 Hz. */
const BIN = 0.5;

/** Irregularity, synchrony and oscillation of both populations, and the mean-field rate beside them. */
async function values(run: StoredRun, entry: number, s: BrunelSettings): Promise<Values> {
  const span = spanOf(s, run);
  const found: Record<string, number> = { mean_field_rate__Hz: expectedRate(s) };
  for (const name of ["E", "I"]) {
    const trains = await run.spikes(name, entry);
    const { cv, correlation } = irregularity(trains, span, s.pairs);
    const { peak } = spectrumOf(trains, span);
    const measured = {
      late_rate__Hz: mean(meanRates(trains, span)),
      late_cv: cv,
      correlation,
      spectrum_peak__Hz: peak,
    };
    Object.assign(found, prefixed(`${name}.`, measured));
  }
  return found;
}

function expectedRate(s: BrunelSettings): number {
  const { excitatory, inhibitory, rate } = sizes(s);
  return selfConsistentRate({ neuron: s.neuron, J: s.J, g: s.g, excitatory, inhibitory, external: excitatory * rate });
}

async function summary(run: StoredRun, entry: number, s: BrunelSettings): Promise<string> {
  const span = spanOf(s, run);
  const rows: (string | number)[][] = [];
  for (const name of ["E", "I"]) {
    const trains = await run.spikes(name, entry);
    const { cv, correlation } = irregularity(trains, span, s.pairs);
    const { peak } = spectrumOf(trains, span);
    rows.push([name, fixed(mean(meanRates(trains, span)), 2), fixed(cv, 2), fixed(correlation, 3), fixed(peak, 0)]);
  }
  const table = formatTable(["population", "rate (Hz)", "CV of intervals", "correlation of pairs (5 ms)", "peak of the rate's spectrum (Hz)"], rows); // prettier-ignore
  return `${table}\n\nmean-field rate of the asynchronous state (diffusion approximation): ${fixed(expectedRate(s), 2)} Hz`;
}

/** Mean CV of neurons with four spikes or more, and mean correlation of counts in 5 ms of the first of them. */
function irregularity(trains: SpikeTrains, span: Span, pairs: number): { cv: number; correlation: number } {
  const all = trainsOf(trains).map((train) => Array.from(train).filter((t) => t >= span.from && t < span.to));
  const cvs = all.filter((t) => t.length >= 4).map((t) => coefficientOfVariation(intervals(Float64Array.from(t))));
  const active = all.filter((t) => t.length > 0).slice(0, pairs);
  const found = pairCorrelations(active.map((t) => binnedCounts(t, span, 5))).filter((r) => Number.isFinite(r));
  return { cv: cvs.length === 0 ? NaN : mean(cvs), correlation: found.length === 0 ? NaN : mean(found) };
}

/** Of the population's rate, above 5 Hz: what is slower is the length of the run. */
function spectrumOf(trains: SpikeTrains, span: Span): { f: Float64Array; density: Float64Array; peak: number } {
  const { hz } = populationRate(trains, span, BIN);
  const segment = 2 ** Math.floor(Math.log2(Math.min(1024, hz.length)));
  const { f, density } = welch(hz, { fs: 1000 / BIN, segment, overlap: 0.5 });
  let best = 0;
  f.forEach((x, k) => {
    if (x >= 5 && ((density[k] as number) > (density[best] as number) || (f[best] as number) < 5)) best = k;
  });
  return { f, density, peak: f[best] as number };
}

async function figures(run: StoredRun, entry: number, s: BrunelSettings): Promise<Figure[]> {
  const { activityFigure, statisticsFigure } = await import("./figures.ts");
  const span = spanOf(s, run);
  const E = await run.spikes("E", entry);
  const shown = { from: span.from, to: Math.min(span.to, span.from + 200) };
  const cvs = trainsOf(E).filter((t) => t.length >= 4).map((t) => coefficientOfVariation(intervals(t))); // prettier-ignore
  return [
    { name: "activity", svg: () => activityFigure(E, s.pairs, shown, BIN) },
    { name: "statistics", svg: () => statisticsFigure(spectrumOf(E, span), meanRates(E, span), cvs) },
  ];
}
