import { describe, expect, test } from "vitest";
import { clampsOf } from "../../../src/compile/clamps.ts";
import { compile } from "../../../src/compile/compile.ts";
import { ModelError } from "../../../src/errors.ts";
import { Inputs } from "../../../src/host/inputs.ts";
import { param, synapse } from "../../../src/mechanisms/mechanism.ts";
import { Network } from "../../../src/network/network.ts";
import { drive } from "../../../src/network/signal.ts";
import { MOhm, ms, mV, nA, ohm_cm, S_per_cm2 } from "../../../src/units.ts";
import { hhCells } from "../../gpu/engine-networks.ts";
import { AREA, clamped, commands, DT, E, G, passive, RS, run, signals } from "../../clamps.ts";

const g = G * AREA * 1e-2; // uS
const c = AREA * 1e-5; // nF

/** nA, of a voltage clamp's current in float32: ten roundings of currents below 1 nA, and where the command jumps one of the voltage, of up to
 * 100 mV, a hundredth of which flows on. */
const clampError = (i: number): number => 1e-5 + 1e-4 * Math.abs(i);

/** Backward Euler of a passive compartment, by hand. */
function byHand(steps: number, given: (n: number) => { i: number; g: number; E?: number }): number[] {
  const V = [E];
  for (let n = 0; n < steps; n++) {
    const { i, g: more, E: rest = E } = given(n);
    V.push((c * V[n]! / DT + g * rest + i) / (c / DT + g + more)); // prettier-ignore
  }
  return V;
}

describe.each([
  ["reference", 1e-9],
  ["reference32", 2e-4],
] as const)("clamps on %s", (engine, error) => {
  const column = (data: ArrayLike<number>, cell: number): number[] =>
    Array.from({ length: data.length / 3 }, (_, n) => data[3 * n + cell]!);
  const near = (found: readonly number[], wanted: readonly number[]): void =>
    expect(Math.max(...found.map((x, n) => Math.abs(x - wanted[n]!)))).toBeLessThan(error);

  test("one compartment follows the equations written out by hand", async () => {
    const chunk = await run(clamped(1), { engine });
    const at = [(n: number) => (n < 200 ? 0 : n < 400 ? 0.02 : -0.01), () => 0.01, (n: number) => 0.02 * Math.sin(2 * Math.PI * 0.1 * n * DT)];
    signals.forEach((_, k) => near(column(chunk.trace("current", "V").data, k), byHand(800, (n) => ({ i: at[k]!(n), g: 0 }))));
    commands.forEach((command, k) => {
      const on = (n: number): number => (n >= 40 && n < 640 ? 1 / RS[k]! : 0);
      const V = byHand(800, (n) => ({ i: on(n) * command, g: on(n) }));
      near(column(chunk.trace("voltage", "V").data, k), V);
      // the current that flowed in the step before
      const wanted = V.map((v, n) => (n === 0 ? 0 : on(n - 1) * (command - v)));
      const found = column(chunk.trace("voltage", "vc.i").data, k);
      const most = (i: number): number => (error === 1e-9 ? 1e-6 : clampError(i));
      found.forEach((x, n) => expect(Math.abs(x - wanted[n]!)).toBeLessThan(most(wanted[n]!)));
    });
  }); // prettier-ignore

  test.each([1, 21])("parameters that are played are those of the step, alike at all of %i compartments", async (nseg) => {
    const chunk = await run(clamped(nseg), { engine });
    [1, 1.1, 0.9].forEach((gain, k) => near(column(chunk.trace("played", "V").data, k), byHand(800, (n) => ({ i: 0, g: 0, E: gain * (E + (20 * n) / 800) }))));
    [1, 2, 3].forEach((gain, k) => {
      const m = [0];
      for (let n = 0; n < 800; n++) m.push(m[n]! - Math.expm1(-DT / 3) * (gain * (n < 200 ? 0 : n < 480 ? 0.5 : 0.2) - m[n]!));
      near(column(chunk.trace("played", "soma.following.m").data, k), m);
    });
  }); // prettier-ignore

  test("a receptor's parameter is played in a large tree", async () => {
    const nseg = 11;
    const net = new Network({ seed: 1 });
    const open = synapse({ name: "open", doc: "A test's", params: { e: param(mV(0), "reversal") }, states: { g: { inf: "1e-3", tau: "1", init: "1e-3" } }, onEvent: {}, g: "g", E: "e" });
    const { sections: [soma], ...rest } = passive(nseg);
    const cells = net.cells("E", 3, { ...rest, sections: [{ ...soma!, Ra: ohm_cm(1e18) }], receptors: ["a", "b"].map((name) => ({ name, synapse: open, section: "soma" })) });
    net.play(cells, "b.e", drive.steps({ times: [ms(0), ms(10)], values: [mV(-65), mV(-30)] }));
    for (const variable of ["V", "a.g", "b.g"]) net.record(cells, variable, { every: ms(DT) });
    const chunk = await run(net, { engine });
    near(column(chunk.trace("E", "V").data, 1), byHand(800, (n) => ({ i: (n < 400 ? -65 : -30) * 1e-3, g: 2e-3 })));
  }); // prettier-ignore

  test("a threshold that is played is looked at in the step that it belongs to", async () => {
    const chunk = await run(clamped(1), { engine });
    const { times, cells } = chunk.spikes("neurons");
    const first = [0, 1, 2].map((k) => times[cells.indexOf(k)]!);
    expect(first[1]).toBeLessThan(first[0]!);
    // below -80 mV from 10 ms on: the cell fires at once
    expect(first[2]).toBe(10);
  });

  test("a large tree, clamped and fed, ends where the cable equation does", async () => {
    const nseg = 21;
    const chunk = await run(clamped(nseg), { engine });
    // steady state is not reached in 20 ms; but charge is kept: what flows in is what the membrane takes
    const found = column(chunk.trace("voltage", "V").data, 0);
    expect(Math.abs(found[600]! - -40)).toBeLessThan(0.02);
    // two sealed halves of a cable of length L/2, input resistance ra lambda / tanh
    const lambda = Math.sqrt(((20e-4 / 4) * (1 / G)) / 100); // cm
    const L = (nseg * 20e-4) / 2;
    const rInf = ((100 * lambda) / (Math.PI * 10e-4 ** 2)) * 1e-6; // MOhm
    const input = rInf / Math.tanh(L / lambda) / 2;
    const i = column(chunk.trace("voltage", "vc.i").data, 0)[600]!;
    // 14 ms of a membrane with tau 10 ms: transients of clamped cables are faster (tau / (1 + (pi lambda / 2 L)^2), 0.4 ms), so steady;
    // compartments of lambda / 25 are off by (1/25)^2 / 24 = 7e-5 and the node's own width, half a compartment on each side
    expect(Math.abs(i / (25 / input) - 1)).toBeLessThan(2e-3);
  });
});

test.each([1, 21])("a voltage clamp's current keeps its digits in float32 beside channels, %i compartments", async (nseg) => {
  const net = (): Network => {
    const n = new Network({ seed: 1 });
    const E = n.cells("E", { ...hhCells(1), sections: passive(nseg).sections });
    n.voltageClamp(E, drive.steps({ times: [ms(0), ms(5), ms(15)], values: [mV(-90), mV(-10), mV(-65)] }), { resistance: MOhm(0.01), name: "vc" });
    n.record(E, "vc.i", { every: ms(DT) });
    return n;
  };
  const [wide, narrow] = [await run(net(), { engine: "reference" }), await run(net(), { engine: "reference32" })];
  const [a, b] = [wide, narrow].map((chunk) => chunk.trace("E", "vc.i").data);
  a!.forEach((i, n) => expect(Math.abs(b![n]! - i), `step ${n}: ${i} nA`).toBeLessThan(clampError(i)));
}); // prettier-ignore

describe("what does not fit is refused before the first step", () => {
  const net = (): Network => new Network({ seed: 1 });
  const refused = (build: () => unknown, message: RegExp): void => {
    try {
      build();
    } catch (error) {
      expect(error).toBeInstanceOf(ModelError);
      expect((error as Error).message).toMatch(message);
      return;
    }
    expect.fail("nothing was refused");
  };

  test("at the call", () => {
    const n = net();
    const cells = n.cells("cells", 3, passive(1));
    refused(() => n.clamp(cells, [nA(1), nA(2)]), /2 signals for 3 cells/);
    refused(() => n.voltageClamp(cells, nA(1)), /unit "nA"/);
    refused(() => n.voltageClamp(cells, mV(1), { resistance: MOhm(0) }), /resistance.*is 0 MOhm/);
    refused(() => n.play(cells, "pas.q", S_per_cm2(1)), /no parameter "pas.q"/);
    refused(() => n.play(cells, "V0", mV(-70)), /no parameter "V0"/);
    refused(() => n.play(cells, "pas.g", mV(-70)), /unit "mV"/);
    n.play(cells, "pas.g", S_per_cm2(1e-4));
    refused(() => n.play(cells, "soma.pas.g", S_per_cm2(1e-4), { name: "again" }), /plays into "soma.pas.g", as/);
    refused(() => n.record(cells, "nothing.i", { every: ms(1) }), /there is no "nothing"/);
  });

  test("a clamp is of its own population and steps, whatever stands before it", () => {
    const n = net();
    n.cells("silent", 2, passive(1));
    n.clamp(n.cells("cells", 3, passive(1)), nA(1), { delay: ms(1), duration: ms(0.5) });
    const { populations, clamps } = compile(n, { dt: ms(0.025) });
    expect(clamps.map(({ population, from, to }) => [populations[population]?.name, from, to])).toEqual([["cells", 40, 60]]);
  }); // prettier-ignore

  test("a parameter starts at the noise that is played into it, of every cell and entry", () => {
    const n = net();
    const noise = () => drive.noise({ sd: mV(1), mean: mV(-65) });
    n.play(n.cells("cells", 3, passive(1)), "pas.E", [noise(), noise(), noise()], { name: "cells" });
    n.vary("seed", [1, 2]);
    const network = compile(n, { dt: ms(DT) });
    const [use] = clampsOf(n.describe(), network.clamps, DT, "cells", [...network.seeds]);
    const inputs = new Inputs(network);
    const { clamps } = inputs.block(0, 1);
    const played = Array.from(inputs.clampRow[0]!, (row) => clamps[row]);
    expect(new Set(played).size).toBe(6);
    expect(use!.param!.start.flatMap((values) => [...values])).toEqual(played);
  });

  test("at compile", async () => {
    const low = net();
    low.play(
      low.cells("cells", passive1()),
      "pas.g",
      drive.steps({ times: [ms(0), ms(5)], values: [S_per_cm2(1e-4), S_per_cm2(-1)] }),
    );
    await expect(run(low, { engine: "reference" })).rejects.toThrow(/is -1 S\/cm2 at 5 ms/);
    const varied = net();
    varied.play(varied.cells("cells", passive1()), "pas.g", S_per_cm2(1e-4));
    varied.vary("cells.pas.g", [S_per_cm2(1e-4), S_per_cm2(2e-4)]);
    await expect(run(varied, { engine: "reference" })).rejects.toThrow(/varied in the batch and played/);
  });
});

const passive1 = () => ({ ...passive(1), n: 1 });
