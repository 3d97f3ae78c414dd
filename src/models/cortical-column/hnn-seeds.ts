import { cellsOf } from "./connections.ts";
import type { Layout } from "./layout.ts";

/** What of a file of legacy parameters is asked for here. */
export interface ParamKeys {
  number(key: string): number | undefined;
  whole(key: string, min: number, otherwise: number): number;
  flag(key: string): boolean;
  matching(pattern: RegExp): RegExpExecArray[];
}

/** Seeds of legacy parameters as hnn-core's conversion has them: a file's own (`prng_seedcore_...`, 0 where it is left out) and the number of the
 * drive's first cell, counted through all cells and drives in the order of their names, those that never act included. Of a `.param`, drives
 * have cells for all cell types, and 18 is taken from an evoked drive's: HNN's window had two rhythmic cells where there are twenty. */
export class DriveSeeds {
  readonly #keys: ParamKeys;
  readonly #isLegacy: boolean;
  readonly #types: readonly string[];
  readonly #first = new Map<string, number>();

  /** @param end  of the run, ms */
  constructor(keys: ParamKeys, layout: Layout, end: number, isLegacy: boolean) {
    [this.#keys, this.#isLegacy, this.#types] = [keys, isLegacy, Object.keys(layout.gids)];
    let gid = layout.nCells;
    for (const drive of this.#drives(end)) {
      this.#first.set(drive, gid);
      gid += this.#cells(drive, layout);
    }
  }

  /** Of a drive by hnn-core's name of it. */
  of(drive: string, key: string): number {
    const own = this.#keys.whole(key, 0, 0) + (this.#first.get(drive) ?? 0);
    return this.#isLegacy && drive.startsWith("ev") ? Math.max(0, own - 18) : own;
  }

  /** Types whose cells a cell-specific drive has cells for. */
  typesOf(drive: string): string[] {
    return this.#types.filter((type) => this.#isLegacy || !drive.startsWith("evdist") || type !== "L5_basket");
  }

  #drives(end: number): string[] {
    const keys = this.#keys;
    const evoked = keys.matching(/^t_(ev(?:prox|dist)_\d+)$/).map(([, name = ""]) => name.replace("_", ""));
    const isOn = (drive: string): boolean => {
      const side = drive === "bursty1" ? "prox" : "dist";
      if (drive.startsWith("bursty")) return Math.min(keys.number(`tstop_input_${side}`) ?? 250, end) >= (keys.number(`t0_input_${side}`) ?? 1000); // prettier-ignore
      if (drive === "extgauss") return (keys.number("L2Basket_Gauss_mu") ?? 2000) <= end;
      return drive !== "extpois" || (keys.number("T_pois") ?? -1) >= (keys.number("t0_pois") ?? 0);
    };
    return ["bursty1", "bursty2", "extgauss", "extpois", ...evoked].filter((drive) => this.#isLegacy || isOn(drive)).sort(); // prettier-ignore
  }

  #cells(drive: string, layout: Layout): number {
    if (drive.startsWith("bursty")) return this.#keys.whole(drive === "bursty1" ? "repeats_prox" : "repeats_dist", 1, 10); // prettier-ignore
    if (drive.startsWith("ev") && this.#keys.flag("sync_evinput")) return 1;
    return this.typesOf(drive).reduce((sum, type) => sum + cellsOf(layout, type).gids.length, 0);
  }
}
