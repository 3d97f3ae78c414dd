import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { nmodl } from "../../../src/import/index.ts";
import type { Synapse } from "../../../src/mechanisms/mechanism.ts";
import { Network } from "../../../src/network/network.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { degC, ms, mV, ohm_cm, uF_per_cm2, um } from "../../../src/units.ts";

const read = (name: string) => nmodl(readFileSync(new URL(`../../fixtures/nmodl-noise/${name}.mod`, import.meta.url), "utf8"), { file: name }); // prettier-ignore
const [CELLS, STOP, DT, V0] = [100, 1000, 0.1, -60] as const;

/** Currents of independent cells whose voltage a large capacitance holds at V0, nA: cell by cell. */
async function currents(name: string): Promise<Float64Array[]> {
  const net = new Network({ seed: 4 });
  const cells = net.cells("cells", {
    n: CELLS,
    sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1e6) }],
    insertions: [],
    receptors: [{ name: "place", synapse: read(name).mechanism as Synapse, section: "soma" }],
    detector: { section: "soma", threshold: mV(0) },
    V0: mV(V0),
    celsius: degC(6.3),
  });
  net.record(cells, "place.i" as never, { every: ms(DT) });
  const sim = await simulate(net, { dt: ms(DT), engine: "reference" });
  const found = Array.from({ length: CELLS }, () => new Float64Array(STOP / DT));
  let at = 0;
  for await (const chunk of sim.run(ms(STOP))) {
    const { data } = chunk.trace("cells", "place.i");
    for (let k = 0; k + CELLS <= data.length && at < STOP / DT; k += CELLS, at++) found.forEach((i, c) => (i[at] = data[k + c] as number)); // prettier-ignore
  }
  await sim.close();
  expect(at).toBe(STOP / DT);
  return found;
}

const mean = (x: readonly Float64Array[]): number => x.reduce((sum, i) => sum + i.reduce((a, b) => a + b, 0), 0) / (CELLS * (STOP / DT)); // prettier-ignore
/** Mean product of deviations from the true mean, `lag` steps apart. */
function covariance(x: readonly Float64Array[], about: number, lag: number): number {
  let [sum, n] = [0, 0];
  for (const i of x) for (let k = lag; k < i.length; k++, n++) sum += ((i[k] as number) - about) * ((i[k - lag] as number) - about); // prettier-ignore
  return sum / n;
}

// five standard errors throughout: of a fixed seed, but a right law fails one such test in two million
test("white noise: mean and standard deviation of a step are the file's, and no step knows of another", async () => {
  const [i, n] = [await currents("white_current"), (CELLS * STOP) / DT];
  const [about, variance] = [-0.1, 0.2 ** 2]; // an ELECTRODE_CURRENT flows inward
  expect(Math.abs(mean(i) - about)).toBeLessThan(5 * Math.sqrt(variance / n));
  expect(Math.abs(covariance(i, about, 0) / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  for (const lag of [1, 2, 10]) expect(Math.abs(covariance(i, about, lag) / variance)).toBeLessThan(5 / Math.sqrt(n));
});

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

describe("draws that are no such noise are refused, with line and column", () => {
  const text = (procedure: string, breakpoint = "SOLVE walk i = x", initial = "x = 0"): string => `NEURON { POINT_PROCESS p NONSPECIFIC_CURRENT i RANGE x }
PARAMETER { dt (ms) tau = 5 (ms) sd = 0.1 on = 1 }
ASSIGNED { i (nA) x y }
INITIAL { ${initial} }
BREAKPOINT { ${breakpoint} }
PROCEDURE walk() { ${procedure} }`; // prettier-ignore
  const other = "p.mod:3:19: has x, which is drawn otherwise than as a constant times normrand, alone or beside exp(-dt/tau) times its value before, and is refused"; // prettier-ignore
  test.each([
    [text("x = x + dt*(-x/tau) + sd*sqrt(2*dt/tau)*normrand(0, 1)"), other],
    [text("if (on > 0) { x = exp(-dt/tau)*x + sd*normrand(0, 1) }"), other],
    [text("x = x*normrand(0, 1)"), other],
    [text("x = normrand(0, 1)^2"), other],
    [text("x = normrand(0, sd) + normrand(0, sd)"), "has x, which shares its draws, or sums several"],
    [text("y = normrand(0, sd) x = 2*y", "SOLVE walk i = x + y"), "which shares its draws"],
    [text("", "i = normrand(0, sd)"), "p.mod:5:18: calls normrand, which is refused: NEURON's stream of random numbers is its own. Draw by normrand in a PROCEDURE that BREAKPOINT solves"],
    [text("x = scop_random()"), "p.mod:6:24: calls scop_random, which is refused"],
  ])("%#", (source, message) => expect(() => nmodl(source, { file: "p.mod" })).toThrow(message)); // prettier-ignore

  test("a mean that the process returns to, a parameter that is fixed, and units of its own", () => {
    const source = text("if (on > 0) { x = 3 + exp(-dt/tau)*(x - 3) + sd*sqrt(1 - exp(-2*dt/tau))*normrand(0, 1) }");
    const { mechanism, notes } = nmodl(source, { fixed: { on: 1 } });
    expect((mechanism as Synapse & { i: string }).i).toMatch(/^1 \* \(.*noise\(sd, tau\)\)$/);
    expect(notes.at(-1)).toContain("x is noise of hillock's own");
  });
});
