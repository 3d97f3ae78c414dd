import { ModelError } from "../../errors.ts";
import { add, div, type Expr, mul, name, num, type Stmt } from "../../lang/expr.ts";
import { steadyState } from "../../mechanisms/steady-state.ts";

/** A kinetic scheme over the cell's names. */
export interface Scheme {
  readonly states: readonly string[];
  /** 1/ms, of what leaves states[from] for states[to]. */
  readonly rates: readonly { readonly from: number; readonly to: number; readonly rate: Expr }[];
  readonly total: number;
  /** values at the start instead of the steady state. */
  readonly init?: readonly Expr[];
  /** index of the state that others slowly go into where the steady state is sought. */
  readonly restsInto?: number;
}

/** 1/ms. */
const SLOWLY = 1e-9;

/** One implicit Euler step, (1 - dt Q) new = old, where column k of Q says what leaves state k and where it goes. Eliminated without a
 * subtraction: a pivot is what stays in the column (`kept`: 1 at the start) plus dt times the rates that leave for states not yet
 * eliminated, so that float32 keeps every digit. Sources: Grassmann, Taksar & Heyman (1985), Oper. Res. 33:1107-1116 for the pivots.
 * The sum, which rounding alone changes, is brought back to the total. */
export function implicitStep({ states, rates, total }: Scheme, dt: Expr): Stmt[] {
  const stmts: Stmt[] = [];
  const tag = states[0] as string;
  const bind = (id: string, value: Expr): Expr => {
    stmts.push({ op: "let", name: `${tag}_${id}`, value });
    return name(`${tag}_${id}`);
  };
  const moved = new Map<string, Expr>(); // "k,j": dt times the rate from k to j
  const n = states.length;
  const gain = (id: string, key: string, more: Expr): void => {
    const before = moved.get(key);
    moved.set(key, bind(id, before === undefined ? more : add(before, more)));
  };
  rates.forEach(({ from, to, rate }, m) => gain(`m${m}`, `${from},${to}`, mul(dt, rate)));
  const kept = states.map((): Expr => num(1));
  const right = states.map((s): Expr => name(s));
  const inverse: Expr[] = [];
  for (let k = 0; k < n; k++) {
    const later = (key: (j: number) => string): number[] =>
      Array.from({ length: n - k - 1 }, (_, i) => k + 1 + i).filter((j) => moved.has(key(j)));
    const out = later((j) => `${k},${j}`);
    const back = later((j) => `${j},${k}`);
    const pivot = out.reduce((sum, j) => add(sum, moved.get(`${k},${j}`) as Expr), kept[k] as Expr);
    const inv = bind(`p${k}`, div(num(1), pivot));
    inverse.push(inv);
    for (const i of back) {
      const share = bind(`f${i}_${k}`, mul(moved.get(`${i},${k}`) as Expr, inv));
      kept[i] = bind(`e${i}_${k}`, add(kept[i] as Expr, mul(share, kept[k] as Expr)));
      for (const j of out)
        if (j !== i) gain(`m${i}_${j}_${k}`, `${i},${j}`, mul(share, moved.get(`${k},${j}`) as Expr));
    }
    for (const j of out) {
      const gone = mul(mul(moved.get(`${k},${j}`) as Expr, inv), right[k] as Expr);
      right[j] = bind(`r${j}_${k}`, add(right[j] as Expr, gone));
    }
  }
  const solved: Expr[] = [];
  for (let k = n - 1; k >= 0; k--) {
    const from = Array.from({ length: n - k - 1 }, (_, i) => k + 1 + i).filter((i) => moved.has(`${i},${k}`));
    const sum = from.reduce((s, i) => add(s, mul(moved.get(`${i},${k}`) as Expr, solved[i] as Expr)), right[k] as Expr);
    solved[k] = bind(`x${k}`, mul(inverse[k] as Expr, sum));
  }
  const scale = bind("scale", div(num(total), solved.reduce(add)));
  return [...stmts, ...states.map((s, k): Stmt => ({ op: "set", name: s, value: mul(solved[k] as Expr, scale) }))];
}

/** The share of each state of a scheme where nothing changes any more, by the values of its rates.
 * @throws ModelError where there is no single one */
function sharesAtRest({ states, rates, total, restsInto }: Scheme, values: readonly number[], where: string): number[] {
  const q = states.map(() => states.map(() => 0));
  rates.forEach(
    ({ from, to }, k) => ((q[from] as number[])[to] = ((q[from] as number[])[to] as number) + (values[k] as number)),
  );
  if (restsInto !== undefined) q.forEach((row, k) => k !== restsInto && (row[restsInto] = (row[restsInto] as number) + SLOWLY)); // prettier-ignore
  const shares = steadyState(q, total);
  if (shares?.every((x) => Number.isFinite(x))) return shares;
  throw new ModelError(
    `${where}: ${states.join(", ")}`,
    `have no single steady state at the initial voltage (rates ${values.join(", ").slice(0, 120)})`,
    "Give rates above 0 on a way between all states",
  );
}

/** Shares of a scheme's states at rest, by cell and entry. */
export type RestingShares = (cell: number, entry: number) => number[];

/** @param rates  of the scheme, by cell and entry; it is solved once for each set of values */
export function restingShares(scheme: Scheme, rates: readonly ((cell: number, entry: number) => number)[], where: string): RestingShares {
  const solved = new Map<string, number[]>();
  return (cell, entry) => {
    const values = rates.map((at) => at(cell, entry));
    const key = values.join();
    const found = solved.get(key) ?? sharesAtRest(scheme, values, where);
    solved.set(key, found);
    return found;
  };
} // prettier-ignore
