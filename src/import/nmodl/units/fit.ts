import { binary, call, type Expr, negate, num } from "../../../lang/expr.ts";
import { integerExponent } from "../../../lang/powers.ts";
import { combined, type Dimension, dimension, same } from "../../../lang/units.ts";
import type { Unit } from "../../../units.ts";

const ONE = num(1);

const NONE = dimension("1");

/** Makes the units of an expression fit: where a file adds volts to bare numbers, 1 stands for the missing unit, which identities would
 * take out again. */
export class Fit {
  readonly #dimensions: ReadonlyMap<string, Dimension>;
  readonly #done = new Map<Expr, { expr: Expr; of: Dimension }>();
  /** how many 1s were put in. */
  loose = 0;

  constructor(dimensions: ReadonlyMap<string, Dimension>) {
    this.#dimensions = dimensions;
  }

  to(expr: Expr, unit: Unit | Dimension | undefined): Expr {
    const { expr: found, of } = this.of(expr);
    const wanted =
      typeof unit === "string" && unit !== "any" ? dimension(unit as Unit) : (unit as Dimension | undefined);
    return wanted === undefined || same(of, wanted) ? found : this.#loosen(found);
  }

  of(expr: Expr): { expr: Expr; of: Dimension } {
    const known = this.#done.get(expr);
    if (known !== undefined) return known;
    const found = this.#of(expr);
    this.#done.set(expr, found);
    return found;
  }

  #of(expr: Expr): { expr: Expr; of: Dimension } {
    switch (expr.kind) {
      case "number":
        return { expr, of: "any" };
      case "name":
        return { expr, of: this.#dimensions.get(expr.name) ?? NONE };
      case "negate": {
        const { expr: inside, of } = this.of(expr.of);
        return { expr: negate(inside), of };
      }
      case "binary":
        return this.#binary(expr.op, expr.left, expr.right);
      case "call": {
        const [a, b, c] = expr.args as [Expr, Expr, Expr];
        if (expr.fn === "abs" || expr.fn === "floor") {
          const { expr: inside, of } = this.of(a);
          return { expr: call(expr.fn, inside), of };
        }
        if (expr.fn === "min" || expr.fn === "max") {
          const [x, y, of] = this.#alike(a, b);
          return { expr: call(expr.fn, x, y), of };
        }
        if (expr.fn === "sqrt") {
          const { expr: inside, of } = this.of(a);
          return {
            expr: call("sqrt", inside),
            of: of === "any" ? "any" : of.map((x) => x / 2),
          };
        }
        if (expr.fn === "noise") {
          const { expr: sd, of } = this.of(a);
          return { expr: call("noise", sd, this.to(b, "ms")), of };
        }
        if (expr.fn === "white") {
          const { expr: size, of } = this.of(a);
          return { expr: call("white", size), of: of === "any" ? "any" : of.map((x, k) => (k === 1 ? x - 0.5 : x)) }; // prettier-ignore
        }
        if (expr.fn === "select") {
          const [x, y, of] = this.#alike(b, c);
          return { expr: call("select", this.of(a).expr, x, y), of };
        }
        return { expr: call(expr.fn, ...expr.args.map((arg) => this.#bare(arg))), of: NONE };
      }
    }
  }

  #binary(op: Extract<Expr, { kind: "binary" }>["op"], left: Expr, right: Expr): { expr: Expr; of: Dimension } {
    if (op === "^") return this.#power(left, right);
    if (op === "*" || op === "/") {
      const [a, b] = [this.of(left), this.of(right)];
      return { expr: binary(op, a.expr, b.expr), of: combined(a.of, op, b.of) };
    }
    const [x, y, of] = this.#alike(left, right);
    return { expr: binary(op, x, y), of: op === "+" || op === "-" ? of : NONE };
  }

  #power(left: Expr, right: Expr): { expr: Expr; of: Dimension } {
    const a = this.of(left);
    const power = right.kind === "number" ? right.value : integerExponent(right);
    if (power !== undefined) {
      return { expr: binary("^", a.expr, right), of: a.of === "any" ? "any" : a.of.map((x) => x * power) }; // prettier-ignore
    }
    return { expr: binary("^", this.#bare(left), this.#bare(right)), of: NONE };
  }

  #alike(left: Expr, right: Expr): [Expr, Expr, Dimension] {
    const [a, b] = [this.of(left), this.of(right)];
    if (same(a.of, b.of)) return [a.expr, b.expr, a.of === "any" ? b.of : a.of];
    const bareLeft = a.of !== "any" && a.of.every((x) => x === 0);
    return bareLeft ? [this.#loosen(a.expr), b.expr, b.of] : [a.expr, this.#loosen(b.expr), a.of];
  }

  #bare(expr: Expr): Expr {
    const { expr: inside, of } = this.of(expr);
    return same(of, NONE) ? inside : this.#over(inside);
  }

  #loosen(expr: Expr): Expr {
    this.loose++;
    return binary("*", ONE, expr);
  }

  #over(expr: Expr): Expr {
    this.loose++;
    return binary("/", expr, ONE);
  }
}
