/// <reference types="@webgpu/types" preserve="true" />
import { isSoftware } from "../adapter.ts";
import { bytesText } from "../../compile/estimate.ts";
import { ModelError } from "../../errors.ts";
import { traceDecay, TRACES, type CompiledTraining, type TrainingTrace } from "../../compile/trained/training.ts";
import type { EngineState } from "../../host/engine.ts";
import {
  checkSpan,
  type SpanRecord,
  type TrainingEngine,
  type TrainingSpan,
  type TrainingState,
} from "../../host/training.ts";
import { arrayBytes } from "../../host/memory.ts";
import { Pace } from "../../host/pace.ts";
import { magnitude, STATE_LIMIT } from "../../host/soundness.ts";
import { FAULTS, firstFault, MOVE_LIMIT, trainingError, type TrainingFault } from "../../host/training-soundness.ts";
import type { TrainedControls } from "../../host/trained-controls.ts";
import { DeviceWatch } from "../device-watch.ts";
import { dispatchesOf, encodePasses } from "../dispatches.ts";
import type { Dispatch } from "../group.ts";
import { Kernels } from "../kernels.ts";
import { Mark } from "./mark.ts";
import { checked, Memory } from "../memory.ts";
import { RoundTrip } from "../round-trip.ts";
import { Scope } from "../scope.ts";
import { TrainedPart } from "./part.ts";
import { forLinks, readP, spikesOf } from "./buffers.ts";
import { inputRows, layoutTraining, type TrainingLayout } from "./layout.ts";
import { ALARM_ROW, TrainingResources } from "./resources.ts";

export interface GpuTrainingOptions {
  /** Neurons per workgroup; changes no result. Default: 8 on software adapters, 32 else. */
  readonly workgroupSize?: number;
  /** Most bytes of P in one binding; the device's limit where left out. Smaller values change no result. */
  readonly maxBinding?: number;
}

/** Steps of a submit: of the first (a learning step of many large networks takes tens of ms), and at most. */
const [FIRST_STEPS, MOST_STEPS] = [32, 1024];

/** Neurons per workgroup that suit a device. */
export const trainingWorkgroup = (device: GPUDevice): number => (isSoftware(device.adapterInfo) ? 8 : 32);

/** Puts the networks of `compiled` on the device side by side; the caller keeps the device, `close` frees the rest.
 * @throws ModelError  what does not fit one binding; `planWaves` splits a batch so that it does
 * @throws DeviceError what the device refuses */
export async function gpuTraining(
  device: GPUDevice,
  compiled: CompiledTraining,
  options: GpuTrainingOptions = {},
): Promise<TrainingEngine> {
  const limit = device.limits.maxStorageBufferBindingSize;
  const workgroupSize = options.workgroupSize ?? trainingWorkgroup(device);
  const layout = layoutTraining(compiled, { workgroupSize, maxBinding: options.maxBinding ?? limit });
  const inputBytes = inputRows(compiled) * layout.neurons * 4;
  if (inputBytes > limit) {
    throw new ModelError(
      "training inputs",
      `take ${bytesText(inputBytes)}, the device binds ${bytesText(limit)}`,
      "Run in waves",
    );
  }
  const memory = new Memory(device, await RoundTrip.measure(device), new Scope());
  try {
    return await checked(device, "train_step", async () => {
      const model = constants({
        WORKGROUP_SIZE: workgroupSize, // sizes private arrays, as the next does
        MAX_BLOCKS: layout.maxBlocks,
        MOST_MOVED: magnitude(MOVE_LIMIT),
        MOST_WEIGHT: magnitude(STATE_LIMIT),
      });
      const kernel = await new Kernels(device).make("train_step", { model });
      const resources = new TrainingResources(memory, kernel, compiled, layout);
      return new GpuTraining(
        compiled,
        layout,
        resources,
        new TrainedPart(compiled, layout, resources, kernel.pipeline),
      );
    });
  } catch (error) {
    memory.scope[Symbol.dispose]();
    throw error;
  }
}

/** Spikes are read off r. */
const tracesRead = (record: readonly TrainingTrace[]): TrainingTrace[] =>
  TRACES.filter((trace) => trace === "r" || record.includes(trace));

const constants = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `const ${name} = ${value}u;\n`)
    .join("");

class GpuTraining implements TrainingEngine {
  readonly kind = "gpu";
  readonly compiled: CompiledTraining;
  readonly #layout: TrainingLayout;
  readonly #resources: TrainingResources;
  readonly #part: TrainedPart;
  #step: number;
  readonly #watch: DeviceWatch;
  readonly #plainPace: Pace;
  readonly #learningPace: Pace;
  /** Traces after the last step, to tell the spikes of the next span's first step. */
  #lastR: Float32Array;
  readonly #mark: Mark;
  #marked: EngineState = {};

  constructor(compiled: CompiledTraining, layout: TrainingLayout, resources: TrainingResources, part: TrainedPart) {
    this.compiled = compiled;
    this.#layout = layout;
    this.#resources = resources;
    this.#part = part;
    const { device, trip } = resources.memory;
    this.#watch = new DeviceWatch(device);
    this.#plainPace = new Pace(1, MOST_STEPS, trip.ms, FIRST_STEPS);
    this.#learningPace = new Pace(1, MOST_STEPS, trip.ms, FIRST_STEPS);
    this.#step = compiled.entries[0]?.firstStep ?? 0;
    this.#lastR = Float32Array.from(compiled.entries.flatMap((entry) => Array.from(entry.r0)));
    this.#mark = new Mark(resources.memory, part.mutable);
  }

  get step(): number {
    return this.#step;
  }

  get controls(): TrainedControls {
    return this.#part.controls;
  }

  changed(): Promise<void> {
    return this.#watch.guard(this.#part.changed());
  }

  advance(steps: number, record: readonly TrainingTrace[] = []): Promise<TrainingSpan> {
    return this.#watch.guard(this.#advance(steps, record));
  }

  async #advance(steps: number, record: readonly TrainingTrace[]): Promise<TrainingSpan> {
    checkSpan(this.compiled.schedule, this.#step, steps);
    const { memory } = this.#resources;
    const traces = tracesRead(record);
    const plane = steps * this.#layout.neurons;
    const buffer = await checked(memory.device, "train_step", async () => {
      const record = this.#resources.recording(traces.length * plane * 4);
      const span = { from: this.#step, to: this.#step + steps };
      this.#part.uploadSpan(span, traces);
      const blocks = Array.from({ length: steps }, (_, k) => ({ step: span.from + k, steps: 1, slot: 0, slotFrom: 0 }));
      const { dispatches, records } = dispatchesOf(this.#part.turns(span), { ...span, blocks });
      memory.device.queue.writeBuffer(this.#resources.steps.buffer, 0, records);
      await this.#submit(dispatches);
      return record;
    });
    const { neurons } = this.#layout;
    const [data, alarms] = await memory.readAll([
      { buffer, bytes: traces.length * plane * 4 },
      { buffer: this.#resources.state, from: ALARM_ROW * neurons * 4, bytes: 2 * neurons * 4 },
    ]);
    this.#checkAlarms(new Float32Array(alarms as ArrayBuffer));
    return this.#span(steps, traces, new Float32Array(data as ArrayBuffer), record);
  }

  async weights(): Promise<Float64Array[]> {
    const { compiled } = this;
    const out = compiled.entries.map((entry) => new Float64Array(entry.w.length));
    for (const { shard, w } of this.#resources.shards) {
      const data = new Float32Array(await this.#resources.memory.read(w));
      forLinks(compiled, shard, this.#layout.workgroupSize, (e, i, a, at) => {
        const from = compiled.entries[e]?.rowPtr[i] as number;
        (out[e] as Float64Array)[from + a] = data[at] as number;
      });
    }
    return out;
  }

  async state(): Promise<TrainingState[]> {
    const { n, entries } = this.compiled;
    const [w, P] = [await this.weights(), entries.map(() => new Array<Float64Array>(n))];
    for (const buffers of this.#resources.shards) {
      const raw = {
        P: new Float32Array(await this.#resources.memory.read(buffers.P)),
        U: new Float32Array(await this.#resources.memory.read(buffers.U)),
        pending: this.#part.pending,
      };
      readP(this.compiled, this.#layout, buffers.shard, raw, P);
    }
    const { neurons } = this.#layout;
    const state = new Float32Array(await this.#resources.memory.read(this.#resources.state));
    const half = (this.#step % 2) * neurons;
    return entries.map((_, e) => ({
      x: Float64Array.from(state.subarray(2 * neurons + e * n, 2 * neurons + (e + 1) * n)),
      r: Float64Array.from(state.subarray(half + e * n, half + (e + 1) * n)),
      w: w[e] as Float64Array,
      P: P[e] as Float64Array[],
      step: this.#step,
    }));
  }

  /** With the record of a loop, the same on its way to the host, what controls change, and what a stretch of steps began with. */
  memory(record: readonly TrainingTrace[]): { host: number; device: number } {
    const traces = tracesRead(record).length;
    const recorded = 4 * traces * this.compiled.schedule.stepsPerLoop * this.#layout.neurons;
    const { memory, recordBytes } = this.#resources;
    return {
      host: recorded + arrayBytes(this.#part.settings.kept),
      device: memory.bytes - recordBytes + 2 * recorded + this.#mark.bytesToCome,
    };
  }

  #progress(): EngineState {
    return { progress: this.#part.progress(this.#step), lastR: this.#lastR.slice() };
  }

  #goOnFrom({ progress, lastR }: EngineState): void {
    this.#step = this.#part.goOnFrom(progress ?? []);
    this.#lastR.set(lastR ?? []);
  }

  mark(): void {
    this.#marked = this.#progress();
    this.#mark.take();
  }

  back(): void {
    this.#goOnFrom(this.#marked);
    this.#mark.restore();
  }

  async save(): Promise<EngineState> {
    return { ...(await this.#part.save(this.#step)), ...this.#progress() };
  }

  load(snapshot: EngineState): Promise<void> {
    this.#goOnFrom(snapshot);
    this.#part.load(snapshot);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    const { trip, device, scope } = this.#resources.memory;
    await trip.wait(device.queue.onSubmittedWorkDone());
    this.#watch.close();
    scope[Symbol.dispose]();
  }

  /** In short submits. Steps that learn and steps that do not go into different submits, since they take different times. */
  async #submit(dispatches: readonly Dispatch[]): Promise<void> {
    const { memory, steps, shards } = this.#resources;
    const { trip, device } = memory;
    for (let d = 0; d < dispatches.length;) {
      const label = dispatches[d]?.label;
      const pace = label === "learn" ? this.#learningPace : this.#plainPace;
      const most = d + pace.steps * shards.length;
      let to = d + shards.length;
      while (to < Math.min(most, dispatches.length) && dispatches[to]?.label === label) to += shards.length;
      const begun = performance.now();
      const encoder = device.createCommandEncoder({ label: "train_step" });
      encodePasses(encoder, dispatches.slice(d, to), steps, d);
      device.queue.submit([encoder.finish()]);
      const count = (to - d) / shards.length;
      if (isSoftware(device.adapterInfo)) await pace.rest(count, begun);
      await trip.wait(device.queue.onSubmittedWorkDone());
      pace.finished(count, begun);
      d = to;
    }
  }

  /** @param rows  of the state: alarms, then what raised them
   * @throws StateError for the first step, and in it the first neuron, that raised an alarm */
  #checkAlarms(rows: Float32Array): void {
    const { neurons } = this.#layout;
    const values = rows.subarray(neurons);
    const faults: TrainingFault[] = [];
    for (const [at, alarm] of rows.subarray(0, neurons).entries()) {
      if (alarm === 0) continue;
      const [entry, neuron] = [Math.floor(at / this.compiled.n), at % this.compiled.n];
      const what = FAULTS[(alarm % 4) - 1] ?? "potential";
      faults.push({ step: this.#step + Math.floor(alarm / 4), entry, neuron, what, value: values[at] as number });
    }
    const fault = firstFault(faults);
    if (fault !== undefined) throw trainingError(this.compiled, fault);
  }

  #span(
    steps: number,
    traces: readonly TrainingTrace[],
    data: Float32Array,
    wanted: readonly TrainingTrace[],
  ): TrainingSpan {
    const { n, rules } = this.compiled;
    const G = this.#layout.neurons;
    const plane = steps * G;
    const entries = this.compiled.entries.map((_, e): SpanRecord => {
      const out: Partial<Record<TrainingTrace, Float32Array>> = {};
      for (const trace of traces) {
        const start = traces.indexOf(trace) * plane + e * n;
        const values = new Float32Array(steps * n);
        for (let s = 0; s < steps; s++) values.set(data.subarray(start + s * G, start + s * G + n), s * n);
        out[trace] = values;
      }
      const r = out.r as Float32Array;
      const spikes = spikesOf(r, this.#lastR.subarray(e * n, (e + 1) * n), traceDecay(rules), rules.b);
      this.#lastR.set(r.subarray((steps - 1) * n), e * n);
      if (!wanted.includes("r")) delete out.r;
      return { spikes, traces: out };
    });
    const span = { firstStep: this.#step, steps, entries };
    this.#step += steps;
    return span;
  }
}
