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
import { ms } from "../../units.ts";
import type { ColumnSettings } from "./settings.ts";

const MODELS = { "jones-2009": jones2009, "law-2021": law2021, calcium: calcium2022 } as const;

/** What a network has instead of the preset's. */
export interface Instead {
  readonly drives?: readonly Drive[];
  readonly model?: ColumnModel;
}

/** The network of a preset with its recordings, and trials as a batch.
 * @param seed  number of the first trial: 0 gives the published event times */
export function columnNetwork(s: ColumnSettings, seed: number, instead: Instead = {}): CortexColumn {
  const preset = columnPreset(s.preset === "replay" ? "evoked" : s.preset);
  const model = instead.model ?? MODELS[s.model]();
  const given = (instead.drives ?? [...preset.drives, ...(s.alphaDistal ? [alphaDistal] : [])]).map((d) =>
    scaled(d, s.driveScale),
  );
  const tonic: Drive[] = s.tonic === 0 ? [] : [{ kind: "tonic", amplitude: { L5_pyramidal: s.tonic } }];
  const column = new CortexColumn({
    mesh: [s.mesh.x, s.mesh.y],
    model,
    rules: s.preset === "gamma" ? preset.rules : model.rules,
    drives: [...given, ...tonic],
    tstop: s.duration,
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
  const whole = { ...column.describe(), entries: trials };
  checkEstimate(whole, estimate(whole), {});
  const times = Array.from({ length: trials }, (_, k) => column.timesOfTrial(seed + k));
  for (const { name, kind } of column.drives) {
    if (kind !== "spikeTrain") column.vary(`${name}.times`, times.map((t) => t[name])); // prettier-ignore
  }
  column.batch(trials);
}

/** Contacts of the probe, upwards. */
export const contacts = ({ probe: p }: ColumnSettings): Point[] =>
  Array.from({ length: p.contacts }, (_, k): Point => [p.x, p.y, p.from + k * p.spacing]);
