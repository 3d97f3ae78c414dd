import type { CaseFiles, VerifyEngine, VerifyRow } from "./case.ts";
export interface TrainedNetworkVerification {
    readonly engine: VerifyEngine;
    /** Needed by engine "gpu"; the caller's. */
    readonly device?: GPUDevice | undefined;
    /** Fraction done, for the cases that take minutes. */
    readonly progress?: (done: number) => void;
}
/** The cases in a folder: each sidecar of f1, f2, f3 and f5 is one, and all f4 files together are one ("f4"). */
export declare function trainedNetworkCases(files: CaseFiles): string[];
/** Runs one case. All settings come from its files; its kind is the letter and digit that the name starts with.
 * @param case_  the stem of a sidecar, with or without .json, or "f4" for all files of that kind
 * @throws DataError for files that do not parse or a kind that is not known */
export declare function verifyTrainedNetwork(files: CaseFiles, case_: string, options: TrainedNetworkVerification): Promise<VerifyRow[]>;
