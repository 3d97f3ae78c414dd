import type { Expr } from "../../../lang/expr.ts";
import type { Form } from "../../../lang/symbolic/relax.ts";

/** What events keep from step to step. */
export interface EventState {
  readonly name: string;
  readonly wish: string;
  readonly form: Form;
  readonly init: Expr;
}

/** What happens at the beginning of every step. */
export interface Received {
  readonly states: readonly EventState[];
  readonly values: ReadonlyMap<string, Expr>;
  /** states that hold a time, as the steps that are left until it: whole numbers, which no rounding moves. */
  readonly times: ReadonlySet<string>;
  /** states that NEURON keeps for each connection; undefined where what events do needs all connections at once. */
  readonly perLink: ReadonlySet<string> | undefined;
}
