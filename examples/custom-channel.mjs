// A channel of one's own (examples/channels/a-type.mjs) in the somata of published cells: it delays the first spike.
import { mS_per_cm2, ms, nA, Network, openDevice, simulate } from "hillock";
import { alphaMotorNeurons, recruitmentThresholds } from "hillock/models/motor-pool";
import k_a from "./channels/a-type.mjs";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const duration = Math.max(200, 1000 * scale); // ms

const thresholds = recruitmentThresholds({ n: 5, mode: "fuglevand", range: 100 });
const published = alphaMotorNeurons({ thresholds });
const withChannel = {
  ...published,
  insertions: [...published.insertions, { sections: ["soma"], mechanism: k_a, params: { g_max: mS_per_cm2(2) } }],
};

const net = new Network({ seed: 1 });
const pools = [net.cells("published", published), net.cells("withChannel", withChannel)];
for (const cells of pools) net.clamp(cells, nA(12), { delay: ms(50) });
net.record(pools[1], "soma.k_a.b", { cells: [0], every: ms(1) });

const opened = await openDevice();
const sim = await simulate(net, { device: opened?.device, dt: ms(0.025) });
export const found = {};
for await (const chunk of sim.run(ms(duration), { chunk: ms(duration) })) {
  for (const { name } of pools) {
    const { times, cells } = chunk.spikes(name);
    const latency = Array.from({ length: 5 }, (_, cell) => times[cells.indexOf(cell)] - 50);
    found[name] = { spikes: times.length, latency };
    console.log(`${name}: ${times.length} spikes; first after ${latency.map((t) => t.toFixed(1)).join(", ")} ms`);
  }
  found.inactivation = chunk.trace("withChannel", "soma.k_a.b").data;
}
await sim.close();
opened?.device.destroy();
