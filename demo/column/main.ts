import { Controls, type Specs } from "../site/controls.ts";
import { element } from "../site/element.ts";
import { DemoPage, speedText } from "../site/page.ts";
import { Plot } from "../site/plots.ts";
import type { RunState } from "../site/protocol.ts";
import { OrbitCamera } from "./camera.ts";
import { HIGHEST_STRENGTH, PRESETS, type ColumnFacts, type ColumnReadings } from "./facts.ts";

const SPECS = {
  strength: { kind: "range", label: "Drive strength", unit: "×", min: 0, max: HIGHEST_STRENGTH, step: 0.05, value: 1, help: "Factor on the weights of the drive's synapses" },
  speed: { kind: "choice", label: "Speed", options: [[0.002, "2 ms a second"], [0.005, "5 ms a second"], [0.02, "20 ms a second"], [0.1, "100 ms a second"], [1, "real time"], [1000, "as fast as it goes"]], value: 0.02 },
  drive: { kind: "choice", label: "Drive", options: PRESETS.map((name, k) => [k, name] as const), value: 0, restarts: true },
  mesh: { kind: "range", label: "Cells along a side", min: 2, max: 10, step: 1, value: 6, help: "Pyramidal cells of each layer; the published column has 10", restarts: true, byEngine: { software: 3, reference: { value: 2, max: 3 } } },
  trial: { kind: "range", label: "Trial", min: 0, max: 20, step: 1, value: 0, help: "Other times of the drive's events", restarts: true },
} as const satisfies Specs<string>; // prettier-ignore

const controls = new Controls<keyof typeof SPECS>(element("controls"), SPECS);
const dipole = new Plot(element("dipole"), {
  series: [{ label: "dipole", colour: "violet" }],
  x: { label: "ms" },
  y: { label: "nAm × scale" },
});
let facts: ColumnFacts | undefined;

function showNumbers({ spikes }: ColumnReadings, state: RunState): void {
  const total = Object.values(spikes).reduce((sum, n) => sum + n, 0);
  element("time").textContent = `${state.time.toFixed(1)} of ${facts?.tstop} ms`;
  element("speed").textContent = speedText(state, (x) => `${(1000 * x).toFixed(1)} ms a second`);
  element("spikes").textContent = Object.entries(spikes)
    .map(([name, n]) => `${name.replace("_", " ")} ${n}`)
    .join(", ");
  Object.assign(document.body.dataset, { modelMs: state.time.toFixed(3), spikes: String(total), finished: String(state.finished) }); // prettier-ignore
}

function showPreset(): void {
  for (const [k, name] of PRESETS.entries())
    element(`preset-${name}`).setAttribute("aria-pressed", String(controls.get("drive") === k));
}

const page = new DemoPage({
  name: "column",
  command: () => {
    const [mesh, trial, strength] = [controls.get("mesh"), controls.get("trial"), controls.get("strength")];
    const parts = ["hillock run column", PRESETS[controls.get("drive")], `--set mesh.x=${mesh} --set mesh.y=${mesh}`];
    if (strength !== 1) parts.push(`--drive-scale ${strength}`);
    if (trial > 0) parts.push(`--trials ${trial + 1}`); // its last trial is the page's
    return parts.join(" ");
  },
  worker: () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
  controls,
  canvases: ["scene", "raster"],
  started: (given) => {
    facts = given as ColumnFacts;
    element("cells").textContent = element("last-cell").textContent = String(facts.cells);
    element("window-to").textContent = `${facts.tstop} ms`;
    element("dipole-scale").textContent = `nAm × ${Math.round(facts.scale)}`;
    dipole.reach(0, facts.tstop);
    page.act("view", camera.view);
  },
  show: (given, state) => {
    const readings = given as ColumnReadings;
    return [() => showNumbers(readings, state), () => dipole.set([readings.dipole.t, readings.dipole.moment])];
  },
  clear: () => {
    showPreset();
    dipole.clear();
    for (const key of ["modelMs", "spikes", "finished"]) delete document.body.dataset[key];
  },
});
const camera = new OrbitCamera(element("scene-box"), (view) => page.act("view", view));
for (const [k, name] of PRESETS.entries())
  element(`preset-${name}`).addEventListener("click", () => controls.put("drive", k));
