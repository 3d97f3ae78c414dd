import { z } from "zod";
import { DataError } from "../../src/errors.ts";
import { list, oneToOne } from "../../src/connect/rules.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import alphasyn from "../../src/mechanisms/synapses/alphasyn.ts";
import exp2syn from "../../src/mechanisms/synapses/exp2syn.ts";
import expisyn from "../../src/mechanisms/synapses/expisyn.ts";
import expsyn from "../../src/mechanisms/synapses/expsyn.ts";
import gabab from "../../src/mechanisms/synapses/gabab.ts";
import nmda from "../../src/mechanisms/synapses/nmda.ts";
import { type Channel, channel, param, type Synapse, weightUnitOf } from "../../src/mechanisms/mechanism.ts";
import { Network } from "../../src/network/network.ts";
import { trains } from "../../src/network/sources.ts";
import { type Quantity, ms, mV, nA, one, perCell, S_per_cm2, uS } from "../../src/units.ts";
import type { CaseFiles, VerifyRow } from "../case.ts";
import { own } from "../../src/own.ts";
import { wantSome } from "../complete.ts";
import { atLeast, atMost, type VerifyContext } from "../rows.ts";
import { allowed, GENERAL } from "../tolerances.ts";
import { cell, compartment, squidMembrane } from "./cells.ts";
import {
  columnCells,
  columnError,
  optionalRead,
  part,
  readCase,
  readCells,
  readSpikes,
  readTable,
  rowSteps,
  runSteps,
  simulatedSteps,
  spikeSteps,
  together,
} from "./data.ts";
import { limit } from "./single.ts";
import { unmatched } from "./spikes.ts";
import { constants, definition, definitions, sharesOf, totalOf } from "./texts.ts";

const model = z.looseObject({ compartment });

/** The interneuron's currents as the case writes them: "i = gna minf(V)^3 h (V-55) + ...", "h' = 5 (ah (1-h) - bh h)". */
function interneuron(lines: readonly string[]): Channel {
  const of = definitions(lines);
  const numbers = constants(lines.join("; "));
  const gate = (x: string): { alpha: string; beta: string } => {
    const [, factor, alpha, beta] = /^(.*?) \* \((\w+) \* \(1-\w+\)-(\w+) \* \w+\)$/.exec(definition(of, `${x}'`)) ?? [];
    if (factor === undefined) throw new DataError("case.json, model.wb", `does not open and close ${x}`, "Compare with the reference folder's README");
    return { alpha: `${factor} * (${definition(of, alpha as string)})`, beta: `${factor} * (${definition(of, beta as string)})` };
  };
  const densities = ["gna", "gk", "gl"].map((g) => [g, param(S_per_cm2(numbers.get(g) ?? NaN), "conductance density")] as const);
  return channel({
    name: "interneuron",
    doc: "The currents of the case.",
    params: Object.fromEntries(densities),
    let: { am: definition(of, "am"), bm: definition(of, "bm"), minf: definition(of, "minf") },
    states: { h: gate("h"), n: gate("n") },
    currents: { all: { i: definition(of, "i") } },
  });
} // prettier-ignore

/** g13: Wang-Buzsaki interneurons with inhibition. */
export async function verifyInterneurons(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files);
  const { dt_ms: dt, steps } = data;
  const { compartment: given, synapse: s } = part(data["model"], model.extend({
    synapse: z.looseObject({ tau1_ms: z.number(), tau2_ms: z.number(), e_mV: z.number(), weight_uS: z.number(), delay_steps: z.number() }),
  }));
  const cells = readCells(files, "cells.csv");
  const n = cells.rows;
  const net = new Network({ seed: 1 });
  const population = net.cells("cells", cell(given, {
    n, V0: perCell(mV, cells.numbers("V0_mV")),
    insertions: [{ sections: ["soma"], mechanism: interneuron(part(data["model"], z.looseObject({ wb: z.array(z.string()) })).wb) }],
    receptors: [{ name: "inh", synapse: exp2syn, section: "soma", params: { tau1: ms(s.tau1_ms), tau2: ms(s.tau2_ms), e: mV(s.e_mV) } }],
  }));
  net.clamp(population, nA(1), { gain: perCell(one, cells.numbers("I_nA")) });
  const links = readTable(files, "connections.csv");
  const [pre, post] = [links.numbers("pre"), links.numbers("post")];
  const pairs = list(Array.from(pre, (from, i) => [from, post[i] as number] as const));
  if (links.rows > 0) net.connect(population, population.receptor("inh"), pairs, { weight: uS(s.weight_uS), delay: ms(s.delay_steps * dt) });
  const voltages = readTable(files, "v.csv");
  net.record(population, "V", { cells: columnCells(voltages, "V_cell", "_mV"), every: ms(rowSteps(voltages) * dt) });
  const chunk = await runSteps(net, dt, steps, context);
  const [reference, simulated] = [spikeSteps(readSpikes(files, "spikes.csv", data.expected), n), simulatedSteps(chunk, "cells", dt)];
  const count = (trains: readonly (readonly number[])[]): number => trains.flat().length;
  const V = columnError(chunk, { table: voltages, stem: "V_cell", end: "_mV" }, { population: "cells", variable: "V", dt }, (step) => context.engine === "reference" || step * dt <= 50);
  if (context.engine === "reference") return [
    atMost(name, "spikes that differ", unmatched(reference, simulated), 0, n, `${count(reference)} spikes`),
    atMost(name, "V, largest error (mV)", V.error, limit(data.tolerance, context, "V_mV"), V.values),
  ];
  const within = (most: number): number => reference.flatMap((train, c) => train.filter((at, k) => Math.abs(at - (simulated[c]?.[k] ?? Infinity)) <= most)).length / count(reference);
  const words = data.tolerance.f32["spikes"];
  const said = sharesOf(words);
  const shares = said.length > 0 ? said : ([[1, GENERAL.interneuron1Step], [4, GENERAL.interneuron4Steps], [20, GENERAL.interneuron20Steps]] as const).map(([most, { float32 }]) => ({ most, share: float32 }));
  return [
    atMost(name, "number of spikes, difference (relative)", Math.abs(count(simulated) / count(reference) - 1), totalOf(words) ?? GENERAL.interneuronCount.float32, count(reference)),
    ...shares.map(({ most, share }) => atLeast(name, `spikes within ${most} steps`, within(most), share, count(reference))),
    atMost(name, "V in the first 50 ms, largest error (mV)", V.error, limit(data.tolerance, context, "V_mV_first_50ms"), V.values),
  ];
} // prettier-ignore

/** g15: the squid cell with current steps, at several time steps. */
export async function verifySquid(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files, squid);
  const { amps_nA: amps, delay_ms: delay, duration_ms: duration } = data.inputs;
  const rows: VerifyRow[] = [];
  wantSome("case.json", Math.min(data.dt_ms.length, amps.length), "time step or amplitude");
  for (const dt of data.dt_ms) {
    const net = new Network({ seed: 1 });
    const population = net.cells("cells", cell(data.model.compartment, {
      n: amps.length, V0: mV(data.initial.V.value),
      ...squidMembrane(data.model["hh"]),
    }));
    net.clamp(population, nA(1), { gain: perCell(one, amps), delay: ms(delay), duration: ms(duration) });
    const table = readTable(files, files.list().find((file) => Number(/^v_dt([\d.]+)\.csv(\.gz)?$/.exec(file)?.[1]) === dt)?.replace(/\.gz$/, "") ?? `v_dt${dt}.csv`);
    net.record(population, "V", { cells: "all", every: ms(rowSteps(table) * dt) });
    const chunk = await runSteps(net, dt, Math.round(data.tstop_ms / dt), context);
    const found = simulatedSteps(chunk, "cells", dt);
    const listed = Object.entries(data.expected).find(([at]) => Number(at) === dt)?.[1];
    const { spikes } = part(listed, squidSpikes);
    const wanted = amps.flatMap((amp) => spikes.filter((s) => s.amp_nA === amp).map((s) => s.steps));
    const f64 = context.engine === "reference";
    const shift = Math.max(0, ...wanted.flatMap((train, c) => (train.length === found[c]?.length ? train.map((s, k) => Math.abs(s - (found[c]?.[k] as number))) : [Infinity])));
    rows.push(atMost(name, `spikes at dt ${dt}, worst (steps)`, shift, allowed(context.engine, GENERAL.spikeSteps), [wanted.length, amps.length], `${wanted.flat().length} spikes`));
    const V = together(amps.map((amp, c) => columnError(chunk, { table: renamed(table, ofAmplitude(table, amp), `V_cell${c}`), stem: "V_cell" }, { population: "cells", variable: "V", dt })));
    rows.push(atMost(name, `V at dt ${dt}, largest error (mV)`, V.error, f64 ? data.tolerance.f64.V_mV : (Object.entries(data.tolerance.f32.V_mV).find(([at]) => Number(at) === dt)?.[1] ?? 0), [V.values[0], amps.length * table.rows]));
  }
  return rows;
} // prettier-ignore

const squid = z.looseObject({
  dt_ms: z.array(z.number()),
  model,
  inputs: z.looseObject({ amps_nA: z.array(z.number()), delay_ms: z.number(), duration_ms: z.number() }),
  initial: z.looseObject({ V: z.looseObject({ value: z.number() }) }),
  tstop_ms: z.number(),
  expected: z.record(z.string(), z.unknown()),
  tolerance: z.looseObject({ f64: z.looseObject({ V_mV: z.number() }), f32: z.looseObject({ V_mV: z.record(z.string(), z.number()) }) }),
}); // prettier-ignore

const squidSpikes = z.looseObject({
  spikes: z.array(z.looseObject({ amp_nA: z.number(), steps: z.array(z.number()) })),
});

type Rows = ReturnType<typeof readTable>;

/** The column of an amplitude, "V_1.0nA_mV" or "V_1nA_mV". */
const ofAmplitude = (table: Rows, amp: number): string =>
  table.names.find((name) => Number(/^V_(.+)nA_mV$/.exec(name)?.[1] ?? NaN) === amp) ?? `V_${amp}nA_mV`;

const renamed = (table: Rows, from: string, to: string): Rows =>
  ({
    ...table,
    rows: table.rows,
    names: ["step", to],
    numbers: (column: string) => table.numbers(column === to ? from : column),
  }) as Rows;

const numbers = z.record(z.string(), z.number());
const kinds = z.looseObject({
  model: z.looseObject({ compartment, cells: z.array(z.string()), pas: z.looseObject({ g_S_cm2: z.number(), e_mV: z.number() }) }),
  dt_ms: z.number(),
  steps: z.number(),
  parameters: z.looseObject({ synapses: z.record(z.string(), numbers), weights_uS_or_nA: z.record(z.string(), z.array(z.number())) }),
  inputs: z.looseObject({ event_steps: z.record(z.string(), z.array(z.number())) }),
  initial: z.looseObject({ V: z.looseObject({ value: z.number() }) }),
  expected: z.looseObject({ spikes_upward_0mV: z.array(z.tuple([z.number(), z.string()])) }),
  tolerance: z.looseObject({
    f64: z.looseObject({ V_mV: z.number() }),
    f32: z.looseObject({ V_mV_passive: z.number(), V_mV_hh: numbers }),
  }),
}); // prettier-ignore

const SYNAPSES: Readonly<Record<string, Synapse>> = {
  exp: expsyn,
  exp2: exp2syn,
  alpha: alphasyn,
  nmda,
  gabab,
  expcurrent: expisyn,
};

/** g08: every kind of receptor on a passive and on a squid compartment, each cell a population of its own. */
export async function verifyReceptors(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files, kinds);
  const { dt_ms: dt, steps, tolerance } = data;
  const net = new Network({ seed: 1 });
  const tables = [readTable(files, "v.csv"), ...[optionalRead(files, "first_steps.csv")].filter((table) => table !== undefined)];
  wantSome("case.json", data.model.cells.length, "cell");
  for (const [c, label] of data.model.cells.entries()) {
    const used = Object.entries(data.parameters.weights_uS_or_nA).filter(([, w]) => (w[c] as number) !== 0).map(([kind]) => kind);
    const squid = label.startsWith("hh");
    const passive = { g: S_per_cm2(data.model.pas.g_S_cm2), E: mV(data.model.pas.e_mV) };
    const membrane = squid ? squidMembrane(data.model["hh"]) : { insertions: [{ sections: ["soma"], mechanism: pas, params: passive }] };
    const population = net.cells(label, cell(data.model.compartment, {
      n: 1, V0: mV(data.initial.V.value), ...membrane,
      receptors: used.map((kind) => {
        const synapse = part(own(SYNAPSES, kind), z.custom<Synapse>((s) => s !== undefined, `no receptor "${kind}"`));
        const given = Object.entries(data.parameters.synapses[kind] ?? {}).map(([p, value]) => [p, { value, unit: synapse.params[p]?.unit ?? "1" }]);
        return { name: `syn_${kind}`, synapse, section: "soma", params: Object.fromEntries(given) as Record<string, Quantity> };
      }),
    }));
    for (const kind of used) {
      const events = (data.inputs.event_steps[kind] ?? []).map((step) => step * dt);
      const source = net.sources(`${label}_by_${kind}`, 1, trains([events]));
      const weight = data.parameters.weights_uS_or_nA[kind]?.[c] as number;
      net.connect(source, population.receptor(`syn_${kind}`), oneToOne(), { weight: { value: weight, unit: weightUnitOf(SYNAPSES[kind] as Synapse) }, delay: ms(0) });
    }
    net.record(population, "V", { cells: "all", every: ms(dt) });
  }
  const chunk = await runSteps(net, dt, steps, context);
  const f64 = context.engine === "reference";
  const rows: VerifyRow[] = [];
  for (const label of data.model.cells) {
    const wanted = data.expected.spikes_upward_0mV.filter(([, of]) => of === label).map(([step]) => step);
    const found = simulatedSteps(chunk, label, dt)[0] ?? [];
    const shift = wanted.length === found.length ? Math.max(0, ...wanted.map((s, k) => Math.abs(s - (found[k] as number)))) : Infinity;
    rows.push(atMost(name, `${label}: spikes, worst (steps)`, shift, allowed(context.engine, GENERAL.spikeSteps), 1, `${wanted.length} spikes`));
    const column = `V_${label}_mV`;
    const shown = tables.filter((table) => table.names.includes(column));
    const V = together(shown.map((table) => columnError(chunk, { table: renamed(table, column, "V_cell0"), stem: "V_cell" }, { population: label, variable: "V", dt })));
    const needed = shown.reduce((sum, table) => sum + table.rows, 0);
    const most = f64 ? tolerance.f64.V_mV + GENERAL.printed.float64 : (label.startsWith("hh") ? tolerance.f32.V_mV_hh[label] : tolerance.f32.V_mV_passive) ?? 0;
    rows.push(atMost(name, `${label}: V, largest error (mV)`, V.error, most, [V.values[0], needed]));
  }
  return rows;
} // prettier-ignore
