import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonWith } from "../../scripts/requirements.mjs";
import { oneToOne } from "../../src/connect/rules.ts";
import { nmodl, nmodlGather } from "../../src/import/index.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import { Network } from "../../src/network/network.ts";
import { simulate } from "../../src/run/simulate.ts";
import { degC, mM, ms, mV, nA, ohm_cm, S_per_cm2, uF_per_cm2, um } from "../../src/units.ts";

/** POINTERs to what other mechanisms have in the same compartment, as the option says and as NEURON's setpointer. */
const FIXTURES = join(import.meta.dirname, "../fixtures");
const own = (name: string): string => join(FIXTURES, "nmodl", `${name}.mod`);
const pointing = (name: string): string => join(FIXTURES, "nmodl-pointers", `${name}.mod`);
const [DT, STOP, LEAK] = [0.025, 100, 3e-4];

interface Case {
  readonly name: string;
  readonly file: string;
  readonly beside: string;
  readonly pointers: Readonly<Record<string, string>>;
  /** pointer, mechanism ("" of the place) and variable in NEURON. */
  readonly neuron: readonly (readonly [string, string, string])[];
  readonly fixed?: Readonly<Record<string, number>>;
}
const CASES: readonly Case[] = [
  { name: "a current and a gate", file: "driven", beside: "hva_ca", pointers: { drive: "hva_ca.i_ca", gate: "hva_ca.h" }, neuron: [["drive", "hva_ca", "ica"], ["gate", "hva_ca", "h"]] },
  { name: "an ion's current and a gate", file: "driven", beside: "hva_ca", pointers: { drive: "ica", gate: "hva_ca.h" }, neuron: [["drive", "", "ica"], ["gate", "hva_ca", "h"]] },
  { name: "a gate that a state follows", file: "follower", beside: "hva_ca", pointers: { leads: "hva_ca.m" }, neuron: [["leads", "hva_ca", "m"]] },
  { name: "a concentration that a state follows", file: "follower", beside: "nernst_pool", pointers: { leads: "cai" }, neuron: [["leads", "", "cai"]], fixed: { scale: 1000 } },
  { name: "the voltage", file: "follower", beside: "hva_ca", pointers: { leads: "v" }, neuron: [["leads", "", "v"]], fixed: { scale: -0.01 } },
]; // prettier-ignore

const folder = mkdtempSync(join(tmpdir(), "hillock-pointers-"));
afterAll(() => rmSync(folder, { recursive: true }));
const suffix = (path: string): string => /SUFFIX\s+(\w+)/.exec(readFileSync(path, "utf8"))?.[1] as string;
const REVERSALS = { ca: 120 };
const CONCENTRATIONS = { cai: 1e-4, cao: 2 };
let want: Readonly<Record<string, readonly number[]>>;

beforeAll(() => {
  const mods = [
    own("hva_ca"),
    own("nernst_pool"),
    pointing("driven"),
    pointing("follower"),
    pointing("transmitter"),
    pointing("heard"),
  ]; // those that are read are registered, and advance, first
  const base = { diam: 20, leak: LEAK, celsius: 25, dt: DT, reversals: REVERSALS, concentrations: CONCENTRATIONS, clamp: [5, 60, 0.1], v0: -65, stop: STOP, points: [] }; // prettier-ignore
  const cases = CASES.map(({ name, file, beside, neuron, fixed = {} }) => ({
    ...base,
    name,
    insert: [...new Set(["hva_ca", beside])].map((one) => suffix(own(one))).concat(suffix(pointing(file))),
    globals: Object.fromEntries(Object.entries(fixed).map(([p, x]) => [`${p}_${suffix(pointing(file))}`, x])),
    pointers: neuron.map(([pointer, of, variable]) => [suffix(pointing(file)), pointer, of, variable]),
  }));
  const across = { ...base, name: "across", insert: [], across: { name: "Heard", pointer: "C", set: {}, insert: ["transmitter"], variable: "T_transmitter" } }; // prettier-ignore
  const [from, to] = [join(folder, "job.json"), join(folder, "out.json")];
  writeFileSync(from, JSON.stringify({ mods, build: join(folder, "build"), cases: [...cases, across] }));
  execFileSync(pythonWith(["neuron"]), [join(import.meta.dirname, "protocol.py"), from, to], { stdio: "pipe" });
  want = JSON.parse(readFileSync(to, "utf8")) as typeof want;
}, 120_000);

const read = (path: string, options = {}) =>
  nmodl(readFileSync(path, "utf8"), { file: basename(path), ...options }).mechanism;

async function voltage({ file, beside, pointers, fixed = {} }: Case, nseg: number): Promise<number[]> {
  const inserted = [...new Set(["hva_ca", beside])].map((name) => read(own(name))).concat(read(pointing(file), { pointers, fixed })); // prettier-ignore
  const pooled = inserted.flatMap((m) => (m.kind === "pool" ? Object.keys(m.states) : []));
  const net = new Network({ seed: 1 });
  const cells = net.cells("cell", 1, {
    sections: [{ name: "soma", L: um(20 * nseg), diam: um(20), nseg, Ra: ohm_cm(35.4), cm: uF_per_cm2(1) }],
    insertions: [
      { sections: ["soma"], mechanism: pas, params: { g: S_per_cm2(LEAK), E: mV(-65) } },
      ...inserted.map((mechanism) => ({ sections: ["soma"], mechanism, params: mechanism.params["cai0"] === undefined ? {} : { cai0: mM(CONCENTRATIONS.cai) } })), // prettier-ignore
    ],
    reversals: { ca: mV(REVERSALS.ca) },
    concentrations: Object.fromEntries(Object.entries(CONCENTRATIONS).filter(([c]) => !pooled.includes(c)).map(([c, x]) => [c, mM(x)])), // prettier-ignore
    V0: mV(-65),
    celsius: degC(25),
    detector: { section: "soma", threshold: mV(0) },
  });
  for (let k = 0; k < nseg; k++) net.clamp(cells, nA(0.1), { at: (k + 0.5) / nseg, delay: ms(5), duration: ms(60), name: `clamp${k}` }); // prettier-ignore
  net.record(cells, "V", { every: ms(DT) });
  const sim = await simulate(net, { dt: ms(DT) });
  const found: number[] = [];
  for await (const chunk of sim.run(ms(STOP))) found.push(...chunk.trace("cell", "V").data);
  await sim.close();
  return found;
}

// twelve equal compartments are as one, and a tree
test.each(CASES.flatMap((one) => [[one.name, 1, one] as const, [one.name, 12, one] as const]))("%s, in %i compartments", async (name, nseg, one) => {
  const [got, neuron] = [await voltage(one, nseg), want[name] as readonly number[]];
  expect(got.length).toBe(neuron.length);
  expect(got.reduce((most, v, k) => Math.max(most, Math.abs(v - (neuron[k] as number))), 0)).toBeLessThan(1e-6);
}); // prettier-ignore

test("a synapse that reads the transmitter of the cell that releases it", async () => {
  const { gather, release } = nmodlGather(readFileSync(pointing("heard"), "utf8"), { file: "heard.mod", pointers: { C: "transmitter.T" } }); // prettier-ignore
  const mechanisms = [pas, read(pointing("transmitter")), release as NonNullable<typeof release>];
  const net = new Network({ seed: 1 });
  const pair = ["a", "b"].map((id) =>
    net.cells(id, 1, {
      sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(35.4), cm: uF_per_cm2(1) }],
      insertions: mechanisms.map((mechanism) => ({ sections: ["soma"], mechanism, params: mechanism === pas ? { g: S_per_cm2(LEAK), E: mV(-65) } : {} })), // prettier-ignore
      V0: mV(-65),
      celsius: degC(25),
      detector: { section: "soma", threshold: mV(0) },
    }),
  );
  const [a, b] = pair as [(typeof pair)[0], (typeof pair)[0]];
  net.gather(a, b, oneToOne(), { ...gather, name: "there" });
  net.gather(b, a, oneToOne(), { ...gather, name: "back" });
  net.clamp(a, nA(0.1), { delay: ms(5), duration: ms(60) });
  for (const cells of pair) net.record(cells, "V", { every: ms(DT) });
  const sim = await simulate(net, { dt: ms(DT) });
  const found: number[][] = [[], []];
  for await (const chunk of sim.run(ms(STOP))) ["a", "b"].forEach((id, k) => found[k]?.push(...chunk.trace(id, "V").data)); // prettier-ignore
  await sim.close();
  const neuron = want["across"] as readonly number[];
  expect(found.flat().length).toBe(neuron.length);
  expect(Math.min(...(found[1] as number[]))).toBeLessThan(-67);
  expect(found.flat().reduce((most, v, k) => Math.max(most, Math.abs(v - (neuron[k] as number))), 0)).toBeLessThan(1e-6); // prettier-ignore
});

test("what is pointed at changes the voltage", () => {
  const all = CASES.map(({ name }) => want[name] as readonly number[]);
  for (const [k, a] of all.entries())
    for (const b of all.slice(k + 1)) {
      if (CASES[k]?.file !== "driven") expect(Math.max(...a.map((v, i) => Math.abs(v - (b[i] as number))))).toBeGreaterThan(0.1); // prettier-ignore
    }
});
