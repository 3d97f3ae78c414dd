// 100 interneurons that inhibit each other into a gamma rhythm: Wang & Buzsaki (1996), J. Neurosci. 16:6402-6413.
import { mkdirSync, writeFileSync } from "node:fs";
import { degC, fixedProbability, ms, mV, nA, Network, ohm_cm, openDevice, perCell, simulate, uF_per_cm2, um, uS } from "hillock"; // prettier-ignore
import { meanRate } from "hillock/analysis";
import { exp2syn, wang_buzsaki } from "hillock/mechanisms";
import { figure } from "hillock/plot";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const end = 1000 * scale; // ms
const n = 100;

let drawn = 5;
const uniform = () => (drawn = (drawn * 48271) % 2147483647) / 2147483647;
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

// a sphere's area of 1000 um2; 1 uA/cm2 of current, 0.1 mS/cm2 of inhibition shared by some 60 partners
const interneuron = {
  sections: [{ name: "soma", L: um(17.841), diam: um(17.841), Ra: ohm_cm(100), cm: uF_per_cm2(1) }],
  insertions: [{ sections: ["soma"], mechanism: wang_buzsaki }],
  receptors: [{ name: "gaba", synapse: exp2syn, section: "soma", params: { tau1: ms(0.3), tau2: ms(10), e: mV(-75) } }],
  detector: { section: "soma", threshold: mV(0) },
  V0: perCell(mV, Array.from({ length: n }, () => -70 + 20 * uniform())), // prettier-ignore
  celsius: degC(6.3),
};

/** Rate of the cells and how many of their spikes fall together, with inhibition of a given size. */
async function run(device, weight) {
  const net = new Network({ seed: 4 });
  const cells = net.cells("cells", n, interneuron);
  const gain = { values: Array.from({ length: n }, () => 1 + 0.03 * normal()), unit: "1" };
  net.clamp(cells, nA(0.01), { gain });
  net.connect(cells, cells.receptor("gaba"), fixedProbability(0.6), { weight: uS(weight), delay: ms(0.5) });
  const sim = await simulate(net, { device, dt: ms(0.025) });
  for await (const chunk of sim.run(ms(end), { chunk: ms(end) })) {
    await sim.close();
    const spikes = chunk.spikes(cells);
    const rate = meanRate(spikes, { from: end / 2, to: end });
    // coherence: variance of the population's count over that of independent trains, in bins of a tenth of a cycle
    const bin = 100 / rate;
    const counts = new Array(Math.floor(end / 2 / bin)).fill(0);
    for (const t of spikes.times)
      if (t >= end / 2) counts[Math.min(counts.length - 1, Math.floor((t - end / 2) / bin))]++;
    const mean = counts.reduce((sum, x) => sum + x, 0) / counts.length;
    return { rate, coherence: counts.reduce((sum, x) => sum + (x - mean) ** 2, 0) / counts.length / mean, spikes };
  }
}

const opened = await openDevice();
export const alone = await run(opened?.device, 0);
export const coupled = await run(opened?.device, 2e-5);
for (const [name, { rate, coherence }] of Object.entries({ alone, coupled }))
  console.log(
    `${name}: ${rate.toFixed(1)} Hz, variance of the population's count over its mean ${coherence.toFixed(1)}`,
  );
const panels = Object.entries({ alone, coupled }).map(([title, { spikes }]) => ({ title, height: 40, x: { label: "time", unit: "ms" }, y: { label: "neuron" }, series: [{ type: "raster", x: spikes.times, rows: spikes.cells, rowCount: n }] })); // prettier-ignore
mkdirSync("out", { recursive: true });
writeFileSync("out/wang-buzsaki.svg", figure({ width: 160, panels }));
opened?.device.destroy();
