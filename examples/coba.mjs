// 4,000 neurons that keep each other going: benchmark 1 (COBA) of Brette et al. (2007), J. Comput. Neurosci. 23:349-398.
import { mkdirSync, writeFileSync } from "node:fs";
import { fixedProbability, ms, mV, nF, nS, Network, normalValues, openDevice, simulate, uS } from "hillock";
import { coefficientOfVariation, intervals, meanRate, timesPerCell } from "hillock/analysis";
import { iaf_cond_exp } from "hillock/neurons";
import { figure } from "hillock/plot";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const end = 1000 * scale; // ms

// the benchmark's start: voltages of -65 +- 5 mV, conductances of 40 +- 15 and 200 +- 120 nS, none below 0
const initial = {
  V: normalValues({ mean: mV(-65), sd: mV(5), min: mV(-80) }),
  g_ex: normalValues({ mean: nS(40), sd: nS(15), min: nS(0) }),
  g_in: normalValues({ mean: nS(200), sd: nS(120), min: nS(0) }),
};
const params = { C_m: nF(0.2), g_L: uS(0.01), E_L: mV(-60), V_th: mV(-50), V_reset: mV(-60), t_ref: ms(5), E_ex: mV(0), E_in: mV(-80), tau_ex: ms(5), tau_in: ms(10) }; // prettier-ignore

const net = new Network({ seed: 3 });
const E = net.cells("E", iaf_cond_exp({ n: 3200, params, initial }));
const I = net.cells("I", iaf_cond_exp({ n: 800, params, initial }));
const delay = ms(0.8); // longer than the benchmark's single step: blocks of 8 steps, and the same rates
for (const target of [E, I]) {
  net.connect(E, target.excitatory, fixedProbability(0.02), { weight: nS(6), delay });
  net.connect(I, target.inhibitory, fixedProbability(0.02), { weight: nS(67), delay });
}

const opened = await openDevice();
const sim = await simulate(net, { device: opened?.device, dt: ms(0.1) });
export let rate = 0;
export let cv = 0;
const began = performance.now();
for await (const chunk of sim.run(ms(end), { chunk: ms(end) })) {
  const spikes = chunk.spikes(E);
  rate = meanRate(spikes, { from: 100, to: end });
  const cvs = timesPerCell(spikes).filter((t) => t.length > 5).map((t) => coefficientOfVariation(intervals(t))); // prettier-ignore
  cv = cvs.reduce((sum, x) => sum + x, 0) / cvs.length;
  console.log(`${rate.toFixed(1)} Hz per excitatory neuron, CV of intervals ${cv.toFixed(2)}`);
  const shown = [...spikes.times.keys()].filter((k) => spikes.cells[k] < 100);
  const raster = { type: "raster", x: shown.map((k) => spikes.times[k]), rows: shown.map((k) => spikes.cells[k]), rowCount: 100 }; // prettier-ignore
  const panels = [{ title: "100 excitatory cells", height: 60, x: { label: "time", unit: "ms" }, y: { label: "neuron" }, series: [raster] }]; // prettier-ignore
  mkdirSync("out", { recursive: true });
  writeFileSync("out/coba.svg", figure({ width: 160, panels }));
}
console.log(
  `${end} ms took ${((performance.now() - began) / 1000).toFixed(1)} s on ${opened?.info.description ?? "the reference engine"}`,
);
await sim.close();
opened?.device.destroy();
