import { z } from "zod";
import { allToAll, list, oneToOne } from "../../src/connect/rules.ts";
import iafCondExp from "../../src/mechanisms/neurons/iaf_cond_exp.ts";
import iafDelta from "../../src/mechanisms/neurons/iaf_delta.ts";
import { Network } from "../../src/network/network.ts";
import { trains } from "../../src/network/sources.ts";
import { extremes } from "../../src/sorted.ts";
import { ms, mV, nS, perCell, type Quantities, type Unit } from "../../src/units.ts";
import type { CaseFiles, VerifyRow } from "../case.ts";
import type { Table } from "../csv.ts";
import { atMost, type VerifyContext } from "../rows.ts";
import { GENERAL } from "../tolerances.ts";
import {
  columnCells,
  columnError,
  type GeneralCase,
  optionalRead,
  Parameters,
  part,
  readCase,
  readTable,
  rowSteps,
  runSteps,
  simulatedSteps,
  spikeSteps,
} from "./data.ts";
import { limit } from "./single.ts";
import { networkRows, type NearTies } from "./spikes.ts";

const column = (rows: Table, name: string, unit: Unit, factor = 1): Quantities => ({
  values: Array.from(rows.numbers(name), (x) => x * factor), unit,
}); // prettier-ignore

const pairs = (rows: Table, source: string, keep: readonly number[]) => {
  const [from, to] = [rows.numbers(source), rows.numbers("post")];
  return list(keep.map((i) => [from[i] as number, to[i] as number] as const));
};
const pick = (values: Float64Array, keep: readonly number[], factor: number): number[] =>
  keep.map((i) => (values[i] as number) * factor);

/** The limits of a network: float64 keeps every spike up to the twins' first difference, float32 up to half of it. */
function limitsOf(data: GeneralCase, context: VerifyContext, f32: { share: number; total: number }) {
  const first = part(data.expected, z.looseObject({ f64_first_difference_step: z.number(), f32_first_difference_step: z.number() }));
  if (context.engine === "reference") return { equalBefore: first.f64_first_difference_step, until: first.f64_first_difference_step, share: 1, total: GENERAL.total.float64 };
  return { equalBefore: Math.floor(first.f32_first_difference_step / 2), until: first.f32_first_difference_step, ...f32 };
} // prettier-ignore

function nearTies(files: CaseFiles): NearTies | undefined {
  const rows = optionalRead(files, "near_ties.csv");
  if (rows === undefined) return undefined;
  return { steps: rows.numbers("step"), cells: rows.numbers("cell"), margins: rows.numbers("V_minus_threshold_mV") };
}

/** g04: excitatory and inhibitory cells with conductances. */
export async function verifyCoba(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files);
  const { dt_ms: dt, steps } = data;
  const p = new Parameters(data);
  const { cells: groups } = part(data["model"], z.looseObject({ cells: z.looseObject({ E: z.tuple([z.number(), z.number()]) }) }));
  const given = readTable(files, "cells.csv");
  const n = given.rows;
  const net = new Network({ seed: 1 });
  const of = { C_m: "C", g_L: "gL", E_L: "EL", V_th: "V_th", V_reset: "V_r", E_ex: "Ee", E_in: "Ei", tau_ex: "tau_e", tau_in: "tau_i", t_ref: "t_ref" };
  const params = Object.fromEntries(Object.entries(of).map(([own, theirs]) => [own, p.quantity(theirs)]));
  const cells = net.cells("cells", iafCondExp({
    n, params: { ...params, I_e: column(given, "I_pA", "nA", 1e-3) },
    initial: { V: column(given, "V0_mV", "mV"), g_ex: column(given, "ge0_nS", "uS", 1e-3), g_in: column(given, "gi0_nS", "uS", 1e-3) },
  }));
  const links = readTable(files, "connections.csv");
  const [pre, weight, delay] = [links.numbers("pre"), links.numbers("weight_nS"), links.numbers("delay_steps")];
  for (const kind of ["excitatory", "inhibitory"] as const) {
    const keep = [...pre.keys()].filter((i) => ((pre[i] as number) < groups.E[1]) === (kind === "excitatory"));
    net.connect(cells, cells[kind], pairs(links, "pre", keep), {
      weight: perCell(nS, pick(weight, keep, 1)), delay: perCell(ms, pick(delay, keep, dt)),
    });
  }
  const voltages = readTable(files, "v.csv");
  const recorded = columnCells(voltages, "V_cell");
  for (const variable of ["V", "g_ex", "g_in"]) net.record(cells, variable, { cells: recorded, every: ms(rowSteps(voltages) * dt) });
  const chunk = await runSteps(net, dt, steps, context);
  const reference = spikeSteps(readTable(files, "spikes.csv"), n);
  const rows = networkRows(name, reference, simulatedSteps(chunk, "cells", dt), limitsOf(data, context, { share: GENERAL.cobaShare.float32, total: GENERAL.cobaTotal.float32 }), nearTies(files));
  const V = columnError(chunk, { table: voltages, stem: "V_cell" }, { population: "cells", variable: "V", dt });
  const key = context.engine === "reference" ? "V_mV" : "V_mV_in_v.csv";
  return [...rows, atMost(name, "voltages, largest error (mV)", V.error, limit(data.tolerance, context, key), V.values)];
} // prettier-ignore

/** g05: cells whose voltage jumps, driven by given trains; and the edges of refractoriness. */
export async function verifyDelta(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files);
  const { dt_ms: dt, steps } = data;
  const p = new Parameters(data);
  const given = readTable(files, "cells.csv");
  const n = given.rows;
  const params = { tau_m: p.quantity("tau"), V_th: p.quantity("V_th"), V_reset: p.quantity("V_r"), t_ref: p.quantity("t_ref"), E_L: mV(0) };
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", iafDelta({ n, params, initial: { V: column(given, "V0_mV", "mV") } }));
  const given_spikes = readTable(files, "external_spikes.csv");
  const external = readTable(files, "external_connections.csv");
  const nSources = Math.max(...[external, given_spikes].map((table) => extremes(table.numbers("source"))[1])) + 1;
  const times: number[][] = Array.from({ length: nSources }, () => []);
  const bySource = given_spikes.numbers("source");
  given_spikes.numbers("step").forEach((step, i) => times[bySource[i] as number]?.push(step * dt));
  const sources = net.sources("afferents", nSources, trains(times));
  for (const [from, links, source, id] of [[cells, readTable(files, "connections.csv"), "pre", "own"], [sources, external, "source", "given"]] as const) {
    const all = [...links.numbers(source).keys()];
    net.connect(from, cells.jump, pairs(links, source, all), {
      name: id, weight: perCell(mV, pick(links.numbers("weight_mV"), all, 1)), delay: perCell(ms, pick(links.numbers("delay_steps"), all, dt)),
    });
  }
  const voltages = readTable(files, "v.csv");
  net.record(cells, "V", { cells: columnCells(voltages, "V_cell", "_mV"), every: ms(rowSteps(voltages) * dt) });
  const chunk = await runSteps(net, dt, steps, context);
  const reference = spikeSteps(readTable(files, "spikes.csv"), n);
  const rows = networkRows(name, reference, simulatedSteps(chunk, "cells", dt), limitsOf(data, context, { share: GENERAL.deltaShare.float32, total: GENERAL.total.float32 }), nearTies(files));
  const V = columnError(chunk, { table: voltages, stem: "V_cell", end: "_mV" }, { population: "cells", variable: "V", dt });
  const key = context.engine === "reference" ? "V_mV" : "V_mV_in_v.csv_before_that";
  rows.push(atMost(name, "voltages, largest error (mV)", V.error, limit(data.tolerance, context, key), V.values));
  return [...rows, ...(await refractoryEdge(files, name, params, dt, limit(data.tolerance, context, key), context))];
} // prettier-ignore

/** Every cell jumps by 30 mV, fires, and gets 3 mV at the step in its column's name. */
async function refractoryEdge(files: CaseFiles, name: string, params: Record<string, ReturnType<Parameters["quantity"]>>, dt: number, allowed: number, context: VerifyContext): Promise<VerifyRow[]> {
  const rows = optionalRead(files, "refractory_edge.csv");
  if (rows === undefined) return [];
  const jumps = columnCells(rows, "V_jump_at_");
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", iafDelta({ n: jumps.length, params, initial: { V: mV(0) } }));
  const first = net.sources("first", 1, trains([[8 * dt]]));
  const second = net.sources("second", jumps.length, trains(jumps.map((step) => [step * dt])));
  net.connect(first, cells.jump, allToAll(), { weight: mV(30), delay: ms(0) });
  net.connect(second, cells.jump, oneToOne(), { weight: mV(3), delay: ms(0) });
  net.record(cells, "V", { every: ms(dt) });
  const chunk = await runSteps(net, dt, rows.rows, context);
  const V = columnError(chunk, { table: rows, stem: "V_jump_at_" }, { population: "cells", variable: "V", dt, cellOf: (step) => jumps.indexOf(step) });
  return [atMost(name, "edges of refractoriness, largest error (mV)", V.error, allowed, V.values)];
} // prettier-ignore
