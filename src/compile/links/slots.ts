import type { CellsDescription, NeuronsDescription } from "../../network/check.ts";
import type { NetworkDescription } from "../../network/description.ts";
import { receptorsOf } from "../../network/receptors.ts";
import { placeName } from "./link-places.ts";
import type { DrawnProjection } from "./links.ts";

/** Slots of one entry of a stage. */
export interface Slots {
  readonly count: number;
  /** population -> receptor -> slot of cell 0; receptors with links only. */
  readonly of: ReadonlyMap<number, ReadonlyMap<string, number>>;
}

/** Gives slots to the receptors of a stage's cells that any link of any structure ends on, in order of populations and receptors. */
export function slotsOf(
  cells: readonly number[],
  drawn: readonly DrawnProjection[],
  populations: NetworkDescription["populations"],
): Slots {
  const of = new Map<number, ReadonlyMap<string, number>>();
  let count = 0;
  for (const p of cells) {
    const { model } = populations[p] as CellsDescription | NeuronsDescription;
    const linked = new Set(drawn.filter((d) => d.target === p).flatMap(linkedReceptors));
    const slots = new Map<string, number>();
    for (const { name } of receptorsOf(model)) {
      for (let place = 0; linked.has(placeName(name, place)); place++, count += model.n)
        slots.set(placeName(name, place), count);
    }
    of.set(p, slots);
  }
  return { count, of };
}

function linkedReceptors({ description, links, procedural }: DrawnProjection): string[] {
  if (procedural !== undefined) return procedural.links > 0 ? [...description.receptors] : [];
  const picked = new Uint8Array(description.receptors.length);
  for (const { receptor, target } of links) {
    if (receptor === undefined) picked[0] = target.length > 0 ? 1 : (picked[0] ?? 0);
    else for (const r of receptor) picked[r] = 1;
  }
  return description.receptors.filter((_, r) => picked[r] === 1);
}
