import { z } from "zod";
import { list } from "../../src/connect/rules.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import { param } from "../../src/mechanisms/mechanism.ts";
import { neuron } from "../../src/mechanisms/neuron.ts";
import { DataError } from "../../src/errors.ts";
import type { CellModel } from "../../src/network/cell.ts";
import { Network } from "../../src/network/network.ts";
import { ms, mV, nA, nF, nS, pA, perCell, S_per_cm2, uS } from "../../src/units.ts";
import type { CaseFiles, VerifyRow } from "../case.ts";
import { own } from "../../src/own.ts";
import { atMost, type VerifyContext } from "../rows.ts";
import { allowed, GENERAL } from "../tolerances.ts";
import { cell, compartment, squidMembrane } from "./cells.ts";
import {
  columnCells,
  columnError,
  optionalRead,
  readCase,
  readTable,
  runSteps,
  simulatedSteps,
  spikeSteps,
} from "./data.ts";
import { unmatched } from "./spikes.ts";

const junctions = z.looseObject({
  dt_ms: z.number(), steps: z.number(),
  model: z.looseObject({
    compartment, hh: z.string().default(""),
    groups: z.record(z.string(), z.looseObject({ cells: z.tuple([z.number(), z.number()]), type: z.string() })),
    pas: z.looseObject({ g_S_cm2: z.number(), e_mV: z.number() }).optional(),
    junctions: z.array(z.looseObject({ a: z.number(), b: z.number(), g_uS: z.number() })),
  }),
  inputs: z.looseObject({ current_clamps: z.array(z.looseObject({ cell: z.number(), amp_nA: z.number(), on_from_step: z.number(), off_from_step: z.number() })) }),
  initial: z.looseObject({ V: z.looseObject({ value: z.number() }) }),
  lif_pair: z.looseObject({
    dt_ms: z.number(), steps: z.number(),
    parameters: z.looseObject({ C_pF: z.number(), gL_nS: z.number(), EL_mV: z.number(), V_th_mV: z.number(), V_r_mV: z.number(), k: z.number(), g_nS: z.number(), I_pA: z.array(z.number()) }),
    spikes_step_cell: z.array(z.tuple([z.number(), z.number()])),
  }).optional(),
  tolerance: z.looseObject({ f64: z.looseObject({ V_mV: z.number() }), f32: z.looseObject({ V_mV: z.record(z.string(), z.number()) }) }),
}); // prettier-ignore
type Junctions = z.infer<typeof junctions>;

/** g10: gap junctions between compartments, and between point neurons. */
export async function verifyJunctions(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files, junctions);
  return [...(await compartments(files, data, name, context)), ...(await pair(files, data, name, context))];
}

/** All cells of a kind are one population, so that junctions lie within populations and between them. */
async function compartments(files: CaseFiles, data: Junctions, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const { dt_ms: dt, steps, model } = data;
  const net = new Network({ seed: 1 });
  const groups = Object.entries(model.groups);
  const place = (of: number) => {
    const found = groups.find(([, { cells: [from, to] }]) => of >= from && of < to);
    if (found === undefined) throw new DataError("case.json, model.groups", `have no cell ${of}`, "Restore the file");
    return { group: found[0], index: of - found[1].cells[0] };
  };
  const populations = new Map(groups.map(([group, { cells: [from, to], type }]) => {
    const membrane: Partial<CellModel> = type === "pas" ? passiveMembrane(model.pas) : squidMembrane(model.hh);
    const cells = net.cells(group, cell(model.compartment, { n: to - from, V0: mV(data.initial.V.value), ...membrane }));
    net.record(cells, "V", { every: ms(dt) });
    return [group, cells] as const;
  }));
  for (const [from, first] of populations) {
    for (const [to, second] of populations) {
      const between = model.junctions.filter(({ a, b }) => place(a).group === from && place(b).group === to);
      if (between.length === 0) continue;
      const pairs = list(between.map(({ a, b }) => [place(a).index, place(b).index]));
      net.gapJunctions(first, second, pairs, { conductance: perCell(uS, between.map(({ g_uS: g }) => g)) });
    }
  }
  data.inputs.current_clamps.forEach(({ cell: c, amp_nA: amplitude, on_from_step: on, off_from_step: off }, k) => {
    const { group, index } = place(c);
    const cells = populations.get(group);
    if (cells === undefined) return;
    const values = Array.from({ length: cells.n }, (_, i) => (i === index ? 1 : 0));
    net.clamp(cells, nA(amplitude), { name: `clamp${k}`, gain: { values, unit: "1" }, delay: ms(on * dt), duration: ms((off - on) * dt) });
  });
  const chunk = await runSteps(net, dt, steps, context);
  const f64 = context.engine === "reference";
  const n = Math.max(...groups.map(([, g]) => g.cells[1]));
  const wanted = spikeSteps(readTable(files, "spikes.csv"), n);
  const trains = new Map(groups.map(([group]) => [group, simulatedSteps(chunk, group, dt)]));
  const found = wanted.map((_, c) => {
    const { group, index } = place(c);
    return trains.get(group)?.[index];
  });
  const shift = Math.max(0, ...wanted.map((train, c) => {
    const mine = found[c] ?? [];
    return train.length === mine.length ? Math.max(0, ...train.map((s, k) => Math.abs(s - (mine[k] as number)))) : Infinity;
  }));
  const table = readTable(files, "v.csv");
  return [
    atMost(name, "spikes, worst (steps)", shift, allowed(context.engine, GENERAL.spikeSteps), n, `${wanted.flat().length} spikes`),
    ...groups.filter(([group]) => columnCells(table, `V_${group}_`, "_mV").length > 0).map(([group]) => {
      const V = columnError(chunk, { table, stem: `V_${group}_`, end: "_mV", printed: f64 }, { population: group, variable: "V", dt });
      return atMost(name, `V of ${group}, largest error (mV)`, V.error, f64 ? data.tolerance.f64.V_mV : (own(data.tolerance.f32.V_mV, group) ?? 0), V.values);
    }),
  ];
} // prettier-ignore

function passiveMembrane(given: Junctions["model"]["pas"]): Partial<CellModel> {
  if (given === undefined) throw new DataError("case.json, model.pas", "is missing", "A group of type pas needs its conductance and reversal potential");
  return { insertions: [{ sections: ["soma"], mechanism: pas, params: { g: S_per_cm2(given.g_S_cm2), E: mV(given.e_mV) } }] };
} // prettier-ignore

const leaky = neuron({
  name: "leaky",
  doc: "The case's leaky integrate-and-fire cell.",
  params: {
    C: param(nF(0.2), "capacitance"), gL: param(uS(0.01), "leak"), EL: param(mV(-65), "leak reversal potential"),
    V_th: param(mV(-50), "threshold"), V_r: param(mV(-60), "reset"), t_ref: param(ms(2), "refractory period"),
  },
  states: { V: { d: "(gL * (EL - V) + I) / C", unit: "mV", init: "EL" } },
  ports: {},
  inputs: { I: { unit: "nA", doc: "current, that of gap junctions included" } },
  spike: "V > V_th",
  reset: { V: "V_r" },
  refractory: "t_ref",
  method: "exponentialEuler",
}); // prettier-ignore

async function pair(files: CaseFiles, { lif_pair: lif, tolerance }: Junctions, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  if (lif === undefined) return [];
  const { dt_ms: dt, steps, parameters: p } = lif;
  const net = new Network({ seed: 1 });
  const n = p.I_pA.length;
  const params = { C: nF(p.C_pF / 1000), gL: nS(p.gL_nS), EL: mV(p.EL_mV), V_th: mV(p.V_th_mV), V_r: mV(p.V_r_mV), t_ref: ms(p.k * dt) };
  const cells = net.cells("cells", leaky({ n, params }));
  net.clamp(cells, pA(1), { gain: { values: [...p.I_pA], unit: "1" } });
  const pairs = Array.from({ length: n * n }, (_, k) => [Math.floor(k / n), k % n] as const).filter(([a, b]) => a < b);
  net.gapJunctions(cells, cells, list(pairs), { conductance: perCell(nS, pairs.map(() => p.g_nS)) });
  net.record(cells, "V", { every: ms(dt) });
  const chunk = await runSteps(net, dt, steps, context);
  const wanted: number[][] = Array.from({ length: n }, () => []);
  for (const [step, c] of lif.spikes_step_cell) wanted[c]?.push(step);
  const f64 = context.engine === "reference";
  const rows = [atMost(name, "point neurons: spikes that differ", unmatched(wanted, simulatedSteps(chunk, "cells", dt)), 0, n, `${lif.spikes_step_cell.length} spikes`)];
  const table = optionalRead(files, "lif_v.csv");
  if (table === undefined || !f64) return rows;
  const V = columnError(chunk, { table, stem: "V_", end: "_mV", printed: true }, { population: "cells", variable: "V", dt });
  return [...rows, atMost(name, "point neurons: V, largest error (mV)", V.error, tolerance.f64.V_mV, V.values)];
} // prettier-ignore
