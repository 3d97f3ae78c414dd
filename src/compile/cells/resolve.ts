import { didYouMean, ModelError } from "../../errors.ts";
import { own } from "../../own.ts";
import { add, type Expr, mul, name, num, type Stmt, sum } from "../../lang/expr.ts";
import { freeNames, substitute } from "../../lang/names.ts";
import { type Channel, type Param, type Pool, type Synapse } from "../../mechanisms/mechanism.ts";
import type { Insertion, Method, WholeCell } from "../../network/cell.ts";
import type { RecordingDescription } from "../../network/description.ts";
import { recordedParts } from "../../network/recorded.ts";
import { shownAt } from "../../network/shown-states.ts";
import { type Compartments, eliminateMassless } from "../../morphology/eliminate.ts";
import { nodeAt, type Morphology, type Section, tree } from "../../morphology/tree.ts";
import { sampling } from "../chosen-cells.ts";
import { drawnAtStart, startNoise } from "./noise.ts";
import { combine, type CellValues } from "../../morphology/values.ts";
import { refuseOutside } from "../../shapes.ts";
import { canonicalValues, type Unit, type Given } from "../../units.ts";
import type { ClampUse } from "../clamps.ts";
import { gathered, type PlacedGather, type Shown, shownValue } from "../links/gathers.ts";
import { clampCurrent, type PlacedClamp, placeClamps, Played } from "./clamp-inputs.ts";
import type { CompiledCells, CompiledTrace } from "../compiled.ts";
import { inAdvanceOrder } from "./advance-order.ts";
import { placeName } from "../links/link-places.ts";
import { Params } from "./params.ts";
import { CellEquations } from "./program.ts";
import { Recordable, type Recorded } from "./recorded.ts";
import {
  reversalNames,
  type ResolvedCell,
  type ResolvedDensity,
  type ResolvedNode,
  type ResolvedReceptor,
} from "./resolved-cell.ts";
import { type RestingShares, restingShares, type Scheme } from "./kinetics.ts";

export interface CellContext {
  readonly dt: number; // ms
  readonly method: Method;
  readonly entries: number;
  readonly shown: readonly Shown[];
  readonly gathers: readonly PlacedGather[];
  /** per entry */
  readonly seeds: readonly number[];
  readonly firstSource: number;
  /** slot of cell 0, of each receptor that has links. */
  readonly slots: ReadonlyMap<string, number>;
  readonly clamps: readonly ClampUse[];
  readonly recordings: readonly RecordingDescription[];
  /** takes what is worth saying though it can be simulated. */
  readonly warn: (line: string) => void;
  /** "<section>.<insertion>.<param>" or "<receptor>.<param>" -> one Given per entry. */
  readonly vary: ReadonlyMap<string, readonly unknown[]>;
}

/** Cells larger than this are trees with their state in storage, not in registers. */
const LARGEST_SMALL_CELL = 8;

/** A recording as it is compiled: `set` is evaluated in the currents phase of small cells. */
export interface Trace {
  readonly compiled: CompiledTrace;
  readonly set: Stmt | undefined;
}

/** A cell model with every value checked, in canonical units and behind an identifier. Small cells have one node per
 * compartment (ends without membrane are removed exactly); trees keep every node. */
export class ResolvedModel {
  readonly isTree: boolean;
  readonly params: Params;
  readonly cell: ResolvedCell;
  readonly equations: CellEquations;
  readonly morphology: Morphology;
  readonly detector: number; // node
  readonly threshold: string; // parameter
  readonly clamps: readonly PlacedClamp[];
  readonly #played: Played;
  readonly #where: string;
  readonly #model: WholeCell;
  readonly #context: CellContext;
  readonly #compartments: Compartments;
  readonly #places: readonly Place[];

  constructor(population: string, model: WholeCell, context: CellContext) {
    this.#where = population;
    this.#model = model;
    this.#context = context;
    this.params = new Params(model.n, context.entries);
    this.clamps = placeClamps(context.clamps);
    this.#played = new Played(this.clamps);
    this.morphology = tree(
      model.sections.map((s) => this.#section(s)),
      model.n,
    );
    this.#compartments = eliminateMassless(this.morphology);
    this.isTree = this.#compartments.nodes.length > LARGEST_SMALL_CELL;
    this.#places = this.isTree ? this.morphology.nodes : this.#compartments.nodes;
    this.cell = this.#resolve();
    this.equations = new CellEquations(population, this.cell, this.params.typical());
    if (this.isTree && (context.shown.length > 0 || context.gathers.length > 0))
      throw new ModelError(population, "has more than 8 compartments, and gathers end or begin there", "Gather between cells of up to 8 compartments, or point neurons"); // prettier-ignore
    this.detector = this.#node(model.detector.section, model.detector.at ?? 0.5);
    this.threshold = this.#define("threshold", model.detector.threshold, "mV");
    const unused = [...context.vary.keys()].find((path) => !this.params.paths.includes(path));
    if (unused !== undefined)
      throw new ModelError(`${population}.${unused}`, "is not a parameter", didYouMean(unused, this.params.paths));
  }

  /** What others see of it. */
  exposes(): CompiledCells["exposes"] {
    return this.#context.shown.map((s) => shownValue(s, (state) => this.#shownState(s, state)));
  }

  #shownState(place: Shown, called: string): string {
    const of = shownAt(this.#model, place.section).get(called)?.of[0];
    if (of === undefined) return this.#stateAt(place);
    const here = this.cell.densitiesOf[this.#node(place.section, place.at)];
    return `${here?.find((d) => d.as === of.insertion)?.prefix}_${of.state}`;
  }

  #stateAt({ section, at }: { readonly section: string; readonly at: number }): string {
    return (this.cell.nodes[this.#node(section, at)] as ResolvedNode).V;
  }

  /** What is played into parameters, at its start. */
  get playedStart(): Readonly<Record<string, Expr>> {
    return this.#played.start;
  }

  traces(): Trace[] {
    return this.#context.recordings.map((r, k) => this.#trace(r, k));
  }

  /** Initial states: [state][entry][cell]. */
  state0(names: readonly string[]): Float64Array {
    const { n } = this.#model;
    const { entries, seeds } = this.#context;
    const state0 = new Float64Array(names.length * entries * n);
    const known: Record<string, Expr> = { ...this.#played.start };
    const rests = new Map<Scheme, RestingShares>();
    const initial = this.equations.initial();
    for (const draw of this.equations.noises.starts) known[draw.input] = name(this.params.define(`#${draw.input}`, drawnAtStart(draw, seeds, n))); // prettier-ignore
    for (const { name: state, value, rest, noise } of initial) {
      const row = names.indexOf(state);
      if (noise !== undefined) {
        startNoise(state0.subarray(row * entries * n, (row + 1) * entries * n), noise, this.params, seeds);
        continue;
      }
      const at = rest === undefined ? this.params.evaluator((known[state] = substitute(value, known))) : this.#resting(rest.scheme, rest.state, known, rests); // prettier-ignore
      for (let e = 0; e < entries; e++) for (let c = 0; c < n; c++) state0[(row * entries + e) * n + c] = at(c, e);
    }
    return state0;
  }

  /** One state of a scheme at rest; each scheme is solved once per cell. */
  #resting(scheme: Scheme, state: number, known: Readonly<Record<string, Expr>>, rests: Map<Scheme, RestingShares>) {
    let shares = rests.get(scheme);
    if (shares === undefined) {
      const rates = scheme.rates.map(({ rate }) => this.params.evaluator(substitute(rate, known)));
      rests.set(scheme, (shares = restingShares(scheme, rates, this.#where)));
    }
    const of = shares;
    return (cell: number, entry: number): number => of(cell, entry)[state] as number;
  }

  #resolve(): ResolvedCell {
    const { method, dt } = this.#context;
    const constants = {
      dt: this.params.define("dt", [dt]),
      celsius: this.#define("celsius", this.#model.celsius, "degC"),
    };
    const nodes = this.#places.map((p, k) => this.#resolveNode(p, k));
    const couplings = this.#couplings().map(({ i, j, g }) => {
      return { i, j, g: this.params.define(`#${i}.#${j}.axial`, [g]) };
    });
    const order = this.isTree ? this.morphology.eliminationOrder : this.#compartments.eliminationOrder;
    const densities = inAdvanceOrder(this.#where, this.#model)
      .flatMap((i) => this.#insertion(i, constants))
      .map((d, k) => ({ ...d, prefix: `s${k}_${nodes[d.node]?.label}_${d.as}` }));
    const densitiesOf = nodes.map((): ResolvedDensity[] => []);
    for (const d of densities) densitiesOf[d.node]?.push(d);
    return {
      nodes,
      couplings,
      eliminationOrder: [...order],
      densities,
      densitiesOf,
      receptors: this.#receptors(constants),
      clamps: this.clamps.flatMap(({ use, input, conductance }) => {
        if (use.param !== undefined) return [];
        const node = this.#node(use.section, use.at);
        return [conductance === undefined ? { input, node } : { input, node, conductance }];
      }),
      gathers: this.#context.gathers.map((g) => {
        const node = this.#node(g.section, g.at);
        const { value, slope } = gathered(g, this.params, () => (nodes[node] as ResolvedNode).V);
        return { name: g.name, unit: g.unit, node, value, slope: slope("V") };
      }),
      method,
      dt: constants.dt,
    };
  }

  #couplings(): readonly { i: number; j: number; g: CellValues }[] {
    if (!this.isTree) return this.#compartments.couplings;
    return this.morphology.nodes.flatMap((n, i) => (n.parent < 0 ? [] : [{ i, j: n.parent, g: n.gParent }])).reverse();
  }

  #resolveNode({ section, kind, index, areaUm2, diam }: Place, k: number): ResolvedNode {
    const spec = this.#model.sections.find((s) => s.name === section) as WholeCell["sections"][number];
    const label = kind === "end" ? `${section}_end${index}` : (spec.nseg ?? 1) === 1 ? section : `${section}_${index}`;
    const cm = this.#values(`${section}.cm`, spec.cm, "uF/cm2");
    const reversals = Object.entries(this.#model.reversals ?? {}).map(([ion, E]) => [
      ion,
      this.#playedInto(`e${ion}`) ?? this.#define(`e${ion}`, E, "mV"),
    ]);
    const concentrations = Object.entries(this.#model.concentrations ?? {}).map(([c, given]) => [
      c,
      this.#playedInto(c) ?? this.#define(c, given, "mM"),
    ]);
    return {
      label,
      V: `V${k}_${label}`,
      V0: this.#define(`${section}.V0`, spec.V0 ?? this.#model.V0, "mV"),
      capacitance: this.params.define(`#${k}.capacitance`, [combine((c, a) => 1e-5 * c * a, cm, areaUm2)]),
      area: this.params.define(`#${k}.area`, [combine((a) => 1e-2 * a, areaUm2)]),
      diam: this.params.define(`#${k}.diam`, [diam]),
      areaUm2: this.params.define(`#${k}.areaUm2`, [areaUm2]),
      reversals: Object.fromEntries(reversals),
      concentrations: Object.fromEntries(concentrations),
    };
  }

  #insertion(insertion: Insertion, constants: Readonly<Record<string, string>>): Omit<ResolvedDensity, "prefix">[] {
    const { mechanism, sections } = insertion;
    const as = insertion.as ?? mechanism.name;
    if (mechanism.kind === "synapse")
      throw new ModelError(`${this.#where}.${as}`, "is a synapse", "Put it among the receptors");
    this.#checkNames(`${this.#where}.${as}`, insertion.params ?? {}, mechanism.params);
    for (const s of sections) this.#checkSection(`${this.#where}.${as}`, s);
    return this.#places.flatMap((node, k) => {
      if (node.kind === "end" || !sections.includes(node.section)) return [];
      const params: Record<string, string> = { ...constants };
      for (const [p, spec] of Object.entries(mechanism.params)) {
        params[p] = this.#param(`${node.section}.${as}.${p}`, spec, insertion.params?.[p], node.index, node.section);
      }
      const exact = this.#model.tables === "exact";
      return [{ node: k, as, mechanism: mechanism as Channel | Pool, params, exact }];
    });
  }

  #receptors(constants: Readonly<Record<string, string>>): ResolvedReceptor[] {
    const recorded = new Set(this.#context.recordings.map((r) => r.variable.split(".")[0]));
    return this.#model.receptors.flatMap((r, k) => {
      const linked = this.#context.slots.has(r.name);
      this.#checkNames(`${this.#where}.${r.name}`, r.params ?? {}, r.synapse.params);
      const params: Record<string, string> = { ...constants };
      for (const [p, spec] of Object.entries(r.synapse.params))
        params[p] = this.#param(`${r.name}.${p}`, spec, r.params?.[p]);
      if (!linked && !recorded.has(r.name) && isSilent(r.synapse)) return [];
      const node = this.#node(r.section, r.at ?? 0.5);
      const input = linked ? `in${k}_${r.name}` : undefined;
      const more: { input: string; prefix: string }[] = [];
      for (let place = 1; this.#context.slots.has(placeName(r.name, place)); place++)
        more.push({ input: `in${k}p${place + 1}_${r.name}`, prefix: `q${k}p${place + 1}_${r.name}` });
      if (this.isTree && more.length > 0)
        throw new ModelError(`${this.#where}.${r.name}`, `hears ${more.length + 1} links one by one in a cell of more than 8 compartments, where it hears one`, `Give the cell one such receptor for each link, for example "${r.name}_2"`); // prettier-ignore
      return [{ node, name: r.name, prefix: `q${k}_${r.name}`, synapse: r.synapse, params, input, more }];
    });
  }

  /** The identifier of a mechanism's parameter; one per section, or one per compartment where it differs along the section. */
  #param(
    path: string,
    spec: Param,
    given: Given<Unit> | readonly Given<Unit>[] | undefined,
    index = 0,
    section = "",
  ): string {
    const played = this.#playedInto(path);
    if (played !== undefined) return played;
    const list = Array.isArray(given);
    const nseg = this.#model.sections.find((s) => s.name === section)?.nseg ?? 1;
    if (list && given.length !== nseg) {
      throw new ModelError(
        `${this.#where}.${path}`,
        `has ${given.length} values for ${nseg} compartments`,
        `Give one, or ${nseg}`,
      );
    }
    const one = (list ? given[index] : given) ?? spec.default;
    const varied = this.#context.vary.get(path);
    const perEntry = (varied ?? [one]).map((g) => this.#limited(path, spec, g));
    const live =
      spec.live === true ? { unit: spec.unit, min: spec.min ?? -Infinity, max: spec.max ?? Infinity } : undefined;
    return this.params.define(list && nseg > 1 ? `${path}[${index}]` : path, perEntry, live);
  }

  #playedInto(path: string): string | undefined {
    const { vary } = this.#context;
    return this.#played.into(this.#where, path, this.params, { varied: vary.has(path) });
  }

  #limited(path: string, spec: Param, given: unknown): CellValues {
    const values = this.#values(path, given, spec.unit);
    refuseOutside(`${this.#where}.${path}`, values, spec.unit, spec.min, spec.max);
    return values;
  }

  #trace(r: RecordingDescription, k: number): Trace {
    const { dt } = this.#context;
    const where = `${this.#where}: recording of "${r.variable}"`;
    const { phase, unit, value } = this.#clampCurrent(r.variable) ?? this.#recorded(where, r.variable);
    const out = name(`out_${k}`);
    const base = { variable: r.variable, unit, phase, ...sampling(where, r, dt, this.#model.n) };
    if (phase === "state") return { compiled: { ...base, value }, set: undefined };
    if (this.isTree) return { compiled: { ...base, value: this.#writtenOut(where, value) }, set: undefined };
    return { compiled: { ...base, value: out }, set: { op: "set", name: `out_${k}`, value } };
  }

  /** A tree is sampled outside of its loops over nodes: what these name on their way (a pool's reversal potential) is written out.
   * @throws ModelError for what is drawn there */
  #writtenOut(where: string, value: Expr): Expr {
    const read = freeNames(value);
    if (this.equations.noises.draws.some(({ input }) => read.has(input)))
      throw new ModelError(where, "has white noise, of a cell of more than 8 compartments", "Record what it drives, or the noise of a smaller cell"); // prettier-ignore
    const pools = this.cell.densities.filter((d) => reversalNames(d).some((id) => read.has(id)));
    const lets = pools.flatMap(({ node }) => this.equations.beforeCurrents(node));
    return substitute(value, Object.fromEntries(lets.map((s) => [s.name, s.value])));
  }

  #clampCurrent(variable: string): Recorded | undefined {
    const gather = this.cell.gathers.find((g) => variable === `${g.name}.i`);
    if (gather !== undefined) return { phase: "current", unit: gather.unit, value: gather.value };
    const taken = this.cell.receptors.some((r) => `${r.name}.i` === variable);
    return clampCurrent(this.clamps, variable, taken, (use) => this.#stateAt(use));
  }

  #recorded(where: string, variable: string): Recorded {
    const { first, at = 0.5, second, third } = recordedParts(variable);
    const recordable = new Recordable(this.cell, this.equations);
    if (variable === "V") return recordable.atPlace(where, "", this.detector, ["V", ""], []);
    const sums = this.#model.sums ?? {};
    const weighted = own(sums, variable);
    if (weighted !== undefined)
      return {
        phase: "state",
        unit: weighted.unit,
        value: sum(weighted.terms.map((t) => mul(num(t.weight), this.#voltage(t.section, t.at)))),
      };
    const receptor = this.cell.receptors.find((r) => r.name === first);
    if (receptor !== undefined) return recordable.ofReceptor(where, receptor, second);
    this.#checkSection(where, first);
    return recordable.atPlace(where, first, this.#node(first, at), [second, third], Object.keys(sums));
  }

  #section(spec: WholeCell["sections"][number]): Section {
    const { name: id, nseg, parent, parentEnd } = spec;
    const size =
      spec.points === undefined
        ? { L: this.#values(`${id}.L`, spec.L, "um"), diam: this.#values(`${id}.diam`, spec.diam, "um") }
        : { points: spec.points };
    return {
      name: id,
      ...size,
      Ra: this.#values(`${id}.Ra`, spec.Ra, "ohm cm"),
      ...(nseg === undefined ? {} : { nseg }),
      ...(parent === undefined ? {} : { parent }),
      ...(parentEnd === undefined ? {} : { parentEnd }),
    };
  }

  /** The voltage at a place, of ends without membrane too. */
  #voltage(section: string, at: number): Expr {
    this.#checkSection(this.#where, section);
    const node = nodeAt(this.morphology, section, at);
    if (this.isTree) return name((this.cell.nodes[node] as ResolvedNode).V);
    const V = (k: number): Expr => name((this.cell.nodes[k] as ResolvedNode).V);
    const inside = this.#compartments.nodes.findIndex((n) => n.node === node);
    if (inside >= 0) return V(inside);
    const terms = this.#compartments.massless.find((m) => m.node === node)?.terms ?? [];
    return terms
      .map((t) => mul(name(this.params.define(`end.${node}.${t.compartment}`, [t.weight])), V(t.compartment)))
      .reduce(add);
  }

  /** The node with membrane that holds a place. */
  #node(section: string, at: number): number {
    this.#checkSection(this.#where, section);
    const node = nodeAt(this.morphology, section, at);
    const found = this.isTree ? node : this.#compartments.nodes.findIndex((n) => n.node === node);
    if (this.#places[found]?.kind === "segment") return found;
    throw new ModelError(
      `${this.#where}: ${section}(${at})`,
      "is an end without membrane",
      "Give a place strictly between 0 and 1",
    );
  }

  #checkSection(where: string, section: string): void {
    const known = this.#model.sections.map((s) => s.name);
    if (!known.includes(section))
      throw new ModelError(where, `has no section "${section}"`, didYouMean(section, known));
  }

  #checkNames(where: string, given: Readonly<Record<string, unknown>>, params: Readonly<Record<string, Param>>): void {
    for (const p of Object.keys(given)) {
      if (!Object.hasOwn(params, p))
        throw new ModelError(where, `has no parameter "${p}"`, didYouMean(p, Object.keys(params)));
    }
  }

  /** Call when every parameter is defined. */
  #define(path: string, given: Given<Unit>, unit: Unit): string {
    const varied = this.#context.vary.get(path) ?? [given];
    return this.params.define(
      path,
      varied.map((g) => this.#values(path, g, unit)),
    );
  }

  #values(path: string, given: unknown, unit: Unit): CellValues {
    return canonicalValues(`${this.#where}.${path}`, given, unit, this.#model.n);
  }
}

/** Whether a receptor gives no current before an event: all its states decay from 0, so that it has none without links. */
const isSilent = ({ states, onEvent }: Synapse): boolean =>
  Object.keys(onEvent).length > 0 && Object.values(states).every((s) => "tau" in s && !("inf" in s));

/** A node of the morphology or a compartment. */
type Place = Pick<Morphology["nodes"][number], "section" | "kind" | "index" | "areaUm2" | "diam">;
