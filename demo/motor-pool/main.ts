import { cards } from "../site/cards.ts";
import { Controls, type Specs } from "../site/controls.ts";
import { element } from "../site/element.ts";
import { onFiles } from "../site/files.ts";
import { isBrowsers, keepingFocus } from "../site/keyboard.ts";
import { notice, paragraph } from "../site/notice.ts";
import { DemoPage, speedText } from "../site/page.ts";
import { Plot, type PlotSpec, type SeriesSpec } from "../site/plots.ts";
import type { RunState } from "../site/protocol.ts";
import { BEGINNINGS, courseText, readCourse, type Course } from "./course.ts";
import { CourseEditor } from "./course-editor.ts";
import {
  AHEAD_S,
  BY_AXONS,
  BY_CURRENT,
  DRAWN,
  examplesOf,
  HELD,
  HIGHEST_HZ,
  IN_DRIVE,
  IN_FORCE,
  NA_PER_HZ,
  PAUSE_MS,
  targetAt,
  type PoolReadings,
  type Thresholds,
} from "./facts.ts";
import { type RecordedUnit, recordedUnits, spikesCsvOf } from "./recorded.ts";

const SPECS = {
  rate: { kind: "range", label: "Drive", unit: "Hz", min: 0, max: 100, step: 1, value: 65, help: "Mean rate of each of 400 descending axons" },
  shape: { kind: "choice", label: "Drive over time", options: [[HELD, "held"], [DRAWN, "drawn by hand"]], value: HELD },
  amplitude: { kind: "range", label: "Oscillation", unit: "Hz", min: 0, max: 60, step: 1, value: 0, help: "Amplitude of a sine on the drive" },
  frequency: { kind: "range", label: "Oscillation frequency", unit: "Hz", min: 0.5, max: 40, step: 0.5, value: 2 },
  private: { kind: "range", label: "Private input", unit: "%", min: 0, max: 50, step: 0.5, value: 1, help: "Share of the mean conductance; the rest is common to the pool" },
  inhibition: { kind: "range", label: "Inhibition", unit: "Hz", min: 0, max: 100, step: 1, value: 0, help: "Rate of each of 100 inhibitory axons, as of an antagonist's afferents" },
  gamma: { kind: "range", label: "Neuromodulation γ", min: 0, max: 1, step: 0.01, value: 0.2, help: "Persistent calcium current of the dendrites" },
  unit: { kind: "range", label: "Unit", min: 1, max: 800, step: 1, value: 20, shows: true, help: "Or click it in Spikes, Rate of each unit or Recruitment" },
  thresholds: { kind: "choice", label: "Thresholds in", options: [[IN_DRIVE, "drive"], [IN_FORCE, "force"]], value: IN_DRIVE, shows: true },
  target: { kind: "choice", label: "Force to track", options: [[0, "none"], [5, "trapezoid to 5 %"], [15, "trapezoid to 15 %"], [30, "trapezoid to 30 %"]], value: 0, shows: true },
  speed: { kind: "choice", label: "Speed", options: [[0.25, "a quarter of real time"], [1, "real time"], [100, "as fast as it goes"]], value: 1 },
  neurons: { kind: "range", label: "Neurons", min: 50, max: 800, step: 50, value: 800, restarts: true, byEngine: { software: 200, reference: { value: 50, max: 100 } } },
  range: { kind: "range", label: "Recruitment range", min: 5, max: 120, step: 5, value: 100, help: "Largest threshold over the smallest", restarts: true },
  by: { kind: "choice", label: "The drive comes", options: [[BY_AXONS, "by descending axons"], [BY_CURRENT, "by current into somata"]], value: BY_AXONS, help: `As current: ${NA_PER_HZ} nA for 1 Hz, in steps of 10 ms, without private input`, restarts: true },
  renshaw: { kind: "choice", label: "Renshaw cells", options: [[0, "none"], [0.05, "weak"], [0.2, "strong"]], value: 0, help: "Hear the motor neurons and inhibit them", restarts: true },
  seed: { kind: "range", label: "Seed", min: 1, max: 100, step: 1, value: 42, help: "Everything random follows from it", restarts: true },
} as const satisfies Specs<string>; // prettier-ignore

const THRESHOLDS = [
  { label: "drive, Hz", min: 0, soft: 50 },
  { label: "force, %", min: 0, soft: 10 },
] as const;

const controls = new Controls<keyof typeof SPECS>(element("controls"), SPECS);
const plots = {
  rates: new Plot(element("rates"), {
    series: [{ label: "rate", colour: "accent", points: true }],
    x: { label: "unit" },
    y: { label: "Hz", min: 0, soft: 25 },
  }),
  recruitment: new Plot(element("recruitment"), {
    series: [
      { label: "recruited", colour: "warm", points: true },
      { label: "derecruited", colour: "accent", points: true, hollow: true },
    ],
    x: { label: "unit" },
    y: THRESHOLDS[IN_DRIVE],
  }),
  byForce: new Plot(element("by-force"), {
    series: [
      { label: "small", colour: "small-unit", points: true },
      { label: "middle", colour: "middle-unit", points: true },
      { label: "large", colour: "large-unit", points: true },
      { label: "chosen unit", colour: "ink", points: true, hollow: true },
    ],
    x: { label: "force, % of tetanus", empty: [0, 10] },
    y: { label: "Hz", min: 0, soft: 25 },
  }),
  force: new Plot(element("force-plot"), {
    series: [
      { label: "force", colour: "accent" },
      { label: "drive", colour: "warm", scale: "right", width: 1, dashed: true },
      { label: "to track", colour: "violet", width: 3 },
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
  coherence: new Plot(element("coherence"), {
    series: [
      { label: "coherence", colour: "violet" },
      { label: "95 % level", colour: "muted", width: 1, dashed: true },
    ],
    x: { label: "Hz", range: [0, HIGHEST_HZ] },
    y: { label: "coherence", min: 0, soft: 1 },
  }),
  intervals: new Plot(element("intervals"), {
    series: [{ label: "intervals", colour: "accent", steps: true, fill: true }],
    x: { label: "ms", empty: [0, 250] },
    y: { label: "intervals", min: 0, soft: 5 },
    height: 150,
  }),
};

const unitNumbers = (n: number): number[] => Array.from({ length: n }, (_, k) => k + 1);
const known = (values: Float64Array, is: (x: number) => boolean): (number | null)[] =>
  Array.from(values, (x) => (is(x) ? x : null));

function showNumbers({ rates, force, course }: PoolReadings, state: RunState): void {
  editor.at(course);
  const firing = rates.reduce((count, hz) => count + (hz > 0 ? 1 : 0), 0);
  const mean = firing === 0 ? 0 : rates.reduce((sum, hz) => sum + hz, 0) / firing;
  element("time").textContent = `${(state.time / 1000).toFixed(1)} s`;
  element("speed").textContent = speedText(state, (x) => `${x.toFixed(2)} × real time`);
  element("recruited").textContent = `${firing} of ${rates.length}`;
  element("rate").textContent = `${mean.toFixed(1)} Hz`;
  element("force").textContent = `${force.toFixed(1)} %`;
  Object.assign(document.body.dataset, { modelMs: state.time.toFixed(1), firing: String(firing), rate: mean.toFixed(2) }); // prettier-ignore
}

function showThresholds({ of, began, stopped }: Thresholds): void {
  const { recruitment } = plots;
  if (recruitment.spec.y !== THRESHOLDS[of]) recruitment.reshape({ ...recruitment.spec, y: THRESHOLDS[of] });
  const reached = (x: Float64Array): (number | null)[] => known(x, (y) => !Number.isNaN(y));
  recruitment.set([unitNumbers(began.length), reached(began), reached(stopped)]);
}

function showIntervals({ intervals: { from, counts, n, pauses, mean, cv } }: PoolReadings): void {
  plots.intervals.set([from, counts]);
  const numbers = n === 0 ? "No interval yet" : `${n} intervals: mean ${mean.toFixed(1)} ms, CV ${cv.toFixed(3)}`;
  element("intervals-said").textContent =
    `${numbers}${pauses > 0 ? `; ${pauses} longer than ${PAUSE_MS} ms left out as pauses` : ""}`;
}

/** Force and drive, and what is to be tracked up to some seconds ahead. */
function showForce({ history: { t, force, drive } }: PoolReadings, { time }: RunState): void {
  const top = controls.get("target");
  const ahead = top === 0 ? [] : Array.from({ length: 10 * AHEAD_S }, (_, k) => (k + 1) / 10);
  const target = [...t, ...ahead].map((s) => (top === 0 ? null : targetAt(Math.max(0, time / 1000 + s), top)));
  const none = ahead.map(() => null);
  plots.force.set([[...t, ...ahead], [...force, ...none], [...drive, ...none], target]);
  const off = Math.sqrt(force.reduce((sum, f, k) => sum + (f - (target[k] ?? 0)) ** 2, 0) / Math.max(1, force.length));
  element("target-said").textContent = top === 0 || force.length === 0 ? "" : `off by ${off.toFixed(2)} % (rms, last 8 s)`; // prettier-ignore
  document.body.dataset["off"] = top === 0 ? "" : off.toFixed(3);
}

/** What is tracked is seen before it comes. */
function suitTarget(): void {
  const tracked = controls.get("target") > 0;
  const [, end] = plots.force.range ?? [];
  if (end !== (tracked ? AHEAD_S : 0)) plots.force.reach(-8, tracked ? AHEAD_S : 0);
  element("target-legend").hidden = !tracked;
}

function showCoherence({ coherence: { f, coherence, level, seconds } }: PoolReadings): void {
  plots.coherence.set([f, coherence, level]);
  element("coherence-said").textContent = seconds === 0 ? "from four seconds on" : `over ${seconds} s`;
}

/** Names the units that other plots show, and marks the chosen one beside the raster. */
function showUnit(): void {
  const [unit, n] = [controls.get("unit"), controls.get("neurons")];
  for (const [name, value] of [["max", n], ["now", unit]] as const) raster.setAttribute(`aria-value${name}`, String(value)); // prettier-ignore
  const mark = element("unit-mark");
  mark.textContent = `${unit} ▸`;
  mark.style.setProperty("--at", String((n - unit + 0.5) / n));
  examplesOf(n).forEach((k, place) => (element(`example-${place}`).textContent = `unit ${k + 1}`));
  element("example-chosen").textContent = `unit ${unit}`;
}

/** The row that is clicked, or to which keys go. The canvas is another one after each start, so what it lies in hears them. */
const raster = element("raster-rows");
const chooseUnit = (unit: number): void => controls.put("unit", Math.min(controls.get("neurons"), Math.max(1, unit)));
raster.addEventListener("click", ({ target, clientY }) => {
  if (!(target instanceof HTMLCanvasElement)) return;
  const { top, height } = target.getBoundingClientRect();
  const n = controls.get("neurons");
  chooseUnit(n - Math.floor((n * (clientY - top)) / height));
});
raster.addEventListener("keydown", (event) => {
  const n = controls.get("neurons");
  const by = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10, Home: -n, End: n }[event.key]; // prettier-ignore
  if (by === undefined || isBrowsers(event)) return;
  event.preventDefault();
  chooseUnit(controls.get("unit") + by);
});
for (const plot of [plots.rates, plots.recruitment]) plot.onPick((unit) => controls.put("unit", unit));
for (const [place, control] of [
  ["chosen", "unit"],
  ["thresholds-in", "thresholds"],
  ["force-target", "target"],
] as const)
  element(place).append(element(`control-${control}`).closest(".control") as Element); // beside what it chooses

/** Units laid over, in order of recruitment, spread evenly over the pool: a muscle's decomposition finds a part of its units. */
let recorded: readonly RecordedUnit[] = [];
let lastRates = new Float64Array(0);
const RATES: PlotSpec = plots.rates.spec;
const RECORDED: SeriesSpec = { label: "recorded", colour: "warm", points: true, beside: true };

function showRates(rates: Float64Array<ArrayBuffer>): void {
  lastRates = rates;
  const row: (number | null)[] = Array.from(rates, () => null);
  recorded.forEach(({ rate }, k) => (row[Math.round(((k + 0.5) / recorded.length) * rates.length - 0.5)] = rate));
  const own = known(rates, (hz) => hz > 0);
  plots.rates.set(recorded.length === 0 ? [unitNumbers(rates.length), own] : [unitNumbers(rates.length), own, row]);
}

function layOver(name: string, units: readonly RecordedUnit[]): void {
  recorded = units;
  plots.rates.reshape({ ...RATES, series: units.length === 0 ? RATES.series : [...RATES.series, RECORDED] });
  showRates(lastRates); // a paused page has no readings to come
  const none = units.length === 0;
  keepingFocus(() => ["recorded-away", "recorded-legend"].forEach((id) => (element(id).hidden = none)), element("recorded-open")); // prettier-ignore
  const silent = units.filter(({ rate }) => rate === null).length;
  element("recorded-said").textContent =
    units.length === 0
      ? "Or drop a file on the page: decomposed spike trains as CSV (unit, time) or NWB."
      : `${name.slice(0, 40)}: ${units.length} units in order of their first spike, which are unit ${units.slice(0, 12).map((u) => u.label).join(", ")}${units.length > 12 ? ", …" : ""}. Mean rate of each while it fires${silent > 0 ? `; ${silent} with fewer than two spikes have none` : ""}.`;
  document.body.dataset["recorded"] = String(units.length);
} // prettier-ignore

/** The drawn drive of the address, or a trapezoid. */
let unread: string | undefined;
function given(): Course {
  const otherwise = BEGINNINGS["trapezoid"]?.(8) as Course;
  const hash = location.hash.slice(1);
  if (hash === "") return otherwise;
  try {
    return readCourse(hash);
  } catch (error) {
    unread = error instanceof Error ? error.message : String(error);
    return otherwise;
  }
}

const editor: CourseEditor = new CourseEditor(given(), {
  change: (course) => {
    page.act("course", course);
    suitShape();
    controls.write();
  },
  again: () => page.act("again", undefined),
});

/** Shows the plane where it is drawn on, and greys out what does nothing beside it; the address has what is drawn behind its #. */
function suitShape(): void {
  const drawn = controls.get("shape") === DRAWN;
  element("course").hidden = !drawn;
  controls.enable("rate", !drawn);
  controls.enable("private", controls.get("by") === BY_AXONS);
  element<HTMLButtonElement>("ramp").disabled = drawn;
  controls.hash = drawn ? courseText(editor.course) : "";
}
suitShape();
suitTarget();
controls.onChange((key) => {
  suitShape();
  suitTarget();
  showUnit();
  if (key === "shape") element("course").scrollIntoView({ block: "nearest" });
});

const page = new DemoPage({
  name: "motor-pool",
  document: () => ({ course: editor.course }),
  worker: () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
  controls,
  canvases: ["raster"],
  started: () => {
    element("last-unit").textContent = String(controls.get("neurons"));
    controls.limit("unit", controls.get("neurons"));
    showUnit();
    if (unread !== undefined) notice("alert", "The drive of this link could not be read.", [paragraph(`${unread} A trapezoid stands in its place.`)]); // prettier-ignore
    unread = undefined;
  },
  show: (given, state) => {
    const readings = given as PoolReadings;
    const { rates, thresholds, byForce, spectrum } = readings;
    return [
      () => showNumbers(readings, state),
      () => showRates(rates),
      () => showForce(readings, state),
      () => showIntervals(readings),
      () => showThresholds(thresholds),
      () => plots.byForce.set([byForce.force, ...byForce.rates]),
      () => plots.spectrum.set([spectrum.f, spectrum.density]),
      () => showCoherence(readings),
    ];
  },
  clear: () => {
    for (const plot of Object.values(plots)) plot.clear();
    editor.at(undefined);
    lastRates = new Float64Array(0);
    for (const key of ["modelMs", "firing", "rate"]) delete document.body.dataset[key];
  },
});
onFiles([[element("recorded-open"), element<HTMLInputElement>("recorded-file")]], async (name, text, file) => {
  const spikes = /\.nwb$/i.test(name) ? await (await import("../site/nwb.ts")).nwbUnits(file) : spikesCsvOf(text);
  layOver(name, recordedUnits(spikes, controls.get("neurons")));
});
element("recorded-away").addEventListener("click", () => layOver("", []));
element("ramp").addEventListener("click", () => page.act("rise", 5000));

cards(
  controls,
  ["speed", "neurons", "seed", "unit", "thresholds", "target"],
  [
    {
      question: "Whom does a weak drive reach?",
      settings: { rate: 30 },
      look: "Only a part of the pool fires, from the bottom of the raster up: small units have the lowest thresholds. Raise Drive and watch the others join.",
    },
    {
      question: "Does a rhythm that all units share reach the force?",
      settings: { rate: 65, amplitude: 30, frequency: 10 },
      look: "After some seconds the spectrum of the force has a peak at 10 Hz, hundreds of times as high as what is beside it: what all share does not average out. So has the coherence of two halves.",
    },
    {
      question: "Do those who join last leave first?",
      settings: { shape: DRAWN },
      look: "The drawn drive opens as a trapezoid: large units come last and go first: Recruitment has a filled point where each began and a hollow one where it stopped. Then γ up to 1: some small units no longer stop when the drive has gone.",
    },
    {
      question: "What does neuromodulation do to the same drive?",
      settings: { rate: 65, gamma: 1 },
      look: "The drive is as by default, the persistent calcium current of the dendrites at its largest: more units fire, and faster. Move γ down and watch Mean rate fall.",
    },
    {
      question: "What do Renshaw cells do?",
      settings: { renshaw: 0.2 },
      look: "They hear every spike of the pool and inhibit it in return. The same drive makes lower rates, and the fastest units lose most: keep this run, set Renshaw cells to none, and compare Rate of each unit.",
    },
    {
      question: "Can you track a force?",
      settings: { target: 15, rate: 0 },
      look: "Force and drive shows what is to come. Move Drive so that the force stays on it; the plot says how far you are off. Force comes later than the drive, and units that were recruited go on for a while.",
    },
  ],
);
