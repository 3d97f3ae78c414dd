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

/** How NEURON solves a KINETIC block: rates are held in the derivatives, an iteration follows while the changes of the last one sum to more
 * than `stop`, and concentrations do not fall below 0. */
export interface KineticRules {
  /** the name under which a rate reads a state. */
  readonly held: (state: string) => string;
  /** in the states' unit. */
  readonly stop: number;
}

/** One step of implicit Euler of x' = f(x) for several states at once. Where f is linear in all of them, that is one solution of a linear
 * system; otherwise four iterations of Newton's method, each over the one before.
 * @param fresh  how the value of this step is read
 * @param rules  of a KINETIC block, whose states are no less than 0
 * @param changes  gives the change of each state instead of its value, and adds up what iterations change, so that float32 keeps the digits of a small one
 * @returns  what is computed, in order; the states themselves last */
export function together(
  s: Symbols,
  states: readonly string[],
  f: readonly Expr[],
  fresh: (name: string) => string,
  rules?: KineticRules,
  changes = false,
): Computed[] {
  const slopes = f.map((e) => states.map((state) => s.adopt(derivative(e, state))));
  const isLinear = slopes.every((row) => row.every((e) => states.every((state) => !s.reads(e).has(state))));
  const rounds = isLinear ? 1 : 4;
  const found: Computed[] = [];
  const put = (name: string, value: Expr): Expr => (found.push({ name, value }), s.name(fresh(name)));
  const dt = s.name("dt");
  for (let k = 1; k <= rounds; k++) {
    const at = states.map((state) => s.name(k === 1 ? state : fresh(`${state}_iterate${k - 1}`)));
    const names = new Map(states.flatMap((state, j): [string, Expr][] => [[state, at[j] as Expr], ...(rules === undefined ? [] : [[rules.held(state), at[j] as Expr] as [string, Expr]])])); // prettier-ignore
    const there = (e: Expr): Expr => s.substitute(e, names);
    const rows = slopes.map((row, i) => {
      const left = row.map((e, j) => s.sub(s.number(i === j ? 1 : 0), s.mul(dt, there(e))));
      const before =
        k === 1
          ? s.number(0)
          : changes
            ? s.sub(s.number(0), s.name(fresh(summed(states[i] as string, k - 1))))
            : s.sub(s.name(states[i] as string), at[i] as Expr);
      return [...left, s.add(before, s.mul(dt, there(f[i] as Expr)))];
    });
    const goesOn = rules !== undefined && k > 1 ? s.binary(">", s.name(fresh(moved(states, k - 1))), s.number(rules.stop)) : undefined; // prettier-ignore
    const named = (i: number, value: Expr): Expr => {
      if (states.length <= WRITTEN_OUT && (rules === undefined || isLinear)) return value;
      return put(`${states[i] as string}_change${k}`, value);
    };
    let parts = 0;
    const part = (value: Expr): Expr => {
      if (s.size(value) <= MOST_WRITTEN) return value;
      return put(`${states[0] as string}_part${k}_${++parts}`, value);
    };
    const ways = solved(s, rows, named, part).map((way) => (goesOn === undefined ? way : s.call("select", goesOn, way, s.number(0)))); // prettier-ignore
    if (rules !== undefined && k < rounds) found.push({ name: moved(states, k), value: ways.map((way) => s.call("abs", way)).reduce(s.add) }); // prettier-ignore
    states.forEach((state, i) => {
      if (changes) {
        const before = k === 1 ? [] : [s.name(fresh(summed(state, k - 1)))];
        found.push({
          name: k === rounds ? state : summed(state, k),
          value: [...before, ways[i] as Expr].reduce(s.add),
        });
        if (k < rounds)
          found.push({ name: `${state}_iterate${k}`, value: s.add(s.name(state), s.name(fresh(summed(state, k)))) });
        return;
      }
      const value = s.add(at[i] as Expr, ways[i] as Expr);
      const kept = rules === undefined || isLinear ? value : s.call("max", value, s.number(0));
      found.push({ name: k === rounds ? state : `${state}_iterate${k}`, value: kept });
    });
  }
  return found;
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
