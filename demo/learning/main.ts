import type { OpenDevice } from "../../src/browser.ts";
import { Controls, type Specs } from "../site/controls.ts";
import { element, runPage, shareButton, type Running } from "../site/page.ts";
import { Plot } from "../site/plots.ts";
import { theme } from "../site/theme.ts";
import { drawEigenvalues, drawSpikes, drawWeights, type Eigenvalues } from "./drawings.ts";
import { phaseOf } from "./network.ts";
import { LearningRun } from "./run.ts";

const SPECS = {
  speed: { kind: "choice", label: "Speed", options: [[0.1, "a tenth of real time"], [1, "real time"], [1000, "as fast as it goes"]], value: 1000 },
  qif: { kind: "range", label: "QIF neurons", unit: "%", min: 0, max: 100, step: 5, value: 50, help: "The rest are leaky integrate-and-fire neurons", restarts: true },
  noise: { kind: "range", label: "Noise", min: 0, max: 3, step: 0.1, value: 1, help: "Amplitude, in units of the notebook's", restarts: true },
  loops: { kind: "range", label: "Loops of learning", min: 1, max: 30, step: 1, value: 10, restarts: true },
  neurons: { kind: "range", label: "Neurons", min: 60, max: 240, step: 20, value: 200, restarts: true, byAdapter: true },
  seed: { kind: "range", label: "Seed", min: 1, max: 100, step: 1, value: 1, restarts: true },
} as const satisfies Specs<string>; // prettier-ignore
type Key = keyof typeof SPECS;

const controls = new Controls<Key>(element("controls"), SPECS);
const outputs = Array.from({ length: 6 }, (_, k) => {
  const series = [
    { label: "target", colour: "warm", width: 2, dashed: true },
    { label: "output", colour: "accent", width: 1 },
  ];
  return new Plot(element(`output-${k}`), {
    series,
    x: { label: "ms of the loop" },
    y: { label: "input", soft: 1 },
    height: 150,
  });
});
const error = new Plot(element("error"), {
  series: [{ label: "error", colour: "violet" }],
  x: { label: "loop" },
  y: { label: "rms error", log: [-1, 1] },
});

let run: LearningRun | undefined;
let weights: Float64Array | undefined;
let eigenvalues: Eigenvalues | undefined;
let paused = false; // a restart keeps it
let ended = false; // all loops are over

theme(() => {
  for (const plot of [...outputs, error]) plot.repaint();
  paintMatrix();
});

function paintMatrix(): void {
  if (run !== undefined && weights !== undefined) drawWeights(element("weights"), run.readings.entry, weights);
  if (eigenvalues !== undefined) drawEigenvalues(element("eigenvalues"), eigenvalues);
}

/** 200 neurons want a graphics card; 100 learn as well and cost an eighth. */
function suitNeurons({ info }: OpenDevice): void {
  if (info.isFallback) controls.suit("neurons", 100);
}

async function start(open: OpenDevice): Promise<Running> {
  suitNeurons(open);
  const made = await LearningRun.make(open.device, {
    neurons: controls.get("neurons"),
    qif: controls.get("qif") / 100,
    noise: controls.get("noise"),
    loops: controls.get("loops"),
    seed: controls.get("seed"),
  });
  [run, weights, eigenvalues] = [made, undefined, undefined];
  made.readings.chosen.forEach((i, k) => {
    const kind = i < made.readings.entry.nqif ? "QIF" : "LIF";
    element(`output-${k}-name`).textContent = `Neuron ${i + 1}, ${kind}`;
  });
  setSpeed();
  setEnded(false);
  setPaused(paused);
  const done = made.start();
  const showing = new Showing(made, open.info.isFallback);
  return {
    done,
    stop: async () => {
      showing.stop();
      await made.stop();
    },
  };
}

/** Shows one thing at a time, so that every task stays short. */
class Showing {
  readonly #run: LearningRun;
  readonly #worker = new Worker(new URL("./eigen-worker.ts", import.meta.url), { type: "module" });
  readonly #matrixEvery: number; // ms between two looks at the weights
  #turn = 0;
  #shown = -1; // step
  #timer: ReturnType<typeof setInterval>;
  #asked = -Infinity;
  #busy = false;

  /** @param inSoftware  drawing and computing then share a processor: draw less often */
  constructor(made: LearningRun, inSoftware: boolean) {
    this.#run = made;
    this.#matrixEvery = inSoftware ? 4000 : 1000;
    this.#timer = setInterval(() => this.#show(), inSoftware ? 100 : 50);
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Eigenvalues>) => {
      eigenvalues = data;
      drawEigenvalues(element("eigenvalues"), data);
      this.#busy = false;
    });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#worker.terminate();
  }

  #show(): void {
    const { compiled, readings, finished } = this.#run;
    if (finished && !ended) setEnded(true);
    if (paused && this.#shown === readings.step && this.#turn === 8) return; // all of it stands on the page
    if (this.#turn === 8) this.#shown = readings.step;
    const { stepsPerLoop } = compiled.schedule;
    this.#turn = (this.#turn + 1) % 9;
    if (this.#turn < 6) this.#showOutput(this.#turn);
    if (this.#turn === 6) error.set([readings.error.loop, readings.error.rms]);
    if (this.#turn === 7)
      drawSpikes(element("spikes"), readings.spikes, compiled.n, readings.entry.nqif, readings.step % stepsPerLoop);
    if (this.#turn === 8) this.#showState();
    const now = performance.now();
    if (!this.#busy && now - this.#asked > this.#matrixEvery && !this.#run.pace.paused) void this.#look(now);
  }

  #showOutput(k: number): void {
    const { readings, compiled } = this.#run;
    const { stepsPerLoop } = compiled.schedule;
    const steps = Array.from({ length: stepsPerLoop / 4 }, (_, s) => 4 * s);
    const output = readings.output[k];
    outputs[k]?.set([
      steps.map((s) => s * readings.stepMs),
      steps.map((s) => readings.target(k, s)),
      steps.map((s) => {
        const v = output?.[s] ?? NaN;
        return Number.isNaN(v) ? null : v;
      }),
    ]);
  }

  #showState(): void {
    const { compiled, readings, pace, finished } = this.#run;
    const { loops, stepsPerLoop } = compiled.schedule;
    const loop = Math.min(loops - 1, Math.floor(readings.step / stepsPerLoop));
    const rms = readings.error.rms.at(-1);
    element("loop").textContent = `${loop + 1} of ${loops}`;
    element("phase").textContent = finished ? "finished" : phaseOf(compiled, loop);
    element("error-now").textContent = rms === undefined ? "–" : rms.toFixed(3);
    element("rate").textContent = `${readings.rate.toFixed(1)} Hz`;
    element("speed").textContent = finished || pace.paused ? "–" : `${pace.measured.toFixed(2)} × real time`;
    Object.assign(document.body.dataset, {
      step: String(readings.step),
      rms: String(rms ?? ""),
      rate: readings.rate.toFixed(3),
    });
  }

  async #look(now: number): Promise<void> {
    this.#busy = true;
    this.#asked = this.#run.finished ? Infinity : now;
    const w = await this.#run.weights();
    weights = w;
    const { readings, compiled } = this.#run;
    drawWeights(element("weights"), readings.entry, w);
    const dense = new Float64Array(compiled.n ** 2);
    const { rowPtr, colIdx } = readings.entry;
    for (let i = 0; i < compiled.n; i++) {
      for (let a = rowPtr[i] as number; a < (rowPtr[i + 1] as number); a++)
        dense[i * compiled.n + (colIdx[a] as number)] = w[a] as number;
    }
    this.#worker.postMessage({ n: compiled.n, dense }, [dense.buffer]);
  }
}

function setSpeed(): void {
  if (run === undefined) return;
  run.pace.speed = controls.get("speed");
  run.pace.again();
}

/** After the last loop the first button plays all again. */
function setEnded(now: boolean): void {
  ended = now;
  showButton();
}

function showButton(): void {
  element("pause").textContent = ended ? "Replay" : paused ? "Go on" : "Pause";
}

function setPaused(wanted: boolean): void {
  paused = wanted;
  showButton();
  if (run !== undefined) run.pace.paused = paused;
}

const page = runPage(start, () => {
  for (const plot of [...outputs, error]) plot.clear();
  for (const id of ["spikes", "weights", "eigenvalues"]) element<HTMLCanvasElement>(id).width = 1;
  [run, weights, eigenvalues] = [undefined, undefined, undefined];
  for (const key of ["step", "rms", "rate"]) delete document.body.dataset[key];
});
controls.onChange((_, restarts) => {
  if (restarts) void page.restart();
  else setSpeed();
});
element("pause").addEventListener("click", () => {
  if (!ended) return setPaused(!paused);
  paused = false;
  void page.restart();
});
element("again").addEventListener("click", () => void page.restart());
element("defaults").addEventListener("click", () => controls.reset());
shareButton(() => controls.link());
