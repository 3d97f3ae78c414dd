import { z } from "zod";
import { allToAll, list } from "../../src/connect/rules.ts";
import { DataError } from "../../src/errors.ts";
import { param } from "../../src/mechanisms/mechanism.ts";
import { neuron } from "../../src/mechanisms/neuron.ts";
import { Network } from "../../src/network/network.ts";
import { rls } from "../../src/network/readouts.ts";
import { evaluate } from "../../src/lang/evaluate.ts";
import type { Expr } from "../../src/lang/expr.ts";
import { freeNames } from "../../src/lang/names.ts";
import { parse } from "../../src/lang/parse.ts";
import { drive } from "../../src/network/signal.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import { Hz, ms, mV, one, perCell } from "../../src/units.ts";
import type { CaseFiles, VerifyRow } from "../case.ts";
import type { Table } from "../csv.ts";
import { atMost, notYet, type VerifyContext } from "../rows.ts";
import { allowed, FORCE_DRAWS, GENERAL } from "../tolerances.ts";
import { columnCells, columnError, gcd, optionalRead, Parameters, readCase, readCells, readTable, rowSteps, runSteps, simulatedSteps, spikeSteps, together } from "./data.ts"; // prettier-ignore
import { firstUnmatched, networkRows } from "./spikes.ts";
import { explicit, shareOf } from "./texts.ts";

const forceCase = z.looseObject({
  dt_ms: z.number().positive(), steps: z.number().int().positive(),
  parameters: z.looseObject({ P0: z.string(), phi0: z.number() }),
  inputs: z.looseObject({ target: z.string() }),
  expected: z.looseObject({
    mean_rate_hz: z.number(), f32_first_difference_steps: z.array(z.number().nullable()).min(1),
    twins: z.looseObject({ f32: z.looseObject({ largest_phi_difference_at_snapshots: z.array(z.number()) }) }),
  }),
  tolerance: z.looseObject({
    f64: z.looseObject({ spikes: z.string(), z: z.string(), errors: z.string() }),
    f32: z.looseObject({ spikes: z.string().optional(), errors: z.string().optional(), V_mV: z.number(), s_and_r: z.number(), z_before_first_difference: z.number() }),
  }),
}); // prettier-ignore
type ForceCase = z.infer<typeof forceCase>;

/** The case's cell: a leaky neuron with a filter of what it receives and one of its own spikes, which a read-out reads. */
const lif = neuron({
  name: "force_lif",
  doc: "Leaky integrate-and-fire with double-exponential filters (Nicola and Clopath 2017).",
  params: {
    tau_m: param(ms(10), "membrane time constant"), tau_r: param(ms(2), "rise of the filters"), tau_d: param(ms(20), "decay of the filters"),
    t_ref: param(ms(2), "refractory period"), V_th: param(mV(-40), "threshold"), V_r: param(mV(-65), "reset"), bias: param(mV(-40), "constant drive"),
  },
  let: { s: "1000 * (B - A) / (tau_d - tau_r)", r: "1000 * (b - a) / (tau_d - tau_r)" },
  states: {
    V: { inf: "bias + s + feedback", tau: "tau_m", unit: "mV", init: "V_r" },
    A: { inf: "0", tau: "tau_r", unit: "1", init: "0" },
    B: { inf: "0", tau: "tau_d", unit: "1", init: "0" },
    a: { inf: "0", tau: "tau_r", unit: "1", init: "0" },
    b: { inf: "0", tau: "tau_d", unit: "1", init: "0" },
  },
  ports: { recurrent: { unit: "1", doc: "spikes of others", onEvent: { A: "weight", B: "weight" } } },
  inputs: { feedback: { unit: "mV", doc: "what is read out, by the neuron's encoder" } },
  spike: "V > V_th",
  reset: { V: "V_r", a: "a + 1", b: "b + 1" },
  refractory: "t_ref",
}); // prettier-ignore
const READ = "1000 * (b_pre - a_pre) / (tau_d - tau_r)";

const first = (text: string, pattern: RegExp, what: string): number => {
  const found = pattern.exec(text)?.[1];
  if (found !== undefined) return Number(found);
  throw new DataError("case.json", `says "${text.slice(0, 80)}", where ${what} is wanted`, "Restore the file");
};

/** A sum of sines in seconds: "sin(2 pi 5 t)", "0.5 sin(2 pi 3 t) - 0.2 cos(2 pi 7 t + 0.4)". */
export function sines(text: string) {
  const said = text.split(/,\s*t\s*=/)[0] as string;
  const term = /^\s*([-+]?)\s*(?:(\d+\.?\d*(?:e[-+]?\d+)?)\s*\*?\s*)?(sin|cos)\(\s*2\s*\*?\s*pi\s*\*?\s*(\d+\.?\d*)\s*\*?\s*t\s*(?:([-+])\s*(\d+\.?\d*)\s*)?\)/;
  const wave = (found: RegExpExecArray) => {
    const [, sign, amplitude = "1", kind, frequency, turn = "+", phase = "0"] = found;
    const shift = Number(`${turn}${phase}`) + (kind === "cos" ? Math.PI / 2 : 0);
    return drive.sinusoid({ amplitude: one(Number(`${sign ?? ""}${amplitude}`)), frequency: Hz(Number(frequency)), phase: shift });
  };
  let rest = said;
  let sum: ReturnType<typeof wave> | undefined;
  for (let found = term.exec(rest); found !== null; found = term.exec(rest)) {
    if (sum !== undefined && found[1] === "") return undefined; // without a sign between them they are factors
    sum = sum?.plus(wave(found)) ?? wave(found);
    rest = rest.slice(found[0].length);
  }
  if (sum !== undefined && rest.trim() === "") return sum;
  return undefined;
} // prettier-ignore

/** The target as the case writes it: a sum of sines, or any formula of t in seconds, of which the value at every step is taken. */
export function targetOf(text: string, steps: number, dt: number) {
  const sum = sines(text);
  if (sum !== undefined) return sum;
  const refuse = (why: string): never => {
    throw new DataError("case.json, inputs.target", `is "${text.slice(0, 80)}" (${why})`, "Give a formula of t in seconds, like 0.5 sin(2 pi 5 t)");
  };
  const formula = ((): Expr => {
    try {
      return parse(explicit(text.split(/,\s*t\s*=/)[0] as string), "inputs.target");
    } catch (error) {
      return refuse((error as Error).message);
    }
  })();
  const other = [...freeNames(formula)].find((id) => id !== "t" && id !== "pi");
  if (other !== undefined) refuse(`${other} is not known`);
  const values = Array.from({ length: steps + 1 }, (_, n) => evaluate(formula, { t: n * dt * 1e-3, pi: Math.PI }));
  // half a step early, so that a step lies in the middle of its sample's interval
  return drive.samples({ values: { values, unit: "1" }, interval: ms(dt), start: ms(-dt / 2) });
} // prettier-ignore

interface Times {
  readonly dt: number;
  readonly pre: number;
  readonly trained: number; // the step at which learning ends
  readonly every: number;
}

function build(files: CaseFiles, data: ForceCase, { dt, pre, trained, every }: Times): Network {
  const p = new Parameters(data);
  const given = readCells(files, "cells.csv");
  const links = readTable(files, "weights.csv");
  const net = new Network({ seed: 1 });
  const names = ["tau_m", "tau_r", "tau_d", "t_ref", "V_th", "V_r", "bias"] as const;
  const params = Object.fromEntries(names.map((name) => [name, p.quantity(name)]));
  const initial = { V: perCell(mV, given.numbers("V0_mV")), B: perCell(one, given.numbers("B0")) };
  const cells = net.cells("cells", lif({ n: given.rows, params, initial }));
  net.connect(cells, cells.receptor("recurrent"), list({ source: links.numbers("pre"), target: links.numbers("post") }), { weight: perCell(one, links.numbers("W")), delay: ms(dt) });
  const P0 = first(data.parameters.P0, /^\s*([\d.e+-]+)/i, "a number times the identity");
  const read = net.readout("z", cells, {
    value: READ, params: { tau_d: p.quantity("tau_d") as ReturnType<typeof ms>, tau_r: p.quantity("tau_r") as ReturnType<typeof ms> },
    weight: ms(data.parameters.phi0), learning: rls({ target: targetOf(data.inputs.target, data.steps, dt), every: ms(every * dt), P0, start: ms(pre * dt), stop: ms(trained * dt) }),
  });
  net.gather(read, cells, allToAll(), { value: "z_pre", weight: perCell(mV, given.numbers("eta_mV")), input: "feedback" });
  const sampled = ms(dt * [rowSteps(readTable(files, "z.csv")), pre].reduce(gcd, every));
  net.recordReadout(read, "z", { every: sampled });
  net.recordReadout(read, "error", { every: sampled });
  net.recordReadout(read, "w", { every: ms(gcd(every, pre) * dt) });
  const voltages = readTable(files, "v.csv");
  const rows = ms(rowSteps(voltages) * dt);
  net.record(cells, "V", { cells: columnCells(voltages, "V_cell", "_mV"), every: rows });
  for (const x of ["s", "r"]) net.record(cells, x, { cells: columnCells(voltages, `${x}_cell`), every: rows });
  return net;
} // prettier-ignore

/** The value of a read-out's trace at a step, undefined where it was not sampled. */
function reader(chunk: Chunk, variable: string, dt: number): (step: number) => number | undefined {
  const { times, data } = chunk.trace("cells", variable);
  const at = new Map(Array.from(times, (t, row) => [Math.round(t / dt), data[row] as number]));
  return (step) => at.get(step);
}

/** g14: FORCE learning of one read-out that is fed back. Once a spike has flipped at a near tie, only errors and rates can be compared. */
export async function verifyForce(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files, forceCase);
  const { dt_ms: dt, steps, expected, tolerance } = data;
  const p = new Parameters(data);
  const pre = p.number("pre_steps");
  const times = { dt, pre, trained: pre + p.number("train_steps"), every: p.number("learn_every_steps") };
  const chunk = await runSteps(build(files, data, times), dt, steps, context);
  const float64 = context.engine === "reference";
  const parts = Math.min(...expected.f32_first_difference_steps.map((at) => at ?? steps));
  const given = spikeSteps(readTable(files, "spikes.csv"), readTable(files, "cells.csv").rows);
  const end = given.flat().reduce((a, b) => Math.max(a, b), 0) + 1;
  const simulated = simulatedSteps(chunk, "cells", dt);
  const shown = simulated.map((train) => train.filter((s) => s < end));
  const parted = float64 ? Infinity : firstUnmatched(given, shown);
  const until = float64 ? first(tolerance.f64.z, /step < (\d+)/, "until when z is compared") : Math.min(parts, parted);
  const equal = float64 ? first(tolerance.f64.spikes, /step < (\d+)/, "until when spikes are compared") : Math.floor(parts / 2);
  const ties = optionalRead(files, "near_ties.csv");
  const near = ties === undefined ? undefined : { steps: ties.numbers("step"), cells: ties.numbers("cell"), margins: ties.numbers("V_minus_threshold_mV") };
  const limits = { equalBefore: Math.min(end, equal), until: float64 ? end : parts, share: float64 ? 1 : (shareOf(tolerance.f32.spikes) ?? 0.98), total: float64 ? 0 : GENERAL.total.float32 };
  const rate = simulated.flat().length / given.length / (steps * dt * 1e-3);
  return [
    ...networkRows(name, given, shown, limits, near),
    ...stateRows(files, name, data, chunk, float64, until),
    ...(until > pre ? valueRows(files, name, data, chunk, { until, float64 }) : []), // z is 0 before
    ...(until > pre ? [phiRow(files, name, data, chunk, { ...times, until, float64 })] : []),
    ...errorRows(files, name, data, chunk, { ...times, parted, float64 }),
    atMost(name, "mean rate, difference (relative)", Math.abs(rate / expected.mean_rate_hz - 1), allowed(context.engine, GENERAL.forceRate), given.length, `${rate.toFixed(2)} Hz`),
  ];
} // prettier-ignore

function stateRows(files: CaseFiles, name: string, data: ForceCase, chunk: Chunk, float64: boolean, until: number): VerifyRow[] {
  const { dt_ms: dt, tolerance: { f32 } } = data;
  const table = readTable(files, "v.csv");
  const counts = (step: number): boolean => float64 || step < until;
  const of = (variable: string, stem: string, end = "") => columnError(chunk, { table, stem, end, printed: float64 }, { population: "cells", variable, dt }, counts);
  const V = of("V", "V_cell", "_mV");
  const filters = together([of("s", "s_cell"), of("r", "r_cell")]);
  return [
    atMost(name, "V, largest error (mV)", V.error, float64 ? GENERAL.forceState.float64 : f32.V_mV, V.values),
    atMost(name, "s and r, largest error", filters.error, float64 ? GENERAL.forceState.float64 : f32.s_and_r, filters.values),
  ];
} // prettier-ignore

/** z before learning at its steps, and what learning finds and makes of it. */
function valueRows(files: CaseFiles, name: string, data: ForceCase, chunk: Chunk, { until, float64 }: { readonly until: number; readonly float64: boolean }): VerifyRow[] {
  const { dt_ms: dt, tolerance } = data;
  const [value, error] = [reader(chunk, "z.z", dt), reader(chunk, "z.error", dt)];
  const limit = float64 ? first(tolerance.f64.z, /^\s*([\d.e+-]+)/, "what z may be off by") : tolerance.f32.z_before_first_difference;
  const worst = (table: Table, column: string, at: (step: number, row: number) => number | undefined): [number, number, number] => {
    let [most, found, needed] = [0, 0, 0];
    const wanted = table.numbers(column);
    table.numbers("step").forEach((step, row) => {
      if (step >= until) return;
      needed++;
      const x = at(step, row);
      if (x === undefined) return;
      found++;
      most = Math.max(most, Math.abs(x - (wanted[row] as number)));
    });
    return [most, found, needed];
  };
  const samples = readTable(files, "z.csv");
  const training = readTable(files, "training.csv");
  const targets = samples.numbers("target");
  const rows = [
    ["z, largest error", worst(samples, "z", (step, row) => (error(step) ?? NaN) + (targets[row] as number))],
    ["errors at learning steps, largest error", worst(training, "error_before_update", error)],
    ["z after learning, largest error", worst(training, "z_after_update", value)],
  ] as const;
  return rows.map(([quantity, [most, found, needed]]) => atMost(name, quantity, most, limit, [found, needed], `before step ${until}`));
} // prettier-ignore

/** Weights after the learning steps that the table's columns name. */
function phiRow(files: CaseFiles, name: string, data: ForceCase, chunk: Chunk, { dt, pre, every, until, float64 }: Times & { readonly until: number; readonly float64: boolean }): VerifyRow {
  const table = readCells(files, "phi.csv");
  const snapshots = columnCells(readTable(files, "phi.csv"), "phi_after_step").sort((a, b) => a - b);
  const trace = chunk.trace("cells", "z.w");
  const rowOf = new Map(Array.from(trace.times, (t, row) => [Math.round(t / dt), row]));
  const twins = data.expected.twins.f32.largest_phi_difference_at_snapshots;
  const largest = snapshots.flatMap((step) => [...table.numbers(`phi_after_step${step}`)]).reduce((a, x) => Math.max(a, Math.abs(x)), 0);
  let [worst, found, needed] = [0, 0, 0];
  snapshots.forEach((step, k) => {
    if (step >= until) return;
    const sampled = gcd(every, pre);
    const row = rowOf.get((Math.floor(step / sampled) + 1) * sampled);
    const limit = float64 ? GENERAL.forceWeights.float64 * largest : 4 * (twins[k] ?? 0) + 2 ** -24 * largest;
    table.numbers(`phi_after_step${step}`).forEach((phi, c) => {
      needed++;
      if (row === undefined) return;
      found++;
      worst = Math.max(worst, Math.abs((trace.data[row * trace.cells.length + c] as number) - phi) / limit);
    });
  });
  return atMost(name, "weights after learning steps, largest error (of what is allowed)", worst, 1, [found, needed], `before step ${until}`);
} // prettier-ignore

/** The errors that the case's tolerance bounds: "last_500ms_of_training_rms below 0.11, test_rms below 0.2". */
function errorRows(files: CaseFiles, name: string, data: ForceCase, chunk: Chunk, { dt, pre, trained, parted, float64 }: Times & { readonly parted: number; readonly float64: boolean }): VerifyRow[] {
  const error = reader(chunk, "z.error", dt);
  const steps = readTable(files, "z.csv").numbers("step");
  const { f64, f32 } = data.tolerance;
  const words = float64 || f32.errors === undefined || /as f64/.test(f32.errors) ? f64.errors : f32.errors;
  return words.split(",").map((said) => {
    const [, part = "", limit = ""] = /^\s*(\w+) below ([\d.e+-]+)\s*$/.exec(said) ?? [];
    const [, ofTraining, length = ""] = /^(first|last)_(\d+)ms_of_training_rms$/.exec(part) ?? [];
    const [, ofTest, tested = ""] = /^test_(first|last)_(\d+)ms_rms$/.exec(part) ?? [];
    if (ofTraining === undefined && ofTest === undefined && part !== "test_rms")
      throw new DataError("case.json, tolerance.f64.errors", `has a part "${said.slice(0, 60)}"`, "Restore the file");
    const [from, to] = ofTraining === undefined ? [trained, data.steps] : [pre, trained];
    const width = Math.round(Number(length || tested) / dt);
    const which = ofTraining ?? ofTest;
    const [a, b] = which === undefined ? [from, to] : which === "first" ? [from, from + width] : [to - width, to];
    const values = Array.from(steps.filter((s) => s >= a && s < b), (s) => error(s) ?? NaN);
    const rms = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
    const quantity = part.replaceAll("_", " ");
    if (ofTraining === undefined && parted < pre)
      return notYet(name, quantity, `${rms.toPrecision(3)}, where the case allows ${limit}: a spike flipped at a near tie at step ${parted}, before learning, and another draw was learned: ${FORCE_DRAWS.why}`);
    return atMost(name, quantity, rms, Number(limit), values.length);
  });
} // prettier-ignore
