import { didYouMean, ModelError } from "../errors.ts";
import { Texts } from "../lang/check.ts";
import type { Expr } from "../lang/expr.ts";
import { checkNames } from "../lang/words.ts";
import { type Check, finite, isPlain, object, oneOf, record, shown, text } from "../shapes.ts";
import type { Unit } from "../units.ts";
import { anything, defineLets, param, state, type StateTexts, stateTexts } from "./plasticity-texts.ts";
import type { LinkPlasticity } from "./plasticity.ts";

const inWeights = object({ unit: oneOf("weight"), doc: text }, { min: finite, max: finite });
const linkParam: Check = (where, x) => (isPlain(x) && x["unit"] === "weight" ? inWeights : param)(where, x);

/** The fields of a rule of links. */
export const linkRule = object(
  {
    kind: oneOf("plasticity"),
    side: oneOf("link"),
    name: text,
    doc: text,
    params: record(linkParam),
    largest: anything,
  },
  {
    let: record(anything),
    traces: record(object({ of: oneOf("pre", "post"), tau: anything }, { onEvent: anything })),
    states: record(state),
    onPre: record(anything),
    onPost: record(anything),
    transmit: anything,
  },
);

/** The weight's name in texts. */
export const WEIGHT = "w";

interface TraceTexts {
  readonly of: "pre" | "post";
  readonly tau: Expr;
  readonly onEvent: Expr;
}

/** The texts of a rule of links, parsed and checked, with `let` names written out. */
export interface LinkTexts {
  readonly traces: Readonly<Record<string, TraceTexts>>;
  readonly states: Readonly<Record<string, StateTexts>>;
  readonly onPre: readonly (readonly [string, Expr])[];
  readonly onPost: readonly (readonly [string, Expr])[];
  readonly transmit: Expr;
  readonly largest: Expr;
}

/** @throws ModelError where a name is taken, a state is never written, or something is written that cannot be */
export function checkLinkNames(where: string, m: LinkPlasticity): void {
  const { params, let: lets = {}, traces = {}, states = {}, onPre = {}, onPost = {} } = m;
  const taken = new Map([[WEIGHT, "a link's weight"]]);
  checkNames(where, [["parameter", params], ["let", lets], ["trace", traces], ["state", states]], taken); // prettier-ignore
  const written = new Set([...Object.keys(onPre), ...Object.keys(onPost)]);
  for (const s of Object.keys(states)) {
    if (written.has(s)) continue;
    throw new ModelError(where, `nothing writes the state "${s}": it would stay as it starts`, `Say in onPre or onPost what a spike makes of it: { ${s}: "..." }`);
  }
  const may = [WEIGHT, ...Object.keys(states)];
  for (const [field, texts] of [["onPre", onPre], ["onPost", onPost]] as const) {
    for (const s of Object.keys(texts)) {
      if (may.includes(s)) continue;
      if (Object.hasOwn(traces, s)) throw new ModelError(`${where}, ${field}`, `writes the trace "${s}"`, `A trace jumps by its own onEvent: traces: { ${s}: { onEvent: "..." } }`);
      throw new ModelError(`${where}, ${field}`, `names ${shown(s)}, which is no state`, didYouMean(s.slice(0, 60), may));
    }
  }
  if (written.size === 0) throw new ModelError(where, "changes nothing: it has neither onPre nor onPost", "Say what a spike makes of w, or connect without plasticity");
} // prettier-ignore

const CONSTANT = "It is a constant: let it read parameters only";

/** @param weight  unit of the projection's weights
 * @throws ModelError at the first text that does not hold */
export function linkTexts(where: string, m: LinkPlasticity, weight: Unit): LinkTexts {
  const { traces = {}, states = {}, onPre = {}, onPost = {}, transmit = WEIGHT } = m;
  const units = new Map<string, Unit>([
    [WEIGHT, weight],
    ...Object.keys(traces).map((t): [string, Unit] => [t, "1"]),
    ...Object.entries(states).map(([s, { unit: own = "1" }]): [string, Unit] => [s, own]),
  ]);
  const params = Object.entries(m.params).map(([p, spec]): [string, Unit] => [p, spec.unit === "weight" ? weight : spec.unit]);
  const texts = new Texts(where, Object.fromEntries([...params, ...units]));
  defineLets(texts, m.let);
  const changing = new Map([...units.keys()].map((s) => [s, CONSTANT]));
  const none = new Map<string, string>();
  const statements = (field: string, given: Readonly<Record<string, string>>) =>
    Object.entries(given).map(([s, t]) => [s, texts.check(`${field}.${s}`, t, units.get(s), none).expr] as const);
  return {
    traces: Object.fromEntries(
      Object.entries(traces).map(([t, { of, tau, onEvent = `${t} + 1` }]): [string, TraceTexts] => {
        const others = new Map([...changing].filter(([s]) => s !== t).map(([s]) => [s, "Let it read itself and parameters only"]));
        return [t, {
          of,
          tau: texts.check(`traces.${t}.tau`, tau, "ms", changing).expr,
          onEvent: texts.check(`traces.${t}.onEvent`, onEvent, "1", others).expr,
        }];
      }),
    ),
    states: Object.fromEntries(Object.entries(states).map(([s, given]) => [s, stateTexts(texts, s, given, changing)])),
    onPre: statements("onPre", onPre),
    onPost: statements("onPost", onPost),
    transmit: texts.check("transmit", transmit, weight, none).expr,
    largest: texts.check("largest", m.largest, weight, changing).expr,
  };
} // prettier-ignore
