import { z } from "zod";
import { allToAll, list, oneToOne } from "../../src/connect/rules.ts";
import { DataError } from "../../src/errors.ts";
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
  type Cells,
  columnCells,
  columnError,
  type GeneralCase,
  optionalRead,
  Parameters,
  part,
  readCase,
  readCells,
  readSpikes,
  readTable,
  rowSteps,
  runSteps,
  simulatedSteps,
  spikeSteps,
} from "./data.ts";
import { limit } from "./single.ts";
import { firstUnmatched, networkRows, type NearTies } from "./spikes.ts";
import { shareOf, totalOf } from "./texts.ts";

const column = (rows: Cells, name: string, unit: Unit, factor = 1): Quantities => ({
  values: Array.from(rows.numbers(name), (x) => x * factor), unit,
}); // prettier-ignore

const pairs = (rows: Table, source: string, keep: readonly number[]) => {
  const [from, to] = [rows.numbers(source), rows.numbers("post")];
  return list(keep.map((i) => [from[i] as number, to[i] as number] as const));
};
const pick = (values: Float64Array, keep: readonly number[], factor: number): number[] =>
  keep.map((i) => (values[i] as number) * factor);

/** The limits of a network: float64 keeps every spike up to the twins' first difference, float32 up to half of it; shares as the case's words have them. */
function limitsOf(data: GeneralCase, context: VerifyContext, f32: { share: number; total: number }) {
  const step = z.number().nullable().default(null).transform((at) => at ?? data.steps); // the twins may never part
  const first = part(data.expected, z.looseObject({ f64_first_difference_step: step, f32_first_difference_step: step }));
  const words = (context.engine === "reference" ? data.tolerance.f64 : data.tolerance.f32)["spikes"];
  const [f64, parts] = [first.f64_first_difference_step, first.f32_first_difference_step];
  if (context.engine === "reference") return { equalBefore: f64, until: f64, shown: f64 < data.steps ? f64 / 2 : Infinity, share: 1, total: totalOf(words) ?? GENERAL.total.float64 };
  return { equalBefore: Math.floor(parts / 2), until: parts, shown: parts, share: shareOf(words) ?? f32.share, total: totalOf(words) ?? f32.total };
} // prettier-ignore

/** Voltages before the step to which the case's twins are alike, and up to that of the first spike that differs: beyond it networks part. */
const comparable = (limits: { readonly shown: number }, reference: readonly (readonly number[])[], simulated: readonly (readonly number[])[]) => {
  const parted = firstUnmatched(reference, simulated);
  return (step: number): boolean => step < limits.shown && step <= parted;
}; // prettier-ignore

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
  const given = readCells(files, "cells.csv");
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
    const excites = (cell: number): boolean => cell >= groups.E[0] && cell < groups.E[1];
    const keep = [...pre.keys()].filter((i) => excites(pre[i] as number) === (kind === "excitatory"));
    if (keep.length === 0) continue;
    net.connect(cells, cells[kind], pairs(links, "pre", keep), {
      weight: perCell(nS, pick(weight, keep, 1)), delay: perCell(ms, pick(delay, keep, dt)),
    });
  }
  const voltages = readTable(files, "v.csv");
  const recorded = columnCells(voltages, "V_cell");
  for (const variable of ["V", "g_ex", "g_in"]) net.record(cells, variable, { cells: recorded, every: ms(rowSteps(voltages) * dt) });
  const chunk = await runSteps(net, dt, steps, context);
  const reference = spikeSteps(readSpikes(files, "spikes.csv", data.expected), n);
  const simulated = simulatedSteps(chunk, "cells", dt);
  const limits = limitsOf(data, context, { share: GENERAL.cobaShare.float32, total: GENERAL.cobaTotal.float32 });
  const rows = networkRows(name, reference, simulated, limits, nearTies(files));
  const V = columnError(chunk, { table: voltages, stem: "V_cell" }, { population: "cells", variable: "V", dt }, comparable(limits, reference, simulated));
  const key = context.engine === "reference" ? "V_mV" : "V_mV_in_v.csv";
  return [...rows, atMost(name, "voltages, largest error (mV)", V.error, limit(data.tolerance, context, key), V.values)];
} // prettier-ignore

/** g05: cells whose voltage jumps, driven by given trains; and the edges of refractoriness. */
export async function verifyDelta(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files);
  const { dt_ms: dt, steps } = data;
  const p = new Parameters(data);
  const given = readCells(files, "cells.csv");
  const n = given.rows;
  const params = { tau_m: p.quantity("tau"), V_th: p.quantity("V_th"), V_reset: p.quantity("V_r"), t_ref: p.quantity("t_ref"), E_L: mV(0) };
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", iafDelta({ n, params, initial: { V: column(given, "V0_mV", "mV") } }));
  const given_spikes = readTable(files, "external_spikes.csv");
  const external = readTable(files, "external_connections.csv");
  const most = Math.max(0, ...[external, given_spikes].filter(({ rows }) => rows > 0).map((table) => extremes(table.numbers("source"))[1])) + 1;
  const nSources = part(data["model"], z.looseObject({ sources: z.number().int().positive().default(most) })).sources;
  const times: number[][] = Array.from({ length: nSources }, () => []);
  const bySource = given_spikes.numbers("source");
  given_spikes.numbers("step").forEach((step, i) => times[bySource[i] as number]?.push(step * dt));
  const sources = net.sources("afferents", nSources, trains(times));
  for (const [from, links, source, id] of [[cells, readTable(files, "connections.csv"), "pre", "own"], [sources, external, "source", "given"]] as const) {
    const all = [...links.numbers(source).keys()];
    if (all.length === 0) continue;
    net.connect(from, cells.jump, pairs(links, source, all), {
      name: id, weight: perCell(mV, pick(links.numbers("weight_mV"), all, 1)), delay: perCell(ms, pick(links.numbers("delay_steps"), all, dt)),
    });
  }
  const voltages = readTable(files, "v.csv");
  net.record(cells, "V", { cells: columnCells(voltages, "V_cell", "_mV"), every: ms(rowSteps(voltages) * dt) });
  const chunk = await runSteps(net, dt, steps, context);
  const reference = spikeSteps(readSpikes(files, "spikes.csv", data.expected), n);
  const simulated = simulatedSteps(chunk, "cells", dt);
  const limits = limitsOf(data, context, { share: GENERAL.deltaShare.float32, total: GENERAL.total.float32 });
  const rows = networkRows(name, reference, simulated, limits, nearTies(files));
  const V = columnError(chunk, { table: voltages, stem: "V_cell", end: "_mV" }, { population: "cells", variable: "V", dt }, comparable(limits, reference, simulated));
  const key = context.engine === "reference" ? "V_mV" : "V_mV_in_v.csv_before_that";
  rows.push(atMost(name, "voltages, largest error (mV)", V.error, limit(data.tolerance, context, key), V.values));
  return [...rows, ...(await refractoryEdge(files, name, data, params, limit(data.tolerance, context, key), context))];
} // prettier-ignore

const edges = z.looseObject({
  refractory_edge: z.looseObject({ about: z.string(), fires_at_step: z.number().optional() }),
});

/** "every cell ... gets 30 mV at step 8 (so it fires at step 9), and 3 mV at the step in its column name": a jump that makes it fire, and one that may be lost. */
function edgeOf(data: GeneralCase): { readonly first: number; readonly second: number; readonly at: number } {
  const { about, fires_at_step: fires } = part(data.expected, edges).refractory_edge;
  const [, first, step] = /([\d.]+) mV at step (\d+)/.exec(about) ?? [];
  const [, second] = /([\d.]+) mV at the step in/.exec(about) ?? [];
  const at = step === undefined ? (fires ?? NaN) - 1 : Number(step);
  if (first !== undefined && second !== undefined && at >= 0) return { first: Number(first), second: Number(second), at };
  throw new DataError("case.json, expected.refractory_edge.about", `is "${about.slice(0, 80)}"`, 'Say, for example: "gets 30 mV at step 8, and 3 mV at the step in its column name"');
} // prettier-ignore

/** Every cell jumps, fires, and jumps again at the step in its column's name. */
async function refractoryEdge(files: CaseFiles, name: string, data: GeneralCase, params: Record<string, ReturnType<Parameters["quantity"]>>, allowed: number, context: VerifyContext): Promise<VerifyRow[]> {
  const rows = optionalRead(files, "refractory_edge.csv");
  if (rows === undefined) return [];
  const { dt_ms: dt } = data;
  const given = edgeOf(data);
  const jumps = columnCells(rows, "V_jump_at_");
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", iafDelta({ n: jumps.length, params, initial: { V: mV(0) } }));
  const first = net.sources("first", 1, trains([[given.at * dt]]));
  const second = net.sources("second", jumps.length, trains(jumps.map((step) => [step * dt])));
  net.connect(first, cells.jump, allToAll(), { weight: mV(given.first), delay: ms(0) });
  net.connect(second, cells.jump, oneToOne(), { weight: mV(given.second), delay: ms(0) });
  net.record(cells, "V", { every: ms(dt) });
  const chunk = await runSteps(net, dt, rows.rows, context);
  const V = columnError(chunk, { table: rows, stem: "V_jump_at_" }, { population: "cells", variable: "V", dt, cellOf: (step) => jumps.indexOf(step) });
  return [atMost(name, "edges of refractoriness, largest error (mV)", V.error, allowed, V.values)];
} // prettier-ignore
