/// <reference types="@webgpu/types" preserve="true" />
import { bytesText } from "../compile/estimate.ts";
import { DeviceError } from "../errors.ts";
import type { RoundTrip } from "./round-trip.ts";
import type { Scope } from "./scope.ts";

const STORAGE = 128;
const UNIFORM = 64;
const COPY_DST = 8;
const COPY_SRC = 4;
const MAP_READ = 1;

type Words = Uint32Array | Int32Array | Float32Array;

/** Creates a simulation's buffers, each checked against the device's limits before it is asked for. */
export class Memory {
  readonly device: GPUDevice;
  readonly trip: RoundTrip;
  /** Owns the buffers; whoever made it disposes it. */
  readonly scope: Scope;
  #bytes = 0;

  constructor(device: GPUDevice, trip: RoundTrip, scope: Scope) {
    this.device = device;
    this.trip = trip;
    this.scope = scope;
  }

  /** The largest storage buffer that the device binds. */
  get bindingBytes(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    return Math.min(maxStorageBufferBindingSize, maxBufferSize);
  }

  /** @throws DeviceError naming the buffer, its size and the limit */
  storage(label: string, content: Words | number): GPUBuffer {
    const bytes = typeof content === "number" ? content : content.byteLength;
    const limit = this.bindingBytes;
    if (bytes > limit) {
      throw new DeviceError(
        `buffer "${label}"`,
        `needs ${bytesText(bytes)}, the device binds at most ${bytesText(limit)}`,
        "Use fewer cells, links or entries, or another adapter",
      );
    }
    return this.#fill(label, STORAGE | COPY_DST | COPY_SRC, content);
  }

  uniform(label: string, content: Words | number): GPUBuffer {
    return this.#fill(label, UNIFORM | COPY_DST, content);
  }

  staging(label: string, bytes: number): GPUBuffer {
    return this.#fill(label, MAP_READ | COPY_DST, bytes);
  }

  /** of all buffers that are there now. */
  get bytes(): number {
    return this.#bytes;
  }

  release(buffer: GPUBuffer): void {
    this.#bytes -= buffer.size;
    this.scope.release(buffer);
  }

  /** The content of a buffer, or its first bytes. Call with nothing else in flight that writes it. */
  async read(buffer: GPUBuffer, bytes = buffer.size): Promise<ArrayBuffer> {
    return (await this.readAll([{ buffer, bytes }]))[0] as ArrayBuffer;
  }

  /** Parts of buffers in one round trip.
   * @param parts  from a byte (default 0) on; multiples of 4 */
  async readAll(parts: readonly { buffer: GPUBuffer; from?: number; bytes: number }[]): Promise<ArrayBuffer[]> {
    let total = 0;
    const placed = parts.map((part) => {
      const at = total;
      total += part.bytes;
      return { from: 0, ...part, at };
    });
    const staging = this.staging(`${parts[0]?.buffer.label}.read`, total);
    const encoder = this.device.createCommandEncoder();
    for (const { buffer, from, bytes, at } of placed) encoder.copyBufferToBuffer(buffer, from, staging, at, bytes);
    this.device.queue.submit([encoder.finish()]);
    await this.trip.wait(staging.mapAsync(1));
    const content = staging.getMappedRange();
    const read = placed.map(({ at, bytes }) => content.slice(at, at + bytes));
    this.release(staging);
    return read;
  }

  #fill(label: string, usage: number, content: Words | number): GPUBuffer {
    const bytes = typeof content === "number" ? content : content.byteLength;
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const buffer = this.scope.own(this.device.createBuffer({ label, size, usage }));
    this.#bytes += size;
    if (typeof content !== "number" && bytes > 0)
      this.device.queue.writeBuffer(buffer, 0, content as Words & ArrayBufferView<ArrayBuffer>);
    return buffer;
  }
}

/** Runs work inside error scopes, so that a failed allocation or an invalid call throws instead of being printed.
 * @throws DeviceError naming `where` */
export async function checked<T>(device: GPUDevice, where: string, work: () => T | Promise<T>): Promise<T> {
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  const outcome = await Promise.resolve()
    .then(work)
    .then(
      (value) => ({ value }),
      (failure: unknown) => ({ failure }),
    );
  const invalid = await device.popErrorScope();
  const memory = await device.popErrorScope();
  if ("failure" in outcome) throw outcome.failure;
  if (memory !== null)
    throw new DeviceError(where, `out of memory: ${memory.message}`, "Use fewer cells, links or entries");
  if (invalid !== null) throw new DeviceError(where, invalid.message, "This is a fault of hillock; please report it");
  return outcome.value;
}
