// A descending drive that swings at 2 Hz: how deeply do single motor neurons follow it?
import { drive, fixedProbability, Hz, ms, Network, openDevice, poisson, seconds, simulate, uS } from "hillock";
import { alphaMotorNeurons, recruitmentThresholds } from "hillock/models/motor-pool";
import { cycleHistogram, vectorStrength } from "hillock/analysis";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const frequency = 2;

const net = new Network({ seed: 3 });
const thresholds = recruitmentThresholds({ n: 50, mode: "combined", range: 100, slope: 5 });
const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds }));
const rate = drive.sinusoid({ offset: Hz(50), amplitude: Hz(40), frequency: Hz(frequency) });
const DD = net.sources("DD", 100, poisson({ rate }));
net.connect(DD, aMN.excitatory, fixedProbability(0.5), { weight: uS(0.15), delay: ms(1) });

const opened = await openDevice();
const sim = await simulate(net, { device: opened?.device, dt: ms(0.05) });
const times = { DD: [], aMN: [] };
for await (const chunk of sim.run(seconds(10 * scale))) {
  for (const name of ["DD", "aMN"]) times[name].push(...chunk.spikes(name).times);
}
await sim.close();
opened?.device.destroy();

export const strength = {};
for (const [name, t] of Object.entries(times)) {
  const { strength: r, phase } = vectorStrength(t, frequency);
  strength[name] = r;
  console.log(`${name}: ${t.length} spikes, vector strength ${r.toFixed(3)} at ${(360 * phase).toFixed(0)} degrees`);
}
const { counts } = cycleHistogram(times.aMN, { frequency, bins: 12 });
const most = Math.max(...counts);
counts.forEach((n, bin) => console.log(`${String(30 * bin).padStart(3)} deg ${"#".repeat((50 * n) / most)}`));
