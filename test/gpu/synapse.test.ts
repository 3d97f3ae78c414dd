import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { caseFiles, listing } from "../../verify/case-folder.ts";
import { discover } from "../../verify/discover.ts";
import { kindOf } from "../../verify/kinds.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

// Cases of the form of r2_synapse with other time constants, weights, thresholds and cells, made with NEURON by make.py.
const folder = fileURLToPath(new URL("../fixtures/synapse/", import.meta.url));
const found = discover(listing(folder));

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

test("the cases are there", () => {
  expect(found.map(({ stem }) => stem)).toEqual(["r2_fast", "r2_low_threshold", "r2_slow"]);
});

test.each(["reference", "reference32", "gpu"] as const)("%s: synapses as in NEURON", async (engine) => {
  for (const one of found) {
    const files = caseFiles(folder, one, []);
    const rows = await gpu.use((device) =>
      kindOf(one.kind).verify(files, one.stem, engine === "gpu" ? { engine, device } : { engine }),
    );
    expect(rows.length, one.stem).toBeGreaterThan(3);
    expect(rows.filter(({ pass }) => pass !== true), one.stem).toEqual([]);
  }
}); // prettier-ignore
