import { add, type Expr, mul, name, num, type Stmt, div, sum } from "../../lang/expr.ts";
import { freeNames, substitute } from "../../lang/names.ts";
import { optimise } from "../../lang/optimise.ts";
import { type Mechanism, statesOf } from "../../mechanisms/mechanism.ts";
import { clampInputs } from "./clamp-inputs.ts";
import { carriedStates, carrying } from "./carry.ts";
import { lowOf, type TreeDraw, type TreeProgram, type TreeReceptors, type TreeRegion } from "./step-program.ts";
import type { Wanted } from "./params.ts";
import { isNoiseState, noiseStep, type NoiseTerm } from "./noise.ts";
import { flowing } from "./path.ts";
import type { CellEquations } from "./program.ts";
import { placeName } from "../links/link-places.ts";
import { inputsOf, type ResolvedDensity, type ResolvedNode, type ResolvedReceptor } from "./resolved-cell.ts";
import type { ResolvedModel, Trace } from "./resolve.ts";

/** Writes a large tree as loops: the equations of one node of each region, with the values of all its nodes as parameters. */
export function compileTree(
  resolved: ResolvedModel,
  traces: readonly Trace[],
): { program: TreeProgram; columns: Wanted[] } {
  return new TreeCompiler(resolved).compile(traces);
}

class TreeCompiler {
  readonly #r: ResolvedModel;
  readonly #e: CellEquations;
  readonly #columns = new Map<string, Wanted>();
  readonly #states: string[];
  /** where a state carries at one node, it does at all like it: they are one loop. */
  readonly #slow: ReadonlySet<string>;
  /** what signals are played into: the same at all nodes. */
  readonly #played: ReadonlySet<string>;

  constructor(resolved: ResolvedModel) {
    this.#r = resolved;
    this.#e = resolved.equations;
    this.#played = new Set(resolved.clamps.map((c) => c.input));
    this.#states = resolved.cell.nodes.map((n) => n.V);
    this.#slow = carriedStates(resolved.cell, this.#e, resolved.params);
  }

  compile(traces: readonly Trace[]): { program: TreeProgram; columns: Wanted[] } {
    const { cell, detector, threshold, morphology } = this.#r;
    const regions = this.#regions();
    const inputs = cell.receptors.flatMap(inputsOf);
    const receptors = this.#receptors(inputs);
    const voltages = cell.nodes.map((n) => n.V);
    const lowRow = voltages.some((V) => this.#slow.has(V)) ? this.#states.length : -1;
    if (lowRow >= 0) this.#states.push(...voltages.map(lowOf));
    const parents = Int32Array.from(morphology.nodes, (n) => n.parent);
    const factor = cell.method === "crankNicolson" ? 2 : 1;
    const axial = this.#column(
      "axial",
      cell.nodes.map((_, k) => this.#toParent(k)),
    );
    const diagonal = this.#column(
      "diagonal",
      cell.nodes.map((_, k) => this.#diagonal(k, factor)),
    );
    for (const id of [threshold, ...traces.flatMap((t) => [...freeNames(t.compiled.value)])]) {
      if (this.#r.params.constants.has(id)) this.#column(id, [name(id)]);
    }
    const all = new Set(this.#states);
    const program: TreeProgram = {
      kind: "tree",
      states: this.#states,
      voltages: cell.nodes.map((n) => n.V),
      params: [...this.#columns.keys()],
      inputs,
      clampInputs: clampInputs(this.#r.clamps),
      draws: [],
      detect: { state: (cell.nodes[detector] as ResolvedNode).V, threshold },
      parents,
      axial,
      diagonal,
      factor,
      lowRow,
      carried: this.#states.filter((s) => all.has(lowOf(s))),
      regions,
      receptors,
      injections: cell.clamps,
    };
    return { program, columns: [...this.#columns.values()] };
  }

  #column(id: string, perNode: readonly Expr[]): string {
    if (!this.#columns.has(id)) this.#columns.set(id, { id, perNode });
    return id;
  }

  #toParent(node: number): Expr {
    const coupling = this.#r.cell.couplings.find((c) => c.i === node);
    return coupling === undefined ? num(0) : name(coupling.g);
  }

  #diagonal(node: number, factor: number): Expr {
    const { nodes, couplings, dt } = this.#r.cell;
    const arms = couplings.filter((c) => c.i === node || c.j === node).map((c) => name(c.g));
    return sum([mul(name((nodes[node] as ResolvedNode).capacitance), div(num(factor), name(dt))), ...arms]);
  }

  /** Nodes with the same mechanisms under the same names, and the same signals in their parameters, in order of first appearance. */
  #regions(): TreeRegion[] {
    const groups = new Map<string, number[]>();
    this.#r.cell.densitiesOf.forEach((mine, k) => {
      const key = mine.map((d) => `${d.as}:${equationsOf(d.mechanism)}${this.#signalsIn(d.params)}`).join(" ");
      if (mine.length > 0) groups.set(key, [...(groups.get(key) ?? []), k]);
    });
    return [...groups.values()].map((members, region) => this.#region(members, `r${region}`));
  }

  #signalsIn = (params: Readonly<Record<string, string>>): string =>
    JSON.stringify(Object.entries(params).filter(([, id]) => this.#played.has(id)));

  #region(members: readonly number[], tag: string): TreeRegion {
    const [first] = members as [number, ...number[]];
    const advances = members.map((k, j) =>
      j === 0 || drawsIn(this.#r.cell.densitiesOf[k]) ? this.#e.advanceNode(k) : [],
    );
    const noises = members.map((k) => this.#e.noisesOf(k));
    const maps = members.map(
      (k, j) => new Map([...this.#generic(k, tag), ...genericNoises(noises[j] as readonly NoiseTerm[], tag)]),
    ); // actual name -> generic name
    const map = maps[0] as ReadonlyMap<string, string>;
    const { renamed } = renaming(map);
    const own = this.#r.cell.densitiesOf[first] as readonly ResolvedDensity[];
    const gates = own.flatMap((d) => statesOf(d.mechanism).map((s) => map.get(`${d.prefix}_${s}`) as string));
    const carried = [...this.#e.carried(first)];
    const paths = this.#e.channelPaths(first);
    const V = name((this.#r.cell.nodes[first] as ResolvedNode).V);
    const currents: Stmt[] = [
      ...this.#e.beforeCurrents(first),
      ...carried.map((id): Stmt => ({ op: "set", name: `${id}_kept`, value: name(id) })),
      ...paths.map((p, m): Stmt => ({ op: "let", name: `g_${m}`, value: p.slope })),
      { op: "set", name: "G", value: sum(paths.map((_, m) => name(`g_${m}`))) },
      {
        op: "set",
        name: "I",
        value: sum(paths.map((p, m) => ("E" in p ? mul(name(`g_${m}`), add(V, { kind: "negate", of: p.E })) : p.i))),
      },
    ];
    const kept = carried.map((id) => `${map.get(id) ?? id}_kept`);
    const keptNames = new Map(carried.map((id) => [`${id}_kept`, `${map.get(id) ?? id}_kept`]));
    const toKept = Object.fromEntries(carried.map((id) => [map.get(id) ?? id, name(`${map.get(id) ?? id}_kept`)]));
    const slow = this.#slowOf(maps);
    const noisy = noiseStates(noises);
    const steps = noisy.map((n) => noiseStep(n, name(this.#r.cell.dt)));
    const advance = carrying(renamed([...(advances[0] as readonly Stmt[]), ...steps]), slow).map((s) => ({
      ...s,
      value: substitute(s.value, toKept),
    }));
    const generic = renamed(currents).map((s) => ({ ...s, name: keptNames.get(s.name) ?? s.name }));
    const states = [...gates, ...gates.filter((g) => slow.has(g)).map(lowOf), ...noisy.map(({ id }) => map.get(id) as string), ...kept]; // prettier-ignore
    const width = 4 * Math.ceil(states.length / 4);
    const firstRow = this.#rows(members, states, maps, width);
    return {
      nodes: Uint32Array.from(members),
      states,
      firstRow,
      width,
      draws: drawsOf(noises, tag),
      currents: this.#optimised(generic, [...states, "G", "I"], maps, `${tag}c`),
      advance: this.#optimised(advance, states, maps, `${tag}a`),
    };
  }

  /** The generic names of states that carry at some node. */
  #slowOf(maps: readonly ReadonlyMap<string, string>[]): Set<string> {
    return new Set(maps.flatMap((m) => [...m].flatMap(([from, to]) => (this.#slow.has(from) ? [to] : []))));
  }

  /** Names the region's rows after the nodes' own states, so that recordings and initial values find them. */
  #rows(
    members: readonly number[],
    states: readonly string[],
    maps: readonly ReadonlyMap<string, string>[],
    width: number,
  ): number {
    const firstRow = this.#states.length;
    members.forEach((node, j) => {
      const actual = new Map([...(maps[j] as ReadonlyMap<string, string>)].map(([from, to]) => [to, from]));
      for (let s = 0; s < width; s++) {
        const state = states[s];
        const known = state === undefined ? undefined : actual.get(state);
        this.#states.push(known ?? `row_${node}_${firstRow + j * width + s}`);
      }
    });
    return firstRow;
  }

  /** What a node's own names are called in its region's statements. */
  #generic(node: number, tag: string): ReadonlyMap<string, string> {
    const { nodes, densitiesOf } = this.#r.cell;
    const { V, area, diam, areaUm2 } = nodes[node] as ResolvedNode;
    const map = new Map<string, string>([
      [V, "V"],
      [area, `${tag}_area`],
      [diam, `${tag}_diam`],
      [areaUm2, `${tag}_areaUm2`],
    ]);
    densitiesOf[node]?.forEach((d, j) => {
      for (const s of statesOf(d.mechanism)) {
        map.set(`${d.prefix}_${s}`, `${tag}s${j}_${s}`);
        map.set(lowOf(`${d.prefix}_${s}`), lowOf(`${tag}s${j}_${s}`));
      }
      for (const p of Object.keys(d.mechanism.params)) this.#given(map, d.params[p] as string, `${tag}p${j}_${p}`);
    });
    return map;
  }

  /** A parameter's name at a node; a signal is called the same at all. */
  #given(map: Map<string, string>, id: string, generic: string): void {
    if (!this.#played.has(id)) map.set(id, generic);
  }

  /** Optimises statements in generic names and makes columns of what they read: one value per node. */
  #optimised(
    stmts: readonly Stmt[],
    states: readonly string[],
    maps: readonly ReadonlyMap<string, string>[],
    prefix: string,
  ): Stmt[] {
    const { params } = this.#r;
    const back = maps.map((m) => Object.fromEntries([...m].map(([from, to]) => [to, name(from)])));
    const generic = [...(maps[0] as ReadonlyMap<string, string>)].flatMap(([from, to]) =>
      params.constants.has(from) ? [to] : [],
    );
    const constants = new Set([...params.constants, ...generic]);
    const typical = params.typical();
    const values = {
      ...typical,
      ...Object.fromEntries(
        [...(maps[0] as ReadonlyMap<string, string>)].map(([from, to]) => [to, typical[from] ?? 0]),
      ),
    };
    const perNode = (value: Expr): Expr[] => back.map((b) => substitute(value, b));
    const base = { constants, states: new Set(states), values, prefix: `_${prefix}` };
    const shared = optimise(stmts, { ...base, share: true });
    const fits = shared.derived.every(
      (d) =>
        d.bounds === undefined ||
        perNode(d.value).every((e) => params.within(e, d.bounds as { min: number; max: number })),
    );
    const { stmts: out, derived } = fits ? shared : optimise(stmts, { ...base, share: false });
    const read = new Set(out.flatMap((s) => [...freeNames(s.value)]));
    for (const d of derived) if (read.has(d.name)) this.#column(d.name, perNode(d.value));
    for (const id of read) if (constants.has(id)) this.#column(id, perNode(name(id)));
    return out;
  }

  /** Receptors by synapse text, each group sorted by node. */
  #receptors(inputs: readonly string[]): TreeReceptors[] {
    const groups = new Map<string, ResolvedReceptor[]>();
    for (const r of this.#r.cell.receptors) {
      const { doc: _doc, ...text } = r.synapse;
      const key = JSON.stringify(text) + this.#signalsIn(r.params);
      groups.set(key, [...(groups.get(key) ?? []), r]);
    }
    return [...groups.values()].map((members, k) =>
      this.#receptorGroup(
        members.sort((a, b) => a.node - b.node),
        inputs,
        `s${k}`,
      ),
    );
  }

  #receptorGroup(members: readonly ResolvedReceptor[], inputs: readonly string[], tag: string): TreeReceptors {
    const [first] = members as [ResolvedReceptor, ...ResolvedReceptor[]];
    const names = Object.keys(first.synapse.states);
    const parts = members.map((r, j) => j === 0 || drawsIn([{ mechanism: r.synapse }]) ? { receive: this.#e.receive(r, [name("w")]), decay: this.#e.decay(r) } : { receive: [], decay: [] }); // prettier-ignore
    const noises = members.map((r) => this.#e.noises.of(placeName(r.name, 0)));
    const noisy = noiseStates(noises);
    const maps = members.map((r, j) => {
      const { V, diam, areaUm2 } = this.#r.cell.nodes[r.node] as ResolvedNode;
      const map = new Map<string, string>([[V, "V"], [diam, `${tag}_diam`], [areaUm2, `${tag}_areaUm2`]]); // prettier-ignore
      for (const s of names) map.set(`${r.prefix}_${s}`, `${tag}s_${s}`);
      for (const p of Object.keys(r.synapse.params)) this.#given(map, r.params[p] as string, `${tag}p_${p}`);
      for (const [id, generic] of genericNoises(noises[j] as readonly NoiseTerm[], tag)) map.set(id, generic);
      return map;
    });
    const map = maps[0] as ReadonlyMap<string, string>;
    const { rename, renamed } = renaming(map);
    const slow = this.#slowOf(maps);
    const low = names.filter((s) => slow.has(`${tag}s_${s}`));
    const states = [...names.map((s) => `${tag}s_${s}`), ...low.map((s) => lowOf(`${tag}s_${s}`)), ...noisy.map(({ id }) => map.get(id) as string)]; // prettier-ignore
    const firstRow = this.#states.length;
    for (const [j, { prefix }] of members.entries()) {
      const own = (noises[j] as readonly NoiseTerm[]).filter(isNoiseState).map(({ id }) => id);
      this.#states.push(...names.map((s) => `${prefix}_${s}`), ...low.map((s) => lowOf(`${prefix}_${s}`)), ...own);
    }
    const path = this.#e.receptorPath(first);
    const outputs: Stmt[] = [
      { op: "set", name: "g_", value: rename(path.slope) },
      { op: "set", name: "i_", value: rename("E" in path ? path.E : path.i) },
    ];
    const currents = this.#optimised(outputs, ["g_", "i_"], maps, `${tag}g`).map((s): Stmt => {
      if (s.op !== "set") return s;
      const { name: id, value } = s;
      return { op: "let", name: id, value: id === "i_" && "E" in path ? flowing({ ...path, E: value }, name("g_"), name("V")) : value }; // prettier-ignore
    });
    const [{ receive, decay }] = parts as [(typeof parts)[0]];
    const after = noisy.map((n) => noiseStep(n, name(this.#r.cell.dt)));
    return {
      nodes: Uint32Array.from(members, (r) => r.node),
      input: Int32Array.from(members, (r) => (r.input === undefined ? -1 : inputs.indexOf(r.input))),
      states,
      firstRow,
      draws: drawsOf(noises, tag),
      receive: this.#optimised(carrying(renamed(receive), slow), states, maps, `${tag}r`),
      everyStep: first.synapse.receive !== undefined,
      currents,
      decay: this.#optimised(carrying(renamed([...decay, ...after]), slow), states, maps, `${tag}d`),
    };
  }
}

/** Whether something random is asked for where states advance or something arrives: by the equations of each node, one by one. */
const drawsIn = (all: readonly { readonly mechanism: object }[] = []): boolean =>
  all.some(({ mechanism }) => JSON.stringify(mechanism).includes("draw_"));

/** What is random at a node or in a receptor, in the names of its loop. */
const genericNoises = (terms: readonly NoiseTerm[], tag: string): (readonly [string, string])[] =>
  terms.flatMap((t, m) => [[t.draw.input, `${tag}x${m}`] as const, ...(isNoiseState(t) ? [[t.id, `${tag}n${m}`] as const] : [])]); // prettier-ignore

/** Of the first of a loop. */
const noiseStates = ([first = []]: readonly (readonly NoiseTerm[])[]) => first.filter(isNoiseState);

const drawsOf = (noises: readonly (readonly NoiseTerm[])[], tag: string): TreeDraw[] =>
  (noises[0] as readonly NoiseTerm[]).map(({ draw: { law } }, m) => ({
    input: `${tag}x${m}`,
    law,
    streams: Uint32Array.from(noises, (terms) => (terms[m] as NoiseTerm).draw.stream),
  }));

/** Everything of a mechanism that its equations come from: nodes whose mechanisms agree in it share a loop. */
const equationsOf = (m: Mechanism): string => JSON.stringify({ ...m, doc: "", params: Object.keys(m.params) }); // parameters are read, whatever they are

/** Expressions and statements under other names. */
function renaming(map: ReadonlyMap<string, string>) {
  const names = Object.fromEntries([...map].map(([from, to]) => [from, name(to)]));
  const rename = (expr: Expr): Expr => substitute(expr, names);
  const renamed = (stmts: readonly Stmt[]): Stmt[] =>
    stmts.map((s) => ({ ...s, name: map.get(s.name) ?? s.name, value: rename(s.value) }));
  return { rename, renamed };
}
