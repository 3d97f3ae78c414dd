import { expect } from "vitest";
import { allToAll, list } from "../../../src/connect/rules.ts";
import { StateError } from "../../../src/errors.ts";
import { type Channel, channel, param } from "../../../src/mechanisms/mechanism.ts";
import { neuron } from "../../../src/mechanisms/neuron.ts";
import type { Insertion } from "../../../src/network/cell.ts";
import { adex, iaf_alpha, iaf_cond_alpha, iaf_cond_exp, iaf_delta, iaf_exp, izhikevich, type NeuronType, qif } from "../../../src/mechanisms/neurons/index.ts"; // prettier-ignore
import type { CellsHandle } from "../../../src/network/handles.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson, trains } from "../../../src/network/sources.ts";
import { simulate, type SimulateOptions } from "../../../src/run/simulate.ts";
import type { Chunk } from "../../../src/run/chunk.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";
import { recordRun } from "../../../src/storage/run-folder.ts";
import { Hz, ms, mV, mV_per_ms, nA, ohm_cm, one, per_ms, uF_per_cm2, um, uS } from "../../../src/units.ts";
import { growing } from "../links/networks.ts";
import { hhCells } from "../../gpu/engine-networks.ts";

const DT = 0.025;

/** A state that no current reads, NaN as soon as V is above -60 mV. */
const broken = channel({
  name: "broken",
  doc: "A test's",
  params: { scale: param(mV(1), "of the potential"), tau: param(ms(1), "of the state") },
  states: { x: { inf: "sqrt((-60 - V) / scale)", tau: "tau" } },
  currents: {},
});

/** x + w = x^3 / 3 has three roots for x until w is 2 / 3, after 30 ms, then one that is far; a step is five of its time constants. */
const folding = channel({
  name: "folding",
  doc: "A test's",
  params: {},
  states: { x: { d: "200 * (x - x^3 / 3 + w)", init: "-1.7" }, w: { d: "0.022", init: "0" } },
  currents: {},
});

/** The same as a neuron. */
const folds: NeuronType = neuron({
  name: "folds",
  doc: "A test's",
  params: { k: param(per_ms(200), "rate") },
  states: { V: { d: "k * (V - V^3 / 3 + w)", unit: "1", init: "-1.7" }, w: { d: "0.00011 * k", unit: "1", init: "0" } },
  ports: {},
  spike: "V > 100",
  reset: {},
  method: "backwardEuler",
}); // prettier-ignore

/** Networks with one cell that leaves what a cell can be, and which. */
export const CASES: Readonly<Record<string, { net: () => Network; where: RegExp; state: RegExp; limit?: number; says?: RegExp }>> = {
  "a current of -1e6 nA for 0.2 ms into cell 3 of a small population": {
    net: () => base((net, E) => net.clamp(E, nA(-1e6), { delay: ms(30), duration: ms(0.2), gain: { values: [0, 0, 0, 1, 0], unit: "1" } })),
    where: /^E, cell 3$/,
    state: /V/,
  },
  "the same into a tree": {
    net: () => base((net, E) => net.clamp(E, nA(-1e6), { delay: ms(30), duration: ms(0.2), gain: { values: [0, 0, 0, 1, 0], unit: "1" } }), { nseg: 11 }),
    where: /^E, cell 3$/,
    state: /V/,
  },
  "a weight of 1e38 uS": {
    net: () => base((net, E) => {
        const T = net.sources("T", 1, trains([[30]]));
        net.connect(T, E.inhibitory, allToAll(), { weight: uS(1e38), delay: ms(1) });
      }, { drive: false }),
    where: /^E, cell \d$/,
    state: /V|inh|broken/,
  },
  "a square root of something negative in a state that nothing reads": {
    net: () => base((net, E) => net.clamp(E, nA(0.2), { delay: ms(30), duration: ms(5), gain: { values: [0, 1, 0, 0, 0], unit: "1" } }), { drive: false }),
    where: /^E, cell 1$/,
    state: /broken/,
  },
  "the same in a tree": {
    net: () => base((net, E) => net.clamp(E, nA(2), { delay: ms(30), duration: ms(5), gain: { values: [0, 1, 0, 0, 0], unit: "1" } }), { drive: false, nseg: 11 }),
    where: /^E, cell 1$/,
    state: /broken/,
  },
  ...Object.fromEntries(
    [1, 11].map((nseg) => [
      `a state whose implicit step has no root near, ${nseg} compartments`,
      { net: () => base(() => undefined, { drive: false, nseg, mechanism: folding }), where: /^E, cell \d$/, state: /folding_x$/, says: /x has not settled.*Take a shorter dt/ },
    ]),
  ),
  "the same of a neuron that takes backwardEuler": {
    net: () => point(folds, () => undefined),
    where: /^E, cell 0$/,
    state: /^V$/,
    says: /V has not settled.*or another method/,
  },
  "one entry of a batch": {
    net: () => base((net, E) => {
        net.clamp(E, nA(-1), { name: "I", delay: ms(30), duration: ms(1) });
        net.vary("I.gain", [0, 1e5, 0]);
      }),
    where: /^E, cell 0, entry 1$/,
    state: /V/,
  },
  "a source that transmits more than its rule has a bound for": {
    net: () => base((net, E) => {
        const Q = net.sources("Q", 3, poisson({ rate: Hz(120) }));
        net.connect(Q, E.inhibitory, allToAll(), { weight: uS(1e-6), delay: ms(0), plasticity: growing({ largest: one(3.2) }) });
      }),
    where: /^Q, source \d$/,
    state: /transmit/,
  },
  ...Object.fromEntries(
    ([iaf_exp, iaf_alpha, iaf_cond_exp, iaf_cond_alpha, iaf_delta, adex, qif] as unknown as NeuronType[]).map((type) => [
      `1e30 nA for 0.2 ms into cell 3 of ${type.mechanism.name}, which a spike takes back within the step`,
      { net: () => point(type, (net, E) => net.clamp(E, nA(1e30), CELL_3)), where: /^E, cell 3$/, state: /^V$/ },
    ]),
  ),
  "the same of izhikevich, whose input is a slope": {
    net: () => point(izhikevich, (net, E) => net.clamp(E, mV_per_ms(1e30), CELL_3)),
    where: /^E, cell 3$/,
    state: /^V$/,
  },
  ...Object.fromEntries(
    [iaf_delta, izhikevich, qif].map((type) => [
      `a jump of 1e38 mV of ${type.mechanism.name}`,
      { net: () => point(type, (net, E) => net.connect(net.sources("T", 1, trains([[30]])), E.jump, list([[0, 3]]), { weight: mV(1e38), delay: ms(1) })), where: /^E, cell 3$/, state: /^V$/ },
    ]),
  ),
  "a potential beyond a bound of one's own": {
    net: () => base(() => undefined),
    where: /^E, cell \d$/,
    state: /V/,
    limit: 66, // mV: rest is -65, below which an after-hyperpolarisation goes
  },
}; // prettier-ignore

const CELL_3 = { delay: ms(30), duration: ms(0.2), gain: { values: [0, 0, 0, 1, 0], unit: "1" } } as const;

function point<P extends string>(type: NeuronType<P>, spoil: (net: Network, E: CellsHandle<P>) => unknown): Network {
  const net = new Network({ seed: 2 });
  const E = net.cells("E", type({ n: 5 }));
  net.record(E, "V", { every: ms(DT) });
  spoil(net, E);
  return net;
}

function base(
  spoil: (net: Network, E: ReturnType<typeof populate>) => unknown,
  { nseg = 1, drive = true, mechanism = broken }: { nseg?: number; drive?: boolean; mechanism?: Channel } = {},
): Network {
  const net = new Network({ seed: 2 });
  const E = populate(net, nseg, drive ? [] : [{ sections: ["soma"], mechanism }]);
  if (drive) {
    const P = net.sources("P", 5, poisson({ rate: Hz(300) }));
    net.connect(P, E.fast, allToAll(), { weight: uS(0.01), delay: ms(1), name: "P" });
  }
  net.record(E, "V", { every: ms(DT) });
  spoil(net, E);
  return net;
}

function populate(net: Network, nseg: number, more: readonly Insertion[]) {
  const cells = hhCells(5);
  const sections = [{ name: "soma", L: um(nseg > 1 ? 400 : 20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1), nseg }];
  return net.cells("E", { ...cells, sections, insertions: [...cells.insertions, ...more] });
} // prettier-ignore

/** Runs a case into a folder: it must stop with the right words, keep what came before bit for bit, and stop again on resume. */
export async function expectStop(name: string, options: Pick<SimulateOptions, "device" | "engine">): Promise<void> {
  const { net, where, state, limit, says = /^/ } = CASES[name]!;
  const all = { ...options, dt: ms(DT), ...(limit === undefined ? {} : { voltageLimit: mV(limit) }) };
  const files = new MemoryFiles();
  const error = await stopped(() => into(files, net(), all, 60));
  expect(error).toBeInstanceOf(StateError);
  expect(error.where).toMatch(where);
  expect(error.message).toMatch(says);
  const { step } = error.fault;
  expect(error.fault.state).toMatch(state);
  expect(error.message).toContain(`at step ${step} (t = ${Number((step * DT).toPrecision(12))} ms)`);
  const stored = await loadRun(files);
  expect(stored.run.complete).toBe(false);
  expect(stored.run.doneSteps).toBe(step - 1);
  expect(stored.run.chunks.at(-1)).toMatchObject({ from: 800 * Math.floor((step - 2) / 800), to: step - 1 });
  const healthy = new MemoryFiles();
  await into(healthy, net(), all, (step - 1) * DT);
  const want = await loadRun(healthy);
  for (let entry = 0; entry < stored.run.entries; entry++) {
    expect(await stored.spikes("E", entry)).toEqual(await want.spikes("E", entry));
    expect(await stored.trace("E", "V", entry)).toEqual(await want.trace("E", "V", entry));
  }
  const again = await stopped(() => into(files, net(), all, 60, true));
  expect(again.message).toBe(error.message);
}

async function into(files: MemoryFiles, net: Network, options: SimulateOptions, duration: number, resume = false) {
  const sim = await simulate(net, options);
  try {
    const chunks: AsyncIterable<Chunk> = recordRun(sim, { files, duration: ms(duration), chunk: ms(20), resume });
    for await (const chunk of chunks) void chunk;
  } finally {
    await sim.close();
  }
}

async function stopped(run: () => Promise<void>): Promise<StateError> {
  return run().then(
    () => {
      throw new Error("did not stop");
    },
    (error: unknown) => error as StateError,
  );
}
