import { OPERATIONS } from "../evaluate.ts";
import type { BinaryOp, Expr, Fn } from "../expr.ts";
import { children } from "../names.ts";

/** Most different expressions in one file. */
const MOST = 200_000;

/** Expressions, each kept once: equal ones are the same object, so that what is written once stays one name. Identities that change
 * no digit are applied as they are made: 1 x, x / 1, x + 0, --x, numbers among themselves. */
export class Symbols {
  readonly #known = new Map<string, Expr>();
  readonly #ids = new WeakMap<Expr, number>();
  readonly #reads = new WeakMap<Expr, ReadonlySet<string>>();
  readonly #depths = new WeakMap<Expr, number>();
  readonly #sizes = new WeakMap<Expr, number>();
  readonly #tooMany: () => never;

  constructor(tooMany: () => never) {
    this.#tooMany = tooMany;
  }

  number(value: number): Expr {
    return this.#keep(`#${Object.is(value, -0) ? "-0" : value}`, { kind: "number", value });
  }

  name(name: string): Expr {
    return this.#keep(`n${name}`, { kind: "name", name });
  }

  negate(of: Expr): Expr {
    if (of.kind === "number") return this.number(-of.value);
    if (of.kind === "negate") return of.of;
    if (of.kind === "binary" && (of.op === "*" || of.op === "/") && of.left.kind === "number" && of.left.value < 0) return this.binary(of.op, this.number(-of.left.value), of.right); // prettier-ignore
    return this.#keep(`-${this.#id(of)}`, { kind: "negate", of });
  }

  binary(op: BinaryOp, left: Expr, right: Expr): Expr {
    const [a, b] = [valueOf(left), valueOf(right)];
    if (a !== undefined && b !== undefined) {
      const folded = FOLD[op](a, b);
      if (Number.isFinite(folded)) return this.number(folded);
    }
    if (op === "*" && a === 1) return right;
    if ((op === "*" || op === "/" || op === "^") && b === 1) return left;
    if (op === "*" && (a === 0 || b === 0)) return this.number(0);
    if (op === "*" && a === -1) return this.negate(right);
    if (op === "/" && a === 0 && b === undefined) return this.number(0);
    if ((op === "+" || op === "-") && b === 0) return left;
    if (op === "+" && a === 0) return right;
    if (op === "-" && a === 0) return this.negate(right);
    if ((op === "*" || op === "/") && left.kind === "negate") return this.negate(this.binary(op, left.of, right));
    if (op === "-" && b !== undefined && b < 0) return this.binary("+", left, this.number(-b));
    if (op === "+" && b !== undefined && b < 0) return this.binary("-", left, this.number(-b));
    if (op === "+" && right.kind === "negate") return this.binary("-", left, right.of);
    if (op === "-" && right.kind === "negate") return this.binary("+", left, right.of);
    return this.#keep(`${op}${this.#id(left)},${this.#id(right)}`, { kind: "binary", op, left, right });
  }

  add = (a: Expr, b: Expr): Expr => this.binary("+", a, b);
  sub = (a: Expr, b: Expr): Expr => this.binary("-", a, b);
  mul = (a: Expr, b: Expr): Expr => this.binary("*", a, b);
  div = (a: Expr, b: Expr): Expr => this.binary("/", a, b);

  call(fn: Fn, ...args: Expr[]): Expr {
    if (fn === "select") {
      const [test, yes, no] = args as [Expr, Expr, Expr];
      const known = valueOf(test);
      if (known !== undefined) return known === 0 ? no : yes;
      if (yes === no) return yes;
    }
    return this.#keep(`${fn}(${args.map((arg) => this.#id(arg)).join()})`, { kind: "call", fn, args });
  }

  /** An expression made elsewhere, as one of these. */
  adopt(expr: Expr): Expr {
    if (this.#ids.has(expr)) return expr;
    switch (expr.kind) {
      case "number":
        return this.number(expr.value);
      case "name":
        return this.name(expr.name);
      case "negate":
        return this.negate(this.adopt(expr.of));
      case "binary":
        return this.binary(expr.op, this.adopt(expr.left), this.adopt(expr.right));
      case "call":
        return this.call(expr.fn, ...expr.args.map((arg) => this.adopt(arg)));
    }
  }

  /** With parts replaced; a part that is replaced is not looked into. */
  replace(expr: Expr, by: (e: Expr) => Expr | undefined, done = new Map<Expr, Expr>()): Expr {
    const known = done.get(expr);
    if (known !== undefined) return known;
    const given = by(expr);
    const result = given ?? this.#rebuilt(expr, children(expr).map((child) => this.replace(child, by, done))); // prettier-ignore
    done.set(expr, result);
    return result;
  }

  /** With names replaced. */
  substitute(expr: Expr, map: ReadonlyMap<string, Expr>): Expr {
    return this.replace(expr, (e) => (e.kind === "name" ? map.get(e.name) : undefined));
  }

  #rebuilt(expr: Expr, args: readonly Expr[]): Expr {
    if (args.every((arg, k) => arg === children(expr)[k])) return expr;
    const [a, b] = args as [Expr, Expr];
    if (expr.kind === "negate") return this.negate(a);
    if (expr.kind === "binary") return this.binary(expr.op, a, b);
    return expr.kind === "call" ? this.call(expr.fn, ...args) : expr;
  }

  /** Every name that an expression reads. */
  reads(expr: Expr): ReadonlySet<string> {
    const known = this.#reads.get(expr);
    if (known !== undefined) return known;
    const found = new Set<string>(expr.kind === "name" ? [expr.name] : []);
    for (const child of children(expr)) for (const name of this.reads(child)) found.add(name);
    this.#reads.set(expr, found);
    return found;
  }

  /** Operations in one another; of a number or a name 0. */
  depth(expr: Expr): number {
    const parts = children(expr);
    const known = parts.length === 0 ? 0 : this.#depths.get(expr);
    if (known !== undefined) return known;
    const depth = 1 + Math.max(...parts.map((part) => this.depth(part)));
    this.#depths.set(expr, depth);
    return depth;
  }

  /** Operations of an expression that is written out. */
  size(expr: Expr): number {
    const parts = children(expr);
    const known = parts.length === 0 ? 0 : this.#sizes.get(expr);
    if (known !== undefined) return known;
    const size = parts.reduce((sum, part) => sum + this.size(part), 1);
    this.#sizes.set(expr, size);
    return size;
  }

  #id(expr: Expr): number {
    const id = this.#ids.get(expr);
    return id ?? this.#id(this.adopt(expr));
  }

  #keep(key: string, expr: Expr): Expr {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST) this.#tooMany();
    this.#known.set(key, expr);
    this.#ids.set(expr, this.#known.size);
    return expr;
  }
}

export const valueOf = (expr: Expr): number | undefined => (expr.kind === "number" ? expr.value : undefined);

const FOLD: Readonly<Record<BinaryOp, (a: number, b: number) => number>> = { ...OPERATIONS, "^": (a, b) => a ** b };
