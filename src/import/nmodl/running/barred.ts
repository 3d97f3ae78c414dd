import type { Expr } from "../../../lang/expr.ts";
import type { At } from "../reading/lexer.ts";
import { type Barred, type Context, noteOnce } from "./context.ts";

const BARRED = "barred@";

export const bar = ({ symbols, barred }: Context, { line, column }: At, problem: string, remedy: string): Expr =>
  symbols.name(`${BARRED}${barred.push({ line, column, problem, remedy }) - 1}`);

export const isBarred = (name: string): boolean => name.startsWith(BARRED);

/** @throws DataError at its place */
export function failBarred({ lexer, barred }: Pick<Context, "lexer" | "barred">, name: string): never {
  const { problem, remedy, ...at } = barred[Number(name.slice(BARRED.length))] as Barred;
  return lexer.fail(at, problem, remedy);
}

/** Says that a file sets what a POINTER stands for. */
export const leftOut = (context: Context, name: string): void =>
  noteOnce(context, `what the file sets by the POINTER ${name} is left out: it is no variable of this mechanism`);
