import type { CompiledCells, CompiledNetwork } from "../compile/compiled.ts";
import type { Engine, EngineKind, EngineState, LinkStates, PHASES, Segment } from "../host/engine.ts";
import { blockEnd } from "../host/learning.ts";
import type { StateError } from "../errors.ts";
import { type InputBlock, Inputs } from "../host/inputs.ts";
import type { PortTables } from "../host/ports.ts";
import { CellParams } from "../host/params.ts";
import { Pace } from "../host/pace.ts";
import { fromStart } from "../host/initial.ts";
import { arrayBytes, type MemoryUse } from "../host/memory.ts";
import { lastSound, stateError } from "../host/soundness.ts";
import type { Signal } from "../network/signal.ts";
import type { Spawn } from "../host/threads.ts";
import { Crew, ORDER, ownedBy } from "./crew.ts";
import { type Kept, loadControls, loadSteps, saveControls, saveSteps } from "./kept.ts";
import { SpikeLog } from "./log.ts";
import { type Arrays, arraysOf, type CellArrays, type LinkArrays, type Memory, memoryOf } from "./memory.ts";
import { Readout } from "./readouts.ts";
import { Releases } from "./releases.ts";
import { Renewals } from "./renewals.ts";
import { type Block, type Printed, printedOf, Share } from "./share.ts";
import { type Part, partsOf, WHOLE } from "./split.ts";
import { type Sampled, Traces } from "./traces.ts";
import { withHeap } from "./wasm/heap.ts";

/** Runs a CompiledNetwork in JavaScript: float64 with sums in row order, or (precision 32) every operation rounded to float32
 * with the GPU's integer sums. Needs no adapter; same results whatever the block length.
 * @param options.plain  all in printed JavaScript: steps of cells in float64 are else kernels of WebAssembly, with the same bits */
export function referenceEngine(network: CompiledNetwork, options: { precision?: 64 | 32; plain?: boolean } = {}): Engine {
  return new ReferenceEngine(network, options.precision ?? 64, { plain: options.plain ?? false });
} // prettier-ignore

interface ThreadOptions {
  readonly precision?: 64 | 32;
  readonly threads: number;
  readonly spawn: Spawn;
  /** Starts threads only when the engine has worked for a while, and goes on without where they do not start. */
  readonly later?: boolean;
}

/** `referenceEngine` on several threads of shared memory: the same bits.
 * @throws DeviceError where threads do not start */
export async function threadedEngine(network: CompiledNetwork, { precision = 64, threads, spawn, later = false }: ThreadOptions): Promise<Engine> {
  const engine = new ReferenceEngine(network, precision, { threads, spawn });
  if (!later) await engine.hire();
  return engine;
} // prettier-ignore

/** Steps of one `advance` at most that `stepsPerSubmit` asks for; bounds the samples held at once. */
const LONGEST_RUN = 8192;
/** ms of work before threads are worth their start. */
const HIRE_AFTER = 250;

class ReferenceEngine implements Engine {
  readonly kind: EngineKind;
  readonly network: CompiledNetwork;
  step = 0;
  readonly #pace: Pace;
  readonly #f32: boolean;
  readonly #longest: number; // steps of a block
  readonly #inputs: Inputs;
  readonly #arrays: Arrays;
  readonly #memory: Memory;
  readonly #live: ReadonlyMap<number, CellParams>;
  readonly #renewals: Renewals;
  readonly #log: SpikeLog;
  readonly #releases: readonly Releases[]; // by index into network.plasticity
  readonly #readouts: readonly Readout[]; // as in network.readouts
  readonly #printed: ReadonlyMap<number, Printed>;
  readonly #kept: Kept;
  readonly #more: { readonly parts: readonly Part[]; readonly spawn: Spawn } | undefined;
  #share: Share;
  readonly #traces: Traces;
  #crew: Crew | undefined;
  #hired = false; // or not to be hired
  #closed = false;
  #sound = true; // all states of all blocks so far are ones that a cell can have
  #fault: Promise<StateError> | undefined;
  #worked = 0; // ms
  readonly #ms = { drive: 0, release: 0, learn: 0, deliver: 0, integrate: 0 };

  constructor(network: CompiledNetwork, precision: 64 | 32, { plain = false, threads = 1, spawn }: { readonly threads?: number; readonly spawn?: Spawn; readonly plain?: boolean }) {
    this.network = network;
    this.#f32 = precision === 32;
    this.kind = this.#f32 ? "reference32" : "reference";
    this.#more = threads > 1 && spawn !== undefined ? { parts: partsOf(network, threads), spawn } : undefined;
    this.#longest = longestBlock(network);
    this.#pace = new Pace(this.#longest, LONGEST_RUN);
    this.#inputs = new Inputs(network);
    this.#arrays = arraysOf(this.#f32, this.#more !== undefined);
    const memory_ = memoryOf(network, this.#inputs, this.#longest, this.#arrays);
    this.#memory = this.#f32 || plain ? memory_ : withHeap(network, memory_, this.#longest, this.#more?.parts ?? [WHOLE]);
    this.#traces = new Traces(network, this.#memory, this.#arrays);
    this.#log = new SpikeLog(network.lanes, this.#arrays);
    this.#renewals = new Renewals(network, this.#inputs);
    this.#releases = network.plasticity.map((p) => new Releases(network, p, this.#f32));
    this.#readouts = network.readouts.map((r) => new Readout(network, r, this.#f32));
    this.#live = new Map(this.#cells().map(([k]) => [k, new CellParams(this.#population(k), network.entries)]));
    this.#printed = printedOf(network, this.#f32);
    const [memory, renewals, log, releases, readouts, live] = [this.#memory, this.#renewals, this.#log, this.#releases, this.#readouts, this.#live];
    this.#kept = { network, memory, renewals, log, releases, readouts, live, f32: this.#f32 };
    this.#share = this.#whole();
  } // prettier-ignore

  /** Starts the other threads. */
  async hire(): Promise<void> {
    if (this.#more === undefined || this.#hired) return;
    this.#hired = true;
    const { parts, spawn } = this.#more;
    const crew = new Crew(this.network, parts, this.#memory, { f32: this.#f32, longest: this.#longest }, spawn);
    await crew.started();
    if (this.#closed) return crew.close();
    const [own = WHOLE] = parts;
    const { rows, slots } = ownedBy(this.network, own);
    this.#share = new Share(this.network, own, rows, slots, this.#memory, this.#printed, this.#f32, this.#longest);
    this.#crew = crew;
  }

  #alone(): void {
    this.#crew?.close();
    this.#crew = undefined;
    this.#share = this.#whole();
  }

  /** What one thread does that does all. */
  #whole(): Share {
    const rows = this.network.stages.map((s) => s.rows);
    return new Share(this.network, WHOLE, rows, rows.map(() => undefined), this.#memory, this.#printed, this.#f32, this.#longest);
  } // prettier-ignore

  #cells(): [number, CellArrays][] {
    return [...this.#memory.cells];
  }

  #population(k: number): CompiledCells {
    return this.network.populations[k] as CompiledCells;
  }

  get stepsPerSubmit(): number {
    return this.#pace.steps;
  }

  /** What steps change twice: it is kept as it was before, to go back to. */
  memory(): MemoryUse {
    const cells = this.#cells().flatMap(([, { state, armed }]) => [state, armed]);
    const changing = [...cells, ...this.#renewals.states.values(), this.#memory.exposed];
    const again = changing.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const live = [...this.#live.values()].map((p) => p.values);
    const own = this.#crew === undefined ? [] : this.network.stages.map((s) => s.rows); // each thread has its part beside
    return { host: arrayBytes(this.network, this.#memory, live, changing) + again + arrayBytes(own), device: 0 };
  } // prettier-ignore

  /** Runs at once, so that controls act in the order of calls; the promise lets progress and interrupts through. */
  advance(toStep: number): Promise<Segment> {
    const fault = this.#fault;
    if (fault !== undefined) return fault.then((f) => ({ ...this.#run(this.step), fault: f }));
    return new Promise((resolve, reject) => {
      const [begun, from] = [performance.now(), this.step];
      const before = this.#mark();
      try {
        const segment = this.#run(toStep);
        if (this.#sound) {
          this.#measured(toStep - from, performance.now() - begun);
          setTimeout(() => resolve(this.#fromStart(segment)), 0);
        } else {
          const stopped = this.#stop(before, toStep);
          this.#fault = stopped.then((s) => s.fault);
          stopped.then(resolve, reject);
        }
      } catch (error) {
        this.#back(before);
        if (this.#crew !== undefined) this.#alone();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  #measured(steps: number, ms: number): void {
    this.#pace.measured(steps, ms);
    this.#worked += ms;
    if (this.#worked > HIRE_AFTER && !this.#hired) this.hire().catch(() => undefined); // goes on alone
  }

  /** After steps with a state that no cell can have: finds the first such step, says whose state it is, and leaves the engine at
   * the step before. */
  async #stop(before: Mark, bad: number): Promise<Segment & { fault: StateError }> {
    const again = (to: number): Segment => {
      this.#back(before);
      return this.#run(to);
    };
    const to = await lastSound(before.step, bad, (step) => {
      again(step);
      return this.#sound;
    });
    again(to + 1);
    const fault = stateError(this.network, to + 1, { cells: (k) => (this.#memory.cells.get(k) as CellArrays).state, releases: (k) => (this.#releases[k] as Releases).state }); // prettier-ignore
    return { ...this.#fromStart(again(to)), fault };
  }

  #fromStart(segment: Segment): Segment {
    return fromStart(this.network, segment, this.#f32);
  }

  #mark(): Mark {
    return { step: this.step, rates: this.#inputs.mark(), state: saveSteps(this.#kept) };
  }

  #back({ step, rates, state }: Mark): void {
    this.#inputs.rewind(rates, step, step);
    loadSteps(this.#kept, state);
    for (const acc of this.#memory.acc) acc.fill(0);
    this.#sound = true;
    this.step = step;
  }

  save(): Promise<EngineState> {
    return Promise.resolve({ ...this.#inputs.save(), ...saveSteps(this.#kept), ...saveControls(this.#kept) });
  }

  load(state: EngineState, step: number): Promise<void> {
    this.#inputs.load(state);
    loadSteps(this.#kept, state);
    loadControls(this.#kept, state);
    this.#renewals.forgetRates();
    [this.#sound, this.#fault] = [true, undefined];
    this.step = step;
    return Promise.resolve();
  }

  sourceStates(plasticity: number): Promise<Float32Array | Float64Array> {
    return Promise.resolve((this.#releases[plasticity] as Releases).state.slice());
  }

  linkStates(learning: number): Promise<LinkStates> {
    const { state, last } = this.#memory.learning[learning] as LinkArrays;
    return Promise.resolve({ state: state.slice(), last: last.slice() });
  }

  readoutState(readout: number): Promise<Float32Array | Float64Array> {
    return Promise.resolve((this.#readouts[readout] as Readout).state.slice());
  }

  setFrozen(learner: number, frozen: boolean, entry?: number): void {
    const all = ([...this.#memory.learning, ...this.#readouts][learner] as LinkArrays | Readout).frozen;
    all.fill(frozen ? 1 : 0, entry ?? 0, entry === undefined ? all.length : entry + 1);
  }
  setRate(population: number, signal: Signal, entry?: number): void {
    this.#inputs.setRate(population, signal, entry);
    this.#renewals.forgetRates();
  }
  setPortRate(population: number, hz: number | ArrayLike<number>, entry?: number): void {
    this.#inputs.setPortRate(population, hz, entry);
  }
  setScale(projection: number, scale: number, entry?: number): void {
    this.#inputs.setScale(projection, scale, entry);
  }
  setGain(clamp: number, gain: number | ArrayLike<number>, entry?: number): void {
    this.#inputs.setGain(clamp, gain, entry);
  }
  setParam(population: number, name: string, value: number | ArrayLike<number>, entry?: number): void {
    const live = this.#live.get(population) as CellParams;
    live.set(name, value, entry);
    this.#memory.cells.get(population)?.params.set(live.values);
  }

  timings(): Readonly<Partial<Record<(typeof PHASES)[number], number>>> {
    return { ...this.#ms };
  }

  warnings(): string[] {
    return this.#inputs.warnings();
  }

  close(): Promise<void> {
    this.#hired = this.#closed = true;
    this.#crew?.close();
    return Promise.resolve();
  }

  #run(to: number): Segment {
    const from = this.step;
    const traces = this.#traces.begin(from, to);
    if (traces.length > 0) this.#share.take({ log: this.#log, traces: this.#traces.buffers });
    const spikes = { steps: [] as number[], ids: [] as number[] };
    const spike = (step: number, id: number): void => {
      spikes.steps.push(step);
      spikes.ids.push(id);
      this.#log.push(step, id);
    };
    this.#controls();
    while (this.step < to) {
      const steps = Math.min(blockEnd(this.network, this.step, to) - this.step, this.#longest);
      const inputs = this.#inputs.block(this.step, steps);
      this.#memory.clamps.set(inputs.clamps);
      this.#time("drive", () => this.#renewals.drive(inputs, spike));
      this.#release([...this.#renewals.states.keys()]);
      this.network.stages.forEach((stage, s) => {
        this.#read(s, inputs, traces);
        this.#stage(s, { step: this.step, steps }, spike);
        this.#release(stage.cells);
      });
      this.#read(this.network.stages.length, inputs, traces);
      this.step += steps;
      this.#traces.sampleWeights(this.step, this.#readouts, traces);
      this.#log.forget(this.step - this.network.maxDelaySteps);
    }
    return {
      from,
      to,
      spikeSteps: new Uint32Array(spikes.steps),
      spikeIds: new Uint32Array(spikes.ids),
      traces: this.#traces.samples(traces),
    };
  }

  /** A stage's part of a block, on all threads. */
  #stage(s: number, block: Block, spike: (step: number, id: number) => void): void {
    const share = this.#share;
    if (this.network.stages[s]?.cells.some((k) => this.#population(k).detectsFirst === true))
      this.#all(ORDER.detect, s, block, spike, () => share.detect(s, block, spike));
    this.#log.sort();
    this.#all(ORDER.advance, s, block, spike, () => {
      const log = { steps: this.#log.steps, ids: this.#log.ids, releases: this.#log.releases, length: this.#log.length };
      this.#time("deliver", () => share.deliver(s, block, log));
      if (this.network.learning.length > 0) this.#time("learn", () => (this.#sound = share.learn(s, block, log) && this.#sound));
      this.#time("integrate", () => (this.#sound = share.integrate(s, block, spike) && this.#sound));
    });
  } // prettier-ignore

  /** Has the other threads do their parts while this one does its own. */
  #all(order: number, s: number, block: Block, spike: (step: number, id: number) => void, own: () => void): void {
    const crew = this.#crew;
    if (crew === undefined) {
      own();
      return;
    }
    const { steps, ids, releases, length } = this.#log;
    const sound = crew.run(
      order,
      s,
      block,
      length,
      { log: { steps, ids, releases }, traces: this.#traces.buffers },
      own,
    );
    this.#sound &&= sound;
    crew.spikes(spike);
  }

  /** Takes over what controls have changed. */
  #controls(): void {
    this.#memory.scales.set(this.#inputs.scales);
    this.#memory.gains.forEach((g, k) => g.set(this.#inputs.gains[k] as Float64Array));
    for (const [k, port] of this.#inputs.ports) port.copyTo(this.#memory.ports.get(k) as PortTables);
  }

  /** Source-side plasticity of what these populations have just spiked. */
  #release(populations: readonly number[]): void {
    const due = this.#releases.filter(
      ({ plasticity: p }) => p.lane !== undefined && populations.includes(p.population),
    );
    if (due.length === 0) return;
    this.#time("release", () => {
      this.#log.sort();
      for (const r of due) this.#sound = r.run(this.#log) && this.#sound;
    });
  }

  /** The read-outs that come before the cells of a stage. */
  #read(stage: number, { steps, clamps }: InputBlock, traces: readonly Sampled[]): void {
    for (const r of this.#readouts) {
      const { readout } = r;
      if (readout.stage !== stage) continue;
      const rows = readout.learning === undefined ? undefined : this.#inputs.clampRow[readout.learning.targets];
      const block = { step: this.step, steps, exposed: this.#memory.exposed, clamps, rows };
      this.#time("learn", () => (this.#sound = r.run(block) && this.#sound));
      r.sample(block, this.#traces.writer(readout.population, traces));
    }
  }

  #time(phase: (typeof PHASES)[number], work: () => void): void {
    const begun = performance.now();
    work();
    this.#ms[phase] += performance.now() - begun;
  }
}

/** Steps of a block: what the network allows, but no more than accumulators of a size that caches hold. */
function longestBlock({ maxBlock, entries, stages }: CompiledNetwork): number {
  const slots = Math.max(1, ...stages.map((s) => s.slots)) * entries;
  return Math.min(maxBlock, Math.max(LEAST_BLOCK, Math.floor(SUMS_WITHIN / slots)));
}

/** Sums that accumulators of one stage hold, and steps that a block has at least where the network allows. */
const SUMS_WITHIN = 2 ** 16;
const LEAST_BLOCK = 40;

/** All that steps change, but for what controls do. */
interface Mark {
  readonly step: number;
  readonly rates: Float64Array;
  readonly state: EngineState;
}
