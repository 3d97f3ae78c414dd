import type { Expr } from "../../../lang/expr.ts";
import { WEIGHT } from "../events/connection.ts";
import { Execution } from "../running/execute.ts";
import type { At } from "../reading/lexer.ts";
import type { Context } from "../running/context.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { NetReceive, Statement, Term } from "../reading/syntax.ts";

/** When a generator fires, ms: at `start`, `start + interval`, ... below `stop` (without one for ever), or at times of no law. */
export type Pulses =
  | { readonly start: number; readonly interval: number; readonly stop: number | undefined }
  | { readonly times: readonly number[] };

/** Events of its own that a generator is followed through. */
const MOST_EVENTS = 20_000;
/** Intervals that differ by less are equal, relative: sums of floats. */
const SAME = 1e-9;

interface Due {
  readonly time: number;
  readonly flag: number;
}

/** Runs a generator, whose events are its own, with the numbers of its parameters. */
export class Generator {
  readonly #context: Context;
  readonly #receive: NetReceive;
  readonly #queue: Due[] = [];
  readonly #times: number[] = [];
  #values = new Map<string, Expr>();

  constructor(context: Context, receive: NetReceive) {
    [this.#context, this.#receive] = [context, receive];
  }

  pulses(): Pulses {
    const { symbols: s, variables, program } = this.#context;
    for (const [name, variable] of variables.entries()) {
      if (variable.kind === "parameter") this.#values.set(name, s.number(variable.declared.value ?? 0));
      else if (variable.kind === "state" || variable.kind === "kept") this.#values.set(name, s.number(0));
    }
    this.#run(program.initial, 0, new Map());
    let before: Standing | undefined;
    for (let events = 0; this.#queue.length > 0; events++) {
      if (events > MOST_EVENTS) this.#refuse(this.#receive, `comes to no end and to no equal intervals within ${MOST_EVENTS} events of its own`); // prettier-ignore
      const fired = this.#times.length;
      this.#event(this.#queue.shift() as Due);
      if (this.#times.length === fired) continue;
      const now = this.#standing();
      if (before !== undefined && goesOn(before, now)) return { start: this.#times[0] as number, interval: now.time - before.time, stop: undefined }; // prettier-ignore
      before = now;
    }
    return this.#ended();
  }

  #event({ time, flag }: Due): void {
    const { symbols: s } = this.#context;
    const args = this.#receive.args.map(({ name }): [string, Expr] => [name, s.name(WEIGHT)]);
    this.#run(this.#receive.body, time, new Map([...args, ["flag", s.number(flag)]]));
  }

  #run(body: readonly Statement[], time: number, args: ReadonlyMap<string, Expr>): void {
    const { symbols: s } = this.#context;
    const run = new Execution(this.#context, { other: (statement) => this.#statement(statement, run, time) });
    for (const [name, value] of this.#values) run.set(name, value);
    run.set(NOW, s.number(time));
    run.scoped(args, body);
    for (const [name, value] of run.values) {
      if (valueOf(value) === undefined) this.#refuse(this.#receive, `gives ${name} what is no number, by an event of its own`);
      if (name !== NOW) this.#values.set(name, value);
    } // prettier-ignore
  }

  #statement(statement: Statement, run: Execution, now: number): void {
    const { lexer, symbols: s } = this.#context;
    if (statement.kind !== "call") return lexer.fail(statement, `has ${statement.kind} in NET_RECEIVE`, "Move it to its block"); // prettier-ignore
    const { name, args, line, column } = statement;
    const [first, second] = args as readonly [Term?, Term?];
    const at = { line, column };
    if (first === undefined || (name !== "net_send" && name !== "net_event")) return this.#refuse(at, `calls ${name}`);
    if (name === "net_send") return this.#send(at, now, run.value(first), second === undefined ? s.number(0) : run.value(second)); // prettier-ignore
    const time = valueOf(run.value(first));
    if (time === undefined || !Number.isFinite(time)) return this.#refuse(at, "fires at what is no time");
    this.#times.push(time);
  }

  /** Events of one time come in the order in which they were sent. */
  #send(at: At, now: number, delay: Expr, flag: Expr): void {
    const [after, what] = [valueOf(delay), valueOf(flag)];
    if (after === undefined || !(after >= 0) || after > 1e9) return this.#refuse(at, `sends itself an event after ${after ?? "what is no number of"} ms`); // prettier-ignore
    if (what === undefined) return this.#refuse(at, "sends itself a flag that is no number");
    const due = { time: now + after, flag: what };
    const later = this.#queue.findIndex(({ time }) => time > due.time);
    this.#queue.splice(later < 0 ? this.#queue.length : later, 0, due);
  }

  #standing(): Standing {
    return { time: this.#times.at(-1) as number, values: new Map([...this.#values].map(([name, e]) => [name, valueOf(e) as number])), queue: [...this.#queue] }; // prettier-ignore
  }

  #ended(): Pulses {
    const times = [...this.#times].sort((a, b) => a - b);
    const [start, second] = times as [number, number?];
    if (start === undefined) return this.#refuse(this.#receive, "fires at no event of its own");
    const interval = second === undefined ? 0 : ((times.at(-1) as number) - start) / (times.length - 1);
    const even = interval > 0 && times.every((time, k) => Math.abs(time - start - k * interval) <= SAME * (1 + time));
    return even ? { start, interval: second as number - start, stop: start + times.length * interval } : { times };
  } // prettier-ignore

  #refuse(at: At, what: string): never {
    return this.#context.lexer.fail(at, `${what}, which is refused of a generator`, "Give its times as trains([...]), or its law as regular({ interval, stop }), poisson({ rate }) or gamma({ order, rate }) sources (docs/sources.md)"); // prettier-ignore
  }
}

const NOW = "t";

/** What a generator is after it fired. */
interface Standing extends Pick<Due, "time"> {
  readonly values: ReadonlyMap<string, number>;
  readonly queue: readonly Due[];
}

/** Whether the second is the first, some time later: then it goes on like that. */
function goesOn(a: Standing, b: Standing): boolean {
  const by = b.time - a.time;
  const isSame = (x: number, y: number): boolean => Math.abs(x - y) <= SAME * (1 + Math.abs(x));
  const moves = (x: number | undefined, y: number): boolean => x !== undefined && (x === y || (isSame(x + by, y) && isSame(x, a.time))); // prettier-ignore
  if (!(by > 0) || a.queue.length !== b.queue.length) return false;
  if (![...b.values].every(([name, y]) => moves(a.values.get(name), y))) return false;
  return a.queue.every(({ time, flag }, k) => flag === b.queue[k]?.flag && isSame(time + by, (b.queue[k] as Due).time));
}
