import { isHarmless, isReturn, macrosOf } from "./c.ts";
import { type At, type Include, Lexer, type Token } from "./lexer.ts";
import { Reader, shown } from "./reader.ts";
import { readBoth } from "./ions.ts";
import { withoutReturns, withReturnsRefused } from "./returns.ts";
import { readStatements } from "./statements.ts";
import { type Argument, type Declared, type FunctionTable, type Hook, type Program, ROUNDS, type Routine, type Statement } from "./syntax.ts"; // prettier-ignore

const empty = (file: string): Program => ({
  file,
  title: "",
  kind: "nothing",
  name: "",
  nameAt: { line: 1, column: 1 },
  ions: [],
  computed: new Set(),
  nonspecific: [],
  electrode: [],
  pointers: [],
  pointed: new Map(),
  randoms: [],
  ranges: new Set(),
  globals: new Set(),
  unitNames: [],
  unitConstants: [],
  parameters: [],
  assigned: [],
  states: [],
  constants: [],
  defines: new Map(),
  fileLocals: new Map(),
  initial: [],
  breakpoint: undefined,
  hooks: [],
  derivatives: new Map(),
  kinetics: new Map(),
  linears: new Map(),
  procedures: new Map(),
  functions: new Map(),
  functionTables: new Map(),
  netReceive: undefined,
  rounds: ROUNDS,
  notes: [],
});

const HOOKS = ["BEFORE INITIAL", "AFTER INITIAL", "BEFORE BREAKPOINT", "AFTER SOLVE", "BEFORE STEP"] as const satisfies Hook["when"][]; // prettier-ignore

/** What is refused by the word that begins it. */
const REFUSED_BLOCKS: ReadonlyMap<string, string> = new Map([
  ["NONLINEAR", "a set of nonlinear equations is solved by iteration, which the language has no words for"],
  ["CONSTRUCTOR", "it runs code of its own when a mechanism is made"],
  ["DESTRUCTOR", "it runs code of its own when a mechanism is gone"],
  ["DISCRETE", "it advances by its own clock"],
  ["PARTIAL", "partial differential equations are not solved"],
  ["LAG", "values of the past are not kept"],
]);

/** The blocks of a file, unjudged beyond its grammar. */
export class Parser {
  readonly #r: Reader;
  readonly #program: Program;
  readonly lexer: Lexer;

  constructor(text: string, file: string, include?: Include) {
    this.lexer = new Lexer(text, file, include);
    this.#r = new Reader(this.lexer);
    this.#program = empty(file);
  }

  /** Whether a place lies between UNITSOFF and UNITSON. */
  isUnchecked = (at: At): boolean => this.#r.isUnchecked(at);

  /** @throws DataError with line and column */
  whole(): Program {
    while (this.#r.peek().kind !== "end") this.#block(this.#r.take());
    this.#program.title = this.lexer.title;
    readBoth(this.#program);
    return this.#program;
  }

  #block(token: Token): void {
    const p = this.#program;
    if (token.kind === "verbatim") return this.#verbatim(token);
    const refused = REFUSED_BLOCKS.get(token.text);
    if (refused !== undefined) this.#r.fail(token, `has ${token.text}, which is refused: ${refused}`, "Take it out");
    switch (token.text) {
      case "NEURON":
        return this.#braced(token.text, () => this.#neuron());
      case "UNITS":
        return this.#braced(token.text, () => this.#unit());
      case "PARAMETER":
        return this.#braced(token.text, () => p.parameters.push(this.#parameter()));
      case "CONSTANT":
        return this.#braced(token.text, () => p.constants.push(this.#declared()));
      case "ASSIGNED":
        return this.#braced(token.text, () => p.assigned.push(this.#declared()));
      case "STATE":
        return this.#braced(token.text, () => p.states.push(this.#declared()));
      case "INDEPENDENT":
        return this.#skip(token);
      case "DEFINE":
        return void p.defines.set(this.#r.name("a DEFINE").text, this.#r.number("the value of a DEFINE"));
      case "LOCAL":
        return this.#locals();
      case "UNITSOFF":
      case "UNITSON":
        return;
      case "INITIAL":
        return void p.initial.push(...this.#body());
      case "BREAKPOINT":
        p.breakpoint = { body: [...(p.breakpoint?.body ?? []), ...this.#body()] };
        return;
      case "DERIVATIVE":
        return this.#routine(p.derivatives);
      case "KINETIC":
        return this.#routine(p.kinetics);
      case "LINEAR":
        return this.#routine(p.linears);
      case "PROCEDURE":
        return this.#routine(p.procedures);
      case "FUNCTION":
        return this.#routine(p.functions);
      case "FUNCTION_TABLE":
        return this.#functionTable(p.functionTables);
      case "BEFORE":
      case "AFTER":
        return this.#hook(token);
      case "NET_RECEIVE":
        return this.#netReceive(token);
      case ";":
        return;
      default:
        this.#r.fail(
          token,
          `has ${shown(token)} where a block begins`,
          "Give a block of NMODL, for example BREAKPOINT",
        );
    }
  }

  #verbatim(token: Token): void {
    if (isHarmless(token.text) || isReturn(token.text)) return;
    const changed = macrosOf(token.text).find((name) => this.lexer.tokens.some((t) => t.kind === "name" && t.text === name)); // prettier-ignore
    if (changed !== undefined) this.#r.fail(token, `has VERBATIM that changes what ${changed} means in the file, which is refused: it is C, not NMODL`, "Write what it does in NMODL"); // prettier-ignore
    this.#program.notes.push(`VERBATIM in ${this.lexer.where(token)} is read over: it declares what only C may call`);
  }

  #braced(what: string, item: () => unknown): void {
    const open = this.#r.expect("{", what);
    while (!this.#r.is("}")) {
      if (this.#r.peek().kind === "end") this.#r.fail(open, `opens ${what}, which nothing closes`, 'Close it by "}"');
      item();
      this.#r.accept(",", ";");
    }
    this.#r.take();
  }

  #skip(token: Token): void {
    const open = this.#r.expect("{", token.text);
    for (let inside = 1; inside > 0;) {
      const { kind, text } = this.#r.take();
      if (kind === "end") this.#r.fail(open, `opens ${token.text}, which nothing closes`, 'Close it by "}"');
      if (text === "{") inside++;
      if (text === "}") inside--;
    }
  }

  #locals(): void {
    do {
      const { name } = this.#r.peek().kind === "name" ? { name: this.#r.take().text } : this.#r.target("a LOCAL");
      const size = this.#size();
      this.#program.fileLocals.set(name, size);
    } while (this.#r.accept(",") !== undefined);
  }

  #names(): (At & { name: string })[] {
    const found: (At & { name: string })[] = [];
    do {
      const { text, line, column } = this.#r.name("a variable");
      found.push({ name: text, line, column });
    } while (this.#r.accept(",") !== undefined);
    return found;
  }

  #neuron(): void {
    const p = this.#program;
    const token = this.#r.take();
    switch (token.text) {
      case "SUFFIX":
      case "POINT_PROCESS":
      case "ARTIFICIAL_CELL": {
        const named = this.#r.name(`the ${token.text}`);
        const kinds = { SUFFIX: "density", POINT_PROCESS: "point", ARTIFICIAL_CELL: "artificial" } as const;
        p.kind = kinds[token.text];
        p.name = named.text;
        p.nameAt = named;
        return;
      }
      case "USEION":
        return this.#ion();
      case "NONSPECIFIC_CURRENT":
        return void p.nonspecific.push(...this.#names());
      case "ELECTRODE_CURRENT":
        return void p.electrode.push(...this.#names());
      case "RANGE":
        return this.#names().forEach(({ name }) => p.ranges.add(name));
      case "GLOBAL":
        return this.#names().forEach(({ name }) => p.globals.add(name));
      case "POINTER":
      case "BBCOREPOINTER":
        return void p.pointers.push(...this.#names());
      case "RANDOM":
        return void p.randoms.push(...this.#names());
      case "EXTERNAL":
        return void this.#names();
      case "THREADSAFE":
        return;
      default:
        this.#r.fail(token, `has ${shown(token)} in NEURON`, "Give SUFFIX, USEION, RANGE and their like");
    }
  }

  #ion(): void {
    const { text: ion, line, column } = this.#r.name("an ion");
    const read: string[] = [];
    const write: string[] = [];
    let valence: number | undefined;
    for (;;) {
      if (this.#r.accept("READ") !== undefined) read.push(...this.#names().map((n) => n.name));
      else if (this.#r.accept("WRITE") !== undefined) write.push(...this.#names().map((n) => n.name));
      else if (this.#r.accept("VALENCE") !== undefined) valence = this.#r.number("a valence");
      else if (this.#r.accept("REPRESENTS") !== undefined) this.#r.take();
      else break;
    }
    this.#program.ions.push({ ion, read, write, valence, line, column });
  }

  #unit(): void {
    const at = this.#r.peek();
    if (at.kind !== "name") {
      const name = this.#r.unit();
      if (name === undefined) this.#r.fail(at, `has ${shown(at)} in UNITS`, "Give (mV) = (millivolt) or a constant");
      this.#r.expect("=", "UNITS");
      const means = this.#r.unit();
      if (means === undefined) this.#r.fail(this.#r.peek(), "gives no unit", "Give one in brackets");
      this.#program.unitNames.push({ name, means, line: at.line, column: at.column });
      return;
    }
    const { text: name, line, column } = this.#r.take();
    this.#r.expect("=", "UNITS");
    const means = this.#r.unit();
    const value = means === undefined ? this.#r.number("the value of a constant") : undefined;
    const unit = this.#r.unit() ?? means ?? "";
    this.#program.unitConstants.push({ name, value, means, unit, line, column });
  }

  #declared(): Declared {
    const { text: name, line, column } = this.#r.name("a variable");
    const size = this.#size();
    const value = this.#r.accept("=") === undefined ? undefined : this.#r.number(`the value of ${name}`);
    let unit: string | undefined;
    let limits: readonly [number, number] | undefined;
    for (;;) {
      if (this.#r.is("(")) unit = this.#r.unit();
      else if (this.#r.accept("FROM") !== undefined) {
        const low = this.#r.number("a limit");
        this.#r.expect("TO", "the limits");
        limits = [low, this.#r.number("a limit")];
      } else if (this.#r.accept("START") !== undefined) this.#r.number("a start");
      else if (this.#r.accept("<") !== undefined) {
        const low = this.#r.number("a limit");
        const high = this.#r.accept(",") === undefined ? undefined : this.#r.number("a limit");
        this.#r.expect(">", "the limits");
        limits = high === undefined ? limits : [low, high];
      } else break;
    }
    const comment = this.#r.peek().line === line ? undefined : this.lexer.comments.get(line);
    return { name, size, value, unit, limits, comment, line, column };
  }

  /** With its default as NEURON 8's compiler writes it into the mechanism: in six digits. */
  #parameter(): Declared {
    const declared = this.#declared();
    const { name, value } = declared;
    if (value === undefined) return declared;
    const kept = Number(value.toPrecision(6));
    if (kept !== value) this.#program.notes.push(`${name} is ${kept}: NEURON 8 keeps six digits of a PARAMETER's ${value}`); // prettier-ignore
    return { ...declared, value: kept };
  }

  #size(): number | undefined {
    if (this.#r.accept("[") === undefined) return undefined;
    const at = this.#r.peek();
    const size = at.kind === "name" ? this.#program.defines.get(this.#r.take().text) : this.#r.number("a size");
    this.#r.expect("]", "an array");
    if (size !== undefined && Number.isInteger(size) && size >= 1 && size <= 1000) return size;
    return this.#r.fail(at, `gives an array of ${size ?? shown(at)} elements`, "Give 1 to 1000");
  }

  #body(): Statement[] {
    return withoutReturns(readStatements(this.#r, this.#program.defines));
  }

  #arguments(): Argument[] {
    const args: Argument[] = [];
    if (this.#r.accept("(") === undefined) return args;
    while (!this.#r.is(")")) {
      const { text: name } = this.#r.name("an argument");
      args.push({ name, unit: this.#r.unit() });
      if (this.#r.accept(",") === undefined) break;
    }
    this.#r.expect(")", "arguments");
    return args;
  }

  #routine(into: Map<string, Routine>): void {
    const { text: name, line, column } = this.#r.name("a block");
    const args = this.#arguments();
    const unit = this.#r.unit();
    const body = into === this.#program.functions ? withReturnsRefused(readStatements(this.#r, this.#program.defines)) : this.#body(); // prettier-ignore
    into.set(name, { name, args, unit, body, line, column });
  }

  #functionTable(into: Map<string, FunctionTable>): void {
    const { text: name, line, column } = this.#r.name("a FUNCTION_TABLE");
    into.set(name, { name, args: this.#arguments(), unit: this.#r.unit(), line, column });
  }

  #hook(token: Token): void {
    const { text } = this.#r.name("a block");
    const when = HOOKS.find((hook) => hook === `${token.text} ${text}`);
    if (when === undefined) this.#r.fail(token, `has ${token.text} ${text.slice(0, 40)}, which no block is`, `Give one of ${HOOKS.join(", ")}`); // prettier-ignore
    this.#program.hooks.push({ when: when as Hook["when"], body: this.#body(), line: token.line, column: token.column }); // prettier-ignore
  }

  #netReceive({ line, column }: Token): void {
    const args = this.#arguments();
    const body = readStatements(this.#r, this.#program.defines, true);
    const initial = withoutReturns(body.initial);
    this.#program.netReceive = { args, initial, body: withoutReturns(body), line, column };
  }
}
