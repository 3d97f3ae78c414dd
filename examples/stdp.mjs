// Competition by spike timing: the weights of 1,000 inputs become strong or weak, and the neuron slows down.
// Song, Miller & Abbott (2000), Nature Neurosci. 3:919-926.
import { mkdirSync, writeFileSync } from "node:fs";
import { allToAll, Hz, ms, mV, nF, nS, Network, openDevice, poisson, simulate, uniformValues, uS } from "hillock";
import { meanRate } from "hillock/analysis";
import { iaf_cond_exp } from "hillock/neurons";
import { figure } from "hillock/plot";
import { stdp_additive } from "hillock/plasticity";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it, with faster learning
const end = 100_000 * scale; // ms
const fast = scale < 1 ? 8 : 1;
const g_max = 0.015 * 0.01; // of the leak, uS
const net = new Network({ seed: 2 });
const params = { C_m: nF(0.2), g_L: uS(0.01), E_L: mV(-74), V_th: mV(-54), V_reset: mV(-60), t_ref: ms(0), E_ex: mV(0), E_in: mV(-70), tau_ex: ms(5), tau_in: ms(5) }; // prettier-ignore
const cell = net.cells("cell", iaf_cond_exp({ n: 1, params }));
const excitatory = net.sources("excitatory", 1000, poisson({ rate: Hz(20) }));
const inhibitory = net.sources("inhibitory", 200, poisson({ rate: Hz(10) }));
net.connect(excitatory, cell.excitatory, allToAll(), {
  name: "learning",
  weight: uniformValues({ from: uS(0), to: uS(g_max) }),
  delay: ms(0.1),
  dendriticDelay: ms(0.5), // blocks of five steps
  plasticity: stdp_additive({ A_plus: { value: 0.005 * fast, unit: "1" }, A_minus: { value: 0.00525 * fast, unit: "1" }, w_max: uS(g_max) }),
}); // prettier-ignore
net.connect(inhibitory, cell.inhibitory, allToAll(), { weight: nS(0.5), delay: ms(0.1) });
net.recordWeights("learning", { every: ms(end / 4) });

const opened = await openDevice();
const sim = await simulate(net, { device: opened?.device, dt: ms(0.1) });
export const rates = [];
for await (const chunk of sim.run(ms(end), { chunk: ms(end / 4) })) {
  rates.push(meanRate(chunk.spikes(cell), { from: chunk.from, to: chunk.to }));
  console.log(`${(chunk.to / 1000).toFixed(0)} s: ${rates.at(-1).toFixed(1)} Hz`);
}
const { w } = await sim.plasticity("learning");
export const share = { weak: w.filter((x) => x < 0.2 * g_max).length / 1000, strong: w.filter((x) => x > 0.8 * g_max).length / 1000 }; // prettier-ignore
console.log(
  `${(100 * share.weak).toFixed(0)} % of the weights are below a fifth of the largest, ${(100 * share.strong).toFixed(0)} % above four fifths (at first 20 % each)`,
);
const y = new Float64Array(20);
for (const x of w) y[Math.min(19, Math.floor((20 * x) / g_max))] += 1;
const edges = Float64Array.from({ length: 21 }, (_, k) => k / 20);
const series = [{ type: "step", edges, y, filled: true }];
mkdirSync("out", { recursive: true });
writeFileSync("out/stdp.svg", figure({ width: 120, panels: [{ title: "Weights after learning", height: 50, x: { label: "weight / largest" }, y: { label: "inputs" }, series }] })); // prettier-ignore
await sim.close();
opened?.device.destroy();
