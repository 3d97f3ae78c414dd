/// <reference types="@webgpu/types" preserve="true" />
import type { Memory } from "../memory.ts";

/** Copies of buffers on the device, to go back to. They are made when first asked for. */
export class Mark {
  readonly #memory: Memory;
  readonly #buffers: readonly GPUBuffer[];
  #copies: readonly GPUBuffer[] | undefined;

  constructor(memory: Memory, buffers: readonly GPUBuffer[]) {
    [this.#memory, this.#buffers] = [memory, buffers];
  }

  /** Bytes that the copies will take; 0 where they are there. */
  get bytesToCome(): number {
    return this.#copies === undefined ? this.#buffers.reduce((sum, { size }) => sum + size, 0) : 0;
  }

  take(): void {
    this.#copies ??= this.#buffers.map(({ label, size }) => this.#memory.storage(`${label}.mark`, size));
    this.#copy(this.#buffers, this.#copies);
  }

  restore(): void {
    if (this.#copies !== undefined) this.#copy(this.#copies, this.#buffers);
  }

  #copy(from: readonly GPUBuffer[], to: readonly GPUBuffer[]): void {
    const { device } = this.#memory;
    const encoder = device.createCommandEncoder({ label: "mark" });
    from.forEach((buffer, k) => encoder.copyBufferToBuffer(buffer, 0, to[k] as GPUBuffer, 0, buffer.size));
    device.queue.submit([encoder.finish()]);
  }
}
