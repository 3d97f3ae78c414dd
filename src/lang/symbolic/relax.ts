import { derivative } from "../derivative.ts";
import { type Expr, isComparison } from "../expr.ts";
import { type Symbols, valueOf } from "./symbols.ts";

/** An equation x' = f(x) in a form of the language. */
export type Form =
  { readonly inf: Expr; readonly tau: Expr } | { readonly alpha: Expr; readonly beta: Expr } | { readonly next: Expr };

/** With every expression of it changed. */
export const mapForm = (form: Form, f: (e: Expr) => Expr): Form =>
  "next" in form
    ? { next: f(form.next) }
    : "inf" in form
      ? { inf: f(form.inf), tau: f(form.tau) }
      : { alpha: f(form.alpha), beta: f(form.beta) };

/** With every test that reads x under a name of its own: what it decides has no slope in x, and yet depends on it. */
function withoutTests(s: Symbols, f: Expr, x: string): { f: Expr; tests: Map<string, Expr> } {
  const tests = new Map<string, Expr>();
  const isTest = (e: Expr): boolean => (e.kind === "binary" ? isComparison(e.op) : e.kind === "call" && e.fn === "floor");
  const named = (e: Expr): Expr => {
    const name = `test@${tests.size}`;
    tests.set(name, e);
    return s.name(name);
  };
  return { f: s.replace(f, (e) => (isTest(e) && s.reads(e).has(x) ? named(e) : undefined)), tests };
} // prettier-ignore

/** f as a + b x, where it is linear in x. */
export function linear(s: Symbols, f: Expr, x: string): { a: Expr; b: Expr } | undefined {
  const b = s.adopt(derivative(f, x));
  if (s.reads(b).has(x) || withoutTests(s, f, x).tests.size > 0) return undefined;
  return { a: s.substitute(f, new Map([[x, s.number(0)]])), b };
}

/** What cnexp does with x' = f: exact where f is linear in x and everything else is held, as what an IF over x decides. Undefined where it is not linear. */
export function exact(s: Symbols, f: Expr, x: string): Form | undefined {
  const { f: held, tests } = withoutTests(s, f, x);
  if (tests.size > 0) {
    const form = exact(s, held, x);
    return form && { next: s.substitute(nextOf(s, { state: x, form }), tests) };
  }
  const parts = linear(s, f, x);
  if (parts === undefined) return undefined;
  const { a, b } = parts;
  if (valueOf(b) === 0) return { next: s.add(s.name(x), s.mul(s.name("dt"), a)) };
  return relaxing(s, f, x) ?? opening(s, f, x) ?? general(s, a, b);
}

/** (inf - x) / tau in its spellings. */
function relaxing(s: Symbols, f: Expr, x: string): Form | undefined {
  const free = (e: Expr): boolean => !s.reads(e).has(x);
  const towards = (e: Expr): { inf: Expr; sign: 1 | -1 } | undefined => {
    if (e.kind === "negate") {
      const inside = towards(e.of);
      return inside && { inf: inside.inf, sign: inside.sign === 1 ? -1 : 1 };
    }
    if (e.kind === "name" && e.name === x) return { inf: s.number(0), sign: -1 };
    if (e.kind !== "binary" || (e.op !== "-" && e.op !== "+")) return undefined;
    if (e.op === "-" && e.right.kind === "name" && e.right.name === x && free(e.left)) return { inf: e.left, sign: 1 };
    if (e.op === "-" && e.left.kind === "name" && e.left.name === x && free(e.right)) return { inf: e.right, sign: -1 };
    if (e.op === "+" && e.left.kind === "negate" && e.left.of.kind === "name" && e.left.of.name === x && free(e.right)) return { inf: e.right, sign: 1 }; // prettier-ignore
    return undefined;
  };
  if (f.kind === "negate") {
    const inside = relaxing(s, f.of, x);
    return inside !== undefined && "tau" in inside ? { inf: inside.inf, tau: s.negate(inside.tau) } : undefined;
  }
  if (f.kind !== "binary") return undefined;
  const signed = (of: { inf: Expr; sign: 1 | -1 }, tau: Expr): Form => ({
    inf: of.inf,
    tau: of.sign === 1 ? tau : s.negate(tau),
  });
  if (f.op === "/" && free(f.right)) {
    const of = towards(f.left);
    if (of !== undefined) return signed(of, f.right);
    if (f.left.kind === "binary" && f.left.op === "*") {
      const inside = relaxing(s, f.left, x);
      return inside !== undefined && "tau" in inside ? { inf: inside.inf, tau: s.mul(inside.tau, f.right) } : undefined;
    }
  }
  if (f.op === "*") {
    for (const [rate, rest] of [
      [f.left, f.right],
      [f.right, f.left],
    ] as const) {
      // prettier-ignore
      const of = free(rate) ? towards(rest) : undefined;
      if (of !== undefined) return signed(of, inverse(s, rate));
    }
  }
  return undefined;
}

/** alpha (1 - x) - beta x in its spellings. */
function opening(s: Symbols, f: Expr, x: string): Form | undefined {
  if (f.kind !== "binary" || (f.op !== "-" && f.op !== "+")) return undefined;
  const isX = (e: Expr): boolean => e.kind === "name" && e.name === x;
  const isShut = (e: Expr): boolean => e.kind === "binary" && e.op === "-" && valueOf(e.left) === 1 && isX(e.right);
  const factor = (e: Expr, of: (e: Expr) => boolean): Expr | undefined => {
    if (of(e)) return s.number(1);
    if (e.kind !== "binary" || e.op !== "*") return undefined;
    const [other, it] = of(e.right) ? [e.left, e.right] : [e.right, e.left];
    return of(it) && !s.reads(other).has(x) ? other : undefined;
  };
  if (f.op === "-") {
    const [alpha, beta] = [factor(f.left, isShut), factor(f.right, isX)];
    return alpha === undefined || beta === undefined ? undefined : { alpha, beta };
  }
  const left = f.left.kind === "negate" ? factor(f.left.of, isX) : undefined; // -beta x + alpha (1 - x)
  const leftToo = f.left.kind === "binary" && f.left.op === "*" && f.left.left.kind === "negate" && isX(f.left.right) ? f.left.left.of : left; // prettier-ignore
  const alpha = factor(f.right, isShut);
  return alpha === undefined || leftToo === undefined ? undefined : { alpha, beta: leftToo };
}

function general(s: Symbols, a: Expr, b: Expr): Form {
  const rate = s.negate(b);
  if (rate.kind === "binary" && rate.op === "/" && valueOf(rate.left) === 1) return { inf: s.mul(a, rate.right), tau: rate.right }; // prettier-ignore
  const tau = inverse(s, rate);
  return { inf: s.div(a, rate), tau };
}

function inverse(s: Symbols, e: Expr): Expr {
  if (e.kind === "binary" && e.op === "/") return valueOf(e.left) === 1 ? e.right : s.div(e.right, e.left);
  return s.div(s.number(1), e);
}

/** One step of x' = f by explicit Euler. */
export const euler = (s: Symbols, f: Expr, x: string): Form => ({ next: s.add(s.name(x), s.mul(s.name("dt"), f)) });

/** One step by implicit Euler where f is linear in x: x + dt f / (1 - dt b). Undefined where it is not. */
export function implicit(s: Symbols, f: Expr, x: string): Form | undefined {
  const parts = linear(s, f, x);
  if (parts === undefined) return undefined;
  const dt = s.name("dt");
  const form = exact(s, f, x);
  if (form !== undefined && "inf" in form) {
    const way = s.sub(form.inf, s.name(x));
    return { next: s.add(s.name(x), s.div(s.mul(dt, way), s.add(form.tau, dt))) };
  }
  return { next: s.add(s.name(x), s.div(s.mul(dt, f), s.sub(s.number(1), s.mul(dt, parts.b)))) };
}

/** A form as the value after the step. */
export function nextOf(s: Symbols, { state, form }: { readonly state: string; readonly form: Form }): Expr {
  if ("next" in form) return form.next;
  const x = s.name(state);
  const [inf, steps] =
    "inf" in form
      ? [form.inf, s.div(s.name("dt"), form.tau)]
      : [s.div(form.alpha, s.add(form.alpha, form.beta)), s.mul(s.name("dt"), s.add(form.alpha, form.beta))];
  return s.sub(x, s.mul(s.call("expm1", s.negate(steps)), s.sub(inf, x)));
}
