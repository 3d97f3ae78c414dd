import type { CaseFiles, VerifyRow } from "./case.ts";
import { type Table } from "./csv.ts";
import { type VerifyContext } from "./rows.ts";
export type NetworkKind = "r4" | "r5" | "r8" | "r9";
/** r4, r5, r8, r9: a pool under listed input trains; DD through listed links, IN one to one. */
export declare function verifyNetwork(files: CaseFiles, stem: string, kind: NetworkKind, context: VerifyContext): Promise<VerifyRow[]>;
/** Sorted times of each of n cells. @param population  only rows of this one */
export declare function perCellTimes(from: Table, cellColumn: string, n: number, population?: string): number[][];
/** r2: events at any time on the dendrite's receptors. All cases are cells of one population; every event is a source of
 * its own, so that each has its weight and its case's delay. */
export declare function verifySynapse(files: CaseFiles, stem: string, context: VerifyContext): Promise<VerifyRow[]>;
