import type { Expr } from "../../../lang/expr.ts";
import { linkName, startOfArguments, WEIGHT } from "./connection.ts";
import type { Execution } from "../running/execute.ts";
import type { Context } from "../running/context.ts";
import { linear } from "../../../lang/symbolic/relax.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { NetReceive } from "../reading/syntax.ts";

/** NET_RECEIVE as it ran for one event: values of its arguments before the first event of a connection, and after this one. */
interface Ran {
  readonly run: Execution;
  readonly start: ReadonlyMap<string, Expr | undefined>;
  readonly end: ReadonlyMap<string, Expr | undefined>;
}

/** Runs NET_RECEIVE for an event from outside. A weight that it changes is the one of the connection's beginning times a factor, which is one
 * more argument that the connection keeps.
 * @param given  what the arguments behind the weight hold */
export function throughWeights(
  context: Context,
  receive: NetReceive,
  given: ReadonlyMap<string, Expr>,
  execution: () => Execution,
): Ran {
  const { symbols: s, lexer } = context;
  const [weight] = receive.args;
  const start = startOfArguments(context, receive, execution());
  const ran = (held: Expr): Ran => {
    const run = execution();
    return { run, start, end: run.scoped(new Map(weight === undefined ? given : [...given, [weight.name, held]]), receive.body) }; // prettier-ignore
  };
  const plain = ran(s.name(WEIGHT));
  if (weight === undefined) return plain;
  const isKept = (values: Ran["end"]): boolean => values.get(weight.name) === s.name(WEIGHT);
  if (isKept(plain.end) && isKept(start)) return plain;
  let own = "factor";
  while (receive.args.some(({ name }) => name === own)) own = `${own}_`;
  const again = ran(s.mul(s.name(WEIGHT), s.name(linkName(own))));
  const factor = (values: Ran["end"]): Expr => {
    const parts = linear(s, values.get(weight.name) ?? s.number(0), WEIGHT);
    if (parts !== undefined && valueOf(parts.a) === 0) return parts.b;
    return lexer.fail(receive, `changes its weight ${weight.name} by more than a factor, which is refused where several connections may end`, "Let an event multiply it, or keep the change in another argument of NET_RECEIVE"); // prettier-ignore
  };
  return { run: again.run, start: new Map([...start, [own, factor(start)]]), end: new Map([...again.end, [own, factor(again.end)]]) }; // prettier-ignore
}
