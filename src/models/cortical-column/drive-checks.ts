import { ModelError, didYouMean } from "../../errors.ts";
import { own } from "../../own.ts";
import { typeNamed } from "./connections.ts";
import {
  driveReceptors,
  isCellSpecific,
  trainsOf,
  type Drive,
  type EventDrive,
  type SourceWiring,
  type TonicBias,
} from "./drives.ts";
import { sectionsAt, type ColumnCellType } from "./cell-types.ts";

/** Target types of a wiring in the network's order.
 * @throws ModelError when there is none, or one is unknown */
export function targetTypes(types: readonly ColumnCellType[], wiring: SourceWiring, where: string): string[] {
  const named = new Set(driveReceptors(wiring).flatMap(([, weights]) => Object.keys(weights)));
  for (const name of named) typeNamed(types, name, where);
  if (named.size === 0) throw new ModelError(where, "has no weights", "Give weightsAmpa or weightsNmda by cell type");
  return types.map((t) => t.name).filter((name) => named.has(name));
}

/** One value for each target: from a number, or from a map with exactly the targets' names.
 * @throws ModelError when names are missing or left over */
export function perTarget(
  given: number | Readonly<Record<string, number>>,
  targets: readonly string[],
  where: string,
  what: string,
): (target: string) => number {
  if (typeof given === "number") return () => given;
  const missing = targets.find((t) => own(given, t) === undefined);
  const extra = Object.keys(given).find((t) => !targets.includes(t));
  if (missing === undefined && extra === undefined) return (target) => given[target] as number;
  const problem =
    missing === undefined ? `has a ${what} for "${extra}", which is no target` : `has no ${what} for "${missing}"`;
  throw new ModelError(where, problem, `Give one number, or exactly: ${targets.join(", ")}`);
}

const KINDS: readonly Drive["kind"][] = ["evoked", "poisson", "bursty", "spikeTrain", "tonic"];

/** Checks names and numbers of all drives before anything is drawn.
 * @throws ModelError naming drive, value, limit and remedy */
export function checkDrives(types: readonly ColumnCellType[], drives: readonly Drive[], tstop: number): void {
  const taken = new Set(types.map((t) => t.name));
  for (const drive of drives) {
    if (drive.kind === "tonic") {
      checkTonic(types, drive, tstop);
      continue;
    }
    const where = `drive "${drive.name}"`;
    if (!KINDS.includes(drive.kind)) throw new ModelError(where, `is of the unknown kind "${drive.kind as string}"`, didYouMean(String(drive.kind), KINDS)); // prettier-ignore
    if (drive.name === "" || /\s/.test(drive.name)) {
      throw new ModelError(
        where,
        "has an empty name or one with spaces",
        "Spike files need a name without white space",
      );
    }
    if (taken.has(drive.name)) throw new ModelError(where, "has a name that is taken", "Rename it");
    taken.add(drive.name);
    checkNumbers(drive, where, tstop);
  }
}

/** Events of a drive cell, and drive cells: what a run can hold. */
const MOST = 10 ** 6;
const upTo = (most: number) => (x: number) => count(x) && x <= most;

/** How many events a drive cell will have, about. */
function eventsOf(drive: EventDrive, tstop: number): number {
  if (drive.kind === "evoked") return drive.numspikes ?? 1;
  if (drive.kind === "spikeTrain") return 0; // given
  const seconds = Math.max(0, (drive.tstop ?? tstop) - (drive.tstart ?? 0)) / 1000;
  if (drive.kind === "bursty") return (drive.numspikes ?? 2) * drive.burstRate * seconds;
  const rates = typeof drive.rateConstant === "number" ? [drive.rateConstant] : Object.values(drive.rateConstant);
  return Math.max(0, ...rates) * seconds;
}

type Limit = readonly [name: string, value: number, ok: (x: number) => boolean, remedy: string];
const atLeast0 = (x: number): boolean => x >= 0 && Number.isFinite(x);
const above0 = (x: number): boolean => x > 0 && Number.isFinite(x);
const count = (x: number): boolean => Number.isSafeInteger(x) && x > 0;
const seed = (x: number): boolean => Number.isSafeInteger(x) && x >= 0;

function checkNumbers(drive: EventDrive, where: string, tstop: number): void {
  const limits: Limit[] = [["connSeed", drive.connSeed ?? 3, seed, "Give a whole number, at least 0"]];
  if (drive.kind === "spikeTrain") checkTrains(drive, where, tstop);
  else limits.push(["eventSeed", drive.eventSeed ?? 2, seed, "Give a whole number, at least 0"]);
  if (drive.kind === "evoked") {
    limits.push(["mu", drive.mu, Number.isFinite, "Give a finite time in ms"]);
    limits.push(["sigma", drive.sigma, atLeast0, "Give a finite time in ms, at least 0"]);
    limits.push(["numspikes", drive.numspikes ?? 1, count, "Give a whole number above 0"]);
  }
  if (drive.kind === "poisson") limits.push(...poissonLimits(drive.rateConstant));
  if (drive.kind === "bursty") limits.push(...burstLimits(drive));
  if (drive.kind === "poisson" || drive.kind === "bursty") checkWindow(where, drive.tstart ?? 0, drive.tstop ?? tstop);
  if (drive.kind !== "spikeTrain" && isCellSpecific(drive) && drive.nDriveCells !== undefined) {
    throw new ModelError(
      where,
      `has nDriveCells ${drive.nDriveCells} but is cell-specific: it has one drive cell per target cell`,
      "Leave it out, or say cellSpecific: false",
    );
  }
  if (drive.kind !== "spikeTrain" && !isCellSpecific(drive)) {
    limits.push(["nDriveCells", drive.nDriveCells ?? 1, upTo(MOST), `Give a whole number from 1 to ${MOST}`]);
  }
  limits.push(["events of a drive cell, about", eventsOf(drive, tstop), (x) => x <= MOST, `Lower its rate or number: at most ${MOST}`]); // prettier-ignore
  const bad = limits.find(([, value, ok]) => !ok(value));
  if (bad !== undefined) throw new ModelError(where, `has ${bad[0]} ${bad[1]}`, bad[3]);
  if (drive.kind === "poisson" && typeof drive.rateConstant !== "number" && !isCellSpecific(drive)) {
    throw new ModelError(
      where,
      "has rates per type but drive cells that all types share",
      "Give one rate or make it cell-specific",
    );
  }
}

const poissonLimits = (rate: number | Readonly<Record<string, number>>): Limit[] =>
  Object.entries(typeof rate === "number" ? { rateConstant: rate } : rate).map(([key, value]) => [
    key === "rateConstant" ? key : `rate for ${key}`, value, above0, "Give a rate in Hz above 0",
  ]); // prettier-ignore

function burstLimits({
  burstRate,
  burstStd = 0,
  tstartStd = 0,
  numspikes = 2,
  spikeIsi = 10,
}: Extract<Drive, { kind: "bursty" }>): Limit[] {
  const longest = 1000 / burstRate;
  const length = (numspikes - 1) * spikeIsi;
  return [
    ["burstRate", burstRate, above0, "Give a rate in Hz above 0"],
    ["burstStd", burstStd, atLeast0, "Give a time in ms, at least 0"],
    ["tstartStd", tstartStd, atLeast0, "Give a time in ms, at least 0"],
    ["numspikes", numspikes, count, "Give a whole number above 0"],
    ["spikeIsi", spikeIsi, atLeast0, "Give a time in ms, at least 0"],
    [`bursts of (ms)`, length, (x) => x <= longest, `A burst must fit into the period of ${longest} ms: fewer or closer spikes, or a lower rate`],
  ]; // prettier-ignore
}

function checkWindow(where: string, from: number, until: number): void {
  if (from >= 0 && until >= from && until < Infinity) return;
  throw new ModelError(
    where,
    `starts at ${from} ms and stops at ${until} ms`,
    "0 <= start <= stop, both finite, must hold",
  );
}

function checkTrains(drive: Extract<Drive, { kind: "spikeTrain" }>, where: string, tstop: number): void {
  const trains = trainsOf(drive);
  if (trains.length === 0) throw new ModelError(where, "has no sources", "Give at least one spike train");
  for (const { name, times } of trains) {
    const wrong = times.find((t) => !Number.isFinite(t));
    if (wrong !== undefined)
      throw new ModelError(where, `source "${name}" has an event at ${wrong} ms`, "Give finite times");
    const outside = drive.outside === "keep" ? undefined : times.find((t) => t < 0 || t > tstop);
    if (outside === undefined) continue;
    const problem = `source "${name}" has an event at ${outside} ms, outside the run of ${tstop} ms`;
    throw new ModelError(where, problem, 'Shift it, lengthen the run, or say outside: "keep"');
  }
  const names = trains.map((t) => t.name);
  const unknown = Object.keys(drive.perSource ?? {}).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new ModelError(where, `has a wiring for the unknown source "${unknown}"`, didYouMean(unknown, names));
}

function checkTonic(
  types: readonly ColumnCellType[],
  { amplitude, t0 = 0, tstop: end, section = "soma" }: TonicBias,
  tstop: number,
): void {
  const where = "tonic bias";
  const entries = Object.entries(amplitude);
  if (entries.length === 0) throw new ModelError(where, "has no amplitudes", "Give nA by cell type");
  for (const [name, nA] of entries) {
    sectionsAt(typeNamed(types, name, where), section);
    if (!Number.isFinite(nA)) throw new ModelError(where, `has ${nA} nA for ${name}`, "Give a finite current");
  }
  checkWindow(where, t0, end ?? tstop);
}
