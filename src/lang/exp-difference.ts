import { exp } from "./exponential.ts";

/** Where the points lie this close together the recursion would cancel. */
const CLOSE = 1;
const TERMS = 24;

/** The divided difference exp[x0, ..., xn] in any order of the points, equal ones included; relative error some 1e-15. Close points:
 * exp(m) times the sum over k of h_k(x - m) / (n + k)!, h_k the complete homogeneous symmetric polynomials; else the recursion. */
export function expDifference(...points: number[]): number {
  const x = points.toSorted((a, b) => a - b);
  const n = x.length - 1;
  const [low, high] = [x[0] as number, x[n] as number];
  if (high - low > CLOSE) return (expDifference(...x.slice(1)) - expDifference(...x.slice(0, -1))) / (high - low);
  const middle = (low + high) / 2;
  const h = new Float64Array(TERMS);
  h[0] = 1;
  for (const point of x)
    for (let k = 1; k < TERMS; k++) h[k] = (h[k] as number) + (point - middle) * (h[k - 1] as number);
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  let sum = 0;
  for (let k = 0; k < TERMS; k++) {
    sum += (h[k] as number) / factorial;
    factorial *= n + k + 1;
  }
  return exp(middle) * sum;
}
