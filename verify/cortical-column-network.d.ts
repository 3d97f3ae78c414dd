import type { CaseFiles, VerifyRow } from "./case.ts";
import { type VerifyContext } from "./rows.ts";
/** c3 to c7: a network from its info.json (and the trains of its events.csv, where it has some), once to its end. */
export declare function verifyColumn(files: CaseFiles, stem: string, kind: string, context: VerifyContext): Promise<VerifyRow[]>;
