import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonWith } from "../../scripts/requirements.mjs";
import { oneToOne } from "../../src/connect/rules.ts";
import { nmodl } from "../../src/import/index.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import type { Mechanism, Synapse } from "../../src/mechanisms/mechanism.ts";
import { Network } from "../../src/network/network.ts";
import { trains } from "../../src/network/sources.ts";
import { simulate } from "../../src/run/simulate.ts";
import { degC, ms, mV, ohm_cm, S_per_cm2, uF_per_cm2, um } from "../../src/units.ts";

/** Receptors with events or a memory of their own, on which three connections of different weights end: states of each connection, states that all
 * of them change, a limit. */
const NAMES = ["pulse_ampa", "pulse_short", "refractory", "delayed_on", "saturating", "weight_grows", "pulse_five_states"]; // prettier-ignore
const FOLDER = join(import.meta.dirname, "../fixtures/nmodl");
const [DT, STOP] = [0.025, 60] as const;
/** ms; within pulses and rests of one another, never two at one time. */
const LINKS = [
  { events: [10, 12, 30.5], weight: 0.002 },
  { events: [10.3, 11.4, 31, 40], weight: 0.001 },
  { events: [9.8, 14.2, 30.9, 40.6], weight: 0.003 },
];

const folder = mkdtempSync(join(tmpdir(), "hillock-links-"));
afterAll(() => rmSync(folder, { recursive: true }));
let want: Readonly<Record<string, readonly number[]>>;

beforeAll(() => {
  const base = { diam: 20, leak: 3e-4, celsius: 25, dt: DT, reversals: {}, concentrations: {}, clamp: [0, 0, 0], v0: -65, stop: STOP, insert: [] }; // prettier-ignore
  const cases = NAMES.map((name) => {
    const inNeuron = /POINT_PROCESS\s+(\w+)/.exec(readFileSync(join(FOLDER, `${name}.mod`), "utf8"))?.[1];
    return { ...base, name, points: [{ name: inNeuron, events: [], links: LINKS }] };
  });
  const [from, to] = [join(folder, "job.json"), join(folder, "out.json")];
  writeFileSync(from, JSON.stringify({ mods: NAMES.map((n) => join(FOLDER, `${n}.mod`)), build: join(folder, "build"), cases })); // prettier-ignore
  execFileSync(pythonWith(["neuron"]), [join(import.meta.dirname, "protocol.py"), from, to], { stdio: "pipe" });
  want = JSON.parse(readFileSync(to, "utf8")) as typeof want;
}, 300_000);

async function voltage(mechanism: Mechanism): Promise<number[]> {
  const net = new Network({ seed: 1 });
  const cells = net.cells("cell", 1, {
    sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(35.4), cm: uF_per_cm2(1) }],
    insertions: [{ sections: ["soma"], mechanism: pas, params: { g: S_per_cm2(3e-4), E: mV(-65) } }],
    receptors: [{ name: "place", synapse: mechanism as Synapse, section: "soma" }],
    V0: mV(-65),
    celsius: degC(25),
    detector: { section: "soma", threshold: mV(0) },
  });
  LINKS.forEach(({ events, weight }, k) => {
    const unit = (mechanism as Synapse).weight ?? "uS";
    const source = net.sources(`source${k}`, 1, trains([events]));
    net.connect(source, cells.receptor("place"), oneToOne(), { weight: { value: weight, unit }, delay: ms(0) } as never); // prettier-ignore
  });
  net.record(cells, "V", { every: ms(DT) });
  const sim = await simulate(net, { dt: ms(DT) });
  const found: number[] = [];
  for await (const chunk of sim.run(ms(STOP))) found.push(...chunk.trace("cell", "V").data);
  await sim.close();
  return found;
}

test.each(NAMES)("three connections onto %s, as in NEURON", async (name) => {
  const { mechanism } = nmodl(readFileSync(join(FOLDER, `${name}.mod`), "utf8"), { file: name });
  const [got, neuron] = [await voltage(mechanism), want[name] as readonly number[]];
  expect(got.length).toBe(neuron.length);
  expect(Math.max(...neuron) - Math.min(...neuron)).toBeGreaterThan(0.5);
  expect(got.reduce((most, v, k) => Math.max(most, Math.abs(v - (neuron[k] as number))), 0)).toBeLessThan(1e-6);
});
