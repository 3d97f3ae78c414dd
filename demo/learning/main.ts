import { cards } from "../site/cards.ts";
import { Controls, type Specs } from "../site/controls.ts";
import { element } from "../site/element.ts";
import { DemoPage, speedText } from "../site/page.ts";
import { Plot } from "../site/plots.ts";
import type { RunState } from "../site/protocol.ts";
import { MOTIFS, SHOWN, TEST_LOOPS, type LearningFacts, type LearningReadings } from "./facts.ts";

const SPECS = {
  speed: { kind: "choice", label: "Speed", options: [[0.1, "a tenth of real time"], [1, "real time"], [1000, "as fast as it goes"]], value: 1000 },
  qif: { kind: "range", label: "QIF neurons", unit: "%", min: 0, max: 100, step: 5, value: 50, help: "The rest are leaky integrate-and-fire neurons", restarts: true },
  noise: { kind: "range", label: "Noise", min: 0, max: 3, step: 0.1, value: 1, help: "Amplitude, in units of the notebook's", restarts: true },
  loops: { kind: "range", label: "Loops of learning", min: 1, max: 30, step: 1, value: 10, restarts: true },
  neurons: { kind: "range", label: "Neurons", min: 60, max: 240, step: 20, value: 200, restarts: true, byEngine: { software: 100, reference: { value: 60, max: 100 } } },
  seed: { kind: "range", label: "Seed", min: 1, max: 100, step: 1, value: 1, restarts: true },
} as const satisfies Specs<string>; // prettier-ignore

const controls = new Controls<keyof typeof SPECS>(element("controls"), SPECS);
const outputs = Array.from({ length: SHOWN }, (_, k) => {
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
const dimension = new Plot(element("dimension"), {
  series: [{ label: "directions", colour: "violet" }],
  x: { label: "loop" },
  y: { label: "directions", min: 0, soft: 10 },
});
const motifs = new Plot(element("motifs"), {
  series: MOTIFS.map(([, label], k) => ({ label, colour: (["accent", "warm", "violet", "ink"] as const)[k] ?? "ink", dashed: k % 2 === 1 })), // prettier-ignore
  x: { label: "loop" },
  y: { label: "correlation" },
});
let facts: LearningFacts | undefined;

function showNumbers(
  { step, loop, phase, rate, error: { rms }, dimension: { ratio } }: LearningReadings,
  state: RunState,
): void {
  const last = rms.at(-1);
  element("loop").textContent = `${loop + 1} of ${facts?.loops}`;
  element("phase").textContent = state.finished ? "finished" : phase;
  element("error-now").textContent = last === undefined ? "–" : last.toFixed(3);
  element("rate").textContent = `${rate.toFixed(1)} Hz`;
  element("speed").textContent = speedText(state, (x) => `${x.toFixed(2)} × real time`);
  Object.assign(document.body.dataset, { step: String(step), rms: String(last ?? ""), rate: rate.toFixed(3), loops: String(ratio.length), dimensionFirst: String(ratio[0] ?? ""), dimension: String(ratio.at(-1) ?? "") }); // prettier-ignore
}

new DemoPage({
  name: "learning",
  command: () =>
    `hillock run train --set N=${controls.get("neurons")} --set pqif=${controls.get("qif") / 100} --set sigma=${controls.get("noise")} --set nloop_train=${controls.get("loops")} --set nloop=${1 + controls.get("loops") + TEST_LOOPS} --set seeds=${controls.get("seed")} --seed 0`,
  worker: () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
  controls,
  canvases: ["spikes", "weights", "eigenvalues"],
  started: (given) => {
    facts = given as LearningFacts;
    facts.chosen.forEach(({ neuron, kind }, k) => {
      element(`output-${k}-name`).textContent = `Neuron ${neuron}, ${kind}`;
    });
    for (const plot of [error, dimension, motifs]) plot.reach(0, facts.loops);
    element("last-neuron").textContent = String(controls.get("neurons"));
  },
  show: (given, state) => {
    const readings = given as LearningReadings;
    return [
      () => showNumbers(readings, state),
      ...outputs.map((plot, k) => () => plot.set([facts?.times ?? [], facts?.targets[k] ?? [], readings.outputs[k] ?? []])),
      () => error.set([readings.error.loop, readings.error.rms]),
      () => dimension.set([readings.dimension.loop, readings.dimension.ratio]),
      () => motifs.set([readings.motifs.loop, ...readings.motifs.of]),
    ]; // prettier-ignore
  },
  clear: () => {
    for (const plot of [...outputs, error, dimension, motifs]) plot.clear();
    for (const key of ["step", "rms", "rate"]) delete document.body.dataset[key];
  },
});

cards(
  controls,
  ["speed", "neurons", "seed"],
  [
    {
      question: "Is noise in the way?",
      settings: { noise: 3 },
      look: "Three times the noise. While it learns the error still falls from about 1.6 to 0.6; when the weights are held it stays near 1: learning works against noise, and keeps less of what it gained.",
    },
    {
      question: "Is one loop enough?",
      settings: { loops: 1 },
      look: "The error falls at once while the weights change, and when they are held it rises to what it was before and above: one loop is not enough.",
    },
    {
      question: "Does the kind of neuron matter?",
      settings: { qif: 100 },
      look: "Quadratic neurons only: they fire less often than the mixture (about 16 against 18 times a second), learn as fast, and hold what they learned better. Compare the mean rate and the error above the plots.",
    },
  ],
);
