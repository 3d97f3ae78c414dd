import { DataError } from "../../errors.ts";

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

/** Longest file: published mechanisms end below 100 kB. */
const LONGEST_FILE = 1_000_000;

const SPACE = /\s+/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_]\w*/y;
const STRING = /"[^"\n]*"/y;
const OPERATOR = /<->|<<|->|<=|>=|==|!=|&&|\|\||[-+*/^<>(){}[\],=~'!.;]/y;
const TITLE = /TITLE[^\n]*/y;

/** A file as tokens, with what comments say about lines. Comments (`:` and `?` to the end of the line, COMMENT blocks) and TITLE are left
 * out; VERBATIM blocks are one token each. */
export class Lexer {
  readonly tokens: Token[] = [];
  /** by line: the comment at its end. */
  readonly comments = new Map<number, string>();
  title = "";
  readonly #text: string;
  readonly file: string;
  readonly #lineStarts: number[] = [0];

  constructor(text: string, file: string) {
    this.#text = text;
    this.file = file;
    if (typeof text !== "string") throw new DataError(file, `is of type ${typeof text}, not a text`, "Give the file's text"); // prettier-ignore
    if (text.length > LONGEST_FILE) throw new DataError(file, `has ${text.length} characters`, `Give a file of at most ${LONGEST_FILE}`); // prettier-ignore
    for (let k = text.indexOf("\n"); k >= 0; k = text.indexOf("\n", k + 1)) this.#lineStarts.push(k + 1);
    this.#read();
  }

  /** @throws DataError that names the file, the line and the column */
  fail(at: At, problem: string, remedy: string): never {
    throw new DataError(`${this.file}:${at.line}:${at.column}`, problem, remedy);
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

  #read(): void {
    let k = 0;
    const end = this.#text.length;
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
    this.tokens.push({ kind: "end", text: "the end of the file", from: end, to: end, ...this.#place(end) });
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
    this.tokens.push({ kind, text, from: k, to: k + text.length, ...this.#place(k) });
    return k + text.length;
  }

  #block(k: number, opens: string, closes: string): number {
    const stop = this.#text.indexOf(closes, k);
    if (stop < 0) this.fail(this.#place(k), `has a ${opens} without its ${closes}`, `Close it by ${closes}`);
    return stop + closes.length;
  }

  #match(pattern: RegExp, at: number): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.#text)?.[0];
  }
}

/** C that does nothing: `return 0;` of old files, and includes. */
export const isHarmless = (c: string): boolean =>
  c
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/\/\/[^\n]*/g, "")
    .replaceAll(/#include[^\n]*/g, "")
    .replaceAll(/return\s*0?\s*;/g, "")
    .trim() === "";
