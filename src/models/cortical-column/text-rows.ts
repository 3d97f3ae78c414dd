import { DataError } from "../../errors.ts";
import { linesOf } from "../../shapes.ts";

/** Fields of one line of a table, and where it is. */
interface TextRow {
  readonly fields: readonly string[];
  /** Throws with file, line and column of a field (or of the line's end). */
  readonly fail: (field: number, problem: string, remedy: string) => never;
}

/** A table as NumPy's loadtxt takes it: fields between spaces or tabs; blank lines and what follows a # are skipped.
 * @param name  of the file, for errors */
export function textRows(text: string, name: string): TextRow[] {
  return linesOf(name, text).flatMap((line, k): TextRow[] => {
    const content = line.replace(/#.*$/, "");
    const found = [...content.matchAll(/\S+/g)];
    if (found.length === 0) return [];
    const fail = (field: number, problem: string, remedy: string): never => {
      const column = (found[field]?.index ?? content.trimEnd().length) + 1;
      throw new DataError(`${name}:${k + 1}:${column}`, problem.slice(0, 200), remedy);
    };
    return [{ fields: found.map((f) => f[0]), fail }];
  });
}
