import { expect, test } from "vitest";
import { simulate } from "../../../src/run/simulate.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";
import { recordRun } from "../../../src/storage/run-folder.ts";
import type { ChunkFormat } from "../../../src/storage/sink.ts";
import { ms } from "../../../src/units.ts";
import { smallPool } from "../run/networks.ts";
import { jsonChunks } from "./json-chunks.ts";

test("a format of chunk files is one object: recorded, resumed and loaded, it gives what HDF5 gives", async () => {
  const folder = async (format?: ChunkFormat) => {
    const files = new MemoryFiles("run");
    for (const [resume, duration] of [[false, 40], [true, 80]] as const) {
      const sim = await simulate(smallPool(), { dt: ms(0.025), engine: "reference", threads: 1 });
      for await (const chunk of recordRun(sim, { files, duration: ms(duration), chunk: ms(20), resume, ...(format && { format }) })) void chunk;
      await sim.close();
    } // prettier-ignore
    return { files, run: await loadRun(files, format && { format }) };
  };
  const [own, hdf5] = [await folder(jsonChunks), await folder()];
  expect((await own.files.list()).filter((name) => name.startsWith("chunk-"))).toHaveLength(4);
  const { populations } = own.run.run;
  let spikes = 0;
  for (const { name } of populations) {
    const found = await own.run.spikes(name);
    spikes += found.times.length;
    expect(found).toEqual(await hdf5.run.spikes(name));
  }
  expect(spikes).toBeGreaterThan(0);
  for (const variable of ["V", "exc_dend.g"])
    expect(await own.run.trace("aMN", variable)).toEqual(await hdf5.run.trace("aMN", variable));
});
