import { z } from "zod";
import { DataError } from "../src/errors.js";
export const infoFile = z.looseObject({
    dt_ms: z.number().positive(),
    tstop_ms: z.number().positive(),
    secondorder: z.literal(0).default(0),
    spike_counts: z.record(z.string(), z.number()),
    n_connection_rules: z.number(),
    gid_ranges_inclusive: z.record(z.string(), z.tuple([z.number(), z.number()])),
    smoothing: z.looseObject({ window_ms: z.number(), scale: z.number() }),
});
/** The cell type and index of a gid. */
export function cellOfGid(column, gid) {
    const found = Object.entries(column.layout.gids).find(([, { first, n }]) => gid >= first && gid < first + n);
    if (found === undefined)
        throw new DataError(`gid ${gid}`, "is no real cell of this network", "Repair the case's files");
    return { type: found[0], cell: gid - found[1].first };
}
//# sourceMappingURL=cortical-column-case.js.map