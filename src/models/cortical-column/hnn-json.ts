import { DataError } from "../../errors.ts";
import { RECEPTORS, type ColumnCellType, type ReceptorName } from "./cell-types.ts";
import { areCellsOf, cellOf } from "./hnn-cells.ts";
import { Node } from "./hnn-node.ts";
import { HnnPairs } from "./hnn-pairs.ts";
import type { ConnectionRule } from "./connections.ts";
import { type Drive, type DriveWiring, type EventDrive, isCellSpecific, type SpikeTrainDrive } from "./drives.ts";
import { calcium2022, jones2009, law2021, type ColumnModel } from "./published.ts";
import type { HnnFile } from "./hnn-file.ts";

/** A network as hnn-core writes it: `external_drives`, `external_biases`, `connectivity` between cell types, and receptors of `cell_types`.
 * @throws DataError with the path of what is not so, or of a cell that is not the column's */
export function hnnJson(value: unknown, name: string): HnnFile {
  const root = new Node(name, value);
  const type = root.at("object_type");
  if (type.isThere && type.value !== "Network") type.fail('a file whose object_type is "Network"');
  if (!root.at("cell_types").isThere && !root.at("external_drives").isThere && !root.at("connectivity").isThere) {
    throw new DataError(
      name,
      "has no cell_types, connectivity or external_drives",
      "Give the network JSON of hnn-core",
    );
  }
  const notes: string[] = [];
  const [x, y] = [root.at("N_pyr_x"), root.at("N_pyr_y")];
  const mesh = x.isThere && y.isThere ? ([x.number(), y.number()] as const) : meshOf(root.at("mesh_shape"));
  const model = modelOf(root, mesh, notes);
  const read = root
    .at("external_drives")
    .entries()
    .map(([key, node]) => driveOf(key, node, root.at("connectivity")));
  // in this mode drives have cells for types without weights too, which count in the seeds of those behind them
  const all = root.at("legacy_mode").value === true ? { cellTypes: model.cellTypes.map((t) => t.name) } : {};
  const whole = read.map((drive) =>
    drive.kind === "spikeTrain" || !isCellSpecific(drive) ? drive : { ...drive, ...all },
  );
  const drives = withPairs(whole, root, mesh, model.cellTypes);
  const [celsius, arrays] = [root.at("celsius"), root.at("rec_arrays")];
  if (celsius.isThere && celsius.number() !== 37) celsius.fail("37, the column's temperature");
  const electrodes = arrays.entries().length;
  if (electrodes > 0) notes.push(`${arrays.path}: ${electrodes} arrays of electrodes are not read (electrodeWeights and potentials give what they record)`); // prettier-ignore
  const left = root
    .entries()
    .filter(([key, node]) => !READ.has(key) && node.isThere)
    .map(([key]) => key);
  if (left.length > 0) notes.push(`${root.path}: ${left.slice(0, 8).join(", ")} not read`);
  return { model, drives: [...drives, ...biases(root)], mesh, tstop: undefined, dt: undefined, notes };
}

/** Keys of a network that are read, or that say again what others do or hold what a run would fill. */
const READ = new Set(["object_type", "legacy_mode", "N_pyr_x", "N_pyr_y", "mesh_shape", "celsius", "cell_types", "gid_ranges", "pos_dict", "cell_response", "external_drives", "external_biases", "connectivity", "rec_arrays", "threshold", "delay"]); // prettier-ignore

function meshOf(node: Node): readonly [number, number] | undefined {
  if (!node.isThere) return undefined;
  const [x, y] = node.items();
  return x === undefined || y === undefined ? node.fail("two numbers") : [x.number(), y.number()];
}

/** The first published model whose cells the file's are; cells of several are taken only with the rules that join them. */
function modelOf(root: Node, mesh: readonly [number, number] | undefined, notes: string[]): ColumnModel {
  const base = jones2009();
  const published = [["jones2009", base], ["law2021", law2021()], ["calcium2022", calcium2022()]] as const;
  const given = new Map(root.at("cell_types").entries());
  for (const [name, node] of given) if (!base.cellTypes.some((t) => t.name === name)) throw new DataError(node.path, "is no cell type of the column", `It has ${base.cellTypes.map((t) => t.name).join(", ")}`); // prettier-ignore
  const whole = published.find(([, model]) => areCellsOf(model, given));
  const from = whole === undefined ? published : [whole];
  const isAny = published.filter(([, model]) => areCellsOf(model, given)).length > 1;
  const cellTypes = base.cellTypes.map((type, k) => cellOf(from.map(([, model]) => model.cellTypes[k] as ColumnCellType), given.get(type.name)));
  const known = new Set(cellTypes.map((t) => t.name));
  const connectivity = root.at("connectivity");
  if (!connectivity.isThere) {
    if (whole === undefined) throw new DataError(connectivity.path, "is missing, and the cells are of different published models", "Give the rules that join them");
    const [name, { rules }] = whole;
    if (name !== "jones2009" || isAny) notes.push(`${connectivity.path} is not there: the rules are those of ${name}(), ${isAny ? "as are the cells, of which the file does not say enough to tell them from other models'" : "whose cells the file's are"}`);
    return { cellTypes, rules };
  }
  const local = connectivity.items().filter((c) => known.has(c.at("src_type").text()));
  const rules = local.map((c) => ruleOf(c));
  const threshold = root.at("threshold").number(0);
  const other = rules.find((rule) => rule.threshold !== threshold);
  if (other !== undefined) notes.push(`${root.path}.threshold is ${threshold} mV, where rules from ${other.source} say ${other.threshold}: theirs hold`);
  if (mesh === undefined) return { cellTypes, rules };
  const pairs = new HnnPairs(cellTypes, mesh, root.at("gid_ranges"));
  const moved = pairs.moved(root.at("pos_dict"));
  if (moved !== undefined) notes.push(`${moved} um: places are not read, cells stand on the grid`);
  return { cellTypes, rules: rules.map((rule, k) => pairs.ruled(rule, (local[k] as Node).at("gid_pairs"))) };
} // prettier-ignore

/** Drives with the pairs that the file lists, where these are not those that they draw.
 * @throws DataError with the path where cells are not there, or AMPA and NMDA of one target have others */
function withPairs(drives: readonly EventDrive[], root: Node, mesh: readonly [number, number] | undefined, types: readonly ColumnCellType[]): EventDrive[] {
  const links = root.at("connectivity");
  const listed = (links.isThere ? links.items() : []).filter((c) => c.at("gid_pairs").isThere);
  const of = (drive: EventDrive): Node[] => listed.filter((c) => c.at("src_type").value === drive.name);
  if (mesh === undefined || !drives.some((drive) => of(drive).length > 0)) return [...drives];
  const pairs = new HnnPairs(types, mesh, root.at("gid_ranges"));
  return drives.map((drive) => (of(drive).length === 0 ? drive : pairs.driven(drive, of(drive))));
} // prettier-ignore

function ruleOf(node: Node): ConnectionRule {
  const nc = node.at("nc_dict");
  const receptor = node.at("receptor").text();
  if (!(RECEPTORS as readonly string[]).includes(receptor)) node.at("receptor").fail(RECEPTORS.join(", "));
  const autapses = node.at("allow_autapses");
  return {
    source: node.at("src_type").text(),
    target: node.at("target_type").text(),
    location: node.at("loc").text(),
    receptor: receptor as ReceptorName,
    weight: nc.at("A_weight").number(),
    delay: nc.at("A_delay").number(),
    lamtha: nc.at("lamtha").number(),
    gain: nc.at("gain").number(1),
    threshold: nc.at("threshold").number(0),
    autapses: autapses.isThere ? autapses.value === true || autapses.value === 1 : true,
    probability: node.at("probability").number(1),
    connSeed: node.at("conn_seed").number(3),
  };
}

function driveOf(name: string, node: Node, connectivity: Node): EventDrive {
  const common = wiringOf(name, node, connectivity);
  const type = node.at("type").text();
  const d = node.at("dynamics");
  const of = <K extends string>(key: string, as: K): { [P in K]?: number } => (d.at(key).isThere ? ({ [as]: d.at(key).number() } as { [P in K]?: number }) : {}); // prettier-ignore
  const drawn = {
    ...common,
    ...(node.at("cell_specific").isThere ? { cellSpecific: node.at("cell_specific").value === true } : {}),
    ...(node.at("event_seed").isThere ? { eventSeed: node.at("event_seed").number() } : {}),
    ...(node.at("cell_specific").value !== true && typeof node.at("n_drive_cells").value === "number" ? { nDriveCells: node.at("n_drive_cells").number() } : {}), // prettier-ignore
  };
  switch (type) {
    case "evoked":
    case "gaussian":
      return { kind: "evoked", ...drawn, mu: d.at("mu").number(), sigma: d.at("sigma").number(), ...of("numspikes", "numspikes") }; // prettier-ignore
    case "poisson":
      return { kind: "poisson", ...drawn, rateConstant: d.at("rate_constant").numberOrNumbers() ?? d.at("rate_constant").fail("a rate"), ...of("tstart", "tstart"), ...of("tstop", "tstop") }; // prettier-ignore
    case "bursty":
      return { kind: "bursty", ...drawn, burstRate: d.at("burst_rate").number(), ...of("tstart", "tstart"), ...of("tstart_std", "tstartStd"), ...of("tstop", "tstop"), ...of("burst_std", "burstStd"), ...of("numspikes", "numspikes"), ...of("spike_isi", "spikeIsi") }; // prettier-ignore
    case "spike_train":
      return { kind: "spikeTrain", ...common, spikeData: trainsOf(name, node) };
    default:
      return node.at("type").fail("evoked, gaussian, poisson, bursty or spike_train");
  }
}

/** Times by source: those of `dynamics.spike_data`, a list for each source or pairs of time and source, or the events of the first trial. */
function trainsOf(name: string, node: Node): SpikeTrainDrive["spikeData"] {
  const times = (of: Node): number[] => of.items().map((time) => time.number());
  const data = node.at("dynamics").at("spike_data");
  if (Array.isArray(data.value)) {
    return data.items().map((pair): [number, number] => {
      const [time, id, ...more] = pair.items();
      if (time === undefined || id === undefined || more.length > 0) return pair.fail("a time and a source's number");
      return [time.number(), id.number()];
    });
  }
  const trains = data.isThere ? data.entries() : (node.at("events").items()[0]?.items() ?? []).map((of, k): [string, Node] => [`${name}_${k}`, of]); // prettier-ignore
  if (trains.length === 0) data.fail("lists of times by source, or events");
  return Object.fromEntries(trains.map(([source, of]) => [source, times(of)]));
}

function wiringOf(name: string, node: Node, connectivity: Node): DriveWiring {
  const [ampa, nmda] = [node.at("weights_ampa").numbers(), node.at("weights_nmda").numbers()];
  const delays = node.at("synaptic_delays").numberOrNumbers();
  const probability = node.at("probability").numberOrNumbers();
  const link = connectivity.isThere ? connectivity.items().find((c) => c.at("src_type").value === name) : undefined;
  const space = link?.at("nc_dict").at("lamtha");
  const isSome = (by: Record<string, number> | undefined): boolean => by !== undefined && Object.keys(by).length > 0;
  return {
    name,
    location: node.at("location").text(),
    ...(isSome(ampa) ? { weightsAmpa: ampa as Record<string, number> } : {}),
    ...(isSome(nmda) ? { weightsNmda: nmda as Record<string, number> } : {}),
    ...(delays === undefined ? {} : { synapticDelays: delays }),
    ...(probability === undefined ? {} : { probability }),
    ...(space?.isThere === true ? { spaceConstant: space.number() } : {}),
    ...(node.at("conn_seed").isThere ? { connSeed: node.at("conn_seed").number() } : {}),
  };
}

function biases(root: Node): Drive[] {
  return root.at("external_biases").entries().flatMap(([, bias]) =>
    bias.entries().map(([type, node]): Drive => {
      const [t0, tstop] = [node.at("t0"), node.at("tstop")];
      const section = node.at("section").text("soma");
      return { kind: "tonic", ...(section === "soma" ? {} : { section }), amplitude: { [type]: node.at("amplitude").number() }, ...(t0.isThere ? { t0: t0.number() } : {}), ...(tstop.isThere ? { tstop: tstop.number() } : {}) }; // prettier-ignore
    }),
  );
} // prettier-ignore
