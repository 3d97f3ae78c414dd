// Current into the somata of a pool: a ramp recruits the cells in order of size.
import { drive, ms, nA, Network, openDevice, seconds, simulate } from "hillock";
import { alphaMotorNeurons, recruitmentThresholds } from "hillock/models/motor-pool";
import { recruitmentOf, spearman, spikeTrains } from "hillock/analysis";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const duration = 6000 * scale; // ms

const net = new Network({ seed: 1 });
const thresholds = recruitmentThresholds({ n: 20, mode: "fuglevand", range: 100 });
const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds }));

// up from 0 to 20 nA and down again; every cell gets the same current, given straight into its soma
const ramp = drive.ramps({ times: [ms(0), ms(duration / 2), ms(duration)], values: [nA(0), nA(20), nA(0)] });
net.clamp(aMN, ramp, { name: "ramp" });
net.record(aMN, "V", { cells: [0, 10, 19], every: ms(1) });

const opened = await openDevice();
const sim = await simulate(net, { device: opened?.device, dt: ms(0.025) });
const [times, cells] = [[], []];
for await (const chunk of sim.run(ms(duration), { chunk: seconds(1 * scale) })) {
  const spikes = chunk.spikes(aMN);
  times.push(...spikes.times);
  cells.push(...spikes.cells);
}
await sim.close();
opened?.device.destroy();

const current = { t: [0, duration / 2, duration], value: [0, 20, 0] };
export const { recruitment, derecruitment } = recruitmentOf(spikeTrains(20, times, cells), current);
export const order = spearman(thresholds.rt, recruitment);
recruitment.forEach((nA, cell) =>
  console.log(
    `cell ${cell}: recruited at ${nA.toFixed(2)} nA, silent again below ${derecruitment[cell].toFixed(2)} nA`,
  ),
);
console.log(`rank correlation of threshold and recruitment current: ${order.toFixed(3)}`);
