import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { oneToOne } from "../../../src/connect/rules.ts";
import { DataError } from "../../../src/errors.ts";
import { nmodl } from "../../../src/import/index.ts";
import type { Synapse } from "../../../src/mechanisms/mechanism.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { degC, ms, mV, ohm_cm, uF_per_cm2, um, uS } from "../../../src/units.ts";

const fixture = (name: string): string => readFileSync(new URL(`../../fixtures/nmodl/${name}.mod`, import.meta.url), "utf8"); // prettier-ignore

/** One event into a store of vesicles, each of which is a round of a loop. */
async function release(vesicles: number, rounds?: number): Promise<void> {
  const { mechanism } = nmodl(fixture("vesicle_store"), { fixed: { nmax: vesicles }, ...(rounds === undefined ? {} : { rounds }) }); // prettier-ignore
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", 1, {
    sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1) }],
    insertions: [],
    receptors: [{ name: "place", synapse: mechanism as Synapse, section: "soma" }],
    detector: { section: "soma", threshold: mV(0) },
    V0: mV(-65),
    celsius: degC(25),
  });
  net.connect(net.sources("s", 1, trains([[1]])), cells.receptor("place"), oneToOne(), { weight: uS(1e-4), delay: ms(0) } as never); // prettier-ignore
  const sim = await simulate(net, { dt: ms(0.1), engine: "reference" });
  try {
    for await (const chunk of sim.run(ms(5))) expect(chunk).toBeDefined();
  } finally {
    await sim.close();
  }
}

test("as many rounds as are written out run, and one more ends the run", async () => {
  await release(8);
  await release(9, 9);
  await expect(release(9)).rejects.toThrow("place");
});

test.each([0, 1.5, 101, Number.NaN])("rounds: %s is refused", (rounds) => {
  expect(() => nmodl(fixture("vesicle_store"), { rounds })).toThrow(DataError);
  expect(() => nmodl(fixture("vesicle_store"), { rounds })).toThrow("Give a whole number from 1 to 100");
});

test("a parameter that ends a loop is a number, and a note says so", () => {
  const { mechanism, notes } = nmodl(fixture("loop_of_parameter"));
  expect(Object.keys(mechanism.params)).not.toContain("n");
  expect(notes).toContain("n is fixed at 4");
  expect(nmodl(fixture("loop_of_parameter"), { fixed: { n: 2 } }).notes).toContain("n is fixed at 2");
});

test("a FUNCTION whose C asks a source of random numbers draws", () => {
  const { mechanism, notes } = nmodl(fixture("vesicle_in_c"));
  expect(JSON.stringify(mechanism)).toContain("draw_uniform(1)");
  expect(notes).toContain("the C of chance is taken as scop_random(): numbers that hillock draws");
});
