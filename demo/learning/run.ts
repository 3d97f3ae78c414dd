import type { CompiledTraining, TrainingEngine } from "../../src/compile/training.ts";
import { gpuTraining } from "../../src/gpu/training.ts";
import { UNIT_MS } from "../../src/models/trained-network/parameters.ts";
import { Pace } from "../site/pace.ts";
import { learningNetwork, type LearningSettings } from "./network.ts";
import { Readings } from "./readings.ts";

/** Wall time of one piece: short, so that the page can draw between. */
const PIECE_MS = 30;

/** A network that learns until its last loop is over or it is stopped. */
export class LearningRun {
  readonly compiled: CompiledTraining;
  readonly readings: Readings;
  readonly pace = new Pace();
  readonly #engine: TrainingEngine;
  #piece = 4;
  #stopped = false;
  #wanted: ((w: Float64Array) => void) | undefined;
  #done: Promise<void> = Promise.resolve();

  private constructor(engine: TrainingEngine, readings: Readings) {
    [this.#engine, this.compiled, this.readings] = [engine, engine.compiled, readings];
  }

  static async make(device: GPUDevice, settings: LearningSettings): Promise<LearningRun> {
    const { compiled, parameters } = learningNetwork(settings);
    const readings = new Readings(compiled, parameters, parameters.h * UNIT_MS);
    return new LearningRun(await gpuTraining(device, compiled), readings);
  }

  get steps(): number {
    return this.#engine.step;
  }

  get finished(): boolean {
    const { loops, stepsPerLoop } = this.compiled.schedule;
    return this.#engine.step >= loops * stepsPerLoop;
  }

  start(): Promise<void> {
    this.#done = this.#loop();
    return this.#done;
  }

  /** The weights between two pieces, in the order of the entry's colIdx. */
  weights(): Promise<Float64Array> {
    if (this.finished) return this.#engine.weights().then(([w]) => w as Float64Array);
    return new Promise((resolve) => (this.#wanted = resolve));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.pace.paused = false;
    await this.#done.catch(() => undefined);
    await this.#engine.close();
  }

  async #loop(): Promise<void> {
    const { stepsPerLoop } = this.compiled.schedule;
    while (!this.#stopped && !this.finished) {
      await this.pace.until(this.#engine.step * this.readings.stepMs);
      const began = performance.now();
      const steps = Math.min(this.#piece, stepsPerLoop - (this.#engine.step % stepsPerLoop));
      this.readings.add(await this.#engine.advance(steps, ["v", "error"]));
      await this.#giveWeights();
      const took = performance.now() - began;
      if (took > 1.5 * PIECE_MS) this.#piece = Math.max(1, Math.floor(this.#piece / 2));
      else if (took < 0.6 * PIECE_MS && steps === this.#piece) this.#piece = Math.min(64, this.#piece * 2);
    }
    await this.#giveWeights();
  }

  async #giveWeights(): Promise<void> {
    const give = this.#wanted;
    if (give === undefined) return;
    this.#wanted = undefined;
    const [w] = await this.#engine.weights();
    give(w as Float64Array);
  }
}
