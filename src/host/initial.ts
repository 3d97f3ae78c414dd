import type { CompiledCells, CompiledLearning, CompiledNetwork, CompiledTrace, LinkTable } from "../compile/compiled.ts"; // prettier-ignore
import { evaluate } from "../lang/evaluate.ts";
import { dependsOn } from "../lang/names.ts";
import type { Segment, TraceSamples } from "./engine.ts";

/** A run's first segment with the t = 0 sample of every state trace before its own: what an engine samples itself are the ends of
 * steps. @param single  float32, as the engine's own samples */
export function fromStart(network: CompiledNetwork, segment: Segment, single: boolean): Segment {
  if (segment.from > 0 || segment.to === 0) return segment;
  const traces = segment.traces.map((samples): TraceSamples => {
    const cells = network.populations[samples.population] as CompiledCells;
    const trace = cells.traces[samples.trace] as CompiledCells["traces"][number];
    if (trace.phase === "current") return samples;
    const row = trace.phase === "link" ? initialWeights(network, trace) : initialRow(network, cells, trace);
    const data = single ? new Float32Array(row.length + samples.data.length) : new Float64Array(row.length + samples.data.length); // prettier-ignore
    data.set(row);
    data.set(samples.data, row.length);
    return { ...samples, steps: Uint32Array.of(0, ...samples.steps), data };
  });
  return { ...segment, traces };
}

function initialWeights(network: CompiledNetwork, { learning = 0, readout, cells }: CompiledTrace): Float64Array {
  const weight = readout === undefined ? undefined : network.readouts[readout]?.weight;
  if (weight !== undefined)
    return Float64Array.from(
      { length: network.entries * cells.length },
      (_, k) => weight[cells[k % cells.length] as number] as number,
    );
  const { tables } = network.learning[learning] as CompiledLearning;
  const rows = Array.from({ length: network.entries }, (_, e) => {
    const { state0, order } = tables[tables.length > 1 ? e : 0] as LinkTable;
    const placed = new Float64Array(order.length);
    order.forEach((link, k) => (placed[link] = state0[k] as number));
    return Array.from(cells, (link) => placed[link] as number);
  });
  return Float64Array.from(rows.flat());
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
