import type { Traced } from "../../../src/compile/compiled.ts";
import { chunkOf, rowsKey, spikesOf, type Rows } from "../../../src/run/chunk.ts";
import { decode, writeText } from "../../../src/storage/files.ts";
import { reportName } from "../../../src/storage/run-file.ts";
import type { ChunkFormat } from "../../../src/storage/sink.ts";

interface Stored {
  readonly place: { readonly run: string; readonly index: number };
  readonly spikes: Record<string, { times: number[]; cells: number[] }[]>;
  readonly reports: Record<string, { start: number; rows: number; width: number; data: number[] }>;
  readonly changes: [];
}

/** Chunks as JSON: all that a format of one's own is. */
export const jsonChunks: ChunkFormat = {
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
