import { binary, call, div, type Expr, name, num } from "../../lang/expr.ts";
import { substitute } from "../../lang/names.ts";
import { linkTexts } from "../../mechanisms/check-link-plasticity.ts";
import { plasticityTexts, ruleParams } from "../../mechanisms/check-plasticity.ts";
import { changesLinks, type LinkPlasticityUse, type SourcePlasticityUse } from "../../mechanisms/plasticity.ts";
import type { Unit } from "../../units.ts";
import type { DrawnProjection } from "./links.ts";
import { Params } from "../cells/params.ts";
import { AT_ONCE } from "./plasticity.ts";
import { type Relaxation, tooFast } from "../cells/too-fast.ts";

/** A warning for each rule of plasticity with traces or states that one step is too long for: they are exact between spikes, but spikes come at steps.
 * A tau of up to `AT_ONCE` is meant to be none. @param sizes  of all populations */
export function fastTraces(drawn: readonly DrawnProjection[], sizes: readonly number[], dt: number): string[] {
  return drawn.flatMap((projection) => {
    const { name: called, plasticity: use, weight } = projection.description;
    const links = projection.links[0]?.target.length ?? 0;
    if (use === undefined || links === 0) return [];
    const where = `${called}, plasticity`;
    const owner = use.mechanism.name;
    const onLinks = changesLinks(use);
    const n = onLinks ? links : (sizes[projection.source] as number);
    const params = new Params(n, 1);
    const step = name(params.define("dt", [dt]));
    const values = ruleParams(where, use, weight.unit, n);
    const ids = Object.keys(use.mechanism.params).map(
      (p, k) => [p, name(params.define(p, [values[k] ?? NaN]))] as const,
    );
    const own = (tau: Expr): Expr => substitute(tau, Object.fromEntries(ids));
    const found = onLinks
      ? ofLinks(where, use as LinkPlasticityUse, weight.unit)
      : ofSources(where, use as SourcePlasticityUse);
    const relaxations = found.map(([state, tau]): Relaxation => {
      const steps = call("select", binary(">", own(tau), num(AT_ONCE)), div(step, own(tau)), num(0));
      return { state, called: state, owner, place: "", V: "", steps };
    });
    return tooFast(where, relaxations, {}, params, dt);
  });
}

const ofSources = (where: string, { mechanism }: SourcePlasticityUse): [string, Expr][] =>
  Object.entries(plasticityTexts(where, mechanism).states).flatMap(([s, { tau }]) => (tau === undefined ? [] : [[s, tau] as [string, Expr]])); // prettier-ignore

function ofLinks(where: string, { mechanism }: LinkPlasticityUse, weight: Unit): [string, Expr][] {
  const { traces, states } = linkTexts(where, mechanism, weight);
  return [...Object.entries(traces), ...Object.entries(states)].flatMap(([s, { tau }]) => (tau === undefined ? [] : [[s, tau] as [string, Expr]])); // prettier-ignore
}
