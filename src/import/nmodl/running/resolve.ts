import type { Expr } from "../../../lang/expr.ts";
import { BUILTINS } from "./builtins.ts";
import { children } from "../../../lang/names.ts";
import { valenceOf } from "../reading/ions.ts";
import type { Symbols } from "../../../lang/symbolic/symbols.ts";
import type { Context } from "./context.ts";
import { drawName, startName } from "./random.ts";
import { fresh, isFresh, type Phases, staleName } from "./phases.ts";
import type { At } from "../reading/lexer.ts";

type Phase = "initial" | "advance" | "currents";

/** A variable whose value lasts from one phase to another: a state that is given its value in every step. */
interface Kept {
  readonly name: string;
  readonly next: Expr;
  readonly init: Expr;
}

/** Names that stand for something at a time: a state's value is `name` (old) or `name@new`, a kept variable's `name@kept`, the time
 * `time@kept`; everything else is a parameter, V, celsius, dt, diam, area or of an ion. */
export const keptName = (name: string): string => `${name}@kept`;

/** A state as BREAKPOINT leaves it, for what advances after it. */
export const setName = (state: string): string => `${state}@set`;

/** The name by which states read a current of the mechanism's own. */
export const ownCurrent = (name: string): string => `${name}@own`;

/** Puts in what variables hold: in NMODL a variable keeps its value until a block sets it again, so that what a current reads may come
 * from the states' step before it, or from the start. */
export class Resolver {
  readonly kept = new Map<string, Kept>();
  usesTime = false;
  readonly #context: Context;
  readonly #phases: Phases;
  readonly #done = new Map<Phase, Map<Expr, Expr>>();
  readonly #open = new Set<string>();

  constructor(context: Context, phases: Phases) {
    this.#context = context;
    this.#phases = phases;
    const { symbols: s } = context;
    for (const { name, law } of phases.drawn) this.kept.set(name, { name, init: s.name(startName(law, name)), next: s.name(drawName(law, name)) }); // prettier-ignore
  }

  resolve(expr: Expr, phase: Phase): Expr {
    const done = this.#done.get(phase) ?? new Map<Expr, Expr>();
    this.#done.set(phase, done);
    const { symbols, labels } = this.#context;
    const before = new Map(done);
    const result = symbols.replace(expr, (e) => (e.kind === "name" ? this.#name(e.name, phase) : undefined), done);
    for (const [from, to] of done) {
      if (before.has(from) || from === to) continue;
      const label = labels.get(from);
      if (label !== undefined && !labels.has(to)) labels.set(to, label);
    }
    return result;
  }

  #name(name: string, phase: Phase): Expr | undefined {
    const { symbols: s, variables, program } = this.#context;
    const set = name.endsWith("@set") ? name.slice(0, -"@set".length) : undefined;
    if (set !== undefined) return this.#ofCurrents(set, this.#phases.currents.get(set) as Expr);
    if (name === "V" || isFresh(name) || name.includes("@")) return undefined;
    const variable = variables.find(name);
    if (variable === undefined) return undefined;
    switch (variable.kind) {
      case "parameter":
        return this.#isWritten(name) ? this.#keptValue(name, phase) : undefined;
      case "kept":
        return this.#keptValue(name, phase);
      case "time":
        return this.#time(phase);
      case "state":
        return phase === "initial" ? this.startOf(name) : undefined;
      case "ion": {
        const own = variable.what === "i" && variable.writes;
        if (own && phase === "currents") return this.#keptValue(name, phase);
        if (own && phase === "advance" && !variable.reads) return this.#ownCurrent(name);
        if (variable.what === "e" && program.computed.has(variable.ion)) return nernst(this.#context, variable.ion);
        const isAmount = variable.what === "in" || variable.what === "out";
        if (isAmount && variable.writes && phase === "initial") return s.name(`${name}@start`);
        const set = this.#phases.advanced.get(name);
        return set !== undefined && phase === "currents" && variable.what !== "i" ? this.resolve(set, "advance") : undefined; // prettier-ignore
      }
      default:
        return s.name(name);
    }
  }

  #isWritten(name: string): boolean {
    const { initial, advanced, currents } = this.#phases;
    return initial.has(name) || advanced.has(name) || currents.has(name);
  }

  /** What a variable is before any code has set it. */
  default(name: string): Expr {
    const { symbols: s, variables } = this.#context;
    const variable = variables.find(name);
    return variable?.kind === "parameter" ? s.name(`${name}@param`) : s.number(0);
  }

  /** A state's value before INITIAL: its parameter name0, else 0. */
  startOf(state: string): Expr {
    const { symbols: s, variables, program } = this.#context;
    const of = `${state}0`;
    if (variables.find(of)?.kind === "parameter") return s.name(of);
    const concentration = program.ions.find(({ ion }) => `${ion}i` === state);
    return concentration === undefined ? s.number(0) : s.name(`${state}@start`);
  }

  #time(phase: Phase): Expr {
    const { symbols: s } = this.#context;
    if (phase === "initial") return s.number(0);
    this.usesTime = true;
    const now = s.name(keptName("time"));
    return phase === "advance" ? s.name(fresh("time")) : s.add(now, s.div(s.name("dt"), s.number(2)));
  }

  #keptValue(name: string, phase: Phase): Expr {
    const { advanced, currents } = this.#phases;
    if (phase === "initial") return this.default(name);
    const stepped = advanced.get(name);
    if (phase === "currents") {
      if (stepped !== undefined) return this.#lasting(name, stepped);
      const now = currents.get(name);
      if (now !== undefined) return this.#remembered(name, now);
      return this.#started(name);
    }
    if (stepped !== undefined) return this.#lastingState(name, stepped);
    if (this.#context.program.nonspecific.some((i) => i.name === name))
      return this.#ownCurrent(name) ?? this.#started(name);
    const before = currents.get(name);
    if (before !== undefined) return this.#ofCurrents(name, before);
    return this.#started(name);
  }

  /** Set in every step of the states, read by the currents after it. */
  #lasting(name: string, stepped: Expr): Expr {
    const value = this.#once(name, () => this.resolve(stepped, "advance"));
    return this.isSteady(value) ? value : this.#lastingState(name, stepped);
  }

  #lastingState(name: string, stepped: Expr): Expr {
    const { symbols: s } = this.#context;
    if (!this.kept.has(name)) {
      const init = this.#started(name, true);
      this.kept.set(name, { name, init, next: s.number(0) });
      this.kept.set(name, { name, init, next: this.resolve(stepped, "advance") });
    }
    return s.name(keptName(name));
  }

  /** Set by INITIAL alone, or by nothing. */
  #started(name: string, plain = false): Expr {
    const { symbols: s } = this.#context;
    const first = this.#phases.initial.get(name);
    const value =
      first === undefined ? this.default(name) : this.#once(name, () => this.resolve(first, "initial"), "initial");
    if (plain || this.isSteady(value)) return value;
    if (!this.kept.has(name)) this.kept.set(name, { name, init: value, next: s.name(keptName(name)) });
    return s.name(keptName(name));
  }

  /** A current of the mechanism's own as the step before the states' left it. */
  #ownCurrent(name: string): Expr | undefined {
    const { symbols: s, program } = this.#context;
    const now = this.#phases.currents.get(name);
    if (now === undefined) return undefined;
    return program.kind === "density" ? s.name(ownCurrent(name)) : this.#ofCurrents(name, now);
  }

  /** Set by the currents, read by the states' step after them: as it was at the voltage before. */
  #ofCurrents(name: string, before: Expr): Expr {
    const { symbols: s, variables } = this.#context;
    const value = this.#once(name, () => this.resolve(before, "currents"));
    if (!s.reads(value).has("V")) return value;
    let voltage = "V_before";
    while (variables.find(voltage) !== undefined) voltage = `${voltage}_`;
    if (!this.kept.has(voltage)) this.kept.set(voltage, { name: voltage, init: s.name("V"), next: s.name("V") });
    return s.substitute(value, new Map([["V", s.name(keptName(voltage))]]));
  }

  /** A value that BREAKPOINT keeps from its last time: select(changed, value, itself), where nothing changes the value, or where neither it nor
   * the test reads what NEURON's second run of BREAKPOINT in a step would find changed. */
  #remembered(name: string, now: Expr): Expr {
    const { symbols: s, lexer } = this.#context;
    if (this.kept.has(name)) return s.name(keptName(name));
    if (this.#phases.initial.get(name) === undefined && now.kind === "call" && now.fn === "select") {
      const [, value, kept] = now.args as [Expr, Expr, Expr];
      if (kept === s.name(name)) {
        const found = this.#once(name, () => this.resolve(value, "currents"));
        if (this.isSteady(found)) return found;
      }
    }
    const unset = this.#unsetWhere(now, name);
    if (unset !== undefined && [...this.#phases.currents.values()].every((e) => this.#isReadWhere(e, name, unset))) return this.#started(name, true); // prettier-ignore
    if (this.#isLatch(now, name)) {
      const init = this.#started(name, true);
      this.kept.set(name, { name, init, next: s.number(0) });
      this.kept.set(name, { name, init, next: this.resolve(now, "currents") });
      return s.name(keptName(name));
    }
    return lexer.fail(this.#place(name), `reads ${name} in BREAKPOINT before it is set there, from the last time`, "Set it before it is read"); // prettier-ignore
  }

  /** The tests of parameters, with the branch of each, behind which a variable keeps what it is: it is then never set. undefined where others
   * than parameters decide. */
  #unsetWhere(e: Expr, name: string, tests: ReadonlyMap<Expr, number> = new Map()): ReadonlyMap<Expr, number> | undefined {
    const { symbols: s } = this.#context;
    if (e === s.name(name)) return tests;
    if (e.kind !== "call" || e.fn !== "select") return undefined;
    const [test, ...values] = e.args as [Expr, Expr, Expr];
    const branches = values.flatMap((x, k) => (s.reads(x).has(name) ? [k] : []));
    const [branch] = branches;
    if (branch === undefined || branches.length > 1 || !this.isSteady(test)) return undefined;
    return this.#unsetWhere(values[branch] as Expr, name, new Map([...tests, [test, branch]]));
  } // prettier-ignore

  /** Whether a value reads a variable behind those tests alone. */
  #isReadWhere(e: Expr, name: string, tests: ReadonlyMap<Expr, number>): boolean {
    if (!this.#context.symbols.reads(e).has(name)) return true;
    const branch = e.kind === "call" && e.fn === "select" ? tests.get(e.args[0] as Expr) : undefined;
    if (branch === undefined) return tests.size === 0 || (e.kind !== "name" && children(e).every((x) => this.#isReadWhere(x, name, tests))); // prettier-ignore
    const [test, ...values] = (e as Extract<Expr, { kind: "call" }>).args as [Expr, Expr, Expr];
    const left = new Map([...tests].filter(([other]) => other !== test));
    return this.#isReadWhere(values[branch] as Expr, name, left) && !this.#context.symbols.reads(values[1 - branch] as Expr).has(name); // prettier-ignore
  }

  /** Whether a value is itself or one of values that do not read it, by tests that read neither it, nor the voltage, nor what BREAKPOINT sets. */
  #isLatch(e: Expr, name: string): boolean {
    const { symbols: s } = this.#context;
    if (e === s.name(name)) return true;
    const isFree = (x: Expr): boolean => [...s.reads(x)].every((n) => n !== "V" && !this.#phases.currents.has(n));
    if (e.kind !== "call" || e.fn !== "select") return isFree(e);
    const [test, ...values] = e.args as [Expr, Expr, Expr];
    return isFree(test) && values.every((x) => this.#isLatch(x, name));
  }

  #once<T>(name: string, make: () => T, phase = "step"): T {
    const key = `${phase} ${name}`;
    if (this.#open.has(key)) {
      this.#context.lexer.fail(this.#place(name), `computes ${name} from itself`, "Break the circle");
    }
    this.#open.add(key);
    const made = make();
    this.#open.delete(key);
    return made;
  }

  #place(name: string): At {
    const { program } = this.#context;
    return [...program.assigned, ...program.parameters].find((d) => d.name === name) ?? program.nameAt;
  }

  /** Whether a value is the same throughout a run. */
  isSteady(value: Expr): boolean {
    const { symbols, variables } = this.#context;
    return [...symbols.reads(value)].every((name) => {
      if (name.endsWith("@param")) return true;
      const kind = variables.find(name)?.kind;
      return kind === "parameter" || kind === "celsius" || kind === "dt" || kind === "diam" || kind === "area";
    });
  }
}

/** The reversal potential of an ion by its concentrations. */
function nernst({ symbols: s, program }: Context, ion: string): Expr {
  const z = valenceOf(program, ion);
  return (BUILTINS.get("nernst") as { is(s: Symbols, ...args: Expr[]): Expr }).is(s, s.name(`${ion}i`), s.name(`${ion}o`), s.number(z)); // prettier-ignore
}

export const stateOf = (name: string): string => (isFresh(name) ? staleName(name) : name.replace(/@kept$/, ""));
