import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { nmodl } from "../../../src/import/index.ts";
import type { Synapse } from "../../../src/mechanisms/mechanism.ts";
import { CELL, CELLS, covariance, currentsOf, DT, mean, STOP } from "./drawn.ts";
import { allToAll } from "../../../src/connect/rules.ts";
import { trains } from "../../../src/network/sources.ts";
import { Network } from "../../../src/network/network.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms, uS } from "../../../src/units.ts";

const read = (name: string) => nmodl(readFileSync(new URL(`../../fixtures/nmodl-noise/${name}.mod`, import.meta.url), "utf8"), { file: name }); // prettier-ignore
const currents = (name: string): Promise<Float64Array[]> => currentsOf(read(name).mechanism as Synapse);

// five standard errors throughout: of a fixed seed, but a right law fails one such test in two million
test.each(["white_current", "white_before"])(
  "%s: mean and standard deviation of a step are the file's, and no step knows of another",
  async (name) => {
    const [i, n] = [await currents(name), (CELLS * STOP) / DT];
    const [about, variance] = [-0.1, 0.2 ** 2]; // an ELECTRODE_CURRENT flows inward
    expect(Math.abs(mean(i) - about)).toBeLessThan(5 * Math.sqrt(variance / n));
    expect(Math.abs(covariance(i, about, 0) / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    for (const lag of [1, 2, 10]) expect(Math.abs(covariance(i, about, lag) / variance)).toBeLessThan(5 / Math.sqrt(n));
  },
);

test("fluctuating conductances: mean, standard deviation and correlation over time are the file's", async () => {
  const i = await currents("background");
  // at -60 mV: (0.012 + x) (-60 - 0) + (0.057 + y) (-60 + 75), sd 0.003 and 0.0066, 2.7 and 10.5 ms; below 0 once in 3e4
  const about = 0.012 * -60 + 0.057 * 15;
  const parts = [{ variance: (0.003 * 60) ** 2, tau: 2.7 }, { variance: (0.0066 * 15) ** 2, tau: 10.5 }]; // prettier-ignore
  const total = parts.reduce((sum, { variance }) => sum + variance, 0);
  const time = CELLS * STOP; // ms; a mean over it has the variance 2 tau / time of a process, its square as much of its square
  const ofMean = Math.sqrt(parts.reduce((sum, { variance, tau }) => sum + (variance * 2 * tau) / time, 0));
  const ofSquare = Math.sqrt(parts.reduce((sum, { variance, tau }) => sum + (2 * variance ** 2 * tau) / time, 0) + (4 * parts[0]!.variance * parts[1]!.variance * 2 * 2.15) / time); // prettier-ignore
  expect(Math.abs(mean(i) - about)).toBeLessThan(5 * ofMean);
  for (const lag of [0, 10, 27, 105, 300]) {
    const want = parts.reduce((sum, { variance, tau }) => sum + variance * Math.exp((-lag * DT) / tau), 0);
    expect(Math.abs(covariance(i, about, lag) - want)).toBeLessThan(5 * ofSquare);
  }
  expect(5 * ofSquare).toBeLessThan(0.06 * total); // the test tells what is 6 % off
  const first = i.map((one) => one[0] as number); // stationary from the start: 100 values, their variance within 5 sqrt(2 / 100)
  const spread = first.reduce((sum, x) => sum + (x - about) ** 2, 0) / CELLS;
  expect(Math.abs(spread / total - 1)).toBeLessThan(0.71);
});

const text = (procedure: string, breakpoint = "SOLVE walk i = x", initial = "x = 0", more = ""): string => `NEURON { POINT_PROCESS p NONSPECIFIC_CURRENT i RANGE x RANDOM r }
PARAMETER { dt (ms) tau = 5 (ms) sd = 0.1 on = 1 }
ASSIGNED { i (nA) x y }
INITIAL { ${initial} }
BREAKPOINT { ${breakpoint} }
PROCEDURE walk() { ${procedure} }${more}`; // prettier-ignore

/** Mean and variance of a step's values of x, and their five standard errors: from the law's variance and fourth central moment. */
test.each([
  ["scop_random()", 1 / 2, 1 / 12, 1 / 80],
  ["exprand(3)", 3, 9, 9 * 81],
  ["normrand(2, 3)^2", 13, 4 * 4 * 9 + 2 * 81, 0],
  ["random_uniform(r, -1, 3)", 1, 16 / 12, 256 / 80],
  ["random_uniform(r)", 1 / 2, 1 / 12, 1 / 80],
  ["random_dpick(r)", 1 / 2, 1 / 12, 1 / 80],
  ["random_negexp(r)", 1, 1, 9],
  ["random_negexp(r, 2)", 2, 4, 9 * 16],
  ["random_normal(r)*random_normal(r)", 0, 1, 9],
  ["scop_random() + scop_random()", 1, 1 / 6, 1 / 15],
])("x = %s has the moments of its law", async (law, about, variance, fourth) => {
  const { mechanism, notes } = nmodl(text(`x = ${law}`));
  const i = await currentsOf(mechanism as Synapse);
  const n = CELLS * (STOP / DT - 1);
  const later = i.map((one) => one.slice(1)); // the first is what INITIAL says
  let [sum, square] = [0, 0];
  for (const one of later) for (const x of one) { sum += x; square += (x - about) ** 2; }
  expect(Math.abs(sum / n - about)).toBeLessThan(5 * Math.sqrt(variance / n));
  if (fourth > 0) expect(Math.abs(square / n - variance)).toBeLessThan(5 * Math.sqrt((fourth - variance ** 2) / n));
  for (const lag of [1, 3]) expect(Math.abs(covariance(later, about, lag) / variance)).toBeLessThan(5 / Math.sqrt(n));
  expect(notes.join()).toContain("x is drawn by hillock");
}); // prettier-ignore

test("a random walk by Euler's step has the variance of that step", async () => {
  const { mechanism } = nmodl(text("x = x + dt*(-x/tau) + sd*sqrt(2*dt/tau)*normrand(0, 1)"));
  const i = await currentsOf(mechanism as Synapse);
  const [tau, sd, from] = [5, 0.1, 500]; // from then on nothing is left of the start
  const a = 1 - DT / tau;
  const variance = (sd ** 2 * 2 * (DT / tau)) / (1 - a * a);
  const later = i.map((one) => one.slice(from));
  const independent = CELLS * (STOP / DT - from) * ((1 - a * a) / (1 + a * a)); // squares of it are correlated by a^2 a step
  expect(Math.abs(covariance(later, 0, 0) / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / independent));
});

test("variables that read the same draw share it", async () => {
  const { mechanism } = nmodl(text("y = normrand(0, sd) x = 2*y + scop_random()*0", "SOLVE walk i = x - 2*y"));
  const i = await currentsOf(mechanism as Synapse);
  for (const one of i) expect(one.every((x) => Math.abs(x) < 1e-15)).toBe(true);
});

test("a vesicle is released with its probability and comes back after its time", async () => {
  const { mechanism } = read("one_vesicle");
  const net = new Network({ seed: 3 });
  const n = 4000;
  const cells = net.cells("cells", { n, ...CELL, receptors: [{ name: "place", synapse: mechanism as Synapse, section: "soma" }] }); // prettier-ignore
  const source = net.sources("source", 1, trains([[1, 31]]));
  net.connect(source, cells.receptor("place"), allToAll(), { weight: uS(1), delay: ms(1) } as never);
  net.record(cells, "place.g" as never, { every: ms(DT) });
  const sim = await simulate(net, { dt: ms(DT), engine: "reference" });
  const g: number[] = [];
  for await (const chunk of sim.run(ms(40))) for (const x of chunk.trace("cells", "place.g").data) g.push(x);
  await sim.close();
  const at = (time: number, cell: number): number => g[Math.round(time / DT) * n + cell] as number;
  const [use, dep] = [0.4, 50];
  const cellsAt = Array.from({ length: n }, (_, cell) => cell);
  const first = cellsAt.filter((cell) => at(3, cell) > 0);
  const again = first.filter((cell) => at(33, cell) > at(31.5, cell));
  const other = cellsAt.filter((cell) => at(3, cell) === 0);
  const second = other.filter((cell) => at(33, cell) > 0);
  // five standard errors of each share
  const near = (found: number, of: number, p: number): void => expect(Math.abs(found / of - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / of)); // prettier-ignore
  near(first.length, n, use);
  near(second.length, other.length, use);
  near(again.length, first.length, (1 - Math.exp(-30 / dep)) * use);
});

describe("draws that cannot be taken are refused, with line and column", () => {
  test.each([
    [text("x = random_normal(q)"), "p.mod:6:24: calls random_normal of what is no RANDOM. Declare it in NEURON: RANDOM r"],
    [text("x = random_normal(r, 1)"), "gives random_normal 2 arguments. Give it 1 or 3"],
    [text("x = x", "SOLVE walk i = x + y", undefined, "\nNET_RECEIVE(w) { if (flag == 2) { y = y + 1 } WATCH (v > scop_random()) 2 }"), "calls scop_random, which is refused: what draws here is no start, no step and no event"],
  ])("%#", (source, message) => expect(() => nmodl(source, { file: "p.mod" })).toThrow(message)); // prettier-ignore

  test("a mean that the process returns to, a parameter that is fixed, and units of its own", () => {
    const source = text("if (on > 0) { x = 3 + exp(-dt/tau)*(x - 3) + sd*sqrt(1 - exp(-2*dt/tau))*normrand(0, 1) }");
    const { mechanism, notes } = nmodl(source, { fixed: { on: 1 } });
    expect((mechanism as Synapse & { i: string }).i).toMatch(/^1 \* \(.*noise\(sd, tau\)\)$/);
    expect(notes.at(-1)).toContain("x is noise of hillock's own");
  });
});
