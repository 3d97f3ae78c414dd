import { z } from "zod";
import { list } from "../../src/connect/rules.ts";
import { DataError } from "../../src/errors.ts";
import { neuron } from "../../src/mechanisms/neuron.ts";
import { param } from "../../src/mechanisms/mechanism.ts";
import stdpAdditive from "../../src/mechanisms/plasticity/stdp_additive.ts";
import stdpMultiplicative from "../../src/mechanisms/plasticity/stdp_multiplicative.ts";
import stdpNearest from "../../src/mechanisms/plasticity/stdp_nearest.ts";
import triplet from "../../src/mechanisms/plasticity/triplet.ts";
import tripletNearest from "../../src/mechanisms/plasticity/triplet_nearest.ts";
import type { LinkPlasticityUse } from "../../src/mechanisms/plasticity.ts";
import { Network } from "../../src/network/network.ts";
import { trains } from "../../src/network/sources.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import { ms, mV, one, perCell } from "../../src/units.ts";
import type { CaseFiles, VerifyRow } from "../case.ts";
import { wantRows } from "../complete.ts";
import { atMost, type VerifyContext } from "../rows.ts";
import {
  columnCells,
  columnError,
  gcd,
  inOrder,
  optionalRead,
  readCase,
  readCells,
  readSpikes,
  readTable,
  rowSteps,
  runSteps,
  simulatedSteps,
  spikeSteps,
} from "./data.ts";
import { firstUnmatched, networkRows } from "./spikes.ts";
import { shareOf } from "./texts.ts";
import { spiking } from "./told.ts";

const numbers = z.record(z.string(), z.number());
const stdpCase = z.looseObject({
  dt_ms: z.number().positive(),
  tolerance: z.looseObject({
    f64: z.looseObject({ driven_w: z.number(), network_w: z.number() }),
    f32: z.looseObject({ driven_w: numbers, network_spikes: z.string().optional(), network_w: z.string().optional() }),
  }),
  driven: z.looseObject({
    steps: z.number(),
    rule_index: z.record(z.string(), z.string()),
    parameters: z.looseObject({ Ap: z.number(), Am: z.number(), tau_plus_ms: z.number(), tau_minus_ms: z.number(), wmax: z.number(), triplet: z.record(z.string(), numbers).default({}) }),
    synapses: z.array(z.looseObject({ synapse: z.number(), pre: z.number(), post: z.number(), delay_steps: z.number(), w0: z.number() }))
      .transform((all) => inOrder("case.json, driven.synapses", all.map((s) => s.synapse)).map((k) => all[k] as (typeof all)[number])),
    pre_trains_steps: z.array(z.array(z.number())),
    post_spikes_steps: z.array(z.array(z.number())),
  }),
  network: z.looseObject({
    steps: z.number(),
    cells: z.looseObject({ E: z.tuple([z.number(), z.number()]) }),
    sources: z.number(),
    parameters: z.looseObject({ tau_ms: z.number(), tau_s_ms: z.number(), V_th_mV: z.number(), V_r_mV: z.number(), t_ref_ms: z.number() }),
    plastic: z.string(),
    expected: z.looseObject({ f64_first_difference_step: z.number().nullable(), f32_first_difference_step: z.number().nullable() }),
  }).optional(),
}); // prettier-ignore
type StdpCase = z.infer<typeof stdpCase>;

/** A rule of the case by its name; its steps are absolute, ours relative to the largest weight. */
function ruleOf(rule: string, { parameters: p }: StdpCase["driven"]): LinkPlasticityUse {
  const w_max = mV(p.wmax);
  const of = { A_plus: one(p.Ap / p.wmax), A_minus: one(p.Am / p.wmax), tau_plus: ms(p.tau_plus_ms), tau_minus: ms(p.tau_minus_ms), w_max };
  if (rule === "additive") return stdpAdditive(of);
  if (rule === "nearest") return stdpNearest(of);
  if (rule === "multiplicative") return stdpMultiplicative({ ...of, A_plus: one(p.Ap), A_minus: one(p.Am) });
  const t = p.triplet[rule];
  const kind = /^triplet/.test(rule) ? (/nearest/.test(rule) ? tripletNearest : triplet) : undefined; // a set of parameters may stand in the name
  if (t === undefined || kind === undefined) throw new DataError("case.json, driven.rule_index", `names the rule "${rule}"`, "Known: additive, multiplicative, nearest, triplet_all, triplet_nearest");
  const relative = (name: string) => one((t[name] ?? 0) / p.wmax);
  return kind({
    A2_plus: relative("A2p"), A3_plus: relative("A3p"), A2_minus: relative("A2m"), A3_minus: relative("A3m"),
    tau_plus: ms(t["tp"] ?? 0), tau_minus: ms(t["tm"] ?? 0), tau_x: ms(t["tx"] ?? 0), tau_y: ms(t["ty"] ?? 0), w_max,
  });
} // prettier-ignore

/** @param relayed  the sources are neurons that spike; else given trains */
async function drivenChunk(data: StdpCase, rules: readonly string[], relayed: boolean, context: VerifyContext): Promise<Chunk> {
  const { driven, dt_ms: dt } = data;
  const net = new Network({ seed: 1 });
  const pre = relayed
    ? spiking(net, "pre", driven.pre_trains_steps, dt)
    : net.sources("pre", driven.pre_trains_steps.length, trains(driven.pre_trains_steps.map((train) => train.map((s) => s * dt))));
  const post = spiking(net, "post", driven.post_spikes_steps, dt);
  const { synapses } = driven;
  for (const rule of rules) {
    net.connect(pre, post.receptor("silent"), list(synapses.map((s) => [s.pre, s.post] as const)), {
      name: rule, weight: perCell(mV, synapses.map((s) => s.w0)), delay: perCell(ms, synapses.map((s) => s.delay_steps * dt)),
      plasticity: ruleOf(rule, driven),
    });
    net.recordWeights(rule, { every: ms(dt) });
  }
  return runSteps(net, dt, driven.steps + 1, context);
} // prettier-ignore

/** Weights after every event; where two fall on one step of one synapse, after the second. */
async function drivenRows(files: CaseFiles, name: string, data: StdpCase, relayed: boolean, context: VerifyContext): Promise<VerifyRow[]> {
  const events = readTable(files, "weights.csv");
  const rules = Object.entries(data.driven.rule_index);
  const [rule, synapse, step, wanted] = ["rule", "synapse", "step", "w_after"].map((c) => events.numbers(c)) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const each = data.driven.synapses.map((s) => (data.driven.post_spikes_steps[s.post] ?? []).length + (data.driven.pre_trains_steps[s.pre] ?? []).filter((at) => at + s.delay_steps <= data.driven.steps).length);
  wantRows(events, rules.length * each.reduce((a, b) => a + b, 0), `arrivals and spikes of ${each.length} synapses by ${rules.length} rules`);
  const chunk = await drivenChunk(data, rules.map(([, r]) => r), relayed, context);
  return rules.map(([index, id]) => {
    const trace = chunk.trace("post", `${id}.w`);
    const after = new Map<string, number>();
    rule.forEach((r, i) => {
      if (r === Number(index)) after.set(`${step[i]} ${synapse[i]}`, wanted[i] as number);
    });
    let error = 0;
    for (const [key, w] of after) {
      const [at, link] = key.split(" ").map(Number) as [number, number];
      error = Math.max(error, Math.abs((trace.data[(at + 1) * trace.cells.length + link] as number) - w));
    }
    const allowed = context.engine === "reference" ? data.tolerance.f64.driven_w : (data.tolerance.f32.driven_w[id] ?? 0);
    return atMost(name, `${id}: weights after events, largest error`, error, allowed, after.size);
  });
} // prettier-ignore

/** The network's cell: a current in mV that decays, and a membrane, both advanced exactly. */
const leaky = neuron({
  name: "leaky",
  doc: "Leaky integrate-and-fire neuron with a current that decays, in mV.",
  params: {
    tau_m: param(ms(20), "membrane time constant"),
    tau_s: param(ms(5), "of the current"),
    V_th: param(mV(15), "threshold"),
    V_r: param(mV(0), "reset"),
    t_ref: param(ms(2), "refractory time", { min: 0 }),
  },
  states: {
    s: { d: "-s / tau_s", unit: "mV", init: "0" },
    V: { d: "(s - V) / tau_m", unit: "mV", init: "0" },
  },
  ports: { current: { unit: "mV", doc: "jump of s", onEvent: { s: "weight" } } },
  spike: "V > V_th",
  reset: { V: "V_r" },
  refractory: "t_ref",
  method: "exact",
});

/** "E to E, additive with clip: Ap 0.08, Am 0.084, wmax 4, tau 20/20 ms": a word and the number after it. */
function networkRule(text: string): LinkPlasticityUse {
  const after = (word: string): number => {
    const found = new RegExp(`${word}\\s+([\\d.eE+-]+)(?:/([\\d.eE+-]+))?`).exec(text);
    if (found === null) throw new DataError("case.json, network.plastic", `does not say ${word}`, 'Say, for example: "additive with clip: Ap 0.08, Am 0.084, wmax 4, tau 20/20 ms"');
    return Number(found[1]);
  };
  const [Ap, Am, w_max] = [after("Ap"), after("Am"), after("wmax")];
  const taus = /tau\s+([\d.]+)(?:\/([\d.]+))?/.exec(text);
  const [plus, minus] = [Number(taus?.[1] ?? NaN), Number(taus?.[2] ?? taus?.[1] ?? NaN)];
  const times = { tau_plus: ms(plus), tau_minus: ms(minus), w_max: mV(w_max) };
  if (/multiplicative/.test(text)) return stdpMultiplicative({ A_plus: one(Ap), A_minus: one(Am), ...times });
  const of = { A_plus: one(Ap / w_max), A_minus: one(Am / w_max), ...times };
  return /nearest/.test(text) ? stdpNearest(of) : stdpAdditive(of);
} // prettier-ignore

async function recurrentRows(files: CaseFiles, name: string, data: StdpCase, context: VerifyContext): Promise<VerifyRow[]> {
  const { network: given, dt_ms: dt } = data;
  if (optionalRead(files, "network_cells.csv") === undefined || given === undefined) return [];
  const cells = readCells(files, "network_cells.csv");
  const p = given.parameters;
  const net = new Network({ seed: 1 });
  const params = { tau_m: ms(p.tau_ms), tau_s: ms(p.tau_s_ms), V_th: mV(p.V_th_mV), V_r: mV(p.V_r_mV), t_ref: ms(p.t_ref_ms) };
  const own = net.cells("cells", leaky({ n: cells.rows, params, initial: { V: perCell(mV, cells.numbers("V0_mV")) } }));
  const links = readTable(files, "network_connections.csv");
  const [pre, post, weight, delay, plastic] = ["pre", "post", "weight_mV", "delay_steps", "plastic"].map((c) => links.numbers(c)) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const snapshots = readTable(files, "network_weights.csv");
  wantRows(snapshots, plastic.reduce((sum, x) => sum + x, 0), "its plastic links");
  for (const learns of [1, 0]) {
    const keep = [...pre.keys()].filter((i) => plastic[i] === learns);
    if (keep.length === 0) continue;
    net.connect(own, own.receptor("current"), list(keep.map((i) => [pre[i] as number, post[i] as number] as const)), {
      name: learns === 1 ? "plastic" : "fixed",
      weight: perCell(mV, keep.map((i) => weight[i] as number)), delay: perCell(ms, keep.map((i) => (delay[i] as number) * dt)),
      ...(learns === 1 ? { plasticity: networkRule(given.plastic) } : {}),
    });
  }
  const spikes = readTable(files, "network_external_spikes.csv");
  const times: number[][] = Array.from({ length: given.sources }, () => []);
  spikes.numbers("step").forEach((s, i) => times[spikes.numbers("source")[i] as number]?.push(s * dt));
  const external = readTable(files, "network_external_connections.csv");
  const [source, target] = [external.numbers("source"), external.numbers("post")];
  net.connect(net.sources("afferents", given.sources, trains(times)), own.receptor("current"), list(Array.from(source, (s, i) => [s, target[i] as number] as const)), {
    name: "external", weight: perCell(mV, external.numbers("weight_mV")), delay: perCell(ms, Array.from(external.numbers("delay_steps"), (d) => d * dt)),
  });
  const columns = snapshots.names.filter((c) => /^w_step\d+$/.test(c));
  const at = columns.map((c) => Number(c.slice("w_step".length)));
  net.recordWeights("plastic", { every: ms(dt * at.reduce(gcd, 0)) });
  const voltages = readTable(files, "network_v.csv");
  net.record(own, "V", { cells: columnCells(voltages, "V_cell", "_mV"), every: ms(rowSteps(voltages) * dt) });
  const chunk = await runSteps(net, dt, given.steps, context);
  const [f64, f32] = [given.expected.f64_first_difference_step ?? given.steps, given.expected.f32_first_difference_step ?? given.steps];
  const float64 = context.engine === "reference";
  const limits = float64 ? { equalBefore: f64, until: f64, share: 1, total: 0 } : { equalBefore: Math.floor(f32 / 2), until: f32, share: shareOf(data.tolerance.f32.network_spikes) ?? 0.98, total: 0.05 };
  const ties = optionalRead(files, "network_near_ties.csv");
  const near = ties === undefined ? undefined : { steps: ties.numbers("step"), cells: ties.numbers("cell"), margins: ties.numbers("V_minus_threshold_mV") };
  const [reference, simulated] = [spikeSteps(readSpikes(files, "network_spikes.csv", given.expected), cells.rows), simulatedSteps(chunk, "cells", dt)];
  const rows = networkRows(`${name}, network`, reference, simulated, limits, near);
  const parted = Math.min(limits.until, firstUnmatched(reference, simulated)); // beyond it weights and voltages are another network's
  const upTo = Number(/up to step (\d+)/.exec(data.tolerance.f32.network_w ?? "")?.[1] ?? f32);
  const place = new Map([...pre.keys()].filter((i) => plastic[i] === 1).map((i, k) => [`${pre[i]} ${post[i]}`, k]));
  const linkOf = Array.from(snapshots.numbers("pre"), (s, i) => place.get(`${s} ${snapshots.numbers("post")[i]}`) ?? -1);
  return [...rows, weightRow(name, data, chunk, { snapshots, linkOf, steps: at.filter((s) => float64 ? f64 >= given.steps || s < f64 : s <= Math.min(upTo, parted)) }, context), voltageRow(name, chunk, voltages, dt, float64, parted)];
} // prettier-ignore

/** Snapshots of the plastic weights, which the file lists by source and target. */
function weightRow(name: string, data: StdpCase, chunk: Chunk, at: { readonly snapshots: ReturnType<typeof readTable>; readonly linkOf: readonly number[]; readonly steps: readonly number[] }, context: VerifyContext): VerifyRow {
  const { snapshots, linkOf, steps } = at;
  const { tolerance, dt_ms: dt } = data;
  const trace = chunk.trace("cells", "plastic.w");
  let error = 0;
  for (const step of steps) {
    const row = trace.times.findIndex((t) => Math.round(t / dt) === step);
    snapshots.numbers(`w_step${step}`).forEach((w, i) => (error = Math.max(error, Math.abs((trace.data[row * trace.cells.length + (linkOf[i] as number)] as number) - w))));
  }
  const within = Number(/within ([\d.e+-]+)/.exec(tolerance.f32.network_w ?? "")?.[1] ?? 0);
  const allowed = context.engine === "reference" ? tolerance.f64.network_w : within;
  return atMost(`${name}, network`, "weights in snapshots, largest error", error, allowed, steps.length * snapshots.rows, `up to step ${steps.at(-1)}`);
} // prettier-ignore

/** float64: as the file prints it (11 digits); float32: a last bit of 15 mV (1e-6) over the 200 steps of a membrane time constant. */
function voltageRow(name: string, chunk: Chunk, table: ReturnType<typeof readTable>, dt: number, float64: boolean, parted: number): VerifyRow {
  const V = columnError(chunk, { table, stem: "V_cell", end: "_mV", printed: true }, { population: "cells", variable: "V", dt }, (step) => step <= parted);
  return atMost(`${name}, network`, "voltages, largest error (mV)", V.error, float64 ? 1e-9 : 2e-4, V.values);
} // prettier-ignore

/** g07: rules of spike-timing dependent plasticity on given trains and on spiking neurons, and a network that learns. */
export async function verifyStdp(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files, stdpCase);
  const rows: VerifyRow[] = [];
  for (const relayed of [false, true])
    rows.push(...(await drivenRows(files, `${name}, ${relayed ? "spiking sources" : "given trains"}`, data, relayed, context)));
  return [...rows, ...(await recurrentRows(files, name, data, context))];
} // prettier-ignore
