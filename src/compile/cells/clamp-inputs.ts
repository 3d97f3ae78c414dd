import { ModelError } from "../../errors.ts";
import { type Expr, mul, name, negate, sub } from "../../lang/expr.ts";
import type { ClampUse } from "../clamps.ts";
import { type CellProgram, lowOf } from "./step-program.ts";
import type { Params } from "./params.ts";
import type { Path } from "./path.ts";

/** A clamp with the names under which its values come in each step. */
export interface PlacedClamp {
  readonly use: ClampUse;
  readonly input: string;
  readonly conductance?: string;
}

export const placeClamps = (clamps: readonly ClampUse[]): PlacedClamp[] =>
  clamps.map((use, k) => {
    const input = `clamp_${k}`;
    return use.conductance === undefined ? { use, input } : { use, input, conductance: `${input}_g` };
  });

/** What engines read in each step. */
export const clampInputs = (clamps: readonly PlacedClamp[]): CellProgram["clampInputs"] =>
  clamps.flatMap(({ use, input, conductance }) => [
    { input, clamp: use.clamp, each: use.each },
    ...(conductance === undefined ? [] : [{ input: conductance, clamp: use.conductance as number, each: false }]),
  ]);

/** Parameters that signals are played into: inputs of a step that have a constant of their own for the start. */
export class Played {
  /** by input: the constant of its first value. */
  readonly start: Record<string, Expr> = {};
  readonly #clamps: readonly PlacedClamp[];

  constructor(clamps: readonly PlacedClamp[]) {
    this.#clamps = clamps;
  }

  /** The input that stands for a parameter, where one does.
   * @throws ModelError where a batch varies it too */
  into(where: string, key: string, params: Params, { varied }: { readonly varied: boolean }): string | undefined {
    const found = this.#clamps.find(({ use }) => use.param?.keys.includes(key) === true);
    if (found === undefined) return undefined;
    const { input, use } = found;
    if (varied)
      throw new ModelError(
        `${where}.${key}`,
        `is varied in the batch and played by "${use.name}"`,
        `Vary "${use.name}.gain" or "${use.name}.signal"`,
      );
    this.start[input] ??= name(params.define(`${use.name}.start`, use.param?.start ?? []));
    return input;
  }
}

/** How far a voltage is below a clamp's command, mV, by all that the voltage carries: what float32 rounds off it, 4e-6 mV, over a resistance of
 * 0.01 MOhm would be 4e-4 nA of the clamp's current. */
const belowCommand = (V: string, command: string): Expr => sub(sub(name(command), name(V)), name(lowOf(V)));

/** What a voltage clamp takes out of its node. */
export const clampPath = (V: string, command: string, conductance: string): Path => ({ slope: name(conductance), i: negate(mul(name(conductance), belowCommand(V, command))) }); // prettier-ignore

/** The recording "<clamp>.i": what the clamp gave in the update before, in; of a voltage clamp from the voltage after it, as it was solved.
 * @param taken  whether the cell has a variable of this name itself
 * @param state  the voltage at a clamp */
export function clampCurrent(
  clamps: readonly PlacedClamp[],
  variable: string,
  taken: boolean,
  state: (use: ClampUse) => string,
  unit: (use: ClampUse) => string = () => "nA",
): { phase: "state"; unit: string; value: Expr } | undefined {
  const found = clamps.find(({ use }) => use.param === undefined && variable === `${use.name}.i`);
  if (found === undefined || taken) return undefined;
  const { use, input, conductance } = found;
  const value = conductance === undefined ? name(input) : mul(name(conductance), belowCommand(state(use), input));
  return { phase: "state", unit: unit(use), value };
}
