import type { CompiledNetwork } from "../compile/compiled.ts";
import { startExposed } from "../host/exposed.ts";
import { Inputs } from "../host/inputs.ts";
import { threadsHere } from "../host/threads.ts";
import { isSoftware } from "./adapter.ts";
import { KINDS } from "./device-network.ts";
import { mostRows } from "./drive-part.ts";
import type { Shared } from "./group.ts";
import { BLOCK_STRIDE, Kernels, Records, WORKGROUP_SIZE } from "./kernels.ts";
import { countTables } from "./link-tables.ts";
import { LogRing } from "./log-ring.ts";
import { Memory } from "./memory.ts";
import type { RoundTrip } from "./round-trip.ts";
import { Scope } from "./scope.ts";
import { BlockPlanner, longestSubmit, mostDispatches } from "./submit.ts";

export interface GpuOptions {
  /** invocations per workgroup; results do not depend on it. Default 64. */
  readonly workgroupSize?: number;
  /** bytes at most, below what the device binds, of a table of links, where larger ones are split, and of the buffers of populations
   * that one dispatch advances and of ports that one draws, where those that would need more stay apart. Results do not depend on it. */
  readonly bindingBytes?: number;
  /** into which the slots that spikes are added to are divided, each with workgroups of its own; results do not depend on it. Default:
   * up to the number of cores where a processor stands in for a graphics card, else 1. */
  readonly parts?: number;
  /** links of a spike at most that one invocation adds alone, more are shared by its workgroup; results do not depend on it. */
  readonly alone?: number;
  /** spikes that the log holds at first; it grows without loss. Default 16384. */
  readonly logCapacity?: number;
  /** measure phases with timestamp queries (needs the device feature; slows a run a little). */
  readonly profile?: boolean;
}

/** What an engine is made of before its kernels. */
export interface Base {
  readonly network: CompiledNetwork;
  readonly scope: Scope;
  readonly log: LogRing;
  readonly planner: BlockPlanner;
  readonly shared: Shared;
}

/** Links of a spike that make another part worth while: finding a part's costs as much as some. */
const LINKS_OF_A_PART = 50;

/** Into how many parts the slots of a stage are divided that a spike reaches by so many links. Processors that share caches want one
 * each: two that add to the same lines take twice as long as one. */
function partsOfSlots(device: GPUDevice, parts: number | undefined): (links: number) => number {
  const most = isSoftware(device.adapterInfo) ? threadsHere().cores : 1;
  return (links) => parts ?? Math.max(1, Math.min(most, Math.floor(links / LINKS_OF_A_PART)));
}

export function prepare(network: CompiledNetwork, device: GPUDevice, trip: RoundTrip, options: GpuOptions): Base {
  const scope = new Scope();
  const memory = new Memory(device, trip, scope);
  const inputs = new Inputs(network);
  const log = new LogRing(memory, options.logCapacity ?? 16384, network.lanes);
  const planner = new BlockPlanner(network);
  const bindingBytes = options.bindingBytes ?? memory.bindingBytes;
  const tables = network.stages.reduce(
    (sum, stage) => sum + countTables(stage, network, bindingBytes) + stage.procedural.length,
    0,
  );
  const maxSteps = longestSubmit(KINDS, network, inputs, tables);
  const shared: Shared = {
    memory,
    kernels: new Kernels(device),
    network,
    inputs,
    workgroupSize: options.workgroupSize ?? WORKGROUP_SIZE,
    bindingBytes,
    parts: partsOfSlots(device, options.parts),
    alone: options.alone,
    maxSteps,
    records: new Records(
      device,
      memory.uniform("records", BLOCK_STRIDE * mostDispatches(KINDS, network, maxSteps, tables)),
    ),
    increments: memory.storage("increments", 4 * mostRows(network) * (maxSteps + 1)),
    clamps: memory.storage("clamp values", 4 * inputs.clampRows * maxSteps),
    exposed: memory.storage("shown values", Float32Array.from(startExposed(network, true))),
    positions: memory.storage("log positions", 4 * (planner.slots + 1)),
    log: log.buffer,
    releases: log.releases,
  };
  return { network, scope, log, planner, shared };
}
