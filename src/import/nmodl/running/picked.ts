import type { Expr } from "../../../lang/expr.ts";
import { bar } from "./barred.ts";
import type { Context } from "./context.ts";
import { type Symbols, valueOf } from "../../../lang/symbolic/symbols.ts";
import type { Target, Term } from "../reading/syntax.ts";

/** A computed index picks among the elements of arrays that are no longer. */
const MOST_PICKED = 32;

type Index = Extract<Term, { kind: "number" }>;

interface Picked {
  readonly k: Expr;
  readonly elements: readonly Index[];
}

/** The elements of an array among which a computed index picks; undefined of an index that is a number, or of a long array. */
export function pickedOf({ variables }: Context, { name, index, line, column }: Target, value: (term: Term) => Expr): Picked | undefined {
  const size = index === undefined ? undefined : variables.sizes.get(name);
  if (index === undefined || size === undefined || size > MOST_PICKED) return undefined;
  const k = value(index);
  if (valueOf(k) !== undefined) return undefined;
  return { k, elements: Array.from({ length: size }, (_, n) => ({ kind: "number", value: n, line, column }) as const) };
} // prettier-ignore

/** What an element is that a computed index picks from an array too long to be compared with each; undefined of any other. */
export function pickedFromLong(context: Context, { name, index, ...at }: Target, value: (term: Term) => Expr): Expr | undefined {
  const size = index === undefined ? undefined : context.variables.sizes.get(name);
  if (index === undefined || size === undefined || size <= MOST_PICKED || valueOf(value(index)) !== undefined) return undefined;
  return bar(context, at, `picks an element of ${name} while it runs, which is refused of an array of more than ${MOST_PICKED}`, "Declare the array shorter, or write its elements out");
} // prettier-ignore

/** The element that the index picks. */
export function among({ symbols: s }: Context, { k, elements }: Picked, read: (element: Index) => Expr): Expr {
  const values = elements.map(read);
  return values.reduceRight((rest, value, j) => s.call("select", s.binary("==", k, s.number(j)), value, rest));
}

/** a || b, of what is 0 or 1. */
export function either(s: Symbols, a: Expr, b: Expr): Expr {
  const known = [a, b].map(valueOf);
  if (known.some((x) => x !== undefined && x !== 0)) return s.number(1);
  return known[0] === 0 ? b : known[1] === 0 ? a : s.call("max", a, b);
}
