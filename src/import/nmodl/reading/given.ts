import { DataError, didYouMean } from "../../../errors.ts";
import type { Expr } from "../../../lang/expr.ts";
import { giveC, readC } from "./c-given.ts";
import { isIon } from "./ions.ts";
import type { At, Lexer } from "./lexer.ts";
import type { Symbols } from "../../../lang/symbolic/symbols.ts";
import { type FunctionTable, type Pointed, type Program, ROUNDS } from "./syntax.ts";

/** Values of a FUNCTION_TABLE in the file's units, with straight lines between points and the ends held. Of one argument, as by NEURON's
 * `table_name(y, x)`: y at each x. Of two, as by `table_name(&z[0][0], rows, x first, x last, columns, y first, y last)`: z at each x and y. */
export interface GivenTable {
  /** of the first argument, ascending. */
  readonly x: ArrayLike<number>;
  /** the values, as many; of a table over two arguments the points of the second, ascending. */
  readonly y: ArrayLike<number>;
  /** of a table over two arguments: for each x a row of values, one for each y. */
  readonly z?: ArrayLike<ArrayLike<number>>;
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
  /** What a POINTER points at in its own compartment, by its name: the voltage or what an ion has there ("v", "cai", "cao", "eca", "ica"), or a
   * state or current of another mechanism, as recordings name it: "kv.n", "kv.i_k". Currents may be read by states alone. Of `nmodlGather` a state in
   * the source: { C: "rel.T" }. */
  readonly pointers?: Readonly<Record<string, string>>;
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
  { fixed, functionTables, verbatim, pointers, rounds = ROUNDS }: GivenByScript,
): void {
  const { file } = lexer;
  for (const [name, value] of entriesOf(file, "fixed", fixed)) {
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
  for (const [name, to] of entriesOf(file, "pointers", pointers)) point(program, file, name, to);
  giveC(program, lexer, Object.fromEntries(entriesOf(file, "verbatim", verbatim)));
  readC(program, lexer);
  for (const [name, table] of entriesOf(file, "functionTables", functionTables)) {
    const declared = program.functionTables.get(name);
    if (declared === undefined) throw new DataError(file, `has no FUNCTION_TABLE ${name.slice(0, 60)}`, didYouMean(name, program.functionTables.keys())); // prettier-ignore
    program.functionTables.set(name, {
      ...declared,
      points: pointsOf(`${file}, functionTables.${name}`, table, declared.args.length),
    });
  }
}

/** What an option gives by name. @throws DataError for what is no object of names */
function entriesOf<T>(file: string, option: string, given: Readonly<Record<string, T>> | undefined): [string, T][] {
  if (given === undefined) return [];
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new DataError(`${file}, ${option}`, `is ${String(given).slice(0, 40)}`, "Give an object with names of the file, or leave it out"); // prettier-ignore
  return Object.entries(given);
}

/** Lets a POINTER stand for a variable of its own compartment. */
function point(program: Program, file: string, name: string, to: unknown): void {
  const at = program.pointers.findIndex((p) => p.name === name);
  const pointer = program.pointers[at];
  if (pointer === undefined) throw new DataError(file, `has no POINTER ${name.slice(0, 60)}`, didYouMean(name.slice(0, 60), program.pointers.map((p) => p.name))); // prettier-ignore
  const target = typeof to === "string" ? pointedAt(program, to) : undefined;
  if (target === undefined) throw new DataError(`${file}, pointers.${name}`, `is ${JSON.stringify(to)?.slice(0, 60)}`, 'Give "v", what an ion has ("cai", "eca", "ica"), or what another mechanism has: "kv.n", "kv.i_k"; of other ions than na, k and ca where the file names them in USEION'); // prettier-ignore
  if ("mechanism" in target && target.mechanism === program.name) throw new DataError(`${file}, pointers.${name}`, `is ${to as string}, of the file itself`, "Name another mechanism, or read the file's own variable by its name"); // prettier-ignore
  program.pointers.splice(at, 1);
  program.pointed.set(name, target);
  const ion = "name" in target ? ionOf(target.name) : undefined;
  if (ion !== undefined) readIon(program, ion, (target as { name: string }).name, pointer);
  program.notes.push(`the POINTER ${name} is taken as ${String(to)}`);
}

/** As USEION READ would. */
function readIon({ ions }: Program, ion: string, name: string, { line, column }: At): void {
  const known = ions.findIndex((use) => use.ion === ion);
  const use = ions[known];
  if (use === undefined) ions.push({ ion, read: [name], write: [], valence: undefined, line, column });
  else if (!use.read.includes(name)) ions[known] = { ...use, read: [...use.read, name] };
}

function pointedAt(program: Program, to: string): Pointed | undefined {
  const [, mechanism, current, state] = /^([A-Za-z]\w*)\.(?:i_(\w+)|([A-Za-z]\w*))$/.exec(to) ?? [];
  if (mechanism !== undefined) return current === undefined ? { mechanism, state: state as string } : { mechanism, current };
  const ion = ionOf(to);
  return to === "v" || (ion !== undefined && isIon(program, ion)) ? { name: to } : undefined;
} // prettier-ignore

/** The ion whose reversal potential, current or concentration a name is. */
function ionOf(name: string): string | undefined {
  const [, before, behind] = /^(?:[ei]([a-z]+)|([a-z]+)[io])$/.exec(name) ?? [];
  return before ?? behind;
}

/** @param of  how many arguments it has */
function pointsOf(where: string, given: GivenTable, of: number): NonNullable<FunctionTable["points"]> {
  if (typeof given !== "object" || given === null) throw new DataError(where, `is ${String(given).slice(0, 40)}`, "Give { x, y }, lists of numbers"); // prettier-ignore
  const { x, y, z } = given;
  const [xs, ys] = [numbersOf(where, "x", x), numbersOf(where, "y", y)];
  ascend(where, "x", xs);
  if ((of === 2) !== (z !== undefined)) throw new DataError(where, `has ${z === undefined ? "no z" : "z"} for ${of} argument${of === 1 ? "" : "s"}`, "Give x and y of a table over one argument, x, y and z of one over two"); // prettier-ignore
  if (z === undefined) {
    if (xs.length !== ys.length) throw new DataError(where, `has ${xs.length} x and ${ys.length} y`, "Give one y for each x"); // prettier-ignore
    return { x: xs, y: ys };
  }
  ascend(where, "y", ys);
  if (xs.length * ys.length > MOST_POINTS) throw new DataError(where, `has ${xs.length * ys.length} points`, FEWER);
  if (typeof z !== "object" || z === null || z.length !== xs.length) throw new DataError(where, `has no row of z for each of ${xs.length} x`, "Give z, a list of rows"); // prettier-ignore
  const rows = Array.from(z, (row, k) => numbersOf(where, `z[${k}]`, row));
  const short = rows.findIndex((row) => row.length !== ys.length);
  if (short >= 0) throw new DataError(where, `has ${rows[short]?.length} values in z[${short}] for ${ys.length} y`, "Give one for each y"); // prettier-ignore
  return { x: xs, y: ys, z: rows };
}

const FEWER = `Give at most ${MOST_POINTS}: take every other, or fit a function`;

function numbersOf(where: string, what: string, given: unknown): number[] {
  const list = given as ArrayLike<number> | null | undefined;
  if (typeof list !== "object" || list === null || !(list.length >= 1)) throw new DataError(where, `has no ${what}`, "Give lists of numbers"); // prettier-ignore
  if (list.length > MOST_POINTS) throw new DataError(where, `has ${list.length} points`, FEWER);
  const values = Array.from(list);
  const bad = values.findIndex((value) => typeof value !== "number" || !Number.isFinite(value));
  if (bad >= 0) throw new DataError(where, `has no finite number at ${what}[${bad}]`, "Give finite numbers");
  return values;
}

function ascend(where: string, what: string, values: readonly number[]): void {
  const down = values.findIndex((value, k) => k > 0 && value <= (values[k - 1] as number));
  if (down >= 0) throw new DataError(where, `has ${what}[${down}] = ${values[down]} behind ${values[down - 1]}`, `Give ${what} in ascending order, each once`); // prettier-ignore
}

/** A table's value at its arguments. */
export function interpolated(s: Symbols, { x, y, z }: NonNullable<FunctionTable["points"]>, [at, other]: readonly Expr[]): Expr {
  const row = (k: number): Expr => (z === undefined ? s.number(y[k] as number) : along(s, y, (j) => s.number(z[k]?.[j] as number), other as Expr));
  return along(s, x, row, at as Expr);
} // prettier-ignore

/** Straight lines between values at points, the place found by halves, the ends held. */
function along(s: Symbols, points: readonly number[], value: (k: number) => Expr, at: Expr): Expr {
  const point = (k: number): number => points[k] as number;
  const within = (first: number, last: number): Expr => {
    if (last - first === 1) {
      const slope = s.div(s.sub(value(last), value(first)), s.number(point(last) - point(first)));
      return s.add(value(first), s.mul(slope, s.sub(at, s.number(point(first)))));
    }
    const middle = (first + last) >> 1;
    return s.call("select", s.binary("<", at, s.number(point(middle))), within(first, middle), within(middle, last));
  };
  const end = points.length - 1;
  if (end === 0) return value(0);
  const above = s.call("select", s.binary("<", at, s.number(point(end))), within(0, end), value(end));
  return s.call("select", s.binary("<", at, s.number(point(0))), value(0), above);
}
