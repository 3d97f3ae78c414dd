import { z } from "zod";
import { fromCellParameters, type MotorNeuronModel } from "../src/models/motor-pool/index.ts";
import { Network } from "../src/network/network.ts";
import type { Chunk } from "../src/run/chunk.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
import { type Table } from "./csv.ts";
import { type VerifyContext } from "./rows.ts";
/** What every case says of its run. */
export declare const runSettings: z.ZodObject<{
    dt_ms: z.ZodNumber;
    secondorder: z.ZodUnion<readonly [z.ZodLiteral<0>, z.ZodLiteral<1>, z.ZodLiteral<2>]>;
    v_init_mV: z.ZodNumber;
    spike_threshold_mV: z.ZodNumber;
    celsius: z.ZodDefault<z.ZodNumber>;
}, z.core.$loose>;
export type RunSettings = z.infer<typeof runSettings>;
/** NEURON's secondorder: 1 and 2 step V alike. */
export declare const methodOf: ({ secondorder }: RunSettings) => "backwardEuler" | "crankNicolson";
/** Parses a case's JSON; a DataError names the first thing that is wrong. */
export declare function parseCase<T>(files: CaseFiles, stem: string, schema: z.ZodType<T>): T;
/** r1 and r6: cells under current steps. All cells at all amplitudes are one population, each with its own clamp gain. */
export declare function verifySteps(files: CaseFiles, stem: string, kind: "r1" | "r6", context: VerifyContext): Promise<VerifyRow[]>;
/** The cells that a file lists, set up as its run was. */
export declare const motorNeurons: (parameters: readonly Record<string, number>[], model: MotorNeuronModel, settings: RunSettings) => ReturnType<typeof fromCellParameters>;
/** Runs a network to its end and gives all of it as one chunk. */
export declare function runWhole(net: Network, settings: RunSettings, endMs: number, context: VerifyContext): Promise<Chunk>;
/** Times of each cell of a population. */
export declare function trainsOf(chunk: Chunk, population: string): number[][];
/** "v_dend0_mV" is dend0.V; NERLab cells have one dendrite, which files call dend or dend0. */
export declare function voltageColumns(table: Table, model: MotorNeuronModel): {
    column: string;
    variable: string;
}[];
/** The spacing of the samples: the smallest positive difference of neighbours. */
export declare function spacing(times: Float64Array): number;
/** Largest |difference| between stored columns and recorded variables.
 * @param columnOf  the recorded column that belongs to a row of the table; undefined leaves the row out
 * @param shiftMs  added to a recorded label to get the stored one */
export declare function traceError(chunk: Chunk, population: string, table: Table, columns: readonly {
    readonly column: string;
    readonly variable: string;
}[], columnOf: (row: number) => number | undefined, shiftMs?: number): number;
