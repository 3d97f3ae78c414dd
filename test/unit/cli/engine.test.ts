import { expect, test } from "vitest";
import { chooseEngine } from "../../../src/cli/engine.ts";
import { STUDIES } from "../../../src/studies/index.ts";

test("what uses one thread of the reference engine is not said to use more", async () => {
  const most = STUDIES.get("train")?.mostThreads;
  const { said } = await chooseEngine("reference", undefined, "auto", most);
  expect(said).toBe("reference engine, float64, one thread");
  expect(STUDIES.get("watanabe")?.mostThreads).toBeUndefined();
});
