import { fixed } from "../../analysis/summary.ts";
import { fixedInDegree, oneToOne } from "../../connect/rules.ts";
import iafDelta from "../../mechanisms/neurons/iaf_delta.ts";
import { Network } from "../../network/network.ts";
import { poissonPort } from "../../network/sources.ts";
import type { StoredRun } from "../../storage/load-run.ts";
import { Hz, ms, mV, seconds } from "../../units.ts";
import type { Built, Figure, Given } from "../study.ts";
import { activityOf, activityTable, lateSpan, lateValues, rateSpectrum } from "../activity.ts";
import { selfConsistentRate } from "./mean-field.ts";
import type { Values } from "../values.ts";
import type { BrunelSettings } from "./settings.ts";

const POPULATIONS = ["E", "I"] as const;

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
  const populations = POPULATIONS.map((name) => {
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

/** Irregularity, synchrony and oscillation of both populations, and the mean-field rate beside them. */
async function values(run: StoredRun, entry: number, s: BrunelSettings): Promise<Values> {
  const span = lateSpan(s.from, run);
  const found: Record<string, number> = { mean_field_rate__Hz: expectedRate(s) };
  for (const name of POPULATIONS) Object.assign(found, lateValues(name, await run.spikes(name, entry), span, s.pairs));
  return found;
}

function expectedRate(s: BrunelSettings): number {
  const { excitatory, inhibitory, rate } = sizes(s);
  return selfConsistentRate({ neuron: s.neuron, J: s.J, g: s.g, excitatory, inhibitory, external: excitatory * rate });
}

async function summary(run: StoredRun, entry: number, s: BrunelSettings): Promise<string> {
  const table = activityTable(await values(run, entry, s), POPULATIONS);
  return `${table}\n\nmean-field rate of the asynchronous state (diffusion approximation): ${fixed(expectedRate(s), 2)} Hz`;
}

async function figures(run: StoredRun, entry: number, s: BrunelSettings): Promise<Figure[]> {
  const { activityFigure, statisticsFigure } = await import("../activity-figures.ts");
  const span = lateSpan(s.from, run);
  const E = await run.spikes("E", entry);
  const shown = { from: span.from, to: Math.min(span.to, span.from + 200) };
  const { rates, cvs } = activityOf(E, span, 0);
  return [
    { name: "activity", svg: () => activityFigure(E, s.pairs, shown) },
    {
      name: "statistics",
      svg: () => statisticsFigure([{ label: "", spectrum: rateSpectrum(E, span), rates, cvs }], span),
    },
  ];
}
