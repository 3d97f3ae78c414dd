import { evaluate } from "../../../lang/evaluate.ts";
import { type Expr, isComparison } from "../../../lang/expr.ts";
import { WEIGHT } from "../events/connection.ts";
import { Execution } from "../running/execute.ts";
import type { At } from "../reading/lexer.ts";
import type { Context } from "../running/context.ts";
import { Fixed } from "../running/fixing.ts";
import type { Phases } from "../running/phases.ts";
import { linear } from "../../../lang/symbolic/relax.ts";
import type { Resolver } from "../running/resolve.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { NetReceive, Program, Statement, Term } from "../reading/syntax.ts";
import {
  afterEvent,
  chosen,
  FIRES,
  type FiringDraft,
  type FiringState,
  NOW,
  opposite,
  type Path,
  pathTo,
  type Values,
} from "./firing.ts";
import { INPUT, LATE } from "./neuron-text.ts";

/** Whether a cell fires at times that it computes: it moves an event of its own, or INITIAL sends one and the weight of a connection counts. */
export function isTimed(program: Program, { args, body }: NetReceive, sendsFirst: boolean): boolean {
  const has = (of: unknown, found: (part: Record<string, unknown>) => boolean): boolean =>
    typeof of === "object" && of !== null && (found(of as Record<string, unknown>) || Object.values(of).some((part) => has(part, found)));
  const blocks = [body, ...program.procedures.values()];
  if (has(blocks, (part) => part["kind"] === "call" && part["name"] === "net_move")) return true;
  const weight = `"name":${JSON.stringify(args[0]?.name)}`;
  return sendsFirst && args.length > 0 && has(body, (part) => part["kind"] === "assign" && JSON.stringify(part["value"]).includes(weight));
} // prettier-ignore

/** INITIAL without the computed time of what it sends: its flag alone is asked for. */
export const withoutTimes = (body: readonly Statement[]): Statement[] =>
  body.map((x) => {
    if (x.kind === "if") return { ...x, then: withoutTimes(x.then), otherwise: withoutTimes(x.otherwise) };
    const [first, ...more] = x.kind === "call" && x.name === "net_send" ? x.args : [];
    return x.kind !== "call" || first === undefined ? x : { ...x, args: [{ kind: "number", value: 0, line: x.line, column: x.column }, ...more] }; // prettier-ignore
  });

const AIM = "aim@event";
/** Of a threshold, and ms of a computed time: what it is lowered by, so that a state that rounding leaves below it as it arrives there on a step
 * fires at that step. */
const ROUNDING = 1e-6;
/** Most operations of one value, parts that are written once counted as often as they are read. */
const LARGEST = 20_000;
/** Operations of the largest text of a computed time that is asked in every step. */
const LARGEST_AIM = 400;

/** NET_RECEIVE of an ARTIFICIAL_CELL that aims an event at the time at which it will fire (IntFire2, IntFire4). What its states are is said by what
 * an event of weight 0 makes of them: in every step they go on by that, and the cell fires at the first step at which it would have. The time in between is kept:
 * what the spike sets has gone on since then. */
export class Timed {
  readonly #context: Context;
  readonly #phases: Phases;
  readonly #receive: NetReceive;
  readonly #resolver: Resolver;
  #flag: number | undefined;
  /** evaluate the times that it computes: loops that search for one are not gone through for nothing. */
  #aims = false;

  constructor(context: Context, phases: Phases, receive: NetReceive, resolver: Resolver) {
    [this.#context, this.#phases, this.#receive, this.#resolver] = [context, phases, receive, resolver];
  }

  /** @param fires  the condition of a spike, where a script says it */
  draft(fires?: Term): FiringDraft {
    const heard = this.#event(0);
    this.#flag ??= this.#firstFlag();
    const own = this.#event(this.#flag);
    const cell = new Going(this.#context, this.#resolver, heard, own, (at, what) => this.#refuse(at, what), this.#receive);
    const condition = this.#condition(cell, fires);
    const states = cell.following(condition.test);
    return this.#written(cell, condition, states);
  } // prettier-ignore

  #event(flag: number): Values {
    return afterEvent(this.#context, this.#receive, flag, (statement, run) => this.#statement(statement, run));
  }

  #statement(statement: Statement, run: Execution): void {
    const { lexer, symbols: s } = this.#context;
    const { line, column } = statement;
    const at = { line, column };
    if (statement.kind !== "call") return lexer.fail(at, `has ${statement.kind} in NET_RECEIVE`, "Move it to its block"); // prettier-ignore
    const { name, args } = statement;
    const [first, second] = args as readonly [Term?, Term?];
    if (first === undefined) return lexer.fail(at, `calls ${name} without a time`, "Give it one");
    if (name === "net_event") {
      if (run.value(first) !== s.name(NOW)) this.#refuse(at, "fires at another time than that of the event");
      return run.set(FIRES, s.number(1));
    }
    if (name === "net_move") return this.#aims ? run.set(AIM, run.value(first)) : undefined;
    if (name !== "net_send") return lexer.fail(at, `calls ${name}, which is refused: it is unknown here`, "Write it without"); // prettier-ignore
    this.#takeFlag(at, second === undefined ? undefined : run.value(second));
  }

  #takeFlag(at: At, flag: Expr | undefined): void {
    const value = flag && valueOf(flag);
    if (value === undefined || value === 0) return this.#refuse(at, "sends itself a flag that is no number other than 0"); // prettier-ignore
    if (this.#flag !== undefined && this.#flag !== value) this.#refuse(at, `sends itself events of the flags ${this.#flag} and ${value}, where it fires at times that it computes`); // prettier-ignore
    this.#flag = value;
  }

  /** Of the event that INITIAL sends. */
  #firstFlag(): number {
    for (const { flag, ...at } of this.#phases.sent) this.#takeFlag(at, flag);
    return this.#flag ?? this.#refuse(this.#receive, "moves an event and sends none");
  }

  /** What the cell fires by: what a script says, the test of its own event, that of a connection's, or the time that it computes. */
  #condition(cell: Going, fires: Term | undefined): Condition {
    const { symbols: s } = this.#context;
    const [own, heard] = [pathTo(cell.own.get(FIRES) as Expr), pathTo(cell.heard.get(FIRES) as Expr)];
    if (own === undefined) return this.#refuse(this.#receive, "fires at no event of its own");
    const about = (exact: Expr): Condition => ({ test: lowered(s, exact), exact, own });
    if (fires !== undefined) return about(cell.checked(new Execution(this.#context).value(fires)));
    if (own.length > 0) return { ...about(cell.settled(both(s, own))), test: cell.settled(both(s, own)) };
    if (heard !== undefined && heard.length > 0) return about(cell.settled(both(s, heard)));
    this.#aims = true;
    const at = cell.replaced(this.#event(0).get(AIM) ?? s.number(0));
    const aim = s.size(at) > LARGEST_AIM ? undefined : linear(s, at, NOW);
    if (aim === undefined || valueOf(aim.b) !== 1 || ![...s.reads(aim.a)].some(cell.isState)) return this.#refuse(this.#receive, "fires at times that it computes, by no test of a state", 'Say when it fires by the option fires, as "m > 1"'); // prettier-ignore
    const left = cell.checked(aim.a);
    return { test: s.binary("<", left, s.number(ROUNDING)), exact: s.binary("<", left, s.number(0)), own };
  }

  #written(cell: Going, { test, exact, own }: Condition, names: readonly string[]): FiringDraft {
    const { symbols: s } = this.#context;
    const gains = new Map(names.map((name) => [name, this.#gainsOf(name, cell.gain(name))]));
    const bySign = [...gains.values()].some(({ above, below }) => above !== below);
    const jumps = [...s.reads(test)].some((name) => Object.values(gains.get(name) ?? {}).some((gain) => valueOf(gain) !== 0)); // prettier-ignore
    const over = (e: Expr): Expr => cell.resolved(e);
    cell.checkGoesOn(names);
    const late = this.#late(cell, exact, jumps);
    const isLate = s.name(LATE);
    const set = names.flatMap((name): [string, Expr][] => {
      const after = cell.settled(chosen(s, cell.own.get(name) ?? s.name(name), own, true));
      return after === s.name(name) ? [] : [[name, after]];
    });
    const then = new Map(names.map((name) => [name, cell.flow(name, s.negate(isLate))]));
    const spiked = new Map(names.map((name) => [name, s.substitute(set.find(([n]) => n === name)?.[1] ?? s.name(name), then)])); // prettier-ignore
    const resets = set.map(([name]): [string, Expr] => [name, s.substitute(cell.flow(name, isLate), spiked)]);
    const states = names.map((name): FiringState => {
      const { above: gain, below } = gains.get(name) as Gains;
      const reset = resets.find(([n]) => n === name)?.[1];
      return { name, relaxes: undefined, next: over(cell.flow(name, s.name("dt"))), init: this.#startOf(name), gain, ...(bySign ? { below } : {}), reset: reset && over(reset), held: false }; // prettier-ignore
    });
    const clock: FiringState = { name: LATE, relaxes: undefined, init: s.number(0), gain: s.number(0), reset: over(late), held: false }; // prettier-ignore
    this.#note(bySign);
    const ordered = [clock, ...this.#inResetOrder(states)];
    return { states: ordered, spike: over(test), refractory: undefined, asksEvents: false, hears: jumps, fires: jumps ? "afterEvents" : "beforeEvents" }; // prettier-ignore
  }

  /** What an event adds to a state, over its weight. */
  #gainsOf(name: string, gain: Expr): Gains {
    const { symbols: s } = this.#context;
    const of = (sign: 1 | -1): Expr => linear(s, ofSign(s, gain, sign), WEIGHT)?.b ?? this.#refuse(this.#receive, `adds to ${name} what is no multiple of a weight, nor one for weights above 0 and one for those below`); // prettier-ignore
    return { above: of(1), below: of(-1) };
  }

  /** How long ago within the step the test began to hold: by a straight line through what it compares, and no time where an event of this step did it. */
  #late(cell: Going, test: Expr, jumps: boolean): Expr {
    const { symbols: s } = this.#context;
    if (test.kind !== "binary" || !/^[<>]=?$/.test(test.op)) return s.number(0);
    const above = test.op.startsWith(">") ? s.sub(test.left, test.right) : s.sub(test.right, test.left);
    const before = s.substitute(above, new Map([...s.reads(above)].filter((n) => cell.isState(n)).map((n) => [n, cell.flow(n, s.negate(s.name("dt")))]))); // prettier-ignore
    const share = s.div(above, s.sub(above, before));
    const late = s.mul(s.name("dt"), s.call("max", s.number(0), s.call("min", s.number(1), share)));
    return jumps ? s.call("select", s.binary("!=", s.name(INPUT), s.number(0)), s.number(0), late) : late;
  }

  /** Resets are done one after the other, and each reads what was before: whoever is read comes later. */
  #inResetOrder(states: readonly FiringState[]): FiringState[] {
    const { symbols: s } = this.#context;
    const left = [...states];
    const order: FiringState[] = [];
    while (left.length > 0) {
      const free = left.findIndex((one) => left.every((other) => other === one || other.reset === undefined || !s.reads(other.reset).has(one.name))); // prettier-ignore
      if (free < 0) return this.#refuse(this.#receive, `sets ${left.map(({ name }) => name).join(" and ")} at a spike from each other`); // prettier-ignore
      order.push(...left.splice(free, 1));
    }
    return order;
  }

  #startOf(name: string): Expr {
    const given = this.#phases.initial.get(name);
    return given === undefined ? this.#resolver.startOf(name) : this.#resolver.resolve(given, "initial");
  }

  #note(bySign: boolean): void {
    const { notes, program } = this.#context;
    if (bySign) notes.push(`${program.name} takes weights by their sign, and events of a step are summed: those above 0 go to its port event, those below 0 to its port below, and others end the run`); // prettier-ignore
    notes.push(`${program.name} fires at times that it computes: here at the step behind, and what the spike sets has gone on since that time, which is found by a straight line within the step`); // prettier-ignore
  }

  #refuse(at: At, what: string, remedy = "Write it as a neuron({ ... }) whose states follow equations: docs/own-neuron.md. It then fires at the step behind"): never {
    return this.#context.lexer.fail(at, `${what}, which is refused`, remedy);
  } // prettier-ignore
}

/** What an event adds to a state over its weight, one above 0 and one below. */
interface Gains {
  readonly above: Expr;
  readonly below: Expr;
}

interface Condition {
  /** over states as they are at a step. */
  readonly test: Expr;
  /** the same, without room for rounding. */
  readonly exact: Expr;
  /** on the way to a spike, of its own event. */
  readonly own: Path;
}

/** What states do between events, by what an event of weight 0 makes of them. */
class Going {
  readonly heard: Values;
  readonly own: Values;
  readonly #context: Context;
  readonly #resolver: Resolver;
  readonly #at: At;
  readonly #refuse: (at: At, what: string) => never;
  readonly #clocks: readonly string[];
  /** state: what it is after an event that brings no spike, over that of the last one and the time since. */
  readonly #raw = new Map<string, Expr>();
  readonly #flows = new Map<string, Expr>();
  readonly #known = new Map<Expr, Expr>();

  constructor(context: Context, resolver: Resolver, heard: Values, own: Values, refuse: (at: At, what: string) => never, at: At) {
    [this.#context, this.#resolver, this.heard, this.own, this.#refuse, this.#at] = [context, resolver, heard, own, refuse, at];
    const { symbols: s } = context;
    const path = pathTo(heard.get(FIRES) as Expr) ?? [];
    const quiet = (e: Expr): Expr => (path.length === 1 ? chosen(s, e, path, false) : e);
    const values = [...heard].filter(([name]) => this.isState(name)).map(([name, e]) => [name, quiet(e)] as const);
    this.#clocks = values.filter(([, e]) => e === s.name(NOW)).map(([name]) => name);
    for (const [name, e] of values) {
      if (this.#clocks.includes(name)) continue;
      this.#raw.set(name, e);
      this.#flows.set(name, s.substitute(e, new Map([[WEIGHT, s.number(0)]])));
    }
    for (const of of [this.#raw, this.#flows]) for (const [name, e] of of) if (e.kind !== "number" && e.kind !== "name") this.#known.set(e, s.name(name));
  } // prettier-ignore

  isState = (name: string): boolean => this.#context.variables.find(name)?.kind === "state";

  /** Over states as they are at the event. */
  settled(e: Expr): Expr {
    return this.checked(this.replaced(e));
  }

  /** With what INITIAL computes.
   * @throws Fixed where parameters make it too long to be written out, as what a search by halves finds; DataError where nothing does */
  resolved(e: Expr): Expr {
    const { symbols: s, lexer, variables } = this.#context;
    const over = this.#resolver.resolve(e, "currents");
    if (s.size(over) <= LARGEST) return over;
    const found = [...s.reads(over)].map((name) => variables.find(name.replace(/@param$/, "")));
    const fixed = found.flatMap((v): [string, number][] => (v?.kind === "parameter" ? [[v.declared.name, v.declared.value ?? 0]] : [])); // prettier-ignore
    if (fixed.length > 0) throw new Fixed(Object.fromEntries(fixed));
    return lexer.fail(this.#at, `comes to ${s.size(over)} operations in a step`, `Stay below ${LARGEST}`);
  }

  replaced(e: Expr): Expr {
    return this.#context.symbols.replace(e, (part) => this.#known.get(part));
  }

  /** What a state is after a time. */
  flow(name: string, time: Expr): Expr {
    const { symbols: s } = this.#context;
    const e = this.#flows.get(name);
    if (e === undefined) return s.name(name);
    const isSince = (part: Expr): boolean => part.kind === "binary" && part.op === "-" && part.left === s.name(NOW) && part.right.kind === "name" && this.#clocks.includes(part.right.name); // prettier-ignore
    return this.checked(s.replace(e, (part) => (isSince(part) ? time : undefined)));
  }

  /** The state that a test reads, and those that they follow. */
  following(test: Expr): string[] {
    const { symbols: s } = this.#context;
    const found: string[] = [];
    const follow = (e: Expr): void => {
      for (const name of s.reads(e)) {
        if (!this.isState(name) || found.includes(name)) continue;
        found.push(name);
        follow(this.flow(name, s.name("dt")));
      }
    };
    follow(test);
    return found;
  }

  /** What an event adds to a state, over its weight. */
  gain(name: string): Expr {
    const { symbols: s } = this.#context;
    const [raw, flow] = [this.#raw.get(name), this.#flows.get(name)];
    if (raw === undefined || flow === undefined || raw === flow) return s.number(0);
    const gain = this.resolved(s.replace(raw, (part) => (part === flow ? s.number(0) : undefined)));
    const bad = [...s.reads(gain)].find((n) => n !== WEIGHT && (this.isState(n) || n === NOW || n.endsWith("@link")));
    if (bad !== undefined || valueOf(s.substitute(gain, new Map([[WEIGHT, s.number(0)]]))) !== 0) this.#refuse(this.#at, `changes ${name} at an event otherwise than by what it does between events and something of the weight alone`);
    return gain;
  } // prettier-ignore

  /** States go on in steps as in one, and back again: x(s + u) is that of x(s) after u. */
  checkGoesOn(names: readonly string[]): void {
    const { symbols: s } = this.#context;
    const at = (e: Expr, values: ReadonlyMap<string, number>): number => {
      const over = this.resolved(e);
      return evaluate(over, Object.fromEntries([...s.reads(over)].map((name) => [name, values.get(name) ?? this.#default(name)])));
    };
    const start = new Map(names.map((name, k) => [name, 0.3 + 0.17 * k]));
    for (const name of names) {
      const once = at(this.flow(name, s.number(1.9)), start);
      for (const [first, then] of [[0.7, 1.2], [2.4, -0.5]] as const) {
        const middle = new Map(names.map((other) => [other, at(this.flow(other, s.number(first)), start)]));
        const twice = at(this.flow(name, s.number(then)), middle);
        if (!(Math.abs(twice - once) <= 1e-9 * (1 + Math.abs(once)))) this.#refuse(this.#at, `lets ${name} go on between events otherwise in two steps than in one`);
      }
    }
  } // prettier-ignore

  #default(name: string): number {
    const variable = this.#context.variables.find(name.replace(/@param$/, ""));
    return variable?.kind === "parameter" ? (variable.declared.value ?? 0) : 1;
  }

  /** @throws DataError for a time, a weight or what a connection has */
  checked(e: Expr): Expr {
    const bad = [...this.#context.symbols.reads(e)].find((name) => name === NOW || name === WEIGHT || name.endsWith("@link") || this.#clocks.includes(name)); // prettier-ignore
    if (bad !== undefined) this.#refuse(this.#at, `reads ${bad === WEIGHT ? "the weight" : bad.replace(/@.*/, "")} otherwise than as a time since the last event, or before a state has taken it`); // prettier-ignore
    return e;
  }
}

const both = (s: Context["symbols"], path: Path): Expr =>
  path.map(({ test, holds }) => (holds ? test : opposite(s, test))).reduce((a, b) => s.mul(a, b));

/** A test that a state passes which rounding leaves just below; one against 0, where nothing is small, as it stands. */
function lowered(s: Context["symbols"], test: Expr): Expr {
  if (test.kind !== "binary" || !/^[<>]=?$/.test(test.op)) return test;
  const { op, left, right } = test;
  const by = s.mul(s.number(op.startsWith(">") ? -ROUNDING : ROUNDING), valueOf(right) === undefined ? s.call("abs", right) : s.number(Math.abs(valueOf(right) as number)));
  return s.binary(op, left, s.add(right, by));
} // prettier-ignore

/** What an event adds, over weights above 0 (1) or below (-1): tests of the weight's sign are decided. */
function ofSign(s: Context["symbols"], gain: Expr, sign: 1 | -1): Expr {
  const isSign = (e: Expr): boolean =>
    e.kind === "binary" && isComparison(e.op) && [...s.reads(e)].every((name) => name === WEIGHT);
  return s.replace(gain, (e) => {
    if (!isSign(e)) return undefined;
    const [small, middle, large] = [1e-12, 1, 1e12].map((w) => evaluate(e, { [WEIGHT]: sign * w })) as [number, number, number]; // prettier-ignore
    return small === middle && middle === large ? s.number(middle) : undefined;
  });
}
