import type { CompiledCells, CompiledNetwork, CompiledStage } from "../compile/compiled.ts";
import type { Engine, EngineState, PHASES, Segment, TraceSamples } from "../compile/engine.ts";
import { type InputBlock, Inputs } from "../compile/inputs.ts";
import { Pace } from "../compile/pace.ts";
import { DeviceError } from "../errors.ts";
import type { Signal } from "../model/signal.ts";
import { bind, BLOCK_STRIDE, type Kernel, Kernels } from "./kernels.ts";
import { LogCopy, LogRing } from "./log-ring.ts";
import { checked, Memory } from "./memory.ts";
import type { CellsPart } from "./cells-part.ts";
import { type Dispatch, DrivePart, GIVEN_BYTES, type Setting, type Shared, StagePart, type Words } from "./parts.ts";
import { Profile } from "./profile.ts";
import { Scope } from "./scope.ts";
import { SmallPart } from "./small-part.ts";
import { TreePart } from "./tree-part.ts";
import { firstAtOrAfter, mostWithin } from "../compile/samples.ts";

export interface GpuOptions {
  /** invocations per workgroup; results do not depend on it. Default 64. */
  readonly workgroupSize?: number;
  /** spikes that the log holds at first; it grows without loss. Default 16384. */
  readonly logCapacity?: number;
  /** measure phases with timestamp queries (needs the device feature; slows a run a little). */
  readonly profile?: boolean;
}

/** An engine whose buffers may be looked at on its device, for drawings that read nothing back. Ask again after every segment:
 * a log that has grown is another buffer. Write to none of them. */
export interface VisibleEngine extends Engine {
  /** The ring of shaders/log.wgsl; the segments given out so far hold the entries before `count` (modulo 2^32). */
  spikeLog(): { readonly buffer: GPUBuffer; readonly count: number };
  /** States of a cell population, f32: state s, entry e, cell c at (s * entries + e) * n + c. */
  cellState(population: number): GPUBuffer | undefined;
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

/** Bytes of one submit's inputs and of its traces at most: what bounds its length beside time. */
const SUBMIT_BYTES = 16 * 2 ** 20;
const LONGEST_SUBMIT = 8192;
/** Workgroups that look through the log. Each costs a software adapter 0.15 ms even with nothing to do (SwiftShader, 2 cores: 43 ms
 * for 400 steps of 200 cells with 128, 25 with 8); a GPU wants more than it has multiprocessors. */
const deliverGroups = (device: GPUDevice): number => (device.adapterInfo.isFallbackAdapter ? 8 : 128);

interface BlockPlan {
  readonly step: number;
  readonly steps: number;
  readonly slot: number;
  readonly slotFrom: number;
}

/** One submit from encoding to its segment; kept until it is known that the log held. */
interface Submit {
  readonly from: number;
  readonly to: number;
  readonly inputs: InputBlock;
  /** per row of increments: their sum before each step and at the end, modulo 2^32. */
  readonly sums: Uint32Array<ArrayBuffer>;
  readonly blocks: readonly BlockPlan[];
  readonly parity: 0 | 1;
  /** content of each of the engine's settings while it runs. */
  readonly values: readonly Words[];
  encoded: boolean;
}

class GpuEngine implements VisibleEngine {
  readonly kind = "gpu" as const;
  readonly network: CompiledNetwork;
  step = 0;
  readonly #pace: Pace;
  readonly #scope: Scope;
  readonly #memory: Memory;
  readonly #inputs: Inputs;
  readonly #maxSteps: number;
  readonly #log: LogRing;
  readonly #shared: Shared;
  readonly #drives: DrivePart[] = [];
  readonly #stages: { part: StagePart; cells: CellsPart[] }[] = [];
  readonly #profile: Profile | undefined;
  #begin: Dispatch | undefined;
  #beginKernel: Kernel<"begin"> | undefined;
  #staging: [GPUBuffer, GPUBuffer] | undefined;
  #snapshots: [GPUBuffer[], GPUBuffer[]] | undefined;
  #settings: Setting[] = []; // what controls may change
  #values: readonly Words[] = []; // their content from the current step on
  #written: readonly Words[] = []; // and on the device
  #blocks: BlockPlan[] = []; // those that late links may still come from, oldest first
  #nextSlot = 0;
  #read = 0; // log position up to which spikes have been given out
  #submits: Submit[] = []; // in flight
  #queue: Promise<unknown> = Promise.resolve();
  #lastDone = 0;
  #failure: DeviceError | undefined;
  #closed = false;

  private constructor(network: CompiledNetwork, device: GPUDevice, options: GpuOptions) {
    this.network = network;
    this.#scope = new Scope();
    this.#memory = new Memory(device, this.#scope);
    this.#inputs = new Inputs(network);
    this.#maxSteps = longestSubmit(network, this.#inputs);
    this.#pace = new Pace(network.maxBlock, this.#maxSteps);
    this.#log = new LogRing(this.#memory, options.logCapacity ?? 16384);
    this.#profile = options.profile === true ? new Profile(device, this.#scope) : undefined;
    const rows = this.#maxRows();
    this.#shared = {
      memory: this.#memory,
      kernels: new Kernels(device),
      network,
      inputs: this.#inputs,
      workgroupSize: options.workgroupSize ?? 64,
      blocks: this.#memory.uniform("blocks", BLOCK_STRIDE * this.#maxRecords()),
      increments: this.#memory.storage("increments", 4 * rows * (this.#maxSteps + 1)),
      clamps: this.#memory.storage("clamp values", 4 * this.#inputs.clampRows * this.#maxSteps),
      positions: this.#memory.storage("log positions", 4 * (this.#slots + 1)),
      log: this.#log.buffer,
    };
    this.#watch(device);
  }

  static async make(network: CompiledNetwork, device: GPUDevice, options: GpuOptions): Promise<GpuEngine> {
    const engine = new GpuEngine(network, device, options);
    try {
      await engine.#build();
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  }

  get stepsPerSubmit(): number {
    return this.#pace.steps;
  }

  advance(toStep: number): Promise<Segment> {
    const pieces: Promise<Segment>[] = [];
    while (this.step < toStep) {
      const to = Math.min(toStep, this.step + this.#maxSteps);
      pieces.push(this.#advance(to));
    }
    const all = Promise.all(pieces).then(joined);
    all.catch(() => undefined); // whoever awaits it sees the error
    return all;
  }

  async save(): Promise<EngineState> {
    await this.#queue;
    const state: Record<string, EngineState[string]> = { ...this.#inputs.save() };
    const { entries, populations, maxDelaySteps } = this.network;
    for (const { cells } of this.#stages) {
      for (const part of cells) {
        const { name, params } = part.cells;
        const states = await part.readStates();
        state[`cells.${name}.state`] = states.state;
        state[`cells.${name}.armed`] = states.armed;
        state[`cells.${name}.params`] = params.values.slice();
      }
    }
    for (const d of this.#drives) {
      const words = new Uint32Array(await this.#memory.read(d.sources));
      state[`sources.${populations[d.index]?.name}`] = words.slice(0, 5 * d.renewal.n * entries);
    }
    const log = new LogCopy(await this.#memory.read(this.#log.buffer), this.#log.bytes / 4);
    const { steps, ids } = log.entries(log.base);
    const live = Array.from(steps.keys()).filter((k) => (steps[k] as number) >= this.step - maxDelaySteps);
    state["log.steps"] = Uint32Array.from(live, (k) => steps[k] as number);
    state["log.ids"] = Uint32Array.from(live, (k) => ids[k] as number);
    return state;
  }

  async load(state: EngineState, step: number): Promise<void> {
    await this.#queue;
    const { queue } = this.#memory.device;
    this.#inputs.load(state);
    for (const { cells } of this.#stages) {
      for (const c of cells) {
        const { name, params } = c.cells;
        c.writeStates({
          state: state[`cells.${name}.state`] as Float32Array<ArrayBuffer>,
          armed: state[`cells.${name}.armed`] as Uint32Array,
        });
        params.values.set(state[`cells.${name}.params`] as Float64Array);
      }
    }
    for (const d of this.#drives) {
      queue.writeBuffer(d.sources, 0, state[`sources.${d.renewal.name}`] as Uint32Array<ArrayBuffer>);
    }
    this.#values = this.#settings.map((s) => s.words());
    const steps = state["log.steps"] as Uint32Array;
    this.#log.load(steps, state["log.ids"] as Uint32Array);
    this.#logReplaced();
    this.#read = steps.length;
    this.#blocks = [];
    this.step = step;
  }

  setRate(population: number, signal: Signal, entry?: number): void {
    this.#inputs.setRate(population, signal, entry);
    this.#changed(this.#drives);
  }
  setScale(projection: number, scale: number, entry?: number): void {
    this.#inputs.setScale(projection, scale, entry);
    this.#changed(this.#stages.map((s) => s.part));
  }
  setGain(clamp: number, gain: number | ArrayLike<number>, entry?: number): void {
    this.#inputs.setGain(clamp, gain, entry);
    const population = this.network.clamps[clamp]?.population;
    this.#changed(this.#cells.filter((c) => c.index === population));
  }
  setParam(population: number, name: string, value: number | ArrayLike<number>, entry?: number): void {
    const parts = this.#cells.filter((c) => c.index === population);
    for (const part of parts) part.cells.setParam(name, value, entry);
    this.#changed(parts);
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

  cellState(population: number): GPUBuffer | undefined {
    return this.#stages.flatMap((s) => s.cells).find((c) => c.index === population)?.mutable[0];
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue.catch(() => undefined);
    await this.#memory.device.queue.onSubmittedWorkDone().catch(() => undefined); // lavapipe crashes on exit with work in flight
    this.#scope[Symbol.dispose]();
  }

  get #cells(): CellsPart[] {
    return this.#stages.flatMap((s) => s.cells);
  }

  get #slots(): number {
    return this.network.maxDelaySteps + 4;
  }

  async #build(): Promise<void> {
    const drives = [...this.network.populations.entries()].flatMap(([k, p]) =>
      p.kind === "renewal" ? [DrivePart.make(this.#shared, k, p)] : [],
    );
    this.#drives.push(...(await Promise.all(drives)));
    for (const stage of this.network.stages) {
      const note = !this.#stages.some((s) => s.part.hasLinks);
      const part = await StagePart.make(this.#shared, stage, note, this.#maxSteps);
      const cells = await Promise.all(stage.cells.map((k) => makeCells(this.#shared, k, stage, this.#maxSteps)));
      this.#stages.push({ part, cells });
    }
    await this.#makeBegin();
    this.#allocateCopies();
    this.#settings = [...this.#drives, ...this.#stages.map((s) => s.part), ...this.#cells];
    this.#values = this.#settings.map((s) => s.words());
  }

  /** Takes over what a control changed: for submits from now on, not for those in flight, which may have to be repeated. */
  #changed(settings: readonly Setting[]): void {
    this.#values = this.#values.map((old, k) => {
      const setting = this.#settings[k] as Setting;
      return settings.includes(setting) ? setting.words() : old;
    });
  }

  async #makeBegin(): Promise<void> {
    const kernel = await this.#shared.kernels.make("begin");
    this.#beginKernel = kernel;
    const { blocks, positions } = this.#shared;
    const group = bind(this.#memory.device, kernel, { block: blocks, log: this.#log.buffer, positions });
    this.#begin = { label: "begin", pipeline: kernel.pipeline, group, workgroups: [1, 1] };
  }

  /** Staging for the host and snapshots for a repetition, twice, since two submits may be in flight. */
  #allocateCopies(): void {
    const bytes = this.#log.bytes + 16 + this.#traceBytes;
    const pair = <T>(make: () => T): [T, T] => [make(), make()];
    if (this.#staging !== undefined) for (const b of this.#staging) this.#memory.release(b);
    if (this.#snapshots !== undefined) for (const b of this.#snapshots.flat()) this.#memory.release(b);
    this.#staging = pair(() => this.#memory.staging("staging", bytes));
    this.#snapshots = pair(() => this.#mutable().map((b) => this.#memory.storage(`${b.label}.snapshot`, b.size)));
  }

  get #traceBytes(): number {
    return this.#cells.reduce((sum, c) => sum + 16 * Math.ceil(c.traceWords(this.#maxSteps) / 4), 0);
  }

  /** Every buffer that a submit changes and that must be put back to repeat it (accumulators are zero between blocks). */
  #mutable(): GPUBuffer[] {
    const states = this.#cells.flatMap((c) => c.mutable);
    return [...this.#drives.map((d) => d.sources), ...states, this.#shared.positions, this.#log.buffer];
  }

  #advance(to: number): Promise<Segment> {
    const from = this.step;
    const inputs = this.#inputs.block(from, to - from);
    const sums = runningSums(inputs);
    const parity = ((this.#submits.at(-1)?.parity ?? 1) ^ 1) as 0 | 1;
    const submit: Submit = {
      from,
      to,
      inputs,
      sums,
      blocks: this.#plan(from, to),
      parity,
      values: this.#values,
      encoded: false,
    };
    this.step = to;
    if (this.#submits.length === 0) this.#lastDone = performance.now();
    const before = this.#queue;
    const mayEncode = this.#submits.length < 2 ? Promise.resolve() : before;
    this.#submits.push(submit);
    const encoded = mayEncode.then(() => this.#encode(submit));
    const done = before.then(() => encoded).then((traces) => this.#finish(submit, traces));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Cuts [from, to) into blocks, each with the place of its note and of the note from which it looks back. */
  #plan(from: number, to: number): BlockPlan[] {
    const { maxBlock, maxDelaySteps } = this.network;
    const blocks: BlockPlan[] = [];
    for (let step = from; step < to; step += maxBlock) {
      const first = this.#blocks.findIndex((b) => b.step + b.steps > step - maxDelaySteps);
      const before = first < 0 ? this.#blocks.at(-1) : this.#blocks[first - 1];
      const plan = {
        step,
        steps: Math.min(maxBlock, to - step),
        slot: this.#nextSlot,
        slotFrom: before?.slot ?? this.#slots,
      };
      if (first > 1) this.#blocks.splice(0, first - 1);
      else if (first < 0) this.#blocks.splice(0, this.#blocks.length - 1);
      this.#nextSlot = (this.#nextSlot + 1) % this.#slots;
      this.#blocks.push(plan);
      blocks.push(plan);
    }
    return blocks;
  }

  #encode(submit: Submit): Omit<TraceSamples, "data">[][] {
    if (this.#failure !== undefined) throw this.#failure;
    const { device } = this.#memory;
    const { queue } = device;
    const { clamps } = submit.inputs;
    submit.encoded = true;
    submit.values.forEach((words, k) => {
      if (words !== this.#written[k]) queue.writeBuffer((this.#settings[k] as Setting).setting, 0, words);
    });
    this.#written = submit.values;
    if (submit.sums.length > 0) queue.writeBuffer(this.#shared.increments, 0, submit.sums);
    if (clamps.length > 0) queue.writeBuffer(this.#shared.clamps, 0, Float32Array.from(clamps));
    const parts = this.#cells;
    for (const { part } of this.#stages) part.placeGiven(submit.from, submit.to);
    const placed = parts.map((c) => c.placeTraces(submit.from, submit.to));
    const { dispatches, records } = this.#dispatches(submit);
    queue.writeBuffer(this.#shared.blocks, 0, records);
    const encoder = device.createCommandEncoder({ label: `steps ${submit.from}..${submit.to}` });
    this.#mutable().forEach((b, k) =>
      encoder.copyBufferToBuffer(b, 0, this.#snapshots?.[submit.parity][k] as GPUBuffer, 0, b.size),
    );
    this.#encodeDispatches(encoder, dispatches, submit.parity);
    const staging = this.#staging?.[submit.parity] as GPUBuffer;
    encoder.copyBufferToBuffer(this.#log.buffer, 0, staging, 0, this.#log.buffer.size);
    let at = this.#log.buffer.size;
    placed.forEach(({ words }, k) => {
      const bytes = 16 * Math.ceil(words / 4);
      if (bytes > 0) encoder.copyBufferToBuffer((parts[k] as CellsPart).traces, 0, staging, at, bytes);
      at += bytes;
    });
    queue.submit([encoder.finish()]);
    return placed.map((p) => p.samples);
  }

  #encodeDispatches(encoder: GPUCommandEncoder, dispatches: readonly Dispatch[], parity: 0 | 1): void {
    if (this.#profile !== undefined) return this.#profile.encode(encoder, dispatches, parity);
    let pass: GPUComputePassEncoder | undefined;
    dispatches.forEach((d, k) => {
      pass ??= encoder.beginComputePass();
      pass.setPipeline(d.pipeline);
      pass.setBindGroup(0, d.group, [BLOCK_STRIDE * k]);
      pass.dispatchWorkgroups(...d.workgroups);
      if (d.clear === undefined) return;
      pass.end();
      pass = undefined;
      encoder.clearBuffer(d.clear.buffer, 0, d.clear.bytes);
    });
    pass?.end();
  }

  /** The dispatches of a submit and the Block record of each. */
  #dispatches(submit: Submit): { dispatches: Dispatch[]; records: Uint32Array<ArrayBuffer> } {
    const dispatches: Dispatch[] = [];
    const records: number[][] = [];
    const stride = submit.to - submit.from;
    const push = (d: Dispatch, b: BlockPlan, from = 0, to = 0): void => {
      dispatches.push(d);
      records.push([b.step, b.steps, b.step - submit.from, stride, b.slot, b.slotFrom, from, to]);
    };
    const drives = this.#drives.map((d) => d.dispatch());
    const stages = this.#stages.map(({ part, cells }) => ({
      deliver: part.deliverDispatch(deliverGroups(this.#memory.device)),
      given: part.givenDispatch(),
      first: firstAtOrAfter(part.stage.given.step, submit.from),
      cells: cells.map((c) => c.dispatch(part.acc)),
      part,
    }));
    // Where nothing is delivered, nobody notes the log's position, and no entry is needed again.
    push(this.#begin as Dispatch, submit.blocks[0] as BlockPlan, this.#stages.some((s) => s.part.hasLinks) ? 0 : 1);
    for (const b of submit.blocks) {
      drives.forEach((d, k) => push(d, b, (this.#drives[k] as DrivePart).window(submit.inputs), 0));
      for (const s of stages) {
        if (s.given !== undefined) {
          const { step } = s.part.stage.given;
          const from = firstAtOrAfter(step, b.step) - s.first;
          const to = firstAtOrAfter(step, b.step + b.steps) - s.first;
          const size = this.#shared.workgroupSize;
          if (to > from) push({ ...s.given, workgroups: [Math.ceil((to - from) / size), 1] }, b, from, to);
        }
        if (s.deliver !== undefined) push(s.deliver, b);
        const clear = { buffer: s.part.acc, bytes: s.part.usedBytes(b.steps) };
        s.cells.forEach((c, k) => push(k === s.cells.length - 1 && clear.bytes > 0 ? { ...c, clear } : c, b));
      }
    }
    const words = new Uint32Array((BLOCK_STRIDE / 4) * records.length);
    records.forEach((r, k) => words.set(r, (BLOCK_STRIDE / 4) * k));
    return { dispatches, records: words };
  }

  /** Waits for a submit and reads it; if the log was too small, enlarges it and repeats it and what came after. */
  async #finish(submit: Submit, samples: Omit<TraceSamples, "data">[][]): Promise<Segment> {
    let placed = samples;
    for (;;) {
      const staging = this.#staging?.[submit.parity] as GPUBuffer;
      await staging.mapAsync(1).catch((error: unknown) => {
        throw this.#failure ?? new DeviceError("readback", String(error), "Run again; resume with --resume");
      });
      if (this.#failure !== undefined) throw this.#failure;
      await this.#profile?.collect(submit.parity);
      const bytes = staging.getMappedRange();
      const log = new LogCopy(bytes, this.#log.bytes / 4);
      if (!log.overflowed) {
        const segment = this.#segment(submit, log, bytes, placed);
        staging.unmap();
        this.#submits.shift();
        const now = performance.now();
        this.#pace.measured(submit.to - submit.from, now - this.#lastDone);
        this.#lastDone = now;
        return segment;
      }
      staging.unmap();
      placed = await this.#repeat();
    }
  }

  #segment(submit: Submit, log: LogCopy, bytes: ArrayBuffer, placed: Omit<TraceSamples, "data">[][]): Segment {
    const { steps, ids } = log.entries(this.#read);
    this.#read = log.count;
    let at = this.#log.buffer.size;
    const traces = placed.flatMap((samples) => {
      let word = 0;
      const read = samples.map((s): TraceSamples => {
        const width = this.#traceWidth(s.population, s.trace);
        const data = new Float32Array(bytes, at + 4 * word, s.steps.length * width).slice();
        word += data.length;
        return { ...s, data };
      });
      at += 16 * Math.ceil(word / 4);
      return read;
    });
    return { from: submit.from, to: submit.to, spikeSteps: steps, spikeIds: ids, traces };
  }

  #traceWidth(population: number, trace: number): number {
    const p = this.network.populations[population];
    return p?.kind === "cells" ? (p.traces[trace]?.cells.length ?? 0) * this.network.entries : 0;
  }

  async #repeat(): Promise<Omit<TraceSamples, "data">[][]> {
    await this.#memory.device.queue.onSubmittedWorkDone();
    const [first, ...later] = this.#submits as [Submit, ...Submit[]];
    const snapshot = this.#snapshots?.[first.parity] as GPUBuffer[];
    const copy = new Uint32Array(await this.#memory.read(snapshot.at(-1) as GPUBuffer));
    const encoder = this.#memory.device.createCommandEncoder({ label: "restore" });
    this.#mutable().slice(0, -1).forEach((b, k) => encoder.copyBufferToBuffer(snapshot[k] as GPUBuffer, 0, b, 0, b.size)); // prettier-ignore
    for (const { part } of this.#stages) encoder.clearBuffer(part.acc);
    this.#memory.device.queue.submit([encoder.finish()]);
    this.#log.enlarge(copy);
    this.#logReplaced();
    const placed = this.#encode(first);
    for (const s of later) if (s.encoded) this.#encode(s);
    return placed;
  }

  #logReplaced(): void {
    this.#shared.log = this.#log.buffer;
    const { blocks, positions } = this.#shared;
    const begin = this.#begin as Dispatch;
    const group = bind(this.#memory.device, this.#beginKernel as Kernel<"begin">, {
      block: blocks,
      log: this.#log.buffer,
      positions,
    });
    this.#begin = { ...begin, group };
    this.#allocateCopies();
  }

  #maxRows(): number {
    return this.network.populations.reduce(
      (sum, p) => sum + (p.kind === "renewal" ? p.signals.reduce((s, list) => s + list.length, 0) : 0),
      0,
    );
  }

  #maxRecords(): number {
    const { stages, populations, maxBlock } = this.network;
    const perBlock = populations.filter((p) => p.kind !== "trains").length + 2 * stages.length;
    return 1 + perBlock * Math.ceil(this.#maxSteps / maxBlock);
  }

  #watch(device: GPUDevice): void {
    const listener = (event: GPUUncapturedErrorEvent): void => {
      this.#failure ??= new DeviceError("device", event.error.message, "Please report it");
    };
    device.addEventListener("uncapturederror", listener);
    // the caller's device outlives this engine, and would keep it
    this.#scope.own({ destroy: () => device.removeEventListener("uncapturederror", listener) });
    void device.lost.then(({ reason, message }) => {
      if (!this.#closed)
        this.#failure ??= new DeviceError(
          "device",
          `was lost (${reason}): ${message}`,
          "Run again; what was written can be resumed with --resume",
        );
    });
  }
}

async function makeCells(shared: Shared, index: number, stage: CompiledStage, maxSteps: number): Promise<CellsPart> {
  const { program } = shared.network.populations[index] as CompiledCells;
  if (program.kind === "tree") return TreePart.make(shared, index, stage, program, maxSteps);
  return SmallPart.make(shared, index, stage, program, maxSteps);
}

function runningSums({ increments, steps }: InputBlock): Uint32Array<ArrayBuffer> {
  const rows = increments.length / steps;
  const sums = new Uint32Array(rows * (steps + 1));
  for (let r = 0; r < rows; r++) {
    const at = r * (steps + 1);
    for (let k = 0; k < steps; k++) sums[at + k + 1] = (sums[at + k] as number) + (increments[r * steps + k] as number);
  }
  return sums;
}

function joined(pieces: readonly Segment[]): Segment {
  if (pieces.length === 1) return pieces[0] as Segment;
  const concat = (arrays: readonly Uint32Array[]): Uint32Array => {
    const out = new Uint32Array(arrays.reduce((sum, a) => sum + a.length, 0));
    let at = 0;
    for (const a of arrays) {
      out.set(a, at);
      at += a.length;
    }
    return out;
  };
  const traces = (pieces[0]?.traces ?? []).map((t, k): TraceSamples => {
    const parts = pieces.map((p) => p.traces[k] as TraceSamples);
    const data = new Float32Array(parts.reduce((sum, p) => sum + p.data.length, 0));
    let at = 0;
    for (const p of parts) {
      data.set(p.data, at);
      at += p.data.length;
    }
    return { ...t, steps: concat(parts.map((p) => p.steps)), data };
  });
  return {
    from: pieces[0]?.from ?? 0,
    to: pieces.at(-1)?.to ?? 0,
    spikeSteps: concat(pieces.map((p) => p.spikeSteps)),
    spikeIds: concat(pieces.map((p) => p.spikeIds)),
    traces,
  };
}

/** Steps of a submit such that its inputs, given events and traces stay small. */
function longestSubmit(network: CompiledNetwork, inputs: Inputs): number {
  const rows = network.populations.reduce(
    (sum, p) => sum + (p.kind === "renewal" ? p.signals.reduce((s, l) => s + l.length, 0) : 0),
    0,
  );
  const traces = network.populations.reduce(
    (sum, p) =>
      sum +
      (p.kind === "cells" ? p.traces.reduce((s, t) => s + (network.entries * t.cells.length) / t.everySteps, 0) : 0),
    0,
  );
  const bytesPerStep = 4 * Math.max(rows, inputs.clampRows, traces, 1e-3);
  let steps = Math.max(1, Math.min(LONGEST_SUBMIT, Math.floor(SUBMIT_BYTES / bytesPerStep)));
  for (const { given } of network.stages)
    while (steps > 1 && GIVEN_BYTES * mostWithin(given.step, steps) > SUBMIT_BYTES) steps >>>= 1;
  return steps;
}
