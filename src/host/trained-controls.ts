import type { CompiledTraining, TrainingEntry } from "../compile/trained/training.ts";

/** What controls may change in trained networks, an engine's own copy: of each neuron, [entry][neuron], or of each entry. */
export class TrainedControls {
  /** Of LIF neurons. */
  readonly threshold: Float64Array;
  readonly reset: Float64Array;
  /** What normal values are multiplied with; 1 where noise is given. */
  readonly amplitude: Float64Array;
  /** 1 where weights and P stay. */
  readonly frozen: Uint32Array;
  readonly #n: number;

  constructor({ n, entries }: CompiledTraining) {
    const each = (of: (entry: TrainingEntry) => number): Float64Array =>
      Float64Array.from({ length: n * entries.length }, (_, k) => of(entries[Math.floor(k / n)] as TrainingEntry));
    this.#n = n;
    this.threshold = each(({ threshold }) => threshold);
    this.reset = each(({ reset }) => reset);
    this.amplitude = each(({ noise }) => (noise.kind === "drawn" ? noise.amplitude : 1));
    this.frozen = new Uint32Array(entries.length);
  }

  /** @param value  one, or one of each neuron; of one entry or all */
  set(of: "threshold" | "reset" | "amplitude", value: number | ArrayLike<number>, entry?: number): void {
    const n = this.#n;
    for (const e of this.#entries(entry)) {
      if (typeof value === "number") this[of].fill(value, e * n, (e + 1) * n);
      else this[of].set(value, e * n);
    }
  }

  freeze(frozen: boolean, entry?: number): void {
    for (const e of this.#entries(entry)) this.frozen[e] = frozen ? 1 : 0;
  }

  save(): Record<string, Float64Array | Uint32Array> {
    return Object.fromEntries(this.#kept().map(([name, array]) => [name, array.slice()]));
  }

  load(saved: Readonly<Record<string, ArrayLike<number>>>): void {
    for (const [name, array] of this.#kept()) array.set(saved[name] as ArrayLike<number>);
  }

  #entries(entry: number | undefined): Iterable<number> {
    return entry === undefined ? this.frozen.keys() : [entry];
  }

  #kept() {
    const { threshold, reset, amplitude, frozen } = this;
    return Object.entries({ threshold, reset, amplitude, frozen }).map(([name, array]) => [`controls.${name}`, array] as const); // prettier-ignore
  }
}
