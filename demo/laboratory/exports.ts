import { figure } from "../../src/plot/figure.ts";
import type { Panel } from "../../src/plot/types.ts";
import { csv } from "../site/save.ts";
import type { Curve, Recorded } from "./protocol.ts";
import { DT, SAMPLE } from "./settings.ts";
import type { Traces } from "./traces.ts";

/** What the page shows as files. */

/** "t_ms,A.V (mV),…", one line per sample of the window. */
export function tracesCsv(traces: Traces, window: number): string {
  const times = traces.times(window);
  const columns = traces.variables.map((v) => traces.values(v, window));
  return csv(
    ["t_ms", ...traces.variables.map((v) => `${columnName(v)} (${v.unit})`)],
    Array.from(times, (t, k) => [tidy(t), ...columns.map((c) => c?.[k])]),
  );
}

export function curveCsv({ x, xUnit, kind, series }: Curve): string {
  const [name, unit] = kind === "rate" ? ["current", "Hz"] : ["command", "nA"];
  return csv(
    [`${name} (${xUnit})`, ...series.map((s) => `${s.version}.${s.label} (${unit})`)],
    x.map((value, k) => [tidy(value), ...series.map((s) => s.y[k])]),
  );
}

/** Names of variables start with their version already where they are a clamp's. */
export const columnName = ({ version, name }: Pick<Recorded, "version" | "name">): string =>
  name.startsWith(`${version}.`) ? name : `${version}.${name}`;

const tidy = (x: number): number => Number(x.toFixed(6));

/** A panel as an SVG file. */
export const panelSvg = (panel: Panel): string => figure({ width: 120, panels: [panel] });

/** Of a program for Node that does what the page does, from rest: the network, the engine and the step of the page. */
const beginning = (json: string, engine: "gpu" | "reference", duration: number): string => `\
// Made by hillock's Laboratory. npm install hillock, then: node laboratory.mjs
import { writeFile } from "node:fs/promises";
import { ms, Network, openDevice, simulate } from "hillock";

const network = Network.fromJSON(${json.replaceAll("\n", "\n  ").replace(/\n {2}\}$/, "\n}")});

const duration = Number(process.argv[2] ?? ${duration}); // ms
${
  engine === "gpu"
    ? "const opened = await openDevice(); // without an adapter the float64 reference engine does the same"
    : "const opened = undefined; // the page ran on the float64 reference engine"
}
const sim = await simulate(network, { device: opened?.device, dt: ms(${DT}) });
for await (const chunk of sim.run(ms(duration), { chunk: ms(duration) })) {`;

const END = `\
}
await sim.close();
opened?.device.destroy();
`;

/** A program that writes the traces' file.
 * @param json  of the network */
export const nodeScript = (json: string, engine: "gpu" | "reference", duration: number): string => `\
${beginning(json, engine, duration)}
  const traces = network.describe().recordings.map((r) => chunk.trace(r.population, r.variable));
  const at = traces.map((t) => new Map(Array.from(t.times, (time, k) => [time.toFixed(3), t.data[k]])));
  const name = ({ population, variable }) => (variable.startsWith(population + ".") ? variable : population + "." + variable);
  const head = ["t_ms", ...network.describe().recordings.map((r, k) => name(r) + " (" + traces[k].unit + ")")];
  const rows = Array.from({ length: Math.round(duration / ${SAMPLE}) }, (_, k) => (k * ${SAMPLE}).toFixed(3));
  const lines = rows.map((t) => [Number(t), ...at.map((values) => values.get(t) ?? "")].join(","));
  await writeFile("laboratory.csv", [head.join(","), ...lines].join("\\n") + "\\n");
  for (const { name: population } of network.describe().populations)
    console.log(population + ":", chunk.spikes(population).times.length, "spikes in", duration, "ms");
${END}`;

/** A program that writes the spikes of a network's cells. */
export const spikesScript = (json: string, engine: "gpu" | "reference", duration: number): string => `\
${beginning(json, engine, duration)}
  const lines = ["t_ms,population,cell"];
  for (const { name, model } of network.describe().populations) {
    if (model.kind === "renewal") continue; // a drive
    const { times, cells } = chunk.spikes(name);
    times.forEach((t, k) => lines.push([Number(t.toFixed(4)), name, cells[k]].join(",")));
    console.log(name + ":", times.length, "spikes in", duration, "ms");
  }
  await writeFile("laboratory.csv", lines.join("\\n") + "\\n");
${END}`;
