import { expect, test } from "vitest";
import type { Network } from "../../../src/network/network.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";
import { recordRun } from "../../../src/storage/run-folder.ts";
import { ms } from "../../../src/units.ts";
import { clamped } from "../../clamps.ts";
import { gathering } from "../../gathers.ts";
import { noisy } from "../../noise.ts";

const NETWORKS: readonly (readonly [string, () => Network, number, readonly (readonly [string, string])[]])[] = [
  ["gathers", () => gathering(), 0.1, [["neurons", "V"], ["neurons", "graded.i"], ["readers", "z"]]],
  ["noise", () => noisy([5]), 1, [["neurons", "W"], ["neurons", "both"], ["membranes", "V"]]],
  ["clamps", () => clamped(1), 0.025, [["current", "V"], ["voltage", "vc.i"], ["played", "V"]]],
]; // prettier-ignore

test.each(NETWORKS)("a folder of a run with %s that was interrupted holds the same bits", async (_, make, dt, recorded) => {
  const found: number[][][] = [];
  for (const stop of [undefined, 20]) {
    const files = new MemoryFiles();
    for (const until of stop === undefined ? [40] : [stop, 40]) {
      const sim = await simulate(make(), { dt: ms(dt), engine: "reference" });
      for await (const chunk of recordRun(sim, { files, duration: ms(40), chunk: ms(10), resume: stop !== undefined }))
        if (chunk.to >= until) break;
      await sim.close();
    }
    const run = await loadRun(files);
    const values: number[][] = [];
    for (const [p, v] of recorded) values.push([...(await run.trace(p, v)).data]);
    found.push(values);
  }
  expect(found[0]?.every((x) => x.length > 100)).toBe(true);
  expect(found[1]).toEqual(found[0]);
}); // prettier-ignore
