import { evaluate } from "../../../lang/evaluate.ts";
import type { Expr } from "../../../lang/expr.ts";
import { timeConstant } from "../events/connection.ts";
import { exprsOf } from "./draft.ts";
import type { Context } from "./context.ts";
import type { Phases } from "./phases.ts";
import { isDraw, isNormal, isNow } from "./random.ts";
import { linear, nextOf } from "../../../lang/symbolic/relax.ts";
import { keptName, Resolver } from "./resolve.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import { factors } from "../../../lang/symbolic/tidy.ts";

/** What a file draws anew in every step of its states. White noise (`x = normrand(0, sd)`) and what it drives (`x = exp(-dt/tau)*x +
 * amp*normrand(0, 1)`) become the language's noise, if nothing else reads the same draws; other states take their draws in a map of a step, and
 * what BREAKPOINT draws is states of its own. They are hillock's numbers, of the same law.
 * @param keeps  every state stays one, white noise too: it is of another place than the current */
export function withNoise(context: Context, all: Phases, keeps = false): Phases {
  const { symbols: s, notes } = context;
  const given = withDrawnStates(context, all);
  const draws = (e: Expr): boolean => [...s.reads(e)].some(isDraw);
  if ([...given.initial.values()].some(draws)) notes.push("what INITIAL draws is drawn by hillock, once for each cell: the law is the file's, the numbers are not NEURON's"); // prettier-ignore
  const phases = { ...given, updates: given.updates.map((u) => (exprsOf(u.form).some(draws) ? { ...u, form: { next: nextOf(s, u) } } : u)) }; // prettier-ignore
  const steps = new Map([...phases.advanced, ...phases.updates.flatMap(({ state, form }): [string, Expr][] => ("next" in form ? [[state, form.next]] : []))]); // prettier-ignore
  const drawn = [...steps].filter(([, e]) => draws(e));
  if (drawn.length === 0) return phases;
  const noises = new Noises(context, new Resolver(context, phases));
  const asNoise = new Map<string, Expr>();
  for (const [name, value] of drawn) {
    const own = [...s.reads(value)].filter(isDraw);
    const isOwn = ![...steps].some(
      ([other, e]) => other !== name && [...own, name].some((read) => s.reads(e).has(read)),
    );
    const noise = !keeps && isOwn && isNormal(own[0] as string) && own.length === 1 ? noises.of(name, value, own[0] as string) : undefined; // prettier-ignore
    if (noise !== undefined) asNoise.set(name, noise);
  }
  const [noisy, plain] = [[...asNoise.keys()], drawn.map(([name]) => name).filter((name) => !asNoise.has(name))];
  if (noisy.length > 0) notes.push(`${noisy.join(", ")} ${noisy.length === 1 ? "is" : "are"} noise of hillock's own: the law is the file's, the numbers are not NEURON's, and what is correlated in time is stationary from the start`); // prettier-ignore
  if (plain.length > 0) notes.push(`${plain.join(", ")} ${plain.length === 1 ? "is" : "are"} drawn by hillock: the law is the file's, the numbers are not NEURON's`); // prettier-ignore
  const put = (e: Expr): Expr => s.substitute(e, asNoise);
  return {
    ...phases,
    advanced: new Map([...phases.advanced].filter(([name]) => !asNoise.has(name))),
    updates: phases.updates.filter(({ state }) => !asNoise.has(state)),
    currents: new Map([...phases.currents].map(([name, e]) => [name, put(e)])),
  };
}

/** With a state for every number that BREAKPOINT draws: it is one throughout a step, where NEURON draws twice, at V and 0.001 mV above it. */
function withDrawnStates({ symbols: s, variables, notes }: Context, phases: Phases): Phases {
  const names = [...new Set([...phases.currents.values()].flatMap((e) => [...s.reads(e)]))].filter(isNow);
  if (names.length === 0) return phases;
  const isFree = (name: string): boolean => variables.find(name) === undefined;
  let place = 0;
  const drawn = names.map((now) => {
    do place++;
    while (!isFree(`drawn_${place}`));
    return { now, name: `drawn_${place}`, law: isNormal(now) ? "normal" : "uniform" } as const;
  });
  const put = new Map(drawn.map(({ now, name }) => [now, s.name(keptName(name))]));
  if (names.some((now) => now.includes("@now_breakpoint"))) notes.push("what BREAKPOINT draws is one number a step: NEURON, which runs it twice in a step, draws two, and takes a thousand times their difference for a conductance"); // prettier-ignore
  notes.push(`what BREAKPOINT draws, ${drawn.map(({ name }) => name).join(", ")}, is drawn by hillock: the law is the file's, the numbers are not NEURON's`); // prettier-ignore
  return { ...phases, drawn, currents: new Map([...phases.currents].map(([name, e]) => [name, s.substitute(e, put)])) };
}

class Noises {
  readonly #context: Context;
  readonly #resolver: Resolver;

  constructor(context: Context, resolver: Resolver) {
    [this.#context, this.#resolver] = [context, resolver];
  }

  /** White noise, or an exact step of an Ornstein-Uhlenbeck process: a steady factor times the draw, alone or beside exp(-dt/tau) times the value
   * before. undefined of what is drawn otherwise. */
  of(name: string, value: Expr, draw: string): Expr | undefined {
    const { symbols: s } = this.#context;
    const plain = s.substitute(this.#resolver.resolve(value, "advance"), new Map([[keptName(name), s.name(name)]]));
    const byDraw = linear(s, plain, draw);
    const own = byDraw && linear(s, byDraw.a, name);
    if (byDraw === undefined || own === undefined || ![byDraw.b, own.a, own.b].every((e) => this.#resolver.isSteady(e))) return undefined; // prettier-ignore
    const dt = s.name("dt");
    if (valueOf(own.b) === 0) return s.add(own.a, s.call("white", s.mul(byDraw.b, s.call("sqrt", dt))));
    if (own.b.kind !== "call" || own.b.fn !== "exp") return undefined;
    const [exponent] = own.b.args as [Expr];
    const parts = linear(s, exponent, "dt");
    if (parts === undefined || valueOf(parts.a) !== 0) return undefined;
    const spread = s.call("sqrt", s.sub(s.number(1), s.mul(own.b, own.b)));
    const noise = s.call("noise", this.#without(byDraw.b, spread), timeConstant(s, exponent, "dt"));
    return valueOf(own.a) === 0 ? noise : s.add(s.div(own.a, s.sub(s.number(1), own.b)), noise);
  }

  /** a / spread, where a is written as a product with spread. */
  #without(a: Expr, spread: Expr): Expr {
    const { symbols: s } = this.#context;
    const { number, above, below } = factors(s, a);
    const at = above.findIndex((e) => e.kind === "call" && e.fn === "sqrt" && this.#same(e, spread));
    if (at < 0) return s.div(a, spread);
    const product = (list: readonly Expr[]): Expr => list.reduce((p, e) => s.mul(p, e), s.number(1));
    return s.div(s.mul(s.number(number), product(above.filter((_, k) => k !== at))), product(below));
  }

  /** Whether two expressions of parameters and dt have the same values: looked at where exponents of them are neither small nor large. */
  #same(a: Expr, b: Expr): boolean {
    const { symbols: s } = this.#context;
    const names = [...new Set([...s.reads(a), ...s.reads(b)])];
    return [0.7, 1.3, 2.1].every((seed) => {
      const values = Object.fromEntries(names.map((name, k) => [name, 0.5 + Math.abs(Math.sin(seed * (k + 1)))]));
      const [x, y] = [evaluate(a, values), evaluate(b, values)];
      return Math.abs(x - y) <= 1e-9 * Math.abs(y);
    });
  }
}
