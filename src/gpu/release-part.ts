/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledPlasticity } from "../compile/compiled.ts";
import { LIMIT, RAW } from "../compile/links/plasticity.ts";
import { mathFunctions, printWgsl } from "../lang/print.ts";
import type { EngineState } from "../host/engine.ts";
import type { Dispatch, Group, Kind, Saved, Shared, Turn, Submit } from "./group.ts";
import { bind, type Kernel } from "./kernels.ts";
import { KeptStates } from "./kept-states.ts";

export const RELEASE: Kind = { dispatches: ({ plasticity }) => 2 * plasticity.length };

/** Source-side plasticity of the projections that start in one population. */
export class ReleasePart implements Group {
  readonly projections: readonly ProjectionRelease[];
  readonly #population: number;
  readonly #shared: Shared;
  readonly #chain: Kernel<"chain">;
  readonly #shape: GPUBuffer;
  readonly #ends: GPUBuffer;
  readonly #bytes: number; // of ends

  private constructor(shared: Shared, chain: Kernel<"chain">, kernels: readonly Kernel<"release">[], of: readonly CompiledPlasticity[]) {
    const { memory, network } = shared;
    const { population, n, firstSource } = of[0] as CompiledPlasticity;
    [this.#shared, this.#chain, this.#population] = [shared, chain, population];
    const label = `releases of ${network.populations[population]?.name}`;
    this.#bytes = 8 * n * network.entries;
    this.#shape = memory.uniform(`${label}: shape`, Uint32Array.of(firstSource, n, network.nSources, 0));
    this.#ends = memory.storage(`${label}: first and last`, this.#bytes);
    this.projections = of.map((p, k) => new ProjectionRelease(shared, kernels[k] as Kernel<"release">, p, this.#ends));
  } // prettier-ignore

  /** @param of  of one population, with lanes */
  static async make(shared: Shared, of: readonly CompiledPlasticity[]): Promise<ReleasePart> {
    const { workgroupSize, kernels } = shared;
    const chain = await kernels.make("chain", { workgroupSize });
    const release = of.map((p) => kernels.make("release", { workgroupSize, model: releaseWgsl(p) }));
    return new ReleasePart(shared, chain, await Promise.all(release), of);
  }

  get mutable(): GPUBuffer[] {
    return this.projections.map((p) => p.kept.buffer);
  }

  turns(_: Submit, looking: number): Turn[] {
    const { memory, positions, log, network } = this.#shared;
    const group = bind(memory.device, this.#chain, { shape: this.#shape, log, positions, ends: this.#ends });
    const clear = [{ buffer: this.#ends, bytes: this.#bytes }];
    const last = this.projections.length - 1;
    const all: Dispatch[] = [
      { label: "release", pipeline: this.#chain.pipeline, group, workgroups: [looking, 1] },
      ...this.projections.map((p, k) => ({ ...p.dispatch(looking), ...(k === last && { clear }) })),
    ];
    const stage = network.stages.findIndex((s) => s.cells.includes(this.#population)); // -1 of sources
    return [{ stage, at: "release", of: () => all }];
  }

  async save(): Promise<Saved> {
    return Object.assign({}, ...(await Promise.all(this.projections.map((p) => p.kept.save(p.name))))) as Saved;
  }

  load(state: EngineState): void {
    for (const p of this.projections) p.kept.load(p.name, state);
  }
}

/** One projection's states on the device. */
export class ProjectionRelease {
  readonly plasticity: CompiledPlasticity;
  /** [state][entry][source], [entry][source]. */
  readonly kept: KeptStates;
  readonly #shared: Shared;
  readonly #kernel: Kernel<"release">;
  readonly #shape: GPUBuffer;
  readonly #params: GPUBuffer;
  readonly #ends: GPUBuffer;

  constructor(shared: Shared, kernel: Kernel<"release">, plasticity: CompiledPlasticity, ends: GPUBuffer) {
    const { memory, network } = shared;
    const { entries, nSources, lanes, dt } = network;
    const { projection, n, firstSource, lane, values, states, state0 } = plasticity;
    [this.plasticity, this.#shared, this.#kernel, this.#ends] = [plasticity, shared, kernel, ends];
    const label = `release ${projection}`;
    const shape = Uint32Array.of(firstSource, n, nSources, entries, lane ?? 0, lanes, 0, 0);
    new Float32Array(shape.buffer)[6] = dt;
    this.#shape = memory.uniform(`${label}: shape`, shape);
    this.#params = memory.storage(`${label}: params`, Float32Array.from(values));
    const start = new Float32Array(states.length * entries * n);
    states.forEach((_, s) => {
      for (let e = 0; e < entries; e++) start.set(state0.subarray(s * n, (s + 1) * n), (s * entries + e) * n);
    });
    this.kept = new KeptStates(memory, label, start, entries * n);
  }

  /** in a checkpoint. */
  get name(): string {
    return `releases.${this.#shared.network.plasticity.indexOf(this.plasticity)}`;
  }

  dispatch(looking: number): Dispatch {
    const { memory, positions, log, releases } = this.#shared;
    const group = bind(memory.device, this.#kernel, {
      shape: this.#shape,
      log,
      positions,
      ends: this.#ends,
      params: this.#params,
      states: this.kept.buffer,
      releases,
    });
    return { label: "release", pipeline: this.#kernel.pipeline, group, workgroups: [looking, 1] };
  }
}

/** The virtual module `model` of a plasticity. The text depends on the equations, never on a value. */
function releaseWgsl({ states, params, stmts, stops }: CompiledPlasticity): string {
  const place = new Map<string, string>([
    ...states.map((s, k): [string, string] => [`s_${s}`, `state[${k}]`]),
    ...params.map((p, k): [string, string] => [p, `param[${k}]`]),
  ]);
  const body = printWgsl(stmts, { rename: (id) => place.get(id) ?? id });
  const math = mathFunctions(body);
  return [
    ...(math.length > 0 ? [`import package::math::{${math.join(", ")}};`] : []),
    ...(stops === undefined ? [] : ["import package::log::magnitude;"]),
    `const STATES = ${states.length}u;`,
    `const PARAMS = ${params.length}u;`,
    `var<private> state: array<f32, ${states.length}>;`,
    `var<private> param: array<f32, ${Math.max(1, params.length)}>;`,
    "var<private> elapsed: f32;",
    "var<private> beyond: bool;",
    `fn release_one() -> f32 {\n${body}\n  beyond = ${stops === undefined ? "false" : `magnitude(${RAW}) > magnitude(${LIMIT})`};\n  return factor;\n}`,
  ].join("\n");
}
