import type { EngineState } from "../host/engine.ts";
import { arrayBytes } from "../host/memory.ts";
import { TrainedControls } from "../host/trained-controls.ts";
import {
  learns,
  traceDecay,
  type CompiledTraining,
  type TrainingTrace,
  type TrainingEntry,
} from "../compile/trained/training.ts";
import {
  checkSpan,
  type SpanRecord,
  type TrainingEngine,
  type TrainingSpan,
  type TrainingState,
} from "../host/training.ts";
import {
  firstFault,
  isSoundWeight,
  movesSoundly,
  trainingError,
  type TrainingFault,
} from "../host/training-soundness.ts";
import {
  drawNormals,
  float32,
  float64,
  lifSpikes,
  qifSpikes,
  type Arithmetic,
  type Floats,
} from "./training-arithmetic.ts";

/** Runs trained networks in JavaScript, in float64, or in float32 by Math.fround; sums in row order. */
export function referenceTraining(
  compiled: CompiledTraining,
  precision: "float64" | "float32" = "float64",
): TrainingEngine {
  const arithmetic = precision === "float64" ? float64 : float32;
  const controls = new TrainedControls(compiled);
  const networks = compiled.entries.map((_, e) => new ReferenceNetwork(compiled, e, controls, arithmetic));
  let step = compiled.entries[0]?.firstStep ?? 0;
  let marked: EngineState = {};
  const snapshot = (): EngineState => {
    const parts = networks.flatMap((network, e) => network.arrays().map((array, k) => [`${e}.${k}`, array.slice()]));
    return Object.fromEntries([["step", Uint32Array.of(step)], ...parts]) as EngineState;
  };
  const restore = (given: EngineState): void => {
    step = given["step"]?.[0] ?? step;
    networks.forEach((network, e) => network.restore((k) => given[`${e}.${k}`] ?? []));
  };
  return {
    kind: precision === "float64" ? "reference" : "reference32",
    compiled,
    get step() {
      return step;
    },
    advance(steps: number, record: readonly TrainingTrace[] = []): Promise<TrainingSpan> {
      checkSpan(compiled.schedule, step, steps);
      const span = { firstStep: step, steps, entries: networks.map((network) => network.advance(step, steps, record)) };
      const fault = firstFault(
        networks.flatMap((network, entry) => (network.fault ? [{ ...network.fault, entry }] : [])),
      );
      if (fault !== undefined) return Promise.reject(trainingError(compiled, fault));
      step += steps;
      return Promise.resolve(span);
    },
    weights: () => Promise.resolve(networks.map((network) => Float64Array.from(network.w))),
    state: () => Promise.resolve(networks.map((network) => network.state(step))),
    memory: (record) => ({
      host:
        8 * record.length * compiled.schedule.stepsPerLoop * compiled.n * networks.length +
        2 * arrayBytes(networks.map((network) => network.arrays())),
      device: 0,
    }), // and what a span began with
    controls,
    changed: () => Promise.resolve(), // networks look at them
    save: () => Promise.resolve({ ...snapshot(), ...controls.save() }),
    load: (given) => {
      controls.load(given);
      return Promise.resolve(restore(given));
    },
    mark: () => void (marked = snapshot()),
    back: () => restore(marked),
    close: () => Promise.resolve(),
  };
}

class ReferenceNetwork {
  readonly #compiled: CompiledTraining;
  readonly #entry: TrainingEntry;
  readonly #index: number; // of the entry
  readonly #controls: TrainedControls;
  readonly #math: Arithmetic;
  readonly #x: Floats;
  readonly #r: Floats;
  readonly w: Floats;
  readonly #P: Floats[];
  readonly #v: Floats;
  readonly #stimulus: Floats;
  readonly #target: Floats;
  /** Normal values of the current step, [2][n], amplitude included. */
  readonly #noise: Floats;
  readonly #q: Floats;
  readonly #k: Floats;
  #givenLoop = -1;
  #given: Floats = new Float64Array(0);
  /** What ended the span before its end. */
  fault: Omit<TrainingFault, "entry"> | undefined;

  constructor(compiled: CompiledTraining, index: number, controls: TrainedControls, math: Arithmetic) {
    const { n, rules } = compiled;
    const entry = compiled.entries[index] as TrainingEntry;
    [this.#index, this.#controls] = [index, controls];
    const copy = (from: Floats): Floats => {
      const to = math.alloc(from.length);
      to.set(from);
      return to;
    };
    [this.#compiled, this.#entry, this.#math] = [compiled, entry, math];
    [this.#x, this.#r, this.w] = [copy(entry.x0), copy(entry.r0), copy(entry.w)];
    [this.#stimulus, this.#target] = [copy(entry.stimulus), copy(entry.target)];
    [this.#v, this.#noise, this.#q, this.#k] = [math.alloc(n), math.alloc(2 * n), math.alloc(n), math.alloc(n)];
    this.#P = Array.from({ length: n }, (_, i) => {
      const given = entry.P?.[i];
      if (given !== undefined) return copy(given);
      const size = (entry.rowPtr[i + 1] as number) - (entry.rowPtr[i] as number);
      const P = math.alloc((size * (size + 1)) / 2);
      for (let a = 0; a < size; a++) P[(a * (a + 3)) / 2] = 1 / rules.alpha;
      return P;
    });
    this.#input();
  }

  /** What changes in a run: x, r, w, then P of each neuron, joined. */
  arrays(): Floats[] {
    const P = this.#math.alloc(this.#P.reduce((sum, one) => sum + one.length, 0));
    this.#P.reduce((at, one) => (P.set(one, at), at + one.length), 0);
    return [this.#x, this.#r, this.w, P];
  }

  restore(array: (k: number) => ArrayLike<number>): void {
    [this.#x, this.#r, this.w].forEach((own, k) => own.set(array(k)));
    this.fault = undefined;
    const P = Float64Array.from(array(3));
    this.#P.reduce((at, one) => (one.set(P.subarray(at, at + one.length)), at + one.length), 0);
    this.#input();
  }

  state(step: number): TrainingState {
    const plain = (from: Floats): Float64Array => Float64Array.from(from);
    return { x: plain(this.#x), r: plain(this.#r), w: plain(this.w), P: this.#P.map(plain), step };
  }

  advance(firstStep: number, steps: number, record: readonly TrainingTrace[]): SpanRecord {
    const { n, schedule } = this.#compiled;
    const traces: Partial<Record<TrainingTrace, Floats>> = {};
    for (const name of record) traces[name] = this.#math.alloc(steps * n);
    const spikes = new Uint8Array(steps * n);
    for (let s = 0; s < steps && this.fault === undefined; s++) {
      const step = firstStep + s;
      const it = step % schedule.stepsPerLoop;
      traces.v?.set(this.#v, s * n);
      this.#drawNoise(step, it);
      this.#step(step, schedule.stimulusRow[it] as number, spikes, s * n, traces.xmid);
      this.#input(); // W r with r after the step: what the error uses, and the next step's input if nothing is learned
      traces.error?.set(this.#error(it), s * n);
      if (learns(schedule, step) && this.#controls.frozen[this.#index] === 0)
        this.#learn(step, it, traces.update2, s * n);
      traces.x?.set(this.#x, s * n);
      traces.r?.set(this.#r, s * n);
    }
    return { spikes, traces };
  }

  #input(): void {
    const { rowPtr, colIdx } = this.#entry;
    for (let i = 0; i < this.#v.length; i++) {
      this.#v[i] = this.#math.gather(this.w, this.#r, colIdx, rowPtr[i] as number, rowPtr[i + 1] as number);
    }
  }

  #error(it: number): Floats {
    const n = this.#v.length;
    return this.#v.map((v, i) => (this.#target[it * n + i] as number) - v);
  }

  #drawNoise(step: number, it: number): void {
    const { noise } = this.#entry;
    const n = this.#v.length;
    if (noise.kind === "none") return;
    if (noise.kind === "drawn") {
      for (let i = 0; i < n; i++) drawNormals(this.#noise, i, n, noise.seed, i, step);
      const { amplitude } = this.#controls;
      for (let i = 0; i < 2 * n; i++) (this.#noise[i] as number) *= amplitude[this.#index * n + (i % n)] as number;
      return;
    }
    const loop = Math.floor(step / this.#compiled.schedule.stepsPerLoop);
    if (loop !== this.#givenLoop) {
      this.#given = noise.loop(loop);
      this.#givenLoop = loop;
    }
    this.#noise.set(this.#given.subarray(it * 2 * n, (it + 1) * 2 * n));
  }

  #step(step: number, stimulusRow: number, spikes: Uint8Array, at: number, xmid: Floats | undefined): void {
    const { n, rules } = this.#compiled;
    const { nqif } = this.#entry;
    const { threshold, reset } = this.#controls;
    const first = this.#index * n;
    const f = this.#math.round;
    const decay = f(traceDecay(rules));
    const [h, half] = [f(rules.h), f(rules.h / 2)];
    const held = rules.noiseScheme === "held";
    for (let i = 0; i < n; i++) {
      const [n1, n2] = [this.#noise[i] as number, this.#noise[n + i] as number];
      const current = f((this.#stimulus[stimulusRow * n + i] as number) + (this.#v[i] as number));
      const I = held ? f(current + n1) : current;
      const drift = i < nqif ? qifDrift : lifDrift;
      const x = this.#x[i] as number;
      const middle = f(x + f(half * f(drift(f, x, I) + (held ? 0 : n1))));
      let xNew = f(x + f(h * f(drift(f, middle, I) + (held ? 0 : n2))));
      if (!movesSoundly(xNew - x)) this.fault ??= { step, neuron: i, what: "potential", value: xNew - x };
      const fired = i < nqif ? qifSpikes(x, xNew) : lifSpikes(x, xNew, threshold[first + i] as number, rules.spikeRule);
      if (i >= nqif && fired) xNew = reset[first + i] as number;
      if (xmid !== undefined) xmid[at + i] = middle;
      this.#x[i] = i < nqif && this.#math !== float64 ? wrapPhase(xNew) : xNew;
      const r = f(decay * (this.#r[i] as number));
      this.#r[i] = fired ? f(r + rules.b) : r;
      spikes[at + i] = fired ? 1 : 0;
    }
  }

  #learn(step: number, it: number, update2: Floats | undefined, at: number): void {
    const { n } = this.#compiled;
    const { rowPtr, colIdx, trained } = this.#entry;
    const f = this.#math.round;
    const error = this.#error(it);
    for (let i = 0; i < n; i++) {
      if (trained?.[i] === 0) continue;
      const from = rowPtr[i] as number;
      const size = (rowPtr[i + 1] as number) - from;
      for (let a = 0; a < size; a++) this.#q[a] = this.#r[colIdx[from + a] as number] as number;
      const P = this.#P[i] as Floats;
      const den = this.#math.update(P, this.#q, this.#k, size);
      let negative = false;
      let unsound: number | undefined;
      const gain = f((error[i] as number) / den);
      let norm2 = 0;
      for (let a = 0; a < size; a++) {
        negative ||= (P[(a * (a + 3)) / 2] as number) < 0;
        const change = f(gain * (this.#k[a] as number));
        norm2 += change * change;
        const w = f((this.w[from + a] as number) + change);
        this.w[from + a] = w;
        if (!isSoundWeight(w)) unsound ??= w;
      }
      if (!(den >= this.#math.leastDen && den < Infinity) || negative)
        this.fault ??= { step, neuron: i, what: "definiteness", value: den };
      if (unsound !== undefined) this.fault ??= { step, neuron: i, what: "weight", value: unsound };
      if (update2 !== undefined) update2[at + i] = norm2;
    }
    this.#input();
  }
}

type Round = (x: number) => number;
const lifDrift = (f: Round, x: number, I: number): number => f(I - x);
const qifDrift = (f: Round, x: number, I: number): number => {
  const c = f(Math.cos(x));
  return f(f(1 - c) + f(I * f(1 + c)));
};

/** Phase in [-pi, pi): float32 needs it, because an unwrapped phase reaches thousands of radians. */
const wrapPhase = (x: number): number => x - 2 * Math.PI * Math.floor((x + Math.PI) / (2 * Math.PI));
