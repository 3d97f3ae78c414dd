/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledReadout } from "../compile/compiled.ts";
import type { EngineState } from "../host/engine.ts";
import { initialReadout, keptReadout, learnsAt, type ReadoutTrace, readoutTraces } from "../host/readouts.ts";
import type { Dispatch, Group, Kind, Saved, Setting, Shared, Turn, Words } from "./group.ts";
import { bind, type Kernel, workgroups } from "./kernels.ts";
import { WeightSamples } from "./weight-samples.ts";
import { ownTrace, Samples, samplesOf } from "./samples.ts";

export const READ: Kind = {
  dispatches: ({ readouts }) => 4 * readouts.length,
  cuts: (network, steps) => {
    const traces = network.readouts.flatMap((r) => [...readoutTraces(network, r, "current"), ...readoutTraces(network, r, "link")]);
    const learning = network.readouts.flatMap((r) => (r.learning === undefined ? [] : [r.learning.every]));
    return samplesOf([...traces.map(({ trace }) => trace.everySteps), ...learning], steps);
  },
}; // prettier-ignore

interface ReadoutKernels {
  readonly read: Kernel<"read_out">;
  readonly learn: readonly [Kernel<"rls_gain">, Kernel<"rls_learn">, Kernel<"rls_shrink">] | undefined;
  readonly shown: Kernel<"sample_shown">;
  readonly weigh: Kernel<"weigh">;
}

/** A trace of values or errors with what its kernel binds. */
interface Shown {
  readonly trace: ReadoutTrace["trace"];
  readonly shape: GPUBuffer;
  readonly columns: GPUBuffer;
}

/** A read-out on the device: its values at every step, and recursive least squares on its weights. */
export class ReadoutPart implements Group, Setting {
  readonly readout: CompiledReadout;
  /** see host/readouts.ts. */
  readonly mutable: readonly [states: GPUBuffer];
  readonly setting: GPUBuffer; // see shaders/readouts.wgsl
  readonly samples: Samples;
  /** per entry: 1 where weights stay. */
  readonly frozen: Uint32Array;
  readonly #shared: Shared;
  readonly #kernels: ReadoutKernels;
  readonly #shape: GPUBuffer;
  readonly #shown: readonly Shown[]; // in order the first of the samples
  readonly #weights: WeightSamples;

  private constructor(shared: Shared, readout: CompiledReadout, kernels: ReadoutKernels) {
    const { memory, network } = shared;
    const { entries, exposed } = network;
    [this.#shared, this.readout, this.#kernels] = [shared, readout, kernels];
    const label = `read-out ${readout.name}`;
    const { n, outputs, reads, shows, learning, population } = readout;
    const at = keptReadout(readout, entries);
    this.frozen = new Uint32Array(entries);
    this.mutable = [memory.storage(`${label}: weights and P`, Float32Array.from(initialReadout(readout, entries)))];
    this.#shape = memory.uniform(
      `${label}: shape`,
      Uint32Array.of(n, outputs, entries, exposed.ring, exposed.words, reads, shows, at.P, at.k, at.den, at.error, learning === undefined ? 0 : 1),
    );
    this.setting = memory.storage(`${label}: setting`, this.words());
    const [shown, links] = [readoutTraces(network, readout, "current"), readoutTraces(network, readout, "link")];
    this.samples = new Samples(shared, label, [...shown, ...links].map(({ index, trace }) => ownTrace(population, index, trace)));
    this.#shown = shown.map((t) => this.#buffers(t));
    const weights = links.map(({ stride, ...t }, k) => {
      const { cells } = t.trace;
      const word = (j: number): number => Math.floor(j / cells.length) * stride + (cells[j % cells.length] as number);
      return { ...ownTrace(population, t.index, t.trace), k: shown.length + k, words: Uint32Array.from({ length: entries * cells.length }, (_, j) => word(j)) };
    });
    this.#weights = new WeightSamples(shared, kernels.weigh, label, this.mutable[0], this.samples, weights);
  } // prettier-ignore

  static async make(shared: Shared, readout: CompiledReadout): Promise<ReadoutPart> {
    const { kernels, workgroupSize } = shared;
    const size = { workgroupSize };
    const [read, shown, weigh] = await Promise.all([kernels.make("read_out"), kernels.make("sample_shown", size), kernels.make("weigh", size)]);
    const learn = readout.learning === undefined ? undefined : await Promise.all([kernels.make("rls_gain", size), kernels.make("rls_learn"), kernels.make("rls_shrink", size)] as const);
    return new ReadoutPart(shared, readout, { read, learn, shown, weigh });
  } // prettier-ignore

  #buffers({ trace, word, stride }: ReadoutTrace): Shown {
    const { memory, network } = this.#shared;
    const { entries, exposed } = network;
    const label = `read-out ${trace.variable}`;
    const columns = Uint32Array.from(trace.cells);
    const shape = Uint32Array.of(
      trace.everySteps,
      entries,
      columns.length,
      exposed.ring,
      exposed.words,
      word,
      stride,
      0,
    );
    return {
      trace,
      shape: memory.uniform(`${label}: sample shape`, shape),
      columns: memory.storage(`${label}: sampled`, columns),
    };
  }

  words(): Words {
    const { inputs, network } = this.#shared;
    const { learning } = this.readout;
    const rows = learning === undefined ? [] : (inputs.clampRow[learning.targets] as Uint32Array);
    const words = new Uint32Array(network.entries + rows.length);
    words.set(this.frozen);
    words.set(rows, network.entries);
    return words;
  }

  /** A learning step's dispatches come first where a block begins with one; values say by their first word whether it does. */
  turns(): Turn[] {
    const { memory, log, exposed, clamps, network, workgroupSize } = this.#shared;
    const { n, outputs, stage } = this.readout;
    const { entries } = network;
    const { read, learn } = this.#kernels;
    const [states] = this.mutable;
    const buffers = { shape: this.#shape, log, states, exposed, setting: this.setting, clamps };
    const of = (kernel: Kernel<"read_out"> | Kernel<"rls_gain"> | Kernel<"rls_learn"> | Kernel<"rls_shrink">, groups: readonly [number, number]) => ({
      label: "learn", pipeline: kernel.pipeline, group: bind(memory.device, kernel as Kernel<"read_out">, buffers), workgroups: groups, events: [1, 0] as const,
    });
    const learning = learn === undefined ? [] : [
      of(learn[0], workgroups(entries * n, workgroupSize)), of(learn[1], [entries, 1]), of(learn[2], workgroups(entries * n * n, workgroupSize)),
    ];
    const values = of(read, [1, 1]);
    const samples = this.#samplesOf();
    const reads: Turn["of"] = (b) => {
      const learns = learnsAt(this.readout, b.step);
      const all = { ...values, events: [learns ? 1 : 0, 0] as const, workgroups: workgroups(b.steps * entries * outputs, 1) };
      return [...(learns ? learning : []), all, ...samples(b)];
    };
    return [{ stage, at: "read", of: reads }, this.#weights.turn()];
  } // prettier-ignore

  /** Samples of values and errors. */
  #samplesOf(): Turn["of"] {
    const { memory, exposed, workgroupSize } = this.#shared;
    const { shown: kernel } = this.#kernels;
    const bound = this.#shown.map(({ shape, columns, trace }) => ({
      trace,
      group: bind(memory.device, kernel, { shape, exposed, columns, samples: this.samples.buffer }),
    }));
    return ({ step, steps }) =>
      bound.flatMap(({ trace, group }, k): Dispatch[] => {
        const first = Math.ceil(step / trace.everySteps);
        const due = Math.ceil((step + steps) / trace.everySteps) - first;
        if (due === 0) return [];
        const threads = due * this.samples.width(trace);
        const events = [this.samples.wordAt(k, first * trace.everySteps), 0] as const;
        return [{ label: "learn", pipeline: kernel.pipeline, group, workgroups: workgroups(threads, workgroupSize), events }]; // prettier-ignore
      });
  }

  /** Call with nothing in flight. */
  async read(): Promise<Float32Array<ArrayBuffer>> {
    const { length } = keptReadout(this.readout, this.#shared.network.entries);
    return new Float32Array(await this.#shared.memory.read(this.mutable[0]), 0, length);
  }

  async save(): Promise<Saved> {
    return { [`${this.#name}.state`]: await this.read(), [`${this.#name}.frozen`]: this.frozen.slice() };
  }

  load(saved: EngineState): void {
    const state = saved[`${this.#name}.state`] as Float32Array<ArrayBuffer>;
    this.#shared.memory.device.queue.writeBuffer(this.mutable[0], 0, state);
    this.frozen.set(saved[`${this.#name}.frozen`] as Uint32Array);
  }

  /** in a checkpoint. */
  get #name(): string {
    return `readouts.${this.#shared.network.readouts.indexOf(this.readout)}`;
  }
}
