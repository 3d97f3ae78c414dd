import { z } from "zod";
import { DataError } from "../src/errors.ts";
import type { CortexColumn } from "../src/models/cortical-column/index.ts";
import type { VerifyContext } from "./rows.ts";

export const infoFile = z.looseObject({
  dt_ms: z.number().positive(),
  tstop_ms: z.number().positive(),
  secondorder: z.literal(0).default(0),
  celsius: z.literal(37).default(37), // the column's temperature
  spike_counts: z.record(z.string(), z.number()),
  n_connection_rules: z.number(),
  gid_ranges_inclusive: z.record(z.string(), z.tuple([z.number(), z.number()])),
  smoothing: z.looseObject({ window_ms: z.number(), scale: z.number() }),
});
export type CaseInfo = z.infer<typeof infoFile>;

/** A case's network with what it must give. `small`: below 50 cells, as c7, whose tolerances it has. */
export interface NetworkCase {
  readonly stem: string;
  readonly kind: string;
  readonly small: boolean;
  readonly info: CaseInfo;
  readonly column: CortexColumn;
  readonly context: VerifyContext;
}

/** The cell type and index of a gid. */
export function cellOfGid(column: CortexColumn, gid: number): { type: string; cell: number } {
  const found = Object.entries(column.layout.gids).find(([, { first, n }]) => gid >= first && gid < first + n);
  if (found === undefined)
    throw new DataError(`gid ${gid}`, "is no real cell of this network", "Repair the case's files");
  return { type: found[0], cell: gid - found[1].first };
}
