import { type Expr, type Stmt } from "../../lang/expr.ts";
import { freeNames, substitute } from "../../lang/names.ts";
import type { Params } from "./params.ts";
import { type CellEquations } from "./program.ts";
import { lost } from "./relaxing.ts";
import type { ResolvedCell, ResolvedNode } from "./resolved-cell.ts";
import { lowOf } from "./step-program.ts";

/** float32 stops a state short of where it goes: what a step adds, (1 - exp(-dt/tau)) times what is missing, is lost once it is less
 * than half an ulp, so up to half an ulp over that factor stays missing. Where this is more than is allowed here, the state
 * carries what its sums round off in a second word ("low_<state>", a state like any other; unused in float64). */

/** mV; half an ulp of a voltage from 64 to 128 mV is 2^-18 mV. At dt 0.025 ms it takes a tau above 6.6 ms to miss more. */
const VOLTAGE_ERROR = 1e-3;
const HALF_ULP_OF_A_VOLTAGE = 2 ** -18;
/** of a gate, a concentration or a conductance, relative; half an ulp is at most 2^-24 of it. At dt 0.025 ms: a tau above 42 ms. */
const STATE_ERROR = 1e-4;
const HALF_ULP = 2 ** -24;
const VOLTAGE_LEAST = HALF_ULP_OF_A_VOLTAGE / VOLTAGE_ERROR;
const STATE_LEAST = HALF_ULP / STATE_ERROR;

/** mV: where time constants are looked at. Outside, rates of published channels only become faster. */
const VOLTAGES = Float64Array.from({ length: 25 }, (_, k) => 10 * k - 120);
/** Cells and entries that are looked at, evenly spaced: time constants vary smoothly along a pool. */
const LOOKED_AT = 5;

/** Statements whose sums into these states carry. */
export const carrying = (stmts: readonly Stmt[], states: ReadonlySet<string>): Stmt[] =>
  stmts.map((s) => (s.op === "add" && states.has(s.name) ? { ...s, carry: lowOf(s.name) } : s));

/** Whether a state that relaxes by a factor of parameters alone needs it: `state` voltages in mV, anything else relative. */
export const needsCarry = (factor: Expr, unit: string, params: Params): boolean =>
  [...freeNames(factor)].some((id) => !params.constants.has(id)) ||
  params.some(factor, "", VOLTAGES, LOOKED_AT, (x) => !(x >= (unit === "mV" ? VOLTAGE_LEAST : STATE_LEAST)));

/** What each state but the voltages starts at, over parameters and voltages; states of schemes and noises are left out. */
export function startValues(cell: ResolvedCell, equations: CellEquations): Readonly<Record<string, Expr>> {
  const known: Record<string, Expr> = {};
  for (const { name: state, value, rest } of equations.initial(true))
    if (rest === undefined && !cell.nodes.some((n) => n.V === state)) known[state] = substitute(value, known);
  return known;
}

/** The states of a cell that need it in some cell of some entry, over the voltages that membranes reach. */
export function carriedStates(cell: ResolvedCell, equations: CellEquations, params: Params): Set<string> {
  const known = startValues(cell, equations);
  const slow = (factor: Expr, V: string, least: number): boolean => {
    const expr = substitute(factor, known);
    if ([...freeNames(expr)].some((id) => id !== V && !params.constants.has(id))) return true;
    return params.some(expr, V, VOLTAGES, LOOKED_AT, (x) => !(x >= least));
  };
  const clamped = cell.clamps.filter(({ conductance }) => conductance !== undefined); // see clampPath
  const carried = new Set(clamped.map(({ node }) => (cell.nodes[node] as ResolvedNode).V));
  for (const { state, V, steps } of equations.membrane()) if (slow(lost(steps), V, VOLTAGE_LEAST)) carried.add(state);
  for (const { state, V, steps, by } of equations.relaxations()) {
    // how fast an implicit step is changes with the state
    if (by === "newton" || (by === undefined && slow(lost(steps), V, STATE_LEAST))) carried.add(state);
  }
  return carried;
}
