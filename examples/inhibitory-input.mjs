// Inhibition that sets in half way: the pool's rate falls, large units go silent first.
import { drive, fixedProbability, Hz, ms, Network, openDevice, poisson, simulate, uS } from "hillock";
import { alphaMotorNeurons, recruitmentThresholds } from "hillock/models/motor-pool";
import { meanRates } from "hillock/analysis";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const half = 3000 * scale; // ms

const net = new Network({ seed: 11 });
const thresholds = recruitmentThresholds({ n: 60, mode: "combined", range: 100, slope: 5 });
const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds }));
const DD = net.sources("DD", 100, poisson({ rate: Hz(60) }));
net.connect(DD, aMN.excitatory, fixedProbability(0.5), { weight: uS(0.15), delay: ms(1) });

const RN = net.sources("RN", 60, poisson({ rate: drive.constant(Hz(60)).after(ms(half)) }));
net.connect(RN, aMN.inhibitory, fixedProbability(0.3), { weight: uS(0.1), delay: ms(1) });

const opened = await openDevice();
const sim = await simulate(net, { device: opened?.device, dt: ms(0.05) });
export const pool = [];
for await (const chunk of sim.run(ms(2 * half), { chunk: ms(half) })) {
  const onset = 500 * scale; // left out of both halves
  const rates = meanRates(chunk.spikes(aMN), { from: chunk.from + onset, to: chunk.to });
  const active = rates.filter((rate) => rate > 0);
  pool.push({ active: active.length, rate: rates.reduce((a, b) => a + b, 0) / rates.length });
  const { active: n, rate } = pool.at(-1);
  console.log(
    `${chunk.from < half ? "drive alone    " : "with inhibition"}: ${n} of 60 active, ${rate.toFixed(2)} Hz per cell`,
  );
}
await sim.close();
opened?.device.destroy();
