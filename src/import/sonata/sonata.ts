import { DataError } from "../../errors.ts";
import { Network } from "../../network/network.ts";
import type { AnyCells } from "../../network/handles.ts";
import { drive } from "../../network/signal.ts";
import { trains } from "../../network/sources.ts";
import { ms, type Quantity } from "../../units.ts";
import { brief, type Fields, json, Paths, type SonataSource } from "./config.ts";
import { type Biophysical, runOf } from "./biophysical.ts";
import { Components } from "./components.ts";
import { connect, readEdges } from "./edges.ts";
import { inputTrains } from "./inputs.ts";
import type { NestModel } from "./nest.ts";
import { isCell, list, neuronOptions, type Nodes, NodeSets, type Part, partsOf, readNodes } from "./nodes.ts";

/** Where nodes of a SONATA population are in the network. */
export interface SonataPart {
  /** of hillock. */
  readonly population: string;
  readonly sonata: string;
  /** node_id of each cell. */
  readonly nodeIds: readonly number[];
  readonly virtual: boolean;
}

/** What a membrane report asks for. */
export interface SonataReport {
  readonly name: string;
  /** without a folder. */
  readonly file: string;
  /** of hillock. */
  readonly variable: string;
  readonly populations: readonly string[];
}

export interface SonataModel {
  readonly network: Network;
  /** undefined where only a circuit was given, as `duration`. */
  readonly dt: Quantity<"ms"> | undefined;
  readonly duration: Quantity<"ms"> | undefined;
  readonly parts: readonly SonataPart[];
  readonly spikesFile: string;
  readonly reports: readonly SonataReport[];
  /** What was read over. */
  readonly notes: readonly string[];
}

/** A network from a SONATA simulation or circuit config: populations, edges, inputs and reports.
 * @param path  of the config, as `source` reads it
 * @throws DataError with file and field for what is damaged, or is none of hillock's */
export function sonata(path: string, source: SonataSource): SonataModel {
  const config = json(source, path);
  const paths = new Paths(config, path);
  const notes: string[] = [];
  const circuitPath = config.text("network");
  const circuit = circuitPath === undefined ? config : json(source, paths.resolve(config.at("network"), circuitPath));
  const circuitPaths = circuit === config ? paths : new Paths(circuit, circuit.where);
  const resolve = circuitPaths.resolve.bind(circuitPaths);
  const networks = circuit.fields("networks");
  if (networks === undefined) throw new DataError(`${circuit.where}, networks`, "is missing", "Give nodes and edges of the circuit"); // prettier-ignore
  const all = networks.list("nodes").flatMap((entry) => readNodes(source, entry, resolve, notes));
  const twice = all.find(({ name }, k) => all.findIndex((other) => other.name === name) < k);
  if (twice !== undefined) throw new DataError(twice.where, "is a population that another file has too", "Give each population once"); // prettier-ignore
  const sets = new NodeSets();
  for (const [owner, at] of [[circuit, circuitPaths], [config, paths]] as const) readSets(source, owner, at, sets); // prettier-ignore
  const chosen = config.get("node_set");
  if (chosen !== undefined && all.some((nodes) => sets.rows(config.at("node_set"), chosen, nodes).length < nodes.ids.length)) throw new DataError(config.at("node_set"), "leaves nodes out", "hillock runs all nodes of a circuit"); // prettier-ignore
  const run = config.fields("run");
  const files = new Components(source, circuit, circuitPaths, notes);
  const parts = all.flatMap((nodes) => partsOf(nodes, files, () => runOf(config, run)));
  const edges = networks.list("edges").flatMap((entry) => readEdges(parts, files, entry, resolve));
  const network = new Network({ seed: run?.number("random_seed") ?? 0, name: "sonata" });
  const tstop = run?.number("tstop");
  const spikes = inputTrains(source, config, paths, sets, all, notes);
  populate(network, parts, spikes, files);
  for (const bundle of edges) connect(network, bundle);
  clamps(network, config, sets, parts);
  const dt = run?.number("dt");
  const reports = reportsOf(network, config, sets, parts, dt);
  const output = config.fields("output");
  const spikesFile = baseName(output?.text("spikes_file") ?? "spikes.h5");
  for (const key of ["output_dir", "log_file", "overwrite_output_dir", "spikes_sort_order", "log_level", "log_to_console"]) output?.get(key); // prettier-ignore
  for (const key of ["target_simulator", "version", "conditions"]) config.get(key);
  if (config.get("conditions") !== undefined && !parts.some(({ model }) => isCell(model))) notes.push(`${config.where}: conditions are not read, point neurons start at V_m or E_L`); // prettier-ignore
  for (const fields of [config, run, output, ...(circuit === config ? [] : [circuit])]) said(fields, notes);
  return {
    network,
    dt: dt === undefined ? undefined : ms(dt),
    duration: tstop === undefined ? undefined : ms(tstop),
    parts: parts.map(({ name, nodes, rows, model }) => ({
      population: name,
      sonata: nodes.name,
      nodeIds: rows.map((row) => nodes.ids[row] as number),
      virtual: model === "virtual",
    })),
    spikesFile,
    reports,
    notes: [...new Set(notes)],
  };
}

const baseName = (path: string): string => path.replace(/^.*[\\/]/, "");

function said(fields: Fields | undefined, notes: string[]): void {
  const left = fields?.left().filter((key) => !["components", "metadata"].includes(key)) ?? [];
  if (left.length > 0) notes.push(`${fields?.where}: ${list(left)} ${left.length === 1 ? "is" : "are"} not read`);
}

function readSets(source: SonataSource, owner: Fields, paths: Paths, sets: NodeSets): void {
  const file = owner.text("node_sets_file");
  if (file !== undefined) sets.add(json(source, paths.resolve(owner.at("node_sets_file"), file)));
  const inline = owner.fields("node_sets");
  if (inline !== undefined) sets.add(inline);
}

function populate(net: Network, parts: readonly Part[], spikes: ReadonlyMap<Nodes, readonly number[][]>, files: Components): void {
  for (const part of parts) {
    const { name, nodes, rows, model } = part;
    if (model === "virtual") {
      const given = spikes.get(nodes);
      if (given === undefined) files.notes.push(`${nodes.where}: no input gives spikes of these virtual nodes; they are silent`);
      net.sources(name, rows.length, trains(rows.map((row) => given?.[row] ?? [])));
    } else if (isCell(model)) net.cells(name, rows.length, { ...model.cell, receptors: [...model.receptors.values()] });
    else net.cells(name, model.type(neuronOptions({ ...part, model }, files)));
  }
} // prettier-ignore

const neurons = (part: Part): part is Part & { model: NestModel | Biophysical } => part.model !== "virtual";

function clamps(net: Network, config: Fields, sets: NodeSets, parts: readonly Part[]): void {
  const inputs = config.fields("inputs");
  for (const name of inputs?.keys() ?? []) {
    const input = inputs?.fields(name) as Fields;
    if (input.text("input_type") !== "current_clamp") continue;
    const number = (key: string): number => {
      const value = input.number(key);
      if (value !== undefined) return value;
      throw new DataError(
        input.at(key),
        "is missing",
        "Give a number: pA for amp (nA of biophysical cells), ms for delay and duration",
      );
    };
    const [amp, delay, duration] = [number("amp"), number("delay"), number("duration")];
    const module = input.text("module") ?? "IClamp";
    if (module !== "IClamp") throw new DataError(input.at("module"), `is "${module.slice(0, 60)}"`, "hillock takes IClamp"); // prettier-ignore
    const set = input.get("node_set");
    const inside = sets.select(input.at("node_set"), set, [
      ...new Set(parts.filter(neurons).map(({ nodes }) => nodes)),
    ]);
    for (const part of parts.filter(neurons)) {
      const gains = part.rows.map((row) => (inside.get(part.nodes)?.has(row) === true ? 1 : 0));
      if (!gains.includes(1)) continue;
      const cell = isCell(part.model);
      if (cell && ((input.text("section_name") ?? "soma") !== "soma" || (input.number("section_index") ?? 0) !== 0)) throw new DataError(input.where, "names another section than the soma", "hillock's clamp is of the soma"); // prettier-ignore
      const unit = isCell(part.model) ? "nA" : (Object.values(part.model.type.mechanism.inputs ?? {})[0]?.unit ?? "nA");
      const value = unit === "nA" && !cell ? amp * 1e-3 : amp; // of cells it is in nA
      net.clamp(net.population(part.name) as AnyCells, drive.constant({ value, unit }), { gain: { values: gains, unit: "1" }, ...(cell ? { at: input.number("section_dist") ?? 0.5 } : {}), delay: ms(delay), duration: ms(duration), name: `${name.replaceAll(/\W+/g, "_")}_${part.name}` }); // prettier-ignore
    }
    const left = input.left().filter((key) => key !== "section_name" && key !== "section_index");
    if (left.length > 0) throw new DataError(input.at(left[0] as string), `is ${brief(input.get(left[0] as string))}`, "hillock's clamp takes amp, delay and duration"); // prettier-ignore
  }
}

const VARIABLES: ReadonlyMap<string, string> = new Map([["V_m", "V"], ["v", "V"], ["V", "V"], ["w", "w"], ["U_m", "u"], ["g_ex", "g_ex"], ["g_in", "g_in"], ["I_syn_ex", "I_ex"], ["I_syn_in", "I_in"]]); // prettier-ignore

function reportsOf(net: Network, config: Fields, sets: NodeSets, parts: readonly Part[], dt = 0.1): SonataReport[] {
  const reports = config.fields("reports");
  return (reports?.keys() ?? []).flatMap((name) => {
    const report = reports?.fields(name) as Fields;
    if (report.get("enabled") === false) return [];
    const variable = report.text("variable_name") ?? "";
    const own = VARIABLES.get(variable);
    if (own === undefined) throw new DataError(report.at("variable_name"), `is "${variable.slice(0, 60)}"`, `hillock reports ${[...VARIABLES.keys()].join(", ")}`); // prettier-ignore
    const populations: string[] = [];
    for (const part of parts.filter(neurons)) {
      if (isCell(part.model) ? own !== "V" : !Object.hasOwn(part.model.type.mechanism.states, own)) continue;
      const inside = new Set(sets.rows(report.at("cells"), report.get("cells"), part.nodes));
      const cells = part.rows.flatMap((row, index) => (inside.has(row) ? [index] : []));
      if (cells.length === 0) continue;
      net.record(net.population(part.name) as AnyCells, own, { cells, every: ms(report.number("dt") ?? dt) });
      if (isCell(part.model) && (report.get("sections") ?? "soma") !== "soma") throw new DataError(report.at("sections"), `is ${brief(report.get("sections"))}`, "hillock reports the soma"); // prettier-ignore
      populations.push(part.name);
    }
    if (populations.length === 0) throw new DataError(report.where, "is of no neurons that have its variable", "Give other cells"); // prettier-ignore
    return [{ name, file: baseName(report.text("file_name") ?? `${name}.h5`), variable: own, populations }];
  });
}
