import type { Expr } from "../../../lang/expr.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import { localsOf, type Program, type Statement, type Term } from "../reading/syntax.ts";
import { TOO_MUCH } from "../events/under-way.ts";
import type { Context } from "./context.ts";
import { decideOnce, folded } from "./fixing.ts";

export type Loop = Extract<Statement, { kind: "from" | "while" }>;

/** How a loop sees what runs it. */
interface Runner {
  value(term: Term): Expr;
  /** variables that a counter stands among. */
  scope(): Map<string, Expr | undefined>;
  where(test: Expr, then: () => void): void;
  /** one round's statements. */
  run(): void;
  /** gives a variable another value. */
  change(name: string, by: (value: Expr) => Expr): void;
}

/** Runs a loop. Rounds are written out: as long as the test is a number, else as often as `rounds` says, each where the test still holds. One round more
 * than that gives what it sets a value that no state may have, which ends the run where it reaches one. */
export function runLoop(shared: Context, loop: Loop, runner: Runner): void {
  if (loop.kind === "while") return goRound(shared, loop, runner, () => runner.value(loop.test), () => {}); // prettier-ignore
  const { symbols: s, lexer } = shared;
  const { counter } = loop;
  const step = loop.by === undefined ? 1 : valueOf(runner.value(loop.by));
  if (step === undefined || !(step >= 1)) lexer.fail(loop, "counts BY what is no number from 1", "Give a number from 1"); // prettier-ignore
  const [first, last] = [runner.value(loop.first), runner.value(loop.last)];
  const at = (k: number): Expr => s.add(first, s.number(k * (step as number)));
  const [had, before] = [runner.scope().has(counter), runner.scope().get(counter)];
  let k = 0;
  goRound(shared, loop, runner, () => s.binary("<=", at(k), last), () => void runner.scope().set(counter, at(k++))); // prettier-ignore
  if (had) runner.scope().set(counter, before);
  else runner.scope().delete(counter);
}

function goRound(shared: Context, loop: Loop, runner: Runner, test: () => Expr, begin: () => void): void {
  const { symbols: s, notes, lexer, program } = shared;
  const one = (then: () => void) => (): void => {
    begin();
    runner.run();
    then();
  };
  const round = (unknown: number): void => {
    const asked = (): Expr => folded(shared, test());
    let holds = asked();
    for (; valueOf(holds) !== undefined; holds = asked()) {
      if (valueOf(holds) === 0) return;
      runner.where(holds, one(() => {})); // prettier-ignore
    }
    if (unknown === 0) begins(shared, loop, holds);
    if (unknown < program.rounds) return runner.where(holds, one(() => round(unknown + 1))); // prettier-ignore
    const beyond = (value: Expr): Expr => s.call("select", holds, s.number(TOO_MUCH), value);
    for (const name of new Set(setBy(loop.body, program))) runner.change(name, beyond);
    const note = `the loop in ${lexer.where(loop)} goes round at most ${program.rounds} times, and one more sets what it sets to ${TOO_MUCH}, which ends the run where that reaches a state: the option rounds gives another number`; // prettier-ignore
    if (!notes.includes(note)) notes.push(note);
  };
  round(0);
} // prettier-ignore

/** Before the first round of a loop whose end is no number. @throws DataError where a round does more than set variables */
function begins(shared: Context, at: Loop, test: Expr): void {
  decideOnce(shared, test);
  const other = at.body.find((x) => !plain(x));
  if (other !== undefined) shared.lexer.fail(at, `goes round as often as is known only while it runs, with ${other.kind} in a round, which is refused`, "Write the rounds out, or let the option fixed give what ends the loop"); // prettier-ignore
}

const plain = (x: Statement): boolean =>
  x.kind === "assign" || x.kind === "call" || x.kind === "local" || (x.kind === "if" && [...x.then, ...x.otherwise].every(plain))
    || ((x.kind === "from" || x.kind === "while") && x.body.every(plain)); // prettier-ignore

/** Every variable that statements set, also by a PROCEDURE that they call. */
const setBy = (body: readonly Statement[], program: Program, met: readonly string[] = []): string[] =>
  body.flatMap((x): string[] => {
    if (x.kind === "assign") return [x.to.name];
    if (x.kind === "if") return setBy([...x.then, ...x.otherwise], program, met);
    if (x.kind === "from" || x.kind === "while" || x.kind === "netcons") return setBy(x.body, program, met);
    const called = x.kind === "call" && !met.includes(x.name) ? program.procedures.get(x.name) : undefined;
    if (called === undefined) return [];
    const own = new Set([...called.args.map((a) => a.name), ...localsOf(called.body)]);
    return setBy(called.body, program, [...met, called.name]).filter((name) => !own.has(name));
  });
