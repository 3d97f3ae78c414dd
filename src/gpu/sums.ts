/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledStage } from "../compile/compiled.ts";
import type { Cleared, Group, Setting, Shared, Words } from "./group.ts";
import { countTables } from "./link-tables.ts";

/** Where everything that reaches a stage is summed. */
export class Sums implements Group, Setting {
  readonly stage: CompiledStage;
  /** of the stage among the network's. */
  readonly index: number;
  readonly acc: GPUBuffer;
  readonly setting: GPUBuffer; // scale * q
  readonly hasLinks: boolean;
  readonly #shared: Shared;

  constructor(shared: Shared, stage: CompiledStage, index: number) {
    const { memory, network, bindingBytes } = shared;
    [this.#shared, this.stage, this.index] = [shared, stage, index];
    this.hasLinks = countTables(stage, network, bindingBytes) + stage.procedural.length > 0;
    this.acc = memory.storage(`${this.label}: accumulators`, this.#bytes(network.maxBlock));
    this.setting = memory.storage(`${this.label}: scales`, this.words());
  }

  get label(): string {
    return `stage ${this.stage.cells.map((c) => this.#shared.network.populations[c]?.name).join(", ")}`;
  }

  words(): Words {
    const { scales } = this.#shared.inputs;
    return Float32Array.from(this.stage.q, (q, k) => Math.fround(scales[k] as number) * q);
  }

  /** What a block of so many steps uses of the accumulators; they are zero before it and must be after it. */
  used(steps: number): Cleared[] {
    const { stage } = this;
    const learns = this.#shared.network.learning.some((l) => stage.cells.includes(l.target));
    const any = this.hasLinks || learns || stage.ports.length > 0 || stage.given.step.length > 0;
    return any && stage.slots > 0 ? [{ buffer: this.acc, bytes: this.#bytes(steps) }] : [];
  }

  #bytes(steps: number): number {
    return 16 * Math.ceil(steps / 4) * this.#shared.network.entries * this.stage.slots;
  }
}
