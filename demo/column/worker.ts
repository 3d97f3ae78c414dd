import { correctedDipole, smoothedDipole, type CortexColumn } from "../../src/models/cortical-column/index.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import type { Control } from "../../src/run/control.ts";
import type { Settings, Table } from "../site/protocol.ts";
import { PlainRaster, SpikeRaster, type Raster } from "../site/raster.ts";
import { Runner } from "../site/runner.ts";
import { Recent, spikeTable } from "../site/recent.ts";
import type { RunRecord } from "../site/record.ts";
import { serve, type Bench, type Demo } from "../site/worker.ts";
import { ColumnDrawing, type Scene } from "./drawing.ts";
import { DT, PRESETS, SAMPLE_MS, type ColumnFacts, type ColumnReadings } from "./facts.ts";
import { buildColumn, dipoleScale, type BuiltColumn } from "./network.ts";
import { PlainDrawing } from "./plain-drawing.ts";
import { columnShape } from "./shape.ts";
import { FIRST_VIEW, type View } from "./view.ts";

/** Steps of the shortest piece. */
const LEAST_STEPS = Math.round(SAMPLE_MS / DT);
/** Pieces a second of slow motion. */
const FRAMES = 30;
/** between two drawings of the raster, ms. */
const RASTER_MS = 150;

const TYPE_COLOURS: Readonly<Record<string, string>> = {
  L2_basket: "l2-basket",
  L2_pyramidal: "l2-pyramidal",
  L5_basket: "l5-basket",
  L5_pyramidal: "l5-pyramidal",
};

/** A column that runs to the end of its trial. */
class ColumnDemo implements Demo {
  readonly #bench: Bench;
  readonly #runner: Runner;
  readonly #column: CortexColumn;
  readonly #smoothing: BuiltColumn["smoothing"];
  readonly #scene: Scene;
  readonly #raster: Raster;
  /** moments of both layers, fAm, every SAMPLE_MS. */
  readonly #raw: { tMs: number[]; L2: number[]; L5: number[] } = { tMs: [], L2: [], L5: [] };
  readonly #spikes: Record<string, number>;
  /** first row of the raster of each type. */
  readonly #rows = new Map<string, number>();
  /** spikes of the trial, by row of the raster. */
  readonly #all = new Recent();
  #strength: number;
  #changed = true;
  #view: View = FIRST_VIEW;
  #rasterDrawn = -Infinity;

  constructor(bench: Bench, built: BuiltColumn, runner: Runner, scene: Scene, raster: Raster, strength: number) {
    [this.#bench, this.#column, this.#smoothing, this.#runner] = [bench, built.column, built.smoothing, runner];
    [this.#scene, this.#raster, this.#strength] = [scene, raster, strength];
    let row = 0;
    for (const { name } of built.column.cellTypes) {
      this.#rows.set(name, row);
      row += built.column.layout.positions[name]?.length ?? 0;
    }
    this.#spikes = Object.fromEntries(built.column.cellTypes.map(({ name }) => [name, 0]));
  }

  get facts(): ColumnFacts {
    return { tstop: this.#column.tstop, cells: this.#column.layout.nCells, scale: this.#scale };
  }

  get time(): number {
    return this.#runner.time;
  }

  get finished(): boolean {
    return this.time >= this.#column.tstop - DT / 2;
  }

  set(settings: Settings): void {
    this.#strength = settings["strength"] as number;
    this.#changed = true;
  }

  act(what: string, value: unknown): void {
    if (what === "view") this.#view = value as View;
  }

  start(seen: () => void): Promise<void> {
    return this.#runner.run(
      {
        end: Math.round(this.#column.tstop / DT),
        steps: (single) => this.#pieceSteps(single),
        before: (control) => this.#apply(control),
        take: (chunk) => this.#take(chunk),
        states: this.#bench.drawing === undefined,
      },
      seen,
    );
  }

  recolour(): void {
    this.#scene.recolour();
    this.#raster.recolour();
    this.#rasterDrawn = -Infinity;
  }

  draw(): boolean {
    this.#scene.draw(this.#view);
    const now = performance.now();
    if (now - this.#rasterDrawn < RASTER_MS && !this.finished && !this.#bench.pace.paused) return false;
    this.#rasterDrawn = now;
    const steps = this.#column.tstop / DT;
    return this.#raster.draw(steps, steps) > 0;
  }

  readings(): ColumnReadings {
    return { spikes: this.#spikes, dipole: this.#dipole() };
  }

  table(canvas: string): Table | undefined {
    return canvas === "raster" ? spikeTable(this.#all, (row) => row + 1, "row") : undefined;
  }

  record(): RunRecord {
    return this.#runner.record("L5_pyramidal");
  }

  equations(): string[] {
    return this.#runner.equations();
  }

  /** Dipole moment, nAm times the scale by which it is usually shown. */
  #dipole(): ColumnReadings["dipole"] {
    const { tMs, L2, L5 } = this.#raw;
    if (tMs.length < 2) return { t: [], moment: [] };
    const cells = this.#column.layout.positions["L5_pyramidal"]?.length ?? 0;
    const corrected = correctedDipole({ tMs, L2, L5 }, cells);
    const { windowMs } = this.#smoothing;
    const shown = windowMs > 0 && tMs.length * SAMPLE_MS > windowMs ? smoothedDipole(corrected, windowMs) : corrected;
    return { t: tMs, moment: Array.from(shown.agg, (x) => x * this.#scale) };
  }

  /** The usual factor stands for so many columns of 100 pyramidal cells a layer; a smaller mesh stands for as many cells. */
  get #scale(): number {
    return dipoleScale(this.#smoothing.scale, this.#column.layout.positions["L5_pyramidal"]?.length ?? 0);
  }

  /** As long as the engine advises, which knows what a submit costs beside its steps, but short enough to show slow motion smoothly. */
  #pieceSteps(single: boolean): number {
    if (single) return LEAST_STEPS;
    const smooth = Math.floor((this.#bench.pace.speed * 1000) / FRAMES / DT);
    const steps = Math.min(this.#runner.engine.stepsPerSubmit, smooth);
    return LEAST_STEPS * Math.max(1, Math.floor(steps / LEAST_STEPS));
  }

  #take(chunk: Chunk): void {
    const [times, neurons]: [number[], number[]] = [[], []];
    for (const [name, row] of this.#rows) {
      const spikes = chunk.spikes(name);
      this.#spikes[name] = (this.#spikes[name] ?? 0) + spikes.times.length;
      times.push(...spikes.times);
      neurons.push(...Array.from(spikes.cells, (cell) => row + cell));
    }
    this.#raster.collect({ times, neurons }, this.#runner.step);
    this.#all.push(times, neurons, 0);
    const [L2, L5] = ["L2_pyramidal", "L5_pyramidal"].map((name) => chunk.trace(name, "dipole"));
    if (L2 === undefined || L5 === undefined) return;
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
  }

  #apply(control: Control): void {
    if (!this.#changed) return;
    this.#changed = false;
    for (const names of Object.values(this.#column.driveProjections)) {
      for (const name of names) control.scale(name, this.#strength);
    }
  }
}

serve(async (bench, settings) => {
  const built = buildColumn({
    preset: PRESETS[settings["drive"] as number] ?? "evoked",
    mesh: settings["mesh"] as number,
    trial: settings["trial"] as number,
  });
  const runner = await Runner.make(bench, built);
  const shape = columnShape(built.column);
  const { types } = shape;
  let cells = 0;
  const ends = types.map((t) => (cells += t.cells));
  const ink = { colours: types.map((t) => TYPE_COLOURS[t.name] ?? "ink"), ends };
  const strength = settings["strength"] as number;
  if (bench.drawing === undefined || runner.visible === undefined) {
    const scene = new PlainDrawing(bench, shape, (name) => runner.states(name));
    return new ColumnDemo(bench, built, runner, scene, new PlainRaster(bench, "raster", cells, ink, DT), strength);
  }
  const scene = await ColumnDrawing.make(bench, bench.drawing, runner.visible, shape);
  const raster = await SpikeRaster.make(
    bench,
    bench.drawing,
    runner.visible,
    "raster",
    { firstSource: 0, n: cells },
    ink,
  );
  return new ColumnDemo(bench, built, runner, scene, raster, strength);
});
