import { withoutComments } from "./c.ts";

/** C over numbers as NMODL: assignments, IF, loops that count, and draws. */

const MATH: ReadonlySet<string> = new Set("exp log log10 sqrt fabs pow sin cos tan tanh sinh cosh floor ceil".split(" ")); // prettier-ignore
const DRAWS: ReadonlySet<string> = new Set(["scop_random", "exprand", "normrand"]);
/** What values and tests over numbers do not have; NMODL's ^ is a power, C's is none. */
const MORE =
  /[#?[\]{}"'%^~]|->|\b(if|for|while|do|else|switch|goto|return|static|extern|void|int|long|unsigned|float|double|char|struct)\b/;
const LOGIC = /[&|!<>]|==/;
const ASSIGNMENT = /^(?<to>[A-Za-z_]\w*)\s*(?:(?<by>[-+*/]?)=(?!=)\s*(?<value>[\s\S]+)|(?<step>\+\+|--))$/;
/** `int i, k` */
const WHOLES = /^int\s+[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*$/;
const COUNTS =
  /^for\s*\(\s*(?:int\s+)?(?<counter>[A-Za-z_]\w*)\s*=\s*(?<first>-?\w+)\s*;\s*\k<counter>\s*(?<test><=?)\s*(?<last>-?\w+)\s*;\s*(?:\k<counter>\s*\+\+|\+\+\s*\k<counter>|\k<counter>\s*\+=\s*1)\s*\)/;
/** What a source of random numbers gives, by the function that asks it; of nrn_random_pick the law is a script's. */
const PICKS: ReadonlyMap<string, string> = new Map([["nrnran123_dblpick", "scop_random()"], ["nrnran123_negexp", "exprand(1)"], ["nrnran123_normal", "normrand(0, 1)"]]); // prettier-ignore

/** C over numbers as statements of NMODL; undefined of any other. `_lx` is a LOCAL or an argument x. What only C keeps (a static counter) has
 * no counterpart, and nothing that reads it is taken.
 * @param isOwn    names of the file's variables, of the block's LOCALs and arguments, and of the block itself
 * @param isWhole  names that stand for whole numbers (DEFINE) */
export function numbersInC(c: string, isOwn: (name: string) => boolean, isWhole: (name: string) => boolean): string[] | undefined {
  const code = withPicks(withoutComments(c).replaceAll(/\(\s*double\s*\)/g, ""));
  const block = new Block(code, isOwn, isWhole);
  const lines = block.all();
  if (lines === undefined || dividesWhole(code, (name) => block.counters.has(name) || isWhole(name))) return undefined;
  return block.own.size === 0 ? lines : [`LOCAL ${[...block.own].join(", ")}`, ...lines];
} // prettier-ignore

/** With calls of sources of random numbers as NMODL has them. */
function withPicks(code: string): string {
  let text = code;
  for (const [name, instead] of PICKS) {
    for (let k = text.search(new RegExp(`\\b${name}\\s*\\(`)); k >= 0; k = text.search(new RegExp(`\\b${name}\\s*\\(`)))
      text = text.slice(0, k) + instead + text.slice(k + closing(text.slice(k)));
  }
  return text;
}

/** Reads C statement by statement. */
class Block {
  /** doubles that the C declares. */
  readonly own = new Set<string>();
  /** of loops: whole numbers. */
  readonly counters = new Set<string>();
  readonly #isOwn: (name: string) => boolean;
  readonly #isWhole: (name: string) => boolean;
  #rest: string;
  #depth = 0;

  constructor(code: string, isOwn: (name: string) => boolean, isWhole: (name: string) => boolean) {
    [this.#rest, this.#isOwn, this.#isWhole] = [code.trim(), isOwn, isWhole];
  }

  all(): string[] | undefined {
    const lines: string[] = [];
    while (this.#rest !== "") {
      const next = this.#statement();
      if (next === undefined) return undefined;
      lines.push(...next);
    }
    return lines;
  }

  #take(length: number): void {
    this.#rest = this.#rest.slice(length).trimStart();
  }

  #statement(): string[] | undefined {
    if (this.#depth > 50) return undefined;
    this.#depth++;
    const lines = this.#rest.startsWith("{") ? this.#braces() : (this.#chosen() ?? this.#counted() ?? this.#plain());
    this.#depth--;
    return lines === REFUSED ? undefined : lines;
  }

  #braces(): string[] | typeof REFUSED {
    this.#take(1);
    const lines: string[] = [];
    while (!this.#rest.startsWith("}")) {
      const next = this.#rest === "" ? undefined : this.#statement();
      if (next === undefined) return REFUSED;
      lines.push(...next);
    }
    this.#take(1);
    return lines;
  }

  /** if and while; undefined of another. */
  #chosen(): string[] | typeof REFUSED | undefined {
    const word = /^(if|while)\s*\(/.exec(this.#rest)?.[1];
    if (word === undefined) return undefined;
    const end = closing(this.#rest);
    const test = this.#value(this.#rest.slice(this.#rest.indexOf("(") + 1, end - 1), true);
    this.#take(end);
    const then = this.#statement();
    if (test === undefined || then === undefined) return REFUSED;
    const lines = [`${word === "if" ? "if" : "WHILE"} (${test}) {`, ...then, "}"];
    if (word === "while" || !/^else\b/.test(this.#rest)) return lines;
    this.#take(4);
    const otherwise = this.#statement();
    return otherwise === undefined ? REFUSED : [...lines.slice(0, -1), "} else {", ...otherwise, "}"];
  }

  /** A loop between whole numbers; undefined of another statement. */
  #counted(): string[] | typeof REFUSED | undefined {
    if (!/^for\b/.test(this.#rest)) return undefined;
    const found = COUNTS.exec(this.#rest);
    const { counter = "", first = "", test, last = "" } = found?.groups ?? {};
    const known = (end: string): boolean => /^-?\d+$/.test(end) || this.#isWhole(end);
    if (found === null || !known(first) || !known(last) || this.#isOwn(counter)) return REFUSED;
    this.#take(found[0].length);
    this.own.delete(counter);
    const outer = this.counters.has(counter);
    this.counters.add(counter);
    const body = this.#statement();
    if (outer || body === undefined) return REFUSED;
    return [`FROM ${counter} = ${first} TO ${test === "<" ? `${last} - 1` : last} {`, ...body, "}"];
  }

  #plain(): string[] | typeof REFUSED {
    const end = this.#rest.indexOf(";");
    if (end < 0) return REFUSED;
    const text = this.#rest.slice(0, end).trim();
    this.#take(end + 1);
    if (text === "") return [];
    // a whole number that is no loop's counter rounds what it is given, which nothing here does: what reads it is not taken
    if (WHOLES.test(text)) return [];
    const fresh = /^double\s+/.exec(text)?.[0];
    if (fresh === undefined) return this.#assignment(text);
    const lines: string[] = [];
    for (const one of apart(text.slice(fresh.length))) {
      this.own.add(/^\w*/.exec(one)?.[0] ?? "");
      if (/^[A-Za-z_]\w*$/.test(one)) continue;
      const next = this.#assignment(one);
      if (next === REFUSED) return REFUSED;
      lines.push(...next);
    }
    return lines;
  }

  #assignment(text: string): string[] | typeof REFUSED {
    const found = ASSIGNMENT.exec(text)?.groups;
    if (found === undefined) return REFUSED;
    const to = this.#name(found["to"] as string);
    const value = this.#value(found["step"] === undefined ? (found["value"] as string) : "1", false);
    if (value === undefined || this.counters.has(to)) return REFUSED;
    if (!this.own.has(to) && to.startsWith("_")) return REFUSED; // what NEURON keeps: a concentration, a derivative
    if (!this.#isOwn(to) && !this.own.has(to)) return []; // only C keeps it
    const op = found["by"] || (found["step"] ?? "").slice(0, 1);
    return [`${to} = ${op === "" ? value : `${to} ${op} (${value})`}`];
  }

  #name(name: string): string {
    return name.startsWith("_l") && this.#isOwn(name.slice(2)) ? name.slice(2) : name;
  }

  /** A value or a test in NMODL's words; undefined of what is none over numbers that are known. */
  #value(c: string, isTest: boolean): string | undefined {
    if (MORE.test(c) || /(?<![=!<>])=(?!=)|\+\+|--/.test(c) || (!isTest && LOGIC.test(c))) return undefined;
    if (isTest && (/<<|>>/.test(c) || /(?<!&)&(?!&)|(?<!\|)\|(?!\|)/.test(c))) return undefined;
    const calls = [...c.matchAll(/([A-Za-z_]\w*)\s*\(/g)].map(([, name]) => name as string);
    if (calls.some((name) => !MATH.has(name) && !DRAWS.has(name))) return undefined;
    const reads = [...c.matchAll(/(?<![\w.])[A-Za-z_]\w*/g)].map(([name]) => this.#name(name)).filter((name) => !MATH.has(name) && !DRAWS.has(name)); // prettier-ignore
    if (reads.some((name) => !this.#isOwn(name) && !this.own.has(name) && !this.counters.has(name))) return undefined;
    return c.replaceAll(/(?<![\w.])[A-Za-z_]\w*/g, (name) => this.#name(name)).trim();
  }
}

const REFUSED = Symbol("no numbers");

/** Whether C divides a whole number by another, as 1/2 and (3 + 4)/2, which gives a whole one there. */
function dividesWhole(code: string, isCounter: (name: string) => boolean): boolean {
  const numbers = code.replaceAll(/(?<![\w.])[A-Za-z_]\w*(?!\s*\()/g, (name) => (isCounter(name) ? "1" : name));
  const isWhole = (of: string): boolean => /\d/.test(of) && !/[A-Za-z_.]/.test(of);
  return [...numbers.matchAll(/\//g)].some(({ index }) => {
    const [left, right] = [numbers.slice(0, index).trimEnd(), numbers.slice(index + 1).trimStart()];
    const before = left.endsWith(")") ? lastGroup(left) : (/[\w.]+$/.exec(left)?.[0] ?? "");
    const after = right.startsWith("(") ? right.slice(0, closing(right)) : (/^[\w.]+/.exec(right)?.[0] ?? "");
    return isWhole(before) && isWhole(after);
  });
}

/** What stands between the commas outside of brackets. */
function apart(text: string): string[] {
  const parts = [""];
  let open = 0;
  for (const c of text) {
    open += c === "(" ? 1 : c === ")" ? -1 : 0;
    if (c === "," && open === 0) parts.push("");
    else parts[parts.length - 1] += c;
  }
  return parts.map((part) => part.trim());
}

/** Place behind the bracket that closes the first one. */
export function closing(text: string): number {
  let open = 0;
  for (let k = text.indexOf("("); k >= 0 && k < text.length; k++) {
    open += text[k] === "(" ? 1 : text[k] === ")" ? -1 : 0;
    if (open === 0) return k + 1;
  }
  return text.length;
}

/** What stands in brackets at the end, with the function's name before it. */
function lastGroup(text: string): string {
  let open = 0;
  for (let k = text.length - 1; k >= 0; k--) {
    open += text[k] === ")" ? 1 : text[k] === "(" ? -1 : 0;
    if (open === 0) return (/\w+$/.exec(text.slice(0, k))?.[0] ?? "") + text.slice(k);
  }
  return text;
}
