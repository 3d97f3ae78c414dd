import type { ReceptorName } from "./cell-types.ts";

/** What every drive says of its targets. Times in ms, weights in uS. */
export interface DriveWiring {
  /** Unique among drives and cell types; names the drive's spikes in files. */
  readonly name: string;
  /** Group or section of the target cells. */
  readonly location: string;
  /** Peak conductance per target type at distance 0; a weight of 0 still makes links. */
  readonly weightsAmpa?: Readonly<Record<string, number>>;
  readonly weightsNmda?: Readonly<Record<string, number>>;
  /** One delay, or one per target type. Default 0.1. */
  readonly synapticDelays?: number | Readonly<Record<string, number>>;
  /** Fraction of the pairs that is kept, one or one per target type. Default 1. */
  readonly probability?: number | Readonly<Record<string, number>>;
  /** In grid spacings. Default 3 (evoked, spike train) or 100 (poisson, bursty). */
  readonly spaceConstant?: number;
  /** Draws the kept pairs. Default 3. */
  readonly connSeed?: number;
  /** By target type, pairs of a drive cell and a cell of the type, both counted from 0: in place of all or drawn ones. */
  readonly pairs?: Readonly<Record<string, readonly (readonly [drive: number, cell: number])[]>>;
}

interface Drawn extends DriveWiring {
  /** One drive cell per target cell, linked one to one; otherwise every drive cell reaches every target. Default true, bursty false. */
  readonly cellSpecific?: boolean;
  /** Types whose cells a cell-specific drive has cells for. Default: those with weights. Cells for others never act, but count in the seeds of those
   * behind them, as in HNN's files. */
  readonly cellTypes?: readonly string[];
  /** Number of drive cells; only of a drive that is not cell-specific. Default 1. */
  readonly nDriveCells?: number;
  /** Default 2. Drive cell j of trial k draws from eventSeed + k * (all cells of the network) + j. */
  readonly eventSeed?: number;
}

/** Events about one time: numspikes normal times per drive cell. */
export interface EvokedDrive extends Drawn {
  readonly kind: "evoked";
  readonly mu: number;
  readonly sigma: number;
  readonly numspikes?: number; // default 1
}

/** Poisson trains; a rate (Hz) for all, or one per target type of a cell-specific drive. */
export interface PoissonDrive extends Drawn {
  readonly kind: "poisson";
  readonly rateConstant: number | Readonly<Record<string, number>>;
  readonly tstart?: number; // default 0
  readonly tstop?: number; // default: the end of the run
}

/** Bursts at a rate (Hz) with jittered centres. */
export interface BurstyDrive extends Drawn {
  readonly kind: "bursty";
  readonly tstart?: number; // default 0
  /** Jitter of the start, common to the drive's cells. Default 0. */
  readonly tstartStd?: number;
  readonly tstop?: number; // default: the end of the run
  readonly burstRate: number;
  readonly burstStd?: number; // default 0
  readonly numspikes?: number; // default 2
  readonly spikeIsi?: number; // default 10
}

/** Given trains: one drive cell per source, at the column's origin. Times are used as they are: not sorted, not rounded. */
export interface SpikeTrainDrive extends DriveWiring {
  readonly kind: "spikeTrain";
  /** Times by source in order of the keys, or (time, id) pairs whose ids are numbered anew in ascending order. */
  readonly spikeData: Readonly<Record<string, readonly number[]>> | readonly (readonly [time: number, id: number])[];
  /** What single sources have of their own, by source name. */
  readonly perSource?: Readonly<Record<string, SourceWiring>>;
  /** An event before 0 or after the run's end is refused unless this says "keep" (it stays in `drives`, and never acts). */
  readonly outside?: "refuse" | "keep";
}
export type SourceWiring = Partial<
  Pick<DriveWiring, "location" | "weightsAmpa" | "weightsNmda" | "synapticDelays" | "probability">
>;

/** A constant current (nA) into the middle of a section of every cell of the named types. */
export interface TonicBias {
  readonly kind: "tonic";
  readonly amplitude: Readonly<Record<string, number>>;
  readonly t0?: number; // default 0
  readonly tstop?: number; // default: the end of the run
  readonly section?: string; // default "soma"
}

export type EventDrive = EvokedDrive | PoissonDrive | BurstyDrive | SpikeTrainDrive;
export type Drive = EventDrive | TonicBias;

/** The drive's default space constant in grid spacings. */
export const spaceConstantOf = (drive: EventDrive): number =>
  drive.spaceConstant ?? (drive.kind === "evoked" || drive.kind === "spikeTrain" ? 3 : 100);

export const isCellSpecific = (drive: EventDrive): boolean =>
  drive.kind !== "spikeTrain" && (drive.cellSpecific ?? drive.kind !== "bursty");

/** Source names and times of a spike train drive, in drive cell order. */
export function trainsOf({ spikeData }: SpikeTrainDrive): { name: string; times: readonly number[] }[] {
  if (!isPairs(spikeData)) return Object.entries(spikeData).map(([name, times]) => ({ name, times }));
  const byId = new Map<number, number[]>();
  for (const [time, id] of spikeData) byId.set(id, [...(byId.get(id) ?? []), time]);
  return [...byId].sort(([a], [b]) => a - b).map(([id, times]) => ({ name: String(id), times }));
}

const isPairs = (data: SpikeTrainDrive["spikeData"]): data is readonly (readonly [number, number])[] =>
  Array.isArray(data);

/** Receptors with weights, in the order of the published rules. */
export const driveReceptors = (wiring: SourceWiring): [ReceptorName, Readonly<Record<string, number>>][] => [
  ...(wiring.weightsAmpa === undefined
    ? []
    : [["ampa", wiring.weightsAmpa] as [ReceptorName, Readonly<Record<string, number>>]]),
  ...(wiring.weightsNmda === undefined
    ? []
    : [["nmda", wiring.weightsNmda] as [ReceptorName, Readonly<Record<string, number>>]]),
];
