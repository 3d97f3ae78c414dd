/// <reference types="@webgpu/types" preserve="true" />
import { mostWithin } from "../host/samples.ts";
import { lowerBound } from "../sorted.ts";
import type { Dispatch, Group, Kind, Shared, Turn, Submit } from "./group.ts";
import { bind, type Kernel } from "./kernels.ts";
import { type LinkTable, makeLinkTables } from "./link-tables.ts";
import { RegenerateParts } from "./regenerate-part.ts";
import type { Sums } from "./sums.ts";

/** One given event on the device: step, slot, projection, weight. */
const GIVEN_BYTES = 16;

/** Given events, and a dispatch for each table. */
export const DELIVER: Kind = {
  dispatches: ({ stages }, tables) => stages.length + tables,
  bytes: ({ stages }, steps) => stages.map(({ given }) => GIVEN_BYTES * mostWithin(given.step, steps)),
};

/** What is delivered to one stage: links of spikes, kept or drawn again, and events given as data. */
export class StagePart implements Group {
  readonly #shared: Shared;
  readonly #sums: Sums;
  readonly #kernels: StageKernels;
  readonly #again: RegenerateParts;
  readonly #tables: readonly (Omit<LinkTable, "shape"> & { readonly shape: GPUBuffer })[];
  readonly #given: { readonly shape: GPUBuffer; readonly events: GPUBuffer };

  private constructor(shared: Shared, sums: Sums, kernels: StageKernels, tables: readonly LinkTable[], again: RegenerateParts, note: boolean) {
    const { memory, network, maxSteps } = shared;
    [this.#shared, this.#sums, this.#kernels, this.#again] = [shared, sums, kernels, again];
    const { stage, label } = sums;
    const { entries, nSources, lanes } = network;
    this.#tables = tables.map(({ shape, ...buffers }, k) => {
      const words = [entries, stage.slots, nSources, stage.rows.length, note && k === 0 ? 1 : 0, lanes, ...shape];
      return { ...buffers, shape: memory.uniform(`${label}: shape`, Uint32Array.from(words)) };
    });
    this.#given = {
      shape: memory.uniform(`${label}: given shape`, Uint32Array.of(entries, stage.slots, 0, 0)),
      events: memory.storage(`${label}: given events`, GIVEN_BYTES * mostWithin(stage.given.step, maxSteps)),
    };
  } // prettier-ignore

  /** @param note  whether this stage notes the log's position */
  static async make(shared: Shared, sums: Sums, note: boolean): Promise<StagePart> {
    const { workgroupSize, memory, network, bindingBytes, parts, alone } = shared;
    const { stage, label } = sums;
    const tables = await makeLinkTables(memory, label, stage, network, bindingBytes, parts);
    const deliver = tables.length > 0 ? await shared.kernels.make("deliver", { workgroupSize, alone }) : undefined;
    const given = stage.given.step.length > 0 ? await shared.kernels.make("given", { workgroupSize }) : undefined;
    const again = await RegenerateParts.make(shared, sums, note && tables.length === 0);
    return new StagePart(shared, sums, { deliver, given }, tables, again, note);
  }

  /** Uploads the given events of the submit. */
  upload({ from, to }: Submit): void {
    const { step, slot, projection, weight } = this.#sums.stage.given;
    const first = lowerBound(step, from);
    const length = lowerBound(step, to) - first;
    if (length === 0) return;
    const words = new Uint32Array((GIVEN_BYTES / 4) * length);
    const weights = new Float32Array(words.buffer);
    for (let k = first, at = 0; k < first + length; k++, at += 4) {
      words[at] = step[k] as number;
      words[at + 1] = slot[k] as number;
      words[at + 2] = projection[k] as number;
      weights[at + 3] = weight[k] as number;
    }
    this.#shared.memory.device.queue.writeBuffer(this.#given.events, 0, words);
  }

  turns(submit: Submit, looking: number): Turn[] {
    const given = this.#givenOf(submit.from);
    const links = [...this.#kept(looking), ...this.#again.dispatches(looking)];
    return [{ stage: this.#sums.index, at: "deliver", of: (b) => [...given(b.step, b.step + b.steps), ...links] }];
  }

  /** One dispatch per table. */
  #kept(looking: number): Dispatch[] {
    const { deliver } = this.#kernels;
    if (deliver === undefined) return [];
    const { memory, positions, log, releases } = this.#shared;
    const { acc, setting: scales } = this.#sums;
    return this.#tables.map(({ parts, ...table }) => ({
      label: "deliver",
      pipeline: deliver.pipeline,
      group: bind(memory.device, deliver, { ...table, log, positions, scales, releases, acc }),
      workgroups: [parts * Math.ceil(looking / parts), 1],
    }));
  }

  /** Of the events in a span of steps. @param start  of the submit */
  #givenOf(start: number): (from: number, to: number) => Dispatch[] {
    const { given } = this.#kernels;
    if (given === undefined) return () => [];
    const { memory, log, workgroupSize } = this.#shared;
    const { acc, setting: scales, stage } = this.#sums;
    const group = bind(memory.device, given, { ...this.#given, flag: log, scales, acc });
    const first = lowerBound(stage.given.step, start);
    return (begin, end) => {
      const [from, to] = [lowerBound(stage.given.step, begin) - first, lowerBound(stage.given.step, end) - first];
      const workgroups = [Math.ceil((to - from) / workgroupSize), 1] as const;
      return to > from ? [{ label: "deliver", pipeline: given.pipeline, group, workgroups, events: [from, to] }] : [];
    };
  }
}

interface StageKernels {
  readonly deliver: Kernel<"deliver"> | undefined;
  readonly given: Kernel<"given"> | undefined;
}
