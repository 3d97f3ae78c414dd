import { ModelError } from "../errors.ts";
import type { ReadFunction, ReadFunctions } from "./expr.ts";
import { freeNames } from "./names.ts";
import { parseFunction } from "./parse.ts";
import { checkName } from "./words.ts";

/** A function of a mechanism's own: its arguments, and its value over them and whatever the text that calls it may read. */
export interface FunctionText {
  readonly of: readonly string[];
  readonly is: string;
}
export type FunctionTexts = Readonly<Record<string, FunctionText>>;

const NONE: ReadFunctions = new Map();
const known = new WeakMap<FunctionTexts, ReadFunctions>();

/** A mechanism's functions in order: later ones may call earlier ones.
 * @throws ModelError for a name or text that is not right */
export function readFunctions(where: string, texts: FunctionTexts | undefined): ReadFunctions {
  if (texts === undefined) return NONE;
  const before = known.get(texts);
  if (before !== undefined) return before;
  const read = new Map<string, ReadFunction>();
  for (const [fn, { of, is }] of Object.entries(texts)) {
    const at = `${where}, functions.${fn}`;
    checkName(where, "function", fn);
    of.forEach((arg, k) => {
      checkName(at, "argument", arg);
      if (of.indexOf(arg) !== k) throw new ModelError(at, `names the argument "${arg}" twice`, "Rename one of them");
    });
    const { expr, parts, levels } = parseFunction(is, `${at}.is`, read);
    const unread = of.find((arg) => !freeNames(expr).has(arg));
    if (unread !== undefined) throw new ModelError(at, `does not use its argument "${unread}"`, "Leave it out");
    read.set(fn, { of, body: expr, parts, levels });
  }
  known.set(texts, read);
  return read;
}
