import { MOST_SEGMENTS } from "../../network/check-cell.ts";
import { DataError, didYouMean } from "../../errors.ts";
import type { Param } from "../../mechanisms/mechanism.ts";
import { arcs } from "../../morphology/frusta.ts";
import type { CellModel, Insertion, ReceptorSpec, SectionSpec } from "../../network/cell.ts";
import { degC, mV, ohm_cm, type Quantity, uF_per_cm2, um } from "../../units.ts";
import { scaled } from "../nmodl/writing/writer.ts";
import { swc, type SwcSection } from "../swc/sections.ts";
import { processed, type ShortAxon } from "./axons.ts";
import type { Components, KnownMechanism } from "./components.ts";
import { brief, type Fields, textOf } from "./config.ts";
import { type Fit, fitOf, type Fitted } from "./fit.ts";
import { type Compartment, compartmentsOf, type DrawnPlaces, kindOf } from "./places.ts";

/** Cells of a morphology and a fit of the Allen Cell Types Database (its JSON or NeuroML), whose reconstructed axon stays or gives way to two sections. */

/** A kind of cell that nodes of one type are. */
export interface Biophysical {
  readonly cell: Omit<CellModel, "receptors">;
  /** Sections by `sec_id`, in BMTK's order of the processed cell: soma, dend, apic, axon; with the file's axon as in the file. */
  readonly processed: readonly string[];
  readonly compartments: readonly Compartment[];
  /** Counts of compartments by section. */
  readonly nsegs: ReadonlyMap<string, number>;
  /** Sections by `afferent_section_id`, in the order of SONATA's guide: soma, the file's axon (undefined: it is replaced), dend, apic. */
  readonly inFile: readonly (string | undefined)[];
  /** Where edges end, by what makes them one: those of one compartment and the same parameters. Filled as edges are read. */
  readonly receptors: Map<string, ReceptorSpec>;
  /** Places that edges draw from, by the texts that say which. Filled as receptors are. */
  readonly drawn: Map<string, DrawnPlaces>;
}

/** What a simulation says of all its cells. */
export interface Run {
  readonly celsius: number | undefined;
  /** mV */
  readonly vInit: number | undefined;
  /** half the longest compartment, um. */
  readonly dL: number;
  /** mV */
  readonly threshold: number;
}

/** What of a simulation config is of its cells; its conditions go before those of a fit.
 * Defaults of `run` are BMTK's: dL 20 um, spike_threshold -15 mV. */
export function runOf(config: Fields, run: Fields | undefined): Run {
  const conditions = config.fields("conditions");
  const dL = run?.number("dL") ?? 20;
  if (!(dL > 0)) throw new DataError(`${config.where}, run, dL`, `is ${dL}`, "Give a length in um above 0");
  return { celsius: conditions?.number("celsius"), vInit: conditions?.number("v_init"), dL, threshold: run?.number("spike_threshold") ?? -15 }; // prettier-ignore
}

/** @throws DataError for other templates and processings, with what is missing */
export function biophysical(where: string, type: ReadonlyMap<string, string>, files: Components, run: Run): Biophysical {
  const template = type.get("model_template") ?? "";
  const neuroml = /^nml:(.+)$/.exec(template)?.[1];
  if (neuroml === undefined && !/^(?:ctdb:)?Biophys1(?:\.hoc)?$/.test(template)) throw new DataError(where, `has the model_template "${template.slice(0, 60)}"`, "Of biophysical cells hillock takes ctdb:Biophys1.hoc and nml:<file>; other templates are programs");
  const named = (key: string): string => {
    const name = type.get(key);
    if (name !== undefined) return name;
    throw new DataError(where, `has no ${key}`, "Give the name of its file in the table of node types");
  };
  const path = files.folder("morphologies_dir") + named("morphology").replace(/(?:\.swc)?$/, ".swc");
  const processing = type.get("model_processing") ?? (neuroml === undefined ? "fullaxon" : "aibs_perisomatic"); // as SONATA's guide and BMTK have it
  const { soma, kept, axon, inFile } = processed(where, processing, path, swc(textOf(files.source, path), path));
  const fit = neuroml === undefined ? fitOf(files.json("biophysical_neuron_models_dir", named("dynamics_params")), files.notes) : files.neuroml(neuroml);
  const said = (value: number | undefined, key: string): number => {
    if (value !== undefined) return value;
    throw new DataError(fit.where, `does not say ${key}`, `Give ${key} in the simulation's conditions`);
  };
  const sections = [...kept.map((s) => sectionOf(s, fit, run)), ...(axon === undefined ? [] : newAxon(soma.name, axon, fit, run))];
  const kinds = new Map<string, string[]>();
  for (const { name } of sections) kinds.set(kindOf(name), [...(kinds.get(kindOf(name)) ?? []), name]);
  const cell = {
    model: "Biophys1",
    sections,
    ...membrane(fit, kinds, files),
    detector: { section: soma.name, at: 0.5, threshold: mV(run.threshold) },
    V0: mV(said(run.vInit ?? fit.vInit, "v_init")),
    celsius: degC(said(run.celsius ?? fit.celsius, "celsius")),
  };
  return { cell, processed: sections.map(({ name }) => name), compartments: compartmentsOf(sections), nsegs: new Map(sections.map(({ name, nseg = 1 }) => [name, nseg])), inFile, receptors: new Map(), drawn: new Map() };
} // prettier-ignore

/** BMTK's count of compartments. @throws DataError for more than a section may have */
function nsegOf(L: number, { dL }: Run): number {
  const nseg = 1 + 2 * Math.trunc(L / (2 * dL));
  if (nseg <= MOST_SEGMENTS) return nseg;
  throw new DataError("run, dL", `is ${dL} um, which cuts a section of ${L.toPrecision(4)} um into ${nseg} compartments`, `Give a length by which there are at most ${MOST_SEGMENTS}`); // prettier-ignore
}

const sectionOf = ({ name, kind, points, parent, parentEnd }: SwcSection, fit: Fit, run: Run): SectionSpec => ({
  name,
  points,
  Ra: ohm_cm(fit.ra(kind)),
  cm: uF_per_cm2(fit.cm(kind)),
  nseg: nsegOf(arcs(points).at(-1) as number, run),
  ...(parent === undefined ? {} : { parent, parentEnd: parentEnd ?? 1 }),
});

function newAxon(soma: string, { at, diams }: ShortAxon, fit: Fit, run: Run): SectionSpec[] {
  const own = { L: um(30), Ra: ohm_cm(fit.ra("axon")), cm: uF_per_cm2(fit.cm("axon")), nseg: nsegOf(30, run) };
  return [{ name: "axon_0", parent: soma, parentEnd: at, diam: um(diams[0]), ...own }, { name: "axon_1", parent: "axon_0", diam: um(diams[1]), ...own }]; // prettier-ignore
}

/** Mechanisms of each kind of section, and the reversal potentials that they read. */
function membrane(fit: Fit, kinds: ReadonlyMap<string, readonly string[]>, files: Components): Pick<CellModel, "insertions" | "reversals"> {
  const insertions: Insertion[] = [];
  const reversals: Record<string, Quantity<"mV">> = {};
  const nernst = new Map<string, number>();
  for (const [kind, sections] of kinds) {
    for (const [name, fitted] of fit.mechanisms(kind)) {
      const { where, values, canonical } = fitted;
      const known = files.mechanism(where, name);
      const { mechanism, reads, renamed, scale } = known;
      const nameOf = (key: string): string => (Object.hasOwn(renamed, key) ? (renamed[key] as string) : key);
      const params = [...values, ...taken(fitted, known, nernst, files.notes)].map(([key, value]) => {
        const param = nameOf(key);
        if (!Object.hasOwn(mechanism.params, param)) throw new DataError(where, `gives ${key.slice(0, 60)} of ${name}, which has no such parameter`, didYouMean(key.slice(0, 60), Object.keys(mechanism.params)));
        const { unit } = mechanism.params[param] as { unit: Quantity["unit"] };
        return [param, { value: scaled(value, canonical === true ? 1 : (scale[param] ?? 1)), unit }] as const;
      });
      insertions.push({ sections, mechanism, params: Object.fromEntries(params) });
      for (const ion of ["na", "k"].filter((one) => reads.includes(`e${one}`))) {
        const E = fit.reversal(kind, ion, name);
        const other = reversals[ion]?.value ?? E;
        if (E !== other) throw new DataError(`${fit.where}, conditions[0], erev`, `gives e${ion} as ${brief(other)} and ${brief(E)} mV`, "Give one for all sections: a cell of hillock's has one");
        reversals[ion] = mV(E);
      }
    }
  }
  return { insertions, reversals };
} // prettier-ignore

/** Of values that BMTK does not read, those that a mechanism has a parameter for. Where that makes another cell than BMTK's it is said, as is
 * what has no parameter.
 * @param nernst  by name, potentials (mV) that files give and Nernst's equation decides; filled
 * @throws DataError where they differ for one ion */
function taken({ offered }: Fitted, { mechanism, reads }: KnownMechanism, nernst: Map<string, number>, notes: string[]): [string, number][] {
  return [...(offered?.values() ?? [])].flatMap(({ where, names, value }): [string, number][] => {
    const [name] = names;
    if (reads.includes(name)) {
      if (["ena", "ek"].includes(name)) return []; // the cell's
      const other = nernst.get(name) ?? value;
      if (other !== value) throw new DataError(where, `gives ${name} as ${value} mV, and another density as ${other} mV`, "Give one erev for all densities of an ion");
      nernst.set(name, value);
    }
    const key = reads.includes(name) ? undefined : names.find((one) => Object.hasOwn(mechanism.params, one));
    if (key === undefined) {
      notes.push(`${where}: is not applied, as in BMTK: ${mechanism.name} ${reads.includes(name) ? `reads ${name}, which follows Nernst's equation` : `has no parameter ${names.join(" or ")}`}`);
      return [];
    }
    const { value: usual, unit } = (mechanism.params[key] as Param).default;
    if (value !== usual) notes.push(`${where}: ${key} of ${mechanism.name} is ${value} ${unit}, where BMTK, which does not read it, leaves ${usual} ${unit}`);
    return [[key, value]];
  });
} // prettier-ignore
