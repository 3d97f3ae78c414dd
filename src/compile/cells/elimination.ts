import { div, type Expr, mul, name, negate, num, type Stmt, sub, sum } from "../../lang/expr.ts";
import type { ResolvedCell } from "./resolved-cell.ts";

/** Symmetric elimination along the couplings, leaves first, then back substitution; x_k is the change of node k's voltage. */
export function eliminate(cell: ResolvedCell): Stmt[] {
  const stmts: Stmt[] = [];
  const d = cell.nodes.map((_, k): Expr => name(`d_${k}`));
  const r = cell.nodes.map((_, k): Expr => name(`r_${k}`));
  const a = new Map<string, Expr>(); // off-diagonals, "i,j" with i eliminated first
  for (const c of cell.couplings) a.set(`${c.i},${c.j}`, negate(name(c.g)));
  const bind = (id: string, value: Expr): Expr => {
    stmts.push({ op: "let", name: id, value });
    return name(id);
  };
  const later = (k: number): number[] => cell.couplings.filter((c) => c.i === k).map((c) => c.j);
  for (const k of cell.eliminationOrder) {
    const inverse = bind(`inv_${k}`, div(num(1), d[k] as Expr));
    d[k] = inverse;
    const rows = later(k);
    for (const j of rows) {
      const f = bind(`f_${k}_${j}`, mul(a.get(`${k},${j}`) as Expr, inverse));
      d[j] = bind(`d_${j}_${k}`, sub(d[j] as Expr, mul(f, a.get(`${k},${j}`) as Expr)));
      r[j] = bind(`r_${j}_${k}`, sub(r[j] as Expr, mul(f, r[k] as Expr)));
      for (const l of rows) {
        const key = a.has(`${j},${l}`) ? `${j},${l}` : undefined; // each pair once, in its order of elimination
        if (key !== undefined)
          a.set(key, bind(`a_${j}_${l}_${k}`, sub(a.get(key) as Expr, mul(f, a.get(`${k},${l}`) as Expr))));
      }
    }
  }
  for (const k of [...cell.eliminationOrder].reverse()) {
    const known = later(k).map((j) => mul(a.get(`${k},${j}`) as Expr, name(`x_${j}`)));
    const right = known.length === 0 ? (r[k] as Expr) : sub(r[k] as Expr, sum(known));
    bind(`x_${k}`, mul(right, d[k] as Expr));
  }
  return stmts;
}
