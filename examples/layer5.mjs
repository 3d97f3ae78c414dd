// A layer 5 pyramidal cell from an SWC file of 90 sections and eleven .mod files; it spikes on the steps on which NEURON's does.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { degC, mM, ms, mV, nA, Network, ohm_cm, one, S_per_cm2, simulate, uF_per_cm2, um } from "hillock";
import { nmodl, swcCell } from "hillock/import";
import { pas } from "hillock/mechanisms";
import { figure } from "hillock/plot";

const text = (name) => readFileSync(new URL(`layer5/${name}`, import.meta.url), "utf8");
const mod = (name, kinds, params) => ({ mechanism: nmodl(text(`${name}.mod`), { file: `${name}.mod` }).mechanism, in: kinds, params }); // prettier-ignore
const densities = (all, kinds) => Object.entries(all).map(([name, g]) => mod(name, kinds, { gbar: typeof g === "string" ? g : S_per_cm2(g) })); // prettier-ignore
const somatic = { na_t: 2, na_p: 0.0017, k_t: 0.08, k_p: 0.0022, k_v3: 0.69, k_sk: 0.044, ca_h: 0.001, ca_l: 0.0034 };
const apical = { na_t: 0.02, k_v3: 3e-4, k_m: 7e-5, k_sk: 0.0012, ca_h: 6e-5, ca_l: 5e-4, ih: "2e-4 * (2.087 * exp(distance / 323) - 0.87)" }; // prettier-ignore
const calcium = mod("ca_pool", ["soma", "axon", "apic"], { gamma: one(0.0005), decay: ms(120) });
const mechanisms = [{ mechanism: pas, params: { g: S_per_cm2(5e-5), E: mV(-90) } }, ...densities(somatic, ["soma", "axon"]), ...densities(apical, ["apic"]), ...densities({ ih: 2e-4 }, ["soma", "dend"]), calcium]; // prettier-ignore
const cell = swcCell(text("cell.swc"), { mechanisms, nseg: { length: um(40) }, Ra: ohm_cm(100), cm: { soma: uF_per_cm2(1), other: uF_per_cm2(2) }, reversals: { na: mV(50), k: mV(-85) }, concentrations: { cao: mM(2) }, V0: mV(-80), celsius: degC(34) }); // prettier-ignore
const net = new Network({ seed: 1 });
const cells = net.cells("cell", 1, cell);
net.clamp(cells, nA(1), { delay: ms(50), duration: ms(200) });
net.record(cells, "V", { every: ms(0.025) });
const sim = await simulate(net, { dt: ms(0.025) });
const { value: chunk } = await sim.run(ms(300 * Number(process.env.HILLOCK_SCALE ?? 1))).next();
export const [spikes, V] = [chunk.spikes(cells).times, chunk.trace(cells, "V")];
mkdirSync("out", { recursive: true });
writeFileSync("out/layer5.svg", figure({ width: 120, panels: [{ height: 50, x: { label: "time (ms)" }, y: { label: "potential of the soma (mV)" }, series: [{ type: "line", x: V.times, y: V.data }] }] })); // prettier-ignore
await sim.close();
