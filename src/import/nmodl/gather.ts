import type { Expr } from "../../lang/expr.ts";
import { stateUnit } from "../../mechanisms/check.ts";
import type { Channel } from "../../mechanisms/mechanism.ts";
import type { Quantity, Unit } from "../../units.ts";
import { type Draft, draft, exprsOf } from "./running/draft.ts";
import { type NmodlOptions, constantsOf, unitsOf } from "./nmodl.ts";
import { failBarred, isBarred } from "./running/barred.ts";
import { give } from "./reading/given.ts";
import { withNoise } from "./running/draws.ts";
import type { Lexer } from "./reading/lexer.ts";
import { Parser } from "./reading/parse.ts";
import type { Context } from "./running/context.ts";
import { type Phases, runPhases } from "./running/phases.ts";
import { withParametersFixed } from "./running/fixing.ts";
import { Symbols } from "../../lang/symbolic/symbols.ts";
import { unitWarnings } from "./units/unit-check.ts";
import type { UnitTable } from "./units/units.ts";
import { OTHER_VOLTAGE, Variables } from "./reading/variables.ts";
import type { Program } from "./reading/syntax.ts";
import { Assembly, pointedAt } from "./writing/assemble.ts";
import { Writer } from "./writing/writer.ts";

/** A POINT_PROCESS whose current comes from the voltage of another compartment: what `net.gather` takes. */
export interface NmodlGather {
  /** `net.gather(source, target, rule, { ...gather })`: the weight is a factor on the current, 1 here; `params` are those of the file. */
  readonly gather: {
    readonly weight: Quantity<"1">;
    readonly value: string;
    readonly params: Readonly<Record<string, Quantity>>;
  };
  /** Of a file with states: they follow the voltage of the source and are kept there, once for all that it reaches. An insertion of the source,
   * by its own name, in the section where the gather begins. */
  readonly release?: Channel;
  /** where the file's units do not fit each other, with line and column, as NEURON's `modlunit` finds it. */
  readonly warnings: readonly string[];
  /** what was decided where the file leaves a choice. */
  readonly notes: readonly string[];
}

/** Of `nmodl`, but for the tables of rates: a gather has none. */
export type NmodlGatherOptions = Omit<NmodlOptions, "tables">;

/** Whether a text is for `nmodlGather`: a POINT_PROCESS that uses its one POINTER, without events. */
export function isGather(text: string, options: NmodlGatherOptions = {}): boolean {
  const program = new Parser(text, options.file ?? "NMODL", options.include).whole();
  const { kind, pointers, netReceive, breakpoint, initial, derivatives, kinetics, procedures } = program;
  const runs = JSON.stringify([breakpoint?.body ?? [], initial, ...[derivatives, kinetics, procedures].map((blocks) => [...blocks.values()])]); // prettier-ignore
  return kind === "point" && pointers.length === 1 && netReceive === undefined && runs.includes(`"name":${JSON.stringify(pointers[0]?.name)}`); // prettier-ignore
}

/** A gap junction, or a graded synapse, from an NMODL text with one POINTER, to the voltage on the other side: `i = (v - vgap)/r`. In NEURON
 * each side has a process; here each direction is a gather, which sees the other side as it was at the beginning of the step, as NEURON's do.
 * States that follow the other side's voltage (`s' = (sinf(vpre) - s)/tau`) are a mechanism of the source, `release`. The option `pointers` says
 * where the POINTER is to another state than the voltage: `{ C: "rel.T" }` of the source's mechanism rel.
 * @throws DataError with file, line and column for what is no such thing */
export const nmodlGather = (text: string, options: NmodlGatherOptions = {}): NmodlGather =>
  withParametersFixed(options, (counted) => new Gathering(text, counted).read());

class Gathering {
  readonly #program: Program;
  readonly #lexer: Lexer;
  readonly #units: UnitTable;
  readonly #context: Context;
  readonly #warnings: readonly string[];
  readonly #pointer: string;

  constructor(text: string, options: NmodlGatherOptions) {
    const parser = new Parser(text, options.file ?? "NMODL", options.include);
    [this.#program, this.#lexer] = [parser.whole(), parser.lexer];
    const [program, lexer] = [this.#program, this.#lexer];
    const [pointer, another] = program.pointers;
    if (program.kind !== "point" || pointer === undefined || another !== undefined) this.#no("is no POINT_PROCESS with one POINTER, to the voltage on the other side"); // prettier-ignore
    this.#pointer = pointer?.name ?? "";
    const isOther = options.pointers?.[this.#pointer] === "v";
    const { [this.#pointer]: _, ...others } = isOther ? (options.pointers ?? {}) : {};
    give(program, lexer, isOther ? { ...options, pointers: others } : options);
    const [to] = program.pointed.values();
    if (to !== undefined && !("state" in to)) this.#no(`points ${this.#pointer} at what is no state of the source`); // prettier-ignore
    if (program.netReceive !== undefined) this.#no("has events beside a POINTER, which a gather has not");
    this.#units = unitsOf(program);
    const symbols = new Symbols(() => this.#no("comes to more than 200000 different expressions"));
    const variables = new Variables(program, lexer, constantsOf(program, lexer, this.#units), this.#pointer);
    this.#context = { program, lexer, variables, symbols, interpolate: true, withoutDiffusion: false, asEquations: new Set(), tables: [], barred: [], labels: new Map(), notes: [...program.notes] }; // prettier-ignore
    this.#warnings = unitWarnings(program, lexer, this.#units, parser.isUnchecked);
  }

  read(): NmodlGather {
    const { symbols: s, notes } = this.#context;
    const phases = withNoise(this.#context, runPhases(this.#context), true);
    const made = draft(this.#context, phases);
    const outward = made.currents.map((c) => c.i).reduce(s.add, s.number(0));
    const states = new Set([...made.states.map((x) => x.state), ...made.schemes.flatMap((scheme) => scheme.states)]);
    const felt = [...s.reads(outward)].filter((name) => states.has(name));
    const across = this.#context.variables.symbolOf(this.#pointer);
    if (felt.length === 0 && !s.reads(outward).has(across)) this.#no(`does not read its POINTER ${this.#pointer}`);
    const shown = new Map<string, { readonly as: string; readonly unit: Unit }>();
    for (const { symbol, as, unit } of pointedAt(this.#context, this.#units))
      shown.set(symbol, { as: `${as}_pre`, unit });
    for (const to of this.#program.pointed.values())
      if ("mechanism" in to) notes.push(`the source has ${to.mechanism}`);
    let release: Channel | undefined;
    if (felt.length > 0) {
      this.#checkStates(made);
      const assembly = this.#assembly(phases);
      release = assembly.mechanism({ ...made, currents: [] }, undefined, undefined) as Channel;
      for (const state of felt) {
        const own = assembly.nameOf(state);
        shown.set(state, { as: `${release.name}_${own}_pre`, unit: stateUnit(release, own) });
      }
      notes.push(`the source has ${felt.join(", ")}, in the mechanism ${release.name}: one for all that it reaches`);
    }
    const gather = this.#text(outward, shown);
    return { gather, ...(release === undefined ? {} : { release }), warnings: this.#warnings, notes };
  }

  /** States stand in the source: they follow its voltage, not that of where the current flows. */
  #checkStates({ states, schemes }: Draft): void {
    const { symbols: s, lexer, variables } = this.#context;
    const all = [
      ...states.map(({ state, form, init, at }) => ({ state, at, of: [...exprsOf(form), ...(init === undefined ? [] : [init])] })),
      ...schemes.map(({ states: [state = ""], at, reactions, init = [] }) => ({ state, at, of: [...reactions.flatMap((r) => [r.forward, r.backward]), ...init] })),
    ]; // prettier-ignore
    for (const { state, at, of } of all) {
      const read = new Set(of.flatMap((e) => [...s.reads(e)]));
      if (read.has(OTHER_VOLTAGE)) lexer.fail(at, `lets ${state} follow the voltage of its own side, v, beside the POINTER: the states of a gather are those of its source`, "Let the current alone read v, or write it by hand: docs/own-receptor.md"); // prettier-ignore
      const ofIon = [...read].find((name) => variables.find(name)?.kind === "ion");
      const size = ["diam", "area"].find((name) => read.has(name) && variables.find(name)?.kind === name);
      if (size !== undefined) lexer.fail(at, `lets ${state} read ${size}, of the compartment where the current flows: the states of a gather are those of its source`, "Let the current alone depend on it, by the weight of the gather, or write it by hand: docs/own-receptor.md"); // prettier-ignore
      if (ofIon !== undefined) lexer.fail(at, `lets ${state} read ${ofIon}, an ion's on the target's side`, "Write it by hand: docs/own-receptor.md"); // prettier-ignore
    }
  }

  /** Writes the states as a mechanism of the source. */
  #assembly(phases: Phases): Assembly {
    const program: Program = { ...this.#program, kind: "density", ions: [], nonspecific: [], electrode: [] };
    return new Assembly({ ...this.#context, program }, this.#units, phases);
  }

  #text(outward: Expr, shown: ReadonlyMap<string, { readonly as: string; readonly unit: Unit }>): NmodlGather["gather"] {
    const { symbols: s, variables } = this.#context;
    this.#context.labels.clear(); // one text, without names for its parts
    const writer = new Writer(this.#context, this.#units);
    writer.say("V@pre", "V_pre", "mV");
    writer.say(OTHER_VOLTAGE, "V", "mV");
    for (const [state, { as, unit }] of shown) writer.say(state, as, unit);
    if (shown.has("time")) this.#no("computes its current from the time, which a gather does not read");
    for (const name of s.reads(outward)) {
      if (isBarred(name)) failBarred(this.#context, name);
      const kind = variables.find(name)?.kind;
      if (["celsius", "dt", "diam", "area", "ion"].includes(kind ?? "")) this.#no(`computes its current from ${name}, which a gather does not read`); // prettier-ignore
    }
    let value = "";
    const side = s.substitute(outward, new Map([["V", s.name("V@pre")]]));
    writer.text(inward(s, side), "nA" satisfies Unit, (found) => (value = found));
    if (Object.keys(writer.write()).length > 0) this.#no("has a current that is too long for one text");
    const params = Object.fromEntries(Object.entries(writer.inOrder()).map(([name, p]) => [name, p.default]));
    return { weight: { value: 1, unit: "1" }, value, params };
  } // prettier-ignore

  #no(problem: string): never {
    return this.#lexer.fail(this.#program.nameAt, problem, "Read it by nmodl, or write it by hand: docs/own-receptor.md"); // prettier-ignore
  }
}

/** The other way round: (a - b) g as (b - a) g. */
function inward(s: Symbols, e: Expr): Expr {
  if (e.kind !== "binary") return s.negate(e);
  if (e.op === "-") return s.sub(e.right, e.left);
  if (e.op === "/") return s.div(inward(s, e.left), e.right);
  if (e.op !== "*") return s.negate(e);
  const isLeft = e.left.kind === "binary" && e.left.op === "-";
  return isLeft ? s.mul(inward(s, e.left), e.right) : s.mul(e.left, inward(s, e.right));
}
