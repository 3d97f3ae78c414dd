import { z } from "zod";
import { swcCell } from "../../src/import/index.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import { channel, param } from "../../src/mechanisms/mechanism.ts";
import { eliminateMassless } from "../../src/morphology/eliminate.ts";
import { nodeAt, tree, type Morphology, type Section } from "../../src/morphology/tree.ts";
import type { CellModel } from "../../src/network/cell.ts";
import { Network } from "../../src/network/network.ts";
import { degC, Hz, ms, mV, nA, ohm_cm, S_per_cm2, uF_per_cm2 } from "../../src/units.ts";
import type { CaseFiles, VerifyRow } from "../case.ts";
import type { Table } from "../csv.ts";
import { wantSome } from "../complete.ts";
import { atMost, type VerifyContext } from "../rows.ts";
import { allowed as spikeSteps, GENERAL } from "../tolerances.ts";
import { squidAt } from "./cells.ts";
import { readCase, readTable, rowSteps, runSteps } from "./data.ts";
import { squidConstants } from "./texts.ts";

const site = z.object({ section: z.string(), x: z.number() });
const response = z.looseObject({
  clamp: z.object({ section: z.string(), x: z.number(), amp_nA: z.number(), on_from_step: z.number(), off_from_step: z.number() }),
  steps: z.number(), soma_spikes_steps: z.array(z.number()),
}); // prettier-ignore
const somata = z.record(z.string(), z.looseObject({
  sections: z.array(z.looseObject({ section: z.string(), parent: z.string().nullable(), parent_x: z.number().nullable(), nseg: z.number(), points_x_y_z_diam_um: z.array(z.array(z.number())) })),
  sites: z.array(site), transfer_resistance_MOhm: z.array(z.array(z.number())),
  step_responses: z.object({ pas: response.optional(), hh: response.optional() }),
})); // prettier-ignore
type Soma = z.infer<typeof somata>[string];
const passive = z.looseObject({ Ra_ohm_cm: z.number(), cm_uF_cm2: z.number(), g_pas_S_cm2: z.number(), e_pas_mV: z.number() }); // prettier-ignore

const swcCase = z.looseObject({
  dt_ms: z.number().positive(), model: z.looseObject({ passive, hh: z.string().default(""), nseg: z.string().default("") }), expected: somata,
  initial: z.looseObject({ V: z.looseObject({ value: z.number() }) }),
  tolerance: z.object({ f64: z.looseObject({}), f32: z.looseObject({}) }),
}); // prettier-ignore
type SwcCase = z.infer<typeof swcCase>;

/** The squid's channels (Hodgkin and Huxley 1952) at 6.3 degC with reversal potentials of their own. */
const hh = channel({
  name: "hh",
  doc: "Na+, delayed-rectifier K+ and leak of the squid axon.\nSource: Hodgkin & Huxley (1952), J. Physiol. 117:500-544.",
  params: {
    gnabar: param(S_per_cm2(0.12), "maximal Na+ conductance density"),
    gkbar: param(S_per_cm2(0.036), "maximal K+ conductance density"),
    gl: param(S_per_cm2(3e-4), "leak conductance density"),
    el: param(mV(-54.3), "leak reversal potential"),
  },
  states: {
    m: { alpha: "1 / exprel(-(V + 40) / 10)", beta: "4 * exp(-(V + 65) / 18)" },
    h: { alpha: "0.07 * exp(-(V + 65) / 20)", beta: "1 / (exp(-(V + 35) / 10) + 1)" },
    n: { alpha: "0.1 / exprel(-(V + 55) / 10)", beta: "0.125 * exp(-(V + 65) / 80)" },
  },
  currents: {
    na: { g: "gnabar * m^3 * h", E: "ena", ion: "na" },
    k: { g: "gkbar * n^4", E: "ek", ion: "k" },
    leak: { g: "gl", E: "el" },
  },
});

/** NEURON's "dend[3]" as the importer calls it. */
const ownName = (theirs: string): string => (theirs === "soma[0]" ? "soma" : theirs.replace(/\[(\d+)\]$/, "_$1"));

/** g16: an SWC morphology with a soma of one and of three points. */
export async function verifySwc(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files, swcCase);
  wantSome("case.json", Object.keys(data.expected).length, "expected soma");
  const rows: VerifyRow[] = [];
  for (const [soma, expected] of Object.entries(data.expected)) {
    const text = files.text(`${soma}.swc`);
    rows.push(...geometryRows(`${name}, ${soma}`, cellOf(text, data, "pas"), expected, readTable(files, `${soma}_segments.csv`), data));
    for (const kind of ["pas", "hh"] as const) {
      const response = expected.step_responses[kind];
      if (response === undefined) continue;
      const table = readTable(files, `${soma}_${kind}_v.csv`);
      rows.push(...(await responseRows(`${name}, ${soma}, ${kind}`, cellOf(text, data, kind), { expected: response, table, allowed: Number((context.engine === "reference" ? data.tolerance.f64 : data.tolerance.f32)[`V_${kind}_mV`]), data }, context)));
    }
  }
  return rows;
} // prettier-ignore

function cellOf(text: string, data: SwcCase, kind: "pas" | "hh"): CellModel {
  const p = data.model.passive;
  const leak = { mechanism: pas, params: { g: S_per_cm2(p.g_pas_S_cm2), E: mV(p.e_pas_mV) } };
  const { gna, gk, gl, ena, ek, el, celsius } = squidConstants(data.model.hh);
  const squid = { gnabar: S_per_cm2(gna), gkbar: S_per_cm2(gk), gl: S_per_cm2(gl), el: mV(el) };
  const [, dLambda = "0.1", frequency = "100"] = /([\d.]+) lambda_f\((\d+) Hz\)/.exec(data.model.nseg) ?? [];
  return swcCell(text, {
    n: 1,
    V0: mV(data.initial.V.value),
    Ra: ohm_cm(p.Ra_ohm_cm),
    cm: uF_per_cm2(p.cm_uF_cm2),
    nseg: { dLambda: Number(dLambda), frequency: Hz(Number(frequency)) },
    celsius: degC(celsius),
    reversals: { na: mV(ena), k: mV(ek) },
    mechanisms: kind === "pas" ? [leak] : [leak, { mechanism: squidAt(celsius, hh), params: squid, in: ["soma"] }],
  });
}

/** NEURON keeps 3-d points in single precision, and the case prints them rounded: to six places at best. */
const alike = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): boolean =>
  a.length === b.length &&
  a.every(
    (p, k) =>
      p.length === b[k]?.length &&
      p.every((x, c) => Math.abs(x - (b[k]?.[c] as number)) <= 1e-6 + 2 ** -24 * Math.abs(x)),
  );

function geometryRows(name: string, cell: CellModel, expected: Soma, segments: Table, data: SwcCase): VerifyRow[] {
  const sections = cell.sections.map((s) => {
    const { name: id, points = [], nseg = 1, parent, parentEnd = 1 } = s;
    return { name: id, points, nseg, Ra: data.model.passive.Ra_ohm_cm, parentEnd, ...(parent === undefined ? {} : { parent }) };
  }) satisfies Section[];
  const wrong = expected.sections.filter((e) => {
    const own = sections.find((s) => s.name === ownName(e.section));
    if (own === undefined || own.nseg !== e.nseg || !alike(own.points, e.points_x_y_z_diam_um)) return true;
    return (own.parent ?? null) !== (e.parent === null ? null : ownName(e.parent)) || (e.parent_x ?? 1) !== own.parentEnd;
  });
  const morphology = tree(sections);
  const [areas, ri] = [segments.numbers("area_um2"), segments.numbers("ri_MOhm")];
  const [index, names] = [segments.numbers("segment"), segments.strings("section")];
  let [area, resistance] = [0, 0];
  names.forEach((section, k) => {
    const path = morphology.sections.find((s) => s.name === ownName(section));
    const own = index[k] as number;
    const node = morphology.nodes[path?.nodes[1 + own] ?? -1];
    // the root's first segment has its resistance to the 0 end's node, which is its child here
    const link = path?.parent === undefined && own === 0 ? morphology.nodes[path?.nodes[0] ?? -1] : node;
    area = Math.max(area, Math.abs(Number(node?.areaUm2 ?? 0) / (areas[k] as number) - 1));
    if ((ri[k] as number) < 1e29) resistance = Math.max(resistance, Math.abs(1 / Number(link?.gParent ?? 0) / (ri[k] as number) - 1));
  });
  const allowed = Number(data.tolerance.f64["area, ri (relative)"]);
  const needed = expected.sections.reduce((sum, { nseg }) => sum + nseg, 0);
  return [
    atMost(name, "sections that differ", wrong.length + Math.abs(sections.length - expected.sections.length), 0, expected.sections.length),
    atMost(name, "areas, largest relative error", area, allowed, [names.length, needed]),
    atMost(name, "axial resistances, largest relative error", resistance, allowed, [names.length, needed]),
    atMost(name, "input and transfer resistances, largest relative error", transferError(morphology, expected, data), Number(data.tolerance.f64["transfer resistances (relative)"]), expected.sites.length ** 2),
  ];
} // prettier-ignore

/** The inverse of the conductance matrix, column by column: Gauss from the leaves, where nothing fills in. */
function transferError(morphology: Morphology, expected: Soma, data: SwcCase): number {
  const { nodes, couplings, eliminationOrder } = eliminateMassless(morphology);
  const g = Array.from(nodes, () => new Float64Array(nodes.length));
  const at = (i: number): Float64Array => g[i] as Float64Array;
  const add = (i: number, j: number, x: number): void => void (at(i)[j] = (at(i)[j] as number) + x);
  nodes.forEach((n, i) => add(i, i, 1e-2 * Number(n.areaUm2) * data.model.passive.g_pas_S_cm2)); // uS
  for (const { i, j, g: c } of couplings) for (const [a, b] of [[i, j], [j, i]] as const) (add(a, a, Number(c)), add(a, b, -Number(c))); // prettier-ignore
  const places = expected.sites.map((s) =>
    nodes.findIndex((n) => n.node === nodeAt(morphology, ownName(s.section), s.x)),
  );
  let worst = 0;
  places.forEach((place, column) => {
    const m = g.map((row) => Float64Array.from(row));
    const v = new Float64Array(nodes.length);
    v[place] = 1;
    const pivot = (k: number): Float64Array => m[k] as Float64Array;
    const order = [...eliminationOrder];
    order.forEach((k, step) => {
      for (const i of order.slice(step + 1)) {
        const f = (pivot(i)[k] as number) / (pivot(k)[k] as number);
        if (f === 0) continue;
        for (const j of order.slice(step)) pivot(i)[j] = (pivot(i)[j] as number) - f * (pivot(k)[j] as number);
        v[i] = (v[i] as number) - f * (v[k] as number);
      }
    });
    for (const [back, k] of order.toReversed().entries()) {
      for (const j of order.slice(order.length - back))
        v[k] = (v[k] as number) - (pivot(k)[j] as number) * (v[j] as number);
      v[k] = (v[k] as number) / (pivot(k)[k] as number);
    }
    places.forEach((other, row) => {
      const wanted = expected.transfer_resistance_MOhm[row]?.[column] as number;
      worst = Math.max(worst, Math.abs((v[other] as number) / wanted - 1));
    });
  });
  return worst;
}

interface Wanted {
  readonly expected: z.infer<typeof response>;
  readonly table: Table;
  readonly allowed: number;
  readonly data: SwcCase;
}

async function responseRows(name: string, cell: CellModel, { expected, table, allowed, data }: Wanted, context: VerifyContext): Promise<VerifyRow[]> {
  const dt = data.dt_ms;
  const columns = table.names.filter((c) => c.startsWith("V_")).map((column) => {
    const [, section = "", x = ""] = /^V_(.+)_([\d.]+)_mV$/.exec(column) ?? [];
    return { column, section: ownName(section), at: Number(x) };
  });
  const sums = Object.fromEntries(columns.map(({ section, at }, k) => [`site${k}`, { unit: "mV", terms: [{ section, at, weight: 1 }] }]));
  const net = new Network({ seed: 1 });
  const cells = net.cells("cell", { ...cell, detector: { ...cell.detector, threshold: mV(0) }, sums });
  const { clamp } = expected;
  net.clamp(cells, nA(clamp.amp_nA), { section: ownName(clamp.section), at: clamp.x, delay: ms(clamp.on_from_step * dt), duration: ms((clamp.off_from_step - clamp.on_from_step) * dt) });
  const every = rowSteps(table);
  for (const k of columns.keys()) net.record(cells, `site${k}`, { every: ms(every * dt) });
  const chunk = await runSteps(net, dt, expected.steps, context);
  let [error, values] = [0, 0];
  columns.forEach(({ column }, k) => {
    const trace = chunk.trace("cell", `site${k}`);
    const wanted = table.numbers(column);
    table.numbers("step").forEach((step, row) => {
      const found = trace.data[step / every];
      if (found === undefined) return;
      error = Math.max(error, Math.abs(found - (wanted[row] as number)));
      values++;
    });
  });
  const found = Array.from(chunk.spikes("cell").times, (t) => Math.round(t / dt));
  const wanted = expected.soma_spikes_steps;
  const late = found.length === wanted.length ? Math.max(0, ...found.map((s, k) => Math.abs(s - (wanted[k] as number)))) : Infinity;
  return [
    atMost(name, "voltages, largest error (mV)", error, allowed, [values, columns.length * table.rows]),
    atMost(name, "spikes, largest shift (steps)", late, spikeSteps(context.engine, GENERAL.spikeSteps), 1, `${wanted.length} spikes`),
  ];
} // prettier-ignore
