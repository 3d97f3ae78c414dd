import { drawLinks, eachLink } from "../../connect/draw.ts";
import { ModelError } from "../../errors.ts";
import { add, type Expr, mul, name, num } from "../../lang/expr.ts";
import { evaluate } from "../../lang/evaluate.ts";
import { freeNames, substitute } from "../../lang/names.ts";
import { receives, type CellsDescription, type NeuronsDescription } from "../../network/check.ts";
import { linkValues } from "../../network/check-projection.ts";
import { type NetworkDescription, type GatherDescription, type Place } from "../../network/description.ts";
import { checkGather, gatherSizes, gatherUnit } from "../../network/gathers.ts";
import { checkReadout } from "../../network/readouts.ts";
import type { CompiledGather } from "../compiled.ts";
import { isZero } from "../../lang/linear.ts";
import type { Params } from "../cells/params.ts";
import { at as valueAt } from "./links.ts";

/** What a population is to show: an expression over "<state>_pre", at a place of cells. */
export interface Shown {
  readonly expr: Expr;
  readonly section: string;
  readonly at: number;
  /** word of a step at which its values [entry][cell] begin. */
  readonly offset: number;
}

/** A gather as its target's compiler sees it. */
export interface PlacedGather {
  readonly name: string;
  readonly unit: string;
  readonly section: string;
  readonly at: number;
  readonly input: string;
  /** The sum that is a constant of each cell, or the input that it is read from; of the own state that it multiplies, "" for none. */
  readonly parts: readonly { readonly of: string; readonly sum: string | Float64Array }[];
  readonly compiled: CompiledGather;
}

export interface GatherPlan {
  readonly words: number;
  readonly shownBy: (population: string) => readonly Shown[];
  readonly into: (population: string) => readonly PlacedGather[];
  /** where what a read-out reads begins, and where it shows its values and behind them their errors: [entry][cell], [entry][value]. */
  readonly readouts: ReadonlyMap<string, { readonly reads: number; readonly shows: number }>;
}

/** Draws the links of all gathers and says what is shown to whom. */
export function planGathers(d: NetworkDescription, structureSeeds: readonly number[]): GatherPlan {
  const plan = new Plan(d);
  const { gathers = [], readouts = [] } = d;
  if (gathers.length > 0 && structureSeeds.length > 1)
    throw new ModelError("structureSeed", `varies over the batch, with the gather "${gathers[0]?.name}" in the network`, "Make one run for each structure"); // prettier-ignore
  for (const r of readouts) {
    const reads = plan.show(r, checkReadout(r, d.populations, []));
    plan.readouts.set(r.name, { reads, shows: plan.words });
    plan.words += 2 * r.outputs * d.entries;
  }
  for (const g of gathers) plan.add(g, structureSeeds[0] as number);
  return plan;
}

class Plan implements GatherPlan {
  readonly #d: NetworkDescription;
  readonly #shown = new Map<string, Shown>();
  readonly #by = new Map<string, Shown[]>();
  readonly #into = new Map<string, PlacedGather[]>();
  readonly readouts = new Map<string, { reads: number; shows: number }>();
  words = 0;

  constructor(d: NetworkDescription) {
    this.#d = d;
  }

  shownBy = (population: string): readonly Shown[] => this.#by.get(population) ?? [];
  into = (population: string): readonly PlacedGather[] => this.#into.get(population) ?? [];

  add(g: GatherDescription, structureSeed: number): void {
    const { populations, readouts = [] } = this.#d;
    const terms = checkGather(g, populations, [], readouts);
    const sizes = gatherSizes(g, populations, readouts);
    const links = drawLinks(g.rule, sizes, structureSeed, g.name);
    const weights = linkValues(`gather "${g.name}", weight`, g.weight, g.weight.unit, links.target.length);
    const byTarget = columns(links, sizes.targets, weights);
    if (terms.factor !== undefined)
      byTarget.weight.forEach((w, k) => (byTarget.weight[k] = w * (terms.factor as number)));
    const before = this.into(g.target).length;
    const sums: CompiledGather["sums"][number][] = [];
    const parts: PlacedGather["parts"][number][] = [];
    for (const [of, expr] of [["", terms.constant] as const, ...terms.slopes]) {
      if (isZero(expr)) continue;
      if (freeNames(expr).size === 0) {
        parts.push({ of, sum: totals(byTarget, evaluate(expr, {})) });
        continue;
      }
      const input = `gather_${before}_${sums.length}`;
      sums.push({ input, offset: this.readouts.get(g.source)?.shows ?? this.show(g, expr), n: sizes.sources });
      parts.push({ of, sum: input });
    }
    const target = described(this.#d, g.target);
    const { section, at, input = "" } = g;
    const own = "sections" in target.model ? target.model.detector : { section: "", at: 0.5 };
    const placed: PlacedGather = {
      name: g.name, unit: gatherUnit(g.name, g, target), section: section ?? own.section, at: at ?? (section === undefined ? (own.at ?? 0.5) : 0.5), input, parts,
      compiled: { ...byTarget, sums },
    }; // prettier-ignore
    this.#into.set(g.target, [...this.into(g.target), placed]);
  }

  show({ source, from }: { readonly source: string; readonly from?: Place }, expr: Expr): number {
    const { model } = described(this.#d, source);
    const own = "sections" in model ? model.detector : { section: "", at: 0.5 };
    const [section, at] = [from?.section ?? own.section, from?.at ?? (from?.section === undefined ? (own.at ?? 0.5) : 0.5)]; // prettier-ignore
    const key = JSON.stringify([source, section, at, expr]);
    const known = this.#shown.get(key);
    if (known !== undefined) return known.offset;
    const shown: Shown = { expr, section, at, offset: this.words };
    this.words += model.n * this.#d.entries;
    this.#shown.set(key, shown);
    this.#by.set(source, [...this.shownBy(source), shown]);
    return shown.offset;
  }
}

const described = (d: NetworkDescription, of: string): CellsDescription | NeuronsDescription =>
  d.populations.filter(receives).find((p) => p.name === of) as CellsDescription | NeuronsDescription;

/** Links by target, sources ascending. */
function columns(links: ReturnType<typeof drawLinks>, targets: number, weights: number | Float64Array): Omit<CompiledGather, "sums"> {
  const start = new Uint32Array(targets + 1);
  for (const t of links.target) start[t + 1] = (start[t + 1] as number) + 1;
  for (let t = 0; t < targets; t++) start[t + 1] = (start[t + 1] as number) + (start[t] as number);
  const next = start.slice();
  const source = new Uint32Array(links.target.length);
  const weight = new Float64Array(links.target.length);
  eachLink(links, (s, t, place) => {
    const k = next[t] as number;
    next[t] = k + 1;
    source[k] = s;
    weight[k] = valueAt(weights, place);
  });
  return { start, source, weight };
} // prettier-ignore

/** Of each target: a constant times the sum of its weights. */
const totals = ({ start, weight }: Omit<CompiledGather, "sums">, factor: number): Float64Array =>
  Float64Array.from({ length: start.length - 1 }, (_, t) =>
    weight.subarray(start[t], start[t + 1]).reduce((sum, w) => sum + factor * w, 0),
  );

/** What a gather gives, over the own states' identifiers: pre + sum of slope(state) * state, and the slope in one of them. */
export function gathered(
  { name: of, parts }: PlacedGather,
  params: Params,
  stateId: (state: string) => string,
): { readonly value: Expr; readonly slope: (state: string) => Expr } {
  const sums = parts.map((part) => ({
    of: part.of,
    sum: typeof part.sum === "string" ? name(part.sum) : name(params.define(`${of}.sum${part.of}`, [part.sum])),
  }));
  const slopes = new Map(sums.filter((s) => s.of !== "").map((s) => [s.of, s.sum]));
  const terms = sums.map(({ of: state, sum }) => (state === "" ? sum : mul(sum, name(stateId(state)))));
  return {
    value: terms.length === 0 ? num(0) : terms.reduce(add),
    slope: (state) => slopes.get(state) ?? num(0),
  };
}

/** What is shown, over the own states' identifiers. */
export const shownValue = ({ expr, offset }: Shown, stateId: (state: string) => string): { offset: number; value: Expr } => ({
  offset,
  value: substitute(expr, Object.fromEntries([...freeNames(expr)].map((n) => [n, name(stateId(n.replace(/_pre$/, "")))]))),
}); // prettier-ignore
