import type { CaseFiles, VerifyRow } from "./case.ts";
import { type VerifyContext } from "./rows.ts";
/** Runs one case of the motor pool: kinds rt and r1 to r9.
 * @param stem  of the case's JSON, or the name of its one CSV without ".csv" */
export declare function verifyMotorPool(files: CaseFiles, stem: string, kind: string, context: VerifyContext): Promise<VerifyRow[]>;
