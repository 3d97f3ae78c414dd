import { ModelError } from "../../errors.ts";
import { type Expr, mul, name, sub } from "../../lang/expr.ts";
import type { ClampUse } from "../clamps.ts";
import type { CellProgram } from "./step-program.ts";
import type { Params } from "./params.ts";

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
   * @throws ModelError where a batch varies it too, or the cell is a large tree */
  into(
    where: string,
    key: string,
    params: Params,
    { varied, tree = false }: { readonly varied: boolean; readonly tree?: boolean },
  ): string | undefined {
    const found = this.#clamps.find(({ use }) => use.param?.keys.includes(key) === true);
    if (found === undefined) return undefined;
    const { input, use } = found;
    if (varied)
      throw new ModelError(
        `${where}.${key}`,
        `is varied in the batch and played by "${use.name}"`,
        `Vary "${use.name}.gain" or "${use.name}.signal"`,
      );
    if (tree)
      throw new ModelError(
        `${where}.${key}`,
        `is played by "${use.name}", in a cell of more than 8 compartments`,
        "Play into cells of up to 8 compartments",
      );
    this.start[input] ??= name(params.define(`${use.name}.start`, use.param?.start ?? []));
    return input;
  }
}

/** The recording "<clamp>.i": what the clamp gave in the update before, in; of a voltage clamp from the voltage after it, as it was solved.
 * @param taken  whether the cell has a variable of this name itself */
export function clampCurrent(
  clamps: readonly PlacedClamp[],
  variable: string,
  taken: boolean,
  voltage: (use: ClampUse) => Expr,
  unit: (use: ClampUse) => string = () => "nA",
): { phase: "state"; unit: string; value: Expr } | undefined {
  const found = clamps.find(({ use }) => use.param === undefined && variable === `${use.name}.i`);
  if (found === undefined || taken) return undefined;
  const { use, input, conductance } = found;
  const value = conductance === undefined ? name(input) : mul(name(conductance), sub(name(input), voltage(use)));
  return { phase: "state", unit: unit(use), value };
}
