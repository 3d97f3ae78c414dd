// A sweep as one batch: the pool under 8 levels of neuromodulation, advanced together. Entries share their noise.
import { fixedProbability, Hz, ms, Network, one, openDevice, poisson, seconds, simulate, uS } from "hillock";
import { alphaMotorNeurons, recruitmentThresholds } from "hillock/models/motor-pool";
import { meanRate, motorUnits, muscleForce } from "hillock/analysis";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const gammas = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];

const net = new Network({ seed: 9 });
const thresholds = recruitmentThresholds({ n: 60, mode: "combined", range: 100, slope: 5 });
const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds }));
const DD = net.sources("DD", 100, poisson({ rate: Hz(50) }));
net.connect(DD, aMN.excitatory, fixedProbability(0.5), { weight: uS(0.15), delay: ms(1) });
net.vary(
  "aMN.caL.gamma",
  gammas.map((gamma) => one(gamma)),
); // one value for each entry

const opened = await openDevice();
const sim = await simulate(net, { device: opened?.device, dt: ms(0.05) });
const units = motorUnits({ thresholds: thresholds.rt });
const duration = seconds(4 * scale);
export const sweep = [];
for await (const chunk of sim.run(duration, { chunk: duration })) {
  gammas.forEach((gamma, entry) => {
    const spikes = chunk.spikes(aMN, entry);
    const { percentMvc } = muscleForce(spikes, units, { duration: chunk.to });
    sweep.push({ gamma, rate: meanRate(spikes, chunk), force: percentMvc.at(-1) });
    const { rate, force } = sweep.at(-1);
    console.log(`gamma ${gamma}: ${rate.toFixed(2)} Hz per cell, ${force.toFixed(1)} %MVC at the end`);
  });
}
await sim.close();
opened?.device.destroy();
