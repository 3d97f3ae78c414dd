/** Values and tests of C as NMODL's words, with what C makes of whole numbers told apart. */

export const MATH: ReadonlySet<string> = new Set("exp log log10 sqrt fabs pow sin cos tan tanh sinh cosh floor ceil".split(" ")); // prettier-ignore
export const DRAWS: ReadonlySet<string> = new Set(["scop_random", "exprand", "normrand"]);
const WORDS: ReadonlySet<string> = new Set("if for while do else switch case break continue goto return static extern const void int long short unsigned signed float double char struct sizeof".split(" ")); // prettier-ignore

/** From what binds least. NMODL has == and < on one level. */
const LEVELS: readonly (readonly string[])[] = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/"]]; // prettier-ignore
const TESTS: ReadonlySet<string> = new Set(["||", "&&", "!", ...(LEVELS[2] as string[]), ...(LEVELS[3] as string[])]);
const TOKEN =
  /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\w*|[A-Za-z_]\w*|\+\+|--|<<|>>|->|<=|>=|==|!=|&&|\|\||[-+*/]=|[^\s]/y;
const NUMBER = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Most brackets and signs in one another. */
const DEEPEST = 100;

/** Why C is not taken as NMODL. */
export class NoNumbers extends Error {}

/** @throws NoNumbers */
export const no = (why: string): never => {
  throw new NoNumbers(why);
};

/** What a name of C is in NMODL, and whether C computes with it as a whole number. */
export interface Meaning {
  readonly name: string;
  readonly whole: boolean;
}

/** @throws NoNumbers for what NMODL would compute otherwise (1/2, 010), and for what is no value over numbers */
export function valueInC(c: string, isTest: boolean, meaning: (name: string) => Meaning): string {
  return new Value(c, isTest, meaning).all();
}

/** Reads tokens one by one, and writes them down again as NMODL with their spaces. */
class Value {
  readonly #c: string;
  readonly #isTest: boolean;
  readonly #meaning: (name: string) => Meaning;
  #at = 0;
  #text = "";
  #deep = 0;

  constructor(c: string, isTest: boolean, meaning: (name: string) => Meaning) {
    [this.#c, this.#isTest, this.#meaning] = [c.trim(), isTest, meaning];
  }

  all(): string {
    this.#level(0);
    const rest = this.#peek();
    if (rest === ",") no(`has a comma between values, in ${quoted(this.#c)}`);
    if (rest !== "") no(`has ${quoted(rest)} in the value ${quoted(this.#c)}`);
    return this.#text.trim();
  }

  #peek(from = this.#at): string {
    TOKEN.lastIndex = from + (/^\s*/.exec(this.#c.slice(from))?.[0] ?? "").length;
    return TOKEN.exec(this.#c)?.[0] ?? "";
  }

  /** @param as  what stands for it in NMODL */
  #take(as?: string): string {
    const token = this.#peek();
    const from = this.#c.indexOf(token, this.#at);
    this.#text += this.#c.slice(this.#at, from) + (as ?? token);
    this.#at = from + token.length;
    return token;
  }

  /** @returns whether it is a whole number */
  #level(k: number): boolean {
    const ops = LEVELS[k];
    if (ops === undefined) return this.#signed();
    const begin = this.#at;
    let whole = this.#level(k + 1);
    for (let op = this.#peek(); ops.includes(op); op = this.#peek()) {
      this.#operator(op);
      const right = this.#level(k + 1);
      if (op === "/" && whole && right) no(`divides a whole number by another, in ${quoted(this.#c.slice(begin, this.#at))}, which gives a whole one: write 1., where real numbers are meant`); // prettier-ignore
      if (k === 2 && compares(this.#c.slice(begin, this.#at))) no(`has == beside <, in ${quoted(this.#c.slice(begin, this.#at))}: put brackets`); // prettier-ignore
      whole = TESTS.has(op) || (whole && right);
    }
    return whole;
  }

  #operator(op: string): void {
    if (TESTS.has(op) && !this.#isTest) no(`has ${quoted(op)} in the value ${quoted(this.#c)}`);
    this.#take();
  }

  #signed(): boolean {
    const next = this.#peek();
    if (++this.#deep > DEEPEST) no(`is nested more than ${DEEPEST} deep`);
    const whole = next === "-" || next === "+" || next === "!" ? this.#signedBy(next) : this.#primary(next);
    this.#deep--;
    return whole;
  }

  #signedBy(op: string): boolean {
    this.#operator(op);
    return this.#signed() || op === "!";
  }

  #primary(token: string): boolean {
    if (token === "(") return this.#bracket();
    if (/^[\d.]/.test(token) && token !== ".") return this.#number(token);
    if (!/^[A-Za-z_]/.test(token)) no(token === "" ? `ends where a value belongs, in ${quoted(this.#c)}` : `has ${quoted(token)} in the value ${quoted(this.#c)}`); // prettier-ignore
    if (WORDS.has(token)) no(`has ${quoted(token)} in the value ${quoted(this.#c)}`);
    if (this.#peek(this.#c.indexOf(token, this.#at) + token.length) === "(") return this.#call(token);
    const { name, whole } = this.#meaning(token);
    this.#take(name);
    return whole;
  }

  /** A bracket, or `(double)` before a value. */
  #bracket(): boolean {
    const cast = /^\s*\(\s*double\s*\)/.exec(this.#c.slice(this.#at))?.[0];
    if (cast !== undefined) {
      this.#at += cast.length;
      this.#signed();
      return false;
    }
    this.#take();
    const whole = this.#level(0);
    this.#close();
    return whole;
  }

  #close(): void {
    if (this.#peek() !== ")") no(`has ${quoted(this.#peek())} where ) belongs, in ${quoted(this.#c)}`);
    this.#take();
  }

  #number(token: string): boolean {
    if (/^0\d/.test(token)) no(`has ${quoted(token)}: a number that begins with 0 counts by eights in C`);
    if (!NUMBER.test(token)) no(`has the number ${quoted(token)}: write it with digits, a point and an exponent alone`);
    this.#take();
    return /^\d+$/.test(token);
  }

  #call(name: string): boolean {
    if (!MATH.has(name) && !DRAWS.has(name)) no(`calls ${quoted(name)}, which is no function over numbers that is known`); // prettier-ignore
    this.#take();
    this.#take();
    if (this.#peek() !== ")") this.#level(0);
    while (this.#peek() === ",") {
      this.#take();
      this.#level(0);
    }
    this.#close();
    return false;
  }
}

/** Whether < or > stands outside of brackets. */
function compares(text: string): boolean {
  let open = 0;
  for (const c of text) {
    open += c === "(" ? 1 : c === ")" ? -1 : 0;
    if (open === 0 && (c === "<" || c === ">")) return true;
  }
  return false;
}

export const quoted = (c: string): string => c.replaceAll(/\s+/g, " ").trim().slice(0, 60);
