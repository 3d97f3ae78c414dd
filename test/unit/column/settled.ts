import { sectionPath, type Morphology } from "../../../src/morphology/tree.ts";
import { referenceRows } from "./reference.ts";

/** Node voltages (mV) of a cell without input at the times (ms) that c2_settle lists: V[time][node of the morphology]. */
export function settled(type: string, morphology: Morphology): { times: number[]; V: Float64Array[] } {
  const rows = referenceRows(`cortical-column/c2_settle/voltages_${type}.csv.gz`);
  const columns = Object.keys(rows[0]!).filter((c) => c.startsWith("v_t"));
  const V = columns.map(() => new Float64Array(morphology.nodes.length));
  for (const row of rows) {
    const node = sectionPath(morphology, row["section"]!).nodes[Number(row["node"])]!;
    for (const [k, c] of columns.entries()) V[k]![node] = Number(row[c]);
  }
  return { times: columns.map((c) => Number(c.slice(3))), V };
}
