// 4,000 neurons with current synapses that keep each other going: benchmark 2 (CUBA) of Brette et al. (2007), J. Comput. Neurosci. 23:349-398.
import { mkdirSync, writeFileSync } from "node:fs";
import { fixedProbability, ms, mV, nA, nF, Network, openDevice, simulate, uniformValues, uS } from "hillock";
import { coefficientOfVariation, intervals, meanRate, timesPerCell } from "hillock/analysis";
import { iaf_exp } from "hillock/neurons";
import { figure } from "hillock/plot";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const end = 1000 * scale; // ms

const initial = { V: uniformValues({ from: mV(-60), to: mV(-50) }) }; // between reset and threshold
// it gives synaptic jumps as voltages, 1.62 and -9 mV; through 100 MOhm (1 / g_L) these are currents
const params = { C_m: nF(0.2), g_L: uS(0.01), E_L: mV(-49), V_th: mV(-50), V_reset: mV(-60), t_ref: ms(5), tau_ex: ms(5), tau_in: ms(10) }; // prettier-ignore

const net = new Network({ seed: 3 });
const E = net.cells("E", iaf_exp({ n: 3200, params, initial }));
const I = net.cells("I", iaf_exp({ n: 800, params, initial }));
const delay = ms(0.8); // longer than the benchmark's single step: blocks of 8 steps, and the same rates
for (const target of [E, I]) {
  net.connect(E, target.excitatory, fixedProbability(0.02), { weight: nA(0.0162), delay });
  net.connect(I, target.inhibitory, fixedProbability(0.02), { weight: nA(-0.09), delay });
}

const opened = await openDevice();
const sim = await simulate(net, { device: opened?.device, dt: ms(0.1) });
export let rate = 0;
export let cv = 0;
for await (const chunk of sim.run(ms(end), { chunk: ms(end) })) {
  const spikes = chunk.spikes(E);
  rate = meanRate(spikes, { from: 100, to: end });
  const cvs = timesPerCell(spikes).filter((t) => t.length > 3).map((t) => coefficientOfVariation(intervals(t))); // prettier-ignore
  cv = cvs.reduce((sum, x) => sum + x, 0) / cvs.length;
  console.log(`${rate.toFixed(1)} Hz per excitatory neuron, CV of intervals ${cv.toFixed(2)}`);
  const shown = [...spikes.times.keys()].filter((k) => spikes.cells[k] < 100);
  const raster = { type: "raster", x: shown.map((k) => spikes.times[k]), rows: shown.map((k) => spikes.cells[k]), rowCount: 100 }; // prettier-ignore
  const panels = [{ title: "100 excitatory cells", height: 60, x: { label: "time", unit: "ms" }, y: { label: "neuron" }, series: [raster] }]; // prettier-ignore
  mkdirSync("out", { recursive: true });
  writeFileSync("out/cuba.svg", figure({ width: 160, panels }));
}
await sim.close();
opened?.device.destroy();
