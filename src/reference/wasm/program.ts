import { assigned, type Expr, type Fn, type Stmt } from "../../lang/expr.ts";
import { integerExponent, LARGEST_PRODUCT } from "../../lang/powers.ts";
import { jsMath } from "../../lang/math64.ts";
import { type Code, type Imported, TYPE } from "./code.ts";
import { byLane, exp, expm1 } from "./functions.ts";

/** Functions of numbers that kernels call for what they do not compute themselves, one lane at a time. */
const OUTSIDE = {
  log: Math.log, sin: Math.sin, cos: Math.cos, tanh: Math.tanh, pow_real: jsMath.pow_real, pow_int: jsMath.pow_int,
} as const; // prettier-ignore
const names = Object.keys(OUTSIDE) as (keyof typeof OUTSIDE)[];
const outside = (name: keyof typeof OUTSIDE): number => names.indexOf(name);

/** What modules import beside their memory. */
export const IMPORTS: readonly Imported[] = names.map((name) => ({
  name,
  params: Array.from({ length: OUTSIDE[name].length }, () => TYPE.f64),
  results: [TYPE.f64],
}));
export const imported: Readonly<Record<string, (...args: number[]) => number>> = OUTSIDE;

/** Functions of functions.ts and vector instructions; `noise` and the like are gone before a program is complete. */
const KNOWN: ReadonlySet<string> = new Set<Fn>(["exp", "expm1", "exprel", "log", "sqrt", "abs", "floor", "sin", "cos", "tanh", "min", "max", "select", "expm1_with", "exprel_with", "inverse_exprel", "inverse_exprel_with"]); // prettier-ignore

/** Whether all that an expression calls can be emitted. */
export function emits(e: Expr): boolean {
  if (e.kind === "negate") return emits(e.of);
  if (e.kind === "binary") return emits(e.left) && emits(e.right);
  return e.kind !== "call" || (KNOWN.has(e.fn) && e.args.every(emits));
}

/** A program's names as locals of two numbers each: those of two cells. */
export class Emitter {
  readonly #f: Code;
  readonly #locals = new Map<string, number>();
  /** of names that are 1 or 0: masks of where they are 1. */
  readonly #flags = new Map<string, number>();

  constructor(f: Code) {
    this.#f = f;
  }

  name(name: string, local: number): void {
    this.#locals.set(name, local);
  }

  local(name: string): number {
    return this.#locals.get(name) as number;
  }

  /** Assigns what a statement assigns; a `let` gets a local. */
  run({ op, name, value }: Stmt): void {
    const f = this.#f;
    if (op === "let" && this.#isFlag(value)) {
      this.#mask(value);
      const mask = f.keep();
      this.#flags.set(name, mask);
      this.name(name, f.number(1).get(mask).op("and").keep());
      return;
    }
    this.value(assigned({ op, name, value })); // a float64 sum carries nothing
    if (op === "let") this.name(name, f.local(TYPE.v128));
    this.#flags.delete(name);
    f.set(this.local(name));
  }

  /** An expression's value, on the stack. */
  value(e: Expr): void {
    const f = this.#f;
    switch (e.kind) {
      case "number":
        f.number(e.value);
        return;
      case "name":
        f.get(this.local(e.name));
        return;
      case "negate":
        this.value(e.of);
        f.op("neg");
        return;
      case "binary":
        this.#binary(e);
        return;
      case "call":
        this.#call(e.fn, e.args);
    }
  }

  /** A condition as a mask, on the stack. */
  condition(e: Expr): void {
    if (e.kind === "binary" && asksFlag(e) && this.#isFlag(e.left)) {
      this.#mask(e.left);
      return;
    }
    const compared = e.kind === "binary" ? COMPARED[e.op] : undefined;
    if (e.kind === "binary" && compared !== undefined) {
      this.value(e.left);
      this.value(e.right);
      this.#f.op(compared);
      return;
    }
    if (this.#isFlag(e)) {
      this.#mask(e);
      return;
    }
    this.value(e);
    this.#f.number(0).op("ne");
  }

  /** Whether an expression can be nothing but 1 and 0. */
  #isFlag(e: Expr): boolean {
    if (e.kind === "number") return e.value === 1 || Object.is(e.value, 0);
    if (e.kind === "name") return this.#flags.has(e.name);
    if (e.kind === "binary") return COMPARED[e.op] !== undefined;
    return e.kind === "call" && e.fn === "select" && e.args.slice(1).every((a) => this.#isFlag(a));
  }

  /** Where a flag is 1, on the stack. */
  #mask(e: Expr): void {
    const f = this.#f;
    if (e.kind === "number")
      f.number(0)
        .number(1 - e.value)
        .op("eq");
    else if (e.kind === "name") f.get(this.#flags.get(e.name) as number);
    else if (e.kind === "call") this.#choose(e.args, (of) => this.#mask(of));
    else this.condition(e);
  }

  /** One of two by a condition, on the stack. @param put  puts one of them there */
  #choose(args: readonly Expr[], put: (e: Expr) => void): void {
    const f = this.#f;
    const [test, yes, no] = args as [Expr, Expr, Expr];
    const [zero, other] = isZero(no) ? ["and" as const, yes] : isZero(yes) ? ["andnot" as const, no] : [undefined, no];
    if (zero === undefined) put(yes);
    put(other);
    this.condition(test);
    f.op(zero ?? "bitselect"); // a choice from 0 is one instruction of three
  }

  #binary(e: Expr & { readonly kind: "binary" }): void {
    const f = this.#f;
    if (COMPARED[e.op] !== undefined) {
      f.number(1);
      this.condition(e);
      f.op("and"); // 1 or 0
      return;
    }
    if (e.op === "^") {
      this.#power(e.left, e.right);
      return;
    }
    this.value(e.left);
    this.value(e.right);
    f.op(({ "+": "add", "-": "sub", "*": "mul", "/": "div" } as const)[e.op as "+"]);
  }

  /** As printed: a product for small whole exponents. */
  #power(base: Expr, exponent: Expr): void {
    const f = this.#f;
    const n = integerExponent(exponent);
    if (n === 0) {
      f.number(1);
      return;
    }
    if (n === undefined || Math.abs(n) > LARGEST_PRODUCT) {
      byLane(f, outside(n === undefined ? "pow_real" : "pow_int"), this.#kept(base), this.#kept(exponent));
      return;
    }
    if (n < 0) f.number(1);
    const x = this.#kept(base);
    f.get(x);
    for (let k = 1; k < Math.abs(n); k++) f.get(x).op("mul");
    if (n < 0) f.op("div");
  }

  #kept(e: Expr): number {
    this.value(e);
    return this.#f.keep();
  }

  #call(fn: Fn, args: readonly Expr[]): void {
    const f = this.#f;
    if (fn === "select") {
      this.#choose(args, (of) => this.value(of));
      return;
    }
    const direct = DIRECT[fn];
    if ((fn === "min" || fn === "max") && bounds(args[1])) {
      for (const a of args) this.value(a);
      f.op(fn === "min" ? "pmin" : "pmax"); // the second is no NaN and no -0: the same as min and max, and one instruction
      if (fn === "max" && isZero(args[1])) f.number(0).op("add"); // but for -0, of which max makes 0
      return;
    }
    if (direct !== undefined) {
      for (const a of args) this.value(a);
      f.op(direct);
      return;
    }
    const [x, ex] = args.map((a) => this.#kept(a)) as [number, number];
    if (fn === "exp") exp(f, x);
    else if (fn === "expm1") expm1(f, x);
    else if (fn === "exprel" || fn === "inverse_exprel") this.#relative(fn, x);
    else if (fn.endsWith("_with")) this.#shared(fn as `${"expm1" | "exprel" | "inverse_exprel"}_with`, x, ex);
    else byLane(f, outside(fn as "log"), x);
  }

  /** expm1(x) / x or its inverse, 1 at 0. */
  #relative(fn: "exprel" | "inverse_exprel", x: number): void {
    const f = this.#f;
    expm1(f, x);
    const y = f.keep();
    f.number(1).get(...(fn === "exprel" ? [y, x] : [x, y])).op("div").get(x).number(0).op("eq", "bitselect"); // prettier-ignore
  }

  /** With exp(x) given, which is not used where it would cancel. */
  #shared(fn: "expm1_with" | "exprel_with" | "inverse_exprel_with", x: number, ex: number): void {
    const f = this.#f;
    const near = f.get(x).op("abs").number(1).op("lt").keep();
    const less = (): void => void f.get(ex).number(1).op("sub");
    if (fn === "inverse_exprel_with") f.get(x);
    less();
    if (fn === "exprel_with") f.get(x);
    if (fn !== "expm1_with") f.op("div");
    const y = f.keep();
    f.get(near).op("anyTrue", "if");
    const own = f.get(x, near).op("and").keep(); // of the other, which is not asked for, 0
    if (fn === "expm1_with") expm1(f, own);
    else this.#relative(fn === "exprel_with" ? "exprel" : "inverse_exprel", own);
    f.get(y, near).op("bitselect").set(y).op("end").get(y);
  }
}

const isZero = (e: Expr | undefined): boolean => e?.kind === "number" && Object.is(e.value, 0);
const bounds = (e: Expr | undefined): boolean => e?.kind === "number" && !Object.is(e.value, -0);

/** Whether a comparison is true of 1 and false of 0. */
const asksFlag = ({ op, right }: Expr & { readonly kind: "binary" }): boolean =>
  right.kind === "number" &&
  ((op === "!=" && right.value === 0) || (op === ">" && right.value >= 0 && right.value < 1));

const COMPARED: Readonly<Partial<Record<string, "lt" | "le" | "gt" | "ge" | "eq" | "ne">>> = { "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne" }; // prettier-ignore
const DIRECT: Readonly<Partial<Record<Fn, "sqrt" | "abs" | "floor" | "min" | "max">>> = { sqrt: "sqrt", abs: "abs", floor: "floor", min: "min", max: "max" }; // prettier-ignore
