import { call, type Expr, mul, num, sum } from "./expr.ts";
import { isZero } from "./linear.ts";

/** States one behind the other: `exp_dd9` takes 0 and an eigenvalue of each. */
export const LONGEST_CASCADE = 8;

/** The exact step of a cascade x' = A x + b with lower triangular A, all constant over the step, as what it adds to each state:
 * dt phi(A dt) (A x + b), phi(z) = (exp(z) - 1) / z. An entry of phi is a sum over the paths that lead from one state to another: the
 * product of the path's couplings times the divided difference of exp at 0 and the path's eigenvalues (`exp_dd`, made in float64, good
 * for equal ones too). Written so, slow states keep their digits in float32: A x + b vanishes where the cascade rests, and no factor is
 * close to 1. Source: Opitz (1964), Z. Angew. Math. Mech. 44:T52-T54.
 * @param slopes  A[i][j] for j <= i
 * @param rates   (A x + b)[j] */
export function propagator(slopes: readonly (readonly Expr[])[], rates: readonly Expr[], dt: Expr): Expr[] {
  const a = (i: number, j: number): Expr => (slopes[i] as readonly Expr[])[j] as Expr;
  const entry = (path: readonly number[]): Expr => {
    const couplings = path.slice(1).map((to, k) => mul(dt, a(to, path[k] as number)));
    const eigenvalues = path.map((k) => mul(dt, a(k, k)));
    const difference = call(`exp_dd${path.length + 1}` as "exp_dd2", num(0), ...eigenvalues);
    return [difference, ...couplings].reduce((x, y) => mul(y, x));
  };
  return rates.map((_, i) => {
    const terms: Expr[] = [];
    for (let j = 0; j <= i; j++) {
      const all = paths(j, i, (to, from) => !isZero(a(to, from)));
      if (all.length > 0) terms.push(mul(mul(dt, sum(all.map(entry))), rates[j] as Expr));
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
