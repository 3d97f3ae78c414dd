import { type Expr, type Fn, FUNCTIONS } from "../../../lang/expr.ts";
import { FARADAY, GAS } from "../../../constants.ts";
import type { Symbols } from "../../../lang/symbolic/symbols.ts";

type Made = (s: Symbols, ...args: Expr[]) => Expr;

const SAME: readonly Fn[] = ["exp", "log", "sqrt", "floor", "sin", "cos", "tanh"];

/** NMODL's own functions in the language's. */
export const BUILTINS: ReadonlyMap<string, { readonly of: number; readonly is: Made }> = new Map<
  string,
  { of: number; is: Made }
>([
  ...SAME.map((fn): [string, { of: number; is: Made }] => [
    fn,
    { of: FUNCTIONS[fn], is: (s, ...args) => s.call(fn, ...args) },
  ]),
  ["fabs", { of: 1, is: (s, x) => s.call("abs", x as Expr) }],
  ["abs", { of: 1, is: (s, x) => s.call("abs", x as Expr) }],
  ["pow", { of: 2, is: (s, x, y) => s.binary("^", x as Expr, y as Expr) }],
  ["log10", { of: 1, is: (s, x) => s.div(s.call("log", x as Expr), s.number(Math.LN10)) }],
  ["ceil", { of: 1, is: (s, x) => s.negate(s.call("floor", s.negate(x as Expr))) }],
  ["fmod", { of: 2, is: (s, x, y) => s.sub(x as Expr, s.mul(y as Expr, truncated(s, s.div(x as Expr, y as Expr)))) }],
  ["tan", { of: 1, is: (s, x) => s.div(s.call("sin", x as Expr), s.call("cos", x as Expr)) }],
  ["sinh", { of: 1, is: (s, x) => s.div(s.sub(s.call("exp", x as Expr), s.call("exp", s.negate(x as Expr))), s.number(2)) }],
  ["cosh", { of: 1, is: (s, x) => s.div(s.add(s.call("exp", x as Expr), s.call("exp", s.negate(x as Expr))), s.number(2)) }],
  ["exprelr", { of: 1, is: (s, x) => s.div(s.number(1), s.call("exprel", x as Expr)) }],
  ["nernst", { of: 3, is: (s, inside, outside, z) => s.mul(s.div(perCharge(s), z as Expr), s.call("log", s.div(outside as Expr, inside as Expr))) }],
]); // prettier-ignore

/** Towards 0. */
function truncated(s: Symbols, x: Expr): Expr {
  const below = s.call("floor", x);
  return s.call("select", s.binary("<", x, s.number(0)), s.negate(s.call("floor", s.negate(x))), below);
}

/** R T / F, mV. */
const perCharge = (s: Symbols): Expr =>
  s.div(s.mul(s.number(1000 * GAS), s.add(s.number(273.15), s.name("celsius"))), s.number(FARADAY));

/** Called for what they do beside the model, which hillock does not. */
export const IGNORED: ReadonlySet<string> = new Set([
  "printf",
  "fprintf",
  "prterr",
  "at_time",
  "force",
  "sens",
  "printt",
  "set_seed",
  "random_setseq",
  "random_setids",
]);
