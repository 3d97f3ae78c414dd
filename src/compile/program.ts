import { ModelError } from "../errors.ts";
import { add, call, div, type Expr, mul, name, negate, num, type Stmt, sub } from "../lang/expr.ts";
import { freeNames, substitute } from "../lang/names.ts";
import { parse } from "../lang/parse.ts";
import type { Channel, Pool, State, Synapse } from "../mechanisms/mechanism.ts";
import type { Method } from "../network/cell.ts";
import { receptorStep, type ReceptorStep, type ReceptorTexts } from "./receptor.ts";

/** A cell type with every value behind an identifier: what the step's equations are built from. Identifiers are made here and
 * in resolve.ts: a letter and an index first, which make them unique, then the user's names, which make them readable. */
export interface ResolvedCell {
  readonly nodes: readonly ResolvedNode[];
  /** conductances between nodes, uS; every i is eliminated before its j, in this order of i. */
  readonly couplings: readonly { readonly i: number; readonly j: number; readonly g: string }[];
  readonly eliminationOrder: readonly number[];
  readonly densities: readonly ResolvedDensity[];
  readonly receptors: readonly ResolvedReceptor[];
  readonly clamps: readonly { readonly input: string; readonly node: number }[];
  readonly method: Method;
  readonly dt: string; // parameter, ms
}

export interface ResolvedNode {
  readonly label: string;
  readonly V: string; // state
  readonly V0: string; // parameter
  readonly capacitance: string; // parameter, nF: times 1/ms gives uS; 0 where there is no membrane
  readonly area: string; // parameter: turns S/cm2 into uS
  readonly reversals: Readonly<Record<string, string>>; // by ion: parameter
}

export interface ResolvedDensity {
  readonly node: number;
  readonly prefix: string;
  /** what the insertion is called. */
  readonly as: string;
  readonly mechanism: Channel | Pool;
  readonly params: Readonly<Record<string, string>>;
  readonly exact: boolean; // ignore the mechanism's rate table
}

export interface ResolvedReceptor {
  readonly node: number;
  readonly prefix: string;
  readonly name: string;
  readonly synapse: Synapse;
  readonly params: Readonly<Record<string, string>>;
  readonly input: string | undefined;
}

export interface Phases {
  readonly receive: Stmt[];
  readonly currents: Stmt[];
  readonly solve: Stmt[];
  readonly advance: Stmt[];
}

/** A state with the expression of its initial value over parameters and states that come before it. */
export interface InitialState {
  readonly name: string;
  readonly value: Expr;
}

/** NEURON's fixed step for one cell as statements (spec/motor-pool.md 5.1). Conductances are in uS, currents in nA. */
export class CellEquations {
  readonly #cell: ResolvedCell;
  readonly #typical: Readonly<Record<string, number>>;
  readonly #receptorSteps = new Map<ResolvedReceptor, ReceptorStep>();

  /** @param typical  values of the parameters in one cell: they choose between forms of an equation, never change it */
  constructor(cell: ResolvedCell, typical: Readonly<Record<string, number>>) {
    this.#cell = cell;
    this.#typical = typical;
  }

  phases(): Phases {
    return { receive: this.#receive(), currents: this.#currents(), solve: this.#solve(), advance: this.#advance() };
  }

  /** Voltages first, then pools (initial gates may read concentrations), then channels, then receptors.
   * @param atV  leave the nodes' voltages in the expressions instead of the initial ones */
  initial(atV = false): InitialState[] {
    const { nodes, densities, receptors } = this.#cell;
    const found: InitialState[] = nodes.map((n) => ({ name: n.V, value: name(n.V0) }));
    const poolsFirst = [...densities].sort(
      (a, b) => Number(a.mechanism.kind !== "pool") - Number(b.mechanism.kind !== "pool"),
    );
    for (const d of poolsFirst) {
      const { V, V0 } = nodes[d.node] as ResolvedNode;
      const start = atV ? {} : { [V]: name(V0) };
      for (const [s, state] of Object.entries(d.mechanism.states)) {
        // steady states come from the rate table too, as in NEURON
        const value = state.init === undefined ? this.#inf(d, s, state) : this.text(d, state.init);
        found.push({ name: `${d.prefix}_${s}`, value: substitute(value, start) });
      }
    }
    for (const r of receptors)
      for (const s of Object.keys(r.synapse.states)) found.push({ name: `${r.prefix}_${s}`, value: num(0) });
    return found;
  }

  /** A current density (mA/cm2) of a channel, evaluated in the currents phase. */
  density(d: ResolvedDensity, current: string): Expr {
    const c = d.mechanism.kind === "channel" ? d.mechanism.currents[current] : undefined;
    if (c === undefined)
      throw new ModelError(d.as, `has no current "${current}"`, "Name one of the mechanism's currents");
    return mul(this.text(d, c.g), sub(name((this.#cell.nodes[d.node] as ResolvedNode).V), this.text(d, c.E)));
  }

  conductance(r: ResolvedReceptor): Expr {
    return this.#receptorStep(r).conductance;
  }

  reversal(r: ResolvedReceptor): Expr {
    return this.#synapseText(r, r.synapse.E);
  }

  current(r: ResolvedReceptor): Expr {
    const V = name((this.#cell.nodes[r.node] as ResolvedNode).V);
    return mul(this.conductance(r), sub(V, this.reversal(r)));
  }

  /** What the summed weights of a step add to a receptor's states. */
  receive(r: ResolvedReceptor, input: Expr): Stmt[] {
    return this.#receptorStep(r).receive.map(({ id, increment }): Stmt => ({
      op: "add",
      name: id,
      value: substitute(increment, { w: input }),
    }));
  }

  decay(r: ResolvedReceptor): readonly Stmt[] {
    return this.#receptorStep(r).decay;
  }

  #receptorStep(r: ResolvedReceptor): ReceptorStep {
    const known = this.#receptorSteps.get(r);
    if (known !== undefined) return known;
    const { states, onEvent, g } = r.synapse;
    const texts: ReceptorTexts = {
      states: Object.entries(states).map(([s, { tau }]) => {
        const increment = onEvent[s];
        return {
          id: `${r.prefix}_${s}`,
          tau: this.#synapseText(r, tau),
          increment: increment === undefined ? undefined : this.#synapseText(r, increment, { w: name("w") }),
        };
      }),
      g: this.#synapseText(r, g),
      dt: name(this.#cell.dt),
    };
    const made = receptorStep(texts, this.#typical);
    this.#receptorSteps.set(r, made);
    return made;
  }

  /** What fraction of its way to where it goes each state but the voltages moves in a step, and the voltage that it may depend on. */
  factors(): { state: string; V: string; factor: Expr }[] {
    const { nodes, densities, receptors, dt } = this.#cell;
    const V = (node: number): string => (nodes[node] as ResolvedNode).V;
    return [
      ...densities.flatMap((d) =>
        Object.entries(d.mechanism.states).map(([s, state]) => {
          return { state: `${d.prefix}_${s}`, V: V(d.node), factor: this.#factor(d, s, state) };
        }),
      ),
      ...receptors.flatMap((r) =>
        Object.entries(r.synapse.states).map(([s, { tau }]) => {
          const steps = div(name(dt), this.#synapseText(r, tau));
          return { state: `${r.prefix}_${s}`, V: V(r.node), factor: negate(call("expm1", negate(steps))) };
        }),
      ),
    ];
  }

  /** States of a node's density mechanisms over one step, at the new voltage. */
  advanceNode(node: number): Stmt[] {
    return this.#cell.densities
      .filter((d) => d.node === node)
      .flatMap((d) =>
        Object.entries(d.mechanism.states).map(([s, state]) =>
          relax(`${d.prefix}_${s}`, this.#inf(d, s, state), this.#factor(d, s, state)),
        ),
      );
  }

  /** A text of a mechanism with its names replaced by the cell's. */
  text(d: ResolvedDensity, text: string): Expr {
    const node = this.#cell.nodes[d.node] as ResolvedNode;
    const map: Record<string, Expr> = { V: name(node.V) };
    for (const [ion, id] of Object.entries(node.reversals)) map[`e${ion}`] = name(id);
    for (const other of this.#cell.densities) {
      if (other.node !== d.node || other.mechanism.kind !== "pool") continue;
      const { ion, nernst } = other.mechanism;
      for (const s of Object.keys(other.mechanism.states)) map[s] = name(`${other.prefix}_${s}`);
      if (nernst !== undefined) map[`e${ion}`] = name(reversalName(other));
    }
    for (const ion of ions(d)) map[`i${ion}`] = name(totalName(d.node, ion));
    if (d.mechanism.kind === "channel") {
      for (const c of Object.keys(d.mechanism.currents)) map[`i_${c}`] = name(currentName(d, c));
    }
    for (const s of Object.keys(d.mechanism.states)) map[s] = name(`${d.prefix}_${s}`);
    for (const [p, id] of Object.entries(d.params)) map[p] = name(id);
    return withLets(d.mechanism.let ?? {}, map, text, d.as);
  }

  #synapseText(r: ResolvedReceptor, text: string, extra: Record<string, Expr> = {}): Expr {
    const map: Record<string, Expr> = { V: name((this.#cell.nodes[r.node] as ResolvedNode).V), ...extra };
    for (const s of Object.keys(r.synapse.states)) map[s] = name(`${r.prefix}_${s}`);
    for (const [p, id] of Object.entries(r.params)) map[p] = name(id);
    return withLets(r.synapse.let ?? {}, map, text, r.name);
  }

  #receive(): Stmt[] {
    return this.#cell.receptors.flatMap((r) => (r.input === undefined ? [] : this.receive(r, name(r.input))));
  }

  #currents(): Stmt[] {
    return this.#cell.nodes.flatMap((_, k) => this.beforeCurrents(k));
  }

  /** Reversal potentials of a node from its concentrations, then whatever current densities its states will ask for. */
  beforeCurrents(node: number): Stmt[] {
    const densities = this.#cell.densities.filter((d) => d.node === node);
    const stmts: Stmt[] = [];
    for (const d of densities) {
      if (d.mechanism.kind !== "pool" || d.mechanism.nernst === undefined) continue;
      const { RT_zF, out } = d.mechanism.nernst;
      const ratio = div(num(out.value), name(`${d.prefix}_${d.mechanism.ion}i`));
      stmts.push({ op: "let", name: reversalName(d), value: mul(num(RT_zF.value), call("log", ratio)) });
    }
    const wanted = this.carried(node);
    for (const d of densities) {
      if (d.mechanism.kind !== "channel") continue;
      for (const c of Object.keys(d.mechanism.currents)) {
        if (wanted.has(currentName(d, c)))
          stmts.push({ op: "let", name: currentName(d, c), value: this.density(d, c) });
      }
    }
    for (const ion of new Set(densities.flatMap(ions))) {
      if (!wanted.has(totalName(node, ion))) continue;
      stmts.push({ op: "let", name: totalName(node, ion), value: sum(this.#ionCurrents(node, ion)) });
    }
    return stmts;
  }

  /** Names made by `beforeCurrents` that the node's states read when they advance: values of the currents phase. */
  carried(node: number): ReadonlySet<string> {
    const read = this.#cell.densities
      .filter((d) => d.node === node)
      .flatMap((d) => this.#stateExprs(d).flatMap((e) => [...freeNames(e)]));
    const made = this.#cell.densities.flatMap((d) => {
      const own = d.mechanism.kind === "channel" ? Object.keys(d.mechanism.currents).map((c) => currentName(d, c)) : [];
      return d.node === node ? [...own, ...ions(d).map((ion) => totalName(node, ion))] : [];
    });
    return new Set(made.filter((id) => read.includes(id)));
  }

  #ionCurrents(node: number, ion: string): Expr[] {
    return this.#cell.densities.flatMap((d) => {
      if (d.node !== node || d.mechanism.kind !== "channel") return [];
      const mine = Object.entries(d.mechanism.currents).filter(([, c]) => c.ion === ion);
      return mine.map(([c]) => this.density(d, c));
    });
  }

  #stateExprs(d: ResolvedDensity): Expr[] {
    return Object.values(d.mechanism.states).flatMap((s) =>
      ("inf" in s ? [s.inf, s.tau] : [s.alpha, s.beta]).map((text) => this.text(d, text)),
    );
  }

  /** Conductance (uS) and reversal potential (mV) of every path through a node's membrane. */
  #paths(k: number): [Expr, Expr][] {
    const synapses = this.#cell.receptors
      .filter((r) => r.node === k)
      .map((r): [Expr, Expr] => [this.conductance(r), this.reversal(r)]);
    return [...this.channelPaths(k), ...synapses];
  }

  /** The same, of its density mechanisms alone. */
  channelPaths(k: number): [Expr, Expr][] {
    const { nodes, densities } = this.#cell;
    const area = name((nodes[k] as ResolvedNode).area);
    const paths: [Expr, Expr][] = [];
    for (const d of densities) {
      if (d.node !== k || d.mechanism.kind !== "channel") continue;
      for (const c of Object.values(d.mechanism.currents))
        paths.push([mul(this.text(d, c.g), area), this.text(d, c.E)]);
    }
    return paths;
  }

  /** The linear system for dV (solved for the change, not the voltage: float32 keeps its digits), eliminated from the leaves. */
  #solve(): Stmt[] {
    const { nodes, couplings, clamps, method, dt } = this.#cell;
    const perStep = method === "crankNicolson" ? div(num(2), name(dt)) : div(num(1), name(dt));
    const stmts: Stmt[] = [];
    nodes.forEach((node, k) => {
      const V = name(node.V);
      const paths = this.#paths(k).map(([g, E], m): [Expr, Expr] => {
        stmts.push({ op: "let", name: `g_${k}_${m}`, value: g });
        return [name(`g_${k}_${m}`), E];
      });
      const arms = couplings.filter((c) => c.i === k || c.j === k);
      const diagonal = sum([
        mul(name(node.capacitance), perStep),
        ...arms.map((c) => name(c.g)),
        ...paths.map(([g]) => g),
      ]);
      const axial = arms.map((c) => mul(name(c.g), sub(name((nodes[c.i === k ? c.j : c.i] as ResolvedNode).V), V)));
      const injected = clamps.filter((c) => c.node === k).map((c) => name(c.input));
      const outward = sum(paths.map(([g, E]) => mul(g, sub(V, E))));
      stmts.push({ op: "let", name: `d_${k}`, value: diagonal });
      stmts.push({ op: "let", name: `r_${k}`, value: sub(sum([...injected, ...axial]), outward) });
    });
    stmts.push(...eliminate(this.#cell));
    const factor = method === "crankNicolson" ? 2 : 1;
    nodes.forEach((node, k) => {
      const change = factor === 1 ? name(`x_${k}`) : mul(num(factor), name(`x_${k}`));
      stmts.push({ op: "add", name: node.V, value: change });
    });
    return stmts;
  }

  #advance(): Stmt[] {
    const { nodes, receptors } = this.#cell;
    return [...nodes.flatMap((_, k) => this.advanceNode(k)), ...receptors.flatMap((r) => this.decay(r))];
  }

  #inf(d: ResolvedDensity, s: string, state: State): Expr {
    if ("inf" in state) return this.#tabulated(d, s, this.text(d, state.inf));
    const alpha = this.text(d, state.alpha);
    return this.#tabulated(d, s, div(alpha, add(alpha, this.text(d, state.beta))));
  }

  /** 1 - exp(-dt/tau), written so that slow gates keep their digits. */
  #factor(d: ResolvedDensity, s: string, state: State): Expr {
    const dt = name(this.#cell.dt);
    if (this.#table(d, s) === undefined && !("inf" in state)) {
      return negate(call("expm1", negate(mul(dt, add(this.text(d, state.alpha), this.text(d, state.beta))))));
    }
    const tau =
      "inf" in state ? this.text(d, state.tau) : div(num(1), add(this.text(d, state.alpha), this.text(d, state.beta)));
    return negate(call("expm1", negate(div(dt, this.#tabulated(d, s, tau)))));
  }

  #table(d: ResolvedDensity, s: string): Channel["table"] {
    const { table } = d.mechanism;
    return d.exact || table === undefined || (table.of !== undefined && !table.of.includes(s)) ? undefined : table;
  }

  /** Linear interpolation between the two nodes of a published rate table around V, ends held. The nodes are evaluated
   * directly: two evaluations cost less than two loads from a table in storage (webgpu-facts.md, section 5). */
  #tabulated(d: ResolvedDensity, s: string, value: Expr): Expr {
    const table = this.#table(d, s);
    const { V } = this.#cell.nodes[d.node] as ResolvedNode;
    if (table === undefined || !freeNames(value).has(V)) return value;
    const spacing = num((table.to.value - table.from.value) / table.intervals);
    const at = call(
      "max",
      num(0),
      call("min", num(table.intervals), div(sub(name(V), num(table.from.value)), spacing)),
    );
    const low = call("min", num(table.intervals - 1), call("floor", at));
    const node = (k: Expr): Expr => substitute(value, { [V]: add(num(table.from.value), mul(k, spacing)) });
    const below = node(low);
    return add(below, mul(sub(at, low), sub(node(add(low, num(1))), below)));
  }
}

/** x += factor * (inf - x). */
const relax = (state: string, inf: Expr, factor: Expr): Stmt => ({
  op: "add",
  name: state,
  value: mul(factor, sub(inf, name(state))),
});

/** Symmetric elimination along the couplings, leaves first, then back substitution; x_k is the change of node k's voltage. */
function eliminate(cell: ResolvedCell): Stmt[] {
  const stmts: Stmt[] = [];
  const d = cell.nodes.map((_, k): Expr => name(`d_${k}`));
  const r = cell.nodes.map((_, k): Expr => name(`r_${k}`));
  const a = new Map<string, Expr>(); // off-diagonals, "i,j" with i eliminated first
  for (const c of cell.couplings) a.set(`${c.i},${c.j}`, negate(name(c.g)));
  const bind = (id: string, value: Expr): Expr => {
    stmts.push({ op: "let", name: id, value });
    return name(id);
  };
  const later = (k: number): number[] => cell.couplings.filter((c) => c.i === k).map((c) => c.j);
  for (const k of cell.eliminationOrder) {
    const inverse = bind(`inv_${k}`, div(num(1), d[k] as Expr));
    d[k] = inverse;
    const rows = later(k);
    for (const j of rows) {
      const f = bind(`f_${k}_${j}`, mul(a.get(`${k},${j}`) as Expr, inverse));
      d[j] = bind(`d_${j}_${k}`, sub(d[j] as Expr, mul(f, a.get(`${k},${j}`) as Expr)));
      r[j] = bind(`r_${j}_${k}`, sub(r[j] as Expr, mul(f, r[k] as Expr)));
      for (const l of rows) {
        const key = a.has(`${j},${l}`) ? `${j},${l}` : undefined; // each pair once, in its order of elimination
        if (key !== undefined)
          a.set(key, bind(`a_${j}_${l}_${k}`, sub(a.get(key) as Expr, mul(f, a.get(`${k},${l}`) as Expr))));
      }
    }
  }
  for (const k of [...cell.eliminationOrder].reverse()) {
    const known = later(k).map((j) => mul(a.get(`${k},${j}`) as Expr, name(`x_${j}`)));
    const right = known.length === 0 ? (r[k] as Expr) : sub(r[k] as Expr, sum(known));
    bind(`x_${k}`, mul(right, d[k] as Expr));
  }
  return stmts;
}

function withLets(
  lets: Readonly<Record<string, string>>,
  map: Record<string, Expr>,
  text: string,
  where: string,
): Expr {
  const full = { ...map };
  for (const [id, value] of Object.entries(lets)) full[id] = substitute(parse(value, `${where}.${id}`), full);
  return substitute(parse(text, where), full);
}

export const sum = (terms: readonly Expr[]): Expr => (terms.length === 0 ? num(0) : terms.reduce(add));

export const currentName = (d: ResolvedDensity, current: string): string => `i_${d.prefix}_${current}`;
export const totalName = (node: number, ion: string): string => `i${node}_${ion}`;
export const reversalName = (d: ResolvedDensity): string => `e_${d.prefix}`;

/** The ions whose totals a mechanism may read. */
export const ions = (d: ResolvedDensity): string[] =>
  d.mechanism.kind === "pool"
    ? [d.mechanism.ion]
    : [...new Set(Object.values(d.mechanism.currents).flatMap((c) => (c.ion === undefined ? [] : [c.ion])))];
