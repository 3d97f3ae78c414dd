import { writeText, type Files } from "../../storage/files.ts";
import type { CompiledTraining } from "../../compile/trained/training.ts";
import type { EnsembleMember } from "../../models/trained-network/ensemble.ts";
import type { LoopMeasures } from "../../models/trained-network/measures.ts";
import { dense } from "../../models/trained-network/motifs.ts";
import type { TrainedNetworkParameters } from "../../network/trained-parameters.ts";
import type { LoopResult } from "../../models/trained-network/run.ts";
import { drawNormals } from "../../reference/training-arithmetic.ts";

/** A file whose rows grow over a run. */
export interface GrowingFile {
  readonly s: number;
  readonly sub?: string;
  readonly name: string;
  readonly rows: string[];
}

/** The notebook's own folders and CSV files, one folder `simulation_s` per reset value.
 * `corrected` puts phase and amplitude under their own names and writes the noise columns that the currents' header
 * promises; `original` keeps both as published. The dw file, which the notebook leaves empty, is filled in either. */
export class NotebookFiles {
  readonly #folder: (path: string) => Promise<Files>;
  readonly #labels: "corrected" | "original";
  readonly #parameters: TrainedNetworkParameters;
  readonly #grid: { readonly vrest: readonly number[]; readonly seeds: readonly number[] };
  readonly #folders = new Map<string, Files>();
  /** Rows that grow over the run, by folder and file. */
  readonly #growing = new Map<string, GrowingFile>();

  /** @param folder  opens a folder below the output, made if needed */
  constructor(
    folder: (path: string) => Promise<Files>,
    labels: "corrected" | "original",
    parameters: TrainedNetworkParameters,
    grid: { readonly vrest: readonly number[]; readonly seeds: readonly number[] },
  ) {
    [this.#folder, this.#labels, this.#parameters, this.#grid] = [folder, labels, parameters, grid];
  }

  /** Writes a finished loop of one network into the folder of each reset it stands for. */
  async addLoop(compiled: CompiledTraining, member: EnsembleMember, loop: number, result: LoopResult): Promise<void> {
    for (const { pqif, vrest } of member.points) {
      const s = this.#grid.vrest.indexOf(vrest) + 1;
      if (loop === 0) await this.#writeNetwork(s, pqif, vrest, member, compiled);
      await this.#writeTraces(s, pqif, member, compiled, loop, result);
      if (loop === this.#parameters.nloop_train + 1 || loop === 0)
        await this.#writeWeights(s, pqif, member, loop, compiled.n, result.w);
      this.#rows(s, pqif, member, compiled, loop, result);
    }
    await this.#flush();
  }

  /** A folder `simulation_s`, or one inside it, made when it is first written to. */
  async #open(s: number, sub?: string): Promise<Files> {
    const top = `simulation_${s}`;
    const path = sub === undefined ? top : `${top}/${top}_${sub}`;
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const files = await this.#folder(path);
    this.#folders.set(path, files);
    return files;
  }

  /** Files that grow, as they stand; and back again when a run is resumed. */
  growing(): GrowingFile[] {
    return [...this.#growing.values()].map((file) => ({ ...file, rows: [...file.rows] }));
  }

  restore(files: readonly GrowingFile[]): void {
    for (const file of files) this.#growing.set(keyOf(file), { ...file, rows: [...file.rows] });
  }

  async #writeNetwork(
    s: number,
    pqif: number,
    vrest: number,
    member: EnsembleMember,
    compiled: CompiledTraining,
  ): Promise<void> {
    const files = await this.#open(s);
    const [p, top] = [this.#parameters, `simulation_${s}`];
    const lif = pqif < 1;
    const columns: [string, number | string][] = [
      ["N", p.N], ["p", p.p], ["gsyn", p.gsyn], ["nloop", p.nloop], ["nloop_train", p.nloop_train],
      ["cant_seed", this.#grid.seeds.length], ["dt", p.h], ["itmax", p.itmax], ["itstim", p.itstim],
      ["amp_current", p.amp_current], ["amp0", p.amp0], ["ftrain", p.ftrain], ["alpha", p.alpha], ["sigman", p.sigma],
      ["vt", lif ? p.vt : ""], ["b", p.b], ["vrest", lif ? vrest : ""], ["results_file", `${top}_results.csv`],
    ]; // prettier-ignore
    await writeText(
      files,
      `${top}_parametros.csv`,
      csv([columns.map(([name]) => name), columns.map(([, value]) => value)]),
    );
    await writeText(files, `${top}_targets_parameters.csv`, this.#targetParameters(member));
    const names = Array.from({ length: p.N }, (_, i) => `Neuron_${i}`);
    await writeText(
      files,
      `${top}_targets_${pqif}_seed${member.seed}.csv`,
      csv([names, ...rowsOf(member.target, p.N)]),
    );
    const Iext = Array.from({ length: p.N }, (_, i) =>
      Array.from({ length: p.itmax }, (_, it) => scientific(externalAt(compiled, member.draws.Istim, it, i))),
    );
    await writeText(files, `${top}_Iext_pqif_${pqif}_seed_${member.seed}.csv`, csv(Iext));
  }

  /** Amplitude, phase and cycles as the target itself has them: read off its Fourier component, so that given targets of one
   * frequency are described too. */
  #targetParameters(member: EnsembleMember): string {
    const { N, itmax, amp0 } = this.#parameters;
    const rows = Array.from({ length: N }, (_, i) => {
      const { cycles, amplitude, phase } = strongest(member.target, i, N, itmax);
      const [first, last] = this.#labels === "corrected" ? [phase, amplitude] : [amplitude, phase];
      return [i, first, (2 * Math.PI * cycles) / itmax, cycles, last, amp0];
    });
    return csv([["Neuron", "Phase", "Frecuency", "romega", "Amplitude", "amp0"], ...rows]);
  }

  async #writeTraces(
    s: number,
    pqif: number,
    member: EnsembleMember,
    compiled: CompiledTraining,
    loop: number,
    { record }: LoopResult,
  ): Promise<void> {
    const n = compiled.n;
    const v = record.traces.v ?? new Float32Array(0);
    const input = Float64Array.from(
      v,
      (x, at) => x + externalAt(compiled, member.draws.Istim, Math.floor(at / n), at % n),
    );
    const kinds = [["inputs", input], ["outputs", record.traces.r ?? v], ["nspikes", record.spikes]] as const; // prettier-ignore
    for (const [kind, values] of kinds) {
      const name = `simulation_${s}_${kind}_pqif_${pqif}_iloop_${loop}_seed_${member.seed}.csv`;
      await writeText(await this.#open(s, kind), name, csv(rowsOf(values, n).map((row) => row.map(scientific))));
    }
  }

  async #writeWeights(
    s: number,
    pqif: number,
    member: EnsembleMember,
    loop: number,
    n: number,
    w: Float64Array,
  ): Promise<void> {
    const name = `simulation_${s}_pesos_pqif_${pqif}_matriz_iloop_${loop}_semilla_${member.seed}`;
    const rows = rowsOf(dense(member.draws, w, n), n).map((row) => row.map(scientific));
    await writeText(await this.#open(s, "connectivity_matrix"), name, csv(rows));
  }

  #rows(
    s: number,
    pqif: number,
    member: EnsembleMember,
    compiled: CompiledTraining,
    loop: number,
    { measures, record }: LoopResult,
  ): void {
    const { seed } = member;
    const motifs = (["sigma2", "tau_rec", "tau_div", "tau_con", "tau_chn"] as const).map((name) => measures[name]);
    this.#grow(
      s,
      undefined,
      "results.csv",
      ["pqif", "seed", "nloop", "sigma2", "tau_rec", "tau_div", "tau_con", "tau_chn"],
      [[pqif, seed, loop, ...motifs]],
    );
    this.#grow(
      s,
      undefined,
      `dw_pqif_${pqif}_seed_${seed}.csv`,
      ["modt", "modw"],
      dwRows(measures, loop, this.#parameters.itmax),
    );
    if (loop !== this.#parameters.nloop_train + 1 && loop !== this.#parameters.nloop - 1) return;
    const half = Math.floor(compiled.n / 2);
    const neurons = [0, 1, half + 1, half + 2].filter((i) => i < compiled.n);
    const header = [
      "pqif",
      "seed",
      "iloop",
      "it",
      ...neurons.flatMap((i) => [`Iext_${i}`, `Isyn_${i}`, `Inoise_${i}`]),
    ];
    const rows: number[][] = [];
    for (let it = 0; it < this.#parameters.itmax; it += 20) {
      const currents = neurons.flatMap((i) => {
        const pair = [externalAt(compiled, member.draws.Istim, it, i), record.traces.v?.[it * compiled.n + i] ?? NaN];
        return this.#labels === "corrected" ? [...pair, noiseAt(member, loop * this.#parameters.itmax + it, i)] : pair;
      });
      rows.push([pqif, seed, loop, it, ...currents]);
    }
    this.#grow(s, "currents", `currents_pqif_${pqif}.csv`, header, rows);
  }

  #grow(
    s: number,
    sub: string | undefined,
    name: string,
    header: readonly string[],
    rows: readonly (readonly number[])[],
  ): void {
    const fresh = {
      s,
      ...(sub === undefined ? {} : { sub }),
      name: `simulation_${s}_${name}`,
      rows: [header.join(",")],
    };
    const key = keyOf(fresh);
    const file = this.#growing.get(key) ?? fresh;
    file.rows.push(...rows.map((row) => row.join(",")));
    this.#growing.set(key, file);
  }

  async #flush(): Promise<void> {
    for (const { s, sub, name, rows } of this.#growing.values()) {
      await writeText(await this.#open(s, sub), name, `${rows.join("\n")}\n`);
    }
  }
}

const keyOf = ({ s, sub = "", name }: GrowingFile): string => `${s}/${sub}/${name}`;

const dwRows = (measures: LoopMeasures, loop: number, itmax: number): number[][] =>
  measures.dw.map(({ it, log }) => [loop * itmax + it, log]);

const csv = (rows: readonly (readonly (number | string)[])[]): string =>
  `${rows.map((row) => row.join(",")).join("\n")}\n`;

function rowsOf(values: ArrayLike<number>, n: number): number[][] {
  return Array.from({ length: values.length / n }, (_, row) =>
    Array.from({ length: n }, (_, column) => values[row * n + column] as number),
  );
}

/** NumPy's "%.18e". */
export function scientific(x: number): string {
  const [digits = "", exponent = ""] = x.toExponential(18).split("e");
  return `${digits}e${exponent.startsWith("-") ? "-" : "+"}${exponent.slice(1).padStart(2, "0")}`;
}

const externalAt = ({ schedule }: CompiledTraining, Istim: Float64Array, it: number, i: number): number =>
  schedule.stimulusRow[it] === 0 ? (Istim[i] as number) : 0;

const pair = new Float64Array(2); // overwritten by each draw: holds nothing between calls

/** Noise of the second half-step, which carries the step. Drawn noise is drawn again; NumPy's stream cannot be. */
function noiseAt({ noise }: EnsembleMember, step: number, i: number): number {
  if (noise.kind === "given") return NaN;
  if (noise.kind === "none") return 0;
  drawNormals(pair, 0, 1, noise.seed, i, step);
  return noise.amplitude * (pair[1] as number);
}

/** The Fourier component of a neuron's target that is largest, 1 to 20 cycles a loop: A cos(2 pi c it / itmax + phi). */
function strongest(
  target: Float64Array,
  i: number,
  N: number,
  itmax: number,
): { cycles: number; amplitude: number; phase: number } {
  let best = { cycles: 0, amplitude: -1, phase: 0 };
  for (let cycles = 1; cycles <= Math.min(20, itmax / 2); cycles++) {
    let [re, im] = [0, 0];
    for (let it = 0; it < itmax; it++) {
      const angle = (2 * Math.PI * cycles * it) / itmax;
      re += ((target[it * N + i] as number) * Math.cos(angle) * 2) / itmax;
      im -= ((target[it * N + i] as number) * Math.sin(angle) * 2) / itmax;
    }
    const amplitude = Math.hypot(re, im);
    if (amplitude > best.amplitude)
      best = { cycles, amplitude, phase: (Math.atan2(im, re) + 2 * Math.PI) % (2 * Math.PI) };
  }
  return best;
}
