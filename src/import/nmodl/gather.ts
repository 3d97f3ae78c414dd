import type { Expr } from "../../lang/expr.ts";
import type { Quantity, Unit } from "../../units.ts";
import { currentsOf } from "./running/draft.ts";
import { type NmodlOptions, constantsOf, unitsOf } from "./nmodl.ts";
import { failBarred, isBarred } from "./running/barred.ts";
import { give } from "./reading/given.ts";
import { Parser } from "./reading/parse.ts";
import type { Context } from "./running/context.ts";
import { runPhases } from "./running/phases.ts";
import { withParametersFixed } from "./running/fixing.ts";
import { Resolver } from "./running/resolve.ts";
import { Symbols } from "../../lang/symbolic/symbols.ts";
import { unitWarnings } from "./units/unit-check.ts";
import { Variables } from "./reading/variables.ts";
import { Writer } from "./writing/writer.ts";

/** A POINT_PROCESS whose current comes from the voltage of another compartment: what `net.gather` takes. */
export interface NmodlGather {
  /** `net.gather(source, target, rule, { ...gather })`: the weight is a factor on the current, 1 here; `params` are those of the file. */
  readonly gather: {
    readonly weight: Quantity<"1">;
    readonly value: string;
    readonly params: Readonly<Record<string, Quantity>>;
  };
  /** where the file's units do not fit each other, with line and column, as NEURON's `modlunit` finds it. */
  readonly warnings: readonly string[];
  /** what was decided where the file leaves a choice. */
  readonly notes: readonly string[];
}

/** Whether a text is for `nmodlGather`: a POINT_PROCESS that uses its one POINTER, without states and events. */
export function isGather(text: string, options: Omit<NmodlOptions, "tables"> = {}): boolean {
  const program = new Parser(text, options.file ?? "NMODL", options.include).whole();
  const { kind, pointers, states, netReceive, breakpoint } = program;
  const own = pointers[0]?.name;
  return kind === "point" && pointers.length === 1 && states.length === 0 && netReceive === undefined && JSON.stringify(breakpoint?.body ?? []).includes(`"name":${JSON.stringify(own)}`); // prettier-ignore
}

/** A gap junction, or a graded synapse, from an NMODL text with one POINTER, to the voltage on the other side: `i = (v - vgap)/r`. In NEURON
 * each side has a process; here each direction is a gather, which sees the other side as it was at the beginning of the step, as NEURON's do.
 * @throws DataError with file, line and column for what is no such thing */
export const nmodlGather = (text: string, options: Omit<NmodlOptions, "tables"> = {}): NmodlGather =>
  withParametersFixed(options, (counted) => readGather(text, counted));

function readGather(text: string, options: Omit<NmodlOptions, "tables">): NmodlGather {
  const parser = new Parser(text, options.file ?? "NMODL", options.include);
  const program = parser.whole();
  const { lexer } = parser;
  give(program, lexer, options);
  const no = (problem: string): never => lexer.fail(program.nameAt, problem, "Read it by nmodl, or write it by hand: docs/own-receptor.md"); // prettier-ignore
  const [pointer, another] = program.pointers;
  if (program.kind !== "point" || pointer === undefined || another !== undefined) no("is no POINT_PROCESS with one POINTER, to the voltage on the other side"); // prettier-ignore
  if (program.states.length > 0 || program.netReceive !== undefined) no("has states or events beside a POINTER, which a gather has not"); // prettier-ignore
  const symbols = new Symbols(() => no("comes to more than 200000 different expressions"));
  const units = unitsOf(program);
  const variables = new Variables(program, lexer, constantsOf(program, lexer, units), pointer?.name);
  const context: Context = { program, lexer, variables, symbols, interpolate: true, withoutDiffusion: false, tables: [], barred: [], labels: new Map(), notes: [...program.notes] }; // prettier-ignore
  const warnings = unitWarnings(program, lexer, units, parser.isUnchecked);
  const phases = runPhases(context);
  const resolver = new Resolver(context, phases);
  const outward = currentsOf(context, phases).map(({ i }) => resolver.resolve(i, "currents")).reduce(symbols.add, symbols.number(0)); // prettier-ignore
  const reads = symbols.reads(outward);
  const kept = [...reads].find((name) => name.includes("@") && !name.endsWith("@param"));
  if (kept !== undefined && isBarred(kept)) failBarred(context, kept);
  if (kept !== undefined) no(`computes its current from ${kept.replace(/@.*/, "")}, which changes from step to step: a gather has no states`); // prettier-ignore
  if (!reads.has("V_pre")) no(`does not read its POINTER ${pointer?.name ?? ""}`);
  context.labels.clear(); // one text, without names for its parts
  const writer = new Writer(context, units);
  writer.say("V_pre", "V_pre", "mV");
  let value = "";
  writer.text(inward(symbols, outward), "nA" satisfies Unit, (found) => (value = found));
  const lets = writer.write();
  if (Object.keys(lets).length > 0) no("has a current that is too long for one text");
  const params = Object.fromEntries(Object.entries(writer.inOrder()).map(([name, p]) => [name, p.default]));
  return { gather: { weight: { value: 1, unit: "1" }, value, params }, warnings, notes: context.notes };
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
