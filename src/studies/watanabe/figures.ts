import type { RateSeries } from "../../analysis/rates.ts";
import type { SpikeTrains } from "../../analysis/spikes.ts";
import { seriesColour } from "../../plot/colours.ts";
import { phaseSpans, rateSteps, seconds, type NamedSpan, type TimeSeries } from "../../plot/common.ts";
import { figure } from "../../plot/figure.ts";
import type { Panel, Series } from "../../plot/types.ts";

interface WatanabeData {
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
