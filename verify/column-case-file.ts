import { DataError, didYouMean } from "../src/errors.ts";
import type { ColumnOptions } from "../src/models/cortical-column/column.ts";
import type { DriveWiring, Drive, EventDrive } from "../src/models/cortical-column/drives.ts";
import { withWeights } from "../src/models/cortical-column/presets.ts";
import { jones2009 } from "../src/models/cortical-column/published.ts";

/** Trains of spike_train drives, which a case keeps in its events file: times (ms) by drive cell, by drive. */
export type CaseTrains = ReadonlyMap<string, readonly (readonly number[])[]>;

/** Trains from rows of an events file (drive, drive_cell, time_ms), whatever their order.
 * @param size  how many drive cells a drive has, those without events too; undefined: up to the last with one */
export function trainsOfEvents(
  rows: readonly Readonly<Record<string, string>>[],
  size: (drive: string) => number | undefined = () => undefined,
): CaseTrains {
  const trains = new Map<string, number[][]>(); // a name may be any word
  for (const { drive = "", drive_cell, time_ms } of rows) {
    const ofDrive = trains.get(drive) ?? [];
    trains.set(drive, ofDrive);
    const cells = Math.max(size(drive) ?? 0, Number(drive_cell) + 1);
    while (ofDrive.length < cells) ofDrive.push([]);
    ofDrive[Number(drive_cell)]?.push(Number(time_ms));
  }
  return trains;
}

/** What a reference case's info.json says of its network, as options of `cortexColumn`.
 * @param info    the parsed file
 * @param where   its name, for errors
 * @param trains  of its spike_train drives
 * @throws DataError for a missing, wrong or unknown setting */
export function columnOfCase(
  info: unknown,
  where: string,
  trains: CaseTrains = new Map(),
): ColumnOptions & { readonly tstop: number } {
  const file = new Fields(info, where);
  const scale = file.number("drive_weight_scale", 1);
  const tstop = file.number("tstop_ms");
  const mesh = file.list("mesh", [10, 10]).map(Number);
  const [nx = NaN, ny = NaN] = mesh;
  if (mesh.length !== 2) throw new DataError(`${where}.mesh`, `has ${mesh.length} numbers`, "Expected two");
  const overrides = file.numbers("local_weight_overrides", {});
  const drives = file.list("drives", []).map((d, k) => driveOf(new Fields(d, `${where}.drives[${k}]`), scale, trains));
  const tonic = file.list("tonic", []).map((t, k) => tonicOf(new Fields(t, `${where}.tonic[${k}]`)));
  return { mesh: [nx, ny], tstop, drives: [...drives, ...tonic], rules: withWeights(jones2009().rules, overrides) };
}

function driveOf(d: Fields, scale: number, trains: CaseTrains): EventDrive {
  const name = d.text("name");
  const kind = d.text("type");
  const wiring: DriveWiring = {
    name,
    location: d.text("location"),
    ...d.optional("weightsAmpa", (key) => scaled(d.numbers(key), scale), "weights_ampa"),
    ...d.optional("weightsNmda", (key) => scaled(d.numbers(key), scale), "weights_nmda"),
    ...d.optional("synapticDelays", (key) => d.numberOrNumbers(key), "synaptic_delays"),
    ...d.optional("probability", (key) => d.numberOrNumbers(key), "probability"),
    ...d.optional("spaceConstant", (key) => d.number(key), "space_constant"),
    ...d.optional("connSeed", (key) => d.number(key), "conn_seed"),
  };
  const drawn = {
    ...wiring,
    ...d.optional("cellSpecific", (key) => d.flag(key), "cell_specific"),
    ...d.optional("eventSeed", (key) => d.number(key), "event_seed"),
    // a cell-specific drive's file may say "n_cells" here
    ...(typeof d.get("n_drive_cells") === "number" ? { nDriveCells: d.number("n_drive_cells") } : {}),
  };
  const numbers = <K extends string>(names: Readonly<Record<K, string>>): Partial<Record<K, number>> =>
    Object.assign(
      {},
      ...Object.entries<string>(names).map(([ours, theirs]) => d.optional(ours, (key) => d.number(key), theirs)),
    );
  if (kind === "evoked") {
    return { kind, ...drawn, mu: d.number("mu"), sigma: d.number("sigma"), ...numbers({ numspikes: "numspikes" }) };
  }
  if (kind === "poisson") {
    const window = numbers({ tstart: "tstart", tstop: "tstop" });
    return { kind, ...drawn, rateConstant: d.numberOrNumbers("rate_constant"), ...window };
  }
  if (kind === "bursty") {
    const more = numbers({ tstart: "tstart", tstartStd: "tstart_std", tstop: "tstop", burstStd: "burst_std", numspikes: "numspikes", spikeIsi: "spike_isi" }); // prettier-ignore
    return { kind, ...drawn, burstRate: d.number("burst_rate"), ...more };
  }
  if (kind !== "spike_train") {
    throw new DataError(
      d.where,
      `has the unknown type "${kind}"`,
      didYouMean(kind, ["evoked", "poisson", "bursty", "spike_train"]),
    );
  }
  const given = trains.get(name);
  const spikeData = given && Object.fromEntries(given.map((times, cell) => [`cell ${cell}`, times])); // numbers as keys would be sorted
  if (spikeData !== undefined) return { kind: "spikeTrain", ...wiring, spikeData, outside: "keep" };
  throw new DataError(d.where, `has no trains for "${name}"`, "Its events file must list them");
}

const scaled = (weights: Readonly<Record<string, number>>, by: number): Record<string, number> =>
  Object.fromEntries(Object.entries(weights).map(([type, w]) => [type, w * by]));

/** A current clamp in the middle of a section of every cell of a type. */
function tonicOf(t: Fields): Drive {
  const start = t.number(t.anyOf("t0", "t0_ms", "delay_ms") ?? "t0", 0);
  const duration = t.anyOf("dur_ms", "duration_ms");
  const stop = t.anyOf("tstop", "tstop_ms");
  return {
    kind: "tonic",
    amplitude: { [t.text(t.anyOf("cell_type", "type", "target") ?? "cell_type")]: t.number(t.anyOf("amplitude", "amplitude_nA", "amp_nA") ?? "amplitude") }, // prettier-ignore
    t0: start,
    ...(duration === undefined
      ? stop === undefined
        ? {}
        : { tstop: t.number(stop) }
      : { tstop: start + t.number(duration) }),
    ...t.optional("section", (key) => t.text(key), "section"),
  };
}

/** Typed access to a record from a file; null counts as absent. */
class Fields {
  readonly where: string;
  readonly #data: Readonly<Record<string, unknown>>;

  constructor(data: unknown, where: string) {
    if (typeof data !== "object" || data === null || Array.isArray(data)) {
      throw new DataError(where, "is not a record", "Expected { name: value, ... }");
    }
    this.where = where;
    this.#data = data as Readonly<Record<string, unknown>>;
  }

  get(key: string): unknown {
    return this.#data[key] ?? undefined;
  }

  /** The first of these names that is given. */
  anyOf(...keys: readonly string[]): string | undefined {
    return keys.find((key) => this.get(key) !== undefined);
  }

  /** { [name]: read(key) } when the key is given, else nothing. */
  optional<K extends string, V>(name: K, read: (key: string) => V, key: string): Partial<Record<K, V>> {
    return this.get(key) === undefined ? {} : ({ [name]: read(key) } as Record<K, V>);
  }

  number(key: string, fallback?: number): number {
    const x = this.get(key) ?? fallback;
    return typeof x === "number" && Number.isFinite(x) ? x : this.#fail(key, x, "a finite number");
  }

  text(key: string): string {
    const x = this.get(key);
    return typeof x === "string" ? x : this.#fail(key, x, "a text");
  }

  flag(key: string): boolean {
    const x = this.get(key);
    return typeof x === "boolean" ? x : this.#fail(key, x, "true or false");
  }

  list(key: string, fallback: readonly unknown[]): readonly unknown[] {
    const x = this.get(key) ?? fallback;
    return Array.isArray(x) ? (x as readonly unknown[]) : this.#fail(key, x, "a list");
  }

  numbers(key: string, fallback?: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    const x = this.get(key) ?? fallback;
    if (typeof x !== "object" || x === null || Object.values(x).some((v) => typeof v !== "number")) {
      return this.#fail(key, x, "numbers by name");
    }
    return x as Readonly<Record<string, number>>;
  }

  numberOrNumbers(key: string): number | Readonly<Record<string, number>> {
    return typeof this.get(key) === "number" ? this.number(key) : this.numbers(key);
  }

  #fail(key: string, x: unknown, wanted: string): never {
    throw new DataError(
      `${this.where}.${key}`,
      x === undefined ? "is missing" : `is ${JSON.stringify(x)}`,
      `Expected ${wanted}`,
    );
  }
}
