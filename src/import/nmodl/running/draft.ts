import type { Expr } from "../../../lang/expr.ts";
import type { At } from "../reading/lexer.ts";
import { isBarred } from "./barred.ts";
import { startsAtRest, startsConserved } from "./linear.ts";
import type { Received } from "../events/received.ts";
import { inOrder } from "./order.ts";
import type { Context } from "./context.ts";
import { fresh, isFresh, type Phases, staleName } from "./phases.ts";
import { type Form, mapForm } from "../../../lang/symbolic/relax.ts";
import { keptName, Resolver, stateOf } from "./resolve.ts";
import { checkRates, type Scheme } from "./schemes.ts";
import { tidy } from "../../../lang/symbolic/tidy.ts";

/** A state as it will stand in the mechanism: names in its expressions are final, but for those of parameters. */
interface DraftState {
  readonly state: string;
  readonly form: Form;
  /** undefined: its steady state. */
  readonly init: Expr | undefined;
  readonly at: At;
}

interface DraftCurrent {
  readonly name: string;
  readonly ion: string | undefined;
  readonly i: Expr;
  readonly at: At;
}

export interface Draft {
  readonly states: readonly DraftState[];
  readonly schemes: readonly (Scheme & { readonly init: readonly Expr[] | undefined; readonly restsInto: string | undefined })[]; // prettier-ignore
  readonly currents: readonly DraftCurrent[];
  /** by ion: what a pool writes for its reversal potential. */
  readonly reversals: ReadonlyMap<string, Expr>;
  /** BREAKPOINT sets a concentration, so that other states of a step read the one before. */
  readonly late: boolean;
  /** values that states of a receptor have at the beginning of a step. */
  readonly received: ReadonlyMap<string, Expr> | undefined;
}

/** States in order, currents and schemes of a file whose blocks were run. */
export function draft(
  context: Context,
  given: Phases,
  own?: (resolver: Resolver) => Received,
): Draft & { readonly resolver: Resolver } {
  const resolver = new Resolver(context, given);
  const { symbols: s, program } = context;
  const neat = new Map<Expr, Expr>();
  const label = (from: Expr, to: Expr): void => {
    const known = context.labels.get(from);
    if (known !== undefined && !context.labels.has(to)) context.labels.set(to, known);
  };
  const final = (e: Expr): Expr => tidy(s, e, neat, label);
  const currents = currentsOf(context, given).map((c) => ({ ...c, i: final(resolver.resolve(c.i, "currents")) }));
  const phases = withSumsKept(context, resolver, given, (state) => currents.some(({ i }) => s.reads(i).has(state)));
  const steady = new Set(phases.steady.map(({ block }) => block));
  const inScheme = new Set(phases.schemes.flatMap((scheme) => scheme.states));
  const updates = phases.updates.map((u) => ({ ...u, form: mapForm(u.form, (e) => final(resolver.resolve(e, "advance"))) })); // prettier-ignore
  const known = phases.schemes.map((scheme) => ({ ...scheme, reactions: scheme.reactions.map((r) => ({ ...r, forward: final(resolver.resolve(r.forward, "advance")), backward: final(resolver.resolve(r.backward, "advance")) })) })); // prettier-ignore
  for (const scheme of known) checkRates(context, scheme);
  const schemes = known.map((scheme) => ({
    ...scheme,
    ...(startsSteady(context, resolver, phases, scheme)
      ? { restsInto: steady.has(scheme.block) ? scheme.last : undefined, init: undefined }
      : { restsInto: undefined, init: scheme.states.map((state) => final(initOf(resolver, phases, state))) }),
  }));
  const events = own?.(resolver);
  const received = events && new Map([...events.values].map(([state, e]) => [state, final(e)]));
  const still = program.states
    .flatMap((d) => (d.size === undefined ? [d.name] : Array.from({ length: d.size }, (_, k) => `${d.name}_${k}`)))
    .filter((state) => !inScheme.has(state) && !updates.some((u) => u.state === state))
    .map((state) => ({ state, form: { next: events?.times.has(state) === true ? s.sub(s.name(state), s.number(1)) : s.name(state) } as Form, at: program.nameAt })); // prettier-ignore
  const made = (events?.states ?? []).map(({ name, form, init }) => ({ state: name, form, init: final(init), at: program.nameAt })); // prettier-ignore
  const kept = [...keptSteps(resolver, s, final)].map((k) => ({ ...k, at: program.nameAt }));
  if (resolver.usesTime) kept.unshift({ state: "time", form: { next: nextTime(s) }, init: s.number(0), at: program.nameAt }); // prettier-ignore
  const written = concentrationsOf(context, resolver, phases, final);
  const reversals = reversalsOf(context, resolver, phases, final);
  const steps = [
    ...kept,
    ...written,
    ...made,
    ...[...updates, ...still].map((u) => ({ ...u, init: initialOf(context, resolver, phases, u, final) })).map((u) => (events?.times.has(u.state) === true ? { ...u, init: s.div(u.init ?? s.number(0), s.name("dt")) } : u)), // prettier-ignore
  ].map((u) => ({ ...u, exprs: exprsOf(u.form) }));
  const read = new Set([...steps.flatMap((u) => u.exprs), ...currents.map((c) => c.i), ...reversals.values(), ...schemes.flatMap((k) => k.reactions.flatMap((r) => [r.forward, r.backward])), ...(received?.values() ?? [])].flatMap((e) => [...s.reads(e)].map(stateOf))); // prettier-ignore
  const wanted = steps.filter((u) => read.has(u.state) || isConcentration(context, u.state) || ![...kept, ...(events === undefined ? [] : still)].some((k) => k.state === u.state)); // prettier-ignore
  const { order, copies } = inOrder(s, wanted, (state) => [state, keptName(state)]);
  return {
    ...finished(context, order, copies, { currents, reversals, received }),
    schemes,
    resolver,
    late: isLate(context, phases),
  };
}

/** With states started where CONSERVE has them. */
function withSumsKept(context: Context, resolver: Resolver, phases: Phases, isFelt: (state: string) => boolean): Phases {
  const { symbols: s } = context;
  const schemes = phases.schemes.flatMap((scheme) => {
    const { states, total, last, at } = scheme;
    if (total === undefined || last === undefined || startsSteady(context, resolver, phases, scheme)) return [];
    return [{ sum: states.map((state) => s.name(state)).reduce(s.add), total: s.number(total), last, ...at }];
  });
  const starts = startsConserved(context, resolver, [...phases.conserved, ...schemes], (state) => initOf(resolver, phases, state), isFelt); // prettier-ignore
  return { ...phases, initial: new Map([...phases.initial, ...starts]) };
} // prettier-ignore

/** By two halves, as NEURON counts: a comparison with a time then turns at its step. The max, of what is not below 0, keeps them two sums. */
function nextTime(s: Context["symbols"]): Expr {
  const half = s.div(s.name("dt"), s.number(2));
  return s.add(s.call("max", s.add(s.name(keptName("time")), half), s.number(0)), half);
}

/** Concentrations that a file writes and has no STATE for: values of every step. */
function concentrationsOf(
  { program, variables, lexer, symbols: s }: Context,
  resolver: Resolver,
  { initial, advanced, currents }: Phases,
  final: (e: Expr) => Expr,
): DraftState[] {
  return program.ions.flatMap(({ ion, write, line, column }) =>
    [`${ion}i`, `${ion}o`].flatMap((state): DraftState[] => {
      if (!write.includes(state) || variables.find(state)?.kind === "state") return [];
      const at = { line, column };
      const [stepped, now, first] = [advanced.get(state), currents.get(state), initial.get(state)];
      if (aliasOf(variables, stepped, now) !== undefined && state.endsWith("i")) return [];
      if (stepped === undefined && now === undefined) lexer.fail(at, `writes ${state} and never sets it`, "Set it in BREAKPOINT"); // prettier-ignore
      const value = stepped === undefined ? resolver.resolve(now as Expr, "currents") : resolver.resolve(stepped, "advance"); // prettier-ignore
      if (stepped === undefined && !resolver.isSteady(value)) {
        // of the states that this step leaves: mechanisms that read it have advanced before
        const isOwn = (name: string): boolean => name.endsWith("@kept") || variables.find(name)?.kind === "state";
        const next = s.replace(value, (e) => (e.kind === "name" && isOwn(e.name) ? s.name(fresh(stateOf(e.name))) : undefined)); // prettier-ignore
        const init = initial.get(state) === undefined ? value : initOf(resolver, { initial } as Phases, state);
        return [{ state, form: { next: final(next) }, init: final(init), at }];
      }
      const init = first === undefined && stepped === undefined ? value : initOf(resolver, { initial } as Phases, state); // prettier-ignore
      return [{ state, form: { next: final(value) }, init: final(init), at }];
    }),
  );
}

/** Whether BREAKPOINT, and no block that it solves, sets a concentration. */
const isLate = ({ program }: Context, { advanced, currents }: Phases): boolean =>
  program.ions.some(({ ion, write }) => [`${ion}i`, `${ion}o`].some((name) => write.includes(name) && !advanced.has(name) && currents.has(name))); // prettier-ignore

/** Reversal potentials that a file writes, by ion, as BREAKPOINT leaves them. */
function reversalsOf({ program, lexer }: Context, resolver: Resolver, { currents, advanced }: Phases, final: (e: Expr) => Expr): Map<string, Expr> {
  const found = new Map<string, Expr>();
  for (const { ion, write, ...at } of program.ions) {
    if (!write.includes(`e${ion}`)) continue;
    const [now, stepped] = [currents.get(`e${ion}`), advanced.get(`e${ion}`)];
    const value = now ?? stepped ?? lexer.fail(at, `writes e${ion} and does not set it in BREAKPOINT`, "Set it there");
    found.set(ion, final(resolver.resolve(value, now === undefined ? "advance" : "currents")));
  }
  return found;
} // prettier-ignore

/** The state whose value of the same step a concentration is given, in the states' step or in BREAKPOINT after it. */
export function aliasOf(variables: Context["variables"], stepped: Expr | undefined, now: Expr | undefined): string | undefined {
  const value = stepped ?? now;
  if (value?.kind !== "name" || (stepped !== undefined && !isFresh(value.name))) return undefined;
  const state = staleName(value.name);
  return variables.find(state)?.kind === "state" ? state : undefined;
} // prettier-ignore

const isConcentration = ({ program }: Context, state: string): boolean =>
  program.ions.some(({ ion, write }) => (`${ion}i` === state || `${ion}o` === state) && write.includes(state));

function keptSteps(resolver: Resolver, s: Context["symbols"], final: (e: Expr) => Expr): Omit<DraftState, "at">[] {
  const done = new Map<string, Omit<DraftState, "at">>();
  while (done.size < resolver.kept.size) {
    for (const { name, next, init } of [...resolver.kept.values()]) {
      if (!done.has(name)) done.set(name, { state: name, form: { next: final(next) }, init: final(init) });
    }
  }
  void s;
  return [...done.values()];
}

export const exprsOf = (form: Form): Expr[] =>
  "next" in form ? [form.next] : "inf" in form ? [form.inf, form.tau] : [form.alpha, form.beta];

/** Plain names for old and new values, and copies for old values that would be gone. */
function finished(
  { symbols: s, program }: Context,
  order: readonly (DraftState & { exprs: readonly Expr[] })[],
  copies: readonly string[],
  { currents, reversals, received }: Pick<Draft, "currents" | "reversals" | "received">,
): Pick<Draft, "states" | "currents" | "reversals" | "received"> {
  const done = new Set<string>();
  const named = (own: string | undefined) => (e: Expr): Expr | undefined => {
    if (e.kind !== "name") return undefined;
    if (isFresh(e.name)) return s.name(staleName(e.name));
    const state = stateOf(e.name);
    if (own !== undefined && copies.includes(state) && !isFresh(e.name) && (done.has(state) || own !== state)) return s.name(`${state}_old`);
    return e.name === state ? undefined : s.name(state);
  }; // prettier-ignore
  const states = order.map((u): DraftState => {
    const form = mapForm(u.form, (e) => s.replace(e, named(u.state)));
    done.add(u.state);
    return { state: u.state, form, init: u.init, at: u.at };
  });
  const olds = copies.map((state): DraftState => ({ state: `${state}_old`, form: { next: s.name(state) }, init: s.number(0), at: program.nameAt })); // prettier-ignore
  return {
    states: [...olds, ...states],
    currents: currents.map((c) => ({ ...c, i: s.replace(c.i, named(undefined)) })),
    reversals: new Map([...reversals].map(([ion, e]) => [ion, s.replace(e, named(undefined))])),
    received: received && new Map([...received].map(([state, e]) => [state, s.replace(e, named(undefined))])),
  };
}

export function currentsOf({ program, lexer, symbols: s }: Context, { currents }: Phases): DraftCurrent[] {
  const found: DraftCurrent[] = [];
  const take = (name: string, ion: string | undefined, sign: 1 | -1, at: At): void => {
    const i = currents.get(name);
    if (i === undefined) lexer.fail(at, `declares the current ${name} and never sets it in BREAKPOINT`, "Set it there");
    found.push({ name, ion, i: sign === 1 ? (i as Expr) : s.negate(i as Expr), at });
  };
  for (const { ion, write, ...at } of program.ions) if (write.includes(`i${ion}`)) take(`i${ion}`, ion, 1, at);
  for (const { name, ...at } of program.nonspecific) take(name, undefined, 1, at);
  for (const { name, ...at } of program.electrode) take(name, undefined, -1, at);
  return found;
}

function initOf(resolver: Resolver, { initial }: Phases, state: string): Expr {
  const given = initial.get(state);
  return given === undefined ? resolver.startOf(state) : resolver.resolve(given, "initial");
}

function initialOf(
  context: Context,
  resolver: Resolver,
  phases: Phases,
  { state, form, at }: { state: string; form: Form; at: At },
  final: (e: Expr) => Expr,
): Expr | undefined {
  const { symbols: s, program, lexer } = context;
  const rests = phases.steady.some(({ block, at: values }) => program.derivatives.has(block) && values.has(state) && values.get(state) === phases.initial.get(state)); // prettier-ignore
  if (rests) {
    if ("next" in form) lexer.fail(at, `starts ${state} at a steady state that is not written out`, "Write it in INITIAL"); // prettier-ignore
    return undefined;
  }
  const init = final(initOf(resolver, phases, state));
  if ("inf" in form && form.inf === init) return undefined;
  if ("alpha" in form && init === s.div(form.alpha, s.add(form.alpha, form.beta))) return undefined;
  return init;
}

/** Whether a scheme starts at rest: INITIAL solves it, or a LINEAR block that says the same. */
function startsSteady(context: Context, resolver: Resolver, { steady, initial }: Phases, { states, block, ...scheme }: Scheme): boolean {
  const found = steady.find(({ at }) => states.every((state) => at.has(state) && at.get(state) === initial.get(state)));
  if (found === undefined || found.block === block) return found !== undefined;
  const linear = context.program.linears.get(found.block);
  const isSolved = states.every((state) => ![...context.symbols.reads(found.at.get(state) as Expr)].some(isBarred));
  return linear !== undefined && isSolved && startsAtRest(context, resolver, linear, { ...scheme, states, block }, found.before);
} // prettier-ignore
