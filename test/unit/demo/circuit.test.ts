import { describe, expect, test } from "vitest";
import { checkCircuit, circuitFaultOf, linksOf } from "../../../demo/laboratory/circuit/check.ts";
import { EXAMPLES, LIMITS, POPULATION_NUMBERS, PROJECTION_NUMBERS, readCircuit, type Circuit } from "../../../demo/laboratory/circuit/circuit.ts"; // prettier-ignore
import { circuitNetwork, compartmentsOf, entrance, subjectOf } from "../../../demo/laboratory/circuit/network.ts";
import { CircuitReadings } from "../../../demo/laboratory/circuit/readings.ts";
import { CircuitRig, type CircuitPlan } from "../../../demo/laboratory/circuit/rig.ts";
import { isFault, readText } from "../../../demo/laboratory/document.ts";
import { presetText } from "../../../demo/laboratory/presets.ts";
import { readSaved, savedText } from "../../../demo/laboratory/saved.ts";
import { DT } from "../../../demo/laboratory/settings.ts";
import type { Subject } from "../../../demo/laboratory/subject.ts";
import { ModelError } from "../../../src/errors.ts";
import { Network } from "../../../src/network/network.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms } from "../../../src/units.ts";

const subject = (text: string): Subject => {
  const read = readText(text);
  if (isFault(read)) throw new Error(read.problem);
  return read.subject;
};
const versions = { A: subject(presetText("squid")) };
const example = (name: string): Circuit => (EXAMPLES.find(([known]) => known === name) as (typeof EXAMPLES)[number])[2];
const pair = example("pair");
const plan = (circuit: Circuit, seed = 1): CircuitPlan => ({ circuit, versions, seed, device: undefined, cells: "" });
const withPopulation = (own: object): Circuit => ({ ...pair, populations: pair.populations.map((p, k) => (k === 0 ? { ...p, ...own } : p)) }); // prettier-ignore
const withProjection = (own: object): Circuit => ({ ...pair, projections: pair.projections.map((p, k) => (k === 0 ? { ...p, ...own } : p)) }); // prettier-ignore
const check = (circuit: Circuit) => checkCircuit(circuit, versions, LIMITS.software);

describe("what is wrong with a circuit is told at its field", () => {
  test.each(EXAMPLES.filter(([name]) => name !== "empty"))("nothing with %s", (_, __, circuit) =>
    expect(check(circuit)).toEqual([]),
  );

  test.each([
    [withPopulation({ name: "1 x" }), "populations.0.name", /"1 x" is not a name/],
    [withPopulation({ name: "I" }), "populations.0.name", /there is "I" already/],
    [withPopulation({ name: "I_drive" }), "populations.0.name", /there is "I_drive" already/],
    [withPopulation({ of: "B" }), "populations.0.of", /no cell "B".*A, iaf_cond_exp/],
    [withPopulation({ n: 2.5 }), "populations.0.n", /is 2.5. Give a whole number/],
    [withPopulation({ n: 0 }), "populations.0.n", /from 1 to 20000/],
    [withPopulation({ n: 1981 }), "populations.0.n", /2001 compartments.*takes 2000.*Give 1980 or fewer/],
    [withPopulation({ rate: NaN }), "populations.0.rate", /is no number/],
    [withPopulation({ rate: 10_001 }), "populations.0.rate", /from 0 to 10000/],
    [withProjection({ from: "X" }), "projections.0.from", /no population "X"/],
    [withProjection({ amount: 1.5 }), "projections.0.amount", /from 0 to 1/],
    [withProjection({ rule: "in-degree", amount: 81 }), "projections.0.amount", /is 81. Give a number from 0 to 80/],
    [withProjection({ rule: "in-degree", to: "E", amount: 80 }), "projections.0.amount", /from 0 to 79/],
    [withProjection({ delay: 0.02 }), "projections.0.delay", /from 0.025 to 100/],
    [withProjection({ weight: -1 }), "projections.0.weight", /is -1/],
    [{ ...pair, projections: [...pair.projections, pair.projections[0] as Circuit["projections"][number]] }, "projections.2.kind", /stands above already/],
    [{ populations: [{ ...(pair.populations[0] as Circuit["populations"][number]), n: 1000 }], projections: [{ ...(pair.projections[0] as Circuit["projections"][number]), to: "E", amount: 0.2 }] }, "projections.0.amount", /about 199800 links.*takes 100000/],
  ] as const)("%#: %s", (circuit, path, told) => {
    const faults = check(circuit);
    const at = faults.find((f) => f.path === path);
    expect(`${at?.problem}. ${at?.remedy}`).toMatch(told);
  }); // prettier-ignore

  test("an empty one has nothing to run", () =>
    expect(check(example("empty"))).toMatchObject([{ path: "populations", remedy: "Add one" }]));

  test("a neuron of the text without ports has no synapses", () => {
    const bare = subject(presetText("adex").replace(/ {2}ports:[\s\S]*?(?=\n {2}\w|$)/, "  ports: {}"));
    const faults = checkCircuit(withPopulation({ of: "A" }), { A: bare }, LIMITS.software);
    expect(faults.map((f) => f.path)).toContain("populations.0.of");
  });

  test("what the compiler refuses stands at what it names", () => {
    const heavy = withProjection({ weight: 1e6 });
    expect(circuitFaultOf(new ModelError("E->I.excitatory", "is too heavy", "Lower it"), heavy)).toMatchObject({ path: "projections.0.weight" }); // prettier-ignore
    expect(circuitFaultOf(new ModelError('population "I"', "is bad", "Mend it"), pair)).toMatchObject({ path: "populations.1.of" }); // prettier-ignore
    expect(circuitFaultOf(new ModelError("I_drive", "is bad", "Mend it"), pair)).toMatchObject({ path: "populations.1.weight" }); // prettier-ignore
  });
});

describe("the network of a circuit", () => {
  test("has its cells with both synapses, a drive for each cell, and the links of its rules", () => {
    const { network, voltages } = circuitNetwork(pair, versions, 3);
    const { populations, projections, seed } = network.describe();
    expect(seed).toBe(3);
    expect(populations.map((p) => p.name)).toEqual(["E", "I", "E_drive", "I_drive"]);
    expect(projections.map((p) => [p.name, p.receptors, p.weight])).toEqual([
      ["E_drive", ["excitatory"], { value: 0.002, unit: "uS" }],
      ["I_drive", ["excitatory"], { value: 0.002, unit: "uS" }],
      ["E->I.excitatory", ["excitatory"], { value: 0.002, unit: "uS" }],
      ["I->E.inhibitory", ["inhibitory"], { value: 0.005, unit: "uS" }],
    ]);
    expect(voltages).toEqual(["E", "I"]);
    expect(pair.projections.map((p) => linksOf(pair, p))).toEqual([320, 640]);
  });

  test("inhibits by conductance, or by the sign of a jump", () => {
    const point = (name: string) => subjectOf(name, versions) as Subject;
    expect(entrance(point("adex"), "inhibitory")).toEqual({ receptor: "inhibitory", unit: "nS", factor: 1e-3, canonical: "uS" }); // prettier-ignore
    expect(entrance(point("izhikevich"), "inhibitory")).toEqual({ receptor: "jump", unit: "mV", factor: -1, canonical: "mV" }); // prettier-ignore
    expect(compartmentsOf(point("A"))).toBe(1);
  });

  test("rivals take turns, and fire together when nothing joins them", async () => {
    const together = async (circuit: Circuit): Promise<number> => {
      const sim = await simulate(circuitNetwork(circuit, versions, 1).network, { dt: ms(DT) });
      const counts = [0, 1].map(() => new Float64Array(15));
      for await (const chunk of sim.run(ms(1500), { chunk: ms(1500) }))
        circuit.populations.forEach(({ name }, k) => chunk.spikes(name).times.forEach((t) => ((counts[k] as Float64Array)[Math.floor(t / 100)] as number)++)); // prettier-ignore
      await sim.close();
      const [left, right] = counts as [Float64Array, Float64Array];
      return left.reduce((sum, x, k) => sum + Math.min(x, right[k] as number), 0) / left.reduce((sum, x, k) => sum + Math.max(x, right[k] as number), 0); // prettier-ignore
    };
    const rivals = example("rivals");
    const apart = { ...rivals, projections: rivals.projections.map((p) => (p.kind === "inhibitory" ? { ...p, weight: 0 } : p)) }; // prettier-ignore
    expect(await together(rivals)).toBeLessThan(0.35);
    expect(await together(apart)).toBeGreaterThan(0.5);
  });
});

describe("a circuit that runs", () => {
  const spikes = async (rig: CircuitRig, ms: number): Promise<[number[], number[]]> => {
    const chunk = await rig.run(Math.round(ms / DT));
    return [Array.from(chunk.spikes("E").times), Array.from(chunk.spikes("I").times)];
  };

  test("takes weights and rates while it runs, and no more: all else is another network", async () => {
    const rig = await CircuitRig.make(plan(pair));
    const louder = withProjection({ weight: 8 });
    expect(rig.takes(plan(louder))).toBe(true);
    expect(rig.takes(plan(withPopulation({ rate: 900 })))).toBe(true);
    for (const other of [withProjection({ weight: 8.1 }), withProjection({ delay: 2 }), withPopulation({ n: 81 }), example("balanced")]) expect(rig.takes(plan(other))).toBe(false); // prettier-ignore
    expect(rig.takes(plan(pair, 2))).toBe(false);
    expect(rig.links).toBeGreaterThan(850); // 960 expected, sd below 25
    expect(rig.links).toBeLessThan(1070);

    const [before] = await spikes(rig, 200);
    rig.want({ ...withPopulation({ rate: 0 }) });
    rig.act();
    await spikes(rig, 50);
    const [silent] = await spikes(rig, 100);
    expect(before.length).toBeGreaterThan(20);
    expect(silent).toEqual([]);
    rig.want(pair);
    rig.act();
    expect((await spikes(rig, 200))[0].length).toBeGreaterThan(20);
    await rig.close();
  });

  test("a changed weight acts as one that was there from the start", async () => {
    const strong = withProjection({ weight: 4 });
    const [live, fresh] = [await CircuitRig.make(plan(pair)), await CircuitRig.make(plan(strong))];
    live.want(strong);
    live.act();
    expect(await spikes(live, 200)).toEqual(await spikes(fresh, 200));
    expect(Network.fromJSON(live.networkNow.toJSON()).toJSON()).toEqual(fresh.networkNow.toJSON());
    for (const rig of [live, fresh]) await rig.close();
  });

  test("another network goes on from its cells' states and where its drives stand", async () => {
    const [first, second] = [
      await CircuitRig.make(plan(pair)),
      await CircuitRig.make(plan(withProjection({ delay: 2 }))),
    ];
    await spikes(first, 100);
    expect(await second.goOnFrom(first, false)).toMatchObject({ kept: 11, of: 11 }); // V, m, h, n of both, and conductances that have links
    expect(second.time).toBe(100);
    const whole = await CircuitRig.make(plan(pair));
    await spikes(whole, 100);
    const [theirs] = await spikes(whole, 5);
    expect((await spikes(second, 5))[0].length).toBe(theirs.length);
    for (const rig of [first, second, whole]) await rig.close();
  });

  test("is read: rates in bins, the voltage of a cell, spikes by population", async () => {
    const rig = await CircuitRig.make(plan(pair));
    const readings = new CircuitReadings(pair, rig.voltages, 0);
    const all: [number, number][] = [];
    for (let k = 0; k < 6; k++) {
      const chunk = await rig.run(Math.round(100 / DT));
      readings.push(chunk);
      all.push([chunk.spikes("E").times.length, chunk.spikes("I").times.length]);
    }
    const { rates, voltage, mean, time } = readings.shown(500, { population: "I", cell: 4 });
    expect(time).toBe(600);
    expect(rates.times.length).toBe(50);
    const inWindow = all.slice(1).reduce((sum, [, i]) => sum + i, 0);
    expect((rates.hz[1] as Float64Array).reduce((sum, hz) => sum + (hz * 20 * 10) / 1000, 0)).toBeCloseTo(inWindow, 6);
    expect(mean[0]).toBeCloseTo(all.reduce((sum, [e]) => sum + e, 0) / 80 / 0.6, 6);
    expect(voltage.times.at(-1)).toBeCloseTo(600, 6);
    expect(Math.max(...voltage.values)).toBeGreaterThan(0); // it fires at 45 Hz
    const table = readings.table(500);
    expect(table.names).toEqual(["t_ms", "population", "cell"]);
    expect(readings.spikes(500)[1]?.spikes.times.length).toBe(inWindow);
    expect(Array.from(table.columns[1] as string[]).filter((name) => name === "I").length).toBe(inWindow);
    await rig.close();
  });
});

test("what the exponential of a point neuron makes of its potential in the step of a spike leaves the plot its axis", async () => {
  const rivals = example("rivals");
  const rig = await CircuitRig.make(plan(rivals));
  const readings = new CircuitReadings(rivals, rig.voltages, 0);
  const chunk = await rig.run(Math.round(300 / DT));
  readings.push(chunk);
  const name = rivals.populations[0]?.name ?? "";
  expect(Math.max(...chunk.trace(name, "V").data)).toBeGreaterThan(1000);
  for (const cell of [0, 1, 2, 3]) {
    const { values } = readings.shown(300, { population: name, cell }).voltage;
    expect(values.length).toBeGreaterThan(100);
    expect(Math.max(...values)).toBeLessThanOrEqual(150);
  }
  await rig.close();
});

describe("a circuit in files and links", () => {
  const saved = { texts: { A: "cell:" }, settings: { view: 1 }, circuit: pair } as const;

  test("is saved and read, in the second version of the form; the first has none", () => {
    expect(readSaved(savedText(saved))).toEqual(saved);
    expect(JSON.parse(savedText(saved))).toMatchObject({ version: 2 });
    expect(readSaved(JSON.stringify({ format: "hillock laboratory", version: 1, texts: { A: "cell:" }, settings: {} })).circuit).toBe(undefined); // prettier-ignore
  });

  test("what has another shape is refused, or kept to be told at its field", () => {
    expect(() => readCircuit(3)).toThrow(/no populations and projections/);
    expect(() => readCircuit({ populations: Array(7).fill({}), projections: [] })).toThrow(/7 populations/);
    const odd = readCircuit({
      populations: [{ name: "E", of: 4, n: "many" }],
      projections: [{ from: "E", to: "nobody" }],
    });
    const faults = check(odd).map((f) => f.path);
    for (const path of ["populations.0.of", "populations.0.n", "populations.0.rate", "projections.0.to", "projections.0.amount"]) expect(faults).toContain(path); // prettier-ignore
    for (const limits of [...Object.values(POPULATION_NUMBERS), ...Object.values(PROJECTION_NUMBERS)]) expect(limits.min).toBeLessThan(limits.max); // prettier-ignore
  });
});
