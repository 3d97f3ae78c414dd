/// <reference types="@webgpu/types" preserve="true" />
import type { EngineState } from "../host/engine.ts";
import type { Dispatch, Group, Saved, Shared } from "./group.ts";
import { bind, type Kernel } from "./kernels.ts";
import { LogCopy, type LogRing } from "./log-ring.ts";

/** What all groups of a network share and steps change: the log of spikes with the factors beside it, and shown values. */
export class Common implements Group {
  readonly #shared: Shared;
  readonly #log: LogRing;
  readonly #begin: Kernel<"begin">;

  private constructor(shared: Shared, log: LogRing, begin: Kernel<"begin">) {
    [this.#shared, this.#log, this.#begin] = [shared, log, begin];
  }

  static async make(shared: Shared, log: LogRing): Promise<Common> {
    return new Common(shared, log, await shared.kernels.make("begin"));
  }

  /** The factors beside the log and the log last. */
  get mutable(): GPUBuffer[] {
    const { exposed, positions, releases, log } = this.#shared;
    return [exposed, positions, releases, log];
  }

  /** Once a submit. @param notes  whether any dispatch notes the log's position: else no entry is needed again */
  begin(notes: boolean): Dispatch {
    const { memory, positions, log } = this.#shared;
    const group = bind(memory.device, this.#begin, { log, positions });
    return { label: "begin", pipeline: this.#begin.pipeline, group, workgroups: [1, 1], events: [notes ? 0 : 1, 0] };
  }

  /** Spikes that may still arrive somewhere, with what their sources' plasticity made of them, and what is shown. */
  async save(step: number): Promise<Saved> {
    const { memory, network, exposed } = this.#shared;
    const { lanes, maxDelaySteps } = network;
    const copy = new LogCopy(await memory.read(this.#log.buffer), this.#log.bytes / 4);
    const { steps, ids } = copy.entries(copy.base);
    const live = Array.from(steps.keys()).filter((k) => (steps[k] as number) >= step - maxDelaySteps);
    const state: Saved = {
      "log.steps": Uint32Array.from(live, (k) => steps[k] as number),
      "log.ids": Uint32Array.from(live, (k) => ids[k] as number),
    };
    if (lanes > 0) {
      const factors = new Float32Array(await memory.read(this.#log.releases));
      state["log.releases"] = this.#log.releasesOf(factors, live.map((k) => copy.base + k)); // prettier-ignore
    }
    const { words, ring } = network.exposed;
    if (words > 0) state["exposed"] = new Float32Array(await memory.read(exposed)).slice(0, words * ring);
    return state;
  }

  /** The log may be another buffer afterwards. */
  load(state: EngineState): void {
    const { memory, network, exposed } = this.#shared;
    const [steps, ids] = [state["log.steps"] as Uint32Array, state["log.ids"] as Uint32Array];
    if (network.exposed.words > 0)
      memory.device.queue.writeBuffer(exposed, 0, state["exposed"] as Float32Array<ArrayBuffer>);
    this.#log.load(steps, ids, state["log.releases"] as Float32Array | undefined);
    this.moved();
  }

  /** The log may be another buffer. */
  moved(): void {
    this.#shared.log = this.#log.buffer;
    this.#shared.releases = this.#log.releases;
  }
}
