import { didYouMean, ModelError } from "../errors.ts";
import { Texts } from "../lang/check.ts";
import type { Expr } from "../lang/expr.ts";
import { checkName, checkNames } from "../lang/words.ts";
import { canonicalWithin, type Check, isPlain, object, oneOf, record, refuse, shown, text } from "../shapes.ts";
import { isQuantities, type Unit } from "../units.ts";
import { checkLinkNames, linkRule, linkTexts } from "./check-link-plasticity.ts";
import { anything, defineLets, param, state, type StateTexts, stateTexts } from "./plasticity-texts.ts";
import type { PlasticityUse, SourcePlasticity } from "./plasticity.ts";

const sourceRule = object(
  {
    kind: oneOf("plasticity"),
    side: oneOf("pre"),
    name: text,
    doc: text,
    params: record(param),
    states: record(state),
    onPre: record(anything),
    transmit: anything,
    largest: anything,
  },
  { let: record(anything), beyond: oneOf("hold", "stop") },
);
const mechanism: Check = (where, x) => {
  if (!isPlain(x)) refuse(where, x, "a plasticity's data");
  oneOf("pre", "link")(`${where}.side`, x["side"]);
  (x["side"] === "link" ? linkRule : sourceRule)(where, x);
};

/** The texts of a plasticity of sources, parsed and checked, with `let` names written out. */
interface PlasticityTexts {
  readonly states: Readonly<Record<string, StateTexts>>;
  readonly onPre: Readonly<Record<string, Expr>>;
  readonly transmit: Expr;
  readonly largest: Expr;
}

/** What a projection says to its plasticity. */
interface Place {
  readonly sources: number;
  /** of its weights. */
  readonly unit: Unit;
}

/** Checks a plasticity where it enters a network: its fields, names, texts, and the values of its parameters.
 * @throws ModelError with mechanism, field, text and column at the first fault */
export function checkPlasticity(where: string, use: unknown, place: Place): asserts use is PlasticityUse {
  if (!isPlain(use)) refuse(where, use, "a plasticity, for example tsodyks_markram()");
  object({ mechanism, params: record(anything) })(where, use);
  const { mechanism: m, params } = use as unknown as PlasticityUse;
  checkName(where, "plasticity", m.name);
  const at = `${where}, ${m.name}`;
  if (m.side === "link") {
    checkLinkNames(at, m);
    linkTexts(at, m, place.unit);
    // how many values of each link there are to be is known when the links are drawn
    const one = Object.entries(params).map(([p, q]) => [
      p,
      isQuantities(q) ? { value: q.values[0] ?? NaN, unit: q.unit } : q,
    ]);
    ruleParams(at, { mechanism: m, params: Object.fromEntries(one) as PlasticityUse["params"] }, place.unit, 1);
    return;
  }
  checkSourceNames(at, m);
  plasticityTexts(at, m);
  ruleParams(at, use as unknown as PlasticityUse, place.unit, place.sources);
}

function checkSourceNames(where: string, m: SourcePlasticity): void {
  checkNames(where, [["parameter", m.params], ["let", m.let ?? {}], ["state", m.states]], new Map()); // prettier-ignore
  const states = Object.keys(m.states);
  if (states.length === 0) throw new ModelError(where, "has no states", "Give it at least one, or no plasticity");
  for (const s of states) {
    if (Object.hasOwn(m.onPre, s)) continue;
    throw new ModelError(where, `nothing writes the state "${s}": it would stay as it starts`, `Say in onPre what a spike makes of it: { ${s}: "..." }`); // prettier-ignore
  }
  for (const s of Object.keys(m.onPre)) {
    if (!states.includes(s)) throw new ModelError(`${where}, onPre`, `names ${shown(s)}, which is no state`, didYouMean(s.slice(0, 60), states)); // prettier-ignore
  }
}

const CONSTANT = "It is a constant between spikes: let it read parameters only, and change states in onPre";

/** @throws ModelError at the first text that does not hold */
export function plasticityTexts(where: string, m: SourcePlasticity): PlasticityTexts {
  const units = new Map(Object.entries(m.states).map(([s, { unit: own = "1" }]) => [s, own]));
  const params = Object.entries(m.params).map(([p, spec]): [string, Unit] => [p, spec.unit]);
  const texts = new Texts(where, Object.fromEntries([...params, ...units]));
  defineLets(texts, m.let);
  const changing = new Map([...units.keys()].map((s) => [s, CONSTANT]));
  const none = new Map<string, string>();
  return {
    states: Object.fromEntries(Object.entries(m.states).map(([s, given]) => [s, stateTexts(texts, s, given, changing)])),
    onPre: Object.fromEntries(
      Object.entries(m.onPre).map(([s, given]) => [s, texts.check(`onPre.${s}`, given, units.get(s), none).expr]),
    ),
    transmit: texts.check("transmit", m.transmit, "1", none).expr,
    largest: texts.check("largest", m.largest, "1", changing).expr,
  };
} // prettier-ignore

/** Canonical values of every parameter, in the mechanism's order: one for all, or n of them.
 * @param weight  unit of the projection's weights */
export function ruleParams(where: string, { mechanism: m, params }: PlasticityUse, weight: Unit, n: number): (number | Float64Array)[] {
  const known = Object.keys(m.params);
  const unknown = Object.keys(params).find((p) => !known.includes(p));
  if (unknown !== undefined)
    throw new ModelError(where, `has no parameter ${shown(unknown)}`, didYouMean(unknown.slice(0, 60), known));
  return Object.entries(m.params).map(([p, spec]) => {
    const own = spec.unit === "weight" ? weight : spec.unit;
    const given = params[p] ?? (spec.unit === "weight" ? undefined : spec.default);
    if (given === undefined) throw new ModelError(`${where}.${p}`, "is missing", `Give the ${spec.doc} in "${own}"`);
    return canonicalWithin(`${where}.${p}`, given, { ...spec, unit: own }, n);
  });
} // prettier-ignore
