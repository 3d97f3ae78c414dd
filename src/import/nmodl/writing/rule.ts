import { HillockError } from "../../../errors.ts";
import { evaluate } from "../../../lang/evaluate.ts";
import type { Expr } from "../../../lang/expr.ts";
import { checkPlasticity } from "../../../mechanisms/check-plasticity.ts";
import type { LinkState, SourcePlasticity } from "../../../mechanisms/plasticity.ts";
import type { ConnectionDraft } from "../events/connection.ts";
import { inOrder, type Step } from "../running/order.ts";
import type { Context } from "../running/context.ts";
import { fresh, isFresh, staleName } from "../running/phases.ts";
import type { UnitTable } from "../units/units.ts";
import { Writer } from "./writer.ts";

/** Holds the factor that a spike transmits, as it was before the states changed. */
const RELEASE = "release@link";

/** The rule of sources that does what a connection's states do in NEURON. */
export function ruleOf(context: Context, units: UnitTable, draft: ConnectionDraft): SourcePlasticity {
  const { program, symbols: s, lexer, notes } = context;
  const writer = new Writer(context, units);
  const { order, copies } = inOrder(s, stepsOf(context, draft), (state) => [state]);
  const names = [RELEASE, ...draft.states.map((x) => x.name), ...draft.decays.map((d) => d.name)];
  for (const name of [...names, ...draft.given]) writer.own(name, name.replace(/@link$/, ""));
  for (const copy of copies) writer.own(`${copy}@old`, `${copy.replace(/@link$/, "")}_old`);
  for (const name of draft.given) writer.params.set(writer.own(name), { default: { value: 0, unit: "1" }, unit: "1", doc: "of each connection; NEURON's scripts give it" }); // prettier-ignore
  const states: Record<string, { -readonly [K in keyof LinkState]: LinkState[K] }> = {};
  const starts = new Map([...draft.states, ...draft.decays].map((x) => [x.name, x.init]));
  for (const name of [...copies.map((copy) => `${copy}@old`), ...names]) {
    const state: (typeof states)[string] = { init: "" };
    states[writer.own(name)] = state;
    writer.text(starts.get(name) ?? s.number(0), "1", (text) => (state.init = text));
    const tau = draft.decays.find((d) => d.name === name)?.tau;
    if (tau !== undefined) writer.text(tau, "ms", (text) => Object.assign(state, { inf: "0", tau: text }));
  }
  const onPre: Record<string, string> = {};
  const done = new Set<string>();
  const write = (name: string, value: Expr): void => {
    onPre[writer.own(name)] = "";
    const now = s.replace(value, (e) => (e.kind !== "name" ? undefined : isFresh(e.name) ? s.name(staleName(e.name)) : done.has(e.name) ? s.name(`${e.name}@old`) : undefined)); // prettier-ignore
    writer.text(now, "1", (text) => (onPre[writer.own(name)] = text));
  };
  for (const copy of copies) write(`${copy}@old`, s.name(copy));
  for (const { state, exprs } of order) {
    write(state, exprs[0] as Expr);
    done.add(state);
  }
  const largest = writer.fresh("largest");
  const found = largestFound(context, draft);
  notes.push(`a connection transmits its weight times at most ${largest} = ${found} (with the parameters as they are); a spike that would transmit more ends the run: give the plasticity's ${largest} where it may`); // prettier-ignore
  const lets = writer.write();
  const rule: SourcePlasticity = {
    kind: "plasticity",
    name: `${program.name.replaceAll(/^_+/g, "")}_connection`.slice(0, 60),
    doc: `What a connection to ${program.name} makes of its weight.\nTranslated from NMODL, ${program.file}.`,
    side: "pre",
    params: { ...writer.inOrder(), [largest]: { default: { value: found, unit: "1" }, unit: "1", doc: "factor on the weight that no spike exceeds; one that does ends the run" } }, // prettier-ignore
    ...(Object.keys(lets).length === 0 ? {} : { let: lets }),
    states,
    onPre,
    transmit: writer.own(RELEASE),
    largest,
    beyond: "stop", // the bound is the importer's, not the file's
  };
  try {
    checkPlasticity(program.file, { mechanism: rule, params: {} }, { sources: 1, unit: "1" });
  } catch (error) {
    if (!(error instanceof HillockError)) throw error;
    lexer.fail(program.nameAt, `makes a plasticity that the language does not take: ${error.where}: ${error.problem}`, error.remedy); // prettier-ignore
  }
  return rule;
}

/** What a spike computes; where one value is part of another, that one reads it. */
function stepsOf({ symbols: s }: Context, { states, decays, transmit }: ConnectionDraft): Step[] {
  const shared = states.filter(({ next }) => next.kind !== "name" && next.kind !== "number");
  const reading = (whole: Expr): Expr =>
    s.replace(whole, (e) => {
      const part = e === whole ? undefined : shared.find(({ next }) => next === e);
      return part === undefined ? undefined : s.name(fresh(part.name));
    });
  return [
    ...states.map(({ name, next }) => ({ state: name, exprs: [reading(next)] })),
    { state: RELEASE, exprs: [reading(transmit)] },
    ...decays.map(({ name }) => ({ state: name, exprs: [s.number(1)] })),
  ];
}

/** Intervals of regular trains, ms. */
const INTERVALS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 10_000];

/** The largest factor in regular trains of 200 spikes with the parameters as they are, and a quarter more; 1 where none is above 1. */
function largestFound({ variables }: Context, { states, decays, given, transmit }: ConnectionDraft): number {
  const env: Record<string, number> = { celsius: 20, dt: 0.025, diam: 10, area: 100 };
  for (const [name, variable] of variables.entries()) {
    if (variable.kind === "parameter") env[name] = env[`${name}@param`] = variable.declared.value ?? 0;
  }
  for (const name of given) env[name] = 0;
  let most = 0;
  for (const interval of INTERVALS) {
    const now = { ...env };
    for (const { name, init } of [...states, ...decays]) now[name] = evaluate(init, env);
    for (let k = 0; k < 200; k++) {
      for (const { name, tau } of decays) now[name] = (now[name] as number) * Math.exp(-interval / evaluate(tau, env));
      most = Math.max(most, Math.abs(evaluate(transmit, now)));
      const next = states.map((x) => evaluate(x.next, now));
      states.forEach(({ name }, j) => (now[name] = next[j] as number));
      for (const { name } of decays) now[name] = 1;
    }
  }
  return Number.isFinite(most) && most > 1 + 1e-9 ? Number((1.25 * most).toPrecision(3)) : 1;
}
