import { z } from "zod";
import adex from "../../src/mechanisms/neurons/adex.ts";
import iafDelta from "../../src/mechanisms/neurons/iaf_delta.ts";
import izhikevich from "../../src/mechanisms/neurons/izhikevich.ts";
import type { AnyCells } from "../../src/network/handles.ts";
import { Network } from "../../src/network/network.ts";
import { ms, mV, mV_per_ms, nA, one, pA, perCell, type Quantities, type Quantity } from "../../src/units.ts";
import type { CaseFiles, VerifyRow } from "../case.ts";
import { wantEqual } from "../complete.ts";
import { atMost, type VerifyContext } from "../rows.ts";
import {
  columnCells,
  columnError,
  type GeneralCase,
  initial,
  inOrder,
  Parameters,
  part,
  readCase,
  readSpikes,
  readTable,
  rowSteps,
  runSteps,
  simulatedSteps,
  spikeSteps,
} from "./data.ts";
import { own } from "../../src/own.ts";
import { type CellSpikes, cellRows, unmatched } from "./spikes.ts";
import { stepOf } from "./texts.ts";

const float64 = ({ engine }: VerifyContext): boolean => engine === "reference";
const perCellSpikes = z.array(z.looseObject({
  cell: z.number(), spikes: z.number(), f64_comparable_spikes: z.number(), f32_equal_spikes: z.number(), f32_spikes_within_wide: z.number(), f32_largest_shift_steps: z.number(), f32_counts: z.array(z.number()),
})).transform((all) => inOrder("case.json, expected.per_cell", all.map((one) => one.cell)).map((k) => all[k] as (typeof all)[number])); // prettier-ignore

const perCellSteps = z.union([z.number(), z.array(z.number())]);
/** When the cells' currents are on: from a step and until one, of all cells or of each. */
const window = z.looseObject({ on_from_step: perCellSteps, off_from_step: perCellSteps.optional() });

/** Currents of which every cell has its own: a clamp for all cells whose currents are on between the same steps. */
function clampEach(net: Network, cells: AnyCells, unit: Quantity, amplitudes: readonly number[], inputs: unknown, dt: number): void {
  const { on_from_step: on, off_from_step: off } = part(inputs, window);
  wantEqual("case.json, inputs", "currents", amplitudes.length, cells.n, "its cells");
  const at = (steps: number | readonly number[] | undefined, cell: number): number | undefined => typeof steps === "object" ? part(steps[cell], z.number({ error: `inputs have no step for cell ${cell}` })) : steps;
  const groups = new Map<string, { readonly from: number; readonly until: number | undefined; readonly gain: number[] }>();
  amplitudes.forEach((amplitude, cell) => {
    const [from, until] = [at(on, cell) as number, at(off, cell)];
    const group = groups.get(`${from} ${until}`) ?? { from, until, gain: amplitudes.map(() => 0) };
    group.gain[cell] = amplitude;
    groups.set(`${from} ${until}`, group);
  });
  for (const [k, { from, until, gain }] of [...groups.values()].entries())
    net.clamp(cells, unit, {
      gain: perCell(one, gain), delay: ms(from * dt), ...(until === undefined ? {} : { duration: ms((until - from) * dt) }), ...(k === 0 ? {} : { name: `clamp${k}` }),
    });
} // prettier-ignore

/** What cells begin with, where the case gives it as numbers: by our name, and by the case's. */
export const starts = (
  data: GeneralCase,
  names: Readonly<Record<string, string>>,
): Record<string, Quantity | Quantities> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([ours, theirs]) => {
      const given = initial(data, theirs);
      return given === undefined ? [] : [[ours, given]];
    }),
  );

/** Amplitudes of the cells' currents, and their unit. */
function currents(inputs: unknown): { readonly amplitudes: readonly number[]; readonly unit: Quantity } {
  const { current_nA_per_cell: inNA, current_pA_per_cell: inPA } = part(inputs, z.looseObject({ current_nA_per_cell: z.array(z.number()).optional(), current_pA_per_cell: z.array(z.number()).optional() }));
  if (inNA !== undefined) return { amplitudes: inNA, unit: nA(1) };
  return { amplitudes: part(inPA, z.array(z.number(), { error: "inputs.current_nA_per_cell is missing" })), unit: pA(1) };
} // prettier-ignore

/** g01: leaky integrate-and-fire cells under current steps. */
export async function verifyLif(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files);
  const p = new Parameters(data);
  const { amplitudes, unit } = currents(data.inputs);
  const { dt_ms: dt, steps } = data;
  const n = amplitudes.length;
  const gL = p.list("gL", n);
  const net = new Network({ seed: 1 });
  const cells = net.cells(
    "cells",
    iafDelta({
      n,
      initial: starts(data, { V: "V" }),
      params: { C_m: p.quantity("C"), tau_m: perCell(ms, p.list("C", n).map((C, k) => C / (gL[k] as number))), E_L: p.quantity("EL"), V_th: p.quantity("V_th"), V_reset: p.quantity("V_reset"), t_ref: p.quantity("t_ref") },
    }),
  ); // prettier-ignore
  clampEach(net, cells, unit, amplitudes, data.inputs, dt);
  const voltages = readTable(files, "v.csv");
  const every = ms(rowSteps(voltages) * dt);
  net.record(cells, "V", { cells: columnCells(voltages, "V_cell", "_mV"), every });
  const chunk = await runSteps(net, dt, steps, context);
  const reference = spikeSteps(readSpikes(files, "spikes.csv", data.expected), amplitudes.length);
  const V = columnError(
    chunk,
    { table: voltages, stem: "V_cell", end: "_mV" },
    { population: "cells", variable: "V", dt },
  );
  const allowed = limit(data.tolerance, context, "V_mV");
  return [
    atMost(name, "spikes that differ", unmatched(reference, simulatedSteps(chunk, "cells", dt)), 0, reference.length, `${reference.flat().length} spikes`),
    atMost(name, "voltages, largest error (mV)", V.error, allowed, V.values),
  ]; // prettier-ignore
}

/** Above which cells spike, as the case says it: "v > 30". */
const peakOf = (model: unknown): number => {
  const said = z.looseObject({ threshold: z.string() }).safeParse(model);
  return Number(/^\s*v > (-?[\d.]+)/i.exec(said.success ? said.data.threshold : "")?.[1] ?? 30);
};

/** g02: Izhikevich cells. */
export async function verifyIzhikevich(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files);
  const p = new Parameters(data);
  const cells = part(data.expected["per_cell"], perCellSpikes);
  const { I_per_cell: input } = part(data.inputs, z.looseObject({ I_per_cell: z.array(z.number()) }));
  const { on_from_step: from } = part(data.inputs, window);
  const on = typeof from === "number" ? from : Math.min(...from);
  const [a, b, c, d] = ["a", "b", "c", "d"].map((q) => p.quantity(q)) as [Quantity, Quantity, Quantity, Quantity];
  const net = new Network({ seed: 1 });
  const population = net.cells("cells", izhikevich({ n: cells.length, params: { a, b, c, d, V_peak: mV(peakOf(data.model)) }, initial: starts(data, { V: "v", u: "u" }) }));
  clampEach(net, population, mV_per_ms(1), input, data.inputs, data.dt_ms);
  const { chunk, reference, simulated, table } = await runCells(files, net, data, context, ["V", "u"], columnStem("v_cell"), cells.length);
  const wide = data.tolerance.f32["wide_steps"];
  const rows = cellRows(name, reference, simulated, cells, { float64: float64(context), wide: Math.max(20, Number(wide)), spread: 1 });
  const recorded = { population: "cells", variable: "V", dt: data.dt_ms };
  if (!float64(context)) {
    const early = columnError(chunk, { table, stem: "v_cell" }, recorded, (step) => step < on);
    return early.values[1] === 0 ? rows : [...rows, atMost(name, "v before the onset, largest error (mV)", early.error, limit(data.tolerance, context, "v_before_onset"), early.values)];
  }
  const limits = part(data.tolerance.f64["v_per_cell"], z.array(z.number()));
  const until = stepOf(data.tolerance.f64["about_v"]) ?? Infinity;
  for (const cell of columnCells(table, "v_cell")) {
    const last = lastComparable(reference[cell] ?? [], cells[cell] as CellSpikes);
    // |v| < 30 is the upstroke alone, which no sample may have met
    const V = columnError(chunk, { table, stem: `v_cell(?=${cell}$)` }, recorded, (step, v) => Math.abs(v) < 30 && step < Math.min(until, last));
    if (V.values[1] > 0) rows.push(atMost(name, `v of cell ${cell}, largest error (mV)`, V.error, limits[cell] ?? 0, V.values));
  }
  return rows;
} // prettier-ignore

/** g03: adaptive exponential integrate-and-fire cells. */
export async function verifyAdex(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files);
  const p = new Parameters(data);
  const cells = part(data.expected["per_cell"], perCellSpikes);
  const { amplitudes, unit } = currents(data.inputs);
  const of = { C_m: "C", g_L: "gL", E_L: "EL", V_T: "VT", Delta_T: "DeltaT", tau_w: "tau_w", a: "a", b: "b", V_reset: "V_r", V_peak: "V_peak" };
  const params = Object.fromEntries(Object.entries(of).map(([own, theirs]): [string, Quantity | Quantities] => [own, p.quantity(theirs)]));
  const net = new Network({ seed: 1 });
  const population = net.cells("cells", adex({ n: cells.length, params, initial: starts(data, { V: "V", w: "w" }) }));
  clampEach(net, population, unit, amplitudes, data.inputs, data.dt_ms);
  const { chunk, reference, simulated, table } = await runCells(files, net, data, context, ["V", "w"], columnStem("V_cell", "_mV"), cells.length);
  // an adapter's exp is off by up to 4 ulp on [-1, 1], the twins' that the limit comes from by half an ulp: a step errs about twice as much
  const wide = Number(data.tolerance.f32["wide_steps"]) * (context.engine === "gpu" ? 2 : 1);
  const rows = cellRows(name, reference, simulated, cells, { float64: float64(context), wide, spread: 2 });
  if (!float64(context)) return rows;
  const peaks = p.list("V_peak", cells.length);
  const steady = (cell: number): boolean => {
    const { spikes, f64_comparable_spikes: comparable, f32_largest_shift_steps: shift } = cells[cell] as (typeof cells)[number];
    return comparable === spikes && shift === 0;
  };
  const V = columnError(chunk, { table, stem: "V_cell", end: "_mV" }, { population: "cells", variable: "V", dt: data.dt_ms }, (_, v, cell) => v < (peaks[cell] as number) - 10 && steady(cell));
  const w = columnError(chunk, { table, stem: "w_cell", end: "_pA", factor: 1e-3 }, { population: "cells", variable: "w", dt: data.dt_ms }, (_, __, cell) => steady(cell));
  return [
    ...rows,
    atMost(name, "V, largest error (mV)", V.error, limit(data.tolerance, context, "V_mV"), V.values),
    atMost(name, "w, largest error (pA)", w.error, limit(data.tolerance, context, "w_pA"), w.values),
  ];
} // prettier-ignore

const columnStem = (stem: string, end = ""): { stem: string; end: string } => ({ stem, end });

async function runCells(files: CaseFiles, net: Network, data: GeneralCase, context: VerifyContext, variables: readonly string[], columns: { stem: string; end: string }, n: number) {
  const table = readTable(files, "v.csv");
  const cells = columnCells(table, columns.stem, columns.end);
  for (const variable of variables)
    net.record(net.population("cells") as Parameters0, variable, { cells, every: ms(rowSteps(table) * data.dt_ms) });
  const chunk = await runSteps(net, data.dt_ms, data.steps, context);
  return { chunk, table, reference: spikeSteps(readSpikes(files, "spikes.csv", data.expected), n), simulated: simulatedSteps(chunk, "cells", data.dt_ms) };
} // prettier-ignore
type Parameters0 = Extract<ReturnType<Network["population"]>, { kind: "cells" }>;

const lastComparable = (train: readonly number[], { spikes, f64_comparable_spikes: comparable }: CellSpikes): number =>
  comparable === spikes ? Infinity : (train[Math.floor(0.8 * comparable) - 1] ?? 0);

/** A tolerance that the case states for the engine's precision. */
export function limit(tolerance: GeneralCase["tolerance"], context: VerifyContext, key: string): number {
  const stated = float64(context) ? tolerance.f64 : tolerance.f32;
  return part(own(stated, key), z.number({ error: `tolerance.${key} is missing` }));
}
