import { derivative } from "../../lang/derivative.ts";
import { evaluate } from "../../lang/evaluate.ts";
import { add, binary, call, div, type Expr, mul, name, negate, num, type Stmt, sub } from "../../lang/expr.ts";
import { freeNames, mapChildren, substitute, visit } from "../../lang/names.ts";

/** A receptor's texts over the cell's names. States with `tau` decay to 0; an event of weight `w` adds `increment`. `output` is its
 * conductance or its current. */
export interface ReceptorTexts {
  readonly states: readonly {
    readonly id: string;
    readonly tau: Expr | undefined;
    readonly increment: Expr | undefined;
  }[];
  readonly output: Expr;
  readonly dt: Expr;
}

/** The same as statements. A state may stand for a part of the conductance instead of what the text calls it. */
export interface ReceptorStep {
  /** states and what an event adds to them, an expression of w. */
  readonly receive: readonly { readonly id: string; readonly increment: Expr }[];
  /** of the states that decay to 0. */
  readonly decay: readonly Stmt[];
  readonly output: Expr;
}

/** The step of a receptor. A conductance that is a difference of large terms, as of two exponentials with time constants close to
 * each other, is itself kept as a state: with c s + k p the part of a sum that starts at 0 (c times what an event adds to s is
 * minus k times what it adds to p), G = c s + k p decays as s does and gains k p (1/tau_s - 1/tau_p) per ms. Over a step with p
 * exact that is G exp(-dt/tau_s) + k p (exp(-dt/tau_p) - exp(-dt/tau_s)), whose factor is made in float64 where nothing is lost.
 * @param typical  values of constants: they say which terms cancel; what is written is exact whatever they are */
export function receptorStep(texts: ReceptorTexts, typical: Readonly<Record<string, number>>): ReceptorStep {
  const { states, dt } = texts;
  const { output, merged } = mergeDifferences(texts, typical);
  const decay = states.flatMap(({ id, tau }): Stmt[] => {
    if (tau === undefined) return [];
    const lost = mul(call("expm1", negate(div(dt, tau))), name(id));
    const fed = merged.get(id);
    return [{ op: "add", name: id, value: fed === undefined ? lost : add(lost, fed) }];
  });
  // what is fed reads its source's old value
  const order = [...decay].sort((a, b) => Number(!merged.has(a.name)) - Number(!merged.has(b.name)));
  const receive = states.flatMap(({ id, increment }) =>
    increment === undefined || merged.has(id) ? [] : [{ id, increment }],
  );
  return { receive, decay: order, output };
}

/** The output over the new states, and per state that now stands for a difference what its source feeds into it in a step. */
function mergeDifferences(texts: ReceptorTexts, typical: Readonly<Record<string, number>>) {
  const merged = new Map<string, Expr>();
  const constant = (expr: Expr): boolean => [...freeNames(expr)].every((id) => Object.hasOwn(typical, id));
  const linear = new Map<string, Linear>();
  for (const { id, tau, increment } of texts.states) {
    const perWeight = increment === undefined ? num(0) : derivative(increment, "w");
    if (tau !== undefined && constant(tau) && constant(perWeight)) linear.set(id, { id, tau, perWeight });
  }
  const part = linearPart(texts.output, (expr) => {
    const read = [...freeNames(expr)].filter((id) => !Object.hasOwn(typical, id));
    return read.length > 1 && read.every((id) => linear.has(id) && constant(derivative(expr, id)));
  });
  if (part === undefined) return { output: texts.output, merged };
  const terms = [...freeNames(part)].flatMap((id): Term[] => {
    const state = linear.get(id);
    const factor = derivative(part, id);
    return state === undefined ? [] : [{ ...state, factor, jump: evaluate(mul(factor, state.perWeight), typical) }];
  });
  const pivot = terms.reduce((a, b) => (Math.abs(b.jump) > Math.abs(a.jump) ? b : a));
  const opposite = terms.filter((t) => t.jump * pivot.jump < 0 && readsOf(texts.output, t.id) === readsOf(part, t.id));
  const inverse = (t: Term): Expr => div(mul(t.factor, t.perWeight), mul(pivot.factor, pivot.perWeight));
  for (const t of opposite) {
    const share = mul(negate(inverse(t)), pivot.factor);
    merged.set(t.id, mul(mul(share, decayDifference(pivot.tau, t.tau, texts.dt)), name(pivot.id)));
  }
  if (merged.size === 0) return { output: texts.output, merged };
  // the pivot's own rest: exactly 0 where the sum starts at 0
  const left = opposite.reduce<Expr>((sum, t) => add(sum, inverse(t)), num(1));
  const none = Object.fromEntries(terms.map((t) => [t.id, num(0)]));
  const others = terms.filter((t) => t !== pivot && !merged.has(t.id)).map((t) => mul(t.factor, name(t.id)));
  const rest = Math.abs(evaluate(left, typical)) < 1e-9 ? [] : [mul(mul(left, pivot.factor), name(pivot.id))];
  const sum = [...opposite.map((t) => name(t.id)), ...others, ...rest, substitute(part, none)].reduce(add);
  const swap = (expr: Expr): Expr => (expr === part ? sum : mapChildren(expr, swap));
  return { output: swap(texts.output), merged };
}

/** A state with constant time constant and a constant increment per weight. */
interface Linear {
  readonly id: string;
  readonly tau: Expr;
  readonly perWeight: Expr;
}

/** Its place in a sum: factor * state; `jump` is what an event of weight 1 makes of it. */
interface Term extends Linear {
  readonly factor: Expr;
  readonly jump: number;
}

/** The outermost part of an expression that is linear in several states. */
function linearPart(expr: Expr, isLinear: (e: Expr) => boolean): Expr | undefined {
  let found: Expr | undefined;
  visit(expr, (e) => {
    if (found === undefined && isLinear(e)) found = e;
  });
  return found;
}

function readsOf(expr: Expr, id: string): number {
  let reads = 0;
  visit(expr, (e) => {
    if (e.kind === "name" && e.name === id) reads++;
  });
  return reads;
}

/** exp(-dt/a) - exp(-dt/b) without cancellation or overflow. */
function decayDifference(a: Expr, b: Expr, dt: Expr): Expr {
  const apart = div(mul(dt, sub(b, a)), mul(a, b)); // dt/a - dt/b
  const slower = call("exp", negate(div(dt, call("max", a, b))));
  const sign = call("select", binary(">", apart, num(0)), num(1), num(-1));
  return mul(sign, mul(slower, call("expm1", negate(call("abs", apart)))));
}
