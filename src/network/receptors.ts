import type { NeuronModel } from "../mechanisms/neuron.ts";
import { weightUnitOf } from "../mechanisms/mechanism.ts";
import type { Unit } from "../units.ts";
import type { WholeCell } from "./cell.ts";

/** Where events may arrive in a population, with the unit of a weight: receptors of cells, ports of point neurons. */
export const receptorsOf = (model: WholeCell | NeuronModel): { readonly name: string; readonly unit: Unit }[] =>
  model.kind === "neurons"
    ? Object.entries(model.neuron.ports).map(([name, { unit }]) => ({ name, unit }))
    : model.receptors.map(({ name, synapse }) => ({ name, unit: weightUnitOf(synapse) }));

/** Groups of receptors by name; a port is a group of its own. */
export const groupsOf = (model: WholeCell | NeuronModel): Readonly<Record<string, readonly string[]>> =>
  model.kind === "neurons" ? Object.fromEntries(Object.keys(model.neuron.ports).map((p) => [p, [p]])) : model.groups;
