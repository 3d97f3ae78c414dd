import { DataError } from "../../errors.ts";
import { scaled } from "../nmodl/writing/writer.ts";
import { elementsOf, type XmlElement } from "../xml.ts";
import type { Fit, Fitted, Offered } from "./fit.ts";

/** The membrane of a cell in NeuroML 2, as the Allen Institute exports its fits: densities by kind of section, each of a mechanism that a
 * .mod file has. Its morphology is the SWC file's. */

/** Kinds of sections by `segmentGroup`; those of no group are everywhere. */
const GROUPS: ReadonlyMap<string, readonly string[]> = new Map([
  ...[["soma", "soma", "somatic"], ["axon", "axon", "axonal"], ["dend", "dend", "basal", "dendritic"], ["apic", "apic", "apical"]].flatMap(
    ([kind, ...words]) => words.map((word): [string, string[]] => [word, [kind as string]]),
  ),
  ["all", ["soma", "axon", "dend", "apic"]],
]); // prettier-ignore

/** By NeuroML's units: what is measured, and the factor to hillock's unit of it. */
const UNITS: ReadonlyMap<string, readonly [string, number]> = new Map([
  ["S_per_cm2", ["density", 1]], ["mS_per_cm2", ["density", 1e-3]], ["S_per_m2", ["density", 1e-4]],
  ["mV", ["voltage", 1]], ["V", ["voltage", 1e3]],
  ["uF_per_cm2", ["capacitance", 1]], ["F_per_m2", ["capacitance", 100]],
  ["ohm_cm", ["resistivity", 1]], ["ohm_m", ["resistivity", 100]], ["kohm_cm", ["resistivity", 1e3]],
  ["ms", ["time", 1]], ["s", ["time", 1e3]],
  ["um", ["length", 1]], ["cm", ["length", 1e4]], ["m", ["length", 1e6]],
  ["mM", ["concentration", 1]], ["mol_per_m3", ["concentration", 1]], ["M", ["concentration", 1e3]],
  ["", ["number", 1]],
]); // prettier-ignore

/** What holds no property of the membrane: read over without a word. */
const AROUND = new Set(["neuroml", "cell", "notes", "biophysicalProperties", "membraneProperties", "intracellularProperties"]); // prettier-ignore

interface Of {
  readonly where: string;
  readonly name: string;
  readonly kinds: readonly string[];
  text(key: string): string;
  /** In hillock's unit; undefined where it is not there. */
  quantity(key: string, of: string): number | undefined;
  given(key: string, of: string): number;
}

function read(file: string, { name, attributes, line }: XmlElement): Of {
  const where = `${file}, line ${line}, ${name}`;
  const group = attributes.get("segmentGroup") ?? "all";
  const text = (key: string): string => {
    const found = attributes.get(key);
    if (found !== undefined) return found;
    throw new DataError(`${where}, ${key}`, "is missing", "Give the attribute");
  };
  const quantity = (key: string, of: string): number | undefined => {
    const found = attributes.get(key);
    if (found === undefined) return undefined;
    const [, number = "", unit = ""] = /^\s*([-+.\deE]{1,60})\s*([A-Za-z_]\w{0,30})?\s*$/.exec(found) ?? [];
    const [measures, factor] = UNITS.get(unit) ?? ["", NaN];
    if (measures === of && number !== "" && Number.isFinite(Number(number))) return scaled(Number(number), factor);
    const units = [...UNITS].flatMap(([known, [what]]) => (what === of ? [known] : []));
    throw new DataError(`${where}, ${key}`, `is "${found.slice(0, 60)}"`, of === "number" ? "Give a number" : `Give a number of ${units.join(", ")}`); // prettier-ignore
  };
  const given = (key: string, of: string): number => quantity(key, of) ?? Number(text(key));
  return { where, name, kinds: GROUPS.get(group.toLowerCase()) ?? [], text, quantity, given };
}

/** @throws DataError with the line, for what is not well formed or says of the membrane what hillock does not take */
export function neuromlFit(file: string, text: string, notes: string[]): Fit {
  const all = elementsOf(file, text).map((element) => read(file, element));
  const of = (...names: string[]): Of[] => all.filter(({ name }) => names.includes(name));
  const densities = of("channelDensity", "channelDensityNernst");
  const pools = of("concentrationModel");
  const [resistivities, capacitances] = [of("resistivity"), of("specificCapacitance")];
  const [v0] = of("initMembPotential");
  const used = new Set([...densities, ...pools, ...resistivities, ...capacitances]);
  const homeless = [...used].find(({ kinds }) => kinds.length === 0);
  if (homeless !== undefined) throw new DataError(`${homeless.where}, segmentGroup`, `is "${homeless.text("segmentGroup").slice(0, 60)}"`, `Give ${[...GROUPS.keys()].join(", ")}`);
  const other = all.find((one) => /^(?:channel|variableParameter|inhomogeneous)/.test(one.name) && !used.has(one));
  if (other !== undefined) throw new DataError(other.where, "is a property of the membrane that hillock does not read", "Give channelDensity or channelDensityNernst of groups of segments");
  if (densities.length === 0) throw new DataError(file, "has no channelDensity", "Give a cell of NeuroML 2 with biophysicalProperties");
  const left = new Set(all.filter((one) => !AROUND.has(one.name) && !used.has(one) && one !== v0).map(({ name }) => name));
  if (left.size > 0) notes.push(`${file}: ${[...left].slice(0, 8).join(", ")} not read`);
  const property = (from: readonly Of[], what: string, unit: string) => (kind: string): number => {
    const found = from.findLast(({ kinds }) => kinds.includes(kind));
    if (found !== undefined) return found.given("value", unit);
    throw new DataError(file, `has no ${what} of ${kind}`, `Add <${what} segmentGroup="${kind}" value="..."/>`);
  };
  return {
    where: file,
    ra: property(resistivities, "resistivity", "resistivity"),
    cm: property(capacitances, "specificCapacitance", "capacitance"),
    celsius: undefined,
    vInit: v0?.given("value", "voltage"),
    mechanisms: (kind) => mechanismsOf([...densities, ...pools].filter(({ kinds }) => kinds.includes(kind))),
    reversal: (kind, ion, mechanism) => {
      const found = densities.filter((one) => one.kinds.includes(kind) && one.text("ion") === ion).flatMap((one) => one.quantity("erev", "voltage") ?? []);
      const [first] = found;
      if (first !== undefined && found.every((one) => one === first)) return first;
      throw new DataError(file, first === undefined ? `has no erev of ${ion} in ${kind}, where ${mechanism} reads e${ion}` : `gives e${ion} of ${kind} as ${found.slice(0, 4).join(" and ")} mV`, "Give one erev for all densities of an ion");
    },
  };
} // prettier-ignore

/** Mechanisms of one kind of section. Parameters are named by the id of a density (`gbar_Im` of `Im`). */
function mechanismsOf(entries: readonly Of[]): Map<string, Fitted> {
  const found = new Map<string, { where: string; canonical: true; values: Map<string, number>; offered: Map<string, Offered> }>();
  for (const entry of entries) {
    const pool = entry.name === "concentrationModel";
    const mechanism = entry.text(pool ? "type" : "ionChannel");
    const made = found.get(mechanism) ?? { where: entry.where, canonical: true, values: new Map(), offered: new Map() };
    found.set(mechanism, made);
    const offer = (key: string, of: string, ...names: Offered["names"]): void => {
      const value = entry.quantity(key, of);
      if (value !== undefined) made.offered.set(key, { where: `${entry.where}, ${key}`, names, value });
    };
    if (pool) {
      made.values.set("gamma", entry.given("gamma", "number")).set("decay", entry.given("decay", "time"));
      offer("depth", "length", "depth");
      offer("minCai", "concentration", "minCai");
      continue;
    }
    const id = entry.text("id");
    if (mechanism === "pas") made.values.set("e", entry.given("erev", "voltage"));
    else offer("erev", "voltage", `e${entry.text("ion")}`, "e");
    if (mechanism !== "pas" && !id.endsWith(`_${mechanism}`)) throw new DataError(`${entry.where}, id`, `is "${id.slice(0, 60)}", no parameter of ${mechanism.slice(0, 60)}`, `Write it as gbar_${mechanism.slice(0, 60)}, the parameter before the mechanism`);
    made.values.set(mechanism === "pas" ? "g" : id.slice(0, -mechanism.length - 1), entry.given("condDensity", "density"));
  }
  return found;
} // prettier-ignore
