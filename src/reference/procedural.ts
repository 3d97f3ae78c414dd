import type { CompiledProcedural, CompiledStage } from "../compile/compiled.ts";
import { pickReceptor } from "../connect/draw.ts";
import { rowOf } from "../connect/laws.ts";
import type { Row } from "../connect/rows.ts";
import { Uint32List } from "../connect/rows.ts";

/** Links of one spike over one procedural projection. */
export interface DrawnRow {
  readonly of: CompiledProcedural;
  /** step of the block in which they fall due. */
  readonly due: number;
  /** of an entry's stage, in the order of kept links. */
  readonly slots: Uint32List;
}

/** Draws the links of a stage's procedural projections again, spike by spike. */
export class DrawnAgain {
  readonly #all: readonly {
    readonly of: CompiledProcedural;
    readonly rows: readonly Row[];
    readonly slots: Uint32List;
  }[];

  constructor({ procedural }: CompiledStage) {
    this.#all = procedural.map((of) => ({
      of,
      rows: Array.from(of.seeds, (seed) => rowOf(of.law, of, of.noSelf, { seed, stream: of.stream })),
      slots: new Uint32List(),
    }));
  } // prettier-ignore

  /** The rows of a spike that fall due in a block, by step, then projection. They hold until the next call. */
  due(step: number, entry: number, source: number, block: { readonly step: number; readonly steps: number }): DrawnRow[] {
    const found: DrawnRow[] = [];
    for (const { of, rows, slots } of this.#all) {
      const own = source - of.firstSource;
      if (own < 0 || own >= of.sources) continue;
      const due = step + (of.delay[of.delay.length > 1 ? own : 0] as number) - block.step;
      if (due < 0 || due >= block.steps) continue;
      slots.clear();
      const structure = rows.length > 1 ? entry : 0;
      (rows[structure] as Row)(own, slots);
      placeSlots(of, own, structure, slots);
      found.push({ of, due, slots });
    }
    return found.sort((a, b) => a.due - b.due);
  } // prettier-ignore
}

/** Targets become slots, sorted as those of kept links. */
function placeSlots(of: CompiledProcedural, source: number, structure: number, slots: Uint32List): void {
  const { slotOf, seeds, stream } = of;
  const key = { seed: seeds[structure] as number, stream };
  for (let k = 0; k < slots.length; k++) {
    const target = slots.at(k);
    slots.set(k, (slotOf[pickReceptor(slotOf.length, source, target, key)] as number) + target);
  }
  if (slotOf.length > 1) slots.sortFrom(0);
}
