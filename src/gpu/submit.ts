import { concatenated } from "../concatenated.ts";
import type { CompiledNetwork } from "../compile/compiled.ts";
import type { StateError } from "../errors.ts";
import type { Segment, TraceSamples } from "../host/engine.ts";
import type { InputBlock, Inputs } from "../host/inputs.ts";
import { blockEnd } from "../host/learning.ts";
import type { Kind, BlockPlan } from "./group.ts";
import { BLOCK_STRIDE } from "./kernels.ts";

/** Bytes of one submit's inputs and of its traces at most: what bounds its length beside time. */
const SUBMIT_BYTES = 16 * 2 ** 20;
const LONGEST_SUBMIT = 8192;

/** Cuts time into blocks and remembers those that late links may still come from. */
export class BlockPlanner {
  readonly #network: CompiledNetwork;
  #blocks: BlockPlan[] = []; // oldest first
  #nextSlot = 0;

  constructor(network: CompiledNetwork) {
    this.#network = network;
  }

  /** Notes of log positions that are kept; the place behind them stays 0, the log's beginning. */
  get slots(): number {
    return this.#network.maxDelaySteps + 4;
  }

  /** After the log was loaded: what it holds is looked at from its beginning. */
  forget(): void {
    this.#blocks = [];
  }

  /** Cuts [from, to) into blocks, each with the place of its note and of the note from which it looks back. */
  cut(from: number, to: number): BlockPlan[] {
    const { maxDelaySteps } = this.#network;
    const blocks: BlockPlan[] = [];
    for (let step = from; step < to; step = blockEnd(this.#network, step, to)) {
      const first = this.#blocks.findIndex((b) => b.step + b.steps > step - maxDelaySteps);
      const before = first < 0 ? this.#blocks.at(-1) : this.#blocks[first - 1];
      const plan = {
        step,
        steps: blockEnd(this.#network, step, to) - step,
        slot: this.#nextSlot,
        slotFrom: before?.slot ?? this.slots,
      };
      if (first > 1) this.#blocks.splice(0, first - 1);
      else if (first < 0) this.#blocks.splice(0, this.#blocks.length - 1);
      this.#nextSlot = (this.#nextSlot + 1) % this.slots;
      this.#blocks.push(plan);
      blocks.push(plan);
    }
    return blocks;
  }
}

/** The blocks, or parts of blocks, before a step. */
export const cutAt = (blocks: readonly BlockPlan[], to: number): BlockPlan[] =>
  blocks.flatMap((b) => (b.step < to ? [{ ...b, steps: Math.min(b.steps, to - b.step) }] : []));

/** Dispatches of a submit at most: `begin`, and those of groups. */
export function mostDispatches(
  kinds: readonly Kind[],
  network: CompiledNetwork,
  steps: number,
  tables: number,
): number {
  const perBlock = kinds.reduce((sum, k) => sum + (k.dispatches?.(network, tables) ?? 0), 0);
  const cuts = kinds.reduce((sum, k) => sum + (k.cuts?.(network, steps) ?? 0), 0);
  return 1 + cuts + perBlock * (Math.ceil(steps / network.maxBlock) + cuts);
}

/** Per row the sum of its increments before each step and at the end, modulo 2^32. */
export function runningSums({ increments, steps }: InputBlock): Uint32Array<ArrayBuffer> {
  const rows = increments.length / steps;
  const sums = new Uint32Array(rows * (steps + 1));
  for (let r = 0; r < rows; r++) {
    const at = r * (steps + 1);
    for (let k = 0; k < steps; k++) sums[at + k + 1] = (sums[at + k] as number) + (increments[r * steps + k] as number);
  }
  return sums;
}

/** Several segments in a row as one. */
export function joined(all: readonly Segment[]): Segment {
  const last = all.findIndex((p) => p.fault !== undefined);
  const pieces = last < 0 ? all : all.slice(0, last + 1);
  if (pieces.length === 1) return pieces[0] as Segment;
  const concat = (arrays: readonly Uint32Array[]): Uint32Array => concatenated(Uint32Array, arrays);
  const traces = (pieces[0]?.traces ?? []).map((t, k): TraceSamples => {
    const parts = pieces.map((p) => p.traces[k] as TraceSamples);
    const data = concatenated(Float32Array, parts.map((p) => p.data)); // prettier-ignore
    return { ...t, steps: concat(parts.map((p) => p.steps)), data };
  });
  return {
    from: pieces[0]?.from ?? 0,
    to: pieces.at(-1)?.to ?? 0,
    spikeSteps: concat(pieces.map((p) => p.spikeSteps)),
    spikeIds: concat(pieces.map((p) => p.spikeIds)),
    traces,
    ...(last < 0 ? {} : { fault: all[last]?.fault as StateError }),
  };
}

/** Steps of a submit such that its inputs, given events and traces stay small. */
export function longestSubmit(
  kinds: readonly Kind[],
  network: CompiledNetwork,
  inputs: Inputs,
  tables: number,
): number {
  const perStep = kinds.flatMap((k) => k.bytesPerStep?.(network, inputs) ?? []);
  let steps = Math.max(1, Math.min(LONGEST_SUBMIT, Math.floor(SUBMIT_BYTES / Math.max(...perStep, 4e-3))));
  const fits = (): boolean =>
    BLOCK_STRIDE * mostDispatches(kinds, network, steps, tables) <= SUBMIT_BYTES &&
    kinds.every((k) => (k.bytes?.(network, steps) ?? []).every((bytes) => bytes <= SUBMIT_BYTES));
  while (steps > 1 && !fits()) steps >>>= 1;
  return steps;
}
