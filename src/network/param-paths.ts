import { didYouMean, ModelError } from "../errors.ts";
import type { Param } from "../mechanisms/mechanism.ts";
import type { NeuronModel } from "../mechanisms/neuron.ts";
import type { WholeCell } from "./cell.ts";

/** Names of a population's parameters: what a batch may vary and what a signal may be played into. */

export type Limits = Pick<Param, "unit" | "min" | "max">;

/** A parameter by its path: the cell compiler's names of it, its unit and limits. */
interface ParamPath {
  readonly keys: readonly string[];
  readonly param: Limits;
}

/** Everything about a cell that a batch may vary, by its path within the population. */
function cellPaths(model: WholeCell): Map<string, ParamPath> {
  const found = new Map<string, ParamPath>();
  const mV: Limits = { unit: "mV" };
  const V0 = model.sections.map((s) => `${s.name}.V0`);
  for (const key of V0) found.set(key, { keys: [key], param: mV });
  found.set("V0", { keys: V0, param: mV });
  found.set("threshold", { keys: ["threshold"], param: mV });
  for (const ion of Object.keys(model.reversals ?? {})) found.set(`e${ion}`, { keys: [`e${ion}`], param: mV });
  for (const c of Object.keys(model.concentrations ?? {})) found.set(c, { keys: [c], param: { unit: "mM", min: 0 } });
  for (const insertion of model.insertions) {
    const name = insertion.as ?? insertion.mechanism.name;
    for (const [p, param] of Object.entries(insertion.mechanism.params)) {
      const keys = insertion.sections.map((section) => `${section}.${name}.${p}`);
      for (const key of keys) found.set(key, { keys: [key], param });
      const short = `${name}.${p}`; // the same insertion may be given section by section
      found.set(short, { keys: [...(found.get(short)?.keys ?? []), ...keys], param });
    }
  }
  for (const receptor of model.receptors) {
    for (const [p, param] of Object.entries(receptor.synapse.params)) {
      const key = `${receptor.name}.${p}`;
      found.set(key, { keys: [key], param });
    }
  }
  return found;
}

/** Parameters, and initial values as "<state>0". */
function neuronPaths({ neuron, initial = {} }: NeuronModel): Map<string, ParamPath> {
  const given = Object.keys(initial).map((s) => [`${s}0`, { unit: neuron.states[s]?.unit ?? "1" }] as const);
  const all: (readonly [string, Limits])[] = [...Object.entries(neuron.params), ...given];
  return new Map(all.map(([key, param]) => [key, { keys: [key], param }]));
}

export const paramPaths = (model: WholeCell | NeuronModel): Map<string, ParamPath> =>
  model.kind === "neurons" ? neuronPaths(model) : cellPaths(model);

/** A parameter of a mechanism that a signal is played into.
 * @throws ModelError for a name that is none, or for what is only looked at once: initial values, the detector's threshold */
export function playedParam(where: string, param: string, model: WholeCell | NeuronModel): Limits & ParamPath {
  const known = paramPaths(model);
  const initial = model.kind === "neurons" ? Object.keys(model.initial ?? {}).map((s) => `${s}0`) : ["V0"];
  const fixed = (path: string): boolean =>
    path === "threshold" || initial.some((name) => path === name || path.endsWith(`.${name}`));
  for (const path of known.keys()) if (fixed(path)) known.delete(path);
  const found = known.get(param);
  if (found !== undefined) return { ...found, ...found.param };
  throw new ModelError(
    where,
    `there is no parameter "${param.slice(0, 60)}" to play into`,
    didYouMean(param.slice(0, 60), known.keys()),
  );
}
