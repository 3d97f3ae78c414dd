import { hnnText, readHnn, type CortexColumn, type Drive } from "../../src/models/cortical-column/index.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import type { Control } from "../../src/run/control.ts";
import type { Settings, Table } from "../site/protocol.ts";
import { PlainRaster, SpikeRaster, type Raster } from "../site/raster.ts";
import { Runner } from "../site/runner.ts";
import { Recent, spikeTable } from "../site/recent.ts";
import type { RunRecord } from "../site/record.ts";
import { serve, type Bench, type Demo } from "../site/worker.ts";
import { ColumnDrawing, type Scene } from "./drawing.ts";
import { AS_PUBLISHED, DT, PRESETS, SAMPLE_MS, type ColumnDocument, type ColumnFacts, type ColumnReadings, type Recorded } from "./facts.ts"; // prettier-ignore
import { serveFit } from "./fitting.ts";
import { Moments, stronger } from "./moments.ts";
import { buildColumn, dipoleScale, type BuiltColumn, type ColumnSettings } from "./network.ts";
import { PlainDrawing } from "./plain-drawing.ts";
import { readRecorded, Recording } from "./recording.ts";
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
  readonly #moments: Moments;
  readonly #spikes: Record<string, number>;
  /** first row of the raster of each type. */
  readonly #rows = new Map<string, number>();
  /** spikes of the trial, by row of the raster. */
  readonly #all = new Recent();
  #strength: number;
  /** of the dipole, ms. */
  #window: number;
  /** by drive, on top of the page's. */
  #strengths: Readonly<Record<string, number>> = {};
  #recording: Recording | undefined;
  #changed = true;
  #view: View = FIRST_VIEW;
  #rasterDrawn = -Infinity;

  constructor(bench: Bench, built: BuiltColumn, runner: Runner, scene: Scene, raster: Raster, settings: Settings) {
    [this.#bench, this.#column, this.#smoothing, this.#runner] = [bench, built.column, built.smoothing, runner];
    [this.#scene, this.#raster] = [scene, raster];
    this.#moments = new Moments(built.column);
    [this.#strength, this.#window] = [settings["strength"] as number, this.#windowOf(settings)];
    let row = 0;
    for (const { name } of built.column.cellTypes) {
      this.#rows.set(name, row);
      row += built.column.layout.positions[name]?.length ?? 0;
    }
    this.#spikes = Object.fromEntries(built.column.cellTypes.map(({ name }) => [name, 0]));
  }

  get facts(): ColumnFacts {
    return {
      tstop: this.#column.tstop,
      cells: this.#column.layout.nCells,
      scale: this.#scale,
      drives: this.#column.drivesGiven,
    };
  }

  get time(): number {
    return this.#runner.time;
  }

  get finished(): boolean {
    return this.time >= this.#column.tstop - DT / 2;
  }

  set(settings: Settings): void {
    this.#window = this.#windowOf(settings);
    this.#strength = settings["strength"] as number;
    this.#changed = true;
  }

  act(what: string, value: unknown): void {
    if (what === "view") this.#view = value as View;
    if (what === "strengths") [this.#strengths, this.#changed] = [value as Readonly<Record<string, number>>, true];
    if (what === "recorded") this.#recording = value === undefined ? undefined : new Recording(value as Recorded, this.#samples); // prettier-ignore
  }

  answer(name: string, value: unknown): unknown {
    const { name: file, text } = (value ?? {}) as { name: string; text: string };
    if (name === "recorded") return readRecorded(text, file);
    if (name === "hnn") return hnnText({ ...this.#taken, drivesGiven: this.#strongDrives(this.#strength) });
    if (name === "link") return hnnText({ ...this.#taken, drivesGiven: this.#strongDrives(1) }); // which has the page's strength
    const { drives, mesh, notes } = readHnn(text, file);
    return { drives, mesh, notes };
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
    const { t, moment } = this.#moments.shown(this.#window, this.#scale);
    if (this.#recording === undefined) return { spikes: this.#spikes, dipole: { t, moment, recorded: undefined }, match: undefined }; // prettier-ignore
    const recorded = Array.from(this.#recording.values, (x) => (Number.isNaN(x) ? null : x));
    const all = recorded.map((_, k) => k * SAMPLE_MS);
    const match = this.#recording.match(moment);
    return { spikes: this.#spikes, dipole: { t: all, moment: all.map((_, k) => moment[k] ?? null), recorded }, match };
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

  get #samples(): number {
    return 1 + Math.round(this.#column.tstop / SAMPLE_MS);
  }

  /** What a file of HNN holds of the column. */
  get #taken(): Pick<CortexColumn, "cellTypes" | "rules" | "layout"> {
    const { cellTypes, rules, layout } = this.#column;
    return { cellTypes, rules, layout };
  }

  /** Drives with their strength, and all drives', in their weights. */
  #strongDrives(all: number): Drive[] {
    return this.#column.drivesGiven.map((drive) => stronger(drive, drive.kind === "tonic" ? 1 : (this.#strengths[drive.name] ?? 1) * all)); // prettier-ignore
  }

  #windowOf(settings: Settings): number {
    const wanted = settings["smoothing"] as number;
    return wanted === AS_PUBLISHED ? this.#smoothing.windowMs : wanted;
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
    this.#moments.take(chunk);
  }

  #apply(control: Control): void {
    if (!this.#changed) return;
    this.#changed = false;
    for (const [drive, names] of Object.entries(this.#column.driveProjections)) {
      for (const name of names) control.scale(name, this.#strength * (this.#strengths[drive] ?? 1));
    }
  }
}

/** What the page's numbers and its document say. */
const columnSettings = (settings: Settings, document: unknown): ColumnSettings => ({
  preset: PRESETS[settings["drive"] as number] ?? "evoked",
  mesh: settings["mesh"] as number,
  trial: settings["trial"] as number,
  document: document as ColumnDocument | undefined,
});

const demo = async (bench: Bench, settings: Settings, document: unknown): Promise<Demo> => {
  const built = buildColumn(columnSettings(settings, document));
  const runner = await Runner.make(bench, built);
  const shape = columnShape(built.column);
  const { types } = shape;
  let cells = 0;
  const ends = types.map((t) => (cells += t.cells));
  const ink = { colours: types.map((t) => TYPE_COLOURS[t.name] ?? "ink"), ends };
  if (bench.drawing === undefined || runner.visible === undefined) {
    const scene = new PlainDrawing(bench, shape, (name) => runner.states(name));
    return new ColumnDemo(bench, built, runner, scene, new PlainRaster(bench, "raster", cells, ink, DT), settings);
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
  return new ColumnDemo(bench, built, runner, scene, raster, settings);
};

// one script for both: what the browser has loaded for the page's simulation it does not load again for a fit
if (self.name === "fit") serveFit(columnSettings);
else serve(demo);
