import type { Expr } from "../../../lang/expr.ts";
import { type Dimension, dimension } from "../../../lang/units.ts";
import { nameFault } from "../../../lang/words.ts";
import type { Param } from "../../../mechanisms/mechanism.ts";
import type { Unit } from "../../../units.ts";
import { Fit } from "../units/fit.ts";
import { withLets } from "./lets.ts";
import type { Context } from "../running/context.ts";
import { failBarred, isBarred } from "../running/barred.ts";
import { ruleOut } from "../running/fixing.ts";
import { isDraw, isNormal, isStart } from "../running/random.ts";
import { textOf } from "../../../lang/symbolic/text.ts";
import { tidy } from "../../../lang/symbolic/tidy.ts";
import { type UnitTable, unitOf } from "../units/units.ts";

/** NEURON's concentrations inside where no script gives others, mM. */
export const INSIDE: ReadonlyMap<string, number> = new Map([["na", 10], ["k", 54.4], ["ca", 5e-5]]); // prettier-ignore

/** What a cell gives by these names, so that a mechanism's own variable of such a name takes another. */
const GIVEN: ReadonlySet<string> = new Set(["na", "k", "ca"].flatMap((ion) => [`e${ion}`, `${ion}i`, `${ion}o`]));

/** Names, parameters and texts of one mechanism that is written: names that the language takes, parameters in hillock's units as they are
 * met, units that fit, `let` for what is named or repeated. */
export class Writer {
  readonly params = new Map<string, Param>();
  /** from a parameter's unit in the file to its own, where they differ. */
  readonly scale = new Map<string, number>();
  readonly dimensions = new Map<string, Dimension>();
  /** run when all texts are known. */
  readonly makers: ((texts: readonly Expr[]) => void)[] = [];
  readonly #context: Context;
  readonly #units: UnitTable;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #names = new Map<string, Expr>();
  readonly #taken = new Set<string>(["V", "dt", "celsius", "diam", "area", "w"]);
  readonly #roots: Expr[] = [];
  readonly #neat = new Map<Expr, Expr>();
  readonly #drawn = new Map<string, number>();
  #fitted: Fit | undefined;

  /** @param aliases  other names of states */
  constructor(context: Context, units: UnitTable, aliases: ReadonlyMap<string, string> = new Map()) {
    this.#context = context;
    this.#units = units;
    this.#aliases = aliases;
    this.dimensions.set("V", dimension("mV")).set("dt", dimension("ms")).set("celsius", dimension("degC"));
    this.dimensions.set("diam", dimension("um")).set("area", [0, 0, 0, 2, 0, 0, 0]);
  }

  /** Lets a name stand for one that is decided elsewhere. */
  say(name: string, as: string, of: Unit): void {
    this.#names.set(name, this.#context.symbols.name(as));
    this.dimensions.set(as, dimension(of));
  }

  /** A name that is no more to be had. */
  take(name: string): void {
    this.#taken.add(name);
  }

  /** A name of the mechanism's own that the language takes.
   * @param wish  what it should be, where that is not the name itself */
  own(name: string, wish = name): string {
    const known = this.#names.get(name);
    if (known?.kind === "name") return known.name;
    const concentration = this.#aliases.get(name);
    const own = concentration ?? (this.isIonState(name) ? name : this.fresh(wish));
    this.#names.set(name, this.#context.symbols.name(own));
    return own;
  }

  isIonState = (name: string): boolean =>
    this.#context.program.ions.some(({ ion }) => name === `${ion}i` || name === `${ion}o`);

  fresh(wish: string): string {
    const plain = wish.replaceAll(/^_+|[^A-Za-z0-9_]/g, "") || "x";
    const base = GIVEN.has(plain) ? `${plain}_own` : plain;
    for (let k = 1; ; k++) {
      const name = k === 1 ? base : `${base}_${k}`;
      if (this.#taken.has(name) || nameFault(name) !== undefined) continue;
      this.#taken.add(name);
      return name;
    }
  }

  /** Parameters in the file's order. */
  inOrder(): Record<string, Param> {
    const places = new Map(this.#context.program.parameters.map((d, k) => [d.name, k]));
    const place = (name: string): number => places.get(name) ?? places.get(name.replace(/_(\d+|own)$/, "")) ?? Infinity;
    return Object.fromEntries([...this.params].sort(([a], [b]) => Math.min(place(a), 1e6) - Math.min(place(b), 1e6)));
  }

  /** With its names final and as a person would write it. */
  final(expr: Expr): Expr {
    const { symbols: s, labels } = this.#context;
    ruleOut(this.#context, expr);
    const done = new Map<Expr, Expr>();
    const renamed = s.replace(expr, (e) => (e.kind === "name" ? this.#named(e.name) : undefined), done);
    const carry = (from: Expr, to: Expr): void => {
      const label = labels.get(from);
      if (label !== undefined && !labels.has(to)) labels.set(to, label);
    };
    for (const [from, to] of done) carry(from, to);
    return tidy(s, renamed, this.#neat, carry);
  }

  /** Asks for the text of an expression; it is there when all are asked for, because `let` names are made of all together. */
  text(expr: Expr, unit: Unit | Dimension | undefined, into: (text: string) => void): void {
    this.finalText(this.final(expr), unit, into);
  }

  finalText(expr: Expr, unit: Unit | Dimension | undefined, into: (text: string) => void): void {
    const at = this.#roots.push(expr) - 1;
    this.makers.push((texts) => into(textOf(this.#fit().to(texts[at] as Expr, unit))));
  }

  /** Gives every text that was asked for to who asked. @returns `let` by name */
  write(): Record<string, string> {
    const { symbols: s, labels, variables } = this.#context;
    const isOwn = (label: string): boolean => variables.find(label) !== undefined;
    const { lets, texts } = withLets(s, this.#roots, (e) => labels.get(e), isOwn, (wish) => this.fresh(wish)); // prettier-ignore
    const found: Record<string, string> = {};
    for (const { name, value } of lets) {
      const { expr, of } = this.#fit().of(value);
      found[name] = textOf(expr);
      this.dimensions.set(name, of);
    }
    for (const make of this.makers) make(texts);
    return found;
  }

  #fit = (): Fit => (this.#fitted ??= new Fit(this.dimensions));

  /** A name of a finished expression in the language: parameters in hillock's units, with what turns them into the file's. */
  #named(name: string): Expr | undefined {
    const { symbols: s, variables, lexer, program } = this.#context;
    if (name === "V") return undefined;
    if (isDraw(name)) return this.#draw(name);
    if (isBarred(name)) return failBarred(this.#context, name);
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
    const own = this.fresh(plain);
    if (GIVEN.has(plain)) this.#context.notes.push(`${plain} is ${own}: a cell gives a ${plain} of its own`);
    const doc = docOf(declared.comment, found === undefined ? declared.unit : undefined, plain);
    const value = scaled(declared.value ?? 0, factor);
    this.params.set(own, { default: { value, unit }, unit, doc });
    if (factor !== 1) this.scale.set(own, factor);
    this.dimensions.set(own, dimension(unit));
    const expr = factor === 1 ? s.name(own) : s.mul(s.number(scaled(1, 1 / factor)), s.name(own));
    this.#names.set(name, expr);
    return expr;
  }

  /** The next of the step's draws. */
  #draw(name: string): Expr {
    const { symbols: s } = this.#context;
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const fn = isNormal(name) ? "draw_normal" : "draw_uniform";
    const key = `${fn} ${isStart(name) ? "start" : "step"}`; // those of initial values are numbers of their own
    const k = (this.#drawn.get(key) ?? 0) + 1;
    this.#drawn.set(key, k);
    const call = s.call(fn, s.number(k));
    this.#names.set(name, call);
    return call;
  }

  /** The concentration at the start, which NEURON's ion would give. */
  #startParam(state: string): Expr {
    const { symbols: s } = this.#context;
    const key = `${state}@start`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const own = this.fresh(`${state}0`);
    const value = INSIDE.get(state.slice(0, -1)) ?? 1;
    this.params.set(own, { default: { value, unit: "mM" }, unit: "mM", doc: "concentration at the start" });
    this.dimensions.set(own, dimension("mM"));
    this.#names.set(key, s.name(own));
    return s.name(own);
  }
}

/** A value in another unit, without the digits that the factor's own rounding adds. */
export const scaled = (value: number, factor: number): number =>
  factor === 1 ? value : Number((value * factor).toPrecision(15));

const docOf = (comment: string | undefined, unit: string | undefined, name: string): string => {
  const said = comment === undefined || comment === "" ? name : comment;
  return unit === undefined ? said : `${said} (${unit})`;
};
