import { z } from "zod";
import adex from "../../src/mechanisms/neurons/adex.ts";
import iafDelta from "../../src/mechanisms/neurons/iaf_delta.ts";
import izhikevich from "../../src/mechanisms/neurons/izhikevich.ts";
import { Network } from "../../src/network/network.ts";
import { ms, mV, mV_per_ms, nA, one, pA, perCell, type Quantities, type Quantity } from "../../src/units.ts";
import type { CaseFiles, VerifyRow } from "../case.ts";
import { atMost, type VerifyContext } from "../rows.ts";
import {
  columnCells,
  columnError,
  type GeneralCase,
  Parameters,
  part,
  readCase,
  readTable,
  rowSteps,
  runSteps,
  simulatedSteps,
  spikeSteps,
} from "./data.ts";
import { own } from "../../src/own.ts";
import { type CellSpikes, cellRows, unmatched } from "./spikes.ts";

const float64 = ({ engine }: VerifyContext): boolean => engine === "reference";
const perCellSpikes = z.array(z.looseObject({
  spikes: z.number(), f64_comparable_spikes: z.number(), f32_equal_spikes: z.number(), f32_spikes_within_wide: z.number(), f32_largest_shift_steps: z.number(), f32_counts: z.array(z.number()),
})); // prettier-ignore

/** g01: leaky integrate-and-fire cells under current steps. */
export async function verifyLif(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files);
  const p = new Parameters(data);
  const {
    current_nA_per_cell: amplitudes,
    on_from_step: on,
    off_from_step: off,
  } = part(
    data.inputs,
    z.looseObject({ current_nA_per_cell: z.array(z.number()), on_from_step: z.number(), off_from_step: z.number() }),
  );
  const { dt_ms: dt, steps } = data;
  const [C, gL] = [p.number("C"), p.number("gL")];
  const net = new Network({ seed: 1 });
  const cells = net.cells(
    "cells",
    iafDelta({
      n: amplitudes.length,
      params: { C_m: p.quantity("C"), tau_m: ms(C / gL), E_L: p.quantity("EL"), V_th: p.quantity("V_th"), V_reset: p.quantity("V_reset"), t_ref: p.quantity("t_ref") },
    }),
  ); // prettier-ignore
  net.clamp(cells, nA(1), { gain: perCell(one, amplitudes), delay: ms(on * dt), duration: ms((off - on) * dt) });
  const voltages = readTable(files, "v.csv");
  const every = ms(rowSteps(voltages) * dt);
  net.record(cells, "V", { cells: columnCells(voltages, "V_cell", "_mV"), every });
  const chunk = await runSteps(net, dt, steps, context);
  const reference = spikeSteps(readTable(files, "spikes.csv"), amplitudes.length);
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

/** g02: Izhikevich cells. */
export async function verifyIzhikevich(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files);
  const p = new Parameters(data);
  const cells = part(data.expected["per_cell"], perCellSpikes);
  const { I_per_cell: input, on_from_step: on } = part(data.inputs, z.looseObject({ I_per_cell: z.array(z.number()), on_from_step: z.number() }));
  const initial = part(data["initial"], z.looseObject({ v: z.object({ value: z.number() }) }));
  const [a, b, c, d] = ["a", "b", "c", "d"].map((q) => p.quantity(q)) as [Quantity, Quantity, Quantity, Quantity];
  const net = new Network({ seed: 1 });
  const population = net.cells("cells", izhikevich({ n: cells.length, params: { a, b, c, d }, initial: { V: mV(initial.v.value) } }));
  net.clamp(population, mV_per_ms(1), { gain: perCell(one, input), delay: ms(on * data.dt_ms) });
  const { chunk, reference, simulated, table } = await runCells(files, net, data, context, ["V", "u"], columnStem("v_cell"), cells.length);
  const wide = data.tolerance.f32["wide_steps"];
  const rows = cellRows(name, reference, simulated, cells, { float64: float64(context), wide: Math.max(20, Number(wide)), spread: 1 });
  const recorded = { population: "cells", variable: "V", dt: data.dt_ms };
  if (!float64(context)) {
    const early = columnError(chunk, { table, stem: "v_cell" }, recorded, (step) => step < on);
    return [...rows, atMost(name, "v before the onset, largest error (mV)", early.error, limit(data.tolerance, context, "v_before_onset"), early.values)];
  }
  const limits = part(data.tolerance.f64["v_per_cell"], z.array(z.number()));
  for (const cell of columnCells(table, "v_cell")) {
    const last = lastComparable(reference[cell] ?? [], cells[cell] as CellSpikes);
    const V = columnError(chunk, { table, stem: `v_cell(?=${cell}$)` }, recorded, (step, v) => Math.abs(v) < 30 && step < Math.min(3000, last));
    rows.push(atMost(name, `v of cell ${cell}, largest error (mV)`, V.error, limits[cell] ?? 0, V.values));
  }
  return rows;
} // prettier-ignore

/** g03: adaptive exponential integrate-and-fire cells. */
export async function verifyAdex(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files);
  const p = new Parameters(data);
  const cells = part(data.expected["per_cell"], perCellSpikes);
  const { current_pA_per_cell: input, on_from_step: on } = part(data.inputs, z.looseObject({ current_pA_per_cell: z.array(z.number()), on_from_step: z.number() }));
  const of = { C_m: "C", g_L: "gL", E_L: "EL", V_T: "VT", Delta_T: "DeltaT", tau_w: "tau_w", a: "a", b: "b", V_reset: "V_r", V_peak: "V_peak" };
  const params = Object.fromEntries(Object.entries(of).map(([own, theirs]): [string, Quantity | Quantities] => [own, p.quantity(theirs)]));
  const net = new Network({ seed: 1 });
  const population = net.cells("cells", adex({ n: cells.length, params }));
  net.clamp(population, pA(1), { gain: perCell(one, input), delay: ms(on * data.dt_ms) });
  const { chunk, reference, simulated, table } = await runCells(files, net, data, context, ["V", "w"], columnStem("V_cell", "_mV"), cells.length);
  // an adapter's exp is off by up to 4 ulp on [-1, 1], the twins' that the limit comes from by half an ulp: a step errs about twice as much
  const wide = Number(data.tolerance.f32["wide_steps"]) * (context.engine === "gpu" ? 2 : 1);
  const rows = cellRows(name, reference, simulated, cells, { float64: float64(context), wide, spread: 2 });
  if (!float64(context)) return rows;
  const peak = p.number("V_peak");
  const steady = (cell: number): boolean => {
    const { spikes, f64_comparable_spikes: comparable, f32_largest_shift_steps: shift } = cells[cell] as (typeof cells)[number];
    return comparable === spikes && shift === 0;
  };
  const V = columnError(chunk, { table, stem: "V_cell", end: "_mV" }, { population: "cells", variable: "V", dt: data.dt_ms }, (_, v, cell) => v < peak - 10 && steady(cell));
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
  return { chunk, table, reference: spikeSteps(readTable(files, "spikes.csv"), n), simulated: simulatedSteps(chunk, "cells", data.dt_ms) };
} // prettier-ignore
type Parameters0 = Extract<ReturnType<Network["population"]>, { kind: "cells" }>;

const lastComparable = (train: readonly number[], { spikes, f64_comparable_spikes: comparable }: CellSpikes): number =>
  comparable === spikes ? Infinity : (train[Math.floor(0.8 * comparable) - 1] ?? 0);

/** A tolerance that the case states for the engine's precision. */
export function limit(tolerance: GeneralCase["tolerance"], context: VerifyContext, key: string): number {
  const stated = float64(context) ? tolerance.f64 : tolerance.f32;
  return part(own(stated, key), z.number({ error: `tolerance.${key} is missing` }));
}
