import type { Neuron } from "../../src/mechanisms/neuron.ts";
import type { CellModel } from "../../src/network/cell.ts";

/** What a text describes. */
export type Subject =
  { readonly kind: "cell"; readonly cell: CellModel } | { readonly kind: "neuron"; readonly neuron: Neuron };

export const isNeuron = (s: Subject): s is Extract<Subject, { kind: "neuron" }> => s.kind === "neuron";
