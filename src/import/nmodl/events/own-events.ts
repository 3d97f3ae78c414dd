import type { Expr } from "../../../lang/expr.ts";
import { linkName, startOfArguments, WEIGHT } from "./connection.ts";
import { ofCount, ofFlag } from "./flags.ts";
import { readOver } from "./read-over.ts";
import { type Effects, Execution } from "../running/execute.ts";
import { unlessUnderRuledOut } from "../running/fixing.ts";
import type { At } from "../reading/lexer.ts";
import { currentsOf } from "../running/draft.ts";
import type { EventState, Received } from "./received.ts";
import { anchored, drift, inSteps } from "./moments.ts";
import type { Context } from "../running/context.ts";
import type { Phases } from "../running/phases.ts";
import type { Sent } from "../running/sent.ts";
import { drawName, type Law, startName } from "../running/random.ts";
import { keptName, type Resolver, stateOf } from "../running/resolve.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { NetReceive, Statement, Term } from "../reading/syntax.ts";
import { aboveName, IDLE, mostSent, onName, ROOM, type Send, TOO_MUCH, type Watch } from "./under-way.ts";

/** A state of a receptor that its events make: what a connection keeps, an event under way, a WATCH. */
const FLAG = "flag@event";
const NOW = "t";
const KEPT_WEIGHT = "weight@link";
/** The moment at which the run began. */
const ORIGIN = "origin@event";
/** Whether a connection that changes its weight has brought an event. */
const HEARD = "heard@event";

/** What a run of NET_RECEIVE does: values of the file's variables and of its arguments. */
interface Ran {
  readonly values: ReadonlyMap<string, Expr>;
  readonly args: ReadonlyMap<string, Expr>;
}

/** NET_RECEIVE as what happens to the receptor's states at the beginning of a step: first the events that it sent itself and that are due,
 * then the one that comes in, then those of its WATCHes. Moments are kept as what is left until them. */
export class OwnEvents {
  readonly #context: Context;
  readonly #receive: NetReceive;
  readonly #resolver: Resolver;
  readonly #phases: Phases;
  readonly #sends = new Map<string, Send>();
  readonly #watches = new Map<string, Watch>();
  /** variables and arguments that hold a moment. */
  readonly #clocks = new Set<string>();
  #values = new Map<string, Expr>();
  /** places at which the run of NET_RECEIVE sent events. */
  readonly #met = new Set<string>();
  #changesWeight = false;
  #spent: ReadonlySet<string> = new Set();
  #draws = 0;
  /** Events of one net_send that may be under way: one where a single event from INITIAL sends the next, and connections send none. */
  #room = ROOM;

  constructor(context: Context, phases: Phases, receive: NetReceive, resolver: Resolver) {
    [this.#context, this.#phases, this.#receive, this.#resolver] = [context, phases, receive, resolver];
  }

  get #args(): string[] {
    return this.#receive.args.slice(1).map(({ name }) => name);
  }

  received(): Received {
    const [weight] = this.#receive.args;
    const { symbols: s, lexer } = this.#context;
    const start = weight && startOfArguments(this.#context, this.#receive, this.#plain()).get(weight.name);
    if (start !== undefined && start !== s.name(WEIGHT)) lexer.fail(this.#receive, `changes its weight ${weight?.name ?? ""} in INITIAL, which is refused`, "Give the connection that weight"); // prettier-ignore
    this.#discover();
    const truths = [...this.#watches.values()].map((w) => [w, this.#truth(w, ">")] as const);
    for (const [{ key }, now] of truths) this.#values.set(aboveName(key), now);
    for (const send of this.#sends.values()) this.#due(send);
    const comes = s.binary("!=", s.name(WEIGHT), s.number(0));
    this.#merge(comes, this.#event(this.#weight(), s.number(0)), s.number(0));
    if (this.#changesWeight) this.#values.set(HEARD, s.call("select", comes, s.number(1), s.name(HEARD)));
    this.#watched(truths);
    const reads = new Set([...this.#values.values()].flatMap((e) => [...s.reads(e)]));
    if (reads.has(KEPT_WEIGHT) && !this.#changesWeight)
      this.#values.set(KEPT_WEIGHT, s.call("select", comes, s.name(WEIGHT), s.name(KEPT_WEIGHT)));
    const values = new Map([...this.#values].map(([name, e]) => [name, this.#resolver.resolve(e, "currents")]));
    if (this.#draws > 0) this.#context.notes.push("what NET_RECEIVE draws is drawn by hillock: the law is the file's, the numbers are not NEURON's"); // prettier-ignore
    return this.#needed(values);
  }

  /** The weight of the connection as it is: at its first event the one that it was given. */
  #weight(): Expr {
    const { symbols: s } = this.#context;
    if (!this.#changesWeight) return s.name(WEIGHT);
    return s.call("select", s.binary("!=", s.name(HEARD), s.number(0)), s.name(KEPT_WEIGHT), s.name(WEIGHT));
  }

  /** Runs NET_RECEIVE for every flag that it sends itself, until no new one comes up. */
  #discover(): void {
    const { symbols: s } = this.#context;
    for (const [k, sent] of this.#phases.sent.entries()) unlessUnderRuledOut(this.#context, sent.under, () => this.#send(`start${k}`, sent.flag, sent, sent)); // prettier-ignore
    const runs: Ran[] = [this.#event(s.name(WEIGHT), s.number(0))];
    this.#spent = new Set(this.#spentBy(runs[0] as Ran));
    if (this.#sends.size <= 1 && this.#phases.sent.length === this.#sends.size && mostSent(this.#receive.body, this.#context.program) <= 1) this.#room = 1; // prettier-ignore
    const [done, alone] = [new Set<string>(), new Set<string>()];
    for (const all = () => [...this.#sends.values(), ...this.#watches.values()]; done.size < all().length;) {
      for (const one of all()) {
        if (done.has(one.key)) continue;
        done.add(one.key);
        if (done.size > 20) this.#refuse(one.at, "sends itself events in more than 20 ways");
        const under = "test" in one ? one.under : one.starts?.under;
        if (under !== undefined) alone.add(one.key);
        unlessUnderRuledOut(this.#context, under ?? [], () => {
          this.#met.clear();
          const run = this.#event(s.name(KEPT_WEIGHT), one.flag);
          if (alone.has(one.key)) this.#checkAlone(one.at, run);
          // what such an event sends is brought by no connection either
          for (const next of alone.has(one.key) ? [...this.#met].filter((key) => !alone.has(key)) : []) {
            alone.add(next);
            done.delete(next);
          }
          runs.push(run);
        }); // prettier-ignore
        if (typeof one.flag === "string") this.#checkLast(one, one.flag);
      }
    }
    this.#findClocks(runs);
  }

  /** NEURON gives an event that no connection brought no arguments; FOR_NETCONS may give them. */
  #checkAlone(at: At, { values, args }: Ran): void {
    const { symbols: s } = this.#context;
    const walks = JSON.stringify(this.#receive.body).includes('"kind":"netcons"');
    const all = [...values.values(), ...[...args].filter(([name, e]) => e !== s.name(name)).map(([, e]) => e)];
    const read = all.some((e) => [...s.reads(e)].some((name) => name.endsWith("@link")));
    if (args.has(KEPT_WEIGHT) && args.get(KEPT_WEIGHT) !== s.name(KEPT_WEIGHT)) this.#refuse(at, "sends an event that no connection brings, which changes the weight of one"); // prettier-ignore
    if (read && !walks) this.#refuse(at, "sends an event that no connection brings, which reads the weight or arguments of one"); // prettier-ignore
  }

  /** One run of NET_RECEIVE over the values that are there. */
  #event(weight: Expr, flag: Expr | number | string, others?: "stale"): Ran {
    const { symbols: s } = this.#context;
    const known = typeof flag === "number" ? s.number(flag) : typeof flag === "string" ? s.name(FLAG) : flag;
    const effects: Effects = {
      other: (statement, run) => this.#statement(statement, run),
      draw: (law) => this.#context.symbols.name(drawName(law, `event${this.#draws++}`)),
      known: (e) =>
        typeof flag === "string"
          ? ofFlag(s, e, { flag: s.name(FLAG), count: s.name(flag), isLast: others !== "stale" })
          : ofCount(s, e, this.#counters()),
    };
    const run = new Execution(this.#context, effects);
    if (typeof flag !== "object") for (const name of this.#spent) run.set(name, s.number(0));
    const [first] = this.#receive.args;
    const given = new Map<string, Expr>(this.#args.map((name) => [name, s.name(linkName(name))]));
    if (first !== undefined) given.set(first.name, weight);
    given.set("flag", known);
    const end = run.scoped(given, this.#receive.body);
    const args = new Map(this.#args.map((name): [string, Expr] => [linkName(name), end.get(name) ?? s.number(0)]));
    const after = first === undefined ? weight : (end.get(first.name) ?? weight);
    this.#changesWeight ||= after !== weight;
    if (this.#changesWeight) args.set(KEPT_WEIGHT, after);
    for (const value of [...run.values.values(), ...args.values()]) if (s.reads(value).has(FLAG)) this.#refuse(this.#receive, "uses a flag that counts events otherwise than to ask whether an event is the last"); // prettier-ignore
    const isSpent = (name: string, e: Expr): boolean => typeof flag !== "object" && this.#spent.has(name) && valueOf(e) === 0; // prettier-ignore
    return { values: new Map([...run.values].filter(([name, e]) => !isSpent(name, e))), args };
  }

  /** Variables that are 0 once an event came: if (first) { first = 0 ... }. Those that it sends itself come later. */
  #spentBy({ values }: Ran): string[] {
    const { symbols: s } = this.#context;
    if (this.#phases.sent.length > 0) return [];
    return [...values].flatMap(([name, e]) => (e === s.call("select", s.name(name), s.number(0), s.name(name)) ? [name] : [])); // prettier-ignore
  }

  /** What events before in this step left. */
  #held = (name: string): Expr => this.#values.get(name) ?? this.#context.symbols.name(name);

  /** What counts events. */
  #counters(): Expr[] {
    return [...this.#sends.values()].flatMap(({ flag }) => (typeof flag === "string" ? [this.#context.symbols.name(flag)] : [])); // prettier-ignore
  }

  /** Of events whose flag counts them, those before the last have to do nothing: one place then serves them all. */
  #checkLast({ at }: { readonly at: At }, counter: string): void {
    const { symbols: s } = this.#context;
    const stale = this.#event(s.name(KEPT_WEIGHT), counter, "stale");
    const idle = [...stale.values].every(([name, e]) => e === s.name(name)) && [...stale.args].every(([name, e]) => e === s.name(name)); // prettier-ignore
    if (!idle) this.#refuse(at, "sends itself events whose flag counts them and of which others than the last act");
    const start = startOfArguments(this.#context, this.#receive, this.#plain()).get(counter.replace(/@link$/, ""));
    const first = this.#event(s.name(WEIGHT), s.number(0)).args.get(counter) ?? s.number(0);
    const step = first.kind === "binary" && first.op === "+" && first.left === s.name(counter) ? valueOf(first.right) : undefined; // prettier-ignore
    if (step === undefined || step <= 0 || (start !== undefined && !((valueOf(start) ?? -1) >= 0))) this.#refuse(at, "sends itself events whose flag is no count of them"); // prettier-ignore
  }

  /** FOR_NETCONS: the one connection. */
  #ofConnection({ args, body }: Extract<Statement, { kind: "netcons" }>, run: Execution, at: At): void {
    const [first, ...own] = this.#receive.args;
    if (first === undefined || args.length !== own.length + 1) return this.#refuse(at, `walks over connections with ${args.length} arguments of ${own.length + 1}`); // prettier-ignore
    const outer = [first, ...own].map(({ name }) => name);
    const held = outer.map((name) => run.value({ kind: "name", name, ...at }));
    const end = run.scoped(new Map(args.map((name, k): [string, Expr] => [name, held[k] as Expr])), body);
    outer.forEach((name, k) => run.assign({ name, ...at }, end.get(args[k] as string) as Expr));
  }

  #statement(statement: Statement, run: Execution): void {
    const { lexer, symbols: s } = this.#context;
    const { line, column } = statement;
    const at = { line, column };
    if (statement.kind === "watch") return this.#watch(statement, run);
    if (statement.kind === "netcons") return this.#ofConnection(statement, run, at);
    if (statement.kind !== "call") return lexer.fail(at, `has ${statement.kind} in NET_RECEIVE`, "Move it to its block"); // prettier-ignore
    const { name, args } = statement;
    if (name === "net_send") {
      const [delay, flag] = args as readonly [Term, Term?];
      if (delay === undefined) lexer.fail(at, "has a net_send without a delay", "Give delay and flag");
      const send = this.#send(`${line}:${column}`, flag === undefined ? s.number(0) : run.value(flag), at);
      return this.#push(send, s.add(s.name(NOW), this.#anchored(run.value(delay), 0)), run);
    }
    if (name === "net_event") return readOver(this.#context, at);
    if (name === "net_move") {
      if (args[0] === undefined) lexer.fail(at, "has a net_move without a time", "Give the time");
      return this.#move(s.add(s.name(NOW), this.#anchored(s.sub(run.value(args[0] as Term), s.name(NOW)), 0)), run);
    }
    return lexer.fail(at, `calls ${name}, which is refused: it is unknown here`, "Write it without");
  }

  /** The net_send at a place, which sends one flag. */
  #send(key: string, flag: Expr, at: At, starts?: Sent): Send {
    this.#met.add(key);
    const known = this.#sends.get(key);
    const number = valueOf(flag);
    const what = number ?? this.#counter(flag);
    if (what === undefined || what === 0) this.#refuse(at, what === 0 ? "sends itself flag 0, that of events from outside" : "sends itself a flag that is neither a number nor a count of its events"); // prettier-ignore
    if (known !== undefined) {
      if (known.flag !== what) this.#refuse(at, "sends itself flags that differ at one place");
      return known;
    }
    const rooms = Array.from({ length: typeof what === "number" && starts === undefined ? this.#room : 1 }, (_, k) => `wait@${this.#sends.size + 1}_${k + 1}`); // prettier-ignore
    const send: Send = { key, at, flag: what as number | string, rooms, starts };
    this.#sends.set(key, send);
    for (const room of rooms) this.#clocks.add(room);
    return send;
  }

  /** The argument that a flag is: count = count + 1, then net_send(delay, count). */
  #counter(flag: Expr): string | undefined {
    if (flag.kind !== "binary" || flag.op !== "+") return undefined;
    const { left, right } = flag;
    const isOne = (e: Expr): boolean => (valueOf(e) ?? 0) > 0;
    const counted = left.kind === "name" && isOne(right) ? left.name : undefined;
    return this.#args.some((name) => linkName(name) === counted) ? counted : undefined;
  }

  /** Puts an event under way, where there is room. */
  #push({ flag, rooms }: Send, due: Expr, run: Execution): void {
    const { symbols: s } = this.#context;
    if (typeof flag === "string") return run.set(rooms[0] as string, due);
    const held = (room: string): Expr => run.values.get(room) ?? s.name(room);
    let open: Expr = s.number(1);
    for (const room of rooms) {
      const isFree = s.binary("<=", held(room), s.number(IDLE / 2));
      run.set(room, s.call("select", s.mul(open, isFree), due, held(room)));
      open = s.mul(open, s.sub(s.number(1), isFree));
    }
    run.set(rooms[0] as string, s.call("select", open, s.number(TOO_MUCH), held(rooms[0] as string)));
  }

  /** Gives the event under way another time. */
  #move(due: Expr, run: Execution): void {
    const { symbols: s } = this.#context;
    for (const room of [...this.#sends.values()].flatMap(({ rooms }) => rooms)) {
      const held = run.values.get(room) ?? s.name(room);
      run.set(room, s.call("select", s.binary(">", held, s.number(IDLE / 2)), due, held));
    }
  }

  #watch({ test, flag, line, column }: Extract<Statement, { kind: "watch" }>, run: Execution): void {
    const { symbols: s, lexer } = this.#context;
    const key = `${line}:${column}`;
    const number = valueOf(run.value(flag));
    if (test.kind !== "binary" || !["<", ">", "<=", ">="].includes(test.op)) lexer.fail({ line, column }, "WATCHes what is no comparison", "Write WATCH (v > threshold) flag"); // prettier-ignore
    if (number === undefined) lexer.fail({ line, column }, "WATCHes with a flag that is no number", "Give a number");
    const watch: Watch = { key, at: { line, column }, test: test as Watch["test"], flag: number as number, under: run.under() }; // prettier-ignore
    this.#watches.set(key, watch);
    const isFirst = run.values.get("watched@run") ?? s.number(0);
    for (const other of this.#watches.keys()) {
      const on = run.values.get(onName(other)) ?? s.name(onName(other));
      run.set(onName(other), s.call("select", s.binary("==", isFirst, s.number(0)), s.number(0), on));
    }
    run.set("watched@run", s.number(1));
    run.set(onName(key), s.number(1));
    run.set(aboveName(key), this.#truth(watch, ">="));
  }

  /** Whether a WATCH's condition holds; at the very threshold as `op` says. */
  #truth({ test }: Watch, op: ">" | ">="): Expr {
    const { symbols: s } = this.#context;
    const run = this.#plain();
    const [a, b] = [run.value(test.left), run.value(test.right)];
    const above = test.op.startsWith(">") ? s.sub(a, b) : s.sub(b, a);
    return s.call("select", s.binary(op, above, s.number(0)), s.number(1), s.number(0));
  }

  #watched(truths: readonly (readonly [Watch, Expr])[]): void {
    const { symbols: s } = this.#context;
    const fires = truths.map(([{ key }, now]) => s.mul(s.mul(s.name(onName(key)), now), s.sub(s.number(1), s.name(aboveName(key))))); // prettier-ignore
    truths.forEach(([{ flag }], k) => this.#merge(s.binary(">", fires[k] as Expr, s.number(0)), this.#event(s.name(KEPT_WEIGHT), flag), s.number(0))); // prettier-ignore
  }

  /** @param starts  of a connection, which may draw */
  #plain(starts = false): Execution {
    const { lexer, symbols } = this.#context;
    let draws = 0;
    const draw = starts ? { draw: (law: Law): Expr => symbols.name(startName(law, `link${draws++}`)) } : {};
    return new Execution(this.#context, { ...draw, other: (x) => lexer.fail(x, `has ${x.kind === "call" ? x.name : x.kind} where none belongs, in NET_RECEIVE`, "Move it out") }); // prettier-ignore
  }

  /** Events under way that are due in this step: NEURON delivers what lies within half a step of its beginning. */
  #due({ flag, rooms }: Send): void {
    const { symbols: s } = this.#context;
    const half = s.div(s.name("dt"), s.number(2));
    const held = rooms.map(this.#held);
    const due = held.map((left) => s.mul(s.binary("<=", left, half), s.binary(">", left, s.number(IDLE / 2))));
    const idle = due.map((is, k) => s.call("select", is, s.number(IDLE), held[k] as Expr));
    rooms.forEach((room, k) => this.#values.set(room, idle[k] as Expr));
    const last = held.length - 1;
    const when = held.slice(0, -1).reduceRight((rest, left, k) => s.call("select", due[k] as Expr, left, rest), held[last] as Expr); // prettier-ignore
    const any = due.reduce((a, b) => s.call("max", a, b));
    this.#merge(s.binary(">", any, s.number(0)), this.#event(s.name(KEPT_WEIGHT), flag), when);
  }

  /** Takes over what an event did, where it came, with moments counted from the step's beginning.
   * @param when  of the event */
  #merge(comes: Expr, { values, args }: Ran, when: Expr): void {
    const { symbols: s } = this.#context;
    const before = new Map(this.#values);
    const there = new Map([[NOW, when]]);
    for (const [name, value] of [...values, ...args]) {
      if (value === s.name(name) || name === "watched@run") continue;
      const moved = name.startsWith("wait@") ? value : this.#anchored(value, this.#clocks.has(name) ? 1 : 0);
      const after = s.substitute(s.substitute(moved, before), there);
      this.#values.set(name, s.call("select", comes, after, before.get(name) ?? s.name(name)));
    }
  }

  /** Variables that hold a moment; those that BREAKPOINT reads too are kept as times since the run began. */
  #findClocks(runs: readonly Ran[]): void {
    const { symbols: s } = this.#context;
    const { currents, advanced } = this.#phases;
    const all = runs.flatMap(({ values, args }) => [...values, ...args]);
    const isClock = (name: string, value: Expr): boolean => {
      if (this.#clocks.has(name) || !s.reads(value).has(NOW)) return false;
      if ([...currents.values(), ...advanced.values()].some((e) => s.reads(e).has(name))) return false;
      const [as, otherwise] = [true, false].map((own) => drift(s, value, (n) => n === NOW || (own && n === name) || this.#clocks.has(n))); // prettier-ignore
      return as === 1 && otherwise !== 0;
    };
    for (let found = -1; found < this.#clocks.size;) {
      found = this.#clocks.size;
      for (const [name, value] of all) if (isClock(name, value)) this.#clocks.add(name);
    }
    this.#clocks.add(ORIGIN);
  }

  #anchored = (e: Expr, wanted: 0 | 1): Expr =>
    anchored(this.#context.symbols, e, { isMoment: (n) => n === NOW || this.#clocks.has(n), origin: ORIGIN, wanted });

  /** Only what reaches the receptor's current, with what it starts at and does over a step. */
  #needed(values: ReadonlyMap<string, Expr>): Received {
    const { symbols: s, variables, lexer } = this.#context;
    const { currents, updates } = this.#phases;
    const wanted = new Set<string>();
    const want = (name: string): void => {
      if (wanted.has(name)) return;
      wanted.add(name);
      for (const read of s.reads(values.get(name) ?? s.number(0))) want(stateOf(read));
    };
    const flows = currentsOf(this.#context, this.#phases).map(({ i }) => this.#resolver.resolve(i, "currents"));
    const roots = [...flows, ...updates.flatMap((u) => Object.values(u.form) as Expr[]).map((e) => this.#resolver.resolve(e, "advance"))]; // prettier-ignore
    for (const e of roots) for (const name of s.reads(e)) want(stateOf(name));
    for (const { state } of updates) want(state);
    const made = [...values.keys(), KEPT_WEIGHT, ORIGIN].filter((name) => name.includes("@") && wanted.has(name));
    const start = startOfArguments(this.#context, this.#receive, this.#plain(true));
    const states = [...new Set(made)].map((name) => this.#state(name, start));
    const plain = [...values].filter(([name]) => wanted.has(name) && variables.find(name)?.kind === "state");
    for (const [name] of values) {
      if (!name.includes("@") && wanted.has(name) && variables.find(name)?.kind !== "state") lexer.fail(this.#receive, `sets ${name} at an event`, "Make it a STATE"); // prettier-ignore
      if (currents.has(name) && wanted.has(name)) lexer.fail(this.#receive, `sets ${name}, which BREAKPOINT sets too`, "Give one of them another name"); // prettier-ignore
    }
    const names = new Map(plain.map(([name]) => [keptName(name), s.name(name)]));
    const kept = [...plain, ...[...values].filter(([name]) => made.includes(name))].filter(([name, e]) => e !== s.name(name)); // prettier-ignore
    const walks = /"kind":"netcons"|"name":"net_move"/.test(JSON.stringify(this.#receive.body));
    return {
      states,
      times: this.#clocks,
      perLink: walks ? undefined : new Set(made.filter(this.#isOfLink)),
      values: new Map(kept.map(([name, e]) => [name, inSteps(s, s.substitute(e, names), name, this.#clocks)])),
    };
  }

  /** An event that a connection's sent carries its arguments; one from INITIAL carries none. */
  #isOfLink = (name: string): boolean =>
    name.endsWith("@link") || name === HEARD || [...this.#sends.values()].some(({ rooms, starts }) => starts === undefined && rooms.includes(name)); // prettier-ignore

  #state(name: string, start: ReadonlyMap<string, Expr | undefined>): EventState {
    const { symbols: s } = this.#context;
    const own = s.name(name);
    const wish = name.replace(/@link$/, "").replaceAll(/[@:]/g, "_");
    const isWait = name.startsWith("wait@");
    const isClock = this.#clocks.has(name);
    const later = s.sub(own, s.number(1));
    const next = isWait ? s.call("max", s.div(s.number(IDLE), s.name("dt")), later) : isClock ? later : own;
    const init = this.#startOf(name, start);
    return { name, wish, form: { next }, init: isClock ? s.div(init, s.name("dt")) : init };
  }

  #startOf(name: string, start: ReadonlyMap<string, Expr | undefined>): Expr {
    const { symbols: s } = this.#context;
    if (name.startsWith("wait@")) {
      const send = [...this.#sends.values()].find(({ rooms }) => rooms.includes(name));
      return send?.starts === undefined ? s.number(IDLE) : this.#resolver.resolve(send.starts.delay, "initial");
    }
    if (!name.endsWith("@link") || name === KEPT_WEIGHT) return s.number(0);
    const value = start.get(name.replace(/@link$/, "")) ?? s.number(0);
    if (s.reads(value).has(WEIGHT)) this.#refuse(this.#receive, `starts ${name.replace(/@link$/, "")} by the weight`);
    return this.#resolver.resolve(s.substitute(value, new Map([[NOW, s.number(0)]])), "initial");
  }

  #refuse(at: At, what: string): never {
    return this.#context.lexer.fail(at, `${what}, which is refused`, "Write the receptor by hand, with receive: docs/own-receptor.md"); // prettier-ignore
  }
}
