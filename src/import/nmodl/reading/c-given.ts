import { DataError, didYouMean } from "../../../errors.ts";
import { Lexer } from "./lexer.ts";
import type { At } from "./lexer.ts";
import { type BlockNames, numbersInC } from "./c-blocks.ts";
import { drawnBy, namesIn } from "./c-plain.ts";
import { Reader, shown } from "./reader.ts";
import { readStatements } from "./statements.ts";
import type { Program, Routine, Statement, Term } from "./syntax.ts";

type Body = readonly Statement[];

/** Longest text that stands for C. */
const LONGEST = 10_000;

/** Puts NMODL in the place of a file's C. Of a FUNCTION an expression says what it gives, whatever stands in it; in every other block, by its
 * name or as INITIAL, BREAKPOINT and NET_RECEIVE, statements stand for its VERBATIM, none for "".
 * @throws DataError for a block that the file has not, or that has no VERBATIM, and for what is no NMODL */
export function giveC(program: Program, { file }: Lexer, given: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(given)) {
    const where = `${file}, verbatim.${name.slice(0, 60)}`;
    if (typeof text !== "string") throw new DataError(where, "is no text", 'Give NMODL, for example "scop_random()"');
    if (text.length > LONGEST) throw new DataError(where, `has ${text.length} characters`, `Give at most ${LONGEST}`);
    const routines = [program.functions, program.procedures, program.derivatives, program.kinetics].find((of) => of.has(name)); // prettier-ignore
    const routine = routines?.get(name);
    const body = routine?.body ?? bodyOf(program, name);
    if (body === undefined) throw new DataError(where, `names no block of the file`, didYouMean(name, [...program.functions.keys(), ...program.procedures.keys(), ...program.derivatives.keys(), ...program.kinetics.keys(), "INITIAL", "BREAKPOINT", "NET_RECEIVE"])); // prettier-ignore
    const [c] = allC(body);
    if (c === undefined) throw new DataError(where, "names a block without VERBATIM that does something", "Leave it out: the block is NMODL"); // prettier-ignore
    const isValue = routines === program.functions && !/(^|[^=<>!])=([^=]|$)/.test(text);
    const instead = statements(where, isValue ? `${name} = ${text}` : text, c, program.defines);
    const next = isValue ? instead : withoutC(body, instead);
    if (routine !== undefined) (routines as Map<string, Routine>).set(name, { ...routine, body: next });
    else setBody(program, name, next);
    program.notes.push(`the C of ${name} is taken as ${text.trim() === "" ? "doing nothing" : text.trim()}`);
  }
}

/** Puts NMODL in the place of C whose meaning is known: assignments, IF and loops over numbers, and FUNCTIONs that draw. What `giveC` says goes before. */
export function readC(program: Program, lexer: Lexer): void {
  for (const [name, routine] of program.functions) {
    const [c] = allC(routine.body);
    const law = c === undefined ? undefined : drawnBy(routine.body);
    if (c === undefined || law === undefined) continue;
    program.functions.set(name, { ...routine, body: statements(lexer.file, `${name} = ${law}`, c, program.defines) });
    program.notes.push(`the C of ${name} is taken as ${law}: numbers that hillock draws`);
  }
  const plain = (body: Body, routine?: Routine): Body => (allC(body).length === 0 ? body : withoutPlainC(program, lexer, body, namesIn(program, routine, body))); // prettier-ignore
  for (const of of [program.functions, program.procedures, program.derivatives, program.kinetics])
    for (const [name, routine] of of) of.set(name, { ...routine, body: plain(routine.body, routine) });
  const receive = program.netReceive && { ...program.netReceive, name: "NET_RECEIVE", unit: undefined };
  for (const name of ["INITIAL", "BREAKPOINT", "NET_RECEIVE"]) {
    const body = bodyOf(program, name);
    if (body !== undefined && allC(body).length > 0) setBody(program, name, plain(body, name === "NET_RECEIVE" ? receive : undefined)); // prettier-ignore
  }
}

function withoutPlainC(program: Program, lexer: Lexer, body: Body, names: BlockNames): Statement[] {
  return body.flatMap((x): Body => {
    if (x.kind === "if") return [{ ...x, then: withoutPlainC(program, lexer, x.then, names), otherwise: withoutPlainC(program, lexer, x.otherwise, names) }]; // prettier-ignore
    if (x.kind !== "verbatim" || x.c === undefined) return [x];
    const found = numbersInC(x.c, names);
    if ("why" in found) return [{ ...x, why: found.why }];
    const { lines } = found;
    program.notes.push(`VERBATIM in ${lexer.where(x)} is taken as ${lines.length === 0 ? "doing nothing to the model" : lines.join("; ")}`); // prettier-ignore
    return statements(lexer.file, lines.join("\n"), x, program.defines);
  });
}

function bodyOf({ initial, breakpoint, netReceive }: Program, name: string): Body | undefined {
  if (name === "INITIAL") return initial;
  if (name === "BREAKPOINT") return breakpoint?.body;
  return name === "NET_RECEIVE" ? netReceive?.body : undefined;
}

function setBody(program: Program, name: string, body: Body): void {
  if (name === "INITIAL") program.initial.splice(0, program.initial.length, ...body);
  else if (name === "BREAKPOINT") program.breakpoint = { body };
  else if (program.netReceive !== undefined) program.netReceive = { ...program.netReceive, body };
}

/** Where C stands among statements. */
const allC = (body: Body): At[] =>
  body.flatMap((x): At[] => {
    if (x.kind === "verbatim") return [x];
    if (x.kind === "if") return [...allC(x.then), ...allC(x.otherwise)];
    return x.kind === "from" || x.kind === "while" || x.kind === "netcons" ? allC(x.body) : [];
  });

/** The first VERBATIM gives way to `instead`, others to nothing. */
function withoutC(body: Body, instead: Body): Statement[] {
  let left = instead;
  const inside = (of: Body): Statement[] =>
    of.flatMap((x): Body => {
      if (x.kind === "if") return [{ ...x, then: inside(x.then), otherwise: inside(x.otherwise) }];
      if (x.kind === "from" || x.kind === "while" || x.kind === "netcons") return [{ ...x, body: inside(x.body) }];
      if (x.kind !== "verbatim") return [x];
      const now = left;
      left = [];
      return now;
    });
  return inside(body);
}

/** An expression of NMODL that a script gives.
 * @throws DataError for what is none */
export function readTerm(where: string, text: unknown, at: At, defines: ReadonlyMap<string, number>): Term {
  if (typeof text !== "string") throw new DataError(where, "is no text", 'Give an expression, for example "m > 1"');
  if (text.length > LONGEST) throw new DataError(where, `has ${text.length} characters`, `Give at most ${LONGEST}`);
  const [one, another] = statements(where, `given = ${text}`, at, defines);
  if (one?.kind === "assign" && another === undefined) return one.value;
  throw new DataError(where, `is "${text.slice(0, 60)}", no expression`, 'Give one, for example "m > 1"');
}

/** Statements of a text, all at one place of the file. */
function statements(where: string, text: string, { line, column }: At, defines: ReadonlyMap<string, number>): Body {
  const reader = new Reader(new Lexer(`{${text}\n}`, where));
  const body = readStatements(reader, defines);
  const rest = reader.peek();
  if (rest.kind !== "end") reader.fail(rest, `has ${shown(rest)} behind its end`, "Give statements of NMODL");
  if (allC(body).length > 0) throw new DataError(where, "has VERBATIM", "Say in NMODL what the C does");
  const placed = (of: unknown): unknown => {
    if (Array.isArray(of)) return of.map(placed);
    if (typeof of !== "object" || of === null) return of;
    const parts = Object.entries(of).map(([key, part]) => [key, key === "line" ? line : key === "column" ? column : placed(part)]); // prettier-ignore
    return Object.fromEntries(parts);
  };
  return placed([...body]) as Statement[];
}
