import { DataError, HillockError } from "../../errors.ts";
import type { Expr } from "../../lang/expr.ts";
import { type Dimension, dimension } from "../../lang/units.ts";
import { nameFault } from "../../lang/words.ts";
import { checkMechanism, type Surroundings } from "../../mechanisms/check.ts";
import type { Channel, Current, EventEffect, Kinetics, Mechanism, Param, Pool, ReceptorState, State, Synapse } from "../../mechanisms/mechanism.ts"; // prettier-ignore
import type { Quantity, Unit } from "../../units.ts";
import { type Draft, exprsOf, mapForm } from "./draft.ts";
import type { EventDraft } from "./events.ts";
import { Fit } from "./fit.ts";
import { withLets } from "./lets.ts";
import { type Context, type Phases, staleName } from "./phases.ts";
import { type Form, linear } from "./relax.ts";
import { splitCurrent } from "./split.ts";
import { textOf } from "./text.ts";
import { tidy } from "./tidy.ts";
import type { UnitTable } from "./units.ts";
import { unitOf } from "./units.ts";

/** NEURON's values where no script gives others, mM. */
const INSIDE: ReadonlyMap<string, number> = new Map([["na", 10], ["k", 54.4], ["ca", 5e-5]]); // prettier-ignore
const OUTSIDE: ReadonlyMap<string, number> = new Map([["na", 140], ["k", 2.5], ["ca", 2]]); // prettier-ignore
const VALENCE: ReadonlyMap<string, number> = new Map([["na", 1], ["k", 1], ["ca", 2]]); // prettier-ignore

type Sink = { -readonly [K in keyof Param]: Param[K] };

/** Writes a mechanism from its draft: names that the language takes, units that fit, `let` for what is named or repeated. */
export class Assembly {
  readonly #context: Context;
  readonly #units: UnitTable;
  readonly #params = new Map<string, Sink>();
  readonly #names = new Map<string, Expr>();
  readonly #dimensions = new Map<string, Dimension>();
  readonly #taken = new Set<string>(["V", "dt", "celsius", "diam", "area", "w"]);
  readonly #roots: Expr[] = [];
  readonly #makers: ((texts: readonly Expr[]) => void)[] = [];

  constructor(context: Context, units: UnitTable, phases: Phases) {
    this.#aliases = aliasesOf(context, phases);
    this.#context = context;
    this.#units = units;
    this.#dimensions.set("V", dimension("mV")).set("dt", dimension("ms")).set("celsius", dimension("degC"));
    this.#dimensions.set("diam", dimension("um")).set("area", [0, 0, 0, 2, 0, 0, 0]);
  }

  mechanism(draft: Draft, events: EventDraft | undefined, tables: Pick<Channel, "table"> | undefined): Mechanism {
    const { program, lexer } = this.#context;
    for (const { ion, write, ...at } of program.ions) {
      if (write.includes(`e${ion}`)) lexer.fail(at, `writes e${ion}, which is refused: a reversal potential is the cell's own, or follows a pool`, "Give the cell its reversal potential, or insert a pool of the ion"); // prettier-ignore
    }
    for (const { ion } of program.ions)
      for (const n of [`e${ion}`, `i${ion}`, `${ion}i`, `${ion}o`]) this.#taken.add(n);
    const units = this.#stateUnits(draft);
    for (const [state, unit] of units) this.#dimensions.set(this.#own(state), dimension(unit));
    for (const { ion } of program.ions) {
      for (const [n, unit] of [
        [`e${ion}`, "mV"],
        [`i${ion}`, "mA/cm2"],
        [`${ion}o`, "mM"],
        [`${ion}i`, "mM"],
      ] as const) {
        // prettier-ignore
        if (!this.#dimensions.has(n)) this.#dimensions.set(n, dimension(unit));
      }
    }
    const isPool = this.#isPool(draft);
    const states = this.#states(draft, units, events);
    const kinetics = this.#kinetics(draft);
    const built = program.kind === "point" ? this.#point(draft, events) : isPool ? undefined : this.#currents(draft);
    const lets = this.#write();
    const common = {
      name: this.#name(program.name),
      doc: this.#doc(),
      params: this.#inOrder(),
      ...(Object.keys(lets).length === 0 ? {} : { let: lets }),
    };
    const made = (): Mechanism => {
      if (program.kind === "point") {
        const { flow, onEvent, weight } = built as PointParts;
        return { kind: "synapse", ...common, ...(weight === "uS" ? {} : { weight }), states: states as Synapse["states"], onEvent, ...flow } as Synapse; // prettier-ignore
      }
      if (isPool) return this.#pool(common, states as Pool["states"]);
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

  #isPool({ currents, schemes }: Draft): boolean {
    const { program, lexer } = this.#context;
    const writes = program.ions.filter(({ ion, write }) => write.includes(`${ion}i`) || write.includes(`${ion}o`));
    if (writes.length === 0) return false;
    const [first] = writes as [(typeof writes)[number], ...typeof writes];
    if (program.kind !== "density") lexer.fail(first, `writes a concentration of ${first.ion} from a point process, which is refused: a pool of an ion is a mechanism of its own`, "Let it write its current, and insert a pool"); // prettier-ignore
    if (first.write.includes(`${first.ion}o`)) lexer.fail(first, `writes ${first.ion}o, which is refused: concentrations outside are the cell's own constants`, "Leave it out"); // prettier-ignore
    if (currents.length > 0 || writes.length > 1) {
      lexer.fail(first, `writes ${first.ion}i beside ${currents.length > 0 ? "a current" : "another concentration"}, which is refused: a pool of an ion is a mechanism of its own`, "Split it into a channel and a pool"); // prettier-ignore
    }
    if (schemes.length > 0) lexer.fail(first, "has a KINETIC scheme in a pool, which is refused", "Write equations");
    return true;
  }

  #pool(common: object, states: Pool["states"]): Pool {
    const { program, lexer } = this.#context;
    const { ion, valence, write, ...at } = program.ions.find((i) => i.write.includes(`${i.ion}i`)) as (typeof program.ions)[number]; // prettier-ignore
    void write;
    if (!Object.hasOwn(states, `${ion}i`)) lexer.fail(at, `writes ${ion}i, which is no STATE`, `Make ${ion}i a STATE`);
    const z = valence ?? VALENCE.get(ion) ?? 0;
    const nernst = z === 0 ? {} : { nernst: { valence: z, out: { value: OUTSIDE.get(ion) ?? 1, unit: "mM" } as Quantity<"mM"> } }; // prettier-ignore
    return { kind: "pool", ...common, ion, states, ...nernst } as unknown as Pool;
  }

  /** Parameters in the file's order. */
  #inOrder(): Record<string, Param> {
    const places = new Map(this.#context.program.parameters.map((d, k) => [d.name, k]));
    const place = (name: string): number => places.get(name) ?? places.get(name.replace(/_\d+$/, "")) ?? Infinity;
    return Object.fromEntries([...this.#params].sort(([a], [b]) => Math.min(place(a), 1e6) - Math.min(place(b), 1e6)));
  }

  #doc(): string {
    const { program } = this.#context;
    const title = program.title === "" ? `${program.name}.` : `${program.title.replace(/\.?$/, ".")}`;
    return `${title}\nTranslated from NMODL, ${program.file}.`;
  }

  /** Units of states; the file's where the language has them, else "1". */
  #stateUnits({ states, schemes }: Draft): Map<string, Unit> {
    const { program } = this.#context;
    const declared = new Map(
      [...program.assigned, ...program.parameters, ...program.states].map((d) => [d.name, d.unit]),
    );
    const unit = (state: string): Unit => {
      if (state === "time") return "ms";
      const of = state.replace(/_(old|(iterate|change|moved)\d)(_old)?$/, "");
      const found = unitOf(this.#units.read(declared.get(of) ?? declared.get(of.replace(/_\d+$/, "")) ?? "1"));
      return found?.factor === 1 ? found.unit : "1";
    };
    const all = [...states.map((s) => s.state), ...schemes.flatMap((k) => k.states)];
    return new Map(all.map((state) => [state, schemes.some((k) => k.states.includes(state)) ? "1" : unit(state)]));
  }

  /** A name of the mechanism's own that the language takes. */
  #own(name: string): string {
    const known = this.#names.get(name);
    if (known?.kind === "name") return known.name;
    const concentration = this.#aliases.get(name);
    const own = concentration ?? (this.#isIonState(name) ? name : this.#fresh(name));
    this.#names.set(name, this.#context.symbols.name(own));
    return own;
  }

  /** States that a file copies into a concentration in every step: they are the concentration. */
  readonly #aliases: ReadonlyMap<string, string>;

  #isIonState = (name: string): boolean => this.#context.program.ions.some(({ ion }) => name === `${ion}i`);

  #fresh(wish: string): string {
    const base = wish.replaceAll(/^_+|[^A-Za-z0-9_]/g, "") || "x";
    for (let k = 1; ; k++) {
      const name = k === 1 ? base : `${base}_${k}`;
      if (this.#taken.has(name) || nameFault(name) !== undefined) continue;
      this.#taken.add(name);
      return name;
    }
  }

  #name(wish: string): string {
    const base = wish.replaceAll(/^_+/g, "");
    return nameFault(base) === undefined ? base : `${base}_mechanism`.slice(0, 60);
  }

  /** A name of a finished expression in the language: parameters in hillock's units, with what turns them into the file's. */
  #named(name: string): Expr | undefined {
    const { symbols: s, variables, lexer, program } = this.#context;
    if (name === "V" || name === "w") return undefined;
    if (name.endsWith("@start")) return this.#startParam(name.slice(0, -"@start".length));
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const plain = name.replace(/@param$/, "");
    const variable = variables.find(plain);
    if (variable?.kind === "ion" || variable === undefined) return undefined;
    if (variable.kind !== "parameter") {
      if (variable.kind === "celsius" || variable.kind === "dt" || variable.kind === "diam" || variable.kind === "area") return undefined; // prettier-ignore
      return lexer.fail(program.nameAt, `has ${plain} where its value is not known`, "Set it before it is read");
    }
    const { declared } = variable;
    const found = unitOf(this.#units.read(declared.unit ?? "1"));
    const { unit, factor } = found ?? { unit: "1" as Unit, factor: 1 };
    const own = this.#fresh(plain);
    const doc = docOf(declared.comment, found === undefined ? declared.unit : undefined, plain);
    const value = scaled(declared.value ?? 0, factor);
    this.#params.set(own, { default: { value, unit }, unit, doc });
    this.#dimensions.set(own, dimension(unit));
    const expr = factor === 1 ? s.name(own) : s.mul(s.number(scaled(1, 1 / factor)), s.name(own));
    this.#names.set(name, expr);
    return expr;
  }

  /** The concentration at the start, which NEURON's ion would give. */
  #startParam(state: string): Expr {
    const { symbols: s } = this.#context;
    const key = `${state}@start`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const own = this.#fresh(`${state}0`);
    const value = INSIDE.get(state.slice(0, -1)) ?? 1;
    this.#params.set(own, { default: { value, unit: "mM" }, unit: "mM", doc: "concentration at the start" });
    this.#dimensions.set(own, dimension("mM"));
    this.#names.set(key, s.name(own));
    return s.name(own);
  }

  #final(expr: Expr): Expr {
    const { symbols: s, labels } = this.#context;
    const done = new Map<Expr, Expr>();
    const renamed = s.replace(expr, (e) => (e.kind === "name" ? this.#named(e.name) : undefined), done);
    const carry = (from: Expr, to: Expr): void => {
      const label = labels.get(from);
      if (label !== undefined && !labels.has(to)) labels.set(to, label);
    };
    for (const [from, to] of done) carry(from, to);
    return tidy(s, renamed, this.#neat, carry);
  }

  readonly #neat = new Map<Expr, Expr>();

  /** Asks for the text of an expression; it is there when all are asked for, because `let` names are made of all together. */
  #text(expr: Expr, unit: Unit | Dimension | undefined, into: (text: string) => void): void {
    this.#finalText(this.#final(expr), unit, into);
  }

  #finalText(expr: Expr, unit: Unit | Dimension | undefined, into: (text: string) => void): void {
    const at = this.#roots.push(expr) - 1;
    this.#makers.push((texts) => into(textOf(this.#fit().to(texts[at] as Expr, unit))));
  }

  #fitted: Fit | undefined;
  #fit = (): Fit => (this.#fitted ??= new Fit(this.#dimensions));

  #write(): Record<string, string> {
    const { symbols: s, labels, variables } = this.#context;
    const isOwn = (label: string): boolean => variables.find(label) !== undefined;
    const { lets, texts } = withLets(s, this.#roots, (e) => labels.get(e), isOwn, (wish) => this.#fresh(wish)); // prettier-ignore
    const found: Record<string, string> = {};
    for (const { name, value } of lets) {
      const { expr, of } = this.#fit().of(value);
      found[name] = textOf(expr);
      this.#dimensions.set(name, of);
    }
    for (const make of this.#makers) make(texts);
    return found;
  }

  #form(form: Form, unit: Unit): Record<string, string> {
    const found: Record<string, string> = {};
    const units: Record<string, Unit> = { inf: unit, tau: "ms", alpha: "1/ms", beta: "1/ms", next: unit };
    for (const [key, expr] of Object.entries(form) as [string, Expr][]) this.#text(expr, units[key], (text) => (found[key] = text)); // prettier-ignore
    return found;
  }

  #states(
    { states }: Draft,
    units: ReadonlyMap<string, Unit>,
    events: EventDraft | undefined,
  ): Record<string, State | ReceptorState> {
    // prettier-ignore
    const found: Record<string, Record<string, string>> = {};
    const point = this.#context.program.kind === "point";
    for (const { state, form, init } of states) {
      const unit = units.get(state) as Unit;
      const start = init === undefined ? undefined : this.#final(init);
      const isZero = start?.kind === "number" && start.value === 0;
      const decays = point && "inf" in form && form.inf.kind === "number" && form.inf.value === 0 && (init === undefined || isZero) && events?.onEvent.has(state) === true; // prettier-ignore
      const text = decays ? this.#form({ tau: (form as { tau: Expr }).tau } as never, unit) : this.#form(form, unit);
      if (start !== undefined && !decays) this.#finalText(start, unit, (t) => (text["init"] = t));
      const usual: Unit = point ? (events?.weightUnit ?? "uS") : this.#isIonState(this.#own(state)) ? "mM" : "1";
      if (unit !== usual) text["unit"] = unit;
      found[this.#own(state)] = text;
    }
    return found as unknown as Record<string, State>;
  }

  #kinetics({ schemes }: Draft): Record<string, Kinetics> {
    return Object.fromEntries(
      schemes.map(({ name, states, reactions, total, init }): [string, Kinetics] => {
        const starts: Record<string, string> = {};
        if (init !== undefined) init.forEach((e, k) => this.#text(e, "1", (t) => (starts[this.#own(states[k] as string)] = t))); // prettier-ignore
        const written = reactions.map(({ from, to, forward, backward }) => {
          const one: Record<string, string> = { from: this.#own(from), to: this.#own(to) };
          this.#text(forward, "1/ms", (t) => (one["forward"] = t));
          if (!(backward.kind === "number" && backward.value === 0)) this.#text(backward, "1/ms", (t) => (one["backward"] = t)); // prettier-ignore
          return one as unknown as Kinetics["reactions"][number];
        });
        return [this.#fresh(name), { states: states.map((x) => this.#own(x)), reactions: written, ...(total === undefined || total === 1 ? {} : { total }), ...(init === undefined ? {} : { init: starts }) } as Kinetics]; // prettier-ignore
      }),
    );
  }

  #flow(i: Expr, [g, unit]: readonly [Unit, Unit]): Record<string, string> {
    const parts = splitCurrent(this.#context.symbols, this.#final(i));
    const found: Record<string, string> = {};
    const bends = "E" in parts ? this.#context.symbols.reads(parts.g).has("V") : linear(this.#context.symbols, parts.i, "V") === undefined; // prettier-ignore
    if ("E" in parts) {
      this.#finalText(parts.g, g, (t) => (found["g"] = t));
      this.#finalText(parts.E, "mV", (t) => (found["E"] = t));
    } else this.#finalText(parts.i, unit, (t) => (found["i"] = t));
    if (bends) this.#makers.push(() => (found["slope"] = "difference"));
    return found;
  }

  #currents({ currents }: Draft): Record<string, Current> {
    const found: Record<string, Current> = {};
    for (const { name, ion, i } of currents) {
      const wish = name.startsWith("i") && name.length > 1 ? name.slice(1) : this.#context.program.name;
      const own = this.#fresh(wish.replace(/^_+/, ""));
      found[own] = Object.assign(this.#flow(i, ["S/cm2", "mA/cm2"]), ion === undefined ? {} : { ion }) as unknown as Current; // prettier-ignore
    }
    return found;
  }

  #point({ currents }: Draft, events: EventDraft | undefined): PointParts {
    const { symbols: s } = this.#context;
    const total = currents.map((c) => c.i).reduce((a, b) => s.add(a, b), s.number(0));
    const flow = this.#flow(total, ["uS", "nA"]);
    const onEvent: Record<string, EventEffect> = {};
    const weight = events?.weightUnit ?? "uS";
    this.#dimensions.set("w", dimension(weight));
    for (const [state, effect] of events?.onEvent ?? []) {
      const unit = this.#dimensions.get(this.#own(state)) as Dimension;
      const own = this.#own(state);
      onEvent[own] = "";
      if ("set" in effect) this.#text(effect.set, unit, (t) => (onEvent[own] = { set: t }));
      else this.#text(effect.add, unit, (t) => (onEvent[own] = t));
    }
    return { flow, onEvent, weight };
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
    const around: Surroundings = { given, computed: new Set(), pools: new Set() };
    try {
      checkMechanism(`${program.file}, ${made.name}`, made, around);
    } catch (error) {
      if (!(error instanceof HillockError)) throw error;
      lexer.fail(program.nameAt, `makes a mechanism that the language does not take: ${error.where}: ${error.problem}`, error.remedy); // prettier-ignore
    }
    return made;
  }
}

function aliasesOf({ program, variables }: Context, { advanced, currents }: Phases): Map<string, string> {
  const found = new Map<string, string>();
  for (const { ion, write } of program.ions) {
    const value = advanced.get(`${ion}i`) ?? currents.get(`${ion}i`);
    if (!write.includes(`${ion}i`) || value?.kind !== "name") continue;
    const state = staleName(value.name);
    if (variables.find(state)?.kind === "state") found.set(state, `${ion}i`);
  }
  return found;
}

interface PointParts {
  readonly flow: Record<string, string>;
  readonly onEvent: Record<string, EventEffect>;
  readonly weight: Unit;
}

/** A value in another unit, without the digits that the factor's own rounding adds. */
const scaled = (value: number, factor: number): number =>
  factor === 1 ? value : Number((value * factor).toPrecision(15));

const docOf = (comment: string | undefined, unit: string | undefined, name: string): string => {
  const said = comment === undefined || comment === "" ? name : comment;
  return unit === undefined ? said : `${said} (${unit})`;
};
export { DataError, exprsOf, mapForm };
