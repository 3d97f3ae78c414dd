import { DataError } from "../../errors.ts";
import type { Fields } from "./config.ts";

/** A fit of the Allen Cell Types Database: passive properties, conditions, and the genome, which says of each kind of section (soma, axon,
 * dend, apic) what is inserted, with parameters in the units of its .mod file. */
export interface Fit {
  readonly where: string;
  /** ohm cm. @throws DataError where it is not given, as the next */
  ra(kind: string): number;
  /** degC, as the next undefined where the file does not say it. */
  readonly celsius: number | undefined;
  readonly vInit: number | undefined; // mV
  /** uF/cm2. */
  cm(kind: string): number;
  /** Parameters by mechanism.
   * @throws DataError where its potential is not given */
  mechanisms(kind: string): ReadonlyMap<string, Fitted>;
  /** mV. @throws DataError where it is not given for a mechanism */
  reversal(kind: string, ion: string, mechanism: string): number;
}

export interface Fitted {
  /** its first entry. */
  readonly where: string;
  readonly values: ReadonlyMap<string, number>;
  /** Values are in hillock's units, not in those of the .mod file. */
  readonly canonical?: true;
  /** By attribute, values that BMTK does not read. */
  readonly offered?: ReadonlyMap<string, Offered>;
}

/** A value for the first of some parameters that the mechanism has, if it has one. */
export interface Offered {
  readonly where: string;
  readonly names: readonly [string, ...string[]];
  /** in hillock's unit. */
  readonly value: number;
}

export function fitOf(file: Fields, notes: string[]): Fit {
  const only = (key: string): Fields => {
    const [first, second] = file.list(key);
    if (first !== undefined && second === undefined) return first;
    throw new DataError(file.at(key), first === undefined ? "is missing" : "has several entries", "Give a list of one object");
  };
  const [passive, conditions] = [only("passive"), only("conditions")];
  const cm = new Map(passive.list("cm").map((entry) => [text(entry, "section"), number(entry, "cm")]));
  const erev = new Map(conditions.list("erev").map((entry) => [text(entry, "section"), entry]));
  const [ra, ePas] = [passive.numeric("ra"), passive.numeric("e_pas")];
  const [genome, global] = partition(file.list("genome"), (entry) => text(entry, "section") !== "glob");
  const ofSections = sectionValues(genome);
  const missing = (fields: Fields, key: string, what: string, remedy: string): never => {
    throw new DataError(fields.at(key), what, remedy);
  };
  for (const entry of genome) if (!KINDS.has(text(entry, "section"))) throw new DataError(entry.at("section"), `is "${text(entry, "section").slice(0, 60)}"`, `Give ${[...KINDS].join(", ")}`);
  if (global.length > 0) notes.push(`${file.where}: ${global.length} entries of the section glob are not read, as BMTK does not`);
  for (const key of ["fitting", "axon_morph"]) file.get(key);
  const left = [file, passive].flatMap((fields) => fields.left().map((key) => fields.at(key)));
  if (left.length > 0) notes.push(`${left.slice(0, 8).join("; ")}: not read`);
  return {
    where: file.where,
    ra: (kind) => ofSections(kind, "Ra") ?? ra ?? missing(passive, "ra", "is missing", "Give a number"),
    celsius: number(conditions, "celsius"),
    vInit: number(conditions, "v_init"),
    cm: (kind) => ofSections(kind, "cm") ?? cm.get(kind) ?? missing(passive, "cm", `has none of ${kind}`, `Add { "section": "${kind}", "cm": ... }`),
    mechanisms: (kind) => {
      const found = ofKind(genome.filter((entry) => entry.text("section") === kind), { where: passive.where, values: new Map(ePas === undefined ? [] : [["e", ePas]]) });
      return found.get("pas")?.values.has("e") === true ? found : missing(passive, "e_pas", "is missing", `Give a number, or e_pas of ${kind} in the genome`);
    },
    reversal: (kind, ion, mechanism) => {
      const [entry, own] = [erev.get(kind), ofSections(kind, `e${ion}`)];
      if (entry !== undefined && (own === undefined || entry.get(`e${ion}`) !== undefined)) return number(entry, `e${ion}`);
      return own ?? missing(conditions, "erev", `has none of ${kind}, where ${mechanism} reads e${ion}`, `Add { "section": "${kind}", "ena": ..., "ek": ... }`);
    },
  };
} // prettier-ignore

function partition<T>(all: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}

const KINDS = new Set(["soma", "axon", "dend", "apic"]);

/** What a genome says of sections themselves, as fits of all-active cells do. */
const OF_SECTION = new Set(["Ra", "cm", "ena", "ek"]);

/** The last value that a genome gives for a kind of section. */
function sectionValues(genome: readonly Fields[]): (kind: string, name: string) => number | undefined {
  const found = new Map<string, number>();
  for (const entry of genome)
    if (OF_SECTION.has(text(entry, "name"))) found.set(`${text(entry, "section")} ${text(entry, "name")}`, number(entry, "value")); // prettier-ignore
  return (kind, name) => found.get(`${kind} ${name}`);
}

/** An entry without a mechanism is of one that is inserted anyhow: g_pas. */
function ofKind(genome: readonly Fields[], pas: Fitted): Map<string, Fitted> {
  const found = new Map<string, { where: string; values: Map<string, number> }>();
  found.set("pas", { where: pas.where, values: new Map(pas.values) });
  for (const entry of genome) {
    const mechanism = entry.text("mechanism") ?? "";
    if (mechanism !== "" && !found.has(mechanism)) found.set(mechanism, { where: entry.where, values: new Map() });
  }
  for (const entry of genome) {
    if (OF_SECTION.has(text(entry, "name"))) continue;
    const [name, given] = [text(entry, "name"), entry.text("mechanism") ?? ""];
    const mechanism = given === "" ? [...found.keys()].find((one) => name.endsWith(`_${one}`)) : given;
    if (mechanism === undefined || !name.endsWith(`_${mechanism}`)) throw new DataError(entry.at("name"), `is "${name.slice(0, 60)}", no parameter of ${given === "" ? "a mechanism that is inserted there" : given.slice(0, 60)}`, "Write it as gbar_Ih, the parameter before the mechanism"); // prettier-ignore
    found.get(mechanism)?.values.set(name.slice(0, -mechanism.length - 1), number(entry, "value"));
  }
  return found;
}

function text(entry: Fields, key: string): string {
  const found = entry.text(key);
  if (found !== undefined) return found;
  throw new DataError(entry.at(key), "is missing", "Give a text");
}

function number(entry: Fields, key: string): number {
  const found = entry.numeric(key);
  if (found !== undefined) return found;
  throw new DataError(entry.at(key), "is missing", "Give a number");
}
