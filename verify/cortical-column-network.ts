import type { AnyCells } from "../src/network/handles.ts";
import {
  CortexColumn,
  driveSpikes,
  recordedDipole,
  scaledDipole,
  smoothedDipole,
  spikeFileText,
  type ColumnSpike,
  type Dipole,
} from "../src/models/cortical-column/index.ts";
import type { Chunk } from "../src/run/chunk.ts";
import { ms } from "../src/units.ts";
import { own } from "../src/own.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
import { columnOfCase, trainsOfEvents } from "./column-case-file.ts";
import { compareTrains } from "../src/analysis/compare-spikes.ts";
import { cellOfGid, infoFile, type NetworkCase } from "./cortical-column-case.ts";
import { fieldRows, recordField, recordCells, recordedCellRows } from "./cortical-column-recorded.ts";
import { quietAt, rangeOf, runColumn, valuesAt, wantSamples, worst } from "./cortical-column-run.ts";
import { structureRows } from "./cortical-column-structure.ts";
import { allowed, COLUMN, type Tolerance } from "./tolerances.ts";
import { wantColumns, wantEqual, wantSome } from "./complete.ts";
import { table, type Table } from "./csv.ts";
import { spacing } from "./motor-pool-cells.ts";
import { parseAs, parseJson } from "./read.ts";
import { atLeast, atMost, type VerifyContext } from "./rows.ts";

/** c3 to c7: a network from its info.json (and the trains of its events.csv, where it has some), once to its end. */
export async function verifyColumn(
  files: CaseFiles,
  stem: string,
  kind: string,
  context: VerifyContext,
): Promise<VerifyRow[]> {
  const json = parseJson(files, "info.json");
  const info = parseAs("info.json", json, infoFile);
  const events = table(files, "events.csv");
  wantColumns(events, ["drive", "drive_cell", "gid", "time_ms", "source"]);
  if (kind === "c7") wantWhole(files);
  else if (kind !== "c6") table(files, "connections_drive.csv");
  const size = (drive: string): number => {
    const [first, last] = own(info.gid_ranges_inclusive, drive) ?? [0, -1];
    return last - first + 1;
  };
  const column = new CortexColumn(columnOfCase(json, "info.json", trainsOfEvents(rowsOf(events), size)));
  const small = column.layout.nCells * (1 - COLUMN.sameCount.float32) < 1; // one cell is more than the share that may differ
  const one: NetworkCase = { stem, kind, small, info, column, context };
  const dt = ms(info.dt_ms);
  for (const { name, dipole } of column.cellTypes) {
    const cells = column.population(name) as AnyCells;
    if (dipole) column.record(cells, "dipole", { every: dt });
  }
  const somata = table(files, "vsoma.csv");
  wantSamples(somata, info.tstop_ms, 0.1);
  wantSomata(somata, column);
  const stored = table(files, "spikes.csv");
  wantCounts(info, column, stored, events);
  const structure = structureRows(files, one, events);
  if (structure.some(({ pass }) => pass !== true)) return structure; // another network: its run says nothing
  wantDipoles(files, info);
  recordSomata(column, somata);
  recordField(files, column);
  recordCells(files, column, dt);
  const chunk = await runColumn(column, info.dt_ms, info.tstop_ms, context);
  const spikes = spikesOf(column, chunk);
  return [
    ...structure,
    ...spikeRows(one, stored, spikes),
    ...spikeFileRows(files, one, spikes),
    ...dipoleRows(files, one, chunk),
    somaRow(one, somata, chunk, spikes, stored),
    ...fieldRows(files, one, chunk),
    ...recordedCellRows(files, one, chunk),
  ];
}

/** Spikes and drive events as info.json counts them. */
function wantCounts({ spike_counts: counts }: NetworkCase["info"], column: CortexColumn, spikes: Table, events: Table): void {
  const types = new Set(column.cellTypes.map(({ name }) => name));
  const count = (names: readonly string[], name: string): number => names.filter((n) => n === name).length;
  const total = (own: boolean): number => Object.entries(counts).reduce((sum, [name, n]) => sum + (types.has(name) === own ? n : 0), 0);
  wantEqual(spikes.where, "spikes", spikes.rows, total(true), "spike_counts");
  for (const name of types) wantEqual(spikes.where, `spikes of ${name}`, count(spikes.strings("type"), name), counts[name] ?? 0, "spike_counts");
  wantEqual(events.where, "events", events.rows, total(false), "spike_counts of drives");
  const drives = new Set(column.drives.map(({ name }) => name));
  wantEqual(events.where, "drives that the case lacks", new Set(events.strings("drive").filter((name) => !drives.has(name))).size, 0, "info.json");
  for (const { name } of column.drives) wantEqual(events.where, `events of ${name}`, count(events.strings("drive"), name), counts[name] ?? 0, "spike_counts");
} // prettier-ignore

/** A somatic voltage of each cell type. */
function wantSomata(stored: Table, column: CortexColumn): void {
  const shown = new Set(somaGids(stored).map((gid) => cellOfGid(column, gid).type));
  const missing = column.cellTypes.find(({ name }) => !shown.has(name));
  wantEqual(stored.where, "cell types with a voltage", shown.size, column.cellTypes.length, `a column of each, ${missing?.name ?? ""} too,`);
} // prettier-ignore

/** The small case has everything. */
function wantWhole(files: CaseFiles): void {
  for (const name of ["connections.csv", "lfp.csv"]) table(files, name);
  for (const name of ["positions.json", "lfp.json"]) files.text(name);
  const own = files.list().filter((name) => /^record_gid\d+\.csv/.test(name));
  wantSome("record_gid<n>.csv", own.length, "cell of its own");
}

function wantDipoles(files: CaseFiles, { dt_ms: dt, tstop_ms: end }: NetworkCase["info"]): void {
  const [raw, smooth] = [table(files, "dipole.csv"), table(files, "dipole_smooth.csv")];
  // long runs keep every second step
  wantSamples(raw, end, spacing(raw.numbers("t")) > 1.5 * dt ? 2 * dt : dt);
  wantColumns(raw, ["t", "agg_nAm", "L2_nAm", "L5_nAm"]);
  wantSamples(smooth, end, 0.1);
  wantColumns(smooth, ["t", "agg", "L2", "L5"]);
}

/** Rows of a table as records. */
function rowsOf(from: Table): Record<string, string>[] {
  const columns = from.names.map((name) => [name, from.strings(name)] as const);
  return Array.from({ length: from.rows }, (_, k) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[k] as string])),
  );
}

/** Spikes of real cells, by time and then gid. */
function spikesOf(column: CortexColumn, chunk: Chunk): ColumnSpike[] {
  const all = column.cellTypes.flatMap(({ name }) => {
    const { times, cells } = chunk.spikes(name);
    const first = column.layout.gids[name]?.first ?? 0;
    return Array.from(times, (timeMs, k): ColumnSpike => ({ timeMs, gid: first + (cells[k] as number), type: name }));
  });
  return all.sort((a, b) => a.timeMs - b.timeMs || a.gid - b.gid);
}

function spikeRows(
  { stem, small, info, column, context }: NetworkCase,
  stored: Table,
  spikes: ColumnSpike[],
): VerifyRow[] {
  const n = column.layout.nCells; // a train without spikes is compared, too
  const [times, gids] = [stored.numbers("time_ms"), stored.numbers("gid")];
  const reference = byCell(
    n,
    Array.from(times, (timeMs, k) => ({ timeMs, gid: gids[k] as number })),
  );
  const found = compareTrains(reference, byCell(n, spikes), info.dt_ms);
  const note = `${found.simulated} spikes, reference ${found.reference}`;
  if (found.reference === 0) return [atMost(stem, "spikes where the reference has none", found.simulated, 0, n)];
  if (context.engine === "reference")
    return [atMost(stem, "spikes off the reference's step", found.offGrid, 0, n, note)];
  const unmatched = Math.round(found.reference * (1 - found.within(1)));
  return [
    small
      ? atMost(stem, "cells with another spike count", found.otherCounts, COLUMN.sameCountSmall.float32, n, note)
      : atLeast(stem, "cells with the same spike count", 1 - found.otherCounts / n, COLUMN.sameCount.float32, n, note),
    atLeast(stem, "spikes within one step", found.within(info.dt_ms), COLUMN.withinStep.float32, found.reference),
    small
      ? atMost(stem, "spikes unmatched within 1 ms", unmatched, COLUMN.withinMsSmall.float32, found.reference)
      : atLeast(stem, "spikes within 1 ms", found.within(1), COLUMN.withinMs.float32, found.reference),
  ];
}

function byCell(n: number, spikes: readonly { timeMs: number; gid: number }[]): number[][] {
  const trains = Array.from({ length: n }, (): number[] => []);
  for (const { timeMs, gid } of spikes) trains[gid]?.push(timeMs);
  return trains;
}

/** The spike file as the original writes it, line for line; of spikes at the same time, their order is not compared. */
function spikeFileRows(files: CaseFiles, one: NetworkCase, spikes: ColumnSpike[]): VerifyRow[] {
  if (!files.list().includes("spk_0.txt") || one.context.engine !== "reference") return [];
  const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "").sort(); // prettier-ignore
  const want = lines(files.text("spk_0.txt"));
  const got = lines(spikeFileText([...spikes, ...driveSpikes(one.column)]));
  const others = want.filter((line, k) => line !== got[k]).length + Math.abs(want.length - got.length);
  return [atMost(one.stem, "lines of spk_0.txt that differ", others, 0, want.length)];
}

function dipoleRows(files: CaseFiles, one: NetworkCase, chunk: Chunk): VerifyRow[] {
  const { stem, info, small, context } = one;
  const dipole = recordedDipole(chunk.trace("L2_pyramidal", "dipole"), chunk.trace("L5_pyramidal", "dipole"));
  const stored = table(files, "dipole.csv");
  const t = stored.numbers("t");
  const at = (x: Float64Array, times: Float64Array): Float64Array =>
    times.map((time) => x[Math.round(time / info.dt_ms)] ?? NaN);
  const limit: Tolerance = small ? COLUMN.dipoleSmall : COLUMN.dipole;
  const rows: VerifyRow[] = [];
  for (const [column_, values] of [["agg_nAm", dipole.agg], ["L2_nAm", dipole.L2], ["L5_nAm", dipole.L5]] as const) {
    const { rms, correlation } = relation(at(values, t), stored.numbers(column_), (k) => (t[k] as number) > 1);
    const name = column_.replace("_nAm", "");
    rows.push(atMost(stem, `dipole ${name}, RMS over SD`, rms, allowed(context.engine, limit), t.length));
    if (name !== "agg") continue;
    const least = small ? COLUMN.correlationSmall : COLUMN.correlation;
    rows.push(atLeast(stem, "dipole agg, correlation", correlation, allowed(context.engine, least), t.length));
  } // prettier-ignore
  return [...rows, smoothRow(files, one, dipole, at)];
}

function smoothRow(
  files: CaseFiles,
  { stem, info, small, context }: NetworkCase,
  dipole: Dipole,
  at: (x: Float64Array, times: Float64Array) => Float64Array,
): VerifyRow {
  const smoothed = scaledDipole(smoothedDipole(dipole, info.smoothing.window_ms), info.smoothing.scale);
  const stored = table(files, "dipole_smooth.csv");
  const t = stored.numbers("t");
  const error = Math.max(
    ...(["agg", "L2", "L5"] as const).map((key) => worst(at(smoothed[key], t), stored.numbers(key))),
  );
  const limit = small ? COLUMN.smoothSmall : COLUMN.smooth;
  const [low, high] = extremes(t, smoothed.agg, info.dt_ms);
  const relative = error / rangeOf(stored.numbers("agg"));
  return atMost(
    stem,
    "smoothed dipole, worst (of its range)",
    relative,
    allowed(context.engine, limit),
    3 * t.length,
    `${low}, ${high}`,
  );
}

/** "-37.1 at 65 ms" */
function extremes(t: Float64Array, agg: Float64Array, dt: number): [string, string] {
  const inside = Array.from(agg.keys()).filter((k) => k * dt > 20 && k * dt < (t.at(-1) ?? 0) - 15);
  const say = (k: number): string => `${(agg[k] as number).toFixed(1)} at ${(k * dt).toFixed(1)} ms`;
  const best = (sign: number): number =>
    inside.reduce((b, k) => (sign * (agg[k] as number) > sign * (agg[b] as number) ? k : b), inside[0] ?? 0);
  return [say(best(-1)), say(best(1))];
}

/** RMS of the difference over the standard deviation of the reference, and the correlation. */
function relation(
  got: Float64Array,
  want: Float64Array,
  keep: (k: number) => boolean,
): { rms: number; correlation: number } {
  const kept = Array.from(want.keys()).filter(keep);
  const [x, y] = [kept.map((k) => got[k] as number), kept.map((k) => want[k] as number)];
  const mean = (z_: number[]): number => z_.reduce((a, b) => a + b, 0) / z_.length;
  const [mx, my] = [mean(x), mean(y)];
  const [sxx, syy, sxy] = [x.map((a) => (a - mx) ** 2), y.map((b) => (b - my) ** 2), x.map((a, k) => (a - mx) * ((y[k] as number) - my))].map(mean) as [number, number, number]; // prettier-ignore
  const square = mean(x.map((a, k) => (a - (y[k] as number)) ** 2));
  return { rms: Math.sqrt(square / syy), correlation: sxy / Math.sqrt(sxx * syy) };
}

/** gids of the columns "gid35" by cell type. */
const somaGids = (stored: Table): number[] =>
  stored.names.flatMap((name) => (/^gid\d+$/.test(name) ? [Number(name.slice(3))] : []));

function recordSomata(column: CortexColumn, stored: Table): void {
  const every = ms(spacing(stored.numbers("t")));
  const wanted = somaGids(stored).map((gid) => cellOfGid(column, gid));
  for (const type of new Set(wanted.map((w) => w.type))) {
    const cells = wanted.filter((w) => w.type === type).map((w) => w.cell);
    column.record(column.population(type) as AnyCells, "soma.V", { cells, every });
  }
}

function somaRow(one: NetworkCase, stored: Table, chunk: Chunk, spikes: ColumnSpike[], reference: Table): VerifyRow {
  const { stem, column, context } = one;
  const t = stored.numbers("t");
  const [times, gids] = [reference.numbers("time_ms"), reference.numbers("gid")];
  const limit = allowed(context.engine, COLUMN.networkVoltage);
  let [most, within, count] = [0, 0, 0];
  for (const gid of somaGids(stored)) {
    const { type, cell } = cellOfGid(column, gid);
    const trace = chunk.trace(type, "soma.V");
    const got = valuesAt(trace, trace.cells.indexOf(cell), t);
    const quiet = quietAt(
      spikes.filter((s) => s.gid === gid).map((s) => s.timeMs),
      times.filter((_, k) => gids[k] === gid),
    );
    const want = stored.numbers(`gid${gid}`);
    t.forEach((time, k) => {
      if (!quiet(time)) return;
      const error = Math.abs((got[k] as number) - (want[k] as number));
      count++;
      if (error <= limit) within++;
      if (!(error <= most)) most = error;
    });
  }
  if (context.engine === "reference")
    return atMost(stem, "soma voltages away from spikes, worst (mV)", most, limit, count);
  const note = `worst ${most.toPrecision(3)} mV of ${count} samples`;
  return atLeast(stem, `soma voltages within ${limit} mV away from spikes`, within / count, COLUMN.voltageShare.float32, count, note); // prettier-ignore
}
