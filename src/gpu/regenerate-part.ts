/// <reference types="@webgpu/types" preserve="true" />
import { concatenated } from "../concatenated.ts";
import type { CompiledNetwork, CompiledProcedural } from "../compile/compiled.ts";
import { gapTables } from "../connect/gaps.ts";
import type { ProceduralLaw } from "../connect/laws.ts";
import { probabilityBound } from "../random/philox.ts";
import type { Dispatch, Shared } from "./group.ts";
import { bind, type Kernel } from "./kernels.ts";
import type { Sums } from "./sums.ts";

/** `law` of shaders/regenerate.wgsl. */
const LAWS: readonly ProceduralLaw["kind"][] = ["pairs", "diagonal", "gaps"];

/** The procedural projections into a stage on the device. */
export class RegenerateParts {
  readonly #shared: Shared;
  readonly #sums: Sums;
  readonly #kernel: Kernel<"regenerate"> | undefined;
  readonly #parts: readonly { readonly ofUnits: number; readonly shape: GPUBuffer; readonly table: GPUBuffer }[];

  private constructor(shared: Shared, kernel: Kernel<"regenerate"> | undefined, sums: Sums, note: boolean) {
    const { memory, network, parts } = shared;
    const { stage, label } = sums;
    [this.#shared, this.#kernel, this.#sums] = [shared, kernel, sums];
    this.#parts = stage.procedural.map((p, k) => {
      const ofUnits = parts(p.law.kind === "diagonal" ? 1 : p.law.p * p.targets);
      return {
        ofUnits,
        shape: memory.uniform(`${label}: law`, shapeOf(p, network, stage.slots, note && k === 0, ofUnits)),
        table: memory.storage(`${label}: law`, tableOf(p)),
      };
    });
  } // prettier-ignore

  /** @param note  whether the first of them notes the log's position */
  static async make(shared: Shared, sums: Sums, note: boolean): Promise<RegenerateParts> {
    const { workgroupSize } = shared;
    const kernel =
      sums.stage.procedural.length > 0 ? await shared.kernels.make("regenerate", { workgroupSize }) : undefined;
    return new RegenerateParts(shared, kernel, sums, note);
  }

  /** @param looking  workgroups of the stride loop over spikes */
  dispatches(looking: number): Dispatch[] {
    const kernel = this.#kernel;
    if (kernel === undefined) return [];
    const { memory, positions, log } = this.#shared;
    const { acc, setting: scales } = this.#sums;
    return this.#parts.map(({ ofUnits, ...part }) => {
      const group = bind(memory.device, kernel, { log, positions, scales, acc, ...part });
      return {
        label: "deliver",
        pipeline: kernel.pipeline,
        group,
        workgroups: [ofUnits * Math.ceil(looking / ofUnits), 1],
      };
    });
  }
}

/** What the workgroup of a spike shares: four targets, a block of gaps, or one target. */
function unitsOf({ law, targets }: CompiledProcedural): number {
  if (law.kind === "diagonal") return 1;
  return Math.ceil(targets / (law.kind === "gaps" ? gapTables(law.p).small ** 2 : 4));
}

function shapeOf(p: CompiledProcedural, { entries, nSources }: CompiledNetwork, slots: number, note: boolean, parts: number): Uint32Array {
  const { law, targets } = p;
  const small = law.kind === "gaps" ? gapTables(law.p).small : 0;
  const words = new Uint32Array(20);
  // a chance so small that it rounds to 0 links nothing: such a projection would have no words to reach
  words.set([
    entries, slots, nSources, note ? 1 : 0, p.firstSource, p.sources, targets, p.noSelf ? 1 : 0, LAWS.indexOf(law.kind),
    Math.max(0, probabilityBound(law.p) - 1), unitsOf(p), small, p.delay.length, p.slotOf.length, p.seeds.length, p.stream, p.projection,
  ]);
  new Float32Array(words.buffer)[17] = p.weight;
  words[18] = parts;
  return words;
} // prettier-ignore

function tableOf({ delay, slotOf, seeds, law }: CompiledProcedural): Uint32Array {
  const gaps = law.kind === "gaps" ? gapTables(law.p) : undefined;
  const parts = [delay, slotOf, seeds, gaps?.large.thresholds ?? [], gaps?.fine.thresholds ?? []];
  return concatenated(Uint32Array, parts);
}
