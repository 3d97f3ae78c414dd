/// <reference types="@webgpu/types" preserve="true" />
import { PHASES } from "../host/engine.ts";
import { clearAll, type Dispatch } from "./group.ts";
import type { Records } from "./kernels.ts";
import type { Scope } from "./scope.ts";

const QUERIES = 4096; // the most a query set may hold

/** Time per phase by timestamp queries around every dispatch; measures a little less than wall time. */
export class Profile {
  readonly ms: Partial<Record<(typeof PHASES)[number], number>> = {};
  readonly #sets: readonly [Stamps, Stamps]; // two submits may be in flight

  constructor(device: GPUDevice, scope: Scope) {
    this.#sets = [stamps(device, scope), stamps(device, scope)];
  }

  /** Encodes each dispatch in a pass of its own. */
  encode(encoder: GPUCommandEncoder, dispatches: readonly Dispatch[], records: Records, parity: 0 | 1): void {
    const set = this.#sets[parity];
    set.labels = dispatches.map((d) => d.label);
    dispatches.forEach((d, k) => {
      const timed = 2 * k + 1 < QUERIES;
      const timestampWrites = {
        querySet: set.queries,
        beginningOfPassWriteIndex: 2 * k,
        endOfPassWriteIndex: 2 * k + 1,
      };
      const pass = encoder.beginComputePass(timed ? { timestampWrites } : {});
      pass.setPipeline(d.pipeline);
      pass.setBindGroup(0, d.group);
      pass.setBindGroup(1, records.group(k));
      pass.dispatchWorkgroups(...d.workgroups);
      pass.end();
      if (d.clear !== undefined) clearAll(encoder, d.clear);
    });
    encoder.resolveQuerySet(set.queries, 0, Math.min(QUERIES, 2 * set.labels.length), set.resolved, 0);
    encoder.copyBufferToBuffer(set.resolved, 0, set.staging, 0, 8 * QUERIES);
  }

  async collect(parity: 0 | 1): Promise<void> {
    const { staging, labels } = this.#sets[parity];
    await staging.mapAsync(1);
    const times = new BigUint64Array(staging.getMappedRange());
    for (const phase of PHASES) {
      const all = [...labels.keys()].filter((k) => labels[k] === phase);
      const timed = all.filter((k) => 2 * k + 1 < QUERIES);
      const ns = timed.reduce((sum, k) => sum + Number((times[2 * k + 1] as bigint) - (times[2 * k] as bigint)), 0);
      // Dispatches past the last query count like those before it.
      if (timed.length > 0) this.ms[phase] = (this.ms[phase] ?? 0) + (ns * 1e-6 * all.length) / timed.length;
    }
    staging.unmap();
  }
}

interface Stamps {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly staging: GPUBuffer;
  labels: string[];
}

function stamps(device: GPUDevice, scope: Scope): Stamps {
  const bytes = 8 * QUERIES;
  return {
    queries: scope.own(device.createQuerySet({ type: "timestamp", count: QUERIES })),
    resolved: scope.own(device.createBuffer({ label: "timestamps", size: bytes, usage: 0x200 | 4 })),
    staging: scope.own(device.createBuffer({ label: "timestamps.read", size: bytes, usage: 1 | 8 })),
    labels: [],
  };
}
