import { dipoleWeights } from "../src/analysis/dipole.ts";
import { DataError } from "../src/errors.ts";
import { evaluate } from "../src/lang/evaluate.ts";
import { parse } from "../src/lang/parse.ts";
import ar from "../src/mechanisms/channels/ar.ts";
import ca from "../src/mechanisms/channels/ca.ts";
import cat from "../src/mechanisms/channels/cat.ts";
import hh2 from "../src/mechanisms/channels/hh2.ts";
import km from "../src/mechanisms/channels/km.ts";
import type { Channel } from "../src/mechanisms/mechanism.ts";
import cad from "../src/mechanisms/pools/cad.ts";
import type { VoltageSum } from "../src/network/cell.ts";
import { own } from "../src/own.ts";
import { Network } from "../src/network/network.ts";
import {
  cellModel,
  dipoleCosines,
  jones2009,
  morphologyOf,
  type ColumnCellType,
} from "../src/models/cortical-column/index.ts";
import { sectionPath } from "../src/morphology/tree.ts";
import { valueOf } from "../src/morphology/values.ts";
import type { Chunk } from "../src/run/chunk.ts";
import { ms } from "../src/units.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
import { rangeOf, recordedAs, runColumn, share, valuesAt, worst } from "./cortical-column-run.ts";
import { allowed, COLUMN } from "./tolerances.ts";
import { wantColumns, wantRows, wantSome } from "./complete.ts";
import { table, type Table } from "./csv.ts";
import { spacing } from "./motor-pool-cells.ts";
import { atMost, type VerifyContext } from "./rows.ts";

/** c2: geometry, rate functions, and cells without input from their initial states to rest, node by node. */
export async function verifySettling(files: CaseFiles, stem: string, context: VerifyContext): Promise<VerifyRow[]> {
  const rows = [...geometryRows(files, stem), ...rateRows(files, stem)];
  const { cellTypes: settled } = jones2009();
  wantSettled(files, settled);
  const dt = spacing(table(files, `first_steps_${settled[0]?.name}.csv`).numbers("t"));
  const times = timeColumns(table(files, `voltages_${settled[0]?.name}.csv`), "v_t");
  const net = new Network({ seed: 1 });
  for (const type of settled) recordAll(net, files, type, dt);
  const chunk = await runColumn(net, dt, Math.max(...times.map((c) => c.timeMs)), context);
  const nothing = (): Found["first"] => ({ error: 0, where: "", values: 0 });
  const found: Found = { first: nothing(), dipole: nothing(), nodes: nothing(), gates: nothing(), calcium: nothing() };
  for (const type of settled) {
    compareFirstSteps(files, type, chunk, found);
    compareNodes(table(files, `voltages_${type.name}.csv`), type, chunk, found);
    compareStates(table(files, `states_${type.name}.csv`), type, chunk, dt, found);
  }
  const row = (quantity: string, { error, where, values }: Found["first"], tolerance: keyof typeof COLUMN): VerifyRow =>
    atMost(stem, quantity, error, allowed(context.engine, COLUMN[tolerance]), values, where);
  return [
    ...rows,
    row("first steps, voltages, worst (mV)", found.first, "settledVoltage"),
    row("first steps, dipole, worst (of its range)", found.dipole, "settledDipole"),
    row("settling, every node, worst (mV)", found.nodes, "settledVoltage"),
    row("settling, gates, worst", found.gates, "settledGate"),
    row("settling, calcium and eca, worst (relative)", found.calcium, "settledCalcium"),
  ];
}

type Found = Record<
  "first" | "dipole" | "nodes" | "gates" | "calcium",
  { error: number; where: string; values: number }
>;

function note(found: Found, what: keyof Found, error: number, where: string, more: number): void {
  const now = found[what];
  now.values += more;
  if (!(error <= now.error)) [now.error, now.where] = [error, where];
}

/** Steps of first_steps_<type>.csv. */
const FIRST_STEPS = 400;

/** Every node and state of every type, at the same times. */
function wantSettled(files: CaseFiles, types: readonly ColumnCellType[]): void {
  const timesOf = (type: ColumnCellType) => [["voltages", "v_t"], ["states", "t"]].flatMap(([what, prefix]) => timeColumns(table(files, `${what}_${type.name}.csv`), prefix as string)); // prettier-ignore
  const times = [...new Set(types.flatMap(timesOf).map((c) => c.timeMs))];
  wantSome("voltages", times.length, "time");
  for (const type of types) {
    const first = table(files, `first_steps_${type.name}.csv`);
    wantRows(first, FIRST_STEPS + 1, `${FIRST_STEPS} steps and the start`);
    const shown = type.dipole ? ["soma", "apical_tuft", "basal_2"] : ["soma"];
    wantColumns(first, [...shown.map((section) => `v_${section}`), ...(type.dipole ? ["dipole_fAm"] : [])]);
    const nodes = table(files, `voltages_${type.name}.csv`);
    wantRows(nodes, nodesOf(type), `every node of ${type.name}`);
    wantColumns(nodes, times.map((t) => `v_t${t}`));
    const states = table(files, `states_${type.name}.csv`);
    const { insertions = [] } = cellModel(type, 1);
    const wanted = shown.flatMap((section) => insertions.filter((i) => i.sections.includes(section)).flatMap(({ mechanism }) => [...Object.keys(mechanism.states ?? {}), ...(mechanism.name === "cad" ? ["eca"] : [])]));
    wantRows(states, wanted.length, `every state in ${shown.join(", ")}`);
    wantColumns(states, times.map((t) => `t${t}`));
  }
} // prettier-ignore

/** Of a section: its 0 end, its segments, its 1 end. */
const nodesOf = ({ sections }: ColumnCellType): number => sections.reduce((sum, s) => sum + (s.nseg ?? 1) + 2, 0);

/** Areas, resistances, dipole lengths and the conductance that grows along the tree. */
function geometryRows(files: CaseFiles, stem: string): VerifyRow[] {
  const rows = table(files, "geometry.csv");
  const nodes = jones2009().cellTypes.reduce((sum, type) => sum + nodesOf(type), 0);
  wantRows(rows, nodes, "every node of every cell type");
  const [types, sections] = [rows.strings("cell_type"), rows.strings("section")];
  const worstOf = { area_um2: 0, ri_MOhm: 0, dipole_len_um: 0, gbar_ar: 0 };
  const cells = new Map(jones2009().cellTypes.map((type) => [type.name, ofCell(type)]));
  for (let k = 0; k < rows.rows; k++) {
    const cell = cells.get(types[k] ?? "");
    if (cell === undefined) throw new DataError("geometry.csv", `has the unknown cell ${types[k]}`, "Repair the file");
    const got = cell(sections[k] as string, Number(rows.strings("node")[k]));
    for (const [column, value] of Object.entries(got)) {
      const text = rows.strings(column)[k] ?? "";
      const want = Number(text);
      const error = text === "" ? 0 : Math.abs(value - want) / (want === 0 ? 1 : Math.abs(want));
      const key = column as keyof typeof worstOf;
      worstOf[key] = Math.max(worstOf[key], Number.isNaN(error) ? Infinity : error);
    }
  }
  return Object.entries(worstOf).map(([column, error]) =>
    atMost(stem, `geometry, ${column}, worst (relative)`, error, COLUMN.geometry.float64, rows.rows),
  );
}

/** What the file lists of a node, by section and node number. */
function ofCell(type: ColumnCellType): (section: string, node: number) => Record<string, number> {
  const morphology = morphologyOf(type);
  const weights = new Map(
    type.sections.map((s) => [s.name, dipoleWeights(morphology, { [s.name]: dipoleCosines(type)[s.name] ?? 0 })]),
  );
  return (section, k) => {
    const path = sectionPath(morphology, section);
    const node = morphology.nodes[path.nodes[k] as number];
    const before = morphology.nodes[path.nodes[k - 1] ?? -1];
    if (node === undefined || k === 0) return { area_um2: node === undefined ? NaN : valueOf(node.areaUm2, 0) };
    const joined = node.parent === path.nodes[k - 1] ? node : before; // soma(0) hangs on the soma's centre
    const ri = 1 / valueOf(joined?.gParent ?? NaN, 0);
    const s = type.sections.find(({ name }) => name === section) as ColumnCellType["sections"][number];
    const bar = s.mechanisms["ar"]?.["gbar"];
    const gbar = typeof bar === "number" || bar === undefined ? bar : bar[k - 1];
    // cos pi diam^2 / (4 0.01 Ra) of the whole section, times the interval's resistance
    const length = (weights.get(section)?.[path.nodes[0] as number] ?? NaN) * ri;
    return {
      area_um2: valueOf(node.areaUm2, 0),
      ri_MOhm: ri,
      ...(type.dipole ? { dipole_len_um: length } : {}),
      ...(gbar === undefined ? {} : { gbar_ar: gbar }),
    };
  };
}

/** Direct and interpolated rate functions at 37 degC. */
function rateRows(files: CaseFiles, stem: string): VerifyRow[] {
  const rows = table(files, "rate_functions.csv");
  const channels: Record<string, Channel> = { ar, ca, cat, hh2, km };
  const [names, quantities, V] = [rows.strings("mechanism"), rows.strings("quantity"), rows.numbers("v")];
  const [direct, interpolated] = [rows.numbers("direct"), rows.numbers("table_interpolated")];
  wantRates(rows, channels);
  const error = { direct: 0, interpolated: 0 };
  for (let k = 0; k < rows.rows; k++) {
    const channel = own(channels, names[k] ?? "");
    if (channel === undefined) throw new DataError("rate_functions.csv", `names ${names[k]}`, "Repair the file");
    const rate = rateFunction(channel, quantities[k] as string);
    const relative = (got: number, want: number): number => Math.abs(got - want) / Math.abs(want);
    error.direct = Math.max(error.direct, relative(rate(V[k] as number), direct[k] as number));
    error.interpolated = Math.max(
      error.interpolated,
      relative(onTable(channel, rate, V[k] as number), interpolated[k] as number),
    );
  }
  return Object.entries(error).map(([kind, worstError]) =>
    atMost(stem, `rate functions, ${kind}, worst (relative)`, worstError, COLUMN.rates.float64, rows.rows),
  );
}

/** Voltages at which rate functions are given, at least: every 3 mV of the physiological range, beyond it, and between table points. */
const VOLTAGES = 100;

/** Both functions of every gate of every channel, at the same voltages. */
function wantRates(rows: Table, channels: Readonly<Record<string, Channel>>): void {
  const gates = Object.values(channels).flatMap(({ name, states }) => Object.keys(states).map((gate) => `${name} ${gate}`));
  const listed = new Set(rows.strings("mechanism").map((name, k) => `${name} ${rows.strings("quantity")[k]}`));
  for (const gate of gates) for (const end of ["inf", "tau"]) if (!listed.has(`${gate}${end}`)) throw new DataError(rows.where, `has no ${gate}${end}`, "Restore the file"); // prettier-ignore
  const voltages = Math.max(VOLTAGES, new Set(rows.strings("v")).size);
  wantRows(rows, 2 * gates.length * voltages, `inf and tau of ${gates.length} gates at ${voltages} voltages`);
} // prettier-ignore

/** "minf" or "mtau" of a channel as a function of V. */
function rateFunction(channel: Channel, quantity: string): (V: number) => number {
  const state = channel.states[quantity[0] ?? ""];
  if (state === undefined || "next" in state || "d" in state)
    throw new DataError("rate_functions.csv", `has ${channel.name} ${quantity}`, "Repair the file");
  return (V) => {
    const env: Record<string, number> = { V, celsius: 37 };
    for (const [name, text] of Object.entries(channel.let ?? {})) env[name] = evaluate(parse(text), env);
    const value = (text: string): number => evaluate(parse(text), env);
    if ("inf" in state) return value(quantity.endsWith("inf") ? state.inf : state.tau);
    const [alpha, beta] = [value(state.alpha), value(state.beta)];
    return quantity.endsWith("inf") ? alpha / (alpha + beta) : 1 / (alpha + beta);
  };
}

function onTable({ name, table: given }: Channel, rate: (V: number) => number, V: number): number {
  if (given === undefined) throw new DataError("rate_functions.csv", `tabulates ${name}`, "Repair the file");
  const [from, to] = [given.from.value, given.to.value];
  const gap = (to - from) / given.intervals;
  const x = Math.min(given.intervals, Math.max(0, (V - from) / gap));
  const k = Math.min(given.intervals - 1, Math.floor(x));
  const [low, high] = [rate(from + k * gap), rate(from + (k + 1) * gap)];
  return low + (x - k) * (high - low);
}

const nodeName = (section: string, node: string): string => `node_${section}_${node}`;

/** One cell of a type with everything recorded that its files show. */
function recordAll(net: Network, files: CaseFiles, type: ColumnCellType, dt: number): void {
  const nodes = table(files, `voltages_${type.name}.csv`);
  const [sections, numbers, x] = [nodes.strings("section"), nodes.strings("node"), nodes.numbers("x")];
  const sums = Object.fromEntries(
    sections.map((section, k): [string, VoltageSum] => {
      const term = { section, at: x[k] as number, weight: 1 };
      return [nodeName(section, numbers[k] as string), { unit: "mV", terms: [term] }];
    }),
  );
  const model = cellModel(type, 1);
  const cells = net.cells(type.name, { ...model, sums: { ...model.sums, ...sums } });
  const first = table(files, `first_steps_${type.name}.csv`).names.flatMap((c) => recordedAs(c)?.variable ?? []);
  const states = table(files, `states_${type.name}.csv`);
  const wanted = states.strings("state").map((state, k) => `${states.strings("section")[k]}.${stateName(state)}`);
  for (const variable of new Set([...Object.keys(sums), ...first, ...wanted]))
    net.record(cells, variable, { every: ms(dt) });
}

/** "hh2_m" is hh2.m; eca follows from the calcium. */
const stateName = (state: string): string =>
  state === "eca" || state === "cad_ca" ? "cad.cai" : state.replace("_", ".");

const timeColumns = (from: Table, prefix: string): { column: string; timeMs: number }[] =>
  from.names.flatMap((column) => (column.startsWith(prefix) ? [{ column, timeMs: Number(column.slice(prefix.length)) }] : [])); // prettier-ignore

function compareFirstSteps(files: CaseFiles, type: ColumnCellType, chunk: Chunk, found: Found): void {
  const stored = table(files, `first_steps_${type.name}.csv`);
  const t = stored.numbers("t");
  for (const column of stored.names) {
    const recorded = recordedAs(column);
    if (recorded === undefined) continue;
    const want = stored.numbers(column);
    const got = valuesAt(chunk.trace(type.name, recorded.variable), 0, t);
    const where = `${type.name} ${column}`;
    if (column !== "dipole_fAm") note(found, "first", worst(got, want), where, t.length);
    else note(found, "dipole", share(worst(got, want, (k) => k > 0), rangeOf(want.subarray(1))), where, t.length); // prettier-ignore
  }
}

function compareNodes(stored: Table, type: ColumnCellType, chunk: Chunk, found: Found): void {
  const [sections, numbers] = [stored.strings("section"), stored.strings("node")];
  const columns = timeColumns(stored, "v_t");
  const times = Float64Array.from(columns, (c) => c.timeMs);
  sections.forEach((section, row) => {
    const variable = nodeName(section, numbers[row] as string);
    const got = valuesAt(chunk.trace(type.name, variable), 0, times);
    const want = columns.map((c) => Number(stored.strings(c.column)[row]));
    // at t = 0 an end node has no voltage of its own where ends are eliminated
    const keep = (k: number): boolean => (times[k] as number) > 0;
    note(found, "nodes", worst(got, want, keep), `${type.name} ${section} node ${numbers[row]}`, want.length);
  });
}

function compareStates(stored: Table, type: ColumnCellType, chunk: Chunk, dt: number, found: Found): void {
  const [sections, states] = [stored.strings("section"), stored.strings("state")];
  const columns = timeColumns(stored, "t");
  const times = Float64Array.from(columns, (c) => c.timeMs);
  states.forEach((state, row) => {
    const want = columns.map((c) => Number(stored.strings(c.column)[row]));
    const trace = chunk.trace(type.name, `${sections[row]}.${stateName(state)}`);
    const where = `${type.name} ${sections[row]} ${state}`;
    if (state === "eca") {
      // the value that the step which ended then used; before the first step, the initial one
      const got = valuesAt(trace, 0, times.map((t) => Math.max(0, t - dt))).map(eca); // prettier-ignore
      note(found, "calcium", relativeWorst(got, want), where, want.length);
    } else if (state === "cad_ca")
      note(found, "calcium", relativeWorst(valuesAt(trace, 0, times), want), where, want.length);
    else note(found, "gates", worst(valuesAt(trace, 0, times), want), where, want.length);
  });
}

const relativeWorst = (got: ArrayLike<number>, want: readonly number[]): number =>
  worst(Array.from(got, (x, k) => x / (want[k] as number)), want.map(() => 1)); // prettier-ignore

function eca(cai: number): number {
  const { nernst } = cad;
  if (nernst?.RT_zF === undefined) throw new DataError("cad", "has no Nernst potential", "Restore it");
  return nernst.RT_zF.value * Math.log(nernst.out.value / cai);
}
