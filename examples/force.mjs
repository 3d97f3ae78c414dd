// FORCE: spiking neurons learn to make a 5 Hz sine by themselves, their read-out fed back and learned by recursive least squares.
// Nicola & Clopath (2017), Nature Commun. 8:2208; 400 neurons instead of 2,000.
import { mkdirSync, writeFileSync } from "node:fs";
import { allToAll, drive, fixedProbability, Hz, ms, mV, Network, normalValues, one, rls, simulate } from "hillock"; // prettier-ignore
import { param } from "hillock/mechanisms";
import { neuron } from "hillock/neurons";
import { figure } from "hillock/plot";

const scale = Number(process.env.HILLOCK_SCALE ?? 1); // tests run a part of it
const [start, stop, end] = [200, 200 + 2000 * scale, 200 + 3000 * scale];
const filtered = { inf: "0", unit: "1", init: "0" };
const lif = neuron({
  name: "force_lif",
  doc: "Leaky integrate-and-fire with double-exponential filters of what it hears (A, B) and of its own spikes (a, b).",
  params: { tau_m: param(ms(10), "membrane"), tau_r: param(ms(2), "rise"), tau_d: param(ms(20), "decay"), t_ref: param(ms(2), "refractory period"), V_th: param(mV(-40), "threshold"), V_r: param(mV(-65), "reset") }, // prettier-ignore
  states: {
    V: { inf: "V_th + 1000 * (B - A) / (tau_d - tau_r) + feedback", tau: "tau_m", unit: "mV", init: "V_r" },
    A: { ...filtered, tau: "tau_r" },
    B: { ...filtered, tau: "tau_d", init: "0.01" }, // a kick: the bias alone stops at the threshold
    a: { ...filtered, tau: "tau_r" },
    b: { ...filtered, tau: "tau_d" },
  },
  ports: { recurrent: { unit: "1", doc: "spikes of others", onEvent: { A: "weight", B: "weight" } } },
  inputs: { feedback: { unit: "mV", doc: "the read-out, by the neuron's encoder" } },
  spike: "V > V_th",
  reset: { V: "V_r", a: "a + 1", b: "b + 1" },
  refractory: "t_ref",
});

const net = new Network({ seed: 3 });
const V = Array.from({ length: 400 }, (_, k) => -65 + 25 * ((k * 0.618034) % 1));
const cells = net.cells("cells", lif({ n: 400, initial: { V: { values: V, unit: "mV" } } }));
const sd = one(0.04 / (Math.sqrt(400) * 0.1));
net.connect(cells, cells.receptor("recurrent"), fixedProbability(0.1), { weight: normalValues({ mean: one(0), sd }), delay: ms(0.05) }); // prettier-ignore
const z = net.readout("z", cells, {
  value: "1000 * (b_pre - a_pre) / (tau_d - tau_r)",
  params: { tau_d: ms(20), tau_r: ms(2) },
  weight: ms(0),
  learning: rls({ target: drive.sinusoid({ amplitude: one(1), frequency: Hz(5) }), every: ms(2.5), P0: 2.5e-5, start: ms(start), stop: ms(stop) }), // prettier-ignore
});
net.gather(z, cells, allToAll(), { value: "z_pre", weight: (_, k) => mV(10 * (2 * ((k * 0.754878) % 1) - 1)), input: "feedback" }); // prettier-ignore
for (const what of ["z", "error"]) net.recordReadout(z, what, { every: ms(2.5) });

const sim = await simulate(net, { dt: ms(0.05), engine: "reference" }); // a step at a time: quicker here than a software adapter
const rms = (x, from, to) => Math.sqrt(x.slice(from / 2.5, to / 2.5).reduce((a, b) => a + b * b, 0) / ((to - from) / 2.5)); // prettier-ignore
export let errors;
for await (const chunk of sim.run(ms(end), { chunk: ms(end) })) {
  const [made, error] = ["z", "error"].map((what) => chunk.trace(cells, `z.${what}`));
  errors = {
    before: rms(error.data, 0, start),
    learned: rms(error.data, stop - 200, stop),
    alone: rms(error.data, stop, end),
  };
  console.log(`rms error ${errors.before.toFixed(2)} before, ${errors.learned.toFixed(3)} at the end of learning, ${errors.alone.toFixed(3)} alone`); // prettier-ignore
  const panel = { height: 40, x: { label: "ms" }, y: { label: "read-out" }, series: [{ type: "line", x: made.times, y: made.data }] }; // prettier-ignore
  mkdirSync("out", { recursive: true });
  writeFileSync("out/force.svg", figure({ width: 160, panels: [{ title: "A sine, learned", ...panel }] }));
}
await sim.close();
