/// <reference types="@webgpu/types" preserve="true" />
import { learns, traceDecay, type CompiledTraining, type TrainingTrace } from "../../compile/trained/training.ts";
import type { EngineState } from "../../host/engine.ts";
import { TrainedControls } from "../../host/trained-controls.ts";
import { stream } from "../../random/philox.ts";
import type { Dispatch, Group, Saved, Turn, Submit } from "../group.ts";
import { Settings } from "../settings.ts";
import { controlRows, pendingTerms, settle, slotTable } from "./buffers.ts";
import { stimulusRows, type TrainingLayout } from "./layout.ts";
import { SPAN_WORDS, STATE_ROWS, type TrainingResources } from "./resources.ts";

const PHASE = { output: 1, error: 2, learn: 4, dynamics: 8 } as const;
const NONE = 0xffffffff;

/** Steps that are encoded together, and what of them is recorded. */
type Span = Pick<Submit, "from" | "to">;

/** Trained networks on the device, side by side: a dispatch a step (and shard), which first brings the step before to its end: its
 * output, its error and what is learned of it. */
export class TrainedPart implements Group {
  readonly controls: TrainedControls;
  readonly mutable: readonly GPUBuffer[];
  readonly settings: Settings;
  readonly #compiled: CompiledTraining;
  readonly #layout: TrainingLayout;
  readonly #resources: TrainingResources;
  readonly #pipeline: GPUComputePipeline;
  readonly #frozen: Uint32Array; // as the device has it
  #updates = 0;
  #started = false;
  #givenLoop = -1;

  constructor(
    compiled: CompiledTraining,
    layout: TrainingLayout,
    resources: TrainingResources,
    pipeline: GPUComputePipeline,
  ) {
    [this.#compiled, this.#layout, this.#resources, this.#pipeline] = [compiled, layout, resources, pipeline];
    this.controls = new TrainedControls(compiled);
    this.#frozen = this.controls.frozen.slice();
    this.mutable = this.#changing().map(([, buffer]) => buffer);
    this.settings = new Settings([
      { setting: resources.inputs, words: () => controlRows(this.controls) },
      ...resources.shards.map(({ shard, slots }) => ({
        setting: slots,
        words: () => slotTable(compiled, layout, shard, this.controls),
      })),
    ]);
    const step = compiled.entries[0]?.firstStep ?? 0;
    const state = new Float32Array(STATE_ROWS * layout.neurons);
    compiled.entries.forEach(({ r0, x0 }, e) => {
      state.set(r0, (step % 2) * layout.neurons + e * compiled.n);
      state.set(x0, 2 * layout.neurons + e * compiled.n);
    });
    resources.memory.device.queue.writeBuffer(resources.state, 0, state);
  }

  /** Rank-1 terms that wait in U. */
  get pending(): number {
    return pendingTerms(this.#updates);
  }

  /** Takes over what controls have changed. Weights that are to stay need all of their P: terms that wait would be taken off twice. */
  async changed(): Promise<void> {
    const { frozen } = this.controls;
    for (const [e, now] of frozen.entries()) if (now === 1 && this.#frozen[e] === 0) await this.#settle(e);
    this.#frozen.set(frozen);
    this.settings.changed();
  }

  async #settle(entry: number): Promise<void> {
    const { memory, shards } = this.#resources;
    for (const { shard, P, U } of shards) {
      const raw = { P: new Float32Array(await memory.read(P)), U: new Float32Array(await memory.read(U)), pending: this.pending }; // prettier-ignore
      settle(this.#compiled, this.#layout, shard, raw, entry);
      memory.device.queue.writeBuffer(P, 0, raw.P);
      memory.device.queue.writeBuffer(U, 0, raw.U);
    }
  }

  /** @param traces  what a span records, each a plane [step][neuron] of the record */
  uploadSpan({ from, to }: Span, traces: readonly TrainingTrace[]): void {
    const { queue } = this.#resources.memory.device;
    this.settings.write(queue, this.settings.values);
    this.#writeNoise(from);
    const { rules, n } = this.#compiled;
    const { neurons } = this.#layout;
    const words = new ArrayBuffer(SPAN_WORDS * 4);
    const plane = (to - from) * neurons;
    const at = (trace: TrainingTrace): number => (traces.includes(trace) ? traces.indexOf(trace) * plane : NONE);
    new Uint32Array(words).set([neurons, n, stream("training", "noise")]);
    new Uint32Array(words).set([rules.spikeRule === "intended" ? 1 : 0, rules.noiseScheme === "held" ? 1 : 0, 0], 3);
    new Float32Array(words).set([rules.h, rules.h / 2, traceDecay(rules), rules.b], 6);
    new Uint32Array(words).set((["x", "r", "v", "error", "update2", "xmid"] as const).map(at), 10);
    queue.writeBuffer(this.#resources.span, 0, words);
  }

  /** A dispatch more than steps: the last has no dynamics, only the last step's output, error and learning. */
  turns({ from, to }: Span): Turn[] {
    const steps = Array.from({ length: to - from + 1 }, (_, d) => this.#dispatches(from, d, to - from));
    this.#started = true;
    const last: Turn["of"] = (b) => (b.step + b.steps === to ? (steps[to - from] as Dispatch[]) : []);
    return [
      { stage: 0, at: "integrate", of: (b) => steps[b.step - from] as Dispatch[] },
      { stage: 0, at: "sample", of: last },
    ];
  }

  #dispatches(from: number, d: number, count: number): Dispatch[] {
    const { schedule } = this.#compiled;
    const { shards, bindings } = this.#resources;
    const G = this.#layout.neurons;
    const targets = 3 + stimulusRows(this.#compiled);
    const step = from + d;
    const it = step % schedule.stepsPerLoop;
    const last = (step + schedule.stepsPerLoop - 1) % schedule.stepsPerLoop;
    const learn = d > 0 && learns(schedule, step - 1);
    const first = !this.#started && d === 0;
    const phases =
      (d > 0 ? PHASE.output | PHASE.error : first ? PHASE.output : 0) |
      (learn ? PHASE.learn : 0) |
      (d < count ? PHASE.dynamics : 0);
    const [old, other] = step % 2 === 0 ? [0, G] : [G, 0];
    const pending = this.pending;
    if (learn) this.#updates++;
    const stimulus = 3 + (schedule.stimulusRow[it] as number);
    const noise = targets + schedule.stepsPerLoop + 2 * it;
    const rows = [(targets + last) * G, stimulus * G, noise * G, step, d * G, (d - 1) * G];
    const record = [phases, old, other, ...rows, pending];
    return shards.map(({ shard }, s) => ({
      label: learn ? "learn" : "integrate",
      pipeline: this.#pipeline,
      group: bindings[s] as GPUBindGroup,
      workgroups: [shard.groups, 1],
      record,
    }));
  }

  #writeNoise(step: number): void {
    const { entries, n, schedule } = this.#compiled;
    const loop = Math.floor(step / schedule.stepsPerLoop);
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
    const start = (3 + stimulusRows(this.#compiled) + schedule.stepsPerLoop) * G * 4;
    this.#resources.memory.device.queue.writeBuffer(this.#resources.inputs, start, rows);
  }

  /** How far it is: what `goOnFrom` takes beside the buffers. */
  progress(step: number): Uint32Array {
    return Uint32Array.of(step, this.#updates, this.#started ? 1 : 0);
  }

  /** @returns the step */
  goOnFrom([step = 0, updates = 0, started = 0]: Iterable<number>): number {
    [this.#updates, this.#started] = [updates, started === 1];
    return step;
  }

  async save(step: number): Promise<Saved> {
    const saved: Saved = { progress: this.progress(step), ...this.controls.save() };
    for (const [name, buffer] of this.#changing()) saved[name] = new Float32Array(await this.#resources.memory.read(buffer)); // prettier-ignore
    return saved;
  }

  load(state: EngineState): void {
    this.goOnFrom(state["progress"] as Uint32Array);
    this.controls.load(state);
    this.#frozen.set(this.controls.frozen);
    this.settings.changed();
    const { queue } = this.#resources.memory.device;
    for (const [name, buffer] of this.#changing()) queue.writeBuffer(buffer, 0, state[name] as Float32Array<ArrayBuffer>); // prettier-ignore
  }

  /** Every buffer that a step changes. */
  #changing(): (readonly [string, GPUBuffer])[] {
    const { state, shards } = this.#resources;
    return [["state", state], ...shards.flatMap(({ P, U, w }, s) => Object.entries({ P, U, w }).map(([name, buffer]) => [`${name}.${s}`, buffer] as const))]; // prettier-ignore
  }
}
