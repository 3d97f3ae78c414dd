import { cards } from "../site/cards.ts";
import { Controls, type Specs } from "../site/controls.ts";
import { element } from "../site/element.ts";
import { onFiles } from "../site/files.ts";
import { keepingFocus } from "../site/keyboard.ts";
import { notice, paragraph } from "../site/notice.ts";
import { packedText, unpackedText } from "../site/packed.ts";
import { DemoPage, speedText } from "../site/page.ts";
import { Plot, type PlotSpec } from "../site/plots.ts";
import type { RunState } from "../site/protocol.ts";
import { save } from "../site/save.ts";
import { OrbitCamera } from "./camera.ts";
import { DrivesEditor } from "./drives.ts";
import { AS_PUBLISHED, DEPTHS, FIELD_MS, HIGHEST_STRENGTH, PRESETS, SPECTROGRAM_HZ, type Place, type ColumnDocument, type ColumnFacts, type ColumnReadings, type Recorded } from "./facts.ts"; // prettier-ignore
import { Fit } from "./fit.ts";
import { Overlay } from "./overlay.ts";
import { pixelsOfUm } from "./pixels.ts";
import { TrialsFigure } from "./trials.ts";
import { WatchPanel } from "./watch-panel.ts";

const SPECS = {
  strength: { kind: "range", label: "Drive strength", unit: "×", min: 0, max: HIGHEST_STRENGTH, step: 0.05, value: 1, help: "Factor on the weights of the drive's synapses" },
  smoothing: { kind: "choice", label: "Smoothing of the dipole", options: [[AS_PUBLISHED, "as published"], [0, "none"], [5, "5 ms"], [10, "10 ms"], [20, "20 ms"], [30, "30 ms"], [45, "45 ms"]], value: AS_PUBLISHED, shows: true },
  speed: { kind: "choice", label: "Speed", options: [[0.002, "2 ms a second"], [0.005, "5 ms a second"], [0.02, "20 ms a second"], [0.1, "100 ms a second"], [1, "real time"], [1000, "as fast as it goes"]], value: 0.02 },
  drive: { kind: "choice", label: "Drive", options: PRESETS.map((name, k) => [k, name] as const), value: 0, restarts: true },
  field: { kind: "choice", label: "Potentials", options: [[0, "not recorded"], [1, "recorded, for the source density"]], value: 0, help: "Membrane currents of all segments: slower", restarts: true },
  mesh: { kind: "range", label: "Cells along a side", min: 2, max: 10, step: 1, value: 6, help: "Pyramidal cells of each layer; the published column has 10", restarts: true, byEngine: { software: 3, reference: { value: 2, max: 3 } } },
  trial: { kind: "range", label: "Trial", min: 0, max: 20, step: 1, value: 0, help: "Other times of the drive's events", restarts: true },
} as const satisfies Specs<string>; // prettier-ignore

const controls = new Controls<keyof typeof SPECS>(element("controls"), SPECS);
const dipoleSpec: PlotSpec = {
  series: [{ label: "dipole", colour: "violet" }],
  x: { label: "ms" },
  y: { label: "nAm × scale" },
};
const dipole = new Plot(element("dipole"), dipoleSpec);
/** The page's own drives and connections; undefined: the preset's. */
let own: ColumnDocument | undefined;
let linkFault: string | undefined;
controls.hash = location.hash.slice(1);
if (controls.hash !== "") {
  try {
    own = { hnn: { name: "the link", text: await unpackedText(controls.hash, 400_000) } };
  } catch (error) {
    linkFault = error instanceof Error ? error.message : String(error);
  }
}
let facts: ColumnFacts | undefined;
const layers = new Plot(element("layers"), {
  series: [
    { label: "L2/3", colour: "l2-pyramidal" },
    { label: "L5", colour: "l5-pyramidal", dashed: true },
  ],
  x: { label: "ms" },
  y: { label: "nAm × scale" },
});
const spectrum = new Plot(element("spectrum"), {
  series: [{ label: "density", colour: "violet" }],
  x: { label: "Hz", range: [0, SPECTROGRAM_HZ[1]] },
  y: { label: "(nAm × scale)²/Hz", min: 0 },
});
const watch = new WatchPanel(() => {
  page.pause(false);
  page.restart();
});

function showNumbers({ spikes }: ColumnReadings, state: RunState): void {
  const total = Object.values(spikes).reduce((sum, n) => sum + n, 0);
  element("time").textContent = `${state.time.toFixed(1)} of ${facts?.tstop} ms`;
  element("speed").textContent = speedText(state, (x) => `${(1000 * x).toFixed(1)} ms a second`);
  element("spikes").textContent = Object.entries(spikes)
    .map(([name, n]) => `${name.replace("_", " ")} ${n}`)
    .join(", ");
  Object.assign(document.body.dataset, { modelMs: state.time.toFixed(3), spikes: String(total), finished: String(state.finished) }); // prettier-ignore
}

function showDensity(full: number): void {
  if (full > 0) element("csd-full").textContent = `${full.toPrecision(2)} mV/mm²`;
  document.body.dataset["density"] = String(full);
}

function showPreset(): void {
  for (const [k, name] of PRESETS.entries())
    element(`preset-${name}`).setAttribute("aria-pressed", String(controls.get("drive") === k));
}

const page = new DemoPage({
  name: "column",
  command: () => {
    if (own !== undefined) return `hillock run column --params column-network.json${controls.get("trial") > 0 ? ` --trials ${controls.get("trial") + 1}` : ""}`; // prettier-ignore
    const [mesh, trial, strength] = [controls.get("mesh"), controls.get("trial"), controls.get("strength")];
    const parts = ["hillock run column", PRESETS[controls.get("drive")], `--set mesh.x=${mesh} --set mesh.y=${mesh}`];
    if (strength !== 1) parts.push(`--drive-scale ${strength}`);
    if (controls.get("field") === 1) parts.push(`--set record.field=${FIELD_MS}`);
    if (trial > 0) parts.push(`--trials ${trial + 1}`); // its last trial is the page's
    return parts.join(" ");
  },
  worker: () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
  controls,
  canvases: ["scene", "raster", "spectrogram", "csd"],
  document: () => (watch.place === undefined ? own : { ...own, watched: watch.place }),
  started: (given) => {
    facts = given as ColumnFacts;
    element("cells").textContent = element("last-cell").textContent = String(facts.cells);
    for (const id of ["window-to", "drives-to", "spectrogram-to", "csd-to"])
      element(id).textContent = `${facts.tstop} ms`;
    element("dipole-scale").textContent = `nAm × ${Math.round(facts.scale)}`;
    for (const plot of [dipole, layers]) plot.reach(0, facts.tstop);
    watch.started(facts);
    element("csd-off").hidden = controls.get("field") === 1;
    element("csd-full").textContent = "–";
    page.act("view", camera.view);
    page.act("strengths", drives.strengths);
    page.act("recorded", overlay.recorded);
    const shown = own?.drives ?? facts.drives;
    drives.show(shown, facts.tstop);
    fit.offer(shown);
    trials.refresh(facts.tstop);
    void keepLink();
  },
  show: (given, state) => {
    const readings = given as ColumnReadings;
    return [
      () => showNumbers(readings, state),
      () => overlay.data(readings),
      () => layers.set([readings.layers.t, readings.layers.L2, readings.layers.L5]),
      () => spectrum.set([readings.spectrum.f, readings.spectrum.density]),
      () => watch.show(readings.watched),
      () => showDensity(readings.density),
    ];
  },
  clear: () => {
    showPreset();
    for (const plot of [dipole, layers, spectrum]) plot.clear();
    watch.clear();
    for (const key of ["modelMs", "spikes", "finished"]) delete document.body.dataset[key];
  },
});
const camera = new OrbitCamera(
  element("scene-box"),
  (view) => {
    page.act("view", view);
    showSize();
  },
  (clicked) => {
    const { left, top, width, height } = element("scene").getBoundingClientRect();
    const { clientX = left + width / 2, clientY = top + height / 2 } = clicked ?? {};
    const at = { x: clientX - left, y: clientY - top, width, height };
    void page.ask<Place | undefined>({ what: "own", name: "pick", value: at }).then((place) => place && watch.watch(place), () => undefined); // prettier-ignore
  },
);
element("csd-on").addEventListener("click", () => {
  const figure = element("csd").closest("figure");
  keepingFocus(() => (element("csd-off").hidden = true), figure?.querySelector<HTMLElement>(".save button"));
  controls.put("field", 1);
});

/** A length beside the picture, as long as it is in its middle. */
function showSize(): void {
  const { clientWidth, clientHeight } = element("scene");
  const um = 500 * pixelsOfUm(camera.view, DEPTHS[1] - DEPTHS[0], clientWidth, clientHeight);
  element("size").style.setProperty("--of", `${um.toFixed(1)}px`);
}
new ResizeObserver(showSize).observe(element("scene-box"));

cards(
  controls,
  ["speed", "mesh"],
  [
    {
      question: "What does a volley to the tufts do?",
      settings: { drive: 0, speed: 0.005 },
      look: "Its events come about 63.5 ms after the start. Before, nothing fires; after, L5 pyramidal cells fire several times each.",
    },
    {
      question: "Do other event times make another response?",
      settings: { drive: 0, trial: 3, speed: 1000 },
      look: "The events are drawn anew about the same time. Run some in Trials, further down: no two responses are alike, and their mean is smoother than each.",
    },
    {
      question: "Does the rhythm need its drive?",
      settings: { drive: 2, strength: 0, speed: 1000 },
      look: "No cell fires: the gamma network has no rhythm without its Poisson drive. Raise Drive strength while it runs, and it begins.",
    },
    {
      question: "What if the volley were twice as strong?",
      settings: { drive: 0, strength: 2, speed: 1000 },
      look: "The weights of the volley, doubled. Keep this run, set Drive strength to 1 and compare the dipoles and the numbers of spikes.",
    },
  ],
);
for (const [k, name] of PRESETS.entries())
  element(`preset-${name}`).addEventListener("click", () => controls.put("drive", k));

const overlay = new Overlay(dipole, dipoleSpec, () => {
  page.act("recorded", overlay.recorded);
  trials.look();
});

const drives = new DrivesEditor({
  drives: (changed) => start({ ...own, drives: changed }),
  strengths: (by) => {
    page.act("strengths", by);
    trials.refresh(undefined);
    own ??= {};
    void keepLink();
  },
});
const fit = new Fit({
  worker: () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "fit" }),
  request: () => overlay.recorded && { settings: controls.all, document: own, strengths: drives.strengths, recorded: overlay.recorded },
  wait: (wanted) => page.wait("fit", wanted),
  keep: (parameters, values) => {
    let changed = own?.drives ?? facts?.drives ?? [];
    for (const { drive } of parameters) {
      const of = (what: string, otherwise: number): number => values[parameters.findIndex((p) => p.drive === drive && p.what === what)] ?? otherwise;
      changed = drives.changed(drive, of("strength", 1), of("onset", 0));
    }
    start({ ...own, drives: changed });
  },
}); // prettier-ignore

/** Starts with drives and connections of the page's own, or the preset's. */
function start(document: ColumnDocument | undefined): void {
  own = document;
  dispatchEvent(new Event("hillock-settings"));
  page.restart(250);
}

const trials = new TrialsFigure({
  worker: () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "trials" }),
  request: () => ({ settings: controls.all, document: own, strengths: drives.strengths }),
  look: () => ({ settings: controls.all, recorded: overlay.recorded }),
  wait: (wanted) => page.wait("trials", wanted),
});

/** A preset takes the place of the page's own drives. */
controls.onChange((key) => {
  if (key === "drive") forget();
  if (key === "smoothing") trials.look();
  trials.refresh(undefined);
});

function forget(): void {
  own = undefined;
  drives.forget();
  element("hnn-said").textContent = "";
}

/** The address holds what runs, where that is not a preset. */
async function keepLink(): Promise<void> {
  const text = own === undefined ? "" : await page.ask<string>({ what: "own", name: "link", value: undefined }).catch(() => ""); // prettier-ignore
  const hash = own === undefined || text === "" ? "" : await packedText(text);
  if (hash === controls.hash) return;
  controls.hash = hash;
  controls.write();
}

onFiles(
  [
    [element("recorded-open"), element<HTMLInputElement>("recorded-file")],
    [element("hnn-open"), element<HTMLInputElement>("hnn-file")],
  ],
  async (name, text) => {
    if (/^\s*\{/.test(text) || /\.param$/i.test(name)) return openNetwork(name, text);
    const read = await page.ask<Pick<Recorded, "t" | "moment">>({ what: "own", name: "recorded", value: { name, text } }); // prettier-ignore
    overlay.open(name, read);
    fit.refresh();
  },
);
element("recorded-away").addEventListener("click", () => fit.refresh());

async function openNetwork(name: string, text: string): Promise<void> {
  type Read = { mesh: readonly [number, number] | undefined; notes: readonly string[] };
  const { mesh, notes } = await page.ask<Read>({ what: "own", name: "network", value: { name, text } });
  drives.forget();
  element("hnn-said").textContent = [`${name.slice(0, 60)} runs.`, ...(mesh === undefined ? [] : [`Its mesh is ${mesh.join(" × ")}; the page keeps its own.`]), ...notes].join(" "); // prettier-ignore
  start({ hnn: { name, text } });
}

element("hnn-save").addEventListener("click", () => {
  void page.ask<string>({ what: "own", name: "hnn", value: undefined }).then((text) => save("column-network.json", text, "application/json")); // prettier-ignore
});
element("drives-published").addEventListener("click", () => {
  forget();
  page.restart();
});

if (linkFault !== undefined) notice("alert", "This link could not be opened.", [paragraph(linkFault)]);
