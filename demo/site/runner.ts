import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { gpuEngine, type VisibleEngine } from "../../src/gpu/engine.ts";
import type { Engine, EngineState } from "../../src/host/engine.ts";
import type { WholeCell } from "../../src/network/cell.ts";
import type { NetworkDescription } from "../../src/network/description.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import type { Control, LiveChange } from "../../src/run/control.ts";
import { Simulation } from "../../src/run/simulate.ts";
import { ms } from "../../src/units.ts";
import { mechanismSection } from "./mechanism-section.ts";
import type { RunRecord } from "./record.ts";
import { neuronSection, plasticitySection } from "./sections.ts";
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
  /** Between two pieces, when nothing runs. */
  after?(): Promise<void>;
}

/** A network, and what it was compiled from. */
export interface Compiled {
  readonly network: CompiledNetwork;
  readonly description: NetworkDescription;
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
  readonly #description: NetworkDescription;
  #changes: LiveChange[] = [];

  private constructor(bench: Bench, { network, description }: Compiled, visible: VisibleEngine | undefined) {
    [this.#bench, this.network, this.#description, this.visible] = [bench, network, description, visible];
    this.engine = visible ?? referenceEngine(network, { precision: 64 });
    this.#simulation = new Simulation(network, this.engine);
  }

  /** @param on  without a device the reference engine runs it */
  static async make(bench: Bench, compiled: Compiled, { device }: Pick<Bench, "device"> = bench): Promise<Runner> {
    bench.doing(device === undefined ? "printing the reference engine" : "making kernels");
    return new Runner(bench, compiled, device && (await gpuEngine(compiled.network, device)));
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

  /** What gives the run so far again. @param shown  population whose spikes are printed */
  record(shown: string): RunRecord {
    const unitOf = ({ target, param }: LiveChange): { unit?: string } => {
      const cells = this.network.populations.find((p) => p.name === target);
      const live = cells?.kind === "cells" ? cells.live.find((l) => l.name === param) : undefined;
      return live === undefined ? {} : { unit: live.unit };
    };
    const changes = this.#changes.filter(({ step }) => step < this.step);
    return {
      network: this.#description, dt: this.network.dt, steps: this.step, shown,
      changes: changes.map((change) => ({ ...change, ...unitOf(change) })),
    }; // prettier-ignore
  }

  /** The mechanisms of cells and projections in their own words, each once. */
  equations(): string[] {
    const { populations, projections } = this.#description;
    const models = populations.map(({ model }) => model);
    const inserted = models.flatMap((m) => ("insertions" in m ? [...m.insertions.map(({ mechanism }) => mechanism), ...Object.values((m as WholeCell).receptors).map(({ synapse }) => synapse)] : [])); // prettier-ignore
    const sections = [
      ...inserted.map(mechanismSection),
      ...models.flatMap((m) => ("neuron" in m ? [neuronSection(m.neuron)] : [])),
      ...projections.flatMap(({ plasticity: use }) => (use === undefined ? [] : [plasticitySection(use.mechanism)])),
    ];
    return [...new Set(sections)];
  }

  /** States of a projection's plasticity after the last piece: one value per link, `w` the weights. */
  plasticity(projection: string): Promise<Readonly<Record<string, Float64Array>>> {
    return this.#simulation.plasticity(projection);
  }

  /** @param seen  called after every piece */
  async run(pieces: Pieces, seen: () => void): Promise<void> {
    while (this.step < pieces.end) {
      const single = await this.#bench.pace.until(this.time);
      this.#simulation.change((control, t) => pieces.before(control, t));
      this.#changes.push(...this.#simulation.takeChanges());
      const steps = Math.min(pieces.steps(single), pieces.end - this.step);
      const piece = ms(steps * this.network.dt);
      for await (const chunk of this.#simulation.run(piece, { chunk: piece })) {
        this.#step = this.#simulation.step;
        pieces.take(chunk);
      }
      if (pieces.states === true) this.#saved = await this.engine.save();
      await pieces.after?.();
      seen();
    }
  }
}
