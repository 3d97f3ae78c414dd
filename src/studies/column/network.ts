import { DataError, didYouMean } from "../../errors.ts";
import type { AnyCells } from "../../network/handles.ts";
import {
  alphaDistal,
  columnPreset,
  CortexColumn,
  membraneCurrents,
  type Drive,
  type EventDrive,
  type Point,
} from "../../models/cortical-column/index.ts";
import { ms } from "../../units.ts";

/** Units: ms, nA, um. */
export const COLUMN_DEFAULTS = {
  preset: "evoked", // evoked, erp, alpha, gamma, replay
  mesh: { x: 10, y: 10 },
  duration: 170,
  trials: 1,
  asIntended: false, // replay: with the per-source targets that the published run did not use
  alphaDistal: false, // alpha: with its second drive, which makes a beta rhythm
  driveScale: 1, // on all weights of drives
  tonic: 0, // into the somata of L5 pyramidal cells, from t = 0
  tables: "asPublished", // or exact
  smoothing: { window: 30, scale: 3000 }, // of the dipole, for texts and figures
  record: { soma: 0, field: 0 }, // every so many ms: soma voltages; membrane currents, for potentials and the CSD. 0: not
  probe: { x: 30, y: 4.5, from: -400, spacing: 100, contacts: 26 }, // where the potentials are
  dt: 0.025,
};
export type ColumnSettings = typeof COLUMN_DEFAULTS;

/** What differs from the defaults in each preset. */
export const COLUMN_PRESETS = {
  evoked: {},
  erp: { preset: "erp" },
  alpha: { preset: "alpha", duration: 310, smoothing: { window: 20 } },
  gamma: { preset: "gamma", duration: 250, smoothing: { window: 0, scale: 30000 } },
  replay: { preset: "replay", duration: 225 },
} as const;

/** The network of a preset with its recordings, and trials as a batch.
 * @param seed    number of the first trial: 0 gives the published event times
 * @param drives  instead of the preset's */
export function columnNetwork(s: ColumnSettings, seed: number, drives?: readonly Drive[]): CortexColumn {
  if (s.tables !== "asPublished" && s.tables !== "exact")
    throw new DataError("tables", `is "${s.tables}"`, didYouMean(s.tables, ["asPublished", "exact"]));
  if (!Number.isInteger(s.trials) || s.trials < 1)
    throw new DataError("trials", `is ${s.trials}`, "Give a whole number of 1 or more");
  const preset = columnPreset(s.preset === "replay" ? "evoked" : s.preset);
  const given = (drives ?? [...preset.drives, ...(s.alphaDistal ? [alphaDistal] : [])]).map((d) =>
    scaled(d, s.driveScale),
  );
  const tonic: Drive[] = s.tonic === 0 ? [] : [{ kind: "tonic", amplitude: { L5_pyramidal: s.tonic } }];
  const column = new CortexColumn({
    mesh: [s.mesh.x, s.mesh.y],
    rules: preset.rules,
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

/** Trials differ in the times of their drives' events and in nothing else. */
function vary(column: CortexColumn, trials: number, seed: number): void {
  if (trials === 1) return;
  const times = Array.from({ length: trials }, (_, k) => column.timesOfTrial(seed + k));
  for (const { name, kind } of column.drives) {
    if (kind !== "spikeTrain") column.vary(`${name}.times`, times.map((t) => t[name])); // prettier-ignore
  }
  column.batch(trials);
}

/** Contacts of the probe, upwards. */
export const contacts = ({ probe: p }: ColumnSettings): Point[] =>
  Array.from({ length: p.contacts }, (_, k): Point => [p.x, p.y, p.from + k * p.spacing]);
