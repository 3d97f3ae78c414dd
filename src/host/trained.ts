import type { CompiledNetwork, CompiledTrained, SampledTrace } from "../compile/compiled.ts";
import { TRACES, type TrainingTrace } from "../compile/trained/training.ts";
import type { TrainingEngine, TrainingSpan } from "../host/training.ts";
import { didYouMean, ModelError, StateError } from "../errors.ts";
import type { TrainedControls } from "./trained-controls.ts";
import { arrayBytes, type MemoryAhead, type MemoryUse, RUNNING } from "./memory.ts";
import { sampleSteps } from "./samples.ts";
import type { Engine, EngineState, LinkStates, Segment, TraceSamples } from "./engine.ts";

/** Steps between two stops at most, where nobody asks for whole loops: their records stay small. */
const LONGEST_SPAN = 1000;

export interface Watching {
  /** Traces of all neurons that the observer wants, kept or not. */
  readonly traces: readonly TrainingTrace[];
  /** Sees each span, at most to the end of a loop, before the simulation does; not one that stopped at a state no neuron can have. */
  readonly observe: (span: TrainingSpan) => Promise<void>;
}

/** Live parameters by what they are in the controls. */
const LIVE: ReadonlyMap<string, "threshold" | "reset" | "amplitude"> = new Map([["vt", "threshold"], ["vrest", "reset"], ["sigma", "amplitude"]]); // prettier-ignore

/** Trained networks behind the contract that every simulation runs on. */
export class TrainedEngine implements Engine {
  readonly kind: Engine["kind"];
  readonly network: CompiledNetwork;
  step: number;
  readonly #inner: TrainingEngine;
  readonly #watching: Watching | undefined;
  readonly #population: CompiledTrained;
  #queue: Promise<unknown> = Promise.resolve();
  /** Why nothing goes on: the engine stays at the last good step. */
  #fault: StateError | undefined;

  /** @param network  compileTrained of what `inner` runs */
  constructor(network: CompiledNetwork, inner: TrainingEngine, watching?: Watching) {
    [this.network, this.#inner, this.#watching] = [network, inner, watching];
    this.#population = network.populations[0] as CompiledTrained;
    [this.kind, this.step] = [inner.kind, inner.step];
  }

  /** To the end of the loop, if that is near: what a span costs beside its steps is paid once. */
  get stepsPerSubmit(): number {
    const { stepsPerLoop } = this.#inner.compiled.schedule;
    const left = stepsPerLoop - (this.step % stepsPerLoop);
    return this.#watching === undefined ? Math.min(left, LONGEST_SPAN) : left;
  }

  advance(toStep: number): Promise<Segment> {
    const from = this.step;
    this.step = toStep;
    const segment = this.#queue.then(() => this.#advance(from, toStep));
    this.#queue = segment.catch(() => undefined);
    return segment;
  }

  async #advance(from: number, to: number): Promise<Segment> {
    const { stepsPerLoop } = this.#inner.compiled.schedule;
    const wanted = this.#wanted();
    const spans: TrainingSpan[] = [];
    const weights = new Map<number, readonly Float64Array[]>();
    let at = Math.min(from, this.#inner.step); // less where the segment before stopped
    const start = at;
    while (at < to && this.#fault === undefined) {
      const steps = Math.min(to, this.#nextWeights(at)) - at;
      const { span, sound } = await this.#span(Math.min(steps, stepsPerLoop - (at % stepsPerLoop)), wanted);
      if (sound) await this.#watching?.observe(span as TrainingSpan);
      if (span !== undefined) spans.push(span);
      at += span?.steps ?? 0;
      if (span !== undefined && this.#weightsAt(at)) weights.set(at, await this.#inner.weights());
    }
    if (this.#fault !== undefined) this.step = at;
    const { steps, ids } = this.#spikes(spans);
    const traces = this.#population.traces.map((_, trace) => this.#samples(trace, [start, at], spans, weights));
    const segment = { from: start, to: at, spikeSteps: steps, spikeIds: ids, traces };
    return this.#fault === undefined ? segment : { ...segment, fault: this.#fault };
  }

  get #weightIntervals(): number[] {
    return this.#population.traces.flatMap(({ phase, everySteps }) => (phase === "link" ? [everySteps] : []));
  }

  #weightsAt(step: number): boolean {
    return this.#weightIntervals.some((m) => step % m === 0);
  }

  #nextWeights(step: number): number {
    return Math.min(Infinity, ...this.#weightIntervals.map((m) => (Math.floor(step / m) + 1) * m));
  }

  /** Traces that are kept or watched. */
  #wanted(): TrainingTrace[] {
    const kept = this.#population.traces.map(({ variable }) => variable);
    return TRACES.filter((trace) => kept.includes(trace) || this.#watching?.traces.includes(trace) === true);
  }

  /** A stretch of steps, or where one of them leaves what a neuron can be, those before it: then the engine goes back to where the
   * stretch began and computes them again. */
  async #span(
    steps: number,
    wanted: readonly TrainingTrace[],
  ): Promise<{ span: TrainingSpan | undefined; sound: boolean }> {
    const from = this.#inner.step;
    this.#inner.mark();
    try {
      return { span: await this.#inner.advance(steps, wanted), sound: true };
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      this.#fault = error;
      this.#inner.back();
      const good = error.fault.step - 1 - from;
      return { span: good > 0 ? await this.#inner.advance(good, wanted) : undefined, sound: false };
    }
  }

  #spikes(spans: readonly TrainingSpan[]): { steps: Uint32Array; ids: Uint32Array } {
    const { n } = this.#population;
    const [steps, ids]: [number[], number[]] = [[], []];
    for (const { firstStep, entries } of spans)
      entries.forEach(({ spikes }, e) => {
        for (let at = spikes.indexOf(1); at >= 0; at = spikes.indexOf(1, at + 1)) {
          steps.push(firstStep + Math.floor(at / n));
          ids.push(e * n + (at % n));
        }
      });
    return { steps: Uint32Array.from(steps), ids: Uint32Array.from(ids) };
  }

  /** @param weights  of each entry, by the step that they are after */
  #samples(
    index: number,
    [from, to]: readonly [number, number],
    spans: readonly TrainingSpan[],
    weights: ReadonlyMap<number, readonly Float64Array[]>,
  ): TraceSamples {
    const { n, traces } = this.#population;
    const trace = traces[index] as (typeof traces)[number];
    const { phase, cells } = trace;
    const variable = trace.variable as TrainingTrace;
    const start = from === 0 && phase !== "current" ? this.#start(trace) : [];
    const labels = sampleSteps(trace, from, to);
    const rows = labels.length + (start.length > 0 ? 1 : 0);
    const width = this.network.entries * cells.length;
    const data = this.kind === "reference" ? new Float64Array(rows * width) : new Float32Array(rows * width);
    data.set(start);
    let at = start.length;
    const put = (value: ArrayLike<number>, offset: number): void => {
      for (const i of cells) data[at++] = value[offset + i] as number;
    };
    for (const label of labels) {
      if (phase === "link") {
        for (const w of weights.get(label) ?? []) put(w, 0);
        continue;
      }
      const step = phase === "state" ? label - 1 : label;
      const { firstStep, entries } = spans.findLast((span) => span.firstStep <= step) as TrainingSpan;
      for (const { traces: all } of entries) put(all[variable] ?? [], (step - firstStep) * n);
    }
    return { population: 0, trace: index, steps: Uint32Array.from([...(start.length > 0 ? [0] : []), ...labels]), data };
  } // prettier-ignore

  /** What is at t = 0. */
  #start({ variable, cells }: SampledTrace): number[] {
    const of = variable === "x" ? "x0" : variable === "r" ? "r0" : "w";
    return this.#inner.compiled.entries.flatMap((entry) => Array.from(cells, (i) => entry[of][i] as number));
  }

  async save(): Promise<EngineState> {
    await this.#queue;
    return this.#inner.save();
  }

  async load(state: EngineState, step: number): Promise<void> {
    await this.#queue;
    await this.#inner.load(state);
    [this.step, this.#fault] = [step, undefined];
    const { schedule, entries } = this.#inner.compiled;
    const loops = Math.floor(step / schedule.stepsPerLoop);
    for (const { noise } of entries)
      for (let loop = 0; noise.kind === "given" && loop < loops; loop++) noise.loop(loop); // drawn in order
  }

  /** The weights, of the only links there are. */
  async linkStates(): Promise<LinkStates> {
    await this.#queue;
    const all = await this.#inner.weights();
    const state = Float64Array.from(all.flatMap((w) => [...w]));
    return { state, last: new Uint32Array(state.length).fill(this.step) };
  }

  memory(): MemoryUse {
    const { host, device } = this.#inner.memory(this.#wanted());
    return { host: host + arrayBytes(this.#inner.compiled), device };
  }

  /** A checkpoint is there three times while it is written: read, packed, and as bytes of the file. */
  ahead(): MemoryAhead {
    const { host, device } = this.memory();
    return {
      running: RUNNING.any + (this.kind === "gpu" ? RUNNING.software : 0) + 3 * (host + device),
      after: RUNNING.any,
    };
  }

  timings(): Record<string, never> {
    return {};
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#inner.close();
  }

  setParam(_: number, name: string, value: number | ArrayLike<number>, entry?: number): void {
    const of = LIVE.get(name);
    if (of === undefined) throw new ModelError(`parameter "${name}"`, "cannot change during a run", didYouMean(name, LIVE.keys())); // prettier-ignore
    const factor = of === "amplitude" ? this.#population.noisePerSigma : 1;
    const scaled = typeof value === "number" ? value * factor : Float64Array.from(value, (x) => x * factor);
    this.#change((controls) => controls.set(of, scaled, entry));
  }

  setFrozen(_: number, frozen: boolean, entry?: number): void {
    this.#change((controls) => controls.freeze(frozen, entry));
  }

  /** Behind the steps that were asked for before. */
  #change(act: (controls: TrainedControls) => void): void {
    const done = this.#queue.then(() => {
      act(this.#inner.controls);
      return this.#inner.changed();
    });
    done.catch(() => undefined); // whoever waits for the next steps sees it
    this.#queue = done;
  }

  setRate(): never {
    return fixed();
  }
  setPortRate(): never {
    return fixed();
  }
  setScale(): never {
    return fixed();
  }
  setGain(): never {
    return fixed();
  }
  readoutState(): never {
    return fixed();
  }
  sourceStates(): never {
    return fixed();
  }
}

function fixed(): never {
  throw new ModelError(
    "trained network",
    "has no rates, scales, gains, source-side plasticity or read-outs",
    "Change its parameters or freeze its weights",
  );
}
