import { type Morphology, type MorphologyNode } from "./tree.ts";
import { combine, type CellValues } from "./values.ts";

/** A conductance between two compartments, uS; i is eliminated before j (i > j, both index `Compartments.nodes`). */
export interface Coupling {
  readonly i: number;
  readonly j: number;
  readonly g: CellValues;
}

/** A compartment: a segment and its index in the morphology it comes from. */
export type Compartment = Omit<MorphologyNode, "parent" | "gParent"> & { readonly node: number };

/** The voltage of a node without membrane as a weighted mean of compartments' voltages; weights add up to 1. */
export interface MasslessVoltage {
  /** Index in the morphology. */
  readonly node: number;
  readonly terms: readonly { readonly compartment: number; readonly weight: CellValues }[];
}

export interface Compartments {
  /** Segments only, parents before children. */
  readonly nodes: readonly Compartment[];
  /** Sorted by the place of i in eliminationOrder, so that elimination from the leaves walks through them once. */
  readonly couplings: readonly Coupling[];
  readonly massless: readonly MasslessVoltage[];
  /** Leaves first, the root (0) last. A junction's couplings form a clique and cliques hang together as a tree, so symmetric
   * elimination in this order creates no coupling that is not there already. */
  readonly eliminationOrder: Int32Array;
}

/** Removes every node without membrane exactly: no current is stored there, so its voltage is the conductance-weighted mean
 * of its neighbours' and a star of conductances g_k becomes a mesh of g_i g_j / sum(g). A free end vanishes. Neighbours of
 * such a node are always segments, so each is removed on its own. */
export function eliminateMassless(morphology: Morphology): Compartments {
  const index = new Map<number, number>();
  const nodes = morphology.nodes.flatMap((n, node) => {
    if (n.kind === "end") return [];
    index.set(node, index.size);
    const { section, kind, x, areaUm2, diam } = n;
    return [{ section, kind, index: n.index, x, areaUm2, diam, node }];
  });
  const couplings: Coupling[] = [];
  for (const [node, { kind, parent, gParent }] of morphology.nodes.entries()) {
    const i = index.get(node);
    const j = index.get(parent);
    if (kind === "segment" && i !== undefined && j !== undefined) couplings.push({ i, j, g: gParent });
  }
  const massless = stars(morphology, index).map(({ node, arms }) => {
    const total = arms.map((a) => a.g).reduce((a, b) => combine((x, y) => x + y, a, b));
    couplings.push(...mesh(arms, total));
    const terms = arms.map(({ compartment, g }) => ({ compartment, weight: combine((x, s) => x / s, g, total) }));
    return { node, terms };
  });
  couplings.sort((a, b) => b.i - a.i || b.j - a.j);
  return { nodes, couplings, massless, eliminationOrder: Int32Array.from(nodes, (_, k) => nodes.length - 1 - k) };
}

interface Arm {
  readonly compartment: number;
  readonly g: CellValues;
}

/** Each node without membrane with its neighbours. */
function stars(morphology: Morphology, index: ReadonlyMap<number, number>): { node: number; arms: Arm[] }[] {
  const arms = new Map<number, Arm[]>();
  for (const [node, n] of morphology.nodes.entries()) if (n.kind === "end") arms.set(node, []);
  for (const [node, { kind, parent, gParent }] of morphology.nodes.entries()) {
    const [end, segment] = kind === "end" ? [node, parent] : [parent, node];
    const compartment = index.get(segment);
    if (compartment !== undefined) arms.get(end)?.push({ compartment, g: gParent });
  }
  return [...arms].map(([node, list]) => ({ node, arms: list }));
}

function mesh(arms: readonly Arm[], total: CellValues): Coupling[] {
  return arms.flatMap((a, k) =>
    arms.slice(k + 1).map((b) => ({
      i: Math.max(a.compartment, b.compartment),
      j: Math.min(a.compartment, b.compartment),
      g: combine((x, y, s) => (x * y) / s, a.g, b.g, total),
    })),
  );
}
