import { ModelError } from "../errors.ts";
import { type CellsDescription, isCells } from "../network/check.ts";
import type { NetworkDescription } from "../network/description.ts";
import type { DrawnLinks, DrawnProjection } from "./links.ts";

/** Receptors that say what happens at the beginning of a step hear one link each: their states are those of its connection.
 * @throws ModelError where more than one ends on a cell's */
export function checkOneLink(drawn: readonly DrawnProjection[], populations: NetworkDescription["populations"]): void {
  const structures = drawn[0]?.links.length ?? 0;
  for (const [index, population] of populations.entries()) {
    if (!isCells(population)) continue;
    const { model } = population as CellsDescription;
    for (const { name, synapse } of model.receptors) {
      if (synapse.receive === undefined) continue;
      const into = drawn.filter((p) => p.target === index && p.description.receptors.includes(name));
      for (const p of into) checkSource(p, name, populations);
      for (let s = 0; s < structures; s++) checkCounts(into, name, s, model.n);
    }
  }
}

function checkSource(p: DrawnProjection, receptor: string, populations: NetworkDescription["populations"]): void {
  const { name, receptors, source } = p.description;
  const remedy = `Connect "${receptor}" by a projection of its own, from single sources`;
  if (p.procedural !== undefined) throw new ModelError(name, `draws its links again for each spike, but "${receptor}" hears one link`, remedy); // prettier-ignore
  if (populations[p.source]?.model.kind === "port") throw new ModelError(name, `begins at "${source}", which gives numbers of events, but "${receptor}" hears single events`, "Use poisson() sources, one by one"); // prettier-ignore
  if (receptors.length > 1) throw new ModelError(name, `ends on one of ${receptors.length} receptors by chance, but "${receptor}" hears one link`, remedy); // prettier-ignore
}

function checkCounts(into: readonly DrawnProjection[], receptor: string, structure: number, cells: number): void {
  const heard = new Uint8Array(cells);
  for (const { links, description } of into) {
    for (const cell of (links[structure] as DrawnLinks).target) {
      if (heard[cell] === 1) throw new ModelError(description.name, `is the second link onto "${receptor}" of cell ${cell}, which hears one: what it keeps is of one connection`, `Give the cell one such receptor for each link, for example "${receptor}_2"`); // prettier-ignore
      heard[cell] = 1;
    }
  }
}
