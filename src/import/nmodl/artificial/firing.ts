import { type Expr, isComparison } from "../../../lang/expr.ts";
import { timeConstant, WEIGHT } from "../events/connection.ts";
import { Execution } from "../running/execute.ts";
import type { At } from "../reading/lexer.ts";
import type { Context } from "../running/context.ts";
import type { Phases } from "../running/phases.ts";
import { linear } from "../../../lang/symbolic/relax.ts";
import type { Resolver } from "../running/resolve.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { NetReceive, Statement, Term } from "../reading/syntax.ts";
import type { Neuron } from "../../../mechanisms/neuron.ts";

/** A state of a cell that is computed event by event: between events it stays, or relaxes to `inf` with `tau`. */
export interface FiringState {
  readonly name: string;
  readonly relaxes: { readonly inf: Expr; readonly tau: Expr } | undefined;
  /** instead, what it is after a step. */
  readonly next?: Expr;
  readonly init: Expr;
  /** what an event adds to it, over its weight. */
  readonly gain: Expr;
  /** the same of weights below 0, at a port of their own. */
  readonly below?: Expr;
  /** after a spike, over states; undefined where the spike leaves it. */
  readonly reset: Expr | undefined;
  /** it stays while the cell is refractory. */
  readonly held: boolean;
}

export interface FiringDraft {
  readonly states: readonly FiringState[];
  readonly spike: Expr;
  readonly refractory: Expr | undefined;
  /** only an event fires the cell: its condition may hold between events, or reads no state. */
  readonly asksEvents: boolean;
  /** expressions read what has come in this step, as the state INPUT. */
  readonly hears?: boolean;
  /** default: afterEvents. */
  readonly fires?: Neuron["fires"];
}

export const FIRES = "fires@event";
export const NOW = "t";
const sendName = (key: string): string => `send@${key}`;

export type Values = ReadonlyMap<string, Expr>;

/** Values after NET_RECEIVE, over those before it: FIRES, and what `other` makes of its calls.
 * @param modes  what some are before it */
export function afterEvent(
  context: Context,
  { args: [weight, ...more], body }: NetReceive,
  flag: number,
  other: (statement: Statement, run: Execution) => void,
  modes: ReadonlyMap<string, number> = new Map(),
): Values {
  const { symbols: s } = context;
  const run = new Execution(context, { other: (statement) => other(statement, run) });
  run.set(FIRES, s.number(0));
  for (const [name, value] of modes) run.set(name, s.number(value));
  const given = new Map<string, Expr>(more.map(({ name }) => [name, s.name(`${name}@link`)]));
  if (weight !== undefined) given.set(weight.name, s.name(WEIGHT));
  run.scoped(given.set("flag", s.number(flag)), body);
  return run.values;
}

/** Chooses between what a spike does and what an event does that brings none. */
type Choose = (e: Expr) => Expr;

/** NET_RECEIVE of an ARTIFICIAL_CELL as a point neuron: a state that decays since the last event (`m = m*exp(-(t - t0)/tau)`, `t0 = t`),
 * takes the weight, and fires by net_event where it is above a threshold; then a refractory time, until an event that it sends itself. */
export class Firing {
  readonly #context: Context;
  readonly #phases: Phases;
  readonly #receive: NetReceive;
  readonly #resolver: Resolver;
  readonly #sends = new Map<string, At & { readonly flag: number }>();
  readonly #decays = new Map<string, Expr>();
  #clocks: readonly string[] = [];
  /** what a state is after an event that brings no spike, and its name. */
  #settled = new Map<Expr, Expr>();

  constructor(context: Context, phases: Phases, receive: NetReceive, resolver: Resolver) {
    [this.#context, this.#phases, this.#receive, this.#resolver] = [context, phases, receive, resolver];
  }

  draft(): FiringDraft {
    const { symbols: s } = this.#context;
    const plain = this.#event(0, new Map());
    const modes = this.#modes([plain, ...[...this.#sends.values()].map(({ flag }) => this.#event(flag, new Map()))]);
    const heard = this.#event(0, modes);
    const path = pathTo(heard.get(FIRES) as Expr) ?? this.#refuse(this.#receive, "calls net_event at no event of a connection"); // prettier-ignore
    const timed = this.#timed(path, heard);
    const tests = path.filter((test) => test !== timed?.test);
    const free = timed === undefined ? heard : decided(s, heard, timed.test, true);
    const spiking: Choose = (e) => chosen(s, e, tests, true);
    const quiet: Choose = (e) => (tests.length === 1 ? chosen(s, e, tests, false) : e);
    const rest = timed?.rest ?? this.#rest(free, modes, spiking, quiet);
    const states = this.#states(free, quiet, tests);
    const of = (name: string): FiringState => this.#state(name, free, spiking, quiet, rest);
    const spike = tests.map(({ test, holds }) => this.#condition(holds ? test : opposite(s, test))).reduce((a, b) => s.mul(a, b), s.number(1)); // prettier-ignore
    const found = states.map(of);
    return { states: found, spike, refractory: rest.delay && this.#resolver.resolve(rest.delay, "currents"), asksEvents: this.#asksEvents(spike, found) }; // prettier-ignore
  }

  #event(flag: number, modes: ReadonlyMap<string, number>): Values {
    return afterEvent(this.#context, this.#receive, flag, (statement, run) => this.#statement(statement, run), modes);
  }

  #statement(statement: Statement, run: Execution): void {
    const { lexer, symbols: s } = this.#context;
    const { line, column } = statement;
    const at = { line, column };
    if (statement.kind !== "call") return lexer.fail(at, `has ${statement.kind} in NET_RECEIVE`, "Move it to its block"); // prettier-ignore
    const { name, args } = statement;
    const [first, second] = args as readonly [Term?, Term?];
    if (name === "net_event") {
      if (first === undefined || run.value(first) !== s.name(NOW)) this.#refuse(at, "fires at another time than that of the event"); // prettier-ignore
      return run.set(FIRES, s.number(1));
    }
    if (name !== "net_send") return lexer.fail(at, `calls ${name}, which is refused: it is unknown here`, "Write it without"); // prettier-ignore
    if (first === undefined) return lexer.fail(at, "has a net_send without a delay", "Give delay and flag");
    const flag = second === undefined ? undefined : valueOf(run.value(second));
    if (flag === undefined || flag === 0) return this.#refuse(at, "sends itself a flag that is no number other than 0");
    const key = `${line}:${column}`;
    this.#sends.set(key, { ...at, flag });
    run.set(sendName(key), run.value(first));
  }

  /** Variables that events set to numbers and nothing else, with those that they start at. */
  #modes(runs: readonly Values[]): Map<string, number> {
    const { symbols: s, variables } = this.#context;
    const found = new Map<string, number>();
    for (const name of new Set(runs.flatMap((run) => [...run.keys()]))) {
      if (variables.find(name)?.kind !== "state") continue;
      const start = valueOf(this.#startOf(name));
      const ends = runs.flatMap((run) => leaves(run.get(name) ?? s.name(name)));
      if (start !== undefined && ends.every((e) => e === s.name(name) || valueOf(e) !== undefined)) found.set(name, start); // prettier-ignore
    }
    return found;
  }

  #startOf(name: string): Expr {
    const given = this.#phases.initial.get(name);
    return given === undefined ? this.#resolver.startOf(name) : this.#resolver.resolve(given, "initial");
  }

  /** What a spike begins and the event that it sends ends. */
  #rest(free: Values, modes: ReadonlyMap<string, number>, spiking: Choose, quiet: Choose): Rest {
    const { symbols: s } = this.#context;
    const sent = [...this.#sends].filter(([key]) => free.has(sendName(key)));
    for (const [key, at] of sent) if (quiet(free.get(sendName(key)) as Expr) !== s.name(sendName(key))) this.#refuse(at, "sends itself an event where it does not fire: such events stand for a refractory time alone"); // prettier-ignore
    const [one, another] = sent;
    if (another !== undefined) this.#refuse(another[1], "sends itself two events at a spike");
    const after = new Map([...modes].map(([name, value]) => [name, valueOf(spiking(free.get(name) ?? s.number(value)))])); // prettier-ignore
    const same = [...after].every(([name, value]) => value === modes.get(name));
    if (one === undefined) {
      if (!same) this.#refuse(this.#receive, "changes by a spike for ever, since it sends no event that ends it");
      return { delay: undefined, held: free, end: free };
    }
    if (same || [...after.values()].includes(undefined)) this.#refuse(one[1], "sends itself an event at a spike, but hears others as before until it comes"); // prettier-ignore
    const resting = after as ReadonlyMap<string, number>;
    const held = this.#event(0, resting);
    const end = this.#event(one[1].flag, resting);
    for (const run of [held, end]) {
      const acts = valueOf(run.get(FIRES) as Expr) !== 0 || [...this.#sends.keys()].some((key) => run.has(sendName(key)));
      if (acts) this.#refuse(one[1], "fires or sends events while it is refractory");
    } // prettier-ignore
    for (const [name, value] of resting) if ((valueOf(held.get(name) ?? s.number(value)) !== value)) this.#refuse(one[1], `lets an event change ${name} while it is refractory`); // prettier-ignore
    for (const [name, value] of modes) if (valueOf(end.get(name) ?? s.number(NaN)) !== value) this.#refuse(one[1], `sends itself an event that does not set ${name} back to ${value}`); // prettier-ignore
    return { delay: spiking(free.get(sendName(one[0])) as Expr), held, end };
  }

  /** A refractory time that NET_RECEIVE asks for: t - tspike >= refrac, where a spike sets tspike = t. */
  #timed(path: Path, heard: Values): { readonly test: Path[number]; readonly rest: Rest } | undefined {
    const { symbols: s, variables } = this.#context;
    const clockOf = (e: Expr): string | undefined => [...s.reads(e)].find((name) => variables.find(name)?.kind === "state" && chosen(s, heard.get(name) ?? s.name(name), path, true) === s.name(NOW)); // prettier-ignore
    const test = path.find((one) => s.reads(one.test).has(NOW) && clockOf(one.test) !== undefined);
    if (test === undefined) return undefined;
    const asked = test.holds ? test.test : opposite(s, test.test);
    const clock = clockOf(asked) as string;
    const since = s.sub(s.name(NOW), s.name(clock));
    const sides = asked.kind === "binary" ? ([[">", asked.left, asked.right], ["<", asked.right, asked.left]] as const) : []; // prettier-ignore
    const side = sides.find(([op, elapsed]) => elapsed === since && (asked as { op: string }).op.startsWith(op));
    const time = side && this.#resolver.resolve(side[2], "currents");
    if (time === undefined || !this.#isSteady(time)) return undefined;
    const ready = valueOf(this.#startOf(clock)) ?? NaN;
    if (!(-ready >= (valueOf(time) ?? this.#default(time)))) this.#refuse(this.#receive, `begins refractory, since ${clock} starts at ${ready}`); // prettier-ignore
    const held = decided(s, heard, test, false);
    if ([...held].some(([name, e]) => e !== (name === FIRES ? s.number(0) : s.name(name)))) this.#refuse(this.#receive, "changes by events while it is refractory"); // prettier-ignore
    const delay = (asked as { op: string }).op.endsWith("=") ? time : s.add(time, s.name("dt"));
    return { test, rest: { delay, held, end: new Map() } };
  }

  /** The states that decide whether it fires; what each is after an event is known from then on. */
  #states(free: Values, quiet: Choose, tests: Path): readonly string[] {
    const { symbols: s, variables } = this.#context;
    const is = (name: string): boolean => variables.find(name)?.kind === "state";
    this.#clocks = [...free].filter(([name, e]) => is(name) && quiet(e) === s.name(NOW)).map(([name]) => name);
    const found: string[] = [];
    const follow = (e: Expr): void => {
      for (const name of s.reads(e)) {
        if (!is(name) || this.#clocks.includes(name) || found.includes(name)) continue;
        found.push(name);
        follow(quiet(free.get(name) ?? s.name(name)));
      }
    };
    for (const { test } of tests) follow(test);
    for (const name of found) {
      const value = quiet(free.get(name) ?? s.name(name));
      if (value.kind !== "name") this.#settled.set(value, s.name(name));
    }
    return found;
  }

  /** Over states as the event left them. */
  #condition(e: Expr): Expr {
    const { symbols: s } = this.#context;
    const over = this.#resolver.resolve(
      s.replace(e, (part) => this.#settled.get(part)),
      "currents",
    );
    const reads = [...s.reads(over)];
    const bad = reads.find((name) => name === NOW || name.includes("@event") || name.endsWith("@link") || this.#clocks.includes(name)); // prettier-ignore
    if (bad !== undefined) this.#refuse(this.#receive, `lets ${bad === WEIGHT ? "the weight" : bad.replace(/@.*/, "")} decide about a spike otherwise than by a state that the event changed`); // prettier-ignore
    return over;
  }

  #state(name: string, free: Values, spiking: Choose, quiet: Choose, rest: Rest): FiringState {
    const { symbols: s } = this.#context;
    const own = s.name(name);
    const { relaxes, gain, clock } = this.#byEvent(name, quiet(free.get(name) ?? own));
    const after = spiking(free.get(name) ?? own);
    const fired = this.#settled.get(after) === own || after === own ? own : this.#condition(after);
    const init = this.#startOf(name);
    const base = { name, relaxes, gain, init };
    const isGone = (e: Expr): boolean => valueOf(e) === 0 && (relaxes === undefined || valueOf(relaxes.inf) === 0);
    const moved = (values: Values, choose: Choose = (e) => e): boolean => clock === undefined || choose(values.get(clock) ?? s.number(0)) === s.name(NOW); // prettier-ignore
    if (!moved(free, spiking) && fired !== own && !isGone(fired)) this.#refuse(this.#receive, `sets ${name} at a spike without the time from which it decays`); // prettier-ignore
    if (rest.delay === undefined) return { ...base, reset: fired === own ? undefined : fired, held: false };
    const decayed = quiet(free.get(name) ?? own);
    const plain = s.substitute(decayed, new Map([[WEIGHT, s.number(0)]]));
    const goesOn = (values: Values): boolean => {
      const value = values.get(name) ?? own;
      const time = clock === undefined ? NOW : (values.get(clock) ?? s.name(clock));
      return value === own ? clock === undefined || time === s.name(clock) : value === plain && time === s.name(NOW);
    };
    if (!goesOn(rest.held)) this.#refuse(this.#receive, `lets an event change ${name} while it is refractory`);
    if (!goesOn(rest.end)) {
      const end = this.#condition(rest.end.get(name) ?? own);
      if (!moved(rest.end) && !isGone(end)) this.#refuse(this.#receive, `sets ${name} as the refractory time ends without the time from which it decays`); // prettier-ignore
      if (end === own && (rest.held.get(name) ?? own) === own) return { ...base, reset: fired === own ? undefined : fired, held: true }; // prettier-ignore
      if (s.reads(end).has(name)) this.#refuse(this.#receive, `changes ${name} by itself as the refractory time ends`);
      return { ...base, reset: end, held: true };
    }
    if (valueOf(gain) === 0) return { ...base, reset: fired === own ? undefined : fired, held: false };
    const [inf, tau] = relaxes === undefined ? [fired, undefined] : [relaxes.inf, relaxes.tau];
    const left = isGone(fired) || tau === undefined ? fired : s.add(inf, s.mul(s.sub(fired, inf), s.call("exp", s.negate(s.div(rest.delay, tau))))); // prettier-ignore
    return { ...base, reset: left === own ? undefined : left, held: true };
  }

  /** What an event that brings no spike makes of a state: it decays since the last event, then takes the weight. */
  #byEvent(name: string, value: Expr): Pick<FiringState, "relaxes" | "gain"> & { readonly clock: string | undefined } {
    const { symbols: s } = this.#context;
    let clock: string | undefined;
    const since = s.replace(value, (e) => {
      const of = e.kind === "binary" && e.op === "-" && e.left === s.name(NOW) ? this.#clocks.find((c) => e.right === s.name(c)) : undefined; // prettier-ignore
      if (of === undefined) return undefined;
      clock = of;
      return s.name(`${of}@since`);
    });
    const decaying = s.replace(since, (e) => this.#decay(e));
    const over = this.#resolver.resolve(decaying, "currents");
    const byWeight = linear(s, over, WEIGHT);
    const how = `changes ${name} at an event otherwise than by its decay since the last one, ${name}*exp(-(t - t0)/tau), and the weight times something constant`; // prettier-ignore
    if (byWeight === undefined || !this.#isSteady(byWeight.b)) return this.#refuse(this.#receive, how);
    const own = linear(s, byWeight.a, name);
    if (own === undefined) return this.#refuse(this.#receive, how);
    const gain = byWeight.b;
    if (valueOf(own.b) === 1 && valueOf(own.a) === 0) return { relaxes: undefined, gain, clock };
    const tau = own.b.kind === "name" ? this.#decays.get(own.b.name) : undefined;
    if (tau === undefined) return this.#refuse(this.#receive, how);
    const left = linear(s, own.a, (own.b as { name: string }).name);
    const balanced = left !== undefined && (s.negate(left.a) === left.b || valueOf(s.add(left.a, left.b)) === 0);
    if (left === undefined || !balanced || !this.#isSteady(left.a)) return this.#refuse(this.#receive, how);
    return { relaxes: { inf: left.a, tau }, gain, clock };
  }

  /** exp(-(t - t0)/tau) by a name of its own. */
  #decay(e: Expr): Expr | undefined {
    const { symbols: s } = this.#context;
    if (e.kind !== "call" || e.fn !== "exp") return undefined;
    const [arg] = e.args as [Expr];
    const since = [...s.reads(arg)].find((name) => name.endsWith("@since"));
    const parts = since === undefined ? undefined : linear(s, arg, since);
    if (since === undefined || parts === undefined || valueOf(parts.a) !== 0) return undefined;
    const tau = this.#resolver.resolve(timeConstant(s, arg, since), "currents");
    if (!this.#isSteady(tau)) this.#refuse(this.#receive, "has a time constant that changes");
    const known = [...this.#decays].find(([, other]) => other === tau)?.[0] ?? `decay@${this.#decays.size}`;
    this.#decays.set(known, tau);
    return s.name(known);
  }

  #isSteady(e: Expr): boolean {
    return this.#resolver.isSteady(e);
  }

  /** NEURON asks for a spike at events alone. Of one state that starts, ends and rests below a constant threshold
   * (by the file's numbers) it comes to the same. */
  #asksEvents(spike: Expr, states: readonly FiringState[]): boolean {
    const { symbols: s } = this.#context;
    const [one, another] = states;
    if (one === undefined || another !== undefined) return true;
    if (spike.kind !== "binary" || (spike.op !== ">" && spike.op !== ">=") || spike.left !== s.name(one.name)) return true; // prettier-ignore
    const known = (e: Expr): number => valueOf(e) ?? this.#default(e);
    const below = [one.init, one.reset ?? s.name(one.name), one.relaxes?.inf ?? one.init];
    return !below.every((e) => known(e) < known(spike.right));
  }

  /** A parameter's default; NaN of anything else. */
  #default(e: Expr): number {
    const variable = e.kind === "name" ? this.#context.variables.find(e.name.replace(/@param$/, "")) : undefined;
    return variable?.kind === "parameter" ? (variable.declared.value ?? 0) : NaN;
  }

  #refuse(at: At, what: string): never {
    return this.#context.lexer.fail(at, `${what}, which is refused`, "Write it as a neuron (hillock/neurons, or neuron({ ... }): docs/own-neuron.md), whose threshold, reset and refractory time are its fields"); // prettier-ignore
  }
}

interface Rest {
  readonly delay: Expr | undefined;
  /** values after an event within the refractory time, and after its end. */
  readonly held: Values;
  readonly end: Values;
}

export type Path = readonly { readonly test: Expr; readonly holds: boolean }[];

/** The tests on the way to a spike; undefined where there is no one way. */
export function pathTo(fires: Expr): Path | undefined {
  const value = valueOf(fires);
  if (value !== undefined) return value === 1 ? [] : undefined;
  if (fires.kind !== "call" || fires.fn !== "select") return undefined;
  const [test, yes, no] = fires.args as [Expr, Expr, Expr];
  const holds = valueOf(no) === 0;
  const further = holds ? pathTo(yes) : valueOf(yes) === 0 ? pathTo(no) : undefined;
  return further && [{ test, holds }, ...further];
}

/** A value where all tests went the way of a spike, or where the one did not. */
export const chosen = (s: Context["symbols"], e: Expr, path: Path, spiking: boolean): Expr =>
  s.replace(e, (part) => {
    const known = path.find(({ test }) => test === part);
    return known && s.number(known.holds === spiking ? 1 : 0);
  });

/** Values where one test went the way of a spike, or did not. */
const decided = (s: Context["symbols"], values: Values, test: Path[number], spiking: boolean): Values =>
  new Map([...values].map(([name, e]) => [name, chosen(s, e, [test], spiking)]));

const leaves = (e: Expr): Expr[] => (e.kind === "call" && e.fn === "select" ? e.args.slice(1).flatMap(leaves) : [e]);

const OPPOSITE = { "<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==" } as const;

export function opposite(s: Context["symbols"], e: Expr): Expr {
  if (e.kind !== "binary" || !isComparison(e.op)) return s.binary("==", e, s.number(0));
  return s.binary(OPPOSITE[e.op as keyof typeof OPPOSITE], e.left, e.right);
}
