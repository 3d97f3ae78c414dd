import { type CortexColumn } from "../src/models/cortical-column/index.ts";
import type { Chunk } from "../src/run/chunk.ts";
import { type Quantity } from "../src/units.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
import { type NetworkCase } from "./cortical-column-case.ts";
/** Records what the potentials of lfp.csv need. */
export declare function recordField(files: CaseFiles, column: CortexColumn): void;
/** Potentials at electrodes, from point and line sources; sample 0 is defined as 0. */
export declare function fieldRows(files: CaseFiles, { stem, column, context }: NetworkCase, chunk: Chunk): VerifyRow[];
/** Records every column of record_gid<n>.csv; currents at every step, for the files label them one step later. */
export declare function recordOneCell(files: CaseFiles, column: CortexColumn, dt: Quantity<"ms">): void;
/** Voltages, synaptic currents and calcium of one cell. */
export declare function recordedCellRows(files: CaseFiles, one: NetworkCase, chunk: Chunk): VerifyRow[];
