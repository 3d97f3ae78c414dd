import { ModelError } from "../../errors.ts";
import type { ColumnCellType } from "./cell-types.ts";
import type { ConnectionRule } from "./connections.ts";
import { driveCells } from "./drive-events.ts";
import { layOut, type Layout } from "./layout.ts";
import { isCellSpecific, type Drive, type EventDrive } from "./drives.ts";

/** A column as HNN's network JSON holds it; a `CortexColumn` is one. */
export interface HnnColumn {
  /** Their receptors are written; their sections are the column's own. */
  readonly cellTypes: readonly ColumnCellType[];
  /** local connections. */
  readonly rules: readonly ConnectionRule[];
  readonly drivesGiven: readonly Drive[];
  readonly layout: { readonly mesh: readonly [number, number] };
}

/** Drives, biases, local connections, receptors and mesh as a network JSON of HNN: `readHnn` reads the same column back, and HNN its
 * drives. Sections of the cells and places are not in it, and single pairs only of rules that have their own.
 * @throws ModelError for a spike train, which HNN's file cannot say, and for a bias elsewhere than in the soma */
export function hnnText({ cellTypes, rules, drivesGiven, layout }: HnnColumn): string {
  const [x, y] = layout.mesh;
  const whole = layOut(cellTypes, { mesh: layout.mesh });
  const { gids } = whole;
  const given = drivesGiven.filter((d) => d.kind !== "tonic");
  const isLegacy = given.length > 0 && given.every((d) => !isCellSpecific(d) || hasAllTypes(d, cellTypes));
  const events = given.map((d) => (isLegacy ? d : withZeros(d, cellTypes)));
  const counts = driveCells(cellTypes, whole, events);
  const ranges = events.map(({ name }, k) => [name, { first: whole.nCells + counts.slice(0, k).reduce((a, n) => a + n, 0), n: counts[k] as number }] as const); // prettier-ignore
  const network = {
    object_type: "Network",
    ...(isLegacy && given.some(isCellSpecific) ? { legacy_mode: true } : {}),
    N_pyr_x: x,
    N_pyr_y: y,
    cell_types: Object.fromEntries(cellTypes.map(({ name, receptors }) => [name, { name, synapses: Object.fromEntries(Object.entries(receptors).map(([r, { E, tau1, tau2 }]) => [r, { e: E, tau1, tau2 }])) }])), // prettier-ignore
    external_drives: Object.fromEntries(events.map((d) => [d.name, driveOf(d)])),
    external_biases: biases(drivesGiven),
    gid_ranges: Object.fromEntries([...Object.entries(gids), ...ranges].map(([name, { first, n }]) => [name, { start: first, stop: first + n }])), // prettier-ignore
    connectivity: [
      ...rules.map((rule) => ruleOf(rule, gids)),
      ...events.flatMap((drive) => [...spaceOf(drive), ...pairsOfDrive(drive, new Map(ranges), gids)]),
    ],
  };
  return `${JSON.stringify(network, null, 2)}\n`;
}

function driveOf(drive: EventDrive): object {
  const { name, location, weightsAmpa = {}, weightsNmda = {}, synapticDelays = 0.1, probability = 1, connSeed = 3 } = drive; // prettier-ignore
  if (drive.kind === "spikeTrain") throw new ModelError(`drive "${name}"`, "is a spike train", "HNN's file has evoked, poisson, bursty and tonic drives"); // prettier-ignore
  const specific = isCellSpecific(drive);
  return {
    name,
    type: drive.kind,
    location,
    n_drive_cells: specific ? "n_cells" : (drive.nDriveCells ?? 1),
    cell_specific: specific,
    event_seed: drive.eventSeed ?? 2,
    conn_seed: connSeed,
    dynamics: dynamicsOf(drive),
    weights_ampa: weightsAmpa,
    weights_nmda: weightsNmda,
    synaptic_delays: synapticDelays,
    probability,
    events: [],
  };
}

function dynamicsOf(drive: Exclude<EventDrive, { kind: "spikeTrain" }>): object {
  if (drive.kind === "evoked") return { mu: drive.mu, sigma: drive.sigma, numspikes: drive.numspikes ?? 1 };
  const window = { tstart: drive.tstart ?? 0, tstop: drive.tstop ?? null };
  if (drive.kind === "poisson") return { ...window, rate_constant: drive.rateConstant };
  return {
    ...window,
    tstart_std: drive.tstartStd ?? 0,
    burst_rate: drive.burstRate,
    burst_std: drive.burstStd ?? 0,
    numspikes: drive.numspikes ?? 2,
    spike_isi: drive.spikeIsi ?? 10,
  };
}

/** By name and cell type: a second bias of a type has a name of its own. */
function biases(drives: readonly Drive[]): Record<string, Record<string, object>> {
  const found: Record<string, Record<string, object>> = {};
  for (const drive of drives) {
    if (drive.kind !== "tonic") continue;
    const { section = "soma", t0 = 0, tstop = null } = drive;
    if (section !== "soma") throw new ModelError("tonic bias", `goes into ${section}`, "HNN's file is read with biases in the soma"); // prettier-ignore
    const name = Object.keys(found).length === 0 ? "tonic" : `tonic_${Object.keys(found).length + 1}`;
    found[name] = Object.fromEntries(Object.entries(drive.amplitude).map(([type, amplitude]) => [type, { amplitude, t0, tstop, section }])); // prettier-ignore
  }
  return found;
}

const ruleOf = (rule: ConnectionRule, gids: Layout["gids"]): object => ({
  src_type: rule.source,
  target_type: rule.target,
  loc: rule.location,
  receptor: rule.receptor,
  nc_dict: { A_weight: rule.weight, A_delay: rule.delay, lamtha: rule.lamtha, threshold: rule.threshold, gain: rule.gain },
  allow_autapses: Number(rule.autapses),
  probability: rule.probability,
  conn_seed: rule.connSeed,
  ...(rule.pairs === undefined ? {} : { gid_pairs: pairsOf(rule.pairs, gids[rule.source]?.first ?? 0, gids[rule.target]?.first ?? 0) }),
}); // prettier-ignore

/** Targets of each source, counted through all cells. */
function pairsOf(pairs: NonNullable<ConnectionRule["pairs"]>, source: number, target: number): Record<string, number[]> {
  const found = new Map<number, number[]>();
  for (const [s, t] of pairs) found.set(s + source, [...(found.get(s + source) ?? []), t + target]);
  return Object.fromEntries(found);
} // prettier-ignore

const hasAllTypes = (drive: EventDrive, types: readonly ColumnCellType[]): boolean =>
  drive.kind !== "spikeTrain" && types.every(({ name }) => drive.cellTypes?.includes(name) === true);

/** HNN has cells for the types that have weights, 0 too.
 * @throws ModelError for a type that nothing can lead to */
function withZeros(drive: EventDrive, types: readonly ColumnCellType[]): EventDrive {
  if (drive.kind === "spikeTrain" || drive.cellTypes === undefined || !isCellSpecific(drive)) return drive;
  const has = new Set([...Object.keys(drive.weightsAmpa ?? {}), ...Object.keys(drive.weightsNmda ?? {})]);
  const more = drive.cellTypes.filter((type) => !has.has(type));
  const without = types.find(({ name, locations, sections }) => more.includes(name) && !Object.hasOwn(locations, drive.location) && !sections.some((s) => s.name === drive.location)); // prettier-ignore
  if (without !== undefined) throw new ModelError(`drive "${drive.name}"`, `has cells for ${without.name}, which has no ${drive.location} part, and other drives have not cells for all types`, "HNN's file says it of all drives or of none"); // prettier-ignore
  const zeros = Object.fromEntries(more.map((type) => [type, 0]));
  const of = <T>(by: T, usual: number): T => (typeof by === "object" ? { ...by, ...Object.fromEntries(more.map((type) => [type, usual])) } : by); // prettier-ignore
  const rates = drive.kind === "poisson" ? { rateConstant: of(drive.rateConstant, 1) } : {};
  const own = { weightsAmpa: { ...drive.weightsAmpa, ...zeros }, synapticDelays: of(drive.synapticDelays, 0.1), probability: of(drive.probability, 1) }; // prettier-ignore
  return JSON.parse(JSON.stringify({ ...drive, ...rates, ...own, cellTypes: undefined })) as EventDrive;
}

/** A drive's own pairs, one list for each target and receptor. */
function pairsOfDrive({ name, location, pairs, weightsAmpa, weightsNmda }: EventDrive, ranges: ReadonlyMap<string, { readonly first: number }>, gids: Layout["gids"]): object[] {
  const receptors = [["ampa", weightsAmpa], ["nmda", weightsNmda]] as const;
  return Object.entries(pairs ?? {}).flatMap(([target, own]) =>
    receptors.flatMap(([receptor, weights]) =>
      weights === undefined || !Object.hasOwn(weights, target) ? [] : [{ src_type: name, target_type: target, loc: location, receptor, gid_pairs: pairsOf(own, ranges.get(name)?.first ?? 0, gids[target]?.first ?? 0), nc_dict: {} }],
    ),
  );
} // prettier-ignore

const spaceOf = ({ name, spaceConstant }: EventDrive): object[] =>
  spaceConstant === undefined ? [] : [{ src_type: name, nc_dict: { lamtha: spaceConstant } }];
