import { linearFit } from "../../analysis/stats.ts";
import { ModelError } from "../../errors.ts";
import type { WholeCell } from "../../network/cell.ts";
import { canonicalValues, ms, type Quantity } from "../../units.ts";
import { decayTime, firingGain, SpikeShape, strongestFiring } from "./measures.ts";
import { potentials, respond, type ClampContext, type Step } from "./protocol.ts";
import { firstThatFires } from "./search.ts";
import {
  COUNTED,
  DECAY,
  FIRING,
  FIRING_MS,
  HOLDING,
  HYPERPOLARISING,
  PULSE,
  PULSES,
  RAMP,
  RESISTANCE,
  SHORT,
  longStep,
  type Timing,
} from "./steps.ts";

/** The published protocol (docs/originals.md), where it leaves a choice: its default. */
interface ExtractionOptions extends Pick<ClampContext, "device" | "engine" | "signal" | "announce"> {
  readonly dt?: Quantity<"ms">; // 0.0125
  readonly method?: ClampContext["method"]; // backwardEuler
  /** Of the long-step rheobase; 0 leaves it out. Default 1000 ms. */
  readonly longStep?: Quantity<"ms">;
  /** What is measured, and how much of the whole is done (0 to 1). */
  readonly onProgress?: (part: string, done: number) => void;
  /** Gives a part that was finished before, or computes and stores it; just computes where left out. */
  readonly keep?: <T>(part: string, compute: () => Promise<T>) => Promise<T>;
}

/** One cell's parameters. NaN where one could not be found; the reason is in `problems`. */
export interface CellParameters {
  readonly holdingPotential: number; // mV
  readonly inputResistance: number; // MOhm
  readonly tau: number; // ms
  /** of a 50 ms step, nA. */
  readonly rheobase: number;
  /** of a step of `longStep`, nA. */
  readonly longRheobase: number;
  readonly spikeHeight: number; // mV above holding
  readonly ahp: number; // mV below holding
  readonly ahpDuration: number; // ms from the spike's peak
  /** Hz/nA with spikes of 3 s counted over 2.5 s, as published: 20 % too high. */
  readonly gain: number;
  /** Hz/nA over the 3 s in which they were counted, without currents so strong that the rate falls again (block). */
  readonly gainCorrected: number;
  /** Spikes in 3 s at 5, 10 ... 30 nA. */
  readonly counts: readonly number[];
}
type ParameterName = Exclude<keyof CellParameters, "counts">;

interface Problem {
  readonly cell: number;
  readonly parameter: ParameterName;
  readonly reason: string;
}

export interface Extraction {
  readonly cells: readonly CellParameters[];
  readonly problems: readonly Problem[];
}

const PUBLISHED_COUNTING_MS = 2500; // what the published script divides the spikes of 3000 ms by
/** A spike: this far above holding, mV. */
const SPIKE = 40;
const NAMES = [
  "holding potential",
  "input resistance",
  "time constant",
  "rheobase",
  "spike and AHP",
  "F-I curve",
] as const;

/** Electrophysiological parameters of every cell of a model, all cells and amplitudes at once, on the GPU or the reference
 * engine. Cells are taken alone: nothing of a network but the model is looked at.
 * @throws ModelError for a model that does not compile; what cannot be measured of one cell is NaN with a reason instead */
export async function extractParameters(model: WholeCell, options: ExtractionOptions = {}): Promise<Extraction> {
  if (model.n < 1) throw new ModelError("parameter extraction", "has no cells", "Give a model of one cell or more");
  return new Extractor(model, options).run();
}

class Extractor {
  readonly #model: WholeCell;
  readonly #context: ClampContext;
  readonly #longMs: number;
  readonly #options: ExtractionOptions;
  readonly #problems: Problem[] = [];
  /** Parts finished. */
  #done = 0;
  /** Holding potentials; where they failed, the model's own start. */
  #rest: Float64Array;

  constructor(model: WholeCell, options: ExtractionOptions) {
    const { dt = ms(0.0125), method = "backwardEuler", device, engine, signal, announce } = options;
    this.#model = model;
    this.#options = options;
    this.#context = { device, engine, signal, announce, dt, method };
    this.#longMs = (options.longStep ?? ms(1000)).value;
    const V0 = canonicalValues("V0", model.V0, "mV", model.n);
    this.#rest = typeof V0 === "number" ? new Float64Array(model.n).fill(V0) : V0;
  }

  async run(): Promise<Extraction> {
    const { holding, rest } = await this.#part(() => this.#holding());
    this.#rest = rest;
    const resistance = await this.#part(() => this.#inputResistance());
    const tau = await this.#part(() => this.#tau());
    const { rheobase, longRheobase } = await this.#part(() => this.#rheobases());
    const spikes = await this.#part(() => this.#spikes());
    const counts = await this.#part(() => this.#firing());
    this.#report(0);
    const cells = counts.map((own, cell): CellParameters => ({
      holdingPotential: holding[cell] as number,
      inputResistance: resistance[cell] as number,
      tau: tau[cell] as number,
      rheobase: rheobase[cell] as number,
      longRheobase: longRheobase[cell] as number,
      ...(spikes[cell] as Spike),
      gain: this.#gain(cell, own, { rheobase: rheobase[cell] as number }, "gain"),
      gainCorrected: this.#gain(
        cell,
        own,
        { rheobase: rheobase[cell] as number, upTo: strongestFiring(FIRING, own) },
        "gainCorrected",
      ),
      counts: own,
    }));
    return { cells, problems: this.#problems };
  }

  /** The next part with the problems it found. */
  async #part<T>(compute: () => Promise<T>): Promise<T> {
    const { keep = (_, now) => now() } = this.#options;
    const before = this.#problems.length;
    this.#report(0);
    const { value, problems } = await keep(NAMES[this.#done] as string, async () => {
      const computed = await compute();
      return { value: computed, problems: this.#problems.slice(before) };
    });
    this.#problems.splice(before, Infinity, ...problems);
    this.#done++;
    return value;
  }

  /** Where the cell rests without current after 500 ms, and where the other runs start. */
  async #holding(): Promise<{ holding: Float64Array; rest: Float64Array }> {
    const last = this.#rest.slice();
    const counts = await this.#respond({ ...HOLDING, amplitudes: [this.#same(0)] }, (chunk) =>
      last.set(potentials(chunk).data.subarray(-this.#model.n)),
    );
    const holding = last.map((V, cell) =>
      Number.isFinite(V) && counts[0]?.[cell] === 0
        ? V
        : this.#failed(cell, "holdingPotential", Number.isFinite(V) ? "fires without current" : "is not finite"),
    );
    return { holding, rest: holding.map((V, cell) => (Number.isNaN(V) ? (this.#rest[cell] as number) : V)) };
  }

  /** Slope of the deflection after 1000 ms against the current. */
  async #inputResistance(): Promise<Float64Array> {
    const amplitudes = HYPERPOLARISING.map((I) => this.#same(I));
    const last = amplitudes.map(() => new Float64Array(this.#model.n));
    await this.#respond({ ...RESISTANCE, amplitudes }, (chunk) =>
      last.forEach((V, entry) => {
        const { data } = potentials(chunk, entry);
        if (data.length > 0) V.set(data.subarray(-this.#model.n));
      }),
    );
    return this.#rest.map((rest, cell) => {
      const { slope } = linearFit(
        HYPERPOLARISING,
        last.map((V) => (V[cell] as number) - rest),
      );
      return Number.isFinite(slope)
        ? slope
        : this.#failed(cell, "inputResistance", "the potential did not stay finite");
    });
  }

  /** Decay after -20 nA for 1 ms. */
  async #tau(): Promise<Float64Array> {
    const { n } = this.#model;
    const dt = this.#context.dt.value;
    const pulse = { ...DECAY, amplitudes: [this.#same(-20)], sampleMs: dt };
    let record: ReturnType<typeof potentials> | undefined;
    await this.#respond(pulse, (chunk) => (record = potentials(chunk)));
    const { times = new Float64Array(0), data = new Float64Array(0) } = record ?? {};
    return this.#rest.map((rest, cell) => {
      const V = times.map((_, row) => data[row * n + cell] as number);
      const tau = decayTime(times, V, rest);
      return Number.isNaN(tau) ? this.#failed(cell, "tau", "the potential does not decay back to rest") : tau;
    });
  }

  async #rheobases(): Promise<{ rheobase: Float64Array; longRheobase: Float64Array }> {
    const { n } = this.#model;
    const short = await this.#firstFiring(new Int32Array(n).fill(RAMP.length - 1), SHORT);
    const long = this.#longMs > 0 ? await this.#firstFiring(short, longStep(this.#longMs)) : new Int32Array(n).fill(-1);
    const inNA = (index: Int32Array, parameter: ParameterName, reason: string): Float64Array =>
      Float64Array.from(index, (k, cell) => RAMP[k] ?? this.#failed(cell, parameter, reason));
    return {
      rheobase: inNA(short, "rheobase", `silent up to ${(RAMP.at(-1) as number).toFixed(1)} nA`),
      longRheobase: inNA(long, "longRheobase", this.#longMs > 0 ? "no rheobase to start from" : "not asked for"),
    };
  }

  async #firstFiring(last: Int32Array, step: Timing): Promise<Int32Array> {
    const threshold = this.#rest.map((V) => V + SPIKE);
    return firstThatFires(last, async (indices) => {
      const amplitudes = indices.map((own) => Float64Array.from(own, (k) => RAMP[k] ?? 0));
      const counts = await this.#respond({ ...step, amplitudes, threshold });
      return counts.map((count) => Array.from(count, (c) => c > 0));
    });
  }

  /** Spike and afterhyperpolarisation of the weakest of the 0.5 ms pulses that fires. */
  async #spikes(): Promise<Spike[]> {
    const first = await this.#shapes(this.#same(PULSES[0] as number));
    const silent = first.flatMap((shape, cell) => (shape.fired ? [] : [cell]));
    if (silent.length === 0) return this.#measured(first);
    const all = PULSES.slice(1).map((I) => this.#same(I));
    const counts = await this.#respond({ ...PULSE, amplitudes: all, threshold: this.#rest.map((V) => V + SPIKE) });
    const chosen = this.#same(PULSES[0] as number).map((I, cell) => {
      const entry = counts.findIndex((count) => (count[cell] as number) > 0);
      return silent.includes(cell) && entry >= 0 ? (PULSES[entry + 1] as number) : I;
    });
    return this.#measured(await this.#shapes(chosen));
  }

  async #shapes(amplitudes: Float64Array): Promise<{ shape: SpikeShape; fired: boolean }[]> {
    const shapes = Array.from(this.#rest, (rest) => new SpikeShape(rest));
    const step = { ...PULSE, amplitudes: [amplitudes], sampleMs: this.#context.dt.value };
    await this.#respond(step, (chunk) => {
      const { times, data } = potentials(chunk);
      times.forEach((t, row) => shapes.forEach((s, cell) => s.add(t, data[row * shapes.length + cell] as number)));
    });
    return shapes.map((shape) => ({ shape, fired: shape.peak.V >= shape.rest + SPIKE }));
  }

  #measured(shapes: readonly { shape: SpikeShape; fired: boolean }[]): Spike[] {
    return shapes.map(({ shape, fired }, cell) => {
      if (!fired || !shape.finite) {
        const reason = shape.finite ? `no spike up to ${PULSES.at(-1)} nA` : "the potential did not stay finite";
        for (const parameter of ["spikeHeight", "ahp", "ahpDuration"] as const) this.#failed(cell, parameter, reason);
        return { spikeHeight: NaN, ahp: NaN, ahpDuration: NaN };
      }
      const duration = shape.recovered - shape.peak.t;
      return {
        spikeHeight: shape.peak.V - shape.rest,
        ahp: shape.rest - shape.valley.V,
        ahpDuration: Number.isNaN(duration)
          ? this.#failed(cell, "ahpDuration", `not back within 0.15 mV of holding in ${PULSE.endMs} ms`)
          : duration,
      };
    });
  }

  /** Spikes in steps of 3 s: [cell][current]. */
  async #firing(): Promise<number[][]> {
    const amplitudes = FIRING.map((I) => this.#same(I));
    const counts = await this.#respond({ ...COUNTED, amplitudes });
    return Array.from(this.#rest, (_, cell) => counts.map((count) => count[cell] as number));
  }

  #gain(
    cell: number,
    counts: readonly number[],
    range: { readonly rheobase: number; readonly upTo?: number },
    parameter: "gain" | "gainCorrected",
  ): number {
    const { rheobase } = range;
    if (Number.isNaN(rheobase)) return this.#failed(cell, parameter, "has no rheobase to choose currents by");
    const gain = firingGain(FIRING, counts, range, parameter === "gain" ? PUBLISHED_COUNTING_MS : FIRING_MS);
    return Number.isNaN(gain)
      ? this.#failed(cell, parameter, `fewer than two currents from ${rheobase.toFixed(1)} nA up`)
      : gain;
  }

  #respond(step: Omit<Step, "V0">, onChunk?: Parameters<typeof respond>[3]): ReturnType<typeof respond> {
    const context = { ...this.#context, onProgress: (inside: number) => this.#report(inside) };
    return respond(this.#model, { ...step, V0: this.#rest }, context, onChunk);
  }

  #same(I: number): Float64Array {
    return new Float64Array(this.#model.n).fill(I);
  }

  #failed(cell: number, parameter: ParameterName, reason: string): number {
    this.#problems.push({ cell, parameter, reason });
    return NaN;
  }

  /** @param inside  of the part that is being computed, 0 to 1 */
  #report(inside: number): void {
    this.#options.onProgress?.(NAMES[this.#done] ?? "done", (this.#done + inside) / NAMES.length);
  }
}

type Spike = Pick<CellParameters, "spikeHeight" | "ahp" | "ahpDuration">;
