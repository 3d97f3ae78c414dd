import { own } from "../../own.ts";
import { didYouMean, ModelError } from "../../errors.ts";
import { type Expr, name, num, type Stmt, sum } from "../../lang/expr.ts";
import { freeNames, substitute } from "../../lang/names.ts";
import { optimise } from "../../lang/optimise.ts";
import type { Param } from "../../mechanisms/mechanism.ts";
import { unitOfLet } from "../../mechanisms/check-neuron.ts";
import type { NeuronModel } from "../../mechanisms/neuron.ts";
import type { CellValues } from "../../morphology/values.ts";
import type { RecordingDescription } from "../../network/description.ts";
import { canonicalWithin } from "../../shapes.ts";
import { canonicalValues, type Unit } from "../../units.ts";
import type { CompiledCells, CompiledTrace } from "../compiled.ts";
import { type CellProgram, lowOf } from "./step-program.ts";
import { clampCurrent, clampInputs, placeClamps, type PlacedClamp, Played } from "./clamp-inputs.ts";
import { carrying, needsCarry } from "./carry.ts";
import { startNoise } from "./noise.ts";
import { gathered, type PlacedGather, shownValue } from "../links/gathers.ts";
import { COUNTER, NeuronEquations } from "./neurons.ts";
import { Params } from "./params.ts";
import { sampling } from "../chosen-cells.ts";
import type { CellContext } from "./resolve.ts";
import { tooFast } from "./too-fast.ts";

type NeuronContext = Omit<CellContext, "method">;

/** Turns a population of point neurons into a program with its parameters and initial states, float64.
 * @throws ModelError for unknown parameters or variables, wrong units and sizes, a method that does not fit */
export function compileNeurons(population: string, model: NeuronModel, context: NeuronContext): CompiledCells {
  return new Compiler(population, model, context).compile();
}

class Compiler {
  readonly #where: string;
  readonly #model: NeuronModel;
  readonly #context: NeuronContext;
  readonly #params: Params;
  readonly #equations: NeuronEquations;
  readonly #states: readonly string[]; // identifiers, then the counter, then noises
  readonly #ids: Readonly<Record<string, string>>; // state -> identifier
  readonly #initial: Readonly<Record<string, string>>; // state -> parameter, where given
  readonly #events: Readonly<Record<string, string>>;
  readonly #clamps: readonly PlacedClamp[];
  readonly #played: Played;

  constructor(population: string, model: NeuronModel, context: NeuronContext) {
    const { neuron } = model;
    this.#where = population;
    this.#model = model;
    this.#context = context;
    this.#params = new Params(model.n, context.entries);
    this.#clamps = placeClamps(context.clamps);
    this.#played = new Played(this.#clamps);
    const params: Record<string, string> = { dt: this.#params.define("dt", [context.dt]) };
    for (const [p, spec] of Object.entries(neuron.params)) params[p] = this.#param(p, spec, model.params?.[p]);
    this.#ids = Object.fromEntries(Object.keys(neuron.states).map((s) => [s, `s_${s}`]));
    const given = Object.entries(model.initial ?? {});
    this.#initial = Object.fromEntries(
      given.map(([s, q]) => [s, this.#define(`${s}0`, q, neuron.states[s]?.unit ?? "1")]),
    );
    const linked = Object.keys(neuron.ports).filter((port) => context.slots.has(port));
    this.#events = Object.fromEntries(linked.map((port) => [port, `in_${port}`]));
    const inputs = Object.keys(neuron.inputs ?? {}).map((i): [string, Expr] => [i, this.#input(i)]);
    this.#equations = new NeuronEquations({
      where: population, neuron, params, states: this.#ids, inputs: Object.fromEntries(inputs), events: this.#events,
      varying: new Set(this.#clamps.map((c) => c.input)), constants: this.#params.constants,
    }); // prettier-ignore
    const noises = this.#equations.noises.states.map((noise) => noise.id);
    this.#states = [...Object.values(this.#ids), ...(neuron.refractory === undefined ? [] : [COUNTER]), ...noises];
    const unused = [...context.vary.keys()].find((path) => !this.#params.paths.includes(path));
    if (unused !== undefined)
      throw new ModelError(`${population}.${unused}`, "is not a parameter", didYouMean(unused, this.#params.paths));
  }

  get #hears(): boolean {
    return this.#model.neuron.fires === "afterEvents";
  }

  compile(): CompiledCells {
    const { name: population, n } = { name: this.#where, n: this.#model.n };
    if (this.#hears && this.#context.shown.length > 0)
      throw new ModelError(population, "is read by a gather and fires after the events of a step, which gathers do not see", "Let it fire beforeEvents"); // prettier-ignore
    const traces = this.#context.recordings.map((r, k) => this.#trace(r, k));
    this.#warnOfFastStates();
    const carried = new Set(
      this.#equations
        .additions()
        .flatMap(({ id, unit, factor }) =>
          factor === undefined || needsCarry(factor, unit, this.#params) ? [id] : [],
        ),
    );
    const { detect, receive, currents, advance, derived } = this.#optimised(
      carried,
      traces.flatMap((t) => t.set ?? []),
    );
    const read = new Set([...detect, ...receive, ...currents, ...advance].flatMap((s) => [...freeNames(s.value)]));
    for (const t of traces) for (const id of freeNames(t.compiled.value)) read.add(id);
    const used = [...this.#params.constants, ...derived.keys()].filter((id) => read.has(id));
    const program: CellProgram = {
      kind: "small",
      states: [...this.#states, ...[...carried].map(lowOf)],
      voltages: [],
      carried: [...carried],
      params: used,
      inputs: Object.values(this.#events),
      clampInputs: clampInputs(this.#clamps),
      draws: this.#equations.noises.draws,
      detect: {
        ...{ fired: FIRED, stmts: detect, replaced: this.#equations.replaced(), overshoot: this.#overshoot() },
        ...(this.#hears ? { hears: true } : {}),
      },
      receive,
      currents,
      solve: [],
      advance,
    };
    return {
      kind: "cells",
      method: [...new Set(Object.values(this.#equations.methods()))].join(", "),
      name: population,
      n,
      firstSource: this.#context.firstSource,
      program,
      ...this.#params.table(used.map((id) => ({ id, perNode: [derived.get(id) ?? name(id)] }))),
      state0: this.#state0(this.#states.length + carried.size),
      receptors: Object.entries(this.#events).map(([port, input]) => ({
        name: port,
        input,
        slot: this.#context.slots.get(port) as number,
      })),
      traces: traces.map((t) => t.compiled),
      exposes: this.#context.shown.map((s) => shownValue(s, (state) => this.#ids[state] as string)),
      gathers: this.#context.gathers.map((g) => g.compiled),
      about: this.#model.about ?? {},
    };
  }

  /** The detection on its own, since its names end where the spike is logged; the rest together. */
  #optimised(carried: ReadonlySet<string>, samples: readonly Stmt[]) {
    const states = new Set([...this.#states, ...[...carried].map(lowOf), ...samples.map((s) => s.name)]);
    const base = { constants: this.#params.constants, states, values: this.#params.typical() };
    const received = carrying(this.#equations.receive(), carried);
    const [heard, receive] = this.#hears ? [received, []] : [[], received];
    const first = optimise([...heard, ...this.#equations.detect(FIRED, carried)], {
      ...base,
      keep: new Set([FIRED]),
      prefix: "d_",
      share: false,
    });
    const lists = [receive, ...[samples, this.#equations.advance()].map((stmts) => carrying(stmts, carried))];
    const second = optimise(lists.flat(), { ...base, share: false, keep: new Set(this.#equations.changes) });
    const ends = lists.map((_, k) => lists.slice(0, k + 1).flat().length);
    const part = (k: number): Stmt[] =>
      second.stmts.filter((_, i) => ends.findIndex((end) => (second.origin[i] as number) < end) === k);
    return {
      detect: first.stmts,
      receive: part(0),
      currents: part(1),
      advance: part(2),
      derived: new Map([...first.derived, ...second.derived].map((d) => [d.name, d.value])),
    };
  }

  /** The sum of an input's clamps and gathers. */
  #input(input: string): Expr {
    const gathers = this.#context.gathers.flatMap((g) => (g.input === input ? [this.#gathered(g)] : []));
    const clamps = [...this.#clamps.flatMap((c) => (c.use.input === input ? [name(c.input)] : [])), ...gathers];
    return clamps.length === 0 ? num(0) : sum(clamps);
  }

  #gathered(g: PlacedGather): Expr {
    return gathered(g, this.#params, (state) => this.#ids[state] as string).value;
  }

  #param(p: string, spec: Param, given: unknown): string {
    const played = this.#played.into(this.#where, p, this.#params, { varied: this.#context.vary.has(p) });
    if (played !== undefined) return played;
    const { min = -Infinity, max = Infinity, unit } = spec;
    const live = spec.live === true || this.#model.live?.includes(p) === true ? { unit, min, max } : undefined;
    const id = this.#define(p, given ?? spec.default, unit, live);
    for (const value of this.#context.vary.get(p) ?? [given ?? spec.default])
      canonicalWithin(`${this.#where}.${p}`, value, spec, this.#model.n);
    return id;
  }

  #define(path: string, given: unknown, unit: Unit, live?: { unit: string; min: number; max: number }): string {
    const values = (this.#context.vary.get(path) ?? [given]).map((g): CellValues =>
      canonicalValues(`${this.#where}.${path}`, g, unit, this.#model.n),
    );
    return this.#params.define(path, values, live);
  }

  /** What every state starts at, over parameters. */
  #start(): Record<string, Expr> {
    const known: Record<string, Expr> = { ...this.#played.start };
    for (const [s, { init }] of Object.entries(this.#model.neuron.states)) {
      const given = this.#initial[s];
      known[this.#ids[s] as string] = given === undefined ? substitute(this.#equations.text(init), known) : name(given);
    }
    return known;
  }

  #warnOfFastStates(): void {
    const start = this.#start();
    const { dt, warn } = this.#context;
    const V = this.#ids["V"];
    Object.assign(start, this.#equations.noises.typical());
    const others = Object.fromEntries(Object.entries(start).filter(([id]) => id !== V));
    for (const line of tooFast(this.#where, this.#equations.relaxations(start), others, this.#params, dt)) warn(line);
  }

  /** See Firing. */
  #overshoot(): number {
    const { neuron } = this.#model;
    const start = this.#start();
    let most = 0;
    for (const id of this.#equations.replaced()) {
      const after = this.#equations.fromThreshold(id);
      const isVoltage = Object.entries(this.#ids).some(([s, i]) => i === id && neuron.states[s]?.unit === "mV");
      if (after === undefined || !isVoltage) return Infinity;
      const expr = substitute(after, start);
      if (this.#params.isLive(expr)) return Infinity;
      const none = [...freeNames(expr)].filter((name) => !this.#params.constants.has(name)); // inputs
      const alone = substitute(expr, Object.fromEntries(none.map((name) => [name, num(0)])));
      this.#params.each(alone, "", new Float64Array(1), Infinity, ([x = NaN]) => {
        most = Number.isFinite(x) ? Math.max(most, Math.abs(x)) : Infinity;
        return most === Infinity;
      });
    }
    return most;
  }

  #state0(rows: number): Float64Array {
    const { n } = this.#model;
    const { entries } = this.#context;
    const state0 = new Float64Array(rows * entries * n);
    const known = this.#start();
    Object.keys(this.#model.neuron.states).forEach((s, row) => {
      const at = this.#params.evaluator(known[this.#ids[s] as string] as Expr);
      for (let e = 0; e < entries; e++) for (let c = 0; c < n; c++) state0[(row * entries + e) * n + c] = at(c, e);
    });
    for (const noise of this.#equations.noises.states) {
      const row = this.#states.indexOf(noise.id);
      startNoise(state0.subarray(row * entries * n, (row + 1) * entries * n), noise, this.#params, this.#context.seeds);
    }
    return state0;
  }

  #trace(r: RecordingDescription, k: number): { compiled: CompiledTrace; set?: Stmt } {
    const gather = this.#context.gathers.find((g) => r.variable === `${g.name}.i`);
    if (gather === undefined) return { compiled: this.#stateTrace(r) };
    const out = `out_${k}`;
    const value = this.#gathered(gather);
    return {
      compiled: { variable: r.variable, unit: gather.unit, phase: "current", value: name(out), ...this.#sampling(r) },
      set: { op: "set", name: out, value },
    };
  }

  #sampling(r: RecordingDescription): Pick<CompiledTrace, "everySteps" | "cells"> {
    return sampling(`${this.#where}: recording of "${r.variable}"`, r, this.#context.dt, this.#model.n);
  }

  #stateTrace(r: RecordingDescription): CompiledTrace {
    const { neuron } = this.#model;
    const where = `${this.#where}: recording of "${r.variable}"`;
    const sampled = this.#sampling(r);
    const unitOf = ({ input }: PlacedClamp["use"]): Unit => neuron.inputs?.[input]?.unit ?? "1";
    const clamp = clampCurrent(this.#clamps, r.variable, false, () => "V", unitOf);
    if (clamp !== undefined) return { variable: r.variable, ...clamp, ...sampled };
    const state = own(neuron.states, r.variable);
    if (state === undefined && Object.hasOwn(neuron.let ?? {}, r.variable))
      return { variable: r.variable, unit: unitOfLet(where, neuron, r.variable), phase: "state", value: this.#equations.text(r.variable), ...sampled }; // prettier-ignore
    if (state === undefined)
      throw new ModelError(
        where,
        `${neuron.name} has no state "${r.variable}"`,
        didYouMean(r.variable, [...Object.keys(neuron.states), ...Object.keys(neuron.let ?? {})]),
      );
    return {
      variable: r.variable, unit: state.unit, phase: "state", value: name(this.#ids[r.variable] as string), ...sampled,
    }; // prettier-ignore
  }
}

const FIRED = "fired";
