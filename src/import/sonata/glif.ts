import { DataError } from "../../errors.ts";
import { glifOf } from "../../mechanisms/neurons/glif.ts";
import type { NeuronOptions, NeuronType } from "../../mechanisms/neuron.ts";
import type { Given, Unit } from "../../units.ts";
import type { Components } from "./components.ts";
import { brief, Fields } from "./config.ts";
import { given, NodeParams } from "./node-params.ts";
import type { Rows } from "./nodes.ts";

/** The Allen Institute's GLIF neurons with currents of alpha shape by port, as NEST's glif_psc has them (its names, units and defaults; Teeter
 * et al. 2018) and as the templates of the module before it are named, whose files are those of the Allen Cell Types Database. */

/** A part of such neurons. */
export interface Glif {
  readonly type: NeuronType;
  readonly options: NeuronOptions;
  /** Ports of a node, by its row. */
  readonly ports: ReadonlyMap<number, number>;
}

/** What a model has beyond a leak: reset rules, currents after a spike, a threshold that follows the voltage. */
interface Level {
  readonly resets: boolean;
  readonly currents: boolean;
  readonly adapts: boolean;
}
const level = (resets: boolean, currents: boolean, adapts = false): Level => ({ resets, currents, adapts });
const LEVELS: readonly Level[] = [level(false, false), level(true, false), level(false, true), level(true, true), level(true, true, true)]; // prettier-ignore
const TEMPLATES: ReadonlyMap<string, Level | undefined> = new Map([
  ["glif_psc", undefined],
  ...["lif", "lif_r", "lif_asc", "lif_r_asc", "lif_r_asc_a"].map((name, k) => [`glif_${name}_psc`, LEVELS[k]] as const),
]);
export const GLIF_TEMPLATES: readonly string[] = [...TEMPLATES.keys()];
export const isGlif = (template: string): boolean => TEMPLATES.has(template.replace(/^nest:/, ""));

/** NEST's defaults: pF, nS, pA, mV, ms, 1/ms. */
const NUMBERS = {
  V_th: -51.68, g: 9.43, E_L: -78.85, C_m: 58.72, t_ref: 3.75, V_reset: -78.85, th_spike_add: 0.37, th_spike_decay: 0.009,
  voltage_reset_fraction: 0.2, voltage_reset_add: 18.51, th_voltage_index: 0.005, th_voltage_decay: 0.09,
} as const; // prettier-ignore
type NumberName = keyof typeof NUMBERS;
const STATES = { V_m: "V", threshold_spike: "theta_s", threshold_voltage: "theta_v" } as const;
const LISTS = { asc_init: [0, 0], asc_decay: [0.003, 0.1], asc_amps: [-9.18, -198.94], asc_r: [1, 1] } as const;
const FLAGS = ["spike_dependent_threshold", "after_spike_currents", "adapting_threshold"] as const;
/** Names in files of the module before glif_psc. */
const BEFORE: ReadonlyMap<string, string> = new Map([
  ["a_spike", "th_spike_add"], ["b_spike", "th_spike_decay"], ["a_reset", "voltage_reset_fraction"], ["b_reset", "voltage_reset_add"],
  ["a_voltage", "th_voltage_index"], ["b_voltage", "th_voltage_decay"], ["k", "asc_decay"], ["r", "asc_r"],
]); // prettier-ignore
const KNOWN: ReadonlySet<string> = new Set([...Object.keys(NUMBERS), ...Object.keys(STATES), ...Object.keys(LISTS), "tau_syn", ...FLAGS, "V_dynamics_method"]); // prettier-ignore
/** What columns of nodes and types may say. */
const IN_COLUMNS: ReadonlySet<string> = new Set([...Object.keys(NUMBERS), ...Object.keys(STATES)]);
/** Keys of a model of the Allen Cell Types Database; those that say how it was fitted and solved are read over. */
const DATABASE: ReadonlySet<string> = new Set(["El", "El_reference", "dt", "R_input", "C", "asc_tau_array", "asc_amp_array", "init_AScurrents", "spike_cut_length", "th_inf", "th_adapt", "coeffs", "type", "init_voltage", "init_threshold", "threshold_dynamics_method", "voltage_reset_method", "voltage_dynamics_method", "threshold_reset_method", "AScurrent_dynamics_method", "AScurrent_reset_method", "dt_multiplier", "extrapolation_method_name"]); // prettier-ignore
/** Time constants that BMTK gives to the ports of the database's models, ms. */
const PORTS_OF_DATABASE = [5.5, 8.5, 2.8, 5.8];
const MOST_PORTS = 20;
const MOST_CURRENTS = 10;

/** What a type's file says, in NEST's names and units. */
interface Said {
  readonly where: string;
  readonly level: Level;
  readonly number: (name: string) => number | undefined;
  readonly asc: Readonly<Record<keyof typeof LISTS, readonly number[]>>;
  readonly tauSyn: readonly number[];
}

/** @param template  the nodes' own
 * @throws DataError for what the neurons cannot be */
export function glif(template: string, part: Rows, files: Components): Glif {
  const own = TEMPLATES.get(template.replace(/^nest:/, ""));
  const params = new NodeParams(part, new Set([...KNOWN, ...DATABASE, ...(own === undefined ? [] : BEFORE.keys())]), files, IN_COLUMNS);
  const read = new Map<Fields | undefined, Said>();
  const said = part.rows.map((row): Said => {
    const file = params.file(row);
    const found = read.get(file) ?? saidBy(file, part.nodes.where, own);
    read.set(file, found);
    return found;
  });
  params.note();
  const [ports, currents] = [Math.max(...said.map(({ tauSyn }) => tauSyn.length)), Math.max(...said.map((one) => (one.level.currents ? one.asc.asc_decay.length : 0)))];
  const type = glifOf({ ports, currents });
  const of = (name: NumberName, k: number): number => value(params, name, part.rows[k] as number, said[k] as Said) ?? NUMBERS[name];
  const all = (value: (one: Said, k: number) => number, unit: Unit): Given => given(said.map(value), unit);
  const resets = (name: NumberName, otherwise: number) => (one: Said, k: number): number => (one.level.resets ? of(name, k) : otherwise);
  const options: Record<string, Given> = {
    C_m: all((_, k) => of("C_m", k) * 1e-3, "nF"), g_L: all((_, k) => of("g", k) * 1e-3, "uS"), E_L: all((_, k) => of("E_L", k), "mV"), V_th: all((_, k) => of("V_th", k), "mV"),
    t_ref: all((_, k) => of("t_ref", k), "ms"),
    V_reset: all((one, k) => (one.level.resets ? of("E_L", k) + of("voltage_reset_add", k) : belowThreshold(one, of("V_reset", k), of("V_th", k))), "mV"),
    f_v: all(resets("voltage_reset_fraction", 0), "1"), theta_add: all(resets("th_spike_add", 0), "mV"), b_s: all(resets("th_spike_decay", NUMBERS.th_spike_decay), "1/ms"),
    a_v: all((one, k) => (one.level.adapts ? of("th_voltage_index", k) : 0), "1/ms"), b_v: all((one, k) => (one.level.adapts ? of("th_voltage_decay", k) : NUMBERS.th_voltage_decay), "1/ms"),
  };
  const initial: Record<string, Given> = { V: all((one, k) => value(params, "V_m", part.rows[k] as number, one) ?? of("E_L", k), "mV") };
  for (const [name, state] of Object.entries(STATES).slice(1)) initial[state] = all((one, k) => value(params, name, part.rows[k] as number, one) ?? 0, "mV");
  const ofCurrent = (name: keyof typeof LISTS, j: number, otherwise: number, scale: number) => ({ level: { currents: has }, asc }: Said): number => (has ? (asc[name][j] ?? otherwise) * scale : otherwise * scale);
  for (let j = 0; j < currents; j++) {
    options[`dI_${j + 1}`] = all(ofCurrent("asc_amps", j, 0, 1e-3), "nA");
    options[`k_${j + 1}`] = all(ofCurrent("asc_decay", j, 1, 1), "1/ms");
    options[`f_${j + 1}`] = all(ofCurrent("asc_r", j, 1, 1), "1");
    initial[`asc_${j + 1}`] = all(ofCurrent("asc_init", j, 0, 1e-3), "nA");
  }
  const starts = new Map(part.rows.map((row, k) => [row, said[k]?.number("V_m") === undefined ? of("E_L", k) : NUMBERS.E_L] as const));
  params.noteStart((row) => starts.get(row) as number, NUMBERS.E_L);
  for (let j = 0; j < ports; j++) options[`tau_${j + 1}`] = all(({ tauSyn }) => tauSyn[j] ?? 2, "ms");
  return { type, options: { n: said.length, params: options, initial }, ports: new Map(part.rows.map((row, k) => [row, (said[k] as Said).tauSyn.length])) };
} // prettier-ignore

const value = (params: NodeParams, name: string, row: number, said: Said): number | undefined =>
  params.own(name, row) ?? said.number(name) ?? params.ofType(name, row);

/** NEST refuses another reset too: the neuron would fire whenever it may. */
function belowThreshold({ where }: Said, reset: number, threshold: number): number {
  if (reset < threshold) return reset;
  throw new DataError(`${where}, V_reset`, `is ${reset} mV, not below V_th at ${threshold} mV`, "Give a reset below the threshold"); // prettier-ignore
}

function saidBy(file: Fields | undefined, nodes: string, own: Level | undefined): Said {
  if (file === undefined) return saidByNest(new Fields(nodes, {}), own);
  if (!file.has("coeffs")) return saidByNest(file, own);
  if (own === undefined) throw new DataError(file.where, "is a model of the Allen Cell Types Database, in V, A and Ohm", "Give it to nest:glif_lif_asc_psc and the like, or convert it to the parameters of glif_psc"); // prettier-ignore
  return saidByDatabase(file, own);
}

function saidByNest(file: Fields, own: Level | undefined): Said {
  const names = new Map([...BEFORE].map(([old, name]) => [name, old]));
  const keyOf = (name: string): string => (own !== undefined && !file.has(name) && file.has(names.get(name) ?? "") ? (names.get(name) as string) : name); // prettier-ignore
  const flags = FLAGS.map((name) => {
    const flag = file.get(name);
    if (flag !== undefined && typeof flag !== "boolean") throw new DataError(file.at(name), `is ${brief(flag)}`, "Give true or false"); // prettier-ignore
    return flag;
  });
  const byTemplate = own === undefined ? [false, false, false] : [own.resets, own.currents, own.adapts];
  const other = flags.findIndex((flag, k) => own !== undefined && flag !== undefined && flag !== byTemplate[k]);
  if (other >= 0) throw new DataError(file.at(FLAGS[other] as string), `is ${flags[other]}, which the template is not`, "Take nest:glif_psc, whose file says it"); // prettier-ignore
  const [resets, currents, adapts] = flags.map((flag, k) => flag ?? byTemplate[k]);
  const found = LEVELS.find((one) => one.resets === resets && one.currents === currents && one.adapts === adapts);
  if (found === undefined) throw new DataError(file.at(FLAGS[2]), `is ${adapts}, with ${FLAGS[0]} ${resets} and ${FLAGS[1]} ${currents}`, "Give one of the five models: none, the first, the second, these two, or all three true"); // prettier-ignore
  const lists = Object.entries(LISTS).map(([name, usual]) => [name, file.numbers(keyOf(name)) ?? usual] as const);
  const asc = Object.fromEntries(lists) as Said["asc"];
  const n = asc.asc_decay.length;
  const unequal = found.currents ? lists.find(([name, values]) => values.length !== n && (file.has(keyOf(name)) || name !== "asc_r")) : undefined; // prettier-ignore
  if (unequal !== undefined) throw new DataError(file.at(unequal[0]), `has ${unequal[1].length} entries, where asc_decay has ${n}`, "Give one for each current"); // prettier-ignore
  if (n > MOST_CURRENTS) throw new DataError(file.at("asc_decay"), `has ${n} entries`, `Give at most ${MOST_CURRENTS}`);
  return { where: file.where, level: found, number: (name) => file.number(keyOf(name)), asc, tauSyn: portsOf(file) };
}

function portsOf(file: Fields): readonly number[] {
  const given = file.numbers("tau_syn") ?? [2];
  if (given.length > MOST_PORTS || given.length === 0) throw new DataError(file.at("tau_syn"), `has ${given.length} entries`, `Give 1 to ${MOST_PORTS} time constants, one for each port`); // prettier-ignore
  const bad = given.find((tau) => !(tau > 0));
  if (bad !== undefined) throw new DataError(file.at("tau_syn"), `holds ${bad} ms`, "Give times above 0");
  return given;
}

/** Of a model of the database: SI units, voltages above El_reference, values that `coeffs` multiply. */
function saidByDatabase(file: Fields, level: Level): Said {
  const need = (fields: Fields | undefined, where: string, key: string): number => {
    const found = fields?.number(key);
    if (found !== undefined) return found;
    throw new DataError(fields?.at(key) ?? where, "is missing", "Give the model as the Allen Cell Types Database has it");
  };
  const of = (key: string): number => need(file, file.where, key);
  const coeffs = file.fields("coeffs");
  const coeff = (key: string): number => coeffs?.number(key) ?? 1;
  const method = (name: string): Fields | undefined => file.fields(name)?.fields("params");
  const [threshold, reset] = [method("threshold_dynamics_method"), method("voltage_reset_method")];
  const ofThreshold = (key: string): number => need(threshold, `${file.where}, threshold_dynamics_method`, key);
  const ofReset = (key: string): number => need(reset, `${file.where}, voltage_reset_method`, key);
  const reference = of("El_reference") * 1e3;
  const E_L = of("El") * 1e3 + reference;
  const numbers = new Map<string, number>([
    ["V_m", E_L], ["E_L", E_L], ["V_th", coeff("th_inf") * of("th_inf") * 1e3 + reference], ["g", (coeff("G") / of("R_input")) * 1e9],
    ["C_m", coeff("C") * of("C") * 1e12], ["t_ref", of("spike_cut_length") * of("dt") * 1e3], ["V_reset", reference],
    ...(level.resets ? [["th_spike_add", ofThreshold("a_spike") * 1e3], ["th_spike_decay", ofThreshold("b_spike") * 1e-3], ["voltage_reset_fraction", ofReset("a")], ["voltage_reset_add", ofReset("b") * 1e3]] as const : []),
    ...(level.adapts ? [["th_voltage_index", ofThreshold("a_voltage") * coeff("a") * 1e-3], ["th_voltage_decay", ofThreshold("b_voltage") * coeff("b") * 1e-3]] as const : []),
  ]);
  return { where: file.where, level, number: (name) => numbers.get(name), asc: level.currents ? currentsOf(file, coeffs) : LISTS, tauSyn: PORTS_OF_DATABASE };
} // prettier-ignore

function currentsOf(file: Fields, coeffs: Fields | undefined): Said["asc"] {
  const tau = file.numbers("asc_tau_array") ?? [];
  const factors = coeffs === undefined ? undefined : coeffs.numbers("asc_amp_array");
  const methods = file.fields("AScurrent_reset_method")?.fields("params");
  const r = methods === undefined ? undefined : methods.numbers("r");
  const [init, amps] = [file.numbers("init_AScurrents") ?? tau.map(() => 0), file.numbers("asc_amp_array") ?? []];
  const bad =
    tau.length > MOST_CURRENTS || [init, amps, factors ?? tau, r ?? tau].some((one) => one.length !== tau.length);
  if (bad) throw new DataError(file.at("asc_tau_array"), `has ${tau.length} entries, and asc_amp_array ${amps.length}, init_AScurrents ${init.length}`, `Give one for each current, at most ${MOST_CURRENTS}`); // prettier-ignore
  return {
    asc_init: init.map((x) => x * 1e12),
    asc_decay: tau.map((x) => 1e-3 / x),
    asc_amps: amps.map((x, k) => x * (factors?.[k] ?? 1) * 1e12),
    asc_r: r ?? tau.map(() => 1),
  };
}
