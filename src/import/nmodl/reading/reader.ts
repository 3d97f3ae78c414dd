import type { At, Lexer, Token } from "./lexer.ts";
import type { Species, Target, Term } from "./syntax.ts";

/** Most levels of brackets, signs and blocks in one another. */
const DEEPEST = 200;
/** Most terms in a row. */
const LONGEST_ROW = 2_000;

const LEVELS: readonly (readonly string[])[] = [["||"], ["&&"], ["==", "!=", "<", "<=", ">", ">="], ["+", "-"], ["*", "/"]]; // prettier-ignore

/** Tokens one by one, and the expressions that they make. */
export class Reader {
  readonly lexer: Lexer;
  readonly #unchecked: { readonly from: At; to: At | undefined }[] = [];
  #next = 0;
  #depth = 0;

  constructor(lexer: Lexer) {
    this.lexer = lexer;
  }

  peek(ahead = 0): Token {
    const { tokens } = this.lexer;
    return tokens[Math.min(this.#next + ahead, tokens.length - 1)] as Token;
  }

  take(): Token {
    const token = this.peek();
    this.#next++;
    if (token.kind === "name" && token.text === "UNITSOFF") this.#unchecked.push({ from: token, to: undefined });
    if (token.kind === "name" && token.text === "UNITSON") this.#checkAgain(token);
    return token;
  }

  #checkAgain(token: Token): void {
    const open = this.#unchecked.at(-1);
    if (open !== undefined && open.to === undefined) open.to = token;
  }

  /** Whether a place lies between UNITSOFF and UNITSON. */
  isUnchecked = (at: At): boolean =>
    this.#unchecked.some(({ from, to }) => isBefore(from, at) && (to === undefined || isBefore(at, to)));

  is(...texts: string[]): boolean {
    const { kind, text } = this.peek();
    return (kind === "operator" || kind === "name") && texts.includes(text);
  }

  /** Takes the next token if it is one of these. */
  accept(...texts: string[]): Token | undefined {
    return this.is(...texts) ? this.take() : undefined;
  }

  expect(text: string, where: string): Token {
    const token = this.accept(text);
    if (token !== undefined) return token;
    return this.fail(
      this.peek(),
      `has ${shown(this.peek())} where "${text}" belongs, in ${where}`,
      `Put "${text}" there`,
    );
  }

  name(what: string): Token {
    const token = this.take();
    if (token.kind === "name") return token;
    return this.fail(token, `has ${shown(token)} where the name of ${what} belongs`, "Give a name");
  }

  fail(at: At, problem: string, remedy: string): never {
    return this.lexer.fail(at, problem, remedy);
  }

  /** Guards against what would exhaust the stack. */
  deeper<T>(read: () => T): T {
    if (++this.#depth > DEEPEST) this.fail(this.peek(), `is nested more than ${DEEPEST} deep`, "Name inner parts");
    const result = read();
    this.#depth--;
    return result;
  }

  /** A number with its sign. */
  number(what: string): number {
    const sign = this.accept("-", "+")?.text === "-" ? -1 : 1;
    const token = this.take();
    if (token.kind !== "number") this.fail(token, `has ${shown(token)} where ${what} belongs`, "Give a number");
    return sign * Number(token.text);
  }

  /** The text of a unit in brackets, if one is next. */
  unit(): string | undefined {
    if (!this.is("(")) return undefined;
    const open = this.take();
    let inside = 1;
    while (inside > 0) {
      const token = this.take();
      if (token.kind === "end") this.fail(open, "opens a bracket that nothing closes", 'Close the unit by ")"');
      if (token.text === "(") inside++;
      if (token.text === ")") inside--;
    }
    const text = this.lexer.slice(open.to, this.peekBefore().from);
    if (text.length > 200) this.fail(open, `has a unit of ${text.length} characters`, "Give a shorter one");
    return text.replaceAll(/\s+/g, " ").trim();
  }

  peekBefore(): Token {
    return this.lexer.tokens[this.#next - 1] as Token;
  }

  expression(level = 0): Term {
    const ops = LEVELS[level];
    if (ops === undefined) return this.#signed();
    let left = this.expression(level + 1);
    for (let row = 0; this.#isOperator(ops); row++) {
      if (row > LONGEST_ROW) this.fail(this.peek(), `has more than ${LONGEST_ROW} terms in a row`, "Name parts of it");
      const op = this.take();
      const right = this.expression(level + 1);
      left = { kind: "binary", op: op.text, left, right, line: op.line, column: op.column };
    }
    return left;
  }

  #isOperator(ops: readonly string[]): boolean {
    const { kind, text } = this.peek();
    return kind === "operator" && ops.includes(text);
  }

  #signed(): Term {
    return this.deeper(() => {
      const op = this.accept("-", "+", "!");
      if (op === undefined) return this.#power();
      const of = this.#signed();
      return op.text === "+" ? of : { kind: "unary", op: op.text as "-" | "!", of, line: op.line, column: op.column };
    });
  }

  /** From the right: a^b^c is a^(b^c). */
  #power(): Term {
    const base = this.#primary();
    if (!this.#isOperator(["^"])) return base;
    const { line, column } = this.take();
    const right = this.deeper(() => this.#signed());
    return { kind: "binary", op: "^", left: base, right, line, column };
  }

  #primary(): Term {
    const token = this.take();
    const { line, column } = token;
    if (token.kind === "number") {
      const value = Number(token.text);
      const unit = this.unit();
      return unit === undefined ? { kind: "number", value, line, column } : { kind: "number", value, unit, line, column }; // prettier-ignore
    }
    if (token.kind === "string") return { kind: "string", line, column };
    if (token.kind === "name")
      return this.is("(") ? this.#call(token) : { kind: "name", ...this.indexed({ name: token.text, line, column }) };
    if (token.text === "(") return this.#bracket(token);
    return this.fail(token, `has ${shown(token)} where a value belongs`, "Give a number, a name, a call or a bracket");
  }

  #bracket({ line, column }: Token): Term {
    const alone = this.peek().kind === "number" && this.peek(1).text === ")";
    if (alone) {
      const value = Number(this.take().text);
      this.take();
      return { kind: "factor", value, line, column };
    }
    const inside = this.deeper(() => this.expression());
    this.expect(")", "an expression");
    return inside;
  }

  #call({ text, line, column }: Token): Term {
    return { kind: "call", name: text, args: this.args(), line, column };
  }

  args(): Term[] {
    this.expect("(", "a call");
    const args: Term[] = [];
    while (!this.is(")")) {
      args.push(this.deeper(() => this.expression()));
      if (this.accept(",") === undefined) break;
    }
    this.expect(")", "a call");
    return args;
  }

  /** With the index that may follow a name. */
  indexed({ name, line, column }: Target): Target {
    if (this.accept("[") === undefined) return { name, line, column };
    const index = this.deeper(() => this.expression());
    this.expect("]", `the index of ${name}`);
    return { name, index, line, column };
  }

  target(what: string): Target {
    const { text: name, line, column } = this.name(what);
    return this.indexed({ name, line, column });
  }

  /** One side of a reaction: 2 a + b. */
  species(): Species[] {
    const found: Species[] = [];
    do {
      const { line, column } = this.peek();
      const times = this.peek().kind === "number" ? Number(this.take().text) : 1;
      this.accept("*");
      found.push({ times, of: this.target("a state of a reaction"), line, column });
    } while (this.accept("+") !== undefined);
    return found;
  }
}

const isBefore = (a: At, b: At): boolean => a.line < b.line || (a.line === b.line && a.column < b.column);

export const shown = (token: Token): string =>
  token.kind === "end" ? token.text : token.kind === "verbatim" ? "VERBATIM" : `"${token.text.slice(0, 40)}"`;
