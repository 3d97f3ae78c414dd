import { sizeOf } from "../../network/check.ts";
import type { NetworkDescription, ReadoutDescription } from "../../network/description.ts";
import { name } from "../../lang/expr.ts";
import { firstStepAt, LAST_STEP, wholeSteps } from "../../steps.ts";
import { canonical, canonicalValues } from "../../units.ts";
import type { CompiledClamp, CompiledReadout, CompiledTrace } from "../compiled.ts";
import type { GatherPlan } from "./gathers.ts";
import { sampling } from "../chosen-cells.ts";

/** What the read-outs that learn should be, as clamps that nobody injects; they stand behind all others. */
export const targetClamps = (d: NetworkDescription): CompiledClamp[] =>
  (d.readouts ?? []).flatMap((r): CompiledClamp[] => {
    if (r.learning === undefined) return [];
    const { targets } = r.learning;
    return [{
      name: `${r.name}.target`, population: populationOf(d, r), from: 0, to: LAST_STEP, hidden: true,
      signals: Array.from({ length: d.entries }, () => targets), signalOfCell: Uint32Array.from(targets.keys()),
      gain: new Float64Array(d.entries).fill(1),
    }];
  }); // prettier-ignore

interface ReadoutContext {
  readonly dt: number;
  readonly plan: GatherPlan;
  readonly stages: readonly (readonly number[])[]; // populations
  readonly clamps: readonly CompiledClamp[];
}

/** @throws ModelError for learning at times that are no steps */
export function compileReadouts(d: NetworkDescription, context: ReadoutContext): CompiledReadout[] {
  return (d.readouts ?? []).map((r): CompiledReadout => {
    const population = populationOf(d, r);
    const n = sizeOf(d.populations[population] as NetworkDescription["populations"][number]);
    const { reads, shows } = context.plan.readouts.get(r.name) as { reads: number; shows: number };
    const given = canonicalValues(`read-out "${r.name}", weight`, r.weight, r.weight.unit, r.outputs * n);
    const weight = typeof given === "number" ? new Float64Array(r.outputs * n).fill(given) : given;
    const { name: label, outputs } = r;
    const stage = stageOf(d, r, population, context.stages);
    return { name: label, population, n, outputs, reads, shows, weight, stage, ...learningOf(r, context) };
  });
}

const populationOf = (d: NetworkDescription, r: ReadoutDescription): number =>
  d.populations.findIndex((p) => p.name === r.source);

/** Before the first stage that it flows into, which is its source's or a later one; else after its source. */
function stageOf(d: NetworkDescription, r: ReadoutDescription, population: number, stages: ReadoutContext["stages"]): number {
  const at = (p: number): number => stages.findIndex((s) => s.includes(p));
  const targets = (d.gathers ?? []).flatMap((g) => (g.source === r.name ? [d.populations.findIndex((p) => p.name === g.target)] : []));
  return targets.length === 0 ? at(population) + 1 : Math.min(...targets.map(at));
} // prettier-ignore

function learningOf(r: ReadoutDescription, { dt, clamps }: ReadoutContext): Pick<CompiledReadout, "learning"> {
  const { learning } = r;
  if (learning === undefined) return {};
  const where = `read-out "${r.name}", learning`;
  const every = wholeSteps(`${where}, every`, canonical(where, learning.every, "ms"), dt, 1);
  const from = firstStepAt(canonical(where, learning.start, "ms"), dt);
  const to = learning.stop === undefined ? LAST_STEP : Math.min(LAST_STEP, firstStepAt(canonical(where, learning.stop, "ms"), dt)); // prettier-ignore
  const targets = clamps.findIndex((c) => c.hidden === true && c.name === `${r.name}.target`);
  return { learning: { from, to, every, P0: learning.P0, targets } };
}

/** The recordings of a population's read-outs as its traces. */
export function readoutTraces(d: NetworkDescription, readouts: readonly CompiledReadout[], population: number, dt: number): CompiledTrace[] {
  return d.recordings.flatMap((r): CompiledTrace[] => {
    const readout = readouts.findIndex((x) => x.name === r.readout && x.population === population);
    const of = readouts[readout];
    if (of === undefined) return [];
    const where = `recording of "${of.name}.${r.variable}"`;
    const weights = r.variable === "w";
    const { unit, weight } = (d.readouts ?? [])[readout] as ReadoutDescription;
    return [{
      variable: `${of.name}.${r.variable}`, unit: weights ? weight.unit : unit, phase: weights ? "link" : "current", value: name(r.variable), readout,
      ...sampling(where, r, dt, weights ? of.outputs * of.n : of.outputs, "value"),
    }];
  });
} // prettier-ignore
