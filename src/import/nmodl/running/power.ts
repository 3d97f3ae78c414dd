import type { Expr } from "../../../lang/expr.ts";
import { integerExponent } from "../../../lang/powers.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import { TOO_MUCH } from "../events/under-way.ts";
import type { Context } from "./context.ts";

/** A power as C's pow has it. Of a base below 0 it has a value where the exponent is whole, else none: what no state may have, which ends the
 * run where it reaches one. The language's, of an exponent that is no whole literal, has 0. */
export function power({ symbols: s }: Pick<Context, "symbols">, base: Expr, exponent: Expr): Expr {
  const plain = s.binary("^", base, exponent);
  if (integerExponent(exponent) !== undefined || !mayBeBelow(base)) return plain;
  const [two, none] = [s.number(2), s.number(TOO_MUCH)];
  const isOdd = s.sub(exponent, s.mul(two, s.call("floor", s.div(exponent, two))));
  const signed = s.mul(s.binary("^", s.call("abs", base), exponent), s.sub(s.number(1), s.mul(two, isOdd)));
  const isWhole = s.binary("==", exponent, s.call("floor", exponent));
  const below = valueOf(exponent) === undefined ? s.call("select", isWhole, signed, none) : none;
  return s.call("select", s.binary("<", base, s.number(0)), below, plain);
} // prettier-ignore

/** Whether a value may lie below 0: names (concentrations, gates, parameters) are taken not to, differences are. */
function mayBeBelow(e: Expr): boolean {
  switch (e.kind) {
    case "number":
      return e.value < 0;
    case "name":
      return e.name === "V";
    case "negate":
      return true;
    case "binary":
      return e.op === "-" || ((e.op === "+" || e.op === "*" || e.op === "/") && (mayBeBelow(e.left) || mayBeBelow(e.right))); // prettier-ignore
    case "call":
      if (e.fn === "select") return e.args.slice(1).some(mayBeBelow);
      return e.fn === "max" ? e.args.every(mayBeBelow) : !["exp", "abs", "sqrt", "exprel", "cosh"].includes(e.fn);
  }
}
