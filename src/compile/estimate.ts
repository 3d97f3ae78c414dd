import { expectedLinks } from "../connect/rules.ts";
import { ModelError } from "../errors.ts";
import { changesLinks } from "../mechanisms/plasticity.ts";
import { countThresholds } from "../random/poisson-count.ts";
import { canonical, isQuantities, isQuantity } from "../units.ts";
import { isCells, isNeurons, sizeOf } from "../network/check.ts";
import { ruleSizes } from "../network/check-projection.ts";
import type { CellModel } from "../network/cell.ts";
import type { NetworkDescription, PortSources } from "../network/description.ts";

/** What a network will take, from its description alone. Bytes are lower bounds: what is refused by them cannot fit. */
export interface Estimate {
  /** of all entries. */
  readonly cells: number;
  readonly sources: number;
  readonly compartments: number;
  /** expected, of one entry's structure, or of all where structureSeed varies. */
  readonly links: number;
  /** while compile runs, in the memory of the host. */
  readonly hostBytes: number;
  /** links on a device. */
  readonly deviceBytes: number;
  /** the largest buffers on a device, largest first. */
  readonly buffers: readonly { readonly name: string; readonly bytes: number }[];
}

export interface MemoryLimits {
  /** bytes that the host may use; those of the machine, up to 8 GiB, where it is not given. */
  readonly host?: number | undefined;
  /** bytes of the machine. */
  readonly machine?: number | undefined;
  /** bytes that a device binds at once; undefined where no device is used. */
  readonly binding?: number | undefined;
  /** whether the device's memory is the host's: a software adapter. */
  readonly shared?: boolean | undefined;
}

/** Without a limit of the caller's: what arrays of numbers may take in a process whose machine is not known. */
const HOST_BYTES = 8 * 2 ** 30;

/** Target of a link as drawn, and in rows. */
const LINK_BYTES = 8;
/** Places of a list's links, and which receptor a link of several picks. */
const ORDER_BYTES = 4;
const RECEPTOR_BYTES = 1;
/** A weight of a link's own in rows, and as given; a delay as given. */
const WEIGHT_BYTES = 8;
const GIVEN_BYTES = 8;
/** Slot of a link on the device, and a weight of its own. */
const SLOT_BYTES = 4;
/** Where a source's links begin and, per source with links, their delay, projection, place and weight. */
const ROW_BYTES = 24;
/** What a state of a cell's equations takes while they are compiled: names, expressions, columns of parameters. */
const SYMBOL_BYTES = 1000;
/** Of a renewal source: its state, which steps change and which is kept as it was, its rate and what it adds up to. */
const RENEWAL_BYTES = 48;
/** Of an element of a port: its sources' rate, and its table. */
const PORT_BYTES = 12;
/** And where that rate may change: the rate as it is, and where its table begins. */
const LIVE_PORT_BYTES = 12;
/** Of a link that learns: slot, segment and place in tables, and the step of its last event, which is kept as it was. */
const LEARNING_BYTES = 12;
const EVENT_BYTES = 8;
/** A state is float64 on the host, and float32 on the device with its copy on the way there. */
const STATE_BYTES = 16;

/** @param dtMs  without it the tables of ports whose rate may change are left out */
export function estimate(d: NetworkDescription, dtMs?: number): Estimate {
  const { entries } = d;
  const structures = d.variations.some((v) => v.path === "structureSeed") ? entries : 1;
  let [cells, sources, compartments, hostBytes, deviceBytes, links] = [0, 0, 0, 0, 0, 0];
  const buffers: { name: string; bytes: number }[] = [];
  for (const p of d.populations) {
    const all = sizeOf(p) * entries;
    if (!isCells(p) && !isNeurons(p)) {
      sources += all;
      if (p.model.kind === "renewal") hostBytes += RENEWAL_BYTES * all;
      if (p.model.kind !== "port") continue;
      hostBytes += PORT_BYTES * all;
      const bytes = all * liveTableBytes(p.name, p.model, dtMs);
      if (bytes === 0) continue;
      hostBytes += bytes + LIVE_PORT_BYTES * all;
      deviceBytes += bytes * d.projections.filter((x) => x.source === p.name).length;
      buffers.push({ name: `tables of "${p.name}" (${all} elements, rates up to maxRate)`, bytes });
      continue;
    }
    const reached = new Set(d.projections.flatMap((x) => (x.target === p.name ? x.receptors : [])));
    const perCell = isCells(p) ? sizeOfCell(p.model, reached) : { compartments: 1, states: Object.keys(p.model.neuron.states).length };
    cells += all;
    compartments += perCell.compartments * all;
    hostBytes += STATE_BYTES * perCell.states * all + SYMBOL_BYTES * perCell.states;
    buffers.push({ name: `states of "${p.name}" (${all} cells of ${perCell.states} states)`, bytes: 4 * perCell.states * all });
  }
  for (const { name, source, outputs, learning } of d.readouts ?? []) {
    const n = sizeOf(d.populations.find((p) => p.name === source) as (typeof d.populations)[number]);
    const values = entries * n * (outputs + (learning === undefined ? 0 : n));
    hostBytes += STATE_BYTES * values;
    buffers.push({ name: `weights of "${name}" and their inverse correlations (${n} by ${n})`, bytes: 4 * values });
  }
  for (const x of d.projections) {
    if (x.procedural === true) continue;
    const sizes = ruleSizes(x, d.populations);
    const own = structures * expectedLinks(x.rule, sizes).mean;
    const perLink =
      LINK_BYTES +
      (isQuantity(x.weight) ? 0 : WEIGHT_BYTES) +
      (isQuantities(x.weight) ? GIVEN_BYTES : 0) +
      (isQuantity(x.delay) ? 0 : GIVEN_BYTES) +
      (x.rule.kind === "list" ? ORDER_BYTES : 0) +
      (x.receptors.length > 1 ? RECEPTOR_BYTES : 0);
    links += own;
    if (changesLinks(x.plasticity)) {
      const { states, traces = {} } = x.plasticity.mechanism;
      const each = 1 + Object.keys({ ...states, ...traces }).length; // the weight is a state
      const ofEntries = (own * entries) / structures;
      hostBytes += (LEARNING_BYTES + 8 * each) * own + (STATE_BYTES * each + EVENT_BYTES) * ofEntries;
      deviceBytes += 4 * (each + 1) * ofEntries;
    }
    hostBytes += perLink * own + structures * ROW_BYTES * Math.min(sizes.sources, own / structures);
    if (!hasNoRows(d, x.source)) deviceBytes += (isQuantity(x.weight) ? 1 : 2) * SLOT_BYTES * own;
  }
  return { cells, sources, compartments, links, hostBytes, deviceBytes, buffers: buffers.sort((a, b) => b.bytes - a.bytes) };
} // prettier-ignore

/** @throws ModelError with the numbers where the network cannot fit */
export function checkEstimate(d: NetworkDescription, e: Estimate, limits: MemoryLimits): void {
  const ids = (e.cells + e.sources) / d.entries;
  if (e.cells + e.sources >= 2 ** 32) {
    throw new ModelError(
      "network",
      `has ${rounded(ids)} cells and sources in ${d.entries} entries; spikes are told apart by a number below ${2 ** 32}`,
      "Use a smaller network or batch, or several runs",
    );
  }
  const [largest] = e.buffers;
  if (limits.binding !== undefined && largest !== undefined && largest.bytes > limits.binding) {
    throw new ModelError(
      "network",
      `${largest.name} take at least ${bytesText(largest.bytes)} in one buffer, where this device binds ${bytesText(limits.binding)}`,
      "Use fewer cells, links or entries, spread the cells over several populations, or use the reference engine",
    );
  }
  const { machine = Infinity, host = Math.min(HOST_BYTES, machine), shared = false } = limits;
  const bytes = e.hostBytes + (shared ? e.deviceBytes : 0);
  if (bytes <= host) return;
  throw new ModelError(
    "network",
    `${sizeText(e)} take at least ${bytesText(bytes)} of memory, where ${host === machine ? "this machine has " : ""}${bytesText(host)}${host === machine ? "" : " are allowed"}`,
    "Use fewer cells, compartments, links or entries; on a larger machine give hostMemory",
  );
}

/** "800 cells of 1600 compartments, 800 sources, 96,800 links" */
const sizeText = (e: Estimate): string =>
  `${rounded(e.cells)} cells of ${rounded(e.compartments)} compartments, ${rounded(e.sources)} sources and ${rounded(e.links)} links`;

export const bytesText = (bytes: number): string =>
  bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toPrecision(3)} GiB`;

const rounded = (x: number): string => (x < 1e6 ? String(Math.round(x)) : x.toExponential(2));

/** Of an element of a port whose rate may change: room for the table of its largest rate. */
function liveTableBytes(name: string, { sources, maxRate }: PortSources, dtMs: number | undefined): number {
  if (maxRate === undefined || dtMs === undefined) return 0;
  const mean = sources * canonical(`${name}, maxRate`, maxRate, "Hz") * dtMs * 1e-3;
  return 4 * countThresholds(`${name}, maxRate`, mean).length;
}

function hasNoRows(d: NetworkDescription, source: string): boolean {
  const kind = d.populations.find((p) => p.name === source)?.model.kind;
  return kind === "trains" || kind === "port";
}

/** @param reached  receptors that projections end on; the others are left out by compile */
function sizeOfCell(model: CellModel, reached: ReadonlySet<string>): { compartments: number; states: number } {
  const nseg = new Map(model.sections.map((s) => [s.name, s.nseg ?? 1]));
  const compartments = model.sections.reduce((sum, s) => sum + (s.nseg ?? 1), 0);
  const inserted = (model.insertions ?? []).reduce(
    (sum, i) =>
      sum + Object.keys(i.mechanism.states).length * i.sections.reduce((n, name) => n + (nseg.get(name) ?? 0), 0),
    0,
  );
  const received = (model.receptors ?? []).reduce(
    (sum, r) => sum + (reached.has(r.name) ? Object.keys(r.synapse.states).length : 0),
    0,
  );
  return { compartments, states: compartments + inserted + received };
}
