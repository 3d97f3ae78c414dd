import { compile } from "../../src/compile/compile.ts";
import {
  columnPreset,
  cortexColumn,
  type ColumnPreset,
  type CortexColumn,
} from "../../src/models/cortical-column/index.ts";
import { ms } from "../../src/units.ts";
import type { Compiled } from "../site/runner.ts";
import { DT, HIGHEST_STRENGTH, SAMPLE_MS, type Preset } from "./facts.ts";

/** How long each is shown, ms: one response, or several cycles of a rhythm. */
const DURATION: Readonly<Record<Preset, number>> = { evoked: 170, alpha: 600, gamma: 300 };

/** Published: factor on the moment of 10 x 10 pyramidal cells a layer. */
export const dipoleScale = (published: number, cells: number): number => (published * 100) / Math.max(1, cells);

export interface ColumnSettings {
  readonly preset: Preset;
  readonly mesh: number; // pyramidal cells along a side, of each layer
  readonly trial: number;
}

export interface BuiltColumn extends Compiled {
  readonly column: CortexColumn;
  readonly smoothing: ColumnPreset["smoothing"];
}

/** The published column with one of its published drives, smaller where `mesh` says so. */
export function buildColumn({ preset, mesh, trial }: ColumnSettings): BuiltColumn {
  const { drives, rules, smoothing } = columnPreset(preset);
  const column = cortexColumn({
    mesh: [mesh, mesh],
    drives,
    rules,
    trial,
    tstop: DURATION[preset],
    maxDriveScale: HIGHEST_STRENGTH,
  });
  for (const name of ["L2_pyramidal", "L5_pyramidal"]) {
    const cells = column.population(name);
    if (cells.kind === "cells") column.record(cells, "dipole", { every: ms(SAMPLE_MS) });
  }
  const description = column.describe();
  return { column, network: compile(description, { dt: ms(DT) }), description, smoothing };
}
