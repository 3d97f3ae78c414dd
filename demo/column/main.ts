import type { OpenDevice } from "../../src/browser.ts";
import { DeviceCanvas } from "../site/canvas.ts";
import { DrawingBudget } from "../site/budget.ts";
import { Controls, type Specs } from "../site/controls.ts";
import { element, runPage, shareButton, type Running } from "../site/page.ts";
import { Plot } from "../site/plots.ts";
import { SpikeRaster } from "../site/raster.ts";
import { theme } from "../site/theme.ts";
import { OrbitCamera } from "./camera.ts";
import { ColumnDrawing } from "./drawing.ts";
import { DT, HIGHEST_STRENGTH, PRESETS } from "./network.ts";
import { ColumnRun } from "./run.ts";
import { columnShape } from "./shape.ts";

const TYPE_COLOURS: Readonly<Record<string, string>> = {
  L2_basket: "l2-basket",
  L2_pyramidal: "l2-pyramidal",
  L5_basket: "l5-basket",
  L5_pyramidal: "l5-pyramidal",
};

const SPECS = {
  strength: { kind: "range", label: "Drive strength", unit: "×", min: 0, max: HIGHEST_STRENGTH, step: 0.05, value: 1, help: "Factor on the weights of the drive's synapses" },
  speed: { kind: "choice", label: "Speed", options: [[0.002, "2 ms a second"], [0.005, "5 ms a second"], [0.02, "20 ms a second"], [0.1, "100 ms a second"], [1, "real time"], [1000, "as fast as it goes"]], value: 0.02 },
  drive: { kind: "choice", label: "Drive", options: PRESETS.map((name, k) => [k, name] as const), value: 0, restarts: true },
  mesh: { kind: "range", label: "Cells along a side", min: 2, max: 10, step: 1, value: 6, help: "Pyramidal cells of each layer; the published column has 10", restarts: true, byAdapter: true },
  trial: { kind: "range", label: "Trial", min: 0, max: 20, step: 1, value: 0, help: "Other times of the drive's events", restarts: true },
} as const satisfies Specs<string>; // prettier-ignore
type Key = keyof typeof SPECS;

const controls = new Controls<Key>(element("controls"), SPECS);
const dipole = new Plot(element("dipole"), {
  series: [{ label: "dipole", colour: "violet" }],
  x: { label: "ms" },
  y: { label: "nAm × scale" },
});

let run: ColumnRun | undefined;
let raster: SpikeRaster | undefined;
let drawing: ColumnDrawing | undefined;
let stale = true; // the scene is to be drawn
let paused = false; // a restart keeps it
let ended = false; // the trial is over

theme(() => {
  raster?.recolour();
  drawing?.recolour();
  dipole.repaint();
  stale = true;
});

/** The published 235 cells want a graphics card. */
function suitMesh({ info }: OpenDevice): void {
  if (info.isFallback) controls.suit("mesh", 3);
}

async function start(open: OpenDevice): Promise<Running> {
  suitMesh(open);
  showPreset();
  const { device, info } = open;
  await new Promise((resolve) => setTimeout(resolve)); // lets the page show before the network is built
  const settings = {
    preset: PRESETS[controls.get("drive")] ?? "evoked",
    mesh: controls.get("mesh"),
    trial: controls.get("trial"),
  };
  const made = await ColumnRun.make(device, settings, controls.get("strength"));
  const { engine, column } = made;
  const { types, centre, height } = columnShape(column);
  const scene = element<HTMLCanvasElement>("scene");
  const sceneCanvas = new DeviceCanvas(device, scene, () => (stale = true));
  const camera = new OrbitCamera(scene, centre, height, () => (stale = true));
  drawing = await ColumnDrawing.make(device, sceneCanvas, camera, engine, types, info.isFallback ? 1 : 4);
  const rasterCanvas = new DeviceCanvas(device, element("raster"), () => (stale = true));
  let cells = 0;
  const ends = types.map((t) => (cells += t.cells));
  const ink = { colours: types.map((t) => TYPE_COLOURS[t.name] ?? "ink"), ends };
  raster = await SpikeRaster.make(engine, device, rasterCanvas, { firstSource: 0, n: cells }, ink);
  run = made;
  element("last-cell").textContent = String(cells);
  element("window-to").textContent = `${column.tstop} ms`;
  dipole.reach(0, column.tstop);
  element("dipole-scale").textContent = `nAm × ${Math.round(made.scale)}`;
  setSpeed();
  setEnded(false);
  setPaused(paused);
  const spikes = raster;
  const done = made.start((count, step) => {
    spikes.collect(count, step);
    stale = true;
  });
  const showing = new Showing(made, drawing, spikes, device.queue, info.isFallback ? 120 : 0);
  const owned = [drawing, spikes, sceneCanvas, rasterCanvas, camera];
  return {
    done,
    stop: async () => {
      showing.stop();
      await made.stop();
      for (const one of owned) one.destroy();
    },
  };
}

/** Draws the scene with the screen when something changed, raster and plot less often. */
class Showing {
  readonly #run: ColumnRun;
  readonly #scene: ColumnDrawing;
  readonly #raster: SpikeRaster;
  readonly #queue: GPUQueue;
  readonly #budget: DrawingBudget;
  #frame: number;
  #plotted = 0;

  /** @param least  ms between two drawings */
  constructor(made: ColumnRun, scene: ColumnDrawing, spikes: SpikeRaster, queue: GPUQueue, least: number) {
    [this.#run, this.#scene, this.#raster, this.#queue] = [made, scene, spikes, queue];
    this.#budget = new DrawingBudget(least);
    this.#frame = requestAnimationFrame((now) => this.#tick(now));
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
  }

  #tick(now: number): void {
    this.#frame = requestAnimationFrame((next) => this.#tick(next));
    if (this.#run.finished && !ended) setEnded(true);
    if (!stale || !this.#budget.due(now)) return;
    stale = false;
    this.#budget.draw(this.#queue, () => this.#draw(now)).catch(() => undefined); // a lost device is told elsewhere
  }

  #draw(now: number): void {
    this.#scene.draw();
    document.body.dataset["frames"] = String(Number(document.body.dataset["frames"] ?? 0) + 1);
    if (now - this.#plotted < 150 && !this.#run.finished) return;
    this.#plotted = now;
    const steps = this.#run.column.tstop / DT;
    this.#raster.draw(steps, steps);
    const { t, moment } = this.#run.dipole();
    dipole.set([t, moment]);
    showState(this.#run);
  }
}

function showState({ time, column, spikes, pace, finished }: ColumnRun): void {
  const total = Object.values(spikes).reduce((sum, n) => sum + n, 0);
  element("time").textContent = `${time.toFixed(1)} of ${column.tstop} ms`;
  element("speed").textContent = finished
    ? "finished"
    : pace.paused
      ? "paused"
      : `${(1000 * pace.measured).toFixed(1)} ms a second`;
  element("cells").textContent = String(column.layout.nCells);
  element("spikes").textContent = Object.entries(spikes)
    .map(([name, n]) => `${name.replace("_", " ")} ${n}`)
    .join(", ");
  Object.assign(document.body.dataset, { modelMs: time.toFixed(3), spikes: String(total), finished: String(finished) });
}

function showPreset(): void {
  for (const [k, name] of PRESETS.entries()) {
    element(`preset-${name}`).setAttribute("aria-pressed", String(controls.get("drive") === k));
  }
}

function setSpeed(): void {
  if (run === undefined) return;
  run.pace.speed = controls.get("speed");
  run.pace.again();
}

/** After a trial the first button plays it again. */
function setEnded(now: boolean): void {
  ended = now;
  showButton();
}

function showButton(): void {
  element("pause").textContent = ended ? "Replay" : paused ? "Go on" : "Pause";
}

function replay(): void {
  paused = false;
  void page.restart();
}

function setPaused(wanted: boolean): void {
  paused = wanted;
  showButton();
  if (run !== undefined) run.pace.paused = paused;
}

const page = runPage(start, () => {
  dipole.clear();
  for (const key of ["modelMs", "spikes", "finished"]) delete document.body.dataset[key];
});
controls.onChange((key, restarts) => {
  if (restarts) void page.restart();
  else if (key === "speed") setSpeed();
  else if (ended)
    replay(); // with the new strength
  else if (run !== undefined) run.strength = controls.get("strength");
});
for (const [k, name] of PRESETS.entries())
  element(`preset-${name}`).addEventListener("click", () => controls.put("drive", k));
element("pause").addEventListener("click", () => (ended ? replay() : setPaused(!paused)));
element("again").addEventListener("click", () => void page.restart());
element("defaults").addEventListener("click", () => controls.reset());
shareButton(() => controls.link());
