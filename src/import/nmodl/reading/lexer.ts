import { DataError } from "../../../errors.ts";
import { textOf } from "../../../shapes.ts";

/** A place in a file, both counted from 1. */
export interface At {
  readonly line: number;
  readonly column: number;
}

export interface Token extends At {
  readonly kind: "name" | "number" | "string" | "operator" | "verbatim" | "end";
  readonly text: string;
  /** offset of its first and behind its last character. */
  readonly from: number;
  readonly to: number;
}

/** Gives the text of a file that another one names by INCLUDE; undefined where it is not there. */
export type Include = (name: string) => string | undefined;

/** Most files that include one another. */
const DEEPEST_INCLUDE = 10;

/** Longest file, with what it includes: published mechanisms end below 100 kB. */
const LONGEST_FILE = 1_000_000;

const SPACE = /\s+/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_]\w*/y;
const STRING = /"[^"\n]*"/y;
const OPERATOR = /<->|<<|->|<=|>=|==|!=|&&|\|\||[-+*/^<>(){}[\],=~'!.;]/y;
const TITLE = /TITLE[^\n]*/y;

/** What the language calls the voltages and the time. */
const OTHERS: ReadonlySet<string> = new Set(["V", "V_pre", "time"]);

/** A file's name, apart from those that mean something else here. */
export const ownName = (name: string): string => (OTHERS.has(name) ? `${name}_own` : name);

/** A file as tokens, with what comments say about lines. Comments (`:` and `?` to the end of the line, COMMENT blocks) and TITLE are left
 * out; VERBATIM blocks are one token each. The words of an included file stand in the place of its INCLUDE; their lines are counted on behind
 * those of the file, and told apart by `where`. */
export class Lexer {
  readonly tokens: Token[] = [];
  /** by line: the comment at its end. */
  readonly comments = new Map<number, string>();
  title = "";
  #text = "";
  readonly file: string;
  readonly #lineStarts: number[] = [];
  readonly #include: Include | undefined;
  /** by their first lines, in order. */
  readonly #files: { readonly file: string; readonly line: number }[] = [];
  readonly #open: string[] = [];
  /** of the file that is being read. */
  #end = 0;

  constructor(given: string, file: string, include?: Include) {
    this.file = file;
    this.#include = include;
    const text = textOf(file, given);
    if (text.length > LONGEST_FILE) throw new DataError(file, `has ${text.length} characters`, `Give a file of at most ${LONGEST_FILE}`); // prettier-ignore
    this.#read(text, file);
    const end = text.length;
    const at = { line: text.split("\n").length, column: end - text.lastIndexOf("\n") };
    this.tokens.push({ kind: "end", text: "the end of the file", from: end, to: end, ...at });
  }

  /** @throws DataError that names the file, the line and the column */
  fail(at: At, problem: string, remedy: string): never {
    throw new DataError(`${this.where(at)}:${at.column}`, problem, remedy);
  }

  /** File and line of a place. */
  where({ line }: At): string {
    const of = this.#files.findLast((f) => f.line <= line) ?? { file: this.file, line: 1 };
    return `${of.file}:${line - of.line + 1}`;
  }

  /** Characters between two offsets. */
  slice(from: number, to: number): string {
    return this.#text.slice(from, to);
  }

  #place(offset: number): At {
    let [low, high] = [0, this.#lineStarts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] as number) + 1 };
  }

  #read(text: string, file: string): void {
    this.#files.push({ file, line: this.#lineStarts.length + 1 });
    let k = this.#text.length;
    this.#lineStarts.push(k);
    this.#text += text.endsWith("\n") ? text : `${text}\n`;
    const end = k + text.length;
    this.#end = end;
    for (let j = this.#text.indexOf("\n", k); j >= 0 && j + 1 < this.#text.length; j = this.#text.indexOf("\n", j + 1)) this.#lineStarts.push(j + 1); // prettier-ignore
    while (k < end) {
      const space = this.#match(SPACE, k);
      if (space !== undefined) {
        k += space.length;
        continue;
      }
      const c = this.#text[k] as string;
      if (c === ":" || c === "?") k = this.#comment(k);
      else if (this.#match(TITLE, k) !== undefined && this.#atLineStart(k)) k = this.#title(k);
      else k = this.#token(k);
    }
  }

  /** The words of the file that INCLUDE names. */
  #included(k: number): number {
    const at = this.#place(k);
    const from = k + "INCLUDE".length;
    const gap = this.#match(SPACE, from)?.length ?? 0;
    const quoted = this.#match(STRING, from + gap);
    if (quoted === undefined) this.fail(at, "has an INCLUDE without a file", 'Name it in quotes: INCLUDE "file.inc"');
    const name = (quoted as string).slice(1, -1);
    if (this.#include === undefined) this.fail(at, `includes ${name.slice(0, 100)}, which is not here`, "Give nmodl the option include, a function from a file's name to its text, or put the text in the place of the line"); // prettier-ignore
    if (this.#open.includes(name))
      this.fail(at, `includes ${name.slice(0, 100)} from within itself`, "Break the circle");
    if (this.#open.length >= DEEPEST_INCLUDE) this.fail(at, `includes more than ${DEEPEST_INCLUDE} files in one another`, "Put their texts together"); // prettier-ignore
    const found = (this.#include as Include)(name);
    if (typeof found !== "string") this.fail(at, `includes ${name.slice(0, 100)}, which is not found`, "Put it beside the file"); // prettier-ignore
    const text = textOf(name.slice(0, 100), found as string);
    if (this.#text.length + text.length > LONGEST_FILE) this.fail(at, `comes to more than ${LONGEST_FILE} characters with ${name.slice(0, 100)}`, "Include less"); // prettier-ignore
    const end = this.#end;
    this.#open.push(name);
    this.#read(text, name);
    this.#open.pop();
    this.#end = end;
    return from + gap + (quoted as string).length;
  }

  #comment(k: number): number {
    const stop = this.#text.indexOf("\n", k);
    const end = stop < 0 ? this.#text.length : stop;
    this.comments.set(
      this.#place(k).line,
      this.#text
        .slice(k + 1, end)
        .trim()
        .slice(0, 300),
    );
    return end;
  }

  #title(k: number): number {
    const line = this.#match(TITLE, k) as string;
    this.title = line.slice(5).trim().slice(0, 300);
    return k + line.length;
  }

  #atLineStart(k: number): boolean {
    const start = this.#lineStarts[this.#place(k).line - 1] as number;
    return this.#text.slice(start, k).trim() === "";
  }

  #token(k: number): number {
    const name = this.#match(NAME, k);
    if (name === "INCLUDE") return this.#included(k);
    if (name === "COMMENT") return this.#block(k, "COMMENT", "ENDCOMMENT");
    if (name === "VERBATIM") {
      const to = this.#block(k, "VERBATIM", "ENDVERBATIM");
      const text = this.#text.slice(k + "VERBATIM".length, to - "ENDVERBATIM".length);
      this.tokens.push({ kind: "verbatim", text, from: k, to, ...this.#place(k) });
      return to;
    }
    const found =
      name !== undefined
        ? ([name, "name"] as const)
        : ([
            [this.#match(NUMBER, k), "number"],
            [this.#match(STRING, k), "string"],
            [this.#match(OPERATOR, k), "operator"],
          ].find(([text]) => text !== undefined) as [string, Token["kind"]] | undefined);
    if (found === undefined) {
      this.fail(this.#place(k), `has the character ${JSON.stringify(this.#text[k])}`, "NMODL has none such; remove it");
    }
    const [text, kind] = found;
    this.tokens.push({
      kind,
      text: kind === "name" ? ownName(text) : text,
      from: k,
      to: k + text.length,
      ...this.#place(k),
    });
    return k + text.length;
  }

  #block(k: number, opens: string, closes: string): number {
    const stop = this.#text.indexOf(closes, k);
    if (stop < 0 || stop + closes.length > this.#end)
      this.fail(this.#place(k), `has a ${opens} without its ${closes}`, `Close it by ${closes}`);
    return stop + closes.length;
  }

  #match(pattern: RegExp, at: number): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.#text)?.[0];
  }
}
