// The four regimes of 12,500 neurons with sparse random connections: Brunel (2000), J. Comput. Neurosci. 8:183-208, figure 8.
import { mkdirSync, writeFileSync } from "node:fs";
import { fixedInDegree, Hz, ms, mV, Network, oneToOne, openDevice, poissonPort, simulate } from "hillock";
import { coefficientOfVariation, intervals, meanRate, timesPerCell } from "hillock/analysis";
import { iaf_delta } from "hillock/neurons";
import { figure } from "hillock/plot";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it, with as many links onto each neuron
const n = Math.round(10000 * scale);
const [fan, end] = [Math.min(1000, n / 2), 200 + 400 * Math.min(1, 4 * scale)];
const J = (0.1 * 1000) / fan;
const threshold = 20 / (J * fan * 20e-3); // Hz of each of `fan` inputs that reach 20 mV on their own

function network(g, eta) {
  const net = new Network({ seed: 1 });
  const populations = [["E", n], ["I", n / 4]].map(([name, count]) => {
    const params = { tau_m: ms(20), E_L: mV(0), V_th: mV(20), V_reset: mV(10), t_ref: ms(2) };
    const cells = net.cells(name, iaf_delta({ n: count, params, initial: { V: mV(0) } }));
    const external = net.sources(`external_${name}`, count, poissonPort({ sources: fan, rate: Hz(eta * threshold) }));
    net.connect(external, cells.jump, oneToOne(), { weight: mV(J), delay: ms(1.5) });
    return cells;
  }); // prettier-ignore
  const [E, I] = populations;
  for (const cells of populations) {
    net.connect(E, cells.jump, fixedInDegree(fan, { autapses: false }), { weight: mV(J), delay: ms(1.5) });
    net.connect(I, cells.jump, fixedInDegree(fan / 4, { autapses: false }), { weight: mV(-g * J), delay: ms(1.5) });
  }
  return net;
}

const opened = await openDevice();
export const found = {};
const panels = [];
for (const [regime, g, eta, published] of [["SR", 3, 2, "most of 500"], ["SI fast", 6, 4, "60.7"], ["AI", 5, 2, "37.7"], ["SI slow", 4.5, 0.9, "5.5"]]) {
  const sim = await simulate(network(g, eta), { device: opened?.device, dt: ms(0.1) });
  for await (const chunk of sim.run(ms(end), { chunk: ms(end) })) {
    const spikes = chunk.spikes("E");
    const cvs = timesPerCell(spikes).filter((t) => t.length > 4).map((t) => coefficientOfVariation(intervals(t)));
    const cv = cvs.reduce((sum, x) => sum + x, 0) / cvs.length;
    found[regime] = { rate: meanRate(spikes, { from: 100, to: end }), cv };
    console.log(`${regime}: ${found[regime].rate.toFixed(1)} Hz (published: ${published} Hz), CV ${cv.toFixed(2)}`);
    const shown = [...spikes.times.keys()].filter((k) => spikes.cells[k] < 50 && spikes.times[k] > end - 200);
    const series = [{ type: "raster", x: shown.map((k) => spikes.times[k]), rows: shown.map((k) => spikes.cells[k]), rowCount: 50 }];
    panels.push({ title: `${regime}: g = ${g}, external rate ${eta} times threshold`, height: 30, x: { label: "time", unit: "ms" }, y: { label: "neuron" }, series });
  }
  await sim.close();
} // prettier-ignore
mkdirSync("out", { recursive: true });
writeFileSync("out/brunel.svg", figure({ width: 160, panels }));
opened?.device.destroy();
