import { didYouMean, ModelError } from "../errors.ts";
import { shown } from "../shapes.ts";
import type { Kinetics } from "./mechanism.ts";

/** The states of a scheme, each once, and its reactions, which must join all of them: else the steady state is not one. */
export function checkKinetics(where: string, { states, reactions, total = 1, init, restsInto }: Kinetics): void {
  if (states.length < 2) throw new ModelError(where, `has ${states.length} states`, "A scheme has at least two");
  if (!(total > 0)) throw new ModelError(`${where}.total`, `is ${total}`, "Give a sum above 0");
  if (init !== undefined) {
    const unknown = Object.keys(init).find((s) => !states.includes(s));
    if (unknown !== undefined)
      throw new ModelError(`${where}.init`, `names ${shown(unknown)}`, didYouMean(unknown.slice(0, 60), states));
    const without = states.find((s) => !Object.hasOwn(init, s));
    if (without !== undefined)
      throw new ModelError(`${where}.init`, `gives "${without}" no value`, "Give every state one, or none");
  }
  if (restsInto !== undefined && !states.includes(restsInto))
    throw new ModelError(`${where}.restsInto`, `names ${shown(restsInto)}`, didYouMean(restsInto.slice(0, 60), states));
  const reached = new Set([states[0]]);
  const check = (at: string, name: string): void => {
    if (!states.includes(name)) throw new ModelError(at, `names ${shown(name)}`, didYouMean(name.slice(0, 60), states));
  };
  reactions.forEach(({ from, to }, i) => {
    check(`${where}.reactions[${i}].from`, from);
    check(`${where}.reactions[${i}].to`, to);
    if (from === to) throw new ModelError(`${where}.reactions[${i}]`, `goes from "${from}" to itself`, "Remove it");
  });
  for (const _ of states) {
    for (const { from, to } of reactions) {
      if (reached.has(from) || reached.has(to)) reached.add(from).add(to);
    }
  }
  const alone = states.find((s) => !reached.has(s));
  if (alone !== undefined) {
    throw new ModelError(where, `has no reactions between "${states[0]}" and "${alone}"`, "Make two schemes of it");
  }
}
