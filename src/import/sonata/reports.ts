import { DataError } from "../../errors.ts";
import { unitOfLet } from "../../mechanisms/check-neuron.ts";
import { stateUnit } from "../../mechanisms/check.ts";
import { statesOf } from "../../mechanisms/mechanism.ts";
import type { Neuron } from "../../mechanisms/neuron.ts";
import type { AnyCells } from "../../network/handles.ts";
import type { Network } from "../../network/network.ts";
import { ms } from "../../units.ts";
import type { Biophysical } from "./biophysical.ts";
import { brief, type Fields, list } from "./config.ts";
import type { NodeSets } from "./nodes.ts";
import { isCell, isNeurons, type Part } from "./parts.ts";
import type { Outputs } from "./outputs.ts";
import { type Compartment, kindsNamed } from "./places.ts";

/** What a membrane report asks for. */
export interface SonataReport {
  readonly name: string;
  /** without a folder. */
  readonly file: string;
  /** of hillock. */
  readonly variable: string;
  readonly populations: readonly string[];
  /** What is sampled of each cell of a population, in the file's order. */
  readonly elements: readonly SonataElement[];
  /** ms, of the samples that are kept. */
  readonly from: number;
  readonly until: number;
}

/** A compartment of a report's cells. */
export interface SonataElement {
  readonly population: string;
  /** Name of the run's trace. */
  readonly trace: string;
  /** Its section, counted as `sec_id` counts; 0 of a neuron. */
  readonly id: number;
  /** Its middle on the section, 0 to 1. */
  readonly pos: number;
}

/** hillock's names of point neurons' variables. */
const VARIABLES: ReadonlyMap<string, string> = new Map([["V_m", "V"], ["v", "V"], ["V", "V"], ["w", "w"], ["U_m", "u"], ["g_ex", "g_ex"], ["g_in", "g_in"], ["I_syn_ex", "I_ex"], ["I_syn_in", "I_in"], ["threshold", "theta"], ["threshold_spike", "theta_s"], ["threshold_voltage", "theta_v"], ["ASCurrents_sum", "I_after"], ["I_syn", "I_syn"]]); // prettier-ignore
const MODULES = ["membrane_report", "multimeter_report", "multimeter", "compartment_report"];
const KNOWN = ["cells", "variable_name", "module", "sections", "compartments", "enabled", "dt", "start_time", "end_time", "file_name", "format", "type", "unit"]; // prettier-ignore

const TYPES = ["compartment", "membrane_report", "compartment_report"]; // writers repeat the module
const FORMATS = ["sonata", "hdf5", "h5"];

/** Elements that a report may have: their names are kept for the whole run. */
const MOST = 100_000;

export function reportsOf(net: Network, config: Fields, sets: NodeSets, parts: readonly Part[], notes: string[], outputs: Outputs, dt = 0.1): SonataReport[] {
  const counts = new Map<string, number>();
  /** Records, and gives the name that the trace will have. */
  const record = (part: Part, variable: string, cells: number[], every: number): string => {
    net.record(net.population(part.name) as AnyCells, variable, { cells, every: ms(every) });
    const count = (counts.get(`${part.name} ${variable}`) ?? 0) + 1;
    counts.set(`${part.name} ${variable}`, count);
    return count === 1 ? variable : `${variable}#${count}`;
  };
  return (config.fields("reports")?.enabled() ?? []).flatMap(([name, report]) => {
    const module = report.text("module") ?? "membrane_report";
    if (!MODULES.includes(module)) throw new DataError(report.at("module"), `is "${module.slice(0, 60)}"`, `hillock has membrane_report: set "enabled" to false where another is not needed`);
    const variable = report.text("variable_name") ?? "";
    const every = report.number("dt") ?? dt;
    const elements: SonataElement[] = [];
    const units: string[] = [];
    for (const part of parts.filter(isNeurons)) {
      const inside = new Set(sets.rows(report.at("cells"), report.get("cells"), part.nodes));
      const cells = part.rows.flatMap((row, index) => (inside.has(row) ? [index] : []));
      if (cells.length === 0) continue;
      const found = isCell(part.model) ? ofCell(report, variable, part.model) : ofNeuron(part.name, part.model.type.mechanism, variable);
      if (elements.length + found.length > MOST) throw new DataError(report.at("sections"), `asks for more than ${MOST} compartments`, "Take fewer sections, or compartments: center");
      units.push(...found.map(({ unit }) => unit));
      for (const { recorded, id, pos } of found) elements.push({ population: part.name, trace: record(part, recorded, cells, every), id, pos });
    }
    if (elements.length === 0) throw new DataError(report.where, `is of no neurons that have its variable "${variable.slice(0, 60)}"`, `Give other cells, or ${[...VARIABLES.keys()].join(", ")}, or of cells cai, m_NaV and the like`);
    const [from, until] = [report.number("start_time") ?? 0, report.number("end_time") ?? Infinity];
    if (!(until > from)) throw new DataError(report.at("end_time"), `is ${until} ms, not after start_time at ${from} ms`, "Give a time after it");
    for (const key of KNOWN) report.get(key);
    checkWritten(report, new Set(units));
    if (report.left().length > 0) notes.push(`${report.where}: ${list(report.left())} not read`);
    const file = outputs.claim(report.at("file_name"), report.text("file_name") ?? `${name}.h5`);
    return [{ name, file, variable: VARIABLES.get(variable) ?? variable, populations: [...new Set(elements.map((e) => e.population))], elements, from, until }];
  });
} // prettier-ignore

/** That a report wants what is written: the samples of compartments, in hillock's unit. */
function checkWritten(report: Fields, units: ReadonlySet<string>): void {
  const [type, format, unit] = [report.text("type"), report.text("format"), report.text("unit")];
  if (type !== undefined && !TYPES.includes(type)) throw new DataError(report.at("type"), `is "${type.slice(0, 60)}"`, 'hillock writes reports of compartments: give "compartment", or set "enabled" to false'); // prettier-ignore
  if (format !== undefined && !FORMATS.includes(format.toLowerCase())) throw new DataError(report.at("format"), `is "${format.slice(0, 60)}"`, 'hillock writes HDF5: give "SONATA", or leave format out'); // prettier-ignore
  const other = unit === undefined ? undefined : [...units].find((written) => written !== unit);
  if (other !== undefined) throw new DataError(report.at("unit"), `is ${brief(unit)}, where ${other} is written`, `Give "${other}", or leave unit out`); // prettier-ignore
}

interface Sampled {
  /** hillock's name of it. */
  readonly recorded: string;
  readonly unit: string;
  readonly id: number;
  readonly pos: number;
}

function ofNeuron(where: string, neuron: Neuron, variable: string): Sampled[] {
  const own = VARIABLES.get(variable);
  if (own === undefined) return [];
  if (Object.hasOwn(neuron.states, own)) return [{ recorded: own, unit: neuron.states[own]?.unit ?? "1", id: 0, pos: 0.5 }]; // prettier-ignore
  return Object.hasOwn(neuron.let ?? {}, own)
    ? [{ recorded: own, unit: unitOfLet(where, neuron, own), id: 0, pos: 0.5 }]
    : [];
}

/** Of the compartments that have it: the potential, a concentration that a pool keeps, or a state by NEURON's name (`m_NaV`). */
function ofCell(report: Fields, variable: string, { cell, compartments }: Biophysical): Sampled[] {
  const word = report.text("sections") ?? "soma";
  const kinds = new Set(kindsNamed(report.at("sections"), word));
  const which = report.text("compartments") ?? (kinds.size === 1 && kinds.has("soma") ? "center" : "all");
  if (which !== "center" && which !== "all") throw new DataError(report.at("compartments"), `is ${brief(which)}`, "Give center or all"); // prettier-ignore
  const chosen = compartments.filter(({ kind, middle }) => kinds.has(kind) && (which === "all" || middle));
  const soma = compartments[0]?.section;
  return chosen.flatMap(({ section, id, x, middle }: Compartment) => {
    if (VARIABLES.get(variable) === "V") return [{ recorded: section === soma && middle ? "V" : `${section}(${x}).V`, unit: "mV", id, pos: x }]; // prettier-ignore
    const found = stateIn(cell, section, variable);
    return found === undefined ? [] : [{ recorded: `${section}(${x}).${found.state}`, unit: found.unit, id, pos: x }];
  });
}

function stateIn(
  { insertions = [] }: Biophysical["cell"],
  section: string,
  variable: string,
): { readonly state: string; readonly unit: string } | undefined {
  for (const { sections, mechanism, as = mechanism.name } of insertions) {
    if (!sections.includes(section)) continue;
    const states = statesOf(mechanism);
    if (mechanism.kind === "pool" && states.includes(variable))
      return { state: `${as}.${variable}`, unit: stateUnit(mechanism, variable) };
    const state = variable.endsWith(`_${mechanism.name}`) ? variable.slice(0, -mechanism.name.length - 1) : "";
    if (states.includes(state)) return { state: `${as}.${state}`, unit: stateUnit(mechanism, state) };
  }
  return undefined;
}
