import { compile } from "../../src/compile/compile.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { columnPreset, type CortexColumn } from "../../src/models/cortical-column/index.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import type { Control } from "../../src/run/control.ts";
import { Simulation } from "../../src/run/simulate.ts";
import { ms } from "../../src/units.ts";
import type { Settings } from "../site/protocol.ts";
import { AS_PUBLISHED, DT } from "./facts.ts";
import { dipoleScale, type ColumnSettings } from "./network.ts";

/** Columns that run together, to one end. */
export interface BatchRun {
  readonly column: CortexColumn;
  /** Nothing: the reference engine runs them. */
  readonly device: GPUDevice | undefined;
  /** end, ms. */
  readonly tstop: number;
  /** of a chunk, ms; default: one chunk. */
  readonly chunk?: number;
  /** Changes before the first step. */
  before?(control: Control): void;
  take(chunk: Chunk): void | Promise<void>;
}

export async function runBatch({ column, device, tstop, chunk = tstop, before, take }: BatchRun): Promise<void> {
  const network = compile(column.describe(), { dt: ms(DT) });
  const engine = device === undefined ? referenceEngine(network, { precision: 64 }) : await gpuEngine(network, device);
  const simulation = new Simulation(network, engine);
  try {
    if (before !== undefined) simulation.change(before);
    for await (const part of simulation.run(ms(tstop), { chunk: ms(chunk) })) await take(part);
  } finally {
    await simulation.close();
  }
}

/** Of the dipole as the page shows it: window of its smoothing, ms. */
export function windowOf({ preset }: ColumnSettings, settings: Settings): number {
  const wanted = settings["smoothing"] as number;
  return wanted === AS_PUBLISHED ? columnPreset(preset).smoothing.windowMs : wanted;
}

/** Factor on a column's dipole. */
export const scaleOf = ({ preset }: ColumnSettings, { layout }: CortexColumn): number =>
  dipoleScale(columnPreset(preset).smoothing.scale, layout.positions["L5_pyramidal"]?.length ?? 0);
