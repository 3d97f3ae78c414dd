import { own } from "../own.ts";
import { didYouMean, ModelError } from "../errors.ts";
import type { BinaryOp, Expr, Fn } from "./expr.ts";
import { jsMath } from "./math64.ts";
import { integerExponent, realPower } from "./powers.ts";

/** The value of an expression in float64. A condition is 1 or 0. A power whose exponent is not a literal integer is
 * `realPower`, as in the printed forms.
 * @throws ModelError for a name that `env` does not have */
export function evaluate(expr: Expr, env: Readonly<Record<string, number>>): number {
  switch (expr.kind) {
    case "number":
      return expr.value;
    case "name":
      return lookUp(expr.name, env);
    case "negate":
      return -evaluate(expr.of, env);
    case "binary": {
      const [left, right] = [evaluate(expr.left, env), evaluate(expr.right, env)];
      if (expr.op !== "^") return OPERATIONS[expr.op](left, right);
      return integerExponent(expr.right) === undefined ? realPower(left, right) : left ** right;
    }
    case "call":
      return CALLS[expr.fn](...expr.args.map((arg) => evaluate(arg, env)));
  }
}

/** The same as a function of the values of `names`, in their order; the expression is walked once, not at every call.
 * @throws ModelError for a name that is not among them */
export function evaluator(expr: Expr, names: readonly string[]): Evaluated {
  switch (expr.kind) {
    case "number": {
      const { value } = expr;
      return () => value;
    }
    case "name": {
      const k = names.indexOf(expr.name);
      if (k < 0) throw new ModelError(expr.name, "is not defined here", didYouMean(expr.name, names));
      return (values) => values[k] as number;
    }
    case "negate": {
      const of = evaluator(expr.of, names);
      return (values) => -of(values);
    }
    case "binary": {
      const [left, right] = [evaluator(expr.left, names), evaluator(expr.right, names)];
      if (expr.op === "^") {
        const power = integerExponent(expr.right) === undefined ? realPower : (x: number, y: number) => x ** y;
        return (values) => power(left(values), right(values));
      }
      const operation = OPERATIONS[expr.op];
      return (values) => operation(left(values), right(values));
    }
    case "call": {
      const args = expr.args.map((arg) => evaluator(arg, names));
      const call = CALLS[expr.fn];
      const [x, y, z] = args as [Evaluated, Evaluated | undefined, Evaluated | undefined];
      if (args.length > 3) return (values) => call(...args.map((arg) => arg(values)));
      if (z !== undefined && y !== undefined) return (values) => call(x(values), y(values), z(values));
      if (y !== undefined) return (values) => call(x(values), y(values));
      return (values) => call(x(values));
    }
  }
}

type Evaluated = (values: ArrayLike<number>) => number;

function lookUp(name: string, env: Readonly<Record<string, number>>): number {
  const value = own(env, name);
  if (value === undefined) throw new ModelError(name, "is not defined here", didYouMean(name, Object.keys(env)));
  return value;
}

/** What the operators of two numbers give. */
export const OPERATIONS: Readonly<Record<Exclude<BinaryOp, "^">, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "<": (a, b) => Number(a < b),
  "<=": (a, b) => Number(a <= b),
  ">": (a, b) => Number(a > b),
  ">=": (a, b) => Number(a >= b),
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
};

const CALLS: Readonly<Record<Fn, (...args: number[]) => number>> = {
  log: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  floor: Math.floor,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  min: Math.min,
  max: Math.max,
  select: (condition = 0, ifTrue = 0, ifFalse = 0) => (condition === 0 ? ifFalse : ifTrue),
  ...jsMath,
  noise: () => NaN, // compile replaces it
  white: () => NaN,
  draw_uniform: () => NaN,
  draw_normal: () => NaN,
};
