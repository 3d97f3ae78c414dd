import { fixed } from "../../analysis/summary.ts";
import type { CompiledTraining, TrainingEngine } from "../../compile/training.ts";
import { gpuTraining } from "../../gpu/training.ts";
import type { Dimension } from "../../models/trained-network/dimension.ts";
import type { Ensemble } from "../../models/trained-network/ensemble.ts";
import { longDimension } from "../../models/trained-network/long-run.ts";
import { median, type LoopMeasures } from "../../models/trained-network/measures.ts";
import type { TrainedNetworkParameters } from "../../models/trained-network/parameters.ts";
import { DimensionSamples, PROTOCOLS, runLoops, type LoopResult } from "../../models/trained-network/run.ts";
import { referenceTraining } from "../../reference/training.ts";
import { writeText, type Files } from "../../storage/files.ts";
import type { Result, StudyContext } from "../study.ts";
import { shownLoop, trainingFigures, type ShownCovariance } from "./figures.ts";
import { NotebookFiles } from "./notebook-files.ts";
import { loopsCsv, writeLoop, writeNetworks } from "./output.ts";
import type { TrainingOptions } from "./study.ts";
import { loadWave, removeWave, saveWave, type WaveCheckpoint, type WaveState } from "./wave-state.ts";

/** A checkpoint is written when the time since the last is this many times what writing one takes: a twentieth of a run. */
const SAVED_EVERY = 20;

type Waved = WaveState & { readonly covariances: ShownCovariance[] };

/** One run with what it has collected. */
export class TrainingRun {
  readonly #options: TrainingOptions;
  readonly #parameters: TrainedNetworkParameters;
  readonly #all: Ensemble;
  readonly #context: StudyContext;
  readonly #files: Files;
  readonly #waves: Waved[] = [];
  readonly #notebook: NotebookFiles | undefined;

  constructor(options: TrainingOptions, parameters: TrainedNetworkParameters, all: Ensemble, context: StudyContext) {
    [this.#options, this.#parameters, this.#all, this.#context] = [options, parameters, all, context];
    this.#files = context.out;
    const { notebookFiles } = options;
    if (notebookFiles !== "none")
      this.#notebook = new NotebookFiles(context.folder, notebookFiles, parameters, options);
  }

  /** Writes what does not change; another run's files are removed unless this one goes on with them. */
  async begin(compiled: CompiledTraining): Promise<void> {
    const stale = this.#context.resume ? [] : (await this.#files.list()).filter((name) => /^wave-\d+[-.]/.test(name));
    for (const name of stale) await this.#files.remove(name);
    await writeNetworks(this.#files, compiled, this.#all.members);
  }

  /** Runs the networks `first`... of the ensemble side by side, or takes over what an interrupted run had of them. */
  async wave(
    wave: number,
    first: number,
    compiled: CompiledTraining,
    report: (loop: number, error: number) => void,
  ): Promise<void> {
    const done = await this.#context.keep(`wave ${wave + 1}`, () => this.#run(wave, first, compiled, report));
    this.#waves.push(done);
    this.#notebook?.restore(done.notebook);
    await removeWave(this.#files, wave);
  }

  async #run(
    wave: number,
    first: number,
    compiled: CompiledTraining,
    report: (loop: number, error: number) => void,
  ): Promise<Waved> {
    const { itstim, nloop_train } = this.#parameters;
    const found = this.#context.resume ? await loadWave(this.#files, wave) : undefined;
    const state = found?.state ?? { measures: compiled.entries.map(() => []), dimensions: [], notebook: [], shown: [] };
    const collected = new Samples(compiled, itstim, nloop_train + 1, found);
    const last: LoopResult[] = [];
    const engine = await this.#make(compiled);
    try {
      if (found !== undefined) await this.#goOn(engine, found);
      let saved = performance.now();
      let price = 0;
      for await (const { loop, networks } of runLoops(engine, itstim)) {
        for (const result of networks) {
          await this.#add(first, compiled, loop, result, state);
          collected.add(loop, result);
          last[result.entry] = result;
        }
        const name = `wave-${pad(wave)}-loop-${pad(loop)}.h5`;
        await writeLoop(this.#files, name, { compiled, first, loop, networks, traces: this.#options.traces });
        await this.#table(state.measures);
        const now = performance.now();
        if (now - saved >= SAVED_EVERY * price && loop + 1 < this.#parameters.nloop) {
          state.notebook = this.#notebook?.growing() ?? [];
          await saveWave(this.#files, wave, {
            loops: loop + 1,
            state,
            samples: collected.kept,
            engine: await engine.save(),
          });
          saved = performance.now();
          price = saved - now;
        }
        report(loop, geometricMean(networks.map(({ measures }) => measures.mse_err)));
        this.#context.signal?.throwIfAborted();
      }
    } finally {
      await engine.close();
    }
    const covariances = await this.#measureDimensions(first, collected.samples, last, state);
    return { ...state, notebook: this.#notebook?.growing() ?? [], covariances };
  }

  async #goOn(engine: TrainingEngine, { loops, state, engine: snapshot }: WaveCheckpoint): Promise<void> {
    await engine.load(snapshot);
    for (const { noise } of engine.compiled.entries)
      for (let loop = 0; noise.kind === "given" && loop < loops; loop++) noise.loop(loop); // drawn in order
    this.#notebook?.restore(state.notebook);
    this.#context.say(`going on from loop ${loops}`);
  }

  async #add(
    first: number,
    compiled: CompiledTraining,
    loop: number,
    result: LoopResult,
    state: WaveState,
  ): Promise<void> {
    state.measures[result.entry]?.push(result.measures);
    const member = this.#all.members[first + result.entry];
    if (member === undefined) return;
    const { nloop, nloop_train } = this.#parameters;
    const shown = loop === 0 || loop === nloop_train || loop === nloop - 1;
    if (first + result.entry === 0 && shown) state.shown.push(shownLoop(compiled, member, loop, result));
    await this.#notebook?.addLoop(compiled, member, loop, result);
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
    { dimensions }: WaveState,
  ): Promise<ShownCovariance[]> {
    const covariances: ShownCovariance[] = [];
    const { dimensionSign: sign } = this.#options;
    for (const [e, sample] of samples.entries()) {
      const member = this.#all.members[first + e];
      if (member === undefined) continue;
      const row = (protocol: string, one: Dimension & { T: number }): void =>
        void dimensions.push([member.pqif, member.vrest, member.seed, protocol, one.T, one.participationRatio, one.dprBias, one.meanVariance, one.meanCovariance].map(String)); // prettier-ignore
      for (const protocol of PROTOCOLS) {
        const one = sample.of(protocol, sign);
        if (one === undefined) continue;
        row(protocol, one);
        if (first + e === 0 && protocol !== "post_step") {
          const title = protocol === "pre_step" ? "Before training" : "After training, 50-step means";
          covariances.push({ title, C: one.C, n: this.#parameters.N, dimension: one });
        }
      }
      const w = last[e]?.w;
      if (!this.#options.longDimension || w === undefined) continue;
      const made = (compiled: CompiledTraining): Promise<TrainingEngine> => this.#make(compiled);
      row("long_win50_discard200", await longDimension(this.#parameters, { ...member, w }, made, { sign }));
    }
    return covariances;
  }

  #measures(under: readonly LoopMeasures[][] = []): readonly LoopMeasures[][] {
    return [...this.#waves.flatMap((wave) => wave.measures), ...under];
  }

  async #table(under?: readonly LoopMeasures[][]): Promise<void> {
    await writeText(this.#files, "loops.csv", loopsCsv(this.#all.members, this.#measures(under)));
  }

  async finish(): Promise<Result> {
    const { members } = this.#all;
    await this.#table();
    const measures = this.#measures();
    const dimensions = this.#waves.flatMap((wave) => wave.dimensions);
    const header = "pqif,vrest,seed,protocol,T,participation_ratio,dpr_bias,mean_variance,mean_covariance";
    const rows = [header, ...dimensions.map((row) => row.join(","))];
    await writeText(this.#files, "dimension.csv", `${rows.join("\n")}\n`);
    const [wave] = this.#waves;
    const { spectrum } = this.#options;
    const drawn = { shown: wave?.shown ?? [], covariances: wave?.covariances ?? [], spectrum };
    return {
      text: summaryTable(members, measures, dimensions, this.#parameters.nloop_train),
      figures: () => trainingFigures(members, measures, this.#parameters, drawn),
    };
  }
}

/** What the dimension of each network of a wave is measured on, and the same as it goes into a checkpoint. */
class Samples {
  readonly samples: readonly DimensionSamples[];
  readonly kept: WaveCheckpoint["samples"][number][] = [];
  readonly #firstTest: number;

  constructor({ n, entries }: CompiledTraining, itstim: number, firstTest: number, found: WaveCheckpoint | undefined) {
    this.#firstTest = firstTest;
    this.samples = entries.map(() => new DimensionSamples(n, itstim, firstTest));
    for (const one of found?.samples ?? []) this.#keep(one);
  }

  add(loop: number, { entry, record }: LoopResult): void {
    const { r } = record.traces;
    if (r !== undefined && (loop === 0 || loop >= this.#firstTest)) this.#keep({ entry, loop, r });
  }

  #keep(one: WaveCheckpoint["samples"][number]): void {
    this.kept.push(one);
    this.samples[one.entry]?.add(one.loop, one.r);
  }
}

const pad = (k: number): string => String(k).padStart(3, "0");
const geometricMean = (x: readonly number[]): number =>
  Math.exp(x.reduce((sum, value) => sum + Math.log(value), 0) / x.length);

function summaryTable(
  members: Ensemble["members"],
  measures: readonly (readonly LoopMeasures[])[],
  dimensions: readonly (readonly string[])[],
  trained: number,
): string {
  const show = (x: number, digits: number): string => fixed(x, digits).padStart(11);
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
