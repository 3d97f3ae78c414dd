/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledNetwork, CompiledStage, RowTable } from "../compile/compiled.ts";
import { DeviceError } from "../errors.ts";
import type { Memory } from "./memory.ts";

/** Rows [from, to) of a stage's tables, one table after another, that fit a binding together. */
interface Cut {
  readonly from: number;
  readonly to: number;
  readonly segments: number;
  /** words of its links: one for a slot, and one for a weight of a link's own. */
  readonly words: number;
}

/** A part of a stage's links on the device; a dispatch of `deliver` works through one. */
export interface LinkTable {
  readonly rows: GPUBuffer;
  readonly links: GPUBuffer;
  /** of the slots, each added to by workgroups of its own. */
  readonly parts: number;
  /** fields of `Shape` in shaders/deliver.wgsl from first_row on. */
  readonly shape: readonly number[];
}

/** Words that are written to the device at once, and that may be under way. */
const PIECE = 2 ** 20;
const PIECES_UNDER_WAY = 8;
/** Of each projection behind the rows: lane + 1 (0 without plasticity), words of a link, bits of the weight its links share, the lowest
 * slot that they reach and how many there are from it to the highest. */
const OF_PROJECTION = 5;

/** Writes a stage's links to as many buffers as bindings of the device need.
 * @param bytes  of a binding
 * @param partsOf  parts of the slots by links of a segment, see shaders/deliver.wgsl
 * @throws DeviceError where the links of one source do not fit one */
export async function makeLinkTables(
  memory: Memory,
  label: string,
  stage: CompiledStage,
  network: CompiledNetwork,
  bytes: number,
  partsOf: (links: number) => number,
): Promise<LinkTable[]> {
  const cuts = cutRows(stage, network, Math.floor(bytes / 4));
  const tables: LinkTable[] = [];
  for (const [k, cut] of cuts.entries()) {
    const part = cuts.length > 1 ? `, part ${k + 1} of ${cuts.length}` : "";
    const { words, shape, links: count } = rowWords(stage, network, cut);
    const parts = partsOf(count / cut.segments);
    const rows = memory.storage(`${label}: rows${part}`, words);
    const links = memory.storage(`${label}: links${part}`, 4 * cut.words);
    await fill(memory, links, linkWords(stage, network, cut));
    tables.push({ rows, links, parts, shape: [...shape, parts] });
  }
  return tables;
}

/** How many buffers a stage's links need. @param bytes  of a binding */
export const countTables = (stage: CompiledStage, network: CompiledNetwork, bytes: number): number =>
  cutRows(stage, network, Math.floor(bytes / 4)).length;

/** Words of a link of segment s. */
const width = (t: RowTable, s: number): number => 1 + (t.weightStride[t.segmentProjection[s] as number] as number);

function cutRows({ rows }: CompiledStage, { nSources, projections }: CompiledNetwork, limit: number): Cut[] {
  const cuts: Cut[] = [];
  const fixed = OF_PROJECTION * projections.length + 2;
  let [from, segments, words] = [0, 0, 0];
  rows.forEach((t, table) => {
    for (let source = 0; source < nSources; source++) {
      const row = table * nSources + source;
      const [first, last] = [t.rowStart[source] as number, t.rowStart[source + 1] as number];
      let own = 0;
      for (let s = first; s < last; s++) own += width(t, s) * ((t.segmentStart[s + 1] as number) - (t.segmentStart[s] as number));
      if (own > limit) {
        throw new DeviceError(`links of source ${source}`, `take ${4 * own} bytes, where at most ${4 * limit} are bound at once`, "Use fewer links of one source, or another adapter");
      }
      if (words + own > limit || row - from + 3 * (segments + last - first) + fixed > limit) {
        cuts.push({ from, to: row, segments, words });
        [from, segments, words] = [row, 0, 0];
      }
      segments += last - first;
      words += own;
    }
  });
  cuts.push({ from, to: rows.length * nSources, segments, words });
  return cuts.filter((c) => c.words > 0);
} // prettier-ignore

/** Calls `visit` with each segment of a part in order. */
function eachSegment(
  { rows }: CompiledStage,
  nSources: number,
  { from, to }: Cut,
  row: (row: number) => void,
  visit: (table: RowTable, segment: number) => void,
): void {
  for (let r = from; r < to; r++) {
    row(r);
    const table = rows[Math.floor(r / nSources)] as RowTable;
    const end = table.rowStart[(r % nSources) + 1] as number;
    for (let s = table.rowStart[r % nSources] as number; s < end; s++) visit(table, s);
  }
}

function rowWords(
  stage: CompiledStage,
  network: CompiledNetwork,
  cut: Cut,
): { words: Uint32Array; shape: number[]; links: number } {
  const { projections, plasticity, nSources } = network;
  const { from, to, segments } = cut;
  const delays = to - from + 1;
  const owners = delays + segments;
  const begins = owners + segments;
  const ofProjection = begins + segments + 1;
  const words = new Uint32Array(ofProjection + OF_PROJECTION * projections.length);
  const floats = new Float32Array(words.buffer);
  const lowest = new Uint32Array(projections.length).fill(2 ** 32 - 1);
  const behind = new Uint32Array(projections.length);
  let [at, link, links] = [0, 0, 0];
  const row = (r: number): void => void (words[r - from] = at);
  eachSegment(stage, nSources, cut, row, (t, s) => {
    const projection = t.segmentProjection[s] as number;
    words[delays + at] = t.segmentDelay[s] as number;
    words[owners + at] = projection;
    words[begins + at] = link;
    words[ofProjection + OF_PROJECTION * projection + 1] = width(t, s);
    floats[ofProjection + OF_PROJECTION * projection + 2] = t.weight[t.segmentWeight[s] as number] as number;
    const [first, end] = [t.segmentStart[s] as number, t.segmentStart[s + 1] as number];
    if (end > first) {
      lowest[projection] = Math.min(lowest[projection] as number, t.target[first] as number);
      behind[projection] = Math.max(behind[projection] as number, (t.target[end - 1] as number) + 1);
    }
    link += width(t, s) * (end - first);
    links += end - first;
    at++;
  });
  words[to - from] = at;
  words[begins + at] = link;
  for (const { projection, lane = -1 } of plasticity) words[ofProjection + OF_PROJECTION * projection] = lane + 1;
  behind.forEach((end, k) => {
    if (end > 0) words.set([lowest[k] as number, end - (lowest[k] as number)], ofProjection + OF_PROJECTION * k + 3);
  });
  return { words, shape: [from, to, delays, owners, begins, ofProjection], links };
}

/** The links of a part in pieces of at most PIECE words, each overwritten by the next. */
function* linkWords(
  stage: CompiledStage,
  { nSources }: CompiledNetwork,
  cut: Cut,
): Generator<Uint32Array<ArrayBuffer>> {
  const piece = new Uint32Array(Math.min(PIECE, cut.words));
  const floats = new Float32Array(piece.buffer);
  let at = 0;
  for (let r = cut.from; r < cut.to; r++) {
    const t = stage.rows[Math.floor(r / nSources)] as RowTable;
    const end = t.rowStart[(r % nSources) + 1] as number;
    for (let s = t.rowStart[r % nSources] as number; s < end; s++) {
      const own = width(t, s) === 2;
      let w = t.segmentWeight[s] as number;
      for (let l = t.segmentStart[s] as number; l < (t.segmentStart[s + 1] as number); l++) {
        if (at + 2 > piece.length && (own || at === piece.length)) {
          yield piece.subarray(0, at);
          at = 0;
        }
        piece[at++] = t.target[l] as number;
        if (own) floats[at++] = t.weight[w++] as number;
      }
    }
  }
  yield piece.subarray(0, at);
}

async function fill(memory: Memory, buffer: GPUBuffer, pieces: Iterable<Uint32Array<ArrayBuffer>>): Promise<void> {
  const { queue } = memory.device;
  let [at, count] = [0, 0];
  for (const piece of pieces) {
    if (piece.length > 0) queue.writeBuffer(buffer, at, piece);
    at += piece.byteLength;
    if (++count % PIECES_UNDER_WAY === 0) {
      queue.submit([]);
      await memory.trip.wait(queue.onSubmittedWorkDone());
    }
  }
}
