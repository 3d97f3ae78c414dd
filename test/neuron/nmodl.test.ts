import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pythonWith } from "../../scripts/requirements.mjs";
import { nmodl, nmodlGather } from "../../src/import/index.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import type { GivenTable, NmodlFile } from "../../src/import/index.ts";
import type { Mechanism } from "../../src/mechanisms/mechanism.ts";
import type { CellModel } from "../../src/network/cell.ts";
import { Network } from "../../src/network/network.ts";
import { trains } from "../../src/network/sources.ts";
import { oneToOne } from "../../src/connect/rules.ts";
import { simulate } from "../../src/run/simulate.ts";
import { degC, type Quantity, mM, ms, mV, nA, ohm_cm, S_per_cm2, uF_per_cm2, um } from "../../src/units.ts";

/** The mechanisms that come with NEURON, and files of our own with the idioms of published ones. */
const DEMO = "/usr/share/nrn/demo/release";
const OWN = join(import.meta.dirname, "../fixtures/nmodl");
const REFUSED = new Map([["invlfire", "ARTIFICIAL_CELL"]]);
/** What two cells read of each other, by its POINTER. */
const ACROSS = new Map([
  ["gap_half", "vgap"], ["graded", "vpre"], ["graded_rise", "vpre"], ["graded_pyloric", "vpre"], ["graded_pulse", "pre"], ["graded_g_protein", "vpre"],
]); // prettier-ignore

const files = [DEMO, OWN].flatMap((dir) => readdirSync(dir).filter((f) => f.endsWith(".mod")).map((f) => join(dir, f))); // prettier-ignore
const [CELSIUS, DT, STOP, LEAK] = [25, 0.025, 100, 3e-4] as const;
const REVERSALS = { na: 50, k: -77, ca: 120, sk: -80 };
const CONCENTRATIONS: Readonly<Record<string, number>> = { cai: 1e-4, cao: 2, nai: 10, nao: 140, ki: 54.4, ko: 2.5 };
/** Two of them within pulses and refractory times. */
const EVENTS = [10, 12, 30.5, 30.9];
const WEIGHT = 0.002;

interface Case {
  readonly name: string;
  readonly path: string;
  readonly mechanism: Mechanism;
  readonly plasticity: NmodlFile["plasticity"];
}

/** Values that a script gives: of the steady state 9 points, unevenly; beyond -80 and 40 mV their ends are held. Over two arguments NEURON takes a
 * grid of equal spacing; the cell begins below it. */
const TABLES = new Map<string, Readonly<Record<string, GivenTable>>>([["bk_surface", {
  opened: { x: [-62, -50, -38, -26], y: [-4.5, -3.75, -3], z: [[0.01, 0.2, 0.3], [0.05, 0.4, 0.5], [0.3, 0.7, 0.8], [0.6, 0.95, 0.9]] },
}], ["k_measured", {
  ninf: { x: [-80, -70, -62, -55, -40, -20, 0, 15, 40], y: [0.02, 0.06, 0.15, 0.3, 0.55, 0.8, 0.93, 0.97, 1] },
  ntau: { x: [-70, -50, -30, 20], y: [9, 6, 3, 1.2] },
}]]); // prettier-ignore

/** What the C of a file gives. */
const IN_C = new Map([["vesicle_in_c", { chance: "0.4" }]]);
const optionsOf = (name: string) => ({
  include,
  functionTables: TABLES.get(name) ?? {},
  verbatim: IN_C.get(name) ?? {},
});

const include = (name: string): string => readFileSync(join(OWN, name), "utf8");
const stem = (path: string): string => basename(path, ".mod");
const cases = files
  .filter((path) => !REFUSED.has(stem(path)) && !ACROSS.has(stem(path)))
  .map((path): Case => {
    const { mechanism, plasticity } = nmodl(readFileSync(path, "utf8"), {
      file: basename(path),
      ...optionsOf(stem(path)),
    });
    return { name: stem(path), path, mechanism, plasticity };
  });
const nameInNeuron = (path: string): string =>
  /(?:SUFFIX|POINT_PROCESS)\s+(\w+)/.exec(readFileSync(path, "utf8").replace(/^TITLE.*$|:.*$/gm, ""))?.[1] as string;
/** What reads the concentration of a pool: it is inserted beside one. */
const COMPANIONS = ["hva_ca", "small_k_ca"];
/** Three pools of one mechanism, whose reversal potentials it writes, with a channel that feeds one and one that reads all. */
const POOLS = ["calcium_three_pools", "lca_of_pool", "sk_of_pools"];
/** Beside what reads the current of calcium one that carries it alone: where one reads eca and another cai, and none sets it, NEURON computes eca. */
const besideOf = ({ name, mechanism: m }: Pick<Case, "name" | "mechanism">): readonly string[] => {
  if (POOLS.includes(name)) return POOLS.filter((other) => other !== name);
  return m.kind === "pool" && m.ion === "ca" ? COMPANIONS : m.name === "k_total_ca" ? ["hva_ca"] : m.kind === "pool" ? ["old_hh"] : []; // prettier-ignore
};
const takesEvents = (m: Mechanism): boolean =>
  m.kind === "synapse" && (m.receive !== undefined || Object.keys(m.onEvent).length > 0);

/** The line of the first fault that NEURON's own check of units finds; it stops there. */
function modlunitsLine(path: string): string | undefined {
  const env = { ...process.env, MODLUNIT: "/usr/share/nrn/lib/nrnunits.lib" };
  const { stdout, stderr } = spawnSync("modlunit", [path], { env, encoding: "utf8", cwd: dirname(path) });
  return / at line (\d+) in file/.exec(stdout + stderr)?.[1];
}

const folder = mkdtempSync(join(tmpdir(), "hillock-nmodl-"));
afterAll(() => rmSync(folder, { recursive: true }));
let want: Readonly<Record<string, readonly number[]>>;

const own = (name: string): string => join(OWN, `${name}.mod`);
const PROTOCOL = { diam: 20, leak: LEAK, celsius: CELSIUS, dt: DT, reversals: REVERSALS, concentrations: CONCENTRATIONS, clamp: [5, 60, 0.1], v0: -65, stop: STOP }; // prettier-ignore

beforeAll(() => {
  const across = [...ACROSS].map(([name, pointer]) => ({ ...PROTOCOL, name, insert: [], points: [], across: { name: nameInNeuron(own(name)), pointer, set: {} } })); // prettier-ignore
  const single = cases.map(({ name, path, mechanism }) => ({
    ...PROTOCOL,
    name,
    tables: Object.fromEntries(Object.entries(TABLES.get(name) ?? {}).map(([table, points]) => [`${table}_${nameInNeuron(path)}`, points])), // prettier-ignore
    insert:
      mechanism.kind === "synapse"
        ? []
        : [nameInNeuron(path), ...besideOf({ name, mechanism }).map((other) => nameInNeuron(own(other)))],
    points: mechanism.kind === "synapse" ? [{ name: nameInNeuron(path), events: takesEvents(mechanism) ? EVENTS : [], weight: WEIGHT }] : [], // prettier-ignore
  }));
  const sent = { ...PROTOCOL, name: "sent", insert: [], points: [{ name: "Short", events: [], train: [9, 2.1, 2], delay: 1, weight: WEIGHT }] }; // prettier-ignore
  const job = { mods: [...cases.map((c) => c.path), ...[...ACROSS.keys()].map(own)], build: join(folder, "build"), cases: [...single, ...across, sent] }; // prettier-ignore
  const [from, to] = [join(folder, "job.json"), join(folder, "out.json")];
  writeFileSync(from, JSON.stringify(job));
  execFileSync(pythonWith(["neuron"]), [join(import.meta.dirname, "protocol.py"), from, to], { stdio: "pipe" });
  want = JSON.parse(readFileSync(to, "utf8")) as typeof want;
}, 300_000);

const companionsOf = (one: Pick<Case, "name" | "mechanism">): Mechanism[] =>
  cases.filter(({ name }) => besideOf(one).includes(name)).map((c) => c.mechanism);

/** A pool that starts at what the cell gives. */
const startOf = ({ params }: Mechanism): Record<string, Quantity> =>
  params["cai0"] === undefined ? {} : { cai0: mM(CONCENTRATIONS["cai"] as number) };

function cellWith(one?: Pick<Case, "name" | "mechanism">): CellModel {
  const m = one?.mechanism;
  const inserted = one === undefined || m?.kind === "synapse" ? [] : [one.mechanism, ...companionsOf(one)];
  const pooled = inserted.flatMap((x) => (x.kind === "pool" ? Object.keys(x.states) : []));
  const given = Object.entries(CONCENTRATIONS).filter(([name]) => !pooled.includes(name));
  const leak = { sections: ["soma"], mechanism: pas, params: { g: S_per_cm2(LEAK), E: mV(-65) } };
  return {
    sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(35.4), cm: uF_per_cm2(1) }],
    insertions: [leak, ...inserted.map((mechanism) => ({ sections: ["soma"], mechanism, params: startOf(mechanism) }))], // prettier-ignore
    receptors: m?.kind === "synapse" ? [{ name: "place", synapse: m, section: "soma" }] : [],
    reversals: Object.fromEntries(Object.entries(REVERSALS).map(([ion, E]) => [ion, mV(E)])),
    concentrations: Object.fromEntries(given.map(([name, c]) => [name, mM(c)])),
    V0: mV(-65),
    celsius: degC(CELSIUS),
    detector: { section: "soma", threshold: mV(0) },
  };
}

async function voltage({ name, mechanism: m, plasticity }: Case, events = EVENTS, delay = 0): Promise<number[]> {
  const net = new Network({ seed: 1 });
  const cells = net.cells("cell", 1, cellWith({ name, mechanism: m }));
  net.clamp(cells, nA(0.1), { delay: ms(5), duration: ms(60) });
  if (m.kind === "synapse" && takesEvents(m)) {
    const source = net.sources("source", 1, trains([events]));
    net.connect(source, cells.receptor("place"), oneToOne(), { weight: { value: WEIGHT, unit: m.weight ?? "uS" }, delay: ms(delay), ...(plasticity === undefined ? {} : { plasticity: plasticity() }) } as never); // prettier-ignore
  }
  net.record(cells, "V", { every: ms(DT) });
  const sim = await simulate(net, { dt: ms(DT) });
  const found: number[] = [];
  for await (const chunk of sim.run(ms(STOP))) found.push(...chunk.trace("cell", "V").data);
  await sim.close();
  return found;
}

describe("translated mechanisms run as in NEURON", () => {
  test.each(cases)("$name", async (one) => {
    const { name } = one;
    const [got, neuron] = [await voltage(one), want[name] as readonly number[]];
    expect(got.length).toBe(neuron.length);
    const worst = got.reduce((most, v, k) => Math.max(most, Math.abs(v - (neuron[k] as number))), 0);
    expect(worst).toBeLessThan(1e-6); // mV: what users are promised; rounding stays far below it but where NEURON iterates
  });

  // events of one time come in the order in which they were sent: here the receptor's own, 2.1 ms before, then the connection's, 1 ms before
  test("an event of its own and one that comes at the same time", async () => {
    const got = await voltage(cases.find((c) => c.name === "pulse_short") as Case, [9, 11.1], 1);
    const worst = got.reduce((most, v, k) => Math.max(most, Math.abs(v - (want["sent"]?.[k] as number))), 0);
    expect(worst).toBeLessThan(1e-6);
    const at = (time: number): number => want["sent"]?.[Math.round(time / DT)] as number;
    expect(at(14)).toBeGreaterThan(at(12.1)); // the second pulse is not ended by the first one's event
  });

  test.each([...ACROSS.keys()])("%s, from each of two cells to the other", async (name) => {
    const { gather, release } = nmodlGather(readFileSync(own(name), "utf8"), { file: name });
    const net = new Network({ seed: 1 });
    const model = cellWith();
    const inserted = release === undefined ? [] : [{ sections: ["soma"], mechanism: release }];
    const cell = { ...model, insertions: [...(model.insertions ?? []), ...inserted] };
    const pair = ["a", "b"].map((id) => net.cells(id, 1, cell));
    const [a, b] = pair as [(typeof pair)[0], (typeof pair)[0]];
    net.gather(a, b, oneToOne(), { ...gather, name: "there" });
    net.gather(b, a, oneToOne(), { ...gather, name: "back" });
    net.clamp(a, nA(0.1), { delay: ms(5), duration: ms(60) });
    for (const cells of pair) net.record(cells, "V", { every: ms(DT) });
    const sim = await simulate(net, { dt: ms(DT) });
    const found: number[][] = [[], []];
    for await (const chunk of sim.run(ms(STOP))) ["a", "b"].forEach((id, k) => found[k]?.push(...chunk.trace(id, "V").data)); // prettier-ignore
    await sim.close();
    const neuron = want[name] as readonly number[];
    expect(Math.max(...(found[1] as number[])) - Math.min(...(found[1] as number[]))).toBeGreaterThan(0.5); // mV: the other cell feels it
    const worst = found.flat().reduce((most, v, k) => Math.max(most, Math.abs(v - (neuron[k] as number))), 0);
    expect(found.flat().length).toBe(neuron.length);
    expect(worst).toBeLessThan(1e-6);
  });

  test("the protocol tells mechanisms apart", () => {
    const flat = cases.filter(({ name }) => Math.max(...(want[name] as readonly number[])) < -64);
    expect(flat.map((c) => c.name)).toEqual(["capump"]); // it pumps the cell down
  });

  test.each(cases)("units of $name: the first warning is modlunit's", ({ path }) => {
    const { warnings } = nmodl(readFileSync(path, "utf8"), {
      file: "f",
      ...optionsOf(stem(path)),
    });
    expect(warnings[0]?.split(":")[1]).toBe(modlunitsLine(path));
  });

  test.each([...REFUSED])("%s is refused: %s", (name, why) => {
    const path = join(DEMO, `${name}.mod`);
    expect(() => nmodl(readFileSync(path, "utf8"), { file: `${name}.mod` })).toThrow(why);
  });
});
