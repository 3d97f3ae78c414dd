import { currentSourceDensity } from "../../src/analysis/extracellular.ts";
import { membraneCurrents, potentials, type CortexColumn, type Point } from "../../src/models/cortical-column/index.ts";
import type { Chunk } from "../../src/run/chunk.ts";

/** Contacts of the probe, um: as `hillock run column --set record.field=0.5` has them by default. */
export const PROBE = { x: 30, y: 4.5, from: -400, spacing: 100, contacts: 26 } as const;

const contacts: readonly Point[] = Array.from({ length: PROBE.contacts }, (_, k) => [PROBE.x, PROBE.y, PROBE.from + k * PROBE.spacing]); // prettier-ignore

/** Cell types whose membrane currents make a field, and the names under which these are recorded. */
export const fieldVariables = ({ cellTypes }: Pick<CortexColumn, "cellTypes">): [type: string, names: string[]][] =>
  cellTypes.flatMap((type): [string, string[]][] => (type.dipole ? [[type.name, Object.keys(membraneCurrents(type))]] : [])); // prettier-ignore

/** Potentials along a probe as they come, every FIELD_MS, and their current source density. */
export class Field {
  readonly #column: CortexColumn;
  readonly #potentials: number[][] = contacts.map(() => []);

  constructor(column: CortexColumn) {
    this.#column = column;
  }

  take(chunk: Chunk): void {
    const currents: Record<string, ArrayLike<number>[]> = {};
    for (const [type, names] of fieldVariables(this.#column))
      currents[type] = names.map((name) => chunk.trace(type, name).data);
    const { cellTypes, layout } = this.#column;
    potentials(cellTypes, layout, contacts, currents, { method: "psa" }).forEach((trace, k) => {
      for (const x of trace) this.#potentials[k]?.push(x);
    });
  }

  get samples(): number {
    return this.#potentials[0]?.length ?? 0;
  }

  /** By contact from the lowest up, mV/mm2: above 0 current leaves the cells (a source), below it enters them (a sink). */
  density(): Float64Array[] {
    return currentSourceDensity(this.#potentials, PROBE.spacing).map((row) => row.map((x) => 1e3 * x));
  }
}
