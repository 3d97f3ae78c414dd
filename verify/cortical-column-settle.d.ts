import type { CaseFiles, VerifyRow } from "./case.ts";
import { type VerifyContext } from "./rows.ts";
/** c2: geometry, rate functions, and cells without input from their initial states to rest, node by node. */
export declare function verifySettling(files: CaseFiles, stem: string, context: VerifyContext): Promise<VerifyRow[]>;
