import { HillockError } from "../../../errors.ts";
import type { Expr } from "../../../lang/expr.ts";
import { type Dimension, dimension } from "../../../lang/units.ts";
import { nameFault } from "../../../lang/words.ts";
import { checkMechanism, NOWHERE, type Surroundings } from "../../../mechanisms/check.ts";
import type { Channel, Current, EventEffect, Kinetics, Mechanism, Nernst, Pool, ReceptorState, State, Synapse } from "../../../mechanisms/mechanism.ts"; // prettier-ignore
import type { Quantity, Unit } from "../../../units.ts";
import { WEIGHT } from "../events/connection.ts";
import { aliasOf, type Draft } from "../running/draft.ts";
import type { EventDraft } from "../events/events.ts";
import { valenceOf } from "../reading/ions.ts";
import type { Context } from "../running/context.ts";
import type { Phases } from "../running/phases.ts";
import { type Form, linear } from "../../../lang/symbolic/relax.ts";
import { ownCurrent } from "../running/resolve.ts";
import { splitCurrent } from "../../../lang/symbolic/split.ts";
import type { UnitTable } from "../units/units.ts";
import { unitOf } from "../units/units.ts";
import type { Program } from "../reading/syntax.ts";
import { INSIDE, Writer } from "./writer.ts";

/** NEURON's concentrations outside where no script gives others, mM. */
const OUTSIDE: ReadonlyMap<string, number> = new Map([["na", 140], ["k", 2.5], ["ca", 2]]); // prettier-ignore

/** Writes a mechanism from its draft: names that the language takes, units that fit, `let` for what is named or repeated. */
export class Assembly {
  readonly #context: Context;
  readonly #units: UnitTable;
  readonly #writer: Writer;

  constructor(context: Context, units: UnitTable, phases: Phases) {
    this.#writer = new Writer(context, units, aliasesOf(context, phases));
    this.#context = context;
    this.#units = units;
    for (const { symbol, as, unit } of pointedAt(context, units)) this.#writer.say(symbol, as, unit);
  }

  /** By parameter: what a value in the file's unit is multiplied by, where that is not 1. */
  get scale(): Record<string, number> {
    return Object.fromEntries(this.#writer.scale);
  }

  /** What the mechanism calls a state of the file. */
  nameOf(state: string): string {
    return this.#writer.own(state);
  }

  mechanism(draft: Draft, events: EventDraft | undefined, tables: Pick<Channel, "table"> | undefined): Mechanism {
    const { program } = this.#context;
    for (const { ion } of program.ions)
      for (const n of [`e${ion}`, `i${ion}`, `${ion}i`, `${ion}o`]) this.#writer.take(n);
    for (const { name, wish } of events?.own?.states ?? []) this.#writer.own(name, wish);
    const units = this.#stateUnits(draft, events);
    for (const [state, unit] of units) this.#writer.dimensions.set(this.#writer.own(state), dimension(unit));
    for (const { ion } of program.ions) {
      for (const [n, unit] of [
        [`e${ion}`, "mV"],
        [`i${ion}`, "mA/cm2"],
        [`${ion}o`, "mM"],
        [`${ion}i`, "mM"],
      ] as const) {
        // prettier-ignore
        if (!this.#writer.dimensions.has(n)) this.#writer.dimensions.set(n, dimension(unit));
      }
    }
    const isPool = this.#isPool(draft);
    if (program.kind === "density") this.#nameCurrents(draft);
    const states = this.#states(draft, units, events);
    const kinetics = this.#kinetics(draft);
    const built = program.kind === "point" ? this.#point(draft, events) : this.#currents(draft);
    const reversals = this.#reversals(draft);
    const lets = this.#writer.write();
    const common = {
      name: this.#name(program.name),
      doc: this.#doc(),
      params: this.#writer.inOrder(),
      ...(Object.keys(lets).length === 0 ? {} : { let: lets }),
    };
    const made = (): Mechanism => {
      if (program.kind === "point") {
        const { flow, onEvent, receive, weight } = built as PointParts;
        const perLink = events?.own?.perLink && Object.keys(states).filter((s) => [...(events.own?.perLink ?? [])].some((name) => this.#writer.own(name) === s)); // prettier-ignore
        return { kind: "synapse", ...common, ...(weight === "uS" ? {} : { weight }), states: states as Synapse["states"], onEvent, ...(receive === undefined ? {} : { receive }), ...(perLink === undefined ? {} : { perLink }), ...flow } as unknown as Synapse; // prettier-ignore
      }
      if (isPool) return this.#pool(draft, common, states as Pool["states"], built as Pool["currents"] & {}, reversals);
      return {
        kind: "channel",
        ...common,
        states: states as Channel["states"],
        ...(Object.keys(kinetics).length === 0 ? {} : { kinetics }),
        currents: built as Channel["currents"],
        ...tables,
      };
    };
    return this.#checked(made());
  }

  #isPool({ schemes }: Draft): boolean {
    const { program, lexer } = this.#context;
    const writes = program.ions.filter(writesConcentration);
    const apart = program.ions.find((i) => i.write.includes(`e${i.ion}`) && !writes.includes(i));
    if (apart !== undefined) lexer.fail(apart, `writes e${apart.ion} and no concentration of it, which is refused: which mechanisms see it in the same step is for the order in which NEURON loaded them`, `Give the cell its reversal potential, or let the file that keeps the concentration write it`); // prettier-ignore
    if (writes.length === 0) return false;
    const [first] = writes as [(typeof writes)[number], ...typeof writes];
    if (program.kind !== "density") lexer.fail(first, `writes a concentration of ${first.ion} from a point process, which is refused: a pool of an ion is a mechanism of its own`, "Let it write its current, and insert a pool"); // prettier-ignore
    if (schemes.length > 0) lexer.fail(first, "has a KINETIC scheme in a pool, which is refused", "Write equations");
    return true;
  }

  #pool({ late }: Draft, common: object, states: Pool["states"], currents: Readonly<Record<string, Current>>, reversals: Readonly<Record<string, string>>): Pool {
    const { program, lexer } = this.#context;
    const pooled = program.ions.filter(writesConcentration);
    for (const { ion, write, ...at } of pooled)
      for (const side of [`${ion}i`, `${ion}o`]) if (write.includes(side) && !Object.hasOwn(states, side)) lexer.fail(at, `writes ${side}, which is no STATE`, `Make ${side} a STATE`); // prettier-ignore
    const nernst = (ion: string): { readonly nernst?: Nernst } => {
      const z = valenceOf(program, ion);
      if (z === 0 || Object.hasOwn(reversals, ion)) return {};
      const mM = (value: number): Quantity<"mM"> => ({ value, unit: "mM" });
      const inside = Object.hasOwn(states, `${ion}i`) ? {} : { inside: mM(INSIDE.get(ion) ?? 1) };
      return { nernst: { valence: z, out: mM(OUTSIDE.get(ion) ?? 1), ...inside } };
    };
    const [first, ...others] = [...new Set(pooled.map(({ ion }) => ion))] as [string, ...string[]];
    return {
      kind: "pool",
      ...common,
      ion: first,
      ...(others.length === 0 ? {} : { ions: Object.fromEntries(others.map((ion) => [ion, nernst(ion)])) }),
      states,
      ...(Object.keys(currents).length === 0 ? {} : { currents }),
      ...nernst(first),
      ...(Object.keys(reversals).length === 0 ? {} : { reversals }),
      ...(late ? { late } : {}),
    } as unknown as Pool;
  } // prettier-ignore

  /** Reversal potentials that a pool writes, as BREAKPOINT leaves them. */
  #reversals({ reversals }: Draft): Record<string, string> {
    const found: Record<string, string> = {};
    for (const [ion, value] of reversals) {
      found[ion] = "";
      this.#writer.text(value, "mV", (text) => (found[ion] = text));
    }
    return found;
  }

  #doc(): string {
    const { program } = this.#context;
    const title = program.title === "" ? `${program.name}.` : `${program.title.replace(/\.?$/, ".")}`;
    return `${title}\nTranslated from NMODL, ${program.file}.`;
  }

  /** Units of states; the file's where the language has them, else "1". */
  #stateUnits({ states, schemes }: Draft, events: EventDraft | undefined): Map<string, Unit> {
    const { program } = this.#context;
    const declared = new Map(
      [...program.assigned, ...program.parameters, ...program.states].map((d) => [d.name, d.unit]),
    );
    const unit = (state: string): Unit => {
      if (state === "time") return "ms";
      if (events?.own?.times.has(state) === true) return "1";
      if (this.#writer.isIonState(state)) return "mM";
      const of = state.replace(/_(old|(iterate|change|moved|pivot|right)\d)(_old)?$/, "");
      const found = unitOf(this.#units.read(declared.get(of) ?? declared.get(of.replace(/_\d+$/, "")) ?? "1"));
      return found?.factor === 1 ? found.unit : "1";
    };
    const all = [...states.map((s) => s.state), ...schemes.flatMap((k) => k.states)];
    return new Map(all.map((state) => [state, schemes.some((k) => k.states.includes(state)) ? "1" : unit(state)]));
  }

  #name(wish: string): string {
    const base = wish.replaceAll(/^_+/g, "");
    return nameFault(base) === undefined ? base : `${base}_mechanism`.slice(0, 60);
  }

  #form(form: Form, unit: Unit): Record<string, string> {
    const found: Record<string, string> = {};
    const units: Record<string, Unit> = { inf: unit, tau: "ms", alpha: "1/ms", beta: "1/ms", next: unit };
    for (const [key, expr] of Object.entries(form) as [string, Expr][]) this.#writer.text(expr, units[key], (text) => (found[key] = text)); // prettier-ignore
    return found;
  }

  #states(
    draft: Draft,
    units: ReadonlyMap<string, Unit>,
    events: EventDraft | undefined,
  ): Record<string, State | ReceptorState> {
    // prettier-ignore
    const found: Record<string, Record<string, string>> = {};
    const point = this.#context.program.kind === "point";
    for (const { state, form, init } of draft.states) {
      const unit = units.get(state) as Unit;
      const start = init === undefined ? undefined : this.#writer.final(init);
      const isZero = start?.kind === "number" && start.value === 0;
      const decays = point && "inf" in form && form.inf.kind === "number" && form.inf.value === 0 && (init === undefined || isZero) && (events?.onEvent.has(state) === true || draft.received?.has(state) === true); // prettier-ignore
      const text = decays ? this.#form({ tau: (form as { tau: Expr }).tau } as never, unit) : this.#form(form, unit);
      if (start !== undefined && !decays) this.#writer.finalText(start, unit, (t) => (text["init"] = t));
      const usual: Unit = point
        ? (events?.weightUnit ?? "uS")
        : this.#context.program.ions.some(({ ion }) => this.#writer.own(state) === `${ion}i`)
          ? "mM"
          : "1";
      if (unit !== usual) text["unit"] = unit;
      found[this.#writer.own(state)] = text;
    }
    return found as unknown as Record<string, State>;
  }

  #kinetics({ schemes }: Draft): Record<string, Kinetics> {
    return Object.fromEntries(
      schemes.map(({ name, states, reactions, total, init, restsInto }): [string, Kinetics] => {
        const starts: Record<string, string> = {};
        if (init !== undefined) init.forEach((e, k) => this.#writer.text(e, "1", (t) => (starts[this.#writer.own(states[k] as string)] = t))); // prettier-ignore
        const written = reactions.map(({ from, to, forward, backward }) => {
          const one: Record<string, string> = { from: this.#writer.own(from), to: this.#writer.own(to) };
          this.#writer.text(forward, "1/ms", (t) => (one["forward"] = t));
          if (!(backward.kind === "number" && backward.value === 0)) this.#writer.text(backward, "1/ms", (t) => (one["backward"] = t)); // prettier-ignore
          return one as unknown as Kinetics["reactions"][number];
        });
        return [this.#writer.fresh(name), { states: states.map((x) => this.#writer.own(x)), reactions: written, ...(total === undefined || total === 1 ? {} : { total }), ...(init === undefined ? {} : { init: starts }), ...(restsInto === undefined ? {} : { restsInto: this.#writer.own(restsInto) }) } as Kinetics]; // prettier-ignore
      }),
    );
  }

  #flow(i: Expr, [g, unit]: readonly [Unit, Unit]): Record<string, string> {
    const parts = splitCurrent(this.#context.symbols, this.#writer.final(i));
    const found: Record<string, string> = {};
    const bends = "E" in parts ? this.#context.symbols.reads(parts.g).has("V") : linear(this.#context.symbols, parts.i, "V") === undefined; // prettier-ignore
    if ("E" in parts) {
      this.#writer.finalText(parts.g, g, (t) => (found["g"] = t));
      this.#writer.finalText(parts.E, "mV", (t) => (found["E"] = t));
    } else this.#writer.finalText(parts.i, unit, (t) => (found["i"] = t));
    if (bends) this.#writer.makers.push(() => (found["slope"] = "difference"));
    return found;
  }

  readonly #currentNames = new Map<string, string>();

  #nameCurrents({ currents }: Draft): void {
    for (const { name } of currents) {
      const wish = name.startsWith("i") && name.length > 1 ? name.slice(1) : this.#context.program.name;
      const own = this.#writer.fresh(wish.replace(/^_+/, ""));
      this.#currentNames.set(name, own);
      this.#writer.say(ownCurrent(name), `i_${own}`, "mA/cm2");
    }
  }

  /** Ions whose total a mechanism reads that neither carries nor pools them: it carries a current of 0, since who carries an ion sees its total. */
  #heard(): string[] {
    const { ions } = this.#context.program;
    const writes = ions.filter(({ ion, write }) =>
      write.some((name) => [`i${ion}`, `${ion}i`, `${ion}o`].includes(name)),
    );
    return [...new Set(ions.filter((i) => i.read.includes(`i${i.ion}`) && !writes.some(({ ion }) => ion === i.ion)).map(({ ion }) => ion))]; // prettier-ignore
  }

  #currents({ currents }: Draft): Record<string, Current> {
    const found: Record<string, Current> = {};
    for (const { name, ion, i } of currents) {
      const own = this.#currentNames.get(name) as string;
      found[own] = Object.assign(this.#flow(i, ["S/cm2", "mA/cm2"]), ion === undefined ? {} : { ion }) as unknown as Current; // prettier-ignore
    }
    for (const ion of this.#heard()) found[this.#writer.fresh(ion)] = { i: "0", ion };
    return found;
  }

  #point({ currents, received }: Draft, events: EventDraft | undefined): PointParts {
    const { symbols: s, program, notes } = this.#context;
    for (const { ion, write } of program.ions) {
      if (write.includes(`i${ion}`)) notes.push(`i${ion} of ${program.name} flows through the membrane, but pools of ${ion} do not read it`); // prettier-ignore
    }
    const total = currents.map((c) => c.i).reduce((a, b) => s.add(a, b), s.number(0));
    const flow = this.#flow(total, ["uS", "nA"]);
    const onEvent: Record<string, EventEffect> = {};
    const weight = events?.weightUnit ?? "uS";
    this.#writer.say(WEIGHT, "w", weight);
    for (const [state, effect] of events?.onEvent ?? []) {
      const unit = this.#writer.dimensions.get(this.#writer.own(state)) as Dimension;
      const own = this.#writer.own(state);
      onEvent[own] = "";
      if ("set" in effect) this.#writer.text(effect.set, unit, (t) => (onEvent[own] = { set: t }));
      else this.#writer.text(effect.add, unit, (t) => (onEvent[own] = t));
    }
    if (received === undefined) return { flow, onEvent, weight };
    const receive: Record<string, string> = {};
    for (const [state, value] of received) {
      const own = this.#writer.own(state);
      receive[own] = "";
      this.#writer.text(value, this.#writer.dimensions.get(own) as Dimension, (t) => (receive[own] = t));
    }
    return { flow, onEvent, receive, weight };
  }

  /** The mechanism, if the language takes it.
   * @throws DataError with what it does not take */
  #checked(made: Mechanism): Mechanism {
    const { program, lexer } = this.#context;
    const given = new Map<string, Unit>();
    for (const { ion, read, write } of program.ions) {
      for (const name of [...read, ...write]) {
        if (name === `e${ion}`) given.set(name, "mV");
        if (name === `${ion}o`) given.set(name, "mM");
        if (name === `${ion}i` && !(made.kind === "pool" && made.ion === ion)) given.set(name, "mM");
      }
    }
    const pointed = pointedAt(this.#context, this.#units);
    const states = new Map(pointed.filter((p) => !p.isCurrent).map(({ as, unit }) => [as, unit]));
    const currents = new Set(pointed.filter((p) => p.isCurrent).map(({ as }) => as));
    const around: Surroundings = { ...NOWHERE, given, others: { states, currents } };
    try {
      checkMechanism(`${program.file}, ${made.name}`, made, around);
    } catch (error) {
      if (!(error instanceof HillockError)) throw error;
      lexer.fail(program.nameAt, `makes a mechanism that the language does not take: ${error.where}: ${error.problem}`, error.remedy); // prettier-ignore
    }
    return made;
  }
}

const writesConcentration = ({ ion, write }: Program["ions"][number]): boolean =>
  write.includes(`${ion}i`) || write.includes(`${ion}o`);

function aliasesOf({ program, variables }: Context, { advanced, currents }: Phases): Map<string, string> {
  const found = new Map<string, string>();
  for (const { ion, write } of program.ions) {
    const state = aliasOf(variables, advanced.get(`${ion}i`), currents.get(`${ion}i`));
    if (write.includes(`${ion}i`) && state !== undefined) found.set(state, `${ion}i`);
  }
  return found;
}

/** What POINTERs stand for that other mechanisms have, as the language names it, in the unit that the file declares. */
export function pointedAt({ program, variables }: Context, units: UnitTable): PointedAt[] {
  const declared = new Map(program.assigned.map((d) => [d.name, d.unit]));
  return [...program.pointed].flatMap(([name, to]): PointedAt[] => {
    if ("name" in to) return [];
    const symbol = variables.symbolOf(name);
    if ("current" in to) return [{ symbol, as: `i_${to.mechanism}_${to.current}`, unit: "mA/cm2", isCurrent: true }];
    const found = unitOf(units.read(declared.get(name) ?? "1"));
    return [{ symbol, as: `${to.mechanism}_${to.state}`, unit: found?.factor === 1 ? found.unit : "1", isCurrent: false }]; // prettier-ignore
  });
}

interface PointedAt {
  readonly symbol: string;
  readonly as: string;
  readonly unit: Unit;
  readonly isCurrent: boolean;
}

interface PointParts {
  readonly flow: Record<string, string>;
  readonly onEvent: Record<string, EventEffect>;
  readonly receive?: Record<string, string>;
  readonly weight: Unit;
}
