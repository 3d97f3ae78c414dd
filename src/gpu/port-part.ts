/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledPort, PortLinks } from "../compile/compiled.ts";
import { portTables } from "../host/ports.ts";
import type { Group, Kind, Shared, Turn } from "./group.ts";
import { bind, type Kernel, workgroups } from "./kernels.ts";
import type { Sums } from "./sums.ts";

export const PORTS: Kind = { dispatches: ({ stages }) => stages.reduce((sum, s) => sum + s.ports.length, 0) };

/** Summed Poisson inputs of one projection on the device. */
export class PortPart implements Group {
  readonly population: number;
  /** its tables, where its rate may change. */
  readonly setting?: GPUBuffer;
  readonly #shared: Shared;
  readonly #sums: Sums;
  readonly #kernel: Kernel<"ports">;
  readonly #count: number;
  readonly #buffers: { readonly shape: GPUBuffer; readonly data: GPUBuffer; readonly links: GPUBuffer };

  private constructor(shared: Shared, kernel: Kernel<"ports">, p: PortLinks, sums: Sums) {
    const { memory, network } = shared;
    const { entries, populations } = network;
    const port = populations[p.population] as CompiledPort;
    [this.#shared, this.#kernel, this.#sums, this.population] = [shared, kernel, sums, p.population];
    const { slots } = sums.stage;
    const label = `port ${network.projections[p.projection]?.name}`;
    const links = linkWords(p, port.n, entries, slots);
    this.#count = links.length / 4;
    const data = this.words();
    const starts = entries + port.tableOf.length;
    const words = Uint32Array.of(this.#count, port.n, entries, slots, port.stream, p.projection, entries, starts);
    this.#buffers = {
      shape: memory.uniform(`${label}: shape`, words),
      data: memory.storage(`${label}: thresholds`, data),
      links: memory.storage(`${label}: links`, links),
    };
    if (port.live !== undefined) this.setting = this.#buffers.data;
  }

  /** See shaders/ports.wgsl: seeds, the table of each element, where thresholds begin, from the buffer's first word, and thresholds. */
  words(): Uint32Array<ArrayBuffer> {
    const { network, inputs } = this.#shared;
    const tables = inputs.ports.get(this.population)?.tables ?? portTables(network.populations[this.population] as CompiledPort);
    const { tableOf, starts, thresholds } = tables;
    const starting = network.seeds.length + tableOf.length;
    const first = starting + starts.length;
    const data = new Uint32Array(first + thresholds.length);
    data.set(network.seeds);
    data.set(tableOf, network.seeds.length);
    for (let k = 0; k < starts.length; k++) data[starting + k] = first + (starts[k] as number);
    data.set(thresholds, first);
    return data;
  } // prettier-ignore

  static async make(shared: Shared, p: PortLinks, sums: Sums): Promise<PortPart> {
    const { kernels, workgroupSize } = shared;
    return new PortPart(shared, await kernels.make("ports", { workgroupSize }), p, sums);
  }

  turns(): Turn[] {
    const { memory, log, workgroupSize } = this.#shared;
    const { acc, setting: scales, index: stage } = this.#sums;
    const dispatch = {
      label: "deliver",
      pipeline: this.#kernel.pipeline,
      group: bind(memory.device, this.#kernel, { ...this.#buffers, flag: log, scales, acc }),
      workgroups: workgroups(this.#count, workgroupSize),
    };
    return [{ stage, at: "deliver", of: () => [dispatch] }];
  }
}

/** Four words a link: see shaders/ports.wgsl. */
function linkWords({ links }: PortLinks, n: number, entries: number, slots: number): Uint32Array {
  const of = (e: number): PortLinks["links"][number] => links[links.length > 1 ? e : 0] as PortLinks["links"][number];
  let length = 0;
  for (let e = 0; e < entries; e++) length += of(e).slot.length;
  const words = new Uint32Array(4 * length);
  const weights = new Float32Array(words.buffer);
  let at = 0;
  for (let e = 0; e < entries; e++) {
    const { source, slot, delay, weight } = of(e);
    for (let k = 0; k < slot.length; k++, at += 4) {
      words[at] = e * n + (source[k] as number);
      words[at + 1] = e * slots + (slot[k] as number);
      words[at + 2] = delay[k] as number;
      weights[at + 3] = weight[k] as number;
    }
  }
  return words;
}
