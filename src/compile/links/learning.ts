import { ModelError } from "../../errors.ts";
import { evaluate } from "../../lang/evaluate.ts";
import { call, type Expr, name, negate, type Stmt } from "../../lang/expr.ts";
import { substitute } from "../../lang/names.ts";
import { linkTexts, type LinkTexts, WEIGHT } from "../../mechanisms/check-link-plasticity.ts";
import { ruleParams } from "../../mechanisms/check-plasticity.ts";
import { changesLinks, hearsTarget, type LinkPlasticityUse } from "../../mechanisms/plasticity.ts";
import { delaySteps } from "../../steps.ts";
import { canonical } from "../../units.ts";
import type { CompiledCells, CompiledLearning, CompiledPopulation, LinkTable } from "../compiled.ts";
import { at, type DrawnLinks, type DrawnProjection, keptWeights } from "./links.ts";
import { arrivalsOf, linkTable } from "./link-table.ts";
import { decaying, relaxing } from "./plasticity.ts";
import type { Slots } from "./slots.ts";

/** What the statements of an arriving spike name last. */
const TRANSMITTED = "transmitted";
const id = (s: string): string => `s_${s}`;

interface LearningContext {
  readonly dt: number;
  readonly entries: number;
  /** of the whole experiment, where known. */
  readonly steps: number | undefined;
  readonly populations: readonly CompiledPopulation[];
  readonly slots: readonly Slots[];
}

/** Plasticity of links of every projection that has it and links.
 * @throws ModelError for values that do not fit the links, and weights beyond the rule's bound */
export function compileLearning(drawn: readonly DrawnProjection[], context: LearningContext): CompiledLearning[] {
  return drawn.flatMap((projection) => {
    const use = projection.description.plasticity;
    if (!changesLinks(use) || projection.links.every((l) => l.target.length === 0)) return [];
    return [new Learning(projection, use, context).compile()];
  });
}

/** Steps of a block that link plasticity allows: spikes of targets must be known before what they change is delivered, and
 * a block's events of one link fit one word.
 * @returns undefined where no link learns */
export function learningSteps(learning: readonly CompiledLearning[]): number | undefined {
  if (learning.length === 0) return undefined;
  return Math.min(32, ...learning.map((l) => (l.hearsTarget ? Math.max(1, l.dendriticSteps) : 32)));
}

/** One line for each projection that makes steps go one at a time. */
export const slowLearning = (drawn: readonly DrawnProjection[], learning: readonly CompiledLearning[]): string[] =>
  learning.flatMap(({ hearsTarget: hears, dendriticSteps, projection }) =>
    hears && dendriticSteps < 2
      ? [`${drawn[projection]?.description.name}: plastic with a dendriticDelay of ${dendriticSteps} steps, so the network advances one step at a time; a longer dendriticDelay is faster`]
      : [],
  ); // prettier-ignore

class Learning {
  readonly #p: DrawnProjection;
  readonly #use: LinkPlasticityUse;
  readonly #context: LearningContext;
  readonly #where: string;
  readonly #texts: LinkTexts;
  readonly #params: readonly string[];

  constructor(projection: DrawnProjection, use: LinkPlasticityUse, context: LearningContext) {
    this.#p = projection;
    this.#use = use;
    this.#context = context;
    this.#where = `${projection.description.name}, plasticity, ${use.mechanism.name}`;
    this.#texts = linkTexts(this.#where, use.mechanism, projection.description.weight.unit);
    this.#params = Object.keys(use.mechanism.params);
  }

  compile(): CompiledLearning {
    const { dt, populations, slots, entries } = this.#context;
    const { description, source, target, links } = this.#p;
    const { mechanism } = this.#use;
    const from = populations[source] as CompiledPopulation;
    const to = populations[target] as CompiledCells;
    const own = slots.find((s) => s.of.has(target))?.of.get(target) as ReadonlyMap<string, number>;
    const hears = hearsTarget(mechanism);
    const given = from.kind === "trains";
    const dendriticMs = canonical(`${description.name}, dendriticDelay`, description.dendriticDelay ?? { value: 0, unit: "ms" }, "ms");
    const values = links.map((l) => this.#values(l));
    const tables = links.map((l, s) =>
      linkTable(l, {
        name: description.name, sources: from.n, targets: to.n, dt, axon: this.#p.axonDelayMs, given, columns: hears,
        slotOf: description.receptors.map((r) => own.get(r) ?? 0), state0: (order, places) => this.#state0(l, values[s] as (number | Float64Array)[], order, places),
      }),
    );
    const ordered = (values[0] as (number | Float64Array)[]).map((v) =>
      typeof v === "number" ? Float64Array.of(v) : Float64Array.from((tables[0] as LinkTable).order, (l) => v[l] as number));
    return {
      projection: this.#p.index, source, target,
      sources: from.n, firstSource: "firstSource" in from ? from.firstSource : 0,
      targets: to.n, firstTarget: to.firstSource, firstSlot: Math.min(...own.values()),
      hearsTarget: hears,
      dendriticSteps: dendriticMs === 0 ? 0 : delaySteps(`${description.name}, dendriticDelay`, dendriticMs, dt),
      names: this.#names(), states: this.#names().map(id), params: this.#params.map((p) => `p_${p}`),
      values: ordered, ...this.#statements(), tables,
      ...(from.kind === "trains" ? { arrivals: arrivalsOf(this.#where, from, tables, { dt, entries, steps: this.#context.steps }) } : {}),
    };
  } // prettier-ignore

  #names(): string[] {
    return [WEIGHT, ...Object.keys(this.#texts.traces), ...Object.keys(this.#texts.states)];
  }

  /** Parameters in the order of the links. */
  #values({ target }: DrawnLinks): (number | Float64Array)[] {
    const values = ruleParams(this.#where, this.#use, this.#p.description.weight.unit, target.length);
    if (this.#p.links.length > 1 && values.some((v) => typeof v !== "number"))
      throw new ModelError(this.#where, "has a value per link where structureSeed varies", "Give one value for all links"); // prettier-ignore
    return values;
  }

  #own(expr: Expr): Expr {
    const ids = [...this.#names().map((s) => [s, name(id(s))] as const), ...this.#params.map((p) => [p, name(`p_${p}`)] as const)];
    return substitute(expr, Object.fromEntries(ids));
  } // prettier-ignore

  #statements(): Pick<CompiledLearning, "relax" | "onPre" | "onPost"> {
    const { traces, states, onPre, onPost, transmit, largest } = this.#texts;
    const set = (s: string, value: Expr): Stmt => ({ op: "set", name: id(s), value: this.#own(value) });
    const jumps = (side: "pre" | "post"): Stmt[] =>
      Object.entries(traces).flatMap(([t, { of, onEvent }]) => (of === side ? [set(t, onEvent)] : []));
    const relax = [
      ...Object.entries(traces).map(([t, { tau }]) => decaying(id(t), this.#own(tau))),
      ...Object.entries(states).flatMap(([s, { inf, tau }]) =>
        inf === undefined || tau === undefined ? [] : [relaxing(id(s), this.#own(inf), this.#own(tau))],
      ),
    ];
    const bound = this.#own(largest);
    const transmitted = call("max", negate(bound), call("min", bound, this.#own(transmit)));
    return {
      relax,
      onPre: [
        { op: "let", name: TRANSMITTED, value: transmitted },
        ...onPre.map(([s, value]) => set(s, value)),
        ...jumps("pre"),
      ],
      onPost: [...onPost.map(([s, value]) => set(s, value)), ...jumps("post")],
    };
  }

  /** [state][link], links in the table's order.
   * @param places  of the weights given */
  #state0(links: DrawnLinks, values: readonly (number | Float64Array)[], order: Uint32Array, places: Uint32Array): Float64Array {
    const { states, largest } = this.#texts;
    const n = order.length;
    const rows = Object.entries(states);
    const first = n * (1 + Object.keys(this.#texts.traces).length);
    const state0 = new Float64Array(first + n * rows.length);
    const varies = values.some((v) => typeof v !== "number");
    const env: Record<string, number> = {};
    const read = (link: number): void => this.#params.forEach((p, j) => (env[p] = at(values[j] as number, link)));
    read(0);
    let bound = evaluate(largest, env);
    const init = rows.map(([, s]) => evaluate(s.init, env));
    const weights = keptWeights(links);
    for (let k = 0; k < n; k++) {
      const link = order[k] as number;
      const w = at(weights, places[k] as number);
      if (varies) {
        read(link);
        bound = evaluate(largest, env);
        rows.forEach(([, s], j) => (init[j] = evaluate(s.init, env)));
      }
      if (!(bound > 0 && Number.isFinite(bound))) throw new ModelError(`${this.#where}, largest`, `is ${bound} for link ${link}`, "Give a finite bound above 0");
      if (Math.abs(w) > bound) throw new ModelError(`${this.#where}, link ${link}`, `starts at ${w}, beyond the largest weight ${bound} of the rule`, "Give smaller weights, or the rule a larger bound");
      state0[k] = w;
      init.forEach((x, j) => {
        if (!Number.isFinite(x)) throw new ModelError(`${this.#where}, states.${rows[j]?.[0]}.init`, `is ${x} for link ${link}`, "Give a finite start");
        state0[first + j * n + k] = x;
      });
    }
    return state0;
  } // prettier-ignore
}

/** Adds to `load` the most that one step can bring to each slot over links that learn. */
export function addLearningLoad(l: CompiledLearning, bounds: LearningBounds, structure: number, load: Float64Array): void {
  const { slot } = l.tables[structure] as LinkTable;
  for (let k = 0; k < slot.length; k++) load[slot[k] as number] = (load[slot[k] as number] as number) + bounds.most * bounds.of(k);
} // prettier-ignore

interface LearningBounds {
  /** spikes of one source that arrive at once, times the largest scale. */
  readonly most: number;
  /** the largest |transmit| of a link of the first table. */
  readonly of: (link: number) => number;
}

/** What a step can bring at most over each link. */
export function learningBounds(p: DrawnProjection, l: CompiledLearning): LearningBounds {
  const { plasticity, weight, maxScale } = p.description;
  const { mechanism } = plasticity as LinkPlasticityUse;
  const { largest } = linkTexts(p.description.name, mechanism, weight.unit);
  const params = Object.keys(mechanism.params);
  const env: Record<string, number> = {};
  const of = (link: number): number => {
    params.forEach((x, j) => (env[x] = ((l.values[j] as Float64Array)[link] ?? l.values[j]?.[0]) as number));
    return evaluate(largest, env);
  };
  const varies = l.values.some((v) => v.length > 1);
  const shared = varies ? 0 : of(0);
  const counts = (l.arrivals ?? []).map(({ count }) => count.reduce((a, b) => Math.max(a, b), 1));
  return { most: maxScale * Math.max(1, ...counts), of: varies ? of : () => shared };
}
