import type { BinaryOp, Expr } from "../../../lang/expr.ts";
import { bar, leftOut } from "./barred.ts";
import { BUILTINS, IGNORED } from "./builtins.ts";
import { through } from "./equations.ts";
import { folded, unlessRuledOut } from "./fixing.ts";
import type { Under } from "./sent.ts";
import { type Loop, runLoop } from "./loops.ts";
import type { At } from "../reading/lexer.ts";
import { among, either, pickedFromLong, pickedOf } from "./picked.ts";
import { power } from "./power.ts";
import { drawn, type Draws, isRandom, pickedBelow } from "./random.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { Routine, Statement, TableStatement, Target, Term } from "../reading/syntax.ts";
import { bounded, labelOnce, type Context } from "./context.ts";
import { between, fromScript, rangeOf } from "./tabulated.ts";
import { isTruth } from "../../../lang/symbolic/truth.ts";

/** Most statements that a block may come to, loops and calls written out. */
const MOST_STATEMENTS = 50_000;
/** Most calls in one another. */
const DEEPEST_CALL = 30;

/** What blocks do beside giving variables values. */
export interface Effects {
  /** @param written  the value as far as its own text reads the state: what variables hold of it stands under `through(of)` */
  derivative?(of: string, value: Expr, at: At, written: () => Expr): void;
  /** Runs both branches of an IF that nothing decides. @returns variables that hold one value behind either */
  branches?(test: Expr, then: () => void, otherwise: () => void): ReadonlyMap<string, Expr>;
  other?(statement: Statement, run: Execution): void;
  /** A number drawn anew. */
  readonly draw?: Draws;
  /** What is known of a part of a test; undefined where nothing is. */
  known?(part: Expr): Expr | undefined;
}

/** Runs statements with expressions for values: what a variable holds at the end, over what it held at the start. A variable that is
 * read before it is written stands under its own name. */
export class Execution {
  readonly shared: Context;
  readonly #effects: Effects;
  #values = new Map<string, Expr>();
  #locals: Map<string, Expr | undefined>[] = [];
  #under: readonly Under[] = [];
  #statements = 0;
  #looping = 0;
  /** of the statement that runs. */
  #at: At = { line: 1, column: 1 };
  readonly #calls: string[] = [];

  constructor(shared: Context, effects: Effects = {}) {
    this.shared = shared;
    this.#effects = effects;
  }

  /** Values of the variables that were written. */
  get values(): ReadonlyMap<string, Expr> {
    return this.#values;
  }

  /** The tests that the statement stands under, the outermost first. */
  under = (): readonly Under[] => this.#under;

  set(name: string, value: Expr): void {
    this.#values.set(name, value);
  }

  run(statements: readonly Statement[]): void {
    for (const statement of statements) this.#statement(statement);
  }

  /** A block with a scope of its own.
   * @param given  values of its arguments by name
   * @returns the scope as it ends */
  scoped(given: ReadonlyMap<string, Expr>, statements: readonly Statement[]): ReadonlyMap<string, Expr | undefined> {
    this.#locals.push(new Map(given));
    this.run(statements);
    return this.#locals.pop() as Map<string, Expr | undefined>;
  }

  #statement(statement: Statement): void {
    this.#at = statement;
    if (++this.#statements > MOST_STATEMENTS) {
      this.shared.lexer.fail(statement, `comes to more than ${MOST_STATEMENTS} statements`, "Shorten the loops");
    }
    switch (statement.kind) {
      case "assign":
        return this.assign(statement.to, this.value(statement.value));
      case "call":
        return this.#callStatement(statement);
      case "if":
        return this.#where(this.value(statement.test), () => this.run(statement.then), () => this.run(statement.otherwise)); // prettier-ignore
      case "from":
      case "while":
        return this.#loop(statement);
      case "local":
        for (const name of statement.names) this.#scope().set(name, undefined);
        return;
      case "derivative": {
        const { derivative } = this.#effects;
        if (derivative === undefined) this.shared.lexer.fail(statement, `has ${statement.of.name}' outside DERIVATIVE`, "Move it into a DERIVATIVE block"); // prettier-ignore
        const of = this.nameOf(statement.of);
        return derivative?.(of, this.value(statement.value), statement, () => this.#written(of, statement.value));
      }
      case "refused":
        if (statement.what === "LONGITUDINAL_DIFFUSION" && this.shared.withoutDiffusion) return;
        return this.shared.lexer.fail(statement, `has ${statement.what}, which is refused: ${statement.why}`, "Write it another way"); // prettier-ignore
      case "verbatim":
        return this.shared.lexer.fail(statement, `has VERBATIM, which is refused: it is C, not NMODL${statement.why === undefined ? "" : `, and ${statement.why}`}`, this.shared.program.kind === "artificial" ? "If it reads times from a vector, give them as net.sources(name, n, trains([[10, 20]])) in ms" : "Say what it does in NMODL by the option verbatim, as { urand: \"scop_random()\" }, or let the option fixed rule it out, as { deterministic: 1 }"); // prettier-ignore
      case "table":
      case "conductance":
        return;
      default:
        if (this.#effects.other === undefined) this.shared.lexer.fail(statement, `has a statement of kind "${statement.kind}" where none belongs`, "Move it to its block"); // prettier-ignore
        return this.#effects.other?.(statement, this);
    }
  }

  #written(state: string, term: Term): Expr {
    const { symbols } = this.shared;
    const before = [this.#values, this.#locals] as const;
    const held = new Map([[state, symbols.name(through(state))]]);
    const hold = (e: Expr | undefined): Expr | undefined => (e !== undefined && symbols.reads(e).has(state) ? symbols.substitute(e, held) : e); // prettier-ignore
    this.#values = new Map([...this.#values].map(([name, e]) => [name, hold(e) as Expr]));
    this.#locals = this.#locals.map((scope) => new Map([...scope].map(([name, e]) => [name, hold(e)])));
    const value = this.value(term);
    [this.#values, this.#locals] = before;
    return value;
  }

  #scope(): Map<string, Expr | undefined> {
    const scope = this.#locals.at(-1);
    if (scope !== undefined) return scope;
    this.#locals.push(new Map());
    return this.#locals[0] as Map<string, Expr | undefined>;
  }

  /** The name of a variable or of an element of an array. */
  nameOf({ name, index, ...at }: Target): string {
    if (index === undefined) return this.shared.variables.nameOf(name);
    const k = valueOf(this.value(index));
    const size = this.shared.variables.sizes.get(name);
    if (k !== undefined && size !== undefined && Number.isInteger(k) && k >= 0 && k < size) return `${name}_${k}`;
    return this.shared.lexer.fail(at, `reads ${name}[${k ?? "what is not a number"}]`, `Give an index from 0 to ${(size ?? 1) - 1}`); // prettier-ignore
  }

  assign(to: Target, value: Expr): void {
    bounded(this.shared, value, to);
    const { labels, variables, lexer, symbols } = this.shared;
    const scope = this.#local(to.name);
    if (scope !== undefined) {
      scope.set(to.name, value);
      if (!labels.has(value)) labels.set(value, to.name);
      return;
    }
    const picked = pickedOf(this.shared, to, (term) => this.value(term));
    if (picked !== undefined) {
      for (const element of picked.elements) {
        const at = { ...to, index: element };
        const isThis = symbols.binary("==", picked.k, symbols.number(element.value));
        this.assign(at, symbols.call("select", isThis, value, this.#read({ kind: "name", ...at })));
      }
      return;
    }
    const any = pickedFromLong(this.shared, to, (term) => this.value(term));
    if (any !== undefined) return variables.elementsOf(to.name).forEach((element) => this.#values.set(element, any));
    const name = this.nameOf(to);
    const variable = variables.get(name, to);
    const settable = ["kept", "state", "parameter", "ion", "voltage"].includes(variable.kind);
    if (this.shared.program.pointers.some((p) => p.name === to.name)) leftOut(this.shared, name);
    else if (this.shared.program.pointed.has(to.name))
      lexer.fail(to, `sets the POINTER ${to.name}, which is refused of another's variable`, "Let the other mechanism set it"); // prettier-ignore
    else if (!settable)
      lexer.fail(to, `sets ${name}, which ${variable.kind === "constant" ? "is a constant" : "belongs to the simulation"}`, "Set a variable of the mechanism's own"); // prettier-ignore
    this.#values.set(name, value);
    const isUnlabelled = !labels.has(value) || variables.find(labels.get(value) ?? "") === undefined;
    if (value.kind !== "name" && value.kind !== "number" && isUnlabelled) labels.set(value, name);
  }

  #local(name: string): Map<string, Expr | undefined> | undefined {
    const scope = this.#locals.at(-1);
    return scope?.has(name) === true ? scope : undefined;
  }

  #callStatement(call: Extract<Statement, { kind: "call" }>): void {
    const { name, args, ...at } = call;
    const { program, lexer } = this.shared;
    if (name === "state_discontinuity") {
      const [to, value] = args;
      if (to?.kind !== "name" || value === undefined) lexer.fail(at, "has a state_discontinuity without state and value", "Give both"); // prettier-ignore
      return this.assign(to as Target, this.value(value as Term));
    }
    const procedure = program.procedures.get(name);
    if (procedure !== undefined) return void this.#procedure(procedure, args, at);
    if (program.functions.has(name)) return void this.#function(name, args, at);
    if (IGNORED.has(name)) return;
    if (this.#effects.other !== undefined) return this.#effects.other(call, this);
    lexer.fail(at, `calls ${name}, which is unknown here`, "Define it, or take it out");
  }

  #where(written: Expr, then: () => void, otherwise: () => void): void {
    const { symbols } = this.shared;
    const { known: toldBy } = this.#effects;
    const condition = toldBy === undefined ? written : symbols.replace(written, toldBy);
    const known = valueOf(folded(this.shared, condition));
    if (known !== undefined) return known === 0 ? otherwise() : then();
    const before = [this.#values, this.#locals, this.#under] as const;
    const branch = (holds: boolean, one: () => void) => {
      this.#under = [...before[2], { test: condition, holds }];
      this.#values = new Map(before[0]);
      this.#locals = before[1].map((scope) => new Map(scope));
      one();
      return [this.#values, this.#locals, before[2]] as const;
    };
    let [yes, no] = [before, before];
    const both = [
      () => unlessRuledOut(this.shared, condition, true, () => void (yes = branch(true, then))),
      () => unlessRuledOut(this.shared, condition, false, () => void (no = branch(false, otherwise))),
    ] as const;
    const either = this.#effects.branches?.(condition, ...both);
    if (either === undefined) for (const one of both) one();
    [this.#values, this.#locals, this.#under] = before;
    for (const name of new Set([...yes[0].keys(), ...no[0].keys()])) {
      const other = (): Expr => this.#before(before[0], name);
      const merged = this.#either(condition, yes[0].get(name) ?? other(), no[0].get(name) ?? other());
      this.#values.set(name, merged);
      labelOnce(this.shared, merged, name);
    }
    for (const [name, value] of either ?? []) this.#values.set(name, value);
    this.#locals.forEach((scope, k) => {
      const [a, b] = [yes[1][k], no[1][k]];
      for (const name of new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])) {
        const [x, y] = [a?.get(name), b?.get(name)];
        const merged = x === undefined || y === undefined ? (x ?? y) : this.#either(condition, x, y);
        scope.set(name, merged);
        if (merged !== undefined) labelOnce(this.shared, merged, name);
      }
    });
  }

  /** In loops what is added where a test holds is a sum, which does not grow twofold with each round. */
  #either(condition: Expr, yes: Expr, no: Expr): Expr {
    const { symbols: s } = this.shared;
    const isSum = this.#looping > 0 && yes.kind === "binary" && yes.op === "+" && yes.left === no;
    const merged = isSum ? s.add(no, s.call("select", condition, yes.right, s.number(0))) : s.call("select", condition, yes, no); // prettier-ignore
    return bounded(this.shared, merged, this.#at);
  }

  #before(values: ReadonlyMap<string, Expr>, name: string): Expr {
    const { symbols, variables } = this.shared;
    return values.get(name) ?? symbols.name(variables.symbolOf(name));
  }

  #loop(statement: Loop): void {
    const { lexer } = this.shared;
    this.#looping++;
    runLoop(this.shared, statement, {
      value: (term) => this.value(term),
      scope: () => this.#scope(),
      where: (holds, then) => {
        this.#where(holds, then, () => {});
        if (++this.#statements > MOST_STATEMENTS) lexer.fail(statement, `comes to more than ${MOST_STATEMENTS} statements`, "Shorten the loops"); // prettier-ignore
      },
      run: () => this.run(statement.body),
      change: (name, by) => {
        const { line, column } = statement;
        const names = this.#local(name) === undefined ? this.shared.variables.elementsOf(name) : [name];
        for (const one of names) this.assign({ name: one, line, column }, by(this.#read({ kind: "name", name: one, line, column }))); // prettier-ignore
      },
    });
    this.#looping--;
  }

  /** What is found while a counter has a value. */
  counting<T>(counter: string, k: number, find: () => T): T {
    const scope = this.#scope();
    const [had, before] = [scope.has(counter), scope.get(counter)];
    scope.set(counter, this.shared.symbols.number(k));
    const found = find();
    if (had) scope.set(counter, before);
    else scope.delete(counter);
    return found;
  }

  value(term: Term): Expr {
    const { symbols, lexer } = this.shared;
    switch (term.kind) {
      case "number":
      case "factor":
        return symbols.number(term.value);
      case "string":
        return lexer.fail(term, "has a text where a value belongs", "Give a number");
      case "name":
        return this.#read(term);
      case "unary": {
        const of = this.value(term.of);
        return term.op === "-" ? symbols.negate(of) : symbols.binary("==", of, symbols.number(0));
      }
      case "binary":
        return this.#binary(term.op, this.value(term.left), this.value(term.right));
      case "call":
        return this.#call(term);
    }
  }

  #binary(op: string, left: Expr, right: Expr): Expr {
    const { symbols } = this.shared;
    const truth = (e: Expr): Expr => (isTruth(e) ? e : symbols.binary("!=", e, symbols.number(0)));
    if (op === "<" && left === symbols.name("t") && (valueOf(right) ?? 1) <= 0 && this.shared.variables.find("t")?.kind === "time") return symbols.number(0); // prettier-ignore
    if (op === "&&") return symbols.mul(truth(left), truth(right));
    if (op === "||") return either(symbols, truth(left), truth(right));
    return op === "^" ? power(this.shared, left, right, this.#at) : symbols.binary(op as BinaryOp, left, right);
  }

  #read(term: Extract<Term, { kind: "name" }>): Expr {
    const { symbols, variables, lexer } = this.shared;
    const scope = this.#local(term.name);
    if (scope !== undefined) {
      const value = scope.get(term.name);
      return value ?? lexer.fail(term, `reads the LOCAL ${term.name} before it has a value`, "Give it one first");
    }
    const picked = pickedOf(this.shared, term, (of) => this.value(of));
    if (picked !== undefined) return among(this.shared, picked, (element) => this.#read({ ...term, index: element }));
    const any = pickedFromLong(this.shared, term, (of) => this.value(of));
    if (any !== undefined) return any;
    const name = this.nameOf(term);
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    const variable = variables.get(name, term);
    if (variable.kind === "constant") return symbols.number(variable.value);
    if (variable.kind === "pointer") return bar(this.shared, term, `uses the POINTER ${name}, which is refused: it stands for a variable somewhere else`, "Say what it points at by the option pointers, as \"ica\" or \"kv.n\" of the same compartment; read gap junctions and graded synapses by nmodlGather, for net.gather"); // prettier-ignore
    return symbols.name(variables.symbolOf(name));
  }

  #call({ name, args, ...at }: Extract<Term, { kind: "call" }>): Expr {
    const { program, symbols, lexer } = this.shared;
    if (program.functions.has(name)) return this.#function(name, args, at);
    const table = program.functionTables.get(name);
    const values = (): Expr[] => args.map((arg) => this.value(arg));
    if (table !== undefined) return fromScript(this.shared, table, values(), at);
    const builtin = BUILTINS.get(name);
    if (builtin === undefined) {
      if (isRandom(name)) return drawn(this.shared, { name, args, ...at }, (term) => this.value(term), this.#effects.draw); // prettier-ignore
      const why = program.procedures.has(name) ? "which is a PROCEDURE and has no value" : "which is no function of the file or of NMODL that hillock knows"; // prettier-ignore
      return lexer.fail(at, `calls ${name.slice(0, 60)}, ${why}`, "Write it as a FUNCTION of the file");
    }
    if (args.length !== builtin.of) lexer.fail(at, `gives ${name} ${args.length} arguments`, `Give it ${builtin.of}`);
    if (name === "pow") return power(this.shared, ...(values() as [Expr, Expr]), at);
    return pickedBelow(this.shared, { name, args }, (term) => this.value(term), this.#effects.draw) ?? builtin.is(symbols, ...values()); // prettier-ignore
  }

  #enter(name: string, at: At): void {
    const { lexer } = this.shared;
    if (this.#calls.includes(name)) lexer.fail(at, `calls ${name} from within itself`, "Write it without recursion");
    if (this.#calls.length >= DEEPEST_CALL) lexer.fail(at, `calls more than ${DEEPEST_CALL} blocks in one another`, "Call fewer"); // prettier-ignore
    this.#calls.push(name);
  }

  #arguments(routine: Routine, args: readonly Term[], at: At): Map<string, Expr> {
    if (args.length !== routine.args.length) {
      this.shared.lexer.fail(at, `gives ${routine.name} ${args.length} arguments`, `Give it ${routine.args.length}`);
    }
    return new Map(routine.args.map((arg, k) => [arg.name, this.value(args[k] as Term)]));
  }

  /** Runs a routine in a scope of its own and gives the scope as it ends. */
  #inside(routine: Routine, given: ReadonlyMap<string, Expr>, result?: string): Map<string, Expr | undefined> {
    const outer = this.#locals;
    const scope = new Map<string, Expr | undefined>(given);
    if (result !== undefined) scope.set(result, this.shared.symbols.number(0));
    this.#locals = [scope];
    this.run(routine.body);
    const end = this.#locals[0] as Map<string, Expr | undefined>;
    this.#locals = outer;
    return end;
  }

  #procedure(routine: Routine, args: readonly Term[], at: At): void {
    const given = this.#arguments(routine, args, at);
    this.#enter(routine.name, at);
    const table = this.#tableOf(routine);
    if (table === undefined) this.#inside(routine, given);
    else this.#tabulated(routine, table, given, at);
    this.#calls.pop();
  }

  #function(name: string, args: readonly Term[], at: At): Expr {
    const routine = this.shared.program.functions.get(name) as Routine;
    const given = this.#arguments(routine, args, at);
    this.#enter(name, at);
    const table = this.#tableOf(routine);
    const value = table === undefined ? this.#inside(routine, given, name).get(name) : this.#tabulatedFunction(routine, table, given, at); // prettier-ignore
    this.#calls.pop();
    return value as Expr;
  }

  #tableOf(routine: Routine): TableStatement | undefined {
    const found = routine.body.find((s) => s.kind === "table");
    return found?.kind === "table" ? found.table : undefined;
  }

  /** A PROCEDURE with TABLE: afterwards its variables hold what the table says, and everything else is as before. */
  #tabulated(routine: Routine, table: TableStatement, given: ReadonlyMap<string, Expr>, at: At): void {
    const { lexer } = this.shared;
    const range = rangeOf(this, table, at);
    const names = table.names.flatMap((name) => this.shared.variables.elementsOf(name));
    const before = new Map(this.#values);
    const exact = (args: ReadonlyMap<string, Expr>): ReadonlyMap<string, Expr> => {
      this.#values = new Map(before);
      this.#inside(routine, args);
      const after = this.#values;
      this.#values = before;
      return after;
    };
    const [arg] = routine.args;
    if (arg === undefined) lexer.fail(at, `has a TABLE in ${routine.name}, which takes no argument`, "Give it one");
    const of = (arg as { name: string }).name;
    const results = between(this.shared, range, given.get(of) as Expr, (x) => {
      const after = exact(new Map([[of, x]]));
      return names.map((name) => after.get(name) ?? lexer.fail(at, `has a TABLE of ${name}, which the block does not set`, "Set it")); // prettier-ignore
    });
    this.#values = new Map(before);
    this.#besideTable(exact(new Map([[of, this.shared.symbols.name("@argument")]])), names);
    names.forEach((name, k) => {
      const value = results[k] as Expr;
      this.#values.set(name, value);
      labelOnce(this.shared, value, name);
      this.shared.tables.push({ name, value, over: given.get(of) as Expr, ...range });
    });
  }

  /** What a block with TABLE sets beside it keeps the value from when the table was made, if that is one value for all its entries. */
  #besideTable(after: ReadonlyMap<string, Expr>, names: readonly string[]): void {
    const { symbols } = this.shared;
    for (const [name, value] of after) {
      if (!names.includes(name) && !symbols.reads(value).has("@argument")) this.#values.set(name, value);
    }
  }

  #tabulatedFunction(routine: Routine, table: TableStatement, given: ReadonlyMap<string, Expr>, at: At): Expr {
    const range = rangeOf(this, table, at);
    const [arg] = routine.args;
    if (arg === undefined) this.shared.lexer.fail(at, `has a TABLE in ${routine.name}, which takes no argument`, "Give it one"); // prettier-ignore
    const of = (arg as { name: string }).name;
    const run = (x: Expr): Expr[] => [this.#inside(routine, new Map([[of, x]]), routine.name).get(routine.name) as Expr]; // prettier-ignore
    const [value] = between(this.shared, range, given.get(of) as Expr, run) as [Expr];
    this.shared.tables.push({ name: routine.name, value, over: given.get(of) as Expr, ...range });
    return value;
  }
}
