import "../site/early.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import type { Control } from "../../src/run/control.ts";
import { drive } from "../../src/network/signal.ts";
import { Hz, one } from "../../src/units.ts";
import type { Settings, Table } from "../site/protocol.ts";
import { PlainRaster } from "../site/plain-raster.ts";
import { rasterPipelines, SpikeRaster, type Raster } from "../site/raster.ts";
import { Runner } from "../site/runner.ts";
import type { SpikesOf } from "../site/nwb-worker.ts";
import { Recent, spikesOf, spikeTable } from "../site/recent.ts";
import type { RunRecord } from "../site/record.ts";
import { serve, type Bench, type Demo } from "../site/worker.ts";
import { courseAt, placeIn, type Course, type Placed } from "./course.ts";
import {
  BY_CURRENT,
  DRAWN,
  DT,
  examplesOf,
  HIGHEST_HZ,
  NA_PER_HZ,
  WINDOW_S,
  type PoolReadings,
  type Thresholds,
} from "./facts.ts";
import {
  CURRENT,
  INHIBITION,
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

/** Model time of one piece while the engine keeps up with the clock: a slider acts from the next one on. */
const PIECE_MS = 10;
/** At the start the drive comes from where the first unit fires when the cells have settled. */
const FIRST_RISE = { ms: 3000, start: 0.15 };

interface PoolSettings extends Drive {
  readonly gamma: number;
  /** Hz, of each axon that inhibits. */
  readonly inhibition: number;
  /** a current drives. */
  readonly byCurrent: boolean;
}

/** What the page starts from beside its controls. */
interface PoolDocument {
  readonly course: Course;
}

const settingsOf = (s: Settings): PoolSettings => ({
  rate: s["rate"] as number,
  amplitude: s["amplitude"] as number,
  frequency: s["frequency"] as number,
  privateShare: (s["private"] as number) / 100,
  gamma: s["gamma"] as number,
  inhibition: s["inhibition"] as number,
  byCurrent: s["by"] === BY_CURRENT,
});
const poolOf = (s: Settings): Pool => ({
  neurons: s["neurons"] as number,
  range: s["range"] as number,
  seed: s["seed"] as number,
  gamma: s["gamma"] as number,
  by: s["by"] as number,
  renshaw: s["renshaw"] as number,
});

interface PoolStart {
  readonly thresholds: Float64Array;
  readonly settings: PoolSettings;
  readonly course: Course;
  /** the drawn drive acts from the start. */
  readonly drawn: boolean;
  readonly unit: number;
  readonly thresholdsIn: Thresholds["of"];
}

/** A motor pool that runs until its page ends it. */
class PoolDemo implements Demo {
  readonly facts = undefined;
  readonly finished = false;
  readonly #bench: Bench;
  readonly #runner: Runner;
  readonly #raster: Raster;
  readonly #readings: Readings;
  /** spikes of the raster's window. */
  readonly #recent = new Recent();
  #settings: PoolSettings;
  /** those that the last change took over. */
  #acting: PoolSettings;
  #changed = true;
  #phase = 0;
  #rise: Rise = NO_RISE;
  #riseWanted: { readonly ms: number; readonly start: number } | undefined;
  #course: Course;
  /** where the drawn drive is; undefined: the slider drives. */
  #placed: Placed | undefined;
  #courseWanted: boolean;
  readonly #n: number;
  /** from 0. */
  #unit: number;
  #thresholdsIn: Thresholds["of"];

  constructor(
    bench: Bench,
    runner: Runner,
    raster: Raster,
    { thresholds, settings, course, drawn, unit, thresholdsIn }: PoolStart,
  ) {
    [this.#bench, this.#runner, this.#raster, this.#course] = [bench, runner, raster, course];
    this.#readings = new Readings(thresholds);
    this.#settings = this.#acting = settings;
    this.#courseWanted = drawn;
    [this.#n, this.#unit, this.#thresholdsIn] = [thresholds.length, unit, thresholdsIn];
    this.#riseWanted = drawn ? undefined : FIRST_RISE;
  }

  get time(): number {
    return this.#runner.time;
  }

  set(settings: Settings): void {
    this.#unit = (settings["unit"] as number) - 1;
    this.#thresholdsIn = settings["thresholds"] as Thresholds["of"];
    this.#settings = settingsOf(settings);
    const drawn = settings["shape"] === DRAWN;
    if (!drawn) this.#placed = undefined;
    this.#courseWanted = drawn && (this.#courseWanted || this.#placed === undefined);
    this.#changed = true;
  }

  /** A rise: brings both inputs from nothing to their value within so many ms. A course: another one, at the place that has come.
   * Again: it begins anew. */
  act(what: string, value: unknown): void {
    if (what === "rise") this.#riseWanted = { ms: value as number, start: 0 };
    else if (what === "course") this.#course = value as Course;
    else if (what === "again") this.#courseWanted = this.#courseWanted || this.#placed !== undefined;
    this.#changed = true;
  }

  start(seen: () => void): Promise<void> {
    return this.#runner.run(
      {
        end: Infinity,
        steps: (single) => this.#pieceSteps(single),
        before: (control, t) => {
          this.#apply(control, t);
          if (this.#acting.byCurrent) control.gain(CURRENT, NA_PER_HZ * this.#driveNow(t));
        },
        take: (chunk) => this.#take(chunk),
      },
      seen,
    );
  }

  recolour(): void {
    this.#raster.recolour();
  }

  draw(): boolean {
    return this.#raster.draw(this.time / DT, (WINDOW_S * 1000) / DT) > 0;
  }

  readings(): PoolReadings {
    const [read, unit] = [this.#readings, this.#unit];
    const { force, coherence } = read;
    const { course } = this.#acting;
    return {
      rates: read.rates(), thresholds: read.thresholds(this.#thresholdsIn), force, coherence, course: course && placeIn(course, this.time),
      history: read.history(8), spectrum: read.spectrum(HIGHEST_HZ),
      byForce: read.byForce([...examplesOf(this.#n), unit]), intervals: read.intervals(unit),
    }; // prettier-ignore
  }

  table(): Table {
    return spikeTable(this.#recent, this.#from, (unit) => unit + 1, "unit");
  }

  spikes(): SpikesOf[] {
    return [spikesOf(this.#recent, "aMN", { n: this.#n, from: this.#from, to: this.time })];
  }

  /** Where the raster begins, ms. */
  get #from(): number {
    return Math.max(0, this.time - 1000 * WINDOW_S);
  }

  record(): RunRecord {
    return this.#runner.record("aMN");
  }

  equations(): string[] {
    return this.#runner.equations();
  }

  #take(chunk: Chunk): void {
    const spikes = chunk.spikes("aMN");
    this.#readings.add(spikes, { mean: (t) => this.#meanDrive(t), now: (t) => this.#driveNow(t) });
    this.#raster.collect({ times: spikes.times, neurons: spikes.cells }, this.#runner.step);
    this.#recent.push(spikes.times, spikes.cells, this.time - 1000 * WINDOW_S);
  }

  /** Short where the engine keeps up; else as long as it advises, which knows what a submit costs beside its steps. */
  #pieceSteps(single: boolean): number {
    const short = Math.round(PIECE_MS / DT);
    const { pace } = this.#bench;
    const keepsUp = pace.speed <= 1 && pace.measured > 0.95 * pace.speed;
    return keepsUp || single || this.#acting.byCurrent ? short : Math.max(short, this.#runner.engine.stepsPerSubmit);
  }

  #apply(control: Control, t: number): void {
    const length = 1000 * this.#course.seconds;
    if (this.#placed !== undefined && t >= this.#placed.from + length) this.#changed = true; // its second round has begun
    if (!this.#changed) return;
    this.#changed = false;
    if (this.#courseWanted) [this.#placed, this.#rise] = [{ course: this.#course, from: t }, NO_RISE];
    else if (this.#placed !== undefined) {
      const rounds = Math.max(0, Math.floor((t - this.#placed.from) / length));
      this.#placed = { course: this.#course, from: this.#placed.from + rounds * length };
    }
    this.#courseWanted = false;
    if (this.#riseWanted !== undefined)
      this.#rise = { from: t, until: t + this.#riseWanted.ms, start: this.#riseWanted.start };
    this.#riseWanted = undefined;
    const s: PoolSettings = { ...this.#settings, course: this.#placed };
    this.#phase += (2 * Math.PI * (this.#acting.frequency - s.frequency) * t) / 1000; // the wave goes on without a jump
    this.#acting = s;
    const scale = scales(s);
    const silent = drive.constant(Hz(0));
    control.rate("DD", s.byCurrent ? silent : sharedRate(s, this.#phase, this.#rise));
    control.rate("IN", s.byCurrent ? silent : privateRate(s, this.#rise));
    control.rate(INHIBITION, drive.constant(Hz(s.inhibition)));
    control.scale(SHARED, scale.shared);
    control.scale(PRIVATE, scale.private);
    control.param("aMN", "dend.caL.gamma", one(s.gamma));
  }

  /** Rate of a descending axon at t (ms) without its oscillation, Hz. */
  #meanDrive(t: number): number {
    return this.#baseAt(t) * risenTo(this.#rise, t);
  }

  /** Without the rise, Hz. */
  #baseAt(t: number): number {
    const { rate, course } = this.#acting;
    return course === undefined ? rate : courseAt(course, t);
  }

  #driveNow(t: number): number {
    const { amplitude, frequency } = this.#acting;
    const wave = amplitude * Math.sin((2 * Math.PI * frequency * t) / 1000 + this.#phase);
    return Math.max(0, this.#baseAt(t) + wave) * risenTo(this.#rise, t);
  }
}

serve(
  async (bench, given, document) => {
    if (bench.drawing !== undefined) void rasterPipelines(bench.drawing); // while the network is compiled
    const settings = settingsOf(given);
    const pool = poolOf(given);
    const made = motorPool(pool, settings);
    const runner = await Runner.make(bench, made);
    const population = made.network.populations.find((p) => p.name === "aMN");
    if (population?.kind !== "cells") throw new Error("the network has no motor neurons");
    const ink = { colours: ["small-unit", "middle-unit", "large-unit"] };
    const raster =
      bench.drawing === undefined || runner.visible === undefined
        ? new PlainRaster(bench, "raster", pool.neurons, ink, DT)
        : await SpikeRaster.make(bench, bench.drawing, runner.visible, "raster", population, ink);
    const { course } = document as PoolDocument;
    return new PoolDemo(bench, runner, raster, { thresholds: made.thresholds, settings, course, drawn: given["shape"] === DRAWN, unit: (given["unit"] as number) - 1, thresholdsIn: given["thresholds"] as Thresholds["of"] }); // prettier-ignore
  },
  (given) => {
    // kernels do not depend on how many neurons there are
    const { network } = motorPool({ ...poolOf(given), neurons: 2 }, settingsOf(given));
    return async (device) => (await gpuEngine(network, device)).close();
  },
);
