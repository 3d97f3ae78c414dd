import { didYouMean, ModelError } from "../errors.ts";
import type { NeuronModel } from "../mechanisms/neuron.ts";
import type { WholeCell } from "./cell.ts";
import { groupsOf, receptorsOf } from "./receptors.ts";

/** What `connect` aims at: one receptor of a population's cells, or a group of which each link picks one. */
export interface ReceptorTarget {
  readonly kind: "receptors";
  readonly population: string;
  /** the receptor's or the group's. */
  readonly name: string;
  readonly receptors: readonly string[];
}

export interface SourcesHandle {
  readonly kind: "sources";
  readonly name: string;
  readonly n: number;
}

export interface CellsBase {
  readonly kind: "cells";
  readonly name: string;
  readonly n: number;
  /** A receptor or a group by name. @throws ModelError when the cells have none of this name */
  receptor(name: string): ReceptorTarget;
}

/** A population of cells with one property per receptor group: `aMN.excitatory`. */
export type CellsHandle<R extends string = string> = CellsBase &
  (string extends R ? unknown : { readonly [K in R]: ReceptorTarget });

/** Any population of cells, whatever its groups. */
export type AnyCells = CellsBase;

/** A read-out of a network: what `gather` may begin at. */
export interface ReadoutHandle {
  readonly kind: "readout";
  readonly name: string;
  /** values. */
  readonly n: number;
}

/** The neurons of a trained network: what is recorded. */
export interface TrainedHandle {
  readonly kind: "trained";
  readonly name: string;
  readonly n: number;
}

export type AnyPopulation = CellsBase | SourcesHandle;

const OWN = ["kind", "name", "n", "receptor"];

/** @param register  is told of every target handed out, so that a network knows its own */
export function cellsHandle<R extends string>(
  name: string,
  model: WholeCell<R> | NeuronModel<R>,
  register: (target: ReceptorTarget) => ReceptorTarget,
): CellsHandle<R> {
  const groups: Readonly<Record<string, readonly string[]>> = groupsOf(model);
  const targets = new Map<string, ReceptorTarget>();
  for (const { name: receptor } of receptorsOf(model)) targets.set(receptor, target(name, receptor, [receptor]));
  for (const [group, receptors] of Object.entries(groups)) targets.set(group, target(name, group, receptors));
  for (const t of targets.values()) register(t);
  const receptor = (wanted: string): ReceptorTarget => {
    const found = targets.get(wanted);
    if (found !== undefined) return found;
    throw new ModelError(
      `population "${name}"`,
      `has no receptor or group "${wanted}"`,
      didYouMean(wanted, targets.keys()),
    );
  };
  const properties: Record<string, ReceptorTarget> = {};
  for (const group of Object.keys(groups)) {
    if (OWN.includes(group)) {
      throw new ModelError(
        `population "${name}"`,
        `a receptor group cannot be called "${group}"`,
        `Choose a name other than ${OWN.join(", ")}`,
      );
    }
    properties[group] = receptor(group);
  }
  return Object.freeze({ kind: "cells", name, n: model.n, receptor, ...properties }) as unknown as CellsHandle<R>;
}

const target = (population: string, name: string, receptors: readonly string[]): ReceptorTarget =>
  Object.freeze({ kind: "receptors", population, name, receptors });
