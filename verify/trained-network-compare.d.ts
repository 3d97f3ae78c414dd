import type { VerifyRow } from "./case.ts";
/** A row for "measured must not exceed allowed"; NaN fails. */
export declare const atMost: (name: string, quantity: string, measured: number, allowed: number, note?: string) => VerifyRow;
/** Largest |a - b|; `period` compares phases, which one side may wrap and the other not. NaN anywhere gives NaN. */
export declare function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>, period?: (index: number) => number | undefined): number;
/** ||a - b|| / ||b||: how far two weight or P matrices are apart. */
export declare function relativeNorm(a: ArrayLike<number>, b: ArrayLike<number>): number;
export declare function countDifferent(a: ArrayLike<number>, b: ArrayLike<number>): number;
/** Dense matrix of the packed lower triangle of P. */
export declare function unpackTriangle(packed: ArrayLike<number>): Float64Array;
