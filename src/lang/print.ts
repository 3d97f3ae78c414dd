import { ModelError } from "../errors.ts";
import { INLINE, LOCALS, TABLES } from "./exponential.ts";
import { assigned, type BinaryOp, type Expr, type Fn, type Stmt, isComparison } from "./expr.ts";
import { jsMath32, LARGEST_EXPONENT } from "./math32.ts";
import { jsMath } from "./math64.ts";
import { integerExponent, LARGEST_PRODUCT } from "./powers.ts";

type Rename = (name: string) => string;

/** How a program's names are written; a `set` assigns to `rename(name)`, a `let` declares it. */
interface PrintOptions {
  readonly rename?: Rename;
  readonly indent?: string;
}

export interface JsOptions {
  /** every operation and literal rounded to float32, and the functions of math32.ts. */
  readonly f32: boolean;
  readonly rename?: Rename;
  readonly indent?: string;
}

/** The expression in WGSL. It may call the functions of shaders/math.wgsl (see `mathFunctions`). */
export function toWgsl(expr: Expr, rename: Rename = identity): string {
  return render(expr, new Wgsl(rename)).text;
}

/** The expression in JavaScript. It may call what `jsLibrary(f32)` holds, by bare name. */
export function toJs(expr: Expr, { f32, rename = identity }: JsOptions): string {
  return render(expr, f32 ? new Js32(rename) : new Js64(rename)).text;
}

/** A program in WGSL: `let` declares, `set` assigns, `add` adds. Parameters and states are the caller's to declare. A sum with a
 * carry calls `opaque`, which gives back its argument in a way that no compiler sees through. */
export function printWgsl(stmts: readonly Stmt[], { rename = identity, indent = "  " }: PrintOptions = {}): string {
  const line = (stmt: Stmt): string => {
    const value = toWgsl(assigned(stmt), rename);
    if (stmt.carry === undefined) return `${stmt.op === "let" ? "let " : ""}${rename(stmt.name)} = ${value};`;
    const [x, low] = [rename(stmt.name), rename(stmt.carry)];
    return `{ let more_ = ${value}; let sum_ = opaque(${x} + more_); ${low} = more_ - opaque(sum_ - ${x}); ${x} = sum_; }`;
  };
  return stmts.map((stmt) => `${indent}${line(stmt)}`).join("\n");
}

/** A program in JavaScript: `let` becomes `const`, `set` assigns, `add` adds. A float64 sum carries nothing. Exponentials stand as
 * their operations. */
export function printJs(stmts: readonly Stmt[], options: JsOptions): string {
  const { f32, rename = identity, indent = "  " } = options;
  const dialect = f32 ? new Inline32(rename) : new Inline64(rename);
  const line = (given: Stmt): string => {
    const { carry, ...plain } = given;
    const stmt = f32 ? given : plain;
    const value = render(assigned(stmt), dialect).text;
    if (!f32 || carry === undefined) return `${stmt.op === "let" ? "const " : ""}${rename(stmt.name)} = ${value};`;
    const [x, low] = [rename(stmt.name), rename(carry)];
    return `{ const more_ = ${value}, sum_ = fr(${x} + more_); ${low} = fr(more_ - fr(sum_ - ${x})); ${x} = sum_; }`;
  };
  const text = stmts.map((stmt) => `${indent}${line(stmt)}`).join("\n");
  return text.includes("$x") ? `${indent}${LOCALS}\n${text}` : text;
}

/** What printed JavaScript calls and reads: `new Function(...Object.keys(lib), body)(...Object.values(lib))`. */
export const jsLibrary = (f32: boolean): Readonly<Record<string, ((...args: number[]) => number) | Float64Array>> => ({
  ...(f32 ? jsMath32 : jsMath),
  ...TABLES,
});

/** The functions of shaders/math.wgsl that a printed text calls, for its import line. */
export function mathFunctions(wgsl: string): string[] {
  const called = new Set(Array.from(wgsl.matchAll(/\b([A-Za-z]\w*)\(/g), (match) => match[1] ?? ""));
  return [...called].filter((name) => Object.hasOwn(jsMath32, name) && name !== "exp" && name !== "fr").sort();
}

/** The shortest decimal that rounds to the float32 nearest to x, with a point or an exponent.
 * @throws ModelError past the largest float32 */
export function f32Literal(x: number): string {
  const rounded = Math.fround(x);
  if (!Number.isFinite(rounded)) {
    throw new ModelError("a literal", `is ${x}, but float32 ends at 3.4e38`, "Rescale the equation");
  }
  for (let digits = 1; digits <= 9; digits++) {
    const text = String(Number(rounded.toPrecision(digits)) + 0); // + 0: no minus zero
    if (Math.fround(Number(text)) === rounded) return /[.e]/.test(text) ? text : `${text}.0`;
  }
  return String(rounded);
}

const identity: Rename = (name) => name;

/** Binding strength of a printed text, so that brackets appear only where they are needed. */
const LEVEL = { select: 0, comparison: 1, sum: 2, product: 3, negative: 4, atom: 5 } as const;
interface Text {
  readonly text: string;
  readonly level: number;
}
const atom = (text: string): Text => ({ text, level: LEVEL.atom });
const within = (part: Text, level: number): string => (part.level < level ? `(${part.text})` : part.text);
const compares = (expr: Expr): boolean => expr.kind === "binary" && isComparison(expr.op);

/** What differs between the printed languages. Operands of `operation` come with the brackets they need. */
interface Dialect {
  readonly rename: Rename;
  number(value: number): Text;
  negate(of: Text): Text;
  operation(op: BinaryOp, left: Text, right: Text): Text;
  compare(op: BinaryOp, left: string, right: string): string;
  /** A condition as a number, 1 or 0. */
  asNumber(condition: string): Text;
  select(condition: string, ifTrue: string, ifFalse: string): Text;
  call(fn: Exclude<Fn, "select">, args: readonly string[], exprs: readonly Expr[]): Text;
}

function render(expr: Expr, to: Dialect): Text {
  switch (expr.kind) {
    case "number":
      return to.number(expr.value);
    case "name":
      return atom(to.rename(expr.name));
    case "negate":
      return to.negate(render(expr.of, to));
    case "binary":
      if (compares(expr)) return to.asNumber(condition(expr, to));
      return expr.op === "^"
        ? power(expr.left, expr.right, to)
        : to.operation(expr.op, render(expr.left, to), render(expr.right, to));
    case "call": {
      if (expr.fn !== "select") return to.call(expr.fn, expr.args.map((arg) => render(arg, to).text), expr.args); // prettier-ignore
      const [test, ifTrue, ifFalse] = expr.args as [Expr, Expr, Expr];
      return to.select(condition(test, to), render(ifTrue, to).text, render(ifFalse, to).text);
    }
  }
}

function condition(expr: Expr, to: Dialect): string {
  if (expr.kind !== "binary" || !compares(expr))
    return to.compare("!=", within(render(expr, to), LEVEL.sum), to.number(0).text);
  const [left, right] = [render(expr.left, to), render(expr.right, to)];
  return to.compare(expr.op, within(left, LEVEL.sum), within(right, LEVEL.sum));
}

function power(base: Expr, exponent: Expr, to: Dialect): Text {
  const n = integerExponent(exponent);
  const x = render(base, to);
  if (n === undefined) return atom(`pow_real(${x.text}, ${render(exponent, to).text})`);
  if (n === 0) return to.number(1);
  if (Math.abs(n) > LARGEST_PRODUCT) return atom(`pow_int(${x.text}, ${to.number(n).text})`);
  const size = Math.abs(n);
  if (n === 1) return x;
  const product = size > 1 && base.kind !== "name" ? atom(`pow${size}(${x.text})`) : repeated(x, size, to);
  return n > 0 ? product : to.operation("/", to.number(1), product);
}

function repeated(x: Text, times: number, to: Dialect): Text {
  let product = x;
  for (let i = 1; i < times; i++) product = to.operation("*", product, x);
  return product;
}

function infix(op: BinaryOp, left: Text, right: Text): Text {
  const level = op === "+" || op === "-" ? LEVEL.sum : LEVEL.product;
  const negative = right.text.startsWith("-");
  return { text: `${within(left, level)} ${op} ${negative ? `(${right.text})` : within(right, level + 1)}`, level };
}

const negative = (of: Text): Text => ({ text: `-${within(of, LEVEL.atom)}`, level: LEVEL.negative });
const literal = (text: string): Text => (text.startsWith("-") ? { text, level: LEVEL.negative } : atom(text));

class Wgsl implements Dialect {
  readonly rename: Rename;
  constructor(rename: Rename) {
    this.rename = rename;
  }
  number = (value: number): Text => literal(f32Literal(value));
  negate = negative;
  operation = infix;
  /** Never with "<": after a name it may be read as the start of a template list, as in select(a, b, x < y, u > v). */
  compare = (op: BinaryOp, left: string, right: string): string =>
    op === "<" || op === "<=" ? `${right} ${op.replace("<", ">")} ${left}` : `${left} ${op} ${right}`;
  asNumber = (condition: string): Text => atom(`select(0.0, 1.0, ${condition})`);
  select = (condition: string, ifTrue: string, ifFalse: string): Text =>
    atom(`select(${ifFalse}, ${ifTrue}, ${condition})`);
  call(fn: Exclude<Fn, "select">, args: readonly string[], exprs: readonly Expr[]): Text {
    if (fn !== "exp") return atom(`${OWN[fn] ?? fn}(${args.join(", ")})`);
    const bounds = exponentBounds(exprs[0]);
    if (bounds === undefined) return atom(`exp(min(${args[0]}, 80.0))`);
    const [of, high] = [toWgsl(bounds.of, this.rename), f32Literal(bounds.high)];
    return atom(
      bounds.low === undefined ? `exp(min(${of}, ${high}))` : `exp(clamp(${of}, ${f32Literal(bounds.low)}, ${high}))`,
    );
  }
}

class Js64 implements Dialect {
  readonly rename: Rename;
  constructor(rename: Rename) {
    this.rename = rename;
  }
  number = (value: number): Text => literal(String(value));
  negate = negative;
  operation = infix;
  compare = compareJs;
  asNumber = asNumberJs;
  select = selectJs;
  call(fn: Exclude<Fn, "select">, args: readonly string[]): Text {
    return atom(`${Object.hasOwn(jsMath, fn) ? "" : "Math."}${fn}(${args.join(", ")})`);
  }
}

class Js32 extends Js64 {
  override number = (value: number): Text => literal(String(Math.fround(value)));
  override operation = (op: BinaryOp, left: Text, right: Text): Text => atom(`fr(${infix(op, left, right).text})`);
  override call(fn: Exclude<Fn, "select">, args: readonly string[]): Text {
    const own = OWN[fn] ?? fn;
    if (Object.hasOwn(jsMath32, own)) return atom(`${own}(${args.join(", ")})`);
    const text = `Math.${fn}(${args.join(", ")})`;
    return atom(EXACT.has(fn) ? text : `fr(${text})`);
  }
}

type Exponential = keyof typeof INLINE;
const isExponential = (fn: string): fn is Exponential => Object.hasOwn(INLINE, fn);

class Inline64 extends Js64 {
  override call(fn: Exclude<Fn, "select">, args: readonly string[]): Text {
    return isExponential(fn) ? atom(INLINE[fn](args[0] as string)) : super.call(fn, args);
  }
}

class Inline32 extends Js32 {
  override call(fn: Exclude<Fn, "select">, args: readonly string[]): Text {
    if (!isExponential(fn)) return super.call(fn, args);
    const exp = (x: string): string => `fr(${INLINE.exp(`Math.min(${x}, ${LARGEST_EXPONENT})`)})`;
    return atom(fn === "exp" ? exp(args[0] as string) : `${fn}_with($y = ${args[0]}, ${exp("$y")})`);
  }
}

const compareJs = (op: BinaryOp, left: string, right: string): string =>
  `${left} ${op === "==" || op === "!=" ? `${op}=` : op} ${right}`;
const asNumberJs = (condition: string): Text => atom(`(${condition} ? 1 : 0)`);
const selectJs = (condition: string, ifTrue: string, ifFalse: string): Text =>
  atom(`(${condition} ? ${ifTrue} : ${ifFalse})`);

/** Builtins that are too inexact or go wrong at large arguments on some adapter: see shaders/math.wgsl. */
const OWN: Partial<Record<Fn, string>> = { sin: "sin_own", cos: "cos_own", tanh: "tanh_own" };
const EXACT: ReadonlySet<Fn> = new Set(["min", "max", "abs", "floor"]);

/** The bounds of exp(min(of, high)) and exp(min(max(of, low), high)) within +-80, as `optimise` writes them: such an argument
 * needs no second bound. */
function exponentBounds(arg: Expr | undefined): { of: Expr; low: number | undefined; high: number } | undefined {
  if (arg?.kind !== "call" || arg.fn !== "min") return undefined;
  const [inner, high] = arg.args;
  if (inner === undefined || high?.kind !== "number" || high.value > 80) return undefined;
  if (inner.kind !== "call" || inner.fn !== "max") return { of: inner, low: undefined, high: high.value };
  const [of, low] = inner.args;
  if (of === undefined || low?.kind !== "number" || low.value < -80) return undefined;
  return { of, low: low.value, high: high.value };
}
