import { derivative } from "../../../lang/derivative.ts";
import { evaluate } from "../../../lang/evaluate.ts";
import type { Expr } from "../../../lang/expr.ts";
import { steadyState } from "../../../mechanisms/steady-state.ts";
import { linear } from "../../../lang/symbolic/relax.ts";
import { failBarred, isBarred } from "./barred.ts";
import { equationsOf } from "./solved.ts";
import type { Context } from "./context.ts";
import type { Resolver } from "./resolve.ts";
import type { Conserved, Scheme } from "./schemes.ts";
import type { Routine } from "../reading/syntax.ts";

/** Voltages (mV) at which a LINEAR block is compared with the steady state of its scheme. */
const AT = [-95, -65, -41.3, -12, 23.7];

/** Whether a LINEAR block which gives a scheme its start says the scheme's steady state, which is where the language starts it.
 * Looked at by numbers, at several voltages, with the parameters' defaults.
 * @param before  what INITIAL had set when it solved the block */
export function startsAtRest(
  context: Context,
  resolver: Resolver,
  block: Routine,
  scheme: Scheme,
  before: ReadonlyMap<string, Expr>,
): boolean {
  const { symbols: s } = context;
  const equations = equationsOf(context, block, before).map((e) => resolver.resolve(e, "advance"));
  const { states } = scheme;
  if (equations.length !== states.length) return false;
  const rates = scheme.reactions.map((r) => ({ ...r, forward: resolver.resolve(r.forward, "advance"), backward: resolver.resolve(r.backward, "advance") })); // prettier-ignore
  const zero = new Map(states.map((state) => [state, s.number(0)]));
  const rows = equations.map((e) => ({ by: states.map((state) => derivative(e, state)), rest: s.substitute(e, zero) }));
  for (const V of AT) {
    const env = environment(context, [...rows.flatMap((r) => [...r.by, r.rest]), ...rates.flatMap((r) => [r.forward, r.backward])], V); // prettier-ignore
    const found = solve(rows.map(({ by, rest }) => [...by.map((e) => evaluate(e, env)), -evaluate(rest, env)]));
    const q = states.map(() => states.map(() => 0));
    for (const { from, to, forward, backward } of rates) {
      const [a, b] = [states.indexOf(from), states.indexOf(to)] as [number, number];
      (q[a] as number[])[b] = ((q[a] as number[])[b] as number) + evaluate(forward, env);
      (q[b] as number[])[a] = ((q[b] as number[])[a] as number) + evaluate(backward, env);
    }
    const rest = steadyState(q, scheme.total ?? 1);
    const same = found !== undefined && rest !== undefined && rest.every((x, k) => Math.abs(x - (found[k] as number)) < 1e-9); // prettier-ignore
    if (!same) return false;
  }
  return true;
}

/** Where states start that CONSERVE says elsewhere than INITIAL: NEURON's steps take a CONSERVE in the place of its last state's equation, so that
 * it is there after the first step whatever INITIAL says, as if this state had started with what the sum lacks. Of others than plain sums, and where
 * a current reads that state as the first step begins, INITIAL has to start at the sum. By numbers, with the parameters' defaults.
 * @throws DataError where it does not */
export function startsConserved(
  context: Context,
  resolver: Resolver,
  conserved: readonly Conserved[],
  startOf: (state: string) => Expr,
  isFelt: (state: string) => boolean,
): Map<string, Expr> {
  const { lexer, symbols: s, variables, notes } = context;
  const found = new Map<string, Expr>();
  for (const { sum, total, last, ...at } of conserved) {
    const starts = [...s.reads(sum)].filter((name) => variables.find(name)?.kind === "state");
    const resolved = (e: Expr, but?: string): Expr => resolver.resolve(s.substitute(e, new Map(starts.filter((name) => name !== but).map((name) => [name, startOf(name)]))), "advance"); // prettier-ignore
    const [have, want] = [resolved(sum), resolved(total)];
    const env = environment(context, [have, want], -65);
    const [x, y] = [evaluate(have, env), evaluate(want, env)];
    if (Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y))) continue;
    const parts = last === undefined || isFelt(last) ? undefined : linear(s, resolved(sum, last), last);
    if (last === undefined || parts === undefined || !resolver.isSteady(want)) lexer.fail(at, `conserves what INITIAL starts at ${Number(x.toPrecision(6))} of ${Number(y.toPrecision(6))}, which is refused: a current would see it jump in the first step`, "Let INITIAL start the states at the sum"); // prettier-ignore
    found.set(last as string, s.div(s.sub(want, (parts as { a: Expr }).a), (parts as { b: Expr }).b));
    notes.push(`${last as string} starts with what the CONSERVE in ${lexer.where(at)} lacks of its sum, as NEURON has it from the first step on`); // prettier-ignore
  }
  return found;
}

/** Values of everything that expressions read: defaults of parameters, and plain values of what the cell gives.
 * @throws DataError for what has no value here, at its place */
function environment(context: Context, exprs: readonly Expr[], V: number): Record<string, number> {
  const { symbols: s, variables } = context;
  const names = new Set(exprs.flatMap((e) => [...s.reads(s.adopt(e))]));
  for (const name of names) if (isBarred(name)) failBarred(context, name);
  const value = (name: string): number => {
    const variable = variables.find(name);
    if (name === "V") return V;
    if (variable?.kind === "parameter") return variable.declared.value ?? 0;
    if (variable?.kind === "celsius") return 30;
    if (variable?.kind === "dt") return 0.025;
    if (variable?.kind === "ion") return variable.what === "e" ? 50 : variable.what === "in" ? 1e-4 : 2;
    return 1;
  };
  return Object.fromEntries([...names].map((name) => [name, value(name)]));
}

/** Gauss with pivots, of rows with their right sides. */
function solve(rows: number[][]): number[] | undefined {
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    const pivot = rows.slice(k).reduce((best, row, j) => (Math.abs(row[k] as number) > Math.abs(rows[best]?.[k] as number) ? k + j : best), k); // prettier-ignore
    [rows[k], rows[pivot]] = [rows[pivot] as number[], rows[k] as number[]];
    const top = rows[k] as number[];
    if (top[k] === 0) return undefined;
    for (let j = k + 1; j < n; j++) {
      const row = rows[j] as number[];
      const factor = (row[k] as number) / (top[k] as number);
      for (let c = k; c <= n; c++) row[c] = (row[c] as number) - factor * (top[c] as number);
    }
  }
  const x: number[] = [];
  for (let k = n - 1; k >= 0; k--) {
    const row = rows[k] as number[];
    let sum = row[n] as number;
    for (let j = k + 1; j < n; j++) sum -= (row[j] as number) * (x[j] as number);
    x[k] = sum / (row[k] as number);
  }
  return x;
}
