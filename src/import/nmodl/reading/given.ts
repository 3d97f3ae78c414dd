import { DataError, didYouMean } from "../../../errors.ts";
import type { Expr } from "../../../lang/expr.ts";
import { giveC, readC } from "./c-given.ts";
import type { Lexer } from "./lexer.ts";
import type { Symbols } from "../../../lang/symbolic/symbols.ts";
import { type FunctionTable, type Program, ROUNDS } from "./syntax.ts";

/** Values of a FUNCTION_TABLE, both in the file's units: y at each x, with straight lines between and the ends held, as by NEURON's
 * `table_name(y, x)`. */
export interface GivenTable {
  /** ascending. */
  readonly x: ArrayLike<number>;
  /** as many. */
  readonly y: ArrayLike<number>;
}

/** What a script would give a file. */
export interface GivenByScript {
  /** Values of parameters that are to be numbers once and for all, in the file's units, as `{ deterministic: 1 }`: what they rule out is not translated. */
  readonly fixed?: Readonly<Record<string, number>>;
  /** Values of each FUNCTION_TABLE, by its name. */
  readonly functionTables?: Readonly<Record<string, GivenTable>>;
  /** What the C of a block does, in NMODL, by the block's name: of a FUNCTION an expression, `{ urand: "scop_random()" }`; otherwise statements in
   * the place of its VERBATIM, as `{ INITIAL: "" }`, which does nothing. */
  readonly verbatim?: Readonly<Record<string, string>>;
  /** How often at most a loop goes round whose end is computed while it runs (WHILE over what changes, FROM to a variable); one round more ends the
   * run. Default 8. */
  readonly rounds?: number;
}

/** No table has more points: its text grows with them. */
const MOST_POINTS = 1000;
/** Each round is written out. */
const MOST_ROUNDS = 100;

/** Puts in what a script would give. @throws DataError for names that the file has not, and values that are no numbers */
export function give(
  program: Program,
  lexer: Lexer,
  { fixed = {}, functionTables = {}, verbatim = {}, rounds = ROUNDS }: GivenByScript,
): void {
  const { file } = lexer;
  for (const [name, value] of Object.entries(fixed)) {
    const at = program.parameters.findIndex((d) => d.name === name);
    const declared = program.parameters[at];
    if (declared === undefined) throw new DataError(file, `has no PARAMETER ${name.slice(0, 60)} that could be fixed`, didYouMean(name, program.parameters.map((d) => d.name))); // prettier-ignore
    if (typeof value !== "number" || !Number.isFinite(value)) throw new DataError(file, `fixes ${name} at what is no finite number`, "Give a number, in the file's unit"); // prettier-ignore
    program.parameters.splice(at, 1);
    program.constants.push({ ...declared, value });
    program.notes.push(`${name} is fixed at ${value}`);
  }
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MOST_ROUNDS) throw new DataError(`${file}, rounds`, `is ${String(rounds).slice(0, 40)}`, `Give a whole number from 1 to ${MOST_ROUNDS}`); // prettier-ignore
  program.rounds = rounds;
  giveC(program, lexer, verbatim);
  readC(program, lexer);
  for (const [name, table] of Object.entries(functionTables)) {
    const declared = program.functionTables.get(name);
    if (declared === undefined) throw new DataError(file, `has no FUNCTION_TABLE ${name.slice(0, 60)}`, didYouMean(name, program.functionTables.keys())); // prettier-ignore
    program.functionTables.set(name, { ...declared, points: pointsOf(`${file}, functionTables.${name}`, table) });
  }
}

function pointsOf(where: string, { x, y }: GivenTable): NonNullable<FunctionTable["points"]> {
  const [xs, ys] = [x, y].map((given, k) => {
    const what = k === 0 ? "x" : "y";
    if (typeof given !== "object" || given === null || !(given.length >= 1)) throw new DataError(where, `has no ${what}`, "Give x and y, lists of numbers"); // prettier-ignore
    if (given.length > MOST_POINTS) throw new DataError(where, `has ${given.length} points`, `Give at most ${MOST_POINTS}: take every other, or fit a function`); // prettier-ignore
    const values = Array.from(given);
    const bad = values.findIndex((value) => typeof value !== "number" || !Number.isFinite(value));
    if (bad >= 0) throw new DataError(where, `has no finite number at ${what}[${bad}]`, "Give finite numbers");
    return values;
  }) as [number[], number[]];
  if (xs.length !== ys.length) throw new DataError(where, `has ${xs.length} x and ${ys.length} y`, "Give one y for each x"); // prettier-ignore
  const down = xs.findIndex((value, k) => k > 0 && value <= (xs[k - 1] as number));
  if (down >= 0) throw new DataError(where, `has x[${down}] = ${xs[down]} behind ${xs[down - 1]}`, "Give x in ascending order, each once"); // prettier-ignore
  return { x: xs, y: ys };
}

/** A table's value at an argument, found by halves. */
export function interpolated(s: Symbols, { x, y }: NonNullable<FunctionTable["points"]>, at: Expr): Expr {
  const [xs, ys] = [(k: number): number => x[k] as number, (k: number): number => y[k] as number];
  const within = (first: number, last: number): Expr => {
    if (last - first === 1) {
      const slope = (ys(last) - ys(first)) / (xs(last) - xs(first));
      return s.add(s.number(ys(first)), s.mul(s.number(slope), s.sub(at, s.number(xs(first)))));
    }
    const middle = (first + last) >> 1;
    return s.call("select", s.binary("<", at, s.number(xs(middle))), within(first, middle), within(middle, last));
  };
  const end = x.length - 1;
  if (end === 0) return s.number(ys(0));
  const above = s.call("select", s.binary("<", at, s.number(xs(end))), within(0, end), s.number(ys(end)));
  return s.call("select", s.binary("<", at, s.number(xs(0))), s.number(ys(0)), above);
}
