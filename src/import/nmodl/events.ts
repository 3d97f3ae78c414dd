import type { Expr } from "../../lang/expr.ts";
import type { Unit } from "../../units.ts";
import { Execution } from "./execute.ts";
import { keptName, type Resolver } from "./resolve.ts";
import type { Context, Phases } from "./phases.ts";
import { linear } from "./relax.ts";
import { valueOf } from "./symbols.ts";
import { type UnitTable, unitOf } from "./units.ts";

export interface EventDraft {
  readonly onEvent: ReadonlyMap<string, { readonly add: Expr } | { readonly set: Expr }>;
  readonly weightUnit: Unit;
}

/** What an event does to the states of a receptor. An event of the language is `w`, the sum of a step's weights. */
export function eventsOf(
  context: Context,
  phases: Phases,
  resolver: Resolver,
  units: UnitTable,
): EventDraft | undefined {
  const { program, symbols: s, lexer, variables } = context;
  const receive = program.netReceive;
  if (receive === undefined) return undefined;
  const [weight, ...more] = receive.args;
  const run = new Execution(context, {
    other: (statement) => {
      if (statement.kind !== "call")
        lexer.fail(statement, `has ${statement.kind} in NET_RECEIVE`, "Move it to its block");
      const { name, ...at } = statement as { name: string; line: number; column: number };
      const why = name === "net_send" || name === "net_move" ? "it sends events to itself" : name === "net_event" ? "a receptor of the language sends no events" : "it is unknown here"; // prettier-ignore
      lexer.fail(at, `calls ${name}, which is refused: ${why}`, "Write it without");
    },
  });
  const given = new Map<string, Expr>(more.map((arg) => [arg.name, s.name(`${arg.name}@link`)]));
  if (weight !== undefined) given.set(weight.name, s.name("w"));
  given.set("flag", s.number(0));
  run.scoped(given, receive.body);
  const onEvent = new Map<string, { add: Expr } | { set: Expr }>();
  for (const [state, value] of run.values) {
    const final = resolver.resolve(value, "currents");
    const link = [...s.reads(final)].find((name) => name.endsWith("@link"));
    if (link !== undefined) lexer.fail(receive, `gives ${state} what depends on ${link.replace("@link", "")}, a state of the single connection, which is refused: a receptor's events are summed`, "Put it into the connection's plasticity"); // prettier-ignore
    if (variables.find(state)?.kind !== "state") {
      if (!isRead(context, phases, state)) continue;
      lexer.fail(receive, `sets ${state}, which is no STATE, at an event`, "Make it a STATE");
    }
    const names = new Map([[keptName(state), s.name(state)]]);
    const parts = linear(s, s.substitute(final, names), state);
    const one = parts === undefined ? undefined : valueOf(parts.b);
    if (parts === undefined || (one !== 1 && one !== 0)) lexer.fail(receive, `changes ${state} at an event by what depends on ${state}, which is refused: the weights of a step are summed before they act`, "Let an event add its weight times something constant"); // prettier-ignore
    const { a } = parts as { a: Expr };
    onEvent.set(state, one === 1 ? { add: a } : { set: a });
  }
  const unit = unitOf(units.read(weight?.unit ?? "1"));
  return { onEvent, weightUnit: unit?.factor === 1 ? unit.unit : "1" };
}

function isRead({ symbols: s }: Context, { updates, currents, schemes }: Phases, name: string): boolean {
  const exprs = [...currents.values(), ...updates.flatMap((u) => Object.values(u.form) as Expr[]), ...schemes.flatMap((k) => k.reactions.flatMap((r) => [r.forward, r.backward]))]; // prettier-ignore
  return exprs.some((e) => s.reads(e).has(name));
}
