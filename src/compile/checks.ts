import { ModelError } from "../errors.ts";
import type { Method } from "../network/cell.ts";
import { checkDescription, checkMethod } from "../network/check.ts";
import type { CompileOptions, NetworkDescription } from "../network/description.ts";
import { checkVariation, type Path } from "../network/paths.ts";
import { stepsWithin } from "../steps.ts";
import { canonical } from "../units.ts";
import type { CompiledNetwork, ParamTable, RowTable } from "./compiled.ts";

/** Options in canonical numbers. */
export interface Settings {
  readonly dt: number; // ms
  /** of all cells; undefined: what each model states. */
  readonly method: Method | undefined;
  readonly maxBlock: number;
  /** steps of the whole experiment; undefined when not known. */
  readonly steps: number | undefined;
}

/** @throws ModelError for a step, a method, a block or a duration that cannot be */
export function settings(options: CompileOptions): Settings {
  const dt = canonical("dt", options.dt, "ms");
  if (!(dt > 0)) throw new ModelError("dt", `is ${dt} ms`, "Give a step above 0, for example ms(0.025)");
  const { method, maxBlock = Infinity, duration } = options;
  checkMethod("method", method);
  if (!(maxBlock >= 1) || !(Number.isInteger(maxBlock) || maxBlock === Infinity)) {
    throw new ModelError("maxBlock", `is ${maxBlock} steps`, "Give a whole number of 1 or more");
  }
  if (duration === undefined) return { dt, method, maxBlock, steps: undefined };
  const durationMs = canonical("duration", duration, "ms");
  if (!(durationMs >= 0)) throw new ModelError("duration", `is ${durationMs} ms`, "Give 0 or more");
  const steps = stepsWithin(durationMs, dt);
  if (steps >= 2 ** 32) {
    throw new ModelError(
      "duration",
      `${durationMs} ms is ${steps} steps of ${dt} ms, more than ${2 ** 32 - 1}`,
      "Shorten it or lengthen dt",
    );
  }
  return { dt, method, maxBlock, steps };
}

/** Every check that needs no numbers drawn or compiled. @returns what each variation's path names */
export function checkNetwork(d: NetworkDescription): Path[] {
  checkDescription(d);
  if (d.populations.length === 0) throw new ModelError("network", "has no populations", "Add cells or sources");
  const paths = d.variations.map((v) => v.path);
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) throw new ModelError(`variation "${twice}"`, "is given twice", "Vary each path once");
  return d.variations.map((v) => checkVariation(v, d, d.entries));
}

/** One buffer that a network needs on a device, where numbers are 4 bytes. */
export interface BufferNeed {
  readonly name: string;
  readonly bytes: number;
}

export interface Requirements {
  /** largest first. */
  readonly buffers: readonly BufferNeed[];
  readonly largest: BufferNeed;
  readonly bytes: number;
}

/** What the buffers of a compiled network take in 4-byte words: states, parameters, accumulators of a block, rows, given events,
 * source states. The spike log and samples in flight come on top: they depend on how far one submit goes. */
export function requirements(network: CompiledNetwork): Requirements {
  const { entries, maxBlock } = network;
  const words: [string, number][] = [];
  for (const p of network.populations) {
    if (p.kind === "cells") {
      words.push([`${p.name}.states`, p.state0.length], [`${p.name}.armed`, p.n * entries]);
      words.push([`${p.name}.params`, paramWords(p.params)]);
    } else if (p.kind === "renewal") {
      words.push([`${p.name}.sources`, 5 * p.n * entries]); // sum, theta, stage, draws, remainder
    }
  }
  network.stages.forEach((stage, k) => {
    words.push([`stage ${k}.accumulators`, maxBlock * entries * stage.slots]);
    words.push([`stage ${k}.rows`, stage.rows.reduce((sum, rows) => sum + rowWords(rows), 0)]);
    words.push([`stage ${k}.given`, 4 * stage.given.step.length]);
  });
  const buffers = words.map(([name, n]) => ({ name, bytes: 4 * n })).sort((a, b) => b.bytes - a.bytes);
  const largest = buffers[0] ?? { name: "none", bytes: 0 };
  return { buffers, largest, bytes: buffers.reduce((sum, b) => sum + b.bytes, 0) };
}

/** @throws ModelError with the numbers when a buffer is larger than a device binds at once (by default 128 MiB) */
export function checkRequirements(network: CompiledNetwork, maxBinding: number): void {
  const { largest } = requirements(network);
  if (largest.bytes <= maxBinding) return;
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  throw new ModelError(
    largest.name,
    `takes ${mib(largest.bytes)} in one buffer, where this device binds ${mib(maxBinding)}`,
    "Make the network or the batch smaller, or use the reference engine",
  );
}

const paramWords = ({ values, names }: ParamTable): number => values.length + 3 * names.length;
const rowWords = (r: RowTable): number => r.rowStart.length + 3 * r.segmentDelay.length + 1 + 2 * r.target.length;
