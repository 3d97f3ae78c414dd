import { own } from "../../own.ts";
import { allToAll, list, type Rule } from "../../connect/rules.ts";
import { ModelError } from "../../errors.ts";
import type { AnyCells, AnyPopulation } from "../../network/handles.ts";
import { Network } from "../../network/network.ts";
import { trains } from "../../network/sources.ts";
import { optionsOf } from "../../shapes.ts";
import { ms, nA } from "../../units.ts";
import { cellModel, receptorName } from "./cell-model.ts";
import type { ColumnCellType } from "./cell-types.ts";
import {
  countLinks,
  localLinks,
  withGains,
  type ConnectionRule,
  type RuleLinks,
  type SynapticGains,
} from "./connections.ts";
import { prepareDrives, type PreparedDrive } from "./drive-events.ts";
import type { Drive, TonicBias } from "./drives.ts";
import { layOut, type Layout, type MeshOptions } from "./layout.ts";
import { columnPreset } from "./presets.ts";
import { jones2009, type ColumnModel } from "./published.ts";

export interface ColumnOptions extends MeshOptions {
  /** Cell types and local connections; default `jones2009()`. `law2021()`, `calcium2022()`, or any of your own. */
  readonly model?: ColumnModel;
  /** Local connections instead of the model's: drop, change or add rules freely. */
  readonly rules?: readonly ConnectionRule[];
  /** Default: the preset "evoked"'s one distal volley. */
  readonly drives?: readonly Drive[];
  /** How long it will run, ms: open drives end then, later events and slower links are left out. Default 170. */
  readonly tstop?: number;
  /** Which trial's event seeds (0, 1, ...); default 0. */
  readonly trial?: number;
  readonly gains?: SynapticGains;
  readonly tables?: "asPublished" | "exact";
  /** Largest factor a batch may put on a drive's weights, by `drive.scale`; default 1. */
  readonly maxDriveScale?: number;
  /** Seed of the network's own random numbers, of which the published column has none. Default 0. */
  readonly seed?: number;
}

/** The laminar cortical column as a network. Populations carry the names of cell types and drives; gids count on through
 * both, as published. */
export class CortexColumn extends Network {
  readonly cellTypes: readonly ColumnCellType[];
  readonly layout: Layout;
  readonly rules: readonly ConnectionRule[];
  readonly tstop: number;
  /** Drives with events and gids, in the order given. */
  readonly drives: readonly PreparedDrive[];
  /** Links of local rules, then of drives; those slower than tstop are not among them. */
  readonly links: readonly RuleLinks[];
  /** Number of links that were left out because they are slower than the run. */
  readonly dropped: number;
  /** Names of the projections of each drive, for `vary("<name>.scale", ...)`. */
  readonly driveProjections: Readonly<Record<string, readonly string[]>>;

  /** Drives as they were given. */
  readonly drivesGiven: readonly Drive[];

  /** @throws ModelError for anything in the options that cannot be built */
  constructor(options: ColumnOptions = {}) {
    super({ seed: optionsOf("column", options).seed ?? 0, name: "column" });
    const { model = jones2009(), tstop = 170, trial = 0, gains = {}, maxDriveScale = 1 } = options;
    if (!(tstop > 0 && Number.isFinite(tstop)))
      throw new ModelError("column", `tstop is ${tstop} ms`, "Give a time above 0");
    const drives = options.drives ?? columnPreset("evoked").drives;
    this.drivesGiven = drives;
    this.cellTypes = model.cellTypes;
    this.tstop = tstop;
    this.layout = layOut(model.cellTypes, options);
    this.rules = withGains(model.cellTypes, options.rules ?? model.rules, gains);
    const local = localLinks(model.cellTypes, this.layout, this.rules, tstop);
    const { cellTypes: types, layout } = this;
    this.drives = prepareDrives({ types, layout, drives, tstop, trial, firstRule: this.rules.length, maxDelay: tstop });
    this.links = [...local, ...this.drives.flatMap((d) => d.links)];
    this.dropped = this.links.reduce((sum, l) => sum + (l.total - l.source.length) * l.sections.length, 0);
    this.#addCells(options.tables ?? "asPublished");
    local.forEach((links, k) => this.#connectRule(links, this.rules[k] as ConnectionRule));
    this.driveProjections = Object.fromEntries(this.drives.map((d) => [d.name, this.#addDrive(d, maxDriveScale)]));
    for (const drive of drives) if (drive.kind === "tonic") this.#addBias(drive);
  }

  /** First gid and number of cells of every type and drive, in gid order. */
  get gids(): Readonly<Record<string, { readonly first: number; readonly n: number }>> {
    const drives = this.drives.map((d) => [d.name, { first: d.firstGid, n: d.events.length }]);
    return { ...this.layout.gids, ...(Object.fromEntries(drives) as Record<string, { first: number; n: number }>) };
  }

  /** Event times (ms) of every drive in another trial, [drive cell][event]: trials differ in nothing else. */
  timesOfTrial(trial: number): Record<string, readonly (readonly number[])[]> {
    const { cellTypes: types, layout, tstop } = this;
    const options = {
      types,
      layout,
      drives: this.drivesGiven,
      tstop,
      trial,
      firstRule: this.rules.length,
      maxDelay: tstop,
    };
    return Object.fromEntries(prepareDrives(options).map((d) => [d.name, d.events.map(within)]));
  }

  /** Number of links in the network. */
  get nLinks(): number {
    return countLinks(this.links);
  }

  #addCells(tables: "asPublished" | "exact"): void {
    for (const type of this.cellTypes) {
      const { first, n } = this.layout.gids[type.name] as { first: number; n: number };
      const gids = Array.from({ length: n }, (_, k) => first + k);
      const thresholds = new Set(this.rules.filter((r) => r.source === type.name).map((r) => r.threshold));
      if (thresholds.size > 1) {
        const problem = `rules from ${type.name} have thresholds ${[...thresholds].join(" and ")} mV`;
        throw new ModelError("column", problem, "A cell has one spike detector: give them one threshold");
      }
      this.cells(type.name, cellModel(type, n, { tables, gids, threshold: [...thresholds][0] ?? 0 }));
    }
  }

  #connectRule(links: RuleLinks, rule: ConnectionRule): void {
    const complete = rule.pairs === undefined && rule.probability === 1 && links.total === links.source.length;
    const source = this.population(rule.source);
    this.#connectSections(links, source, rule.target, complete ? allToAll({ autapses: rule.autapses }) : undefined, 1);
  }

  #addDrive(drive: PreparedDrive, maxScale: number): string[] {
    const source = this.sources(drive.name, drive.events.length, trains(drive.events.map(within)));
    return drive.links.flatMap((links, k) =>
      this.#connectSections(
        links,
        source,
        (drive.rules[k] as PreparedDrive["rules"][number]).target,
        undefined,
        maxScale,
      ),
    );
  }

  /** One projection per section; they share the lists of pairs, weights and delays. */
  #connectSections(
    links: RuleLinks,
    source: AnyPopulation,
    target: string,
    rule: Rule | undefined,
    maxScale: number,
  ): string[] {
    if (links.source.length === 0) return [];
    const cells = this.population(target) as AnyCells;
    const [firstSource, firstTarget] = [this.#firstGid(source.name), this.#firstGid(target)];
    const pairs = (): [number, number][] =>
      Array.from(links.source, (s, k) => [s - firstSource, (links.target[k] as number) - firstTarget]);
    const which = rule ?? list(pairs());
    const weight = { values: Array.from(links.weightUs), unit: "uS" as const };
    const delay = { values: Array.from(links.delayMs), unit: "ms" as const };
    return links.sections.map((section) => {
      const receptor = receptorName(section, links.receptor);
      const name = `${links.rule}:${source.name}->${target}.${receptor}`;
      return this.connect(source, cells.receptor(receptor), which, { weight, delay, name, maxScale });
    });
  }

  #addBias({ amplitude, t0 = 0, tstop = this.tstop, section = "soma" }: TonicBias): void {
    for (const [type, current] of Object.entries(amplitude)) {
      const name = `tonic.${type}.${section}.${this.describe().clamps.length}`;
      const cells = this.population(type) as AnyCells;
      this.clamp(cells, nA(current), { section, at: 0.5, delay: ms(t0), duration: ms(tstop - t0), name });
    }
  }

  #firstGid(name: string): number {
    return own(this.layout.gids, name)?.first ?? (this.drives.find((d) => d.name === name) as PreparedDrive).firstGid;
  }
}

/** Events that a network can have: those before its start never act. */
const within = (times: readonly number[]): readonly number[] => times.filter((t) => t >= 0);

/** The cortical column: `cortexColumn({ mesh: [10, 10] })` is the published network with its one evoked drive.
 * @throws ModelError for anything in the options that cannot be built */
export const cortexColumn = (options: ColumnOptions = {}): CortexColumn => new CortexColumn(options);
