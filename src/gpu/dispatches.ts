/// <reference types="@webgpu/types" preserve="true" />
import { clearAll, type Dispatch, ORDER, type Turn, type BlockPlan } from "./group.ts";
import { BLOCK_STRIDE, type Records } from "./kernels.ts";

/** Dispatches of a submit in order, and the record of each at multiples of BLOCK_STRIDE. */
export interface Dispatches {
  readonly dispatches: readonly Dispatch[];
  readonly records: Uint32Array<ArrayBuffer>;
}

/** What groups do in each block of a submit.
 * @param begin  what comes before all blocks */
export function dispatchesOf(
  turns: readonly Turn[],
  { from, to, blocks }: { readonly from: number; readonly to: number; readonly blocks: readonly BlockPlan[] },
  begin?: Dispatch,
): Dispatches {
  const dispatches: Dispatch[] = [];
  const records: (readonly number[])[] = [];
  const push = (d: Dispatch, b: BlockPlan): void => {
    dispatches.push(d);
    records.push(d.record ?? [b.step, b.steps, b.step - from, to - from, b.slot, b.slotFrom, ...(d.events ?? [0, 0])]);
  };
  const [first] = blocks;
  if (first !== undefined && begin !== undefined) push(begin, first);
  const all = inOrder(turns);
  for (const b of blocks) for (const turn of all) for (const d of turn.of(b)) push(d, b);
  const words = new Uint32Array((BLOCK_STRIDE / 4) * records.length);
  records.forEach((r, k) => words.set(r, (BLOCK_STRIDE / 4) * k));
  return { dispatches, records: words };
}

/** Turns at one place stay in their groups' order. */
function inOrder(turns: readonly Turn[]): Turn[] {
  const place = ({ stage, at }: Turn): number => stage * ORDER.length + ORDER.indexOf(at);
  return turns.toSorted((a, b) => place(a) - place(b));
}

/** Encodes dispatches in as few passes as what they clear allows.
 * @param first  record of the first of them */
export function encodePasses(
  encoder: GPUCommandEncoder,
  dispatches: readonly Dispatch[],
  records: Records,
  first = 0,
): void {
  let pass: GPUComputePassEncoder | undefined;
  let pipeline: GPUComputePipeline | undefined; // of the pass
  dispatches.forEach((d, k) => {
    pass ??= encoder.beginComputePass();
    if (pipeline !== d.pipeline) pass.setPipeline(d.pipeline);
    pipeline = d.pipeline;
    pass.setBindGroup(0, d.group);
    pass.setBindGroup(1, records.group(first + k));
    pass.dispatchWorkgroups(...d.workgroups);
    if (d.clear === undefined || d.clear.length === 0) return;
    pass.end();
    pass = pipeline = undefined;
    clearAll(encoder, d.clear);
  });
  pass?.end();
}
