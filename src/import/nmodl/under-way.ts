import type { Expr } from "../../lang/expr.ts";
import type { At } from "./lexer.ts";
import type { Term } from "./syntax.ts";

/** Events of one net_send that may be under way at once; one more ends the run. */
export const ROOM = 4;
/** ms: an event that is not under way is due so long ago. */
export const IDLE = -1000;
/** No state may be so large: a run that meets it ends. */
export const TOO_MUCH = 1e31;

/** A net_send, or the events that it sends: all with one flag. */
export interface Send {
  readonly key: string;
  readonly at: At;
  /** a number, or the variable that counts events: of several under way the last alone then does something. */
  readonly flag: number | string;
  readonly rooms: readonly string[];
  readonly starts: Expr | undefined;
}

export interface Watch {
  readonly key: string;
  readonly at: At;
  readonly test: Extract<Term, { kind: "binary" }>;
  readonly flag: number;
}

export const onName = (key: string): string => `on@${key.replace(":", "_")}`;
export const aboveName = (key: string): string => `above@${key.replace(":", "_")}`;
