import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadRun } from "../../src/storage/load-run.ts";
import { MemoryFiles } from "../../src/storage/memory-files.ts";
import { recordRun } from "../../src/storage/run-folder.ts";
import { simulate } from "../../src/run/simulate.ts";
import { ms } from "../../src/units.ts";
import { smallPool } from "../unit/run/networks.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

let opened: TestDevice;
beforeAll(async () => {
  opened = await openTestDevice();
});
afterAll(() => opened.close());

/** 150 ms on the GPU into a folder, with one live change. @param stopAfter  chunks, as a kill between two does */
async function record(
  files: MemoryFiles,
  chunkMs: number,
  options: { resume?: boolean; stopAfter?: number } = {},
): Promise<void> {
  await opened.use(async (device) => {
    const sim = await simulate(smallPool(5, 2), { dt: ms(0.025), device });
    expect(sim.kind).toBe("gpu");
    sim.every(ms(10), (control, t) => {
      if (t === 50) control.scale("DD", 1.5);
    });
    let chunks = 0;
    for await (const _ of recordRun(sim, {
      files,
      duration: ms(150),
      chunk: ms(chunkMs),
      resume: options.resume ?? false,
    })) {
      if (++chunks === options.stopAfter) break;
    }
    await sim.close();
  });
}

async function contents(files: MemoryFiles, entry: number) {
  const run = await loadRun(files);
  const spikes = await Promise.all(["aMN", "DD", "IN"].map((name) => run.spikes(name, entry)));
  return { spikes, V: await run.trace("aMN", "V", entry), g: await run.trace("aMN", "exc_dend.g", entry) };
}

describe("a run on the GPU", () => {
  test("is bitwise the same in chunks of 150 and 40 ms, and after a resume in chunks of 17", async () => {
    const [whole, parts, cut] = [new MemoryFiles(), new MemoryFiles(), new MemoryFiles()];
    await record(whole, 150);
    await record(parts, 40);
    await record(cut, 40, { stopAfter: 2 });
    await record(cut, 17, { resume: true });
    for (const entry of [0, 1]) {
      const want = await contents(whole, entry);
      expect(want.spikes[0]!.times.length).toBeGreaterThan(20);
      expect(await contents(parts, entry)).toEqual(want);
      expect(await contents(cut, entry)).toEqual(want);
    }
  });

  test("has the sources' trains of the reference, and its voltages at rest", async () => {
    const files = new MemoryFiles();
    await record(files, 150);
    const sim = await simulate(smallPool(5, 2), { dt: ms(0.025), engine: "reference" });
    const { value: chunk } = await sim.run(ms(150), { chunk: ms(150) }).next();
    for (const name of ["DD", "IN"]) {
      const [gpu, reference] = [await (await loadRun(files)).spikes(name, 1), chunk!.spikes(name, 1)];
      expect(gpu.times).toEqual(reference.times);
      expect(gpu.cells).toEqual(reference.cells);
    }
    const [gpu, reference] = [await (await loadRun(files)).trace("aMN", "V", 1), chunk!.trace("aMN", "V", 1)];
    expect([...gpu.times]).toEqual([...reference.times]);
    // the first 2 ms, before the first event: float32 against float64, 80 steps of at most an ulp of 65 mV (7.6e-6)
    for (let k = 0; k < 20 * 12; k++) expect(Math.abs(gpu.data[k]! - reference.data[k]!)).toBeLessThan(80 * 7.6e-6);
    await sim.close();
  });
});
