import type { At } from "../reading/lexer.ts";
import type { Sent, Under } from "../running/sent.ts";
import type { Program, Statement, Term } from "../reading/syntax.ts";

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
  readonly starts: Sent | undefined;
}

export interface Watch {
  readonly key: string;
  readonly at: At;
  readonly test: Extract<Term, { kind: "binary" }>;
  readonly flag: number;
  readonly under: readonly Under[];
}

export const onName = (key: string): string => `on@${key.replace(":", "_")}`;
export const aboveName = (key: string): string => `above@${key.replace(":", "_")}`;

/** Most events that one run of statements may send, or Infinity where that is not known. */
export function mostSent(body: readonly Statement[], program: Program, met: readonly string[] = []): number {
  return body.reduce((sum, x) => {
    if (x.kind === "watch") return Infinity;
    if (x.kind === "if") return sum + Math.max(mostSent(x.then, program, met), mostSent(x.otherwise, program, met));
    if (x.kind === "from" || x.kind === "while" || x.kind === "netcons") return mostSent(x.body, program, met) > 0 ? Infinity : sum; // prettier-ignore
    if (x.kind !== "call") return sum;
    if (x.name === "net_send") return sum + 1;
    const called = met.includes(x.name) ? undefined : program.procedures.get(x.name);
    return called === undefined ? sum : sum + mostSent(called.body, program, [...met, x.name]);
  }, 0);
}
