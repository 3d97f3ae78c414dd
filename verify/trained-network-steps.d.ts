import type { CompiledTraining, TrainingEngine, TrainingEntry, TrainingSchedule } from "../src/compile/training.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
/** Makes the engine under test for a case's networks. */
export type MakeEngine = (compiled: CompiledTraining) => Promise<TrainingEngine>;
/** Current above which the midpoint map of a QIF neuron is chaotic at h = 0.1 (spec section 11). */
export declare const CHAOTIC_CURRENT = 13;
/** f1: a few steps of a small network, every number given. Limits: spec section 15. */
export declare function verifySteps(files: CaseFiles, json: string, make: MakeEngine): Promise<VerifyRow[]>;
/** A dense matrix as rows of all its entries that are not zero. */
export declare function sparse(dense: Float64Array, n: number): Pick<TrainingEntry, "rowPtr" | "colIdx" | "w">;
/** One loop without learning. */
export declare const untrained: (steps: number) => Omit<TrainingSchedule, "stimulusRow">;
export interface SpikeDecision {
    readonly model: "qif" | "lif";
    readonly x: number;
    readonly xNew: number;
    readonly threshold: number;
    readonly rule: "effective" | "intended";
}
/** Decides for each row whether it is a spike: the engine's own functions, run one by one. */
export type Decide = (rows: readonly SpikeDecision[]) => Promise<boolean[]>;
export declare const decideByReference: Decide;
/** f1 edges: single spike decisions. */
export declare function verifyEdges(files: CaseFiles, json: string, decide: Decide): Promise<VerifyRow[]>;
