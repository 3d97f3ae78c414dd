import type { CaseFiles, VerifyRow } from "./case.ts";
import { type MakeEngine } from "./trained-network-steps.ts";
/** f2: an untrained network. Where the QIF map is chaotic an exponentially growing difference must flip a spike at last:
 * spikes are compared to 60 % of the step where the sidecar's own runs flip, x to a third of it, then the total count. */
export declare function verifyUntrained(files: CaseFiles, json: string, make: MakeEngine): Promise<VerifyRow[]>;
/** f3: closed-loop training of a small network, compared spike by spike and update by update. */
export declare function verifyTraining(files: CaseFiles, json: string, make: MakeEngine): Promise<VerifyRow[]>;
