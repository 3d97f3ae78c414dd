/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledNetwork } from "../compile/compiled.ts";
import type { Engine, EngineKind, EngineState, Segment, Timings } from "../host/engine.ts";
import type { MemoryAhead, MemoryUse } from "../host/memory.ts";
import { TrainedEngine } from "../host/trained.ts";
import { threadsHere } from "../host/threads.ts";
import { checkThreads, worthThreads } from "../reference/split.ts";
import { saidBy, tried } from "../clipped.ts";
import { didYouMean, ModelError, type StateError } from "../errors.ts";
import type { CompileOptions, NetworkDescription } from "../network/description.ts";
import { Network } from "../network/network.ts";
import { shown } from "../shapes.ts";
import { isSoftware } from "../gpu/adapter.ts";
import { checkLastStep, nearestSteps, wholeSteps } from "../steps.ts";
import { canonical, type Quantity } from "../units.ts";
import { type Chunk, chunkOf } from "./chunk.ts";
import { inForce, RecordedControl, type Control, type LiveChange } from "./control.ts";
import type { Named } from "./names.ts";
import { loadSeen, saveSeen, type Seeing } from "./seen.ts";
import { readoutNow, sourceStates } from "./source-states.ts";

export interface SimulateOptions extends CompileOptions {
  /** What "auto" runs on; without it, the float64 reference engine. The caller keeps and destroys it. */
  readonly device?: GPUDevice | undefined;
  /** Default "auto". */
  readonly engine?: "auto" | EngineKind;
  /** Of the reference engines: how many threads share the cells, from 1 to the number of cores. Default "auto": all cores for
   * networks that are large enough. Results have the same bits whatever it is. */
  readonly threads?: number | "auto" | undefined;
}

/** Of a rehearsal, at most. */
const REHEARSED = { blocks: 10, ms: 50 } as const;

const KINDS: readonly string[] = ["auto", "gpu", "reference", "reference32"];

export interface Progress {
  readonly simulatedMs: number;
  readonly wallMs: number; // since the run began
  readonly totalMs: number; // where this run ends
}

export interface RunOptions {
  /** Length of a chunk; the last may be shorter. Default 1 s. Results do not depend on it. */
  readonly chunk?: Quantity<"ms">;
  /** Ends the run after the current submit: what was computed is yielded, then `signal.reason` is thrown. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Of the run that segments are a part of. */
export interface WholeRun {
  readonly end: number; // step
  readonly began: number; // performance.now()
}

/** Everything a simulation needs to go on bitwise. */
export interface Checkpoint {
  readonly step: number;
  /** Of the engine, opaque. @internal */
  readonly state: EngineState;
  readonly changes: readonly LiveChange[]; // in force
  /** What hooks have still to be shown. @internal */
  readonly seen?: EngineState;
}

/** Compiles a network (all checks happen here, before the first step) and makes an engine for it.
 * @throws ModelError for anything wrong in the description; DeviceError when the device refuses */
export async function simulate(net: Network | NetworkDescription, options: SimulateOptions): Promise<Simulation> {
  if (typeof net !== "object" || net === null) throw new ModelError("simulate", `has ${shown(net)} for a network`, "Give a Network or its description"); // prettier-ignore
  if (typeof options !== "object" || options === null) throw new ModelError("simulate", `has ${shown(options)} for options`, "Give at least a step: { dt: ms(0.025) }"); // prettier-ignore
  const { device, engine: wanted = "auto", threads, ...compileOptions } = options;
  if (!KINDS.includes(wanted)) throw new ModelError("engine", `is ${shown(wanted)}`, didYouMean(wanted, KINDS));
  if (device !== undefined && typeof (device as Partial<GPUDevice> | null)?.createBuffer !== "function") throw new ModelError("device", `is ${shown(device)}`, "Give the GPUDevice that openDevice() holds: (await openDevice())?.device, or leave it out"); // prettier-ignore
  const kind = wanted === "auto" ? (device === undefined ? "reference" : "gpu") : wanted;
  if (kind === "gpu" && device === undefined) {
    throw new ModelError("engine gpu", "has no device", 'Open one with openDevice(), or use engine "reference"');
  }
  const count = checkThreads(threads ?? threadsHere().wanted, threadsHere().cores);
  const { compile } = await import("../compile/compile.ts");
  const description = net instanceof Network ? net.describe() : net;
  const limits =
    kind === "gpu" && device !== undefined
      ? { deviceBinding: bindingOf(device), deviceOnHost: isSoftware(device.adapterInfo) }
      : {};
  const network = compile(description, { machineMemory: threadsHere().memory, ...compileOptions, ...limits });
  return new Simulation(network, await makeEngine(kind, network, device, count), description);
}

const bindingOf = ({ limits }: GPUDevice): number => Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);

async function makeEngine(
  kind: EngineKind,
  network: CompiledNetwork,
  device: GPUDevice | undefined,
  threads: number | "auto",
): Promise<Engine> {
  if (network.trained !== undefined) {
    const { trainingEngine } = await import("./training-engine.ts");
    return new TrainedEngine(network, await trainingEngine(network.trained, { engine: kind, device }));
  }
  if (kind === "gpu" && device !== undefined) {
    const { gpuEngine } = await import("../gpu/engine.ts");
    return gpuEngine(network, device);
  }
  const { referenceEngine, threadedEngine } = await import("../reference/engine.ts");
  const precision = kind === "reference32" ? 32 : 64;
  const { cores, spawn } = threadsHere();
  const count = threads === "auto" ? worthThreads(network, cores) : threads;
  if (spawn === undefined || count === 1) return referenceEngine(network, { precision });
  return threadedEngine(network, { precision, threads: count, spawn, later: threads === "auto" });
}

/** What a simulation was made from, as plain data. */
export type RunDescription = NetworkDescription & {
  /** Of networks that `simulateTraining` was given, which no part of a network describes: rules, schedule, labels and parameters. */
  readonly training?: Readonly<Record<string, unknown>>;
};

interface Hook extends Seeing {
  readonly update: Update;
  seen: Segment[];
  since: number;
}

/** What a hook of `sim.every` does. `seen` is what the run gave since the hook's last call (spikes, samples of what is recorded; a
 * chunk as the run yields them), undefined at the first, and at the first after a resume where the hooks before it were others. */
export type Update = (control: Control, t: number, seen: Chunk | undefined) => void;

/** One network on one engine, at one step. */
export class Simulation {
  /** The tables an engine runs on. @internal */
  readonly network: CompiledNetwork;
  /** What the network was compiled from, for run.json. */
  readonly description: RunDescription | undefined;
  /** Of the engine that runs it. */
  readonly kind: EngineKind;
  readonly #engine: Engine;
  readonly #control: RecordedControl;
  readonly #hooks: Hook[] = [];
  #inForce: LiveChange[] = [];
  #changes: LiveChange[] = [];
  #running = false;
  #closed = false;
  #failure: ModelError | StateError | undefined;

  /** @internal */
  constructor(network: CompiledNetwork, engine: Engine, description?: RunDescription) {
    this.network = network;
    this.kind = engine.kind;
    this.#engine = engine;
    this.description = description;
    this.#control = new RecordedControl(network, engine);
  }

  /** Steps done. */
  get step(): number {
    return this.#engine.step;
  }

  /** What a hook of the last run threw. */
  get failure(): ModelError | StateError | undefined {
    return this.#failure;
  }

  /** What compile found worth saying; results are right nevertheless. */
  get warnings(): readonly string[] {
    return this.network.warnings;
  }

  /** Bytes that it takes in this process and on the device: what is there before the first step stays to the end. */
  get memory(): MemoryUse {
    return this.#engine.memory();
  }

  /** What running will take of this process beside that. @internal */
  ahead(steps: number): MemoryAhead {
    return this.#engine.ahead(steps);
  }

  /** Wall time in each phase so far, ms, where the engine can measure it. */
  timings(): Timings {
    return this.#engine.timings();
  }

  /** Calls `update(control, t, seen)` (t in ms) at every multiple of `interval`, first at t = 0, not at the end. Its changes act
   * from the step at t on; results do not depend on blocks or chunks. `seen` holds the spikes and samples since the last call:
   * `meanRate(seen.spikes(E), seen)`; it is kept only for functions that take it.
   * @throws ModelError when the interval is not a whole number of steps */
  every(interval: Quantity<"ms">, update: Update): this {
    this.#hooks.push({ everySteps: this.steps("interval of every()", interval), update, seen: [], since: -1 });
    return this;
  }

  /** Changes something between two runs: acts from the next step on, and is kept with the run as a hook's changes are.
   * @throws ModelError while a run goes on */
  change(update: (control: Control, t: number) => void): void {
    if (this.#running)
      throw new ModelError("change()", "was called while a run goes on", "Use every(), or end the run");
    try {
      checkSynchronous(update(this.#control, this.step * this.network.dt));
      this.#control.apply();
    } catch (error) {
      this.#control.forget();
      throw error;
    }
    this.#noteChanges();
  }

  /** Advances by `duration` and yields the chunks it is made of. Nothing is computed ahead of what is asked for. */
  async *run(duration: Quantity<"ms">, options: RunOptions = {}): AsyncGenerator<Chunk, void, undefined> {
    const end = this.step + this.steps("duration", duration);
    checkLastStep("duration", end, this.network.dt);
    const chunkSteps = this.steps(
      "chunk",
      options.chunk ?? { value: Math.max(1000, this.network.dt), unit: "ms" },
      true,
    );
    const whole = { end, began: performance.now() };
    let from = this.step;
    for (const to of spanEnds(from, end, chunkSteps)) {
      this.checkAt(from);
      const chunk = await this.#chunk(to, whole, options);
      from = to;
      this.#changes.length = 0; // nobody asks for those of a run in memory
      if (chunk !== undefined) yield chunk;
      if (this.step < to) throw this.#failure ?? options.signal?.reason;
    }
  }

  async #chunk(to: number, whole: WholeRun, options: RunOptions): Promise<Chunk | undefined> {
    const from = this.step;
    const segments: Segment[] = [];
    for await (const segment of this.segments(to, whole, options)) segments.push(segment);
    if (this.step === from) return undefined;
    return chunkOf(this.network, segments, from, this.step);
  }

  /** For sinks: what the engine gives from here to `to`, one submit at a time, in order. Two are in flight unless a hook
   * waits. Ends early, at a step between, when aborted, when a hook throws, or before a state that no cell can have (see `failure`).
   * @param whole  where the whole run ends and when it began (performance.now), for the progress callback  @internal */
  async *segments(to: number, whole: WholeRun, options: RunOptions = {}): AsyncGenerator<Segment, void, undefined> {
    if (this.#running) throw new ModelError("simulation", "is already running", "Finish one run before the next");
    this.checkOpen();
    const { signal } = options;
    if (signal !== undefined && typeof (signal as Partial<AbortSignal> | null)?.aborted !== "boolean") throw new ModelError("signal", `is ${shown(signal)}`, "Give the signal of an AbortController"); // prettier-ignore
    this.#running = true;
    this.#failure = undefined;
    const flight: Promise<Segment>[] = [];
    let next = this.step;
    try {
      for (;;) {
        while (flight.length < 2 && next < to && !options.signal?.aborted && this.#failure === undefined) {
          if (this.#hookAt(next)) {
            if (flight.length > 0) break; // a hook acts on the engine's step: let what is before it finish
            if (!this.#callHooks(next)) break;
          }
          next = Math.min(to, next + Math.max(1, this.#engine.stepsPerSubmit), this.#nextHook(next));
          const work = this.#engine.advance(next);
          work.catch(() => undefined); // seen when its turn comes
          flight.push(work);
        }
        const first = flight.shift();
        if (first === undefined) return;
        const segment = await first;
        if (this.kind !== "gpu") await macrotask();
        const { dt } = this.network;
        options.onProgress?.({
          simulatedMs: segment.to * dt,
          totalMs: whole.end * dt,
          wallMs: performance.now() - whole.began,
        });
        for (const hook of this.#hooks) if (hook.since >= 0) hook.seen.push(segment);
        if (segment.fault !== undefined) this.#failure = segment.fault;
        if (segment.to > segment.from) yield segment;
        if (segment.fault !== undefined) return;
      }
    } finally {
      await Promise.allSettled(flight);
      this.#running = false;
    }
  }

  #hookAt(step: number): boolean {
    return this.#hooks.some(({ everySteps }) => step % everySteps === 0);
  }

  #nextHook(step: number): number {
    return Math.min(Infinity, ...this.#hooks.map(({ everySteps: k }) => (Math.floor(step / k) + 1) * k));
  }

  /** @returns false when one threw: then none of this step's changes acts */
  #callHooks(step: number): boolean {
    const t = step * this.network.dt;
    try {
      for (const hook of this.#hooks) {
        if (step % hook.everySteps !== 0) continue;
        const seen = hook.since < 0 ? undefined : chunkOf(this.network, hook.seen, hook.since, step);
        [hook.seen, hook.since] = [[], hook.update.length < 3 ? -1 : step];
        checkSynchronous(hook.update(this.#control, t, seen));
      }
      this.#control.apply();
    } catch (error) {
      this.#control.forget();
      this.#failure = hookFailure(t, error);
      return false;
    }
    this.#noteChanges();
    return true;
  }

  #noteChanges(): void {
    const changes = this.#control.takeChanges();
    if (changes.length === 0) return;
    this.#changes.push(...changes);
    this.#inForce = inForce([...this.#inForce, ...changes]);
  }

  /** For sinks: the changes made by hooks since the last call. @internal */
  takeChanges(): LiveChange[] {
    return this.#changes.splice(0);
  }

  /** States of a projection's plasticity now: one value per source, as the source's last spike left them; or, of links that learn, one
   * value per link in the projection's order (`w`, traces and states at this step, and `source` and `target` of each link). Of a trained
   * network, by its name, `w`, `source` and `target` of its links, by target, then source.
   * @throws ModelError while a run goes on, or for a projection without plasticity */
  async plasticity(projection: Named, entry = 0): Promise<Readonly<Record<string, Float64Array>>> {
    this.checkOpen();
    if (this.#running)
      throw new ModelError("plasticity()", "was called while a run goes on", "Call it between two runs");
    return sourceStates(this.#engine, projection, entry);
  }

  /** A read-out now, as learning has left it: its weights `w` [value][cell] and, where it learns, `P` [cell][cell].
   * @throws ModelError while a run goes on, or for a read-out that is not there */
  async readout(readout: Named, entry = 0): Promise<{ readonly w: Float64Array; readonly P?: Float64Array }> {
    this.checkOpen();
    if (this.#running) throw new ModelError("readout()", "was called while a run goes on", "Call it between two runs");
    return readoutNow(this.#engine, readout, entry);
  }

  /** Runs some of the first steps and goes back: what an engine makes at its first step, compiled kernels above all, is there from then on, and
   * it has seen what a step takes. @internal */
  async rehearse(): Promise<void> {
    this.checkOpen();
    if (this.network.trained !== undefined) return; // what watches a training would see it
    const { step, state } = await this.save();
    const block = Math.min(this.network.maxBlock, this.#engine.stepsPerSubmit);
    const began = performance.now();
    for (let k = 1; k <= REHEARSED.blocks && performance.now() - began < REHEARSED.ms; k++)
      await this.#engine.advance(step + k * block);
    await this.#engine.load(state, step);
    this.#control.replay(this.#inForce);
  }

  async save(): Promise<Checkpoint> {
    this.checkOpen();
    const seen = saveSeen(this.#hooks, this.step);
    return { step: this.step, state: await this.#engine.save(), changes: this.#inForce, ...(Object.keys(seen).length === 0 ? {} : { seen }) }; // prettier-ignore
  }

  /** @throws ModelError for what `save` of such a simulation did not give */
  async load({ step, state, changes, seen = {} }: Checkpoint): Promise<void> {
    this.checkOpen();
    checkCheckpoint(step, state, changes, await this.#engine.save());
    await this.#engine.load(state, step);
    for (const [k, hook] of this.#hooks.entries()) {
      const known =
        hook.update.length < 3
          ? undefined
          : loadSeen(seen, k, { everySteps: hook.everySteps, step, network: this.network });
      [hook.seen, hook.since] = [[...(known?.seen ?? [])], known?.since ?? -1];
    }
    this.#failure = undefined;
    this.#control.replay(changes);
    this.#inForce = [...changes];
  }

  /** Frees what the simulation holds; it cannot run after that. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#engine.close();
  }

  /** @throws ModelError after close() */
  checkOpen(): void {
    if (this.#closed)
      throw new ModelError("simulation", "is closed", "Run before close(), or make another with simulate()");
  }

  /** @throws ModelError where a run that has come to a step was overtaken: what the other took would be left out @internal */
  checkAt(step: number): void {
    if (this.step === step) return;
    throw new ModelError("simulation", "was advanced by another run between two chunks of this one", "Finish one run before the next"); // prettier-ignore
  }

  /** A time as a whole number of steps, at least 1.
   * @param round  to the nearest step instead of refusing */
  steps(where: string, time: Quantity<"ms">, round = false): number {
    const { dt } = this.network;
    const timeMs = canonical(where, time, "ms");
    const steps = round && timeMs > 0 ? nearestSteps(timeMs, dt) : wholeSteps(where, timeMs, dt, 1);
    checkLastStep(where, steps, dt);
    return steps;
  }
}

/** @param own  of the simulation that is to go on from it */
function checkCheckpoint(step: unknown, state: unknown, changes: unknown, own: EngineState): void {
  // spikes under way are as many as there are, inputs as controls have made them; all else has its size
  const sizeOf = (name: string, array: EngineState[string]): number | "" => (/^(log|inputs)\./.test(name) ? "" : array?.length);
  const kinds = (of: unknown): string => Object.entries((of ?? {}) as EngineState).map(([name, array]) => `${name} ${array?.constructor?.name} ${sizeOf(name, array)}`).sort().join();
  const isStep = Number.isInteger(step) && (step as number) >= 0;
  if (isStep && Array.isArray(changes) && kinds(state) === kinds(own)) return;
  throw new ModelError("checkpoint", isStep ? "does not fit this network and engine" : `is at step ${shown(step)}`, "Give what save() of such a simulation returned");
} // prettier-ignore

/** A hook that waits would act at no known step. */
function checkSynchronous(result: unknown): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => undefined);
  throw new ModelError("update of every()", "returns a promise", "Give a function that does all at once");
}

function hookFailure(t: number, error: unknown): ModelError {
  const said = tried(() => (error instanceof Error ? `${error.name}: ` : ""), "") + saidBy(error);
  const remedy = "Mend the hook; what was computed before is kept";
  const failure = new ModelError(`hook of every() at ${t} ms`, `threw ${said.slice(0, 500)}`, remedy);
  failure.cause = error;
  return failure;
}

/** The ends of the spans of `length` that cut [from, end). */
export function* spanEnds(from: number, end: number, length: number): Generator<number, void, undefined> {
  for (let to = from + length; to < end; to += length) yield to;
  if (end > from) yield end;
}

/** Lets timers and signals through: the reference engine's promises alone would never leave the microtask queue. */
const macrotask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
