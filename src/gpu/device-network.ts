/// <reference types="@webgpu/types" preserve="true" />
import { isSoftware } from "./adapter.ts";
import type { CompiledNetwork } from "../compile/compiled.ts";
import type { EngineState } from "../host/engine.ts";
import { CELLS, type CellsPart } from "./cells-part.ts";
import { Common } from "./common.ts";
import { type Dispatches, dispatchesOf } from "./dispatches.ts";
import { DRIVE, DrivePart } from "./drive-part.ts";
import type { Group, Kind, Saved, Setting, Shared, Submit } from "./group.ts";
import { HISTORY, History } from "./history-part.ts";
import { type Joined, joinedCells, type Member } from "./joined.ts";
import { LEARN, LearnPart } from "./learn-part.ts";
import type { LogRing } from "./log-ring.ts";
import { joinedPorts, PortPart, PORTS } from "./port-part.ts";
import { READ, ReadoutPart } from "./readout-part.ts";
import { type ProjectionRelease, RELEASE, ReleasePart } from "./release-part.ts";
import { SmallPart } from "./small-part.ts";
import { DELIVER, StagePart } from "./stage-part.ts";
import { Sums } from "./sums.ts";
import { TreePart } from "./tree-part.ts";

/** Every kind of group that `DeviceNetwork.make` makes. */
export const KINDS: readonly Kind[] = [DRIVE, READ, HISTORY, LEARN, PORTS, DELIVER, CELLS, RELEASE];

/** Workgroups that look through the log's last steps, each through as many spikes at once as it has invocations; any number gives the
 * same bits. A GPU wants more than it has multiprocessors. A software adapter pays for each, even with nothing to do (SwiftShader, 2
 * cores: 43 ms for 400 steps of 200 cells with 128, 25 with 8), so there it is twice what the last submit's spikes would have needed. */
export function lookingGroups(software: boolean, spikes: number, workgroupSize: number): number {
  return software ? Math.max(1, Math.min(8, Math.ceil((2 * spikes) / workgroupSize))) : 128;
}

/** The groups that controls and questions name by an index. */
interface Named {
  readonly drives: readonly DrivePart[];
  readonly sums: readonly Sums[];
  /** in running order. */
  readonly cells: readonly CellsPart[];
  readonly learning: readonly LearnPart[];
  readonly readouts: readonly ReadoutPart[];
  readonly releases: readonly ReleasePart[];
  readonly ports: readonly PortPart[];
}

/** A compiled network's groups on a device, and the dispatches that advance them. */
export class DeviceNetwork {
  readonly named: Named;
  readonly groups: readonly Group[];
  readonly common: Common;
  /** what the last submit that was read had. */
  spikesPerStep: number | undefined;
  readonly #shared: Shared;

  private constructor(shared: Shared, named: Named, others: readonly Group[], common: Common) {
    [this.#shared, this.named, this.common] = [shared, named, common];
    const { drives, sums, cells, learning, readouts, releases } = named;
    this.groups = [...drives, ...sums, ...cells, ...learning, ...readouts, ...releases, ...others, common];
  }

  static async make(shared: Shared, log: LogRing): Promise<DeviceNetwork> {
    const { network } = shared;
    const sums = network.stages.map((s, k) => new Sums(shared, s, k));
    const first = sums.find((s) => s.hasLinks); // notes the log's position
    // all kernels at once: devices make them side by side
    const [common, drives, cells, ports, delivered, releases, learned, readouts] = await Promise.all([
      Common.make(shared, log),
      Promise.all(network.populations.flatMap((p, k) => (p.kind === "renewal" ? [DrivePart.make(shared, k, p)] : []))),
      Promise.all(sums.flatMap((s) => joinedCells(network, s.stage.cells, shared.bindingBytes).map((j) => makeCells(shared, j, s)))), // prettier-ignore
      Promise.all(sums.flatMap((s) => joinedPorts(network, s.stage.ports, shared.bindingBytes).map((of) => PortPart.make(shared, of, s)))), // prettier-ignore
      Promise.all(sums.map((s) => StagePart.make(shared, s, s === first))),
      makeReleases(shared),
      makeLearning(shared, sums, first === undefined),
      Promise.all(network.readouts.map((r) => ReadoutPart.make(shared, r))),
    ]);
    const { learning, marks } = learned;
    const named = { drives, sums, cells, learning, readouts, releases, ports };
    return new DeviceNetwork(shared, named, [...marks, ...ports, ...delivered], common);
  }

  /** Everything that controls may change. */
  get settings(): Setting[] {
    return this.groups.filter((g): g is Group & Setting => g.setting !== undefined);
  }

  /** Every buffer that a submit changes and that must be put back to repeat it, the log last. */
  get mutable(): GPUBuffer[] {
    return this.groups.flatMap((g) => g.mutable ?? []);
  }

  /** What advances a cell population. */
  cellsOf(population: number | undefined): { readonly part: CellsPart; readonly member: Member } | undefined {
    for (const part of this.named.cells) {
      const member = part.members.find((m) => m.index === population);
      if (member !== undefined) return { part, member };
    }
    return undefined;
  }

  /** Source-side plasticity by its index in the network. */
  get releases(): Map<number, ProjectionRelease> {
    const all = this.named.releases.flatMap((r) => r.projections);
    return new Map(all.map((p) => [this.#shared.network.plasticity.indexOf(p.plasticity), p]));
  }

  /** Under the names of a checkpoint. Call with nothing in flight. @param step  the engine's */
  async save(step: number): Promise<Saved> {
    const state: Saved = {};
    for (const g of this.groups) Object.assign(state, await g.save?.(step));
    return state;
  }

  load(state: EngineState): void {
    for (const g of this.groups) g.load?.(state);
  }

  #looking(): number {
    const { memory, network, workgroupSize } = this.#shared;
    const { maxDelaySteps, maxBlock, nSources, entries } = network;
    const once = nSources * entries; // a guess before anything was read
    const spikes = this.spikesPerStep === undefined ? once : this.spikesPerStep * (maxDelaySteps + maxBlock);
    return lookingGroups(isSoftware(memory.device.adapterInfo), spikes, workgroupSize);
  }

  dispatches(submit: Submit): Dispatches {
    const looking = this.#looking();
    const turns = this.groups.flatMap((g) => g.turns?.(submit, looking) ?? []);
    return dispatchesOf(turns, submit, this.common.begin(notesPosition(this.#shared.network, this.named.sums)));
  }
}

/** Where nothing is delivered, nobody notes the log's position. */
const notesPosition = ({ learning }: CompiledNetwork, sums: readonly Sums[]): boolean =>
  learning.length > 0 || sums.some((s) => s.hasLinks);

function makeCells(shared: Shared, joined: Joined, sums: Sums): Promise<CellsPart> {
  const { program } = joined.cells;
  if (program.kind === "tree") return TreePart.make(shared, joined, sums, program);
  return SmallPart.make(shared, joined, sums, program);
}

function makeReleases(shared: Shared): Promise<ReleasePart[]> {
  const { plasticity, populations } = shared.network;
  const of = [...populations.keys()].map((k) => plasticity.filter((p) => p.population === k && p.lane !== undefined));
  return Promise.all(of.filter((p) => p.length > 0).map((p) => ReleasePart.make(shared, p)));
}

/** @param notes  nothing else notes the log's position */
async function makeLearning(shared: Shared, sums: readonly Sums[], notes: boolean) {
  const { learning } = shared.network;
  if (learning.length === 0) return { learning: [], marks: [] };
  const marks = await History.make(shared, notes);
  const sumsOf = (target: number): Sums => sums.find((s) => s.stage.cells.includes(target)) as Sums;
  return { learning: await Promise.all(learning.map((l) => LearnPart.make(shared, l, sumsOf(l.target), marks))), marks: [marks] }; // prettier-ignore
}
