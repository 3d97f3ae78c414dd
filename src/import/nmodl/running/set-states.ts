import { evaluate } from "../../../lang/evaluate.ts";
import type { Expr } from "../../../lang/expr.ts";
import { nextOf } from "../../../lang/symbolic/relax.ts";
import { type Context } from "./context.ts";
import { exprsOf } from "./draft.ts";
import type { Phases } from "./phases.ts";
import { setName } from "./resolve.ts";
import { AsEquations } from "./schemes.ts";

/** States that BREAKPOINT sets (a limit: `if (cai < 0) { cai = 0 }`) go on from there: what SOLVE advances in a step is what BREAKPOINT left.
 * @throws DataError for one that changes again where BREAKPOINT runs again, which NEURON does in every step */
export function withStatesSet(context: Context, phases: Phases): Phases {
  const { symbols: s, variables, notes, lexer, program } = context;
  const isState = (name: string): boolean => variables.find(name)?.kind === "state";
  const set = [...phases.currents].filter(([name, e]) => isState(name) && e !== s.name(name));
  if (set.length === 0) return phases;
  for (const [name, e] of set) if (!isSettled(context, name, e)) lexer.fail(program.nameAt, `sets the state ${name} in BREAKPOINT to what it changes again there, which is refused: NEURON runs BREAKPOINT twice in a step`, "Change it in a block that BREAKPOINT solves"); // prettier-ignore
  const names = set.map(([name]) => name);
  for (const { block, states } of phases.schemes) if (states.some((state) => names.includes(state))) throw new AsEquations(block); // prettier-ignore
  const left = new Map(names.map((name) => [name, s.name(setName(name))]));
  const reads = (e: Expr): boolean => names.some((name) => s.reads(e).has(name));
  const shared = names.filter((name) => program.ions.some(({ write }) => write.includes(name)));
  if (shared.length > 0) notes.push(`what BREAKPOINT makes of ${shared.join(", ")} holds in this file: currents of other mechanisms read it as its equation left it, where NEURON shows it to those that it runs later`); // prettier-ignore
  return {
    ...phases,
    updates: phases.updates.map((u) => (names.includes(u.state) || exprsOf(u.form).some(reads) ? { ...u, form: { next: s.substitute(nextOf(s, u), left) } } : u)), // prettier-ignore
    advanced: new Map([...phases.advanced].map(([name, e]) => [name, s.substitute(e, left)])),
  };
}

/** Whether a value is the same when it is computed again from itself, by numbers: of limits it is. */
function isSettled({ symbols: s }: Context, name: string, value: Expr): boolean {
  const names = [...s.reads(value)].filter((other) => other !== name);
  return [1e-6, 1e-3, 0.1, 0.7, 3, 40, -2].every((x, k) => {
    const known = Object.fromEntries(names.map((other, j) => [other, 0.1 + Math.abs(Math.sin(1 + j + 3 * k))]));
    const once = evaluate(value, { ...known, [name]: x });
    const twice = evaluate(value, { ...known, [name]: once });
    return Object.is(once, twice) || Math.abs(twice - once) <= 1e-12 * Math.abs(once);
  });
}

/** Says where BREAKPOINT reads an ion's total current, of which NEURON shows it what mechanisms that it runs earlier have added. */
export function noteTotals({ symbols: s, notes, program }: Context, { currents }: Phases): void {
  for (const { ion, read, write } of program.ions) {
    const total = `i${ion}`;
    const isRead = [...currents.values()].some((e) => s.reads(e).has(total));
    if (read.includes(total) && !write.includes(total) && isRead) notes.push(`BREAKPOINT reads the total ${total}: NEURON shows it what the mechanisms that run before this one have added, hillock the whole of the step`); // prettier-ignore
  }
}
