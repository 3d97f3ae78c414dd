import { didYouMean, ModelError } from "../errors.ts";
import type { Neuron, NeuronModel } from "../mechanisms/neuron.ts";
import { canonicalValues } from "../units.ts";

/** What a population of point neurons says, without its equations' texts. */
export function checkNeurons(where: string, model: NeuronModel): void {
  const { neuron } = model;
  const states = Object.keys(neuron.states);
  const known = (what: string, names: readonly string[]): void => {
    const unknown = names.find((s) => !states.includes(s));
    if (unknown !== undefined)
      throw new ModelError(
        `${where}, ${neuron.name}`,
        `${what} names the state "${unknown}"`,
        didYouMean(unknown, states),
      );
  };
  if (states.length === 0) throw new ModelError(`${where}, ${neuron.name}`, "has no states", "Give it at least V");
  known("reset", Object.keys(neuron.reset));
  known("held", neuron.held ?? []);
  for (const [port, { onEvent }] of Object.entries(neuron.ports)) known(`port "${port}"`, Object.keys(onEvent));
  for (const [state, given] of Object.entries(model.initial ?? {})) {
    known("initial", [state]);
    canonicalValues(
      `${where}, initial ${state}`,
      given,
      (neuron.states[state] as Neuron["states"][string]).unit,
      model.n,
    );
  }
  if (model.axonDelay === undefined) return;
  const delays = canonicalValues(`${where}, axonDelay`, model.axonDelay, "ms", model.n);
  const lowest = typeof delays === "number" ? delays : Math.min(...delays);
  if (lowest < 0) throw new ModelError(`${where}, axonDelay`, `is ${lowest} ms`, "Give 0 or more");
}
