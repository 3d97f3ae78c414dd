import type { CompiledCells, CompiledNetwork } from "../compile/compiled.ts";
import type { Engine, EngineKind, EngineState, LinkStates, PHASES, Segment } from "../host/engine.ts";
import { blockEnd } from "../host/learning.ts";
import { DeviceError, type StateError } from "../errors.ts";
import { type InputBlock, Inputs } from "../host/inputs.ts";
import { CellParams } from "../host/params.ts";
import { Pace } from "../host/pace.ts";
import { fromStart } from "../host/initial.ts";
import { arrayBytes, type MemoryAhead, type MemoryUse, RUNNING, sampleBytes } from "../host/memory.ts";
import { lastSound, stateError } from "../host/soundness.ts";
import type { Spawn } from "../host/threads.ts";
import type { Signal } from "../network/signal.ts";
import { runningSums } from "../random/source.ts";
import { type Block, longestBlock, longestPiece, type OnSpike } from "./blocks.ts";
import { Crew, ORDER, ownedBy, Silence, type Start } from "./crew.ts";
import { changingBytes, type Kept, loadControls, loadSteps, saveControls, saveSteps } from "./kept.ts";
import { type Logged, SpikeLog } from "./log.ts";
import { type Arrays, arraysOf, type EventArrays } from "./arrays.ts";
import { type Buffers, type CellArrays, type LinkArrays, type Memory, memoryOf } from "./memory.ts";
import { Readout } from "./readouts.ts";
import { placeRows } from "./source-arrays.ts";
import { type Printed, printedOf, Share, SOURCES } from "./share.ts";
import { type Part, partBytes, partsOf, WHOLE } from "./split.ts";
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
  /** ns of work on sources and their plasticity for which threads meet; what is less, one does. */
  readonly worth?: number;
  /** Starts threads only when the engine has worked for a while, and goes on without where they do not start. */
  readonly later?: boolean;
}

/** `referenceEngine` on several threads of shared memory: the same bits.
 * @throws DeviceError where threads do not start */
export async function threadedEngine(network: CompiledNetwork, { precision = 64, threads, spawn, later = false, worth }: ThreadOptions): Promise<Engine> {
  const engine = new ReferenceEngine(network, precision, { threads, spawn, worth });
  if (!later) await engine.hire();
  return engine;
} // prettier-ignore

/** Steps of one `advance` at most that `stepsPerSubmit` asks for; bounds the samples held at once. */
const LONGEST_RUN = 8192;
/** ms of work before threads are worth their start. */
const HIRE_AFTER = 250;
/** How much longer steps take before their code is compiled. */
const COLD = 3;
/** ns of work that threads meet for: some ten times what a meeting takes. */
const WORTH = 60_000;
/** ns of a source in a block, of each of its spikes, and of a spike's release. */
const NS = { source: 5, spike: 250, release: 80 } as const;

class ReferenceEngine implements Engine {
  readonly kind: EngineKind;
  readonly network: CompiledNetwork;
  step = 0;
  readonly #pace: Pace;
  readonly #f32: boolean;
  readonly #longest: number; // steps that are delivered and integrated together
  readonly #block: number; // steps of a block
  readonly #inputs: Inputs;
  readonly #arrays: Arrays;
  readonly #memory: Memory;
  readonly #live: ReadonlyMap<number, CellParams>;
  readonly #log: SpikeLog;
  readonly #readouts: readonly Readout[]; // as in network.readouts
  readonly #printed: ReadonlyMap<number, Printed>;
  readonly #kept: Kept;
  readonly #more: { readonly parts: readonly Part[]; readonly spawn: Spawn; readonly worth: number } | undefined;
  #sums: Float64Array; // of a block's rates, [row][step]
  readonly #nRenewals: number; // of all entries
  #driven = 0; // spikes of them in the last block
  readonly #whole: Share; // what one thread does that does all
  #team: { readonly crew: Crew; readonly share: Share } | undefined; // other threads, and what this one does beside them
  readonly #traces: Traces;
  #hired = false; // or not to be hired
  #closed = false;
  #sound = true; // all states of all blocks so far are ones that a cell can have
  #fault: Promise<StateError> | undefined;
  #silence: Promise<void> | undefined; // threads are waited for
  #worked = 0; // ms
  #perStep = Infinity; // ms, the least so far
  readonly #ms = { drive: 0, release: 0, learn: 0, deliver: 0, integrate: 0 };

  constructor(network: CompiledNetwork, precision: 64 | 32, { plain = false, threads = 1, spawn, worth = WORTH }: { readonly threads?: number; readonly spawn?: Spawn; readonly plain?: boolean; readonly worth?: number | undefined }) {
    this.network = network;
    this.#f32 = precision === 32;
    this.kind = this.#f32 ? "reference32" : "reference";
    this.#more = threads > 1 && spawn !== undefined ? { parts: partsOf(network, threads), spawn, worth } : undefined;
    this.#arrays = arraysOf(this.#f32, this.#more !== undefined);
    this.#inputs = new Inputs(network, this.#arrays.words);
    this.#longest = longestPiece(network);
    this.#block = longestBlock(network, this.#longest, this.#inputs.rows + this.#inputs.clampRows);
    this.#pace = new Pace(this.#block, LONGEST_RUN, 0, Math.max(this.#longest, 400));
    this.#sums = this.#arrays.doubles(this.#inputs.rows * this.#block);
    const memory_ = memoryOf(network, this.#inputs, this.#longest, this.#block, this.#arrays);
    this.#memory = this.#f32 || plain ? memory_ : withHeap(network, memory_, this.#longest, this.#more?.parts ?? [WHOLE]);
    this.#traces = new Traces(network, this.#memory, this.#arrays);
    this.#log = new SpikeLog(network.lanes, this.#arrays);
    this.#readouts = network.readouts.map((r) => new Readout(network, r, this.#f32));
    this.#live = new Map(this.#cells().map(([k]) => [k, new CellParams(this.#population(k), network.entries)]));
    this.#printed = printedOf(network, this.#f32);
    const [memory, log, readouts, live] = [this.#memory, this.#log, this.#readouts, this.#live];
    this.#kept = { network, memory, log, readouts, live, f32: this.#f32 };
    const rows = network.stages.map((s) => s.rows);
    this.#whole = this.#part(WHOLE, { rows, slots: rows.map(() => undefined) });
    this.#nRenewals = network.populations.reduce((sum, p) => sum + (p.kind === "renewal" ? p.n * network.entries : 0), 0);
  } // prettier-ignore

  /** What a thread does that owns a part. */
  #part(part: Part, { rows, slots }: Pick<Start, "rows" | "slots">): Share {
    return new Share(this.network, part, rows, slots, this.#memory, this.#printed, this.#f32, this.#longest);
  }

  /** Starts the other threads. */
  async hire(): Promise<void> {
    if (this.#more === undefined || this.#hired) return;
    this.#hired = true;
    const { parts, spawn } = this.#more;
    const crew = new Crew(this.network, parts, this.#memory, { f32: this.#f32, longest: this.#longest }, spawn);
    await crew.started();
    if (this.#closed) return crew.close();
    const [own = WHOLE] = parts;
    this.#team = { crew, share: this.#part(own, ownedBy(this.network, own)) };
  }

  #alone(): void {
    this.#team?.crew.close();
    this.#team = undefined;
  }

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
    const live = [...this.#live.values()].map((p) => p.kept());
    const own = arrayBytes(this.#kept, live, this.#inputs.kept(), this.#traces.buffers, this.#sums);
    const threads = this.#team === undefined ? 0 : partBytes(this.network, this.#more?.parts ?? []);
    return { host: own + changingBytes(this.#kept) + threads, device: 0 };
  }

  ahead(steps: number): MemoryAhead {
    const short = this.#team === undefined && steps * this.#perStep < COLD * HIRE_AFTER;
    if (short) this.#hired = true; // what was said would not hold with threads
    const parts = short ? [] : (this.#more?.parts ?? []);
    const toStart = this.#team === undefined ? Math.max(0, parts.length - 1) : 0;
    const tables = toStart === 0 ? 0 : partBytes(this.network, parts);
    const after = RUNNING.any + toStart * RUNNING.thread;
    const printed = [...this.#printed].filter(([k]) => this.#memory.heap?.scratch.has(k) !== true);
    const text = printed.reduce((sum, [, { integrate }]) => sum + integrate.toString().length, 0);
    const compiled = RUNNING.character * text * Math.max(1, parts.length);
    const samples = sampleBytes(this.network, Math.min(steps, LONGEST_RUN, 2 * this.#pace.steps), this.#f32 ? 4 : 8);
    return { running: after + tables + compiled + samples, after };
  }

  /** Runs at once, so that controls act in the order of calls; the promise lets progress and interrupts through. */
  advance(toStep: number): Promise<Segment> {
    const fault = this.#fault;
    if (fault !== undefined) return fault.then((f) => ({ ...this.#run(this.step), fault: f }));
    if (this.#silence !== undefined) return this.#silence.then(() => this.advance(toStep));
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
        if (error instanceof Silence) {
          this.#silence = this.#settle(before);
          this.#silence.then(() => this.advance(toStep)).then(resolve, reject);
          return;
        }
        this.#back(before);
        this.#alone();
        if (!(error instanceof DeviceError)) this.#hired = false; // no fault of the threads': they may be started anew
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  /** Waits until no thread is at work, and goes back to where the segment began. @throws DeviceError where one has ended */
  async #settle(before: Mark): Promise<void> {
    try {
      await this.#team?.crew.settled();
    } catch (error) {
      this.#alone();
      throw error;
    } finally {
      this.#back(before);
      this.#silence = undefined;
    }
  }

  #measured(steps: number, ms: number): void {
    this.#pace.measured(steps, ms);
    this.#worked += ms;
    this.#perStep = Math.min(this.#perStep, ms / steps);
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
    const fault = stateError(this.network, to + 1, { cells: (k) => (this.#memory.cells.get(k) as CellArrays).state, releases: (k) => (this.#memory.releases[k] as EventArrays).state }); // prettier-ignore
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
    placeRows(this.network, this.#inputs, this.#memory.rowOfCell);
    [this.#sound, this.#fault] = [true, undefined];
    this.step = step;
    return Promise.resolve();
  }

  sourceStates(plasticity: number): Promise<Float32Array | Float64Array> {
    return Promise.resolve((this.#memory.releases[plasticity] as EventArrays).state.slice());
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
    placeRows(this.network, this.#inputs, this.#memory.rowOfCell);
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
    this.#team?.crew.close();
    return Promise.resolve();
  }

  #run(to: number): Segment {
    const from = this.step;
    const traces = this.#traces.begin(from, to);
    if (traces.length > 0) (this.#team?.share ?? this.#whole).take(this.#buffers());
    const spikes = { steps: [] as number[], ids: [] as number[] };
    const spike = (step: number, id: number): void => {
      spikes.steps.push(step);
      spikes.ids.push(id);
      this.#log.push(step, id);
    };
    this.#controls();
    while (this.step < to) {
      const steps = Math.min(blockEnd(this.network, this.step, to) - this.step, this.#block);
      const block = { step: this.step, steps };
      const inputs = this.#inputs.block(this.step, steps);
      this.#memory.clamps.set(inputs.clamps);
      this.#time("drive", () => this.#drive(inputs, block, spike));
      this.#release(SOURCES, block);
      this.network.stages.forEach((_, s) => {
        this.#read(s, inputs, traces);
        this.#stage(s, block, spike);
        this.#release(s, block);
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

  /** Renewal sources of a block, on all threads where they are many. */
  #drive(inputs: InputBlock, block: Block, spike: OnSpike): void {
    if (this.#nRenewals === 0) return;
    const before = this.#log.length;
    if (inputs.increments.length > this.#sums.length) this.#sums = this.#arrays.doubles(inputs.increments.length);
    const sums = runningSums(inputs.increments, block.steps, this.#sums);
    this.#all(NS.source * this.#nRenewals + NS.spike * this.#driven, ORDER.drive, SOURCES, block, spike, (share) => share.drive(block, sums, spike)); // prettier-ignore
    this.#driven = this.#log.length - before;
  }

  /** A stage's part of a block, on all threads. */
  #stage(s: number, block: Block, spike: OnSpike): void {
    if (this.network.stages[s]?.cells.some((k) => this.#population(k).detectsFirst === true))
      this.#all(Infinity, ORDER.detect, s, block, spike, (share) => share.detect(s, block, spike));
    this.#log.sort();
    const log = this.#logged();
    const time = (phase: "deliver" | "learn" | "integrate", work: () => void): void => this.#time(phase, work);
    this.#all(Infinity, ORDER.advance, s, block, spike, (share) => (this.#sound = share.advance(s, block, log, spike, time) && this.#sound));
  } // prettier-ignore

  /** Source-side plasticity of what a stage's cells, or SOURCES, have just spiked. */
  #release(s: number, block: Block): void {
    if (!this.#whole.releases(s)) return;
    this.#time("release", () => {
      this.#log.sort();
      const log = this.#logged();
      const ns = NS.release * (log.length - log.current);
      this.#all(ns, ORDER.release, s, block, NO_SPIKES, (share) => (this.#sound = share.release(s, log) && this.#sound));
    });
  } // prettier-ignore

  #logged(): Logged {
    const { steps, ids, releases, length, current } = this.#log;
    return { steps, ids, releases, length, current };
  }

  #buffers(): Buffers {
    const { steps, ids, releases } = this.#log;
    return { log: { steps, ids, releases }, traces: this.#traces.buffers, sums: this.#sums };
  }

  /** Has the other threads do their parts while this one does its own, or does all on its own where that is too little to meet for.
   * @param ns  of the work */
  #all(ns: number, order: number, s: number, block: Block, spike: OnSpike, own: (share: Share) => void): void {
    if (this.#team === undefined || ns < (this.#more?.worth ?? 0)) {
      own(this.#whole);
      return;
    }
    const { crew, share } = this.#team;
    const sound = crew.run(order, s, block, this.#log, this.#buffers(), () => own(share));
    this.#sound &&= sound;
    crew.spikes(spike);
  }

  /** Takes over what controls have changed. */
  #controls(): void {
    this.#memory.scales.set(this.#inputs.scales);
    this.#memory.gains.forEach((g, k) => g.set(this.#inputs.gains[k] as Float64Array));
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

const NO_SPIKES: OnSpike = () => undefined;

/** All that steps change, but for what controls do. */
interface Mark {
  readonly step: number;
  readonly rates: Float64Array;
  readonly state: EngineState;
}
