import type { CompiledCells, CompiledNetwork } from "../compile/compiled.ts";
import { evaluate } from "../lang/evaluate.ts";
import { dependsOn } from "../lang/names.ts";
import type { Rows } from "./chunk.ts";

export interface InitialRows {
  /** index in the network */
  readonly population: number;
  /** index in the population's traces */
  readonly trace: number;
  readonly rows: Rows;
}

/** The t = 0 row of every state trace, from the initial states: engines give samples from the end of their first step on.
 * @param single  float32, as the engine's own samples */
export function initialRows(network: CompiledNetwork, single: boolean): InitialRows[] {
  return network.populations.flatMap((cells, population) => {
    if (cells.kind !== "cells") return [];
    return cells.traces.flatMap((of, trace) => {
      if (of.phase !== "state") return [];
      const data = initialRow(network, cells, of);
      const rows = { steps: Uint32Array.of(0), data: single ? Float32Array.from(data) : data };
      return [{ population, trace, rows }];
    });
  });
}

function initialRow(
  network: CompiledNetwork,
  cells: CompiledCells,
  trace: CompiledCells["traces"][number],
): Float64Array {
  const { states, params, clampInputs } = cells.program;
  const used = new Set([...states, ...params].filter((name) => dependsOn(trace.value, name)));
  const data = new Float64Array(network.entries * trace.cells.length);
  for (let entry = 0; entry < network.entries; entry++) {
    trace.cells.forEach((cell, column) => {
      const env: Record<string, number> = {};
      states.forEach((name, s) => {
        if (used.has(name)) env[name] = cells.state0[(s * network.entries + entry) * cells.n + cell] as number;
      });
      params.forEach((name) => {
        if (used.has(name)) env[name] = paramValue(cells, name, entry, cell);
      });
      for (const { input } of clampInputs) env[input] = 0; // nothing has flowed yet
      data[entry * trace.cells.length + column] = evaluate(trace.value, env);
    });
  }
  return data;
}

function paramValue({ params }: CompiledCells, name: string, entry: number, cell: number): number {
  const p = params.names.indexOf(name);
  const at =
    (params.offset[p] as number) + cell * (params.cellStride[p] as number) + entry * (params.entryStride[p] as number);
  return params.values[at] as number;
}
