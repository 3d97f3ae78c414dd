import type { Statement } from "./syntax.ts";

type Body = readonly Statement[];

/** Statements that end early by VERBATIM `return;`, said by IF alone: what comes behind `if (a) { ...return }` belongs to its ELSE. A return that cannot
 * be said so (in a loop, in one of two nested branches that both go on) stays VERBATIM, which is refused where it runs. */
export function withoutReturns(body: Body, rest: Body = []): Statement[] {
  const at = body.findIndex(returns);
  const found = body[at];
  if (found === undefined) return [...body, ...rest];
  const before = body.slice(0, at);
  if (found.kind === "return") return before;
  if (found.kind !== "if") return [...before, verbatim(found)];
  const after = withoutReturns(body.slice(at + 1), rest);
  const { then, otherwise } = found;
  if (after.length > 0 && !ends(then) && !ends(otherwise)) return [...before, verbatim(found)];
  return [...before, { ...found, then: withoutReturns(then, after), otherwise: withoutReturns(otherwise, after) }];
}

/** A FUNCTION that returns gives another value than that of its name. */
export const withReturnsRefused = (body: Body): Statement[] => body.map((x) => (returns(x) ? verbatim(x) : x));

const verbatim = ({ line, column }: Statement): Statement => ({ kind: "verbatim", line, column });

function returns(x: Statement): boolean {
  if (x.kind === "return") return true;
  if (x.kind === "if") return x.then.some(returns) || x.otherwise.some(returns);
  return (x.kind === "from" || x.kind === "while" || x.kind === "netcons") && x.body.some(returns);
}

/** Whether a block returns whatever happens. */
const ends = (body: Body): boolean =>
  body.some((x) => x.kind === "return" || (x.kind === "if" && ends(x.then) && ends(x.otherwise)));
