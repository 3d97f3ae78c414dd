import type { Texts } from "../lang/check.ts";
import type { Expr } from "../lang/expr.ts";
import { bool, type Check, finite, isPlain, object, quantity, text, unit } from "../shapes.ts";
import type { LinkState } from "./plasticity.ts";

/** What the rules of sources and of links have in common. */

/** A field that the texts' own check looks into. */
export const anything: Check = () => {};
export const param = object({ default: quantity(), unit, doc: text }, { min: finite, max: finite, live: bool });
const relaxing = object({ inf: text, tau: text, init: anything }, { unit });
const staying = object({ init: anything }, { unit });
export const state: Check = (where, x) => (isPlain(x) && ("inf" in x || "tau" in x) ? relaxing : staying)(where, x);
export interface StateTexts {
  readonly init: Expr;
  readonly inf?: Expr;
  readonly tau?: Expr;
}

export function defineLets(texts: Texts, given: Readonly<Record<string, string>> = {}): void {
  const lets = Object.keys(given);
  lets.forEach((name, k) => texts.define(name, given[name], new Set(lets.slice(k + 1))));
}

export function stateTexts(
  texts: Texts,
  s: string,
  { inf, tau, init, unit: own = "1" }: LinkState,
  changing: ReadonlyMap<string, string>,
): StateTexts {
  return {
    init: texts.check(`states.${s}.init`, init, own, changing).expr,
    ...(inf === undefined || tau === undefined
      ? {}
      : {
          inf: texts.check(`states.${s}.inf`, inf, own, changing).expr,
          tau: texts.check(`states.${s}.tau`, tau, "ms", changing).expr,
        }),
  };
}
