/// <reference types="@webgpu/types" preserve="true" />
import type { EngineKind } from "../../host/engine.ts";
import type { WholeCell, Method } from "../../network/cell.ts";
import { Network } from "../../network/network.ts";
import type { Chunk } from "../../run/chunk.ts";
import { simulate } from "../../run/simulate.ts";
import type { Announce } from "../announce.ts";
import { ms, mV, nA, one, perCell, type Quantity } from "../../units.ts";

/** What current steps run on, and how finely. */
export interface ClampContext {
  readonly device?: GPUDevice | undefined;
  readonly engine?: "auto" | EngineKind | undefined;
  readonly dt: Quantity<"ms">;
  readonly method: Method;
  readonly signal?: AbortSignal | undefined;
  /** How much of a step is done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
  readonly announce?: Announce | undefined;
}

/** A current step into every cell's soma, cells not connected. */
export interface Step {
  /** all compartments start here (mV), one per cell. */
  readonly V0: Float64Array;
  /** amplitude (nA) of each entry of a batch, one per cell; cells do not affect each other, so each may have its own. */
  readonly amplitudes: readonly ArrayLike<number>[];
  readonly delayMs: number;
  readonly durationMs: number;
  readonly endMs: number;
  /** detector (mV), one per cell; the model's own when left out. */
  readonly threshold?: Float64Array;
  /** record the detector's compartment this often; default 500. */
  readonly sampleMs?: number;
}

const CELLS = "cells";
/** Recorded also where nobody looks: another interval, or none, is another kernel, and compiling one takes a software adapter
 * seconds, longer than most of these runs. */
const SAMPLE_MS = 500;

/** Runs all entries of a step as one batch and hands over the chunks, 500 ms each.
 * @returns upward crossings of the detector: counts[entry][cell] */
export async function respond(
  model: WholeCell,
  step: Step,
  context: ClampContext,
  onChunk: (chunk: Chunk) => void = () => undefined,
): Promise<Uint32Array[]> {
  const { dt, method, device, engine = "auto", signal, onProgress } = context;
  const duration = ms(step.endMs);
  const counts = step.amplitudes.map(() => new Uint32Array(model.n));
  const sim = await simulate(network(model, step), { device, engine, dt, method, duration });
  await context.announce?.(sim, {
    steps: sim.steps("duration", duration),
    chunkSteps: sim.steps("chunk", ms(500), true),
  });
  try {
    const report = (p: { simulatedMs: number; totalMs: number }): void => onProgress?.(p.simulatedMs / p.totalMs);
    for await (const chunk of sim.run(duration, { chunk: ms(500), signal, onProgress: report })) {
      counts.forEach((count, entry) => {
        for (const cell of chunk.spikes(CELLS, entry).cells) count[cell] = (count[cell] as number) + 1;
      });
      onChunk(chunk);
    }
  } finally {
    await sim.close();
  }
  return counts;
}

/** Potentials of one entry of a chunk: columns are the model's cells. */
export const potentials = (chunk: Chunk, entry = 0): ReturnType<Chunk["trace"]> => chunk.trace(CELLS, "V", entry);

/** The cells, not connected, with the step of every entry. */
export function network(model: WholeCell, step: Step): Network {
  const net = new Network({ seed: 0, name: "current steps" }); // nothing here is random
  const cells = net.cells(CELLS, started(model, step));
  const delay = ms(step.delayMs);
  const clamp = net.clamp(cells, nA(1), { delay, duration: ms(step.durationMs) });
  net.vary(
    `${clamp}.gain`,
    step.amplitudes.map((amplitude) => perCell(one, amplitude)),
  );
  net.record(cells, "V", { every: ms(step.sampleMs ?? SAMPLE_MS) });
  return net;
}

/** The same cells with another start in every section, and another detector. */
function started(model: WholeCell, { V0, threshold }: Step): WholeCell {
  const { detector } = model;
  return {
    ...model,
    sections: model.sections.map(({ V0: _own, ...section }) => section),
    V0: perCell(mV, V0),
    detector: threshold === undefined ? detector : { ...detector, threshold: perCell(mV, threshold) },
  };
}
