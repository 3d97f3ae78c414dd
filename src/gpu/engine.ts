/// <reference types="@webgpu/types" preserve="true" />
import { isSoftware } from "./adapter.ts";
import type { CompiledNetwork } from "../compile/compiled.ts";
import type { Engine, EngineState, LinkStates, PHASES, Segment } from "../host/engine.ts";
import type { Inputs } from "../host/inputs.ts";
import { Pace } from "../host/pace.ts";
import { DeviceError, type StateError } from "../errors.ts";
import { fromStart } from "../host/initial.ts";
import { arrayBytes, type MemoryAhead, type MemoryUse, RUNNING, sampleBytes } from "../host/memory.ts";
import { lastSound, stateError } from "../host/soundness.ts";
import type { Signal } from "../network/signal.ts";
import { type Base, prepare, type GpuOptions } from "./base.ts";
import { DeviceNetwork } from "./device-network.ts";
import { encodePasses } from "./dispatches.ts";
import type { Setting, Shared, Submit } from "./group.ts";
import type { LearnPart } from "./learn-part.ts";
import type { PortPart } from "./port-part.ts";
import { LogCopy, type LogRing } from "./log-ring.ts";
import { DeviceWatch } from "./device-watch.ts";
import { checked, type Memory } from "./memory.ts";
import type { ReadoutPart } from "./readout-part.ts";
import type { ProjectionRelease } from "./release-part.ts";
import { Profile } from "./profile.ts";
import { RoundTrip } from "./round-trip.ts";
import type { Placed, Samples } from "./samples.ts";
import type { Scope } from "./scope.ts";
import { cutTraces, readTraces } from "./segments.ts";
import { Settings } from "./settings.ts";
import { type BlockPlanner, cutAt, joined, runningSums } from "./submit.ts";

/** An engine whose buffers may be looked at on its device, for drawings that read nothing back. Ask again after every segment:
 * a log that has grown is another buffer. Write to none of them. */
export interface VisibleEngine extends Engine {
  /** The ring of shaders/log.wgsl; the segments given out so far hold the entries before `count` (modulo 2^32). */
  spikeLog(): { readonly buffer: GPUBuffer; readonly count: number };
  /** States of a cell population, f32: state s, entry e, cell c at (s * entries + e) * n + first + c; populations with the same kernel
   * share a buffer of n cells. */
  cellState(population: number): { readonly buffer: GPUBuffer; readonly n: number; readonly first: number } | undefined;
}

/** Runs a CompiledNetwork on a WebGPU device in float32. The caller owns the device.
 * @throws DeviceError when something does not fit the device, before the first step */
export async function gpuEngine(
  network: CompiledNetwork,
  device: GPUDevice,
  options: GpuOptions = {},
): Promise<VisibleEngine> {
  return checked(device, "gpu engine", () => GpuEngine.make(network, device, options));
}

class GpuEngine implements VisibleEngine {
  readonly kind = "gpu" as const;
  readonly network: CompiledNetwork;
  step = 0;
  readonly #pace: Pace;
  readonly #scope: Scope;
  readonly #watch: DeviceWatch;
  readonly #memory: Memory;
  readonly #inputs: Inputs;
  readonly #maxSteps: number;
  readonly #log: LogRing;
  readonly #shared: Shared;
  readonly #profile: Profile | undefined;
  readonly #rests: boolean; // a software adapter wants every core
  readonly #planner: BlockPlanner;
  readonly #parts: DeviceNetwork;
  readonly #samples: readonly Samples[];
  #staging: [GPUBuffer, GPUBuffer] | undefined;
  #snapshots: [GPUBuffer[], GPUBuffer[]] | undefined;
  readonly #settings: Settings;
  #read = 0; // log position up to which spikes have been given out
  #submits: Submit[] = []; // in flight
  #queue: Promise<unknown> = Promise.resolve();
  #lastDone = 0;
  #stopping = false; // a submit reported a state that no cell can have: nothing is encoded any more
  #fault: StateError | undefined;
  #closed = false;

  private constructor(base: Base, parts: DeviceNetwork, options: GpuOptions) {
    this.network = base.network;
    this.#scope = base.scope;
    this.#memory = base.shared.memory;
    this.#inputs = base.shared.inputs;
    this.#maxSteps = base.shared.maxSteps;
    this.#shared = base.shared;
    this.#log = base.log;
    this.#planner = base.planner;
    this.#parts = parts;
    this.#samples = parts.groups.flatMap((g) => g.samples ?? []);
    this.#pace = new Pace(base.network.maxBlock, base.shared.maxSteps, this.#memory.trip.ms);
    this.#profile = options.profile === true ? new Profile(this.#memory.device, this.#scope) : undefined;
    this.#allocateCopies();
    this.#settings = new Settings(parts.settings);
    this.#rests = isSoftware(this.#memory.device.adapterInfo);
    this.#watch = new DeviceWatch(this.#memory.device);
  }

  static async make(network: CompiledNetwork, device: GPUDevice, options: GpuOptions): Promise<GpuEngine> {
    const base = prepare(network, device, await RoundTrip.measure(device), options);
    try {
      return new GpuEngine(base, await DeviceNetwork.make(base.shared, base.log), options);
    } catch (error) {
      base.scope[Symbol.dispose]();
      throw error;
    }
  }

  get stepsPerSubmit(): number {
    return this.#pace.steps;
  }

  memory(): MemoryUse {
    return { host: arrayBytes(this.network, this.#inputs.kept(), this.#settings.kept), device: this.#memory.bytes };
  }

  ahead(steps: number): MemoryAhead {
    const software = this.#rests ? RUNNING.software : 0;
    const samples = sampleBytes(this.network, Math.min(steps, this.#maxSteps, 4 * this.#pace.steps), 4);
    return { running: RUNNING.any + software + samples, after: RUNNING.any };
  }

  advance(toStep: number): Promise<Segment> {
    if (this.#fault !== undefined) return Promise.resolve(this.#nothing(this.#fault));
    const pieces: Promise<Segment>[] = [];
    while (this.step < toStep) {
      const to = Math.min(toStep, this.step + this.#maxSteps);
      pieces.push(this.#advance(to));
    }
    const all = this.#watch.guard(Promise.all(pieces).then((parts) => fromStart(this.network, joined(parts), true)));
    all.catch(() => undefined); // whoever awaits it sees the error
    return all;
  }

  async save(): Promise<EngineState> {
    await this.#queue;
    return { ...this.#inputs.save(), ...(await this.#parts.save(this.step)) };
  }

  async load(state: EngineState, step: number): Promise<void> {
    await this.#queue;
    this.#inputs.load(state);
    this.#parts.load(state);
    this.#settings.changed();
    this.#allocateCopies();
    this.#read = (state["log.steps"] as Uint32Array).length;
    this.#planner.forget();
    [this.#stopping, this.#fault] = [false, undefined];
    this.step = step;
  }

  async sourceStates(plasticity: number): Promise<Float32Array> {
    await this.#queue;
    return (await (this.#parts.releases.get(plasticity) as ProjectionRelease).kept.read()).state;
  }

  async linkStates(learning: number): Promise<LinkStates> {
    await this.#queue;
    return (this.#parts.named.learning[learning] as LearnPart).kept.read();
  }

  async readoutState(readout: number): Promise<Float32Array> {
    await this.#queue;
    return (this.#parts.named.readouts[readout] as ReadoutPart).read();
  }

  setRate(population: number, signal: Signal, entry?: number): void {
    this.#inputs.setRate(population, signal, entry);
    this.#settings.changed(this.#parts.named.drives);
  }
  setPortRate(population: number, hz: number | ArrayLike<number>, entry?: number): void {
    this.#inputs.setPortRate(population, hz, entry);
    this.#settings.changed(
      this.#parts.named.ports.filter((p): p is PortPart & Setting => p.populations.includes(population)),
    );
  }
  setScale(projection: number, scale: number, entry?: number): void {
    this.#inputs.setScale(projection, scale, entry);
    this.#settings.changed([...this.#parts.named.sums, ...this.#parts.named.learning]);
  }
  setFrozen(learner: number, frozen: boolean, entry?: number): void {
    const { learning, readouts } = this.#parts.named;
    const part = [...learning, ...readouts][learner] as LearnPart | ReadoutPart;
    part.frozen.fill(frozen ? 1 : 0, entry ?? 0, entry === undefined ? part.frozen.length : entry + 1);
    this.#settings.changed([part]);
  }
  setGain(clamp: number, gain: number | ArrayLike<number>, entry?: number): void {
    this.#inputs.setGain(clamp, gain, entry);
    const found = this.#parts.cellsOf(this.network.clamps[clamp]?.population);
    if (found !== undefined) this.#settings.changed([found.part]);
  }
  setParam(population: number, name: string, value: number | ArrayLike<number>, entry?: number): void {
    const found = this.#parts.cellsOf(population);
    found?.member.params.set(name, value, entry);
    if (found !== undefined) this.#settings.changed([found.part]);
  }

  timings(): Readonly<Partial<Record<(typeof PHASES)[number], number>>> {
    return this.#profile?.ms ?? {};
  }

  warnings(): string[] {
    return this.#inputs.warnings();
  }

  spikeLog(): { buffer: GPUBuffer; count: number } {
    return { buffer: this.#log.buffer, count: this.#read };
  }

  cellState(population: number): ReturnType<VisibleEngine["cellState"]> {
    const found = this.#parts.cellsOf(population);
    if (found === undefined) return undefined;
    return { buffer: found.part.mutable[0] as GPUBuffer, n: found.part.cells.n, first: found.member.first };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue.catch(() => undefined);
    await this.#done().catch(() => undefined); // lavapipe crashes on exit with work in flight
    this.#watch.close();
    this.#scope[Symbol.dispose]();
  }

  /** Staging for the host and snapshots for a repetition, twice, since two submits may be in flight. */
  #allocateCopies(): void {
    const bytes = this.#log.bytes + 16 + this.#traceBytes;
    const pair = <T>(make: () => T): [T, T] => [make(), make()];
    if (this.#staging !== undefined) for (const b of this.#staging) this.#memory.release(b);
    if (this.#snapshots !== undefined) for (const b of this.#snapshots.flat()) this.#memory.release(b);
    this.#staging = pair(() => this.#memory.staging("staging", bytes));
    this.#snapshots = pair(() => this.#parts.mutable.map((b) => this.#memory.storage(`${b.label}.snapshot`, b.size)));
  }

  get #traceBytes(): number {
    return this.#samples.reduce((sum, s) => sum + 16 * Math.ceil(s.words(this.#maxSteps) / 4), 0);
  }

  #advance(to: number): Promise<Segment> {
    const from = this.step;
    const rates = this.#inputs.mark();
    const inputs = this.#inputs.block(from, to - from);
    const sums = runningSums(inputs);
    const parity = ((this.#submits.at(-1)?.parity ?? 1) ^ 1) as 0 | 1;
    const submit: Submit = {
      from,
      to,
      inputs,
      rates,
      sums,
      blocks: this.#planner.cut(from, to),
      parity,
      values: this.#settings.values,
      encoded: false,
    };
    this.step = to;
    if (this.#submits.length === 0) this.#lastDone = performance.now();
    const before = this.#queue;
    const mayEncode = this.#submits.length < 2 ? Promise.resolve() : before;
    this.#submits.push(submit);
    const encoded = mayEncode.then(() => (this.#stopping ? [] : this.#encode(submit)));
    const done = before.then(() => encoded).then((traces) => this.#finish(submit, traces));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #encode(submit: Submit): Placed[] {
    if (this.#watch.failure !== undefined) throw this.#watch.failure;
    const { device } = this.#memory;
    const { queue } = device;
    const { clamps } = submit.inputs;
    submit.encoded = true;
    this.#settings.write(queue, submit.values);
    if (submit.sums.length > 0) queue.writeBuffer(this.#shared.increments, 0, submit.sums);
    if (clamps.length > 0) queue.writeBuffer(this.#shared.clamps, 0, Float32Array.from(clamps));
    const placed = this.#samples.map((s) => s.place(submit.from, submit.to));
    for (const group of this.#parts.groups) group.upload?.(submit);
    const { dispatches, records } = this.#parts.dispatches(submit);
    queue.writeBuffer(this.#shared.records.buffer, 0, records);
    const encoder = device.createCommandEncoder({ label: `steps ${submit.from}..${submit.to}` });
    this.#parts.mutable.forEach((b, k) =>
      encoder.copyBufferToBuffer(b, 0, this.#snapshots?.[submit.parity][k] as GPUBuffer, 0, b.size),
    );
    const { records: own } = this.#shared;
    if (this.#profile === undefined) encodePasses(encoder, dispatches, own);
    else this.#profile.encode(encoder, dispatches, own, submit.parity);
    const staging = this.#staging?.[submit.parity] as GPUBuffer;
    encoder.copyBufferToBuffer(this.#log.buffer, 0, staging, 0, this.#log.buffer.size);
    let at = this.#log.buffer.size;
    placed.forEach(({ words }, k) => {
      const bytes = 16 * Math.ceil(words / 4);
      if (bytes > 0) encoder.copyBufferToBuffer((this.#samples[k] as Samples).buffer, 0, staging, at, bytes);
      at += bytes;
    });
    queue.submit([encoder.finish()]);
    return placed.map((p) => p.samples);
  }

  /** Waits for a submit and reads it; if the log was too small, enlarges it and repeats it and what came after. */
  async #finish(submit: Submit, samples: Placed[]): Promise<Segment> {
    let placed = samples;
    for (;;) {
      if (this.#fault !== undefined) {
        this.#submits.shift();
        return this.#nothing(this.#fault);
      }
      if (this.#rests) await this.#pace.rest(submit.to - submit.from, this.#lastDone);
      const { log, bytes, staging } = await this.#readback(submit);
      if (log.unsound && !log.overflowed) {
        staging.unmap();
        return await this.#stop(submit).finally(() => this.#submits.shift());
      }
      if (!log.overflowed) {
        const segment = this.#segment(submit, log, bytes, placed);
        staging.unmap();
        this.#submits.shift();
        this.#lastDone = this.#pace.finished(submit.to - submit.from, this.#lastDone);
        return segment;
      }
      staging.unmap();
      placed = await this.#repeat();
    }
  }

  /** What a submit left for the host, mapped until the staging buffer is unmapped. */
  async #readback({ parity }: Submit): Promise<{ log: LogCopy; bytes: ArrayBuffer; staging: GPUBuffer }> {
    const staging = this.#staging?.[parity] as GPUBuffer;
    await this.#memory.trip.wait(staging.mapAsync(1)).catch((error: unknown) => {
      throw this.#watch.failure ?? new DeviceError("readback", String(error), "Run again; resume with --resume");
    });
    if (this.#watch.failure !== undefined) throw this.#watch.failure;
    await this.#profile?.collect(parity);
    const bytes = staging.getMappedRange();
    return { log: new LogCopy(bytes, this.#log.bytes / 4), bytes, staging };
  }

  #nothing(fault: StateError): Segment {
    const { step } = this;
    return { from: step, to: step, spikeSteps: new Uint32Array(0), spikeIds: new Uint32Array(0), traces: [], fault };
  }

  /** After a submit with a state that no cell can have: finds the first such step by repeating the submit up to earlier ends, says
   * whose state it is, and leaves the engine at the step before. */
  async #stop(submit: Submit): Promise<Segment> {
    this.#stopping = true;
    const read = this.#read;
    await this.#done();
    const to = await lastSound(submit.from, submit.to, async (step) => (await this.#again(submit, step, read)).sound);
    await this.#again(submit, to + 1, read);
    const states = new Map<number, Float32Array>();
    for (const part of this.#parts.named.cells)
      for (const [k, { state }] of await part.readStates()) states.set(k, state);
    const released = new Map<number, Float32Array>();
    for (const [k, part] of this.#parts.releases) if (part.plasticity.stops !== undefined) released.set(k, (await part.kept.read()).state); // prettier-ignore
    const fault = stateError(this.network, to + 1, { cells: (k) => states.get(k) as Float32Array, releases: (k) => released.get(k) as Float32Array }); // prettier-ignore
    const { segment } = await this.#again(submit, to, read);
    this.#inputs.rewind(submit.rates, submit.from, to);
    this.step = to;
    this.#fault = fault;
    return { ...segment, to, fault };
  }

  /** Repeats a submit from its start to an earlier end. @param read  log position at its start */
  async #again(submit: Submit, to: number, read: number): Promise<{ sound: boolean; segment: Segment }> {
    const encoder = this.#memory.device.createCommandEncoder({ label: "again" });
    this.#restore(encoder, submit);
    const log = this.#snapshots?.[submit.parity].at(-1) as GPUBuffer;
    encoder.copyBufferToBuffer(log, 0, this.#log.buffer, 0, log.size);
    this.#memory.device.queue.submit([encoder.finish()]);
    const placed = this.#encode({ ...submit, blocks: cutAt(submit.blocks, to) });
    this.#read = read;
    const { log: copy, bytes, staging } = await this.#readback(submit);
    const sound = !copy.unsound; // the copy is gone once it is unmapped
    const whole = this.#segment(submit, copy, bytes, placed);
    staging.unmap();
    const traces = cutTraces(this.network, whole.traces, submit.from, to);
    return { sound, segment: { ...whole, traces } };
  }

  #segment(submit: Submit, log: LogCopy, bytes: ArrayBuffer, placed: readonly Placed[]): Segment {
    const { steps, ids } = log.entries(this.#read);
    this.#read = log.count;
    this.#parts.spikesPerStep = steps.length / (submit.to - submit.from);
    const traces = readTraces(this.network, bytes, this.#log.buffer.size, placed);
    return { from: submit.from, to: submit.to, spikeSteps: steps, spikeIds: ids, traces };
  }

  /** Puts everything back to where a submit began, but for the log. */
  #restore(encoder: GPUCommandEncoder, submit: Submit): void {
    const snapshot = this.#snapshots?.[submit.parity] as GPUBuffer[];
    this.#parts.mutable.slice(0, -1).forEach((b, k) => encoder.copyBufferToBuffer(snapshot[k] as GPUBuffer, 0, b, 0, b.size)); // prettier-ignore
    for (const { acc } of this.#parts.named.sums) encoder.clearBuffer(acc);
  }

  async #repeat(): Promise<Placed[]> {
    await this.#done();
    const [first, ...later] = this.#submits as [Submit, ...Submit[]];
    const snapshot = this.#snapshots?.[first.parity] as GPUBuffer[];
    const copy = new Uint32Array(await this.#memory.read(snapshot.at(-1) as GPUBuffer));
    const factors = new Float32Array(await this.#memory.read(snapshot.at(-2) as GPUBuffer));
    const encoder = this.#memory.device.createCommandEncoder({ label: "restore" });
    this.#restore(encoder, first);
    this.#memory.device.queue.submit([encoder.finish()]);
    this.#log.enlarge(copy, factors);
    this.#parts.common.moved();
    this.#allocateCopies();
    const placed = this.#encode(first);
    for (const s of later) if (s.encoded) this.#encode(s);
    return placed;
  }

  #done(): Promise<undefined> {
    return this.#memory.trip.wait(this.#memory.device.queue.onSubmittedWorkDone());
  }
}
