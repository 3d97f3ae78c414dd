import { z } from "zod";
import type { CortexColumn } from "../src/models/cortical-column/index.ts";
import type { VerifyContext } from "./rows.ts";
export declare const infoFile: z.ZodObject<{
    dt_ms: z.ZodNumber;
    tstop_ms: z.ZodNumber;
    secondorder: z.ZodDefault<z.ZodLiteral<0>>;
    spike_counts: z.ZodRecord<z.ZodString, z.ZodNumber>;
    n_connection_rules: z.ZodNumber;
    gid_ranges_inclusive: z.ZodRecord<z.ZodString, z.ZodTuple<[z.ZodNumber, z.ZodNumber], null>>;
    smoothing: z.ZodObject<{
        window_ms: z.ZodNumber;
        scale: z.ZodNumber;
    }, z.core.$loose>;
}, z.core.$loose>;
export type CaseInfo = z.infer<typeof infoFile>;
/** A case's network with what it must give. `small`: tolerances of c7. */
export interface NetworkCase {
    readonly stem: string;
    readonly kind: string;
    readonly small: boolean;
    readonly info: CaseInfo;
    readonly column: CortexColumn;
    readonly context: VerifyContext;
}
/** The cell type and index of a gid. */
export declare function cellOfGid(column: CortexColumn, gid: number): {
    type: string;
    cell: number;
};
