import type { Expr } from "../../../lang/expr.ts";
import { children } from "../../../lang/names.ts";
import type { Symbols } from "../../../lang/symbolic/symbols.ts";

/** Most parts of one text before a part gets a name of its own. */
const LONGEST = 40;

interface Let {
  readonly name: string;
  readonly value: Expr;
}

/** Texts with names for what is written more than once or is long, in an order in which each name is defined before it is read.
 * @param label  what a part was called in the file
 * @param isOwn  whether that was a variable that its author named, not a LOCAL
 * @param fresh  makes a name of its own from a wish */
export function withLets(
  s: Symbols,
  roots: readonly Expr[],
  label: (e: Expr) => string | undefined,
  isOwn: (label: string) => boolean,
  fresh: (wish: string) => string,
): { lets: Let[]; texts: Expr[] } {
  const uses = countUses(roots);
  const lets: Let[] = [];
  const done = new Map<Expr, Expr>();
  const size = new Map<Expr, number>();
  const write = (e: Expr, root = false): Expr => {
    const known = done.get(e);
    if (known !== undefined) return known;
    const inside = children(e);
    const args = inside.map((child) => write(child));
    const own = args.every((arg, k) => arg === inside[k]) ? e : rebuilt(s, e, args);
    const parts = 1 + inside.reduce((sum, child) => sum + (done.get(child)?.kind === "name" ? 1 : (size.get(child) ?? 1)), 0); // prettier-ignore
    size.set(e, parts);
    const wish = label(e);
    const repeated = (uses.get(e) ?? 0) > 1 && parts >= 3;
    const worthy = wish === undefined ? repeated && parts >= 8 : repeated || (isOwn(wish) && parts >= 3 && !root);
    if (parts < 3 || (!worthy && parts <= LONGEST) || (root && !repeated)) {
      done.set(e, own);
      return own;
    }
    const name = fresh(wish ?? "part");
    lets.push({ name, value: own });
    done.set(e, s.name(name));
    return s.name(name);
  };
  return { lets, texts: roots.map((root) => write(root, (uses.get(root) ?? 0) < 2)) };
}

/** How many places read each part, the texts themselves among them. */
function countUses(roots: readonly Expr[]): Map<Expr, number> {
  const uses = new Map<Expr, number>();
  const use = (e: Expr): void => {
    const before = uses.get(e) ?? 0;
    uses.set(e, before + 1);
    if (before === 0) children(e).forEach(use);
  };
  roots.forEach(use);
  return uses;
}

/** Built again without the identities of `Symbols`, which must not undo what is written. */
function rebuilt(s: Symbols, e: Expr, args: readonly Expr[]): Expr {
  const [a, b] = args as [Expr, Expr];
  if (e.kind === "negate") return s.negate(a);
  if (e.kind === "binary") return s.binary(e.op, a, b);
  return e.kind === "call" ? s.call(e.fn, ...args) : e;
}
