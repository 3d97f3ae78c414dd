import type { CompiledCells, CompiledNetwork } from "../compile/compiled.ts";
import { beyondLargest } from "../compile/links/plasticity.ts";
import { potentials } from "../compile/cells/step-program.ts";
import { StateError } from "../errors.ts";
import { evaluate } from "../lang/evaluate.ts";
import { UNSETTLED } from "../lang/symbolic/coupled.ts";

/** No state of a cell but its potentials comes near this, in whatever unit: gates are fractions, conductances uS, concentrations mM. */
export const STATE_LIMIT = 1e30;

/** Whether the iterations of an implicit step left a state beside a root, far or near, rounded or not. */
const isUnsettled = (x: number): boolean => Math.abs(x / UNSETTLED - 1) < 1e-6;

/** Bits of |x| as float32, as `magnitude` of shaders/log.wgsl compares them. */
export const magnitude = (x: number): number => (new Uint32Array(Float32Array.of(x).buffer)[0] as number) & 0x7fffffff;

/** A state that is not finite or beyond its bound. */
interface Unsound {
  readonly population: string;
  readonly entry: number;
  readonly cell: number;
  readonly state: string;
  readonly value: number;
  readonly limit: number;
}

/** How far a point neuron's potential may be beyond a membrane's, and beyond what its own equation makes of one at its threshold, before a reset
 * takes it back: an exponential that is about to spike is at 1e10 mV and more. */
const [BEYOND_MEMBRANES, BEYOND_OWN] = [1e6, 1e3] as const;

/** The largest magnitude that a cell's potentials may have, mV. */
export const potentialLimit = ({ program: { detect } }: CompiledCells, voltageLimit: number): number =>
  "stmts" in detect
    ? Math.min(STATE_LIMIT, Math.max(BEYOND_MEMBRANES * voltageLimit, BEYOND_OWN * detect.overshoot))
    : voltageLimit;

/** The largest magnitude that each state of a cell may have. */
export function stateLimits(cells: CompiledCells, voltageLimit: number): Float64Array {
  const own = new Set(potentials(cells.program));
  const limit = potentialLimit(cells, voltageLimit);
  return Float64Array.from(cells.program.states, (name) => (own.has(name) ? limit : STATE_LIMIT));
}

/** Whether the states (rows [state][entry][cell] of n cells) of some cells of some entries keep within their limits. */
export function isSound(state: Float64Array | Float32Array, limits: Float64Array, n: number, own: { readonly entries: Range; readonly cells: Range }): boolean {
  const entries = state.length / limits.length / n;
  for (let s = 0; s < limits.length; s++) {
    const limit = limits[s] as number;
    for (let e = own.entries.first; e < own.entries.end; e++) {
      const at = (s * entries + e) * n;
      for (let k = at + own.cells.first, end = at + own.cells.end; k < end; k++) if (!(Math.abs(state[k] as number) <= limit)) return false;
    }
  }
  return true;
} // prettier-ignore

/** Those from `first` on, before `end`. */
interface Range {
  readonly first: number;
  readonly end: number;
}

/** The first state of the first cell, in order of populations, entries and cells, that is unsound; one that did not settle goes first, of which
 * others of that step may have read, then potentials.
 * @param states  of a population: state s, entry e, cell c at (s * entries + e) * n + c */
function firstUnsound(
  { populations, entries, voltageLimit }: CompiledNetwork,
  states: (population: number) => ArrayLike<number>,
): Unsound | undefined {
  for (const [k, p] of populations.entries()) {
    if (p.kind !== "cells") continue;
    const values = states(k);
    const { n, name: population, program } = p;
    const limits = stateLimits(p, voltageLimit);
    const order = [...limits.keys()].sort((a, b) => (limits[a] as number) - (limits[b] as number));
    for (let g = 0; g < entries * n; g++) {
      const valueOf = (s: number): number => values[s * entries * n + g] as number;
      const unsound = order.filter((s) => !(Math.abs(valueOf(s)) <= (limits[s] as number)));
      const s = unsound.find((k) => isUnsettled(valueOf(k))) ?? unsound[0];
      if (s === undefined) continue;
      const id = program.states[s] as string;
      const state = "stmts" in program.detect ? id.replace(/^s_/, "") : id; // a point neuron's own
      return { population, entry: Math.floor(g / n), cell: g % n, state, value: valueOf(s), limit: limits[s] as number }; // prettier-ignore
    }
  }
  return undefined;
}

/** States as an engine has them. */
interface StatesNow {
  /** of a population: state s, entry e, cell c at (s * entries + e) * n + c. */
  readonly cells: (population: number) => ArrayLike<number>;
  /** of source-side plasticity, by index, where it stops a run: the same of its sources. */
  readonly releases: (plasticity: number) => ArrayLike<number>;
}

/** The first source whose last spike transmits more than its rule allows. */
function firstBeyond({ plasticity, populations, entries }: CompiledNetwork, states: StatesNow["releases"]) {
  for (const [k, { stops, states: names, params, values, n, population, lane }] of plasticity.entries()) {
    if (stops === undefined || lane === undefined) continue;
    const state = states(k);
    for (let i = 0; i < entries * n; i++) {
      const source = i % n;
      const env: Record<string, number> = {};
      names.forEach((s, j) => (env[`s_${s}`] = state[j * entries * n + i] as number));
      params.forEach((p, j) => (env[p] = values[j * n + source] as number));
      const factor = evaluate(stops.raw, env);
      if (Math.abs(factor) <= evaluate(stops.limit, env)) continue;
      return { stops, population: (populations[population] as { name: string }).name, entry: Math.floor(i / n), source, factor };
    }
  }
  return undefined;
} // prettier-ignore

/** What to say of states after step `step` - 1, the first that are not all sound. */
export function stateError(network: CompiledNetwork, step: number, { cells, releases }: StatesNow): StateError {
  const found = firstUnsound(network, cells);
  const { dt, entries } = network;
  const at = `at step ${step} (t = ${Number((step * dt).toPrecision(12))} ms)`;
  const remedy =
    "What came before is kept. Look for a clamp or a weight that is too large, a dt that is too long, or a division by zero in " +
    "a mechanism; a model that does go there needs a larger voltageLimit";
  const beyond = firstBeyond(network, releases);
  if (beyond !== undefined) {
    const { stops, population, entry, source, factor } = beyond;
    const [where, what, more] = beyondLargest(stops, population, source, factor, at);
    return new StateError(`${where}${entries > 1 ? `, entry ${entry}` : ""}`, what, `What came before is kept. ${more}`, { step, population, entry, cell: source, state: "transmit", value: factor }); // prettier-ignore
  }
  const learns = network.readouts.find((r) => r.learning !== undefined);
  if (found === undefined && learns !== undefined) {
    const what = `has weights beyond ${STATE_LIMIT}, or a P that is no longer positive definite, ${at}`;
    return new StateError(
      `read-out "${learns.name}"`,
      what,
      "What came before is kept. Give a smaller P0, or learn in float64",
      { step },
    );
  }
  if (found === undefined) return new StateError("network", `has a state that is not finite ${at}`, remedy, { step });
  const { population, entry, cell, state, value, limit } = found;
  const where = `${population}, cell ${cell}${entries > 1 ? `, entry ${entry}` : ""}`;
  if (isUnsettled(value))
    return new StateError(where, `${state} has not settled: Newton's four iterations of its implicit step have not converged: the next root is far, or there is none, ${at}`, "What came before is kept. Take a shorter dt, or another method (of a neuron), or give the state inf and tau, or next", { step, population, entry, cell, state, value }); // prettier-ignore
  const what = Number.isFinite(value) ? `${Number(value.toPrecision(6))}, beyond ±${limit}` : String(value);
  return new StateError(where, `${state} is ${what}, ${at}`, remedy, { step, population, entry, cell, state, value });
}

/** The last step in [good, bad) up to which all states are sound, by halving. @param soundTo  repeats from `good` to a step */
export async function lastSound(
  good: number,
  bad: number,
  soundTo: (step: number) => boolean | Promise<boolean>,
): Promise<number> {
  let [low, high] = [good, bad];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await soundTo(middle)) low = middle;
    else high = middle;
  }
  return low;
}
