import { ModelError } from "../errors.ts";
import { checkScale } from "../network/check-projection.ts";
import type { Signal } from "../network/signal.ts";
import { clampOwner, hasUnnamedNoise, noiseOwner, rateOf, signalAt, type AtStep } from "../network/signal-values.ts";
import { RateIncrements } from "../random/increments.ts";
import { type ConstantIncrements, constantIncrements } from "../random/source.ts";
import type { CompiledClamp, CompiledNetwork, CompiledPort, CompiledRenewal } from "../compile/compiled.ts";
import type { EngineState } from "./engine.ts";
import { checkPortRates, livePorts, type MakeWords, type PortRates } from "./ports.ts";

/** A renewal population's rates as rows of increments: entries that share a signal (and, with noise, a seed) share a row. */
interface RateRows {
  readonly population: number;
  readonly renewal: CompiledRenewal;
  rows: RateIncrements[];
  /** row of [entry * nSignals + signal]. */
  rowOf: Uint32Array;
  signals: Signal[][]; // per entry; changed while running
}

/** The increments and clamp values of some steps. */
export interface InputBlock {
  readonly from: number;
  readonly steps: number;
  /** Q5.27, row r of population p at (firstRow[p] + r) * steps. */
  readonly increments: Uint32Array;
  /** nA before the gain, 0 while off: [clamp row][step]. */
  readonly clamps: Float64Array;
}

/** The host's part of both engines: everything that is a pure function of the step, and what `sim.every` may change. */
export class Inputs {
  readonly #network: CompiledNetwork;
  readonly #rates: RateRows[] = [];
  readonly #clampRows: { clamp: number; at: AtStep }[] = [];
  /** constant rates of a population, per entry. */
  readonly constant = new Map<number, ConstantIncrements[]>();
  /** first row of each renewal population in `increments`. */
  readonly firstRow = new Map<number, number>();
  /** rows of each clamp: [entry], or [entry * n + cell] where each cell has its own signal. */
  readonly clampRow: readonly Uint32Array[];
  /** gain of clamp k: [entry * n + cell]. */
  readonly gains: Float64Array[];
  /** factor on projection p's weights in entry e: [p * entries + e]. */
  readonly scales: Float64Array;
  /** of the ports whose rate may change, by population. */
  readonly ports: ReadonlyMap<number, PortRates>;

  /** @param words  makes the tables of ports, which engines read where they are */
  constructor(network: CompiledNetwork, words?: MakeWords) {
    this.#network = network;
    network.populations.forEach((p, k) => {
      if (p.kind !== "renewal") return;
      if (p.constantHz !== undefined) this.constant.set(k, constantRows(p, network));
      else
        this.#rates.push({
          population: k,
          renewal: p,
          rows: [],
          rowOf: new Uint32Array(0),
          signals: p.signals.map((s) => [...s]),
        });
    });
    for (const r of this.#rates) this.#build(r, false);
    this.#number();
    this.clampRow = this.#buildClamps();
    this.gains = network.clamps.map((c) => c.gain.slice());
    this.scales = network.initialScales.slice();
    this.ports = livePorts(network, words);
  }

  /** Number of rows of increments now. */
  get rows(): number {
    return this.#rates.reduce((sum, r) => sum + r.rows.length, 0);
  }

  get clampRows(): number {
    return this.#clampRows.length;
  }

  /** The row of a signal of a population in an entry, counted over all populations. */
  rowsOf(population: number): Uint32Array {
    const r = this.#rates.find((x) => x.population === population);
    if (r === undefined) return new Uint32Array(0);
    return r.rowOf.map((row) => row + (this.firstRow.get(population) as number));
  }

  /** Inputs of the next steps. Must be asked for in order, each step once. */
  block(from: number, steps: number): InputBlock {
    const increments = new Uint32Array(this.rows * steps);
    for (const r of this.#rates) {
      const first = this.firstRow.get(r.population) as number;
      r.rows.forEach((row, k) => row.fill(steps, increments, (first + k) * steps));
    }
    const clamps = new Float64Array(this.#clampRows.length * steps);
    this.#clampRows.forEach(({ clamp, at }, row) => {
      const { from: on, to: off } = this.#network.clamps[clamp] as CompiledClamp;
      const end = Math.min(from + steps, off);
      for (let step = Math.max(from, on); step < end; step++) clamps[row * steps + step - from] = at(step);
    });
    return { from, steps, increments, clamps };
  }

  setRate(population: number, signal: Signal, entry?: number): void {
    const r = this.#rates.find((x) => x.population === population);
    if (r === undefined) {
      const label = this.#network.populations[population]?.name ?? String(population);
      throw new ModelError(
        label,
        "has no rate signal that could change",
        "Give its rate as a signal instead of one constant per cell",
      );
    }
    r.signals.forEach((list, e) => {
      if (entry === undefined || entry === e) list.fill(signal);
    });
    this.#build(r, true);
    this.#number();
  }

  /** @param hz  of each source, one or one per cell
   * @throws ModelError for a port whose rate stays, and for a rate beyond its maxRate */
  setPortRate(population: number, hz: number | ArrayLike<number>, entry?: number): void {
    checkPortRates(this.#network.populations[population] as CompiledPort, hz);
    this.ports.get(population)?.set(hz, entry);
  }

  /** @throws ModelError when the factor is outside the projection's limits */
  setScale(projection: number, scale: number, entry?: number): void {
    const p = this.#network.projections[projection];
    if (p === undefined)
      throw new ModelError(`projection ${projection}`, "does not exist", "Use one of the network's projections");
    checkScale(`scale of projection "${p.name}"`, scale, p.scale);
    const { entries } = this.#network;
    for (let e = 0; e < entries; e++)
      if (entry === undefined || entry === e) this.scales[projection * entries + e] = scale;
  }

  /** @throws ModelError for a wrong number of values or one that is not finite */
  setGain(clamp: number, gain: number | ArrayLike<number>, entry?: number): void {
    const c = this.#network.clamps[clamp] as CompiledClamp;
    const gains = this.gains[clamp] as Float64Array;
    const n = gains.length / this.#network.entries;
    if (typeof gain !== "number" && gain.length !== n) {
      throw new ModelError(`clamp "${c.name}"`, `got ${gain.length} gains for ${n} cells`, `Give one number, or ${n}`);
    }
    for (let i = 0; i < gains.length; i++) {
      if (entry !== undefined && Math.floor(i / n) !== entry) continue;
      const x = typeof gain === "number" ? gain : (gain[i % n] as number);
      if (!Number.isFinite(x)) throw new ModelError(`clamp "${c.name}"`, `got gain ${x}`, "Give finite numbers");
      gains[i] = x;
    }
  }

  /** Warnings about rates that were taken as 0, for the end of a run. */
  warnings(): string[] {
    return this.#rates.flatMap((r) => r.rows.flatMap((row) => row.warning() ?? []).slice(0, 1));
  }

  /** Every array that is kept here, ports' tables among them. */
  kept(): readonly unknown[] {
    const rates = this.#rates.map(({ rowOf }) => rowOf);
    return [rates, this.constant, this.clampRow, this.gains, this.scales, [...this.ports.values()].map((p) => [p.tables, p.rate])];
  } // prettier-ignore

  /** Where the rates have got to, for `rewind`. */
  mark(): Float64Array {
    return Float64Array.from(
      this.#rates.flatMap((r) =>
        r.rows.flatMap(({ state: s }) => [s.step, s.remainder, s.negativeSteps, s.minimum, s.total]),
      ),
    );
  }

  /** Puts the rates back to a mark that was made at step `from`, and goes on from there to step `to`. */
  rewind(mark: Float64Array, from: number, to: number): void {
    this.#restoreRates(
      this.#rates.flatMap((r) => r.rows),
      mark,
    );
    this.block(from, to - from);
  }

  save(): EngineState {
    const signals = JSON.stringify(this.#rates.map((r) => r.signals));
    return {
      "inputs.remainders": this.mark(),
      "inputs.signals": Uint32Array.from(signals, (c) => c.charCodeAt(0)),
      "inputs.rowOf": Uint32Array.from(this.#rates.flatMap((r) => [...r.rowOf])),
      "inputs.scales": this.scales.slice(),
      ...Object.fromEntries(this.gains.map((g, k) => [`inputs.gain.${k}`, g.slice()])),
      ...Object.fromEntries([...this.ports].map(([k, port]) => [`inputs.port.${k}`, port.save()])),
    };
  }

  load(state: EngineState): void {
    const text = new TextDecoder("utf-16le").decode(Uint16Array.from(state["inputs.signals"] as Uint32Array));
    const signals = JSON.parse(text) as Signal[][][];
    const rowOf = state["inputs.rowOf"] as Uint32Array;
    const remainders = state["inputs.remainders"] as Float64Array;
    let row = 0;
    this.#rates.forEach((r, k) => {
      r.signals = signals[k] as Signal[][];
      r.rowOf = rowOf.slice(row, row + r.rowOf.length);
      row += r.rowOf.length;
      r.rows = [];
      r.signals.forEach((list, e) =>
        list.forEach((signal, s) => {
          r.rows[r.rowOf[e * list.length + s] as number] ??= this.#row(r, signal, e, s);
        }),
      );
    });
    this.#restoreRates(
      this.#rates.flatMap((r) => r.rows),
      remainders,
    );
    this.#number();
    this.scales.set(state["inputs.scales"] as Float64Array);
    this.gains.forEach((g, k) => g.set(state[`inputs.gain.${k}`] as Float64Array));
    for (const [k, port] of this.ports) port.load(state[`inputs.port.${k}`] as Float64Array);
  }

  #restoreRates(rows: readonly RateIncrements[], mark: Float64Array): void {
    rows.forEach((row, k) => {
      const [step = 0, remainder = 0, negativeSteps = 0, minimum = 0, total = 0] = mark.subarray(5 * k, 5 * k + 5);
      row.restore({ step, remainder, negativeSteps, minimum, total });
    });
  }

  /** Makes the rows of a population; a row that replaces another goes on from its remainder. */
  #build(r: RateRows, replace: boolean): void {
    const before = { rows: r.rows, rowOf: r.rowOf };
    const nSignals = r.signals[0]?.length ?? 0;
    const known = new Map<string, number>();
    r.rows = [];
    r.rowOf = new Uint32Array(this.#network.entries * nSignals);
    r.signals.forEach((list, e) =>
      list.forEach((signal, s) => {
        const old = replace ? before.rows[before.rowOf[e * nSignals + s] as number] : undefined;
        const place = hasUnnamedNoise(signal) ? s : 0; // its noise is its own, also beside an equal signal
        const key = `${this.#seed(signal, e)} ${place} ${old?.state.remainder ?? 0} ${JSON.stringify(signal)}`;
        let row = known.get(key);
        if (row === undefined) {
          const made = this.#row(r, signal, e, s);
          if (old !== undefined) made.restore(old.state);
          row = r.rows.push(made) - 1;
          known.set(key, row);
        }
        r.rowOf[e * nSignals + s] = row;
      }),
    );
  }

  #row(r: RateRows, signal: Signal, entry: number, position: number): RateIncrements {
    const { name, order, latencySteps } = r.renewal;
    const { dt } = this.#network;
    const rate = rateOf(signal, { dt, seed: this.#seed(signal, entry), owner: noiseOwner(name, position) });
    return new RateIncrements({ name, rate, dt, order, latency: latencySteps });
  }

  /** Only noise depends on the seed: entries of other seeds share every other signal. */
  #seed(signal: Signal, entry: number): number {
    return JSON.stringify(signal).includes('"kind":"noise"') ? (this.#network.seeds[entry] as number) : 0;
  }

  #number(): void {
    let first = 0;
    for (const r of this.#rates) {
      this.firstRow.set(r.population, first);
      first += r.rows.length;
    }
  }

  #buildClamps(): Uint32Array[] {
    const { clamps, dt, populations } = this.#network;
    const known = new Map<string, number>();
    return clamps.map((c, k) => {
      const rows = c.signals.map((list, e) =>
        list.map((signal, s) => {
          const seed = this.#seed(signal, e);
          const place = hasUnnamedNoise(signal) ? s : 0; // its noise is its own, also beside an equal signal
          const key = `${k} ${seed} ${place} ${JSON.stringify(signal)}`;
          const owner = clampOwner(c.name, place, populations);
          const row =
            known.get(key) ?? this.#clampRows.push({ clamp: k, at: signalAt(signal, { dt, seed, owner }) }) - 1;
          known.set(key, row);
          return row;
        }),
      );
      const { signalOfCell } = c;
      if (signalOfCell === undefined) return Uint32Array.from(rows, ([row]) => row as number);
      return Uint32Array.from(rows.flatMap((own) => Array.from(signalOfCell, (s) => own[s] as number)));
    });
  }
}

function constantRows(p: CompiledRenewal, network: CompiledNetwork): ConstantIncrements[] {
  const rates = p.constantHz as Float64Array;
  return Array.from({ length: network.entries }, (_, e) =>
    constantIncrements(rates.subarray(e * p.n, (e + 1) * p.n), network.dt),
  );
}
