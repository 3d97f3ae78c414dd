import type { Expr } from "../../../lang/expr.ts";
import type { Lexer } from "../reading/lexer.ts";
import { type Symbols, valueOf } from "../../../lang/symbolic/symbols.ts";
import type { Program } from "../reading/syntax.ts";
import { OTHER_VOLTAGE, type Variables } from "../reading/variables.ts";
import type { At } from "../reading/lexer.ts";

/** A TABLE as it was met: what it holds, over which argument. */
export interface Tabulated {
  readonly name: string;
  readonly value: Expr;
  /** what the table is asked for. */
  readonly over: Expr;
  readonly from: number;
  readonly to: number;
  readonly intervals: number;
}

/** What has no counterpart here, as a value: it is refused where it reaches a state or a current, and nowhere else. */
export interface Barred extends At {
  readonly problem: string;
  readonly remedy: string;
}

export interface Context {
  readonly program: Program;
  readonly lexer: Lexer;
  readonly variables: Variables;
  readonly symbols: Symbols;
  /** read LONGITUDINAL_DIFFUSION over, as the user asked for. */
  readonly withoutDiffusion: boolean;
  /** KINETIC blocks that are solved as equations, because rates of theirs read what a scheme's cannot. */
  readonly asEquations: ReadonlySet<string>;
  /** interpolate tables as NEURON does, instead of leaving the function as it is. */
  readonly interpolate: boolean;
  readonly tables: Tabulated[];
  readonly barred: Barred[];
  readonly notes: string[];
  /** what an expression was called where it was written. */
  readonly labels: Map<Expr, string>;
}

/** Whether a file is read as a gather: `v` is the voltage on the other side. */
export const isGathered = ({ variables }: Context): boolean => variables.symbolOf("v") === OTHER_VOLTAGE;

/** The number that a value is, or the file's of a parameter. */
export function numberOf({ variables }: Pick<Context, "variables">, e: Expr): number | undefined {
  const variable = e.kind === "name" ? variables.find(e.name) : undefined;
  return variable?.kind === "parameter" ? variable.declared.value : valueOf(e);
}

export function noteOnce({ notes }: Pick<Context, "notes">, note: string): void {
  if (!notes.includes(note)) notes.push(note);
}

/** Remembers what a value was called, unless it is known by another name. */
export function labelOnce({ labels }: Context, value: Expr, name: string): void {
  if (value.kind !== "name" && value.kind !== "number" && !labels.has(value)) labels.set(value, name);
}

/** Most operations in one another: the language takes 1000 terms in a row, and from 1800 on, the stack is exhausted. */
const DEEPEST_VALUE = 1000;

/** A value that can be walked.
 * @throws DataError for one that loops of many rounds made too deep */
export function bounded({ symbols, lexer }: Context, value: Expr, at: At): Expr {
  const depth = symbols.depth(value);
  if (depth <= DEEPEST_VALUE) return value;
  return lexer.fail(at, `comes to ${depth} operations in one another, where at most ${DEEPEST_VALUE} are taken`, "Let loops go fewer rounds, or write their sum as a formula"); // prettier-ignore
}
