import { PHASES } from "../compile/engine.ts";
import { BLOCK_STRIDE } from "./kernels.ts";
import type { Dispatch } from "./parts.ts";
import type { Scope } from "./scope.ts";

const QUERIES = 4096; // the most a query set may hold

/** Time per phase by timestamp queries around every dispatch; measures a little less than wall time (webgpu-facts.md 3). */
export class Profile {
  readonly ms: Partial<Record<(typeof PHASES)[number], number>> = {};
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;
  #labels: string[] = [];

  constructor(device: GPUDevice, scope: Scope) {
    this.#queries = scope.own(device.createQuerySet({ type: "timestamp", count: QUERIES }));
    this.#resolved = scope.own(device.createBuffer({ label: "timestamps", size: 8 * QUERIES, usage: 0x200 | 4 }));
    this.#staging = scope.own(device.createBuffer({ label: "timestamps.read", size: 8 * QUERIES, usage: 1 | 8 }));
  }

  /** Encodes each dispatch in a pass of its own. Use with one submit in flight. */
  encode(encoder: GPUCommandEncoder, dispatches: readonly Dispatch[]): void {
    this.#labels = dispatches.slice(0, QUERIES / 2).map((d) => d.label);
    dispatches.forEach((d, k) => {
      const timed = 2 * k + 1 < QUERIES;
      const timestampWrites = { querySet: this.#queries, beginningOfPassWriteIndex: 2 * k, endOfPassWriteIndex: 2 * k + 1 };
      const pass = encoder.beginComputePass(timed ? { timestampWrites } : {});
      pass.setPipeline(d.pipeline);
      pass.setBindGroup(0, d.group, [BLOCK_STRIDE * k]);
      pass.dispatchWorkgroups(...d.workgroups);
      pass.end();
      if (d.clear !== undefined) encoder.clearBuffer(d.clear.buffer, 0, d.clear.bytes);
    });
    encoder.resolveQuerySet(this.#queries, 0, 2 * this.#labels.length, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, 8 * QUERIES);
  }

  async collect(): Promise<void> {
    await this.#staging.mapAsync(1);
    const times = new BigUint64Array(this.#staging.getMappedRange());
    this.#labels.forEach((label, k) => {
      const phase = PHASES.find((p) => p === label);
      const elapsed = Number((times[2 * k + 1] as bigint) - (times[2 * k] as bigint)) * 1e-6;
      if (phase !== undefined) this.ms[phase] = (this.ms[phase] ?? 0) + elapsed;
    });
    this.#staging.unmap();
  }
}
