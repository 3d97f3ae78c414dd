import { ModelError, didYouMean } from "../../errors.ts";
import { sectionsAt, type ColumnCellType, type Point, type ReceptorName } from "./cell-types.ts";
import type { Layout } from "./layout.ts";
import { chooseIndices } from "./numpy-generator.ts";

/** Every source cell reaches every target cell, on each section of the location with the full weight. */
export interface ConnectionRule {
  readonly source: string;
  readonly target: string;
  readonly location: string;
  readonly receptor: ReceptorName;
  /** Peak conductance of one event at distance 0, uS. */
  readonly weight: number;
  /** Delay at distance 0, ms. */
  readonly delay: number;
  /** Space constant of the Gaussian law, in grid spacings. */
  readonly lamtha: number;
  /** Multiplies weights, not delays. */
  readonly gain: number;
  /** Soma voltage above which the source fires, mV. */
  readonly threshold: number;
  readonly autapses: boolean;
  /** Fraction of the pairs that is kept. */
  readonly probability: number;
  readonly connSeed: number;
  /** The pairs themselves, as cells of each type counted from 0: nothing is drawn then. */
  readonly pairs?: readonly (readonly [source: number, target: number])[];
}

/** Pairs of one rule in source-major order; each stands for one link per section of the location. */
interface Pairs {
  /** gids */
  readonly source: Uint32Array;
  /** gids */
  readonly target: Uint32Array;
  readonly weightUs: Float64Array;
  readonly delayMs: Float64Array;
  /** How many pairs there were before slow ones were left out. */
  readonly total: number;
}

/** One rule's links: pairs times sections. */
export interface RuleLinks extends Pairs {
  readonly rule: number;
  readonly receptor: ReceptorName;
  readonly sections: readonly string[];
}

/** exp(-d^2 / (lamtha s)^2) with the in-plane distance d and the grid spacing s; no factor 2. */
export const falloff = (a: Point, b: Point, lamtha: number, spacing: number): number =>
  Math.exp(-((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / (lamtha * spacing) ** 2);

/** The links of every rule. Weight = weight * gain * k and delay = delay / k with the falloff k, so delays grow without
 * bound; pass the duration as maxDelay to leave out links that never act.
 * @throws ModelError for an unknown type, location or receptor, or a parameter out of range */
export function localLinks(
  types: readonly ColumnCellType[],
  layout: Layout,
  rules: readonly ConnectionRule[],
  maxDelay = Infinity,
): RuleLinks[] {
  const checked = rules.map((rule, k) => {
    const where = `connection ${k}, ${rule.source} -> ${rule.target}`;
    typeNamed(types, rule.source, where);
    const sections = targetSections(typeNamed(types, rule.target, where), rule, where);
    checkRule(rule, where);
    const [source, target] = [cellsOf(layout, rule.source), cellsOf(layout, rule.target)];
    checkPairs(where, source.gids.length, target.gids.length);
    return { rule, sections, source, target };
  });
  return checked.map(({ rule, sections, source, target }, k) => {
    const pairs = pairsOf(rule, source, target);
    const gaussian = (s: number, t: number): number =>
      falloff(source.at[s - source.first] as Point, target.at[t - target.first] as Point, rule.lamtha, layout.spacing);
    return { rule: k, receptor: rule.receptor, sections, ...weigh(pairs, rule, gaussian, maxDelay) };
  });
}

function pairsOf(rule: ConnectionRule, source: Cells, target: Cells): PairList {
  if (rule.pairs === undefined) return choose(allPairs(source.gids, target.gids, rule.autapses), rule.probability, rule.connSeed); // prettier-ignore
  const gid = ({ gids }: Cells, cell: number): number => {
    const found = gids[cell];
    if (found !== undefined) return found;
    throw new ModelError(`connection ${rule.source} -> ${rule.target}`, `has a pair with cell ${cell} of ${gids.length}`, "Count cells of a type from 0"); // prettier-ignore
  };
  return Uint32Array.from(rule.pairs.flatMap(([s, t]) => [gid(source, s), gid(target, t)]));
}

/** Number of links: one per pair and section. */
export const countLinks = (links: readonly RuleLinks[]): number =>
  links.reduce((sum, l) => sum + l.source.length * l.sections.length, 0);

/** Gains of the four classes of local connections, by the roles of source and target. */
export interface SynapticGains {
  readonly e_e?: number;
  readonly e_i?: number;
  readonly i_e?: number;
  readonly i_i?: number;
}

/** Rules whose gains are replaced by those given; drives are not touched. */
export function withGains(
  types: readonly ColumnCellType[],
  rules: readonly ConnectionRule[],
  gains: SynapticGains,
): ConnectionRule[] {
  return rules.map((rule) => {
    const role = (name: string): "e" | "i" => (typeNamed(types, name, "gains").role === "excitatory" ? "e" : "i");
    return { ...rule, gain: gains[`${role(rule.source)}_${role(rule.target)}`] ?? rule.gain };
  });
}

/** The cell type of that name.
 * @throws ModelError when there is none */
export function typeNamed(types: readonly ColumnCellType[], name: string, where: string): ColumnCellType {
  const found = types.find((t) => t.name === name);
  if (found !== undefined) return found;
  const names = types.map((t) => t.name);
  throw new ModelError(where, `names the unknown cell type "${name}"`, didYouMean(name, names));
}

/** The sections of a location, each of which must have the receptor.
 * @throws ModelError when one has not */
export function targetSections(
  type: ColumnCellType,
  rule: { readonly location: string; readonly receptor: string },
  where: string,
): readonly string[] {
  const sections = sectionsAt(type, rule.location);
  for (const name of sections) {
    const has: readonly string[] = type.sections.find((s) => s.name === name)?.receptors ?? [];
    if (has.includes(rule.receptor)) continue;
    const problem = `wants receptor "${rule.receptor}" on ${type.name} ${name}, which has ${has.join(", ")}`;
    throw new ModelError(where, problem, "Choose one of those receptors or another location");
  }
  return sections;
}

/** A type's gids in order, the first of them, and positions. */
interface Cells {
  readonly first: number;
  readonly gids: number[];
  readonly at: readonly Point[];
}

export function cellsOf(layout: Layout, type: string): Cells {
  const { first, n } = layout.gids[type] as { first: number; n: number };
  return {
    first,
    gids: Array.from({ length: n }, (_, k) => first + k),
    at: layout.positions[type] as readonly Point[],
  };
}

/** Pairs of a rule that are looked at together, 32 bytes each: 4 GiB. */
const MOST_PAIRS = 2 ** 27;

/** @throws ModelError where there are more than memory holds */
export function checkPairs(where: string, sources: number, targets: number): void {
  if (sources * targets <= MOST_PAIRS) return;
  throw new ModelError(
    where,
    `has ${sources} x ${targets} pairs of cells, more than ${MOST_PAIRS}`,
    "Give a smaller mesh or fewer drive cells",
  );
}

/** Pairs of gids, source and target by turns: a large mesh has millions. */
type PairList = Uint32Array;

export function allPairs(sources: readonly number[], targets: readonly number[], autapses: boolean): PairList {
  const pairs = new Uint32Array(2 * sources.length * targets.length);
  let n = 0;
  for (const s of sources) {
    for (const t of targets) {
      if (s === t && !autapses) continue;
      pairs[n++] = s;
      pairs[n++] = t;
    }
  }
  return pairs.slice(0, n);
}

/** Keeps round(p * pairs) of them, drawn without replacement; all of them when p is 1. */
export function choose(pairs: PairList, p: number, seed: number): PairList {
  if (p === 1) return pairs;
  const kept = chooseIndices(pairs.length / 2, p, seed);
  return Uint32Array.from(
    { length: 2 * kept.length },
    (_, k) => pairs[2 * (kept[k >> 1] as number) + (k & 1)] as number,
  );
}

/** Weights and delays of pairs; those slower than maxDelay (ms) are left out. */
export function weigh(
  pairs: PairList,
  law: { readonly weight: number; readonly gain: number; readonly delay: number },
  gaussian: (source: number, target: number) => number,
  maxDelay: number,
): Pairs {
  const total = pairs.length / 2;
  const kept = { source: new Uint32Array(total), target: new Uint32Array(total), weightUs: new Float64Array(total), delayMs: new Float64Array(total) }; // prettier-ignore
  let n = 0;
  for (let k = 0; k < total; k++) {
    const [s, t] = [pairs[2 * k] as number, pairs[2 * k + 1] as number];
    const fall = gaussian(s, t);
    const delay = law.delay / fall;
    if (delay > maxDelay) continue;
    kept.source[n] = s;
    kept.target[n] = t;
    kept.weightUs[n] = law.weight * law.gain * fall;
    kept.delayMs[n++] = delay;
  }
  const { source, target, weightUs, delayMs } = kept;
  return { source: source.slice(0, n), target: target.slice(0, n), weightUs: weightUs.slice(0, n), delayMs: delayMs.slice(0, n), total }; // prettier-ignore
}

/** Limits of numbers in rules and drives.
 * @throws ModelError naming the parameter */
export function checkRule(
  rule: {
    readonly weight: number;
    readonly delay: number;
    readonly lamtha: number;
    readonly gain: number;
    readonly probability: number;
  },
  where: string,
): void {
  const refuse = (key: string, x: number, remedy: string): never => {
    throw new ModelError(where, `has ${key} ${x}`, remedy);
  };
  for (const key of ["weight", "gain", "delay"] as const) {
    if (!(rule[key] >= 0 && Number.isFinite(rule[key]))) refuse(key, rule[key], "Give a finite number, at least 0");
  }
  if (!(rule.lamtha > 0)) refuse("space constant", rule.lamtha, "Give a number above 0");
  checkProbability(rule.probability, where);
}

/** @throws ModelError unless 0 <= p <= 1 */
export function checkProbability(p: number, where: string): void {
  if (!(p >= 0 && p <= 1)) throw new ModelError(where, `has probability ${p}`, "Give 0 to 1");
}
