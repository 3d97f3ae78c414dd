import { didYouMean, ModelError } from "../errors.ts";
import { Texts } from "../lang/check.ts";
import type { Expr } from "../lang/expr.ts";
import { checkName } from "../lang/words.ts";
import { bool, type Check, finite, isPlain, object, oneOf, quantity, record, refuse, shown, text, unit } from "../shapes.ts"; // prettier-ignore
import { canonicalValues, type Unit } from "../units.ts";
import type { LinkState, Plasticity, PlasticityUse } from "./plasticity.ts";

const anything: Check = () => {};
const param = object({ default: quantity(), unit, doc: text }, { min: finite, max: finite, live: bool });
const relaxing = object({ inf: text, tau: text, init: anything }, { unit });
const staying = object({ init: anything }, { unit });
const state: Check = (where, x) => (isPlain(x) && ("inf" in x || "tau" in x) ? relaxing : staying)(where, x);
const mechanism = object(
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
  { let: record(anything) },
);

/** The texts of a plasticity, parsed and checked, with `let` names written out. */
export interface PlasticityTexts {
  readonly states: Readonly<Record<string, { readonly init: Expr; readonly inf?: Expr; readonly tau?: Expr }>>;
  readonly onPre: Readonly<Record<string, Expr>>;
  readonly transmit: Expr;
  readonly largest: Expr;
}

/** Checks a plasticity where it enters a network: its fields, names, texts, and the values of its parameters.
 * @param n  sources of the projection
 * @throws ModelError with mechanism, field, text and column at the first fault */
export function checkPlasticity(where: string, use: unknown, n: number): asserts use is PlasticityUse {
  if (!isPlain(use)) refuse(where, use, "a plasticity, for example tsodyks_markram()");
  object({ mechanism, params: record(anything) })(where, use);
  const { mechanism: m } = use as unknown as PlasticityUse;
  checkName(where, "plasticity", m.name);
  const at = `${where}, ${m.name}`;
  checkNames(at, m);
  plasticityTexts(at, m);
  sourceParams(at, use as unknown as PlasticityUse, n);
}

function checkNames(where: string, m: Plasticity): void {
  const taken = new Map<string, string>();
  const own: [string, object][] = [["parameter", m.params], ["let", m.let ?? {}], ["state", m.states]]; // prettier-ignore
  for (const [what, named] of own) {
    for (const name of Object.keys(named)) {
      checkName(where, what, name);
      const other = taken.get(name);
      if (other !== undefined) throw new ModelError(where, `the ${what} "${name}" has the name of a ${other}`, "Rename it"); // prettier-ignore
      taken.set(name, what);
    }
  }
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
export function plasticityTexts(where: string, m: Plasticity): PlasticityTexts {
  const units = new Map(Object.entries(m.states).map(([s, { unit: own = "1" }]) => [s, own]));
  const params = Object.entries(m.params).map(([p, spec]): [string, Unit] => [p, spec.unit]);
  const texts = new Texts(where, Object.fromEntries([...params, ...units]));
  const lets = Object.keys(m.let ?? {});
  lets.forEach((name, k) => texts.define(name, m.let?.[name], new Set(lets.slice(k + 1))));
  const changing = new Map([...units.keys()].map((s) => [s, CONSTANT]));
  const none = new Map<string, string>();
  const one = (s: string, { inf, tau, init }: LinkState) => ({
    init: texts.check(`states.${s}.init`, init, units.get(s), changing).expr,
    ...(inf === undefined || tau === undefined
      ? {}
      : {
          inf: texts.check(`states.${s}.inf`, inf, units.get(s), changing).expr,
          tau: texts.check(`states.${s}.tau`, tau, "ms", changing).expr,
        }),
  });
  return {
    states: Object.fromEntries(Object.entries(m.states).map(([s, given]) => [s, one(s, given)])),
    onPre: Object.fromEntries(
      Object.entries(m.onPre).map(([s, given]) => [s, texts.check(`onPre.${s}`, given, units.get(s), none).expr]),
    ),
    transmit: texts.check("transmit", m.transmit, "1", none).expr,
    largest: texts.check("largest", m.largest, "1", changing).expr,
  };
}

/** Canonical values of every parameter, in the mechanism's order: one per source each. */
export function sourceParams(where: string, { mechanism: m, params }: PlasticityUse, n: number): Float64Array[] {
  const known = Object.keys(m.params);
  const unknown = Object.keys(params).find((p) => !known.includes(p));
  if (unknown !== undefined)
    throw new ModelError(where, `has no parameter ${shown(unknown)}`, didYouMean(unknown.slice(0, 60), known));
  return Object.entries(m.params).map(([p, { default: usual, unit: own, min = -Infinity, max = Infinity }]) => {
    const given = canonicalValues(`${where}.${p}`, params[p] ?? usual, own, n);
    const values = typeof given === "number" ? new Float64Array(n).fill(given) : given;
    const bad = values.find((x) => !(x >= min && x <= max));
    if (bad !== undefined) throw new ModelError(`${where}.${p}`, `is ${bad} ${own}`, `Give a value from ${min} to ${max} ${own}`); // prettier-ignore
    return values;
  });
}
