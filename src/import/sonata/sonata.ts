import { DataError } from "../../errors.ts";
import { Network } from "../../network/network.ts";
import { trains } from "../../network/sources.ts";
import { ms, type Quantity } from "../../units.ts";
import { clamps } from "./clamps.ts";
import { type Fields, json, list, Paths, type SonataSource } from "./config.ts";
import { runOf } from "./biophysical.ts";
import { Components } from "./components.ts";
import { connect, readEdges } from "./edges.ts";
import { inputTrains } from "./inputs.ts";
import { type Nodes, NodeSets, readNodes } from "./nodes.ts";
import { isCell, neuronOptions, type Part, partsOf } from "./parts.ts";
import { Outputs } from "./outputs.ts";
import { reportsOf, type SonataReport } from "./reports.ts";

/** Where nodes of a SONATA population are in the network. */
export interface SonataPart {
  /** of hillock. */
  readonly population: string;
  readonly sonata: string;
  /** node_id of each cell. */
  readonly nodeIds: readonly number[];
  readonly virtual: boolean;
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
  const notes: string[] = [];
  const { root, config, paths, circuit, circuitPaths } = configsOf(path, source);
  const resolve = circuitPaths.resolve.bind(circuitPaths);
  const networks = circuit.fields("networks");
  if (networks === undefined) throw new DataError(`${circuit.where}, networks`, "is missing", "Give nodes and edges of the circuit"); // prettier-ignore
  const all = networks.list("nodes").flatMap((entry) => readNodes(source, entry, resolve, notes));
  const twice = all.find(({ name }, k) => all.findIndex((other) => other.name === name) < k);
  if (twice !== undefined) throw new DataError(twice.where, "is a population that another file has too", "Give each population once"); // prettier-ignore
  const sets = new NodeSets(all.map(({ name }) => name));
  for (const [owner, at] of [[circuit, circuitPaths], [config, paths]] as const) readSets(source, owner, at, sets); // prettier-ignore
  const chosen = config.get("node_set");
  if (chosen !== undefined && all.some((nodes) => sets.rows(config.at("node_set"), chosen, nodes).length < nodes.ids.length)) throw new DataError(config.at("node_set"), "leaves nodes out", "hillock runs all nodes of a circuit"); // prettier-ignore
  const run = config.fields("run");
  const files = new Components(source, circuit, circuitPaths, notes);
  const dt = run?.number("dt");
  const parts = all.flatMap((nodes) => partsOf(nodes, files, () => runOf(config, run)));
  const seed = run?.number("random_seed") ?? 0;
  const network = new Network({ seed, name: "sonata" });
  const edges = networks
    .list("edges")
    .filter((entry) => !entry.isOff)
    .flatMap((entry) => readEdges(parts, files, entry, resolve, seed));
  const tstop = run?.number("tstop");
  const spikes = inputTrains(source, config, paths, sets, all, notes);
  populate(network, parts, spikes, files, dt);
  for (const bundle of edges) connect(network, bundle);
  clamps(network, source, config, paths, sets, parts, notes);
  const output = config.fields("output");
  const outputs = new Outputs();
  const spikesFile = outputs.claim(`${config.where}, output, spikes_file`, output?.text("spikes_file") ?? "spikes.h5");
  const reports = reportsOf(network, config, sets, parts, notes, outputs, dt);
  for (const key of ["output_dir", "log_file", "overwrite_output_dir", "spikes_sort_order", "sort_by", "spikes_file_csv", "quiet_simulator", "log_format", "log_level", "log_to_console"]) output?.get(key); // prettier-ignore
  for (const key of ["target_simulator", "version", "conditions"]) config.get(key);
  if (config.get("conditions") !== undefined && !parts.some(({ model }) => isCell(model))) notes.push(`${config.where}: conditions are not read, point neurons start at V_m or E_L`); // prettier-ignore
  for (const fields of new Set([root, config, run, output, circuit])) said(fields, notes);
  for (const fields of new Set([root, config])) if (fields !== circuit && fields.has("components")) notes.push(`${fields.at("components")}: is not read, the circuit's are those of ${circuit.where}`); // prettier-ignore
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

/** The simulation's config and the circuit's: one file, one that names the other (`network`), or one that names both (`simulation`).
 * @throws DataError where two of them have a `run` */
function configsOf(path: string, source: SonataSource): Readonly<Record<"root" | "config" | "circuit", Fields> & Record<"paths" | "circuitPaths", Paths>> {
  const root = json(source, path);
  const rootPaths = new Paths(root, path);
  const named = (owner: Fields, at: Paths, key: string): readonly [Fields, Paths] | undefined => {
    const file = owner.text(key);
    if (file === undefined) return undefined;
    const found = json(source, at.resolve(owner.at(key), file));
    return [found, new Paths(found, found.where)];
  };
  const [config, paths] = named(root, rootPaths, "simulation") ?? [root, rootPaths];
  const [circuit, circuitPaths] = named(root, rootPaths, "network") ?? named(config, paths, "network") ?? [config, paths];
  const [first, second] = [...new Set([config, root, circuit])].filter((fields) => fields.has("run"));
  if (first !== undefined && second !== undefined) throw new DataError(second.at("run"), `is in ${first.where} too`, "Give one run: a simulation has one");
  return { root, config, paths, circuit, circuitPaths };
} // prettier-ignore

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

function populate(net: Network, parts: readonly Part[], spikes: ReadonlyMap<Nodes, readonly number[][]>, files: Components, dt: number | undefined): void {
  for (const part of parts) {
    const { name, nodes, rows, model } = part;
    if (model === "virtual") {
      const given = spikes.get(nodes);
      if (given === undefined) files.notes.push(`${nodes.where}: no input gives spikes of these virtual nodes; they are silent`);
      net.sources(name, rows.length, trains(rows.map((row) => given?.[row] ?? [])));
    } else if (isCell(model)) net.cells(name, rows.length, { ...model.cell, receptors: [...model.receptors.values()] });
    else net.cells(name, model.type("options" in model ? model.options : neuronOptions({ ...part, model }, files, dt)));
  }
} // prettier-ignore
