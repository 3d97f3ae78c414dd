import { expect, test } from "vitest";
import { chunkOf, rowsKey, spikesOf, type Rows } from "../../../src/run/chunk.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { decode, writeText } from "../../../src/storage/files.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";
import { reportName } from "../../../src/storage/run-file.ts";
import { recordRun } from "../../../src/storage/run-folder.ts";
import type { ChunkFormat } from "../../../src/storage/sink.ts";
import type { Traced } from "../../../src/compile/compiled.ts";
import { ms } from "../../../src/units.ts";
import { smallPool } from "../run/networks.ts";

interface Stored {
  readonly place: { readonly run: string; readonly index: number };
  readonly spikes: Record<string, { times: number[]; cells: number[] }[]>;
  readonly reports: Record<string, { start: number; rows: number; width: number; data: number[] }>;
  readonly changes: [];
}

/** Chunks as JSON: all that a format of one's own is. */
const jsonChunks: ChunkFormat = {
  extension: "json",
  open: async (files) => ({
    create: (network, file, place) => {
      const rows = new Map<string, Rows[]>();
      return {
        append: (population, trace, more) => {
          const key = rowsKey(population, trace);
          rows.set(key, [...(rows.get(key) ?? []), more]);
        },
        finish: async ({ from, to, sorted, changes }) => {
          const [start, stop] = [from * network.dt, to * network.dt];
          const spikes = network.populations.map((p) => {
            const of = (_: unknown, entry: number) => spikesOf(network, sorted, p, entry, start, stop);
            const entries = Array.from({ length: network.entries }, of);
            return [p.name, entries.map(({ times, cells }) => ({ times: [...times], cells: [...cells] }))];
          });
          const reports = [...rows].map(([key, parts]) => {
            const [population, trace] = key.split(".").map(Number) as [number, number];
            const steps = parts.flatMap((r) => [...r.steps]);
            const data = parts.flatMap((r) => [...r.data]);
            const first = (steps[0] ?? 0) * network.dt;
            const name = reportName(network.populations[population] as Traced, trace);
            return [name, { start: first, rows: steps.length, width: data.length / steps.length, data }];
          });
          const all = { place, spikes: Object.fromEntries(spikes), reports: Object.fromEntries(reports), changes };
          const mark = await writeText(files, file, JSON.stringify(all));
          const segments = [...rows].flatMap(([key, parts]) => {
            const [population, trace] = key.split(".").map(Number) as [number, number];
            return parts.map(({ steps, data }) => ({ population, trace, steps, data }));
          });
          const whole = { from, to, spikeSteps: sorted.steps, spikeIds: sorted.ids, traces: segments };
          return { mark, chunk: chunkOf(network, [whole], from, to) };
        },
        discard: async () => {},
      };
    },
    read: async (file) => {
      const stored = JSON.parse(decode(await files.read(file))) as Stored;
      return {
        place: stored.place,
        spikes: (population, entry) => {
          const { times = [], cells = [] } = stored.spikes[population]?.[entry] ?? {};
          return { times: Float64Array.from(times), cells: Uint32Array.from(cells) };
        },
        report: (name, columns) => {
          const found = stored.reports[name];
          if (found === undefined) return undefined;
          const { start, rows, width, data } = found;
          const row = (r: number): number[] => columns.map((c) => data[r * width + c]!);
          return { start, rows, data: Float64Array.from(Array.from({ length: rows }, (_, r) => row(r)).flat()) };
        },
        changes: () => stored.changes,
        close: () => {},
      };
    },
  }),
};

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
