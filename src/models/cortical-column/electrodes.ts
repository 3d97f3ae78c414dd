import {
  potentialWeights,
  transferResistances,
  type ConductorOptions,
  type SourceLine,
} from "../../analysis/extracellular.ts";
import { eliminateMassless, type Compartments } from "../../morphology/eliminate.ts";
import { endPoints, morphologyOf, type ColumnCellType, type Point } from "./cell-types.ts";
import type { Layout } from "./layout.ts";

/** How far a segment's line source reaches from its centre. "published": a whole segment length to either side, half of one
 * for a section's first and last segment, so that lines overlap; "exact": the segment itself. */
export type LineReach = "published" | "exact";

/** The line of each compartment of a cell (um), in the order of its compartments. */
export function sourceLines(
  type: ColumnCellType,
  compartments: Compartments,
  at: Point,
  reach: LineReach = "published",
): SourceLine[] {
  const ends = endPoints(type);
  return compartments.nodes.map(({ section, index, x }) => {
    const { L, nseg, direction } = type.sections.find((s) => s.name === section) as ColumnCellType["sections"][number];
    const { start } = ends.get(section) as { start: Point };
    const inner = index > 0 && index < nseg - 1;
    const half = (L / nseg) * (reach === "published" && inner ? 1 : 0.5);
    const point = (along: number): Point => {
      const on = (c: 0 | 1 | 2): number => at[c] + start[c] + along * direction[c];
      return [on(0), on(1), on(2)];
    };
    return { start: point(x * L - half), end: point(x * L + half) };
  });
}

/** Weights that turn compartment voltages into the potential at electrodes.
 * @returns per cell type with more than one compartment: weights[electrode][cell] over its compartments, uV/mV */
export function electrodeWeights(
  types: readonly ColumnCellType[],
  layout: Layout,
  electrodes: readonly Point[],
  options: ConductorOptions & { readonly reach?: LineReach },
): Record<string, Float64Array[][]> {
  const out: Record<string, Float64Array[][]> = {};
  for (const type of types) {
    const compartments = eliminateMassless(morphologyOf(type));
    if (compartments.nodes.length < 2) continue; // no axial current, no net membrane current
    const lines = (layout.positions[type.name] ?? []).map((at) => sourceLines(type, compartments, at, options.reach));
    out[type.name] = electrodes.map((electrode) =>
      lines.map((line) => potentialWeights(compartments, transferResistances(line, electrode, options))),
    );
  }
  return out;
}
