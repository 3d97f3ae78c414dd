import type { OpenDevice } from "../../src/browser.ts";
import { DeviceCanvas } from "../site/canvas.ts";
import { DrawingBudget } from "../site/budget.ts";
import { Controls, type Specs } from "../site/controls.ts";
import { element, runPage, shareButton, type Running } from "../site/page.ts";
import { Plot } from "../site/plots.ts";
import { theme } from "../site/theme.ts";
import { DT } from "./network.ts";
import { SpikeRaster } from "../site/raster.ts";
import { PoolRun, type PoolSettings } from "./run.ts";

const WINDOW_S = 4;
const HIGHEST_HZ = 45; // of the spectrum

const SPECS = {
  rate: { kind: "range", label: "Drive", unit: "Hz", min: 0, max: 100, step: 1, value: 65, help: "Mean rate of each of 400 descending axons" },
  amplitude: { kind: "range", label: "Oscillation", unit: "Hz", min: 0, max: 60, step: 1, value: 0, help: "Amplitude of a sine on the drive" },
  frequency: { kind: "range", label: "Oscillation frequency", unit: "Hz", min: 0.5, max: 40, step: 0.5, value: 2 },
  private: { kind: "range", label: "Private input", unit: "%", min: 0, max: 50, step: 0.5, value: 1, help: "Share of the mean conductance; the rest is common to the pool" },
  gamma: { kind: "range", label: "Neuromodulation γ", min: 0, max: 1, step: 0.01, value: 0.2, help: "Persistent calcium current of the dendrites" },
  speed: { kind: "choice", label: "Speed", options: [[0.25, "a quarter of real time"], [1, "real time"], [100, "as fast as it goes"]], value: 1 },
  neurons: { kind: "range", label: "Neurons", min: 50, max: 800, step: 50, value: 800, restarts: true, byAdapter: true },
  range: { kind: "range", label: "Recruitment range", min: 5, max: 120, step: 5, value: 100, help: "Largest threshold over the smallest", restarts: true },
  seed: { kind: "range", label: "Seed", min: 1, max: 100, step: 1, value: 42, help: "Everything random follows from it", restarts: true },
} as const satisfies Specs<string>; // prettier-ignore
type Key = keyof typeof SPECS;

const controls = new Controls<Key>(element("controls"), SPECS);
const plots = {
  rates: new Plot(element("rates"), {
    series: [{ label: "rate", colour: "accent", points: true }],
    x: { label: "unit" },
    y: { label: "Hz", min: 0, soft: 25 },
  }),
  recruitment: new Plot(element("recruitment"), {
    series: [{ label: "drive", colour: "warm", points: true }],
    x: { label: "unit" },
    y: { label: "drive, Hz", min: 0, soft: 50 },
  }),
  force: new Plot(element("force-plot"), {
    series: [
      { label: "force", colour: "accent" },
      { label: "drive", colour: "warm", scale: "right", width: 1, dashed: true },
    ],
    x: { label: "s before now", range: [-8, 0] },
    y: { label: "% of tetanus", min: 0, soft: 10 },
    right: { label: "Hz", soft: 100 },
  }),
  spectrum: new Plot(element("spectrum"), {
    series: [{ label: "density", colour: "violet", fill: true }],
    x: { label: "Hz", range: [0, HIGHEST_HZ] },
    y: { label: "%²/Hz", log: [-4, 0] },
  }),
};

const settings = (): PoolSettings => ({
  rate: controls.get("rate"),
  amplitude: controls.get("amplitude"),
  frequency: controls.get("frequency"),
  privateShare: controls.get("private") / 100,
  gamma: controls.get("gamma"),
});

let run: PoolRun | undefined;
let raster: SpikeRaster | undefined;
let paused = false; // a restart keeps it
let stale = true; // the raster is to be drawn

theme(() => {
  raster?.recolour();
  stale = true;
  for (const plot of Object.values(plots)) plot.repaint();
});

/** 800 neurons want a graphics card; 200 show the same on a software adapter. */
function suitNeurons({ info }: OpenDevice): void {
  if (info.isFallback) controls.suit("neurons", 200);
}

async function start(open: OpenDevice): Promise<Running> {
  suitNeurons(open);
  const { device, info } = open;
  const pool = {
    neurons: controls.get("neurons"),
    range: controls.get("range"),
    seed: controls.get("seed"),
    gamma: controls.get("gamma"),
  };
  const made = await PoolRun.make(device, pool, settings());
  const canvas = new DeviceCanvas(device, element("raster"), () => (stale = true));
  const population = made.engine.network.populations.find((p) => p.name === "aMN");
  if (population?.kind !== "cells") throw new Error("the network has no motor neurons");
  const spikes = await SpikeRaster.make(made.engine, device, canvas, population, {
    colours: ["small-unit", "middle-unit", "large-unit"],
  });
  [run, raster] = [made, spikes];
  element("last-unit").textContent = String(pool.neurons);
  setSpeed();
  setPaused(paused);
  made.rise(0, 3000);
  const done = made.start((count, step) => {
    spikes.collect(count, step);
    stale = true;
  });
  const drawing = new Drawing(made, spikes, device.queue, info.isFallback);
  return {
    done,
    stop: async () => {
      drawing.stop();
      await made.stop();
      spikes.destroy();
      canvas.destroy();
    },
  };
}

/** Draws the raster with the screen, the plots a few times a second. */
class Drawing {
  readonly #run: PoolRun;
  readonly #raster: SpikeRaster;
  readonly #queue: GPUQueue;
  readonly #budget: DrawingBudget;
  readonly #plotInterval: number;
  #frame = 0;
  #marked = false;
  #turn = 0;
  #plotted = 0;
  #shown = -1; // model time of the plots
  #saidPaused = false;

  /** @param inSoftware  drawing and computing then share a processor: draw less often */
  constructor(made: PoolRun, spikes: SpikeRaster, queue: GPUQueue, inSoftware: boolean) {
    [this.#run, this.#raster, this.#queue] = [made, spikes, queue];
    this.#budget = new DrawingBudget(inSoftware ? 80 : 0);
    this.#plotInterval = inSoftware ? 150 : 80;
    this.#frame = requestAnimationFrame((now) => this.#tick(now));
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
  }

  #tick(now: number): void {
    this.#frame = requestAnimationFrame((next) => this.#tick(next));
    if (stale && this.#budget.due(now)) {
      stale = false;
      this.#budget.draw(this.#queue, () => this.#drawRaster()).catch(() => undefined); // a lost device is told elsewhere
    }
    this.#plot(now);
  }

  #drawRaster(): void {
    const spikes = this.#raster.draw(this.#run.time / DT, (WINDOW_S * 1000) / DT);
    document.body.dataset["frames"] = String(Number(document.body.dataset["frames"] ?? 0) + 1);
    if (spikes === 0 || this.#marked) return;
    this.#marked = true;
    performance.mark("first spike drawn");
  }

  #plot(now: number): void {
    if (now - this.#plotted < this.#plotInterval) return;
    if (this.#turn === 0 && this.#shown === this.#run.time && this.#run.pace.paused === this.#saidPaused) return;
    this.#plotted = now;
    if (this.#turn === 3) [this.#shown, this.#saidPaused] = [this.#run.time, this.#run.pace.paused];
    this.#turn = (this.#turn + 1) % 4; // one plot at a time keeps every task short
    if (this.#turn === 0) showRates(this.#run);
    if (this.#turn === 1) showForce(this.#run);
    if (this.#turn === 2) showRecruitment(this.#run);
    if (this.#turn === 3) showSpectrum(this.#run);
  }
}

const unitNumbers = (n: number): number[] => Array.from({ length: n }, (_, k) => k + 1);

function showRates({ readings, time, pace }: PoolRun): void {
  const rates = readings.rates();
  const firing = rates.reduce((count, hz) => count + (hz > 0 ? 1 : 0), 0);
  const mean = firing === 0 ? 0 : rates.reduce((sum, hz) => sum + hz, 0) / firing;
  plots.rates.set([unitNumbers(rates.length), Array.from(rates, (hz) => (hz > 0 ? hz : null))]);
  element("time").textContent = `${(time / 1000).toFixed(1)} s`;
  element("speed").textContent = pace.paused ? "paused" : `${pace.measured.toFixed(2)} × real time`;
  element("recruited").textContent = `${firing} of ${rates.length}`;
  element("rate").textContent = `${mean.toFixed(1)} Hz`;
  element("force").textContent = `${readings.force.toFixed(1)} %`;
  Object.assign(document.body.dataset, { modelMs: time.toFixed(1), firing: String(firing), rate: mean.toFixed(2) });
}

function showForce({ readings }: PoolRun): void {
  const { t, force, drive } = readings.history(8);
  plots.force.set([t, force, drive]);
}

function showRecruitment({ readings: { began } }: PoolRun): void {
  plots.recruitment.set([unitNumbers(began.length), Array.from(began, (hz) => (Number.isNaN(hz) ? null : hz))]);
}

function showSpectrum({ readings }: PoolRun): void {
  const { f, density } = readings.spectrum(HIGHEST_HZ);
  plots.spectrum.set([f, density]);
}

function setSpeed(): void {
  if (run === undefined) return;
  run.pace.speed = controls.get("speed");
  run.pace.again();
}

function setPaused(wanted: boolean): void {
  paused = wanted;
  element("pause").textContent = paused ? "Go on" : "Pause";
  if (run !== undefined) run.pace.paused = paused;
}

const page = runPage(start, () => {
  for (const plot of Object.values(plots)) plot.clear();
  for (const key of ["modelMs", "firing", "rate"]) delete document.body.dataset[key];
});
controls.onChange((key, restarts) => {
  if (restarts) void page.restart();
  else if (key === "speed") setSpeed();
  else if (run !== undefined) run.settings = settings();
});
element("pause").addEventListener("click", () => setPaused(!paused));
element("ramp").addEventListener("click", () => run?.rise(0, 5000));
element("defaults").addEventListener("click", () => controls.reset());
shareButton(() => controls.link());
