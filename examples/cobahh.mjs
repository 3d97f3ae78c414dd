// 4,000 Hodgkin-Huxley neurons that keep each other going: benchmark 3 (COBAHH) of Brette et al. (2007), J. Comput. Neurosci. 23:349-398.
import { mkdirSync, writeFileSync } from "node:fs";
import { fixedProbability, ms, mV, nA, Network, normalValues, nS, openDevice, perCell, simulate } from "hillock";
import { coefficientOfVariation, intervals, meanRate, timesPerCell } from "hillock/analysis";
import { hh_cond_exp_traub } from "hillock/neurons";
import { figure } from "hillock/plot";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const end = 1000 * scale; // ms
const opened = await openDevice();

/** Runs a network; the spikes of these cells. */
async function run(net, cells, dt, until) {
  const sim = await simulate(net, { device: opened?.device, dt: ms(dt) });
  for await (const chunk of sim.run(ms(until), { chunk: ms(until) })) {
    await sim.close();
    return chunk.spikes(cells);
  }
}

// one cell under constant currents: from its second to its last spike, at a step that halving changes by less than 0.1 %
export const currents = [0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2]; // nA
const alone = new Network({ seed: 1 });
const clamped = alone.cells("clamped", hh_cond_exp_traub({ n: 7, params: { I_e: perCell(nA, currents) } }));
export const rates = timesPerCell(await run(alone, clamped, 0.02, 500)).map((t) => (1000 * (t.length - 2)) / (t.at(-1) - t[1])); // prettier-ignore
currents.forEach((I, k) => console.log(`${I} nA: ${rates[k].toFixed(2)} Hz`));

// the benchmark's start: voltages of -70 +- 5 mV, conductances of 40 +- 15 and 200 +- 120 nS, none below 0
const initial = {
  V: normalValues({ mean: mV(-70), sd: mV(5), min: mV(-90) }),
  g_ex: normalValues({ mean: nS(40), sd: nS(15), min: nS(0) }),
  g_in: normalValues({ mean: nS(200), sd: nS(120), min: nS(0) }),
};
const net = new Network({ seed: 3 });
const E = net.cells("E", hh_cond_exp_traub({ n: 3200, initial }));
const I = net.cells("I", hh_cond_exp_traub({ n: 800, initial }));
for (const target of [E, I]) {
  net.connect(E, target.excitatory, fixedProbability(0.02), { weight: nS(6), delay: ms(0.8) });
  net.connect(I, target.inhibitory, fixedProbability(0.02), { weight: nS(67), delay: ms(0.8) });
}
const spikes = await run(net, E, 0.05, end);
export const rate = meanRate(spikes, { from: Math.min(100, end / 2), to: end });
const cvs = timesPerCell(spikes).filter((t) => t.length > 5).map((t) => coefficientOfVariation(intervals(t))); // prettier-ignore
export const cv = cvs.reduce((sum, x) => sum + x, 0) / cvs.length;
console.log(`network: ${rate.toFixed(1)} Hz per excitatory neuron, CV of intervals ${cv.toFixed(2)}`);

const shown = [...spikes.times.keys()].filter((k) => spikes.cells[k] < 100);
const raster = { type: "raster", x: shown.map((k) => spikes.times[k]), rows: shown.map((k) => spikes.cells[k]), rowCount: 100 }; // prettier-ignore
const panels = [
  { title: "One cell", height: 40, x: { label: "current", unit: "nA" }, y: { label: "rate", unit: "Hz" }, series: [{ type: "line", x: currents, y: rates }] },
  { title: "100 excitatory cells", height: 50, x: { label: "time", unit: "ms" }, y: { label: "neuron" }, series: [raster] },
]; // prettier-ignore
mkdirSync("out", { recursive: true });
writeFileSync("out/cobahh.svg", figure({ width: 160, panels }));
opened?.device.destroy();
