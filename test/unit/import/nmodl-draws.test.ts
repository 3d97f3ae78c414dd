import { describe, expect, test } from "vitest";
import { nmodl } from "../../../src/import/index.ts";
import type { Channel, Mechanism, Synapse } from "../../../src/mechanisms/mechanism.ts";
import { Network } from "../../../src/network/network.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms } from "../../../src/units.ts";
import { CELL, CELLS, covariance, currentsOf, DT, mean, STOP } from "./drawn.ts";

const N = (CELLS * STOP) / DT;
const point = (breakpoint: string, more = "", initial = ""): string => `NEURON { POINT_PROCESS p NONSPECIFIC_CURRENT i RANDOM r, q }
PARAMETER { sd = 0.1 n = 6 mu = 2.5 } ASSIGNED { v (mV) i (nA) x y }
INITIAL { ${initial} }
BREAKPOINT { ${breakpoint} }${more}`; // prettier-ignore

/** States of a channel in `n` cells at the start of a run, by name. */
async function starts(mechanism: Mechanism, names: readonly string[], { n = 4000, seed = 4, sections = CELL.sections as readonly object[], place = "soma" } = {}): Promise<number[][]> {
  const net = new Network({ seed });
  const cells = net.cells("cells", { n, ...CELL, sections, insertions: [{ sections: ["soma"], mechanism }] } as never);
  for (const name of names) net.record(cells, `${place}.${mechanism.name}.${name}` as never, { every: ms(DT) });
  const sim = await simulate(net, { dt: ms(DT), engine: "reference" });
  const found = names.map((): number[] => []);
  for await (const chunk of sim.run(ms(DT))) names.forEach((name, k) => found[k]?.push(...chunk.trace("cells", `${place}.${mechanism.name}.${name}`).data.slice(0, n)));
  await sim.close();
  return found;
} // prettier-ignore

const moments = (x: readonly number[]) => {
  const m = x.reduce((a, b) => a + b, 0) / x.length;
  return { mean: m, variance: x.reduce((a, b) => a + (b - m) ** 2, 0) / x.length };
};

describe("INITIAL draws once for each cell", () => {
  const text = `NEURON { SUFFIX ch NONSPECIFIC_CURRENT il RANDOM r }
PARAMETER { gl = 1e-4 } ASSIGNED { v (mV) il (mA/cm2) off twice late }
STATE { m }
INITIAL { random_setseq(r, 5) m = random_uniform(r, 0.2, 0.6) off = random_normal(r, 3, 2) twice = 2*off late = exprand(4) }
BREAKPOINT { SOLVE s METHOD cnexp il = gl*(m + off + twice + late)*(v + 60) }
DERIVATIVE s { m' = (0.5 - m)/1e9 }`;
  const { mechanism, notes } = nmodl(text);
  const all = ["m", "off", "late"];

  // five standard errors of 4000 numbers: variances of the laws, and of their squares by fourth moments
  test("with the moments of the laws, independent of each other", async () => {
    const n = 4000;
    const [m, off, late] = (await starts(mechanism, all)) as [number[], number[], number[]];
    for (const [x, about, variance, fourth] of [[m, 0.4, 0.16 / 12, 0.4 ** 4 / 80], [off, 3, 4, 48], [late, 4, 16, 9 * 256]] as const) {
      expect(Math.abs(moments(x).mean - about)).toBeLessThan(5 * Math.sqrt(variance / n));
      expect(Math.abs(moments(x).variance - variance)).toBeLessThan(5 * Math.sqrt((fourth - variance ** 2) / n));
    }
    const product = m.map((x, c) => ((x - 0.4) * ((off[c] as number) - 3)) / Math.sqrt((0.16 / 12) * 4));
    expect(Math.abs(moments(product).mean)).toBeLessThan(5 / Math.sqrt(n));
    const neighbours = off.slice(1).map((x, c) => ((x - 3) * ((off[c] as number) - 3)) / 4);
    expect(Math.abs(moments(neighbours).mean)).toBeLessThan(5 / Math.sqrt(n));
    expect(notes).toContain("what INITIAL draws is drawn by hillock, once for each cell: the law is the file's, the numbers are not NEURON's"); // prettier-ignore
  }); // prettier-ignore

  test("the same again by the same seed, others by another, whatever more cells there are", async () => {
    const first = await starts(mechanism, all, { n: 50 });
    expect(await starts(mechanism, all, { n: 50 })).toEqual(first);
    expect((await starts(mechanism, all, { n: 80 })).map((x) => x.slice(0, 50))).toEqual(first);
    const other = await starts(mechanism, all, { n: 50, seed: 5 });
    first.forEach((x, k) => expect(x.filter((value, c) => value === other[k]?.[c]).length).toBe(0));
  });

  test("what reads one draw twice reads one number", () => {
    const { states } = nmodl(text.replace("twice + late", "late").replace("m + off", "m + off + twice*0")).mechanism;
    expect(states).toHaveProperty("off.init", "3 + 2 * draw_normal(1)");
    const both = nmodl(text.replace("(m + off + twice + late)", "(m + off + late*twice)")).mechanism;
    expect(both.states).toHaveProperty("twice.init");
    expect(JSON.stringify(both.states)).not.toContain("draw_normal(2)");
  });

  test("in each compartment of a cell of more than 8", async () => {
    const sections = [{ ...CELL.sections[0], nseg: 11 }];
    const at = async (x: string) => (await starts(mechanism, ["off"], { n: 30, sections, place: `soma(${x})` }))[0] as number[];
    const [one, other] = [await at("0.05"), await at("0.95")];
    expect(new Set([...one, ...other]).size).toBe(60);
  }); // prettier-ignore

  test("entries of a batch are runs of their seeds", async () => {
    const single = await starts(mechanism, ["off"], { n: 20, seed: 9 });
    const net = new Network({ seed: 4 });
    const cells = net.cells("cells", { n: 20, ...CELL, insertions: [{ sections: ["soma"], mechanism }] });
    net.record(cells, "soma.ch.off" as never, { every: ms(DT) });
    net.vary("seed", [4, 9]);
    const sim = await simulate(net, { dt: ms(DT), engine: "reference" });
    const found: number[][] = [[], []];
    for await (const chunk of sim.run(ms(DT))) [0, 1].forEach((entry) => found[entry]?.push(...chunk.trace("cells", "soma.ch.off", entry).data.slice(0, 20))); // prettier-ignore
    await sim.close();
    expect(found[1]).toEqual(single[0]);
    expect(found[0]?.some((x, c) => x === single[0]?.[c])).toBe(false);
  });
});

describe("BREAKPOINT draws one number a step", () => {
  test.each([
    ["i = random_normal(r, 0.5, sd)", "", 0.5, 0.01, 3e-4],
    ["x = random_uniform(r) i = x + x", "", 1, 1 / 3, 1 / 5],
    ["i = scop_random() + scop_random()", "", 1, 1 / 6, 1 / 15],
    ["draw() i = y", "\nPROCEDURE draw() { y = exprand(0.5) }", 0.5, 0.25, 9 / 16],
  ])("%s", async (breakpoint, more, about, variance, fourth) => {
    const { mechanism, notes } = nmodl(point(breakpoint, more));
    const i = await currentsOf(mechanism as Synapse);
    expect(Math.abs(mean(i) - about)).toBeLessThan(5 * Math.sqrt(variance / N));
    expect(Math.abs(covariance(i, about, 0) - variance)).toBeLessThan(5 * Math.sqrt((fourth - variance ** 2) / N));
    for (const lag of [1, 2, 7]) expect(Math.abs(covariance(i, about, lag) / variance)).toBeLessThan(5 / Math.sqrt(N));
    const [a, b] = i as [Float64Array, Float64Array];
    const crossed = a.reduce((sum, x, k) => sum + (x - about) * ((b[k] as number) - about), 0) / a.length;
    expect(Math.abs(crossed / variance)).toBeLessThan(5 / Math.sqrt(a.length));
    expect(notes[0]).toContain("what BREAKPOINT draws is one number a step: NEURON, which runs it twice in a step, draws two");
  }); // prettier-ignore

  // of a gate at rest: each step's number times the gate's own deviation, whose variance is m (1 - m) / n
  test("a conductance that flickers as its channels do", async () => {
    const { mechanism } = nmodl(point("SOLVE s METHOD cnexp i = 1e-3*(x + sqrt(x*(1 - x)/n)*normrand(0, 1))*(v + 50)", "\nDERIVATIVE s { x' = (0.3 - x)/5 }", "x = 0.3").replace("x y }", "y } STATE { x }")); // prettier-ignore
    const i = await currentsOf(mechanism as Synapse);
    const variance = ((0.3 * 0.7) / 6) * 1e-4; // 10 mV from its reversal potential
    expect(Math.abs(mean(i) + 3e-3)).toBeLessThan(5 * Math.sqrt(variance / N));
    expect(Math.abs(covariance(i, -3e-3, 0) / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / N));
    expect(Math.abs(covariance(i, -3e-3, 1) / variance)).toBeLessThan(5 / Math.sqrt(N));
  });

  test("several numbers of any law before BREAKPOINT, which NEURON draws once", async () => {
    const { mechanism, notes } = nmodl(`${point("i = x + y")}\nBEFORE BREAKPOINT { x = normrand(1, sd) y = scop_random() }`);
    const i = await currentsOf(mechanism as Synapse);
    expect(Math.abs(mean(i) - 1.5)).toBeLessThan(5 * Math.sqrt((0.01 + 1 / 12) / N));
    expect(notes.join()).not.toContain("NEURON, which runs it twice");
  }); // prettier-ignore
});

describe("states that draw as they advance", () => {
  // Euler's step of m' = (0.4 - m)/tau + sd xi: a = 1 - dt/tau, variance (sd dt)^2 / (1 - a^2)
  test("a gate with noise in its equation", async () => {
    const { mechanism } = nmodl(point("SOLVE s METHOD euler i = x", "\nDERIVATIVE s { x' = (0.4 - x)/5 + sd*random_normal(r) }", "x = 0.4").replace("x y }", "y } STATE { x }")); // prettier-ignore
    const later = (await currentsOf(mechanism as Synapse)).map((one) => one.slice(500));
    const a = 1 - DT / 5;
    const variance = (0.1 * DT) ** 2 / (1 - a * a);
    const independent = (CELLS * (STOP / DT - 500) * (1 - a * a)) / (1 + a * a);
    expect(Math.abs(covariance(later, 0.4, 0) / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / independent));
    expect(Math.abs(covariance(later, 0.4, 50) / variance / a ** 50 - 1)).toBeLessThan(5 * Math.sqrt(2 / independent) / a ** 50); // prettier-ignore
  });

  // implicit Euler of c -> o at a rate u uniform between 0 and 2: -ln(c) is a sum of ln(1 + dt u), whose mean and variance are integrals
  test("rates of a KINETIC scheme", async () => {
    const text = `NEURON { SUFFIX ch NONSPECIFIC_CURRENT il RANDOM r } ASSIGNED { v (mV) il (mA/cm2) } STATE { c o }
INITIAL { c = 1 o = 0 } BREAKPOINT { SOLVE k METHOD sparse il = 1e-9*o*v }
KINETIC k { ~ c <-> o (random_uniform(r, 0, 2), 0) }`;
    const { mechanism } = nmodl(text);
    expect((mechanism as Channel).kinetics).toBeUndefined();
    const net = new Network({ seed: 4 });
    const [n, steps] = [3000, 40];
    const cells = net.cells("cells", { n, ...CELL, insertions: [{ sections: ["soma"], mechanism }] });
    net.record(cells, "soma.ch.c" as never, { every: ms(DT) });
    const sim = await simulate(net, { dt: ms(DT), engine: "reference" });
    const rows: number[] = [];
    for await (const chunk of sim.run(ms(steps * DT))) rows.push(...chunk.trace("cells", "soma.ch.c").data);
    await sim.close();
    const logs = rows.slice(steps * n, (steps + 1) * n).map((c) => -Math.log(c));
    expect(logs.length).toBe(n);
    const grid = Array.from({ length: 2000 }, (_, k) => Math.log(1 + DT * ((2 * k + 1) / 2000)));
    const one = moments(grid);
    expect(Math.abs(moments(logs).mean - steps * one.mean)).toBeLessThan(5 * Math.sqrt((steps * one.variance) / n));
    expect(Math.abs(moments(logs).variance / (steps * one.variance) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  });
});

describe("whole numbers", () => {
  const counts = async (law: string, most: number): Promise<number[]> => {
    const i = await currentsOf(nmodl(point(`i = ${law}`)).mechanism as Synapse);
    const found = Array.from({ length: most + 1 }, () => 0);
    for (const one of i) for (const x of one) found[Math.min(x, most)]! += 1;
    return found;
  };
  /** Pearson's statistic within five standard errors of its mean. */
  const fits = (found: readonly number[], p: readonly number[]): void => {
    const chi = found.reduce((sum, k, j) => sum + (k - N * (p[j] as number)) ** 2 / (N * (p[j] as number)), 0);
    expect(chi).toBeLessThan(found.length - 1 + 5 * Math.sqrt(2 * (found.length - 1)));
  };

  test.each(["random_poisson(r, mu)", "poisrand(mu)"])("%s has the probabilities of its law", async (law) => {
    const p: number[] = [Math.exp(-2.5)];
    for (let k = 1; k < 10; k++) p.push(((p.at(-1) as number) * 2.5) / k);
    fits(await counts(law, 10), [...p, 1 - p.reduce((a, b) => a + b, 0)]);
  });

  test.each(["fmod(random_ipick(r), n)", "fmod(random_ipick(r), 6)"])("%s is each of six equally often", async (law) =>
    fits(
      await counts(law, 5),
      Array.from({ length: 6 }, () => 1 / 6),
    ),
  );

  test("random_ipick(r) has 32 bits, each of which is set in half of the steps", async () => {
    const i = await currentsOf(nmodl(point("i = 1e-9*random_ipick(r)")).mechanism as Synapse);
    const picks = i.flatMap((one) => [...one.subarray(0, 1000)].map((x) => x * 1e9));
    expect(picks.every((x) => Math.abs(x - Math.round(x)) < 1e-6 && x > -0.5 && x < 2 ** 32)).toBe(true);
    for (let k = 0; k < 32; k++) expect(Math.abs(picks.filter((x) => Math.floor(Math.round(x) / 2 ** k) % 2 === 1).length / picks.length - 0.5)).toBeLessThan(2.5 / Math.sqrt(picks.length)); // prettier-ignore
  }); // prettier-ignore

  test("a Poisson number of a mean that is too large ends the run", async () => {
    const { mechanism, notes } = nmodl(point("i = 1e-3*poisrand(mu)"), { file: "p.mod" });
    expect(notes).toContain("poisrand in p.mod:4 counts at most 32 events, one more ends the run: where its mean may be above 10, sum draws of less"); // prettier-ignore
    const mu = { ...mechanism.params["mu"], default: { value: 60, unit: "1" } };
    await expect(currentsOf({ ...mechanism, params: { ...mechanism.params, mu } } as Synapse)).rejects.toThrow();
  });

  test.each([
    ["poisrand(40)", "p.mod:4:18: calls poisrand with a mean of 40, which is refused: at most 32 events are counted, enough for means up to 10. Sum draws of means of at most 10"],
    ["random_poisson(r, n)", "calls random_poisson with a mean of 20, which is refused"],
    ["fmod(random_ipick(zz), 6)", "p.mod:4:23: calls random_ipick of what is no RANDOM"],
    ["fmod(random_ipick(), 6)", "p.mod:4:23: calls random_ipick of what is no RANDOM"],
    ["fmod(random_ipick(r, 2), 6)", "p.mod:4:23: gives random_ipick 2 arguments. Give it 1"],
  ])("%s", (law, message) => expect(() => nmodl(point(`i = ${law}`).replace("n = 6", "n = 20"), { file: "p.mod" })).toThrow(message)); // prettier-ignore

  // C's fmod has the sign of what is divided
  test.each([["-6", "6"], ["n", "abs(n)"]])("fmod(random_ipick(r), %s) is one of as many, from 0 on", (n, factor) => {
    const { mechanism } = nmodl(point(`i = fmod(random_ipick(r), ${n})`).replace("n = 6", "n = -6"));
    expect(JSON.stringify(mechanism)).toMatch(new RegExp(`floor\\(${factor.replace(/[()]/g, "\\$&")} \\* `));
  }); // prettier-ignore
});
