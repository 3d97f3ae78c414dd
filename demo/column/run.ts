import { gpuEngine, type VisibleEngine } from "../../src/gpu/engine.ts";
import { correctedDipole, smoothedDipole, type CortexColumn } from "../../src/models/cortical-column/index.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import type { Control } from "../../src/run/control.ts";
import { Simulation } from "../../src/run/simulate.ts";
import { ms } from "../../src/units.ts";
import { Pace } from "../site/pace.ts";
import { buildColumn, dipoleScale, DT, SAMPLE_MS, type BuiltColumn, type ColumnSettings } from "./network.ts";

/** Steps of the shortest piece. */
const LEAST_STEPS = Math.round(SAMPLE_MS / DT);
/** Pieces a second of slow motion. */
const FRAMES = 30;

/** A column that runs to the end of its trial or until it is stopped. */
export class ColumnRun {
  readonly engine: VisibleEngine;
  readonly column: CortexColumn;
  readonly pace = new Pace();
  /** moments of both layers, fAm, every SAMPLE_MS. */
  readonly #raw: { tMs: number[]; L2: number[]; L5: number[] } = { tMs: [], L2: [], L5: [] };
  readonly #smoothing: BuiltColumn["smoothing"];
  readonly #simulation: Simulation;
  readonly spikes: Record<string, number> = {};
  #strength: number;
  #changed = true;
  #stopped = false;
  #done: Promise<void> = Promise.resolve();

  private constructor(built: BuiltColumn, engine: VisibleEngine, strength: number) {
    [this.engine, this.column, this.#smoothing, this.#strength] = [engine, built.column, built.smoothing, strength];
    for (const type of built.column.cellTypes) this.spikes[type.name] = 0;
    this.#simulation = new Simulation(engine.network, engine);
  }

  static async make(device: GPUDevice, settings: ColumnSettings, strength: number): Promise<ColumnRun> {
    const built = buildColumn(settings);
    return new ColumnRun(built, await gpuEngine(built.compiled, device), strength);
  }

  /** Model time, ms. */
  get time(): number {
    return this.#simulation.step * DT;
  }

  get finished(): boolean {
    return this.time >= this.column.tstop - DT / 2;
  }

  /** Factor on the weights of the drive. */
  set strength(strength: number) {
    this.#strength = strength;
    this.#changed = true;
  }

  /** Dipole moment, nAm times the scale by which it is usually shown. */
  dipole(): { t: number[]; moment: number[] } {
    const { tMs, L2, L5 } = this.#raw;
    if (tMs.length < 2) return { t: [], moment: [] };
    const cells = this.column.layout.positions["L5_pyramidal"]?.length ?? 0;
    const corrected = correctedDipole({ tMs, L2, L5 }, cells);
    const { windowMs } = this.#smoothing;
    const shown = windowMs > 0 && tMs.length * SAMPLE_MS > windowMs ? smoothedDipole(corrected, windowMs) : corrected;
    return { t: tMs, moment: Array.from(shown.agg, (x) => x * this.scale) };
  }

  /** The usual factor stands for so many columns of 100 pyramidal cells a layer; a smaller mesh stands for as many cells. */
  get scale(): number {
    return dipoleScale(this.#smoothing.scale, this.column.layout.positions["L5_pyramidal"]?.length ?? 0);
  }

  start(seen: (spikes: number, step: number) => void): Promise<void> {
    this.#done = this.#loop(seen);
    return this.#done;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.pace.paused = false;
    await this.#done.catch(() => undefined);
    await this.#simulation.close();
  }

  async #loop(seen: (spikes: number, step: number) => void): Promise<void> {
    while (!this.#stopped && !this.finished) {
      await this.pace.until(this.time);
      if (this.#stopped) return;
      this.#simulation.change((control) => this.#apply(control));
      const steps = Math.min(this.#pieceSteps(), Math.round(this.column.tstop / DT) - this.#simulation.step);
      const piece = ms(steps * DT);
      for await (const chunk of this.#simulation.run(piece, { chunk: piece }))
        seen(this.#take(chunk), this.#simulation.step);
    }
  }

  /** As long as the engine advises, which knows what a submit costs beside its steps, but short enough to show slow motion smoothly. */
  #pieceSteps(): number {
    const smooth = Math.floor((this.pace.speed * 1000) / FRAMES / DT);
    const steps = Math.min(this.engine.stepsPerSubmit, smooth);
    return LEAST_STEPS * Math.max(1, Math.floor(steps / LEAST_STEPS));
  }

  #take(chunk: Chunk): number {
    let count = 0;
    for (const name of Object.keys(this.spikes)) {
      const n = chunk.spikes(name).times.length;
      this.spikes[name] = (this.spikes[name] ?? 0) + n;
      count += n;
    }
    const [L2, L5] = ["L2_pyramidal", "L5_pyramidal"].map((name) => chunk.trace(name, "dipole"));
    if (L2 === undefined || L5 === undefined) return count;
    const sum = (data: ArrayLike<number>, row: number, width: number): number => {
      let total = 0;
      for (let c = 0; c < width; c++) total += data[row * width + c] as number;
      return total;
    };
    L2.times.forEach((t, row) => {
      this.#raw.tMs.push(t);
      this.#raw.L2.push(sum(L2.data, row, L2.cells.length));
      this.#raw.L5.push(sum(L5.data, row, L5.cells.length));
    });
    return count;
  }

  #apply(control: Control): void {
    if (!this.#changed) return;
    this.#changed = false;
    for (const names of Object.values(this.column.driveProjections)) {
      for (const name of names) control.scale(name, this.#strength);
    }
  }
}
