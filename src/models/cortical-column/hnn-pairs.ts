import { DataError } from "../../errors.ts";
import type { ColumnCellType } from "./cell-types.ts";
import { allPairs, choose, type ConnectionRule } from "./connections.ts";
import { targetTypes } from "./drive-checks.ts";
import { drawnPairs, firstsOf } from "./drive-events.ts";
import { type EventDrive, isCellSpecific, trainsOf } from "./drives.ts";
import type { Node } from "./hnn-node.ts";
import { layOut, type Layout } from "./layout.ts";

/** Cells and pairs of HNN's network JSON, which counts cells through all types (`gid_ranges`) and lists the targets of each source
 * (`gid_pairs`). */
export class HnnPairs {
  readonly #types: readonly ColumnCellType[];
  readonly #ranges: Node;
  readonly #layout: Layout;
  /** First number in the file, by type. */
  readonly #first = new Map<string, number>();

  constructor(types: readonly ColumnCellType[], mesh: readonly [number, number], ranges: Node) {
    [this.#types, this.#ranges] = [types, ranges];
    this.#layout = layOut(types, { mesh });
    for (const { name } of types) {
      const [range, own] = [ranges.at(name), this.#cells(name)];
      const first = range.at("start").number(own.first);
      const n = range.isThere ? range.at("stop").number() - first : own.n;
      if (n !== own.n) throw new DataError(range.path, `holds ${n} cells, where a mesh of ${mesh.join(" x ")} has ${own.n}`, "Give the cells of the mesh"); // prettier-ignore
      this.#first.set(name, first);
    }
  }

  /** The rule with the file's own pairs, where they are not those that it draws. */
  ruled(rule: ConnectionRule, given: Node): ConnectionRule {
    if (!given.isThere) return rule;
    const [source, target] = [this.#cells(rule.source), this.#cells(rule.target)];
    const numbers = (first: number, n: number): number[] => Array.from({ length: n }, (_, k) => first + k);
    const drawn = choose(allPairs(numbers(0, source.n), numbers(0, target.n), rule.source !== rule.target || rule.autapses), rule.probability, rule.connSeed); // prettier-ignore
    const pairs = given.entries().flatMap(([key, node]) => {
      const from = this.#index(given, rule.source, Number(key));
      if (!Array.isArray(node.value) || node.value.length > 10 * target.n) return node.fail("a list of numbers of cells"); // prettier-ignore
      return (node.value as unknown[]).map((to) => [from, this.#index(node, rule.target, to)] as const);
    });
    pairs.sort(([a, b], [c, d]) => a - c || b - d);
    const same = 2 * pairs.length === drawn.length && pairs.every(([s, t], k) => s === drawn[2 * k] && t === drawn[2 * k + 1]); // prettier-ignore
    return same ? rule : { ...rule, pairs };
  }

  /** The drive with the file's pairs (one list a rule, so one for AMPA and one for NMDA of a target), where it would draw others. */
  driven(drive: EventDrive, rules: readonly Node[]): EventDrive {
    const targets = targetTypes(this.#types, drive, `drive "${drive.name}"`);
    const cellTypes = drive.kind === "spikeTrain" ? targets : (drive.cellTypes ?? targets);
    const firsts = firstsOf(cellTypes, this.#layout);
    const all = [...firsts.keys()].reduce((sum, type) => sum + this.#cells(type).n, 0);
    const n =
      drive.kind === "spikeTrain" ? trainsOf(drive).length : isCellSpecific(drive) ? all : (drive.nDriveCells ?? 1);
    const found = new Map<string, readonly (readonly [number, number])[]>();
    for (const rule of rules) {
      const [target, node] = [rule.at("target_type").text(), rule.at("gid_pairs")];
      if (!targets.includes(target))
        return rule.at("target_type").fail(`one of ${targets.join(", ")}, which the drive has weights for`);
      const pairs = this.#drivePairs(drive, node, target, n);
      const before = found.get(target);
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(pairs))
        throw new DataError(
          node.path,
          "are other pairs than those of the drive's other receptor on the same cells",
          "A drive of hillock's has the same for AMPA and NMDA: make it two drives",
        );
      found.set(target, pairs);
    }
    const of = (given: number | Readonly<Record<string, number>> | undefined, target: string): number =>
      typeof given === "object" ? (given[target] ?? 1) : (given ?? 1);
    const isDrawn = [...found].every(([target, pairs]) => {
      const numbers = Array.from({ length: this.#cells(target).n }, (_, k) => k);
      const sources = isCellSpecific(drive) ? (firsts.get(target) as number) : Array.from({ length: n }, (_, k) => k);
      const drawn = drawnPairs(
        sources,
        numbers,
        of(drive.probability, target),
        (drive.connSeed ?? 3) + targets.indexOf(target),
      );
      return (
        2 * pairs.length === drawn.length && pairs.every(([s, t], k) => s === drawn[2 * k] && t === drawn[2 * k + 1])
      );
    });
    return isDrawn ? drive : { ...drive, pairs: Object.fromEntries(found) };
  }

  /** Of drive cells and cells of a type, both counted from 0, in their order. */
  #drivePairs(drive: EventDrive, given: Node, target: string, n: number): (readonly [number, number])[] {
    const sources = given.entries().map(([key]) => Number(key));
    const range = this.#ranges.at(drive.name);
    if (!range.isThere)
      throw new DataError(range.path, "is missing, and pairs of its cells are listed", "Give the drive's range");
    const first = range.at("start").number();
    const pairs = given.entries().flatMap(([, node], k) => {
      const from = (sources[k] as number) - first;
      if (!Number.isInteger(from) || from < 0 || from >= n)
        throw new DataError(
          given.path,
          `holds ${String(sources[k])}, no cell of the drive`,
          `Give ${first} to ${first + n - 1}`,
        );
      if (!Array.isArray(node.value) || node.value.length > 10 * this.#cells(target).n)
        return node.fail("a list of numbers of cells");
      return (node.value as unknown[]).map((to) => [from, this.#index(node, target, to)] as const);
    });
    return pairs.sort(([a, b], [c, d]) => a - c || b - d);
  }

  /** The first cell whose place (um, along x and y) is not the grid's.
   * @returns what it is, undefined where there is none */
  moved(places: Node): string | undefined {
    for (const [type, own] of Object.entries(this.#layout.positions)) {
      const given: unknown = places.at(type).value;
      if (!Array.isArray(given)) continue;
      const k = own.findIndex((at, cell) => [0, 1].some((axis) => !(Math.abs(coordinate(given[cell], axis) - (at[axis] as number)) <= 1e-6))); // prettier-ignore
      if (k >= 0) return `${places.at(type).path}[${k}] is not at ${own[k]?.slice(0, 2).join(", ")}`;
    }
    return undefined;
  }

  #cells(type: string): { readonly first: number; readonly n: number } {
    return this.#layout.gids[type] as { first: number; n: number };
  }

  /** Of a cell among those of its type. */
  #index(node: Node, type: string, gid: unknown): number {
    const [first, { n }] = [this.#first.get(type) as number, this.#cells(type)];
    const index = typeof gid === "number" ? gid - first : NaN;
    if (Number.isInteger(index) && index >= 0 && index < n) return index;
    throw new DataError(node.path, `holds ${String(gid).slice(0, 60)}, no cell of ${type}`, `Give ${first} to ${first + n - 1}`); // prettier-ignore
  }
}

function coordinate(point: unknown, axis: number): number {
  const x: unknown = Array.isArray(point) ? point[axis] : undefined;
  return typeof x === "number" ? x : NaN;
}
