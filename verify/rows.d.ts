import type { VerifyEngine, VerifyRow } from "./case.ts";
/** What cases run on. */
export interface VerifyContext {
    readonly engine: VerifyEngine;
    readonly device?: GPUDevice | undefined;
}
export declare const atMost: (name: string, quantity: string, measured: number, allowed: number, note?: string) => VerifyRow;
export declare const atLeast: (name: string, quantity: string, measured: number, least: number, note?: string) => VerifyRow;
export declare const notYet: (name: string, quantity: string, note: string) => VerifyRow;
