import { alphaMotorNeurons } from "../src/models/motor-pool/index.ts";
import { mV } from "../src/units.ts";
import { extractParameters, type CellParameters } from "../src/studies/extraction/extract.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
import { wantColumns, wantEqual, wantRows } from "./complete.ts";
import { table, type Table } from "./csv.ts";
import { atMost, type VerifyContext } from "./rows.ts";
import { EXTRACTION as ALLOWED } from "./tolerances.ts";

/** Cells of a pool, at least: the extremes, and one more to know the law of their thresholds by. */
const CELLS = 3;

/** r3: every parameter of every cell of the file. The file holds results only: its thresholds give the pool, the protocol is
 * the published one, whose first run starts at -67 mV. */
export async function verifyExtraction(files: CaseFiles, stem: string, context: VerifyContext): Promise<VerifyRow[]> {
  const stored = table(files, `${stem}.csv`);
  wantColumns(stored, ["cell_index", "recruitment_threshold", "vhold_soma__mV", "Rin__MOhm", "tau__ms", "Ir__nA", "AP__mV", "AHP__mV", "AHPdur__ms", "FI_gain__Hz_per_nA", "fi_counts"]); // prettier-ignore
  stored.numbers("cell_index").forEach((index, k) => wantEqual(`${stem}.csv, line ${k + 2}`, "as cell_index", index, k, "the order of the pool's cells")); // prettier-ignore
  if (stored.rows < CELLS) wantRows(stored, CELLS, "its pool, at least");
  wantWholePool(stored);
  const model = alphaMotorNeurons({ thresholds: stored.numbers("recruitment_threshold"), V0: mV(-67) });
  const { cells } = await extractParameters(model, context);
  const worst = (column: string, of: (cell: CellParameters) => number, relative = false): number => {
    const want = stored.numbers(column);
    const errors = cells.map((cell, k) => Math.abs(of(cell) - (want[k] as number)) / (relative ? Math.abs(want[k] as number) : 1)); // prettier-ignore
    return errors.some(Number.isNaN) ? NaN : Math.max(...errors); // NaN passes nothing
  };
  const counts = stored.strings("fi_counts").map((list) => list.trim().split(/\s+/).map(Number));
  const unequal = cells.filter((cell, k) => cell.counts.join() !== counts[k]?.join()).length;
  return [
    atMost(stem, "holding potential, largest error (mV)", worst("vhold_soma__mV", (c) => c.holdingPotential), ALLOWED.holding.value, cells.length),
    atMost(stem, "input resistance, largest error (relative)", worst("Rin__MOhm", (c) => c.inputResistance, true), ALLOWED.resistance.value, cells.length),
    atMost(stem, "time constant, largest error (relative)", worst("tau__ms", (c) => c.tau, true), ALLOWED.tau.value, cells.length),
    atMost(stem, "rheobase, largest error (nA)", worst("Ir__nA", (c) => c.rheobase), ALLOWED.rheobase.value, cells.length),
    atMost(stem, "spike height, largest error (mV)", worst("AP__mV", (c) => c.spikeHeight), ALLOWED.spike.value, cells.length),
    atMost(stem, "AHP, largest error (mV)", worst("AHP__mV", (c) => c.ahp), ALLOWED.spike.value, cells.length),
    atMost(stem, "AHP duration, largest error (ms)", worst("AHPdur__ms", (c) => c.ahpDuration), ALLOWED.ahpDuration.value, cells.length),
    atMost(stem, "F-I counts, cells that differ", unequal, ALLOWED.counts.value, cells.length),
    atMost(stem, "F-I gain, largest error (relative)", worst("FI_gain__Hz_per_nA", (c) => c.gain, true), ALLOWED.gain.value, cells.length),
  ]; // prettier-ignore
}

/** The file's own thresholds say how many cells their pool has: by konstantin's law they rise by one factor from each cell to the next and begin n
 * factors below 1; the combined law ends at 1. Fuglevand's begins at 0.01 and would come to 0.01 times its range one factor after its last cell: a
 * pool is whole where that is a whole range, and has lost cells where more of them would come to a usual one. De Luca's, which begins at 0, does not say. */
function wantWholePool(stored: Table): void {
  const rt = stored.numbers("recruitment_threshold");
  const [first = NaN, second = NaN] = rt;
  if (first === 0 || Math.abs((rt.at(-1) as number) - 1) < 1e-9) return;
  const n = -Math.log(first) / Math.log(second / first);
  const geometric = rt.every((x, k) => k === 0 || Math.abs(x / (rt[k - 1] as number) / (second / first) - 1) < 1e-6);
  const cells = geometric && Math.abs(first - 0.01) < 1e-9 ? fuglevandCells(rt) : n;
  if (cells === undefined) return;
  const said = Number.isFinite(cells) ? Number(cells.toFixed(4)) : NaN;
  wantEqual(stored.where, "cells", rt.length, said, "the law of its thresholds");
}

const USUAL_RANGES = [5, 10, 20, 30, 50, 100, 200, 500, 1000] as const;

/** How many cells Fuglevand's pool has; undefined where its range is none that is known. */
function fuglevandCells(rt: Float64Array): number | undefined {
  const factor = Math.log((rt.at(-1) as number) / (rt[0] as number)) / (rt.length - 1);
  const range = Math.exp(factor * rt.length);
  if (Math.abs(range - Math.round(range)) < 1e-5 * range) return rt.length;
  const longer = USUAL_RANGES.map((usual) => Math.log(usual) / factor).filter((n) => n > rt.length);
  return longer.find((n) => Math.abs(n - Math.round(n)) < 1e-3);
}
