/** The model language's expressions, as data. `parse` makes them from text; `evaluate` walks them in float64;
 * `toWgsl` and `toJs` print them; `optimise` rewrites whole programs. Numbers count as canonical units. */
export type Expr =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "negate"; readonly of: Expr }
  | { readonly kind: "binary"; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "call"; readonly fn: Fn; readonly args: readonly Expr[] };

/** `^` takes any exponent; small integer exponents print as products. Comparisons give a condition for `select`. */
export type BinaryOp = "+" | "-" | "*" | "/" | "^" | "<" | "<=" | ">" | ">=" | "==" | "!=";
export const COMPARISONS: readonly string[] = ["<", "<=", ">", ">=", "==", "!="];
export const isComparison = (op: string): boolean => COMPARISONS.includes(op);

/** exprel(x) = (exp(x) - 1) / x, finite at 0; inverse_exprel(x) = x / (exp(x) - 1). expm1(x) = exp(x) - 1 without cancellation.
 * select(condition, ifTrue, ifFalse). Exponents are clamped to +-80 when printed for float32.
 * noise(sd, tau) and white(s) are random, see compile/cells/noise.ts; so are draw_uniform(k), between 0 and 1, and draw_normal(k), of mean 0 and
 * standard deviation 1: the k-th such number that a mechanism draws in a step. Compile replaces them, nothing evaluates or prints them.
 * exp_dd2(a, b), ... are divided differences of exp, of constants only (float64): propagators are made of them.
 * expm1_with(x, exp(x)) and exprel_with(x, exp(x)) take an exponential that was computed elsewhere; `optimise` writes them. */
export const FUNCTIONS = {
  exp: 1, expm1: 1, exprel: 1, log: 1, sqrt: 1, abs: 1, floor: 1, sin: 1, cos: 1, tanh: 1, min: 2, max: 2, select: 3,
  expm1_with: 2, exprel_with: 2, inverse_exprel: 1, inverse_exprel_with: 2,
  noise: 2, white: 1, draw_uniform: 1, draw_normal: 1,
  exp_dd2: 2, exp_dd3: 3, exp_dd4: 4, exp_dd5: 5, exp_dd6: 6, exp_dd7: 7, exp_dd8: 8, exp_dd9: 9,
} as const; // prettier-ignore
export type Fn = keyof typeof FUNCTIONS;

export const num = (value: number): Expr => ({ kind: "number", value });
export const name = (n: string): Expr => ({ kind: "name", name: n });
export const negate = (of: Expr): Expr => ({ kind: "negate", of });
export const binary = (op: BinaryOp, left: Expr, right: Expr): Expr => ({ kind: "binary", op, left, right });
export const add = (a: Expr, b: Expr): Expr => binary("+", a, b);
export const sub = (a: Expr, b: Expr): Expr => binary("-", a, b);
export const mul = (a: Expr, b: Expr): Expr => binary("*", a, b);
export const div = (a: Expr, b: Expr): Expr => binary("/", a, b);
export const sum = (terms: readonly Expr[]): Expr => (terms.length === 0 ? num(0) : terms.reduce(add));
export const call = (fn: Fn, ...args: Expr[]): Expr => ({ kind: "call", fn, args });

/** One statement of a program. `let` names a value once; `set` gives a declared variable (a state) a new value; `add` adds to it.
 * With `carry`, another variable, an `add` in float32 keeps there what the sum rounds off, and adds it the next time. */
export interface Stmt {
  readonly op: "let" | "set" | "add";
  readonly name: string;
  readonly value: Expr;
  readonly carry?: string;
}

/** What a statement assigns; of a sum with a carry, what is to be added. The sum is then Kahan's: exact in sum and remainder while
 * the state is larger than what is added, and off by an ulp of what is added otherwise, where nothing stalls. */
export const assigned = ({ op, name: id, value, carry }: Stmt): Expr =>
  op === "add" ? add(value, name(carry ?? id)) : value;

/** The same, read: calls are replaced by the body. */
export interface ReadFunction {
  readonly of: readonly string[];
  readonly body: Expr;
  readonly parts: number;
  readonly levels: number;
}

export type ReadFunctions = ReadonlyMap<string, ReadFunction>;
