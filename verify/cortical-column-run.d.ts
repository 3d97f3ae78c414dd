import type { Network } from "../src/network/network.ts";
import type { Chunk, Trace } from "../src/run/chunk.ts";
import type { CaseFiles } from "./case.ts";
import type { VerifyContext } from "./rows.ts";
/** Runs a network as the reference does (backward Euler) and gives all of it as one chunk. */
export declare function runColumn(net: Network, dt: number, tstop: number, context: VerifyContext): Promise<Chunk>;
export declare function parseJson(files: CaseFiles, name: string): unknown;
/** What a column of a trace file shows, "v_basal_2", "cai_soma", "ca_soma", "g_soma_gabaa", "i_soma_gabaa" or "dipole_fAm". Conductances and
 * currents in the files are those of the step that ended: labelled dt later than ours. */
export declare function recordedAs(column: string): {
    readonly variable: string;
    readonly late: boolean;
} | undefined;
/** Recorded values of one cell at the file's times; NaN before the first sample, which a late label may ask for.
 * @param column  of the trace, not of the population
 * @throws DataError when the run ended before a time */
export declare function valuesAt(trace: Trace, column: number, times: Float64Array, late?: number): Float64Array;
/** Largest |a - b| over samples that `keep` keeps; NaN in either counts as infinitely wrong unless it is not kept. */
export declare function worst(a: ArrayLike<number>, b: ArrayLike<number>, keep?: (k: number) => boolean): number;
export declare const largest: (x: ArrayLike<number>) => number;
export declare function rangeOf(x: ArrayLike<number>): number;
/** Whether a time is more than 1 ms from every spike of either train. */
export declare function quietAt(...trains: readonly ArrayLike<number>[]): (t: number) => boolean;
/** An error relative to a scale; nothing where both are 0. */
export declare const share: (error: number, scale: number) => number;
