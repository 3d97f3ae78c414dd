import { stateUnit } from "../mechanisms/check.ts";
import { statesOf } from "../mechanisms/mechanism.ts";
import type { Unit } from "../units.ts";
import type { WholeCell } from "./cell.ts";
import { type CellsDescription, isNeurons, type NeuronsDescription } from "./check.ts";
import type { Place } from "./description.ts";

/** A state as gathers and read-outs name it. */
interface ShownState {
  readonly unit: Unit;
  /** the insertions of a cell that have it; none of its voltage, nor of a point neuron's states. */
  readonly of: readonly { readonly insertion: string; readonly state: string }[];
}

/** What gathers and read-outs may read of a cell in a section: V, and every state of what is inserted there, as "<state>" and as
 * "<insertion>_<state>". A name that stands for several states has them all, and says nothing. */
export function shownAt({ insertions }: Pick<WholeCell, "insertions">, section: string): ReadonlyMap<string, ShownState> {
  const found = new Map<string, ShownState>([["V", { unit: "mV", of: [] }]]);
  for (const { as, mechanism, sections } of insertions) {
    if (!sections.includes(section)) continue;
    const insertion = as ?? mechanism.name;
    for (const state of statesOf(mechanism))
      for (const name of [state, `${insertion}_${state}`]) {
        if (name === "V") continue;
        const of = [...(found.get(name)?.of ?? []), { insertion, state }];
        found.set(name, { unit: stateUnit(mechanism, state), of });
      }
  }
  return found;
} // prettier-ignore

/** States by name with units, of which each is one: all of a point neuron; of a cell those at a place (default: at its detector). */
export const shownBy = (p: CellsDescription | NeuronsDescription, from?: Place): [string, Unit][] =>
  isNeurons(p)
    ? Object.entries(p.model.neuron.states).map(([s, { unit }]) => [s, unit])
    : [...shownAt(p.model, from?.section ?? p.model.detector.section)].flatMap(([s, { unit, of }]) => (of.length > 1 ? [] : [[s, unit]])); // prettier-ignore

/** What to do about a name ("s_pre") that several insertions of the source have. */
export function ofSeveralInsertions(p: CellsDescription | NeuronsDescription, from?: Place): (name: string) => string | undefined {
  if (isNeurons(p)) return () => undefined;
  const states = shownAt(p.model, from?.section ?? p.model.detector.section);
  return (name) => {
    const { of = [] } = states.get(name.replace(/_pre$/, "")) ?? {};
    return of.length < 2 ? undefined : `Several insertions have it: say ${of.map((x) => `"${x.insertion}_${x.state}_pre"`).join(" or ")}`;
  };
} // prettier-ignore
