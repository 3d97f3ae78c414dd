import { didYouMean, ModelError } from "../errors.ts";
import { type Expr, name, type Stmt } from "../lang/expr.ts";
import { freeNames, substitute } from "../lang/names.ts";
import { optimise } from "../lang/optimise.ts";
import type { Channel, Param, Pool } from "../mechanisms/mechanism.ts";
import type { CellModel, Given, Insertion } from "../model/cell.ts";
import type { RecordingDescription } from "../model/description.ts";
import { type Compartments, eliminateMassless } from "../morphology/eliminate.ts";
import { nodeAt, type Morphology, type Section, tree } from "../morphology/tree.ts";
import { combine, type Values } from "../morphology/values.ts";
import { canonical, canonicalValues, type Unit } from "../units.ts";
import type { CellProgram, CompiledCells, CompiledTrace } from "./compiled.ts";
import { Params } from "./params.ts";
import { CellEquations, type Phases, type ResolvedCell, type ResolvedDensity, type ResolvedReceptor } from "./program.ts";

export interface CellContext {
  readonly dt: number; // ms
  readonly method: "backwardEuler" | "crankNicolson";
  readonly entries: number;
  readonly firstSource: number;
  /** slot of cell 0, of each receptor that has links. */
  readonly slots: ReadonlyMap<string, number>;
  readonly clamps: readonly { readonly clamp: number; readonly section: string; readonly at: number }[];
  readonly recordings: readonly RecordingDescription[];
  /** "<section>.<insertion>.<param>" or "<receptor>.<param>" -> one Given per entry. */
  readonly vary: ReadonlyMap<string, readonly unknown[]>;
}

/** Cells larger than this are trees with their state in storage, not in registers. */
export const LARGEST_SMALL_CELL = 8;

/** Turns a cell model into a program with its parameters and initial states, float64.
 * @throws ModelError for unknown sections, parameters or variables, wrong units and sizes, values outside their limits */
export function compileCells(population: string, model: CellModel, context: CellContext): CompiledCells {
  return new CellCompiler(population, model, context).compile();
}

class CellCompiler {
  readonly #where: string;
  readonly #model: CellModel;
  readonly #context: CellContext;
  readonly #params: Params;
  readonly #morphology: Morphology;
  readonly #compartments: Compartments;
  readonly #cell: ResolvedCell;
  readonly #equations: CellEquations;

  constructor(population: string, model: CellModel, context: CellContext) {
    this.#where = population;
    this.#model = model;
    this.#context = context;
    this.#params = new Params(model.n, context.entries);
    this.#morphology = tree(model.sections.map((s) => this.#section(s)), model.n);
    this.#compartments = eliminateMassless(this.#morphology);
    const { length } = this.#compartments.nodes;
    if (length > LARGEST_SMALL_CELL) {
      throw new ModelError(population, `has ${length} compartments`, `Cells may have up to ${LARGEST_SMALL_CELL} here`);
    }
    this.#cell = this.#resolve();
    this.#equations = new CellEquations(this.#cell);
  }

  compile(): CompiledCells {
    const { entries, firstSource, slots } = this.#context;
    const detector = this.#compartment(this.#model.detector.section, this.#model.detector.at ?? 0.5);
    const threshold = this.#define("threshold", this.#model.detector.threshold, "mV");
    this.#checkVaried();
    const traces = this.#context.recordings.map((r, k) => this.#trace(r, k));
    const { phases, derived } = this.#optimised(traces);
    const stateNames = this.#equations.initial().map((s) => s.name);
    const inputs = this.#cell.receptors.flatMap((r) => (r.input === undefined ? [] : [r.input]));
    const all = [...phases.receive, ...phases.currents, ...phases.solve, ...phases.advance];
    const read = new Set([threshold, ...all.flatMap((s) => [...freeNames(s.value)]), ...traces.flatMap((t) => [...freeNames(t.compiled.value)])]);
    const used = [...this.#params.constants, ...derived.keys()].filter((id) => read.has(id));
    const program: CellProgram = {
      states: stateNames,
      params: used,
      inputs,
      clampInputs: this.#context.clamps.map((c, k) => ({ input: `clamp_${k}`, clamp: c.clamp })),
      detect: { state: (this.#cell.nodes[detector] as { V: string }).V, threshold },
      ...phases,
      tables: [],
    };
    const table = this.#params.table(used, derived);
    return {
      kind: "cells",
      name: this.#where,
      n: this.#model.n,
      firstSource,
      program,
      ...table,
      state0: this.#state0(entries),
      receptors: this.#cell.receptors.flatMap((r) =>
        r.input === undefined ? [] : [{ name: r.prefix, input: r.input, slot: slots.get(r.prefix) as number }],
      ),
      traces: traces.map((t) => t.compiled),
      about: this.#model.about ?? {},
    };
  }

  /** All phases optimised together, so that they share subexpressions. Exponentials are shared when the factors between
   * them stay representable in float32 for every cell. */
  #optimised(traces: readonly Trace[]): { phases: Phases; derived: ReadonlyMap<string, Expr> } {
    const equations = this.#equations.phases();
    const samples = traces.flatMap((t): Stmt[] => (t.set === undefined ? [] : [t.set]));
    const lists = [equations.receive, [...equations.currents, ...samples], equations.solve, equations.advance];
    const states = new Set([...this.#equations.initial().map((s) => s.name), ...samples.map((s) => s.name)]);
    const base = { constants: this.#params.constants, states, values: this.#params.typical() };
    const program = lists.flat();
    const shared = optimise(program, { ...base, share: true });
    const fits = shared.derived.every((d) => d.bounds === undefined || this.#params.within(d.value, d.bounds));
    const { stmts, derived, origin } = fits ? shared : optimise(program, { ...base, share: false });
    const ends = lists.map((_, k) => lists.slice(0, k + 1).flat().length);
    const part = (k: number): Stmt[] => stmts.filter((_, i) => ends.findIndex((end) => (origin[i] as number) < end) === k);
    const phases = { receive: part(0), currents: part(1), solve: part(2), advance: part(3) };
    return { phases, derived: new Map(derived.map((d) => [d.name, d.value])) };
  }

  #resolve(): ResolvedCell {
    const { clamps, method, dt } = this.#context;
    const constants = { dt: this.#params.define("dt", [dt]), celsius: this.#define("celsius", this.#model.celsius, "degC") };
    const nodes = this.#compartments.nodes.map((node) => this.#node(node.section, node.index, node.areaUm2));
    const couplings = this.#compartments.couplings.map(({ i, j, g }) => ({
      i,
      j,
      g: this.#params.define(`axial.${nodes[i]?.label}.${nodes[j]?.label}`, [g]),
    }));
    return {
      nodes,
      couplings,
      eliminationOrder: [...this.#compartments.eliminationOrder],
      densities: this.#model.insertions.flatMap((i) => this.#insertion(i, constants)),
      receptors: this.#receptors(constants),
      clamps: clamps.map((c, k) => ({ input: `clamp_${k}`, node: this.#compartment(c.section, c.at) })),
      method,
      dt: constants.dt,
    };
  }

  #node(section: string, index: number, area: Values): ResolvedCell["nodes"][number] {
    const spec = this.#model.sections.find((s) => s.name === section) as CellModel["sections"][number];
    const label = (spec.nseg ?? 1) === 1 ? section : `${section}_${index}`;
    const cm = this.#values(`${section}.cm`, spec.cm, "uF/cm2");
    const reversals = Object.entries(this.#model.reversals ?? {}).map(([ion, E]) => [ion, this.#define(`e${ion}`, E, "mV")]);
    return {
      label,
      V: `V_${label}`,
      V0: this.#define(`${section}.V0`, spec.V0 ?? this.#model.V0, "mV"),
      capacitance: this.#params.define(`${label}.capacitance`, [combine((c, a) => 1e-5 * c * a, cm, area)]),
      area: this.#params.define(`${label}.area`, [combine((a) => 1e-2 * a, area)]),
      reversals: Object.fromEntries(reversals),
    };
  }

  #insertion(insertion: Insertion, constants: Readonly<Record<string, string>>): ResolvedDensity[] {
    const { mechanism, sections } = insertion;
    const as = insertion.as ?? mechanism.name;
    if (mechanism.kind === "synapse") throw new ModelError(`${this.#where}.${as}`, "is a synapse", "Put it among the receptors");
    this.#checkNames(`${this.#where}.${as}`, insertion.params ?? {}, mechanism.params);
    for (const s of sections) this.#checkSection(`${this.#where}.${as}`, s);
    return this.#compartments.nodes.flatMap((node, k) => {
      if (!sections.includes(node.section)) return [];
      const params: Record<string, string> = { ...constants };
      for (const [p, spec] of Object.entries(mechanism.params)) {
        params[p] = this.#param(`${node.section}.${as}.${p}`, spec, insertion.params?.[p], node.index, node.section);
      }
      const { label } = this.#node(node.section, node.index, node.areaUm2);
      const exact = this.#model.tables === "exact";
      return [{ node: k, prefix: `${label}_${as}`, mechanism: mechanism as Channel | Pool, params, exact }];
    });
  }

  #receptors(constants: Readonly<Record<string, string>>): ResolvedReceptor[] {
    const recorded = new Set(this.#context.recordings.map((r) => r.variable.split(".")[0]));
    return this.#model.receptors.flatMap((r) => {
      const linked = this.#context.slots.has(r.name);
      this.#checkNames(`${this.#where}.${r.name}`, r.params ?? {}, r.synapse.params);
      const params: Record<string, string> = { ...constants };
      for (const [p, spec] of Object.entries(r.synapse.params)) params[p] = this.#param(`${r.name}.${p}`, spec, r.params?.[p]);
      if (!linked && !recorded.has(r.name)) return [];
      const node = this.#compartment(r.section, r.at ?? 0.5);
      return [{ node, prefix: r.name, synapse: r.synapse, params, input: linked ? `in_${r.name}` : undefined }];
    });
  }

  /** The identifier of a mechanism's parameter; one per section, or one per compartment where it differs along the section. */
  #param(path: string, spec: Param, given: Given<Unit> | readonly Given<Unit>[] | undefined, index = 0, section = ""): string {
    const list = Array.isArray(given);
    const nseg = this.#model.sections.find((s) => s.name === section)?.nseg ?? 1;
    if (list && given.length !== nseg) {
      throw new ModelError(`${this.#where}.${path}`, `has ${given.length} values for ${nseg} compartments`, `Give one, or ${nseg}`);
    }
    const one = (list ? given[index] : given) ?? spec.default;
    const varied = this.#context.vary.get(path);
    const perEntry = (varied ?? [one]).map((g) => this.#limited(path, spec, g));
    const live = spec.live === true ? { unit: spec.unit, min: spec.min ?? -Infinity, max: spec.max ?? Infinity } : undefined;
    return this.#params.define(list && nseg > 1 ? `${path}[${index}]` : path, perEntry, live);
  }

  #limited(path: string, spec: Param, given: unknown): Values {
    const values = this.#values(path, given, spec.unit);
    const { min = -Infinity, max = Infinity } = spec;
    const bad = (typeof values === "number" ? [values] : [...values]).find((x) => !(x >= min && x <= max));
    if (bad === undefined) return values;
    throw new ModelError(`${this.#where}.${path}`, `is ${bad} ${spec.unit}`, `Give a value from ${min} to ${max} ${spec.unit}`);
  }

  #trace(r: RecordingDescription, k: number): Trace {
    const { dt } = this.#context;
    const where = `${this.#where}: recording of "${r.variable}"`;
    const everySteps = Math.round(canonical(where, r.every, "ms") / dt);
    if (everySteps < 1 || Math.abs(everySteps * dt - r.every.value) > 1e-9 * r.every.value) {
      throw new ModelError(where, `every ${r.every.value} ms is not a whole number of steps of ${dt} ms`, "Change one of them");
    }
    const { phase, unit, value } = this.#variable(where, r.variable);
    const out = name(`out_${k}`);
    const base = { variable: r.variable, unit, phase, everySteps, cells: chosen(where, r.cells, this.#model.n) };
    if (phase === "state") return { compiled: { ...base, value }, set: undefined };
    return { compiled: { ...base, value: out }, set: { op: "set", name: `out_${k}`, value } };
  }

  #variable(where: string, variable: string): { phase: "state" | "current"; unit: string; value: Expr } {
    const [first = "", second = "", third = ""] = variable.split(".");
    const state = (id: string, unit: string) => ({ phase: "state" as const, unit, value: name(id) });
    const V = (node: number) => state((this.#cell.nodes[node] as { V: string }).V, "mV");
    if (variable === "V") return V(this.#compartment(this.#model.detector.section, this.#model.detector.at ?? 0.5));
    const receptor = this.#cell.receptors.find((r) => r.prefix === first);
    if (receptor !== undefined) {
      if (second === "g") return { phase: "current", unit: "uS", value: this.#equations.conductance(receptor) };
      if (second === "i") return { phase: "current", unit: "nA", value: this.#equations.current(receptor) };
      throw new ModelError(where, `receptor "${first}" has no "${second}"`, `Use "${first}.g" or "${first}.i"`);
    }
    this.#checkSection(where, first);
    if (second === "V") return V(this.#compartment(first, 0.5));
    const density = this.#cell.densities.find((d) => d.prefix.endsWith(`_${second}`) && d.node === this.#compartment(first, 0.5));
    const names = this.#cell.densities.map((d) => d.prefix.slice((this.#cell.nodes[d.node]?.label.length ?? 0) + 1));
    if (density === undefined) throw new ModelError(where, `section "${first}" has no "${second}"`, didYouMean(second, ["V", ...new Set(names)]));
    if (third in density.mechanism.states) return state(`${density.prefix}_${third}`, third.endsWith("i") && density.mechanism.kind === "pool" ? "mM" : "1");
    const current = third.replace(/^i_/, "");
    if (density.mechanism.kind === "channel" && current in density.mechanism.currents) {
      return { phase: "current", unit: "mA/cm2", value: this.#equations.density(density, current) };
    }
    const currents = density.mechanism.kind === "channel" ? Object.keys(density.mechanism.currents).map((c) => `i_${c}`) : [];
    throw new ModelError(where, `"${second}" has no "${third}"`, didYouMean(third, [...Object.keys(density.mechanism.states), ...currents]));
  }

  #state0(entries: number): Float64Array {
    const { n } = this.#model;
    const initial = this.#equations.initial();
    const state0 = new Float64Array(initial.length * entries * n);
    const known = new Map<string, Expr>();
    initial.forEach(({ name: state, value }, s) => {
      const full = substitute(value, Object.fromEntries(known));
      known.set(state, full);
      const at = this.#params.evaluator(full);
      for (let e = 0; e < entries; e++) for (let c = 0; c < n; c++) state0[(s * entries + e) * n + c] = at(c, e);
    });
    return state0;
  }

  #section(spec: CellModel["sections"][number]): Section {
    const { name: id, nseg, parent, parentEnd } = spec;
    return {
      name: id,
      L: this.#values(`${id}.L`, spec.L, "um"),
      diam: this.#values(`${id}.diam`, spec.diam, "um"),
      Ra: this.#values(`${id}.Ra`, spec.Ra, "ohm cm"),
      ...(nseg === undefined ? {} : { nseg }),
      ...(parent === undefined ? {} : { parent }),
      ...(parentEnd === undefined ? {} : { parentEnd }),
    };
  }

  #compartment(section: string, at: number): number {
    this.#checkSection(this.#where, section);
    const node = nodeAt(this.#morphology, section, at);
    const inside = this.#compartments.nodes.findIndex((n) => n.node === node);
    if (inside >= 0) return inside;
    throw new ModelError(`${this.#where}: ${section}(${at})`, "is an end without membrane", "Give a place strictly between 0 and 1");
  }

  #checkSection(where: string, section: string): void {
    const known = this.#model.sections.map((s) => s.name);
    if (!known.includes(section)) throw new ModelError(where, `has no section "${section}"`, didYouMean(section, known));
  }

  #checkNames(where: string, given: Readonly<Record<string, unknown>>, params: Readonly<Record<string, Param>>): void {
    for (const p of Object.keys(given)) {
      if (!(p in params)) throw new ModelError(where, `has no parameter "${p}"`, didYouMean(p, Object.keys(params)));
    }
  }

  /** Call when every parameter is defined. */
  #checkVaried(): void {
    const { paths } = this.#params;
    const unused = [...this.#context.vary.keys()].find((path) => !paths.includes(path));
    if (unused !== undefined) throw new ModelError(`${this.#where}.${unused}`, "is not a parameter", didYouMean(unused, paths));
  }

  #define(path: string, given: Given<Unit>, unit: Unit): string {
    const varied = this.#context.vary.get(path) ?? [given];
    return this.#params.define(path, varied.map((g) => this.#values(path, g, unit)));
  }

  #values(path: string, given: unknown, unit: Unit): Values {
    return canonicalValues(`${this.#where}.${path}`, given, unit, this.#model.n);
  }
}

interface Trace {
  readonly compiled: CompiledTrace;
  readonly set: Stmt | undefined; // evaluated in the currents phase
}

function chosen(where: string, cells: RecordingDescription["cells"], n: number): Uint32Array {
  if (cells === "all") return Uint32Array.from({ length: n }, (_, c) => c);
  if ("every" in cells) return Uint32Array.from({ length: Math.ceil(n / cells.every) }, (_, k) => k * cells.every);
  const bad = cells.cells.find((c) => !(Number.isInteger(c) && c >= 0 && c < n));
  if (bad !== undefined) throw new ModelError(where, `has no cell ${bad}`, `Cells go from 0 to ${n - 1}`);
  return Uint32Array.from(cells.cells);
}
