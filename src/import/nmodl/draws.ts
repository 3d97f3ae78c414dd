import { evaluate } from "../../lang/evaluate.ts";
import type { Expr } from "../../lang/expr.ts";
import { timeConstant } from "./connection.ts";
import type { At } from "./lexer.ts";
import type { Context, Phases } from "./phases.ts";
import { linear } from "./relax.ts";
import { keptName, Resolver } from "./resolve.ts";
import { valueOf } from "./symbols.ts";
import { factors } from "./tidy.ts";

/** A normal number that the states' step draws. */
export const isDraw = (name: string): boolean => name.startsWith("draw@");

/** What a file draws anew in every step of its states (`x = normrand(0, sd)`), and what such draws drive (`x = exp(-dt/tau)*x + amp*normrand(0, 1)`),
 * as the language's white and coloured noise. They are hillock's numbers, of the same law.
 * @throws DataError for what the draws do otherwise */
export function withNoise(context: Context, phases: Phases): Phases {
  const { symbols: s, notes } = context;
  const steps = new Map([...phases.advanced, ...phases.updates.flatMap(({ state, form }): [string, Expr][] => ("next" in form ? [[state, form.next]] : []))]); // prettier-ignore
  const drawn = [...steps].filter(([, e]) => [...s.reads(e)].some(isDraw));
  if (drawn.length === 0) return phases;
  const isDrawn = (name: string): boolean => drawn.some(([other]) => other === name);
  const noises = new Noises(context, new Resolver(context, phases));
  const asNoise = new Map<string, Expr>();
  const readers = [...phases.currents.values(), ...[...steps].flatMap(([name, e]) => (isDrawn(name) ? [] : [e]))]; // prettier-ignore
  for (const [name, value] of drawn) if (readers.some((e) => s.reads(e).has(name))) asNoise.set(name, noises.of(name, value)); // prettier-ignore
  notes.push(`${[...asNoise.keys()].join(", ")} ${asNoise.size === 1 ? "is" : "are"} noise of hillock's own: the law is the file's, the numbers are not NEURON's, and what is correlated in time is stationary from the start`); // prettier-ignore
  const put = (e: Expr): Expr => s.substitute(e, asNoise);
  return {
    ...phases,
    advanced: new Map([...phases.advanced].filter(([name]) => !isDrawn(name))),
    updates: phases.updates.filter(({ state }) => !isDrawn(state)),
    currents: new Map([...phases.currents].map(([name, e]) => [name, put(e)])),
  };
}

class Noises {
  readonly #context: Context;
  readonly #resolver: Resolver;
  /** whose a draw is. */
  readonly #owners = new Map<string, string>();

  constructor(context: Context, resolver: Resolver) {
    [this.#context, this.#resolver] = [context, resolver];
  }

  of(name: string, value: Expr): Expr {
    const { symbols: s } = this.#context;
    const [draw, another] = [...s.reads(value)].filter(isDraw) as [string, string?];
    const owner = this.#owners.get(draw);
    if (another !== undefined || (owner !== undefined && owner !== name)) this.#refuse(name, "shares its draws, or sums several");
    this.#owners.set(draw, name);
    const plain = s.substitute(this.#resolver.resolve(value, "advance"), new Map([[keptName(name), s.name(name)]]));
    const how = "is drawn otherwise than as a constant times normrand, alone or beside exp(-dt/tau) times its value before";
    const byDraw = linear(s, plain, draw);
    const own = byDraw && linear(s, byDraw.a, name);
    if (byDraw === undefined || own === undefined || ![byDraw.b, own.a, own.b].every((e) => this.#resolver.isSteady(e))) return this.#refuse(name, how); // prettier-ignore
    const dt = s.name("dt");
    if (valueOf(own.b) === 0) return s.add(own.a, s.call("white", s.mul(byDraw.b, s.call("sqrt", dt))));
    if (own.b.kind !== "call" || own.b.fn !== "exp") return this.#refuse(name, how);
    const [exponent] = own.b.args as [Expr];
    const parts = linear(s, exponent, "dt");
    if (parts === undefined || valueOf(parts.a) !== 0) return this.#refuse(name, how);
    const spread = s.call("sqrt", s.sub(s.number(1), s.mul(own.b, own.b)));
    const noise = s.call("noise", this.#without(byDraw.b, spread), timeConstant(s, exponent, "dt"));
    return valueOf(own.a) === 0 ? noise : s.add(s.div(own.a, s.sub(s.number(1), own.b)), noise);
  } // prettier-ignore

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

  #refuse(name: string, what: string): never {
    const { program, lexer } = this.#context;
    const at: At = [...program.assigned, ...program.states, ...program.parameters].find((d) => d.name === name) ?? program.nameAt; // prettier-ignore
    return lexer.fail(at, `has ${name}, which ${what}, and is refused`, "Fix what decides about it (option fixed), or write noise(sd, tau) or white(s) into a current by hand (docs/own-neuron.md)"); // prettier-ignore
  }
}
