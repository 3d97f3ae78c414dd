import { fixedTotal, oneToOne } from "../../connect/rules.ts";
import { normalValues } from "../../connect/values.ts";
import iafExp from "../../mechanisms/neurons/iaf_exp.ts";
import { Network } from "../../network/network.ts";
import { poissonPort } from "../../network/sources.ts";
import { drawNormal, stream } from "../../random/philox.ts";
import type { StoredRun } from "../../storage/load-run.ts";
import { Hz, ms, mV, nF, pA, perCell, seconds, uS } from "../../units.ts";
import { activityOf, activityTable, lateSpan, lateValues, rateSpectrum } from "../activity.ts";
import type { Built, Figure, Given } from "../study.ts";
import type { Values } from "../values.ts";
import { EXTERNAL, FULL_RATES, linksOf, NEURONS, POPULATIONS, PROBABILITY } from "./published.ts";
import type { MicrocircuitSettings } from "./settings.ts";

const isExcitatory = (name: string): boolean => name.endsWith("E");

/** pA: mean weight from one population to another, at full scale. */
function meanWeight(s: MicrocircuitSettings, target: number, source: number): number {
  if (!isExcitatory(POPULATIONS[source] as string)) return -s.weight.g * s.weight.mean;
  return POPULATIONS[source] === "L4E" && POPULATIONS[target] === "L23E" ? s.weight.L4E_to_L23E * s.weight.mean : s.weight.mean;
} // prettier-ignore

const fullLinks = (target: number, source: number): number =>
  linksOf(PROBABILITY[target]?.[source] as number, NEURONS[target] as number, NEURONS[source] as number);

/** pA: constant current of each population that replaces the mean input which scaling takes away. Fewer links by a factor k with
 * weights larger by 1 / sqrt(k) keep the variance of the input and leave sqrt(k) of its mean. */
function replacedInput(s: MicrocircuitSettings): number[] {
  return POPULATIONS.map((_, target) => {
    const recurrent = POPULATIONS.reduce(
      (sum, _name, source) => sum + (meanWeight(s, target, source) * fullLinks(target, source) * (FULL_RATES[source] as number)) / (NEURONS[target] as number),
      0,
    );
    const external = s.weight.mean * (EXTERNAL[target] as number) * s.background;
    return (s.neuron.tau_syn / 1000) * (1 - Math.sqrt(s.scale.links)) * (recurrent + external);
  });
} // prettier-ignore

export function buildMicrocircuit(s: MicrocircuitSettings, { seed }: Given): Built {
  const net = new Network({ seed, name: "microcircuit" });
  const { C_m, tau_m, tau_syn, t_ref, E_L, V_th } = s.neuron;
  const grown = 1 / Math.sqrt(s.scale.links);
  const current = replacedInput(s);
  const cells = POPULATIONS.map((name, p) => {
    const n = Math.max(1, Math.round(s.scale.neurons * (NEURONS[p] as number)));
    const first = Array.from({ length: n }, (_, k) => s.start.mean + s.start.sd * drawNormal(seed, stream("cells", name), k, 0, "initial"));
    const params = { C_m: nF(C_m / 1000), g_L: uS(C_m / 1000 / tau_m), E_L: mV(E_L), V_th: mV(V_th), V_reset: mV(E_L), t_ref: ms(t_ref), tau_ex: ms(tau_syn), tau_in: ms(tau_syn), I_e: pA(current[p] as number) };
    const population = net.cells(name, iafExp({ n, params, initial: { V: perCell(mV, first) } }));
    const sources = Math.round(s.scale.links * (EXTERNAL[p] as number));
    const external = net.sources(`external_${name}`, n, poissonPort({ sources, rate: Hz(s.background) }));
    net.connect(external, population.excitatory, oneToOne(), { weight: pA(grown * s.weight.mean), delay: ms(s.delay.excitatory) });
    return population;
  });
  let total = 0;
  cells.forEach((to, target) => {
    cells.forEach((from, source) => {
      const links = Math.round(s.scale.neurons * s.scale.links * fullLinks(target, source));
      if (links === 0) return;
      total += links;
      const excitatory = isExcitatory(from.name);
      const mean = grown * meanWeight(s, target, source);
      const moments = { mean: pA(mean), sd: pA(s.weight.spread * Math.abs(mean)), outside: "redraw" } as const;
      const weight = normalValues(excitatory ? { ...moments, min: pA(0) } : { ...moments, max: pA(0) });
      const late = excitatory ? s.delay.excitatory : s.delay.inhibitory;
      const delay = normalValues({ mean: ms(late), sd: ms(s.delay.spread * late), min: ms(s.delay.min), outside: "redraw" });
      net.connect(from, excitatory ? to.excitatory : to.inhibitory, fixedTotal(links), { weight, delay });
    });
  });
  return {
    network: net,
    dt: ms(s.dt),
    duration: seconds(s.duration),
    chunk: seconds(s.chunk),
    notes: [`${cells.reduce((sum, { n }) => sum + n, 0)} neurons, ${total} links, weights ${grown.toPrecision(3)} times the published ones`],
    summary: async (run, entry) => activityTable(await values(run, entry, s), POPULATIONS, ["published (Hz)", published]),
    figures: (run, entry) => figures(run, entry, s),
    values: (run, entry) => values(run, entry, s),
  };
} // prettier-ignore

/** At full scale; the rates that downscaling is to keep. */
const published = (name: string): string => (FULL_RATES[POPULATIONS.indexOf(name as "L23E")] as number).toFixed(2);

async function values(run: StoredRun, entry: number, s: MicrocircuitSettings): Promise<Values> {
  const found = {};
  for (const name of POPULATIONS)
    Object.assign(found, lateValues(name, await run.spikes(name, entry), lateSpan(s.from, run), s.pairs));
  return found;
}

async function figures(run: StoredRun, entry: number, s: MicrocircuitSettings): Promise<Figure[]> {
  const { layersFigure, ratesFigure } = await import("./figures.ts");
  const { statisticsFigure } = await import("../activity-figures.ts");
  const span = lateSpan(s.from, run);
  const all = await Promise.all(POPULATIONS.map((name) => run.spikes(name, entry)));
  const statistics = all.map((trains, p) => ({ label: POPULATIONS[p] as string, spectrum: rateSpectrum(trains, span), ...activityOf(trains, span, 0) }));
  return [
    { name: "activity", svg: () => layersFigure(all, POPULATIONS, s.shown, { from: Math.max(span.from, span.to - 400), to: span.to }) },
    { name: "rates", svg: () => ratesFigure(statistics, FULL_RATES) },
    { name: "statistics", svg: () => statisticsFigure(statistics.filter(({ label }) => isExcitatory(label)), span) },
  ];
} // prettier-ignore
