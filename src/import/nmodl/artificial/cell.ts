import { nameFault } from "../../../lang/words.ts";
import type { NeuronType } from "../../../mechanisms/neuron.ts";
import type { Quantity } from "../../../units.ts";
import { Firing } from "./firing.ts";
import { isTimed, Timed, withoutTimes } from "./timed.ts";
import { Generator, type Pulses } from "./generator.ts";
import { NeuronText } from "./neuron-text.ts";
import { sends, withEventStates } from "../events/events.ts";
import { give } from "../reading/given.ts";
import type { Lexer } from "../reading/lexer.ts";
import { readTerm } from "../reading/c-given.ts";
import { constantsOf, type NmodlOptions, unitsOf } from "../nmodl.ts";
import { Parser } from "../reading/parse.ts";
import type { Context } from "../running/context.ts";
import { runPhases } from "../running/phases.ts";
import { withParametersFixed } from "../running/fixing.ts";
import { Resolver } from "../running/resolve.ts";
import { Symbols } from "../../../lang/symbolic/symbols.ts";
import type { Program } from "../reading/syntax.ts";
import { unitWarnings } from "../units/unit-check.ts";
import { Variables } from "../reading/variables.ts";

interface Said {
  readonly name: string;
  /** where the file's units do not fit each other, with line and column, as NEURON's `modlunit` finds it. */
  readonly warnings: readonly string[];
  /** what was decided where the file leaves a choice. */
  readonly notes: readonly string[];
}

/** An ARTIFICIAL_CELL, by `kind`: a point neuron that hears events at its port `event` (`net.cells("I", file.neuron({ n: 10 }))`), or a generator:
 * pulses at equal intervals, for ever where there is no `stop` (`net.sources("G", 1, regular({ stop: seconds(1), ...file.pulses }))`), or
 * times (`trains([file.times])`, ms). */
export type NmodlCell = Said &
  (
    | { readonly kind: "neuron"; readonly neuron: NeuronType<"event"> }
    | {
        readonly kind: "pulses";
        readonly pulses: {
          readonly start: Quantity<"ms">;
          readonly interval: Quantity<"ms">;
          readonly stop?: Quantity<"ms">;
        };
      }
    | { readonly kind: "times"; readonly times: readonly number[] }
  );

type Options = Omit<NmodlOptions, "tables" | "longitudinalDiffusion">;

/** Beside what `nmodl` takes. */
export interface NmodlCellOptions extends Options {
  /** Times (ms, ascending) that a script would play into a cell whose C reads them from a vector (VecStim, PlayBack). */
  readonly times?: readonly number[];
  /** When a cell fires that computes the time at which it will (net_move), over its variables, as "m > 1": for one whose text has no test of it. */
  readonly fires?: string;
}

const READS_VECTOR = /\bvector_(vec|capacity|instance_px|arg)\s*\(/;

/** Whether a text is for `nmodlCell`: an ARTIFICIAL_CELL. */
export const isArtificial = (text: string, options: Options = {}): boolean =>
  new Parser(text, options.file ?? "NMODL", options.include).whole().kind === "artificial";

/** An integrate-and-fire cell, or a generator of spikes, from an NMODL text with ARTIFICIAL_CELL. NEURON computes such cells event by event, at any
 * time; here events lie on steps, and those of one step act together.
 * @throws DataError with file, line and column for what cannot be read or is refused */
export const nmodlCell = (text: string, options: NmodlCellOptions = {}): NmodlCell =>
  withParametersFixed(options, (counted) => readCell(text, counted));

function readCell(text: string, options: NmodlCellOptions): NmodlCell {
  const parser = new Parser(text, options.file ?? "NMODL", options.include);
  const read = parser.whole();
  const { lexer } = parser;
  if (read.kind !== "artificial") lexer.fail(read.nameAt, "is no ARTIFICIAL_CELL", "Read it by nmodl");
  give(read, lexer, options);
  const units = unitsOf(read);
  const warnings = unitWarnings(read, lexer, units, parser.isUnchecked);
  const program = withEventStates(read);
  const receive = program.netReceive ?? lexer.fail(program.nameAt, "has no NET_RECEIVE, and does nothing", "Give it one"); // prettier-ignore
  const tooMany = (): never => lexer.fail(program.nameAt, "comes to more than 200000 different expressions", "Shorten it"); // prettier-ignore
  const variables = new Variables(program, lexer, constantsOf(program, lexer, units));
  const sendsFirst = sends(program.initial, program);
  const timed = isTimed(program, receive, sendsFirst);
  const context: Context = { program: timed ? { ...program, initial: withoutTimes(program.initial) } : program, lexer, variables, symbols: new Symbols(tooMany), interpolate: true, withoutDiffusion: false, asEquations: new Set(), tables: [], barred: [], labels: new Map(), notes: [...program.notes] }; // prettier-ignore
  const name = nameOf(program.name);
  const said = { name, warnings, notes: context.notes };
  const isPlayed = lexer.tokens.some(({ kind, text: c }) => kind === "verbatim" && READS_VECTOR.test(c));
  if (options.times !== undefined && !isPlayed) lexer.fail(program.nameAt, "is given times, but reads none from a vector", "Leave the option times out"); // prettier-ignore
  if (isPlayed && JSON.stringify(receive.body).includes('"name":"net_event"')) return { ...said, kind: "times", times: playedTimes(lexer, program, options.times) }; // prettier-ignore
  if (options.fires !== undefined && !timed) lexer.fail(program.nameAt, "is given when it fires, but computes no time at which it will", "Leave the option fires out"); // prettier-ignore
  if (timed || !sendsFirst) {
    const phases = runPhases(context);
    const resolver = new Resolver(context, phases);
    const fires = options.fires === undefined ? undefined : readTerm(`${lexer.file}, fires`, options.fires, receive, program.defines); // prettier-ignore
    const draft = timed ? new Timed(context, phases, receive, resolver).draft(fires) : new Firing(context, phases, receive, resolver).draft(); // prettier-ignore
    if (resolver.kept.size > 0) lexer.fail(receive, `reads ${[...resolver.kept.keys()].join(", ")}, which changes from step to step, and is refused`, "Compute it in NET_RECEIVE"); // prettier-ignore
    return { ...said, kind: "neuron", neuron: new NeuronText(context, units, receive, name).neuron(draft) };
  }
  const pulses = new Generator(context, receive).pulses();
  context.notes.push("what NET_RECEIVE does at a connection's event is read over: a source hears none");
  return { ...said, ...asSource(pulses) };
}

/** @throws DataError without times, or with what are none */
function playedTimes(lexer: Lexer, program: Program, times: readonly number[] | undefined): readonly number[] {
  const at = program.nameAt;
  if (times === undefined) return lexer.fail(at, "fires at times that its C reads from a vector, which a script plays into it", "Give nmodlCell the option times: [10, 20] (ms), hillock import --times 10,20, or the cell as net.sources(name, n, trains([[10, 20]]))"); // prettier-ignore
  if (!Array.isArray(times)) return lexer.fail(at, "is given times that are no list", "Give a list of numbers, ms");
  const bad = times.findIndex((time, k) => !Number.isFinite(time) || time < 0 || time < (times[k - 1] ?? 0));
  if (bad >= 0) lexer.fail(at, `is given times[${bad}] = ${String(times[bad]).slice(0, 40)}`, "Give times from 0 on in ascending order, ms"); // prettier-ignore
  return [...times];
}

function asSource(found: Pulses): { kind: "times"; times: readonly number[] } | Omit<Extract<NmodlCell, { kind: "pulses" }>, keyof Said> {
  if ("times" in found) return { kind: "times", times: found.times };
  const ms = (value: number): Quantity<"ms"> => ({ value: Number(value.toPrecision(12)), unit: "ms" });
  const { start, interval, stop } = found;
  return { kind: "pulses", pulses: { start: ms(start), interval: ms(interval), ...(stop === undefined ? {} : { stop: ms(stop) }) } };
} // prettier-ignore

const nameOf = (wish: string): string => {
  const base = wish.replaceAll(/^_+/g, "");
  return nameFault(base) === undefined ? base : `${base}_cell`.slice(0, 60);
};
