import { BUILTINS } from "../running/builtins.ts";
import { isRandom } from "../running/random.ts";
import type { At, Lexer } from "../reading/lexer.ts";
import type { Argument, Program, Routine, Statement, Target, Term } from "../reading/syntax.ts";
import type { Measure, UnitTable } from "./units.ts";

/** Most warnings of one file. */
const MOST = 100;
const NONE: Measure = { factor: 1, powers: [0, 0, 0, 0, 0] };
/** Units of what NEURON gives, where a file does not declare them. */
const GIVEN: ReadonlyMap<string, string> = new Map([["v", "mV"], ["t", "ms"], ["dt", "ms"], ["celsius", "degC"], ["diam", "um"], ["area", "um2"]]); // prettier-ignore

/** Units of the variables of an ion, and of currents. */
const unitsOfIon = (ion: string, current: string) => [[`e${ion}`, "mV"], [`i${ion}`, current], [`${ion}i`, "milli/liter"], [`${ion}o`, "milli/liter"]] as const; // prettier-ignore
const currentUnit = ({ kind }: Program): string => (kind === "density" ? "mA/cm2" : "nA");

/** The measure of a value; "any" of a bare number, which takes the unit that it meets, and of what has an unknown unit. */
type Value = Measure | "any";
type Scope = Map<string, Value | undefined>;

/** Where the units of a file do not fit each other, by the rules of NEURON's `modlunit`: both sides of a sum, a comparison or an assignment
 * measure the same in the same size; arguments have the units that their FUNCTION declares; exp, log and their like take numbers;
 * `(1e-4)` converts. One warning for a statement.
 * @param unchecked  whether a place lies between UNITSOFF and UNITSON */
export function unitWarnings(
  program: Program,
  lexer: Lexer,
  units: UnitTable,
  unchecked: (at: At) => boolean,
): readonly string[] {
  return new Check(program, lexer, units, unchecked).whole();
}

class Check {
  readonly #program: Program;
  readonly #lexer: Lexer;
  readonly #units: UnitTable;
  readonly #unchecked: (at: At) => boolean;
  readonly #by = new Map<string, Value>();
  readonly #found: (At & { readonly problem: string })[] = [];
  /** words that were said. */
  readonly #unknown = new Set<string>();
  #said = false;

  constructor(program: Program, lexer: Lexer, units: UnitTable, unchecked: (at: At) => boolean) {
    this.#program = program;
    this.#lexer = lexer;
    this.#units = units;
    this.#unchecked = unchecked;
  }

  whole(): readonly string[] {
    const p = this.#program;
    this.#declare();
    this.#checkGiven();
    this.#block([], p.initial);
    this.#block([], p.breakpoint?.body ?? []);
    for (const group of [p.derivatives, p.kinetics, p.procedures, p.functions])
      for (const routine of group.values()) this.#routine(routine, group === p.functions);
    for (const { body } of p.hooks) this.#block([], body);
    if (p.netReceive !== undefined) this.#block(p.netReceive.args, [...p.netReceive.initial, ...p.netReceive.body]);
    const inOrder = this.#found.sort((a, b) => a.line - b.line || a.column - b.column);
    return inOrder.map(({ line, column, problem }) => `${this.#lexer.where({ line, column })}:${column}: ${problem}`);
  }

  #declare(): void {
    const p = this.#program;
    for (const [name, unit] of GIVEN) this.#by.set(name, this.#units.read(unit) ?? "any");
    for (const { ion } of p.ions)
      for (const [name, unit] of unitsOfIon(ion, currentUnit(p))) this.#by.set(name, this.#units.read(unit) ?? "any");
    for (const { name, means, ...at } of p.unitNames) this.#checkWords(at, `UNITS defines (${name})`, means);
    for (const { name, value, unit } of p.unitConstants) this.#by.set(name, value !== undefined && unit === "" ? "any" : (this.#units.read(unit) ?? "any")); // prettier-ignore
    for (const d of [...p.assigned, ...p.parameters, ...p.constants, ...p.states]) {
      this.#checkWords(d, d.name, d.unit);
      this.#by.set(d.name, this.#units.read(d.unit ?? "") ?? "any");
    }
    for (const name of p.defines.keys()) this.#by.set(name, "any");
  }

  /** What NEURON gives has one unit, which a file that reads it has to declare; modlunit says it at the word NEURON. */
  #checkGiven(): void {
    const p = this.#program;
    const { tokens } = this.#lexer;
    const words = new Set(tokens.map((token) => (token.kind === "name" ? token.text : "")));
    const at = tokens.find(({ text }) => text === "NEURON");
    const declared = new Map([...p.assigned, ...p.parameters, ...p.constants, ...p.states].map((d) => [d.name, d.unit ?? ""])); // prettier-ignore
    const currents = [...p.nonspecific, ...p.electrode].map(({ name }) => [name, currentUnit(p)] as const);
    const given = [...GIVEN, ...p.ions.flatMap(({ ion, read, write }) => unitsOfIon(ion, currentUnit(p)).filter(([name]) => [...read, ...write].includes(name))), ...currents]; // prettier-ignore
    for (const [name, unit] of given) {
      const own = declared.get(name) ?? "";
      const [a, b] = [this.#units.read(unit), this.#units.read(own)];
      if (at === undefined || name === "t" || !words.has(name) || a === undefined || b === undefined) continue;
      if (this.#units.misses(own) !== undefined) {
        this.#checkWords(at, name, own);
        continue;
      }
      if (isSame(a, b) && Math.abs(b.factor / a.factor - 1) <= 1e-5) continue;
      this.#said = false;
      this.#warn(at, `${name} is given in (${unit}), but declared ${own === "" ? "without a unit" : `in (${own.slice(0, 60)})`}`); // prettier-ignore
    }
  }

  #checkWords(at: At, what: string, unit = ""): void {
    const word = this.#units.misses(unit);
    if (word === undefined || this.#unknown.has(word)) return;
    this.#unknown.add(word);
    this.#said = false;
    this.#warn(at, `${what} has the unit (${unit.slice(0, 60)}), of which UNITS does not define ${word.slice(0, 60)}, nor does NEURON's library`); // prettier-ignore
  }

  #routine({ name, args, unit, body, ...at }: Routine, isFunction: boolean): void {
    const result = isFunction ? [{ name, unit }] : [];
    for (const one of [...args, ...result]) this.#checkWords(at, one.name, one.unit);
    this.#block([...args, ...result], body);
  }

  #block(args: readonly Argument[], body: readonly Statement[]): void {
    const scope: Scope = new Map(args.map(({ name, unit }) => [name, this.#units.read(unit ?? "") ?? "any"]));
    this.#run(body, scope);
  }

  #run(body: readonly Statement[], scope: Scope): void {
    for (const statement of body) {
      this.#said = false;
      if (this.#unchecked(statement)) continue;
      this.#statement(statement, scope);
    }
  }

  #statement(statement: Statement, scope: Scope): void {
    switch (statement.kind) {
      case "assign":
        if (readsFlux(statement.value)) return; // whose unit hangs on the reaction before and its COMPARTMENT
        return this.#assign(statement.to, this.#value(statement.value, scope), scope);
      case "derivative": {
        const of = this.#named(statement.of, scope);
        const rate = of === "any" ? of : times(of, this.#units.read("/ms") ?? "any", 1);
        return this.#alike(statement.of, rate, this.#value(statement.value, scope), `${statement.of.name}'`);
      }
      case "call":
        return void this.#call(statement, statement.name, statement.args, scope);
      case "if":
        this.#value(statement.test, scope);
        this.#run(statement.then, scope);
        return this.#run(statement.otherwise, scope);
      case "from":
        scope.set(statement.counter, NONE);
        return this.#run(statement.body, scope);
      case "while":
        this.#value(statement.test, scope);
        return this.#run(statement.body, scope);
      case "reaction":
        for (const rate of statement.rates) this.#value(rate, scope);
        return;
      case "local":
        for (const name of statement.names) scope.set(name, undefined);
        return;
      default:
        return;
    }
  }

  /** A LOCAL has the unit of what it is given first. */
  #assign(to: Target, value: Value, scope: Scope): void {
    if (scope.has(to.name) && scope.get(to.name) === undefined) return void scope.set(to.name, value === "any" ? undefined : value); // prettier-ignore
    this.#alike(to, this.#named(to, scope), value, to.name);
  }

  #named({ name }: Target, scope: Scope): Value {
    if (scope.has(name)) return scope.get(name) ?? "any";
    return this.#by.get(name) ?? "any";
  }

  #value(term: Term, scope: Scope): Value {
    switch (term.kind) {
      case "number":
        this.#checkWords(term, `${term.value}`, term.unit);
        return term.unit === undefined ? "any" : (this.#units.read(term.unit) ?? "any");
      case "factor":
        return term.value === 0 ? "any" : { factor: 1 / term.value, powers: NONE.powers };
      case "string":
        return "any";
      case "name":
        return this.#named(term, scope);
      case "unary":
        return this.#value(term.of, scope);
      case "call":
        return this.#call(term, term.name, term.args, scope);
      case "binary":
        return this.#binary(term, scope);
    }
  }

  #binary({ op, left, right, ...at }: Extract<Term, { kind: "binary" }>, scope: Scope): Value {
    const [a, b] = [this.#value(left, scope), this.#value(right, scope)];
    if (op === "*" || op === "/") return times(a, b, op === "*" ? 1 : -1);
    if (op === "&&" || op === "||") return NONE;
    if (op === "^") {
      const power = exponentOf(right);
      if (power !== undefined) return a === "any" ? "any" : { factor: a.factor ** power, powers: a.powers.map((x) => x * power) }; // prettier-ignore
      this.#bare(at, a, "the base of ^");
      this.#bare(at, b, "the exponent of ^");
      return NONE;
    }
    this.#alike(at, a, b, `the left side of ${op}`);
    return op === "+" || op === "-" ? (a === "any" ? b : a) : NONE;
  }

  #call(at: At, name: string, args: readonly Term[], scope: Scope): Value {
    const given = args.map((arg) => this.#value(arg, scope));
    const { functions, procedures, functionTables } = this.#program;
    const routine = functions.get(name) ?? procedures.get(name) ?? functionTables.get(name);
    if (routine === undefined) {
      if (name === "nernst") return this.#units.read("mV") ?? "any";
      const takesNumbers = BUILTINS.has(name) || isRandom(name) || name === "set_seed";
      if (takesNumbers || name === "printf" || name === "fprintf") given.forEach((value) => this.#bare(at, value, `the argument of ${name}`)); // prettier-ignore
      return takesNumbers ? NONE : "any";
    }
    routine.args.forEach(({ name: arg, unit }, k) => {
      const value = given[k];
      if (value !== undefined) this.#alike(at, this.#units.read(unit ?? "") ?? "any", value, `${arg} of ${name}`);
    });
    return this.#units.read(routine.unit ?? "") ?? "any";
  }

  #bare(at: At, value: Value, what: string): void {
    if (value === "any" || value.powers.every((x) => Math.abs(x) < 1e-9)) return;
    this.#warn(at, `${what} measures ${said(value)}, not a number`);
  }

  #alike(at: At, a: Value, b: Value, what: string): void {
    if (a === "any" || b === "any") return;
    if (!isSame(a, b)) return this.#warn(at, `${what} measures ${said(a)}, but is given ${said(b)}`);
    const factor = b.factor / a.factor;
    if (Math.abs(factor - 1) > 1e-5) this.#warn(at, `${what} is given what is ${Number(factor.toPrecision(6))} of its unit; (${Number(factor.toPrecision(6))})* converts`); // prettier-ignore
  }

  #warn(at: At, problem: string): void {
    if (this.#said || this.#found.length >= MOST) return;
    this.#said = true;
    this.#found.push({ line: at.line, column: at.column, problem });
  }
}

const isSame = (a: Measure, b: Measure): boolean =>
  a.powers.every((x, k) => Math.abs(x - (b.powers[k] as number)) <= 1e-9);

function times(a: Value, b: Value, sign: 1 | -1): Value {
  if (a === "any" && b === "any") return "any";
  const [x, y] = [a === "any" ? NONE : a, b === "any" ? NONE : b];
  return { factor: x.factor * y.factor ** sign, powers: x.powers.map((p, k) => p + sign * (y.powers[k] as number)) };
}

function exponentOf(term: Term): number | undefined {
  if (term.kind === "number" || term.kind === "factor") return Number.isInteger(term.value) ? term.value : undefined;
  const inside = term.kind === "unary" && term.op === "-" ? exponentOf(term.of) : undefined;
  return inside === undefined ? undefined : -inside;
}

const BASES = ["m", "kg", "s", "C", "K"];

/** In SI, as "0.001 m2 kg /s2 /C". */
function said({ factor, powers }: Measure): string {
  const parts = powers.flatMap((p, k) => (Math.abs(p) < 1e-9 ? [] : [`${p < 0 ? "/" : ""}${BASES[k] as string}${Math.abs(p) === 1 ? "" : Number(Math.abs(p).toPrecision(3))}`])); // prettier-ignore
  const number = Number(factor.toPrecision(6));
  if (parts.length === 0) return number === 1 ? "a number" : `${number}`;
  return [...(number === 1 ? [] : [number]), ...parts].join(" ");
}

function readsFlux(term: Term): boolean {
  if (term.kind === "name") return term.name === "f_flux" || term.name === "b_flux";
  if (term.kind === "unary") return readsFlux(term.of);
  if (term.kind === "binary") return readsFlux(term.left) || readsFlux(term.right);
  return term.kind === "call" && term.args.some(readsFlux);
}
