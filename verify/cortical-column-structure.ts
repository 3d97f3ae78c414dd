import { z } from "zod";
import type { CortexColumn } from "../src/models/cortical-column/index.ts";
import { localLinks, prepareDrives } from "../src/models/cortical-column/index.ts";
import type { RuleLinks } from "../src/models/cortical-column/index.ts";
import { DataError } from "../src/errors.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
import type { NetworkCase } from "./cortical-column-case.ts";
import { COLUMN } from "./tolerances.ts";
import { optionalTable, Table } from "./csv.ts";
import { readJson } from "./read.ts";
import { atMost } from "./rows.ts";

/** What must be right before the first step: gids, rules, event times, positions, links. */
export function structureRows(files: CaseFiles, one: NetworkCase, events: Table): VerifyRow[] {
  const { stem, info, column } = one;
  const gids = Object.entries(info.gid_ranges_inclusive).filter(([name, [first, last]]) => {
    const own = column.gids[name];
    return own?.first !== first || own.first + own.n - 1 !== last;
  });
  const ranges = Object.keys(info.gid_ranges_inclusive).length;
  return [
    atMost(
      stem,
      "gid ranges that differ",
      gids.length,
      0,
      [ranges, Object.keys(column.gids).length],
      gids.map(([name]) => name).join(", "),
    ),
    atMost(
      stem,
      "connection rules, difference",
      Math.abs(column.links.length - info.n_connection_rules),
      0,
      column.links.length,
    ),
    ...eventRows(stem, column, events),
    ...positionRows(files, stem, column),
    ...linkRows(files, one),
  ];
}

function eventRows(stem: string, column: CortexColumn, stored: Table): VerifyRow[] {
  const [drives, cells, times] = [stored.strings("drive"), stored.numbers("drive_cell"), stored.numbers("time_ms")];
  const want = new Map<string, number[]>();
  drives.forEach((drive, k) => {
    const key = `${drive} ${cells[k]}`;
    want.set(key, [...(want.get(key) ?? []), times[k] as number]);
  });
  let [error, others] = [0, 0];
  for (const drive of column.drives) {
    drive.events.forEach((own, cell) => {
      const key = `${drive.name} ${cell}`;
      const listed = want.get(key) ?? [];
      want.delete(key);
      if (listed.length !== own.length) others++;
      own.forEach((t, k) => (error = Math.max(error, Math.abs(t - (listed[k] ?? NaN)) || 0)));
    });
  }
  const compared = column.drives.reduce((sum, drive) => sum + drive.events.length, 0);
  return [
    ...(compared === 0
      ? []
      : [atMost(stem, "drive cells with another number of events", others + want.size, 0, compared)]),
    ...(times.length === 0
      ? []
      : [atMost(stem, "event times, worst (ms)", error, COLUMN.events.float64, times.length)]),
  ];
}

const point = z.array(z.number());
const positionsFile = z.object({ origin: point }).catchall(z.array(point));
const overridesFile = z.looseObject({ local_weight_overrides: z.record(z.string(), z.number()).nullish() });

function positionRows(files: CaseFiles, stem: string, { layout }: CortexColumn): VerifyRow[] {
  if (!files.list().includes("positions.json")) return [];
  const { origin, ...types } = readJson(files, "positions.json", positionsFile);
  const stored = new Map(Object.entries({ ...types, origin: [origin] }));
  let error = 0;
  const all = { ...layout.positions, origin: [layout.origin] };
  for (const [type, places] of Object.entries(all)) {
    places.forEach((place, k) => {
      const want = stored.get(type)?.[k];
      place.forEach(
        (x, c) => (error = Math.max(error, want === undefined ? Infinity : Math.abs(x - (want[c] ?? NaN)))),
      );
      if ((stored.get(type)?.length ?? 0) !== places.length) error = Infinity;
    });
  }
  return [atMost(stem, "positions, worst (um)", error, COLUMN.positions.float64, Object.values(all).flat().length)];
}

/** Every link that the case's files list: all of them, or the drives', and the shared list of local ones where the case has the
 * default mesh and weights. */
function linkRows(files: CaseFiles, { stem, column }: NetworkCase): VerifyRow[] {
  const own = allLinks(column);
  const local = column.rules.length;
  const everything = optionalTable(files, "connections.csv");
  if (everything !== undefined) return compareLinks(stem, "links", own, everything);
  const drives = optionalTable(files, "connections_drive.csv");
  return [
    ...(drives === undefined ? [] : compareLinks(stem, "drive links", own.filter((l) => l.rule >= local), drives)),
    ...(isDefault(files, column) ? compareLinks(stem, "local links", own.filter((l) => l.rule < local), sharedLinks(files)) : []),
  ]; // prettier-ignore
}

/** Links of local rules and drives, those slower than the run included. */
function allLinks({ cellTypes: types, layout, rules, drivesGiven: drives, tstop }: CortexColumn): RuleLinks[] {
  const local = localLinks(types, layout, rules);
  return [
    ...local,
    ...prepareDrives({ types, layout, drives, tstop, firstRule: rules.length }).flatMap((d) => d.links),
  ];
}

/** Whether the shared list of local links belongs to this case. */
function isDefault(files: CaseFiles, { layout }: CortexColumn): boolean {
  const info = readJson(files, "info.json", overridesFile);
  return layout.mesh.join() === "10,10" && Object.keys(info.local_weight_overrides ?? {}).length === 0;
}

function sharedLinks(files: CaseFiles): Table {
  const name = "connections_local.csv.gz"; // beside the case, not in it
  return new Table(name, files.text(name));
}

function compareLinks(stem: string, what: string, own: readonly RuleLinks[], stored: Table): VerifyRow[] {
  const index = new Map<string, readonly [weight: number, delay: number]>();
  for (const { rule, receptor, sections, source, target, weightUs, delayMs } of own) {
    source.forEach((s, k) => {
      for (const section of sections)
        index.set(`${rule} ${s} ${target[k]} ${section} ${receptor}`, [weightUs[k] as number, delayMs[k] as number]);
    });
  }
  const total = index.size;
  const [rule, from, to, section, receptor] = ["rule", "src_gid", "target_gid", "section", "receptor"].map((c) =>
    stored.strings(c),
  ) as [readonly string[], readonly string[], readonly string[], readonly string[], readonly string[]];
  const [weight, delay] = [stored.numbers("weight_uS"), stored.numbers("delay_ms")];
  let [missing, weightError, delayError] = [0, 0, 0];
  const relative = (x: number, y: number): number => (x === y ? 0 : Math.abs(x - y) / Math.abs(y));
  for (let k = 0; k < stored.rows; k++) {
    const key = `${rule[k]} ${from[k]} ${to[k]} ${section[k]} ${receptor[k]}`;
    const found = index.get(key);
    index.delete(key);
    if (found === undefined) missing++;
    else {
      weightError = Math.max(weightError, relative(found[0], weight[k] as number));
      delayError = Math.max(delayError, relative(found[1], delay[k] as number));
    }
  }
  if (stored.rows === 0) throw new DataError(what, "are listed in an empty file", "Restore the case's files");
  return [
    atMost(stem, `${what}, missing or extra`, missing + index.size, 0, [stored.rows, total]),
    atMost(stem, `${what}, weights, worst (relative)`, weightError, COLUMN.links.float64, [stored.rows, total]),
    atMost(stem, `${what}, delays, worst (relative)`, delayError, COLUMN.links.float64, [stored.rows, total]),
  ];
}
