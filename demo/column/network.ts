import { compile } from "../../src/compile/compile.ts";
import {
  columnPreset,
  cortexColumn,
  readHnn,
  type ColumnPreset,
  type CortexColumn,
} from "../../src/models/cortical-column/index.ts";
import { ms } from "../../src/units.ts";
import type { Compiled } from "../site/runner.ts";
import { DT, FIELD_MS, HIGHEST_STRENGTH, SAMPLE_MS, type ColumnDocument, type Place, type Preset } from "./facts.ts";
import { fieldVariables } from "./field.ts";
import { variablesAt } from "./watched.ts";
import type { AnyCells } from "../../src/network/handles.ts";

/** How long each is shown, ms: one response, or several cycles of a rhythm. */
const DURATION: Readonly<Record<Preset, number>> = { evoked: 170, alpha: 600, gamma: 300 };

/** Published: factor on the moment of 10 x 10 pyramidal cells a layer. */
export const dipoleScale = (published: number, cells: number): number => (published * 100) / Math.max(1, cells);

export interface ColumnSettings {
  readonly preset: Preset;
  readonly mesh: number; // pyramidal cells along a side, of each layer
  readonly trial: number;
  readonly document?: ColumnDocument | undefined;
  /** records the membrane currents that make potentials. */
  readonly field?: boolean;
}

export interface BuiltColumn extends Compiled {
  readonly column: CortexColumn;
  readonly smoothing: ColumnPreset["smoothing"];
}

/** Of drives: what the page's and the drive's own factor may be together. */
export const HIGHEST_SCALE = HIGHEST_STRENGTH ** 2;

/** The column with the document's drives and connections, or published ones; smaller where `mesh` says so.
 * @param tstop  ms; default: as long as the preset is shown */
export function columnOf(
  { preset, mesh, trial, document, field }: ColumnSettings,
  tstop = DURATION[preset],
): CortexColumn {
  const { drives, rules } = columnPreset(preset);
  const file = document?.hnn && readHnn(document.hnn.text, document.hnn.name);
  const column = cortexColumn({
    mesh: [mesh, mesh],
    drives: document?.drives ?? file?.drives ?? drives,
    ...(file === undefined ? { rules } : { model: file.model }),
    trial,
    tstop,
    maxDriveScale: HIGHEST_SCALE,
  });
  for (const name of ["L2_pyramidal", "L5_pyramidal"]) {
    const cells = column.population(name);
    if (cells.kind === "cells") column.record(cells, "dipole", { every: ms(SAMPLE_MS) });
  }
  if (field === true)
    for (const [type, names] of fieldVariables(column))
      for (const name of names) column.record(column.population(type) as AnyCells, name, { every: ms(FIELD_MS) });
  watch(column, document?.watched);
  return column;
}

function watch(column: CortexColumn, place: Place | undefined): void {
  if (place === undefined) return;
  const cells = column.population(place.type);
  if (cells.kind !== "cells") return;
  for (const { name } of variablesAt(column, place)) column.record(cells, name, { cells: [place.cell], every: ms(SAMPLE_MS) }); // prettier-ignore
}

/** The column that the page runs. */
export function buildColumn(settings: ColumnSettings): BuiltColumn {
  const column = columnOf(settings);
  const { smoothing } = columnPreset(settings.preset);
  const description = column.describe();
  return { column, network: compile(description, { dt: ms(DT) }), description, smoothing };
}
