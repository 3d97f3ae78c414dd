import { didYouMean, ModelError } from "../errors.ts";
import { DRAWS, notAdditive, Texts } from "../lang/check.ts";
import { type Dimension, dimension, isUnit, times } from "../lang/units.ts";
import { checkName, checkNames } from "../lang/words.ts";
import { own } from "../own.ts";
import { bool, type Check, finite, isPlain, list, object, oneOf, quantity, record, refuse, shown, text, unit, whole } from "../shapes.ts"; // prettier-ignore
import type { Unit } from "../units.ts";
import { currentsOf } from "./currents.ts";
import { type Channel, type EventEffect, type Flow, ionsOfPool, type Mechanism, nernstsOf, type Pool, type ReceptorState, reversalsOf, type State, statesOf, type Synapse, weightUnitOf } from "./mechanism.ts"; // prettier-ignore
import { checkKinetics } from "./check-kinetics.ts";
import { isShared } from "./shared.ts";

/** What a mechanism's texts find where it is inserted. */
export interface Surroundings {
  /** concentrations (mM) and reversal potentials (mV) by the names that texts read them by. */
  readonly given: ReadonlyMap<string, Unit>;
  /** those of them that a pool computes each step: they have no value at the start. */
  readonly computed: ReadonlySet<string>;
  /** concentrations have one, for mechanisms that start after the pools. */
  readonly pools: ReadonlySet<string>;
  /** Other states of pools, with the pools that keep them and their units: read by who has no such name, where one pool keeps it. */
  readonly inner: ReadonlyMap<string, readonly { readonly pool: string; readonly unit: Unit }[]>;
  /** States ("<insertion>_<state>") and currents ("i_<insertion>_<current>", which states alone may read) of what else is inserted. */
  readonly others: { readonly states: ReadonlyMap<string, Unit>; readonly currents: ReadonlySet<string> };
}

export const NOWHERE: Surroundings = { given: new Map(), computed: new Set(), pools: new Set(), inner: new Map(), others: { states: new Map(), currents: new Set() } }; // prettier-ignore

/** Checks everything that a mechanism says: its fields, its names, and of each text the names, the functions, the units and
 * whether it may be read where it stands.
 * @throws ModelError with mechanism, field, text and column at the first fault */
export function checkMechanism(where: string, m: unknown, around: Surroundings): asserts m is Mechanism {
  checkShape(where, m);
  checkOwnNames(where, m);
  new MechanismTexts(where, m, around).check();
}

const anything: Check = () => {};
const param = object({ default: quantity(), unit, doc: text }, { min: finite, max: finite, live: bool });
const relaxing = object({ inf: anything, tau: anything }, { init: anything, unit });
const gating = object({ alpha: anything, beta: anything }, { init: anything, unit });
const mapped = object({ next: anything, init: anything }, { unit });
const sloping = object({ d: anything, init: anything }, { unit });
const decaying = object({ tau: anything }, { unit });
const has = (x: unknown, ...keys: string[]): boolean => isPlain(x) && keys.some((key) => key in x);
const state: Check = (where, x) => (has(x, "alpha", "beta") ? gating : has(x, "next") ? mapped : has(x, "d") ? sloping : relaxing)(where, x); // prettier-ignore
const receptorState: Check = (where, x) => (has(x, "tau") && !has(x, "inf") ? decaying : state)(where, x);
const slope = oneOf("derivative", "difference");
const ohmic = oneOf("derivative", "difference", "conductance");
const flow: Check = (where, x) =>
  (has(x, "i")
    ? object({ i: anything }, { ion: text, slope })
    : object({ g: anything, E: anything }, { ion: text, slope: ohmic }))(where, x);
const effect: Check = (where, x) => (typeof x === "object" ? object({ set: anything }) : anything)(where, x);
const reaction = object({ from: text, to: text, forward: anything }, { backward: anything });
const scheme = object(
  { states: list(text), reactions: list(reaction) },
  { total: finite, init: record(anything), restsInto: text },
);
const nernst: Check = (where, x) =>
  object(
    has(x, "valence") ? { valence: finite, out: quantity("mM") } : { RT_zF: quantity("mV"), out: quantity("mM") },
    { inside: quantity("mM") },
  )(where, x);
const names = list(text);
const common = { name: text, doc: text, params: record(param) };
const functions = record(object({ of: list(text), is: anything }));
const lets = { let: record(anything), functions };
const table = {
  table: object({ from: quantity("mV"), to: quantity("mV"), intervals: whole(1, 100_000) }, { of: names }),
};

const SHAPES: ReadonlyMap<unknown, Check> = new Map([
  [
    "channel",
    object(
      {
        kind: text,
        ...common,
        states: record(state),
        currents: record(flow),
      },
      { ...lets, ...table, kinetics: record(scheme) },
    ),
  ],
  [
    "pool",
    object(
      { kind: text, ...common, ion: text, states: record(state) },
      {
        ...lets,
        ...table,
        nernst,
        currents: record(flow),
        ions: record(object({}, { nernst })),
        reversals: record(anything),
        late: bool,
      },
    ),
  ],
  [
    "synapse",
    (where, x) =>
      (has(x, "i") ? synapseShape({ i: anything }, slope) : synapseShape({ g: anything, E: anything }, ohmic))(
        where,
        x,
      ),
  ],
]);

const synapseShape = (current: Readonly<Record<string, Check>>, slopes: Check): Check =>
  object(
    { kind: text, ...common, states: record(receptorState), onEvent: record(effect), ...current },
    { ...lets, weight: unit, slope: slopes, receive: record(text), perLink: names },
  );

/** A mechanism's fields and their types, before any of its texts.
 * @throws ModelError at the first fault */
export function checkShape(where: string, m: unknown): asserts m is Mechanism {
  if (!isPlain(m)) refuse(where, m, "a mechanism, for example one of hillock/mechanisms");
  const kind = own(m, "kind");
  const shape = SHAPES.get(kind);
  if (shape === undefined) oneOf(...([...SHAPES.keys()] as string[]))(`${where}.kind`, kind);
  shape?.(where, m);
  for (const [name, p] of Object.entries((m as unknown as Mechanism).params)) {
    const at = `${where}.params.${name}`;
    if (p.default.unit !== p.unit) {
      throw new ModelError(at, `is in "${p.unit}" with a default in "${p.default.unit}"`, "Give both in one unit");
    }
    const { min = -Infinity, max = Infinity } = p;
    if (min > max) throw new ModelError(at, `has min ${min} above max ${max}`, "Give min below max");
    if (p.default.value < min || p.default.value > max) {
      throw new ModelError(at, `has default ${p.default.value} outside ${min} to ${max}`, "Bring it inside the limits");
    }
  }
  const { table } = m as unknown as Channel;
  if (table === undefined) return;
  if (!(table.from.value < table.to.value)) {
    throw new ModelError(`${where}.table`, `goes from ${table.from.value} to ${table.to.value} mV`, "Let it ascend");
  }
  const known = Object.keys((m as unknown as Mechanism).states);
  for (const s of table.of ?? []) {
    if (!known.includes(s)) throw new ModelError(`${where}.table.of`, `names ${shown(s)}`, didYouMean(s.slice(0, 60), known)); // prettier-ignore
  }
}

/** Own names: the rule of every name, each once, and none of what texts read by a fixed name. */
function checkOwnNames(where: string, m: Mechanism): void {
  checkName(where, "mechanism", m.name);
  const taken = new Map<string, string>(FIXED);
  if (m.kind === "synapse") taken.set("w", "the weight of an event");
  for (const [current, c] of Object.entries(currentsOf(m))) {
    checkName(where, "current", current);
    taken.set(`i_${current}`, `the current ${current}`);
    if (c.ion === undefined) continue;
    checkName(where, "ion", c.ion);
    taken.set(`i${c.ion}`, `the ion current of ${c.ion}`);
  }
  for (const ion of m.kind === "pool" ? ionsOfPool(m) : []) {
    checkName(where, "ion", ion);
    taken.set(`i${ion}`, `the ion current of ${ion}`).set(`e${ion}`, `the reversal potential of ${ion}`);
  }
  checkNames(
    where,
    [
      ["parameter", m.params],
      ["let", m.let ?? {}],
      ["state", statesOf(m)],
    ],
    taken,
  );
}

const FIXED: readonly [string, string][] = [
  ["V", "the voltage"],
  ["dt", "the time step"],
  ["celsius", "the temperature"],
];

/** um2. */
const AREA: Dimension = [0, 0, 0, 2, 0, 0, 0];

const HIDDEN = {
  current: "Currents and ion currents exist once conductances and reversals are known: only states may read them",
  others: "Mechanisms start one after the other: give the state an `init` that reads no other mechanism",
  start: "At the start there are no currents: give the state an `init`, for example its value at rest",
  nernst: "A pool computes it from the first step on: give the state an `init`",
  order: "States start in declared order: declare that state first, or give this one an `init`",
  reversal: "Reversal potentials come before currents: only states, params and concentrations are known there",
  event: "Only onEvent may read the weight of an event",
  link: "Each link has its own: only `receive` and the equations of such states may read it",
  scheme: "A scheme's rates are of first order and known at the start: functions of V, parameters and concentrations",
  set: "What an event sets is one value whatever came before: an expression of params",
};

const CALM: readonly (readonly [string, string])[] = ["noise()", "white()"].map((fn) => [fn, "In cells noise belongs into a current: its g, E or i"]); // prettier-ignore
const NO_NOISE = [...CALM, ...DRAWS];

/** What gives an ion's concentration or reversal potential, by the name that a text reads it by. */
function ofIon(name: string): string | undefined {
  const [, concentration, reversal] = /^(?:([a-z]{1,3})[io]|e([a-z]{1,3}))$/.exec(name) ?? [];
  if (concentration !== undefined) return `Where it is a concentration of ${concentration}, insert a pool of it there, or give the cell concentrations: { ${name}: mM(1) }`; // prettier-ignore
  return reversal && `Where it is the reversal potential of ${reversal}, give the cell reversals: { ${reversal}: mV(0) }, or insert a pool that computes it`; // prettier-ignore
}

/** What to do about a name that several pools in one place keep. */
function ofSeveral(name: string, { inner }: Surroundings): string | undefined {
  const pools = (inner.get(name) ?? []).map(({ pool }) => pool);
  return pools.length < 2 ? undefined : `The pools ${pools.join(" and ")} each keep a state of that name: rename it in all but one`; // prettier-ignore
}

class MechanismTexts {
  readonly #where: string;
  readonly #m: Mechanism;
  readonly #around: Surroundings;
  readonly #units: ReadonlyMap<string, Unit | Dimension>; // of states
  readonly #own: ReadonlySet<string>; // names that go before what other pools keep
  readonly #texts: Texts;

  constructor(where: string, m: Mechanism, around: Surroundings) {
    this.#where = where;
    this.#m = m;
    this.#around = around;
    this.#units = new Map(statesOf(m).map((s) => [s, stateUnit(m, s)]));
    this.#own = new Set([...Object.keys(m.params), ...Object.keys(m.let ?? {}), ...this.#units.keys()]);
    const inner = [...around.inner].filter(([name, pools]) => pools.length === 1 && !this.#own.has(name));
    const known: Record<string, Unit | Dimension> = Object.fromEntries(around.others.states);
    for (const name of around.others.currents) known[name] = "mA/cm2";
    for (const [name, [one]] of inner) known[name] = (one as { unit: Unit }).unit;
    Object.assign(known, { V: "mV", dt: "ms", celsius: "degC", diam: "um", area: AREA });
    for (const [name, u] of around.given) known[name] = u;
    for (const name of currentNames(m)) known[name] = "mA/cm2";
    if (m.kind === "synapse") known["w"] = weightUnitOf(m);
    for (const [name, u] of this.#units) known[name] = u;
    for (const [name, p] of Object.entries(m.params)) known[name] = p.unit;
    const constants = new Set(["dt", "celsius", ...Object.keys(m.params)]);
    this.#texts = new Texts(where, known, m.functions, constants, (name) => ofSeveral(name, around) ?? ofIon(name));
  }

  check(): void {
    this.#refuseDoubleMeanings();
    const later = new Set(Object.keys(this.#m.let ?? {}));
    for (const [name, value] of Object.entries(this.#m.let ?? {})) this.#texts.define(name, value, later);
    if (this.#m.kind === "synapse") return this.#synapse(this.#m);
    for (const [s, state] of Object.entries(this.#m.states)) this.#state(s, state, new Map());
    if (this.#m.kind === "pool") this.#pool(this.#m);
    else this.#kinetics(this.#m);
    this.#currents(this.#m);
  }

  /** What an event adds, or nothing where it sets. */
  #increment(s: string, effect: EventEffect, states: ReadonlySet<string>): string | undefined {
    if (typeof effect !== "object") return effect;
    const hidden = new Map([...NO_NOISE, ["w", HIDDEN.set], ["V", HIDDEN.set], ...[...states].map((id) => [id, HIDDEN.set] as const)]); // prettier-ignore
    this.#texts.check(`onEvent.${s}.set`, effect.set, this.#units.get(s), hidden);
    return undefined;
  }

  /** A parameter or state called ek where the cell gives a reversal potential of k as well. */
  #refuseDoubleMeanings(): void {
    const own = [...Object.keys(this.#m.params), ...Object.keys(this.#m.let ?? {})];
    const twice = own.find((name) => this.#around.given.has(name));
    if (twice === undefined) return;
    throw new ModelError(
      this.#where,
      `has a parameter or let "${twice}", which the cell gives too`,
      `Rename the mechanism's own, for example ${twice}_own`,
    );
  }

  #state(s: string, state: ReceptorState, given: ReadonlyMap<string, string>): void {
    const hidden = new Map([...given, ...NO_NOISE]);
    const unit = this.#units.get(s);
    const rates: [string, string, Unit | Dimension | undefined][] =
      "inf" in state
        ? [["inf", state.inf, unit], ["tau", state.tau, "ms"]]
        : "alpha" in state
          ? [["alpha", state.alpha, "1/ms"], ["beta", state.beta, "1/ms"]]
          : "next" in state
            ? [["next", state.next, unit]]
            : "d" in state
              ? [["d", state.d, unit === undefined ? unit : perMs(unit)]]
              : [["tau", state.tau, "ms"]]; // prettier-ignore
    for (const [key, value, u] of rates) this.#texts.check(`states.${s}.${key}`, value, u, key === "next" ? new Map([...given, ...CALM]) : hidden); // prettier-ignore
    if (isDecay(state)) return; // from 0
    const early = this.#hiddenAtStart(s);
    const start = new Map([...hidden, ...early]);
    if (state.init !== undefined) this.#texts.check(`states.${s}.init`, state.init, unit, new Map([...given, ...CALM, ...early])); // prettier-ignore
    else for (const [key, value] of rates) if (key !== "tau") this.#texts.check(`states.${s}.${key} as its start`, value, undefined, start); // prettier-ignore
  }

  /** What the text of an initial value may not read: what comes into being later. */
  #hiddenAtStart(s: string): Map<string, string> {
    const hidden = new Map<string, string>();
    for (const name of this.#around.others.states.keys()) hidden.set(name, HIDDEN.others);
    for (const name of [...this.#around.others.currents, ...currentNames(this.#m)]) hidden.set(name, HIDDEN.start);
    for (const name of this.#own) hidden.delete(name);
    for (const name of this.#around.computed) hidden.set(name, HIDDEN.nernst);
    if (this.#m.kind === "pool") for (const name of [...this.#around.pools, ...this.#around.inner.keys()]) if (!this.#own.has(name)) hidden.set(name, HIDDEN.order); // prettier-ignore
    const states = Object.keys(this.#m.states);
    for (const name of states.slice(0, states.indexOf(s))) hidden.delete(name);
    for (const name of states.slice(states.indexOf(s))) hidden.set(name, HIDDEN.order);
    return hidden;
  }

  #kinetics(m: Channel): void {
    for (const [name, k] of Object.entries(m.kinetics ?? {})) {
      checkKinetics(`${this.#where}, kinetics.${name}`, k);
      const hidden = new Map([...statesOf(m).map((s) => [s, HIDDEN.scheme] as const), ...NO_NOISE]);
      for (const other of currentNames(m)) hidden.set(other, HIDDEN.start);
      for (const other of [...this.#around.computed, ...this.#around.others.states.keys(), ...this.#around.others.currents]) if (!this.#own.has(other)) hidden.set(other, HIDDEN.scheme); // prettier-ignore
      for (const [s, value] of Object.entries(k.init ?? {}))
        this.#texts.check(`kinetics.${name}.init.${s}`, value, this.#units.get(s), new Map([...hidden].filter(([id]) => !DRAWS.some(([draw]) => draw === id)))); // prettier-ignore
      k.reactions.forEach((r, i) => {
        for (const [key, value] of [
          ["forward", r.forward],
          ["backward", r.backward],
        ] as const)
          // prettier-ignore
          if (value !== undefined) this.#texts.check(`kinetics.${name}.reactions[${i}].${key}`, value, "1/ms", hidden);
      });
    }
  }

  #currents(m: Channel | Pool): void {
    const hidden = new Map([...DRAWS, ...this.#unknownCurrents(m).map((name) => [name, HIDDEN.current] as const)]);
    for (const [name, c] of Object.entries(currentsOf(m)))
      this.#flow(`currents.${name}.`, c, ["S/cm2", "mA/cm2"], hidden);
  }

  /** Currents, while currents are computed. */
  #unknownCurrents = (m: Mechanism): string[] =>
    [...currentNames(m), ...this.#around.others.currents].filter((name) => !this.#own.has(name));

  #flow(at: string, flow: Flow, [g, i]: readonly [Unit, Unit], hidden: ReadonlyMap<string, string>): void {
    if ("i" in flow) {
      this.#texts.check(`${at}i`, flow.i, i, hidden);
      return;
    }
    this.#texts.check(`${at}g`, flow.g, g, hidden);
    this.#texts.check(`${at}E`, flow.E, "mV", hidden);
  }

  #pool(m: Pool): void {
    const all = ionsOfPool(m);
    if (Object.hasOwn(m.ions ?? {}, m.ion)) throw new ModelError(`${this.#where}, ions`, `names ${shown(m.ion)}, its first ion`, "Name each ion once"); // prettier-ignore
    for (const ion of all) {
      const nernst = nernstsOf(m).find(([of]) => of === ion)?.[1];
      const asked = nernst !== undefined && nernst.inside === undefined ? ["i"] : ["i", "o"];
      if (asked.some((side) => Object.hasOwn(m.states, `${ion}${side}`))) continue;
      throw new ModelError(this.#where, `has no state "${ion}i"`, `A pool of ${ion} needs its concentration: ${ion}i`);
    }
    for (const [ion, value] of Object.entries(m.reversals ?? {})) {
      const at = `reversals.${ion.slice(0, 60)}`;
      if (!all.includes(ion)) throw new ModelError(`${this.#where}, ${at}`, "is of an ion that the pool does not keep", didYouMean(ion.slice(0, 60), all)); // prettier-ignore
      if (nernstsOf(m).some(([of]) => of === ion)) throw new ModelError(`${this.#where}, ${at}`, "stands beside nernst, which gives the same", "Give one of them"); // prettier-ignore
      const hidden = [...this.#unknownCurrents(m), ...reversalsOf(m).map((of) => `e${of}`), ...this.#around.computed].map((name) => [name, HIDDEN.reversal] as const); // prettier-ignore
      this.#texts.check(at, value, "mV", new Map([...NO_NOISE, ...hidden]));
    }
  }

  #synapse(m: Synapse): void {
    const event = new Map([["w", HIDDEN.event]]);
    const perLink = m.perLink ?? [];
    const apart = new Map([...event, ...perLink.map((s): [string, string] => [s, HIDDEN.link])]);
    for (const [s, state] of Object.entries(m.states)) {
      this.#state(s, state, perLink.includes(s) ? event : apart);
      const decays = isDecay(state);
      if (decays && !Object.hasOwn(m.receive ?? m.onEvent, s)) {
        throw new ModelError(this.#where, `nothing writes the state "${s}": it would stay 0`, `Say in onEvent what an event adds: { ${s}: "w" }`); // prettier-ignore
      }
    }
    this.#flow("", m, ["uS", "nA"], new Map([...DRAWS, ...apart]));
    const states = new Set(Object.keys(m.states));
    this.#receive(m, states);
    for (const [s, effect] of Object.entries(m.onEvent)) {
      if (!states.has(s)) throw new ModelError(`${this.#where}, onEvent`, `names ${shown(s)}, which is no state`, didYouMean(s.slice(0, 60), states)); // prettier-ignore
      const increment = this.#increment(s, effect, states);
      if (increment === undefined) continue;
      const { expr } = this.#texts.check(`onEvent.${s}`, increment, this.#units.get(s), new Map(NO_NOISE));
      const fault = notAdditive(expr, "w", states);
      if (fault === undefined) continue;
      throw new ModelError(
        `${this.#where}, onEvent.${s}`,
        `"${increment.slice(0, 60)}" ${fault}`,
        "The weights of a step are summed before they are applied: give w times something that neither w nor a state changes; what depends on the single event belongs to the link",
      );
    }
  }

  /** What happens at the beginning of every step. */
  #receive({ receive, onEvent, perLink }: Synapse, states: ReadonlySet<string>): void {
    const unknown = perLink?.find((s) => !states.has(s));
    if (unknown !== undefined) throw new ModelError(`${this.#where}, perLink`, `names ${shown(unknown)}, which is no state`, didYouMean(unknown.slice(0, 60), states)); // prettier-ignore
    if (receive === undefined) {
      if (perLink !== undefined) throw new ModelError(`${this.#where}, perLink`, "stands without receive, which hears links one by one", "Leave it out: onEvent takes any number of links"); // prettier-ignore
      return;
    }
    if (Object.keys(onEvent).length > 0) throw new ModelError(`${this.#where}, onEvent`, "stands beside receive, which says what events do", "Give onEvent: {}, or no receive"); // prettier-ignore
    for (const [s, value] of Object.entries(receive)) {
      if (!states.has(s)) throw new ModelError(`${this.#where}, receive`, `names ${shown(s)}, which is no state`, didYouMean(s.slice(0, 60), states)); // prettier-ignore
      this.#texts.check(`receive.${s}`, value, this.#units.get(s), new Map(CALM));
    }
  }
}

/** What a mechanism may read of currents: its own, and the totals of ions that it carries or pools. */
function currentNames(m: Mechanism): string[] {
  const currents = currentsOf(m);
  const ions = Object.values(currents).flatMap((c) => (c.ion === undefined ? [] : [`i${c.ion}`]));
  return [
    ...Object.keys(currents).map((c) => `i_${c}`),
    ...new Set([...ions, ...(m.kind === "pool" ? ionsOfPool(m).map((ion) => `i${ion}`) : [])]),
  ];
}

const perMs = (of: Unit | Dimension): Dimension => times(isUnit(of) ? dimension(of) : of, "1/ms");

const isDecay = (state: ReceptorState): state is Exclude<ReceptorState, State> =>
  !["inf", "alpha", "next", "d"].some((key) => key in state);

/** What a state says, or: mM for the concentration of an ion that the mechanism carries, the weight's unit for a receptor's, else 1. */
export function stateUnit(m: Mechanism, s: string): Unit {
  const state = own(m.states, s);
  if (state?.unit !== undefined) return state.unit;
  if (m.kind === "synapse") return weightUnitOf(m);
  if (m.kind === "pool") return isShared(m, s) ? "mM" : "1";
  return Object.values(m.currents).some(({ ion }) => ion !== undefined && s === `${ion}i`) ? "mM" : "1";
}
