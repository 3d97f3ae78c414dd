// The cortical microcircuit at a tenth of its 77,169 neurons and of the links onto each: Potjans & Diesmann (2014), Cereb. Cortex 24:785-806,
// doi:10.1093/cercor/bhs358. Fewer links have weights larger by 1 / sqrt(k); a current replaces the mean input that is lost.
import { mkdirSync, writeFileSync } from "node:fs";
import { fixedTotal, Hz, ms, mV, nF, Network, normalValues, oneToOne, openDevice, pA, perCell, poissonPort, simulate, uS } from "hillock"; // prettier-ignore
import { meanRate } from "hillock/analysis";
import { iaf_exp } from "hillock/neurons";
import { figure } from "hillock/plot";

const [k, end] = [0.1, 200 + 1000 * Number(process.env.HILLOCK_SCALE ?? 1)]; // tests run a shorter time
const names = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"];
const sizes = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948];
const external = [1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100]; // links of 8 Hz
const published = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829]; // Hz, of the whole network: the authors' program for NEST
const probability = [ // [target][source]
  [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0], [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
  [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0], [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
  [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0], [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0],
  [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252], [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443],
]; // prettier-ignore
const links = (t, s) => Math.log1p(-probability[t][s]) / Math.log1p(-1 / (sizes[t] * sizes[s]));
const w = (t, s) => (s % 2 === 1 ? -4 : s === 2 && t === 0 ? 2 : 1) * 87.8; // pA
const sum = (of) => names.reduce((total, _, s) => total + of(s), 0);

const net = new Network({ seed: 1 });
const cells = names.map((name, t) => {
  const n = Math.round(k * sizes[t]);
  const full = sum((s) => (w(t, s) * links(t, s) * published[s]) / sizes[t]) + 87.8 * external[t] * 8; // pA Hz
  const normal = (i) => Math.sqrt(-2 * Math.log((i + 0.5) / n)) * Math.cos(2 * Math.PI * ((i * 0.618034) % 1));
  const V = perCell(mV, Float64Array.from({ length: n }, (_, i) => -58 + 10 * normal(i)));
  const params = { C_m: nF(0.25), g_L: uS(0.025), E_L: mV(-65), V_th: mV(-50), V_reset: mV(-65), t_ref: ms(2), tau_ex: ms(0.5), tau_in: ms(0.5), I_e: pA(0.5e-3 * (1 - Math.sqrt(k)) * full) };
  const population = net.cells(name, iaf_exp({ n, params, initial: { V } }));
  const background = net.sources(`background_${name}`, n, poissonPort({ sources: Math.round(k * external[t]), rate: Hz(8) }));
  net.connect(background, population.excitatory, oneToOne(), { weight: pA(87.8 / Math.sqrt(k)), delay: ms(1.5) });
  return population;
}); // prettier-ignore
names.forEach((_, t) => names.forEach((__, s) => {
  const [mean, late] = [w(t, s) / Math.sqrt(k), s % 2 === 1 ? 0.75 : 1.5];
  const weight = normalValues({ mean: pA(mean), sd: pA(0.1 * Math.abs(mean)) });
  const delay = normalValues({ mean: ms(late), sd: ms(late / 2), min: ms(0.1), outside: "redraw" });
  if (links(t, s) > 0) net.connect(cells[s], s % 2 === 1 ? cells[t].inhibitory : cells[t].excitatory, fixedTotal(Math.round(k * k * links(t, s))), { weight, delay });
})); // prettier-ignore

const opened = await openDevice();
const sim = await simulate(net, { device: opened?.device, dt: ms(0.1) });
export let rates = [];
for await (const chunk of sim.run(ms(end), { chunk: ms(end) })) {
  rates = cells.map((c) => meanRate(chunk.spikes(c), { from: 200, to: end }));
  names.forEach((name, t) => console.log(`${name}: ${rates[t].toFixed(2)} Hz (whole network: ${published[t].toFixed(2)})`));
  const panels = names.map((name, t) => ({ name, all: chunk.spikes(cells[t]), rowCount: Math.round(sizes[t] / 200) })).map(({ name, all, rowCount }) => {
    const shown = [...all.times.keys()].filter((i) => all.cells[i] < rowCount && all.times[i] > end - 300);
    return { title: name, height: rowCount / 2, x: { label: "time", unit: "ms" }, y: { label: "" }, series: [{ type: "raster", x: shown.map((i) => all.times[i]), rows: shown.map((i) => all.cells[i]), rowCount, tick: 3 }] };
  });
  mkdirSync("out", { recursive: true });
  writeFileSync("out/microcircuit.svg", figure({ width: 160, panels }));
} // prettier-ignore
await sim.close();
opened?.device.destroy();
