import { add, binary, call, div, type Expr, mul, negate, num, sub } from "./expr.ts";
import { integerExponent } from "./powers.ts";

/** d expr / d name, simplified where a factor or term is 0 or 1. At a kink (abs, min, max, select, floor) it is the derivative
 * of the branch that `evaluate` takes. */
export function derivative(expr: Expr, by: string): Expr {
  switch (expr.kind) {
    case "number":
      return num(0);
    case "name":
      return num(expr.name === by ? 1 : 0);
    case "negate":
      return minus(derivative(expr.of, by));
    case "binary":
      return ofBinary(expr, by);
    case "call":
      return ofCall(expr, by);
  }
}

function ofBinary({ op, left, right }: Extract<Expr, { kind: "binary" }>, by: string): Expr {
  const [a, b] = [derivative(left, by), derivative(right, by)];
  if (op === "+") return plus(a, b);
  if (op === "-") return isNumber(b, 0) ? a : isNumber(a, 0) ? minus(b) : sub(a, b);
  if (op === "*") return plus(times(a, right), times(left, b));
  if (op === "/") return plus(over(a, right), minus(over(times(left, b), binary("^", right, num(2)))));
  if (op !== "^") return num(0); // a comparison is constant between its jumps
  if (isNumber(b, 0)) {
    const n = right.kind === "number" ? right.value : integerExponent(right);
    const lower = n === undefined ? sub(right, num(1)) : num(n - 1); // a literal stays one: negative bases are meant
    const rest = isNumber(lower, 0) ? num(1) : isNumber(lower, 1) ? left : binary("^", left, lower);
    return times(times(right, rest), a);
  }
  return times(binary("^", left, right), plus(times(b, call("log", left)), over(times(right, a), left)));
}

function ofCall({ fn, args }: Extract<Expr, { kind: "call" }>, by: string): Expr {
  const [x, y, z] = args as [Expr, Expr, Expr];
  const dx = derivative(x, by);
  const chain = (outer: Expr): Expr => times(outer, dx);
  switch (fn) {
    case "exp":
    case "expm1":
    case "expm1_with":
      return chain(call("exp", x));
    case "exprel":
    case "exprel_with":
      return isNumber(dx, 0) ? dx : chain(exprelSlope(x));
    case "inverse_exprel":
    case "inverse_exprel_with": // 1 / exprel
      return isNumber(dx, 0) ? dx : chain(minus(div(exprelSlope(x), binary("^", call("exprel", x), num(2)))));
    case "log":
      return over(dx, x);
    case "sqrt":
      return over(dx, mul(num(2), call("sqrt", x)));
    case "abs":
      return either(binary("<", x, num(0)), minus(dx), dx);
    case "floor":
    case "noise":
    case "white":
    case "draw_uniform":
    case "draw_normal":
    case "exp_dd2": // of constants only
    case "exp_dd3":
    case "exp_dd4":
    case "exp_dd5":
    case "exp_dd6":
    case "exp_dd7":
    case "exp_dd8":
    case "exp_dd9":
      return num(0);
    case "sin":
      return chain(call("cos", x));
    case "cos":
      return minus(chain(call("sin", x)));
    case "tanh":
      return chain(sub(num(1), binary("^", call("tanh", x), num(2))));
    case "min":
      return either(binary("<", x, y), dx, derivative(y, by));
    case "max":
      return either(binary("<", x, y), derivative(y, by), dx);
    case "select":
      return either(x, derivative(y, by), derivative(z, by));
  }
}

/** exprel'(x) = (exp(x) - exprel(x)) / x; below 0.1, where that cancels, its series sum x^n / (n! (n + 2)), 2e-12 off. */
function exprelSlope(x: Expr): Expr {
  const small = binary("<", call("abs", x), num(0.1));
  const series = [2, 3, 8, 30, 144, 840, 5760].reduceRight<Expr>((sum, c) => plus(num(1 / c), times(x, sum)), num(0));
  const divisor = call("select", small, num(1), x); // no 0 / 0 in the branch that is not taken
  return call("select", small, series, div(sub(call("exp", x), call("exprel", x)), divisor));
}

const isNumber = (expr: Expr, value: number): boolean => expr.kind === "number" && expr.value === value;
const minus = (a: Expr): Expr =>
  a.kind === "number" ? num(a.value === 0 ? 0 : -a.value) : a.kind === "negate" ? a.of : negate(a);
const plus = (a: Expr, b: Expr): Expr =>
  isNumber(a, 0) ? b : isNumber(b, 0) ? a : b.kind === "negate" ? sub(a, b.of) : add(a, b);
const over = (a: Expr, b: Expr): Expr => (isNumber(a, 0) ? a : div(a, b));
const either = (test: Expr, a: Expr, b: Expr): Expr =>
  a.kind === "number" && isNumber(b, a.value) ? a : call("select", test, a, b);

function times(a: Expr, b: Expr): Expr {
  if (isNumber(a, 0) || isNumber(b, 1)) return a;
  if (isNumber(b, 0) || isNumber(a, 1)) return b;
  return a.kind === "number" && b.kind === "number" ? num(a.value * b.value) : mul(a, b);
}
