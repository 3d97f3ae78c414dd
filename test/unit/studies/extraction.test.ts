import { describe, expect, test } from "vitest";
import { extractParameters } from "../../../src/studies/extraction/extract.ts";
import { decayTime, firingGain, SpikeShape, strongestFiring } from "../../../src/studies/extraction/measures.ts";
import { firstThatFires } from "../../../src/studies/extraction/search.ts";
import { parametersCsv } from "../../../src/studies/extraction/run.ts";
import { alphaMotorNeurons } from "../../../src/models/motor-pool/index.ts";
import { ms, mV } from "../../../src/units.ts";

describe("decay time", () => {
  const t = Array.from({ length: 4000 }, (_, k) => 0.05 * k);

  test("of an exponential is its time constant", () => {
    const V = t.map((x) => (x < 5 ? 0 : -8 * Math.exp(-(x - 5) / 7.5)));
    expect(decayTime(t, V, 0)).toBeCloseTo(7.5, 9); // a straight line fitted to a straight line
  });

  test("is NaN when the potential stays where it is, or grows", () => {
    expect(decayTime(t, t.map(() => 0), 0)).toBeNaN(); // prettier-ignore
    expect(decayTime(t, t.map((x) => -Math.exp(x / 50)), 0)).toBeNaN(); // prettier-ignore
  });
});

test("a spike's shape comes out the same however the samples are cut", () => {
  const samples: [number, number][] = [
    [0, 0], [1, 80], [2, 20], [3, -4], [4, -5], [5, -3], [6, -0.2], [7, -0.14], [8, -0.1],
  ]; // prettier-ignore
  const shape = new SpikeShape(0);
  for (const [t, V] of samples) shape.add(t, V);
  expect(shape.peak).toEqual({ V: 80, t: 1 });
  expect(shape.valley).toEqual({ V: -5, t: 4 });
  expect(shape.recovered).toBe(7); // the first after the valley above -0.15
  shape.add(9, -6); // a deeper valley: recovery starts again
  expect(shape.valley.t).toBe(9);
  expect(shape.recovered).toBeNaN();
});

describe("gain", () => {
  const currents = [5, 10, 15, 20, 25, 30];
  const counts = [0, 30, 60, 90, 120, 150]; // 6 spikes a nA

  test("is the slope from the rheobase up, over the time counted", () => {
    expect(firingGain(currents, counts, { rheobase: 8 }, 3000)).toBeCloseTo(2, 12);
    expect(firingGain(currents, counts, { rheobase: 8 }, 2500)).toBeCloseTo(2.4, 12); // the published 20 % more
    expect(firingGain(currents, counts, { rheobase: 26 }, 3000)).toBeNaN();
  });

  test("without currents in block", () => {
    const blocked = [0, 30, 60, 90, 120, 1];
    const upTo = strongestFiring(currents, blocked);
    expect(upTo).toBe(25);
    expect(firingGain(currents, blocked, { rheobase: 8, upTo }, 3000)).toBeCloseTo(2, 12);
  });
});

describe("search for the first amplitude that fires", () => {
  const search = async (last: number[], first: number[]): Promise<{ found: number[]; batches: number }> => {
    let batches = 0;
    const found = await firstThatFires(Int32Array.from(last), async (indices) => {
      batches++;
      return indices.map((entry) => Array.from(entry, (k, cell) => k >= (first[cell] as number)));
    });
    return { found: [...found], batches };
  };

  test("finds every index, the ends too, in few batches", async () => {
    const every = Array.from({ length: 500 }, (_, k) => k);
    const { found, batches } = await search(new Array<number>(500).fill(499), every);
    expect(found).toEqual(every);
    expect(batches).toBeLessThanOrEqual(3); // 500 -> 19 -> 0
  });

  test("says so when nothing fires, and leaves out cells without a range", async () => {
    expect((await search([499, 499, -1], [500, 7, 0])).found).toEqual([-1, 7, -1]);
  });
});

describe("extraction", () => {
  const options = { engine: "reference" as const, dt: ms(0.05), longStep: ms(0) };

  test("goes on where a parameter fails, and says why", async () => {
    // without sodium nothing fires, and with a tenfold leak 50 nA do not reach 40 mV either
    const parameters = { gnabar: 0, gnapbar: 0, gl_dend: 1e-3, gl_soma: 1e-2 };
    const model = alphaMotorNeurons({ thresholds: [0.05], V0: mV(-67), parameters });
    const { cells, problems } = await extractParameters(model, options);
    const [cell] = cells;
    expect(cell?.inputResistance).toBeGreaterThan(0.05);
    expect(cell?.inputResistance).toBeLessThan(0.5);
    expect(cell?.tau).toBeGreaterThan(0);
    for (const missing of [cell?.rheobase, cell?.longRheobase, cell?.gain, cell?.gainCorrected])
      expect(missing).toBeNaN();
    expect(problems.map(({ parameter }) => parameter)).toEqual(expect.arrayContaining(["rheobase", "longRheobase", "gain"])); // prettier-ignore
    expect(problems.find(({ parameter }) => parameter === "rheobase")?.reason).toMatch(/silent up to 50.0 nA/);
    const [head, row] = parametersCsv({ cells, problems }, [0.05]).split("\n");
    expect(head?.split(",").slice(0, 10).join()).toBe(
      "cell_index,recruitment_threshold,vhold_soma__mV,Rin__MOhm,tau__ms,Ir__nA,AP__mV,AHP__mV,AHPdur__ms,FI_gain__Hz_per_nA",
    );
    expect(row?.split(",")[5]).toBe(""); // Ir__nA
  });
});
