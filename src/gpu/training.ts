/// <reference types="@webgpu/types" preserve="true" />
import { isSoftware } from "./adapter.ts";
import { bytesText } from "../compile/estimate.ts";
import { ModelError } from "../errors.ts";
import {
  checkSpan,
  learns,
  traceDecay,
  TRACES,
  type CompiledTraining,
  type SpanRecord,
  type TrainingTrace,
  type TrainingEngine,
  type TrainingSnapshot,
  type TrainingSpan,
  type TrainingState,
} from "../compile/training.ts";
import { Pace } from "../host/pace.ts";
import { magnitude, STATE_LIMIT } from "../host/soundness.ts";
import { FAULTS, firstFault, MOVE_LIMIT, trainingError, type TrainingFault } from "../host/training-soundness.ts";
import { stream } from "../random/philox.ts";
import { DeviceWatch } from "./device-watch.ts";
import { BLOCK_STRIDE, Kernels } from "./kernels.ts";
import { Mark } from "./mark.ts";
import { checked, Memory } from "./memory.ts";
import { RoundTrip } from "./round-trip.ts";
import { Scope } from "./scope.ts";
import { forLinks, pendingTerms, readP, spikesOf } from "./training-buffers.ts";
import { inputRows, layoutTraining, stimulusRows, type TrainingLayout } from "./training-layout.ts";
import { ALARM_ROW, SPAN_WORDS, STATE_ROWS, TrainingResources } from "./training-resources.ts";

export interface GpuTrainingOptions {
  /** Neurons per workgroup; changes no result. Default: 8 on software adapters, 32 else. */
  readonly workgroupSize?: number;
  /** Most bytes of P in one binding; the device's limit where left out. Smaller values change no result. */
  readonly maxBinding?: number;
}

const PHASE = { output: 1, error: 2, learn: 4, dynamics: 8 } as const;
const NONE = 0xffffffff;
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
      return new GpuTraining(
        compiled,
        layout,
        new TrainingResources(memory, kernel, compiled, layout),
        kernel.pipeline,
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
  readonly #pipeline: GPUComputePipeline;
  #step: number;
  #updates = 0;
  #started = false;
  readonly #watch: DeviceWatch;
  readonly #plainPace: Pace;
  readonly #learningPace: Pace;
  #givenLoop = -1;
  /** Traces after the last step, to tell the spikes of the next span's first step. */
  #lastR: Float32Array;
  readonly #mark: Mark;
  #marked: TrainingSnapshot = {};

  constructor(
    compiled: CompiledTraining,
    layout: TrainingLayout,
    resources: TrainingResources,
    pipeline: GPUComputePipeline,
  ) {
    this.compiled = compiled;
    this.#layout = layout;
    this.#resources = resources;
    this.#pipeline = pipeline;
    const { device, trip } = resources.memory;
    this.#watch = new DeviceWatch(device);
    this.#plainPace = new Pace(1, MOST_STEPS, trip.ms, FIRST_STEPS);
    this.#learningPace = new Pace(1, MOST_STEPS, trip.ms, FIRST_STEPS);
    this.#step = compiled.entries[0]?.firstStep ?? 0;
    this.#lastR = Float32Array.from(compiled.entries.flatMap((entry) => Array.from(entry.r0)));
    const state = new Float32Array(STATE_ROWS * layout.neurons);
    state.set(this.#lastR, (this.#step % 2) * layout.neurons);
    compiled.entries.forEach((entry, e) => state.set(entry.x0, 2 * layout.neurons + e * compiled.n));
    device.queue.writeBuffer(resources.state, 0, state);
    this.#mark = new Mark(resources.memory, this.#changing().map(([, buffer]) => buffer)); // prettier-ignore
  }

  get step(): number {
    return this.#step;
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
      const recording = this.#resources.recording(traces.length * plane * 4);
      this.#writeSpan(traces, plane);
      this.#writeSteps(steps);
      this.#writeNoise();
      await this.#submit(steps + 1, recording.bindings);
      return recording.record;
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
        pending: pendingTerms(this.#updates),
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

  /** With the record of a loop, the same on its way to the host, and what a stretch of steps began with. */
  memory(record: readonly TrainingTrace[]): { host: number; device: number } {
    const traces = tracesRead(record).length;
    const recorded = 4 * traces * this.compiled.schedule.stepsPerLoop * this.#layout.neurons;
    const { memory, recordBytes } = this.#resources;
    return {
      host: recorded,
      device: memory.bytes - recordBytes + 2 * recorded + this.#mark.bytesToCome,
    };
  }

  #progress(): { progress: Uint32Array; lastR: Float32Array } {
    return {
      progress: Uint32Array.of(this.#step, this.#updates, this.#started ? 1 : 0),
      lastR: this.#lastR.slice(),
    };
  }

  #goOnFrom({ progress, lastR }: TrainingSnapshot): void {
    const [step = 0, updates = 0, started = 0] = progress ?? [];
    [this.#step, this.#updates, this.#started] = [step, updates, started === 1];
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

  async save(): Promise<TrainingSnapshot> {
    const saved: Record<string, Uint32Array | Float32Array> = { ...this.#progress() };
    for (const [name, buffer] of this.#changing())
      saved[name] = new Float32Array(await this.#resources.memory.read(buffer));
    return saved;
  }

  async load(snapshot: TrainingSnapshot): Promise<void> {
    this.#goOnFrom(snapshot);
    const { queue } = this.#resources.memory.device;
    for (const [name, buffer] of this.#changing()) queue.writeBuffer(buffer, 0, snapshot[name] as Float32Array<ArrayBuffer>); // prettier-ignore
  }

  /** Every buffer that a step changes. */
  #changing(): (readonly [string, GPUBuffer])[] {
    const { state, shards } = this.#resources;
    return [["state", state], ...shards.flatMap(({ P, U, w }, s) => Object.entries({ P, U, w }).map(([name, buffer]) => [`${name}.${s}`, buffer] as const))]; // prettier-ignore
  }

  async close(): Promise<void> {
    const { trip, device, scope } = this.#resources.memory;
    await trip.wait(device.queue.onSubmittedWorkDone());
    this.#watch.close();
    scope[Symbol.dispose]();
  }

  #writeSpan(traces: readonly TrainingTrace[], plane: number): void {
    const { rules, n } = this.compiled;
    const { memory, span } = this.#resources;
    const words = new ArrayBuffer(SPAN_WORDS * 4);
    const at = (trace: TrainingTrace): number => (traces.includes(trace) ? traces.indexOf(trace) * plane : NONE);
    const { neurons } = this.#layout;
    new Uint32Array(words).set([neurons, n, stream("training", "noise")]);
    new Uint32Array(words).set([rules.spikeRule === "intended" ? 1 : 0, rules.noiseScheme === "held" ? 1 : 0, 0], 3);
    new Float32Array(words).set([rules.h, rules.h / 2, traceDecay(rules), rules.b], 6);
    new Uint32Array(words).set((["x", "r", "v", "error", "update2", "xmid"] as const).map(at), 10);
    memory.device.queue.writeBuffer(span, 0, words);
  }

  /** One record per dispatch; the last has no dynamics, only the last step's output, error and learning. */
  #writeSteps(steps: number): void {
    const { schedule } = this.compiled;
    const G = this.#layout.neurons;
    const targets = 3 + stimulusRows(this.compiled);
    const records = new Uint32Array(((steps + 1) * BLOCK_STRIDE) / 4);
    for (let d = 0; d <= steps; d++) {
      const step = this.#step + d;
      const it = step % schedule.stepsPerLoop;
      const last = (step + schedule.stepsPerLoop - 1) % schedule.stepsPerLoop;
      const learn = d > 0 && learns(schedule, step - 1);
      const first = !this.#started && d === 0;
      const phases =
        (d > 0 ? PHASE.output | PHASE.error : first ? PHASE.output : 0) |
        (learn ? PHASE.learn : 0) |
        (d < steps ? PHASE.dynamics : 0);
      const [old, other] = step % 2 === 0 ? [0, G] : [G, 0];
      const pending = pendingTerms(this.#updates);
      if (learn) this.#updates++;
      const stimulus = 3 + (schedule.stimulusRow[it] as number);
      const noise = targets + schedule.stepsPerLoop + 2 * it;
      const rows = [(targets + last) * G, stimulus * G, noise * G, step, d * G, (d - 1) * G];
      records.set([phases, old, other, ...rows, pending], (d * BLOCK_STRIDE) / 4);
    }
    this.#started = true;
    this.#resources.memory.device.queue.writeBuffer(this.#resources.steps.buffer, 0, records);
  }

  #writeNoise(): void {
    const { entries, n, schedule } = this.compiled;
    const loop = Math.floor(this.#step / schedule.stepsPerLoop);
    const given = entries.map(({ noise }, e) => (noise.kind === "given" ? { e, values: noise } : undefined));
    if (loop === this.#givenLoop || given.every((one) => one === undefined)) return;
    this.#givenLoop = loop;
    const G = this.#layout.neurons;
    const rows = new Float32Array(2 * schedule.stepsPerLoop * G);
    for (const one of given) {
      if (one === undefined) continue;
      const values = one.values.loop(loop);
      for (let row = 0; row < 2 * schedule.stepsPerLoop; row++) {
        rows.set(values.subarray(row * n, (row + 1) * n), row * G + one.e * n);
      }
    }
    const start = (3 + stimulusRows(this.compiled) + schedule.stepsPerLoop) * G * 4;
    this.#resources.memory.device.queue.writeBuffer(this.#resources.inputs, start, rows);
  }

  /** Dispatches 0..count-1 in short submits. Steps that learn and steps that do not go into different submits, since they take
   * different times. */
  async #submit(count: number, bindings: readonly GPUBindGroup[]): Promise<void> {
    const { trip, device } = this.#resources.memory;
    const learning = (d: number): boolean => d > 0 && learns(this.compiled.schedule, this.#step + d - 1);
    for (let d = 0; d < count;) {
      const pace = learning(d) ? this.#learningPace : this.#plainPace;
      let to = d + 1;
      while (to < count && to - d < pace.steps && learning(to) === learning(d)) to++;
      const begun = performance.now();
      device.queue.submit([this.#encode(d, to, bindings)]);
      if (isSoftware(device.adapterInfo)) await pace.rest(to - d, begun);
      await trip.wait(device.queue.onSubmittedWorkDone());
      pace.finished(to - d, begun);
      d = to;
    }
  }

  #encode(from: number, to: number, bindings: readonly GPUBindGroup[]): GPUCommandBuffer {
    const { memory, shards, steps } = this.#resources;
    const encoder = memory.device.createCommandEncoder({ label: "train_step" });
    const pass = encoder.beginComputePass({ label: "train_step" });
    pass.setPipeline(this.#pipeline);
    for (let at = from; at < to; at++) {
      pass.setBindGroup(1, steps.group(at));
      shards.forEach(({ shard }, s) => {
        pass.setBindGroup(0, bindings[s]);
        pass.dispatchWorkgroups(shard.groups);
      });
    }
    pass.end();
    return encoder.finish();
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
