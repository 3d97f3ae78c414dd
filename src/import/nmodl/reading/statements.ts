import { isHarmless, isReturn } from "./c.ts";
import { type Reader, shown } from "./reader.ts";
import type { Statement, TableStatement } from "./syntax.ts";

type Body = Statement[] & { readonly initial: Statement[] };

const REFUSED: ReadonlyMap<string, string> = new Map([
  ["FORALL", "how often it goes round is known only while it runs"],
  [
    "LONGITUDINAL_DIFFUSION",
    'a mechanism sees its own compartment only (nmodl\'s option longitudinalDiffusion: "none" leaves it out)',
  ],
  ["SENS", "sensitivities are not computed"],
  ["MATCH", "a set of equations is solved by iteration"],
  ["PUTQ", "queues are not in the language"],
  ["GETQ", "queues are not in the language"],
  ["RESET", "it starts the states again"],
]);

/** The statements of a block in braces. With `own`, an INITIAL block inside is set apart. */
export function readStatements(r: Reader, defines: ReadonlyMap<string, number>, own = false): Body {
  const body = Object.assign([] as Statement[], { initial: [] as Statement[] });
  const open = r.expect("{", "a block");
  r.deeper(() => {
    while (!r.is("}")) {
      if (r.peek().kind === "end") r.fail(open, "opens a block that nothing closes", 'Close it by "}"');
      if (own && r.is("INITIAL")) {
        r.take();
        body.initial.push(...readStatements(r, defines));
        continue;
      }
      const statement = readStatement(r, defines);
      if (statement !== undefined) body.push(statement);
    }
  });
  r.take();
  return body;
}

function readStatement(r: Reader, defines: ReadonlyMap<string, number>): Statement | undefined {
  const token = r.peek();
  const { line, column, text, kind } = token;
  if (kind === "verbatim") {
    r.take();
    if (isHarmless(text)) return undefined;
    return isReturn(text) ? { kind: "return", line, column } : { kind: "verbatim", c: text, line, column };
  }
  if (r.accept(";", "UNITSOFF", "UNITSON", "MUTEXLOCK", "MUTEXUNLOCK", "PROTECT", "THREADSAFE") !== undefined)
    return undefined;
  const why = kind === "name" ? REFUSED.get(text) : undefined;
  if (why !== undefined) return refused(r, why);
  switch (kind === "name" || kind === "operator" ? text : "") {
    case "if":
    case "IF":
      return readIf(r, defines);
    case "FROM":
      return readFrom(r, defines);
    case "WHILE":
    case "while":
      return readWhile(r, defines);
    case "LOCAL":
      return readLocal(r);
    case "TABLE":
      return { kind: "table", table: readTable(r), line, column };
    case "SOLVE":
      return readSolve(r);
    case "FOR_NETCONS":
      return readConnections(r, defines);
    case "WATCH":
      return readWatch(r);
    case "CONDUCTANCE": {
      r.take();
      const { text: name } = r.name("a conductance");
      const ion = r.accept("USEION") === undefined ? undefined : r.name("an ion").text;
      return { kind: "conductance", name, ion, line, column };
    }
    case "CONSERVE": {
      r.take();
      const left = r.expression();
      r.expect("=", "CONSERVE");
      return { kind: "conserve", left, right: r.expression(), line, column };
    }
    case "COMPARTMENT":
      r.take();
      return readCompartment(r, "COMPARTMENT");
    case "~":
      return readReaction(r);
    case "{": {
      const inside = readStatements(r, defines);
      const test = { kind: "number", value: 1, line, column } as const;
      return { kind: "if", test, then: inside, otherwise: [], line, column };
    }
    default:
      return readAssignment(r);
  }
}

/** A refused statement, read over so that a later fault of grammar is not hidden: what it is matters, not its parts. */
function refused(r: Reader, why: string): Statement {
  const { text: what, line, column } = r.take();
  if (r.is("(")) r.args();
  if (what === "LONGITUDINAL_DIFFUSION") readCompartment(r, what);
  else if (r.is("{")) readStatements(r, new Map());
  else while (r.peek().line === line && !r.is("}") && r.peek().kind !== "end") r.take();
  return { kind: "refused", what, why, line, column };
}

function readIf(r: Reader, defines: ReadonlyMap<string, number>): Statement {
  const { line, column } = r.take();
  r.expect("(", "if");
  const test = r.expression();
  r.expect(")", "if");
  const then = readStatements(r, defines);
  if (r.accept("else", "ELSE") === undefined) return { kind: "if", test, then, otherwise: [], line, column };
  const otherwise = r.is("if", "IF") ? [r.deeper(() => readIf(r, defines))] : readStatements(r, defines);
  return { kind: "if", test, then, otherwise, line, column };
}

function readFrom(r: Reader, defines: ReadonlyMap<string, number>): Statement {
  const { line, column } = r.take();
  const { text: counter } = r.name("a counter");
  r.expect("=", "FROM");
  const first = r.expression();
  r.expect("TO", "FROM");
  const last = r.expression();
  const by = r.accept("BY") === undefined ? undefined : r.expression();
  return { kind: "from", counter, first, last, by, body: readStatements(r, defines), line, column };
}

function readWhile(r: Reader, defines: ReadonlyMap<string, number>): Statement {
  const { line, column } = r.take();
  r.expect("(", "WHILE");
  const test = r.expression();
  r.expect(")", "WHILE");
  return { kind: "while", test, body: readStatements(r, defines), line, column };
}

function readLocal(r: Reader): Statement {
  const { line, column } = r.take();
  const names: string[] = [];
  do names.push(r.target("a LOCAL").name);
  while (r.accept(",") !== undefined);
  return { kind: "local", names, line, column };
}

function readTable(r: Reader): TableStatement {
  r.take();
  const names: string[] = [];
  while (!r.is("FROM", "DEPEND")) {
    names.push(r.name("a variable of TABLE").text);
    r.accept(",");
  }
  if (r.accept("DEPEND") !== undefined) {
    while (!r.is("FROM")) {
      r.name("what TABLE depends on");
      r.accept(",");
    }
  }
  r.expect("FROM", "TABLE");
  const from = r.expression();
  r.expect("TO", "TABLE");
  const to = r.expression();
  r.expect("WITH", "TABLE");
  return { names, from, to, intervals: r.expression() };
}

function readSolve(r: Reader): Statement {
  const { line, column } = r.take();
  const { text: block } = r.name("the block to solve");
  let method: string | undefined;
  let steady = false;
  for (;;) {
    if (r.accept("METHOD") !== undefined) method = r.name("a method").text;
    else if (r.accept("STEADYSTATE") !== undefined) {
      steady = true;
      method = r.name("a method").text;
    } else break;
  }
  return { kind: "solve", block, method, steady, line, column };
}

/** `FOR_NETCONS(w1, a1) { ... }`. */
function readConnections(r: Reader, defines: ReadonlyMap<string, number>): Statement {
  const { line, column } = r.take();
  const args: string[] = [];
  r.expect("(", "FOR_NETCONS");
  while (!r.is(")")) {
    args.push(r.name("an argument").text);
    r.unit();
    if (r.accept(",") === undefined) break;
  }
  r.expect(")", "FOR_NETCONS");
  return { kind: "netcons", args, body: readStatements(r, defines), line, column };
}

/** `WATCH (v > threshold) flag`. */
function readWatch(r: Reader): Statement {
  const { line, column } = r.take();
  r.expect("(", "WATCH");
  const test = r.expression();
  r.expect(")", "WATCH");
  return { kind: "watch", test, flag: r.expression(), line, column };
}

/** `i, volume { a b }`, also of LONGITUDINAL_DIFFUSION. */
function readCompartment(r: Reader, what: string): Statement {
  const { line, column } = r.peekBefore();
  const counter = r.peek().kind === "name" && r.peek(1).text === "," ? r.take().text : undefined;
  r.accept(",");
  const volume = r.expression();
  r.expect("{", what);
  const of = [];
  while (!r.is("}")) {
    of.push(r.target("a state"));
    r.accept(",");
  }
  r.take();
  return { kind: "compartment", counter, volume, of, line, column };
}

/** `~ a + b <-> c (f, g)`, `~ a << (flux)`, `~ a -> (rate)`, or in LINEAR `~ expression = expression`. */
function readReaction(r: Reader): Statement {
  const { line, column } = r.take();
  if (isEquation(r, line)) {
    const left = r.expression();
    r.expect("=", "an equation");
    return { kind: "linear", left, right: r.expression(), line, column };
  }
  const left = r.species();
  const arrow = r.accept("<->", "<<", "->");
  if (arrow === undefined) r.fail(r.peek(), `has ${shown(r.peek())} where <->, << or -> belongs`, "Write a reaction");
  const right = r.is("(") ? [] : r.species();
  return { kind: "reaction", left, right, arrow: arrow.text as "<->", rates: r.args(), line, column };
}

function isEquation(r: Reader, line: number): boolean {
  for (let k = 0; ; k++) {
    const { text, kind } = r.peek(k);
    if (kind === "operator" && ["<->", "<<", "->"].includes(text)) return false;
    if (kind === "operator" && text === "=") return true;
    if (kind === "end" || text === "}" || text === "~" || (r.peek(k).line > line + 5)) return false; // prettier-ignore
  }
}

function readAssignment(r: Reader): Statement {
  const { line, column } = r.peek();
  if (r.peek().kind === "name" && r.peek(1).text === "(") {
    const { text: name } = r.take();
    return { kind: "call", name, args: r.args(), line, column };
  }
  const to = r.target("a variable");
  if (r.accept("'") !== undefined) {
    const of = r.is("[") && to.index === undefined ? r.indexed(to) : to; // x'[k] as well as x[k]'
    if (r.is("'")) r.fail(r.peek(), `has ${to.name}'', of second order, which is refused`, "Write two equations of first order"); // prettier-ignore
    r.expect("=", "an equation");
    return { kind: "derivative", of, value: r.expression(), line, column };
  }
  r.expect("=", "an assignment");
  return { kind: "assign", to, value: r.expression(), line, column };
}
