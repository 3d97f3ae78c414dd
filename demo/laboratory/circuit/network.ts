import { fixedInDegree, fixedProbability, oneToOne } from "../../../src/connect/rules.ts";
import { expsyn } from "../../../src/mechanisms/index.ts";
import type { Neuron } from "../../../src/mechanisms/neuron.ts";
import { adex, iaf_cond_exp, izhikevich } from "../../../src/mechanisms/neurons/index.ts";
import type { CellModel, ReceptorSpec } from "../../../src/network/cell.ts";
import type { CellsHandle } from "../../../src/network/handles.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson } from "../../../src/network/sources.ts";
import { Hz, ms, mV, type Quantity, type Unit } from "../../../src/units.ts";
import type { Versions } from "../experiment.ts";
import { isNeuron, type Subject } from "../subject.ts";
import {
  driveName,
  projectionName,
  WATCHED,
  type Circuit,
  type CircuitPopulation,
  type SynapseKind,
} from "./circuit.ts";

/** The network that a circuit describes, of the page's cells. */

/** between two samples of it, ms. */
export const EVERY = 0.2;
/** Weights and drives grow so far while they run; above it another network takes their place. */
export const MOST_SCALE = 4;

const POINTS: ReadonlyMap<string, Neuron> = new Map([iaf_cond_exp, adex, izhikevich].map(({ mechanism }) => [mechanism.name, mechanism])); // prettier-ignore

/** What a population's cells are, undefined where there is no such cell. */
export function subjectOf(of: string, versions: Versions): Subject | undefined {
  const point = POINTS.get(of);
  if (point !== undefined) return { kind: "neuron", neuron: point };
  return of === "A" || of === "B" ? versions[of] : undefined;
}

/** Compartments of one cell. */
export const compartmentsOf = (subject: Subject): number =>
  isNeuron(subject) ? 1 : subject.cell.sections.reduce((sum, { nseg }) => sum + (nseg ?? 1), 0);

/** Exponential conductances as the shipped neurons have them. */
const SYNAPSES: Readonly<Record<SynapseKind, NonNullable<ReceptorSpec["params"]>>> = {
  excitatory: { tau: ms(5), e: mV(0) },
  inhibitory: { tau: ms(10), e: mV(-80) },
};

/** A cell with both synapses at the place where its spikes are seen; one that has a receptor of that name keeps it. */
function withSynapses(cell: CellModel): CellModel {
  const own = cell.receptors ?? [];
  const { section, at = 0.5 } = cell.detector;
  const more = Object.entries(SYNAPSES).filter(([name]) => own.every((r) => r.name !== name));
  return { ...cell, receptors: [...own, ...more.map(([name, params]) => ({ name, synapse: expsyn, section, at, params }))] }; // prettier-ignore
}

/** Where events of a kind arrive. */
export interface Entrance {
  readonly receptor: string;
  /** as the page writes weights, and their factor to hillock's unit, with the sign of the kind. */
  readonly unit: string;
  readonly factor: number;
  readonly canonical: Unit;
}

/** @returns undefined for a neuron without any port */
export function entrance(subject: Subject, kind: SynapseKind): Entrance | undefined {
  if (!isNeuron(subject)) return { receptor: kind, unit: "nS", factor: 1e-3, canonical: "uS" };
  const { ports } = subject.neuron;
  const receptor = Object.hasOwn(ports, kind) ? kind : Object.keys(ports)[0];
  const canonical = receptor === undefined ? undefined : ports[receptor]?.unit;
  if (receptor === undefined || canonical === undefined) return undefined;
  if (canonical === "uS") return { receptor, unit: "nS", factor: 1e-3, canonical };
  const sign = kind === "inhibitory" ? -1 : 1; // a current or a jump inhibits by its sign
  if (canonical === "nA") return { receptor, unit: "pA", factor: sign * 1e-3, canonical };
  return { receptor, unit: canonical === "1" ? "" : canonical, factor: sign, canonical };
}

export interface CircuitNetwork {
  readonly network: Network;
  /** populations with a recorded voltage. */
  readonly voltages: readonly string[];
}

/** A circuit that was checked.
 * @throws ModelError for what hillock's own checks find */
export function circuitNetwork(
  { populations, projections }: Circuit,
  versions: Versions,
  seed: number,
): CircuitNetwork {
  const network = new Network({ seed, name: "laboratory" });
  const made = new Map<string, { cells: CellsHandle; subject: Subject }>();
  const voltages: string[] = [];
  const weightOf = (subject: Subject, kind: SynapseKind, weight: number): { receptor: string; weight: Quantity } => {
    const { receptor = "", factor = 1, canonical = "1" } = entrance(subject, kind) ?? {};
    return { receptor, weight: { value: factor * weight, unit: canonical } };
  };
  for (const p of populations) {
    const subject = subjectOf(p.of, versions);
    if (subject === undefined) continue;
    const cells = addCells(network, p, subject);
    made.set(p.name, { cells, subject });
    if (isNeuron(subject) && !Object.hasOwn(subject.neuron.states, "V")) continue;
    network.record(cells, "V", { cells: Array.from({ length: Math.min(WATCHED, p.n) }, (_, k) => k), every: ms(EVERY) });
    voltages.push(p.name);
  } // prettier-ignore
  for (const { name, n, rate, weight } of populations) {
    const target = made.get(name);
    if (target === undefined) continue;
    const into = weightOf(target.subject, "excitatory", weight);
    const sources = network.sources(driveName(name), n, poisson({ rate: Hz(rate) }));
    network.connect(sources, target.cells.receptor(into.receptor), oneToOne(), { name: driveName(name), weight: into.weight, delay: ms(0.1), maxScale: MOST_SCALE }); // prettier-ignore
  }
  for (const p of projections) {
    const [source, target] = [made.get(p.from), made.get(p.to)];
    if (source === undefined || target === undefined) continue;
    const into = weightOf(target.subject, p.kind, p.weight);
    const rule = p.rule === "in-degree" ? fixedInDegree(p.amount, { autapses: false }) : fixedProbability(p.amount, { autapses: false }); // prettier-ignore
    network.connect(source.cells, target.cells.receptor(into.receptor), rule, { name: projectionName(p), weight: into.weight, delay: ms(p.delay), maxScale: MOST_SCALE }); // prettier-ignore
  }
  return { network, voltages };
}

function addCells(network: Network, { name, n }: CircuitPopulation, subject: Subject): CellsHandle {
  if (isNeuron(subject)) return network.cells(name, { kind: "neurons", n, neuron: subject.neuron });
  return network.cells(name, n, withSynapses(subject.cell));
}
