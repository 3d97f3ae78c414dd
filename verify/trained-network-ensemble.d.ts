import type { CaseFiles, VerifyEngine, VerifyRow } from "./case.ts";
import type { MakeEngine } from "./trained-network-steps.ts";
/** f4: full-size runs, all files together. Rows computed in float64 are the truth; others are skipped. The reference engines
 * run the rows without noise, the GPU all, each noisy row with noise of its own (compared as spec section 15 says).
 * @param progress  called after each loop of a batch with the fraction done */
export declare function verifyEnsemble(files: CaseFiles, kind: VerifyEngine, make: MakeEngine, options?: {
    progress?: (done: number) => void;
    most?: number;
}): Promise<VerifyRow[]>;
