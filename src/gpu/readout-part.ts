/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledReadout } from "../compile/compiled.ts";
import type { TraceSamples } from "../host/engine.ts";
import { initialReadout, keptReadout, learnsAt, type ReadoutTrace, readoutTraces } from "../host/readouts.ts";
import { sampleSteps } from "../host/samples.ts";
import { bind, type Kernel, workgroups } from "./kernels.ts";
import type { Dispatch, Sampled, Setting, Shared, Words } from "./parts.ts";
import type { BlockPlan } from "./submit.ts";

interface ReadoutKernels {
  readonly read: Kernel<"read_out">;
  readonly learn: readonly [Kernel<"rls_gain">, Kernel<"rls_learn">, Kernel<"rls_shrink">] | undefined;
  readonly shown: Kernel<"sample_shown">;
  readonly weigh: Kernel<"weigh">;
}

type FromDispatch = Dispatch & { readonly from: number };

/** A trace with its kernel's buffers, and where its samples of the submit go. */
interface PlacedTrace extends ReadoutTrace {
  readonly shape: GPUBuffer;
  readonly columns: GPUBuffer;
  first: number; // step of the first sample
  word: number;
}

/** A read-out on the device: its values at every step, and recursive least squares on its weights. */
export class ReadoutPart implements Setting, Sampled {
  readonly readout: CompiledReadout;
  /** see host/readouts.ts. */
  readonly states: GPUBuffer;
  readonly setting: GPUBuffer; // see shaders/readouts.wgsl
  readonly traces: GPUBuffer;
  /** per entry: 1 where weights stay. */
  readonly frozen: Uint32Array;
  readonly #shared: Shared;
  readonly #kernels: ReadoutKernels;
  readonly #shape: GPUBuffer;
  readonly #shown: readonly PlacedTrace[];
  readonly #weights: readonly PlacedTrace[];

  private constructor(shared: Shared, readout: CompiledReadout, kernels: ReadoutKernels, maxSteps: number) {
    const { memory, network } = shared;
    const { entries, exposed } = network;
    [this.#shared, this.readout, this.#kernels] = [shared, readout, kernels];
    const label = `read-out ${readout.name}`;
    const { n, outputs, reads, shows, learning } = readout;
    const at = keptReadout(readout, entries);
    this.frozen = new Uint32Array(entries);
    this.states = memory.storage(`${label}: weights and P`, Float32Array.from(initialReadout(readout, entries)));
    this.#shape = memory.uniform(
      `${label}: shape`,
      Uint32Array.of(n, outputs, entries, exposed.ring, exposed.words, reads, shows, at.P, at.k, at.den, at.error, learning === undefined ? 0 : 1),
    );
    this.setting = memory.storage(`${label}: setting`, this.words());
    this.#shown = readoutTraces(network, readout, "current").map((t) => this.#placed(t, Uint32Array.from(t.trace.cells)));
    this.#weights = readoutTraces(network, readout, "link").map((t) => {
      const { cells } = t.trace;
      return this.#placed(t, Uint32Array.from({ length: entries * cells.length }, (_, k) => Math.floor(k / cells.length) * t.stride + (cells[k % cells.length] as number)));
    });
    this.traces = memory.storage(`${label}: samples`, 4 * this.traceWords(maxSteps));
  } // prettier-ignore

  /** @param maxSteps  of a submit */
  static async make(shared: Shared, readout: CompiledReadout, maxSteps: number): Promise<ReadoutPart> {
    const { kernels, workgroupSize } = shared;
    const size = { workgroupSize };
    const [read, shown, weigh] = await Promise.all([kernels.make("read_out"), kernels.make("sample_shown", size), kernels.make("weigh", size)]);
    const learn = readout.learning === undefined ? undefined : await Promise.all([kernels.make("rls_gain", size), kernels.make("rls_learn"), kernels.make("rls_shrink", size)] as const);
    return new ReadoutPart(shared, readout, { read, learn, shown, weigh }, maxSteps);
  } // prettier-ignore

  #placed(t: ReadoutTrace, columns: Uint32Array): PlacedTrace {
    const { memory, network } = this.#shared;
    const { trace, word, stride } = t;
    const { entries, exposed } = network;
    const label = `read-out ${trace.variable}`;
    const words =
      trace.phase === "link"
        ? [columns.length, 0, 0, 0]
        : [trace.everySteps, entries, columns.length, exposed.ring, exposed.words, word, stride, 0];
    const shape = memory.uniform(`${label}: sample shape`, Uint32Array.from(words));
    return { ...t, shape, columns: memory.storage(`${label}: sampled`, columns), first: 0, word: 0 };
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

  /** For a submit: what comes before the cells of its stage in a block; `from` is 1 where the block begins with a learning step, or where samples go. */
  dispatches(): (b: BlockPlan) => FromDispatch[] {
    const { memory, log, exposed, clamps, network, workgroupSize } = this.#shared;
    const { n, outputs } = this.readout;
    const { entries } = network;
    const { read, learn } = this.#kernels;
    const buffers = { shape: this.#shape, log, states: this.states, exposed, setting: this.setting, clamps };
    const of = (kernel: Kernel<"read_out"> | Kernel<"rls_gain"> | Kernel<"rls_learn"> | Kernel<"rls_shrink">, groups: readonly [number, number]) => ({
      label: "learn", pipeline: kernel.pipeline, group: bind(memory.device, kernel as Kernel<"read_out">, buffers), workgroups: groups, from: 1,
    });
    const learning = learn === undefined ? [] : [
      of(learn[0], workgroups(entries * n, workgroupSize)), of(learn[1], [entries, 1]), of(learn[2], workgroups(entries * n * n, workgroupSize)),
    ];
    const values = of(read, [1, 1]);
    const samples = this.#samples();
    return (b) => {
      const learns = learnsAt(this.readout, b.step);
      const all = { ...values, from: learns ? 1 : 0, workgroups: workgroups(b.steps * entries * outputs, 1) };
      return [...(learns ? learning : []), all, ...samples(b)];
    };
  } // prettier-ignore

  #samples(): (b: BlockPlan) => FromDispatch[] {
    const { memory, exposed, network, workgroupSize } = this.#shared;
    const { shown } = this.#kernels;
    const groups = this.#shown.map(({ shape, columns }) => bind(memory.device, shown, { shape, exposed, columns, samples: this.traces })); // prettier-ignore
    return ({ step, steps }) =>
      this.#shown.flatMap(({ trace, first, word }, k) => {
        const { everySteps: m, cells } = trace;
        const due = Math.ceil((step + steps) / m) - Math.ceil(step / m);
        if (due === 0) return [];
        const width = network.entries * cells.length;
        const from = word + ((Math.ceil(step / m) * m - first) / m) * width;
        const group = groups[k] as GPUBindGroup;
        return [{ label: "learn", pipeline: shown.pipeline, group, workgroups: workgroups(due * width, workgroupSize), from }]; // prettier-ignore
      });
  }

  /** Samples of weights due at the end of a block; `from` is where they go. */
  sampleDispatches(): (b: BlockPlan) => FromDispatch[] {
    const { memory, network, workgroupSize } = this.#shared;
    const { weigh } = this.#kernels;
    const groups = this.#weights.map(({ shape, columns }) => bind(memory.device, weigh, { shape, states: this.states, links: columns, samples: this.traces })); // prettier-ignore
    return ({ step, steps }) =>
      this.#weights.flatMap(({ trace, first, word }, k) => {
        const end = step + steps;
        if (end % trace.everySteps !== 0) return [];
        const width = network.entries * trace.cells.length;
        const from = word + ((end - first) / trace.everySteps) * width;
        const group = groups[k] as GPUBindGroup;
        return [{ label: "learn", pipeline: weigh.pipeline, group, workgroups: workgroups(width, workgroupSize), from }]; // prettier-ignore
      });
  }

  traceWords(steps: number): number {
    const { entries } = this.#shared.network;
    return [...this.#shown, ...this.#weights].reduce(
      (sum, { trace: t }) => sum + (Math.floor(steps / t.everySteps) + 1) * entries * t.cells.length,
      0,
    );
  }

  placeTraces(from: number, to: number): { samples: Omit<TraceSamples, "data">[]; words: number } {
    let words = 0;
    const samples = [...this.#shown, ...this.#weights].map((placed) => {
      const { index, trace } = placed;
      const steps = sampleSteps(trace, from, to);
      [placed.first, placed.word] = [steps[0] ?? 0, words];
      words += steps.length * this.#shared.network.entries * trace.cells.length;
      return { population: this.readout.population, trace: index, steps };
    });
    return { samples, words };
  }

  /** Call with nothing in flight. */
  async read(): Promise<Float32Array<ArrayBuffer>> {
    const { length } = keptReadout(this.readout, this.#shared.network.entries);
    return new Float32Array(await this.#shared.memory.read(this.states), 0, length);
  }

  write(state: Float32Array<ArrayBuffer>): void {
    this.#shared.memory.device.queue.writeBuffer(this.states, 0, state);
  }
}
