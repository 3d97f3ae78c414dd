import { add, call, type Expr, mul, num } from "../lang/expr.ts";
import { isZero } from "./linear.ts";

/** The exact step of a cascade x' = A x + b with lower triangular A, all constant over the step: x(dt) = exp(A dt) x + integral of
 * exp(A s) b. An entry of the exponential is a sum over the paths that lead from one state to another: the product of the path's
 * couplings times the divided difference of exp at its eigenvalues (`exp_dd`, made in float64, good for equal ones too). The
 * integral is a path that begins with an eigenvalue of 0. Source: Opitz (1964), Z. Angew. Math. Mech. 44:T52-T54.
 * @param slopes  A[i][j] for j <= i
 * @param rest    b[i] */
export function propagator(
  slopes: readonly (readonly Expr[])[],
  rest: readonly Expr[],
  states: readonly Expr[],
  dt: Expr,
): Expr[] {
  const a = (i: number, j: number): Expr => (slopes[i] as readonly Expr[])[j] as Expr;
  const entry = (path: readonly number[], start: readonly Expr[]): Expr => {
    const couplings = path.slice(1).map((to, k) => mul(dt, a(to, path[k] as number)));
    const eigenvalues = [...start, ...path.map((k) => mul(dt, a(k, k)))];
    return [dd(eigenvalues), ...couplings].reduce((x, y) => mul(y, x));
  };
  return states.map((_, i) => {
    const terms: Expr[] = [];
    for (let j = 0; j <= i; j++) {
      const all = paths(j, i, (to, from) => !isZero(a(to, from)));
      if (all.length === 0) continue;
      terms.push(mul(sum(all.map((p) => entry(p, []))), states[j] as Expr));
      const b = rest[j] as Expr;
      if (!isZero(b)) terms.push(mul(mul(dt, sum(all.map((p) => entry(p, [num(0)])))), b));
    }
    return sum(terms);
  });
}

/** Every ascending path from j to i over couplings that are not 0. */
function paths(j: number, i: number, coupled: (to: number, from: number) => boolean): number[][] {
  if (j === i) return [[i]];
  const found: number[][] = [];
  for (let k = j + 1; k <= i; k++) if (coupled(k, j)) found.push(...paths(k, i, coupled).map((p) => [j, ...p]));
  return found;
}

const dd = (x: readonly Expr[]): Expr =>
  x.length === 1 ? call("exp", x[0] as Expr) : call(`exp_dd${x.length}` as "exp_dd2", ...x);
const sum = (terms: readonly Expr[]): Expr => (terms.length === 0 ? num(0) : terms.reduce(add));
