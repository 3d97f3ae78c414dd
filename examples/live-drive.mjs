// A drive set while the simulation runs: every 50 ms a callback moves it so that the pool comes to 12 Hz.
import { drive, fixedProbability, Hz, ms, Network, openDevice, poisson, seconds, simulate, uS } from "hillock";
import { alphaMotorNeurons, recruitmentThresholds } from "hillock/models/motor-pool";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const [target, interval] = [12, 50]; // Hz per cell, ms

const net = new Network({ seed: 2 });
const thresholds = recruitmentThresholds({ n: 60, mode: "combined", range: 100, slope: 5 });
const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds }));
const DD = net.sources("DD", 100, poisson({ rate: Hz(10) }));
net.connect(DD, aMN.excitatory, fixedProbability(0.5), { weight: uS(0.15), delay: ms(1) });

const opened = await openDevice();
const sim = await simulate(net, { device: opened?.device, dt: ms(0.05) });
let command = 10; // Hz
let measured = 0; // Hz per cell, smoothed over some 200 ms
sim.every(ms(interval), (control) => {
  command = Math.min(150, Math.max(1, command + 0.3 * (target - measured)));
  control.rate(DD, drive.constant(Hz(command))); // acts from this step on, and is written to run.json
});

export const course = [];
for await (const chunk of sim.run(seconds(8 * scale), { chunk: ms(interval) })) {
  const now = (1000 * chunk.spikes(aMN).times.length) / (interval * aMN.n);
  measured += 0.25 * (now - measured);
  course.push({ t: chunk.to, command, measured });
  if (chunk.to % 500 === 0)
    console.log(`${chunk.to} ms: drive ${command.toFixed(1)} Hz, pool ${measured.toFixed(2)} Hz`);
}
await sim.close();
opened?.device.destroy();
