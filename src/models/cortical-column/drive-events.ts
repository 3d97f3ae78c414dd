import { ModelError } from "../../errors.ts";
import { own } from "../../own.ts";
import { RandomState } from "../../random/numpy-legacy.ts";
import { typeNamed, type ConnectionRule } from "./connections.ts";
import {
  allPairs,
  cellsOf,
  checkPairs,
  checkProbability,
  checkRule,
  choose,
  falloff,
  targetSections,
  weigh,
  type RuleLinks,
} from "./connections.ts";
import { checkDrives, perTarget, targetTypes } from "./drive-checks.ts";
import { driveReceptors, isCellSpecific, spaceConstantOf, trainsOf } from "./drives.ts";
import type { BurstyDrive, Drive, DriveWiring, EventDrive, SourceWiring } from "./drives.ts";
import type { ColumnCellType, Point } from "./cell-types.ts";
import type { Layout } from "./layout.ts";

/** A drive as the simulation takes it. */
export interface PreparedDrive {
  readonly name: string;
  readonly kind: EventDrive["kind"];
  readonly firstGid: number;
  /** Event times (ms) of each drive cell, delays not added. */
  readonly events: readonly (readonly number[])[];
  /** Names of a spike train's sources, in drive cell order. */
  readonly sources?: readonly string[];
  readonly rules: readonly DriveRule[];
  readonly links: readonly RuleLinks[];
}

/** One rule per target type and receptor (and per group of sources with wirings of their own). */
export type DriveRule = Pick<
  ConnectionRule,
  "target" | "location" | "receptor" | "weight" | "delay" | "lamtha" | "probability"
>;

export interface PrepareOptions {
  readonly types: readonly ColumnCellType[];
  readonly layout: Layout;
  readonly drives: readonly Drive[];
  readonly tstop: number; // ms
  /** Trials differ in their seeds only. Default 0. */
  readonly trial?: number;
  /** Number of the first drive rule: how many local rules come before. */
  readonly firstRule: number;
  /** Links slower than this (ms) are left out. */
  readonly maxDelay?: number;
}

/** Gives gids to drive cells, draws their events and lists their links, in the published order and with the published seeds.
 * @throws ModelError for what `checkDrives` refuses */
export function prepareDrives(options: PrepareOptions): PreparedDrive[] {
  const { types, layout, drives, tstop, trial = 0, maxDelay = Infinity } = options;
  checkDrives(types, drives, tstop);
  const events = drives.filter((d) => d.kind !== "tonic");
  const targets = events.map((d) => targetTypes(types, unionOf(d), `drive "${d.name}"`));
  const cellTypes = events.map((d, k) => typesOf(d, types, targets[k] as string[]));
  const counts = events.map((d, k) => countCells(d, layout, cellTypes[k] as string[]));
  const nGids = layout.nCells + counts.reduce((a, b) => a + b, 0);
  let firstGid = layout.nCells;
  let rule = options.firstRule;
  return events.map((drive, k) => {
    const n = counts[k] as number;
    const place: Place = { types, layout, firstGid, n, maxDelay };
    const wired = wire(drive, place).map(({ law, links }) => ({ law, links: { rule: rule++, ...links } }));
    firstGid += n;
    return {
      name: drive.name,
      kind: drive.kind,
      firstGid: place.firstGid,
      events: eventsOf(drive, n, targets[k] as string[], cellTypes[k] as string[], layout, tstop, trial * nGids),
      ...(drive.kind === "spikeTrain" ? { sources: trainsOf(drive).map((t) => t.name) } : {}),
      rules: wired.map((w) => w.law),
      links: wired.map((w) => w.links),
    };
  });
}

/** All weights a drive may have, single sources' included. */
const unionOf = (drive: EventDrive): SourceWiring => {
  const all = [drive, ...(drive.kind === "spikeTrain" ? Object.values(drive.perSource ?? {}) : [])];
  return {
    weightsAmpa: Object.assign({}, ...all.map((w) => w.weightsAmpa ?? {})) as Record<string, number>,
    weightsNmda: Object.assign({}, ...all.map((w) => w.weightsNmda ?? {})) as Record<string, number>,
  };
};

/** Types that a cell-specific drive has cells for, in the network's order. */
function typesOf(drive: EventDrive, types: readonly ColumnCellType[], targets: string[]): string[] {
  const given = drive.kind === "spikeTrain" ? undefined : drive.cellTypes;
  if (given === undefined) return targets;
  const where = `drive "${drive.name}", cellTypes`;
  for (const name of given) typeNamed(types, name, where);
  const without = targets.find((target) => !given.includes(target));
  if (without !== undefined) throw new ModelError(where, `has not ${without}, which has weights`, "Name all targets");
  return types.map((t) => t.name).filter((name) => given.includes(name));
}

/** Drive cells of each drive. */
export const driveCells = (types: readonly ColumnCellType[], layout: Layout, drives: readonly EventDrive[]): number[] =>
  drives.map((d) => countCells(d, layout, typesOf(d, types, targetTypes(types, unionOf(d), `drive "${d.name}"`))));

function countCells(drive: EventDrive, layout: Layout, targets: readonly string[]): number {
  if (drive.kind === "spikeTrain") return trainsOf(drive).length;
  if (!isCellSpecific(drive)) return drive.nDriveCells ?? 1;
  return targets.reduce((sum, t) => sum + cellsOf(layout, t).gids.length, 0);
}

interface Place {
  readonly types: readonly ColumnCellType[];
  readonly layout: Layout;
  readonly firstGid: number;
  readonly n: number;
  readonly maxDelay: number;
}

type Wired = { readonly law: DriveRule; readonly links: Omit<RuleLinks, "rule"> };

function wire(drive: EventDrive, place: Place): Wired[] {
  return wiringGroups(drive, place).flatMap(({ wiring, gids }) => {
    const where = `drive "${drive.name}"`;
    const targets = targetTypes(place.types, wiring, where);
    const delay = perTarget(wiring.synapticDelays ?? 0.1, targets, where, "synaptic delay");
    const probability = perTarget(wiring.probability ?? 1, targets, where, "probability");
    const firsts = firstsOf(typesOf(drive, place.types, targets), place.layout);
    return targets.flatMap((target, k) => {
      const cells = cellsOf(place.layout, target);
      if (!isCellSpecific(drive)) checkPairs(`${where} -> ${target}`, gids.length, cells.gids.length);
      checkProbability(probability(target), `${where} -> ${target}`);
      const given = wiring.pairs === undefined ? undefined : pairsGiven(`${where} -> ${target}`, own(wiring.pairs, target) ?? [], gids, place, cells); // prettier-ignore
      const kept = given ?? drawnPairs(isCellSpecific(drive) ? place.firstGid + (firsts.get(target) as number) : gids, cells.gids, probability(target), (wiring.connSeed ?? 3) + k); // prettier-ignore
      const at = (gid: number): Point => cells.at[gid - cells.first] as Point;
      return driveReceptors(wiring).flatMap(([receptor, weights]): Wired[] => {
        const weight = weights[target];
        if (weight === undefined) return [];
        const law = { target, location: wiring.location, receptor, weight, gain: 1, delay: delay(target), lamtha: spaceConstantOf(drive), probability: probability(target) }; // prettier-ignore
        checkRule(law, `${where} -> ${target}`);
        const sections = targetSections(typeNamed(place.types, target, where), law, where);
        const gaussian = (_: number, t: number): number =>
          falloff(place.layout.origin, at(t), law.lamtha, place.layout.spacing);
        return [{ law, links: { receptor, sections, ...weigh(kept, law, gaussian, place.maxDelay) } }];
      });
    });
  });
}

/** Number of the first drive cell for each type of a cell-specific drive, counted from 0. */
export function firstsOf(types: readonly string[], layout: Layout): Map<string, number> {
  let first = 0;
  const found = new Map<string, number>();
  for (const type of types) {
    found.set(type, first);
    first += cellsOf(layout, type).gids.length;
  }
  return found;
}

/** Pairs of drive cell and cell that are kept.
 * @param sources  all drive cells, each with all cells; or the first of those that have a cell each */
export function drawnPairs(sources: number | readonly number[], cells: readonly number[], probability: number, seed: number): Uint32Array {
  const own = (first: number): Uint32Array => Uint32Array.from(cells.flatMap((gid, c) => [first + c, gid]));
  return choose(typeof sources === "number" ? own(sources) : allPairs(sources, cells, true), probability, seed);
} // prettier-ignore

/** A wiring's own pairs of some drive cells (`gids`), as numbers of all cells.
 * @throws ModelError for a pair with a cell that is not there */
function pairsGiven(where: string, pairs: readonly (readonly [number, number])[], gids: readonly number[], place: Place, cells: ReturnType<typeof cellsOf>): Uint32Array {
  const inside = new Set(gids);
  const found: number[] = [];
  for (const [drive, cell] of pairs) {
    const [n, all] = [place.n, cells.gids.length];
    if (!(Number.isInteger(drive) && drive >= 0 && drive < n && Number.isInteger(cell) && cell >= 0 && cell < all)) throw new ModelError(where, `has a pair of drive cell ${drive} of ${n} with cell ${cell} of ${all}`, "Count both from 0");
    if (inside.has(place.firstGid + drive)) found.push(place.firstGid + drive, cells.gids[cell] as number);
  }
  return Uint32Array.from(found);
} // prettier-ignore

/** Drive cells that are wired alike: all of them, unless single sources have wirings of their own. */
function wiringGroups(drive: EventDrive, place: Place): { wiring: DriveWiring; gids: number[] }[] {
  const gids = Array.from({ length: place.n }, (_, k) => place.firstGid + k);
  if (drive.kind !== "spikeTrain" || drive.perSource === undefined) return [{ wiring: drive, gids }];
  const groups = new Map<string, { wiring: DriveWiring; gids: number[] }>();
  for (const [k, { name }] of trainsOf(drive).entries()) {
    const { spikeData: _, perSource, ...common } = drive;
    const own = (Object.hasOwn(perSource, name) ? perSource[name] : undefined) ?? {};
    const key = JSON.stringify(own);
    const group = groups.get(key) ?? { wiring: { ...common, ...own }, gids: [] };
    group.gids.push(place.firstGid + k);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function eventsOf(
  drive: EventDrive,
  n: number,
  targets: readonly string[],
  cellTypes: readonly string[],
  layout: Layout,
  tstop: number,
  offset: number,
): readonly (readonly number[])[] {
  if (drive.kind === "spikeTrain") return trainsOf(drive).map((t) => t.times);
  const seed = (drive.eventSeed ?? 2) + offset;
  const targetOfCell = cellTypes.flatMap((t) => cellsOf(layout, t).gids.map(() => t));
  return Array.from({ length: n }, (_, j) => {
    if (isCellSpecific(drive) && !targets.includes(targetOfCell[j] as string)) return []; // it never acts
    const random = new RandomState(seed + j);
    const times = (): number[] => {
      if (drive.kind === "evoked")
        return Array.from({ length: drive.numspikes ?? 1 }, () => random.normal(drive.mu, drive.sigma));
      if (drive.kind === "bursty") return burstTimes(drive, random, new RandomState(seed), tstop);
      const rates = perTarget(drive.rateConstant, targets, `drive "${drive.name}"`, "rate");
      return poissonTimes(rates(targetOfCell[j] ?? ""), random, drive.tstart ?? 0, drive.tstop ?? tstop);
    };
    return times()
      .filter((t) => t > 0 && t <= tstop)
      .sort((a, b) => a - b);
  });
}

function poissonTimes(rateHz: number, random: RandomState, start: number, stop: number): number[] {
  const times: number[] = [];
  const wait = (): number => (-1000 * Math.log(1 - random.random())) / rateHz;
  for (let t = start + wait(); t < stop; t += wait()) times.push(t);
  return times;
}

function burstTimes(drive: BurstyDrive, random: RandomState, ofDrive: RandomState, tstop: number): number[] {
  const { tstart = 0, tstartStd = 0, burstRate, burstStd = 0, numspikes = 2, spikeIsi = 10 } = drive;
  const start = tstartStd > 0 ? ofDrive.normal(tstart, tstartStd) : tstart;
  const period = 1000 / burstRate;
  const n = Math.max(0, Math.ceil(((drive.tstop ?? tstop) - start) / period));
  return Array.from({ length: n }, (_, k) => random.normal(start + k * period, burstStd)).flatMap((centre) =>
    Array.from({ length: numspikes }, (_, i) => centre + spikeIsi * (i - (numspikes - 1) / 2)),
  );
}
