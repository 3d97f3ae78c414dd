import type { AnyCells } from "../../network/handles.ts";
import {
  alphaDistal,
  calcium2022,
  columnPreset,
  CortexColumn,
  jones2009,
  law2021,
  membraneCurrents,
  type ColumnModel,
  type Drive,
  type EventDrive,
  type Point,
} from "../../models/cortical-column/index.ts";
import { checkEstimate, estimate } from "../../compile/estimate.ts";
import { threadsHere } from "../../host/threads.ts";
import { checkDrives } from "../../models/cortical-column/drive-checks.ts";
import { ms } from "../../units.ts";
import type { ColumnSettings } from "./settings.ts";

const MODELS = { "jones-2009": jones2009, "law-2021": law2021, calcium: calcium2022 } as const;

/** What a network has instead of the preset's. */
interface Instead {
  readonly drives?: readonly Drive[];
  readonly model?: ColumnModel;
}

/** The network of a preset with its recordings, and trials as a batch.
 * @param seed  number of the first trial: 0 gives the published event times */
export function columnNetwork(s: ColumnSettings, seed: number, instead: Instead = {}): CortexColumn {
  return networkOf(s, seed, modelOf(s, instead), drivesOf(s, instead), s.duration);
}

const presetOf = (s: ColumnSettings) => columnPreset(s.preset === "replay" ? "evoked" : s.preset);
const modelOf = (s: ColumnSettings, { model }: Instead): ColumnModel => model ?? MODELS[s.model]();

function drivesOf(s: ColumnSettings, { drives }: Instead): readonly Drive[] {
  const given = drives ?? [...presetOf(s).drives, ...(s.alphaDistal ? [alphaDistal] : [])];
  const tonic: Drive[] = s.tonic === 0 ? [] : [{ kind: "tonic", amplitude: { L5_pyramidal: s.tonic } }];
  return [...given.map((d) => scaled(d, s.driveScale)), ...tonic];
}

/** The network on the smallest mesh, with what its drives do until `end` (ms): what it costs to look at grows with neither mesh nor duration.
 * @throws ModelError for drives that the whole duration does not take, and for trials that memory does not hold */
export function smallNetwork(s: ColumnSettings, seed: number, instead: Instead, end: number): CortexColumn {
  const [model, drives] = [modelOf(s, instead), drivesOf(s, instead)];
  checkDrives(model.cellTypes, drives, s.duration);
  const mesh = { x: Math.min(2, s.mesh.x), y: Math.min(2, s.mesh.y) };
  const small = networkOf({ ...s, mesh, trials: 1 }, seed, model, drives.flatMap((d) => until(d, end)), end);
  if (s.trials > 1) checkTrials(small, Math.ceil((s.trials * s.mesh.x * s.mesh.y) / (mesh.x * mesh.y))); // as many cells
  return small;
} // prettier-ignore

/** A drive as far as it goes before `end`. */
function until(drive: Drive, end: number): Drive[] {
  if (drive.kind === "spikeTrain") return [{ ...drive, outside: "keep" }];
  if (drive.kind === "evoked") return [drive];
  const from = (drive.kind === "tonic" ? drive.t0 : drive.tstart) ?? 0;
  return from >= end ? [] : [{ ...drive, tstop: Math.min(drive.tstop ?? end, end) }];
}

function networkOf(
  s: ColumnSettings,
  seed: number,
  model: ColumnModel,
  drives: readonly Drive[],
  tstop: number,
): CortexColumn {
  const column = new CortexColumn({
    mesh: [s.mesh.x, s.mesh.y],
    model,
    rules: s.preset === "gamma" ? presetOf(s).rules : model.rules,
    drives: [...drives],
    tstop,
    trial: seed,
    tables: s.tables,
  });
  record(column, s);
  vary(column, s.trials, seed);
  return column;
}

function scaled(drive: Drive, by: number): Drive {
  if (drive.kind === "tonic" || by === 1) return drive;
  const times = (weights: Readonly<Record<string, number>> = {}): Record<string, number> =>
    Object.fromEntries(Object.entries(weights).map(([type, w]) => [type, w * by]));
  const { weightsAmpa, weightsNmda } = drive;
  return {
    ...drive,
    ...(weightsAmpa === undefined ? {} : { weightsAmpa: times(weightsAmpa) }),
    ...(weightsNmda === undefined ? {} : { weightsNmda: times(weightsNmda) }),
  } as EventDrive;
}

function record(column: CortexColumn, { record: r, dt }: ColumnSettings): void {
  for (const type of column.cellTypes) {
    const cells = column.population(type.name) as AnyCells;
    if (type.dipole) column.record(cells, "dipole", { every: ms(dt) });
    if (r.soma > 0) column.record(cells, "soma.V", { every: ms(r.soma) });
    if (r.field > 0 && type.dipole)
      for (const name of Object.keys(membraneCurrents(type))) column.record(cells, name, { every: ms(r.field) });
  }
}

/** Trials differ in the times of their drives' events and in nothing else.
 * @throws ModelError for more than memory holds, before an event is drawn */
function vary(column: CortexColumn, trials: number, seed: number): void {
  if (trials === 1) return;
  checkTrials(column, trials);
  const times = Array.from({ length: trials }, (_, k) => column.timesOfTrial(seed + k));
  for (const { name, kind } of column.drives) {
    if (kind !== "spikeTrain") column.vary(`${name}.times`, times.map((t) => t[name])); // prettier-ignore
  }
  column.batch(trials);
}

function checkTrials(column: CortexColumn, trials: number): void {
  const whole = { ...column.describe(), entries: trials };
  checkEstimate(whole, estimate(whole), { machine: threadsHere().memory });
}

/** Contacts of the probe, upwards. */
export const contacts = ({ probe: p }: ColumnSettings): Point[] =>
  Array.from({ length: p.contacts }, (_, k): Point => [p.x, p.y, p.from + k * p.spacing]);
