import { ModelError } from "../errors.ts";
import { call, type Expr, mul, name, type Stmt } from "./expr.ts";
import { Graph, type Node, toExpr } from "./graph.ts";
import { freeNames } from "./names.ts";
import { type Bounds, SharedExponentials } from "./sharing.ts";

export interface OptimiseOptions {
  /** names that do not change during a run: parameters, dt. */
  readonly constants: ReadonlySet<string>;
  /** names that statements may set. Every other name that is read (an input) counts as unchanging within the program. */
  readonly states: ReadonlySet<string>;
  /** compute exponentials that differ by a constant factor from one of them; default true. */
  readonly share?: boolean;
  /** `let` names that are read outside the program (traces, conductances): they stay, under their names. */
  readonly keep?: ReadonlySet<string>;
  /** put before `c0`, `c1`, ... (derived constants) and `t0`, `t1`, ... (temporaries); default "_". */
  readonly prefix?: string;
  /** typical values of constants, to tell which exponentials are near enough to share; unknown ones are assumed near. */
  readonly values?: Readonly<Record<string, number>>;
}

export interface Optimised {
  readonly stmts: Stmt[];
  /** constants to compute once, in float64, in terms of `constants`. A value outside `bounds` asks for `share: false`. */
  readonly derived: { readonly name: string; readonly value: Expr; readonly bounds?: Bounds }[];
  /** the index of the given statement that each of `stmts` serves: never decreasing, so phases can be told apart again. */
  readonly origin: number[];
}

/** The same program with fewer operations a step: what is constant in a run is gathered and hoisted to derived constants,
 * equal subexpressions are computed once, exponentials that differ by a factor are shared, and dead lets are gone. Results
 * agree within rounding (some ulp of the largest intermediate), and for shared exponents within the clamp of sharing.ts.
 * @throws ModelError for a statement that sets a constant, or a `let` whose name exists */
export function optimise(stmts: readonly Stmt[], options: OptimiseOptions): Optimised {
  const graph = new Graph();
  const shared = new SharedExponentials(graph, options.values ?? {});
  const read = readProgram(stmts, options, graph, options.share === false ? undefined : shared);
  const rewrite = rewriter(graph, shared);
  return new Writer(stmts, options, read.map(rewrite), shared).write();
}

/** The node of each statement's value. */
function readProgram(
  stmts: readonly Stmt[],
  options: OptimiseOptions,
  graph: Graph,
  shared: SharedExponentials | undefined,
): Node[] {
  const lets = new Map<string, Node>();
  const alive = aliveStatements(stmts, options.keep ?? new Set());
  const reads = countReads(stmts.filter((_, i) => alive[i]));
  const nodeOf = (expr: Expr, live: boolean): Node => {
    if (expr.kind === "number") return graph.number(expr.value);
    if (expr.kind === "name") {
      const known = lets.get(expr.name);
      return known ?? (options.constants.has(expr.name) ? graph.constant(expr.name) : graph.variable(expr.name));
    }
    if (expr.kind === "negate") return graph.negate(nodeOf(expr.of, live));
    if (expr.kind === "binary") {
      const turned = overExprel(expr);
      return turned === undefined
        ? graph.apply(expr.op, [nodeOf(expr.left, live), nodeOf(expr.right, live)])
        : nodeOf(turned, live);
    }
    const args = expr.args.map((arg) => nodeOf(arg, live));
    const node = graph.apply(expr.fn, args);
    if (node.kind === "exp" || node.kind === "expm1" || node.kind === "exprel" || node.kind === "inverse_exprel") {
      if (live) shared?.see(node);
    }
    return node;
  };
  return stmts.map((stmt, i) => {
    let node = nodeOf(stmt.value, alive[i] === true);
    check(stmt, options, lets);
    if (stmt.op !== "let") {
      for (const value of lets.values())
        if ([...graph.leaves(value)].some((l) => l.name === stmt.name)) graph.opaque.add(value);
      graph.set(stmt.name);
      return node;
    }
    const setLater = stmts.slice(i).some((s) => s.op !== "let" && node.kind === "leaf" && s.name === node.name);
    if (setLater) node = graph.raw("copy", [node]);
    if (setLater || (reads.get(stmt.name) ?? 0) > 1 || options.keep?.has(stmt.name)) graph.opaque.add(node);
    lets.set(stmt.name, node);
    return node;
  });
}

/** c / exprel(x) as c * (x / (exp(x) - 1)): one division instead of two. */
function overExprel(expr: Expr): Expr | undefined {
  if (expr.kind !== "binary" || expr.op !== "/") return undefined;
  const { left, right } = expr;
  return right.kind === "call" && right.fn === "exprel" ? mul(left, call("inverse_exprel", ...right.args)) : undefined;
}

function check({ op, name: id }: Stmt, { constants, states }: OptimiseOptions, lets: ReadonlyMap<string, Node>): void {
  if (op !== "let" && !states.has(id))
    throw new ModelError(id, "is set but is no state", "List it in `states`, or use let");
  if (op === "let" && (lets.has(id) || states.has(id) || constants.has(id))) {
    throw new ModelError(id, "is named twice", "Give the let a name of its own");
  }
}

/** Whether each statement's value reaches a state or a kept name. */
function aliveStatements(stmts: readonly Stmt[], keep: ReadonlySet<string>): boolean[] {
  const needed = new Set(keep);
  const backwards = stmts.toReversed().map((stmt) => {
    const alive = stmt.op !== "let" || needed.has(stmt.name);
    if (alive) for (const id of freeNames(stmt.value)) needed.add(id);
    return alive;
  });
  return backwards.reverse();
}

/** How often each name is read, repetitions within an expression counted. */
function countReads(stmts: readonly Stmt[]): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (expr: Expr): void => {
    if (expr.kind === "name") counts.set(expr.name, (counts.get(expr.name) ?? 0) + 1);
    else if (expr.kind === "negate") count(expr.of);
    else if (expr.kind === "binary") [expr.left, expr.right].forEach(count);
    else if (expr.kind === "call") expr.args.forEach(count);
  };
  for (const stmt of stmts) count(stmt.value);
  return counts;
}

/** Puts shared exponentials in, and gathers the constants that then meet. */
function rewriter(graph: Graph, shared: SharedExponentials): (node: Node) => Node {
  const done = new Map<Node, Node>();
  const rewrite = (node: Node): Node => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const args = node.args.map(rewrite);
    const rebuild = (): Node => {
      if (node.constant || args.every((arg, i) => arg === node.args[i])) return node;
      return node.kind === "number" || node.kind === "leaf" ? node : graph.apply(node.kind, args);
    };
    const result = shared.replacement(node, rewrite) ?? rebuild();
    if (graph.opaque.has(node)) graph.opaque.add(result);
    done.set(node, result);
    return result;
  };
  return rewrite;
}

/** Writes nodes back as statements, naming each value that is used more than once where it is first needed. */
class Writer {
  readonly #stmts: readonly Stmt[];
  readonly #options: OptimiseOptions;
  readonly #values: readonly Node[];
  readonly #shared: SharedExponentials;
  readonly #uses: ReadonlyMap<Node, number>;
  readonly #names = new Map<Node, string>();
  readonly #taken: Set<string>;
  readonly #out: Stmt[] = [];
  readonly #origin: number[] = [];
  readonly #derived: { name: string; value: Expr; bounds?: Bounds }[] = [];

  constructor(stmts: readonly Stmt[], options: OptimiseOptions, values: readonly Node[], shared: SharedExponentials) {
    this.#stmts = stmts;
    this.#options = options;
    this.#values = values;
    this.#shared = shared;
    this.#uses = countUses(values.filter((_, i) => this.#isWanted(stmts[i] as Stmt)));
    this.#taken = new Set([
      ...options.constants,
      ...options.states,
      ...stmts.flatMap((s) => [s.name, ...freeNames(s.value)]),
    ]);
  }

  write(): Optimised {
    this.#stmts.forEach((stmt, i) => this.#write(stmt, this.#values[i] as Node, i));
    return { stmts: this.#out, derived: this.#derived, origin: this.#origin };
  }

  readonly #isWanted = ({ op, name }: Stmt): boolean => op !== "let" || this.#options.keep?.has(name) === true;

  #write(stmt: Stmt, node: Node, index: number): void {
    const wanted = this.#isWanted(stmt);
    const alive = (this.#uses.get(node) ?? 0) > 0 && node.kind !== "leaf" && !node.constant && !this.#names.has(node);
    if (!wanted && !alive) return;
    const value = this.#expr(node, index, node);
    this.#push({ ...stmt, value }, index);
    if (stmt.op === "let" && alive) this.#names.set(node, stmt.name);
  }

  /** `here` is the value being written by a statement of its own, which needs no name before it. */
  #expr(node: Node, index: number, here?: Node): Expr {
    return toExpr(node, (n) => {
      if (n.kind === "number" || n.kind === "leaf") return undefined;
      const known = this.#names.get(n);
      if (known !== undefined) return name(known);
      if (n.constant) return name(this.#derive(n));
      const owned = n === here && (this.#uses.get(n) ?? 0) < (this.#stmts[index]?.op === "let" ? Infinity : 2);
      if (owned || (this.#uses.get(n) ?? 0) < 2) return undefined;
      const value = this.#operands(n, index);
      const id = this.#fresh("t");
      this.#push({ op: "let", name: id, value }, index);
      this.#names.set(n, id);
      return name(id);
    });
  }

  #operands(node: Node, index: number): Expr {
    return toExpr(node, (n) => (n === node ? undefined : this.#expr(n, index)));
  }

  #derive(node: Node): string {
    const id = this.#fresh("c");
    const bounds = this.#shared.bounded.get(node);
    this.#derived.push({ name: id, value: toExpr(node), ...(bounds && { bounds }) });
    this.#names.set(node, id);
    return id;
  }

  #fresh(letter: string): string {
    let k = 0;
    const id = (): string => `${this.#options.prefix ?? "_"}${letter}${k}`;
    while (this.#taken.has(id())) k++;
    this.#taken.add(id());
    return id();
  }

  #push(stmt: Stmt, index: number): void {
    this.#out.push(stmt);
    this.#origin.push(index);
  }
}

/** How many places read each variable node, over the nodes that the wanted values reach. */
function countUses(roots: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>();
  const use = (node: Node): void => {
    if (node.constant) return;
    const before = uses.get(node) ?? 0;
    uses.set(node, before + 1);
    if (before === 0) node.args.forEach(use);
  };
  roots.forEach(use);
  return uses;
}
