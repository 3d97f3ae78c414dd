import { ModelError } from "../../errors.ts";
import { add, binary, call, div, type Expr, mul, name, negate, num, type Stmt, sub, sum } from "../../lang/expr.ts";
import { freeNames, substitute } from "../../lang/names.ts";
import { currentsOf } from "../../mechanisms/currents.ts";
import { type Flow, nernstsOf, type ReceptorState, reversalsOf, type State, statesOf } from "../../mechanisms/mechanism.ts"; // prettier-ignore
import { isShared } from "../../mechanisms/shared.ts";
import { eliminate } from "./elimination.ts";
import { clampPath } from "./clamp-inputs.ts";
import { tableOf, tabulated } from "./rate-table.ts";
import { implicitStep, type Scheme } from "./kinetics.ts";
import { reversal } from "./nernst.ts";
import { Noises, noiseStep, type NoiseTerm, Written } from "./noise.ts";
import type { Relaxation } from "./too-fast.ts";
import { currentOf, type FlowExprs, flowing, type Path, pathOf } from "./path.ts";
import { isDecaying, isRelaxing, lost, ownStep, ownSteps, relax, type Relaxing, stepsOf, steadyOf, textsOf, withLets } from "./relaxing.ts"; // prettier-ignore
import { placeName } from "../links/link-places.ts";
import { advanceReceptor, beginning, placesOf, receptorRelaxations, startOf, stateId } from "./receptor-states.ts";
import { calledByOthers, currentName, inputsOf, type InitialState, ions, type Phases, type ResolvedCell, type ResolvedDensity, type ResolvedNode, type ResolvedReceptor, reversalName, totalName } from "./resolved-cell.ts"; // prettier-ignore
import { receptorStep, type ReceptorStep, type ReceptorTexts } from "./receptor.ts";

/** NEURON's fixed step for one cell as statements (Hines and Carnevale 1997,
 * Neural Comput. 9:1179). Conductances are in uS, currents in nA. */
export class CellEquations {
  readonly #cell: ResolvedCell;
  readonly #typical: Readonly<Record<string, number>>;
  readonly #receptorSteps = new Map<ResolvedReceptor, ReceptorStep>();
  readonly #written = new Map<ResolvedDensity | ResolvedReceptor, Written>();
  readonly noises: Noises;

  /** @param typical  values of the parameters in one cell: they choose between forms of an equation, never change it */
  constructor(population: string, cell: ResolvedCell, typical: Readonly<Record<string, number>>) {
    this.#cell = cell;
    this.#typical = typical;
    this.noises = new Noises(population);
    cell.nodes.forEach((_, k) => this.#paths(k)); // noise stands in currents: all of it is known before the states are
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
        const value = state.init === undefined ? this.#inf(d, s, state) : this.#densityText(d).start(state.init);
        found.push({ name: `${d.prefix}_${s}`, value: substitute(value, start) });
      }
      for (const scheme of this.#schemes(d)) {
        const rates = scheme.rates.map((r) => ({ ...r, rate: substitute(r.rate, start) }));
        const atStart = { ...scheme, rates };
        scheme.states.forEach((id, state) => {
          const given = scheme.init?.[state];
          if (given === undefined) found.push({ name: id, value: num(0), rest: { scheme: atStart, state } });
          else found.push({ name: id, value: substitute(given, start) });
        });
      }
    }
    for (const r of receptors) {
      const { V, V0 } = nodes[r.node] as ResolvedNode;
      const start = atV ? {} : { [V]: name(V0) };
      for (const { place, states } of placesOf(r)) {
        const text = this.#synapseWritten(r, place).start;
        for (const s of states) found.push({ name: stateId(r, s, place), value: substitute(startOf(r.synapse.states[s] as ReceptorState, text), start) }); // prettier-ignore
      }
    }
    for (const noise of this.noises.states) found.push({ name: noise.id, value: num(0), noise });
    return found;
  }

  /** A current density (mA/cm2) of a channel, evaluated in the currents phase. */
  density(d: ResolvedDensity, current: string): Expr {
    const c = currentsOf(d.mechanism)[current];
    if (c === undefined)
      throw new ModelError(d.as, `has no current "${current}"`, "Name one of the mechanism's currents");
    return currentOf(
      this.#flow(c, (t) => this.text(d, t)),
      (this.#cell.nodes[d.node] as ResolvedNode).V,
    );
  }

  #flow(flow: Flow, text: (t: string) => Expr): FlowExprs {
    const slope = flow.slope === undefined ? {} : { slope: flow.slope };
    return "i" in flow ? { i: text(flow.i), ...slope } : { g: text(flow.g), E: text(flow.E), ...slope };
  }

  /** What a receptor's `g` is; of one that gives a current alone, dI/dV. */
  conductance(r: ResolvedReceptor): Expr {
    const flow = this.#receptorFlow(r);
    return "g" in flow ? flow.g : this.receptorPath(r).slope;
  }

  current(r: ResolvedReceptor): Expr {
    return currentOf(this.#receptorFlow(r), (this.#cell.nodes[r.node] as ResolvedNode).V);
  }

  receptorPath(r: ResolvedReceptor): Path {
    return pathOf(this.#receptorFlow(r), (this.#cell.nodes[r.node] as ResolvedNode).V);
  }

  #receptorFlow(r: ResolvedReceptor): FlowExprs {
    const { output } = this.#receptorStep(r);
    const slope = r.synapse.slope === undefined ? {} : { slope: r.synapse.slope };
    return "i" in r.synapse ? { i: output, ...slope } : { g: output, E: this.#synapseText(r, r.synapse.E), ...slope };
  }

  /** What the summed weights of a step add to a receptor's states, or the weights of its links one by one. */
  receive(r: ResolvedReceptor, inputs: readonly Expr[]): Stmt[] {
    const { receive } = r.synapse;
    if (receive !== undefined)
      return inputs.flatMap((w, place) => beginning(r, receive, place, this.#synapseTexts(r, place, { w })));
    const input = inputs[0] as Expr;
    const added = this.#receptorStep(r).receive.map(({ id, increment }): Stmt => ({
      op: "add",
      name: id,
      value: substitute(increment, { w: input }),
    }));
    const set = Object.entries(r.synapse.onEvent).flatMap(([s, effect]): Stmt[] => {
      if (typeof effect === "string") return [];
      const id = `${r.prefix}_${s}`;
      const value = call("select", binary(">", input, num(0)), this.#synapseText(r, effect.set), name(id));
      return [{ op: "set", name: id, value }];
    });
    return [...added, ...set];
  }

  /** A receptor's states over one step, at the new voltage: those that decay to 0 as `receptorStep` keeps them. */
  decay(r: ResolvedReceptor): readonly Stmt[] {
    return advanceReceptor(
      r,
      this.#receptorStep(r).decay,
      (place) => this.#synapseTexts(r, place),
      name(this.#cell.dt),
    );
  }

  #receptorStep(r: ResolvedReceptor): ReceptorStep {
    const known = this.#receptorSteps.get(r);
    if (known !== undefined) return known;
    const { synapse } = r;
    const texts: ReceptorTexts = {
      states: Object.entries(synapse.states).map(([s, state]) => {
        const increment = synapse.onEvent[s];
        return {
          id: `${r.prefix}_${s}`,
          tau: isDecaying(state) ? this.#synapseText(r, state.tau) : undefined,
          increment: typeof increment !== "string" ? undefined : this.#synapseTexts(r, 0, { w: name("w") })(increment),
        };
      }),
      output: this.#synapseText(r, "i" in synapse ? synapse.i : synapse.g),
      dt: name(this.#cell.dt),
    };
    const made = receptorStep(texts, this.#typical);
    this.#receptorSteps.set(r, made);
    return made;
  }

  /** How many of its time constants a step is, of each state but the voltages, and the voltage that this may depend on. */
  relaxations(): Relaxation[] {
    const { nodes, densities, receptors, dt } = this.#cell;
    const node = (k: number): ResolvedNode => nodes[k] as ResolvedNode;
    return [
      ...densities.flatMap((d) => {
        const { V, label } = node(d.node);
        const at = { owner: d.as, place: ` in ${label}`, V };
        const schemes = this.#schemes(d).flatMap(({ states, rates }) =>
          states.map((state, k): Relaxation => {
            const leaving = rates.flatMap(({ from, rate }) => (from === k ? [rate] : []));
            return {
              state,
              called: state.slice(d.prefix.length + 1),
              ...at,
              steps: mul(name(dt), sum(leaving)),
              by: "scheme",
            };
          }),
        );
        const own = Object.entries(d.mechanism.states).map(([s, state]): Relaxation => {
          const base = { state: `${d.prefix}_${s}`, called: s, ...at };
          if (isRelaxing(state)) return { ...base, steps: this.#steps(d, s, state) };
          return { ...base, ...ownSteps(state, (t) => this.text(d, t), base.state, dt) };
        });
        return [...own, ...schemes];
      }),
      ...receptors.flatMap((r) => receptorRelaxations(r, node(r.node).V, (place) => this.#synapseTexts(r, place), dt)),
    ];
  }

  /** The same of each compartment's voltage, by its channels alone. */
  *membrane(): Generator<Relaxation> {
    for (const [k, { V, label, capacitance }] of this.#cell.nodes.entries()) {
      const conductance = sum(this.channelPaths(k).map((p) => p.slope));
      const steps = div(mul(name(this.#cell.dt), conductance), name(capacitance));
      yield { state: V, called: "V", owner: "membrane", place: ` in ${label}`, V, steps };
    }
  }

  /** States of a node's density mechanisms over one step, at the new voltage. */
  advanceNode(node: number): Stmt[] {
    return this.#densities(node).flatMap((d) => [
      ...Object.entries(d.mechanism.states).flatMap(([s, state]): Stmt[] =>
        isRelaxing(state)
          ? [relax(`${d.prefix}_${s}`, this.#inf(d, s, state), lost(this.#steps(d, s, state)))]
          : ownStep(state, (t) => this.text(d, t), `${d.prefix}_${s}`, name(this.#cell.dt)),
      ),
      ...this.#schemes(d).flatMap((scheme) => implicitStep(scheme, name(this.#cell.dt))),
    ]);
  }

  /** What is random in a node's density mechanisms, once their equations have been asked for. */
  noisesOf(node: number): readonly NoiseTerm[] {
    const { label } = this.#cell.nodes[node] as ResolvedNode;
    return this.#densities(node).flatMap((d) => this.noises.of(`${label}.${d.as}`));
  }

  #densities(node: number): readonly ResolvedDensity[] {
    return this.#cell.densitiesOf[node] as readonly ResolvedDensity[];
  }

  #schemes(d: ResolvedDensity): Scheme[] {
    if (d.mechanism.kind !== "channel") return [];
    return Object.values(d.mechanism.kinetics ?? {}).map(({ states, reactions, total = 1, init, restsInto }) => ({
      states: states.map((s) => `${d.prefix}_${s}`),
      total,
      ...(restsInto === undefined ? {} : { restsInto: states.indexOf(restsInto) }),
      ...(init === undefined ? {} : { init: states.map((s) => this.#densityText(d).start(init[s] as string)) }),
      rates: reactions.flatMap(({ from, to, forward, backward }) => {
        const [a, b] = [states.indexOf(from), states.indexOf(to)];
        const there = { from: a, to: b, rate: this.text(d, forward) };
        return backward === undefined ? [there] : [there, { from: b, to: a, rate: this.text(d, backward) }];
      }),
    }));
  }

  /** A text of a mechanism with its names replaced by the cell's. */
  text(d: ResolvedDensity, text: string): Expr {
    return this.#densityText(d).step(text);
  }

  #densityText(d: ResolvedDensity): Written {
    const written = this.#written.get(d) ?? this.#densityTexts(d);
    this.#written.set(d, written);
    return written;
  }

  #densityTexts(d: ResolvedDensity): Written {
    const node = this.#cell.nodes[d.node] as ResolvedNode;
    const map = this.#place(node);
    for (const other of this.#densities(d.node)) {
      if (other.mechanism.kind !== "pool") continue;
      for (const s of Object.keys(other.mechanism.states)) if (isShared(other.mechanism, s) || !Object.hasOwn(map, s)) map[s] = name(`${other.prefix}_${s}`); // prettier-ignore
      for (const ion of reversalsOf(other.mechanism)) map[`e${ion}`] = name(reversalName(other, ion));
    }
    for (const [called, id] of calledByOthers(this.#densities(d.node), d))
      if (!Object.hasOwn(map, called)) map[called] = name(id);
    for (const ion of ions(d)) map[`i${ion}`] = name(totalName(d.node, ion));
    for (const c of Object.keys(currentsOf(d.mechanism))) map[`i_${c}`] = name(currentName(d, c));
    for (const s of statesOf(d.mechanism)) map[s] = name(`${d.prefix}_${s}`);
    for (const [p, id] of Object.entries(d.params)) map[p] = name(id);
    return new Written(this.noises, this.#cell.dt, withLets(d.mechanism, map, d.as), `${node.label}.${d.as}`);
  }

  /** What every text may read of the compartment. */
  #place(node: ResolvedNode): Record<string, Expr> {
    const map: Record<string, Expr> = { V: name(node.V), diam: name(node.diam), area: name(node.areaUm2) };
    for (const [ion, id] of Object.entries(node.reversals)) map[`e${ion}`] = name(id);
    for (const [c, id] of Object.entries(node.concentrations)) map[c] = name(id);
    return map;
  }

  #synapseText(r: ResolvedReceptor, text: string): Expr {
    const written = this.#written.get(r) ?? this.#synapseWritten(r, 0);
    this.#written.set(r, written);
    return written.step(text);
  }

  /** @param place  of the link whose states are read */
  #synapseTexts = (r: ResolvedReceptor, place: number, extra: Record<string, Expr> = {}): ((text: string) => Expr) =>
    this.#synapseWritten(r, place, extra).step;

  #synapseWritten(r: ResolvedReceptor, place: number, extra: Record<string, Expr> = {}): Written {
    const map = { ...this.#place(this.#cell.nodes[r.node] as ResolvedNode), ...extra };
    for (const s of Object.keys(r.synapse.states)) map[s] = name(stateId(r, s, place));
    for (const [p, id] of Object.entries(r.params)) map[p] = name(id);
    return new Written(this.noises, this.#cell.dt, withLets(r.synapse, map, r.name), placeName(r.name, place));
  }

  #receive(): Stmt[] {
    return this.#cell.receptors.flatMap((r) => {
      if (r.input !== undefined) return this.receive(r, inputsOf(r).map(name));
      return r.synapse.receive === undefined ? [] : this.receive(r, [num(0)]);
    });
  }

  #currents(): Stmt[] {
    return this.#cell.nodes.flatMap((_, k) => this.beforeCurrents(k));
  }

  /** Reversal potentials of a node from its concentrations, then whatever current densities its states will ask for. */
  beforeCurrents(node: number): Stmt[] {
    const densities = this.#densities(node);
    const stmts: Stmt[] = [];
    for (const d of densities) {
      if (d.mechanism.kind !== "pool") continue;
      for (const [ion, nernst] of nernstsOf(d.mechanism)) {
        const value = reversal(d, this.#cell.nodes[node] as ResolvedNode, ion, nernst);
        stmts.push({ op: "let", name: reversalName(d, ion), value });
      }
      for (const [ion, value] of Object.entries(d.mechanism.reversals ?? {}))
        stmts.push({ op: "let", name: reversalName(d, ion), value: this.text(d, value) });
    }
    const wanted = this.carried(node);
    for (const d of densities) {
      for (const c of Object.keys(currentsOf(d.mechanism))) {
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
    const densities = this.#densities(node);
    const read = new Set(densities.flatMap((d) => this.#stateExprs(d).flatMap((e) => [...freeNames(e)])));
    const made = densities.flatMap((d) => {
      const own = Object.keys(currentsOf(d.mechanism)).map((c) => currentName(d, c));
      return [...own, ...ions(d).map((ion) => totalName(node, ion))];
    });
    return new Set(made.filter((id) => read.has(id)));
  }

  #ionCurrents(node: number, ion: string): Expr[] {
    return this.#densities(node).flatMap((d) => {
      const mine = Object.entries(currentsOf(d.mechanism)).filter(([, c]) => c.ion === ion);
      return mine.map(([c]) => this.density(d, c));
    });
  }

  #stateExprs(d: ResolvedDensity): Expr[] {
    return Object.values(d.mechanism.states).flatMap((s) => textsOf(s).map((text) => this.text(d, text)));
  }

  /** Every path out of a node: through its membrane and its receptors. */
  #paths(k: number): Path[] {
    const synapses = this.#cell.receptors.filter((r) => r.node === k).map((r) => this.receptorPath(r));
    const clamped = this.#cell.clamps.flatMap(
      ({ node, input, conductance }): Path[] =>
      node === k && conductance !== undefined ? [clampPath((this.#cell.nodes[k] as ResolvedNode).V, input, conductance)] : [], // prettier-ignore
    );
    const gathered = this.#cell.gathers.flatMap(({ node, value, slope }): Path[] =>
      node === k ? [{ slope: negate(slope), i: negate(value) }] : [],
    );
    return [...this.channelPaths(k), ...synapses, ...clamped, ...gathered];
  }

  /** The same, of its density mechanisms alone. */
  channelPaths(k: number): Path[] {
    const { V, area } = this.#cell.nodes[k] as ResolvedNode;
    const paths: Path[] = [];
    for (const d of this.#densities(k)) {
      for (const c of Object.values(currentsOf(d.mechanism)))
        paths.push(
          pathOf(
            this.#flow(c, (t) => this.text(d, t)),
            V,
            name(area),
          ),
        );
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
      const paths = this.#paths(k).map((path, m): { slope: Expr; current: Expr } => {
        stmts.push({ op: "let", name: `g_${k}_${m}`, value: path.slope });
        return { slope: name(`g_${k}_${m}`), current: flowing(path, name(`g_${k}_${m}`), V) };
      });
      const arms = couplings.filter((c) => c.i === k || c.j === k);
      const diagonal = sum([
        mul(name(node.capacitance), perStep),
        ...arms.map((c) => name(c.g)),
        ...paths.map((p) => p.slope),
      ]);
      const axial = arms.map((c) => mul(name(c.g), sub(name((nodes[c.i === k ? c.j : c.i] as ResolvedNode).V), V)));
      const injected = clamps.filter((c) => c.node === k && c.conductance === undefined).map((c) => name(c.input));
      const outward = sum(paths.map((p) => p.current));
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
    const noise = this.noises.states.map((n) => noiseStep(n, name(this.#cell.dt)));
    return [...nodes.flatMap((_, k) => this.advanceNode(k)), ...receptors.flatMap((r) => this.decay(r)), ...noise];
  }

  #inf(d: ResolvedDensity, s: string, state: State): Expr {
    if (!isRelaxing(state)) return num(0); // it has an init
    const value = steadyOf(state, (t) => this.text(d, t));
    return tabulated(tableOf(d, s), this.#voltage(d), value);
  }

  /** dt/tau. */
  #steps(d: ResolvedDensity, s: string, state: Relaxing): Expr {
    const text = (t: string): Expr => this.text(d, t);
    const dt = name(this.#cell.dt);
    const table = tableOf(d, s);
    if (table === undefined) return stepsOf(state, text, dt);
    const tau = "inf" in state ? text(state.tau) : div(num(1), add(text(state.alpha), text(state.beta)));
    return div(dt, tabulated(table, this.#voltage(d), tau));
  }

  #voltage(d: ResolvedDensity): string {
    return (this.#cell.nodes[d.node] as ResolvedNode).V;
  }
}
