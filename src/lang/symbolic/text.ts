import type { Expr } from "../expr.ts";

const LEVEL = { comparison: 1, sum: 2, product: 3, negative: 4, power: 5, atom: 6 } as const;

interface Text {
  readonly text: string;
  readonly level: number;
}

/** An expression in the language's own words, with the brackets that it needs.
 * @param named  what is written for a part instead: the name of a `let` */
export function textOf(expr: Expr, named: (e: Expr) => string | undefined = () => undefined): string {
  return print(expr, named, true).text;
}

function print(expr: Expr, named: (e: Expr) => string | undefined, top = false): Text {
  const known = top ? undefined : named(expr);
  if (known !== undefined) return { text: known, level: LEVEL.atom };
  const of = (e: Expr): Text => print(e, named);
  switch (expr.kind) {
    case "number":
      return numberText(expr.value);
    case "name":
      return { text: expr.name, level: LEVEL.atom };
    case "negate":
      return { text: `-${within(of(expr.of), LEVEL.power)}`, level: LEVEL.negative };
    case "call":
      return { text: `${expr.fn}(${expr.args.map((arg) => of(arg).text).join(", ")})`, level: LEVEL.atom };
    case "binary": {
      const [left, right] = [of(expr.left), of(expr.right)];
      switch (expr.op) {
        case "^":
          return { text: `${within(left, LEVEL.atom)}^${within(right, LEVEL.power)}`, level: LEVEL.power };
        case "*":
        case "/":
          return { text: `${leftmost(left, LEVEL.product)} ${expr.op} ${within(right, LEVEL.power)}`, level: LEVEL.product }; // prettier-ignore
        case "+":
        case "-":
          return { text: `${within(left, LEVEL.sum)} ${expr.op} ${within(right, LEVEL.product)}`, level: LEVEL.sum };
        default:
          return { text: `${within(left, LEVEL.sum)} ${expr.op} ${within(right, LEVEL.sum)}`, level: LEVEL.comparison };
      }
    }
  }
}

const leftmost = (of: Text, level: number): string => (of.level < level ? `(${of.text})` : of.text);
const within = (of: Text, level: number): string =>
  of.level < level || (of.text.startsWith("-") && level > LEVEL.sum) ? `(${of.text})` : of.text;

/** The shortest text of a number. */
function numberText(value: number): Text {
  const plain = String(value);
  return { text: plain, level: value < 0 || Object.is(value, -0) ? LEVEL.negative : LEVEL.atom };
}
