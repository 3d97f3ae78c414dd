import type { CompiledTraining, TrainingEngine } from "../../compile/training.ts";
import { DataError } from "../../errors.ts";
import { gpuTraining } from "../../gpu/training.ts";
import type { Ensemble } from "../../models/trained-network/ensemble.ts";
import { longDimension } from "../../models/trained-network/long-run.ts";
import { median, type LoopMeasures } from "../../models/trained-network/measures.ts";
import { dense } from "../../models/trained-network/motifs.ts";
import type { TrainedNetworkParameters } from "../../models/trained-network/parameters.ts";
import { DimensionSamples, PROTOCOLS, runLoops, type LoopResult } from "../../models/trained-network/run.ts";
import { spectrum, type Spectrum } from "../../models/trained-network/spectrum.ts";
import { decode, writeText, type Files } from "../../storage/files.ts";
import { referenceTraining } from "../../reference/training.ts";
import type { TrainingContext, TrainingSummary } from "./context.ts";
import {
  covarianceFigure,
  errorFigure,
  motifFigure,
  rasterFigure,
  spectrumFigure,
  targetFigure,
  type ShownNetwork,
} from "./figures.ts";
import { NotebookFiles } from "./notebook-files.ts";
import type { TrainingOptions } from "./options.ts";
import { loopsCsv, sampleNeurons, writeLoop, writeNetworks } from "./output.ts";

/** One run with what it has collected. */
export class TrainingRun {
  readonly #options: TrainingOptions;
  readonly #parameters: TrainedNetworkParameters;
  readonly #all: Ensemble;
  readonly #context: TrainingContext;
  readonly #files: Files;
  readonly #measures: LoopMeasures[][];
  readonly #dimensions: string[][] = [];
  readonly #notebook: NotebookFiles | undefined;
  #shown: ShownNetwork | undefined;
  #spectra: { title: string; spectrum: Spectrum }[] = [];
  #covariances: Parameters<typeof covarianceFigure>[0][number][] = [];
  #figures: string[] = [];

  constructor(
    options: TrainingOptions,
    parameters: TrainedNetworkParameters,
    all: Ensemble,
    context: TrainingContext,
    files: Files,
  ) {
    [this.#options, this.#parameters, this.#all, this.#context, this.#files] = [
      options,
      parameters,
      all,
      context,
      files,
    ];
    this.#measures = all.members.map(() => []);
    const { notebookFiles } = options;
    this.#notebook =
      notebookFiles === "none" ? undefined : new NotebookFiles(context.folder, notebookFiles, parameters, options);
  }

  async begin(compiled: CompiledTraining): Promise<void> {
    const { engine } = this.#context;
    const adapter = adapterOf(this.#context);
    await this.#checkFolder();
    const networks = this.#all.members.map(({ label, seed, points }, index) => ({ index, label, seed, points }));
    const run = { experiment: "train", options: this.#options, engine, adapter, networks };
    await writeNetworks(this.#files, compiled, this.#all.members);
    await writeText(this.#files, "run.json", `${JSON.stringify(run, undefined, 1)}\n`);
  }

  /** A folder that holds another run is left alone; to go on, what decides about the numbers must be the same. */
  async #checkFolder(): Promise<void> {
    const { engine, resume = false, force = false } = this.#context;
    if (force || !(await this.#files.exists("run.json"))) return;
    if (!resume) {
      throw new DataError(
        this.#files.where,
        "already holds a run",
        "Choose another folder, resume it, or overwrite it with --force",
      );
    }
    const stored = JSON.parse(decode(await this.#files.read("run.json"))) as Record<string, unknown>;
    const own: Record<string, unknown> = { options: this.#options, engine, adapter: adapterOf(this.#context) };
    const differs = Object.keys(own).filter((key) => JSON.stringify(stored[key]) !== JSON.stringify(own[key]));
    if (differs.length === 0) return;
    throw new DataError(
      this.#files.where,
      `holds a run with other ${differs.join(" and ")}`,
      "Use the same, choose another folder, or overwrite it with --force",
    );
  }

  /** Takes over a wave that an interrupted run had finished. */
  async restore(wave: number, first: number, count: number): Promise<boolean> {
    const name = waveFile(wave);
    if (this.#context.resume !== true || !(await this.#files.exists(name))) return false;
    const stored = JSON.parse(decode(await this.#files.read(name))) as {
      options: string;
      measures: LoopMeasures[][];
      dimensions: string[][];
    };
    if (stored.options !== JSON.stringify(this.#options) || stored.measures.length !== count) return false;
    stored.measures.forEach((measures, m) => (this.#measures[first + m] = measures));
    this.#dimensions.push(...stored.dimensions);
    return true;
  }

  async wave(
    wave: number,
    first: number,
    compiled: CompiledTraining,
    report: (loop: number, error: number) => void,
  ): Promise<void> {
    const { itstim, nloop_train } = this.#parameters;
    const samples = compiled.entries.map(() => new DimensionSamples(compiled.n, itstim, nloop_train + 1));
    const last: LoopResult[] = [];
    const engine = await this.#make(compiled);
    try {
      for await (const { loop, networks } of runLoops(engine, itstim)) {
        for (const result of networks) {
          const index = first + result.entry;
          this.#measures[index]?.push(result.measures);
          samples[result.entry]?.add(loop, result.record.traces.r ?? new Float32Array(0));
          last[result.entry] = result;
          if (index === 0) this.#show(compiled, loop, result);
          const member = this.#all.members[index];
          if (member !== undefined) await this.#notebook?.addLoop(compiled, member, loop, result);
        }
        const name = `wave-${pad(wave)}-loop-${pad(loop)}.h5`;
        await writeLoop(this.#files, name, { compiled, first, loop, networks, traces: this.#options.traces });
        await this.#table();
        report(loop, geometricMean(networks.map(({ measures }) => measures.mse_err)));
        this.#context.signal?.throwIfAborted();
      }
    } finally {
      await engine.close();
    }
    const dimensions = await this.#measureDimensions(first, samples, last);
    this.#dimensions.push(...dimensions);
    const count = compiled.entries.length;
    const done = {
      options: JSON.stringify(this.#options),
      measures: this.#measures.slice(first, first + count),
      dimensions,
    };
    await writeText(this.#files, waveFile(wave), JSON.stringify(done));
  }

  #make(compiled: CompiledTraining): Promise<TrainingEngine> {
    const { engine, device } = this.#context;
    if (engine === "gpu" && device !== undefined) return gpuTraining(device, compiled);
    return Promise.resolve(referenceTraining(compiled, engine === "reference32" ? "float32" : "float64"));
  }

  async #measureDimensions(
    first: number,
    samples: readonly DimensionSamples[],
    last: readonly LoopResult[],
  ): Promise<string[][]> {
    const rows: string[][] = [];
    for (const [e, sample] of samples.entries()) {
      const member = this.#all.members[first + e];
      if (member === undefined) continue;
      const head = [String(member.pqif), String(member.vrest), String(member.seed)];
      for (const protocol of PROTOCOLS) {
        const one = sample.of(protocol, this.#options.dimensionSign);
        if (one === undefined) continue;
        rows.push([
          ...head,
          protocol,
          ...[one.T, one.participationRatio, one.dprBias, one.meanVariance, one.meanCovariance].map(String),
        ]);
        if (first + e === 0 && protocol !== "post_step") {
          this.#covariances.push({
            title: protocol === "pre_step" ? "Before training" : "After training, 50-step means",
            C: one.C,
            n: this.#parameters.N,
            dimension: one,
          });
        }
      }
      const w = last[e]?.w;
      if (!this.#options.longDimension || w === undefined) continue;
      const long = await longDimension(this.#parameters, { ...member, w }, (compiled) => this.#make(compiled), {
        sign: this.#options.dimensionSign,
      });
      rows.push([
        ...head,
        "long_win50_discard200",
        ...[long.T, long.participationRatio, long.dprBias, long.meanVariance, long.meanCovariance].map(String),
      ]);
    }
    return rows;
  }

  /** Keeps of the first network what the figures show: loop 0, the last that learns, the last. */
  #show(compiled: CompiledTraining, loop: number, { record, w }: LoopResult): void {
    const { N, itstim, h, nloop, nloop_train } = this.#parameters;
    const [entry, member] = [compiled.entries[0], this.#all.members[0]];
    if (entry === undefined || member === undefined) return;
    if (loop !== 0 && loop !== nloop_train && loop !== nloop - 1) return;
    const input = Float32Array.from(
      record.traces.v ?? [],
      (v, at) =>
        v + (compiled.schedule.stimulusRow[Math.floor(at / N)] === 0 ? (member.draws.Istim[at % N] as number) : 0),
    );
    const one = { loop, input, r: Float32Array.from(record.traces.r ?? new Float32Array(0)), spikes: record.spikes };
    this.#shown = { member, n: N, nqif: entry.nqif, itstim, dtMs: h * 10, loops: [...(this.#shown?.loops ?? []), one] };
    if (this.#options.spectrum && (loop === 0 || loop === nloop - 1)) {
      this.#spectra.push({
        title: loop === 0 ? "Before training" : "After training",
        spectrum: spectrum(dense(entry, w, N), N),
      });
    }
  }

  async #table(): Promise<void> {
    await writeText(this.#files, "loops.csv", loopsCsv(this.#all.members, this.#measures));
  }

  async finish(seconds: number): Promise<TrainingSummary> {
    const { members, asked } = this.#all;
    await this.#table();
    const header = "pqif,vrest,seed,protocol,T,participation_ratio,dpr_bias,mean_variance,mean_covariance";
    await writeText(
      this.#files,
      "dimension.csv",
      `${[header, ...this.#dimensions.map((row) => row.join(","))].join("\n")}\n`,
    );
    await this.#draw();
    const text = summaryTable(members, this.#measures, this.#dimensions, this.#parameters.nloop_train);
    return { asked, networks: members, measures: this.#measures, seconds, figures: this.#figures, text };
  }

  async #draw(): Promise<void> {
    const { members } = this.#all;
    const trained = this.#parameters.nloop_train;
    const put = async (name: string, svg: string): Promise<void> => {
      await (this.#context.draw?.({ name, svg }) ?? writeText(this.#files, `${name}.svg`, svg));
      this.#figures.push(name);
    };
    await put("error", errorFigure(members, this.#measures, trained));
    await put("motifs", motifFigure(members, this.#measures, trained));
    if (this.#shown !== undefined) {
      await put("targets", targetFigure(this.#shown, sampleNeurons(this.#parameters.N).slice(0, 5)));
      await put("rasters", rasterFigure(this.#shown));
    }
    if (this.#spectra.length > 0) await put("eigenvalues", spectrumFigure(this.#spectra));
    if (this.#covariances.length > 0) await put("covariance", covarianceFigure(this.#covariances));
  }
}

const adapterOf = ({ adapter, device }: TrainingContext): string | undefined =>
  adapter ?? device?.adapterInfo.description;
const pad = (k: number): string => String(k).padStart(3, "0");
const waveFile = (wave: number): string => `wave-${pad(wave)}.json`;
const geometricMean = (x: readonly number[]): number =>
  Math.exp(x.reduce((sum, value) => sum + Math.log(value), 0) / x.length);

function summaryTable(
  members: Ensemble["members"],
  measures: readonly (readonly LoopMeasures[])[],
  dimensions: readonly (readonly string[])[],
  trained: number,
): string {
  const show = (x: number, digits: number): string => (Number.isFinite(x) ? x.toFixed(digits) : "-").padStart(11);
  const lines = members.map((member, m) => {
    const loops = measures[m] ?? [];
    const [learning, test] = [loops.slice(1, trained + 1), loops.slice(trained + 1)];
    const end = loops.at(-1);
    const dpr = dimensions.find(
      (row) =>
        row[0] === String(member.pqif) &&
        row[1] === String(member.vrest) &&
        row[2] === String(member.seed) &&
        row[3] === "post_win50",
    )?.[6];
    const numbers = [
      show(loops[0]?.mse_err ?? NaN, 3), show(median(learning.map((one) => one.mse_err)), 4), show(median(test.map((one) => one.mse_err)), 4),
      show(median(test.map((one) => one.cc_in)), 3), show(1000 * (end?.rate_all ?? NaN), 1), show(end?.sigma2 ?? NaN, 2),
      show(end?.tau_rec ?? NaN, 4), show(Number(dpr ?? NaN), 2),
    ]; // prettier-ignore
    return `${member.label.padEnd(34)}${numbers.join("")}`;
  });
  const head = ["untrained", "training", "test", "corr", "rate/s", "sigma2", "tau_rec", "dim"]
    .map((name) => name.padStart(11))
    .join("");
  return [`${"mean squared error:".padEnd(34)}${head}`, ...lines].join("\n");
}
