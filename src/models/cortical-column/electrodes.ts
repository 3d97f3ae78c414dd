import {
  potentialWeights,
  transferResistances,
  type ConductorOptions,
  type SourceLine,
} from "../../analysis/extracellular.ts";
import type { VoltageSum } from "../../network/cell.ts";
import { eliminateMassless, type Compartments } from "../../morphology/eliminate.ts";
import { valueOf } from "../../morphology/values.ts";
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

/** The net membrane current (nA, outward) of each segment as a sum of voltages that a cell model can record, "im_0", "im_1", ... in
 * the order of `sourceLines`. Recorded once, they give the potential at any electrode (`potentials`). */
export function membraneCurrents(type: ColumnCellType): Record<string, VoltageSum> {
  const { nodes } = morphologyOf(type);
  const place = (k: number): { section: string; at: number } => {
    const { section, x } = nodes[k] as (typeof nodes)[number];
    return { section, at: x };
  };
  const weights = nodes.map(() => new Map<number, number>());
  const flow = (into: number, from: number, g: number): void => {
    const own = weights[into] as Map<number, number>;
    own.set(from, g);
    own.set(into, (own.get(into) ?? 0) - g);
  };
  nodes.forEach(({ parent, gParent }, k) => {
    if (parent < 0) return;
    flow(k, parent, valueOf(gParent, 0));
    flow(parent, k, valueOf(gParent, 0));
  });
  const terms = (k: number): VoltageSum["terms"] =>
    [...(weights[k] as Map<number, number>)].map(([node, weight]) => ({ ...place(node), weight }));
  const segments = nodes.flatMap(({ kind }, k) => (kind === "segment" ? [k] : []));
  return Object.fromEntries(segments.map((k, n) => [`im_${n}`, { unit: "nA", terms: terms(k) }]));
}

/** Potentials (uV) at electrodes from recorded membrane currents.
 * @param currents  by cell type: currents[segment] as samples x cells, row by row, all cells of the type
 * @returns one trace per electrode, `samples` long */
export function potentials(
  types: readonly ColumnCellType[],
  layout: Layout,
  electrodes: readonly Point[],
  currents: Readonly<Record<string, readonly ArrayLike<number>[]>>,
  options: ConductorOptions & { readonly reach?: LineReach },
): Float64Array[] {
  const recorded = types.filter((type) => currents[type.name] !== undefined);
  return electrodes.map((electrode) => {
    let out = new Float64Array(0);
    for (const type of recorded) {
      const traces = currents[type.name] ?? [];
      const compartments = eliminateMassless(morphologyOf(type));
      const positions = layout.positions[type.name] ?? [];
      const samples = (traces[0]?.length ?? 0) / positions.length;
      if (out.length === 0) out = new Float64Array(samples);
      positions.forEach((at, cell) => {
        const lines = sourceLines(type, compartments, at, options.reach);
        transferResistances(lines, electrode, options).forEach((r, k) => {
          const I = traces[k] as ArrayLike<number>;
          for (let n = 0; n < samples; n++)
            out[n] = (out[n] as number) + r * (I[n * positions.length + cell] as number);
        });
      });
    }
    return out;
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
