import type { CaseFiles, VerifyRow } from "./case.ts";
import { type VerifyContext } from "./rows.ts";
/** Runs one case of the cortical column: kinds c1 (single cells), c2 (cells at rest), c3 to c7 (networks). A case is a folder;
 * all settings come from its files. */
export declare function verifyCorticalColumn(files: CaseFiles, stem: string, kind: string, context: VerifyContext): Promise<VerifyRow[]>;
