import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { gpuEngine, type VisibleEngine } from "../../src/gpu/engine.ts";
import type { Engine, EngineState } from "../../src/host/engine.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import type { Control } from "../../src/run/control.ts";
import { Simulation } from "../../src/run/simulate.ts";
import { ms } from "../../src/units.ts";
import type { Bench } from "./worker.ts";

export interface Pieces {
  /** Steps of the next piece. @param single  asked for one by one, while paused */
  steps(single: boolean): number;
  /** step at which the run ends; Infinity: never. */
  readonly end: number;
  /** Changes before a piece. @param t  ms */
  before(control: Control, t: number): void;
  /** Takes what a piece gave. */
  take(chunk: Chunk): void;
  /** whether `states` is kept up to date. */
  readonly states?: boolean;
}

/** A compiled network that runs piece by piece, at the page's pace: on the device, or by the float64 reference engine. */
export class Runner {
  readonly network: CompiledNetwork;
  readonly engine: Engine;
  /** the engine, where it is on a device. */
  readonly visible: VisibleEngine | undefined;
  readonly #bench: Bench;
  readonly #simulation: Simulation;
  #saved: EngineState = {};
  #step = 0;

  private constructor(bench: Bench, network: CompiledNetwork, visible: VisibleEngine | undefined) {
    [this.#bench, this.network, this.visible] = [bench, network, visible];
    this.engine = visible ?? referenceEngine(network, { precision: 64 });
    this.#simulation = new Simulation(network, this.engine);
  }

  static async make(bench: Bench, network: CompiledNetwork): Promise<Runner> {
    return new Runner(bench, network, bench.device && (await gpuEngine(network, bench.device)));
  }

  /** Steps whose spikes were given out: the engine may be ahead. */
  get step(): number {
    return this.#step;
  }

  /** Model time, ms. */
  get time(): number {
    return this.#step * this.network.dt;
  }

  /** States of a population after the last piece: state s of cell c at s * n + c. */
  states(population: string): ArrayLike<number> | undefined {
    return this.#saved[`cells.${population}.state`];
  }

  /** @param seen  called after every piece */
  async run(pieces: Pieces, seen: () => void): Promise<void> {
    while (this.step < pieces.end) {
      const single = await this.#bench.pace.until(this.time);
      this.#simulation.change((control, t) => pieces.before(control, t));
      const steps = Math.min(pieces.steps(single), pieces.end - this.step);
      const piece = ms(steps * this.network.dt);
      for await (const chunk of this.#simulation.run(piece, { chunk: piece })) {
        this.#step = this.#simulation.step;
        pieces.take(chunk);
      }
      if (pieces.states === true) this.#saved = await this.engine.save();
      seen();
    }
  }
}
