import { compile } from "../../src/compile/compile.ts";
import type { CompiledCells, CompiledNetwork, CompiledStage, RowTable } from "../../src/compile/compiled.ts";
import type { Engine, Segment } from "../../src/host/engine.ts";
import { chosenSettings } from "../../src/studies/schema.ts";
import { buildWatanabe } from "../../src/studies/watanabe/build.ts";
import { settings as schema } from "../../src/studies/watanabe/settings.ts";
import type { Expr } from "../../src/lang/expr.ts";

export interface PoolOptions {
  readonly motorNeurons: number;
  /** factor on all rates. */
  readonly rates?: number;
  readonly maxBlock?: number;
}

/** The Watanabe experiment from its first step on under full drive, V of every 5th cell at every step as published. The 400 shared
 * sources stay 400 at every size. */
export function pool({ motorNeurons, rates = 1, maxBlock }: PoolOptions): CompiledNetwork {
  const settings = chosenSettings("bench", schema, [
    ["cells.motorNeurons", String(motorNeurons)],
    ["cells.independent", String(motorNeurons)],
    ["drive.silence", "0"],
    ["drive.constant", String(65 * rates)],
    ["independent.mean", String(125 * rates)],
    ["record.every", "0.025"],
  ]);
  const { network, dt, method } = buildWatanabe(settings, { seed: 42 });
  return compile(network, { dt, method, ...(maxBlock === undefined ? {} : { maxBlock }) });
}

export const cellsOf = (network: CompiledNetwork): CompiledCells =>
  network.populations.find((p) => p.kind === "cells") as CompiledCells;

/** Runs `steps` more steps as the simulation does, two submits in flight. @param spiked  is told the id of each spike
 * @returns spikes, and link events delivered by them */
export async function drain(
  engine: Engine,
  steps: number,
  spiked?: (id: number) => void,
): Promise<{ spikes: number; events: number }> {
  const end = engine.step + steps;
  const flight: Promise<Segment>[] = [];
  const links = linksOf(engine.network);
  let [spikes, events] = [0, 0];
  while (engine.step < end || flight.length > 0) {
    while (flight.length < 2 && engine.step < end)
      flight.push(engine.advance(Math.min(end, engine.step + engine.stepsPerSubmit)));
    const segment = await (flight.shift() as Promise<Segment>);
    spikes += segment.spikeIds.length;
    if (spiked !== undefined) segment.spikeIds.forEach(spiked);
    for (const id of segment.spikeIds) events += links[id % engine.network.nSources] as number;
  }
  return { spikes, events };
}

/** Links of each source over all stages, in entry 0. */
function linksOf(network: CompiledNetwork): Uint32Array {
  const links = new Uint32Array(network.nSources);
  for (const { rows } of network.stages as readonly CompiledStage[]) {
    const { rowStart, segmentStart } = rows[0] as RowTable;
    links.forEach((n, s) => {
      const at = (k: number): number => segmentStart[rowStart[k] as number] as number;
      links[s] = n + at(s + 1) - at(s);
    });
  }
  return links;
}

/** What one step of a cell asks for. Exponentials: exp, expm1 and exprel, one each; those shared between them cost only the rest. */
export interface Operations {
  exponentials: number;
  divisions: number;
  /** additions, products, comparisons, selections. */
  others: number;
}

export function operations({ program }: CompiledCells): Operations {
  const count: Operations = { exponentials: 0, divisions: 0, others: 0 };
  const visit = (e: Expr): void => {
    if (e.kind === "call") {
      if (["exp", "expm1", "exprel", "tanh", "log", "sin", "cos"].includes(e.fn)) count.exponentials++;
      else count.others++;
      if (e.fn.startsWith("exprel")) count.divisions++;
      e.args.forEach(visit);
    } else if (e.kind === "binary") {
      if (e.op === "/") count.divisions++;
      else if (e.op === "^") count.others += e.right.kind === "number" ? Math.max(1, e.right.value - 1) : 10;
      else count.others++;
      visit(e.left);
      visit(e.right);
    } else if (e.kind === "negate") {
      visit(e.of);
    }
  };
  if (program.kind !== "small") throw new Error("not a small cell");
  for (const s of [...program.receive, ...program.currents, ...program.solve, ...program.advance]) visit(s.value);
  return count;
}
