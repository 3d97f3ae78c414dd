import { derivative } from "../../../lang/derivative.ts";
import type { Expr } from "../../../lang/expr.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { Routine, Statement } from "../reading/syntax.ts";
import { bar } from "./barred.ts";
import type { Context } from "./context.ts";
import { Execution } from "./execute.ts";
import { fluxes, held, reactionsOf } from "./schemes.ts";

type Values = ReadonlyMap<string, Expr>;

/** Values of the states of a LINEAR block that INITIAL solves, by Gauss's elimination; of what has no solution by it, why it is refused.
 * @param before  what INITIAL had set */
export function solved(context: Context, block: Routine, before: Values): Values {
  const { symbols: s } = context;
  const equations = equationsOf(context, block, before);
  const states = statesIn(context, equations);
  const refused = (why: string): Values => refusedAt(context, states, block, `solves the LINEAR ${block.name}, which is refused: ${why}`); // prettier-ignore
  if (equations.length !== states.length) return refused(`it has ${equations.length} equations for ${states.length} states`); // prettier-ignore
  const found = eliminated(s, equations, states);
  return typeof found === "string" ? refused(found) : found;
}

/** ms: one implicit step of it is NEURON's STEADYSTATE. */
const FOR_EVER = 1e9;
/** Text of a solution grows with the cube of their number. */
const MOST_AT_REST = 20;

/** Values of the states of a KINETIC block that INITIAL solves by STEADYSTATE, where its reactions are of first order: one implicit step of
 * 1e9 ms from what INITIAL had set, in which each CONSERVE takes the place of its last state's equation. Of others why it is refused.
 * @param before  what INITIAL had set */
export function rested(context: Context, block: Routine, before: Values): Values {
  const { symbols: s, variables } = context;
  const isState = (name: string): boolean => variables.find(name)?.kind === "state";
  const execution = (effects: ConstructorParameters<typeof Execution>[1]): Execution => {
    const run = new Execution(context, effects);
    for (const [name, value] of before) if (!isState(name)) run.set(name, value);
    return run;
  };
  const { reactions, conserved } = reactionsOf(context, block, execution);
  const rates = fluxes(context, reactions);
  const states = [...rates.keys()];
  const refused = (why: string): Values => refusedAt(context, states, block, `starts at the steady state of ${block.name}, which is refused: ${why}`); // prettier-ignore
  if (states.length > MOST_AT_REST) return refused(`it has more than ${MOST_AT_REST} states`);
  const start = (name: string): Expr => before.get(name) ?? s.name(name);
  const others = new Map([...rates.values()].flatMap((e) => [...s.reads(e)]).filter((name) => name.endsWith("@held")).map((name) => [name, start(name.slice(0, -"@held".length))])); // prettier-ignore
  if (states.some((state) => others.has(held(state)))) return refused("its reactions are not of first order");
  const unknown = (state: string): string => `${state}@rest`;
  const put = new Map([...statesIn(context, [...rates.values(), ...conserved.flatMap((c) => [c.sum, c.total])]).map((name): [string, Expr] => [name, states.includes(name) ? s.name(unknown(name)) : start(name)]), ...others]); // prettier-ignore
  const equations = [...rates].map(([state, f]) => {
    const of = conserved.find(({ last }) => last === state);
    if (of !== undefined) return s.sub(s.substitute(of.sum, put), s.substitute(of.total, put));
    return s.add(s.substitute(f, put), s.div(s.sub(start(state), s.name(unknown(state))), s.number(FOR_EVER)));
  });
  const found = eliminated(s, equations, states.map(unknown));
  if (typeof found === "string") return refused(found === OPEN ? found : "its reactions are not of first order");
  return new Map(states.map((state) => [state, found.get(unknown(state)) as Expr]));
}

/** The states that INITIAL starts at rest in a DERIVATIVE block. */
export function atRest(context: Context, { block: name, line, column }: Extract<Statement, { kind: "solve" }>): Values {
  const { program, variables } = context;
  const advanced = (body: readonly Statement[]): readonly string[] =>
    body.flatMap((x) => (x.kind === "derivative" ? variables.elementsOf(x.of.name) : x.kind === "if" ? [...advanced(x.then), ...advanced(x.otherwise)] : x.kind === "from" ? advanced(x.body) : [])); // prettier-ignore
  const states = advanced(program.derivatives.get(name)?.body ?? []);
  return new Map(states.map((state) => [state, bar(context, { line, column }, `starts ${state} at the steady state of ${name}, which is refused where INITIAL reads or changes it behind the SOLVE, or solves within an IF`, "Write the values in INITIAL")])); // prettier-ignore
}

const statesIn = ({ symbols: s, variables }: Context, exprs: readonly Expr[]): string[] =>
  [...new Set(exprs.flatMap((e) => [...s.reads(e)]))].filter((name) => variables.find(name)?.kind === "state");

const refusedAt = (context: Context, states: readonly string[], block: Routine, problem: string): Values =>
  new Map(states.map((state) => [state, bar(context, block, problem, "Write the values in INITIAL")]));

const OPEN = "its equations leave a state open";

/** The unknowns at which as many expressions are 0, that are linear in them; what hinders it, else. */
function eliminated(s: Context["symbols"], equations: readonly Expr[], unknowns: readonly string[]): Values | string {
  const zero = new Map(unknowns.map((name) => [name, s.number(0)]));
  const rows = equations.map((e) => [...unknowns.map((name) => s.adopt(derivative(e, name))), s.negate(s.substitute(e, zero))]); // prettier-ignore
  if (rows.some((row) => row.some((e) => [...s.reads(e)].some((name) => zero.has(name))))) return "an equation is not linear in the states"; // prettier-ignore
  const at = (row: number, column: number): Expr => (rows[row] as Expr[])[column] as Expr;
  for (const k of unknowns.keys()) {
    const pivots = rows.map((_, row) => row).filter((row) => row >= k && valueOf(at(row, k)) !== 0);
    const own = pivots.includes(k) && valueOf(at(k, k)) === undefined ? k : undefined;
    const pivot = pivots.find((row) => valueOf(at(row, k)) !== undefined && own === undefined) ?? own ?? pivots[0];
    if (pivot === undefined) return OPEN;
    [rows[k], rows[pivot]] = [rows[pivot] as Expr[], rows[k] as Expr[]];
    for (let row = k + 1; row < rows.length; row++) {
      if (valueOf(at(row, k)) === 0) continue;
      const factor = s.div(at(row, k), at(k, k));
      rows[row] = (rows[row] as Expr[]).map((e, c) => (c <= k ? s.number(0) : s.sub(e, s.mul(factor, at(k, c)))));
    }
  }
  const found: Expr[] = [];
  for (let k = unknowns.length - 1; k >= 0; k--) {
    let sum = at(k, unknowns.length);
    for (let j = k + 1; j < unknowns.length; j++) sum = s.sub(sum, s.mul(at(k, j), found[j] as Expr));
    found[k] = s.div(sum, at(k, k));
  }
  return new Map(unknowns.map((name, k) => [name, found[k] as Expr]));
}

/** What each equation of a LINEAR block sets to 0. */
export function equationsOf(context: Context, block: Routine, before: ReadonlyMap<string, Expr>): Expr[] {
  const found: Expr[] = [];
  const run = new Execution(context, {
    other: (statement, at) => {
      if (statement.kind !== "linear") context.lexer.fail(statement, `has ${statement.kind} in LINEAR`, "Move it out");
      const { left, right } = statement as Extract<typeof statement, { kind: "linear" }>;
      found.push(context.symbols.sub(at.value(left), at.value(right)));
    },
  });
  for (const [name, value] of before) if (context.variables.find(name)?.kind !== "state") run.set(name, value);
  run.scoped(new Map(), block.body);
  return found;
}
