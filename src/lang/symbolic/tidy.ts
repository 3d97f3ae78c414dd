import type { Expr } from "../expr.ts";
import { type Symbols, valueOf } from "./symbols.ts";

/** Expressions as a person would write them: exprel for x / (exp(x) - 1), with or without a guard against 0; one number in a product. */
export function tidy(s: Symbols, expr: Expr, done = new Map<Expr, Expr>(), label: (from: Expr, to: Expr) => void = () => {}): Expr {
  const known = done.get(expr);
  if (known !== undefined) return known;
  const inside = s.replace(expr, (e) => (e === expr ? undefined : tidy(s, e, done, label)), new Map());
  const result = stepAside(s, inside) ?? unguarded(s, inside) ?? overExponential(s, inside) ?? timesInverse(s, inside) ?? overInverse(s, inside) ?? asPower(s, inside) ?? oneNumber(s, inside) ?? inside;
  if (result !== expr) label(expr, result);
  done.set(expr, result);
  return result;
} // prettier-ignore

/** select(V == c, V + 1e-4, V), which keeps a quotient off its hole: exprel has none. */
function stepAside(s: Symbols, e: Expr): Expr | undefined {
  if (e.kind !== "call" || e.fn !== "select") return undefined;
  const [test, aside, x] = e.args as [Expr, Expr, Expr];
  if (test.kind !== "binary" || test.op !== "==" || test.left !== x || !s.reads(x).has("V")) return undefined;
  const step = aside.kind === "binary" && aside.left === x && (aside.op === "+" || aside.op === "-") ? valueOf(aside.right) : undefined; // prettier-ignore
  return step !== undefined && Math.abs(step) <= 1e-3 ? x : undefined;
}

/** select(abs(x) < eps, what it tends to, something of exprel): the guard is not needed. */
function unguarded(s: Symbols, e: Expr): Expr | undefined {
  if (e.kind !== "call" || e.fn !== "select") return undefined;
  const [test, near, far] = e.args as [Expr, Expr, Expr];
  if (test.kind !== "binary") return undefined;
  const small = test.op === "<" || test.op === "<=" ? [near, far] : test.op === ">" || test.op === ">=" ? [far, near] : undefined; // prettier-ignore
  if (small === undefined || test.left.kind !== "call" || test.left.fn !== "abs") return undefined;
  const bound = valueOf(test.right);
  if (bound === undefined || bound > 1e-3) return undefined;
  const rest = small[1] as Expr;
  return removable(s, rest) ? rest : undefined;
}

/** Whether an expression is a quotient by exprel, whose hole at 0 is filled. */
const removable = (s: Symbols, e: Expr): boolean =>
  e.kind === "binary" &&
  ((e.op === "/" && e.right.kind === "call" && e.right.fn === "exprel") ||
    (e.op === "*" && (removable(s, e.left) || removable(s, e.right))));

/** x / (exp(y) - 1) where x / y is known: (x / y) / exprel(y); with 1 - exp(y) its negative. */
function overExponential(s: Symbols, e: Expr): Expr | undefined {
  if (e.kind !== "binary" || e.op !== "/") return undefined;
  const found = lessOne(e.right);
  if (found === undefined) return undefined;
  const ratio = over(s, e.left, found.of);
  if (ratio === undefined) return undefined;
  return s.div(found.sign === 1 ? ratio : s.negate(ratio), s.call("exprel", found.of));
}

/** exp(y) - 1 or 1 - exp(y). */
function lessOne(e: Expr): { of: Expr; sign: 1 | -1 } | undefined {
  if (e.kind === "negate") {
    const inside = lessOne(e.of);
    return inside && { of: inside.of, sign: inside.sign === 1 ? -1 : 1 };
  }
  if (e.kind !== "binary") return undefined;
  const exponent = (x: Expr): Expr | undefined => (x.kind === "call" && x.fn === "exp" ? x.args[0] : undefined);
  const [left, right] = [exponent(e.left), exponent(e.right)];
  if (e.op === "-" && left !== undefined && valueOf(e.right) === 1) return { of: left, sign: 1 };
  if (e.op === "+" && left !== undefined && valueOf(e.right) === -1) return { of: left, sign: 1 };
  if (e.op === "+" && right !== undefined && valueOf(e.left) === -1) return { of: right, sign: 1 };
  if (e.op === "-" && right !== undefined && valueOf(e.left) === 1) return { of: right, sign: -1 };
  return undefined;
}

interface Factors {
  readonly number: number;
  readonly above: Expr[];
  readonly below: Expr[];
}

/** x / y where the parts that read V cancel. */
function over(s: Symbols, x: Expr, y: Expr): Expr | undefined {
  const [a, b] = [factors(s, x), factors(s, y)];
  const above = [...a.above, ...b.below];
  const below = [...a.below, ...b.above];
  let number = a.number / b.number;
  for (let k = above.length - 1; k >= 0; k--) {
    for (let j = below.length - 1; j >= 0; j--) {
      const same = proportion(s, above[k] as Expr, below[j] as Expr);
      if (same === undefined) continue;
      number *= same;
      above.splice(k, 1);
      below.splice(j, 1);
      break;
    }
  }
  if ([...above, ...below].some((e) => s.reads(e).has("V")) || !Number.isFinite(number)) return undefined;
  const product = (list: readonly Expr[]): Expr => list.reduce((p, e) => s.mul(p, e), s.number(1));
  const top = s.mul(s.number(clean(number)), product(above));
  return s.div(top, product(below));
}

/** 9.999999999999998 is what rounding made of 10. */
const clean = (x: number): number => {
  const short = Number(x.toPrecision(14));
  return Math.abs(short / x - 1) < 1e-15 ? short : x;
};

/** A product's factors, those above and those below its line. */
export function factors(s: Symbols, e: Expr): Factors {
  const number = valueOf(e);
  if (number !== undefined) return { number, above: [], below: [] };
  if (e.kind === "negate") {
    const inside = factors(s, e.of);
    return { ...inside, number: -inside.number };
  }
  if (e.kind === "binary" && (e.op === "*" || e.op === "/")) {
    const [a, b] = [factors(s, e.left), factors(s, e.right)];
    return e.op === "*"
      ? { number: a.number * b.number, above: [...a.above, ...b.above], below: [...a.below, ...b.below] }
      : { number: a.number / b.number, above: [...a.above, ...b.below], below: [...a.below, ...b.above] };
  }
  return { number: 1, above: [e], below: [] };
}

/** a / b as a number where both are sums of the same terms in one proportion; 1 where they are the same. */
function proportion(s: Symbols, a: Expr, b: Expr): number | undefined {
  if (a === b) return 1;
  const [x, y] = [terms(s, a), terms(s, b)];
  if (x.size !== y.size) return undefined;
  let ratio: number | undefined;
  for (const [term, times] of x) {
    const other = y.get(term);
    if (other === undefined || other === 0) return undefined;
    const here = times / other;
    if (ratio !== undefined && Math.abs(here - ratio) > 1e-12 * Math.abs(ratio)) return undefined;
    ratio ??= here;
  }
  return ratio;
}

/** A sum as terms with numbers before them; the number alone is the term "1". */
function terms(s: Symbols, e: Expr, times = 1, into = new Map<Expr | "1", number>()): Map<Expr | "1", number> {
  if (e.kind === "binary" && (e.op === "+" || e.op === "-")) {
    terms(s, e.left, times, into);
    return terms(s, e.right, e.op === "+" ? times : -times, into);
  }
  if (e.kind === "negate") return terms(s, e.of, -times, into);
  const number = valueOf(e);
  if (number !== undefined) return into.set("1", (into.get("1") ?? 0) + times * number);
  if (e.kind === "binary" && (e.op === "*" || e.op === "/")) {
    const [left, right] = [valueOf(e.left), valueOf(e.right)];
    if (left !== undefined && e.op === "*") return terms(s, e.right, times * left, into);
    if (right !== undefined) return terms(s, e.left, e.op === "*" ? times * right : times / right, into);
  }
  return into.set(e, (into.get(e) ?? 0) + times);
}

/** g m m m as g m^3, of states and parameters. */
function asPower(s: Symbols, e: Expr): Expr | undefined {
  if (e.kind !== "binary" || e.op !== "*") return undefined;
  const { left, right } = e;
  const power = (x: Expr): { of: Expr; times: number } | undefined => {
    if (x.kind === "name") return { of: x, times: 1 };
    if (x.kind !== "binary" || x.op !== "^" || x.left.kind !== "name") return undefined;
    const times = valueOf(x.right);
    return times !== undefined && Number.isInteger(times) && times > 0 ? { of: x.left, times } : undefined;
  };
  const [before, last] = left.kind === "binary" && left.op === "*" ? [left.left, left.right] : [undefined, left];
  const [a, b] = [power(last), power(right)];
  if (a === undefined || b === undefined || a.of !== b.of) return undefined;
  const both = s.binary("^", a.of, s.number(a.times + b.times));
  return before === undefined ? both : s.mul(before, both);
}

/** a (1 / b) as a / b. */
function timesInverse(s: Symbols, e: Expr): Expr | undefined {
  if (e.kind !== "binary" || e.op !== "*") return undefined;
  const { left, right } = e;
  if (right.kind === "binary" && right.op === "/" && valueOf(right.left) === 1) return s.div(left, right.right);
  return undefined;
}

/** a / (1 / b) as a b. */
function overInverse(s: Symbols, e: Expr): Expr | undefined {
  if (e.kind !== "binary" || e.op !== "/") return undefined;
  const { left, right } = e;
  return right.kind === "binary" && right.op === "/" && valueOf(right.left) === 1
    ? s.mul(left, right.right)
    : undefined;
}

/** A product with more than one number in it, with one. */
function oneNumber(s: Symbols, e: Expr): Expr | undefined {
  if (e.kind !== "binary" || (e.op !== "*" && e.op !== "/")) return undefined;
  if (countNumbers(e) < 2) return undefined;
  const { number, above, below } = factors(s, e);
  const rounded = clean(number);
  const top = above.reduce((p, f) => s.mul(p, f), s.number(rounded));
  return below.reduce((p, f) => s.div(p, f), top);
}

const countNumbers = (e: Expr): number =>
  e.kind === "number" ? 1 : e.kind === "binary" && (e.op === "*" || e.op === "/") ? countNumbers(e.left) + countNumbers(e.right) : 0; // prettier-ignore
