import { expect, test } from "vitest";
import { buildMicrocircuit } from "../../../src/studies/microcircuit/build.ts";
import { FULL_RATES, linksOf, NEURONS, POPULATIONS, PROBABILITY } from "../../../src/studies/microcircuit/published.ts";
import { settings } from "../../../src/studies/microcircuit/settings.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { recordRun } from "../../../src/storage/run-folder.ts";
import { simulate } from "../../../src/run/simulate.ts";
import type { Drawn } from "../../../src/connect/values.ts";
import type { Quantity } from "../../../src/units.ts";

const built = (given: Parameters<typeof settings.parse>[0]) =>
  buildMicrocircuit(settings.parse(given), { seed: 1, files: new Map() });

test("links of a pair drawn with replacement leave it unlinked with the published chance", () => {
  PROBABILITY.forEach((row, t) =>
    row.forEach((p, s) => {
      const pairs = (NEURONS[t] as number) * (NEURONS[s] as number);
      const links = linksOf(p, NEURONS[t] as number, NEURONS[s] as number);
      // the base is rounded by 2^-54, and the power takes that `links` times
      expect(Math.abs((1 - 1 / pairs) ** links - (1 - p))).toBeLessThan(2 ** -52 + links * 2 ** -53);
    }),
  );
});

/** nA ms per s: mean and variance of what each neuron of a population takes in at the published rates, from the description alone. */
function inputs(scale: number) {
  const { network } = built({ scale: { neurons: scale, links: scale } });
  const described = network.describe();
  return POPULATIONS.map((name) => {
    const of = (wanted: string) => described.populations.find((p) => p.name === wanted)?.model as { n: number; params: { I_e: Quantity }; kind: string; sources: number; rate: Quantity }; // prettier-ignore
    const target = of(name);
    let [mean, variance, links] = [1000 * target.params.I_e.value, 0, 0];
    for (const p of described.projections.filter((q) => q.target === name)) {
      const weight = ((p.weight as Drawn & { mean: Quantity }).mean ?? p.weight).value;
      const source = of(p.source);
      const port = source.kind === "port";
      const events = port
        ? source.sources * source.rate.value
        : ((p.rule as { n: number }).n / target.n) * (FULL_RATES[POPULATIONS.indexOf(p.source as "L23E")] as number);
      mean += 0.5 * weight * events; // area of a current that decays with 0.5 ms
      variance += weight * weight * events;
      links += port ? 0 : (p.rule as { n: number }).n;
    }
    return { mean, variance, links };
  });
}

test("downscaling keeps mean and variance of every neuron's input, and the whole network has its 0.3 billion links", () => {
  const [full, tenth, fifth] = [inputs(1), inputs(0.1), inputs(0.2)];
  expect(full.reduce((sum, { links }) => sum + links, 0)).toBeCloseTo(298_880_941, -7);
  full.forEach(({ mean, variance }, p) => {
    for (const small of [tenth, fifth]) {
      // sizes are rounded to whole neurons: 1/213 of the smallest population, in terms that partly cancel
      expect(Math.abs((small[p]?.mean as number) - mean)).toBeLessThan(0.01 * Math.abs(mean));
      expect(Math.abs((small[p]?.variance as number) / variance - 1)).toBeLessThan(0.01);
    }
  });
});

test("a small network runs, and its table names the published rates", async () => {
  const { network, dt, duration, chunk, summary, figures } = built({
    scale: { neurons: 0.05, links: 0.05 }, duration: 0.3, chunk: 0.3, from: 0.1, pairs: 20, shown: 80,
  }); // prettier-ignore
  const sim = await simulate(network, { dt, engine: "reference" });
  const files = new MemoryFiles();
  for await (const written of recordRun(sim, { files, duration, chunk })) void written;
  await sim.close();
  const run = await loadRun(files);
  const text = await summary(run, 0);
  const rate = (name: string): number => Number(new RegExp(`^${name} +([\\d.]+)`, "m").exec(text)?.[1]);
  expect(text).toMatch(/^L6I .* 7\.83 /m);
  // the order of the layers is the paper's result: 2/3 and 6 excite little, inhibition fires more than excitation, layer 5 most
  for (const [less, more] of [
    ["L23E", "L4E"],
    ["L6E", "L4E"],
    ["L4E", "L5E"],
    ["L23E", "L23I"],
    ["L6E", "L6I"],
  ] as const)
    expect(rate(less), `${less} below ${more}`).toBeLessThan(rate(more));
  for (const f of await figures(run, 0)) expect(await f.svg()).toMatch(/^<svg/);
}, 120_000);
