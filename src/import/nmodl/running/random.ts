import type { Expr } from "../../../lang/expr.ts";
import { bar } from "./barred.ts";
import type { At } from "../reading/lexer.ts";
import { type Context, isGathered, noteOnce, numberOf } from "./context.ts";
import { type Symbols, valueOf } from "../../../lang/symbolic/symbols.ts";
import { TOO_MUCH } from "../events/under-way.ts";
import type { Term } from "../reading/syntax.ts";

/** Of a number that a step draws anew: between 0 and 1, or of mean 0 and standard deviation 1. */
export type Law = "uniform" | "normal";
/** undefined of a law that may not be drawn here. */
export type Draws = (law: Law) => Expr | undefined;
type Numbers = (law: Law) => Expr;

/** A draw by its place in the file: the language's name is given as texts are written. */
export const drawName = (law: Law, place: number | string): string => `${law}@${place}`;
export const isNormal = (name: string): boolean => name.startsWith("normal@");
/** A number that BREAKPOINT draws, by its place: it is a state that each step draws anew. */
export const nowName = (law: Law, place: string): string => drawName(law, `now_${place}`);
export const isNow = (name: string): boolean => /^(normal|uniform)@now_/.test(name);
/** Of INITIAL. */
export const startName = (law: Law, place: number | string): string => drawName(law, `start_${place}`);
export const isStart = (name: string): boolean => /^(normal|uniform)@start_/.test(name);
export const isDraw = (name: string): boolean => isNormal(name) || name.startsWith("uniform@");

/** A call of a function that draws. */
type Drawing = At & { readonly name: string; readonly args: readonly Term[] };

type Made = (s: Symbols, draw: Numbers, ...args: Expr[]) => Expr;

const uniform: Made = (s, draw, low, high) =>
  low === undefined || high === undefined ? draw("uniform") : s.add(low, s.mul(s.sub(high, low), draw("uniform")));
const normal: Made = (s, draw, mean, sd) =>
  mean === undefined || sd === undefined ? draw("normal") : s.add(mean, s.mul(sd, draw("normal")));
const exponential: Made = (s, draw, mean) => s.negate(s.mul(mean ?? s.number(1), s.call("log", draw("uniform"))));

/** A whole number below 2^32: two halves of 16 bits, since one uniform number has 23. */
const whole: Made = (s, draw) => {
  const half = (): Expr => s.call("floor", s.mul(s.number(65536), draw("uniform")));
  return s.add(s.mul(s.number(65536), half()), half());
};

/** Most events that a Poisson number counts; one more is what no state may have, and ends the run. Up to a mean of 10 no uniform number reaches it:
 * they are less than 1 by 2^-24 at least, more events have a probability of 4e-9. */
const [MOST_EVENTS, LARGEST_MEAN] = [32, 10];

/** How many sums of the law's first probabilities one uniform number reaches. */
const poisson: Made = (s, draw, mean) => {
  const [of, u] = [mean as Expr, draw("uniform")];
  let probability = s.call("exp", s.negate(of));
  let [below, count]: [Expr, Expr] = [probability, s.number(0)];
  for (let k = 1; k <= MOST_EVENTS + 1; k++) {
    count = s.add(count, s.call("select", s.binary("<", u, below), s.number(0), s.number(k > MOST_EVENTS ? TOO_MUCH : 1)));
    probability = s.div(s.mul(probability, of), s.number(k));
    below = s.add(below, probability);
  }
  return count;
}; // prettier-ignore

/** By name: how many arguments, without that of a RANDOM, and the number that is drawn. */
const DRAWN: ReadonlyMap<string, { readonly of: readonly number[]; readonly is: Made }> = new Map([
  ["scop_random", { of: [0], is: uniform }],
  ["exprand", { of: [1], is: exponential }],
  ["normrand", { of: [2], is: normal }],
  ["random_uniform", { of: [0, 2], is: uniform }],
  ["random_dpick", { of: [0], is: uniform }],
  ["random_normal", { of: [0, 2], is: normal }],
  ["random_negexp", { of: [0, 1], is: exponential }],
  ["random_ipick", { of: [0], is: whole }],
  ["poisrand", { of: [1], is: poisson }],
  ["random_poisson", { of: [1], is: poisson }],
]);

/** Those whose law is in C. */
const REFUSED: ReadonlySet<string> = new Set(["urand_r", "nrn_random_pick"]);

const REMEDY = "Draw in INITIAL, in BREAKPOINT, in a block that it solves or in NET_RECEIVE";
const OF_SOURCE =
  "Draw in INITIAL or in a block that BREAKPOINT solves: once for all that the source of the gather reaches";
const DRAWN_TIMES = "Draw its times as poisson({ rate }) or gamma({ order, rate }) sources (docs/sources.md)";

export const isRandom = (name: string): boolean => DRAWN.has(name) || REFUSED.has(name);

/** fmod(random_ipick(r), n), one of n whole numbers: in float32 the last bits of a number up to 2^32 are gone. undefined of any other call. */
export function pickedBelow(context: Context, { name, args }: Pick<Extract<Term, { kind: "call" }>, "name" | "args">, value: (term: Term) => Expr, draw: Draws | undefined): Expr | undefined {
  const [pick, below] = args;
  if (name !== "fmod" || pick?.kind !== "call" || pick.name !== "random_ipick" || below === undefined) return undefined;
  const { symbols: s } = context;
  const n = value(below);
  const size = numberOf(context, n);
  if (!Number.isInteger(size) || size === 0) return undefined;
  check(context, pick);
  const u = draw?.("uniform");
  return u && s.call("floor", s.mul(valueOf(n) === undefined ? s.call("abs", n) : s.number(Math.abs(size as number)), u)); // C's fmod has the sign of what is divided
} // prettier-ignore

/** What a call draws, and its arguments without that of a RANDOM; undefined of a law in C.
 * @throws DataError for a RANDOM that is none, and for too few or too many arguments */
function check({ program, lexer }: Context, { name, args, ...at }: Drawing): { law: Made; given: readonly Term[] } | undefined {
  const law = DRAWN.get(name);
  if (law === undefined) return undefined;
  const ofVariable = name.startsWith("random_");
  const [first] = args;
  if (ofVariable && !(first?.kind === "name" && program.randoms.some((r) => r.name === first.name))) return lexer.fail(at, `calls ${name} of what is no RANDOM`, "Declare it in NEURON: RANDOM r");
  const given = ofVariable ? args.slice(1) : args;
  if (!law.of.includes(given.length)) return lexer.fail(at, `gives ${name} ${args.length} arguments`, `Give it ${law.of.map((n) => n + Number(ofVariable)).join(" or ")}`);
  return { law: law.is, given };
} // prettier-ignore

/** A call that draws, as an expression of the step's own numbers.
 * @param draw  undefined where nothing may be drawn that reaches a state or a current */
export function drawn(shared: Context, call: Drawing, value: (term: Term) => Expr, draw: Draws | undefined): Expr {
  const { program, lexer, symbols } = shared;
  const { name } = call;
  const refused = (why: string): Expr => {
    const problem = `calls ${name}, which is refused: ${why}`;
    return program.kind === "artificial" ? lexer.fail(call, problem, DRAWN_TIMES) : bar(shared, call, problem, isGathered(shared) ? OF_SOURCE : REMEDY); // prettier-ignore
  };
  const checked = check(shared, call);
  if (checked === undefined) return refused("its law is in C");
  let fits = true;
  const number = (of: Law): Expr => {
    const found = draw?.(of);
    fits &&= found !== undefined;
    return found ?? symbols.number(0);
  };
  const values = checked.given.map(value);
  if (checked.law === poisson) {
    const mean = numberOf(shared, values[0] as Expr);
    if (mean !== undefined && mean > LARGEST_MEAN) return bar(shared, call, `calls ${name} with a mean of ${mean}, which is refused: at most ${MOST_EVENTS} events are counted, enough for means up to ${LARGEST_MEAN}`, `Sum draws of means of at most ${LARGEST_MEAN}`);
    if (valueOf(values[0] as Expr) === undefined) noteOnce(shared, `${name} in ${shared.lexer.where(call)} counts at most ${MOST_EVENTS} events, one more ends the run: where its mean may be above ${LARGEST_MEAN}, sum draws of less`);
  }
  const is = checked.law(symbols, number, ...values);
  return fits ? is : refused("what draws here is no start, no step and no event");
} // prettier-ignore
