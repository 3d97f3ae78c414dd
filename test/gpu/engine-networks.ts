import { expect } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import type { Engine, EngineState } from "../../src/host/engine.ts";
import { fixedProbability, list, oneToOne } from "../../src/connect/rules.ts";
import k_hh from "../../src/mechanisms/channels/k_hh.ts";
import na_hh from "../../src/mechanisms/channels/na_hh.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../../src/models/motor-pool/index.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import exp2syn from "../../src/mechanisms/synapses/exp2syn.ts";
import type { WholeCell } from "../../src/network/cell.ts";
import type { CompileOptions } from "../../src/network/description.ts";
import { Network } from "../../src/network/network.ts";
import { drive } from "../../src/network/signal.ts";
import { gamma, poisson, trains } from "../../src/network/sources.ts";
import { degC, Hz, mS_per_cm2, ms, mV, nA, ohm_cm, perCell, uF_per_cm2, um, uS } from "../../src/units.ts";

export const DT = ms(0.025);

/** Squid axon membrane in a sphere-like cylinder: spikes within a few ms of 0.2 nA. Two receptors of different speed may be
 * addressed together as `excitatory`. */
export const hhCells = (n: number, tau2 = 3): WholeCell<"excitatory" | "fast" | "inhibitory"> => ({
  kind: "cells",
  model: "hh",
  n,
  sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1) }],
  insertions: [
    { sections: ["soma"], mechanism: na_hh },
    { sections: ["soma"], mechanism: k_hh },
    { sections: ["soma"], mechanism: pas, params: { g: mS_per_cm2(0.3), E: perCell(mV, Array.from({ length: n }, (_, c) => -54.3 - 0.1 * c)) } }, // prettier-ignore
  ],
  receptors: [
    { name: "fast", synapse: exp2syn, section: "soma" },
    { name: "slow", synapse: exp2syn, section: "soma", params: { tau1: ms(0.5), tau2: ms(tau2) } },
    { name: "inh", synapse: exp2syn, section: "soma", params: { tau2: ms(5), e: mV(-80) } },
  ],
  groups: { excitatory: ["fast", "slow"], fast: ["fast"], inhibitory: ["inh"] },
  detector: { section: "soma", threshold: mV(0) },
  V0: mV(-65),
  celsius: degC(6.3),
  reversals: { na: mV(50), k: mV(-77) },
});

/** What a test may change of a network. */
export interface Shape {
  readonly seed?: number;
  readonly extra?: boolean; // one more population of sources, and one of cells
  readonly loops?: boolean; // recurrent links with delays of 0.5 .. 2 ms
  readonly longMs?: number; // a delay from E to M of so long
}

/** Sources of every kind, two stages with delay 0 between them, clamps, traces of every phase and interval. */
export function network({ seed = 7, extra = false, loops = false, longMs }: Shape = {}): Network {
  const net = new Network({ seed, structureSeed: 3 });
  if (extra) net.sources("before", 5, poisson({ rate: Hz(200) }));
  const rate = drive.sinusoid({ amplitude: Hz(150), frequency: Hz(50), offset: Hz(200) }).plus(drive.noise({ sd: Hz(40) }));
  const S = net.sources("S", 12, gamma({ order: 3, rate, latency: ms(0.5) }));
  const P = net.sources("P", 9, poisson({ rate: perCell(Hz, [5, 50, 100, 200, 400, 0, 150, 250, 333.3]), latency: ms(1) }));
  const T = net.sources("T", 3, trains([[0, 1, 1.004, 1.008, 5, 20], [2, 2, 2, 11.11], [24.99]]));
  const E = net.cells("E", hhCells(9));
  const M = net.cells("M", hhCells(5, 2));
  net.connect(S, E.excitatory, fixedProbability(0.6), { weight: uS(0.004), delay: ms(1), maxScale: 2 });
  net.connect(P, E.fast, oneToOne(), { weight: (s) => uS(0.01 + 0.001 * s), delay: (s) => ms(0.3 * s) });
  net.connect(T, E.fast, list([[0, 0], [0, 1], [1, 1], [1, 1], [2, 8]]), { weight: uS(0.02), delay: ms(0.5) });
  net.connect(E, M.excitatory, fixedProbability(0.7), { weight: uS(0.008), delay: ms(0), maxScale: 3 });
  if (longMs !== undefined) net.connect(E, M.fast, fixedProbability(0.5), { name: "long", weight: uS(0.02), delay: (s) => ms(longMs - s) });
  if (loops) {
    net.connect(E, E.excitatory, fixedProbability(0.5), { weight: uS(0.004), delay: (s, t) => ms(0.5 + 0.1 * ((s + t) % 16)) });
    net.connect(E, E.inhibitory, fixedProbability(0.4), { weight: uS(0.01), delay: ms(0.55) });
  }
  net.clamp(E, drive.sinusoid({ amplitude: nA(0.05), frequency: Hz(40), offset: nA(0.05) }), { delay: ms(3), duration: ms(30) });
  net.clamp(M, nA(0.02), { gain: { values: [0, 1, 2, 3, 4], unit: "1" } });
  if (extra) net.cells("after", hhCells(3));
  net.record(E, "V", { every: DT });
  net.record(E, "soma.na_hh.i_na", { cells: [0, 4, 8], every: ms(0.075) });
  net.record(M, "fast.g", { every: ms(0.1) });
  net.record(M, "soma.k_hh.n", { cells: { every: 2 }, every: ms(1) });
  return net;
} // prettier-ignore

/** Motor neurons, whose persistent inward currents have live gains. */
export function pool(): Network {
  const net = new Network({ seed: 2 });
  const { rt } = recruitmentThresholds({ n: 6, mode: "combined", range: 100, slope: 10 });
  const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds: rt, V0: mV(-65) }));
  net.connect(net.sources("IN", 6, poisson({ rate: Hz(300) })), aMN.excitatory, oneToOne(), { weight: uS(0.2), delay: ms(1) });
  net.record(aMN, "V", { every: ms(0.1) });
  return net;
} // prettier-ignore

export const compiled = (net: Network, options: Partial<CompileOptions> = {}): CompiledNetwork =>
  compile(net, { dt: DT, ...options });

/** Everything that an engine gave, in an order of its own. */
export interface Run {
  /** step * 2^20 + id, ascending. */
  readonly spikes: Float64Array;
  /** by "population.variable": samples one after another, and their steps. */
  readonly traces: Readonly<Record<string, { readonly steps: number[]; readonly data: number[] }>>;
  readonly state: EngineState;
}

export interface RunOptions {
  /** ends of the segments that are asked for; the last is `to`. */
  readonly ends?: readonly number[];
  /** called before a segment, with the step it starts from. */
  readonly before?: (engine: Engine, step: number) => void;
}

/** Advances to `to` and collects. Two segments are kept in flight. */
export async function collect(engine: Engine, to: number, { ends = [], before }: RunOptions = {}): Promise<Run> {
  const { network } = engine;
  const spikes: number[] = [];
  const traces: Record<string, { steps: number[]; data: number[] }> = {};
  const flight: ReturnType<Engine["advance"]>[] = [];
  const take = async (): Promise<void> => {
    const segment = await flight.shift()!;
    segment.spikeSteps.forEach((step, k) => spikes.push(step * 2 ** 20 + segment.spikeIds[k]!));
    for (const { population, trace, steps, data } of segment.traces) {
      const p = network.populations[population];
      if (p?.kind !== "cells") throw new Error("a trace of no cells");
      const mine = (traces[`${p.name}.${p.traces[trace]!.variable}`] ??= { steps: [], data: [] });
      mine.steps.push(...steps);
      for (const x of data) mine.data.push(x);
    }
  };
  for (const end of [...ends.filter((e) => e > engine.step && e < to), to]) {
    before?.(engine, engine.step);
    flight.push(engine.advance(end));
    if (flight.length === 2) await take();
  }
  while (flight.length > 0) await take();
  return { spikes: Float64Array.from(spikes).sort(), traces, state: await engine.save() };
}

/** Fails at the first difference in any bit of spikes, traces or state. The live log has no order. */
export function expectSame(got: Run, want: Run): void {
  same("spikes", got.spikes, want.spikes);
  expect(Object.keys(got.traces)).toEqual(Object.keys(want.traces));
  for (const [name, { steps, data }] of Object.entries(want.traces)) {
    same(`${name}: steps`, got.traces[name]!.steps, steps);
    same(name, got.traces[name]!.data, data);
  }
  expectSameState(got.state, want.state);
}

export function expectSameState(got: EngineState, want: EngineState): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(want).sort());
  for (const name of Object.keys(want)) {
    if (!name.startsWith("log.")) same(name, got[name]!, want[name]!);
  }
  same("live log", logOf(got), logOf(want));
}

const logOf = (s: EngineState): Float64Array =>
  Float64Array.from(s["log.steps"]!, (step, k) => step * 2 ** 20 + s["log.ids"]![k]!).sort();

export function same(what: string, got: ArrayLike<number>, want: ArrayLike<number>): void {
  const at = Array.from(want).findIndex((x, k) => !Object.is(x, got[k]));
  if (at < 0 && got.length === want.length) return;
  expect.fail(`${what}: differs at ${at} of ${want.length} (got ${got.length}): ${got[at]} for ${want[at]}`);
}

/** The spikes of one population, as step * 2^20 + cell of entry 0. */
export function spikesOf(network: CompiledNetwork, run: Run, name: string, entry = 0): number[] {
  const p = network.populations.find((q) => q.name === name);
  if (p === undefined || !("firstSource" in p)) throw new Error(`no spikes of ${name}`);
  const first = entry * network.nSources + p.firstSource;
  return [...run.spikes].flatMap((key) => {
    const id = (key % 2 ** 20) - first;
    return id >= 0 && id < p.n ? [Math.floor(key / 2 ** 20) * 2 ** 20 + id] : [];
  });
}
