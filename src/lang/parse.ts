import { didYouMean, ModelError } from "../errors.ts";
import { type BinaryOp, binary, type Expr, type Fn, FUNCTIONS, name, negate, num } from "./expr.ts";

interface Token {
  readonly kind: "number" | "name" | "operator" | "end";
  readonly text: string;
  readonly at: number;
}

const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_]\w*/y;
const OPERATOR = /<=|>=|==|!=|[-+*/^<>(),]/y;
const COMPARISONS: readonly string[] = ["<", "<=", ">", ">=", "==", "!="];

/** The expression that a text says. Loosest first: comparisons (which do not chain), + -, * /, unary -, ^ (from the
 * right; its exponent may carry a minus sign). So -K^2 is -(K^2), 2^3^2 is 512 and 12/K/2 is (12/K)/2.
 * @throws ModelError that names `where` and marks the place in the text */
export function parse(text: string, where = "expression"): Expr {
  return new Parser(text, where).whole();
}

class Parser {
  readonly #text: string;
  readonly #where: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string, where: string) {
    this.#text = text;
    this.#where = where;
    this.#tokens = this.#split();
  }

  whole(): Expr {
    const expr = this.#comparison();
    if (this.#peek().kind !== "end") this.#fail(this.#peek(), "Put an operator before it, or end the text there");
    return expr;
  }

  #comparison(): Expr {
    const left = this.#sum();
    const op = this.#take(...COMPARISONS);
    if (op === undefined) return left;
    const expr = binary(op as BinaryOp, left, this.#sum());
    const second = this.#peek();
    if (COMPARISONS.includes(second.text)) this.#fail(second, "Comparisons do not chain; use select for each");
    return expr;
  }

  #sum(): Expr {
    let expr = this.#product();
    for (let op = this.#take("+", "-"); op !== undefined; op = this.#take("+", "-")) {
      expr = binary(op as BinaryOp, expr, this.#product());
    }
    return expr;
  }

  #product(): Expr {
    let expr = this.#signed();
    for (let op = this.#take("*", "/"); op !== undefined; op = this.#take("*", "/")) {
      expr = binary(op as BinaryOp, expr, this.#signed());
    }
    return expr;
  }

  #signed(): Expr {
    if (this.#take("-") !== undefined) return negate(this.#signed());
    if (this.#take("+") !== undefined) return this.#signed();
    const base = this.#primary();
    return this.#take("^") === undefined ? base : binary("^", base, this.#signed());
  }

  #primary(): Expr {
    const token = this.#peek();
    this.#next++;
    if (token.kind === "number") return num(Number(token.text));
    if (token.kind === "name") return this.#peek().text === "(" ? this.#call(token) : name(token.text);
    if (token.text === "(") {
      const inner = this.#comparison();
      this.#close();
      return inner;
    }
    return this.#fail(token, "Give a number, a name, a function call or a bracket there");
  }

  #call(token: Token): Expr {
    if (!isFn(token.text)) this.#fail(token, didYouMean(token.text, Object.keys(FUNCTIONS)), "unknown function");
    const fn = token.text as Fn;
    this.#take("(");
    const args: Expr[] = [];
    if (this.#peek().text !== ")") {
      do args.push(this.#comparison());
      while (this.#take(",") !== undefined);
    }
    this.#close();
    if (args.length !== FUNCTIONS[fn]) {
      this.#fail(token, `Give it ${FUNCTIONS[fn]}`, `${args.length} arguments for the function`);
    }
    return { kind: "call", fn, args };
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
    const what =
      token.kind === "end" ? `the text ends too early` : `${problem} "${token.text}" at column ${token.at + 1}`;
    throw new ModelError(this.#where, `${what}\n  ${this.#text}\n  ${" ".repeat(token.at)}^\n`, remedy);
  }
}

const isFn = (text: string): text is Fn => Object.hasOwn(FUNCTIONS, text);
