import type { Expr } from "../../lang/expr.ts";
import { Execution, type Shared } from "./execute.ts";
import type { At } from "./lexer.ts";
import { implicit, euler, exact, type Form, newton } from "./relax.ts";
import { type Reaction, reactionsOf, type Scheme } from "./schemes.ts";
import type { Symbols } from "./symbols.ts";
import type { Routine, Statement } from "./syntax.ts";

export interface Context extends Shared {
  readonly notes: string[];
}

/** A state's step: its old value stands under its name, values of states that were advanced before it under `fresh(name)`. */
export interface Update {
  readonly state: string;
  readonly form: Form;
  readonly at: At;
}

/** The name of a state's new value within a step. */
export const fresh = (state: string): string => `${state}@new`;
export const isFresh = (name: string): boolean => name.endsWith("@new");
export const staleName = (name: string): string => name.replace(/@new$/, "");

/** What a file does when: values of variables at the end of each phase, over those at its start. */
export interface Phases {
  readonly initial: ReadonlyMap<string, Expr>;
  /** blocks that INITIAL solves for a steady state, or LINEAR. */
  readonly steady: readonly { readonly block: string; readonly before: ReadonlyMap<string, Expr> }[];
  readonly updates: readonly Update[];
  readonly schemes: readonly Scheme[];
  readonly advanced: ReadonlyMap<string, Expr>;
  readonly currents: ReadonlyMap<string, Expr>;
}

export function runPhases(context: Context): Phases {
  const { program } = context;
  const steady: { block: string; before: ReadonlyMap<string, Expr> }[] = [];
  const initial = new Execution(context, {
    other: (statement, run) => {
      if (statement.kind === "solve") {
        steady.push({ block: statement.block, before: new Map(run.values) });
        return;
      }
      refuse(context, statement);
    },
  });
  initial.scoped(new Map(), program.initial);
  const body = program.breakpoint?.body ?? [];
  const solves = body.filter((s) => s.kind === "solve");
  const advance = new Advance(context);
  for (const solve of solves) advance.solve(solve);
  const currents = new Execution(context, { other: (statement) => refuse(context, statement) });
  currents.scoped(
    new Map(),
    body.filter((s) => s.kind !== "solve"),
  );
  return {
    initial: initial.values,
    steady,
    updates: advance.updates,
    schemes: advance.schemes,
    advanced: advance.values,
    currents: currents.values,
  };
}

function refuse({ lexer }: Context, statement: Statement): never {
  if (statement.kind === "solve") return lexer.fail(statement, "has a SOLVE within another statement", "Put it at the block's own level"); // prettier-ignore
  if (statement.kind === "call") return lexer.fail(statement, `calls ${statement.name}, which is unknown here`, "Define it, or take it out"); // prettier-ignore
  return lexer.fail(statement, `has a statement of ${statement.kind} where none belongs`, "Move it to its block");
}

type Solve = Extract<Statement, { kind: "solve" }>;

/** state' = f. */
interface Equation {
  readonly state: string;
  readonly f: Expr;
  readonly at: At;
}

/** What SOLVE does to states in a step. */
class Advance {
  readonly updates: Update[] = [];
  readonly schemes: Scheme[] = [];
  readonly #context: Context;
  readonly #values = new Map<string, Expr>();

  constructor(context: Context) {
    this.#context = context;
  }

  get values(): ReadonlyMap<string, Expr> {
    return this.#values;
  }

  solve(solve: Solve): void {
    const { program, lexer } = this.#context;
    const derivative = program.derivatives.get(solve.block);
    if (derivative !== undefined) return this.#derivative(derivative, solve);
    const kinetic = program.kinetics.get(solve.block);
    if (kinetic !== undefined) return this.#kinetic(kinetic, solve);
    const procedure = program.procedures.get(solve.block);
    if (procedure !== undefined) return this.#procedure(procedure);
    if (program.linears.has(solve.block)) lexer.fail(solve, `solves the LINEAR ${solve.block} in every step, which is refused`, "Write its solution"); // prettier-ignore
    lexer.fail(
      solve,
      `solves ${solve.block.slice(0, 60)}, which no block is`,
      "Name a DERIVATIVE, KINETIC or PROCEDURE",
    );
  }

  #execution(effects: ConstructorParameters<typeof Execution>[1]): Execution {
    const run = new Execution(this.#context, effects);
    for (const [name, value] of this.#values) run.set(name, value);
    return run;
  }

  #keep(run: Execution): void {
    for (const [name, value] of run.values) this.#values.set(name, value);
  }

  #derivative(block: Routine, solve: Solve): void {
    const method = solve.method ?? "derivimplicit";
    const { symbols, lexer } = this.#context;
    const equations: Equation[] = [];
    const one = this.#method(method, solve, block, equations);
    const run: Execution = this.#execution({
      derivative: (state, f, at) => {
        this.#isState(state, at);
        const set = this.#values.get(state) ?? run.values.get(state);
        if (set !== undefined) lexer.fail(at, `sets ${state} before its equation`, "Let the equation alone advance it");
        one(state, f, at);
        if (method === "cnexp") run.set(state, symbols.name(fresh(state)));
      },
      other: (statement) => refuse(this.#context, statement),
    });
    run.scoped(new Map(), block.body);
    this.#keep(run);
    this.#implicit(equations);
    this.#settle(run, block);
  }

  #isState(state: string, at: At): void {
    const { variables, lexer } = this.#context;
    if (variables.find(state)?.kind !== "state") lexer.fail(at, `has ${state}', but ${state} is no STATE`, "Declare it in STATE"); // prettier-ignore
  }

  #method(
    method: string,
    solve: Solve,
    block: Routine,
    equations: Equation[],
  ): (state: string, f: Expr, at: At) => void {
    const { symbols: s, lexer, notes } = this.#context;
    const push = (state: string, form: Form, at: At): void => void this.updates.push({ state, form, at });
    switch (method) {
      case "cnexp":
        return (state, f, at) => {
          const form = exact(s, f, state);
          if (form !== undefined) return push(state, form, at);
          const alone = block.body.filter((x) => x.kind === "derivative").length === 1;
          if (!alone) lexer.fail(at, `solves ${state}', which is not linear in ${state}, by cnexp beside other equations, which is refused: NEURON solves all of them together by derivimplicit`, "Give it a block of its own"); // prettier-ignore
          notes.push(`${state}' is not linear in ${state}: cnexp stands for derivimplicit there, as in NEURON`);
          equations.push({ state, f, at });
        };
      case "euler":
        return (state, f, at) => push(state, euler(s, f, state), at);
      case "derivimplicit":
      case "sparse":
        return (state, f, at) => void equations.push({ state, f, at });
      default:
        return lexer.fail(solve, `solves by the method ${method}, which is refused: its steps depend on their error`, "Take cnexp, derivimplicit, sparse or euler"); // prettier-ignore
    }
  }

  /** Equations of one implicit step. Where they read each other in a chain, each takes the new value of the one before.
   * @throws DataError where they go in a circle: that is a system of equations */
  #implicit(equations: readonly Equation[]): void {
    const { symbols: s, lexer } = this.#context;
    const all = new Set(equations.map((e) => e.state));
    const others = ({ state, f }: Equation): string[] =>
      [...s.reads(f)].filter((name) => all.has(name) && name !== state);
    const left = new Map(equations.map((e) => [e.state, e]));
    while (left.size > 0) {
      const next = [...left.values()].find((e) => others(e).every((name) => !left.has(name)));
      if (next === undefined) {
        const [first] = left.values() as Iterable<Equation>;
        lexer.fail((first as Equation).at, `couples ${[...left.keys()].join(", ").slice(0, 100)} in one implicit step, which is refused: it needs a system of equations solved in every step`, "Take cnexp or euler, or reactions between states alone"); // prettier-ignore
      }
      const { state, f, at } = next as Equation;
      left.delete(state);
      const read = new Map(others(next as Equation).map((name) => [name, s.name(fresh(name))]));
      this.#implicitly(state, s.substitute(f, read), at);
    }
  }

  #implicitly(state: string, f: Expr, at: At): void {
    const { symbols: s } = this.#context;
    const form = implicit(s, f, state);
    if (form !== undefined) return void this.updates.push({ state, form, at });
    const iterates = newton(s, f, state, (k) => `${state}_iterate${k}@new`);
    iterates.forEach((next, k) => {
      const last = k === iterates.length - 1;
      this.updates.push({ state: last ? state : `${state}_iterate${k + 1}`, form: { next }, at });
    });
  }

  /** What a block sets a state to after its equation, or instead of one. */
  #settle(run: Execution, block: Routine): void {
    const { symbols: s, variables } = this.#context;
    for (const [name, value] of run.values) {
      if (variables.find(name)?.kind !== "state" || value === s.name(fresh(name))) continue;
      const known = this.updates.findIndex((u) => u.state === name);
      const before = this.updates[known];
      if (before === undefined) this.updates.push({ state: name, form: { next: value }, at: block });
      else {
        const next = s.substitute(value, new Map([[fresh(name), nextOf(s, before)]]));
        this.updates[known] = { ...before, form: { next } };
      }
      this.#values.set(name, s.name(fresh(name)));
    }
  }

  #procedure(block: Routine): void {
    const run = this.#execution({ other: (statement) => refuse(this.#context, statement) });
    run.scoped(new Map(), block.body);
    this.#keep(run);
    this.#settle(run, block);
  }

  #kinetic(block: Routine, solve: Solve): void {
    const found = reactionsOf(this.#context, block, this.#execution.bind(this));
    for (const [name, value] of found.values) this.#values.set(name, value);
    if (found.scheme !== undefined) return void this.schemes.push(found.scheme);
    const rates = fluxes(this.#context, found.reactions);
    this.#implicit([...rates].map(([state, f]) => ({ state, f, at: solve })));
  }
}

/** dx/dt of every state that reactions change. */
function fluxes({ symbols: s }: Context, reactions: readonly Reaction[]): Map<string, Expr> {
  const rates = new Map<string, Expr>();
  for (const { changes, flux } of reactions) {
    for (const [state, by] of changes) {
      const before = rates.get(state);
      const more = s.mul(by, flux);
      rates.set(state, before === undefined ? more : s.add(before, more));
    }
  }
  return rates;
}

/** A form as the value after the step. */
export function nextOf(s: Symbols, { state, form }: Pick<Update, "state" | "form">): Expr {
  if ("next" in form) return form.next;
  const x = s.name(state);
  const [inf, steps] =
    "inf" in form
      ? [form.inf, s.div(s.name("dt"), form.tau)]
      : [s.div(form.alpha, s.add(form.alpha, form.beta)), s.mul(s.name("dt"), s.add(form.alpha, form.beta))];
  return s.sub(x, s.mul(s.call("expm1", s.negate(steps)), s.sub(inf, x)));
}
