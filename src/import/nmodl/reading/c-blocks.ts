import { withoutComments } from "./c.ts";
import { type Meaning, no, NoNumbers, quoted, valueInC } from "./c-values.ts";
import { ownName } from "./lexer.ts";

/** C over numbers as NMODL: assignments, IF, loops that count, and draws. */

const ASSIGNMENT = /^(?<to>[A-Za-z_]\w*)\s*(?:(?<by>[-+*/]?)=(?!=)\s*(?<value>[\s\S]+)|(?<step>\+\+|--))$/;
const DECLARED = /^(?<kind>double|int)\s+(?=[A-Za-z_])/;
const COUNTS =
  /^for\s*\(\s*(?<fresh>int\s+)?(?<counter>[A-Za-z_]\w*)\s*=\s*(?<first>-?\w+)\s*;\s*\k<counter>\s*(?<test><=?)\s*(?<last>-?\w+)\s*;\s*(?:\k<counter>\s*\+\+|\+\+\s*\k<counter>|\k<counter>\s*\+=\s*1)\s*\)/;
/** What a source of random numbers gives, by the function that asks it; of nrn_random_pick the law is a script's. */
const PICKS: ReadonlyMap<string, string> = new Map([["nrnran123_dblpick", "scop_random()"], ["nrnran123_negexp", "exprand(1)"], ["nrnran123_normal", "normrand(0, 1)"]]); // prettier-ignore
/** Most statements in one another. */
const DEEPEST = 50;

/** What the names of NMODL are to the C of a block. */
export interface BlockNames {
  /** LOCALs, arguments and the block itself: `_lx` in C. */
  readonly isLocal: (name: string) => boolean;
  /** numbers of the file: x in C. */
  readonly isFile: (name: string) => boolean;
  /** of DEFINE. */
  readonly isWhole: (name: string) => boolean;
  readonly isState: (name: string) => boolean;
  /** whatever NMODL would take a name for. */
  readonly isTaken: (name: string) => boolean;
}

/** C over numbers as statements of NMODL; of any other why it is none. What C declares has a name of its own there: b of C is not the LOCAL b, which is
 * `_lb` in C, and not the b of an inner brace. What only C keeps (a static counter) has no counterpart, and nothing that reads it is taken. */
export function numbersInC(c: string, names: BlockNames): { readonly lines: string[] } | { readonly why: string } {
  const block = new Block(withPicks(withoutComments(c)), names);
  try {
    const lines = block.all();
    return { lines: block.own.length === 0 ? lines : [`LOCAL ${block.own.join(", ")}`, ...lines] };
  } catch (error) {
    if (error instanceof NoNumbers) return { why: error.message };
    throw error;
  }
}

/** With calls of sources of random numbers as NMODL has them. */
function withPicks(code: string): string {
  let text = code;
  for (const [name, instead] of PICKS) {
    for (let k = text.search(new RegExp(`\\b${name}\\s*\\(`)); k >= 0; k = text.search(new RegExp(`\\b${name}\\s*\\(`)))
      text = text.slice(0, k) + instead + text.slice(k + closing(text.slice(k)));
  }
  return text;
}

/** What C declares. */
interface Own {
  /** in NMODL. */
  readonly name: string;
  readonly kind: "double" | "int";
  /** within its loop. */
  counts: boolean;
}

/** Reads C statement by statement. */
class Block {
  /** what doubles that the C declares are called in NMODL. */
  readonly own: string[] = [];
  readonly #names: BlockNames;
  readonly #used = new Set<string>();
  readonly #scopes: Map<string, Own>[] = [new Map()];
  #rest: string;
  #depth = 0;

  constructor(code: string, names: BlockNames) {
    [this.#rest, this.#names] = [code.trim(), names];
  }

  /** @throws NoNumbers */
  all(): string[] {
    const lines: string[] = [];
    while (this.#rest !== "") lines.push(...this.#statement());
    return lines;
  }

  #take(length: number): void {
    this.#rest = this.#rest.slice(length).trimStart();
  }

  #statement(): string[] {
    if (++this.#depth > DEEPEST) no(`has statements nested more than ${DEEPEST} deep`);
    const lines = this.#rest.startsWith("{") ? this.#braces() : (this.#chosen() ?? this.#counted() ?? this.#plain());
    this.#depth--;
    return lines;
  }

  #scoped(read: () => string[]): string[] {
    this.#scopes.push(new Map());
    const lines = read();
    this.#scopes.pop();
    return lines;
  }

  #braces(): string[] {
    this.#take(1);
    return this.#scoped(() => {
      const lines: string[] = [];
      while (!this.#rest.startsWith("}")) {
        if (this.#rest === "") no("has a brace that nothing closes");
        lines.push(...this.#statement());
      }
      this.#take(1);
      return lines;
    });
  }

  /** if and while; undefined of another. */
  #chosen(): string[] | undefined {
    const word = /^(if|while)\s*\(/.exec(this.#rest)?.[1];
    if (word === undefined) return undefined;
    const end = closing(this.#rest);
    const test = this.#value(this.#rest.slice(this.#rest.indexOf("(") + 1, end - 1), true);
    this.#take(end);
    const then = this.#statement();
    const lines = [`${word === "if" ? "if" : "WHILE"} (${test}) {`, ...then, "}"];
    if (word === "while" || !/^else\b/.test(this.#rest)) return lines;
    this.#take(4);
    return [...lines.slice(0, -1), "} else {", ...this.#statement(), "}"];
  }

  /** A loop between whole numbers; undefined of another statement. */
  #counted(): string[] | undefined {
    if (!/^for\b/.test(this.#rest)) return undefined;
    const found = COUNTS.exec(this.#rest) ?? no(`has a loop that does not count by one from a whole number to another, ${quoted(this.#rest)}`); // prettier-ignore
    const { fresh, counter = "", first = "", test, last = "" } = found.groups ?? {};
    for (const end of [first, last]) {
      const isKnown = /^-?(?:0|[1-9]\d*)$/.test(end) || (this.#find(end) === undefined && this.#names.isWhole(end));
      if (!isKnown) no(`has a loop from or to ${quoted(end)}, which is no whole number in digits (without a 0 before them) and no DEFINE`); // prettier-ignore
    }
    this.#take(found[0].length);
    return this.#scoped(() => {
      const own = fresh === undefined ? this.#counter(counter) : this.#declare(counter, "int");
      own.counts = true;
      const body = this.#statement();
      own.counts = false;
      return [`FROM ${own.name} = ${first} TO ${test === "<" ? `${last} - 1` : last} {`, ...body, "}"];
    });
  }

  /** What a loop counts by that was declared before, or in another VERBATIM. */
  #counter(name: string): Own {
    const own = this.#find(name);
    if (own?.kind === "double") no(`counts by ${name}, which is declared double: declare it int`);
    if (own?.counts === true) no(`counts by ${name} in a loop that counts by ${name}`);
    if (own !== undefined) return own;
    if (name.startsWith("_") || this.#names.isTaken(name)) no(`counts by ${name}, which is no int of the C: the file has a ${name}`); // prettier-ignore
    return this.#declare(name, "int", this.#scopes[0]);
  }

  #plain(): string[] {
    const end = this.#rest.indexOf(";");
    if (end < 0) no(`ends in ${quoted(this.#rest) || "the middle of a statement"}, without ;`);
    const text = this.#rest.slice(0, end).trim();
    this.#take(end + 1);
    if (text === "") return [];
    const kind = DECLARED.exec(text);
    if (kind === null) return this.#assignment(text);
    return apart(text.slice(kind[0].length)).flatMap((one) => {
      this.#declare(/^[A-Za-z_]\w*/.exec(one)?.[0] ?? no(`declares ${quoted(one)}`), kind.groups?.["kind"] as Own["kind"]); // prettier-ignore
      return /^\w+$/.test(one) ? [] : this.#assignment(one);
    });
  }

  #declare(name: string, kind: Own["kind"], scope = this.#scopes.at(-1) as Map<string, Own>): Own {
    if (scope.has(name)) no(`declares ${name} twice`);
    let unused = name;
    for (let k = 1; this.#used.has(unused) || this.#names.isTaken(unused); k++) unused = `${name}_c${k === 1 ? "" : k}`;
    this.#used.add(unused);
    if (kind === "double") this.own.push(unused);
    const own = { name: unused, kind, counts: false };
    scope.set(name, own);
    return own;
  }

  #find(name: string): Own | undefined {
    return this.#scopes.findLast((scope) => scope.has(name))?.get(name);
  }

  #assignment(text: string): string[] {
    const found = ASSIGNMENT.exec(text)?.groups ?? no(`has ${quoted(text)}, which gives no number of the file a value`);
    const value = this.#value(found["step"] === undefined ? (found["value"] as string) : "1", false);
    const to = this.#target(found["to"] as string);
    if (to === undefined) return [];
    const op = found["by"] || (found["step"] ?? "").slice(0, 1);
    return [`${to} = ${op === "" ? value : `${to} ${op} (${value})`}`];
  }

  /** What an assignment sets; undefined where only C keeps it, as an int, which rounds: what reads that is not taken. */
  #target(name: string): string | undefined {
    const own = this.#find(name);
    if (own?.counts === true) no(`changes the counter ${name} within its loop`);
    if (own !== undefined) return own.kind === "int" ? undefined : own.name;
    const known = this.#ofFile(name);
    if (known !== undefined) return known;
    const { isState, isTaken } = this.#names;
    if (name.startsWith("_")) no(`sets ${name}, which NEURON keeps`);
    if (name.startsWith("D") && isState(name.slice(1))) no(`sets ${name}, the derivative of the state ${name.slice(1)}`); // prettier-ignore
    if (name.endsWith("0") && isState(name.slice(0, -1))) no(`sets ${name}, where the state ${name.slice(0, -1)} starts`); // prettier-ignore
    if (isTaken(name)) no(`sets ${name}, which is no number of the file in C`);
    return undefined;
  }

  /** What a name that the C does not declare is in NMODL; undefined of one that the file has not. */
  #ofFile(name: string): string | undefined {
    const { isLocal, isFile } = this.#names;
    if (name.startsWith("_l") && isLocal(ownName(name.slice(2)))) return name.slice(2);
    if (!isLocal(ownName(name))) return isFile(ownName(name)) ? name : undefined;
    return no(`has ${name}, which the block has as a LOCAL or an argument, _l${name} in C${isFile(name) ? `, and the file as a variable, ${name} in C` : ""}`); // prettier-ignore
  }

  /** A value or a test in NMODL's words. @throws NoNumbers */
  #value(c: string, isTest: boolean): string {
    return valueInC(c, isTest, (name): Meaning => {
      const own = this.#find(name);
      if (own?.kind === "int" && !own.counts) no(`reads ${name}, an int, outside of a loop that counts by it: only C keeps it`); // prettier-ignore
      if (own !== undefined) return { name: own.name, whole: own.kind === "int" };
      const known = this.#ofFile(name) ?? no(`reads ${name}, which is no number that the file or this C declares`);
      return { name: known, whole: this.#names.isWhole(name) };
    });
  }
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
