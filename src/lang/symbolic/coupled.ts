import { derivative } from "../derivative.ts";
import type { Expr } from "../expr.ts";
import { type Symbols, valueOf } from "./symbols.ts";

/** Something that a step computes: a state's value, or what leads to it. */
interface Computed {
  readonly name: string;
  readonly value: Expr;
}

/** Most states whose system is written out in each of them; of larger ones every change has a name of its own. */
const WRITTEN_OUT = 3;

/** Most operations of an element of the elimination that is written out wherever it is used. */
const MOST_WRITTEN = 100;

/** What a state is set to that Newton's iterations leave beside a root: no state of a cell may be so large, so that the run stops at this step. */
export const UNSETTLED = 1e31;

/** How much of a state and its change may be missing to a root after the last iteration. What is missing is estimated as the last correction times
 * what slopes changed by between the last two iterates: an iteration squares its error because they hardly do. Rounding moves an iterate, in
 * float32, by some 1e-7 of the terms that meet there, and slopes by as little: their product, 1e-14, is no alarm at whatever value a state rests. */
const MISSING = 1e-3;

/** How NEURON solves a KINETIC block: rates are held in the derivatives, an iteration follows while the changes of the last one sum to more
 * than `stop`, and concentrations do not fall below 0. */
export interface KineticRules {
  /** the name under which a rate reads a state. */
  readonly held: (state: string) => string;
  /** in the states' unit. */
  readonly stop: number;
}

interface Ways {
  readonly rules?: KineticRules | undefined;
  /** gives the change of each state instead of its value, and adds up what iterations change, so that float32 keeps the digits of a small one. */
  readonly changes?: boolean;
}

/** One step of implicit Euler of x' = f(x) for one state or several at once. Where f is linear in all of them, that is one solution of a linear
 * system; otherwise four iterations of Newton's method, each over the one before: they halve the exponent of the error four times, from 1e-2 to
 * below 1e-16. A state that they leave beside a root, as where a fold has none near, is UNSETTLED; those of a KINETIC block, whose states are no
 * less than 0, are not looked at.
 * @param fresh  how the value of this step is read
 * @returns  what is computed, in order; the states themselves last */
export function together(
  s: Symbols,
  states: readonly string[],
  f: readonly Expr[],
  fresh: (name: string) => string,
  { rules, changes = false }: Ways = {},
): Computed[] {
  const slopes = f.map((e) => states.map((state) => s.adopt(derivative(e, state))));
  const moves = (slope: Expr): boolean => states.some((state) => s.reads(slope).has(state));
  const isLinear = !slopes.flat().some(moves);
  const rounds = isLinear ? 1 : 4;
  const found: Computed[] = [];
  const put = (name: string, value: Expr): Expr => (found.push({ name, value }), s.name(fresh(name)));
  const dt = s.name("dt");
  const iterate = (state: string, k: number): Expr => s.name(k === 1 ? state : fresh(`${state}_iterate${k - 1}`));
  /** An expression over the states where iteration k begins. */
  const at = (k: number): ((e: Expr) => Expr) => {
    const names = new Map(states.flatMap((state) => [state, ...(rules === undefined ? [] : [rules.held(state)])].map((id) => [id, iterate(state, k)] as const))); // prettier-ignore
    return (e) => s.substitute(e, names);
  };
  for (let k = 1; k <= rounds; k++) {
    const there = at(k);
    const before = (state: string): Expr => {
      if (k === 1) return s.number(0);
      return changes ? s.sub(s.number(0), s.name(fresh(summed(state, k - 1)))) : s.sub(s.name(state), iterate(state, k)); // prettier-ignore
    };
    const rows = slopes.map((row, i) => [
      ...row.map((e, j) => s.sub(s.number(i === j ? 1 : 0), s.mul(dt, there(e)))),
      s.add(before(states[i] as string), s.mul(dt, there(f[i] as Expr))),
    ]);
    const goesOn = rules !== undefined && k > 1 ? s.binary(">", s.name(fresh(moved(states, k - 1))), s.number(rules.stop)) : undefined; // prettier-ignore
    const isLooked = k === rounds && !isLinear && rules === undefined;
    const isNamed = isLooked || states.length > WRITTEN_OUT || (rules !== undefined && !isLinear);
    const named = (i: number, value: Expr): Expr => isNamed ? put(`${states[i] as string}_change${k}`, value) : value; // prettier-ignore
    let parts = 0;
    const part = (value: Expr): Expr => s.size(value) <= MOST_WRITTEN ? value : put(`${states[0] as string}_part${k}_${++parts}`, value); // prettier-ignore
    const ways = solved(s, rows, named, part).map((way) => (goesOn === undefined ? way : s.call("select", goesOn, way, s.number(0)))); // prettier-ignore
    if (rules !== undefined && k < rounds) found.push({ name: moved(states, k), value: ways.map((way) => s.call("abs", way)).reduce(s.add) }); // prettier-ignore
    const values = states.map((state, i) => {
      const way = ways[i] as Expr;
      if (changes) return k === 1 ? way : s.add(s.name(fresh(summed(state, k - 1))), way);
      const value = s.add(iterate(state, k), way);
      return rules === undefined || isLinear ? value : s.call("max", value, s.number(0));
    });
    const last = states.map((state, i): Expr => {
      const [value, row] = [values[i] as Expr, slopes[i] as Expr[]];
      if (k < rounds) put(`${state}_iterate${k}`, changes ? s.add(s.name(state), put(summed(state, k), value)) : value);
      if (!isLooked || !row.some(moves)) return value;
      const shifts = row.map((e) => (moves(e) ? ([there(e), at(k - 1)(e)] as const) : undefined));
      const pivot = s.sub(s.number(1), s.mul(dt, there(row[i] as Expr)));
      return settled(s, { x: s.name(state), root: put(`${state}_root`, value), shifts, ways, pivot });
    });
    if (k === rounds) states.forEach((name, i) => found.push({ name, value: last[i] as Expr }));
  }
  return found;
}

interface Last {
  readonly x: Expr;
  readonly root: Expr;
  /** of each state, the slope by it at the last iterate and the one before, where that moves. */
  readonly shifts: readonly (readonly [Expr, Expr] | undefined)[];
  readonly ways: readonly Expr[];
  /** what the residual is divided by. */
  readonly pivot: Expr;
}

/** The root, where little enough of it is missing: see MISSING. */
function settled(s: Symbols, { x, root, shifts, ways, pivot }: Last): Expr {
  const dt = s.name("dt");
  const parts = shifts.map((of, j) => of === undefined ? s.number(0) : s.mul(s.sub(s.mul(dt, of[0]), s.mul(dt, of[1])), ways[j] as Expr)); // prettier-ignore
  const size = s.add(s.call("abs", x), s.call("abs", root));
  const most = s.mul(s.mul(s.number(MISSING), s.call("abs", pivot)), size);
  return s.call("select", s.binary("<=", s.call("abs", parts.reduce(s.add)), most), root, s.number(UNSETTLED));
}

const summed = (state: string, k: number): string => `${state}_sum${k}`;
const moved = (states: readonly string[], k: number): string => `${states[0] as string}_moved${k}`;

/** Gauss's elimination with expressions, from the right side's column. The pivots are 1 - dt df/dx, which are those of a step that decays;
 * of those on the diagonal the one with the fewest neighbours goes first, so that chains and stars stay sparse. */
function solved(
  s: Symbols,
  rows: Expr[][],
  named: (i: number, value: Expr) => Expr,
  part: (value: Expr) => Expr,
): Expr[] {
  const n = rows.length;
  const isZero = (e: Expr | undefined): boolean => e !== undefined && valueOf(e) === 0;
  const order: number[] = [];
  const left = new Set(rows.keys());
  while (left.size > 0) {
    const neighbours = (k: number): number => [...left].filter((j) => j !== k && !(isZero(rows[k]?.[j]) && isZero(rows[j]?.[k]))).length; // prettier-ignore
    const next = [...left].reduce((best, k) => (neighbours(k) < neighbours(best) ? k : best));
    left.delete(next);
    order.push(next);
    const top = rows[next] as Expr[];
    for (const c of [next, ...left, n]) top[c] = part(top[c] as Expr);
    for (const k of left) {
      const row = rows[k] as Expr[];
      if (isZero(row[next])) continue;
      const factor = s.div(part(row[next] as Expr), top[next] as Expr);
      for (const c of [...left, n]) row[c] = s.sub(row[c] as Expr, s.mul(factor, top[c] as Expr));
      row[next] = s.number(0);
    }
  }
  const x: Expr[] = rows.map(() => s.number(0));
  const known: number[] = [];
  for (const k of order.reverse()) {
    const row = rows[k] as Expr[];
    const rest = known.reduce((sum, j) => s.sub(sum, s.mul(row[j] as Expr, x[j] as Expr)), row[n] as Expr);
    x[k] = named(k, s.div(rest, row[k] as Expr));
    known.push(k);
  }
  return x;
}

/** Groups of states in an order in which each group reads only itself and groups before it (Tarjan's strongly connected components).
 * @param reads  for each state the indices of those that it reads */
export function groups(reads: readonly (readonly number[])[]): number[][] {
  const found: number[][] = [];
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const visit = (k: number): void => {
    index.set(k, index.size);
    low.set(k, index.get(k) as number);
    open.push(k);
    for (const j of reads[k] as readonly number[]) {
      if (!index.has(j)) visit(j);
      if (open.includes(j)) low.set(k, Math.min(low.get(k) as number, low.get(j) as number));
    }
    if (low.get(k) !== index.get(k)) return;
    found.push(open.splice(open.indexOf(k)).sort((a, b) => a - b));
  };
  for (const k of reads.keys()) if (!index.has(k)) visit(k);
  return found;
}
