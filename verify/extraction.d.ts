import type { CaseFiles, VerifyRow } from "./case.ts";
import { type VerifyContext } from "./rows.ts";
/** r3: every parameter of every cell of the file. The file holds results only: its thresholds give the pool, the protocol is
 * the published one, whose first run starts at -67 mV. */
export declare function verifyExtraction(files: CaseFiles, stem: string, context: VerifyContext): Promise<VerifyRow[]>;
