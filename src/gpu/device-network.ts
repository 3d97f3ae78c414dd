/// <reference types="@webgpu/types" preserve="true" />
import { isSoftware } from "./adapter.ts";
import type { CompiledCells, CompiledPlasticity, CompiledStage } from "../compile/compiled.ts";
import { lowerBound } from "../sorted.ts";
import type { CellsPart } from "./cells-part.ts";
import { bind, BLOCK_STRIDE, type Kernel } from "./kernels.ts";
import { countTables } from "./link-tables.ts";
import { type Dispatch, DrivePart, type Sampled, type Setting, type Shared, StagePart } from "./parts.ts";
import { History, LearnPart } from "./learn-part.ts";
import { PortPart } from "./port-part.ts";
import { ReadoutPart } from "./readout-part.ts";
import { ReleasePart } from "./release-part.ts";
import { SmallPart } from "./small-part.ts";
import type { BlockPlan, Submit } from "./submit.ts";
import { TreePart } from "./tree-part.ts";

/** Workgroups that look through the log's last steps, each through as many spikes at once as it has invocations; any number gives the
 * same bits. A GPU wants more than it has multiprocessors. A software adapter pays for each, even with nothing to do (SwiftShader, 2
 * cores: 43 ms for 400 steps of 200 cells with 128, 25 with 8), so there it is twice what the last submit's spikes would have needed. */
export function lookingGroups(software: boolean, spikes: number, workgroupSize: number): number {
  return software ? Math.max(1, Math.min(8, Math.ceil((2 * spikes) / workgroupSize))) : 128;
}

interface Stage {
  readonly part: StagePart;
  readonly ports: readonly PortPart[];
  readonly cells: readonly CellsPart[];
}

interface Learns {
  readonly parts: readonly LearnPart[];
  readonly marks: History | undefined;
}

/** A compiled network's parts on a device, and the dispatches that advance them. */
export class DeviceNetwork {
  readonly drives: readonly DrivePart[];
  readonly stages: readonly Stage[];
  readonly releases: readonly ReleasePart[];
  readonly learning: readonly LearnPart[];
  readonly readouts: readonly ReadoutPart[];
  /** what the last submit that was read had. */
  spikesPerStep: number | undefined;
  readonly #marks: History | undefined;
  readonly #shared: Shared;
  readonly #begin: Kernel<"begin">;

  private constructor(
    shared: Shared,
    begin: Kernel<"begin">,
    drives: readonly DrivePart[],
    stages: DeviceNetwork["stages"],
    releases: readonly ReleasePart[],
    learning: Learns & { readonly readouts: readonly ReadoutPart[] },
  ) {
    this.#shared = shared;
    this.#begin = begin;
    this.drives = drives;
    this.stages = stages;
    this.releases = releases;
    this.learning = learning.parts;
    this.readouts = learning.readouts;
    this.#marks = learning.marks;
  }

  /** @param maxSteps  of a submit */
  static async make(shared: Shared, maxSteps: number): Promise<DeviceNetwork> {
    const { populations, stages, learning, readouts, plasticity } = shared.network;
    const linked = stages.map((s) => countTables(s, shared.network, shared.bindingBytes) + s.procedural.length > 0);
    const learns = async (): Promise<Learns> => {
      const marks = learning.length === 0 ? undefined : await History.make(shared, !linked.includes(true));
      const parts = await Promise.all(learning.map((l) => LearnPart.make(shared, l, marks as History, maxSteps)));
      return { parts, marks };
    };
    const ownOf = (k: number): CompiledPlasticity[] => plasticity.filter((p) => p.population === k && p.lane !== undefined);
    // all kernels at once: devices make them side by side
    const [begin, drives, made, releases, learned, reads] = await Promise.all([
      shared.kernels.make("begin"),
      Promise.all([...populations.entries()].flatMap(([k, p]) => (p.kind === "renewal" ? [DrivePart.make(shared, k, p)] : []))),
      Promise.all(stages.map((s, k) => makeStage(shared, s, !linked.slice(0, k).includes(true), maxSteps))),
      Promise.all([...populations.keys()].flatMap((k) => (ownOf(k).length === 0 ? [] : [ReleasePart.make(shared, ownOf(k))]))),
      learns(),
      Promise.all(readouts.map((r) => ReadoutPart.make(shared, r, maxSteps))),
    ]);
    return new DeviceNetwork(shared, begin, drives, made, releases, { ...learned, readouts: reads });
  } // prettier-ignore

  get cells(): CellsPart[] {
    return this.stages.flatMap((s) => s.cells);
  }

  /** What leaves samples for the host, in order. */
  get sampled(): Sampled[] {
    return [...this.cells, ...this.learning, ...this.readouts];
  }

  /** Brings what is remembered of spikes to what a loaded log says. */
  remember(steps: Uint32Array, ids: Uint32Array): void {
    this.#marks?.load(steps, ids);
  }

  /** Everything that controls may change. */
  get settings(): Setting[] {
    return [...this.drives, ...this.stages.map((s) => s.part), ...this.cells, ...this.learning, ...this.readouts];
  }

  /** Every buffer that a submit changes and that must be put back to repeat it, the factors beside the log and the log last (accumulators are zero between blocks). */
  get mutable(): GPUBuffer[] {
    return [
      ...this.drives.map((d) => d.sources),
      ...this.cells.flatMap((c) => c.mutable),
      ...this.releases.flatMap((r) => r.projections.map((p) => p.states)),
      ...this.learning.map((l) => l.states),
      ...this.readouts.map((r) => r.states),
      ...(this.#marks === undefined ? [] : [this.#marks.buffer]),
      this.#shared.exposed,
      this.#shared.positions,
      this.#shared.releases,
      this.#shared.log,
    ];
  }

  #groups(): number {
    const { memory, network, workgroupSize } = this.#shared;
    const { maxDelaySteps, maxBlock, nSources, entries } = network;
    const once = nSources * entries; // a guess before anything was read
    const spikes = this.spikesPerStep === undefined ? once : this.spikesPerStep * (maxDelaySteps + maxBlock);
    return lookingGroups(isSoftware(memory.device.adapterInfo), spikes, workgroupSize);
  }

  #beginDispatch(): Dispatch {
    const { memory, positions, log } = this.#shared;
    const group = bind(memory.device, this.#begin, { log, positions });
    return { label: "begin", pipeline: this.#begin.pipeline, group, workgroups: [1, 1] };
  }

  /** Of each stage. @param from  step of the submit's start */
  #stageDispatches(groups: number, from: number) {
    return this.stages.map(({ part, ports, cells }) => ({
      ports: ports.map((p) => p.dispatch(part.setting, part.acc)),
      deliver: part.deliverDispatches(groups),
      given: part.givenDispatch(),
      first: lowerBound(part.stage.given.step, from),
      cells: cells.map((c) => c.dispatch(part.acc)),
      part,
      detects: cells.flatMap((c) => c.detectDispatch(part.acc) ?? []),
      learns: this.learning
        .filter((l) => part.stage.cells.includes(l.learning.target))
        .map((l) => l.dispatches(groups, part.acc)),
    }));
  }

  /** The dispatches of a submit and the Block record of each. */
  dispatches(submit: Submit): { dispatches: Dispatch[]; records: Uint32Array<ArrayBuffer> } {
    const dispatches: Dispatch[] = [];
    const records: number[][] = [];
    const stride = submit.to - submit.from;
    const push = (d: Dispatch, b: BlockPlan, from = 0, to = 0): void => {
      dispatches.push(d);
      records.push([b.step, b.steps, b.step - submit.from, stride, b.slot, b.slotFrom, from, to]);
    };
    const drives = this.drives.map((d) => d.dispatch());
    const groups = this.#groups();
    const releases = new Map(this.releases.map((r) => [r.population, r.dispatches(groups)]));
    const release = (populations: readonly number[], b: BlockPlan): void => {
      for (const p of populations) for (const d of releases.get(p) ?? []) push(d, b);
    };
    const stages = this.#stageDispatches(groups, submit.from);
    const mark = this.#marks?.dispatch(groups);
    const reads = this.readouts.map((r) => ({ stage: r.readout.stage, dispatches: r.dispatches() }));
    const samples = [...this.learning, ...this.readouts].map((l) => l.sampleDispatches());
    const read = (stage: number, b: BlockPlan): void => {
      for (const r of reads)
        if (r.stage === stage) for (const { from, ...d } of r.dispatches(b)) push(d, b, from, from);
    };
    // Where nothing is delivered, nobody notes the log's position, and no entry is needed again.
    const [first] = submit.blocks;
    if (first === undefined) return { dispatches, records: new Uint32Array(0) };
    push(this.#beginDispatch(), first, mark !== undefined || this.stages.some((s) => s.part.hasLinks) ? 0 : 1);
    for (const b of submit.blocks) {
      drives.forEach((d, k) => push(d, b, (this.drives[k] as DrivePart).window(submit.inputs), 0));
      release(
        this.drives.map((d) => d.index),
        b,
      );
      for (const [k, s] of stages.entries()) {
        read(k, b);
        for (const d of s.detects) push(d, b);
        if (mark !== undefined && s.learns.length > 0) push(mark, b);
        for (const learns of s.learns) for (const { from, to, ...d } of learns(b)) push(d, b, from, to);
        for (const d of s.ports) push(d, b);
        if (s.given !== undefined) {
          const { step } = s.part.stage.given;
          const from = lowerBound(step, b.step) - s.first;
          const to = lowerBound(step, b.step + b.steps) - s.first;
          const size = this.#shared.workgroupSize;
          if (to > from) push({ ...s.given, workgroups: [Math.ceil((to - from) / size), 1] }, b, from, to);
        }
        for (const d of s.deliver) push(d, b);
        const clear = { buffer: s.part.acc, bytes: s.part.usedBytes(b.steps) };
        s.cells.forEach((c, k) => push(k === s.cells.length - 1 && clear.bytes > 0 ? { ...c, clear: [clear] } : c, b));
        release(s.part.stage.cells, b);
      }
      read(stages.length, b);
      if (mark !== undefined) push({ ...mark, clear: this.#marks?.clearedAfter(b) ?? [] }, b);
      for (const sampled of samples) for (const { from, ...d } of sampled(b)) push(d, b, from, from);
    }
    const words = new Uint32Array((BLOCK_STRIDE / 4) * records.length);
    records.forEach((r, k) => words.set(r, (BLOCK_STRIDE / 4) * k));
    return { dispatches, records: words };
  }
}

/** @param note  whether this stage notes the log's position */
async function makeStage(shared: Shared, stage: CompiledStage, note: boolean, maxSteps: number): Promise<Stage> {
  const [part, ports, cells] = await Promise.all([
    StagePart.make(shared, stage, note, maxSteps),
    Promise.all(stage.ports.map((p) => PortPart.make(shared, p, stage.slots))),
    Promise.all(stage.cells.map((k) => makeCells(shared, k, stage, maxSteps))),
  ]);
  return { part, ports, cells };
}

async function makeCells(shared: Shared, index: number, stage: CompiledStage, maxSteps: number): Promise<CellsPart> {
  const { program } = shared.network.populations[index] as CompiledCells;
  if (program.kind === "tree") return TreePart.make(shared, index, stage, program, maxSteps);
  return SmallPart.make(shared, index, stage, program, maxSteps);
}
