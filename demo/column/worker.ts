import "../site/early.ts";
import { makeAhead } from "../../src/gpu/kernels.ts";
import { hnnText, readHnn, type CortexColumn, type Drive } from "../../src/models/cortical-column/index.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import type { Control } from "../../src/run/control.ts";
import type { Settings, Table } from "../site/protocol.ts";
import { drawHeat, largest } from "../site/heat.ts";
import { PlainRaster } from "../site/plain-raster.ts";
import { rasterPipelines, SpikeRaster, type Raster } from "../site/raster.ts";
import { Runner } from "../site/runner.ts";
import type { SpikesOf } from "../site/nwb-worker.ts";
import { Recent, spikesOf, spikeTable } from "../site/recent.ts";
import type { RunRecord } from "../site/record.ts";
import { serve, type Bench, type Demo } from "../site/worker.ts";
import { ColumnDrawing, SCENE, type Scene } from "./drawing.ts";
import { AS_PUBLISHED, DT, FIELD_MS, PRESETS, SAMPLE_MS, type ColumnDocument, type ColumnFacts, type ColumnReadings, type Place, type Recorded } from "./facts.ts"; // prettier-ignore
import { Field, PROBE } from "./field.ts";
import { serveFit } from "./fitting.ts";
import { Moments, stronger } from "./moments.ts";
import { buildColumn, dipoleScale, type BuiltColumn, type ColumnSettings } from "./network.ts";
import { pick } from "./pick.ts";
import { PlainDrawing } from "./plain-drawing.ts";
import { readRecorded, Recording } from "./recording.ts";
import { FREQUENCIES, spectrogramOf, spectrumOf } from "./rhythms.ts";
import { columnShape, type ColumnShape } from "./shape.ts";
import { FIRST_VIEW, type View } from "./view.ts";
import { serveTrials } from "./trying.ts";
import { Watched } from "./watched.ts";

/** Steps of the shortest piece. */
const LEAST_STEPS = Math.round(SAMPLE_MS / DT);
/** Pieces a second of slow motion. */
const FRAMES = 30;
/** between two drawings of the raster, ms. */
const RASTER_MS = 150;
/** of the dipole that come between two drawings of the maps over time. */
const MAP_SAMPLES = 20;

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
  readonly #shape: ColumnShape;
  readonly #field: Field | undefined;
  readonly #watched: Watched | undefined;
  /** of the field that is drawn. */
  #density: readonly Float64Array[] = [];
  #mapped = -1; // samples of the maps that are drawn

  constructor(
    bench: Bench,
    built: BuiltColumn,
    runner: Runner,
    drawn: Drawn,
    settings: Settings,
    place: Place | undefined,
  ) {
    [this.#bench, this.#column, this.#smoothing, this.#runner] = [bench, built.column, built.smoothing, runner];
    [this.#scene, this.#raster, this.#shape] = [drawn.scene, drawn.raster, drawn.shape];
    this.#field = settings["field"] === 1 ? new Field(built.column) : undefined;
    this.#watched = place && new Watched(built.column, place);
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
      places: Object.fromEntries(
        this.#shape.types.map((t) => [t.name, { cells: t.cells, sections: [...new Set(t.sections)] }]),
      ),
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
    if (name === "pick") return pick(this.#shape, this.#view, value as Record<"x" | "y" | "width" | "height", number>);
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
    [this.#rasterDrawn, this.#mapped] = [-Infinity, -1];
  }

  draw(): boolean {
    if (this.#bench.shows(SCENE)) this.#scene.draw(this.#view);
    const now = performance.now();
    if (now - this.#rasterDrawn < RASTER_MS && !this.finished && !this.#bench.pace.paused) return false;
    this.#rasterDrawn = now;
    this.#drawMaps();
    const steps = this.#column.tstop / DT;
    return this.#raster.draw(steps, steps) > 0;
  }

  readings(): ColumnReadings {
    const { t, moment, L2, L5 } = this.#moments.shown(this.#window, this.#scale);
    const beside = { layers: { t, L2, L5 }, spectrum: spectrumOf(moment), density: largest(this.#density), watched: this.#watched?.readings }; // prettier-ignore
    if (this.#recording === undefined) return { ...beside, spikes: this.#spikes, dipole: { t, moment, recorded: undefined }, match: undefined }; // prettier-ignore
    const recorded = Array.from(this.#recording.values, (x) => (Number.isNaN(x) ? null : x));
    const all = recorded.map((_, k) => k * SAMPLE_MS);
    const match = this.#recording.match(moment);
    return {
      ...beside,
      spikes: this.#spikes,
      dipole: { t: all, moment: all.map((_, k) => moment[k] ?? null), recorded },
      match,
    };
  }

  table(canvas: string): Table | undefined {
    if (canvas === "raster") return spikeTable(this.#all, 0, (row) => row + 1, "row");
    const [rows, names, every] =
      canvas === "csd"
        ? ([
            this.#densityNow,
            this.#densityNow.map((_, k) => `at ${PROBE.from + k * PROBE.spacing} um (mV/mm2)`),
            FIELD_MS,
          ] as const)
        : ([this.#spectrogram, FREQUENCIES.map((f) => `${f} Hz ((nAm × scale)2)`), SAMPLE_MS] as const);
    return {
      names: ["ms", ...names.slice(0, rows.length)],
      columns: [Float64Array.from(rows[0] ?? [], (_, k) => k * every), ...rows],
    };
  }

  spikes(): SpikesOf[] {
    return Array.from(this.#rows, ([name, first]) =>
      spikesOf(this.#all, name, { first, n: this.#column.layout.positions[name]?.length ?? 0, from: 0, to: this.time }),
    );
  }

  record(): RunRecord {
    return this.#runner.record("L5_pyramidal");
  }

  equations(): string[] {
    return this.#runner.equations();
  }

  get #spectrogram(): readonly Float64Array[] {
    return spectrogramOf(this.#moments.shown(this.#window, this.#scale).moment);
  }

  get #densityNow(): readonly Float64Array[] {
    return this.#field === undefined || this.#field.samples === 0 ? [] : this.#field.density();
  }

  #drawSpectrogram(): void {
    const power = this.#spectrogram;
    drawHeat(this.#bench, "spectrogram", { rows: [...power].reverse(), samples: this.#samples, full: largest(power), inks: ["violet", "violet"], smooth: true }); // prettier-ignore
  }

  /** Maps over time, when there is much that they do not show yet. */
  #drawMaps(): void {
    const done = this.finished || this.#bench.pace.paused;
    if (this.#mapped >= 0 && this.#moments.samples < this.#mapped + (done ? 1 : MAP_SAMPLES)) return;
    this.#mapped = this.#moments.samples;
    if (this.#bench.shows("spectrogram")) this.#drawSpectrogram();
    if (!this.#bench.shows("csd")) return;
    this.#density = this.#densityNow;
    drawHeat(this.#bench, "csd", { rows: [...this.#density].reverse(), samples: 1 + Math.round(this.#column.tstop / FIELD_MS), full: largest(this.#density), inks: ["large-unit", "small-unit"], smooth: true }); // prettier-ignore
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
    this.#field?.take(chunk);
    this.#watched?.take(chunk);
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
  field: settings["field"] === 1,
});

interface Drawn {
  readonly scene: Scene;
  readonly raster: Raster;
  readonly shape: ColumnShape;
}

const demo = async (bench: Bench, settings: Settings, document: unknown): Promise<Demo> => {
  if (bench.drawing !== undefined) void rasterPipelines(bench.drawing); // while the network is compiled
  const built = buildColumn(columnSettings(settings, document));
  const runner = await Runner.make(bench, built);
  const shape = columnShape(built.column);
  const place = (document as ColumnDocument | undefined)?.watched;
  const { types } = shape;
  let cells = 0;
  const ends = types.map((t) => (cells += t.cells));
  const ink = { colours: types.map((t) => TYPE_COLOURS[t.name] ?? "ink"), ends };
  if (bench.drawing === undefined || runner.visible === undefined) {
    const scene = new PlainDrawing(bench, shape, (name) => runner.states(name));
    const raster = new PlainRaster(bench, "raster", cells, ink, DT);
    return new ColumnDemo(bench, built, runner, { scene, raster, shape }, settings, place);
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
  return new ColumnDemo(bench, built, runner, { scene, raster, shape }, settings, place);
};

// one script for all: what the browser has loaded for the page's simulation it does not load again for a fit or trials
if (self.name === "fit") serveFit(columnSettings);
else if (self.name === "trials") serveTrials(columnSettings);
else serve(demo, () => (device) => makeAhead(device, ["begin", "deliver"]));
