import { ModelError } from "../../errors.ts";
import { derivative } from "../../lang/derivative.ts";
import { add, binary, call, div, type Expr, mul, name, negate, num, type Stmt, sub } from "../../lang/expr.ts";
import { dependsOn, freeNames, substitute } from "../../lang/names.ts";
import { readFunctions } from "../../lang/functions.ts";
import { parse } from "../../lang/parse.ts";
import type { Method, Neuron, NeuronState } from "../../mechanisms/neuron.ts";
import { lowOf } from "./step-program.ts";
import { implicitly, implicitName } from "./implicitly.ts";
import { isZero, linearIn } from "../../lang/linear.ts";
import { Noises, noiseStep, whiteStep, type WhiteTerm } from "./noise.ts";
import { LONGEST_CASCADE, propagator } from "../../lang/propagator.ts";
import { noiseRelaxations, type Relaxation, stepsOfMap } from "./too-fast.ts";

/** A neuron with every value behind an identifier: what its step is made of. */
interface ResolvedNeuron {
  readonly where: string; // for errors
  readonly neuron: Neuron;
  /** identifiers by name: parameters with dt, states, inputs (sums of clamps). */
  readonly params: Readonly<Record<string, string>>;
  readonly states: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, Expr>>;
  /** identifiers among the parameters that change from step to step: signals are played into them. */
  readonly varying: ReadonlySet<string>;
  /** all constants, parameters or not. */
  readonly constants: ReadonlySet<string>;
  /** what arrives at ports that have links. */
  readonly events: Readonly<Record<string, string>>;
}

/** The state that counts refractory steps: k + 1 after a spike; above 1.5 the held states stay, above 0.5 no spike is born (above 1.5
 * where spikes are asked for after events: one that arrives as the time ends may fire). */
export const COUNTER = "refractory_steps";

/** A state's value of the next step, or what is added to it. */
interface Step {
  readonly is: "value" | "change";
  readonly value: Expr;
  /** of a state that relaxes: 1 - exp(-dt/tau). */
  readonly factor?: Expr;
}

/** A point neuron's step as statements, every state of n + 1 from the states of n. */
export class NeuronEquations {
  readonly #r: ResolvedNeuron;
  readonly #map: Readonly<Record<string, Expr>>;
  readonly #counter: Expr | undefined;
  #solved: ReturnType<typeof implicitly> | undefined;
  readonly noises: Noises;

  constructor(resolved: ResolvedNeuron) {
    this.noises = new Noises(resolved.where);
    this.#r = resolved;
    const { params, states, inputs } = resolved;
    const names = (ids: Readonly<Record<string, string>>): Record<string, Expr> =>
      Object.fromEntries(Object.entries(ids).map(([n, id]) => [n, name(id)]));
    this.#map = { ...inputs, ...names(params), ...names(states) };
    this.#counter = resolved.neuron.refractory === undefined ? undefined : name(COUNTER);
    const { let: lets = {}, states: own, spike, reset } = resolved.neuron;
    const equations = Object.values(own).flatMap((s) =>
      [..."inf alpha beta d tau next".split(" ")].flatMap((key) => (s as Record<string, string>)[key] ?? []),
    );
    for (const text of [...Object.values(lets), ...equations, spike, ...Object.values(reset)]) this.text(text); // all noises are known before the states are
  }

  get held(): readonly string[] {
    return this.#counter === undefined ? [] : (this.#r.neuron.held ?? ["V"]);
  }

  /** `fired`, then what a spike does. */
  detect(fired: string, carried: ReadonlySet<string>): Stmt[] {
    const { neuron, states, params } = this.#r;
    const isReady = num(neuron.fires === "afterEvents" ? 1.5 : 0.5);
    const spike =
      this.#counter === undefined ? num(1) : call("select", binary("<", this.#counter, isReady), num(1), num(0));
    const stmts: Stmt[] = [{ op: "let", name: fired, value: call("select", this.text(neuron.spike), spike, num(0)) }];
    const did = binary(">", name(fired), num(0.5));
    for (const [s, text] of Object.entries(neuron.reset)) {
      const id = states[s] as string;
      stmts.push({ op: "set", name: id, value: call("select", did, this.text(text), name(id)) });
      if (carried.has(id))
        stmts.push({ op: "set", name: lowOf(id), value: call("select", did, num(0), name(lowOf(id))) });
    }
    if (this.#counter === undefined) return stmts;
    const steps = add(
      call("floor", add(div(this.text(neuron.refractory as string), name(params.dt as string)), num(0.5))),
      num(1),
    );
    stmts.push({ op: "set", name: COUNTER, value: call("select", did, steps, this.#counter) });
    return stmts;
  }

  /** The states that a spike replaces and that its condition asks for. */
  replaced(): string[] {
    const { neuron, states } = this.#r;
    const asked = freeNames(this.text(neuron.spike));
    return Object.entries(neuron.reset).flatMap(([s, text]) => {
      const id = states[s] as string;
      return asked.has(id) && !dependsOn(this.text(text), id) ? [id] : [];
    });
  }

  /** What a state that a spike replaces is a step after it was as large as it may be without one, over parameters and other states; undefined
   * where the condition is not that it is above a value, or the step is implicit. */
  fromThreshold(id: string): Expr | undefined {
    const spike = this.text(this.#r.neuron.spike);
    const step = Object.entries(this.#next()).find(([s]) => this.#r.states[s] === id)?.[1];
    if (this.#implicitStates().length > 0) return undefined; // what its iterates would be is not asked
    if (step === undefined || spike.kind !== "binary" || !/^>=?$/.test(spike.op)) return undefined;
    if (spike.left.kind !== "name" || spike.left.name !== id) return undefined;
    const after = substitute(step.value, { [id]: spike.right });
    return step.is === "change" ? add(spike.right, after) : after;
  }

  /** What is due at this step is added, all ports from the states before any of them. */
  receive(): Stmt[] {
    const { neuron, states, events } = this.#r;
    return Object.entries(neuron.ports).flatMap(([port, { onEvent }]) => {
      const input = events[port];
      if (input === undefined) return [];
      return Object.entries(onEvent).map(([s, text]): Stmt => {
        const id = states[s] as string;
        const change = this.text(text, { weight: name(input) });
        const lost = this.held.includes(s) && this.#counter !== undefined;
        const acts = lost ? call("select", binary(">", this.#counter as Expr, num(1.5)), num(0), change) : change;
        return { op: "add", name: id, value: acts };
      });
    });
  }

  /** Names of changes that stay sums of their own, so that a small change keeps its digits beside a large state. */
  get changes(): readonly string[] {
    return Object.values(this.#r.states).map(changeOf);
  }

  /** States that add a change in every step, each with its unit and, where it relaxes, its factor. */
  additions(): { readonly id: string; readonly unit: string; readonly factor: Expr | undefined }[] {
    const { neuron, states } = this.#r;
    return Object.entries(this.#next()).flatMap(([s, { is, factor }]) =>
      is === "change" ? [{ id: states[s] as string, unit: neuron.states[s]?.unit ?? "1", factor }] : [],
    );
  }

  advance(): Stmt[] {
    const { neuron, states } = this.#r;
    const next = this.#next();
    const each = Object.keys(neuron.states).map((s) => ({ s, id: states[s] as string, step: next[s] as Step }));
    const lets = [...this.#implicit().lets, ...each.map(({ id, step }): Stmt => ({ op: "let", name: changeOf(id), value: step.value }))]; // prettier-ignore
    const sets = each.map(({ s, id, step }): Stmt => {
      const [x, change] = [name(id), name(changeOf(id))];
      const held = this.#counter !== undefined && this.held.includes(s);
      const stays = binary(">", this.#counter ?? num(0), num(1.5));
      if (step.is === "value") return { op: "set", name: id, value: held ? call("select", stays, x, change) : change };
      return { op: "add", name: id, value: held ? call("select", stays, num(0), change) : change };
    });
    const noise = this.noises.states.map((n) => noiseStep(n, name(this.#r.params.dt as string)));
    if (this.#counter === undefined) return [...lets, ...sets, ...noise];
    return [
      ...lets,
      ...sets,
      ...noise,
      { op: "set", name: COUNTER, value: call("max", sub(this.#counter, num(1)), num(0)) },
    ];
  }

  /** How many of its time constants a step is, of each state: where it relaxes over all potentials (a state V in mV), else by the slope of its
   * equation or map at the start. */
  relaxations(start: Readonly<Record<string, Expr>>): Relaxation[] {
    const { neuron, states, params } = this.#r;
    const dt = name(params.dt as string);
    const V = neuron.states["V"]?.unit === "mV" ? (states["V"] as string) : "";
    const own = Object.entries(neuron.states).map(([s, state]): Relaxation => {
      const base = { state: states[s] as string, called: s, owner: neuron.name, place: "" };
      if ("next" in state)
        return {
          ...base,
          V: "",
          by: "map",
          steps: substitute(stepsOfMap(this.text(state.next), base.state, params.dt as string), start),
        };
      if ("alpha" in state) return { ...base, V, steps: mul(dt, add(this.text(state.alpha), this.text(state.beta))) };
      if (state.tau !== undefined) return { ...base, V, steps: div(dt, this.text(state.tau)) };
      const slope = substitute(derivative(this.#d(s), states[s] as string), start);
      return { ...base, V: "", steps: call("abs", mul(dt, slope)) };
    });
    return [...own, ...noiseRelaxations(this.noises.states, params.dt as string, neuron.name, new Set([V]))];
  }

  /** How each state with an equation is advanced, for `describe`. */
  methods(): Record<string, Exclude<Method, "auto"> | "relax" | "map"> {
    const own = this.#r.neuron.states;
    return Object.fromEntries(Object.entries(own).map(([s, state]) => [s, this.#methodOf(s, state)]));
  }

  /** A text with its names replaced; lets are expanded. */
  text(text: string, extra: Readonly<Record<string, Expr>> = {}): Expr {
    const map: Record<string, Expr> = { ...this.#map, ...extra };
    const own = readFunctions(this.#r.where, this.#r.neuron.functions);
    for (const [id, value] of Object.entries(this.#r.neuron.let ?? {}))
      map[id] = substitute(parse(value, this.#r.where, own), map);
    return this.noises.replace(substitute(parse(text, this.#r.where, own), map), "");
  }

  #methodOf(s: string, state: NeuronState): Exclude<Method, "auto"> | "relax" | "map" {
    if ("next" in state) return "map";
    if (!("d" in state)) return "relax";
    if (state.tau !== undefined) return "exponentialEuler";
    const { method = "auto" } = this.#r.neuron;
    if (method === "exact" && !this.#cascade().includes(s))
      this.#refuse(
        s,
        "exact",
        `no cascade of linear equations with constant coefficients, up to ${LONGEST_CASCADE} one behind the other`,
      );
    if (method === "exponentialEuler" && this.#linear(s) === undefined) this.#refuse(s, method, `not linear in ${s}`);
    if (method !== "auto") return method;
    if (this.#cascade().includes(s)) return "exact";
    return this.#linear(s) === undefined ? "euler" : "exponentialEuler";
  }

  #refuse(s: string, method: Method, why: string): never {
    throw new ModelError(
      `${this.#r.where}, state "${s}"`,
      `cannot be advanced by the method "${method}": it is ${why}`,
      'Use "euler", "midpoint", "heun" or "backwardEuler"',
    );
  }

  #next(): Record<string, Step> {
    const { neuron, states } = this.#r;
    const dt = name(this.#r.params.dt as string);
    const methods = this.methods();
    const next: Record<string, Step> = {};
    const exact = Object.keys(methods).filter((s) => methods[s] === "exact");
    if (exact.length > 0) Object.assign(next, this.#exact(exact, dt));
    const noisy = (s: string, step: Step, slope?: Expr): Step => ({
      ...step,
      value: this.#whiteOf(s).reduce(
        (sum, { term, factor }) => add(sum, whiteStep(term, factor, slope, dt)),
        step.value,
      ),
    });

    const explicit = Object.keys(methods).filter((s) => ["euler", "midpoint", "heun"].includes(methods[s] as string));
    for (const [k, s] of this.#implicitStates().entries())
      next[s] = { is: "change", value: this.#implicit().changes[k] as Expr };
    if (explicit.length > 0)
      Object.assign(
        next,
        Object.fromEntries(Object.entries(this.#explicit(explicit, dt)).map(([s, step]) => [s, noisy(s, step)])),
      );
    for (const [s, state] of Object.entries(neuron.states)) {
      const x = name(states[s] as string);
      if ("next" in state) next[s] = { is: "value", value: this.text(state.next) };
      else if ("d" in state && state.tau !== undefined)
        next[s] = noisy(s, held(this.#d(s), this.text(state.tau), dt), negate(div(num(1), this.text(state.tau))));
      else if ("inf" in state) next[s] = relax(x, this.text(state.inf), div(dt, this.text(state.tau)));
      else if ("alpha" in state) {
        const [alpha, beta] = [this.text(state.alpha), this.text(state.beta)];
        next[s] = relax(x, div(alpha, add(alpha, beta)), mul(dt, add(alpha, beta)));
      } else if (methods[s] === "exponentialEuler") {
        const { slope, rest } = this.#linear(s) as { slope: Expr; rest: Expr };
        next[s] = noisy(
          s,
          { is: "change", value: mul(mul(dt, call("exprel", mul(dt, slope))), add(rest, mul(slope, x))) },
          slope,
        );
      }
    }
    return next;
  }

  /** d = rest + slope * state, where it is linear in its own state. */
  #linear(s: string): { slope: Expr; rest: Expr } | undefined {
    return linearIn(this.#d(s), this.#r.states[s] as string);
  }

  /** A state's equation without its white noise. */
  #d(s: string): Expr {
    const d = this.text((this.#r.neuron.states[s] as { d: string }).d);
    const none = Object.fromEntries(this.noises.white.map((w) => [w.id, num(0)]));
    return this.noises.white.length === 0 ? d : substitute(d, none);
  }

  /** The white noise in a state's equation: each term and what it is multiplied by.
   * @throws ModelError where it is not added */
  #whiteOf(s: string): { term: WhiteTerm; factor: Expr }[] {
    const state = this.#r.neuron.states[s] as NeuronState;
    if (!("d" in state)) return [];
    const d = this.text(state.d);
    const ids = new Set(this.noises.white.map((w) => w.id));
    return this.noises.white.flatMap((term) => {
      if (!dependsOn(d, term.id)) return [];
      const factor = derivative(d, term.id);
      if (!dependsOn(factor, ids)) return [{ term, factor }];
      throw new ModelError(`${this.#r.where}, state "${s}"`, "has white noise in a product or function with noise", "Add white noise to the equation, times something that has none"); // prettier-ignore
    });
  }

  /** States with `d` that form a cascade: linear in themselves and in earlier members, with coefficients of parameters alone. Any number may
   * stand side by side; those one behind the other, and the ways that lead to one, are limited. */
  #cascade(): string[] {
    const { neuron, states } = this.#r;
    const members: string[] = [];
    const depths: number[] = [];
    const paths: number[] = [];
    const candidates = Object.keys(neuron.states).filter((s) => {
      const state = neuron.states[s] as NeuronState;
      return "d" in state && state.tau === undefined && this.#whiteOf(s).length === 0;
    });
    const all = new Set([...Object.values(states), ...this.noises.states.map((n) => n.id)]);
    for (const s of candidates) {
      const own = [...members, s].map((m) => states[m] as string);
      const others = new Set([...all].filter((id) => !own.includes(id)));
      const d = this.#d(s);
      if (dependsOn(d, others)) continue;
      const slopes = own.map((id) => derivative(d, id));
      if (!slopes.every((slope) => this.#constant(slope)) || isZero(slopes.at(-1) as Expr)) continue;
      const before = members.flatMap((_, k) => (isZero(slopes[k] as Expr) ? [] : [k]));
      const depth = 1 + Math.max(0, ...before.map((k) => depths[k] as number));
      const leading = 1 + before.reduce((sum, k) => sum + (paths[k] as number), 0);
      if (depth > LONGEST_CASCADE || leading > 2 ** (LONGEST_CASCADE - 1)) continue; // as many as to the last of so many that all act on each other
      members.push(s);
      depths.push(depth);
      paths.push(leading);
    }
    return members;
  }

  #constant(expr: Expr): boolean {
    const constants = new Set([...Object.values(this.#r.params), ...this.#r.constants]);
    return [...freeNames(expr)].every((id) => constants.has(id) && !this.#r.varying.has(id));
  }

  #exact(members: readonly string[], dt: Expr): Record<string, Step> {
    const ids = members.map((m) => this.#r.states[m] as string);
    const rows = members.map((m) => this.#d(m));
    const slopes = rows.map((d) => ids.map((id) => derivative(d, id)));
    const changes = propagator(slopes, rows, dt);
    const factor = (k: number): Expr => negate(call("expm1", mul(dt, (slopes[k] as Expr[])[k] as Expr)));
    return Object.fromEntries(
      members.map((m, k): [string, Step] => [m, { is: "change", value: changes[k] as Expr, factor: factor(k) }]),
    );
  }

  /** States that one implicit step advances together. */
  #implicitStates(): string[] {
    if (this.#r.neuron.method !== "backwardEuler") return [];
    return Object.entries(this.#r.neuron.states).flatMap(([s, state]) => ("d" in state && state.tau === undefined ? [s] : [])); // prettier-ignore
  }

  /** Such a step. Other states, inputs, parameters and noise are as at n; what is held has no equation meanwhile. */
  #implicit(): ReturnType<typeof implicitly> {
    if (this.#solved !== undefined) return this.#solved;
    const members = this.#implicitStates();
    const step = name(this.#r.params.dt as string);
    const lets: Stmt[] = [];
    const kept = (id: string, value: Expr): Expr => {
      lets.push({ op: "let", name: implicitName(id), value });
      return name(implicitName(id));
    };
    const isFree = (s: string): Expr => kept(`free_${s}`, call("select", binary(">", this.#counter as Expr, num(1.5)), num(0), num(1))); // prettier-ignore
    const rows = members.map((s) => {
      const white = this.#whiteOf(s).map(({ term, factor }) => whiteStep(term, factor, undefined, step));
      const noise = white.length === 0 ? [] : [div(kept(`noise_${s}`, white.reduce(add)), step)];
      const d = [this.#d(s), ...noise].reduce(add);
      return this.#counter !== undefined && this.held.includes(s) ? mul(isFree(s), d) : d;
    });
    const solved = implicitly(this.#r.where, members.map((m) => this.#r.states[m] as string), rows, step); // prettier-ignore
    return (this.#solved = { lets: [...lets, ...solved.lets], changes: solved.changes });
  }

  /** Euler, midpoint or Heun of all such states together; the others stay at n. */
  #explicit(members: readonly string[], dt: Expr): Record<string, Step> {
    const { states, neuron } = this.#r;
    const method = neuron.method ?? "auto";
    const slope = members.map((m) => this.#d(m));
    const x = members.map((m) => name(states[m] as string));
    const moved = (by: Expr): Record<string, Expr> =>
      Object.fromEntries(members.map((m, k) => [states[m] as string, add(x[k] as Expr, mul(by, slope[k] as Expr))]));
    const value = (k: number): Expr => {
      const first = slope[k] as Expr;
      if (method === "midpoint") return mul(dt, substitute(first, moved(mul(num(0.5), dt))));
      if (method === "heun") return mul(mul(num(0.5), dt), add(first, substitute(first, moved(dt))));
      return mul(dt, first);
    };
    return Object.fromEntries(members.map((m, k): [string, Step] => [m, { is: "change", value: value(k) }]));
  }
}

/** (inf - x) (1 - exp(-steps)), written so that slow states keep their digits. */
function relax(x: Expr, inf: Expr, steps: Expr): Step {
  const factor = negate(call("expm1", negate(steps)));
  return { is: "change", value: mul(factor, sub(inf, x)), factor };
}

/** d tau (1 - exp(-dt/tau)). */
function held(d: Expr, tau: Expr, dt: Expr): Step {
  const factor = negate(call("expm1", negate(div(dt, tau))));
  return { is: "change", value: mul(mul(tau, factor), d), factor };
}

const changeOf = (id: string): string => `change_${id}`;
