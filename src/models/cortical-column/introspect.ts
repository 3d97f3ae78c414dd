import type { CortexColumn } from "./column.ts";
import type { PreparedDrive } from "./drive-events.ts";
import type { ColumnSpike } from "./spike-file.ts";

/** A connection rule of the whole network, drives' rules after the local ones, with what it became. */
export interface RuleSummary {
  readonly rule: number;
  readonly source: string;
  readonly target: string;
  readonly location: string;
  readonly receptor: string;
  readonly weight: number; // uS, at distance 0
  readonly delay: number; // ms, at distance 0
  readonly lamtha: number;
  readonly pairs: number;
  /** pairs times sections; links slower than the run are counted in `dropped`. */
  readonly links: number;
  readonly dropped: number;
}

/** Every rule of the column in published numbering: local rules, then each drive's. */
export function connectionRules(column: CortexColumn): RuleSummary[] {
  const laws = [...column.rules, ...column.drives.flatMap((d) => d.rules.map((r) => ({ ...r, source: d.name })))];
  return column.links.map((l, k) => {
    const { source, target, location, receptor, weight, delay, lamtha } = laws[k] as (typeof laws)[number];
    const [pairs, width] = [l.source.length, l.sections.length];
    const counts = { pairs, links: pairs * width, dropped: (l.total - pairs) * width };
    return { rule: l.rule, source, target, location, receptor, weight, delay, lamtha, ...counts };
  });
}

/** What may be asked of a rule; left-out parts match everything. `sourceGid` and `targetGid`: rules with a link of that cell. */
export interface Pick {
  readonly source?: string;
  readonly target?: string;
  readonly location?: string;
  readonly receptor?: string;
  readonly sourceGid?: number;
  readonly targetGid?: number;
}

/** The rules that fit, as the original's pick_connection. */
export function pickConnections(column: CortexColumn, by: Pick): RuleSummary[] {
  const names = ["source", "target", "location", "receptor"] as const;
  return connectionRules(column).filter((rule, k) => {
    const links = column.links[k];
    return (
      names.every((key) => by[key] === undefined || by[key] === rule[key]) &&
      (by.sourceGid === undefined || links?.source.includes(by.sourceGid)) &&
      (by.targetGid === undefined || links?.target.includes(by.targetGid))
    );
  });
}

/** "L2_basket 0-34 (35)", one line per type and drive. */
export const gidLines = (column: CortexColumn): string[] =>
  Object.entries(column.gids).map(([name, { first, n }]) => `${name} ${first}-${first + n - 1} (${n})`);

/** One line per rule: "#18 evdist1 -> L2_pyramidal distal ampa: 0.0005 uS, 0.1 ms, lamtha 3, 100 links". */
export const ruleLines = (rules: readonly RuleSummary[]): string[] =>
  rules.map((r) => {
    const dropped = r.dropped === 0 ? "" : `, ${r.dropped} slower than the run`;
    const law = `${r.weight} uS, ${r.delay} ms, lamtha ${r.lamtha}`;
    return `#${r.rule} ${r.source} -> ${r.target} ${r.location} ${r.receptor}: ${law}, ${r.links} links${dropped}`;
  });

/** One line per drive: kind, cells, gids, events, rules. */
export const driveLines = (column: CortexColumn): string[] =>
  column.drives.map((d) => {
    const events = d.events.reduce((sum, times) => sum + times.length, 0);
    return `${d.name} (${d.kind}): ${d.events.length} drive cells, gids ${gidSpan(d)}, ${events} events, ${d.rules.length} connection rules`;
  });

const gidSpan = (d: PreparedDrive): string => `${d.firstGid}-${d.firstGid + d.events.length - 1}`;

/** Spikes per type, in the column's order; types without spikes count 0. */
export function spikeCounts(column: CortexColumn, spikes: readonly ColumnSpike[]): Record<string, number> {
  const counts = Object.fromEntries(Object.keys(column.gids).map((name) => [name, 0]));
  for (const { type } of spikes) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** The drives' events as spikes, which the published files list beside the cells' own. */
export const driveSpikes = (column: CortexColumn): ColumnSpike[] =>
  column.drives.flatMap((d) =>
    d.events.flatMap((times, k) => times.map((timeMs) => ({ timeMs, gid: d.firstGid + k, type: d.name }))),
  );
