import { decimal } from "../../decimal.ts";
import { DataError } from "../../errors.ts";
import { linesOf } from "../../shapes.ts";
import { MOST_POINTS } from "../swc/read.ts";

/** A list of a Neurolucida file: what stands between two parentheses, or, between < and >, a spine. */
export interface AscList {
  readonly spine: boolean;
  readonly items: readonly AscItem[];
  /** where it begins, from 1. */
  readonly line: number;
}
/** `BAR` parts the branches of a split. */
export type AscItem = AscList | number | string | typeof BAR;
export const BAR = Symbol("|");

const MOST_DEEP = 10_000;
const TOKEN = /;[^\n]*|"[^"\n]*"|[()<>|]|[^\s,;"()<>|]+|"/g;

interface Open {
  readonly spine: boolean;
  readonly items: AscItem[];
  readonly line: number;
}

/** The lists of a Neurolucida text (ASC, version 3), as they are nested. Comments begin with a semicolon.
 * @throws DataError with the line, for what is not closed or not opened, and beyond a depth of 10,000 or 2,000,000 lists */
export function readAsc(text: string, where: string): readonly AscItem[] {
  const open: Open[] = [{ spine: false, items: [], line: 0 }];
  let lists = 0;
  for (const [k, content] of linesOf(where, text).entries()) {
    const at = `${where}, line ${k + 1}`;
    for (const [token] of content.matchAll(TOKEN)) {
      const { items, spine, line } = open.at(-1) as Open;
      if (token.startsWith(";")) break;
      if (token === "(" || token === "<") {
        if (open.length > MOST_DEEP || ++lists > MOST_POINTS) throw new DataError(at, `has lists nested more than ${MOST_DEEP} deep, or more than ${MOST_POINTS}`, "Give a smaller file"); // prettier-ignore
        open.push({ spine: token === "<", items: [], line: k + 1 });
      } else if (token === ")" || token === ">") {
        if (open.length === 1 || spine !== (token === ">")) throw new DataError(at, `has a ${token} that closes nothing`, `Remove it, or open it with ${token === ")" ? "(" : "<"}`); // prettier-ignore
        open.pop();
        (open.at(-1) as Open).items.push({ spine, items, line });
      } else if (token === '"') throw new DataError(at, "has a quotation mark without its second", "Close the name");
      else items.push(token === "|" ? BAR : numberOr(token));
    }
  }
  const left = open.at(-1) as Open;
  if (open.length > 1) throw new DataError(`${where}, line ${left.line}`, `opens a ${left.spine ? "<" : "("} that is never closed`, "Close it; the file may have been cut"); // prettier-ignore
  return left.items;
}

function numberOr(token: string): number | string {
  const value = decimal(token);
  return Number.isNaN(value) ? token : value;
}
