import { fixed } from "../../analysis/summary.ts";
import type { CompiledTraining } from "../../compile/trained/training.ts";
import type { TrainingEngine, TrainingSpan } from "../../host/training.ts";
import type { Dimension } from "../../models/trained-network/dimension.ts";
import type { Ensemble } from "../../models/trained-network/ensemble.ts";
import { longDimension } from "../../models/trained-network/long-run.ts";
import { MEASURED, median, type LoopMeasures } from "../../models/trained-network/measures.ts";
import type { TrainedNetworkParameters } from "../../network/trained-parameters.ts";
import { DimensionSamples, loopResults, PROTOCOLS, type LoopResult } from "../../models/trained-network/run.ts";
import { simulateTraining } from "../../models/trained-network/simulate.ts";
import { trainingEngine } from "../../run/training-engine.ts";
import { writeText, type Files } from "../../storage/files.ts";
import { recordRun, type Gathered } from "../../storage/run-folder.ts";
import { ms } from "../../units.ts";
import type { Result, StudyContext } from "../study.ts";
import { shownLoop, trainingFigures, type ShownCovariance } from "./figures.ts";
import { NotebookFiles } from "./notebook-files.ts";
import { loopsCsv, sampleNeurons, writeNetworks, writeWeights } from "./output.ts";
import type { TrainingOptions } from "./settings.ts";
import { prefixed, type Values } from "../values.ts";
import { packWave, unpackWave, type Sample, type WaveState } from "./wave-state.ts";

/** Part of the time that checkpoints, which hold all of P, may take. */
const CHECKPOINT_SHARE = 0.05;

/** Of what dimensions are measured on: as recorded, as float64, in a checkpoint, and joined. */
const COPIES = 4;

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

  /** Writes what does not change. */
  async begin(compiled: CompiledTraining): Promise<void> {
    await writeNetworks(this.#files, compiled, this.#all.members);
  }

  /** Runs the networks `first`... of the ensemble side by side, or takes over what an interrupted run had of them. */
  async wave(
    place: { readonly wave: number; readonly first: number; readonly files: Files },
    compiled: CompiledTraining,
    report: (loop: number, error: number) => void,
  ): Promise<void> {
    const done = await this.#context.keep(`wave ${place.wave + 1}`, () => this.#run(place, compiled, report));
    this.#waves.push(done);
    this.#notebook?.restore(done.notebook);
  }

  async #run(
    { first, files }: { readonly first: number; readonly files: Files },
    compiled: CompiledTraining,
    report: (loop: number, error: number) => void,
  ): Promise<Waved> {
    const { itstim, nloop, nloop_train } = this.#parameters;
    const { resume, force, adapter, signal, say, announce, seed } = this.#context;
    let state: WaveState = { measures: compiled.entries.map(() => []), dimensions: [], notebook: [], shown: [] };
    const collected = new Samples(compiled, itstim, nloop_train + 1);
    const inner = await trainingEngine(compiled, this.#context);
    const observe = async (span: TrainingSpan): Promise<void> => {
      const networks = await loopResults(inner, span, itstim);
      const loop = networks[0]?.measures.loop ?? 0;
      for (const result of networks) {
        await this.#add(first, compiled, loop, result, state);
        collected.add(loop, result);
      }
      await writeWeights(files, first, loop, networks);
    };
    const { traces } = this.#options;
    const sim = await simulateTraining(compiled, {
      inner,
      traces: traces === "none" ? [] : ["r", "v", "error"],
      ...(traces === "sample" && { neurons: sampleNeurons(compiled.n) }),
      seed,
      about: { parameters: this.#parameters },
      watching: { traces: MEASURED, observe },
    });
    const loopSteps = compiled.schedule.stepsPerLoop;
    const kept = nloop - nloop_train; // loops whose r is gathered: see Samples
    const bytes = COPIES * 8 * kept * loopSteps * compiled.n * compiled.entries.length;
    await announce(sim, { steps: nloop * loopSteps, chunkSteps: loopSteps, gathered: bytes });
    const gathered: Gathered = {
      save: () => packWave({ ...state, notebook: this.#notebook?.growing() ?? [] }, collected.kept),
      load: (arrays) => {
        const found = unpackWave(arrays);
        state = found.state;
        for (const one of found.samples) collected.keep(one);
        this.#notebook?.restore(state.notebook);
      },
    };
    try {
      if (!resume) await removeWeights(files);
      const chunk = ms(compiled.schedule.stepsPerLoop * sim.network.dt);
      const duration = ms(nloop * chunk.value);
      const options = { files, duration, chunk, resume, force, adapter, signal, gathered, onNote: say, checkpointShare: CHECKPOINT_SHARE }; // prettier-ignore
      for await (const _ of recordRun(sim, options)) {
        await this.#table(state.measures);
        const last = state.measures.map((loops) => loops.at(-1)?.mse_err ?? NaN);
        report((state.measures[0]?.length ?? 0) - 1, geometricMean(last));
        void _;
      }
      const covariances = await this.#measureDimensions(first, collected.samples, await inner.weights(), state);
      return { ...state, notebook: this.#notebook?.growing() ?? [], covariances };
    } finally {
      await sim.close();
    }
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

  async #measureDimensions(
    first: number,
    samples: readonly DimensionSamples[],
    weights: readonly Float64Array[],
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
      const w = weights[e];
      if (!this.#options.longDimension || w === undefined) continue;
      const made = (compiled: CompiledTraining): Promise<TrainingEngine> => trainingEngine(compiled, this.#context);
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
      values: ensembleValues(members, measures, this.#parameters.nloop_train),
      figures: () => trainingFigures(members, measures, this.#parameters, drawn),
    };
  }
}

/** What the dimension of each network of a wave is measured on, and the same as it goes into a checkpoint. */
class Samples {
  readonly samples: readonly DimensionSamples[];
  readonly kept: Sample[] = [];
  readonly #firstTest: number;

  constructor({ n, entries }: CompiledTraining, itstim: number, firstTest: number) {
    this.#firstTest = firstTest;
    this.samples = entries.map(() => new DimensionSamples(n, itstim, firstTest));
  }

  add(loop: number, { entry, record }: LoopResult): void {
    const { r } = record.traces;
    if (r !== undefined && (loop === 0 || loop >= this.#firstTest)) this.keep({ entry, loop, r });
  }

  keep(one: Sample): void {
    this.kept.push(one);
    this.samples[one.entry]?.add(one.loop, one.r);
  }
}

/** Weights of another run that this one overwrites. */
async function removeWeights(files: Files): Promise<void> {
  for (const name of await files.list()) if (/^weights-\d+\.h5$/.test(name)) await files.remove(name);
}

const geometricMean = (x: readonly number[]): number =>
  Math.exp(x.reduce((sum, value) => sum + Math.log(value), 0) / x.length);

/** Medians over loops of each network's error, by its label: untrained, in training, in test. */
function ensembleValues(
  members: Ensemble["members"],
  measures: readonly (readonly LoopMeasures[])[],
  trained: number,
): Values {
  const all = members.map((member, m) => {
    const loops = measures[m] ?? [];
    const [learning, test] = [loops.slice(1, trained + 1), loops.slice(trained + 1)];
    return prefixed(`${member.label}.`, {
      error_untrained: loops[0]?.mse_err ?? NaN,
      error_training: median(learning.map((one) => one.mse_err)),
      error_test: median(test.map((one) => one.mse_err)),
      correlation_test: median(test.map((one) => one.cc_in)),
      rate_last: loops.at(-1)?.rate_all ?? NaN,
    });
  });
  return Object.assign({}, ...all) as Values;
}

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
