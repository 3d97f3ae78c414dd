import type { Expr } from "../../../lang/expr.ts";
import { bar } from "./barred.ts";
import type { At } from "../reading/lexer.ts";
import type { Context } from "./context.ts";
import type { Symbols } from "../../../lang/symbolic/symbols.ts";
import type { Term } from "../reading/syntax.ts";

/** Of a number that a step draws anew: between 0 and 1, or of mean 0 and standard deviation 1. */
export type Law = "uniform" | "normal";
/** undefined of a law that may not be drawn here. */
export type Draws = (law: Law) => Expr | undefined;
type Numbers = (law: Law) => Expr;

/** A draw by its place in the file: the language's name is given as texts are written. */
export const drawName = (law: Law, place: number | string): string => `${law}@${place}`;
export const isNormal = (name: string): boolean => name.startsWith("normal@");
export const isDraw = (name: string): boolean => isNormal(name) || name.startsWith("uniform@");

type Made = (s: Symbols, draw: Numbers, ...args: Expr[]) => Expr;

const uniform: Made = (s, draw, low, high) =>
  low === undefined || high === undefined ? draw("uniform") : s.add(low, s.mul(s.sub(high, low), draw("uniform")));
const normal: Made = (s, draw, mean, sd) =>
  mean === undefined || sd === undefined ? draw("normal") : s.add(mean, s.mul(sd, draw("normal")));
const exponential: Made = (s, draw, mean) => s.negate(s.mul(mean ?? s.number(1), s.call("log", draw("uniform"))));

/** By name: how many arguments, without that of a RANDOM, and the number that is drawn. */
const DRAWN: ReadonlyMap<string, { readonly of: readonly number[]; readonly is: Made }> = new Map([
  ["scop_random", { of: [0], is: uniform }],
  ["exprand", { of: [1], is: exponential }],
  ["normrand", { of: [2], is: normal }],
  ["random_uniform", { of: [0, 2], is: uniform }],
  ["random_dpick", { of: [0], is: uniform }],
  ["random_normal", { of: [0, 2], is: normal }],
  ["random_negexp", { of: [0, 1], is: exponential }],
]);

/** Those that the language has no numbers for. */
const REFUSED: ReadonlySet<string> = new Set(["poisrand", "urand_r", "nrn_random_pick", "random_ipick", "random_poisson"]); // prettier-ignore

const REMEDY = "Draw in a PROCEDURE that BREAKPOINT solves or in NET_RECEIVE (BREAKPOINT itself runs twice in a step), or write noise(sd, tau) or white(s) into the current of a cell of up to 8 compartments (docs/own-neuron.md)"; // prettier-ignore
const DRAWN_TIMES = "Draw its times as poisson({ rate }) or gamma({ order, rate }) sources (docs/sources.md)";

export const isRandom = (name: string): boolean => DRAWN.has(name) || REFUSED.has(name);

/** A call that draws, as an expression of the step's own numbers.
 * @param draw  undefined where nothing may be drawn that reaches a state or a current */
export function drawn(shared: Context, call: At & { readonly name: string; readonly args: readonly Term[] }, value: (term: Term) => Expr, draw: Draws | undefined): Expr {
  const { program, lexer, symbols } = shared;
  const { name, args } = call;
  const law = DRAWN.get(name);
  const refused = (why: string): Expr => {
    const problem = `calls ${name}, which is refused: ${why}`;
    return program.kind === "artificial" ? lexer.fail(call, problem, DRAWN_TIMES) : bar(shared, call, problem, REMEDY);
  };
  if (law === undefined) return refused("the language draws uniform and normal numbers alone");
  const ofVariable = name.startsWith("random_");
  const [first] = args;
  if (ofVariable && !(first?.kind === "name" && program.randoms.some((r) => r.name === first.name))) return lexer.fail(call, `calls ${name} of what is no RANDOM`, "Declare it in NEURON: RANDOM r"); // prettier-ignore
  const given = ofVariable ? args.slice(1) : args;
  if (!law.of.includes(given.length)) return lexer.fail(call, `gives ${name} ${args.length} arguments`, `Give it ${law.of.map((n) => n + Number(ofVariable)).join(" or ")}`); // prettier-ignore
  let fits = true;
  const number = (of: Law): Expr => {
    const found = draw?.(of);
    fits &&= found !== undefined;
    return found ?? symbols.number(0);
  };
  const is = law.is(symbols, number, ...given.map(value));
  return fits ? is : refused("what draws here is no step of states and no event");
} // prettier-ignore
