import { DataError } from "../../../errors.ts";
import { evaluate } from "../../../lang/evaluate.ts";
import type { Expr } from "../../../lang/expr.ts";
import { children } from "../../../lang/names.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { GivenByScript } from "../reading/given.ts";
import type { Program, Statement } from "../reading/syntax.ts";
import { isBarred } from "./barred.ts";
import type { Context } from "./context.ts";
import type { Under } from "./sent.ts";

/** Parameters decide how often a loop goes round, or whether what is refused runs at all: the text is translated again with them as numbers. */
export class Fixed extends Error {
  readonly fixed: Readonly<Record<string, number>>;

  constructor(fixed: Readonly<Record<string, number>>) {
    super("parameters that are to be numbers");
    this.fixed = fixed;
  }
}

/** Translates with parameters fixed at the file's values that decide what can be said at all; a note says which. */
export function withParametersFixed<O extends GivenByScript, T>(options: O, translate: (options: O) => T): T {
  let { fixed } = options;
  for (;;) {
    try {
      return translate(fixed === undefined ? options : { ...options, fixed });
    } catch (error) {
      if (!(error instanceof Fixed)) throw error;
      fixed = { ...fixed, ...error.fixed };
    }
  }
}

/** @throws Fixed where a test reads parameters alone, and nothing sets them */
export function decideOnce(shared: Context, test: Expr): void {
  const names = [...shared.symbols.reads(test)];
  const fixed = freeAmong(shared, names);
  if (names.length > 0 && Object.keys(fixed).length === names.length) throw new Fixed(fixed);
}

/** Runs a branch of a test.
 * @throws Fixed where the branch cannot be said, and the file's parameters rule it out */
export function unlessRuledOut(shared: Context, test: Expr, holds: boolean, run: () => void): void {
  try {
    run();
  } catch (error) {
    const fixed = error instanceof DataError ? rulingOut(shared, test, holds) : undefined;
    throw fixed === undefined ? error : new Fixed(fixed);
  }
}

/** Judges what stands under tests, once blocks have run.
 * @throws Fixed where it is refused, and the file's parameters rule it out */
export const unlessUnderRuledOut = (shared: Context, under: readonly Under[], judge: () => void): void =>
  under.reduceRight(
    (run, { test, holds }) =>
      () =>
        unlessRuledOut(shared, test, holds, run),
    judge,
  )();

/** @throws Fixed where an expression has what is refused in branches alone that the file's parameters rule out */
export function ruleOut(shared: Context, expr: Expr): void {
  const { symbols: s } = shared;
  const isRefused = (e: Expr): boolean => [...s.reads(e)].some(isBarred);
  const fixed: Record<string, number> = {};
  const met = new Set<Expr>();
  const look = (e: Expr): void => {
    if (met.has(e) || !isRefused(e)) return;
    met.add(e);
    if (e.kind === "call" && e.fn === "select") {
      const [test, yes, no] = e.args as [Expr, Expr, Expr];
      if (isRefused(yes)) Object.assign(fixed, rulingOut(shared, test, true));
      if (isRefused(no)) Object.assign(fixed, rulingOut(shared, test, false));
    }
    for (const child of children(e)) look(child);
  };
  look(expr);
  const numbers = new Map(Object.entries(fixed).map(([name, value]) => [name, s.number(value)]));
  if (numbers.size > 0 && !isRefused(s.substitute(expr, numbers))) throw new Fixed(fixed);
}

/** A test that reads nothing as its number, functions of numbers too. */
export const folded = ({ symbols: s }: Context, test: Expr): Expr =>
  [...s.reads(test)].length > 0 ? test : s.number(evaluate(test, {}));

/** The file's values of parameters with which a branch does not run; undefined where they do not decide. */
function rulingOut(shared: Context, test: Expr, holds: boolean): Record<string, number> | undefined {
  const { symbols: s } = shared;
  const fixed = freeAmong(shared, [...s.reads(test)]);
  const numbers = new Map(Object.entries(fixed).map(([name, value]) => [name, s.number(value)]));
  const found = numbers.size === 0 ? undefined : valueOf(folded(shared, s.substitute(test, numbers)));
  return found === undefined || (found !== 0) === holds ? undefined : fixed;
}

/** Parameters among names that nothing sets, with the file's values. */
function freeAmong({ variables, program }: Context, names: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of names) {
    const variable = variables.find(name);
    if (variable?.kind !== "parameter" || variable.declared.size !== undefined || isSet(program, name)) continue;
    found[name] = variable.declared.value ?? 0;
  }
  return found;
}

/** Whether any block sets a variable. */
export function isSet({ initial, breakpoint, netReceive, derivatives, kinetics, procedures, functions, hooks }: Program, name: string): boolean {
  const routines = [derivatives, kinetics, procedures, functions].flatMap((of) => [...of.values()]);
  const bodies = [initial, breakpoint?.body, netReceive?.initial, netReceive?.body, ...routines.map((r) => r.body), ...hooks.map((h) => h.body)]; // prettier-ignore
  return bodies.some((body) => (body ?? []).some((x) => sets(x, name)));
} // prettier-ignore

const sets = (x: Statement, name: string): boolean =>
  x.kind === "assign" ? x.to.name === name
    : x.kind === "if" ? [...x.then, ...x.otherwise].some((y) => sets(y, name))
      : (x.kind === "from" || x.kind === "while" || x.kind === "netcons") && x.body.some((y) => sets(y, name)); // prettier-ignore
