import { own } from "../own.ts";
import { didYouMean, ModelError } from "../errors.ts";
import { type Unit, UNITS } from "../units.ts";
import type { Expr } from "./expr.ts";
import { type Places, pointAt } from "./parse.ts";
import { integerExponent } from "./powers.ts";
import { toJs } from "./print.ts";

/** Exponents of mV, ms, nA, um or cm, mM, degC, Hz; "any" fits everything. Canonical units carry no factors among each other
 * except that densities are per cm2 and lengths in um: the area dimension keeps a density from meeting an absolute value,
 * and the factor is the author's. Hz stands apart from 1/ms, because they differ by 1000. */
export type Dimension = readonly number[] | "any";

const DIMENSIONS: Readonly<Record<Unit, readonly number[]>> = {
  mV: [1], ms: [0, 1], nA: [0, 0, 1], uS: [-1, 0, 1], nF: [-1, 1, 1], MOhm: [1, 0, -1], "S/cm2": [-1, 0, 1, -2],
  "mA/cm2": [0, 0, 1, -2], "uF/cm2": [-1, 1, 1, -2], um: [0, 0, 0, 1], "ohm cm": [1, 0, -1, 1], mM: [0, 0, 0, 0, 1],
  degC: [0, 0, 0, 0, 0, 1], Hz: [0, 0, 0, 0, 0, 0, 1], "1/ms": [0, -1], "mV/ms": [1, -1], "1/mV": [-1],
  "1": [],
}; // prettier-ignore
const BASE = ["mV", "ms", "nA", "cm", "mM", "degC", "Hz"] as const;
const NONE: Dimension = BASE.map(() => 0);

export type UnitEnv = Readonly<Record<string, Unit | Dimension>>;

/** Where an expression was written, so that a message can point at the part that it is about. */
export interface Source {
  readonly text: string;
  readonly places: Places;
}

/** Checks that an expression's units fit each other and `expected`. A literal takes any dimension, and what it multiplies or
 * divides does too: literals count as canonical. Returns the dimension, for `let` names.
 * @throws ModelError for an unknown name, a sum or comparison of different units, a function of a bare quantity, or another
 * unit than expected */
export function checkUnits(
  expr: Expr,
  env: UnitEnv,
  expected: Unit | Dimension | undefined,
  where: string,
  source?: Source,
): Dimension {
  const checker = new Checker(env, where, source);
  const found = checker.of(expr);
  if (expected === undefined) return found;
  const wanted = isUnit(expected) ? dimension(expected) : expected;
  if (!same(found, wanted)) {
    const unit = unitName(wanted);
    checker.fail(expr, `"${checker.text(expr)}" is in ${unitName(found)}, not ${unit}`, `Make it a value in ${unit}`);
  }
  return found;
}

export const isUnit = (of: Unit | Dimension): of is Unit => typeof of === "string" && of !== "any";

export const dimension = (unit: Unit): Dimension => BASE.map((_, i) => DIMENSIONS[unit][i] ?? 0);

/** The canonical unit of a dimension, or its base units with exponents. */
export function unitName(of: Dimension): string {
  if (of === "any") return "any unit";
  const known = UNITS.find((unit) => same(dimension(unit), of));
  if (same(NONE, of)) return "1";
  const parts = BASE.map((base, i) => (of[i] === 1 ? base : `${base}^${of[i]}`)).filter((_, i) => of[i] !== 0);
  return known ?? parts.join(" ");
}

/** Of a product or a quotient. */
export const combined = (a: Dimension, op: "*" | "/", b: Dimension): Dimension =>
  a === "any" || b === "any" ? "any" : a.map((x, i) => x + (op === "*" ? 1 : -1) * (b[i] ?? 0));

/** Of a product with a value in `unit`. */
export const times = (of: Dimension, unit: Unit): Dimension => combined(of, "*", dimension(unit));

export const same = (a: Dimension, b: Dimension): boolean =>
  a === "any" || b === "any" || a.every((x, i) => x === b[i]);

class Checker {
  readonly #env: UnitEnv;
  readonly #where: string;
  readonly #source: Source | undefined;

  constructor(env: UnitEnv, where: string, source: Source | undefined) {
    this.#env = env;
    this.#where = where;
    this.#source = source;
  }

  /** The expression as it was written, shortened. */
  text(expr: Expr): string {
    const place = this.#source?.places.get(expr);
    const whole =
      place === undefined ? toJs(expr, { f32: false }).replaceAll("Math.", "") : this.#source?.text.slice(...place);
    return whole !== undefined && whole.length > 60 ? `${whole.slice(0, 57)}...` : (whole ?? "");
  }

  fail(expr: Expr, problem: string, remedy: string): never {
    const place = this.#source?.places.get(expr);
    const at = place === undefined || this.#source === undefined ? "" : ` ${pointAt(this.#source.text, place[0])}`;
    throw new ModelError(this.#where, `${problem}${at}`, remedy);
  }

  of(expr: Expr): Dimension {
    switch (expr.kind) {
      case "number":
        return "any";
      case "name":
        return this.#named(expr);
      case "negate":
        return this.of(expr.of);
      case "binary":
        return this.#binary(expr.op, expr.left, expr.right);
      case "call":
        return this.#call(expr.fn, expr.args);
    }
  }

  #named(expr: Extract<Expr, { kind: "name" }>): Dimension {
    const { name } = expr;
    const unit = own(this.#env, name);
    if (unit === undefined) {
      return this.fail(expr, `"${name}" is not defined here`, didYouMean(name, Object.keys(this.#env)));
    }
    return isUnit(unit) ? dimension(unit) : unit;
  }

  #binary(op: Extract<Expr, { kind: "binary" }>["op"], left: Expr, right: Expr): Dimension {
    if (op === "^") return this.#power(left, right);
    if (op === "*" || op === "/") return combined(this.of(left), op, this.of(right));
    const both = this.#alike(left, right, op === "+" || op === "-" ? "adds" : "compares");
    return op === "+" || op === "-" ? both : NONE;
  }

  #power(base: Expr, exponent: Expr): Dimension {
    const [of, power] = [this.of(base), exponent.kind === "number" ? exponent.value : integerExponent(exponent)];
    if (power !== undefined) return of === "any" ? "any" : of.map((x) => x * power);
    this.#bare(base, "raises");
    this.#bare(exponent, "takes as exponent");
    return of;
  }

  #call(fn: Extract<Expr, { kind: "call" }>["fn"], args: readonly Expr[]): Dimension {
    const [a, b, c] = args as [Expr, Expr, Expr];
    if (fn === "abs" || fn === "floor") return this.of(a);
    if (fn === "min" || fn === "max") return this.#alike(a, b, "compares");
    if (fn === "sqrt") {
      const of = this.of(a);
      return of === "any" ? "any" : of.map((x) => x / 2);
    }
    if (fn === "noise") {
      const [sd, tau] = [this.of(a), this.of(b)];
      if (!same(tau, dimension("ms"))) this.fail(b, `takes noise with the time constant "${this.text(b)}" (${unitName(tau)})`, "Give it in ms"); // prettier-ignore
      return sd;
    }
    if (fn === "white") {
      const of = this.of(a);
      return of === "any" ? "any" : of.map((x, i) => (i === 1 ? x - 0.5 : x));
    }
    if (fn === "select") {
      this.of(a);
      return this.#alike(b, c, "selects between");
    }
    return this.#bare(a, `takes ${fn} of`);
  }

  #alike(left: Expr, right: Expr, verb: string): Dimension {
    const [a, b] = [this.of(left), this.of(right)];
    if (!same(a, b)) {
      const what = `${verb} "${this.text(left)}" (${unitName(a)}) and "${this.text(right)}" (${unitName(b)})`;
      this.fail(left, what, "Bring both to one unit");
    }
    return a === "any" ? b : a;
  }

  #bare(expr: Expr, verb: string): Dimension {
    const of = this.of(expr);
    if (!same(of, NONE)) {
      this.fail(
        expr,
        `${verb} "${this.text(expr)}", which is in ${unitName(of)}`,
        "Divide it by a value in that unit, 1 if need be",
      );
    }
    return of;
  }
}
