import { own } from "../own.ts";
import { didYouMean, ModelError } from "../errors.ts";
import { checkNeuron } from "../mechanisms/check-neuron.ts";
import type { NeuronModel } from "../mechanisms/neuron.ts";
import { canonicalWithin, type Check, given, list, numbers, object, oneOf, record, text, whole } from "../shapes.ts";
import { canonicalValues } from "../units.ts";

const anything: Check = () => {};
const shape = object(
  { kind: oneOf("neurons"), n: whole(1), neuron: anything },
  { params: record(given), initial: record(given), live: list(text), axonDelay: given, about: record(numbers) },
);

/** What a population of point neurons says: its neuron's data, parameters within their limits, initial values.
 * @throws ModelError at the first fault; `where` names the population */
export function checkNeurons(where: string, model: NeuronModel): void {
  shape(where, model);
  checkNeuron(`${where}, ${String(model.neuron?.name).slice(0, 60)}`, model.neuron);
  const { neuron, n, params = {}, initial = {}, live = [] } = model;
  for (const [p, value] of Object.entries(params)) {
    const spec = known(where, "parameter", p, neuron.params);
    canonicalWithin(`${where}.${p}`, value, spec, n);
  }
  for (const p of live) known(`${where}, live`, "parameter", p, neuron.params);
  for (const [s, value] of Object.entries(initial))
    canonicalValues(`${where}, initial ${s}`, value, known(where, "state", s, neuron.states).unit, n);
  if (model.axonDelay !== undefined) canonicalWithin(`${where}, axonDelay`, model.axonDelay, { unit: "ms", min: 0 }, n);
}

function known<T>(where: string, what: string, name: string, all: Readonly<Record<string, T>>): T {
  const found = own(all, name);
  if (found !== undefined) return found;
  throw new ModelError(where, `has no ${what} "${name.slice(0, 60)}"`, didYouMean(name.slice(0, 60), Object.keys(all)));
}
