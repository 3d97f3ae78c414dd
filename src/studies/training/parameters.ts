import { bytesText } from "../../compile/estimate.ts";
import { clipped } from "../../clipped.ts";
import { DataError } from "../../errors.ts";
import { stepsOf, type TrainedNetworkParameters, UNIT_MS } from "../../network/trained-parameters.ts";
import { linesOf } from "../../shapes.ts";
import { decimal } from "../schema.ts";
import type { TrainingOptions } from "./settings.ts";

/** Most bytes taken on the device. */
export const MAX_MEMORY = 4 * 2 ** 30;

/** Refuses what no device holds, from the options alone: P of a network grows as N^3. */
export function checkSize({ N, p }: Pick<TrainingOptions, "N" | "p">): void {
  const links = Math.max(1, p * N);
  const bytes = (4 * N * links * (links + 1)) / 2;
  if (bytes <= MAX_MEMORY) return;
  throw new DataError("train N", `is ${N}: learning needs about ${bytesText(bytes)} a network, at most ${bytesText(MAX_MEMORY)} are taken`, "Choose fewer neurons, or a smaller p"); // prettier-ignore
}

/** The model's parameters; pqif and reset are those of the grid's first point. */
export function parametersOf(options: TrainingOptions): TrainedNetworkParameters {
  const itstim = options.stimulusMs === undefined ? options.itstim : stepsOf(options.stimulusMs, options.h);
  const learnFrom = options.learnFromMs === undefined ? options.learnFrom : stepsOf(options.learnFromMs, options.h);
  if (itstim > options.itmax - 2) {
    throw new DataError(
      "train",
      `the stimulus lasts ${itstim} of ${options.itmax} steps`,
      "Leave at least two without",
    );
  }
  return {
    ...options,
    nloop: loopsOf(options),
    itstim,
    learnFrom: learnFrom ?? itstim + 1,
    vrest: options.vrest[0] as number,
    pqif: options.pqif[0] as number,
  };
}

/** Loops in all; --duration gives whole ones. */
function loopsOf({ nloop, duration, itmax, h }: TrainingOptions): number {
  if (duration === undefined) return nloop;
  const loop = (itmax * h * UNIT_MS) / 1000;
  const loops = Math.round(duration / loop);
  if (loops >= 1 && Math.abs(duration / loop - loops) < 1e-6) return loops;
  throw new DataError("train duration", `is ${duration} s, not whole loops`, `Give a multiple of ${loop} s`);
}

/** Reads user-given targets: a CSV with a row per step and a column per neuron, with or without a header.
 * @returns [itmax][N] */
export function parseTargets(where: string, text: string, itmax: number, N: number): Float64Array {
  const lines = linesOf(where, text).filter((line) => line.trim() !== "");
  if (lines[0] !== undefined && /[A-Za-z]{2}/.test(lines[0])) lines.shift();
  if (lines.length !== itmax) throw new DataError(where, `has ${lines.length} rows`, `Give one per step, ${itmax}`);
  const rows = lines.map((line, it) => {
    const cells = line.split(",");
    if (cells.length !== N)
      throw new DataError(`${where}, row ${it}`, `has ${cells.length} values`, `Give ${N} numbers`);
    return cells.map((cell, i) => {
      const value = decimal(cell);
      if (value !== undefined) return value;
      throw new DataError(`${where}, row ${it}, column ${i}`, `is ${cell.trim() === "" ? "empty" : `"${clipped(cell)}"`}`, "Give a number"); // prettier-ignore
    });
  });
  return Float64Array.from(rows.flat());
}
