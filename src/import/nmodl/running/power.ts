import type { Expr } from "../../../lang/expr.ts";
import { integerExponent } from "../../../lang/powers.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import { TOO_MUCH } from "../events/under-way.ts";
import type { At } from "../reading/lexer.ts";
import { type Context, noteOnce, numberOf } from "./context.ts";

/** A power as C's pow has it. Of a base below 0 it has a value where the exponent is whole, else none: 1e31 stands there, what no state may have. It
 * ends a run that takes it into a state or a current, and not where it is divided by, so that a note says where it may come up. The language's own,
 * of an exponent that is no whole literal, has 0. */
export function power(context: Context, base: Expr, exponent: Expr, at: At): Expr {
  const { symbols: s, lexer } = context;
  const plain = s.binary("^", base, exponent);
  if (integerExponent(exponent) !== undefined || !mayBeBelow(context, base)) return plain;
  if (!Number.isInteger(numberOf(context, exponent))) noteOnce(context, `a power in ${lexer.where(at)} has no value where its base is below 0 and its exponent no whole number: NEURON goes on with NaN there, hillock with 1e31, which ends the run if it reaches a state or a current, but not if something is divided by it`);
  const [two, none] = [s.number(2), s.number(TOO_MUCH)];
  const isOdd = s.sub(exponent, s.mul(two, s.call("floor", s.div(exponent, two))));
  const signed = s.mul(s.binary("^", s.call("abs", base), exponent), s.sub(s.number(1), s.mul(two, isOdd)));
  const isWhole = s.binary("==", exponent, s.call("floor", exponent));
  const below = valueOf(exponent) === undefined ? s.call("select", isWhole, signed, none) : none;
  return s.call("select", s.binary("<", base, s.number(0)), below, plain);
} // prettier-ignore

/** Whether a value may lie below 0. States, concentrations, temperatures and what the file gives no value below 0 are taken not to. */
function mayBeBelow(context: Context, e: Expr): boolean {
  const may = (part: Expr): boolean => mayBeBelow(context, part);
  switch (e.kind) {
    case "number":
      return e.value < 0;
    case "name":
      return mayNameBeBelow(context, e.name);
    case "negate":
      return true;
    case "binary":
      return e.op === "-" || (["+", "*", "/"].includes(e.op) && (may(e.left) || may(e.right)));
    case "call":
      if (e.fn === "select") return e.args.slice(1).some(may);
      return e.fn === "max" ? e.args.every(may) : !["exp", "abs", "sqrt", "exprel", "cosh"].includes(e.fn);
  }
}

function mayNameBeBelow({ variables }: Context, name: string): boolean {
  const variable = variables.find(name.replace(/@.*/, ""));
  if (variable === undefined) return !name.startsWith("uniform@");
  if (variable.kind === "parameter") return (variable.declared.value ?? 0) < 0;
  if (variable.kind === "ion") return variable.what === "e" || variable.what === "i";
  return ["voltage", "other", "kept"].includes(variable.kind);
}
