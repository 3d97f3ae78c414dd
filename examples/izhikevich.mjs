// 1,000 randomly coupled spiking neurons that find rhythms: Izhikevich (2003), IEEE Trans. Neural Netw. 14:1569-1572, figure 3.
import { mkdirSync, writeFileSync } from "node:fs";
import { allToAll, ms, mV, mV_per_ms, Network, openDevice, per_ms, perCell, simulate, uniformValues } from "hillock";
import { neuron, izhikevich } from "hillock/neurons";
import { figure } from "hillock/plot";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const end = 1000 * scale; // ms
const [nE, nI] = [800, 200];

let drawn = 7;
const uniform = () => (drawn = (drawn * 48271) % 2147483647) / 2147483647;
const [re, ri] = [Array.from({ length: nE }, uniform), Array.from({ length: nI }, uniform)];

// the paper's cells with its thalamic input: normal numbers of SD 5 and 2 mV per ms
const thalamic = (size) => neuron({ ...izhikevich.mechanism, name: `thalamic_${size}`, states: {
  ...izhikevich.mechanism.states,
  V: { ...izhikevich.mechanism.states.V, d: `${izhikevich.mechanism.states.V.d} + white(${size})` },
} }); // prettier-ignore
const regular = { a: per_ms(0.02), b: per_ms(0.2), c: perCell(mV, re.map((r) => -65 + 15 * r * r)), d: perCell(mV_per_ms, re.map((r) => 8 - 6 * r * r)) }; // prettier-ignore
const fast = { a: perCell(per_ms, ri.map((r) => 0.02 + 0.08 * r)), b: perCell(per_ms, ri.map((r) => 0.25 - 0.05 * r)), c: mV(-65), d: mV_per_ms(2) }; // prettier-ignore

const net = new Network({ seed: 2 });
const E = net.cells("E", thalamic(5)({ n: nE, params: regular, initial: { V: mV(-65) } }));
const I = net.cells("I", thalamic(2)({ n: nI, params: fast, initial: { V: mV(-65) } }));
for (const target of [E, I]) {
  net.connect(E, target.jump, allToAll(), { weight: uniformValues({ from: mV(0), to: mV(0.5) }), delay: ms(1) });
  net.connect(I, target.jump, allToAll(), { weight: uniformValues({ from: mV(-1), to: mV(0) }), delay: ms(1) });
}

const opened = await openDevice();
const sim = await simulate(net, { device: opened?.device, dt: ms(0.5) });
export let counts = []; // spikes of each ms
export let rate = 0; // Hz per neuron
for await (const chunk of sim.run(ms(end), { chunk: ms(end) })) {
  counts = new Array(end).fill(0);
  for (const of of [E, I]) for (const t of chunk.spikes(of).times) counts[Math.min(end - 1, Math.round(t))]++;
  rate = counts.reduce((sum, n) => sum + n, 0) / (nE + nI) / (end / 1000);
  const [e, i] = [chunk.spikes(E), chunk.spikes(I)];
  const raster = { type: "raster", x: [...e.times, ...i.times], rows: [...e.cells, ...i.cells.map((k) => k + nE)], rowCount: nE + nI, tick: 3 }; // prettier-ignore
  const panels = [{ title: "800 excitatory and 200 inhibitory neurons", height: 90, x: { label: "time", unit: "ms" }, y: { label: "neuron" }, series: [raster] }]; // prettier-ignore
  mkdirSync("out", { recursive: true });
  writeFileSync("out/izhikevich.svg", figure({ width: 160, panels }));
}
// the power of the population's activity: the paper sees alpha (near 10 Hz) and gamma (near 40 Hz)
const power = (f) => Math.hypot(...[Math.cos, Math.sin].map((w) => counts.reduce((sum, n, t) => sum + n * w((2 * Math.PI * f * t) / 1000), 0))); // prettier-ignore
export const strongest = [...Array(60).keys()].map((k) => k + 4).reduce((a, b) => (power(b) > power(a) ? b : a));
console.log(`${rate.toFixed(1)} Hz per neuron; the population's strongest rhythm is at ${strongest} Hz`);
await sim.close();
opened?.device.destroy();
