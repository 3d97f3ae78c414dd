import { didYouMean, ModelError } from "../errors.ts";
import { type Unit, UNITS } from "../units.ts";
import type { Expr } from "./expr.ts";
import { toJs } from "./print.ts";
import { integerExponent } from "./powers.ts";

/** Exponents of mV, ms, nA, um or cm, mM, degC, Hz; "any" fits everything. Canonical units carry no factors among each other
 * except that densities are per cm2 and lengths in um: the area dimension keeps a density from meeting an absolute value,
 * and the factor is the author's. Hz stands apart from 1/ms, because they differ by 1000. */
export type Dimension = readonly number[] | "any";

const DIMENSIONS: Readonly<Record<Unit, readonly number[]>> = {
  mV: [1], ms: [0, 1], nA: [0, 0, 1], uS: [-1, 0, 1], nF: [-1, 1, 1], MOhm: [1, 0, -1], "S/cm2": [-1, 0, 1, -2],
  "mA/cm2": [0, 0, 1, -2], "uF/cm2": [-1, 1, 1, -2], um: [0, 0, 0, 1], "ohm cm": [1, 0, -1, 1], mM: [0, 0, 0, 0, 1],
  degC: [0, 0, 0, 0, 0, 1], Hz: [0, 0, 0, 0, 0, 0, 1], "1/ms": [0, -1], "1": [],
}; // prettier-ignore
const BASE = ["mV", "ms", "nA", "cm", "mM", "degC", "Hz"] as const;
const NONE: Dimension = BASE.map(() => 0);

export type UnitEnv = Readonly<Record<string, Unit | Dimension>>;

/** Checks that an expression's units fit each other and `expected`. A literal takes any dimension, and what it multiplies or
 * divides does too: literals count as canonical. Returns the dimension, for `let` names.
 * @throws ModelError for an unknown name, a sum or comparison of different units, a function of a bare quantity, or another
 * unit than expected */
export function checkUnits(expr: Expr, env: UnitEnv, expected: Unit | undefined, where: string): Dimension {
  const found = new Checker(env, where).of(expr);
  if (expected !== undefined && !same(found, dimension(expected))) {
    throw new ModelError(
      where,
      `"${text(expr)}" is in ${unitName(found)}, not ${expected}`,
      `Make it a value in ${expected}`,
    );
  }
  return found;
}

export const dimension = (unit: Unit): Dimension => BASE.map((_, i) => DIMENSIONS[unit][i] ?? 0);

/** The canonical unit of a dimension, or its base units with exponents. */
export function unitName(of: Dimension): string {
  if (of === "any") return "any unit";
  const known = UNITS.find((unit) => same(dimension(unit), of));
  const parts = BASE.map((base, i) => (of[i] === 1 ? base : `${base}^${of[i]}`)).filter((_, i) => of[i] !== 0);
  return known ?? parts.join(" ");
}

const same = (a: Dimension, b: Dimension): boolean => a === "any" || b === "any" || a.every((x, i) => x === b[i]);
const text = (expr: Expr): string => toJs(expr, { f32: false }).replaceAll("Math.", "");

class Checker {
  readonly #env: UnitEnv;
  readonly #where: string;

  constructor(env: UnitEnv, where: string) {
    this.#env = env;
    this.#where = where;
  }

  of(expr: Expr): Dimension {
    switch (expr.kind) {
      case "number":
        return "any";
      case "name":
        return this.#named(expr.name);
      case "negate":
        return this.of(expr.of);
      case "binary":
        return this.#binary(expr.op, expr.left, expr.right);
      case "call":
        return this.#call(expr.fn, expr.args);
    }
  }

  #named(name: string): Dimension {
    const unit = Object.hasOwn(this.#env, name) ? this.#env[name] : undefined;
    if (unit === undefined) {
      throw new ModelError(this.#where, `"${name}" is not defined here`, didYouMean(name, Object.keys(this.#env)));
    }
    return typeof unit === "string" && unit !== "any" ? dimension(unit) : unit;
  }

  #binary(op: Extract<Expr, { kind: "binary" }>["op"], left: Expr, right: Expr): Dimension {
    if (op === "^") return this.#power(left, right);
    if (op === "*" || op === "/") {
      const [a, b] = [this.of(left), this.of(right)];
      return a === "any" || b === "any" ? "any" : a.map((x, i) => x + (op === "*" ? 1 : -1) * (b[i] ?? 0));
    }
    const both = this.#alike(left, right, op === "+" || op === "-" ? "adds" : "compares");
    return op === "+" || op === "-" ? both : "any";
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
    if (fn === "select") {
      this.of(a);
      return this.#alike(b, c, "selects between");
    }
    return this.#bare(a, `takes ${fn} of`);
  }

  #alike(left: Expr, right: Expr, verb: string): Dimension {
    const [a, b] = [this.of(left), this.of(right)];
    if (!same(a, b)) {
      const what = `${verb} "${text(left)}" (${unitName(a)}) and "${text(right)}" (${unitName(b)})`;
      throw new ModelError(this.#where, what, "Bring both to one unit");
    }
    return a === "any" ? b : a;
  }

  #bare(expr: Expr, verb: string): Dimension {
    const of = this.of(expr);
    if (!same(of, NONE)) {
      throw new ModelError(
        this.#where,
        `${verb} "${text(expr)}", which is in ${unitName(of)}`,
        "Divide it by a value in that unit, 1 if need be",
      );
    }
    return of;
  }
}
