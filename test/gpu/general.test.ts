import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyGeneral } from "../../verify/general/index.ts";
import { generalCases, generalFiles } from "../reference/general.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

// Most of these networks are one step a block: tiny dispatches, for each of which lavapipe would wake threads for 30 us. What may run
// beside what is a matter of the other files here, which keep them.
process.env["LP_NUM_THREADS"] = "0";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

test.each(generalCases())("%s", async (name) => {
  const rows = await gpu.use((device) =>
    verifyGeneral(generalFiles(name), name, name.slice(0, 3), { engine: "gpu", device }),
  );
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter((row) => row.pass === false)).toEqual([]);
});
