import { z } from "zod";
import { DataError } from "../src/errors.ts";
import { fromCellParameters, type MotorNeuronModel } from "../src/models/motor-pool/index.ts";
import { drive } from "../src/network/signal.ts";
import { Network } from "../src/network/network.ts";
import type { Chunk } from "../src/run/chunk.ts";
import { simulate } from "../src/run/simulate.ts";
import { degC, ms, mV, nA, one, perCell } from "../src/units.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
import { samples, wantColumns, wantEqual, wantRows, wantSome } from "./complete.ts";
import { table, type Table } from "./csv.ts";
import { compareTrains } from "../src/analysis/compare-spikes.ts";
import { MOTOR_POOL } from "./tolerances.ts";
import { readJson } from "./read.ts";
import { atLeast, atMost, type VerifyContext } from "./rows.ts";

/** What every case says of its run. */
export const runSettings = z.looseObject({
  dt_ms: z.number().positive(),
  secondorder: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  v_init_mV: z.number(),
  spike_threshold_mV: z.number(),
  celsius: z.number().default(36),
});
export type RunSettings = z.infer<typeof runSettings>;

/** NEURON's secondorder: 1 and 2 step V alike. */
export const methodOf = ({ secondorder }: RunSettings): "backwardEuler" | "crankNicolson" =>
  secondorder === 0 ? "backwardEuler" : "crankNicolson";

const stepsCase = z.looseObject({
  model: z.enum(["NERLab", "Powers2017"]).default("NERLab"),
  settings: runSettings.extend({
    iclamp: z.string().default("soma(0.5)"),
    delay_ms: z.number(),
    dur_ms: z.number(),
    tstop_ms: z.number(),
    sample_ms: z.number().optional(),
  }),
  amps_nA: z.array(z.number()),
  cells: z.record(z.string(), z.record(z.string(), z.number())),
  spikes: z.array(
    z.looseObject({ cell: z.union([z.number(), z.string()]), amp_nA: z.number(), t_ms: z.array(z.number()) }),
  ),
});
type StepsCase = z.infer<typeof stepsCase>;

/** r1 and r6: cells under current steps. All cells at all amplitudes are one population, each with its own clamp gain. */
export async function verifySteps(
  files: CaseFiles,
  stem: string,
  kind: "r1" | "r6",
  context: VerifyContext,
): Promise<VerifyRow[]> {
  const data = readJson(files, `${stem}.json`, stepsCase);
  const runs = data.spikes.map(({ cell, amp_nA, t_ms }) => ({ cell: String(cell), amp: amp_nA, times: t_ms }));
  const { sample_ms: every, tstop_ms: end } = data.settings;
  const voltages = every === undefined ? undefined : table(files, `${stem}_v.csv`);
  wantRuns(`${stem}.json`, data, runs);
  if (voltages !== undefined && every !== undefined) {
    const each = samples(0, end, every);
    wantRows(voltages, runs.length * each, `${runs.length} runs of ${each} samples`);
    wantColumns(
      voltages,
      SECTIONS[data.model].map((section) => `v_${section}_mV`),
    );
  }
  const chunk = await runSteps(data, runs, voltages, context);
  const { dt_ms: dt } = data.settings;
  const simulated = trainsOf(chunk, "cells");
  const found = compareTrains(
    runs.map(({ times }) => times),
    simulated,
    dt,
  );
  const rows: VerifyRow[] = [
    atMost(stem, "runs with another spike count", found.otherCounts, 0, runs.length, `${found.reference} spikes`),
  ];
  const silent = runs.filter(({ times }) => times.length === 0);
  if (context.engine === "reference") {
    const exact = exactRows(stem, { data, runs, voltages }, chunk);
    if (exact.every(({ pass }) => pass === true)) return exact;
    const twin = await runSteps(data, runs, voltages, context, 1 + MOTOR_POOL.r8Twin64.value);
    const before = exactRows(stem, { data, runs, voltages }, chunk, horizons(chunk, twin, voltages !== undefined));
    return before.every(({ pass }) => pass === true) ? before : exact; // what fails is said of the whole run
  }
  if (kind === "r6") {
    rows.push(atMost(stem, "spikes, worst (ms)", found.worstSteps * dt, MOTOR_POOL.r6Spikes.value, runs.length));
  } else {
    rows.push(
      atLeast(stem, "spikes within 2 steps", found.within(2 * dt), MOTOR_POOL.r1Within2Steps.value, runs.length),
    );
    rows.push(atMost(stem, "spikes, worst (steps)", found.worstSteps, MOTOR_POOL.r1WorstSteps.value, runs.length));
  }
  if (voltages !== undefined && silent.length > 0) {
    const { error, values } = voltageError(chunk, data, runs, voltages, silent);
    const { value } = kind === "r6" ? MOTOR_POOL.r6Subthreshold : MOTOR_POOL.subthreshold;
    rows.push(atMost(stem, "voltages of silent runs (mV)", error, value, values, `${silent.length} runs`));
  }
  return rows;
}

interface Asked {
  readonly data: StepsCase;
  readonly runs: readonly Run[];
  readonly voltages: Table | undefined;
}

/** float64 keeps every spike on its step, and the voltages.
 * @param until  ms, by run: what is later is not compared */
function exactRows(stem: string, { data, runs, voltages }: Asked, chunk: Chunk, until?: readonly number[]): VerifyRow[] {
  const before = (trains: readonly (readonly number[])[]): number[][] => trains.map((train, k) => train.filter((t) => t < (until?.[k] ?? Infinity)));
  const found = compareTrains(before(runs.map(({ times }) => times)), before(trainsOf(chunk, "cells")), data.settings.dt_ms);
  const short = until?.filter((t) => t < Infinity) ?? [];
  const note = short.length === 0 ? `${found.reference} spikes` : `${found.reference} spikes: ${short.length} of ${runs.length} runs to ${Math.min(...short).toFixed(1)} ms or later, where a twin run parts from them`;
  const rows = [
    atMost(stem, "runs with another spike count", found.otherCounts, 0, runs.length, note),
    atMost(stem, "spikes off the reference's step", found.offGrid, MOTOR_POOL.spikesExact.value, runs.length),
  ];
  if (voltages === undefined) return rows;
  const [silent, firing] = [true, false].map((none) => runs.filter(({ times }) => (times.length === 0) === none)) as [Run[], Run[]];
  for (const [which, only, { value }] of [["silent", silent, MOTOR_POOL.storedVoltage], ["firing", firing, MOTOR_POOL.spikingVoltage]] as const) {
    if (only.length === 0) continue;
    const { error, values } = voltageError(chunk, data, runs, voltages, only, until);
    rows.push(atMost(stem, `voltages of ${which} runs (mV)`, error, value, values));
  }
  return rows;
} // prettier-ignore

/** A step that ends where a cell is about to fire leaves it to rounding whether it does: a twin run, whose currents differ by as little as NEURON's own
 * conductances are uncertain by, parts from the run. When it does, by run: at the first spike or sample of V that differs by more than what is allowed. */
function horizons(chunk: Chunk, twin: Chunk, sampled: boolean): number[] {
  const [own, other] = [trainsOf(chunk, "cells"), trainsOf(twin, "cells")];
  const until = own.map((train, cell) => firstDifference([train], [other[cell] ?? []]));
  if (!sampled) return until;
  const [a, b] = [chunk.trace("cells", "soma.V"), twin.trace("cells", "soma.V")];
  const n = a.cells.length;
  a.data.forEach((V, at) => {
    if (Math.abs(V - (b.data[at] as number)) <= MOTOR_POOL.spikingVoltage.value) return;
    until[at % n] = Math.min(until[at % n] as number, a.times[Math.floor(at / n)] as number);
  });
  return until;
} // prettier-ignore

/** The time of the first spike that one side has and the other has not in its step; Infinity when there is none. */
export function firstDifference(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  let first = Infinity;
  a.forEach((train, cell) => {
    const other = b[cell] ?? [];
    const k = Array.from({ length: Math.max(train.length, other.length) }).findIndex((_, i) => train[i] !== other[i]);
    if (k >= 0) first = Math.min(first, train[k] ?? Infinity, other[k] ?? Infinity);
  });
  return first;
}

/** Sections whose voltages a file of steps has. */
const SECTIONS: Readonly<Record<MotorNeuronModel, readonly string[]>> = {
  NERLab: ["soma", "dend0"],
  Powers2017: ["soma", "dend0", "dend1", "dend2", "dend3"],
};

/** Every cell at every amplitude, once. */
function wantRuns(where: string, { cells, amps_nA }: StepsCase, runs: readonly Run[]): void {
  const wanted = Object.keys(cells).length * amps_nA.length;
  wantSome(where, wanted, "cell with an amplitude");
  const own = new Set(
    runs.filter((r) => Object.hasOwn(cells, r.cell) && amps_nA.includes(r.amp)).map((r) => `${r.cell} ${r.amp}`),
  );
  wantEqual(where, "runs with spikes", own.size, wanted, `${Object.keys(cells).length} cells x ${amps_nA.length} amplitudes`); // prettier-ignore
}

type Run = { readonly cell: string; readonly amp: number; readonly times: readonly number[] };

async function runSteps(
  data: StepsCase,
  runs: readonly Run[],
  voltages: Table | undefined,
  context: VerifyContext,
  factor = 1, // on all currents
): Promise<Chunk> {
  const { settings } = data;
  const net = new Network({ seed: 1 });
  const parameters = runs.map(({ cell }) => {
    const found = data.cells[cell];
    if (found === undefined)
      throw new DataError(`cell ${cell}`, "has spikes but no parameters", "Repair the case's JSON");
    return found;
  });
  const cells = net.cells("cells", motorNeurons(parameters, data.model, settings));
  const { section, at } = location(settings.iclamp, data.model);
  net.clamp(cells, drive.constant(nA(1)), {
    section,
    at,
    gain: perCell(
      one,
      runs.map(({ amp }) => amp * factor),
    ),
    delay: ms(settings.delay_ms),
    duration: ms(settings.dur_ms),
  });
  if (voltages !== undefined) {
    const every = ms(spacing(voltages.numbers("t_ms")));
    for (const { variable } of voltageColumns(voltages, data.model)) net.record(cells, variable, { every });
  }
  return runWhole(net, settings, settings.tstop_ms, context);
}

/** The cells that a file lists, set up as its run was. */
export const motorNeurons = (
  parameters: readonly Record<string, number>[],
  model: MotorNeuronModel,
  settings: RunSettings,
): ReturnType<typeof fromCellParameters> =>
  fromCellParameters(parameters, model, {
    V0: mV(settings.v_init_mV),
    threshold: mV(settings.spike_threshold_mV),
    celsius: degC(settings.celsius),
  });

/** Runs a network to its end and gives all of it as one chunk. */
export async function runWhole(
  net: Network,
  settings: RunSettings,
  endMs: number,
  context: VerifyContext,
): Promise<Chunk> {
  const duration = ms(settings.dt_ms * Math.ceil(endMs / settings.dt_ms - 0.5 - 1e-9)); // NEURON ends when t >= tstop - dt/2
  const sim = await simulate(net, { ...context, dt: ms(settings.dt_ms), method: methodOf(settings), duration });
  try {
    for await (const chunk of sim.run(duration, { chunk: duration })) return chunk;
    throw new DataError("settings", `end at ${endMs} ms, before the first step`, "Repair the case's JSON");
  } finally {
    await sim.close();
  }
}

/** Times of each cell of a population. */
export function trainsOf(chunk: Chunk, population: string): number[][] {
  const { times, cells, n } = chunk.spikes(population);
  const trains: number[][] = Array.from({ length: n }, () => []);
  times.forEach((t, i) => trains[cells[i] as number]?.push(t));
  return trains;
}

/** NERLab cells have one dendrite, which files call dend or dend0. */
const sectionOf = (said: string, model: MotorNeuronModel): string => model === "NERLab" ? said.replace(/^dend\d*$/, "dend") : said; // prettier-ignore

/** "soma(0.5)" */
function location(text: string, model: MotorNeuronModel): { section: string; at: number } {
  const parsed = /^(\w+)(?:\(([\d.]+)\))?$/.exec(text);
  if (parsed === null) throw new DataError(`iclamp "${text}"`, "is no place on a cell", 'Write it as "soma(0.5)"');
  return { section: sectionOf(parsed[1] as string, model), at: Number(parsed[2] ?? 0.5) };
}

/** "v_dend0_mV" is dend0.V. */
export function voltageColumns(table: Table, model: MotorNeuronModel): { column: string; variable: string }[] {
  return table.names.flatMap((column) => {
    const section = /^v_(\w+)_mV$/.exec(column)?.[1];
    if (section === undefined) return [];
    return [{ column, variable: `${sectionOf(section, model)}.V` }];
  });
}

/** The spacing of the samples: the smallest positive difference of neighbours. */
export function spacing(times: Float64Array): number {
  let least = Infinity;
  for (let i = 1; i < times.length; i++) {
    const step = (times[i] as number) - (times[i - 1] as number);
    if (step > 1e-9) least = Math.min(least, step);
  }
  return Number(least.toFixed(9));
}

function voltageError(
  chunk: Chunk,
  data: StepsCase,
  runs: readonly Run[],
  table: Table,
  only: readonly Run[],
  until?: readonly number[],
): TraceError {
  const cellNames = table.strings("cell");
  const [amps, t] = [table.numbers("amp_nA"), table.numbers("t_ms")];
  const index = new Map(runs.map((run, k) => [`${run.cell} ${run.amp}`, k]));
  const wanted = new Set(only.map((run) => `${run.cell} ${run.amp}`));
  const columnOf = (row: number): number | undefined => {
    const key = `${cellNames[row]} ${amps[row]}`;
    const run = wanted.has(key) ? index.get(key) : undefined;
    return run === undefined || (t[row] as number) >= (until?.[run] ?? Infinity) ? undefined : run;
  };
  return traceError(chunk, "cells", table, voltageColumns(table, data.model), columnOf);
}

export interface TraceError {
  readonly error: number;
  readonly values: number; // how many were compared
}

/** Largest |difference| between stored columns and recorded variables.
 * @param columnOf  the recorded column that belongs to a row of the table; undefined leaves the row out
 * @param shiftMs  added to a recorded label to get the stored one
 * @param flankMs  a shift in time that is allowed: so many ms times the trace's slope beside a sample are taken off its difference */
export function traceError(
  chunk: Chunk,
  population: string,
  table: Table,
  columns: readonly { readonly column: string; readonly variable: string }[],
  columnOf: (row: number) => number | undefined,
  shiftMs = 0,
  flankMs = 0,
): TraceError {
  const t = table.numbers("t_ms");
  let [error, values] = [0, 0];
  for (const { column, variable } of columns) {
    const trace = chunk.trace(population, variable);
    const [first = 0, second = 1] = trace.times;
    const every = second - first;
    const stored = table.numbers(column);
    for (let row = 0; row < t.length; row++) {
      const k = columnOf(row);
      const sample = Math.round(((t[row] as number) - shiftMs - first) / every);
      if (k === undefined || sample < 0) continue; // before the first label, which a shifted one may be
      const at = (s: number): number | undefined => trace.data[s * trace.cells.length + k];
      const value = at(sample);
      if (value === undefined)
        throw new DataError(`${column}, t = ${t[row]} ms`, "is after the end of the run", "Repair the case's files");
      const change = Math.max(...[sample - 1, sample + 1].map((s) => Math.abs((at(s) ?? value) - value)));
      error = Math.max(error, Math.abs(value - (stored[row] as number)) - (change / every) * flankMs);
      values++;
    }
  }
  return { error, values };
}
