import { DataError } from "../src/errors.ts";
import type { CaseFiles } from "./case.ts";

/** A table of a reference file: columns by name, in the file's order of rows. */
export class Table {
  readonly where: string;
  readonly #columns: ReadonlyMap<string, readonly string[]>;
  readonly rows: number;

  constructor(where: string, text: string) {
    const [head = "", ...lines] = text.trim().split(/\r?\n/);
    const names = head.split(",").map((name) => name.trim());
    const cells = lines.map((line) => splitCsv(line));
    const short = cells.findIndex((row) => row.length !== names.length);
    if (short >= 0) {
      throw new DataError(
        `${where}, line ${short + 2}`,
        `has ${cells[short]?.length} values for ${names.length} columns`,
        "Repair the file",
      );
    }
    this.where = where;
    this.#columns = new Map(names.map((name, k) => [name, cells.map((row) => row[k] as string)]));
    this.rows = lines.length;
  }

  get names(): string[] {
    return [...this.#columns.keys()];
  }

  strings(name: string): readonly string[] {
    const column = this.#columns.get(name);
    if (column === undefined)
      throw new DataError(this.where, `has no column "${name}"`, `It has ${this.names.join(", ")}`);
    return column;
  }

  numbers(name: string): Float64Array {
    const values = Float64Array.from(this.strings(name), Number);
    const bad = values.findIndex((x) => !Number.isFinite(x));
    if (bad < 0) return values;
    throw new DataError(
      `${this.where}, line ${bad + 2}`,
      `"${this.strings(name)[bad]}" is no number`,
      "Repair the file",
    );
  }
}

/** The table of a case's file, compressed or not, or undefined when it is not there. */
export function optionalTable(files: CaseFiles, name: string): Table | undefined {
  const found = [name, `${name}.gz`].find((candidate) => files.list().includes(candidate));
  return found === undefined ? undefined : new Table(found, files.text(found));
}

/** @throws DataError when neither the file nor its compressed form is there */
export function table(files: CaseFiles, name: string): Table {
  const found = optionalTable(files, name);
  if (found !== undefined) return found;
  throw new DataError(name, "is not there, nor compressed", `The case has ${files.list().join(", ")}`);
}

const splitCsv = (line: string): string[] =>
  line.includes('"')
    ? (line.match(/("[^"]*"|[^,]*)(,|$)/g) ?? []).slice(0, -1).map((x) => x.replace(/,$/, "").replace(/^"|"$/g, ""))
    : line.split(",");
