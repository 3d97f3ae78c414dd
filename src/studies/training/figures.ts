import { fixed } from "../../analysis/summary.ts";
import type { CompiledTraining } from "../../compile/trained/training.ts";
import type { Dimension } from "../../models/trained-network/dimension.ts";
import type { EnsembleMember } from "../../models/trained-network/ensemble.ts";
import type { LoopMeasures } from "../../models/trained-network/measures.ts";
import { dense } from "../../models/trained-network/motifs.ts";
import { nqifOf, type TrainedNetworkParameters } from "../../network/trained-parameters.ts";
import type { LoopResult } from "../../models/trained-network/run.ts";
import { spectrum, type Spectrum } from "../../models/trained-network/spectrum.ts";
import { seriesColour } from "../../plot/colours.ts";
import { figure } from "../../plot/figure.ts";
import type { Panel, Series } from "../../plot/types.ts";
import type { Figure } from "../study.ts";
import { sampleNeurons } from "./output.ts";

/** Neurons whose input is shown. */
const SHOWN = 5;

/** What is kept of a loop of the first network for drawing. */
export interface ShownLoop {
  readonly loop: number;
  /** The synaptic input with the stimulus, of each shown neuron. */
  readonly input: readonly Float32Array[];
  /** 0 or 1, [steps][n]. */
  readonly spikes: Uint8Array;
  /** Weights at its end. */
  readonly w: Float64Array;
}

export interface ShownCovariance {
  readonly title: string;
  readonly C: Float64Array;
  readonly n: number;
  readonly dimension: Dimension;
}

/** What is kept of the first network: loops untrained, last trained, last test. */
interface ShownNetwork {
  readonly member: EnsembleMember;
  readonly n: number;
  readonly nqif: number;
  readonly itstim: number;
  readonly dtMs: number;
  readonly loops: readonly ShownLoop[];
}

const shownNeurons = (n: number): number[] => sampleNeurons(n).slice(0, SHOWN);

export function shownLoop(
  { n, schedule }: CompiledTraining,
  { draws }: EnsembleMember,
  loop: number,
  { record, w }: LoopResult,
): ShownLoop {
  const v = record.traces.v ?? new Float32Array(0);
  const input = shownNeurons(n).map((i) =>
    Float32Array.from(pick(v, n, i), (x, it) => x + (schedule.stimulusRow[it] === 0 ? (draws.Istim[i] as number) : 0)),
  );
  return { loop, input, spikes: record.spikes, w };
}

/** Every figure of a run; those of single networks show the first. */
export function trainingFigures(
  members: readonly EnsembleMember[],
  measures: readonly (readonly LoopMeasures[])[],
  { N, itstim, h, pqif, nloop, nloop_train }: TrainedNetworkParameters,
  first: {
    readonly shown: readonly ShownLoop[];
    readonly covariances: readonly ShownCovariance[];
    readonly spectrum: boolean;
  },
): Figure[] {
  const list: Figure[] = [
    { name: "error", svg: () => errorFigure(members, measures, nloop_train) },
    { name: "motifs", svg: () => motifFigure(members, measures, nloop_train) },
  ];
  const [member] = members;
  const { shown: loops, covariances, spectrum: wanted } = first;
  if (member !== undefined && loops.length > 0) {
    const shown = { member, n: N, nqif: nqifOf({ N, pqif }), itstim, dtMs: h * 10, loops };
    list.push({ name: "targets", svg: () => targetFigure(shown) }, { name: "rasters", svg: () => rasterFigure(shown) });
    const ends = loops.filter(({ loop }) => loop === 0 || loop === nloop - 1);
    const spectra = () =>
      ends.map(({ loop, w }) => ({
        title: loop === 0 ? "Before training" : "After training",
        spectrum: spectrum(dense(member.draws, w, N), N),
      }));
    if (wanted) list.push({ name: "eigenvalues", svg: () => spectrumFigure(spectra()) });
  }
  if (covariances.length > 0) list.push({ name: "covariance", svg: () => covarianceFigure(covariances) });
  return list;
}

const stages = ["untrained", "last training loop", "test"];
const pick = (values: ArrayLike<number>, n: number, i: number): Float64Array =>
  Float64Array.from({ length: values.length / n }, (_, it) => values[it * n + i] as number);

/** Target against synaptic input of sample neurons: untrained, in the last training loop, and in a test loop. */
function targetFigure(shown: ShownNetwork, width = 180): string {
  const neurons = shownNeurons(shown.n);
  const panels = neurons.flatMap((i, k) =>
    shown.loops.map(({ loop, input }, column): Panel => {
      const y = input[k] ?? new Float32Array(0);
      const t = Float64Array.from({ length: y.length }, (_, it) => (it * shown.dtMs) / 1000);
      const first = i === neurons[0];
      const lines: Series[] = [
        { type: "line", x: t, y: Float64Array.from(y), colour: seriesColour(0), width: 0.6, label: "input" },
        {
          type: "line",
          x: t,
          y: pick(shown.member.target, shown.n, i),
          colour: seriesColour(1),
          width: 0.9,
          dash: "3 1.5",
          label: "target",
        },
      ];
      return {
        title: first ? `Loop ${loop}, ${stages[column] ?? ""}` : "",
        height: 18,
        x: { label: "time", unit: "s" },
        y: { label: column === 0 ? `${i < shown.nqif ? "QIF" : "LIF"} ${i}` : "", range: [-6, 6] },
        series: lines,
        spans: [{ from: 0, to: (shown.itstim * shown.dtMs) / 1000 }],
        legend: first && column === 0,
      };
    }),
  );
  return figure({ width, columns: shown.loops.length, shareX: true, panels });
}

/** Spikes before and after training, QIF below, LIF above. */
function rasterFigure(shown: ShownNetwork, width = 180): string {
  const panels = [shown.loops[0], shown.loops.at(-1)].map((one, k): Panel => {
    const at = one === undefined ? [] : [...one.spikes.keys()].filter((index) => one.spikes[index] === 1);
    return {
      title: `Loop ${one?.loop}, ${k === 0 ? "before" : "after"} training`,
      height: 45,
      x: { label: "time", unit: "s", range: [0, ((one?.spikes.length ?? 0) / shown.n) * shown.dtMs * 1e-3] },
      y: { label: "neuron" },
      series: [
        {
          type: "raster",
          x: at.map((index) => (Math.floor(index / shown.n) * shown.dtMs) / 1000),
          rows: at.map((index) => index % shown.n),
          rowCount: shown.n,
          colourOf: (row) => seriesColour(row < shown.nqif ? 0 : 1),
        },
      ],
      spans: [{ from: 0, to: (shown.itstim * shown.dtMs) / 1000, label: "stimulus" }],
    };
  });
  return figure({ width, columns: 2, panels });
}

/** Mean squared error per loop on a log axis, a line per fraction of QIF: mean over its networks. */
function errorFigure(
  members: readonly EnsembleMember[],
  measures: readonly (readonly LoopMeasures[])[],
  trained: number,
  width = 85,
): string {
  const panel: Panel = {
    title: "Error of the synaptic input",
    height: 45,
    x: { label: "loop" },
    y: { label: "mean squared error", scale: "log" },
    series: byPqif(members, measures, "mse_err", Math.log, Math.exp),
    spans: trained > 0 ? [{ from: 0.5, to: trained + 0.5, label: "training" }] : [],
  };
  return figure({ width, panels: [panel] });
}

/** Trajectories of the motifs over loops, a line per fraction of QIF. */
function motifFigure(
  members: readonly EnsembleMember[],
  measures: readonly (readonly LoopMeasures[])[],
  trained: number,
  width = 180,
): string {
  const names = ["sigma2", "tau_rec", "tau_div", "tau_con", "tau_chn"] as const;
  const titles = ["variance", "reciprocal", "divergent", "convergent", "chain"];
  const panels = names.map((name, k): Panel => ({
    title: titles[k] ?? "",
    height: 32,
    x: { label: "loop" },
    y: { label: name },
    series: byPqif(members, measures, name),
    spans: trained > 0 ? [{ from: 0.5, to: trained + 0.5 }] : [],
    legend: k === 0,
  }));
  return figure({ width, columns: 3, panels });
}

/** One line per fraction of QIF: the mean over resets and seeds, taken in a transformed scale. */
function byPqif(
  members: readonly EnsembleMember[],
  measures: readonly (readonly LoopMeasures[])[],
  name: "mse_err" | "sigma2" | "tau_rec" | "tau_div" | "tau_con" | "tau_chn",
  into = (x: number): number => x,
  back = (x: number): number => x,
): Series[] {
  const fractions = [...new Set(members.map(({ pqif }) => pqif))];
  return fractions.map((pqif, k) => {
    const runs = measures.filter((_, m) => members[m]?.pqif === pqif);
    const loops = Math.max(...runs.map((run) => run.length));
    const y = Float64Array.from({ length: loops }, (_, loop) => {
      const values = runs.flatMap((run) => (run[loop] === undefined ? [] : [into(run[loop][name])]));
      return back(values.reduce((a, b) => a + b, 0) / values.length);
    });
    return { type: "line", x: y.map((_, loop) => loop), y, label: `pqif ${pqif}`, colour: seriesColour(k), width: 1 };
  });
}

/** Eigenvalues before and after training with the circle that holds the bulk; outliers in another colour. */
function spectrumFigure(
  spectra: readonly { readonly title: string; readonly spectrum: Spectrum }[],
  width = 180,
): string {
  const panels = spectra.map(({ title, spectrum }): Panel => {
    const out = spectrum.outliers.length;
    const angle = Array.from({ length: 121 }, (_, k) => (2 * Math.PI * k) / 120);
    const limit = 1.1 * Math.max(spectrum.radius, spectrum.bulkRadius) || 1; // weights may all be 0
    return {
      title: `${title}: ${out} outlier${out === 1 ? "" : "s"}`,
      height: 72,
      x: { label: "real part", range: [-limit, limit] },
      y: { label: "imaginary part", range: [-limit, limit] },
      series: [
        { type: "scatter", x: spectrum.real.slice(out), y: spectrum.imag.slice(out), size: 2, colour: seriesColour(0) },
        {
          type: "scatter",
          x: spectrum.real.slice(0, out),
          y: spectrum.imag.slice(0, out),
          size: 3,
          colour: seriesColour(1),
        },
        {
          type: "line",
          x: angle.map((a) => spectrum.bulkRadius * Math.cos(a)),
          y: angle.map((a) => spectrum.bulkRadius * Math.sin(a)),
          colour: "#999999",
          width: 0.6,
        },
      ],
    };
  });
  return figure({ width, columns: panels.length, panels });
}

/** Covariance of r before and after training, with the dimension of the activity. */
function covarianceFigure(stages: readonly ShownCovariance[], width = 180): string {
  const panels = stages.map(({ title, C, n, dimension }): Panel => {
    const largest = 3 * dimension.meanVariance || 1; // where nobody fires
    return {
      title: `${title}: participation ratio ${fixed(dimension.participationRatio, 2)}, corrected ${fixed(dimension.dprBias, 2)}`,
      height: 60,
      x: { label: "neuron" },
      y: { label: "neuron" },
      series: [
        {
          type: "heat",
          z: C,
          rows: n,
          columns: n,
          x: [0, n],
          y: [0, n],
          range: [-largest, largest],
          valueLabel: "covariance of r",
        },
      ],
    };
  });
  return figure({ width, columns: panels.length, panels });
}
