import type { Expr } from "../../../lang/expr.ts";
import type { Execution } from "./execute.ts";
import type { At } from "../reading/lexer.ts";
import type { Context } from "./context.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { Routine, Species, Statement } from "../reading/syntax.ts";

/** A reaction's net flux, and by how much each state changes with it (its number, over its volume). */
interface Reaction {
  readonly changes: ReadonlyMap<string, Expr>;
  /** what its rates read of states stands under `held(state)`: NEURON's Newton steps do not see that rates change with states. */
  readonly flux: Expr;
}

/** A state's value where it stands in a rate, not as what reacts. */
export const held = (state: string): string => `${state}@held`;

/** Rates of a KINETIC block read other states, or draw: the text is translated again, with the block as equations. */
export class AsEquations extends Error {
  readonly block: string;

  constructor(block: string) {
    super("a scheme that is to be equations");
    this.block = block;
  }
}

/** Checks that a scheme's rates, as they are known before its states, read the voltage, parameters and what the cell gives alone.
 * @throws AsEquations where they do not */
export function checkRates({ symbols: s, variables }: Context, { block, reactions }: Scheme): void {
  const isGiven = (name: string): boolean => {
    const variable = variables.find(name);
    return name.endsWith("@param") || (!name.includes("@") && variable?.kind !== "state" && !(variable?.kind === "ion" && variable.what === "i"));
  };
  const rates = reactions.flatMap(({ forward, backward }) => [...s.reads(forward), ...s.reads(backward)]);
  if (!rates.every(isGiven)) throw new AsEquations(block);
} // prettier-ignore

/** A closed scheme of first order: the language's `kinetics`. */
export interface Scheme {
  readonly name: string;
  /** the KINETIC block that it is, or is a part of. */
  readonly block: string;
  readonly states: readonly string[];
  readonly reactions: readonly { readonly from: string; readonly to: string; readonly forward: Expr; readonly backward: Expr }[];
  /** what CONSERVE says the sum is. */
  readonly total: number | undefined;
  /** the last term of CONSERVE. */
  readonly last: string | undefined;
  readonly at: At;
} // prettier-ignore

/** CONSERVE: a sum over states, each with its volume, and what it is. */
export interface Conserved extends At {
  readonly sum: Expr;
  readonly total: Expr;
  /** the last term of a plain sum, whose equation it takes the place of. */
  readonly last: string | undefined;
}

interface Found {
  readonly reactions: readonly Reaction[];
  /** one for each group of states that reactions join; undefined where the block is more than that. */
  readonly schemes: readonly Scheme[] | undefined;
  readonly conserved: readonly Conserved[];
  readonly values: ReadonlyMap<string, Expr>;
}

type Step = Extract<Statement, { kind: "reaction" }>;

/** What a KINETIC block says: a closed scheme where every reaction joins two states at rates that no state of it changes. */
export function reactionsOf(
  context: Context,
  block: Routine,
  execution: (effects: ConstructorParameters<typeof Execution>[1]) => Execution,
): Found {
  const { lexer, symbols: s, variables } = context;
  const reactions: Reaction[] = [];
  const pairs: { from: string; to: string; forward: Expr; backward: Expr }[] = [];
  const volumes = new Map<string, Expr>();
  const conserved: Conserved[] = [];
  let closed = true;
  const isState = (name: string): boolean => variables.find(name)?.kind === "state";
  const run = execution({
    other: (statement, at) => {
      switch (statement.kind) {
        case "compartment": {
          for (const [name, value] of volumesOf(context, at, statement)) volumes.set(name, value);
          closed = false;
          return;
        }
        case "conserve":
          conserved.push(conservedBy(at.value(statement.left), at.value(statement.right), statement));
          return;
        case "reaction":
          return react(statement, at);
        default:
          lexer.fail(statement, `has a statement of ${statement.kind} in KINETIC`, "Move it out of the block");
      }
    },
  });
  const react = (step: Step, at: Execution): void => {
    const [forward, backward] = step.rates.map((rate) => holding(context, at.value(rate)));
    if (forward === undefined) lexer.fail(step, "has a reaction without a rate", "Give one in brackets");
    const left = amount(s, step.left, at);
    const there = step.arrow === "<<" ? (forward as Expr) : s.mul(forward as Expr, left);
    const back =
      backward === undefined || step.arrow !== "<->" ? s.number(0) : s.mul(backward, amount(s, step.right, at));
    at.set("f_flux", released(s, there));
    at.set("b_flux", released(s, back));
    const changes = changesOf(context, step, at, volumes);
    reactions.push({ changes, flux: s.sub(there, back) });
    const [from, to] = [step.left, step.right].map((side) => (side.length === 1 && side[0]?.times === 1 ? at.nameOf(side[0].of) : undefined)); // prettier-ignore
    if (step.arrow !== "<->" || from === undefined || to === undefined || !isState(from) || !isState(to))
      closed = false;
    else pairs.push({ from, to, forward: forward as Expr, backward: backward ?? s.number(0) });
  };
  run.scoped(new Map(), block.body);
  const own = new Set(pairs.flatMap(({ from, to }) => [from, to, held(from), held(to)]));
  const reads = pairs.flatMap(({ forward, backward }) => [...s.reads(forward), ...s.reads(backward)]);
  const values = new Map([...run.values].filter(([name]) => name !== "f_flux" && name !== "b_flux"));
  const isClosed = closed && !reads.some((name) => own.has(name)) && pairs.length > 0;
  const byVolume = new Map([...volumes].map(([name, volume]) => [name, s.mul(volume, s.name(name))]));
  const weighted = conserved.map((c) => ({ ...c, sum: s.substitute(c.sum, byVolume) }));
  return { reactions, schemes: isClosed ? schemesOf(block, pairs, conserved) : undefined, conserved: weighted, values }; // prettier-ignore
}

/** Product of the amounts on one side. */
const amount = (s: Context["symbols"], side: readonly Species[], at: Execution): Expr =>
  side
    .map(({ times, of }): Expr => {
      const value = at.value({ kind: "name", ...of });
      return times === 1 ? value : s.binary("^", value, s.number(times));
    })
    .reduce((a, b) => s.mul(a, b), s.number(1));

/** What one unit of a reaction's flux adds to each state. */
function changesOf(
  { symbols: s, variables }: Context,
  step: Step,
  at: Execution,
  volumes: ReadonlyMap<string, Expr>,
): Map<string, Expr> {
  const changes = new Map<string, Expr>();
  const change = (side: readonly Species[], sign: number): void => {
    for (const { times, of } of side) {
      const name = at.nameOf(of);
      if (variables.find(name)?.kind !== "state") continue;
      const volume = volumes.get(name);
      const by = volume === undefined ? s.number(sign * times) : s.div(s.number(sign * times), volume);
      changes.set(name, s.add(changes.get(name) ?? s.number(0), by));
    }
  };
  change(step.left, step.arrow === "<<" ? 1 : -1);
  change(step.right, 1);
  return changes;
}

/** A scheme for each group of states that reactions join. Undefined where CONSERVE sums others than those of a group. */
function schemesOf(block: Routine, pairs: Scheme["reactions"], conserved: readonly Conserved[]): Scheme[] | undefined {
  const groups: Set<string>[] = [];
  for (const { from, to } of pairs) {
    const met = groups.filter((group) => group.has(from) || group.has(to));
    const one = new Set([...met.flatMap((group) => [...group]), from, to]);
    groups.splice(0, groups.length, ...groups.filter((group) => !met.includes(group)), one);
  }
  const totals = new Map<Set<string>, { total: number; last: string | undefined }>();
  for (const { sum, total } of conserved) {
    const [states, value] = [statesOf(sum), valueOf(total)];
    const group = states && groups.find((g) => g.size === states.length && states.every((state) => g.has(state)));
    if (group === undefined || value === undefined) return undefined;
    totals.set(group, { total: value, last: states?.at(-1) });
  }
  const { name, line, column } = block;
  return groups.map((group, k) => {
    const reactions = pairs.filter(({ from }) => group.has(from));
    const states = [...new Set(reactions.flatMap(({ from, to }) => [from, to]))];
    return { name: k === 0 ? name : `${name}_${k + 1}`, block: name, states, reactions, total: totals.get(group)?.total, last: totals.get(group)?.last, at: { line, column } }; // prettier-ignore
  });
}

const conservedBy = (sum: Expr, total: Expr, { line, column }: At): Conserved => ({ sum, total, last: statesOf(sum)?.at(-1), line, column }); // prettier-ignore

/** The states of a plain sum. */
function statesOf(sum: Expr): string[] | undefined {
  if (sum.kind === "name") return [sum.name];
  if (sum.kind !== "binary" || sum.op !== "+") return undefined;
  const [left, right] = [statesOf(sum.left), statesOf(sum.right)];
  return left && right && [...left, ...right];
}

/** A rate with its states held. */
function holding({ symbols: s, variables }: Context, rate: Expr): Expr {
  const states = [...s.reads(rate)].filter((name) => variables.find(name)?.kind === "state");
  return states.length === 0 ? rate : s.substitute(rate, new Map(states.map((name) => [name, s.name(held(name))])));
}

/** With states where they were held, but for those of `but`. */
export const released = (s: Context["symbols"], e: Expr, but: ReadonlySet<string> = new Set()): Expr =>
  s.substitute(e, new Map([...s.reads(e)].filter((name) => name.endsWith("@held") && !but.has(name)).map((name) => [name, s.name(name.replace("@held", ""))]))); // prettier-ignore

/** Volumes by state; with a counter, of every element of the arrays. */
function volumesOf(
  { variables, lexer }: Context,
  at: Execution,
  { counter, volume, of, line, column }: Extract<Statement, { kind: "compartment" }>,
): [string, Expr][] {
  if (counter === undefined) return of.map((o) => [at.nameOf(o), at.value(volume)]);
  return of.flatMap(({ name }) => {
    const size = variables.sizes.get(name);
    if (size === undefined) return lexer.fail({ line, column }, `has a COMPARTMENT that counts over ${name}, which is no array`, "Leave the counter out"); // prettier-ignore
    return Array.from({ length: size }, (_, k): [string, Expr] => [`${name}_${k}`, at.counting(counter, k, () => at.value(volume))]); // prettier-ignore
  });
}

/** dx/dt of every state that reactions change. */
export function fluxes({ symbols: s }: Context, reactions: readonly Reaction[]): Map<string, Expr> {
  const rates = new Map<string, Expr>();
  for (const { changes, flux } of reactions) {
    for (const [state, by] of changes) {
      const before = rates.get(state);
      const more = s.mul(by, flux);
      rates.set(state, before === undefined ? more : s.add(before, more));
    }
  }
  return rates;
}
