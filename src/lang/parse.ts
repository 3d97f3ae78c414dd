import { didYouMean, ModelError } from "../errors.ts";
import {
  type BinaryOp,
  binary,
  type Expr,
  type Fn,
  FUNCTIONS,
  name,
  negate,
  num,
  COMPARISONS,
  isComparison,
  type ReadFunction,
  type ReadFunctions,
} from "./expr.ts";
import { children, substitute } from "./names.ts";

interface Token {
  readonly kind: "number" | "name" | "operator" | "end";
  readonly text: string;
  readonly at: number;
}

const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_]\w*/y;
const OPERATOR = /<=|>=|==|!=|[-+*/^<>(),]/y;
const LARGEST = 3.4028234663852886e38;

/** Longest text, and most levels of brackets, signs, powers and calls in one: what printers and shader compilers take. */
const LONGEST_TEXT = 10_000;
export const DEEPEST = 50;
/** Most levels of an expression, sums and products counted term by term. */
export const MOST_LEVELS = 1_000;
/** Most operations that a text may have once its `let` names and functions are written out. */
export const MOST_PARTS = 50_000;

/** Where each part of an expression stands in its text: from, to. */
export type Places = ReadonlyMap<Expr, readonly [number, number]>;

/** The expression that a text says. Loosest first: comparisons (which do not chain), + -, * /, unary -, ^ (from the
 * right; its exponent may carry a minus sign). So -K^2 is -(K^2), 2^3^2 is 512 and 12/K/2 is (12/K)/2.
 * @throws ModelError that names `where` and marks the place in the text */
export function parse(text: string, where = "expression", functions?: ReadFunctions): Expr {
  return new Parser(text, where, functions).whole();
}

/** A function's body with its size. */
export function parseFunction(
  text: unknown,
  where: string,
  functions: ReadFunctions,
): { expr: Expr; parts: number; levels: number } {
  const parser = new Parser(text as string, where, functions);
  const expr = parser.whole();
  return { expr, ...parser.size(expr) };
}

/** The expression with the places of its parts, for messages about them. */
export function parseWithPlaces(
  text: unknown,
  where: string,
  functions?: ReadFunctions,
): { expr: Expr; places: Places } {
  const parser = new Parser(text as string, where, functions);
  return { expr: parser.whole(), places: parser.places };
}

/** "at column 5", the text and a caret under the place: what an error about a part of a text says. */
export const pointAt = (text: string, at: number): string => {
  const from = Math.max(0, at - 80);
  const line = `${from > 0 ? "…" : ""}${text.slice(from, from + 160).replaceAll(/\s/g, " ")}${text.length > from + 160 ? "…" : ""}`;
  return `at column ${at + 1}\n  ${line}\n  ${" ".repeat(at - from + (from > 0 ? 1 : 0))}^\n`;
};

class Parser {
  readonly #text: string;
  readonly #where: string;
  readonly #tokens: readonly Token[];
  readonly #places = new Map<Expr, readonly [number, number]>();
  readonly #sizes = new Map<Expr, Size>();
  readonly #functions: ReadFunctions | undefined;
  #next = 0;
  #depth = 0;

  constructor(text: string, where: string, functions?: ReadFunctions) {
    this.#functions = functions;
    if (typeof text !== "string") {
      const type = text === null ? "null" : typeof text;
      throw new ModelError(where, `is ${type === "undefined" ? "missing" : `of type ${type}`}, not a text`, 'Give an expression in quotes, for example "g_max * n^4"'); // prettier-ignore
    }
    if (text.length > LONGEST_TEXT) {
      throw new ModelError(where, `is a text of ${text.length} characters`, `Give at most ${LONGEST_TEXT}, with parts of it in \`let\``); // prettier-ignore
    }
    this.#text = text;
    this.#where = where;
    this.#tokens = this.#split();
  }

  get places(): Places {
    return this.#places;
  }

  whole(): Expr {
    const expr = this.#comparison();
    if (this.#peek().kind !== "end") this.#fail(this.#peek(), "Put an operator before it, or end the text there");
    return expr;
  }

  #comparison(): Expr {
    const from = this.#peek().at;
    const left = this.#sum();
    const op = this.#take(...COMPARISONS);
    if (op === undefined) return left;
    const expr = this.#at(from, binary(op as BinaryOp, left, this.#sum()));
    const second = this.#peek();
    if (isComparison(second.text)) this.#fail(second, "Comparisons do not chain; use select for each");
    return expr;
  }

  #sum(): Expr {
    const from = this.#peek().at;
    let expr = this.#product();
    for (let op = this.#take("+", "-"); op !== undefined; op = this.#take("+", "-")) {
      expr = this.#at(from, binary(op as BinaryOp, expr, this.#product()));
    }
    return expr;
  }

  #product(): Expr {
    const from = this.#peek().at;
    let expr = this.#signed();
    for (let op = this.#take("*", "/"); op !== undefined; op = this.#take("*", "/")) {
      expr = this.#at(from, binary(op as BinaryOp, expr, this.#signed()));
    }
    return expr;
  }

  /** Every level of nesting passes here. */
  #signed(): Expr {
    const token = this.#peek();
    if (++this.#depth > DEEPEST) this.#fail(token, "Name inner parts in `let`", `nested more than ${DEEPEST} deep,`);
    const expr = this.#signedHere(token.at);
    this.#depth--;
    return expr;
  }

  #signedHere(from: number): Expr {
    if (this.#take("-") !== undefined) return this.#at(from, negate(this.#signed()));
    if (this.#take("+") !== undefined) return this.#signed();
    const base = this.#primary();
    return this.#take("^") === undefined ? base : this.#at(from, binary("^", base, this.#signed()));
  }

  #primary(): Expr {
    const token = this.#peek();
    this.#next++;
    if (token.kind === "number") return this.#number(token);
    if (token.kind === "name") {
      return this.#at(token.at, this.#peek().text === "(" ? this.#call(token) : name(token.text));
    }
    if (token.text === "(") {
      const inner = this.#comparison();
      this.#close();
      return inner;
    }
    return this.#fail(token, "Give a number, a name, a function call or a bracket there");
  }

  #number(token: Token): Expr {
    const value = Number(token.text);
    if (value > LARGEST) this.#fail(token, "Numbers end at 3.4e38, as float32 does", "the number is too large,");
    return this.#at(token.at, num(value));
  }

  /** Notes where an expression stands: from a place to the end of the last token that was taken. */
  #at(from: number, expr: Expr): Expr {
    const last = this.#tokens[this.#next - 1] as Token;
    this.#places.set(expr, [from, last.at + last.text.length]);
    const inside = this.#sizes.has(expr) ? [] : children(expr).map((child) => this.size(child));
    if (inside.length > 0) {
      const levels = 1 + Math.max(0, ...inside.map((s) => s.levels));
      this.#sizes.set(expr, { parts: 1 + inside.reduce((sum, s) => sum + s.parts, 0), levels });
    }
    const { parts, levels } = this.size(expr);
    if (levels > MOST_LEVELS) this.#fail(last, "Name parts in `let`", `more than ${MOST_LEVELS} terms in a row,`);
    if (parts > MOST_PARTS)
      this.#fail(last, `Stay below ${MOST_PARTS} operations`, `${parts} operations with functions written out,`);
    return expr;
  }

  /** Of an expression that was read here. */
  size(expr: Expr): Size {
    return this.#sizes.get(expr) ?? { parts: 1, levels: 1 };
  }

  #call(token: Token): Expr {
    const own = this.#functions?.get(token.text);
    if (own === undefined && !isFn(token.text)) {
      const known = [...(this.#functions?.keys() ?? []), ...Object.keys(FUNCTIONS)];
      this.#fail(token, didYouMean(token.text, known), "unknown function");
    }
    const fn = token.text as Fn;
    this.#take("(");
    const args: Expr[] = [];
    if (this.#peek().text !== ")") {
      do args.push(this.#comparison());
      while (this.#take(",") !== undefined);
    }
    this.#close();
    const wanted = own?.of.length ?? FUNCTIONS[fn];
    if (args.length !== wanted) this.#fail(token, `Give it ${wanted}`, `${args.length} arguments for the function`);
    return own === undefined ? { kind: "call", fn, args } : this.#written(own, args);
  }

  /** A call as the function's body over its arguments. */
  #written({ of, body, parts, levels }: ReadFunction, args: readonly Expr[]): Expr {
    const sizes = args.map((arg) => this.size(arg));
    const reads = new Map(of.map((arg) => [arg, 0]));
    const count = (e: Expr): void => {
      if (e.kind === "name" && reads.has(e.name)) reads.set(e.name, (reads.get(e.name) as number) + 1);
      for (const child of children(e)) count(child);
    };
    count(body);
    const inside = of.reduce((sum, arg, k) => sum + (reads.get(arg) as number) * ((sizes[k] as Size).parts - 1), 0);
    const size = { parts: parts + inside, levels: levels + Math.max(0, ...sizes.map((s) => s.levels)) };
    const expr =
      size.parts > MOST_PARTS
        ? { ...body }
        : { ...substitute(body, Object.fromEntries(of.map((arg, k) => [arg, args[k] as Expr]))) };
    this.#sizes.set(expr, size);
    return expr;
  }

  #close(): void {
    if (this.#take(")") === undefined) this.#fail(this.#peek(), 'Put a ")" or an operator there');
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] as Token;
  }

  #take(...texts: string[]): string | undefined {
    const token = this.#peek();
    if (token.kind !== "operator" || !texts.includes(token.text)) return undefined;
    this.#next++;
    return token.text;
  }

  #split(): Token[] {
    const tokens: Token[] = [];
    let at = 0;
    while (at < this.#text.length) {
      if (/\s/.test(this.#text.charAt(at))) {
        at++;
        continue;
      }
      const token =
        this.#match("number", NUMBER, at) ?? this.#match("name", NAME, at) ?? this.#match("operator", OPERATOR, at);
      if (token === undefined) {
        this.#fail({ kind: "operator", text: this.#text.charAt(at), at }, "Operators are + - * / ^ and comparisons");
      } else {
        tokens.push(token);
        at += token.text.length;
      }
    }
    return [...tokens, { kind: "end", text: "", at: this.#text.length }];
  }

  #match(kind: Token["kind"], pattern: RegExp, at: number): Token | undefined {
    pattern.lastIndex = at;
    const text = pattern.exec(this.#text)?.[0];
    return text === undefined ? undefined : { kind, text, at };
  }

  #fail(token: Token, remedy: string, problem = "unexpected"): never {
    const what = token.kind === "end" ? "the text ends too early" : `${problem} "${token.text.slice(0, 40)}"`;
    throw new ModelError(this.#where, `${what} ${pointAt(this.#text, token.at)}`, remedy);
  }
}

interface Size {
  readonly parts: number;
  readonly levels: number;
}

const isFn = (text: string): text is Fn => Object.hasOwn(FUNCTIONS, text);
