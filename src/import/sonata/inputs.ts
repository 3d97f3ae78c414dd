import { decimal } from "../../decimal.ts";
import { DataError } from "../../errors.ts";
import { linesOf } from "../../shapes.ts";
import { unitsOf } from "../nwb-units.ts";
import { CLAMPS } from "./clamps.ts";
import { type Fields, hdf5Of, list, type Paths, type SonataSource, textOf } from "./config.ts";
import type { Nodes, NodeSets } from "./nodes.ts";
import { column, groupIn, ids } from "./tables.ts";

const MODULES: readonly string[] = ["h5", "sonata", "csv", "nwb"];
const KNOWN = new Set(["spikes", ...CLAMPS]);

/** Spike times (ms) of each node of the populations that inputs give spikes to. */
export function inputTrains(source: SonataSource, config: Fields, paths: Paths, sets: NodeSets, all: readonly Nodes[], notes: string[]): Map<Nodes, number[][]> {
  const found = new Map<Nodes, number[][]>();
  for (const [, input] of config.fields("inputs")?.enabled() ?? []) {
    const type = input.text("input_type") ?? "";
    if (!KNOWN.has(type)) throw new DataError(input.at("input_type"), `is "${type.slice(0, 60)}"`, `hillock takes ${[...KNOWN].join(", ")}`);
    if (type !== "spikes") continue;
    const module = input.text("module") ?? "h5";
    if (!MODULES.includes(module)) throw new DataError(input.at("module"), `is "${module.slice(0, 60)}"`, `hillock takes ${MODULES.join(", ")}, and reads the file by its name`);
    const file = input.text("input_file") ?? input.text("spike_file");
    if (file === undefined) throw new DataError(input.at("input_file"), "is missing", "Give the file of spikes");
    const path = paths.resolve(input.at("input_file"), file);
    const spikes = spikesIn(path, source, module);
    let used = 0;
    for (const [nodes, inside] of sets.select(input.at("node_set"), input.get("node_set"), all)) {
      if (inside.size === 0) continue;
      const trains = found.get(nodes) ?? nodes.type.map((): number[] => []);
      for (const { population, times, nodeIds } of spikes) {
        if (population !== undefined && population !== nodes.name) continue;
        times.forEach((t, k) => {
          const row = nodes.rowOf.get(nodeIds[k] as number);
          if (row === undefined || !inside.has(row)) return;
          if (nodes.type[row]?.get("model_type") !== "virtual") throw new DataError(`${input.where}, ${path}`, `has spikes of node ${nodeIds[k]} of ${nodes.name}, which is not virtual`, "Give spikes to virtual nodes");
          (trains[row] as number[]).push(t);
          used++;
        });
      }
      if (nodes.type.some((type) => type.get("model_type") === "virtual")) found.set(nodes, trains);
    }
    const left = input.left();
    if (left.length > 0) notes.push(`${input.where}: ${list(left)} ${left.length === 1 ? "is" : "are"} not read`);
    const total = spikes.reduce((n, { times }) => n + times.length, 0);
    if (used < total) notes.push(`${path}: ${total - used} of ${total} spikes are of no node of the input's node set and are not played`);
  }
  return found;
} // prettier-ignore

interface Played {
  /** any, where it is not said. */
  readonly population: string | undefined;
  readonly times: Float64Array;
  readonly nodeIds: Float64Array;
}

/** A file is read by its name, as NWB by its module too. */
function spikesIn(path: string, source: SonataSource, module: string): Played[] {
  if (/\.(?:csv|txt)$/i.test(path)) return csvSpikes(path, textOf(source, path));
  return module === "nwb" || /\.nwb$/i.test(path) ? nwbSpikes(path, source) : hdf5Spikes(path, source);
}

/** Units of an NWB 2 file: of the nodes that a column node_id names, or cell beside population as hillock writes, else of those with their ids. */
function nwbSpikes(path: string, source: SonataSource): Played[] {
  const { times, cells, columns } = unitsOf(path, hdf5Of(source, path));
  const of = (name: string): readonly (number | string)[] | undefined => (Object.hasOwn(columns, name) ? columns[name] : undefined); // prettier-ignore
  const populations = of("population");
  const nodes = of("node_id") ?? (populations === undefined ? undefined : of("cell")) ?? of("id") ?? [];
  const idOf = (node: number | string): number => (typeof node === "string" ? decimal(node) : node);
  const bad = nodes.findIndex((node) => !Number.isSafeInteger(idOf(node)) || idOf(node) < 0);
  if (bad >= 0) throw new DataError(`${path}, units`, `is of node ${String(nodes[bad]).slice(0, 60)} in row ${bad}`, "Give whole numbers from 0 in its column node_id or id"); // prettier-ignore
  const by = new Map<string | undefined, { times: number[]; nodeIds: number[] }>();
  for (const [k, unit] of cells.entries()) {
    const population = populations?.[unit] === undefined ? undefined : String(populations[unit]);
    const own = by.get(population) ?? { times: [], nodeIds: [] };
    own.times.push(times[k] as number);
    own.nodeIds.push(idOf(nodes[unit] as number | string));
    by.set(population, own);
  }
  return played(by);
}

const SCALE: ReadonlyMap<string, number> = new Map([["ms", 1], ["milliseconds", 1], ["s", 1000], ["seconds", 1000], ["sec", 1000]]); // prettier-ignore

function hdf5Spikes(path: string, source: SonataSource): Played[] {
  const root = groupIn(path, hdf5Of(source, path), "spikes");
  const flat = root.get("timestamps") !== null;
  return (flat ? ["."] : root.keys()).map((name) => {
    const group = flat ? root : groupIn(path, root, name);
    const where = flat ? `${path}, spikes` : `${path}, spikes/${name}`;
    const times = column(where, group, "timestamps");
    if (times === undefined) throw new DataError(`${where}, timestamps`, "is missing", "Give times and node_ids");
    const nodeIds = ids(where, group, group.get("node_ids") === null ? "gids" : "node_ids", times.length);
    const unit = (group.get("timestamps") as { attrs?: Record<string, { value: unknown }> }).attrs?.["units"]?.value;
    const scale = SCALE.get(String(unit ?? "ms"));
    if (scale === undefined) throw new DataError(`${where}, timestamps`, `has the unit "${String(unit).slice(0, 60)}"`, "Give ms"); // prettier-ignore
    return { population: flat ? undefined : name, times: times.map((t) => t * scale), nodeIds };
  });
}

/** Columns timestamps, population and node_ids, between spaces. */
function csvSpikes(path: string, text: string): Played[] {
  const lines = linesOf(path, text).filter((line) => line.trim() !== ""); // prettier-ignore
  const head = (lines[0] ?? "").trim().split(/[\s,]+/);
  const [t, p, n] = ["timestamps", "population", "node_ids"].map((name) => head.indexOf(name)) as [number, number, number]; // prettier-ignore
  if (t < 0 || n < 0) throw new DataError(`${path}, line 1`, "has no columns timestamps and node_ids", "Give a table of SONATA's spikes"); // prettier-ignore
  const by = new Map<string | undefined, { times: number[]; nodeIds: number[] }>();
  for (const [k, line] of lines.slice(1).entries()) {
    const cells = line.trim().split(/[\s,]+/);
    const [time, node] = [decimal(cells[t] ?? ""), decimal(cells[n] ?? "")];
    if (!Number.isFinite(time) || !Number.isSafeInteger(node) || node < 0 || cells[t] === "") throw new DataError(`${path}, line ${k + 2}`, `is "${line.slice(0, 60)}"`, "Give a time in ms and a node id"); // prettier-ignore
    const population = p < 0 ? undefined : cells[p];
    const own = by.get(population) ?? { times: [], nodeIds: [] };
    own.times.push(time);
    own.nodeIds.push(node);
    by.set(population, own);
  }
  return played(by);
}

const played = (by: ReadonlyMap<string | undefined, { times: number[]; nodeIds: number[] }>): Played[] =>
  [...by].map(([population, { times, nodeIds }]) => ({ population, times: Float64Array.from(times), nodeIds: Float64Array.from(nodeIds) })); // prettier-ignore
