import { gpuEngine, type VisibleEngine } from "../../src/gpu/engine.ts";
import type { Control } from "../../src/run/control.ts";
import { Simulation } from "../../src/run/simulate.ts";
import { ms, one } from "../../src/units.ts";
import { Pace } from "../site/pace.ts";
import {
  motorPool,
  NO_RISE,
  PRIVATE,
  privateRate,
  risenTo,
  scales,
  SHARED,
  sharedRate,
  type Drive,
  type Pool,
  type Rise,
} from "./network.ts";
import { Readings } from "./readings.ts";

/** Model time of one piece while the device keeps up with the clock: a slider acts from the next one on. */
const PIECE_MS = 10;

export interface PoolSettings extends Drive {
  readonly gamma: number;
}

/** A motor pool that runs until it is stopped. */
export class PoolRun {
  readonly engine: VisibleEngine;
  readonly readings: Readings;
  readonly pace = new Pace();
  readonly #simulation: Simulation;
  #settings: PoolSettings;
  /** those that the last hook took over. */
  #acting: PoolSettings;
  #changed = true;
  /** when the first slider moved that has not acted yet. */
  #moved: number | undefined;
  #phase = 0;
  #rise: Rise = NO_RISE;
  #riseWanted: { from: number; ms: number } | undefined;
  #stopped = false;
  #done: Promise<void> = Promise.resolve();

  private constructor(engine: VisibleEngine, thresholds: Float64Array, settings: PoolSettings) {
    this.engine = engine;
    this.readings = new Readings(thresholds);
    this.#settings = this.#acting = settings;
    this.#simulation = new Simulation(engine.network, engine);
  }

  static async make(device: GPUDevice, pool: Pool, settings: PoolSettings): Promise<PoolRun> {
    const { compiled, thresholds } = motorPool(pool, settings);
    return new PoolRun(await gpuEngine(compiled, device), thresholds, settings);
  }

  /** Model time, ms. */
  get time(): number {
    return this.#simulation.step * this.engine.network.dt;
  }

  /** Acts from the next submit on. */
  set settings(settings: PoolSettings) {
    this.#settings = settings;
    this.#changed = true;
    this.#moved ??= performance.now();
  }

  /** Brings both inputs from a part of their value to all of it within so much model time. */
  rise(from: number, duration: number): void {
    this.#riseWanted = { from, ms: duration };
    this.#changed = true;
  }

  /** @param seen  called after every piece with the number of its spikes and the step it ends at */
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
    while (!this.#stopped) {
      await this.pace.until(this.time);
      if (this.#stopped) return;
      this.#simulation.change((control, t) => this.#apply(control, t));
      const piece = ms(this.#pieceSteps() * this.engine.network.dt);
      for await (const chunk of this.#simulation.run(piece, { chunk: piece })) {
        const spikes = chunk.spikes("aMN");
        this.readings.add(spikes, { mean: (t) => this.#meanDrive(t), now: (t) => this.#driveNow(t) });
        seen(spikes.times.length, this.#simulation.step);
      }
    }
  }

  /** Short where the device keeps up; else as long as the engine advises, which knows what a submit costs beside its steps. */
  #pieceSteps(): number {
    const short = Math.round(PIECE_MS / this.engine.network.dt);
    const keepsUp = this.pace.speed <= 1 && this.pace.measured > 0.95 * this.pace.speed;
    return keepsUp ? short : Math.max(short, this.engine.stepsPerSubmit);
  }

  #apply(control: Control, t: number): void {
    if (!this.#changed) return;
    this.#changed = false;
    if (this.#moved !== undefined) performance.measure("slider to simulation", { start: this.#moved });
    this.#moved = undefined;
    if (this.#riseWanted !== undefined) {
      this.#rise = { from: t, until: t + this.#riseWanted.ms, start: this.#riseWanted.from };
      this.#riseWanted = undefined;
    }
    const s = this.#settings;
    this.#phase += (2 * Math.PI * (this.#acting.frequency - s.frequency) * t) / 1000; // the wave goes on without a jump
    this.#acting = s;
    const scale = scales(s);
    control.rate("DD", sharedRate(s, this.#phase, this.#rise));
    control.rate("IN", privateRate(this.#rise));
    control.scale(SHARED, scale.shared);
    control.scale(PRIVATE, scale.private);
    control.param("aMN", "dend.caL.gamma", one(s.gamma));
  }

  /** Rate of a descending axon at t (ms) without its oscillation, Hz. */
  #meanDrive(t: number): number {
    return this.#acting.rate * risenTo(this.#rise, t);
  }

  #driveNow(t: number): number {
    const { rate, amplitude, frequency } = this.#acting;
    const wave = amplitude * Math.sin((2 * Math.PI * frequency * t) / 1000 + this.#phase);
    return Math.max(0, rate + wave) * risenTo(this.#rise, t);
  }
}
