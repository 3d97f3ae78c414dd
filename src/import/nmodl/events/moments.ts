import { type Expr, isComparison } from "../../../lang/expr.ts";
import { type Symbols, valueOf } from "../../../lang/symbolic/symbols.ts";

/** Whose names hold a moment, which of them is that of the run's beginning, and whether the value is to be a moment. */
interface Anchor {
  readonly isMoment: (name: string) => boolean;
  readonly origin: string;
  readonly wanted: 0 | 1;
}

/** A value in which moments stand as times since the run began wherever they are more than differences of two. */
export function anchored(s: Symbols, e: Expr, anchor: Anchor): Expr {
  const { isMoment, origin, wanted } = anchor;
  const began = s.name(origin);
  if (e.kind === "call" && e.fn === "select") {
    const [test, yes, no] = e.args as [Expr, Expr, Expr];
    return s.call("select", anchored(s, test, { ...anchor, wanted: 0 }), anchored(s, yes, anchor), anchored(s, no, anchor)); // prettier-ignore
  }
  const inner = s.replace(e, (part) => (part !== e && part.kind === "call" && part.fn === "select" ? anchored(s, part, { ...anchor, wanted: drift(s, part, isMoment) === 1 ? 1 : 0 }) : compared(s, part, anchor))); // prettier-ignore
  const own = drift(s, inner, isMoment);
  if (own === wanted) return inner;
  if (own !== undefined) return s.add(inner, s.mul(s.number(wanted - own), began));
  const since = s.replace(inner, (part) => (part.kind === "name" && isMoment(part.name) && part !== began ? s.sub(part, began) : undefined)); // prettier-ignore
  return wanted === 0 ? since : s.add(since, began);
}

/** A comparison of a moment with a number, as one of two moments. */
function compared(s: Symbols, e: Expr, anchor: Anchor): Expr | undefined {
  if (e.kind !== "binary" || !isComparison(e.op)) return undefined;
  const [a, b] = [drift(s, e.left, anchor.isMoment), drift(s, e.right, anchor.isMoment)];
  if (a === b && a !== undefined) return undefined;
  const [left, right] = [anchored(s, e.left, { ...anchor, wanted: 0 }), anchored(s, e.right, { ...anchor, wanted: 0 })];
  return s.binary(e.op, left, right);
}

/** How a value changes when all moments (`t` and the variables that hold one) are counted from another zero: 0 for what stays, 1 for a
 * moment, another number for sums of several; undefined for what would change otherwise, as a product of moments.
 * @param isMoment  of names */
export function drift(s: Symbols, e: Expr, isMoment: (name: string) => boolean): number | undefined {
  const of = (x: Expr): number | undefined => drift(s, x, isMoment);
  switch (e.kind) {
    case "number":
      return 0;
    case "name":
      return isMoment(e.name) ? 1 : 0;
    case "negate":
      return scaled(of(e.of), -1);
    case "binary": {
      const [a, b] = [of(e.left), of(e.right)];
      if (a === undefined || b === undefined) return undefined;
      if (a === 0 && b === 0) return 0;
      if (isComparison(e.op)) return 0; // of moments with what is none: see anchored
      if (e.op === "+") return a + b;
      if (e.op === "-") return a - b;
      const [x, y] = [valueOf(e.left), valueOf(e.right)];
      if (e.op === "*" && x !== undefined) return scaled(b, x);
      if (e.op === "*" && y !== undefined) return scaled(a, y);
      return e.op === "/" && y !== undefined ? scaled(a, 1 / y) : undefined;
    }
    case "call": {
      const [first, ...rest] = e.args.map(of);
      if (e.fn === "select") return first === 0 && rest[0] === rest[1] ? rest[0] : undefined;
      if (e.fn === "min" || e.fn === "max") return rest[0] === first ? first : undefined;
      return first === 0 && rest.every((x) => x === 0) ? 0 : undefined;
    }
  }
}

const scaled = (x: number | undefined, by: number): number | undefined => (x === undefined ? undefined : x * by + 0);

/** A value with times read from the steps that hold them; of one that holds a time itself, in steps.
 * @param name  whose value it is */
export function inSteps(s: Symbols, value: Expr, name: string, clocks: ReadonlySet<string>): Expr {
  const dt = s.name("dt");
  const times = new Map([...clocks].map((clock) => [clock, s.mul(s.name(clock), dt)]));
  const steps = (e: Expr): Expr => {
    if (e.kind === "name" && clocks.has(e.name)) return e;
    if (e.kind !== "call" || e.fn !== "select") return s.div(s.substitute(e, times), dt);
    const [test, yes, no] = e.args as [Expr, Expr, Expr];
    return s.call("select", s.substitute(test, times), steps(yes), steps(no));
  };
  return clocks.has(name) ? steps(value) : s.substitute(value, times);
}
