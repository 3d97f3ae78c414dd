import { z } from "zod";
import { list } from "../src/connect/rules.ts";
import { DataError, didYouMean } from "../src/errors.ts";
import { Network } from "../src/network/network.ts";
import { drive } from "../src/network/signal.ts";
import { trains } from "../src/network/sources.ts";
import { cellModel, jones2009, receptorName, type ColumnCellType } from "../src/models/cortical-column/index.ts";
import type { Chunk } from "../src/run/chunk.ts";
import { ms, nA, one, perCell, uS } from "../src/units.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
import { compareTrains } from "../src/analysis/compare-spikes.ts";
import {
  quietAt,
  rangeOf,
  recordedAs,
  runColumn,
  share,
  valuesAt,
  wantSamples,
  worst,
  largest,
} from "./cortical-column-run.ts";
import { allowed, COLUMN, type Tolerance } from "./tolerances.ts";
import { wantColumns, wantEqual, wantSome } from "./complete.ts";
import { Table } from "./csv.ts";
import { spacing, trainsOf } from "./motor-pool-cells.ts";
import { readJson } from "./read.ts";
import { atMost, type VerifyContext } from "./rows.ts";

const singleCase = z.looseObject({
  case: z.string(),
  cell_type: z.string(),
  tstop: z.number().positive(),
  dt: z.number().positive(),
  file: z.string(),
  iclamp: z
    .looseObject({
      section: z.string(),
      position: z.number(),
      delay_ms: z.number(),
      dur_ms: z.number(),
      amp_nA: z.number(),
    })
    .nullish(),
  synaptic: z
    .array(
      z.looseObject({
        section: z.string(),
        receptor: z.string(),
        weight_uS: z.number(),
        event_times_ms: z.array(z.number()),
        delay_ms: z.number(),
      }),
    )
    .default([]),
  columns: z.array(z.string()),
  soma_spikes_ms: z.array(z.number()),
});
type SingleCase = z.infer<typeof singleCase>;

/** c1: single cells under a clamp or synaptic events. Cases of one cell type, dt and length are the cells of one population.
 * Traces are compared in the cells whose spikes are on the reference's steps, and everywhere more than 1 ms from spikes. */
export async function verifySingleCells(files: CaseFiles, stem: string, context: VerifyContext): Promise<VerifyRow[]> {
  const listed = readJson(files, "cases.json", z.array(singleCase));
  wantSome("cases.json", listed.length, "case");
  const traces = files.list().filter((name) => /\.csv(\.gz)?$/.test(name));
  wantEqual("cases.json", "cases", new Set(listed.map((c) => c.file)).size, traces.length, "the number of trace files");
  const groups = new Map<string, SingleCase[]>();
  for (const c of listed) {
    const key = `${c.cell_type} ${c.dt} ${c.tstop}`;
    groups.set(key, [...(groups.get(key) ?? []), c]);
  }
  for (const c of listed) wantTrace(new Table(c.file, files.text(c.file)), c);
  const found = new Worst();
  for (const cases of groups.values()) await runGroup(files, cases, context, found);
  return found.rows(stem, listed.length, context);
}

/** Sampling of the traces: every 0.1 ms or every fourth step, which are the same at 0.025 ms. */
const [TRACE_MS, TRACE_STEPS] = [0.1, 4];

function wantTrace(stored: Table, { columns, dt, tstop, soma_spikes_ms: spikes }: SingleCase): void {
  const t = stored.numbers("t");
  const fourth = Math.abs(spacing(t) - TRACE_STEPS * dt) < dt / 2;
  wantSamples(stored, tstop, fourth ? TRACE_STEPS * dt : TRACE_MS);
  wantColumns(stored, ["v_soma", ...columns]);
  wantEqual("cases.json", `columns of ${stored.where}`, columns.length, stored.names.length, "that file");
  const v = stored.numbers("v_soma");
  // a spike may be over between two samples, but where the samples cross 0 mV there is one
  const crossings = Array.from(v.keys()).filter((k) => k > 0 && (v[k] as number) > 0 && !((v[k - 1] as number) > 0));
  const told = crossings.filter((k) => spikes.some((s) => s > (t[k - 1] as number) - dt / 2 && s < (t[k] as number) + dt / 2)); // prettier-ignore
  const what = `spikes where the potential of ${stored.where} crosses 0 mV`;
  wantEqual("cases.json", what, told.length, crossings.length, "that file");
}

async function runGroup(files: CaseFiles, cases: SingleCase[], context: VerifyContext, found: Worst): Promise<void> {
  const { cell_type, dt, tstop } = cases[0] as SingleCase;
  const stored = cases.map((c) => new Table(c.file, files.text(c.file)));
  const net = singleCells(columnType(cell_type), cases);
  const cells = net.population("cells");
  if (cells.kind !== "cells") throw new DataError(cell_type, "is no cell type", "Repair cases.json");
  for (const column of new Set(stored.flatMap((t) => t.names))) {
    const recorded = recordedAs(column);
    if (recorded !== undefined) net.record(cells, recorded.variable, { every: ms(dt) });
  }
  const chunk = await runColumn(net, dt, tstop, context);
  const spikes = trainsOf(chunk, "cells");
  cases.forEach((c, k) => found.compare(c, stored[k] as Table, chunk, k, spikes[k] as number[]));
}

function columnType(name: string): ColumnCellType {
  const { cellTypes } = jones2009();
  const type = cellTypes.find((t) => t.name === name);
  if (type !== undefined) return type;
  throw new DataError(`cell type "${name}"`, "is unknown", didYouMean(name, cellTypes.map((t) => t.name))); // prettier-ignore
}

/** Cell k has the stimulus of case k. */
function singleCells(type: ColumnCellType, cases: readonly SingleCase[]): Network {
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", cellModel(type, cases.length));
  cases.forEach(({ iclamp, synaptic }, k) => {
    if (iclamp) {
      const { section, position: at, delay_ms, dur_ms, amp_nA } = iclamp;
      const gain = perCell(one, cases.map((_, j) => Number(j === k))); // prettier-ignore
      const place = { section, at, gain, delay: ms(delay_ms), duration: ms(dur_ms), name: `clamp${k}` };
      net.clamp(cells, drive.constant(nA(amp_nA)), place);
    }
    synaptic.forEach((s, j) => {
      const source = net.sources(`events${k}_${j}`, 1, trains([s.event_times_ms]));
      const target = cells.receptor(receptorName(s.section, s.receptor));
      net.connect(source, target, list([[0, k]]), { weight: uS(s.weight_uS), delay: ms(s.delay_ms) });
    });
  });
  return net;
}

/** The largest errors over all cases, with the case that has them. */
class Worst {
  readonly #of = new Map<string, { tolerance: Tolerance; error: number; where: string; values: number }>();
  #otherCounts = 0;
  #spikes = 0;

  compare(c: SingleCase, stored: Table, chunk: Chunk, cell: number, spikes: readonly number[]): void {
    const trains = compareTrains([c.soma_spikes_ms], [spikes], c.dt);
    this.#otherCounts += trains.otherCounts;
    this.#spikes += c.soma_spikes_ms.length;
    this.#add("spikes, worst (steps)", COLUMN.singleSpikes, trains.worstSteps, c.case, 1);
    const t = stored.numbers("t");
    const quiet = quietAt(c.soma_spikes_ms, spikes);
    const alike = trains.offGrid === 0;
    for (const column of stored.names) {
      const recorded = recordedAs(column);
      if (recorded === undefined) continue;
      const want = stored.numbers(column);
      const got = valuesAt(chunk.trace("cells", recorded.variable), cell, t, recorded.late ? c.dt : 0);
      const where = `${c.case} ${column}`;
      const from1 = (k: number): boolean => k > 0; // sample 0 of dipoles and conductances is not one of the state
      if (column === "v_soma")
        this.#add("soma voltage away from spikes, worst (mV)", COLUMN.quietVoltage, worst(got, want, (k) => quiet(t[k] as number)), where, t.filter(quiet).length); // prettier-ignore
      if (column.startsWith("v_") && alike)
        this.#add("voltages, spikes on the same steps, worst (mV)", COLUMN.anyVoltage, worst(got, want), where, t.length); // prettier-ignore
      if (column.startsWith("g_"))
        this.#add("conductances, worst (of the largest)", COLUMN.conductance, share(worst(got, want, from1), largest(want)), where, t.length); // prettier-ignore
      if (column.startsWith("i_") && alike)
        this.#add("synaptic currents, worst (of the largest)", COLUMN.recorded, share(worst(got, want, from1), largest(want)), where, t.length); // prettier-ignore
      if (/^cai?_/.test(column) && alike)
        this.#add(
          "calcium, worst (of the largest)",
          COLUMN.singleCalcium,
          share(worst(got, want), largest(want)),
          where,
          t.length,
        );
      if (column === "dipole_fAm")
        this.#add(
          "dipole, worst (of its range)",
          COLUMN.singleDipole,
          share(worst(got, want, from1), rangeOf(want)),
          where,
          t.length,
        );
    }
  }

  #add(quantity: string, tolerance: Tolerance, error: number, where: string, more: number): void {
    const before = this.#of.get(quantity);
    const values = (before?.values ?? 0) + more;
    if (before === undefined || error > before.error) this.#of.set(quantity, { tolerance, error, where, values });
    else before.values = values;
  }

  rows(stem: string, cases: number, { engine }: VerifyContext): VerifyRow[] {
    return [
      atMost(stem, "cases with another spike count", this.#otherCounts, 0, cases, `${this.#spikes} spikes`),
      ...[...this.#of].map(([quantity, { tolerance, error, where, values }]) =>
        atMost(stem, quantity, error, allowed(engine, tolerance), values, where),
      ),
    ];
  }
}
