import { figure } from "../../plot/figure.ts";
import { seriesColour } from "../../plot/colours.ts";
import type { Panel, Series } from "../../plot/types.ts";
import type { EnsembleMember } from "../../models/trained-network/ensemble.ts";
import type { Dimension } from "../../models/trained-network/dimension.ts";
import type { LoopMeasures } from "../../models/trained-network/measures.ts";
import type { Spectrum } from "../../models/trained-network/spectrum.ts";

/** What is kept of one loop for drawing: [steps][n]. */
export interface ShownLoop {
  readonly loop: number;
  readonly input: Float32Array;
  readonly r: Float32Array;
  readonly spikes: Uint8Array;
}

/** What is kept of the first network: loops untrained, last trained, last test. */
export interface ShownNetwork {
  readonly member: EnsembleMember;
  readonly n: number;
  readonly nqif: number;
  readonly itstim: number;
  readonly dtMs: number;
  readonly loops: readonly ShownLoop[];
}

const stages = ["untrained", "last training loop", "test"];
const pick = (values: ArrayLike<number>, n: number, i: number): Float64Array =>
  Float64Array.from({ length: values.length / n }, (_, it) => values[it * n + i] as number);

/** Target against synaptic input of sample neurons: untrained, in the last training loop, and in a test loop. */
export function targetFigure(shown: ShownNetwork, neurons: readonly number[], width = 180): string {
  const panels = neurons.flatMap((i) =>
    shown.loops.map(({ loop, input }, column): Panel => {
      const t = Float64Array.from({ length: input.length / shown.n }, (_, it) => (it * shown.dtMs) / 1000);
      const first = i === neurons[0];
      const lines: Series[] = [
        { type: "line", x: t, y: pick(input, shown.n, i), colour: seriesColour(0), width: 0.6, label: "input" },
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
export function rasterFigure(shown: ShownNetwork, width = 180): string {
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
export function errorFigure(
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
export function motifFigure(
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
export function spectrumFigure(
  spectra: readonly { readonly title: string; readonly spectrum: Spectrum }[],
  width = 180,
): string {
  const panels = spectra.map(({ title, spectrum }): Panel => {
    const out = spectrum.outliers.length;
    const angle = Array.from({ length: 121 }, (_, k) => (2 * Math.PI * k) / 120);
    const limit = 1.1 * Math.max(spectrum.radius, spectrum.bulkRadius);
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
export function covarianceFigure(
  stages: readonly {
    readonly title: string;
    readonly C: Float64Array;
    readonly n: number;
    readonly dimension: Dimension;
  }[],
  width = 180,
): string {
  const panels = stages.map(({ title, C, n, dimension }): Panel => {
    const largest = 3 * dimension.meanVariance;
    return {
      title: `${title}: participation ratio ${dimension.participationRatio.toFixed(2)}, corrected ${dimension.dprBias.toFixed(2)}`,
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
