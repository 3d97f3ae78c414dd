import type { CompiledTraining, TrainingEntry } from "../../compile/trained/training.ts";
import type { TrainedControls } from "../../host/trained-controls.ts";
import { DEFER, FLAGS, NO_NEURON, packedIndex, stimulusRows, type Shard, type TrainingLayout } from "./layout.ts";

/** Initial contents of a shard's buffers. */
interface ShardData {
  readonly P: Float32Array<ArrayBuffer>;
  readonly w: Float32Array<ArrayBuffer>;
  readonly links: Uint32Array<ArrayBuffer>;
}

/** Visits every link of a shard with its place in the packed arrays.
 * @param visit  batch entry, neuron of the entry, number of the link in its row, index in w (floats) and links */
export function forLinks(
  compiled: CompiledTraining,
  shard: Shard,
  workgroupSize: number,
  visit: (entry: number, neuron: number, a: number, at: number) => void,
): void {
  forNeurons(compiled, shard, workgroupSize, (e, i, group, lane) => {
    const { rowPtr } = compiled.entries[e] as TrainingEntry;
    const size = (rowPtr[i + 1] as number) - (rowPtr[i] as number);
    const start = (shard.linkStart[group] as number) + lane;
    for (let a = 0; a < size; a++) visit(e, i, a, (start + (a >> 2) * workgroupSize) * 4 + (a & 3));
  });
}

/** Visits every neuron of a shard with its workgroup and lane. */
function forNeurons(
  { n }: Pick<CompiledTraining, "n">,
  shard: Shard,
  workgroupSize: number,
  visit: (entry: number, neuron: number, group: number, lane: number) => void,
): void {
  shard.neuronOf.forEach((g, slot) => {
    if (g !== NO_NEURON) visit(Math.floor(g / n), g % n, Math.floor(slot / workgroupSize), slot % workgroupSize);
  });
}

export function shardData(compiled: CompiledTraining, layout: TrainingLayout, shard: Shard): ShardData {
  const { workgroupSize } = layout;
  const P = new Float32Array(shard.pVectors * 4);
  const w = new Float32Array(shard.linkVectors * 4);
  const links = new Uint32Array(shard.linkVectors * 4);
  forNeurons(compiled, shard, workgroupSize, (e, i, group, lane) => {
    const entry = compiled.entries[e] as TrainingEntry;
    const size = (entry.rowPtr[i + 1] as number) - (entry.rowPtr[i] as number);
    const start = ((shard.pStart[group] as number) + lane) * 4;
    const given = entry.P?.[i];
    for (let a = 0, t = 0; a < size; a++) {
      for (let b = 0; b <= a; b++, t++) {
        const value = given?.[t] ?? (a === b ? 1 / compiled.rules.alpha : 0);
        P[start + packedIndex(a, b, workgroupSize)] = value;
        // diagonal blocks are stored whole: the kernel multiplies them without their transpose
        if (a >> 2 === b >> 2) P[start + packedIndex(b, a, workgroupSize)] = value;
      }
    }
  });
  forLinks(compiled, shard, workgroupSize, (e, i, a, at) => {
    const { rowPtr, colIdx, w: weights } = compiled.entries[e] as TrainingEntry;
    const link = (rowPtr[i] as number) + a;
    w[at] = weights[link] as number;
    links[at] = colIdx[link] as number;
  });
  return { P, w, links };
}

/** Words of a slot table. */
export const slotWords = ({ neurons }: TrainingLayout, { neuronOf, groups }: Shard): number =>
  2 + neuronOf.length + 3 * groups + 2 * neurons;

export function slotTable(
  compiled: CompiledTraining,
  layout: TrainingLayout,
  shard: Shard,
  { frozen }: TrainedControls,
): Uint32Array<ArrayBuffer> {
  const { neurons } = layout;
  const slots = shard.neuronOf.length;
  const groups = 2 + slots;
  const perNeuron = groups + 3 * shard.groups;
  const table = new Uint32Array(slotWords(layout, shard));
  table.set([groups, perNeuron]);
  table.set(shard.neuronOf, 2);
  for (let g = 0; g < shard.groups; g++) {
    const row = [shard.blocks[g], shard.pStart[g], shard.linkStart[g]] as [number, number, number];
    table.set(row, groups + 3 * g);
  }
  compiled.entries.forEach((entry, e) => {
    const { noise } = entry;
    for (let i = 0; i < compiled.n; i++) {
      table[perNeuron + e * compiled.n + i] =
        (i < entry.nqif ? FLAGS.qif : 0) |
        (entry.trained?.[i] === 0 || frozen[e] === 1 ? 0 : FLAGS.trained) |
        (noise.kind === "none" ? 0 : FLAGS[noise.kind]);
      table[perNeuron + neurons + e * compiled.n + i] = noise.kind === "drawn" ? noise.seed : 0;
    }
  });
  return table;
}

/** The first rows of the inputs: threshold, reset, amplitude. */
export function controlRows({ threshold, reset, amplitude }: TrainedControls): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(3 * threshold.length);
  [threshold, reset, amplitude].forEach((values, row) => rows.set(values, row * values.length));
  return rows;
}

/** Stimulus rows, target rows: what follows the controls' rows; room for given noise is left to the caller. */
export function constantInputs(compiled: CompiledTraining, neurons: number): Float32Array<ArrayBuffer> {
  const { n, entries, schedule } = compiled;
  const rows = stimulusRows(compiled);
  const data = new Float32Array((rows + schedule.stepsPerLoop) * neurons);
  entries.forEach((entry, e) => {
    const put = (row: number, values: ArrayLike<number>): void => data.set(values, row * neurons + e * n);
    for (let row = 0; row < rows; row++) put(row, entry.stimulus.subarray(row * n, (row + 1) * n));
    for (let it = 0; it < schedule.stepsPerLoop; it++) {
      put(rows + it, entry.target.subarray(it * n, (it + 1) * n));
    }
  });
  return data;
}

/** Terms waiting in U after so many updates. */
export const pendingTerms = (updates: number): number => (updates === 0 ? 0 : ((updates - 1) % DEFER) + 1);

/** P and U of a shard, and how many terms wait in U. */
interface RawP {
  readonly P: Float32Array<ArrayBuffer>;
  readonly U: Float32Array<ArrayBuffer>;
  readonly pending: number;
}

/** Packed lower triangles of P per entry and neuron, the pending terms applied; from the raw buffers of a shard. */
export function readP(compiled: CompiledTraining, layout: TrainingLayout, shard: Shard, raw: RawP, out: Float64Array[][]): void {
  forP(compiled, layout, shard, (e, i, size, at, u) => {
    const packed = new Float64Array((size * (size + 1)) / 2);
    for (let a = 0, t = 0; a < size; a++) {
      for (let b = 0; b <= a; b++, t++) {
        let value = raw.P[at(a, b)] as number;
        for (let j = 0; j < raw.pending; j++) value -= (raw.U[u(j, a)] as number) * (raw.U[u(j, b)] as number);
        packed[t] = value;
      }
    }
    (out[e] as Float64Array[])[i] = packed;
  });
} // prettier-ignore

/** Applies the pending terms of one entry to its P, and empties its U: terms of 0 change nothing, however many wait. */
export function settle(compiled: CompiledTraining, layout: TrainingLayout, shard: Shard, { P, U, pending }: RawP, entry: number): void {
  forP(compiled, layout, shard, (e, _, size, at, u) => {
    if (e !== entry) return;
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < Math.min(size, (a | 3) + 1); b++) { // diagonal blocks are stored whole
        let value = P[at(a, b)] as number;
        for (let j = 0; j < pending; j++) value = Math.fround(value - Math.fround((U[u(j, a)] as number) * (U[u(j, b)] as number)));
        P[at(a, b)] = value;
      }
    }
    for (let j = 0; j < DEFER; j++) for (let a = 0; a < size; a++) U[u(j, a)] = 0;
  });
} // prettier-ignore

/** Visits P of every neuron of a shard.
 * @param visit  batch entry, neuron of the entry, its links, index in P of row a and column b, index in U of term j and row a */
function forP(
  compiled: CompiledTraining,
  { workgroupSize }: TrainingLayout,
  shard: Shard,
  visit: (entry: number, neuron: number, size: number, at: (a: number, b: number) => number, u: (j: number, a: number) => number) => void,
): void {
  forNeurons(compiled, shard, workgroupSize, (e, i, group, lane) => {
    const { rowPtr } = compiled.entries[e] as TrainingEntry;
    const start = ((shard.pStart[group] as number) + lane) * 4;
    const uStart = (DEFER * (shard.linkStart[group] as number) + lane) * 4;
    const term = (shard.blocks[group] as number) * workgroupSize * 4;
    const u = (j: number, a: number): number => uStart + j * term + (a >> 2) * workgroupSize * 4 + (a & 3);
    const at = (a: number, b: number): number => start + packedIndex(a, b, workgroupSize);
    visit(e, i, (rowPtr[i + 1] as number) - (rowPtr[i] as number), at, u);
  });
} // prettier-ignore

/** Spike flags from the trace: it decays by a known factor, and only a spike adds b. Half of b tells the two apart, since
 * rounding is far smaller. */
export function spikesOf(r: Float32Array, before: Float32Array, decay: number, jump: number): Uint8Array {
  const n = before.length;
  const spikes = new Uint8Array(r.length);
  for (let at = 0; at < r.length; at++) {
    const old = at < n ? (before[at] as number) : (r[at - n] as number);
    spikes[at] = (r[at] as number) - decay * old > jump / 2 ? 1 : 0;
  }
  return spikes;
}
