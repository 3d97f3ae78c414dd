import "../site/early.ts";
import type { CompiledTraining } from "../../src/compile/trained/training.ts";
import type { TrainingEngine } from "../../src/host/training.ts";
import { gpuTraining } from "../../src/gpu/trained/training.ts";
import { Pace as SubmitPace } from "../../src/host/pace.ts";
import { UNIT_MS } from "../../src/network/trained-parameters.ts";
import { referenceTraining } from "../../src/reference/training.ts";
import type { SpikesOf } from "../site/nwb-worker.ts";
import type { Table } from "../site/protocol.ts";
import { serve, type Bench, type Demo } from "../site/worker.ts";
import { EQUATIONS } from "./equations.ts";
import { drawEigenvalues, drawSpikes, drawWeights, type Eigenvalues } from "./drawings.ts";
import { MOTIFS, type LearningFacts, type LearningReadings, type MotifHistory } from "./facts.ts";
import { learningNetwork, phaseOf } from "./network.ts";
import { Readings } from "./readings.ts";

/** Steps of a piece at most. */
const LONGEST_PIECE = 512;
/** Every so many steps a sample of outputs and targets is shown. */
const SAMPLE_STEPS = 4;

/** A network that learns until its last loop is over. */
class LearningDemo implements Demo {
  readonly facts: LearningFacts;
  readonly #bench: Bench;
  readonly #engine: TrainingEngine;
  readonly #compiled: CompiledTraining;
  readonly #readings: Readings;
  readonly #samples: readonly number[]; // steps of a loop
  readonly #matrix: Matrix;
  /** how long pieces are: what a submit costs beside its steps is not taken for theirs. */
  readonly #lengths = new SubmitPace(1, LONGEST_PIECE);

  constructor(bench: Bench, engine: TrainingEngine, readings: Readings) {
    [this.#bench, this.#engine, this.#compiled, this.#readings] = [bench, engine, engine.compiled, readings];
    const { stepsPerLoop, loops } = engine.compiled.schedule;
    this.#samples = Array.from({ length: stepsPerLoop / SAMPLE_STEPS }, (_, s) => SAMPLE_STEPS * s);
    this.#matrix = new Matrix(bench, readings);
    this.facts = {
      loops,
      chosen: readings.chosen.map((i) => ({ neuron: i + 1, kind: i < readings.entry.nqif ? "QIF" : "LIF" })),
      times: this.#samples.map((s) => s * readings.stepMs),
      targets: readings.chosen.map((_, k) => this.#samples.map((s) => readings.target(k, s))),
    };
  }

  get time(): number {
    return this.#engine.step * this.#readings.stepMs;
  }

  get finished(): boolean {
    const { loops, stepsPerLoop } = this.#compiled.schedule;
    return this.#engine.step >= loops * stepsPerLoop;
  }

  set(): void {
    // every setting but the speed starts anew
  }

  act(): void {
    // nothing that only this page has
  }

  async start(seen: () => void): Promise<void> {
    const { stepsPerLoop } = this.#compiled.schedule;
    while (!this.finished) {
      const single = await this.#bench.pace.until(this.time);
      const began = performance.now();
      const steps = Math.min(single ? 1 : this.#lengths.steps, stepsPerLoop - (this.#engine.step % stepsPerLoop));
      this.#readings.add(await this.#engine.advance(steps, ["v", "error"]));
      this.#lengths.measured(steps, performance.now() - began);
      if (this.#matrix.due || this.finished) this.#matrix.look((await this.#engine.weights())[0] as Float64Array, this.#engine.step / stepsPerLoop); // prettier-ignore
      seen();
    }
  }

  recolour(): void {
    this.#matrix.draw();
  }

  table(canvas: string): Table | undefined {
    const { n, schedule } = this.#compiled;
    return canvas === "spikes"
      ? loopTable(this.#readings.spikes, n, schedule.stepsPerLoop, this.#readings.stepMs)
      : this.#matrix.table(canvas);
  }

  /** QIF neurons come first. Before a step of this loop is there, its place has the spikes of the loop before. */
  spikes(): SpikesOf[] {
    const { n, schedule } = this.#compiled;
    const { spikes, stepMs, entry } = this.#readings;
    const part = (name: string, first: number, end: number): SpikesOf => {
      const [times, cells]: [number[], number[]] = [[], []];
      for (let step = 0; step < schedule.stepsPerLoop; step++)
        for (let i = first; i < end; i++)
          if (spikes[step * n + i] === 1) (times.push(step * stepMs), cells.push(i - first));
      return { name, spikes: { times: Float64Array.from(times), cells: Uint32Array.from(cells), n: end - first, from: 0, to: schedule.stepsPerLoop * stepMs } }; // prettier-ignore
    };
    return [part("QIF", 0, entry.nqif), part("LIF", entry.nqif, n)].filter(({ spikes: { n: cells } }) => cells > 0);
  }

  record(): undefined {
    // the command says it all
  }

  equations(): string[] {
    return [EQUATIONS];
  }

  draw(): boolean {
    const { spikes, entry, step } = this.#readings;
    const { n, schedule } = this.#compiled;
    drawSpikes(this.#bench, spikes, n, entry.nqif, step % schedule.stepsPerLoop);
    this.#matrix.drawNews();
    return true;
  }

  readings(): LearningReadings {
    const { step, rate, error, dimension, output } = this.#readings;
    const { loops, stepsPerLoop } = this.#compiled.schedule;
    const loop = Math.min(loops - 1, Math.floor(step / stepsPerLoop));
    const outputs = output.map((values) =>
      this.#samples.map((s) => (Number.isNaN(values[s] ?? NaN) ? null : (values[s] as number))),
    );
    return {
      step,
      loop,
      phase: phaseOf(this.#compiled, loop),
      rate,
      error,
      dimension,
      motifs: this.#matrix.motifs,
      outputs,
    };
  }
}

/** Spikes of a loop as [step][neuron]. */
function loopTable(spikes: Uint8Array, n: number, steps: number, stepMs: number): Table {
  const [times, neurons]: [number[], number[]] = [[], []];
  for (let k = 0; k < steps * n; k++) {
    if (spikes[k] !== 1) continue;
    times.push(Math.floor(k / n) * stepMs);
    neurons.push((k % n) + 1);
  }
  return { names: ["time in the loop (ms)", "neuron"], columns: [times, neurons] };
}

/** The weights as a matrix, and their eigenvalues, which take up to a second: in a worker of their own. */
class Matrix {
  readonly #bench: Bench;
  readonly #readings: Readings;
  readonly #worker = new Worker(new URL("./eigen-worker.ts", import.meta.url), { type: "module" });
  readonly #every: number; // ms between two looks
  #weights: Float64Array | undefined;
  #eigenvalues: Eigenvalues | undefined;
  /** of the weights that were looked at. */
  readonly motifs: MotifHistory = { loop: [], of: MOTIFS.map(() => []) };
  #loop = 0; // of the last look
  #asked = -Infinity;
  #busy = false;
  #news = false;

  constructor(bench: Bench, readings: Readings) {
    [this.#bench, this.#readings, this.#every] = [bench, readings, bench.inSoftware ? 4000 : 1000];
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Eigenvalues>) => {
      this.#eigenvalues = data;
      this.#busy = false;
      this.motifs.loop.push(this.#loop);
      MOTIFS.forEach(([name], k) => this.motifs.of[k]?.push(data.motifs[name]));
      this.draw(); // the run may be over, and nothing else be drawn
    });
  }

  get due(): boolean {
    return !this.#busy && performance.now() - this.#asked > this.#every;
  }

  /** @param loop  with fraction, of the weights */
  look(weights: Float64Array, loop: number): void {
    [this.#weights, this.#busy, this.#news, this.#asked, this.#loop] = [weights, true, true, performance.now(), loop];
    const { rowPtr, colIdx } = this.#readings.entry;
    const n = rowPtr.length - 1;
    const dense = new Float64Array(n ** 2);
    for (let i = 0; i < n; i++) {
      for (let a = rowPtr[i] as number; a < (rowPtr[i + 1] as number); a++)
        dense[i * n + (colIdx[a] as number)] = weights[a] as number;
    }
    this.#worker.postMessage({ n, dense }, [dense.buffer]);
  }

  table(canvas: string): Table | undefined {
    if (canvas === "eigenvalues")
      return (
        this.#eigenvalues && { names: ["real", "imaginary"], columns: [this.#eigenvalues.real, this.#eigenvalues.imag] }
      );
    const [w, { rowPtr, colIdx }] = [this.#weights, this.#readings.entry];
    if (w === undefined) return undefined;
    const to = Array.from(w.keys(), (k) => rowPtr.findIndex((end) => end > k));
    return { names: ["to", "from", "weight"], columns: [to, Array.from(colIdx, (j) => j + 1), w] };
  }

  drawNews(): void {
    if (this.#news) this.draw();
  }

  draw(): void {
    this.#news = false;
    if (this.#weights !== undefined) drawWeights(this.#bench, this.#readings.entry, this.#weights);
    if (this.#eigenvalues !== undefined) drawEigenvalues(this.#bench, this.#eigenvalues);
  }
}

serve(async (bench, settings) => {
  const { compiled, parameters } = learningNetwork({
    neurons: settings["neurons"] as number,
    qif: (settings["qif"] as number) / 100,
    noise: settings["noise"] as number,
    loops: settings["loops"] as number,
    seed: settings["seed"] as number,
  });
  const readings = new Readings(compiled, parameters, parameters.h * UNIT_MS);
  if (bench.device !== undefined) bench.doing("making kernels");
  const engine = bench.device === undefined ? referenceTraining(compiled) : await gpuTraining(bench.device, compiled);
  return new LearningDemo(bench, engine, readings);
});
