import type { Dataset, File } from "h5wasm";
import { DataError } from "../errors.ts";
import type { Spikes, Trace } from "../run/chunk.ts";
import type { Files } from "./files.ts";
import { writeHdf5 } from "./hdf5-file.ts";

/** "cell,t_ms" with one line per spike, in the order given. */
export function spikesCsv({ times, cells }: Spikes): string {
  const lines = ["cell,t_ms"];
  for (let i = 0; i < times.length; i++) lines.push(`${cells[i]},${tidy(times[i] as number)}`);
  return `${lines.join("\n")}\n`;
}

/** "t_ms,<variable>_<cell>,…" with one line per sample. */
export function traceCsv({ variable, times, cells, data }: Trace): string {
  const lines = [["t_ms", ...Array.from(cells, (cell) => `${variable}_${cell}`)].join(",")];
  for (let row = 0; row < times.length; row++) {
    const values = Array.from(data.subarray(row * cells.length, (row + 1) * cells.length), String);
    lines.push([String(tidy(times[row] as number)), ...values].join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** One train per line, times in ms separated by tabs, silent cells as empty lines. neo's own AsciiSpikeTrainIO has no form for a train
 * without a spike (it fails on an empty line); this reads all of them:
 * `[neo.SpikeTrain([float(t) for t in line.split()], units="ms", t_stop=duration) for line in open(name)]` */
export function spikeTrainsText(spikes: Spikes): string {
  return trainsOf(spikes)
    .map((train) => `${train.map(tidy).join("\t")}\n`)
    .join("");
}

export interface NwbOptions {
  readonly identifier: string;
  readonly description: string;
  /** ISO 8601 time with zone. NWB wants one; simulated time 0 is this instant. */
  readonly sessionStart: string;
  readonly populations: readonly { readonly name: string; readonly spikes: Spikes }[];
}

/** Writes spikes as an NWB 2 units table: one row per cell of every population, times in seconds.
 * @throws DataError for a start that is no time with its zone, or an identifier or description that is empty */
export async function writeNwb(files: Files, name: string, options: NwbOptions): Promise<void> {
  checkNwb(name, options);
  await writeHdf5(files, name, (file) => fillNwb(file, options));
}

function typed(target: Pick<Dataset, "create_attribute">, type: string, namespace: string): void {
  target.create_attribute("namespace", namespace);
  target.create_attribute("neurodata_type", type);
  target.create_attribute("object_id", globalThis.crypto.randomUUID());
}

/** What every NWB file has, whatever it holds. */
function frameNwb(file: File, options: NwbOptions): void {
  file.create_attribute("nwb_version", "2.7.0");
  typed(file, "NWBFile", "core");
  const text = (where: Pick<typeof file, "create_dataset">, name: string, data: string | string[]): Dataset =>
    where.create_dataset({ name, data, shape: typeof data === "string" ? [] : [data.length] });
  text(file, "identifier", options.identifier);
  text(file, "session_description", options.description);
  text(file, "session_start_time", options.sessionStart);
  text(file, "timestamps_reference_time", options.sessionStart);
  text(file, "file_create_date", [options.sessionStart]);
  for (const group of ["acquisition", "analysis", "general", "processing", "stimulus"]) file.create_group(group);
  for (const group of ["presentation", "templates"]) file.create_group(`stimulus/${group}`);
}

function fillNwb(file: File, options: NwbOptions): void {
  frameNwb(file, options);
  const units = file.create_group("units");
  typed(units, "Units", "core");
  units.create_attribute("description", options.description);
  units.create_attribute("colnames", ["spike_times", "obs_intervals", "population", "cell"]);
  const rows = options.populations.flatMap(({ name, spikes }) =>
    trainsOf(spikes).map((train, cell) => ({ name, cell, train, from: spikes.from, to: spikes.to })),
  );
  const column = (
    name: string,
    data: Float64Array | Int32Array | string[],
    description: string,
    shape = [data.length],
  ): Dataset => {
    const dataset = units.create_dataset({ name, data, shape });
    typed(dataset, "VectorData", "hdmf-common");
    dataset.create_attribute("description", description);
    return dataset;
  };
  const ends = (name: string, of: string, lengths: readonly number[]): void => {
    let end = 0;
    const data = Int32Array.from(lengths, (length) => (end += length));
    const dataset = units.create_dataset({ name, data, shape: [data.length] });
    typed(dataset, "VectorIndex", "hdmf-common");
    dataset.create_attribute("description", `end of each row in ${of}`);
    dataset.create_attribute("target", (units.get(of) as Dataset).create_reference(), []);
  };
  const id = units.create_dataset({ name: "id", data: Int32Array.from(rows, (_, i) => i), shape: [rows.length] });
  typed(id, "ElementIdentifiers", "hdmf-common");
  column("spike_times", Float64Array.from(rows.flatMap(({ train }) => train.map((t) => t / 1000))), "spike times, s");
  ends(
    "spike_times_index",
    "spike_times",
    rows.map(({ train }) => train.length),
  );
  const observed = Float64Array.from(rows.flatMap(({ from, to }) => [from / 1000, to / 1000]));
  column("obs_intervals", observed, "observed interval of each unit, s", [rows.length, 2]);
  ends(
    "obs_intervals_index",
    "obs_intervals",
    rows.map(() => 1),
  );
  column(
    "population",
    rows.map(({ name }) => name),
    "population of the cell",
  );
  column(
    "cell",
    Int32Array.from(rows, ({ cell }) => cell),
    "index of the cell in its population",
  );
}

function checkNwb(file: string, { identifier, description, sessionStart }: NwbOptions): void {
  for (const [what, text] of Object.entries({ identifier, description })) {
    if (typeof text !== "string" || text.trim() === "")
      throw new DataError(`${file}, ${what}`, "is empty", "NWB needs a text");
  }
  const parts = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(sessionStart);
  const day = new Date(`${parts?.[1]}T00:00:00Z`); // the 30th of February is the 2nd of March, and so no such day
  const exists = Number.isFinite(day.getTime()) && day.toISOString().startsWith(parts?.[1] ?? "no");
  if (parts !== null && exists && Number.isFinite(Date.parse(sessionStart))) return;
  throw new DataError(
    `${file}, sessionStart`,
    `is ${JSON.stringify(String(sessionStart).slice(0, 60))}`,
    'Give an ISO 8601 time with its zone, for example "2026-11-28T17:30:00+01:00"',
  );
}

function trainsOf({ times, cells, n }: Spikes): number[][] {
  const trains: number[][] = Array.from({ length: n }, () => []);
  for (let i = 0; i < times.length; i++) trains[cells[i] as number]?.push(times[i] as number);
  return trains;
}

/** Without the last digits of step * dt: 0.30000000000000004 is 0.3. Times below 2e7 ms keep 1e-8 ms. */
const tidy = (x: number): number => Number(x.toFixed(9));
