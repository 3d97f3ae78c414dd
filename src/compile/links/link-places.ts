import { ModelError } from "../../errors.ts";
import { type CellsDescription, isCells } from "../../network/check.ts";
import type { NetworkDescription } from "../../network/description.ts";
import type { DrawnLinks, DrawnProjection } from "./links.ts";

/** Links onto one cell's receptor that it can tell apart: each is a part of its step's code. */
const MOST = 32;

/** What the receptor is called where its link of this place ends; no name has a colon. */
export const placeName = (receptor: string, place: number): string => place === 0 ? receptor : `${receptor}:${place + 1}`; // prettier-ignore

/** Receptors that say what happens at the beginning of a step hear links one by one: each link onto a cell's ends in a place of its own, in order
 * of projections and of their links, which has its own input and the states that are of a link.
 * @returns  the projections, those into several places with these as receptors
 * @throws ModelError where links end in places that a receptor has not */
export function withPlaces(
  drawn: readonly DrawnProjection[],
  populations: NetworkDescription["populations"],
): DrawnProjection[] {
  const placed = new Map<DrawnProjection, DrawnProjection>();
  for (const [index, population] of populations.entries()) {
    if (!isCells(population)) continue;
    const { model } = population as CellsDescription;
    for (const { name, synapse } of model.receptors) {
      if (synapse.receive === undefined) continue;
      const into = drawn.filter((p) => p.target === index && p.description.receptors.includes(name));
      for (const p of into) checkSource(p, name, populations);
      const most = synapse.perLink === undefined ? 1 : MOST;
      const places = into.map(() => [] as Uint8Array[]);
      let used = 0;
      for (let s = 0; s < (drawn[0]?.links.length ?? 0); s++) {
        const heard = new Uint8Array(model.n);
        into.forEach((p, k) => places[k]?.push(placesOf(p, s, { receptor: name, heard, most })));
        used = heard.reduce((a, b) => Math.max(a, b), used);
      }
      if (used < 2) continue;
      const receptors = Array.from({ length: used }, (_, place) => placeName(name, place));
      into.forEach((p, k) => {
        const links = p.links.map((of, s): DrawnLinks => ({ ...of, receptor: (places[k] as Uint8Array[])[s] }));
        placed.set(p, { ...p, description: { ...p.description, receptors }, links });
      });
    }
  }
  return drawn.map((p) => placed.get(p) ?? p);
}

function checkSource(p: DrawnProjection, receptor: string, populations: NetworkDescription["populations"]): void {
  const { name, receptors, source } = p.description;
  const remedy = `Connect "${receptor}" by a projection of its own, from single sources`;
  if (p.procedural !== undefined) throw new ModelError(name, `draws its links again for each spike, but "${receptor}" hears links one by one`, remedy); // prettier-ignore
  if (populations[p.source]?.model.kind === "port") throw new ModelError(name, `begins at "${source}", which gives numbers of events, but "${receptor}" hears single events`, "Use poisson() sources, one by one"); // prettier-ignore
  if (receptors.length > 1) throw new ModelError(name, `ends on one of ${receptors.length} receptors by chance, but "${receptor}" hears links one by one`, remedy); // prettier-ignore
}

/** The place in which each link of a projection ends.
 * @param into.heard  links onto each cell so far, counted on */
function placesOf(
  { links, description }: DrawnProjection,
  structure: number,
  into: { readonly receptor: string; readonly heard: Uint8Array; readonly most: number },
): Uint8Array {
  const { receptor, heard, most } = into;
  return Uint8Array.from((links[structure] as DrawnLinks).target, (cell) => {
    const place = heard[cell] as number;
    if (place === most && most === 1) throw new ModelError(description.name, `is the second link onto "${receptor}" of cell ${cell}, which hears one: what it keeps is of one connection`, `Give the cell one such receptor for each link, for example "${receptor}_2", or say by perLink which of its states each link has`); // prettier-ignore
    if (place === most) throw new ModelError(description.name, `is link ${most + 1} onto "${receptor}" of cell ${cell}, which hears ${most}`, `Give the cell another such receptor, for example "${receptor}_2"`); // prettier-ignore
    heard[cell] = place + 1;
    return place;
  });
}
