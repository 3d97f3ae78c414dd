import { derivative } from "../../../lang/derivative.ts";
import type { Expr } from "../../../lang/expr.ts";
import { bar } from "./barred.ts";
import { groups, type KineticRules, together } from "../../../lang/symbolic/coupled.ts";
import { IDLE } from "../events/under-way.ts";
import type { Sent } from "./sent.ts";
import { chosen, type Equation, formOf, slopeOf, through, type Written } from "./equations.ts";
import { Execution } from "./execute.ts";
import { atRest, rested, solved } from "./solved.ts";
import type { At } from "../reading/lexer.ts";
import { implicit, euler, exact, type Form, mapForm, nextOf } from "../../../lang/symbolic/relax.ts";
import { drawName, type Law, nowName, startName } from "./random.ts";
import { type Conserved, fluxes, held, reactionsOf, released, type Scheme } from "./schemes.ts";
import { type Context, isGathered } from "./context.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { Hook, Routine, Statement } from "../reading/syntax.ts";

/** A state's step: its old value stands under its name, values of states that were advanced before it under `fresh(name)`. */
interface Update {
  readonly state: string;
  readonly form: Form;
  readonly at: At;
}

/** The name of a state's new value within a step. */
export const fresh = (state: string): string => `${state}@new`;
export const isFresh = (name: string): boolean => name.endsWith("@new");
export const staleName = (name: string): string => name.replace(/@new$/, "");

interface Started {
  readonly block: string;
  readonly before: ReadonlyMap<string, Expr>;
  /** of a steady state the engine finds, what no other expression may read. */
  readonly at: ReadonlyMap<string, Expr>;
}

const sentName = (k: number): string => `sent@${k}`;

/** What a file does when: values of variables at the end of each phase, over those at its start. */
export interface Phases {
  readonly initial: ReadonlyMap<string, Expr>;
  /** Blocks that INITIAL solves for a steady state, or LINEAR: what it had set before, and what each state is by it. */
  readonly steady: readonly Started[];
  /** events that INITIAL sends to the file's own NET_RECEIVE, by their flags. */
  readonly sent: readonly Sent[];
  readonly updates: readonly Update[];
  readonly schemes: readonly Scheme[];
  /** of blocks that are more than schemes. */
  readonly conserved: readonly Conserved[];
  readonly advanced: ReadonlyMap<string, Expr>;
  readonly currents: ReadonlyMap<string, Expr>;
  /** numbers that BREAKPOINT draws, as states that each step draws anew. */
  readonly drawn: readonly { readonly name: string; readonly law: Law }[];
}

export function runPhases(context: Context): Phases {
  const { program } = context;
  const steady: Started[] = [];
  const sent: Omit<Sent, "delay">[] = [];
  const initial = new Execution(context, {
    draw: counted(context, startName, "initial"),
    other: (statement, run) => {
      if (statement.kind === "solve") {
        const procedure = program.procedures.get(statement.block);
        if (procedure !== undefined) return run.scoped(new Map(), procedure.body);
        if (!isSolvable(program, statement.block)) return noBlock(context, statement);
        const before = new Map(run.values);
        const linear = program.linears.get(statement.block);
        const kinetic = program.kinetics.get(statement.block);
        const at = linear !== undefined ? solved(context, linear, before) : kinetic !== undefined ? rested(context, kinetic, before) : atRest(context, statement); // prettier-ignore
        steady.push({ block: statement.block, before, at });
        for (const [state, value] of at) run.set(state, value);
        return;
      }
      if (statement.kind === "call" && statement.name === "net_send") {
        const [delay, flag] = statement.args.map((arg) => run.value(arg));
        const { line, column } = statement;
        run.set(sentName(sent.length), delay ?? context.symbols.number(0));
        sent.push({ flag: flag ?? context.symbols.number(0), under: run.under(), line, column });
        return;
      }
      refuse(context, statement);
    },
  });
  initial.scoped(new Map(), [...hooked(context, "BEFORE INITIAL"), ...program.initial, ...hooked(context, "AFTER INITIAL"), ...hooked(context, "BEFORE STEP")]); // prettier-ignore
  const values = new Map(initial.values);
  const events = sent.map((one, k) => ({ ...one, delay: delayOf(context, values, sentName(k)) }));
  const body = program.breakpoint?.body ?? [];
  const advance = new Advance(context, values, steady.length > 0);
  advance.all(body);
  // NEURON runs all of BREAKPOINT with the states where a file carries no current
  const [inStep, withCurrents] = carriesCurrent(context) ? [[], withoutSolves(body)] : [withoutSolves(body), []];
  advance.after([...inStep, ...hooked(context, "AFTER SOLVE"), ...hooked(context, "BEFORE STEP")]);
  const currents = new Execution(context, { draw: drawnNow(context, "breakpoint"), other: (statement) => refuse(context, statement) }); // prettier-ignore
  beforeCurrents(context, currents);
  currents.scoped(new Map(), withCurrents);
  return {
    initial: values,
    steady,
    sent: events,
    updates: advance.updates,
    schemes: advance.schemes,
    conserved: advance.conserved,
    advanced: advance.values,
    currents: currents.values,
    drawn: [],
  };
}

/** Draws of a phase, by their places. */
function counted({ symbols: s }: Context, name: (law: Law, place: string) => string, phase: string): (law: Law) => Expr {
  let draws = 0;
  return (law) => s.name(name(law, `${phase}${draws++}`));
} // prettier-ignore

/** Draws of BREAKPOINT: those of a gather would be one number for all targets of a source, where each process draws its own. */
const drawnNow = (context: Context, phase: string): ((law: Law) => Expr | undefined) =>
  isGathered(context) ? () => undefined : counted(context, nowName, phase);

/** Takes the delay of an event that INITIAL sends out of its values. */
function delayOf({ symbols: s }: Context, values: Map<string, Expr>, sent: string): Expr {
  const delay = values.get(sent) as Expr;
  values.delete(sent);
  return s.substitute(delay, new Map([[sent, s.number(IDLE)]]));
}

const carriesCurrent = ({ program }: Context): boolean =>
  program.nonspecific.length > 0 || program.electrode.length > 0 || program.ions.some(({ ion, write }) => write.includes(`i${ion}`)); // prettier-ignore

/** Statements of BREAKPOINT without those of the states' step. */
const withoutSolves = (body: readonly Statement[]): Statement[] =>
  body
    .filter((s) => s.kind !== "solve")
    .map((s) => (s.kind === "if" ? { ...s, then: withoutSolves(s.then), otherwise: withoutSolves(s.otherwise) } : s));

const hasSolve = (body: readonly Statement[]): boolean =>
  body.some((s) => s.kind === "solve" || (s.kind === "if" && (hasSolve(s.then) || hasSolve(s.otherwise))));

/** What BEFORE and AFTER add to a phase. */
const hooked = ({ program }: Context, when: Hook["when"]): Statement[] =>
  program.hooks.filter((hook) => hook.when === when).flatMap((hook) => hook.body);

/** BEFORE BREAKPOINT: as if at the top of BREAKPOINT, but that NEURON's dI/dV does not see it. */
function beforeCurrents(context: Context, currents: Execution): void {
  const { program, lexer, symbols: s, variables } = context;
  const before = new Execution(context, { draw: drawnNow(context, "before"), other: (statement) => refuse(context, statement) }); // prettier-ignore
  before.scoped(new Map(), hooked(context, "BEFORE BREAKPOINT"));
  for (const [name, value] of before.values) currents.set(name, value);
  const [at] = program.hooks.filter(({ when }) => when === "BEFORE BREAKPOINT");
  for (const [name, value] of currents.values) {
    if (s.reads(value).has(variables.symbolOf("v"))) currents.set(name, bar(context, at as At, `computes ${name} from the voltage in BEFORE BREAKPOINT, which is refused: the solver would not see it change`, "Compute it in BREAKPOINT")); // prettier-ignore
    if (variables.find(name)?.kind === "state") lexer.fail(at as At, `sets the state ${name} in BEFORE BREAKPOINT, which is refused: states are of their own step`, "Set it in the block that SOLVE names"); // prettier-ignore
  }
}

function refuse({ lexer }: Context, statement: Statement): never {
  if (statement.kind === "solve") return lexer.fail(statement, "has a SOLVE within another statement", "Put it at the block's own level"); // prettier-ignore
  if (statement.kind === "call") return lexer.fail(statement, `calls ${statement.name}, which is unknown here`, "Define it, or take it out"); // prettier-ignore
  return lexer.fail(statement, `has a statement of ${statement.kind} where none belongs`, "Move it to its block");
}

type Solve = Extract<Statement, { kind: "solve" }>;
const isSolvable = ({ derivatives, kinetics, linears }: Context["program"], block: string): boolean =>
  [derivatives, kinetics, linears].some((blocks) => blocks.has(block));
const noBlock = ({ lexer }: Context, solve: Solve): never =>
  lexer.fail(solve, `solves ${solve.block.slice(0, 60)}, which no block is`, "Name a DERIVATIVE, KINETIC or PROCEDURE");

/** Most states that one implicit step solves together: its text grows with the square of their number. */
const MOST_TOGETHER = 40;

/** NEURON's sparse goes on while the changes of an iteration sum to more than this, in the states' unit. */
const CONVERGED = 1e-6;

/** NEURON's cnexp differentiates the text of an equation: what a variable holds of the state is one value throughout the step. */
function asWritten(s: Context["symbols"], { state, f }: Equation): Form | undefined {
  const form = exact(s, f, state);
  if (form === undefined || !s.reads(f).has(through(state))) return form;
  return { next: s.substitute(nextOf(s, { state, form }), new Map([[through(state), s.name(state)]])) };
}

/** What SOLVE does to states in a step. */
class Advance {
  readonly updates: Update[] = [];
  readonly schemes: Scheme[] = [];
  readonly conserved: Conserved[] = [];
  readonly #context: Context;
  readonly #values = new Map<string, Expr>();
  readonly #initial: ReadonlyMap<string, Expr>;
  readonly #startsSteady: boolean;
  #draws = 0;

  /** @param initial  values that INITIAL leaves; `startsSteady`: it solves a block */
  constructor(context: Context, initial: ReadonlyMap<string, Expr>, startsSteady: boolean) {
    this.#context = context;
    this.#initial = initial;
    this.#startsSteady = startsSteady;
  }

  get values(): ReadonlyMap<string, Expr> {
    return this.#values;
  }

  /** Every SOLVE of BREAKPOINT, also within IF over what no step changes. */
  all(body: readonly Statement[]): void {
    for (const statement of body) {
      if (statement.kind === "solve") this.solve(statement);
      if (statement.kind === "if" && hasSolve([statement])) this.#where(statement);
    }
  }

  /** States that advance where a test holds, and stay where it does not. */
  #where({ test, then, otherwise, ...at }: Extract<Statement, { kind: "if" }>): void {
    const { symbols: s, lexer, variables } = this.#context;
    const run = this.#execution({});
    const condition = run.value(test);
    const steady = [...s.reads(condition)].every((name) => ["parameter", "celsius", "dt", "diam", "area"].includes(variables.find(name)?.kind ?? "")); // prettier-ignore
    if (!steady) lexer.fail(at, "has a SOLVE within an IF over what changes, which is refused", "Put it at the block's own level"); // prettier-ignore
    const branch = (body: readonly Statement[], holds: Expr): void => {
      if (!hasSolve(body) || valueOf(holds) === 0) return;
      const [updates, schemes, kept] = [this.updates.length, this.schemes.length, new Map(this.#values)];
      this.all(body);
      if (valueOf(holds) !== undefined) return;
      if (this.schemes.length > schemes) lexer.fail(at, "has a SOLVE of a KINETIC scheme within an IF, which is refused", "Put it at the block's own level"); // prettier-ignore
      for (const [k, u] of this.updates.entries()) if (k >= updates) this.updates[k] = { ...u, form: { next: s.call("select", holds, nextOf(s, u), s.name(u.state)) } }; // prettier-ignore
      for (const [name, value] of this.#values) this.#values.set(name, s.call("select", holds, value, kept.get(name) ?? s.name(name))); // prettier-ignore
    };
    branch(then, condition);
    branch(otherwise, s.binary("==", condition, s.number(0)));
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
    noBlock(this.#context, solve);
  }

  /** What runs when every SOLVE has. */
  after(body: readonly Statement[]): void {
    if (body.length === 0) return;
    const { line, column } = body[0] as Statement;
    this.#procedure({ name: "AFTER SOLVE", args: [], unit: undefined, body, line, column });
  }

  #execution(effects: ConstructorParameters<typeof Execution>[1]): Execution {
    const draw = (law: Law): Expr => this.#context.symbols.name(drawName(law, this.#draws++));
    const run = new Execution(this.#context, { draw, ...effects });
    for (const [name, value] of this.#values) run.set(name, value);
    return run;
  }

  #keep(run: Execution): void {
    for (const [name, value] of run.values) this.#values.set(name, value);
  }

  #derivative(block: Routine, solve: Solve, method = solve.method ?? "adrunge"): void {
    const { symbols, lexer } = this.#context;
    const equations: Equation[] = [];
    const known = this.updates.length;
    const written: Written[] = [];
    const atOnce = method === "cnexp" || method === "adrunge";
    const run: Execution = this.#execution({
      derivative: (state, value, at, text) => {
        this.#isState(state, at);
        const set = this.#values.get(state) ?? run.values.get(state);
        if (set !== undefined) lexer.fail(at, `sets ${state} before its equation`, "Let the equation alone advance it");
        written.push({ state, f: method === "cnexp" ? text() : value, line: at.line, column: at.column });
        if (atOnce) run.set(state, symbols.name(fresh(state)));
      },
      branches: (test, then, otherwise) => {
        const states = chosen(written, test, then, otherwise);
        return new Map(atOnce ? states.map((state) => [state, symbols.name(fresh(state))]) : []);
      },
      other: (statement) => refuse(this.#context, statement),
    });
    run.scoped(new Map(), block.body);
    const one = this.#method(method, solve, block, equations);
    written.forEach(one);
    if (method === "cnexp" && equations.length > 0) {
      this.updates.length = known;
      return this.#derivative(block, solve, "derivimplicit");
    }
    // derivimplicit and sparse leave the block at the states that they found
    const after = new Map(equations.map((e): [string, Expr] => [e.state, symbols.name(fresh(e.state))]));
    for (const [name, value] of run.values) run.set(name, symbols.substitute(value, after));
    this.#keep(run);
    this.#implicit(equations);
    this.#settle(run, block);
  }

  #isState(state: string, at: At): void {
    const { variables, lexer } = this.#context;
    if (variables.find(state)?.kind !== "state") lexer.fail(at, `has ${state}', but ${state} is no STATE`, "Declare it in STATE"); // prettier-ignore
  }

  /** What a method makes of an equation. */
  #method(method: string, solve: Solve, block: Routine, equations: Equation[]): (written: Written) => void {
    const { symbols: s, lexer, notes } = this.#context;
    const push = ({ state, line, column }: Written, form: Form): void => void this.updates.push({ state, form, at: { line, column } }); // prettier-ignore
    switch (method) {
      case "cnexp":
        return (written) => {
          const form = formOf(s, written, (e) => asWritten(s, e));
          if (form !== undefined) return push(written, form);
          notes.push(`${written.state}' is not linear in ${written.state}: cnexp stands for derivimplicit in ${block.name}, as in NEURON`); // prettier-ignore
          equations.push(this.#plain(written));
        };
      case "adrunge":
        return (written) => push(written, formOf(s, written, (e) => this.#within(e)) as Form);
      case "euler":
        return (written) => {
          const f = slopeOf(s, written);
          if (f === undefined) lexer.fail(written, `has an equation of ${written.state} in one branch of an IF alone, which is refused: NEURON's euler goes on with the slope that the other branch left`, "Write an equation in each branch"); // prettier-ignore
          push(written, euler(s, f as Expr, written.state));
        };
      case "derivimplicit":
      case "sparse":
        return (written) => void equations.push(this.#plain(written));
      default:
        return lexer.fail(solve, `solves by the method ${method}, which is refused: its steps depend on their error`, "Take cnexp, derivimplicit, sparse or euler"); // prettier-ignore
    }
  }

  /** NEURON's implicit methods count equations as they stand in the file. */
  #plain(written: Written): Equation {
    if ("f" in written) return written;
    return this.#context.lexer.fail(written, `has an equation of ${written.state} within an IF over what changes, which is refused where derivimplicit or sparse solves it: they take one equation for each state`, "Let the IF set a variable, and write the equation behind it, or take cnexp"); // prettier-ignore
  }

  /** The form of a state that NEURON's adaptive method solves, its default: exact, so within the error that the method allows itself. */
  #within({ state, f, ...at }: Equation): Form {
    const { symbols: s, lexer, notes, variables } = this.#context;
    const form = exact(s, f, state);
    const others = [...s.reads(f)].some((name) => variables.find(staleName(name))?.kind === "state" && name !== state);
    if (form === undefined || others) lexer.fail(at, `solves ${state} by adrunge (which NEURON takes where SOLVE names no METHOD), which is refused where the equation is not linear or reads other states: its steps depend on their error`, "Take derivimplicit"); // prettier-ignore
    notes.push(`${state} is solved exactly over a step: adrunge, which NEURON takes where SOLVE names no METHOD, is within 1e-5 of that`); // prettier-ignore
    return form as Form;
  }

  /** Equations of one implicit step. Those that read each other in a circle are solved together; the others take the new values of those
   * that they read. */
  #implicit(equations: readonly Equation[]): void {
    const { symbols: s } = this.#context;
    const place = new Map(equations.map((e, k) => [e.state, k]));
    const reads = equations.map(({ f }, k) => [...s.reads(f)].map((name) => place.get(name)).filter((j): j is number => j !== undefined && j !== k)); // prettier-ignore
    const done = new Set<string>();
    for (const group of groups(reads)) {
      const some = group.map((k) => equations[k] as Equation);
      const before = new Map([...done].map((name) => [name, s.name(fresh(name))]));
      const f = some.map((e) => s.substitute(e.f, before));
      const [{ state, ...at }] = some as [Equation, ...Equation[]];
      const form = group.length === 1 ? implicit(s, f[0] as Expr, state) : undefined;
      if (form === undefined) this.#together(some, f);
      else this.updates.push({ state, form, at });
      for (const e of some) done.add(e.state);
    }
  }

  /** A KINETIC block's equations, as NEURON's sparse solves them. Where all are of first order one iteration is the step: groups of states
   * follow each other, and rates read old values. */
  #reacting(given: readonly Equation[]): void {
    const { symbols: s } = this.#context;
    const states = given.map((e) => e.state);
    const own = new Set(states.map(held));
    const equations = given.map((e) => ({ ...e, f: released(s, e.f, own) })); // states that no reaction changes
    const slopes = equations.flatMap(({ f }) => states.map((state) => s.adopt(derivative(f, state))));
    const isLinear = slopes.every((e) => states.every((state) => !s.reads(e).has(state)));
    const place = new Map(states.map((state, k) => [state, k]));
    const reads = equations.map(({ f }, k) => [...s.reads(f)].map((name) => place.get(name)).filter((j): j is number => j !== undefined && j !== k)); // prettier-ignore
    const done = new Map<string, Expr>();
    for (const group of isLinear ? groups(reads) : [[...equations.keys()]]) {
      const some = group.map((k) => equations[k] as Equation);
      const others = states.filter((state) => !some.some((e) => e.state === state));
      const before = new Map([...done, ...others.map((state): [string, Expr] => [held(state), s.name(state)])]);
      this.#together(some, some.map((e) => s.substitute(e.f, before)), { held, stop: CONVERGED }); // prettier-ignore
      for (const { state } of some) done.set(state, s.name(fresh(state)));
    }
  }

  #together(equations: readonly Equation[], f: readonly Expr[], rules?: KineticRules): void {
    const { lexer } = this.#context;
    const [first] = equations as [Equation, ...Equation[]];
    if (equations.length > MOST_TOGETHER) lexer.fail(first, `couples ${equations.length} states in one implicit step, which is refused: a step solves at most ${MOST_TOGETHER} together`, "Take fewer shells or states"); // prettier-ignore
    const states = equations.map((e) => e.state);
    for (const { name, value } of together(this.#context.symbols, states, f, fresh, { rules }))
      this.updates.push({ state: name, form: { next: value }, at: first });
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
        // what was computed before it was set is of its equation alone
        const plain = new Map([[fresh(name), nextOf(s, before)]]);
        for (const [other, held] of this.#values) this.#values.set(other, s.substitute(held, plain));
        this.updates.forEach(
          (u, k) => (this.updates[k] = { ...u, form: mapForm(u.form, (e) => s.substitute(e, plain)) }),
        );
        this.updates[known] = { ...before, form: { next: s.substitute(value, plain) } };
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

  /** Without CONSERVE its states sum to what INITIAL starts them at. */
  #withTotal(scheme: Scheme): Scheme | undefined {
    if (scheme.total !== undefined) return scheme;
    const starts = scheme.states.map((state) => valueOf(this.#initial.get(state) ?? this.#context.symbols.number(0)));
    const total = starts.reduce<number>((sum, x) => sum + (x ?? NaN), 0);
    return total > 0 ? { ...scheme, total: Number(total.toPrecision(15)) } : this.#startsSteady ? scheme : undefined;
  }

  #kinetic(block: Routine, solve: Solve): void {
    const found = reactionsOf(this.#context, block, this.#execution.bind(this));
    for (const [name, value] of found.values) this.#values.set(name, value);
    const { program } = this.#context;
    const isPool = program.ions.some(({ ion, write }) => write.includes(`${ion}i`) || write.includes(`${ion}o`));
    const schemes = found.schemes?.map((scheme) => this.#withTotal(scheme));
    const isScheme = !isPool && program.kind === "density" && !this.#context.asEquations.has(block.name);
    if (schemes?.every((scheme) => scheme !== undefined) === true && isScheme)
      return void this.schemes.push(...(schemes as Scheme[]));
    this.conserved.push(...found.conserved);
    const rates = fluxes(this.#context, found.reactions);
    this.#reacting([...rates].map(([state, f]) => ({ state, f, line: solve.line, column: solve.column })));
    // the block runs once more when its iterations have ended, at the states that they found
    const { symbols: s } = this.#context;
    const after = new Map([...rates.keys()].map((state): [string, Expr] => [state, s.name(fresh(state))]));
    for (const [name, value] of found.values) this.#values.set(name, s.substitute(value, after));
  }
}
