import type { Expr } from "../../../lang/expr.ts";
import type { At } from "../reading/lexer.ts";

/** A test that a statement stands under, and whether it has to hold. */
export interface Under {
  readonly test: Expr;
  readonly holds: boolean;
}

/** An event that INITIAL sends. */
export interface Sent extends At {
  readonly flag: Expr;
  /** ms; `IDLE` where a test does not hold. */
  readonly delay: Expr;
  readonly under: readonly Under[];
}
