import { afterAll, beforeAll, describe, test } from "vitest";
import { CASES, expectStop } from "../unit/run/unsound.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

describe("the device stops before a state that no cell can have", () => {
  test.each(Object.keys(CASES))("%s", (name) => gpu.use((device) => expectStop(name, { engine: "gpu", device })));
});
