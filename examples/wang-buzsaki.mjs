// 100 interneurons that inhibit each other into a gamma rhythm of some 40 Hz: Wang & Buzsaki (1996), J. Neurosci. 16:6402-6413.
// Their synapses are graded: transmitter is a state of the cell that releases it, s' = alpha F(V) (1 - s) - beta s, and all others read it.
import { mkdirSync, writeFileSync } from "node:fs";
import { allToAll, degC, ms, mV, nA, Network, ohm_cm, openDevice, perCell, simulate, uF_per_cm2, um, uS } from "hillock"; // prettier-ignore
import { meanRate } from "hillock/analysis";
import { channel, wang_buzsaki } from "hillock/mechanisms";
import { figure } from "hillock/plot";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const end = 1000 * scale; // ms
const n = 100;

let drawn = 5;
const uniform = () => (drawn = (drawn * 48271) % 2147483647) / 2147483647;
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

const release = channel({
  name: "release",
  doc: "GABA that a cell releases while its voltage is above 0 mV. Source: Wang & Buzsaki (1996), J. Neurosci. 16:6402-6413.",
  params: {},
  states: { s: { alpha: "12 / (1 + exp(-V / 2))", beta: "0.1" } }, // per ms
  currents: {},
});

// a sphere's area of 1000 um2; 1 uA/cm2 of current, 0.1 mS/cm2 of inhibition shared by all partners
const interneuron = {
  sections: [{ name: "soma", L: um(17.841), diam: um(17.841), Ra: ohm_cm(100), cm: uF_per_cm2(1) }],
  insertions: [wang_buzsaki, release].map((mechanism) => ({ sections: ["soma"], mechanism })),
  detector: { section: "soma", threshold: mV(0) },
  V0: perCell(mV, Array.from({ length: n }, () => -70 + 20 * uniform())), // prettier-ignore
  celsius: degC(6.3),
};

/** Rate of the cells and how many of their spikes fall together, with inhibition of a given size. */
async function run(device, weight) {
  const net = new Network({ seed: 4 });
  const cells = net.cells("cells", n, interneuron);
  net.clamp(cells, nA(0.01), { gain: { values: Array.from({ length: n }, () => 1 + 0.03 * normal()), unit: "1" } });
  net.gather(cells, cells, allToAll(), { weight: uS(weight), value: "s_pre * (-75 - V)" });
  const sim = await simulate(net, { device, dt: ms(0.025) });
  for await (const chunk of sim.run(ms(end), { chunk: ms(end) })) {
    await sim.close();
    const spikes = chunk.spikes(cells);
    const rate = meanRate(spikes, { from: end / 2, to: end });
    // coherence: variance of the population's count over that of independent trains, in bins of a tenth of a cycle
    const counts = new Array(Math.floor(((end / 2) * rate) / 100)).fill(0);
    for (const t of spikes.times) if (t >= end / 2) counts[Math.min(counts.length - 1, Math.floor(((t - end / 2) * rate) / 100))]++; // prettier-ignore
    const mean = counts.reduce((sum, x) => sum + x, 0) / counts.length;
    return { rate, coherence: counts.reduce((sum, x) => sum + (x - mean) ** 2, 0) / counts.length / mean, spikes };
  }
}

const opened = await openDevice();
export const [alone, coupled] = [await run(opened?.device, 0), await run(opened?.device, 1e-3 / n)];
for (const [name, { rate, coherence }] of Object.entries({ alone, coupled })) console.log(`${name}: ${rate.toFixed(1)} Hz, variance of the population's count over its mean ${coherence.toFixed(1)}`); // prettier-ignore
const panels = Object.entries({ alone, coupled }).map(([title, { spikes }]) => ({ title, height: 40, x: { label: "time", unit: "ms" }, y: { label: "neuron" }, series: [{ type: "raster", x: spikes.times, rows: spikes.cells, rowCount: n }] })); // prettier-ignore
mkdirSync("out", { recursive: true });
writeFileSync("out/wang-buzsaki.svg", figure({ width: 160, panels }));
opened?.device.destroy();
