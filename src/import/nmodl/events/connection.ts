import type { Expr } from "../../../lang/expr.ts";
import type { Execution } from "../running/execute.ts";
import type { Context } from "../running/context.ts";
import { linear } from "../../../lang/symbolic/relax.ts";
import type { Resolver } from "../running/resolve.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { NetReceive } from "../reading/syntax.ts";
import { textOf } from "../../../lang/symbolic/text.ts";
import { factors } from "../../../lang/symbolic/tidy.ts";

/** The weight of an event, whatever the file calls it. */
export const WEIGHT = "weight@event";

/** The name of an argument of NET_RECEIVE behind its weight: of a value that NEURON keeps for each connection. */
export const linkName = (arg: string): string => `${arg}@link`;
export const isLinkName = (name: string): boolean => name.endsWith("@link");

/** What NEURON keeps for each connection, as states of its source: their values at an event, over those after the one before. */
export interface ConnectionDraft {
  readonly states: readonly { readonly name: string; readonly init: Expr; readonly next: Expr }[];
  /** exp(-(t - tsyn)/tau), that is 1 after an event, and then decays. */
  readonly decays: readonly { readonly name: string; readonly init: Expr; readonly tau: Expr }[];
  /** never changed, nor set by INITIAL: NEURON's scripts may give each connection its own. */
  readonly given: readonly string[];
  /** the factor on the weight. */
  readonly transmit: Expr;
}

/** What an event adds to a state: the weight times `by`. */
interface Addition {
  readonly state: string;
  readonly by: Expr;
}

/** Finds in NET_RECEIVE what belongs to the connection: states that change with its events, and the one factor on its weight in which
 * they reach the receptor. */
export class Connection {
  readonly #context: Context;
  readonly #resolver: Resolver;
  readonly #receive: NetReceive;
  readonly #end: ReadonlyMap<string, Expr | undefined>;
  readonly #start: ReadonlyMap<string, Expr | undefined>;
  /** arguments that hold the time of the last event. */
  readonly #clocks: readonly string[];
  readonly #decays = new Map<string, { name: string; init: Expr; tau: Expr }>();

  /** @param end, start  values of the arguments after the block, and after INITIAL in it */
  constructor(
    context: Context,
    resolver: Resolver,
    receive: NetReceive,
    end: ReadonlyMap<string, Expr | undefined>,
    start: ReadonlyMap<string, Expr | undefined>,
  ) {
    this.#context = context;
    this.#resolver = resolver;
    this.#receive = receive;
    this.#end = end;
    this.#start = start;
    this.#clocks = receive.args.slice(1).map((arg) => arg.name).filter((name) => end.get(name) === context.symbols.name("t")); // prettier-ignore
  }

  /** With times since the last event as what decays, and variables as what they hold. */
  settled(value: Expr): Expr {
    const { symbols: s } = this.#context;
    const since = s.replace(value, (e) => this.#since(e));
    const decaying = s.replace(since, (e) => this.#decay(e));
    const reads = s.reads(decaying);
    if (reads.has("t") || [...reads].some((name) => name.endsWith("@since") || this.#clocks.some((c) => name === linkName(c)))) this.#refuse("reads the time of an event otherwise than in exp(-(t - last)/tau)"); // prettier-ignore
    return this.#resolver.resolve(decaying, "currents");
  }

  /** t - last, where `last` is the time of the event before. */
  #since(e: Expr): Expr | undefined {
    const { symbols: s } = this.#context;
    if (e.kind !== "binary" || e.op !== "-") return undefined;
    const now = s.name("t");
    const clock = (of: Expr): string | undefined => this.#clocks.find((c) => of === s.name(linkName(c)));
    const [before, after] = [clock(e.right), clock(e.left)];
    if (e.left === now && before !== undefined) return s.name(`${before}@since`);
    return e.right === now && after !== undefined ? s.negate(s.name(`${after}@since`)) : undefined;
  }

  #decay(e: Expr): Expr | undefined {
    const { symbols: s } = this.#context;
    if (e.kind !== "call" || e.fn !== "exp") return undefined;
    const [arg] = e.args as [Expr];
    const name = [...s.reads(arg)].find((n) => n.endsWith("@since"));
    if (name === undefined) return undefined;
    const parts = linear(s, arg, name);
    const tau = timeConstant(s, arg, name);
    if (parts === undefined || !isZero(parts.a)) return undefined;
    const steady = this.#resolver.resolve(tau, "currents");
    if (!this.#resolver.isSteady(steady)) this.#refuse("has a time constant that changes");
    const key = `${name} ${textOf(steady)}`;
    const known = this.#decays.get(key);
    if (known !== undefined) return s.name(known.name);
    const at = this.#startOf(name.replace(/@since$/, ""));
    const init = isZero(at) ? s.number(1) : s.call("exp", s.div(at, steady));
    const own = { name: linkName(`decay${this.#decays.size + 1}`), tau: steady, init };
    this.#decays.set(key, own);
    return s.name(own.name);
  }

  /** The factor that the additions have in common, which belongs to the connection, and what is left of each for the receptor. */
  split(additions: readonly Addition[]): { transmit: Expr; rest: ReadonlyMap<string, Expr> } {
    const { symbols: s } = this.#context;
    const isLinks = (e: Expr): boolean => [...s.reads(e)].some(isLinkName);
    const product = (list: readonly Expr[]): Expr => [...list].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1)).reduce((p, e) => s.mul(p, e), s.number(1)); // prettier-ignore
    const rest = new Map<string, Expr>();
    let transmit: Expr | undefined;
    for (const { state, by } of additions) {
      const { number, above, below } = factors(s, by);
      const mine = s.div(product(above.filter(isLinks)), product(below.filter(isLinks)));
      const others = (list: readonly Expr[]): Expr[] => list.filter((e) => !isLinks(e));
      rest.set(state, s.div(s.mul(s.number(number), product(others(above))), product(others(below))));
      if (transmit !== undefined && transmit !== mine) this.#refuse(`changes ${additions.map((x) => x.state).join(" and ")} by different factors of one connection`); // prettier-ignore
      transmit = mine;
    }
    return { transmit: transmit as Expr, rest };
  }

  /** Everything that the factor depends on. */
  draft(transmit: Expr): ConnectionDraft {
    const { symbols: s } = this.#context;
    const states: { name: string; init: Expr; next: Expr }[] = [];
    const given = new Set<string>();
    const open = new Set<string>();
    const follow = (e: Expr): void => {
      for (const name of s.reads(e)) {
        if (!isLinkName(name) || open.has(name) || [...this.#decays.values()].some((d) => d.name === name)) continue;
        open.add(name);
        const arg = name.replace(/@link$/, "");
        const next = this.settled(this.#end.get(arg) ?? s.number(0));
        if (next === s.name(name) && isZero(this.#startOf(arg))) {
          given.add(name);
          continue;
        }
        this.#checkReads(arg, next);
        states.push({ name, init: this.#startOf(arg), next });
        follow(next);
      }
    };
    this.#checkReads("the weight's factor", transmit);
    follow(transmit);
    return { states, decays: [...this.#decays.values()], given: [...given], transmit };
  }

  #checkReads(what: string, e: Expr): void {
    const { symbols: s } = this.#context;
    for (const name of s.reads(e)) {
      if (isLinkName(name) || this.#resolver.isSteady(s.name(name))) continue;
      this.#refuse(name === WEIGHT ? `changes ${what} by the weight` : `computes ${what} from ${name.replace(/@.*$/, "")}, which is not the connection's`); // prettier-ignore
    }
  }

  #startOf(arg: string): Expr {
    const { symbols: s } = this.#context;
    const value = this.#start.get(arg) ?? s.number(0);
    const at = this.#resolver.resolve(s.substitute(value, new Map([["t", s.number(0)]])), "initial");
    if (!this.#resolver.isSteady(at)) this.#refuse(`starts ${arg} at what is no constant`);
    return at;
  }

  #refuse(what: string): never {
    return this.#context.lexer.fail(this.#receive, `${what}, which is refused: of a connection a receptor knows what it transmits, the weight times a factor of its source's`, "Put it into the projection's plasticity (docs/own-plasticity.md)"); // prettier-ignore
  }
}

/** tau of -since/tau, as it was written where it can be. */
export function timeConstant(s: Context["symbols"], arg: Expr, name: string): Expr {
  const since = s.name(name);
  const inner = arg.kind === "negate" ? arg.of : undefined;
  if (inner === since) return s.number(1);
  if (inner?.kind === "binary" && inner.op === "/" && inner.left === since) return inner.right;
  if (inner?.kind === "binary" && inner.op === "*" && inner.right === since) return s.div(s.number(1), inner.left);
  if (inner?.kind === "binary" && inner.op === "*" && inner.left === since) return s.div(s.number(1), inner.right);
  return s.negate(s.div(s.number(1), (linear(s, arg, name) as { b: Expr }).b));
}

const isZero = (e: Expr): boolean => valueOf(e) === 0;

/** Values of the arguments of NET_RECEIVE after INITIAL in it. */
export function startOfArguments(
  { symbols: s }: Context,
  receive: NetReceive,
  run: Execution,
): ReadonlyMap<string, Expr | undefined> {
  const given = new Map<string, Expr>(receive.args.map((arg, k) => [arg.name, k === 0 ? s.name(WEIGHT) : s.number(0)]));
  return run.scoped(given, receive.initial);
}
