/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledNetwork } from "../compile/compiled.ts";
import type { EngineState } from "../host/engine.ts";
import type { DeviceNetwork } from "./device-network.ts";
import { LogCopy, type LogRing } from "./log-ring.ts";
import type { Shared } from "./parts.ts";
import type { ProjectionRelease } from "./release-part.ts";

/** What of an engine's buffers goes on from step to step. */
export interface OnDevice {
  readonly network: CompiledNetwork;
  readonly parts: DeviceNetwork;
  readonly log: LogRing;
  readonly shared: Shared;
}

type Saved = Record<string, EngineState[string]>;

/** Source-side plasticity by its index in the network. */
export function releasesOf({ network, parts }: OnDevice): Map<number, ProjectionRelease> {
  const all = parts.releases.flatMap((r) => r.projections);
  return new Map(all.map((p) => [network.plasticity.indexOf(p.plasticity), p]));
}

/** Under the names of a checkpoint. Call with nothing in flight.
 * @param step  the engine's */
export async function saveKept(on: OnDevice, step: number): Promise<Saved> {
  const { network, parts, shared } = on;
  const { memory } = shared;
  const state: Saved = {};
  for (const part of parts.cells) {
    const { name } = part.cells;
    const states = await part.readStates();
    state[`cells.${name}.state`] = states.state;
    state[`cells.${name}.armed`] = states.armed;
    state[`cells.${name}.params`] = part.params.save();
  }
  for (const { sources, renewal } of parts.drives) {
    const words = new Uint32Array(await memory.read(sources));
    state[`sources.${renewal.name}`] = words.slice(0, 5 * renewal.n * network.entries);
  }
  Object.assign(state, await savedLog(on, step));
  for (const [k, learn] of parts.learning.entries()) {
    const links = await learn.read();
    state[`learning.${k}.state`] = links.state;
    state[`learning.${k}.last`] = links.last;
    state[`learning.${k}.frozen`] = learn.frozen.slice();
  }
  for (const [k, readout] of parts.readouts.entries()) {
    state[`readouts.${k}.state`] = await readout.read();
    state[`readouts.${k}.frozen`] = readout.frozen.slice();
  }
  const { words, ring } = network.exposed;
  if (words > 0) state["exposed"] = new Float32Array(await memory.read(shared.exposed)).slice(0, words * ring);
  for (const [k, release] of releasesOf(on)) {
    const { state: own, last } = await release.read();
    state[`releases.${k}.state`] = own;
    state[`releases.${k}.last`] = last;
  }
  return state;
}

/** Spikes that may still arrive somewhere, and what their sources' plasticity made of them. */
async function savedLog({ network, log, shared }: OnDevice, step: number): Promise<Saved> {
  const copy = new LogCopy(await shared.memory.read(log.buffer), log.bytes / 4);
  const { steps, ids } = copy.entries(copy.base);
  const live = Array.from(steps.keys()).filter((k) => (steps[k] as number) >= step - network.maxDelaySteps);
  const state: Saved = {
    "log.steps": Uint32Array.from(live, (k) => steps[k] as number),
    "log.ids": Uint32Array.from(live, (k) => ids[k] as number),
  };
  if (network.lanes === 0) return state;
  const releases = new Float32Array(await shared.memory.read(log.releases));
  return { ...state, "log.releases": log.releasesOf(releases, live.map((k) => copy.base + k)) }; // prettier-ignore
}

/** Writes what was saved; the log may be another buffer afterwards. */
export function loadKept(on: OnDevice, state: EngineState): void {
  const { network, parts, log, shared } = on;
  const { queue } = shared.memory.device;
  for (const part of parts.cells) {
    const { name } = part.cells;
    part.writeStates({
      state: state[`cells.${name}.state`] as Float32Array<ArrayBuffer>,
      armed: state[`cells.${name}.armed`] as Uint32Array,
    });
    part.params.load(state[`cells.${name}.params`] as Float64Array);
  }
  for (const { sources, renewal } of parts.drives)
    queue.writeBuffer(sources, 0, state[`sources.${renewal.name}`] as Uint32Array<ArrayBuffer>);
  for (const [k, learn] of parts.learning.entries()) {
    learn.write(state[`learning.${k}.state`] as Float32Array, state[`learning.${k}.last`] as Uint32Array);
    learn.frozen.set(state[`learning.${k}.frozen`] as Uint32Array);
  }
  for (const [k, readout] of parts.readouts.entries()) {
    readout.write(state[`readouts.${k}.state`] as Float32Array<ArrayBuffer>);
    readout.frozen.set(state[`readouts.${k}.frozen`] as Uint32Array);
  }
  const [steps, ids] = [state["log.steps"] as Uint32Array, state["log.ids"] as Uint32Array];
  parts.remember(steps, ids);
  if (network.exposed.words > 0) queue.writeBuffer(shared.exposed, 0, state["exposed"] as Float32Array<ArrayBuffer>);
  log.load(steps, ids, state["log.releases"] as Float32Array | undefined);
  for (const [k, release] of releasesOf(on))
    release.write(state[`releases.${k}.state`] as Float32Array, state[`releases.${k}.last`] as Uint32Array);
}
