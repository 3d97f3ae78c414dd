import type { CompiledCells, CompiledNetwork, CompiledRenewal, CompiledStage } from "../compile/compiled.ts";
import type { Engine, EngineKind, EngineState, LinkStates, PHASES, Segment, TraceSamples } from "../host/engine.ts";
import { blockEnd, sampledLinks, weightTraces, withoutLinkTraces } from "../host/learning.ts";
import type { StateError } from "../errors.ts";
import { Inputs, type InputBlock } from "../host/inputs.ts";
import { startExposed } from "../host/exposed.ts";
import { CellParams } from "../host/params.ts";
import { Pace } from "../host/pace.ts";
import { fromStart } from "../host/initial.ts";
import { sampleSteps } from "../host/samples.ts";
import { arrayBytes, type MemoryUse } from "../host/memory.ts";
import { isSound, lastSound, STATE_LIMIT, stateError, stateLimits } from "../host/soundness.ts";
import type { Signal } from "../network/signal.ts";
import {
  advanceConstantSources,
  advanceSources,
  initSources,
  type Sources,
  sourceStateLength,
} from "../random/source.ts";
import { type CellBuffers, type Integrate, printDetect, printIntegrate } from "./cells.ts";
import { Learning } from "./learning.ts";
import { deliver, type Delivery, SpikeLog } from "./log.ts";
import { loadKept, saveKept } from "./kept.ts";
import { deliverPorts } from "./ports.ts";
import { Readout } from "./readouts.ts";
import { DrawnAgain } from "./procedural.ts";
import { Releases } from "./releases.ts";

/** Runs a CompiledNetwork in JavaScript: float64 with sums in row order, or (precision 32) every operation rounded to float32
 * with the GPU's integer sums. Needs no adapter; same results whatever the block length. */
export function referenceEngine(network: CompiledNetwork, options: { precision?: 64 | 32 } = {}): Engine {
  return new ReferenceEngine(network, options.precision ?? 64);
}

/** Steps of one `advance` at most that `stepsPerSubmit` asks for; bounds the samples held at once. */
const LONGEST_RUN = 8192;

interface Cells {
  readonly index: number; // population
  readonly compiled: CompiledCells;
  readonly integrate: Integrate;
  readonly detect: Integrate | undefined; // where spikes are detected before delivery
  readonly state: Float64Array | Float32Array;
  readonly armed: Uint32Array;
  readonly live: CellParams;
  params: Float64Array | Float32Array; // of `live`, rounded
  readonly inputScale: Float64Array;
  readonly limits: Float64Array; // of each state
  readonly traceRow: Int32Array[];
  readonly gathers: CompiledCells["gathers"];
  readonly weights: readonly (Float64Array | Float32Array)[];
}

class ReferenceEngine implements Engine {
  readonly kind: EngineKind;
  readonly network: CompiledNetwork;
  step = 0;
  readonly #pace: Pace;
  readonly #f32: boolean;
  readonly #inputs: Inputs;
  readonly #cells = new Map<number, Cells>();
  readonly #sources = new Map<number, Uint32Array>();
  readonly #acc: (Float64Array | Int32Array)[];
  readonly #log: SpikeLog;
  readonly #again: readonly (DrawnAgain | undefined)[]; // by stage
  readonly #releases: readonly Releases[]; // by index into network.plasticity
  readonly #learning: readonly Learning[]; // as in network.learning
  readonly #readouts: readonly Readout[]; // as in network.readouts
  readonly #lanes: ReadonlyMap<number, number>;
  readonly #exposed: Float64Array | Float32Array; // ring of network.exposed
  /** row of increments of each cell of a renewal population, per entry; forgotten when rates change. */
  readonly #rowOfCell = new Map<number, Uint32Array[]>();
  #sound = true; // all states of all blocks so far are ones that a cell can have
  #fault: Promise<StateError> | undefined;
  readonly #ms = { drive: 0, release: 0, learn: 0, deliver: 0, integrate: 0 };

  constructor(network: CompiledNetwork, precision: 64 | 32) {
    this.network = network;
    this.#f32 = precision === 32;
    this.kind = this.#f32 ? "reference32" : "reference";
    this.#pace = new Pace(network.maxBlock, LONGEST_RUN);
    this.#inputs = new Inputs(network);
    this.#log = new SpikeLog(network.lanes);
    this.#exposed = this.#rounded(startExposed(network, this.#f32));
    this.#releases = network.plasticity.map((p) => new Releases(network, p, this.#f32));
    this.#learning = network.learning.map((l) => new Learning(network, l, this.#f32));
    this.#readouts = network.readouts.map((r) => new Readout(network, r, this.#f32));
    this.#lanes = new Map(network.plasticity.flatMap((p) => (p.lane === undefined ? [] : [[p.projection, p.lane]])));
    network.populations.forEach((p, k) => {
      if (p.kind === "cells") this.#cells.set(k, this.#makeCells(k, p));
      if (p.kind === "renewal") this.#sources.set(k, this.#makeSources(p));
    });
    this.#again = network.stages.map((s) => (s.procedural.length > 0 ? new DrawnAgain(s) : undefined));
    this.#acc = network.stages.map((s) => {
      const length = network.maxBlock * network.entries * s.slots;
      return this.#f32 ? new Int32Array(length) : new Float64Array(length);
    });
  }

  get stepsPerSubmit(): number {
    return this.#pace.steps;
  }

  /** Twice what steps change: they are kept as they were before, to go back to. */
  memory(): MemoryUse {
    const changing = [
      [...this.#cells.values()].map(({ state, armed }) => [state, armed]),
      this.#sources,
      this.#exposed,
    ];
    const params = [...this.#cells.values()].map((c) => c.params);
    return { host: arrayBytes(this.network, params, this.#acc) + 2 * arrayBytes(changing), device: 0 };
  }

  /** Runs at once, so that controls act in the order of calls; the promise lets progress and interrupts through. */
  advance(toStep: number): Promise<Segment> {
    const fault = this.#fault;
    if (fault !== undefined) return fault.then((f) => ({ ...this.#run(this.step), fault: f }));
    return new Promise((resolve, reject) => {
      const [begun, from] = [performance.now(), this.step];
      try {
        const before = this.#mark();
        const segment = this.#run(toStep);
        if (this.#sound) {
          this.#pace.measured(toStep - from, performance.now() - begun);
          setTimeout(() => resolve(this.#fromStart(segment)), 0);
        } else {
          const stopped = this.#stop(before, toStep);
          this.#fault = stopped.then((s) => s.fault);
          stopped.then(resolve, reject);
        }
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
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
    const fault = stateError(this.network, to + 1, (k) => (this.#cells.get(k) as Cells).state);
    return { ...this.#fromStart(again(to)), fault };
  }

  #fromStart(segment: Segment): Segment {
    return fromStart(this.network, segment, this.#f32);
  }

  /** All that steps change, but for what controls do. */
  #mark(): Mark {
    return {
      step: this.step,
      rates: this.#inputs.mark(),
      cells: new Map(
        [...this.#cells].map(([k, { state, armed }]) => [k, { state: state.slice(), armed: armed.slice() }]),
      ),
      sources: new Map([...this.#sources].map(([k, s]) => [k, s.slice()])),
      log: {
        steps: Uint32Array.from(this.#log.steps),
        ids: Uint32Array.from(this.#log.ids),
        releases: Float64Array.from(this.#log.allReleases()),
      },
      releases: [...this.#releases, ...this.#learning, ...this.#readouts].map((r) => ({
        state: r.state.slice(),
        last: r.last.slice(),
      })),
      exposed: this.#exposed.slice(),
    };
  }

  #back({ step, rates, cells, sources, log, releases, exposed }: Mark): void {
    this.#inputs.rewind(rates, step, step);
    for (const [k, { state, armed }] of cells) {
      const now = this.#cells.get(k) as Cells;
      now.state.set(state);
      now.armed.set(armed);
    }
    for (const [k, s] of sources) this.#sources.get(k)?.set(s);
    this.#log.load(log.steps, log.ids, log.releases);
    [...this.#releases, ...this.#learning, ...this.#readouts].forEach((r, k) => {
      r.state.set(releases[k]?.state ?? []);
      r.last.set(releases[k]?.last ?? []);
    });
    this.#exposed.set(exposed);
    this.#sound = true;
    this.step = step;
  }

  save(): Promise<EngineState> {
    const state: Record<string, EngineState[string]> = { ...this.#inputs.save() };
    for (const { compiled, live, state: s, armed } of this.#cells.values()) {
      state[`cells.${compiled.name}.state`] = s.slice();
      state[`cells.${compiled.name}.armed`] = armed.slice();
      state[`cells.${compiled.name}.params`] = live.save();
    }
    for (const [k, s] of this.#sources) state[`sources.${this.network.populations[k]?.name}`] = s.slice();
    state["log.steps"] = Uint32Array.from(this.#log.steps);
    state["log.ids"] = Uint32Array.from(this.#log.ids);
    if (this.network.lanes > 0) state["log.releases"] = this.#rounded(Float64Array.from(this.#log.allReleases()));
    if (this.#exposed.length > 0) state["exposed"] = this.#exposed.slice();
    return Promise.resolve({ ...state, ...saveKept(this.#kept) });
  }

  load(state: EngineState, step: number): Promise<void> {
    this.#inputs.load(state);
    for (const cells of this.#cells.values()) {
      const { name } = cells.compiled;
      cells.state.set(state[`cells.${name}.state`] as Float64Array);
      cells.armed.set(state[`cells.${name}.armed`] as Uint32Array);
      cells.live.load(state[`cells.${name}.params`] as Float64Array);
      cells.params = this.#rounded(cells.live.values);
    }
    for (const [k, s] of this.#sources) s.set(state[`sources.${this.network.populations[k]?.name}`] as Uint32Array);
    const releases = (state["log.releases"] as Float64Array | undefined) ?? [];
    this.#log.load(state["log.steps"] as Uint32Array, state["log.ids"] as Uint32Array, releases);
    loadKept(this.#kept, state);
    if (this.#exposed.length > 0) this.#exposed.set(state["exposed"] as Float64Array);
    this.#rowOfCell.clear();
    [this.#sound, this.#fault] = [true, undefined];
    this.step = step;
    return Promise.resolve();
  }

  get #kept() {
    return { releases: this.#releases, learning: this.#learning, readouts: this.#readouts };
  }

  sourceStates(plasticity: number): Promise<Float32Array | Float64Array> {
    return Promise.resolve((this.#releases[plasticity] as Releases).state.slice());
  }

  linkStates(learning: number): Promise<LinkStates> {
    const { state, last } = this.#learning[learning] as Learning;
    return Promise.resolve({ state: state.slice(), last: last.slice() });
  }

  readoutState(readout: number): Promise<Float32Array | Float64Array> {
    return Promise.resolve((this.#readouts[readout] as Readout).state.slice());
  }

  setFrozen(learning: number, frozen: boolean, entry?: number): void {
    freeze((this.#learning[learning] as Learning).frozen, frozen, entry);
  }
  setReadoutFrozen(readout: number, frozen: boolean, entry?: number): void {
    freeze((this.#readouts[readout] as Readout).frozen, frozen, entry);
  }
  setRate(population: number, signal: Signal, entry?: number): void {
    this.#inputs.setRate(population, signal, entry);
    this.#rowOfCell.clear();
  }
  setScale(projection: number, scale: number, entry?: number): void {
    this.#inputs.setScale(projection, scale, entry);
  }
  setGain(clamp: number, gain: number | ArrayLike<number>, entry?: number): void {
    this.#inputs.setGain(clamp, gain, entry);
  }
  setParam(population: number, name: string, value: number | ArrayLike<number>, entry?: number): void {
    const cells = this.#cells.get(population) as Cells;
    cells.live.set(name, value, entry);
    cells.params = this.#rounded(cells.live.values);
  }

  timings(): Readonly<Partial<Record<(typeof PHASES)[number], number>>> {
    return { ...this.#ms };
  }

  warnings(): string[] {
    return this.#inputs.warnings();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #run(to: number): Segment {
    const from = this.step;
    const traces = this.#traceBuffers(from, to);
    const spikes = { steps: [] as number[], ids: [] as number[] };
    const spike = (step: number, id: number): void => {
      spikes.steps.push(step);
      spikes.ids.push(id);
      this.#log.push(step, id);
    };
    while (this.step < to) {
      const steps = blockEnd(this.network, this.step, to) - this.step;
      const inputs = this.#inputs.block(this.step, steps);
      this.#time("drive", () => this.#drive(inputs, spike));
      this.#release([...this.#sources.keys()]);
      this.network.stages.forEach((stage, s) => {
        this.#read(s, inputs, traces);
        this.#detect(stage, inputs, spike);
        this.#time("deliver", () => this.#deliver(stage, s, steps));
        this.#learn(stage, s, steps);
        this.#time("integrate", () => this.#integrate(stage, s, inputs, traces, spike));
        this.#release(stage.cells);
      });
      this.#read(this.network.stages.length, inputs, traces);
      this.#sound &&= [...this.#cells.values()].every((c) => isSound(c.state, c.limits));
      this.step += steps;
      this.#sampleWeights(traces);
      this.#log.forget(this.step - this.network.maxDelaySteps);
    }
    return {
      from,
      to,
      spikeSteps: Uint32Array.from(spikes.steps),
      spikeIds: Uint32Array.from(spikes.ids),
      traces: traces.map(({ population, trace, steps, data }) => ({ population, trace, steps, data })),
    };
  }

  #drive(inputs: InputBlock, spike: (step: number, id: number) => void): void {
    const { entries, nSources, populations } = this.network;
    for (const [k, state] of this.#sources) {
      const p = populations[k] as CompiledRenewal;
      const constant = this.#inputs.constant.get(k);
      const rowOfCell = this.#rowsOfCells(k, p);
      for (let entry = 0; entry < entries; entry++) {
        const sources = this.#describe(p, entry);
        const id = entry * nSources + p.firstSource;
        const emit = (step: number, cell: number): void => spike(inputs.from + step, id + cell);
        if (constant !== undefined) {
          const silent = Math.min(inputs.steps, Math.max(0, p.latencySteps - inputs.from));
          const late = (step: number, cell: number): void => emit(step + silent, cell);
          const rates = constant[entry];
          if (rates !== undefined) advanceConstantSources(state, sources, inputs.steps - silent, rates, late);
        } else {
          advanceSources(state, sources, inputs.steps, inputs.increments, rowOfCell[entry] as Uint32Array, emit);
        }
      }
    }
  }

  /** Source-side plasticity of what these populations have just spiked. */
  #release(populations: readonly number[]): void {
    const due = this.#releases.filter(
      ({ plasticity: p }) => p.lane !== undefined && populations.includes(p.population),
    );
    if (due.length === 0) return;
    this.#time("release", () => {
      this.#log.sort();
      for (const r of due) r.run(this.#log);
    });
  }

  #rowsOfCells(k: number, { signalOfCell }: CompiledRenewal): Uint32Array[] {
    const known = this.#rowOfCell.get(k);
    if (known !== undefined) return known;
    const rows = this.#inputs.rowsOf(k);
    const nSignals = rows.length / this.network.entries;
    const made = Array.from({ length: this.network.entries }, (_, e) =>
      signalOfCell.map((s) => rows[e * nSignals + s] as number),
    );
    this.#rowOfCell.set(k, made);
    return made;
  }

  #deliver(stage: CompiledStage, s: number, steps: number): void {
    this.#log.sort();
    const [delivery, acc] = [this.#delivery(steps), this.#acc[s] as Float64Array | Int32Array];
    deliverPorts(this.network, stage, delivery, acc);
    deliver(stage, this.#log, delivery, acc, this.#again[s]);
  }

  #delivery(steps: number): Delivery {
    const { entries, nSources } = this.network;
    const [step, scales] = [this.step, this.#inputs.scales];
    return { step, steps, entries, nSources, scales, integers: this.#f32, lanes: this.#lanes };
  }

  /** Spikes that must be known before delivery. */
  #detect(stage: CompiledStage, inputs: InputBlock, spike: (step: number, id: number) => void): void {
    const due = stage.cells.map((k) => this.#cells.get(k) as Cells).filter((c) => c.detect !== undefined);
    if (due.length === 0) return;
    const { entries, nSources } = this.network;
    const block = { step: this.step, steps: 1, entries, slots: stage.slots, nSources };
    const { clampRow, gains } = this.#inputs;
    for (const cells of due) {
      const buffers = { ...cells, clamps: inputs.clamps, clampRow, gains } as unknown as CellBuffers;
      cells.detect?.(buffers, block, spike);
    }
  }

  #learn(stage: CompiledStage, s: number, steps: number): void {
    const due = this.#learning.filter((l) => stage.cells.includes(l.learning.target));
    if (due.length === 0) return;
    const acc = this.#acc[s] as Float64Array | Int32Array;
    this.#time("learn", () => {
      for (const l of due) l.run(stage, this.#log, this.#delivery(steps), acc);
      this.#sound &&= due.every((l) => l.state.every((x) => Math.abs(x) <= STATE_LIMIT));
    });
  }

  /** The read-outs that come before the cells of a stage. */
  #read(stage: number, { steps, clamps }: InputBlock, traces: readonly TraceBuffer[]): void {
    for (const r of this.#readouts) {
      const { readout } = r;
      if (readout.stage !== stage) continue;
      const rows = readout.learning === undefined ? undefined : this.#inputs.clampRow[readout.learning.targets];
      const block = { step: this.step, steps, exposed: this.#exposed, clamps, rows };
      this.#time("learn", () => (this.#sound = r.run(block) && this.#sound));
      r.sample(block, this.#writer(readout.population, traces));
    }
  }

  /** Puts a sample into its trace's buffer: by trace, row of all samples, column [entry][cell]. */
  #writer(population: number, traces: readonly TraceBuffer[]) {
    return (trace: number, row: number, column: number, value: number): void => {
      const buffer = traces.find((b) => b.population === population && b.trace === trace);
      if (buffer === undefined) return;
      buffer.data[(row - buffer.first) * (buffer.data.length / buffer.steps.length) + column] = value;
    };
  }

  /** Weights as they are before this step. */
  #sampleWeights(traces: readonly TraceBuffer[]): void {
    const { entries } = this.network;
    for (const r of this.#readouts) r.sampleWeights(this.step, this.#writer(r.readout.population, traces));
    for (const l of this.#learning) {
      const write = this.#writer(l.learning.target, traces);
      for (const [trace, t] of weightTraces(this.network, l.learning)) {
        if (this.step % t.everySteps !== 0) continue;
        sampledLinks(l.learning, t, entries).forEach((link, k) =>
          write(trace, this.step / t.everySteps, k, l.state[link] as number),
        );
      }
    }
  }

  #integrate(
    stage: CompiledStage,
    s: number,
    inputs: InputBlock,
    traces: readonly TraceBuffer[],
    spike: (step: number, id: number) => void,
  ): void {
    const { entries, nSources } = this.network;
    const acc = this.#acc[s] as Float64Array | Int32Array;
    for (const k of stage.cells) {
      const cells = this.#cells.get(k) as Cells;
      const mine = traces.filter((t) => t.population === k && t.trace < cells.compiled.traces.length);
      const buffers: CellBuffers = {
        ...cells,
        acc,
        clamps: inputs.clamps,
        clampRow: this.#inputs.clampRow,
        gains: this.#inputs.gains,
        traces: mine.map((t) => t.data),
        traceFrom: mine.map((t) => t.first),
        voltageLimit: this.network.voltageLimit,
        seeds: this.network.seeds,
        exposed: this.#exposed,
        ...this.network.exposed,
        unsound: () => (this.#sound = false),
      };
      cells.integrate(
        buffers,
        { step: inputs.from, steps: inputs.steps, entries, slots: stage.slots, nSources },
        spike,
      );
    }
  }

  #traceBuffers(from: number, to: number): TraceBuffer[] {
    return [...this.#cells.values()].flatMap(({ index }) =>
      (this.network.populations[index] as CompiledCells).traces.map((t, trace): TraceBuffer => {
        const steps = sampleSteps(t, from, to);
        const length = steps.length * this.network.entries * t.cells.length;
        const data = this.#f32 ? new Float32Array(length) : new Float64Array(length);
        return { population: index, trace, steps, data, first: (steps[0] ?? 0) / t.everySteps };
      }),
    );
  }

  #makeCells(index: number, given: CompiledCells): Cells {
    const compiled = withoutLinkTraces(given);
    const { entries, stages } = this.network;
    const stage = stages.find((s) => s.cells.includes(index)) as CompiledStage;
    const inputScale = new Float64Array(compiled.receptors.length * entries).fill(1);
    if (this.#f32) {
      for (const { population, input, q } of stage.inputScale) {
        if (population === index) q.forEach((x, e) => (inputScale[input * entries + e] = 1 / x));
      }
    }
    const traceRow = compiled.traces.map((t) => {
      const row = new Int32Array(compiled.n).fill(-1);
      t.cells.forEach((c, k) => (row[c] = k));
      return row;
    });
    const live = new CellParams(compiled, entries);
    return {
      index,
      compiled,
      integrate: printIntegrate(compiled, this.#f32),
      detect: compiled.detectsFirst === true ? printDetect(compiled, this.#f32) : undefined,
      state: this.#rounded(compiled.state0).slice(),
      armed: new Uint32Array(compiled.n * entries).fill(1),
      live,
      params: this.#rounded(live.values),
      inputScale,
      limits: stateLimits(compiled, this.network.voltageLimit),
      traceRow,
      gathers: compiled.gathers,
      weights: compiled.gathers.map((x) => this.#rounded(x.weight)),
    };
  }

  #makeSources(p: CompiledRenewal): Uint32Array {
    const state = new Uint32Array(sourceStateLength({ n: p.n, entries: this.network.entries }));
    for (let e = 0; e < this.network.entries; e++) initSources(state, this.#describe(p, e));
    return state;
  }

  #describe(p: CompiledRenewal, entry: number): Sources {
    const { entries, seeds } = this.network;
    return { n: p.n, entries, entry, order: p.order, seed: seeds[entry] as number, stream: p.stream };
  }

  #rounded(values: Float64Array): Float64Array | Float32Array {
    return this.#f32 ? Float32Array.from(values) : values;
  }

  #time(phase: (typeof PHASES)[number], work: () => void): void {
    const begun = performance.now();
    work();
    this.#ms[phase] += performance.now() - begun;
  }
}

function freeze(all: Uint32Array, frozen: boolean, entry?: number): void {
  all.fill(frozen ? 1 : 0, entry ?? 0, entry === undefined ? all.length : entry + 1);
}

interface Mark {
  readonly step: number;
  readonly rates: Float64Array;
  readonly cells: ReadonlyMap<number, { readonly state: Float64Array | Float32Array; readonly armed: Uint32Array }>;
  readonly sources: ReadonlyMap<number, Uint32Array>;
  readonly log: { readonly steps: Uint32Array; readonly ids: Uint32Array; readonly releases: Float64Array };
  readonly releases: readonly { readonly state: ArrayLike<number>; readonly last: Uint32Array }[];
  readonly exposed: ArrayLike<number>;
}

interface TraceBuffer extends TraceSamples {
  readonly first: number; // steps[0] / everySteps
}
