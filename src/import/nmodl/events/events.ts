import type { Expr } from "../../../lang/expr.ts";
import type { Unit } from "../../../units.ts";
import { Connection, type ConnectionDraft, isLinkName, linkName, WEIGHT } from "./connection.ts";
import { type Effects, Execution } from "../running/execute.ts";
import type { At } from "../reading/lexer.ts";
import type { Context } from "../running/context.ts";
import type { Phases } from "../running/phases.ts";
import { linear } from "../../../lang/symbolic/relax.ts";
import { keptName, type Resolver } from "../running/resolve.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { Received } from "./received.ts";
import type { Declared, NetReceive, Program, Statement } from "../reading/syntax.ts";
import { readOver } from "./read-over.ts";
import { type UnitTable, unitOf } from "../units/units.ts";
import { throughWeights } from "./weights.ts";

type EventChange = { readonly add: Expr } | { readonly set: Expr };

export interface EventDraft {
  readonly onEvent: ReadonlyMap<string, EventChange>;
  readonly weightUnit: Unit;
  /** what a connection makes of its weight, where it has states of its own. */
  readonly connection: ConnectionDraft | undefined;
  /** instead of `onEvent`: what happens at the beginning of every step. */
  readonly own?: Received;
}

/** Events of a receptor that hears links one by one. */
export function ownEventsOf({ program }: Context, units: UnitTable, own: Received): EventDraft {
  const unit = unitOf(units.read(program.netReceive?.args[0]?.unit ?? "1"));
  return { onEvent: new Map(), weightUnit: unit?.factor === 1 ? unit.unit : "1", connection: undefined, own };
}

/** Whether statements send events to the file's own NET_RECEIVE. */
export const sends = (body: readonly Statement[], program: Program, met: readonly string[] = []): boolean =>
  body.some((x) => {
    if (x.kind === "watch") return true;
    if (x.kind === "if") return sends([...x.then, ...x.otherwise], program, met);
    if (x.kind !== "call") return false;
    const called = met.includes(x.name) ? undefined : program.procedures.get(x.name);
    return x.name === "net_send" || (called !== undefined && sends(called.body, program, [...met, x.name]));
  });

/** With variables that events set as states, which keep what they hold. */
export function withEventStates(program: Program): Program {
  const { netReceive, states, assigned, parameters, ranges, fileLocals } = program;
  if (netReceive === undefined) return program;
  const set = new Set<string>();
  const follow = (body: readonly Statement[], met: readonly string[]): void => {
    for (const x of body) {
      if (x.kind === "assign") set.add(x.to.name);
      if (x.kind === "if") follow([...x.then, ...x.otherwise], met);
      const [to] = x.kind === "call" && x.name === "state_discontinuity" ? x.args : [];
      if (to?.kind === "name") set.add(to.name);
      const called = x.kind !== "call" || met.includes(x.name) ? undefined : program.procedures.get(x.name);
      if (called !== undefined && x.kind === "call") follow(called.body, [...met, x.name]);
    }
  };
  follow(netReceive.body, []);
  const args = new Set(netReceive.args.map((arg) => arg.name));
  const isPlain = (name: string): boolean => set.has(name) && !args.has(name) && !parameters.some((d) => d.name === name) && !states.some((d) => d.name === name); // prettier-ignore
  const of = (name: string): Declared => ({ name, size: undefined, unit: undefined, value: undefined, limits: undefined, comment: undefined, line: netReceive.line, column: netReceive.column }); // prettier-ignore
  const named = [...assigned.filter((d) => d.size === undefined && isPlain(d.name))];
  const others = [...ranges, ...fileLocals.keys()].filter((name) => isPlain(name) && !assigned.some((d) => d.name === name)); // prettier-ignore
  const more = [...named, ...[...new Set(others)].map(of)].filter((d) => d.name !== "v" && d.name !== "t");
  const changed = parameters.filter((d) => d.size === undefined && set.has(d.name) && !args.has(d.name));
  const starts = changed.map(({ name, value = 0, line, column }): Statement => ({ kind: "assign", to: { name, line, column }, value: { kind: "number", value, line, column }, line, column })); // prettier-ignore
  for (const { name, value = 0 } of changed)
    program.notes.push(`${name} starts at ${value}, and is no parameter here: events set it`);
  return {
    ...program,
    states: [...states, ...more, ...changed],
    assigned: assigned.filter((d) => !more.includes(d)),
    parameters: parameters.filter((d) => !changed.includes(d)),
    initial: [...starts, ...program.initial],
  };
}

/** What an event does to the states of a receptor. An event of the language is `w`, the sum of a step's weights. */
export function eventsOf(
  context: Context,
  phases: Phases,
  resolver: Resolver,
  units: UnitTable,
): EventDraft | undefined {
  const { program, symbols: s } = context;
  const receive = program.netReceive;
  if (receive === undefined) return undefined;
  const [weight, ...more] = receive.args;
  const effects = noCalls(context);
  const given = new Map<string, Expr>(more.map((arg) => [arg.name, s.name(linkName(arg.name))]));
  given.set("flag", s.number(0));
  const ran = throughWeights(context, receive, given, () => new Execution(context, effects));
  const { run, start, end } = ran;
  for (const { flag, ...at } of phases.sent) checkSent(context, receive, flag, at);
  const connection = new Connection(context, resolver, receive, end, start);
  const onEvent = changesOf(context, phases, receive, run, (e) => connection.settled(e));
  const unit = unitOf(units.read(weight?.unit ?? "1"));
  const weightUnit = unit?.factor === 1 ? unit.unit : "1";
  const isLinks = (change: EventChange): boolean => [...s.reads("add" in change ? change.add : change.set)].some(isLinkName); // prettier-ignore
  if (![...onEvent.values()].some(isLinks)) return { onEvent, weightUnit, connection: undefined };
  const additions = [...onEvent].map(([state, change]) => ({ state, by: perWeight(context, receive, state, change) }));
  const { transmit, rest } = connection.split(additions);
  const added = new Map([...rest].map(([state, by]): [string, EventChange] => [state, { add: s.mul(s.name(WEIGHT), by) }])); // prettier-ignore
  return { onEvent: added, weightUnit, connection: connection.draft(transmit) };
}

function noCalls(context: Context): Effects {
  const { lexer } = context;
  return {
    other: (statement) => {
      if (statement.kind !== "call")
        lexer.fail(statement, `has ${statement.kind} in NET_RECEIVE`, "Move it to its block");
      const { name, ...at } = statement as { name: string; line: number; column: number };
      if (name === "net_event") return readOver(context, at);
      const why = name === "net_send" || name === "net_move" ? "it sends events to itself, and where those of a connection end is known only while it runs" : "it is unknown here"; // prettier-ignore
      lexer.fail(at, `calls ${name}, which is refused: ${why}`, "Write it without");
    },
  };
}

/** An event that INITIAL sends may come to nothing, as where NET_RECEIVE asks for flag 0. */
function checkSent(context: Context, receive: NetReceive, flag: Expr, at: At): void {
  const { symbols: s } = context;
  const run = new Execution(context, noCalls(context));
  const given = receive.args.map((arg): [string, Expr] => [arg.name, s.name(linkName(arg.name))]);
  const end = run.scoped(new Map([...given, ["flag", flag]]), receive.body);
  const changed = run.values.size > 0 || given.some(([name, value]) => end.get(name) !== value);
  if (changed) context.lexer.fail(at, "sends itself an event that does something, which is refused: a receptor's events are those of its connections", "Write what it does into INITIAL or BREAKPOINT"); // prettier-ignore
}

/** What an event does to each state: an addition, or a value that it is given. */
function changesOf(
  context: Context,
  phases: Phases,
  receive: NetReceive,
  run: Execution,
  settled: (e: Expr) => Expr,
): Map<string, EventChange> {
  const { symbols: s, lexer, variables } = context;
  const found = new Map<string, EventChange>();
  const isOwn = (name: string): boolean => run.values.has(name) && variables.find(name)?.kind !== "state";
  for (const [state, value] of run.values) {
    if (variables.find(state)?.kind !== "state") {
      if (!isRead(context, phases, state)) continue;
      lexer.fail(receive, `sets ${state}, which is no STATE, at an event`, "Make it a STATE");
    }
    const kept = [...s.reads(value)].find(isOwn);
    if (kept !== undefined) lexer.fail(receive, `keeps ${kept} from one event to the next`, "Make it a STATE, or an argument of NET_RECEIVE"); // prettier-ignore
    const names = new Map([[keptName(state), s.name(state)]]);
    const parts = linear(s, s.substitute(settled(value), names), state);
    const one = parts === undefined ? undefined : valueOf(parts.b);
    if (parts === undefined || (one !== 1 && one !== 0)) lexer.fail(receive, `changes ${state} at an event by what depends on ${state}, which is refused: the weights of a step are summed before they act`, "Let an event add its weight times something constant"); // prettier-ignore
    const { a } = parts as { a: Expr };
    found.set(state, one === 1 ? { add: a } : { set: a });
  }
  return found;
}

/** An addition over the weight that it is proportional to. */
function perWeight({ symbols: s, lexer }: Context, receive: NetReceive, state: string, change: EventChange): Expr {
  const parts = "add" in change ? linear(s, change.add, WEIGHT) : undefined;
  if (parts !== undefined && valueOf(parts.a) === 0) return parts.b;
  return lexer.fail(receive, `gives ${state} what is not proportional to the weight, beside states of the connection, which is refused: a connection transmits its weight times a factor`, "Put it into the projection's plasticity (docs/own-plasticity.md)"); // prettier-ignore
}

function isRead({ symbols: s }: Context, { updates, currents, schemes }: Phases, name: string): boolean {
  const exprs = [...currents.values(), ...updates.flatMap((u) => Object.values(u.form) as Expr[]), ...schemes.flatMap((k) => k.reactions.flatMap((r) => [r.forward, r.backward]))]; // prettier-ignore
  return exprs.some((e) => s.reads(e).has(name));
}
