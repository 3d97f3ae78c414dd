// Sources as gamma processes: the higher the order, the more regular the drive, at the same mean rate.
import { fixedProbability, gamma, Hz, ms, Network, openDevice, seconds, simulate, uS } from "hillock";
import { alphaMotorNeurons, recruitmentThresholds } from "hillock/models/motor-pool";
import { coefficientOfVariation, intervals, mean, timesPerCell, spikeTrains } from "hillock/analysis";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const orders = [1, 5, 25];

const net = new Network({ seed: 5 });
const thresholds = recruitmentThresholds({ n: 40, mode: "combined", range: 100, slope: 5 });
const pools = orders.map((order) => {
  const aMN = net.cells(`aMN${order}`, alphaMotorNeurons({ thresholds }));
  const DD = net.sources(`DD${order}`, 100, gamma({ order, rate: Hz(60) }));
  net.connect(DD, aMN.excitatory, fixedProbability(0.5), { weight: uS(0.15), delay: ms(1) });
  return { order, DD, aMN };
});

const opened = await openDevice();
const sim = await simulate(net, { device: opened?.device, dt: ms(0.05) });
const duration = seconds(10 * scale);
let record;
for await (const chunk of sim.run(duration, { chunk: duration })) record = chunk; // one chunk for all of it
await sim.close();
opened?.device.destroy();

/** Mean over cells of SD / mean of their intervals. */
const cv = (spikes) =>
  mean(
    timesPerCell(spikeTrains(spikes.n, spikes.times, spikes.cells))
      .filter((times) => times.length > 3)
      .map((times) => coefficientOfVariation(intervals(times))),
  );

export const variation = pools.map(({ order, DD, aMN }) => {
  const [source, cell] = [cv(record.spikes(DD)), cv(record.spikes(aMN))];
  console.log(
    `order ${order}: CV of the sources ${source.toFixed(3)} (theory ${(1 / Math.sqrt(order)).toFixed(3)}), of the motor neurons ${cell.toFixed(3)}`,
  );
  return { order, source, cell };
});
