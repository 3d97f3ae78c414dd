// A pool of motor neurons under a shared and a private input, in 20 lines.
import {
  drive,
  fixedProbability,
  Hz,
  ms,
  Network,
  oneToOne,
  openDevice,
  poisson,
  seconds,
  simulate,
  uS,
} from "hillock";
import { alphaMotorNeurons, recruitmentThresholds } from "hillock/models/motor-pool";
import { meanRate } from "hillock/analysis";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it

const net = new Network({ seed: 7 });
const thresholds = recruitmentThresholds({ n: 100, mode: "combined", range: 100, slope: 10 });
const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds }));
const DD = net.sources("DD", 400, poisson({ rate: drive.constant(Hz(65)).after(ms(100)) }));
const IN = net.sources("IN", 100, poisson({ rate: Hz(125) }));
net.connect(DD, aMN.excitatory, fixedProbability(0.3), { weight: uS(0.1), delay: ms(1) });
net.connect(IN, aMN.excitatory, oneToOne(), { weight: uS(0.05), delay: ms(1) });

const opened = await openDevice(); // undefined without an adapter: the reference engine then does the same, slower
const sim = await simulate(net, { device: opened?.device, dt: ms(0.025) });
export const rates = [];
for await (const chunk of sim.run(seconds(5 * scale), { chunk: seconds(1 * scale) })) {
  rates.push(meanRate(chunk.spikes(aMN), chunk));
  console.log(`${chunk.from} to ${chunk.to} ms: ${rates.at(-1).toFixed(2)} Hz per motor neuron`);
}
await sim.close();
opened?.device.destroy();
