import type { Expr } from "../../lang/expr.ts";
import type { Channel, Mechanism } from "../../mechanisms/mechanism.ts";
import { Assembly } from "./writing/assemble.ts";
import { FARADAY, GAS } from "../../constants.ts";
import { type Draft, draft } from "./running/draft.ts";
import { DataError } from "../../errors.ts";
import { give, type GivenByScript } from "./reading/given.ts";
import { withNoise } from "./running/draws.ts";
import { eventsOf, ownEventsOf, sends, withEventStates } from "./events/events.ts";
import { OwnEvents } from "./events/own-events.ts";
import type { Received } from "./events/received.ts";
import type { Tabulated } from "./running/context.ts";
import type { Lexer } from "./reading/lexer.ts";
import { type PlasticityType, plasticityType, type SourcePlasticity } from "../../mechanisms/plasticity.ts";
import { ruleOf } from "./writing/rule.ts";
import { Parser } from "./reading/parse.ts";
import type { Context } from "./running/context.ts";
import { runPhases } from "./running/phases.ts";
import { Fixed, withParametersFixed } from "./running/fixing.ts";
import { noteEarlyTables } from "./running/tabulated.ts";
import { AsEquations } from "./running/schemes.ts";
import { noteTotals, withStatesSet } from "./running/set-states.ts";
import { Symbols } from "../../lang/symbolic/symbols.ts";
import type { NetReceive, Program } from "./reading/syntax.ts";
import { tidy } from "../../lang/symbolic/tidy.ts";
import { unitWarnings } from "./units/unit-check.ts";
import { UnitTable } from "./units/units.ts";
import { Variables } from "./reading/variables.ts";

export interface NmodlOptions extends GivenByScript {
  /** what errors call the text; default "NMODL". */
  readonly file?: string;
  /** `asPublished` interpolates a TABLE as NEURON does, `exact` computes what it would hold. Default asPublished. */
  readonly tables?: "asPublished" | "exact";
  /** `none` leaves LONGITUDINAL_DIFFUSION out: compartments then exchange nothing, as a section of one compartment that stands alone. Default: it is
   * refused. */
  readonly longitudinalDiffusion?: "none";
  /** Gives the texts of files that the text names by INCLUDE, for example from a folder or a map; undefined for one that is not there. */
  readonly include?: (name: string) => string | undefined;
}

/** A translated file. */
export interface NmodlFile {
  /** for insertions (channels and pools) or receptors. */
  readonly mechanism: Mechanism;
  /** Of a receptor whose connections have states of their own (NET_RECEIVE with more than a weight): what a connection transmits of its
   * weight. `net.connect(..., { plasticity: file.plasticity() })`. */
  readonly plasticity?: PlasticityType<string, SourcePlasticity>;
  /** What the cell has to give, by the names that the mechanism reads: reversal potentials (`ena`), concentrations (`cai`, `cao`). */
  readonly reads: readonly string[];
  /** What a value in the file's unit is multiplied by to be in the parameter's, by parameter, where that is not 1: `{ gbar: 1e-4 }` of pS/um2. */
  readonly scale: Readonly<Record<string, number>>;
  /** where the file's units do not fit each other, with line and column, as NEURON's `modlunit` finds it. */
  readonly warnings: readonly string[];
  /** what was decided where the file leaves a choice. */
  readonly notes: readonly string[];
}

type Translated = Omit<NmodlFile, "warnings">;

/** A mechanism of the language from an NMODL text.
 * @throws DataError with file, line and column for what cannot be read or is refused */
export const nmodl = (text: string, options: NmodlOptions = {}): NmodlFile =>
  withParametersFixed(options, (counted) => read(text, counted));

function read(text: string, options: NmodlOptions): NmodlFile {
  const { file = "NMODL", tables = "asPublished" } = options;
  const parser = new Parser(text, file, options.include);
  const program = parser.whole();
  const { lexer } = parser;
  if (program.kind === "nothing") lexer.fail(program.nameAt, "has no SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL", "Say in NEURON what it is"); // prettier-ignore
  if (program.kind === "artificial") lexer.fail(program.nameAt, "is an ARTIFICIAL_CELL, which is a neuron or a source, no mechanism", "Read it by nmodlCell"); // prettier-ignore
  give(program, lexer, options);
  const [pointed] = [...program.pointed].filter(([, to]) => "mechanism" in to);
  if (program.kind === "point" && pointed !== undefined) lexer.fail(program.nameAt, `points ${pointed[0]} at what another mechanism has, which a point process does not read here`, "Where that is in the cell that releases, read it by nmodlGather; else let a density mechanism read it"); // prettier-ignore
  const units = unitsOf(program);
  const warnings = unitWarnings(program, lexer, units, parser.isUnchecked);
  const withoutDiffusion = options.longitudinalDiffusion === "none";
  return { ...translated({ program, lexer, units, tables, withoutDiffusion }), warnings };
}

type Source = Pick<Context, "program" | "lexer"> & {
  readonly units: UnitTable;
  readonly tables: "asPublished" | "exact";
  readonly withoutDiffusion: boolean;
  readonly asEquations?: ReadonlySet<string>;
};

/** A receptor whose events act on the sum of a step's weights hears as many links as there are; where they do not, one. */
function translated(source: Source): Translated {
  const { program } = source;
  if (program.kind !== "point" || program.netReceive === undefined) return inItsTables(source);
  const ofOne = (): Translated => inItsTables({ ...source, program: withEventStates(program) }, true);
  if (sends(program.netReceive.body, program)) return ofOne();
  try {
    return inItsTables(source);
  } catch (error) {
    if (!(error instanceof DataError || error instanceof Fixed)) throw error;
    try {
      return ofOne();
    } catch (another) {
      if (!(another instanceof DataError)) throw another;
      throw sends(program.initial, program) ? another : error;
    }
  }
}

function inItsTables({ tables, ...source }: Source, own = false): Translated {
  try {
    const first = translate(source, tables === "asPublished" ? "leave" : "exact", own);
    return "again" in first ? (translate(source, "interpolate", own) as Translated) : first;
  } catch (error) {
    if (!(error instanceof AsEquations)) throw error;
    return inItsTables({ ...source, tables, asEquations: new Set([...(source.asEquations ?? []), error.block]) }, own);
  }
}

export function unitsOf(program: Program): UnitTable {
  const units = new UnitTable();
  for (const { name, means } of program.unitNames) units.define(name, means);
  return units;
}

/** Values of the constants that UNITS names. */
export function constantsOf(program: Program, lexer: Lexer, units: UnitTable): Map<string, number> {
  const found = new Map<string, number>();
  for (const { name, value, means, unit, ...at } of program.unitConstants) {
    if (value !== undefined) {
      found.set(name, value);
      continue;
    }
    const [from, to] = [units.read(means ?? ""), units.read(unit)];
    if (from === undefined || to === undefined) lexer.fail(at, `defines ${name} by the unit (${means}), which is unknown`, "Give its value"); // prettier-ignore
    const known = means === "faraday" ? FARADAY : means === "k-mole" ? GAS : undefined;
    const ratio = (from as { factor: number }).factor / (to as { factor: number }).factor;
    found.set(name, known !== undefined && Math.abs(ratio / known - 1) < 1e-9 ? known : ratio);
  }
  return found;
}

/** @param mode  leave: tables stay for the mechanism's own `table`; interpolate: they are written out; exact: there are none
 * @param own  whether events are of one link, and some the receptor's own */
function translate(
  { program, lexer, units, withoutDiffusion, asEquations = new Set() }: Omit<Source, "tables">,
  mode: "leave" | "interpolate" | "exact",
  own: boolean,
): Translated | { readonly again: true } {
  const tooMany = (): never =>
    lexer.fail(program.nameAt, "comes to more than 200000 different expressions", "Shorten it");
  const symbols = new Symbols(tooMany);
  const variables = new Variables(program, lexer, constantsOf(program, lexer, units));
  const context: Context = {
    program,
    lexer,
    variables,
    symbols,
    withoutDiffusion,
    asEquations,
    interpolate: mode === "interpolate",
    tables: [],
    barred: [],
    labels: new Map(),
    notes: [...program.notes],
  };
  for (const { name, ...at } of program.pointers) context.notes.push(`the POINTER ${name} in ${lexer.where(at)} is read over: no state and no current depends on it`); // prettier-ignore
  const ran = runPhases(context);
  noteTotals(context, ran);
  const phases = withNoise(context, withStatesSet(context, ran));
  if (mode !== "exact") noteEarlyTables(context, phases.initial);
  let received: Received | undefined;
  const { resolver, ...made } = draft(context, phases, own ? (resolver) => (received = new OwnEvents(context, phases, program.netReceive as NetReceive, resolver).received()) : undefined); // prettier-ignore
  const table =
    mode === "leave" ? tableOf(context, made, (e) => tidy(symbols, resolver.resolve(e, "advance"))) : "none";
  if (table === undefined) return { again: true };
  if (received !== undefined) context.notes.push(`a cell's ${program.name} hears ${received.perLink === undefined ? "one link" : "up to 32 links, one where the cell has more than 8 compartments"}: NEURON keeps what its events do for each connection`); // prettier-ignore
  const events = program.kind !== "point" ? undefined : received === undefined ? eventsOf(context, phases, resolver, units) : ownEventsOf(context, units, received); // prettier-ignore
  const assembly = new Assembly(context, units, phases);
  const mechanism = assembly.mechanism(made, events, table === "none" ? undefined : { table });
  for (const to of program.pointed.values()) if ("mechanism" in to) context.notes.push(`${program.name} stands where ${to.mechanism} is inserted`); // prettier-ignore
  const reads = program.ions.flatMap(
    ({ ion, read }) =>
    read.filter((name) => name !== `i${ion}` && !(name === `e${ion}` && program.computed.has(ion)) && !program.ions.some((i) => i.write.includes(name))), // prettier-ignore
  );
  const rule = events?.connection === undefined ? undefined : ruleOf(context, units, events.connection);
  const connection = rule === undefined ? {} : { plasticity: plasticityType(rule) };
  return { mechanism, ...connection, reads: [...new Set(reads)], scale: assembly.scale, notes: context.notes };
}

/** The mechanism's own `table` where it says the same as the file's: every tabulated value is the inf or tau of a state and nothing else,
 * in one range. "none" without tables; undefined where they have to be written out. */
function tableOf(context: Context, made: Draft, resolve: (e: Expr) => Expr): Channel["table"] | "none" | undefined {
  const { tables, symbols: s, program } = context;
  if (tables.length === 0) return "none";
  const [first] = tables as [Tabulated, ...Tabulated[]];
  const one = tables.every((t) => t.from === first.from && t.to === first.to && t.intervals === first.intervals && resolve(t.over) === s.name("V")); // prettier-ignore
  if (!one || program.kind !== "density" || made.schemes.length > 0) return undefined;
  const values = new Set(tables.map((t) => resolve(t.value)).filter((e) => s.reads(e).has("V")));
  const of: string[] = [];
  for (const { state, form, init } of made.states) {
    if (!("inf" in form)) return undefined;
    const known = [form.inf, form.tau].map((e) => values.has(e));
    const moving = [form.inf, form.tau].map((e) => s.reads(e).has("V"));
    if (known.every((k, j) => k === moving[j]) && known.some(Boolean)) of.push(state);
    else if (known.some(Boolean)) return undefined;
    if (init !== undefined && !known.some(Boolean) && [...values].some((v) => within(v, init))) return undefined;
    if (init !== undefined && known.some(Boolean) && s.reads(init).has("V")) return undefined;
  }
  const used = new Set(made.states.flatMap((x) => ("inf" in x.form && of.includes(x.state) ? [x.form.inf, x.form.tau] : []))); // prettier-ignore
  if (![...values].every((v) => used.has(v) || !isReached(v, made))) return undefined;
  const table = { from: { value: first.from, unit: "mV" }, to: { value: first.to, unit: "mV" }, intervals: first.intervals } as const; // prettier-ignore
  return of.length === made.states.length ? table : { ...table, of };
}

function within(part: Expr, whole: Expr): boolean {
  if (part === whole) return true;
  if (whole.kind === "negate") return within(part, whole.of);
  if (whole.kind === "binary") return within(part, whole.left) || within(part, whole.right);
  return whole.kind === "call" && whole.args.some((arg) => within(part, arg));
}

const isReached = (part: Expr, made: Draft): boolean =>
  [...made.currents.map((c) => c.i), ...made.states.flatMap((x) => [...(Object.values(x.form) as Expr[]), ...(x.init === undefined ? [] : [x.init])])].some((e) => within(part, e)); // prettier-ignore
