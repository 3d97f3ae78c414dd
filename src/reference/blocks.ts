import type { CompiledNetwork } from "../compile/compiled.ts";

export type OnSpike = (step: number, id: number) => void;

/** Steps that are advanced together. */
export interface Block {
  readonly step: number;
  readonly steps: number;
}

/** Steps that are delivered and integrated together: accumulators of a size that caches hold. */
export function longestPiece({ maxBlock, entries, stages }: CompiledNetwork): number {
  const slots = Math.max(1, ...stages.map((s) => s.slots)) * entries;
  return Math.min(maxBlock, Math.max(LEAST_PIECE, Math.floor(SUMS_WITHIN / slots)));
}

/** Steps of a block: what the network allows, since threads meet once a block, but no more than inputs that caches hold.
 * @param rows  of rates and clamps */
export const longestBlock = ({ maxBlock }: CompiledNetwork, piece: number, rows: number): number =>
  Math.min(maxBlock, Math.max(piece, Math.floor(INPUTS_WITHIN / Math.max(1, rows))));

/** Sums that accumulators of one stage hold, and steps that a piece has at least where the network allows. */
const SUMS_WITHIN = 2 ** 16;
const LEAST_PIECE = 40;
/** Values of rates and clamps that a block has. */
const INPUTS_WITHIN = 2 ** 17;
