import { bytesText } from "../../compile/estimate.ts";
import { ModelError } from "../../errors.ts";
import type { CompiledTraining, TrainingEntry } from "../../compile/trained/training.ts";

/** Pending rank-1 terms per neuron before P is rewritten; twin of DEFER in shaders/learn_rls.wgsl. */
export const DEFER = 3;
export const NO_NEURON = 0xffffffff;
export const FLAGS = { qif: 1, trained: 2, drawn: 4, given: 8 } as const;

/** Neurons whose P shares one binding. A workgroup holds neurons of about equally many links and loops to its largest. */
export interface Shard {
  readonly groups: number;
  /** Neuron of the whole batch in each slot, NO_NEURON in the last workgroup's empty ones. */
  readonly neuronOf: Uint32Array;
  /** Per workgroup: blocks of four rows; first vec4 of P and of the links (weights, U / DEFER). */
  readonly blocks: Uint32Array;
  readonly pStart: Uint32Array;
  readonly linkStart: Uint32Array;
  /** vec4 in P, and in weights and links. */
  readonly pVectors: number;
  readonly linkVectors: number;
}

export interface TrainingLayout {
  readonly workgroupSize: number;
  readonly neurons: number;
  readonly shards: readonly Shard[];
  readonly maxBlocks: number;
}

/** vec4 that the packed P of one neuron takes: blocks of 4 x 4, lower triangle of blocks, whole diagonal blocks. */
export const packedVectors = (blocks: number): number => 2 * blocks * (blocks + 1);

/** Index in the packed P (in floats, lane 0 of a workgroup) of row a, column b <= a. */
export function packedIndex(a: number, b: number, workgroupSize: number): number {
  const [A, B] = [a >> 2, b >> 2];
  return (((A * (A + 1)) / 2 + B) * 4 + (b & 3)) * workgroupSize * 4 + (a & 3);
}

/** Orders the neurons of all networks by falling number of links, in workgroups, in shards that fit one binding. */
export function layoutTraining(
  { n, entries }: Pick<CompiledTraining, "n" | "entries">,
  options: { workgroupSize: number; maxBinding: number },
): TrainingLayout {
  const { workgroupSize, maxBinding } = options;
  const size = new Uint32Array(n * entries.length);
  entries.forEach(({ rowPtr }, e) => {
    for (let i = 0; i < n; i++) size[e * n + i] = (rowPtr[i + 1] as number) - (rowPtr[i] as number);
  });
  const order = [...size.keys()].sort((a, b) => (size[b] as number) - (size[a] as number) || a - b);
  const blocksOf = (group: number): number =>
    Math.max(1, Math.ceil((size[order[group * workgroupSize] as number] as number) / 4));
  const groups = Math.ceil(order.length / workgroupSize);
  const shards: Shard[] = [];
  for (let from = 0; from < groups;) {
    let [to, bytes] = [from, 0];
    for (; to < groups; to++) {
      const more = packedVectors(blocksOf(to)) * workgroupSize * 16;
      if (more > maxBinding) throw tooLarge(size[order[to * workgroupSize] as number] as number, more, maxBinding);
      if (bytes + more > maxBinding) break;
      bytes += more;
    }
    shards.push(shardOf(order, from, to, workgroupSize, blocksOf));
    from = to;
  }
  return { workgroupSize, neurons: order.length, shards, maxBlocks: blocksOf(0) };
}

function shardOf(
  order: readonly number[],
  from: number,
  to: number,
  workgroupSize: number,
  blocksOf: (group: number) => number,
): Shard {
  const groups = to - from;
  const neuronOf = new Uint32Array(groups * workgroupSize).fill(NO_NEURON);
  neuronOf.set(order.slice(from * workgroupSize, to * workgroupSize));
  const blocks = Uint32Array.from({ length: groups }, (_, g) => blocksOf(from + g));
  const [pStart, linkStart] = [new Uint32Array(groups), new Uint32Array(groups)];
  let [pVectors, linkVectors] = [0, 0];
  for (let g = 0; g < groups; g++) {
    [pStart[g], linkStart[g]] = [pVectors, linkVectors];
    pVectors += packedVectors(blocks[g] as number) * workgroupSize;
    linkVectors += (blocks[g] as number) * workgroupSize;
  }
  return { groups, neuronOf, blocks, pStart, linkStart, pVectors, linkVectors };
}

const tooLarge = (links: number, bytes: number, limit: number): ModelError =>
  new ModelError(
    "training",
    `P of one workgroup of neurons with ${links} links takes ${bytesText(bytes)}, the device binds at most ${bytesText(limit)}`,
    "Use fewer links per neuron or a smaller workgroup",
  );

/** Bytes on the device, by what they hold; P dominates. */
interface TrainingMemory {
  readonly P: number;
  readonly pending: number;
  readonly weights: number;
  readonly inputs: number;
  readonly record: number;
  readonly total: number;
}

/** What a run of all entries side by side takes on the device, with `traces` traces recorded for a whole loop. */
export function trainingMemory(compiled: CompiledTraining, layout: TrainingLayout, traces: number): TrainingMemory {
  const sum = (of: (shard: Shard) => number): number => layout.shards.reduce((total, shard) => total + of(shard), 0);
  const [P, weights] = [sum((shard) => shard.pVectors * 16), sum((shard) => shard.linkVectors * 32)];
  const inputs = inputRows(compiled) * layout.neurons * 4;
  const record = traces * compiled.schedule.stepsPerLoop * layout.neurons * 4;
  const pending = (weights / 2) * DEFER;
  return { P, pending, weights, inputs, record: 2 * record, total: P + pending + weights + inputs + 2 * record };
}

/** Rows of the inputs buffer: threshold, reset, amplitude, stimulus rows, target rows, two rows of given noise per step. */
export function inputRows(compiled: Pick<CompiledTraining, "schedule" | "entries">): number {
  const { stepsPerLoop } = compiled.schedule;
  const given = compiled.entries.some((entry) => entry.noise.kind === "given");
  return 3 + stimulusRows(compiled) + stepsPerLoop * (given ? 3 : 1);
}

export const stimulusRows = ({ schedule }: Pick<CompiledTraining, "schedule">): number =>
  1 + schedule.stimulusRow.reduce((a, b) => Math.max(a, b), 0);

/** Splits a batch into waves that fit the device side by side; ModelError with the numbers where one network does not.
 * @param most  networks a wave may hold whatever the memory (software adapters gain nothing from more) */
export function planWaves(
  compiled: CompiledTraining,
  options: { workgroupSize: number; maxBinding: number; maxMemory: number; traces: number; most: number },
): TrainingEntry[][] {
  const fits = (entries: readonly TrainingEntry[]): string | undefined => {
    const part = { ...compiled, entries };
    const memory = trainingMemory(part, layoutTraining(part, options), options.traces);
    if (memory.total > options.maxMemory) {
      return `needs ${bytesText(memory.total)} of device memory (P ${bytesText(memory.P)}), ${bytesText(options.maxMemory)} are allowed`;
    }
    for (const [what, bytes] of [
      ["inputs", memory.inputs],
      ["recording", memory.record / 2],
    ] as const) {
      if (bytes > options.maxBinding)
        return `needs ${bytesText(bytes)} for ${what}, the device binds ${bytesText(options.maxBinding)}`;
    }
    return undefined;
  };
  const waves: TrainingEntry[][] = [];
  for (const entry of compiled.entries) {
    const wave = waves.at(-1);
    if (wave !== undefined && wave.length < options.most && fits([...wave, entry]) === undefined) {
      wave.push(entry);
      continue;
    }
    const problem = fits([entry]);
    if (problem !== undefined) {
      throw new ModelError(entry.label, problem, "Use fewer neurons, a lower density, shorter loops or fewer traces");
    }
    waves.push([entry]);
  }
  return waves;
}
