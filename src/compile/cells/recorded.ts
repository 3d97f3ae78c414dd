import { didYouMean, ModelError } from "../../errors.ts";
import { type Expr, name } from "../../lang/expr.ts";
import { stateUnit } from "../../mechanisms/check.ts";
import { currentsOf } from "../../mechanisms/currents.ts";
import { statesOf } from "../../mechanisms/mechanism.ts";
import type { CellEquations } from "./program.ts";
import type { ResolvedCell, ResolvedDensity, ResolvedNode, ResolvedReceptor } from "./resolved-cell.ts";

/** A quantity that a recording names: `state` is that at the sample's time, `current` what flows from the voltage of that time. */
export interface Recorded {
  readonly phase: "state" | "current";
  readonly unit: string;
  /** over the cell's names. */
  readonly value: Expr;
}

const state = (id: string, unit: string): Recorded => ({ phase: "state", unit, value: name(id) });
const current = (unit: string, value: Expr): Recorded => ({ phase: "current", unit, value });

/** What a receptor has, as "<receptor>.<name>". A row is all that another such quantity takes, here and in the next table. */
const OF_RECEPTOR: Readonly<Record<string, (equations: CellEquations, receptor: ResolvedReceptor) => Recorded>> = {
  g: (equations, receptor) => current("uS", equations.conductance(receptor)),
  i: (equations, receptor) => current("nA", equations.current(receptor)),
};

/** What a place has whatever is inserted there, as "<section>.<name>" or "<section>(0.9).<name>". */
const OF_PLACE: Readonly<Record<string, (cell: ResolvedCell, node: number, equations: CellEquations) => Recorded>> = {
  V: ({ nodes }, node) => state((nodes[node] as ResolvedNode).V, "mV"),
};

/** Reads recordings of one cell. */
export class Recordable {
  readonly #cell: ResolvedCell;
  readonly #equations: CellEquations;

  constructor(cell: ResolvedCell, equations: CellEquations) {
    [this.#cell, this.#equations] = [cell, equations];
  }

  /** @throws ModelError for what a receptor does not have */
  ofReceptor(where: string, receptor: ResolvedReceptor, what: string): Recorded {
    const found = Object.hasOwn(OF_RECEPTOR, what) ? OF_RECEPTOR[what] : undefined;
    if (found !== undefined) return found(this.#equations, receptor);
    const known = Object.keys(OF_RECEPTOR).map((x) => `"${receptor.name}.${x}"`).join(" or "); // prettier-ignore
    throw new ModelError(where, `receptor "${receptor.name}" has no "${what}"`, `Use ${known}`);
  }

  /** @param others  what the cell has elsewhere, for a proposal
   * @throws ModelError for what the place, or what is inserted there, does not have */
  atPlace(where: string, section: string, node: number, [what, part]: readonly [string, string], others: readonly string[]): Recorded {
    const found = Object.hasOwn(OF_PLACE, what) ? OF_PLACE[what] : undefined;
    if (found !== undefined) return found(this.#cell, node, this.#equations);
    const density = this.#cell.densitiesOf[node]?.find((d) => d.as === what);
    if (density !== undefined) return this.#inserted(where, density, part);
    const known = [...Object.keys(OF_PLACE), ...new Set(this.#cell.densities.map((d) => d.as)), ...others];
    throw new ModelError(where, `section "${section}" has no "${what}"`, didYouMean(what, known));
  } // prettier-ignore

  /** A state of an insertion, or as "i_<ion>" a current of it. */
  #inserted(where: string, density: ResolvedDensity, what: string): Recorded {
    const states = statesOf(density.mechanism);
    if (states.includes(what)) return state(`${density.prefix}_${what}`, stateUnit(density.mechanism, what));
    const currents = currentsOf(density.mechanism);
    const ion = what.replace(/^i_/, "");
    if (Object.hasOwn(currents, ion)) return current("mA/cm2", this.#equations.density(density, ion));
    const known = [...states, ...Object.keys(currents).map((c) => `i_${c}`)];
    throw new ModelError(where, `"${density.as}" has no "${what}"`, didYouMean(what, known));
  }
}
