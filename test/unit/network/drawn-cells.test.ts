import { describe, expect, test } from "vitest";
import { exponentialValues, normalValues, uniformValues } from "../../../src/connect/values.ts";
import { iaf_exp } from "../../../src/mechanisms/neurons/index.ts";
import type { CellModel, CellModelToDraw } from "../../../src/network/cell.ts";
import { Network } from "../../../src/network/network.ts";
import { drawU32, stream, uniform } from "../../../src/random/philox.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms, mV, nA, nF, S_per_cm2, um, type Quantities } from "../../../src/units.ts";
import { smallCells } from "./cells.ts";

const between = uniformValues({ from: mV(-60), to: mV(-50) });
type Model = { readonly initial: { readonly V: Quantities }; readonly params: { readonly V_th: Quantities } };

/** Start and threshold of a population's neurons, in a network with others. */
function drawn(n: number, { seed = 1, structureSeed = 5, before = 0 } = {}): Model {
  const net = new Network({ seed, structureSeed });
  for (let k = 0; k < before; k++) net.cells(`other${k}`, iaf_exp({ n: 3, initial: { V: between } }));
  const V_th = normalValues({ mean: mV(-45), sd: mV(2), min: mV(-48), outside: "redraw" });
  net.cells("E", iaf_exp({ n, params: { V_th }, initial: { V: between } }));
  return net.describe().populations.at(-1)?.model as unknown as Model;
}

describe("values drawn for each cell", () => {
  test("by structureSeed, population, what they are of, and the cell: one word of Philox where one is enough", () => {
    const { values, unit } = drawn(4).initial.V;
    const word = (cell: number): number => drawU32(5, stream("cells", "E.initial.V"), cell, 0, "initial");
    expect(values).toEqual([0, 1, 2, 3].map((cell) => -60 + 10 * uniform(word(cell))));
    expect(unit).toBe("mV");
  });

  test("more cells, other populations and another seed of the run leave them as they are, another structure does not", () => {
    const first = drawn(50);
    expect(drawn(80).initial.V.values.slice(0, 50)).toEqual(first.initial.V.values);
    expect(drawn(50, { before: 2 })).toEqual(first);
    expect(drawn(50, { seed: 9 })).toEqual(first);
    expect(drawn(50, { structureSeed: 6 }).initial.V.values).not.toEqual(first.initial.V.values);
  });

  test("follow their law within its limits", () => {
    const { values } = drawn(20_000).params.V_th;
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-48); // redrawn, none is clipped: a continuous law has no two at the limit
    expect(values.filter((x) => x === -48)).toHaveLength(0);
    // mean and SD of a normal number cut at a = -1.5: phi(a)/(1 - Phi(a)) = 0.13879, 1 + a m - m^2 with m that
    const [m, n] = [0.13879, values.length];
    const sd = 2 * Math.sqrt(1 - 1.5 * m - m * m);
    const mean = values.reduce((sum, x) => sum + x, 0) / n;
    const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
    expect(Math.abs(mean - (-45 + 2 * m))).toBeLessThan((5 * sd) / Math.sqrt(n)); // 5 SD of a mean
    expect(Math.abs(spread / sd - 1)).toBeLessThan(5 / Math.sqrt(2 * n));
  });

  test("stand in the description as numbers, which survives JSON", () => {
    const net = new Network({ seed: 1 });
    net.cells("E", iaf_exp({ n: 3, params: { C_m: exponentialValues({ mean: nF(0.2), min: nF(0.1) }) }, axonDelay: uniformValues({ from: ms(1), to: ms(2) }) })); // prettier-ignore
    const text = JSON.stringify(net);
    expect(text).not.toContain("distribution");
    expect(JSON.stringify(Network.fromJSON(JSON.parse(text) as never))).toBe(text);
  });

  test("of cells with compartments, whatever the order of their parts", () => {
    const model = (turned: boolean): CellModelToDraw => {
      const { insertions: [pas] = [], sections, ...rest } = smallCells(5) as CellModel;
      const g = uniformValues({ from: S_per_cm2(1e-4), to: S_per_cm2(2e-4) });
      const leak = [{ ...pas, params: { g } }, { ...pas, as: "second", params: { g } }] as NonNullable<CellModelToDraw["insertions"]>; // prettier-ignore
      const [first, ...others] = sections;
      const soma = {
        ...first,
        diam: normalValues({ mean: um(20), sd: um(1), min: um(15) }),
      } as unknown as typeof first;
      const all = [soma, ...others] as CellModelToDraw["sections"];
      return { ...rest, sections: all, insertions: turned ? leak.toReversed() : leak, V0: between };
    };
    const [a, b] = [false, true].map((turned) => {
      const net = new Network({ seed: 3 });
      net.cells("E", model(turned));
      return net.describe().populations[0]?.model as CellModel;
    });
    const { values } = a?.sections[0]?.diam as Quantities;
    expect(new Set(values).size).toBe(5);
    expect(a?.insertions?.[0]?.params?.["g"]).not.toEqual(a?.insertions?.[1]?.params?.["g"]);
    expect(new Set((a?.V0 as Quantities).values).size).toBe(5);
    expect(b?.sections).toEqual(a?.sections);
    expect(b?.insertions?.toReversed()).toEqual(a?.insertions);
  });

  describe("in a batch that varies structureSeed", () => {
    const thresholds = normalValues({ mean: mV(-45), sd: mV(2) });
    const leaks = uniformValues({ from: S_per_cm2(1e-4), to: S_per_cm2(3e-4) });
    const add = {
      E: (net: Network) =>
        net.cells(
          "E",
          iaf_exp({
            n: 4,
            params: { V_th: thresholds, I_e: uniformValues({ from: nA(0.4), to: nA(0.6) }) },
            initial: { V: between },
          }),
        ),
      C: (net: Network) => {
        const {
          insertions: [pas, ...others] = [],
          receptors = [],
          sections: [soma, ...more],
          ...rest
        } = smallCells(3) as CellModel;
        const sections = [
          { ...soma, V0: normalValues({ mean: mV(-70), sd: mV(5) }) },
          ...more,
        ] as CellModelToDraw["sections"];
        return net.cells("C", {
          ...rest,
          sections,
          receptors,
          insertions: [
            { ...pas, params: { ...pas?.params, g: leaks } } as NonNullable<CellModelToDraw["insertions"]>[number],
            ...others,
          ],
          V0: between,
        });
      },
    } as const;

    async function traces(net: Network, first: "E" | "C"): Promise<number[][]> {
      for (const name of [first, first === "E" ? "C" : "E"] as const)
        net.record(add[name](net) as never, "V", { every: ms(0.1) });
      const sim = await simulate(net, { dt: ms(0.1) });
      for await (const chunk of sim.run(ms(10), { chunk: ms(10) })) {
        await sim.close();
        return Array.from({ length: net.describe().entries }, (_, e) =>
          (["E", "C"] as const).flatMap((name) => Array.from(chunk.trace(name, "V", e).data)),
        );
      }
      throw new Error("no chunk");
    }

    test("each entry has the values that its structure has alone, said before the populations or after them", async () => {
      const seeds = [5, 8, 2 ** 32 - 1];
      const before = new Network({ seed: 1 });
      before.vary("structureSeed", seeds);
      const batch = await traces(before, "E");
      expect(new Set(batch.map(String)).size).toBe(3);
      for (const [e, structureSeed] of seeds.entries())
        expect(await traces(new Network({ seed: 1, structureSeed }), "C")).toEqual([batch[e]]);
      const after = new Network({ seed: 1 });
      for (const name of ["E", "C"] as const) add[name](after);
      after.vary("structureSeed", seeds);
      const { variations } = after.describe();
      expect(
        variations
          .map(({ path }) => path)
          .filter((path) => path !== "structureSeed")
          .sort(),
      ).toEqual(
        before
          .describe()
          .variations.map(({ path }) => path)
          .filter((path) => path !== "structureSeed")
          .sort(),
      );
      expect(Network.fromJSON(JSON.parse(JSON.stringify(after)) as never).describe()).toEqual(after.describe());
    });

    test("what the batch varies by name is that, and what it cannot vary is refused", () => {
      const net = new Network({ seed: 1 });
      add.E(net);
      net.vary("structureSeed", [1, 2]);
      net.vary("E.V_th", [mV(-50), mV(-51)]);
      expect(net.describe().variations.filter(({ path }) => path === "E.V_th")).toEqual([
        { path: "E.V_th", values: [mV(-50), mV(-51)] },
      ]);
      const late = () => net.cells("D", iaf_exp({ n: 3, axonDelay: uniformValues({ from: ms(1), to: ms(2) }) }));
      expect(late).toThrow(
        'population "D".axonDelay: is drawn for each cell, and a batch that varies structureSeed cannot give it to each entry',
      );
      expect(net.describe().variations).toHaveLength(4);
    });
  });

  test("a wrong unit, a law that is none, and values beyond a parameter's limits are refused by name", () => {
    const net = new Network({ seed: 1 });
    const add = (params: object) => () => net.cells("E", iaf_exp({ n: 100, params: params as never }));
    expect(add({ V_th: normalValues({ mean: nA(1), sd: nA(1) }) })).toThrow('population "E".V_th: has unit "nA". Give it in "mV"');
    expect(add({ V_th: { ...between, distribution: "even" } })).toThrow('population "E".params.V_th.distribution: is "even"');
    expect(add({ C_m: uniformValues({ from: nF(-1), to: nF(1) }) })).toThrow(/population "E".C_m: is -\S+ nF. Give a value from 1e-9 to Infinity nF/);
    expect(add({ V_th: uniformValues({ from: mV(1), to: mV(0) }) })).toThrow('population "E".params.V_th: is uniform from 1 to 0. Give the smaller first');
  }); // prettier-ignore
});

test("a number of cells is refused before anything is drawn for them", () => {
  const cells = (n: number) => () => new Network({ seed: 1 }).cells("E", iaf_exp({ n, initial: { V: between } }));
  expect(cells(5e9)).toThrow('population "E".n: is 5000000000. Give a whole number from 1 to 4294967295');
  expect(cells(0.5)).toThrow('population "E": has 0.5 cells');
  expect(cells(2e8)).toThrow('population "E".initial.V: is to be drawn for 200000000 cells. Give at most 134217728 cells, or one value for all');
}); // prettier-ignore

describe("live parameters of a neuron that comes with hillock", () => {
  test.each(["reference", "reference32"] as const)("%s: what the population says is live may change", async (engine) => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("E", iaf_exp({ n: 2, live: ["E_L", "C_m"] }));
    net.record(cells, "V", { every: ms(10) });
    const sim = await simulate(net, { dt: ms(0.1), engine });
    sim.every(ms(100), (control, t) => {
      if (t === 100) control.param(cells, "E_L", { values: [-70, -60], unit: "mV" });
      if (t === 100) control.param(cells, "C_m", nF(0.5));
    });
    for await (const chunk of sim.run(ms(120), { chunk: ms(120) })) {
      // 20 ms at the new rest, with tau = 0.5 nF / 0.025 uS = 20 ms, the propagator made anew
      const V = [-70, -60].map((E) => E + (-65 - E) * Math.exp(-1));
      chunk.trace(cells, "V").data.slice(-2).forEach((x, k) => expect(Math.abs(x - V[k]!)).toBeLessThan(engine === "reference" ? 1e-10 : 200 * 3.8e-6)); // 200 steps, each rounded at 65 mV
    }
    expect(() => sim.change((control) => control.param(cells, "I_e", nA(1)))).toThrow('E "I_e": is not a parameter that may change while running. Did you mean "C_m"? Known: C_m, E_L'); // prettier-ignore
    await sim.close();
  }); // prettier-ignore

  test("a name that is no parameter is refused", () => {
    expect(() => new Network({ seed: 1 }).cells("E", iaf_exp({ n: 2, live: ["E_l"] }))).toThrow('population "E", live: has no parameter "E_l". Did you mean "E_L"?'); // prettier-ignore
  });
});
