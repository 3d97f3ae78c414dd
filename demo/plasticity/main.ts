import { cards } from "../site/cards.ts";
import { Controls, type Specs } from "../site/controls.ts";
import { element } from "../site/element.ts";
import { DemoPage, speedText } from "../site/page.ts";
import { Plot } from "../site/plots.ts";
import type { RunState } from "../site/protocol.ts";
import { BINS, HALF, HISTORY_S, type PlasticityFacts, type PlasticityReadings } from "./facts.ts";

const SPECS = {
  first: { kind: "range", label: "First half", unit: "Hz", min: 0, max: 60, step: 1, value: 20, help: "Mean rate of each of 500 inputs" },
  second: { kind: "range", label: "Second half", unit: "Hz", min: 0, max: 60, step: 1, value: 20, help: "Of each of the 500 others" },
  depth: { kind: "range", label: "Rhythm of the first half", unit: "%", min: 0, max: 100, step: 5, value: 0, help: "Its inputs become more and less likely to fire together: amplitude, of their rate" },
  frequency: { kind: "range", label: "Its frequency", unit: "Hz", min: 1, max: 40, step: 1, value: 20 },
  learns: { kind: "choice", label: "Weights", options: [[1, "learn"], [0, "are held"]], value: 1 },
  speed: { kind: "choice", label: "Speed", options: [[0.1, "a tenth of real time"], [1, "real time"], [1000, "as fast as it goes"]], value: 1000 },
  step: { kind: "range", label: "Largest step", unit: "%", min: 0.5, max: 5, step: 0.5, value: 2, help: "Of the largest weight, by one pair of spikes; published 0.5, which takes four times as long", restarts: true },
  ratio: { kind: "range", label: "Weakening over strengthening", min: 0.9, max: 1.3, step: 0.01, value: 1.05, restarts: true },
  seed: { kind: "range", label: "Seed", min: 1, max: 100, step: 1, value: 2, help: "Everything random follows from it", restarts: true },
} as const satisfies Specs<string>; // prettier-ignore

const TWO = [
  { label: "first half", colour: "small-unit" },
  { label: "second half", colour: "large-unit", dashed: true },
] as const;
const controls = new Controls<keyof typeof SPECS>(element("controls"), SPECS);
const past = { label: "s", empty: [0, 10] } as const;
const plots = {
  weights: new Plot(element("weights"), {
    series: [
      { label: "first half", colour: "small-unit", points: true },
      { label: "second half", colour: "large-unit", points: true },
    ],
    x: { label: "input", range: [0, 2 * HALF] },
    y: { label: "weight / largest", min: 0, soft: 1 },
  }),
  counts: new Plot(element("counts"), {
    series: [
      { label: "first half", colour: "small-unit", steps: true, fill: true },
      { label: "second half", colour: "large-unit", steps: true, dashed: true },
    ],
    x: { label: "weight / largest", range: [0, 1] },
    y: { label: "inputs", min: 0, soft: 50 },
  }),
  means: new Plot(element("means"), { series: TWO, x: past, y: { label: "mean weight / largest", min: 0, soft: 1 } }),
  rate: new Plot(element("rate-plot"), {
    series: [{ label: "neuron", colour: "accent" }],
    x: past,
    y: { label: "Hz", min: 0, soft: 50 },
  }),
  around: new Plot(element("around"), {
    series: TWO,
    x: { label: "ms after the neuron's spike", range: [-50, 50] },
    y: { label: "Hz", min: 0, soft: 25 },
  }),
  rule: new Plot(element("rule"), {
    series: [
      { label: "strengthened", colour: "accent" },
      { label: "weakened", colour: "warm", dashed: true },
    ],
    x: { label: "ms after the neuron's spike", range: [-80, 80] },
    y: { label: "change, % of largest" },
  }),
};

const meanOf = (of: ArrayLike<number>): number => Array.prototype.reduce.call(of, (a, b) => (a as number) + (b as number), 0) as number / of.length; // prettier-ignore

function showNumbers({ rate, weights }: PlasticityReadings, state: RunState): void {
  const [first, second] = weights.map(meanOf) as [number, number];
  element("time").textContent = `${(state.time / 1000).toFixed(1)} s`;
  element("speed").textContent = speedText(state, (x) => `${x.toFixed(2)} × real time`);
  element("rate").textContent = `${rate.toFixed(0)} Hz`;
  element("mean-first").textContent = first.toFixed(2);
  element("mean-second").textContent = second.toFixed(2);
  Object.assign(document.body.dataset, { modelMs: state.time.toFixed(1), rate: rate.toFixed(2), first: first.toFixed(4), second: second.toFixed(4) }); // prettier-ignore
}

function showWeights({ weights: [first, second] }: PlasticityReadings): void {
  const blank = Array.from({ length: HALF }, () => null);
  const inputs = Array.from({ length: 2 * HALF }, (_, k) => k + 1);
  plots.weights.set([inputs, [...first, ...blank], [...blank, ...second]]);
}

new DemoPage({
  name: "plasticity",
  worker: () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
  controls,
  canvases: ["raster"],
  started: (given) => {
    const { engine, rule } = given as PlasticityFacts;
    element("engine").textContent = engine;
    plots.rule.set([rule.lag, rule.up, rule.down]);
  },
  show: (given, state) => {
    const readings = given as PlasticityReadings;
    const { counts, history, around } = readings;
    const edges = Array.from({ length: BINS + 1 }, (_, k) => k / BINS);
    const closed = (row: number[]): number[] => [...row, row.at(-1) ?? 0]; // the last one holds to its end
    return [
      () => showNumbers(readings, state),
      () => showWeights(readings),
      () => plots.counts.set([edges, closed(counts[0]), closed(counts[1])]),
      () => plots.means.set([history.t, ...history.mean]),
      () => plots.rate.set([history.t, history.rate]),
      () => plots.around.set([around.lag, ...around.rate]),
    ];
  },
  clear: () => {
    for (const plot of Object.values(plots)) plot.clear();
    for (const key of ["modelMs", "rate", "first", "second"]) delete document.body.dataset[key];
  },
});
element("history-said").textContent = `of the last ${HISTORY_S} s`;

cards(
  controls,
  ["speed", "seed"],
  [
    {
      question: "Who wins when all are alike?",
      settings: {},
      look: "No half does: both means fall together. But single inputs drift apart: after a minute half of the weights lie below a fifth of the largest and one in eight above four fifths, and the neuron fires an eighth as often as at first. Who ends where, the seed decides.",
    },
    {
      question: "Do inputs that fire together win?",
      settings: { depth: 100 },
      look: "Within ten seconds the first half has most of the weight. Around a spike one sees why: its inputs come just before the neuron fires, where the rule strengthens.",
    },
    {
      question: "Do busier inputs win?",
      settings: { first: 40, second: 10 },
      look: "They lose. Each makes few of the spikes that it meets, and what comes by chance is weakened a little more than strengthened; who comes more often is weakened more often.",
    },
    {
      question: "Can the neuron bear twice the input?",
      settings: { first: 40, second: 40 },
      look: "At first it fires some 300 times a second. Then the mean weight falls to half of what it is with 20 Hz, and the rate to some 40 Hz, against 16 with 20 Hz: the rule holds the neuron near where single inputs matter.",
    },
  ],
);
