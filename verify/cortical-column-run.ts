import { DataError } from "../src/errors.ts";
import type { Network } from "../src/network/network.ts";
import type { Chunk, Trace } from "../src/run/chunk.ts";
import { simulate } from "../src/run/simulate.ts";
import { ms } from "../src/units.ts";
import { samples, wantRows } from "./complete.ts";
import type { Table } from "./csv.ts";
import type { VerifyContext } from "./rows.ts";

/** Runs a network as the reference does (backward Euler) and gives all of it as one chunk. */
export async function runColumn(net: Network, dt: number, tstop: number, context: VerifyContext): Promise<Chunk> {
  const duration = ms(Math.round(tstop / dt) * dt);
  const sim = await simulate(net, { ...context, dt: ms(dt), method: "backwardEuler", duration });
  try {
    for await (const chunk of sim.run(duration, { chunk: duration })) return chunk;
    throw new DataError("case", `ends at ${tstop} ms, before the first step`, "Repair its settings");
  } finally {
    await sim.close();
  }
}

/** A table of samples from 0 to the end, both included. */
export const wantSamples = (stored: Table, endMs: number, everyMs: number): void =>
  wantRows(stored, samples(0, endMs, everyMs), `every ${everyMs} ms to ${endMs} ms`);

/** What a column of a trace file shows, "v_basal_2", "cai_soma", "ca_soma", "g_soma_gabaa", "i_soma_gabaa" or "dipole_fAm". Conductances and
 * currents in the files are those of the step that ended: labelled dt later than ours. */
export function recordedAs(column: string): { readonly variable: string; readonly late: boolean } | undefined {
  if (column === "dipole_fAm") return { variable: "dipole", late: false };
  const [, what, place = ""] = /^(v|cai|ca|g|i)_(\w+)$/.exec(column) ?? [];
  if (what === "v") return { variable: `${place}.V`, late: false };
  if (what === "cai" || what === "ca") return { variable: `${place}.cad.cai`, late: false };
  return what === undefined ? undefined : { variable: `${place}.${what}`, late: true };
}

/** Recorded values of one cell at the file's times; NaN before the first sample, which a late label may ask for.
 * @param column  of the trace, not of the population
 * @throws DataError when the run ended before a time */
export function valuesAt(trace: Trace, column: number, times: Float64Array, late = 0): Float64Array {
  const [first = 0, second = first + 1] = trace.times;
  return times.map((t) => {
    const sample = Math.round((t - late - first) / (second - first));
    if (sample < 0) return NaN;
    const value = trace.data[sample * trace.cells.length + column];
    if (value === undefined)
      throw new DataError(`${trace.variable}, t = ${t} ms`, "is after the end of the run", "Repair the case's files");
    return value;
  });
}

/** Largest |a - b| over samples that `keep` keeps; NaN in either counts as infinitely wrong unless it is not kept. */
export function worst(a: ArrayLike<number>, b: ArrayLike<number>, keep: (k: number) => boolean = () => true): number {
  let most = 0;
  for (let k = 0; k < a.length; k++) {
    if (!keep(k)) continue;
    const error = Math.abs((a[k] as number) - (b[k] as number));
    if (!(error <= most)) most = Number.isNaN(error) ? Infinity : error;
  }
  return most;
}

export const largest = (x: ArrayLike<number>): number =>
  Array.from(x).reduce((most, y) => Math.max(most, Math.abs(y)), 0);

export function rangeOf(x: ArrayLike<number>): number {
  let [low, high] = [Infinity, -Infinity];
  for (let k = 0; k < x.length; k++) [low, high] = [Math.min(low, x[k] as number), Math.max(high, x[k] as number)];
  return high - low;
}

/** Whether a time is more than 1 ms from every spike of either train. */
export function quietAt(...trains: readonly ArrayLike<number>[]): (t: number) => boolean {
  const spikes = trains.flatMap((train) => Array.from(train));
  return (t) => spikes.every((s) => Math.abs(t - s) > 1);
}

/** An error relative to a scale; nothing where both are 0. */
export const share = (error: number, scale: number): number => (error === 0 ? 0 : error / scale);
