import { afterAll, beforeAll, describe, test } from "vitest";
import { CASES, expectStop } from "../unit/run/unsound.ts";
import * as trained from "../unit/training/unsound.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

describe("the device stops before a state that no cell can have", () => {
  test.each(Object.keys(CASES))("%s", (name) => gpu.use((device) => expectStop(name, { engine: "gpu", device })));
});

describe("trained networks too", () => {
  test.each(Object.keys(trained.CASES))("%s", (name) =>
    gpu.use((device) => trained.expectStop(name, { engine: "gpu", device })),
  );
});
