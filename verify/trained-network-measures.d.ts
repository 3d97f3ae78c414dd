import type { CaseFiles, VerifyEngine, VerifyRow } from "./case.ts";
/** f5: motifs, eigenvalues, covariance and dimension of given matrices. All engines measure on the host in float64. */
export declare function verifyMeasures(files: CaseFiles, json: string, _engine: VerifyEngine): Promise<VerifyRow[]>;
