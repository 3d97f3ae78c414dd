/// <reference types="@webgpu/types" preserve="true" />
import { concatenated } from "../concatenated.ts";
import type { CompiledNetwork, CompiledPort, PortLinks } from "../compile/compiled.ts";
import { type PortTables, portTables } from "../host/ports.ts";
import type { Group, Kind, Shared, Turn } from "./group.ts";
import { bind, type Kernel, workgroups } from "./kernels.ts";
import type { Sums } from "./sums.ts";

export const PORTS: Kind = { dispatches: ({ stages }) => stages.reduce((sum, s) => sum + s.ports.length, 0) };

/** Of shaders/ports.wgsl. */
const MOST_PORTS = 64;
const PORT_BIT = 24; // above the delay
const [HEAD, PORT_WORDS] = [4, 8]; // of Shape and Port

/** Projections from ports to a stage, those together that one dispatch draws: all whose rates stay, as far as buffers allow.
 * @param most  bytes that a buffer may have */
export function joinedPorts({ entries, populations }: CompiledNetwork, ports: readonly PortLinks[], most: number): PortLinks[][] {
  const found: { of: PortLinks[]; bytes: number }[] = [];
  let open: (typeof found)[number] | undefined;
  for (const p of ports) {
    const port = populations[p.population] as CompiledPort;
    if (port.live !== undefined || p.links.some(({ delay }) => delay.some((d) => d >= 1 << PORT_BIT))) {
      found.push({ of: [p], bytes: 0 });
      continue;
    }
    const bytes = 4 * Math.max(4 * countLinks(p, entries), dataLength(port));
    if (open === undefined || open.of.length === MOST_PORTS || open.bytes + bytes > most)
      found.push((open = { of: [], bytes: 0 }));
    open.of.push(p);
    open.bytes += bytes;
  }
  return found.map(({ of }) => of);
} // prettier-ignore

/** Summed Poisson inputs of some projections on the device. */
export class PortPart implements Group {
  readonly populations: readonly number[];
  /** its tables, where its rate may change. */
  readonly setting?: GPUBuffer;
  readonly #shared: Shared;
  readonly #sums: Sums;
  readonly #kernel: Kernel<"ports">;
  readonly #count: number;
  readonly #buffers: { readonly shape: GPUBuffer; readonly data: GPUBuffer; readonly links: GPUBuffer };

  private constructor(shared: Shared, kernel: Kernel<"ports">, of: readonly PortLinks[], sums: Sums) {
    const { memory, network } = shared;
    const { entries } = network;
    [this.#shared, this.#kernel, this.#sums] = [shared, kernel, sums];
    this.populations = of.map((p) => p.population);
    const { slots } = sums.stage;
    const label = `port ${of.map((p) => network.projections[p.projection]?.name).join(", ")}`;
    const links = concatenated(Uint32Array, of.map((p, k) => linkWords(p, this.#port(k).n, { entries, slots, port: k }))); // prettier-ignore
    this.#count = links.length / 4;
    const data = portData(network.seeds, this.#tables());
    const shape = new Uint32Array(HEAD + PORT_WORDS * MOST_PORTS);
    shape.set([this.#count, entries, slots]);
    of.forEach(({ projection }, k) => {
      const { n, stream } = this.#port(k);
      shape.set([n, stream, projection, ...(data.places[k] as Place)], HEAD + PORT_WORDS * k);
    });
    this.#buffers = {
      shape: memory.uniform(`${label}: shape`, shape),
      data: memory.storage(`${label}: thresholds`, data.words),
      links: memory.storage(`${label}: links`, links),
    };
    if (this.#port(0).live !== undefined) this.setting = this.#buffers.data;
  }

  #port(k: number): CompiledPort {
    return this.#shared.network.populations[this.populations[k] as number] as CompiledPort;
  }

  #tables(): PortTables[] {
    const { ports } = this.#shared.inputs;
    return this.populations.map((p, k) => ports.get(p)?.tables ?? portTables(this.#port(k)));
  }

  words(): Uint32Array<ArrayBuffer> {
    return portData(this.#shared.network.seeds, this.#tables()).words;
  }

  static async make(shared: Shared, of: readonly PortLinks[], sums: Sums): Promise<PortPart> {
    const { kernels, workgroupSize } = shared;
    return new PortPart(shared, await kernels.make("ports", { workgroupSize, several: of.length > 1 }), of, sums);
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

/** Words in `data` of a port whose rate stays. */
const dataLength = ({ tableOf, tables }: CompiledPort): number =>
  tables.reduce((sum, t) => sum + t.length, tableOf.length + tables.length + 1);

/** Where in `data` a port's tables of elements begin, and its starts. */
type Place = readonly [tables: number, starts: number];

/** See shaders/ports.wgsl: seeds, then of each port the table of each element, where thresholds begin, from the buffer's first word, and
 * thresholds. */
function portData(seeds: Uint32Array, ports: readonly PortTables[]): { readonly words: Uint32Array<ArrayBuffer>; readonly places: readonly Place[] } {
  const parts: ArrayLike<number>[] = [seeds];
  let at = seeds.length;
  const places = ports.map(({ tableOf, starts, thresholds }): Place => {
    const place = [at, at + tableOf.length] as const;
    const first = place[1] + starts.length;
    parts.push(tableOf, starts.map((start) => first + start), thresholds);
    at = first + thresholds.length;
    return place;
  });
  return { words: concatenated(Uint32Array, parts), places };
} // prettier-ignore

const linksOf = ({ links }: PortLinks, e: number): PortLinks["links"][number] => links[links.length > 1 ? e : 0] as PortLinks["links"][number]; // prettier-ignore

/** Of all entries. */
function countLinks(p: PortLinks, entries: number): number {
  let length = 0;
  for (let e = 0; e < entries; e++) length += linksOf(p, e).slot.length;
  return length;
}

/** Four words a link: see shaders/ports.wgsl. */
function linkWords(p: PortLinks, n: number, { entries, slots, port }: Readonly<Record<"entries" | "slots" | "port", number>>): Uint32Array {
  const words = new Uint32Array(4 * countLinks(p, entries));
  const weights = new Float32Array(words.buffer);
  let at = 0;
  for (let e = 0; e < entries; e++) {
    const { source, slot, delay, weight } = linksOf(p, e);
    for (let k = 0; k < slot.length; k++, at += 4) {
      words[at] = e * n + (source[k] as number);
      words[at + 1] = e * slots + (slot[k] as number);
      words[at + 2] = ((delay[k] as number) | (port << PORT_BIT)) >>> 0;
      weights[at + 3] = weight[k] as number;
    }
  }
  return words;
} // prettier-ignore
