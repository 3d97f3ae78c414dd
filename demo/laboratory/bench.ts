import { compile } from "../../src/compile/compile.ts";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import type { Engine } from "../../src/host/engine.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import type { Control } from "../../src/run/control.ts";
import { Simulation } from "../../src/run/simulate.ts";
import { ms } from "../../src/units.ts";
import { currentOf, noiseSdOf } from "./clamping.ts";
import { liveExperiment, noiseOf, stimulusOf, type Experiment, type Versions } from "./experiment.ts";
import { CURRENT, DT, type LabSettings } from "./settings.ts";
import { carriedOver } from "./swap.ts";

/** One network on one engine. */
export class EngineRig {
  readonly #network: CompiledNetwork;
  readonly #engine: Engine;
  readonly #simulation: Simulation;

  protected constructor(network: CompiledNetwork, engine: Engine) {
    [this.#network, this.#engine] = [network, engine];
    this.#simulation = new Simulation(network, engine);
  }

  get kind(): "gpu" | "reference" {
    return this.#engine.kind === "gpu" ? "gpu" : "reference";
  }
  /** Model time, ms. */
  get time(): number {
    return this.#simulation.step * DT;
  }
  get stepsPerSubmit(): number {
    return this.#engine.stepsPerSubmit;
  }

  /** Goes on from where another network is, with every state whose name both have. */
  async goOnFrom(before: EngineRig, likeFirst = true): Promise<{ kept: number; of: number }> {
    const [{ step, state }, { state: fresh }] = [await before.#simulation.save(), await this.#simulation.save()];
    const carried = carriedOver({ network: before.#network, state }, { network: this.#network, fresh }, likeFirst);
    await this.#simulation.load({ step, state: carried.state, changes: [] });
    return carried;
  }

  /** Acts from the next step on. */
  protected change(update: (control: Control) => void): void {
    this.#simulation.change(update);
  }

  async run(steps: number): Promise<Chunk> {
    const piece = ms(steps * DT);
    for await (const chunk of this.#simulation.run(piece, { chunk: piece })) return chunk;
    throw new Error("the engine gave nothing");
  }

  close(): Promise<void> {
    return this.#simulation.close();
  }
}

/** The cell or cells that are being looked at. */
export class Rig extends EngineRig {
  readonly experiment: Experiment;
  readonly versions: Versions;
  /** of every variable, in order. */
  readonly units: readonly string[];

  private constructor(versions: Versions, experiment: Experiment, network: CompiledNetwork, engine: Engine) {
    super(network, engine);
    [this.versions, this.experiment] = [versions, experiment];
    this.units = experiment.variables.map(({ version, name }) => unitOf(network, version, name));
  }

  static async make(versions: Versions, settings: LabSettings, device: GPUDevice | undefined): Promise<Rig> {
    const experiment = liveExperiment(versions, settings);
    const network = compile(experiment.network.describe(), { dt: ms(DT) });
    return new Rig(versions, experiment, network, await engineOf(network, device));
  }

  /** Amplitude and noise act from the next step on. */
  set(settings: LabSettings): void {
    if (settings.mode !== CURRENT) return;
    this.change((control) => {
      for (const version of Object.keys(this.versions)) {
        control.gain(stimulusOf(version), currentOf(settings));
        control.gain(noiseOf(version), noiseSdOf(settings));
      }
    });
  }
}

export const engineOf = async (network: CompiledNetwork, device: GPUDevice | undefined): Promise<Engine> =>
  device === undefined ? referenceEngine(network, { precision: 64 }) : gpuEngine(network, device);

function unitOf(network: CompiledNetwork, population: string, variable: string): string {
  const cells = network.populations.find((p) => p.name === population);
  const trace = cells?.kind === "cells" ? cells.traces.find((t) => t.variable === variable) : undefined;
  return trace?.unit ?? "";
}

/** Runs a batch to its end. */
export async function runBatch(
  experiment: { network: Experiment["network"]; duration: number },
  device: GPUDevice | undefined,
): Promise<Chunk> {
  const network = compile(experiment.network.describe(), { dt: ms(DT) });
  const simulation = new Simulation(network, await engineOf(network, device));
  try {
    const whole = ms(experiment.duration);
    for await (const chunk of simulation.run(whole, { chunk: whole })) return chunk;
    throw new Error("the engine gave nothing");
  } finally {
    await simulation.close();
  }
}
