import { z } from "zod";
import kHh from "../../src/mechanisms/channels/k_hh.ts";
import naHh from "../../src/mechanisms/channels/na_hh.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import { type Channel, channel, type Param, param, pool, type Reaction } from "../../src/mechanisms/mechanism.ts";
import type { CellModel, Insertion } from "../../src/network/cell.ts";
import type { AnyCells } from "../../src/network/handles.ts";
import { Network } from "../../src/network/network.ts";
import { drive } from "../../src/network/signal.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import { degC, MOhm, ms, mM, mV, nA, one, per_ms, S_per_cm2, um } from "../../src/units.ts";
import { own } from "../../src/own.ts";
import type { CaseFiles, VerifyRow } from "../case.ts";
import { wantSome } from "../complete.ts";
import { atMost, type VerifyContext } from "../rows.ts";
import { allowed as allowedSteps, GENERAL } from "../tolerances.ts";
import { cell, compartment, squidAt } from "./cells.ts";
import {
  type Compared,
  compareColumn,
  type GeneralCase,
  Parameters,
  part,
  readCase,
  readTable,
  runSteps,
  simulatedSteps,
  together,
} from "./data.ts";
import { definition, definitions, explicit, squidConstants } from "./texts.ts";

/** What a cell is told: a current, or a voltage behind a resistance. */
const protocol = z.union([
  z.object({ current_clamp_nA: z.number(), on_from_step: z.number(), off_from_step: z.number() }),
  z.object({ seclamp_mV: z.array(z.number()), until_step: z.array(z.number()), rs_MOhm: z.number() }),
  z.object({ seclamp_hold_mV: z.number(), test_mV: z.number(), test_from_step: z.number(), test_until_step: z.number(), rs_MOhm: z.number() }),
]); // prettier-ignore
type Protocol = z.infer<typeof protocol>;

const held = (p: Protocol): boolean => "rs_MOhm" in p;

function apply(net: Network, cells: AnyCells, p: Protocol, dt: number): void {
  if ("current_clamp_nA" in p) {
    const { current_clamp_nA: amplitude, on_from_step: on, off_from_step: off } = p;
    net.clamp(cells, nA(amplitude), { delay: ms(on * dt), duration: ms((off - on) * dt) });
    return;
  }
  const [values, until] =
    "seclamp_mV" in p
      ? [p.seclamp_mV, p.until_step]
      : [[p.seclamp_hold_mV, p.test_mV, p.seclamp_hold_mV], [p.test_from_step, p.test_until_step]]; // prettier-ignore
  const times = values.map((_, k) => ms((k === 0 ? 0 : (until[k - 1] as number)) * dt));
  const name = `${cells.name}.vc`;
  net.voltageClamp(cells, drive.steps({ times, values: values.map((v) => mV(v)) }), { resistance: MOhm(p.rs_MOhm), name });
  net.record(cells, `${name}.i`, { every: ms(dt) });
} // prettier-ignore

/** The largest of several comparisons as a row; of none it fails. */
function worst(name: string, quantity: string, found: readonly Compared[], allowed: number): VerifyRow {
  const { error, values } = together(found);
  return atMost(name, quantity, error, allowed, values);
} // prettier-ignore

const number = (of: unknown, key: string): number => part(of, z.number({ error: `tolerance.${key} is missing` }));

const kineticCell = z.looseObject({
  cell: z.number(), name: z.string(), gbar_na5: z.number(), gbar_k5: z.number(), hh_gnabar: z.number(), hh_gkbar: z.number(), gl: z.number(), el: z.number(), protocol,
}); // prettier-ignore
const scheme = z.looseObject({
  states: z.array(z.string()), transitions: z.array(z.string()), rates_per_ms: z.record(z.string(), z.string()), current: z.string(),
}); // prettier-ignore
const kinetic = z.looseObject({
  dt_ms: z.number(), steps: z.number(),
  model: z.looseObject({ compartment, na5: scheme, k5: scheme, hh: z.string(), ena_mV: z.number(), ek_mV: z.number(), cells: z.array(kineticCell) }),
  initial: z.looseObject({ V: z.looseObject({ value: z.number() }) }),
  expected: z.looseObject({ spikes_upward_0mV_step_cell: z.array(z.tuple([z.number(), z.number()])) }),
  tolerance: z.looseObject({ f64: z.record(z.string(), z.unknown()), f32: z.record(z.string(), z.unknown()) }),
}); // prettier-ignore

/** A scheme of the case as a channel: "C1 <-> C2 (a, b)", its rates and its current. */
function schemeChannel(name: string, { states, transitions, rates_per_ms: rates, current }: z.infer<typeof scheme>): Channel {
  const reactions = transitions.map((line): Reaction => {
    const [, from = "", to = "", forward = "", backward = ""] = /^(\w+) <-> (\w+) \((.+), (.+)\)$/.exec(line) ?? [];
    return { from, to, forward: explicit(forward), backward: explicit(backward) };
  });
  const conductance = current.split(" (V")[0] as string; // "gbar O"
  const reversal = /\(V - (\w+)\)/.exec(current)?.[1] as string;
  const lets = Object.entries(rates).filter(([, text]) => !text.startsWith("(exp(x)-1)"));
  const ordered = lets.filter(([, text]) => !lets.some(([other]) => new RegExp(`\\b${other}\\b`).test(text)));
  const rest = lets.filter((l) => !ordered.includes(l));
  return channel({
    name,
    doc: "A kinetic scheme of the case.",
    params: { gbar: param(S_per_cm2(0), "maximal conductance density"), perMs: param(per_ms(1), "unit of its rates") },
    let: Object.fromEntries([...ordered, ...rest].map(([id, text]) => [id, explicit(text.split(", so")[0] as string)])),
    states: {},
    kinetics: { scheme: { states, reactions: reactions.map((r) => ({ ...r, forward: `(${r.forward}) * perMs`, backward: `(${r.backward}) * perMs` })) } },
    currents: { i: { g: explicit(conductance), E: reversal, ion: reversal.slice(1) } },
  });
} // prettier-ignore

const insert = (mechanism: Insertion["mechanism"], params: Insertion["params"]): Insertion => ({ sections: ["soma"], mechanism, ...(params === undefined ? {} : { params }) }); // prettier-ignore

/** g11: kinetic schemes and the squid's gates under current and voltage clamp. */
export async function verifyKinetic(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files, kinetic);
  const { dt_ms: dt, steps, model, tolerance } = data;
  const [na5, k5] = [schemeChannel("na5", model.na5), schemeChannel("k5", model.k5)];
  const { celsius } = squidConstants(model.hh);
  const [na, k] = [squidAt(celsius, naHh), squidAt(celsius, kHh)];
  const net = new Network({ seed: 1 });
  const tables = { V: readTable(files, "v.csv"), states: readTable(files, "states.csv"), i: readTable(files, "i_clamp.csv") };
  const stateColumns = tables.states.names.flatMap((column) => {
    const of = model.cells.find((c) => column.startsWith(`${c.name}_`));
    return of === undefined ? [] : [{ column, of, state: column.slice(of.name.length + 1) }];
  });
  for (const c of model.cells) {
    const own = [`V_${c.name}_mV`, `i_${c.name}_nA`].filter((column) => [tables.V, tables.i].some(({ names }) => names.includes(column)));
    wantSome(`case.json, cell ${c.name}`, own.length + stateColumns.filter(({ of }) => of === c).length, "column of any table");
  }
  const where = (state: string, c: z.infer<typeof kineticCell>): string => {
    if (c.gbar_na5 > 0 && model.na5.states.includes(state)) return "na5";
    return c.gbar_k5 > 0 && model.k5.states.includes(state) ? "k5" : state === "n" ? "k_hh" : "na_hh";
  };
  for (const c of model.cells) {
    const insertions = [
      insert(pas, { g: S_per_cm2(c.gl), E: mV(c.el) }),
      ...(c.gbar_na5 > 0 ? [insert(na5, { gbar: S_per_cm2(c.gbar_na5) })] : []),
      ...(c.gbar_k5 > 0 ? [insert(k5, { gbar: S_per_cm2(c.gbar_k5) })] : []),
      ...(c.hh_gnabar > 0 ? [insert(na, { g_max: S_per_cm2(c.hh_gnabar) })] : []),
      ...(c.hh_gkbar > 0 ? [insert(k, { g_max: S_per_cm2(c.hh_gkbar) })] : []),
    ];
    const cells = net.cells(`c${c.cell}`, cell(model.compartment, {
      n: 1, V0: mV(data.initial.V.value), insertions, reversals: { na: mV(model.ena_mV), k: mV(model.ek_mV) }, celsius: degC(celsius),
    }));
    apply(net, cells, c.protocol, dt);
    net.record(cells, "V", { every: ms(dt) });
    for (const { of, state } of stateColumns) if (of === c) net.record(cells, `soma.${where(state, c)}.${state}`, { every: ms(dt) });
  }
  const chunk = await runSteps(net, dt, steps, context);
  const f64 = context.engine === "reference";
  const compare = (table: keyof typeof tables, column: string, c: z.infer<typeof kineticCell>, variable: string): Compared[] =>
    tables[table].names.includes(column) ? [compareColumn(chunk, { table: tables[table], column, printed: f64 }, { population: `c${c.cell}`, variable, dt })] : [];
  const voltage = (which: (p: Protocol) => boolean): Compared[] =>
    model.cells.filter((c) => which(c.protocol)).flatMap((c) => compare("V", `V_${c.name}_mV`, c, "V"));
  const states = stateColumns.flatMap(({ column, of, state }) => compare("states", column, of, `soma.${where(state, of)}.${state}`));
  const clamps = model.cells.filter((c) => held(c.protocol)).flatMap((c) => compare("i", `i_${c.name}_nA`, c, `c${c.cell}.vc.i`));
  const limit = (key64: string, key32 = key64): number => number(f64 ? tolerance.f64[key64] : tolerance.f32[key32], f64 ? key64 : key32);
  const some = (which: (p: Protocol) => boolean): boolean => model.cells.some((c) => which(c.protocol));
  const late = spikeShift(model.cells.filter((c) => !held(c.protocol)).map((c) => c.cell), data.expected.spikes_upward_0mV_step_cell, chunk, dt);
  return [
    atMost(name, "spikes, worst (steps)", late, allowedSteps(context.engine, GENERAL.spikeSteps), model.cells.length, `${data.expected.spikes_upward_0mV_step_cell.length} spikes`),
    ...(some((p) => !held(p)) ? [worst(name, "V in current clamp, largest error (mV)", voltage((p) => !held(p)), limit("V_mV", "V_mV_current_clamp"))] : []),
    ...(some(held) ? [worst(name, "V in voltage clamp, largest error (mV)", voltage(held), limit("V_mV", "V_mV_voltage_clamp"))] : []),
    worst(name, "states, largest error", states, limit("states")),
    ...(some(held) ? [worst(name, "clamp current, largest error (nA)", clamps, limit("i_clamp_nA"))] : []),
  ];
} // prettier-ignore

/** The largest shift of a spike, infinite where a count differs. */
function spikeShift(cells: readonly number[], wanted: readonly (readonly [number, number])[], chunk: Chunk, dt: number): number {
  return cells.reduce((worst, c) => {
    const reference = wanted.filter(([, of]) => of === c).map(([step]) => step);
    const found = simulatedSteps(chunk, `c${c}`, dt)[0] ?? [];
    if (reference.length !== found.length) return Infinity;
    return Math.max(worst, ...reference.map((s, k) => Math.abs(s - (found[k] as number))));
  }, 0);
} // prettier-ignore

const calcium = z.looseObject({
  dt_ms: z.number(), steps: z.number(),
  model: z.looseObject({
    compartment, pas: z.looseObject({ g_S_cm2: z.number(), e_mV: z.number() }), ca: z.array(z.string()),
    cells: z.array(z.looseObject({ cell: z.number(), name: z.string(), celsius: z.number(), protocol })),
  }),
  parameters: z.record(z.string(), z.unknown()),
  initial: z.looseObject({ V: z.looseObject({ value: z.number() }) }),
  tolerance: z.looseObject({ f64: z.record(z.string(), z.unknown()), f32: z.record(z.string(), z.unknown()) }),
}); // prettier-ignore

/** The case's calcium current, with the Goldman-Hodgkin-Katz equation as a function of its own, and its pool. */
function ghkCalcium(data: GeneralCase, lines: readonly string[]) {
  const of = definitions(lines);
  const text = (id: string): string => definition(of, id).replaceAll(/\bT\b/g, "celsius");
  const p = new Parameters(data);
  const value = (id: string): number => p.number(id);
  const [, valence = "2"] = /\bz = (\d)/.exec(lines.join(" ")) ?? [];
  const constant = (x: number, doc: string): Param => param(one(x), doc);
  const current = channel({
    name: "ca_ghk",
    doc: "The calcium current of the case.",
    params: {
      pbar: constant(value("pbar"), "permeability, cm/s"), q10: constant(value("q10"), "of the gates"), qp: constant(value("qp"), "of the permeability"),
      F: constant(value("F"), "C/mol"), R: constant(value("R"), "J/(mol K)"), z: constant(Number(valence), "valence"),
    },
    functions: {
      reduced: { of: ["v"], is: "1e-3 * z * F * v / (R * (celsius + 273.15)) / 1" },
      ghk: { of: ["v", "ci", "co"], is: "1e-3 * z * F * (ci * exp(reduced(v) / 1) - co) / exprel(reduced(v) / 1)" },
    },
    let: { tq: text("tq"), minf: text("minf"), mtau: text("mtau"), hinf: text("hinf"), htau: text("htau") },
    states: { m: { inf: "minf", tau: "mtau" }, h: { inf: "hinf", tau: "htau" } },
    currents: { ca: { i: `${text("ica").replace("ghk * (", "ghk(")} * 1`, ion: "ca" } },
  });
  const shell = pool({
    name: "ca_shell",
    doc: "The calcium pool of the case.",
    ion: "ca",
    params: { depth: param(um(value("depth")), "depth"), tau: param(ms(value("tau")), "removal"), cinf: param(mM(value("cinf")), "at rest"), F: constant(value("F"), "C/mol") },
    states: { cai: { inf: "cinf - tau * 1e4 * ica / (2 * F * depth)", tau: "tau", init: "cinf" } },
  });
  return { current, shell, cao: mM(value("cao")) };
} // prettier-ignore

/** g12: a calcium current that is not linear in V, its pool and its temperature. */
export async function verifyCalcium(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files, calcium);
  const { dt_ms: dt, steps, model, tolerance } = data;
  const { current, shell, cao } = ghkCalcium(readCase(files), model.ca);
  const net = new Network({ seed: 1 });
  for (const c of model.cells) {
    const cells = net.cells(`c${c.cell}`, cell(model.compartment, {
      n: 1, V0: mV(data.initial.V.value), celsius: degC(c.celsius), concentrations: { cao },
      insertions: [insert(pas, { g: S_per_cm2(model.pas.g_S_cm2), E: mV(model.pas.e_mV) }), insert(current, undefined), insert(shell, undefined)],
      advance: ["ca_ghk", "ca_shell"],
    } satisfies Partial<CellModel> & Pick<CellModel, "n" | "V0">));
    apply(net, cells, c.protocol, dt);
    for (const variable of ["V", "soma.ca_shell.cai", "soma.ca_ghk.i_ca", "soma.ca_ghk.m", "soma.ca_ghk.h"]) net.record(cells, variable, { every: ms(dt) });
  }
  const chunk = await runSteps(net, dt, steps, context);
  const f64 = context.engine === "reference";
  const compare = (file: string, column: string, c: { cell: number }, variable: string, late = 0): Compared[] => {
    const table = readTable(files, file);
    return table.names.includes(column) ? [compareColumn(chunk, { table, column, printed: f64 }, { population: `c${c.cell}`, variable, dt, late })] : [];
  };
  const perCell = z.record(z.string(), z.number());
  const rows = model.cells.map((c) => {
    const allowed = f64 ? number(tolerance.f64["V_mV"], "V_mV") : (own(part(tolerance.f32["V_mV"], perCell), c.name) ?? 0);
    return worst(name, `V of ${c.name}, largest error (mV)`, compare("v.csv", `V_${c.name}_mV`, c, "V"), allowed);
  });
  const limit = (key64: string, key32 = key64): number => number(f64 ? tolerance.f64[key64] : tolerance.f32[key32], f64 ? key64 : key32);
  rows.push(worst(name, "cai, largest error (mM)", model.cells.flatMap((c) => compare("ca.csv", `cai_${c.name}_mM`, c, "soma.ca_shell.cai")), limit("cai_mM")));
  rows.push(worst(name, "ica, largest error (mA/cm2)", model.cells.flatMap((c) => compare("i.csv", `ica_${c.name}`, c, "soma.ca_ghk.i_ca", 1)), limit("ica", "ica_mA_cm2")));
  return rows;
} // prettier-ignore
