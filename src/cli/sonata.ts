import { tried } from "../clipped.ts";
import { sonata, type SonataModel } from "../import/index.ts";
import type { Trace } from "../run/chunk.ts";
import { openFolder } from "../storage/node-folder.ts";
import type { Files } from "../storage/files.ts";
import { openHdf5 } from "../storage/hdf5-file.ts";
import type { StoredRun } from "../storage/load-run.ts";
import { writeSonataReport, writeSonataSpikes } from "../storage/sonata.ts";
import type { Built } from "../studies/study.ts";
import { checkRegular, readText } from "./read-text.ts";

/** Whether parsed JSON is a config of SONATA: of a simulation, or of a circuit. */
export const isSonata = (data: unknown): boolean =>
  typeof data === "object" && data !== null && !("populations" in data) && ("networks" in data || "network" in data);

type SonataBuilt = Pick<Built, "network" | "notes"> & Required<Pick<Built, "outputs">> & Partial<Pick<Built, "dt" | "duration">>; // prettier-ignore

/** What a SONATA config describes; its outputs are written as it names them, into the run's folder. */
export async function fromSonata(path: string): Promise<SonataBuilt> {
  const folder = await (await openFolder(".")).hdf5();
  const opened: ReturnType<typeof openHdf5>[] = [];
  try {
    const model = sonata(path, {
      text: (file) => readText(file),
      hdf5: (file) => {
        checkRegular(file);
        const found = openHdf5(folder, file);
        opened.push(found);
        return found as never;
      },
    });
    const { network, dt, duration, notes } = model;
    return {
      network,
      ...(dt === undefined ? {} : { dt }),
      ...(duration === undefined ? {} : { duration }),
      notes,
      outputs: (run, files) => write(model, run, files),
    };
  } finally {
    for (const file of opened) tried(() => void file.close(), undefined); // a damaged one may not even close
  }
}

async function write({ parts, spikesFile, reports }: SonataModel, run: StoredRun, files: Files): Promise<void> {
  const neurons = parts.filter(({ virtual }) => !virtual);
  const spikes = await Promise.all(neurons.map(async (part) => {
    const { times, cells } = await run.spikes(part.population);
    return { population: part.sonata, times, nodeIds: Float64Array.from(cells, (cell) => part.nodeIds[cell] as number) };
  })); // prettier-ignore
  await writeSonataSpikes(files, spikesFile, spikes);
  for (const { file, populations, elements, from, until } of reports) {
    const parts = neurons.filter(({ population }) => populations.includes(population)).map(({ population, sonata: name, nodeIds }) => {
      const own = elements.filter((one) => one.population === population);
      return { run: { population, variables: own.map(({ trace }) => trace) }, file: { population: name, nodeIds, elements: own } };
    });
    await writeSonataReport(files, file, parts.map((part) => part.file), cut(run.tracesByChunk(parts.map((part) => part.run)), from, until));
  }
} // prettier-ignore

async function* cut(chunks: AsyncIterable<Trace[][]>, from: number, until: number): AsyncGenerator<Trace[][]> {
  for await (const chunk of chunks) yield chunk.map((of) => of.map((trace) => between(trace, from, until)));
}

/** Rows of a trace from a time on and before another. */
function between(trace: Trace, from: number, until: number): Trace {
  const { times, cells, data } = trace;
  const slack = 1e-9 * Math.max(1, times.at(-1) ?? 0); // times are products
  const first = times.findIndex((t) => t >= from - slack);
  const start = first < 0 ? times.length : first;
  const later = times.findIndex((t) => t >= until - slack);
  const end = later < 0 ? times.length : Math.max(start, later);
  return { ...trace, times: times.slice(start, end), data: data.slice(start * cells.length, end * cells.length) };
}
