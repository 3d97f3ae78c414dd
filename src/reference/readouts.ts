import type { CompiledNetwork, CompiledReadout } from "../compile/compiled.ts";
import { initialReadout, keptReadout, type KeptReadout, learnsAt, leastDen, readoutTraces } from "../host/readouts.ts";
import { STATE_LIMIT } from "../host/soundness.ts";

type Floats = Float64Array | Float32Array;

/** What a read-out needs of a block of steps. */
interface ReadoutBlock {
  readonly step: number;
  readonly steps: number;
  /** ring of CompiledNetwork.exposed. */
  readonly exposed: Floats;
  /** [row][step], and rows [entry][output] of the targets. */
  readonly clamps: Float64Array;
  readonly rows: Uint32Array | undefined;
}

/** Lanes of the kernels: sums are taken in their order. */
const LANES = 64;

/** One read-out in JavaScript; float32 sums as the kernels do, but for what they contract. */
export class Readout {
  readonly readout: CompiledReadout;
  /** see host/readouts.ts. */
  readonly state: Floats;
  /** per entry: 1 where weights stay. */
  readonly frozen: Uint32Array;
  readonly #network: CompiledNetwork;
  readonly #at: KeptReadout;
  readonly #round: (x: number) => number;
  readonly #least: number;

  constructor(network: CompiledNetwork, readout: CompiledReadout, f32: boolean) {
    [this.#network, this.readout] = [network, readout];
    const start = initialReadout(readout, network.entries);
    this.state = f32 ? Float32Array.from(start) : start;
    this.frozen = new Uint32Array(network.entries);
    this.#at = keptReadout(readout, network.entries);
    this.#round = f32 ? Math.fround : (x) => x;
    this.#least = leastDen(f32);
  }

  /** Learns where the block begins with a learning step, then gives the values of every step. @returns whether all is sound */
  run(b: ReadoutBlock): boolean {
    const { entries, exposed: ring } = this.#network;
    const { outputs, shows } = this.readout;
    const learns = learnsAt(this.readout, b.step);
    let sound = true;
    for (let e = 0; e < entries; e++) {
      const learned = learns && this.frozen[e] === 0;
      if (learned) sound = this.#learn(b, e) && sound;
      for (let t = 0; t < b.steps; t++) {
        const to = ((b.step + t) % ring.ring) * ring.words + shows;
        for (let o = 0; o < outputs; o++) {
          const value = this.#value(b, e, o, b.step + t);
          b.exposed[to + e * outputs + o] = value;
          const error = learned && t === 0 ? (this.state[this.#at.error + e * outputs + o] as number) : this.#round(value - this.#target(b, e, o, t));
          b.exposed[to + (entries + e) * outputs + o] = error;
        }
      }
    }
    return sound;
  } // prettier-ignore

  /** Samples of values and errors in the block. */
  sample(b: Pick<ReadoutBlock, "step" | "steps" | "exposed">, write: (trace: number, row: number, column: number, value: number) => void): void {
    const { entries, exposed: ring } = this.#network;
    for (const { index, trace, word, stride } of readoutTraces(this.#network, this.readout, "current")) {
      const { everySteps: m, cells } = trace;
      for (let step = Math.ceil(b.step / m) * m; step < b.step + b.steps; step += m)
        for (let e = 0; e < entries; e++)
          cells.forEach((c, k) => write(index, step / m, e * cells.length + k, b.exposed[(step % ring.ring) * ring.words + word + e * stride + c] as number));
    }
  } // prettier-ignore

  /** Samples of weights as they are before this step. */
  sampleWeights(step: number, write: (trace: number, row: number, column: number, value: number) => void): void {
    for (const { index, trace, stride } of readoutTraces(this.#network, this.readout, "link")) {
      const { everySteps: m, cells } = trace;
      if (step % m !== 0) continue;
      for (let e = 0; e < this.#network.entries; e++)
        cells.forEach((c, k) => write(index, step / m, e * cells.length + k, this.state[e * stride + c] as number));
    }
  }

  #target(b: ReadoutBlock, e: number, o: number, t: number): number {
    const row = b.rows?.[e * this.readout.outputs + o];
    return row === undefined ? 0 : this.#round(b.clamps[row * b.steps + t] as number);
  }

  #from(e: number, step: number): number {
    const { ring, words } = this.#network.exposed;
    return (step % ring) * words + this.readout.reads + e * this.readout.n;
  }

  #value({ exposed }: ReadoutBlock, e: number, o: number, step: number): number {
    const { n, outputs } = this.readout;
    return this.#sum(this.state, (e * outputs + o) * n, exposed, this.#from(e, step));
  }

  /** Sum of a[i + j] b[k + j]: each lane sums every 64th product, then lanes are added by halves. */
  #sum(a: Floats, i: number, b: Floats, k: number): number {
    const { n } = this.readout;
    const f = this.#round;
    const lanes = new Float64Array(LANES);
    for (let j = 0; j < n; j++)
      lanes[j % LANES] = f((lanes[j % LANES] as number) + f((a[i + j] as number) * (b[k + j] as number)));
    for (let half = LANES / 2; half > 0; half >>= 1)
      for (let l = 0; l < half; l++) lanes[l] = f((lanes[l] as number) + (lanes[l + half] as number));
    return lanes[0] as number;
  }

  #learn(b: ReadoutBlock, e: number): boolean {
    const { n, outputs } = this.readout;
    const { state } = this;
    const f = this.#round;
    const r = this.#from(e, b.step);
    const [P, k] = [this.#at.P + e * n * n, this.#at.k + e * n];
    state.fill(0, k, k + n);
    for (let j = 0; j < n; j++) {
      const rj = b.exposed[r + j] as number;
      if (rj === 0) continue;
      for (let i = 0; i < n; i++) state[k + i] = f((state[k + i] as number) + f((state[P + j * n + i] as number) * rj));
    }
    const den = f(1 + this.#sum(state, k, b.exposed, r));
    state[this.#at.den + e] = den;
    const scale = f(1 / den);
    let sound = den >= this.#least;
    for (let o = 0; o < outputs; o++) {
      const error = f(this.#value(b, e, o, b.step) - this.#target(b, e, o, 0));
      state[this.#at.error + e * outputs + o] = error;
      const w = (e * outputs + o) * n;
      for (let j = 0; j < n; j++) {
        const next = f((state[w + j] as number) - f(f(error * (state[k + j] as number)) * scale));
        state[w + j] = next;
        sound &&= Math.abs(next) <= STATE_LIMIT;
      }
    }
    for (let j = 0; j < n; j++) {
      const kj = state[k + j] as number;
      for (let i = 0; i < n; i++) {
        const at = P + j * n + i;
        state[at] = f((state[at] as number) - f(f(kj * (state[k + i] as number)) * scale));
      }
    }
    return sound;
  }
}
