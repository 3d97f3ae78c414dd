import type { CaseFiles, VerifyRow } from "./case.ts";
import { type VerifyContext } from "./rows.ts";
/** c1: single cells under a clamp or synaptic events. Cases of one cell type, dt and length are the cells of one population.
 * Traces are compared in the cells whose spikes are on the reference's steps, and everywhere more than 1 ms from spikes. */
export declare function verifySingleCells(files: CaseFiles, stem: string, context: VerifyContext): Promise<VerifyRow[]>;
