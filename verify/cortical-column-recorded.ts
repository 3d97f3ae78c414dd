import { z } from "zod";
import type { AnyCells } from "../src/network/handles.ts";
import { membraneCurrents, potentials, type CortexColumn, type Point } from "../src/models/cortical-column/index.ts";
import type { Chunk } from "../src/run/chunk.ts";
import { ms, type Quantity } from "../src/units.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
import { cellOfGid, type NetworkCase } from "./cortical-column-case.ts";
import { largest, rangeOf, recordedAs, share, valuesAt, wantSamples, worst } from "./cortical-column-run.ts";
import { allowed, COLUMN } from "./tolerances.ts";
import { wantColumns, wantSome } from "./complete.ts";
import { optionalTable, table, Table } from "./csv.ts";
import { spacing } from "./motor-pool-cells.ts";
import { readJson } from "./read.ts";
import { atLeast, atMost } from "./rows.ts";

/** Sampling of lfp.csv and of record_gid<n>.csv. */
const [FIELD_MS, CELL_MS] = [0.05, 0.1];
/** Length of record_gid<n>.csv, at least. */
const LEAST_MS = 80;

const point = z.tuple([z.number(), z.number(), z.number()]);
const fieldFile = z.looseObject({
  electrodes_um: z.array(point),
  conductivity_S_per_m: z.number(),
  min_distance_um: z.number(),
  tstop_ms: z.number(),
});

/** The potentials of a case that has electrodes. */
function fieldTable(files: CaseFiles): Table | undefined {
  return files.list().includes("lfp.json") ? table(files, "lfp.csv") : optionalTable(files, "lfp.csv");
}

/** Records what the potentials of lfp.csv need, once it is whole. */
export function recordField(files: CaseFiles, column: CortexColumn): void {
  const stored = fieldTable(files);
  if (stored === undefined) return;
  const { electrodes_um: electrodes, tstop_ms: end } = readJson(files, "lfp.json", fieldFile);
  wantSome("lfp.json", electrodes.length, "electrode");
  wantSamples(stored, end, FIELD_MS);
  wantColumns(stored, ["psa", "lsa"].flatMap((method) => electrodes.map((_, e) => `${method}_${e}`))); // prettier-ignore
  const every = ms(spacing(stored.numbers("t")));
  for (const type of column.cellTypes) {
    if (!type.dipole) continue; // one segment: no net membrane current
    for (const variable of Object.keys(membraneCurrents(type)))
      column.record(column.population(type.name) as AnyCells, variable, { every });
  }
}

/** Potentials at electrodes, from point and line sources; sample 0 is defined as 0. */
export function fieldRows(files: CaseFiles, { stem, column, context }: NetworkCase, chunk: Chunk): VerifyRow[] {
  const stored = fieldTable(files);
  if (stored === undefined) return [];
  const field = readJson(files, "lfp.json", fieldFile);
  const { electrodes_um, conductivity_S_per_m: conductivity, min_distance_um: minDistance } = field;
  const currents = Object.fromEntries(
    column.cellTypes.flatMap((type) => {
      const names = Object.keys(membraneCurrents(type));
      return type.dipole ? [[type.name, names.map((name) => chunk.trace(type.name, name).data)]] : [];
    }),
  ) as Record<string, ArrayLike<number>[]>;
  const limit = allowed(context.engine, COLUMN.potential);
  return (["psa", "lsa"] as const).map((method) => {
    const options = { method, conductivity, minDistance };
    const phi = potentials(column.cellTypes, column.layout, electrodes_um as Point[], currents, options);
    let [most, where] = [0, ""];
    phi.forEach((trace, e) => {
      const want = stored.numbers(`${method}_${e}`);
      const error = worst(trace.subarray(0, want.length), want, (k) => k > 0) / rangeOf(want);
      if (!(error <= most)) [most, where] = [error, `electrode ${e}`];
    });
    return atMost(
      stem,
      `potentials, ${method}, worst (of the range)`,
      most,
      limit,
      electrodes_um.length * (stored.rows - 1),
      where,
    );
  });
}

/** A cell whose recordings a case keeps. */
interface RecordedCell {
  readonly stored: Table;
  readonly gid: number;
  readonly type: string;
  readonly cell: number;
}

/** The cells of record_gid<n>.csv, in gid order. */
function recordedCells(files: CaseFiles, column: CortexColumn): RecordedCell[] {
  const names = files.list().filter((file) => /^record_gid\d+\.csv/.test(file));
  const cells = names.map((name) => ({
    stored: new Table(name, files.text(name)),
    gid: Number(/\d+/.exec(name)?.[0]),
  }));
  return cells.sort((a, b) => a.gid - b.gid).map((one) => ({ ...one, ...cellOfGid(column, one.gid) }));
}

/** Records every column of each record_gid<n>.csv, once it is whole; at every step, for the files label currents one step later. */
export function recordCells(files: CaseFiles, column: CortexColumn, dt: Quantity<"ms">): void {
  const found = recordedCells(files, column);
  for (const { stored, type } of found) wantCell(stored, column, type);
  for (const [type, cells] of byType(found)) {
    const variables = new Set(cells.flatMap(({ stored }) => stored.names.flatMap((name) => recordedAs(name)?.variable ?? [])));
    for (const variable of variables) column.record(column.population(type) as AnyCells, variable, { cells: cells.map(({ cell }) => cell), every: dt });
  }
} // prettier-ignore

function byType(found: readonly RecordedCell[]): Map<string, RecordedCell[]> {
  const types = new Map<string, RecordedCell[]>();
  for (const one of found) types.set(one.type, [...(types.get(one.type) ?? []), one]);
  return types;
}

/** Every section's voltage, calcium and synaptic currents, from 0 to a time that the file says by its last row. */
function wantCell(stored: Table, column: CortexColumn, type: string): void {
  const sections = column.cellTypes.find(({ name }) => name === type)?.sections ?? [];
  const of = sections.flatMap((s) => [`v_${s.name}`, ...("cad" in s.mechanisms ? [`ca_${s.name}`] : []), ...s.receptors.map((r) => `i_${s.name}_${r}`)]);
  wantColumns(stored, of);
  wantSamples(stored, Math.max(Math.min(LEAST_MS, column.tstop), stored.numbers("t").at(-1) ?? 0), CELL_MS);
} // prettier-ignore

export const recordedCellRows = (files: CaseFiles, one: NetworkCase, chunk: Chunk): VerifyRow[] =>
  recordedCells(files, one.column).flatMap((found) => oneCellRows(found, one, chunk));

/** Voltages, synaptic currents and calcium of one cell. */
function oneCellRows(found: RecordedCell, { stem, column, context, info }: NetworkCase, chunk: Chunk): VerifyRow[] {
  const { type } = found;
  const t = found.stored.numbers("t");
  const groups = { v: "voltages", i: "synaptic currents", ca: "calcium" };
  const limit = allowed(context.engine, COLUMN.recorded);
  const shown = Object.entries(groups).filter(([prefix]) => found.stored.names.some((n) => n.startsWith(`${prefix}_`)));
  return shown.map(([prefix, quantity]) => {
    let [most, where, within, count] = [0, "", 0, 0];
    for (const name of found.stored.names.filter((n) => n.startsWith(`${prefix}_`))) {
      const recorded = recordedAs(name);
      if (recorded === undefined) continue;
      const want = found.stored.numbers(name);
      const trace = chunk.trace(type, traceName(column, type, recorded.variable));
      const got = valuesAt(trace, trace.cells.indexOf(found.cell), t, recorded.late ? info.dt_ms : 0);
      const scale = largest(want);
      got.forEach((x, k) => {
        if (k === 0 && recorded.late) return;
        const error = share(Math.abs(x - (want[k] as number)), scale);
        count++;
        if (error <= limit) within++;
        if (!(error <= most)) [most, where] = [error, name];
      });
    }
    const label = `gid ${found.gid}, ${quantity}`;
    if (context.engine === "reference")
      return atMost(stem, `${label}, worst (of the largest)`, most, limit, count, where);
    const note = `worst ${most.toPrecision(3)} in ${where}`;
    return atLeast(
      stem,
      `${label} within ${limit} of the largest`,
      within / count,
      COLUMN.voltageShare.float32,
      count,
      note,
    );
  });
}

/** The last recording of a variable: "soma.V#2" where vsoma.csv asks for the soma too. */
function traceName(column: CortexColumn, type: string, variable: string): string {
  const same = column.describe().recordings.filter((r) => r.population === type && r.variable === variable).length;
  return same > 1 ? `${variable}#${same}` : variable;
}
