import { evaluate } from "./evaluate.ts";
import { binary, type BinaryOp, type Expr, type Fn, FUNCTIONS, name, negate, num } from "./expr.ts";

/** An expression as a node of a graph in which equal expressions are one object. A leaf's version counts how often its name
 * was set before. `copy` keeps a state's value past its next `set`. Constant: of literals and constants of the run alone. */
export interface Node {
  readonly id: number;
  readonly kind: "number" | "leaf" | Op;
  readonly args: readonly Node[];
  readonly constant: boolean;
  readonly value: number; // of a number
  readonly name: string; // of a leaf
  readonly version: number; // of a leaf
}
type Op = BinaryOp | "negate" | "copy" | Fn;

/** literal * over... / under... */
interface Factors {
  readonly literal: number;
  readonly over: readonly Node[];
  readonly under: readonly Node[];
}

/** literal + sum of coefficient * node; no node twice. */
interface Terms {
  literal: number;
  readonly of: Map<Node, number>;
}

/** Makes nodes in a normal form: literals folded, products as constant * variables / variables, sums as variables + constant,
 * so that everything constant gathers in one place. Regrouping changes results by some ulp of the largest term. */
export class Graph {
  readonly #nodes = new Map<string, Node>();
  readonly #leaves = new Map<Node, ReadonlySet<Node>>();
  readonly #versions = new Map<string, number>();
  /** values that are shared as they stand: products and sums do not dissolve them. */
  readonly opaque = new Set<Node>();

  number(value: number): Node {
    return this.#intern(`#${Object.is(value, -0) ? "-0" : value}`, { kind: "number", value, constant: true });
  }

  constant(name: string): Node {
    return this.#intern(name, { kind: "leaf", name, constant: true });
  }

  /** The present value of a name that may change. */
  variable(name: string): Node {
    const version = this.#versions.get(name) ?? 0;
    return this.#intern(`${name}@${version}`, { kind: "leaf", name, version });
  }

  /** From here on the name has another value. */
  set(name: string): void {
    this.#versions.set(name, (this.#versions.get(name) ?? 0) + 1);
  }

  /** Whether a node reads a name that has been set since. */
  stale(node: Node): boolean {
    for (const leaf of this.leaves(node)) if ((this.#versions.get(leaf.name) ?? 0) !== leaf.version) return true;
    return false;
  }

  /** The variables that a node reads. */
  leaves(node: Node): ReadonlySet<Node> {
    const known = this.#leaves.get(node);
    if (known !== undefined) return known;
    const found = new Set<Node>();
    if (node.kind === "leaf" && !node.constant) found.add(node);
    for (const arg of node.args) for (const leaf of this.leaves(arg)) found.add(leaf);
    this.#leaves.set(node, found);
    return found;
  }

  add = (a: Node, b: Node): Node => this.sum(this.terms(b, this.terms(a)));
  sub = (a: Node, b: Node): Node => this.sum(this.terms(b, this.terms(a), -1));
  mul = (a: Node, b: Node): Node => this.product(merge(this.factors(a), this.factors(b)));
  div = (a: Node, b: Node): Node => this.product(merge(this.factors(a), inverse(this.factors(b))));
  negate = (a: Node): Node => this.mul(this.number(-1), a);

  /** The operation in normal form. */
  apply(op: Op, args: readonly Node[]): Node {
    const [a, b] = args as [Node, Node];
    if (op === "+") return this.add(a, b);
    if (op === "-") return this.sub(a, b);
    if (op === "*") return this.mul(a, b);
    if (op === "/") return this.div(a, b);
    if (op === "negate") return this.negate(a);
    if (op === "^" && b.kind === "number" && (b.value === 1 || b.value === 0))
      return b.value === 1 ? a : this.number(1);
    return this.raw(op, args);
  }

  /** The operation as it stands; of literals alone, its value. */
  raw(op: Op, args: readonly Node[]): Node {
    if (op !== "copy" && args.every((arg) => arg.kind === "number")) {
      return this.number(evaluate(operation(op, args.map((arg) => num(arg.value))), {})); // prettier-ignore
    }
    const ids = args.map((arg) => arg.id);
    if (op === "+" || op === "*") ids.sort((i, j) => i - j);
    return this.#intern(`${op}(${ids})`, { kind: op, args, constant: args.every((arg) => arg.constant) });
  }

  /** A node taken apart as a product. `dissolve` says which products inside may be opened. */
  factors(node: Node, dissolve = this.#mayDissolve): Factors {
    if (node.kind === "number") return { literal: node.value, over: [], under: [] };
    const [a, b] = node.args as [Node, Node];
    if (dissolve(node)) {
      if (node.kind === "copy") return this.factors(a, dissolve);
      if (node.kind === "negate") return merge({ literal: -1, over: [], under: [] }, this.factors(a, dissolve));
      if (node.kind === "*") return merge(this.factors(a, dissolve), this.factors(b, dissolve));
      if (node.kind === "/") return merge(this.factors(a, dissolve), inverse(this.factors(b, dissolve)));
    }
    return { literal: 1, over: [node], under: [] };
  }

  product({ literal, over, under }: Factors): Node {
    if (literal === 0) return this.number(0);
    const [constantOver, constantUnder] = [over, under].map((part) => part.filter((n) => n.constant).sort(byId)) as [
      Node[],
      Node[],
    ];
    const [variableOver, variableUnder] = [over, under].map((part) => part.filter((n) => !n.constant)) as [
      Node[],
      Node[],
    ];
    const symbolic = constantOver.length + constantUnder.length > 0;
    const negative = literal < 0 && (symbolic || literal === -1) && over.length + under.length > 0;
    const size = negative ? -literal : literal;
    let constant = this.#chain(size === 1 ? constantOver : [this.number(size), ...constantOver]);
    const below = this.#chain(constantUnder);
    if (below !== undefined) constant = this.raw("/", [constant ?? this.number(1), below]);
    let whole = this.#chain(constant === undefined ? variableOver : [constant, ...variableOver]) ?? this.number(1);
    const denominator = this.#chain(variableUnder);
    if (denominator !== undefined) whole = this.raw("/", [whole, denominator]);
    return negative ? this.raw("negate", [whole]) : whole;
  }

  /** A node taken apart as a sum, added `sign` times to `into`. */
  terms(node: Node, into: Terms = { literal: 0, of: new Map() }, sign = 1, dissolve = this.#mayDissolve): Terms {
    const [a, b] = node.args as [Node, Node];
    const opens = dissolve(node);
    if (node.kind === "number") into.literal += sign * node.value;
    else if (opens && node.kind === "copy") this.terms(a, into, sign, dissolve);
    else if (opens && node.kind === "negate") this.terms(a, into, -sign, dissolve);
    else if (opens && (node.kind === "+" || node.kind === "-")) {
      this.terms(a, into, sign, dissolve);
      this.terms(b, into, node.kind === "+" ? sign : -sign, dissolve);
    } else {
      const { literal, over, under } = this.factors(node, dissolve);
      const rest = literal === 1 ? node : this.product({ literal: 1, over, under });
      into.of.set(rest, (into.of.get(rest) ?? 0) + sign * literal);
    }
    return into;
  }

  sum({ literal, of }: Terms): Node {
    const terms = [...of].filter(([, coefficient]) => coefficient !== 0);
    const variable = this.#signedSum(terms.filter(([node]) => !node.constant));
    const symbols = this.#signedSum(terms.filter(([node]) => node.constant));
    const constant = symbols === undefined ? this.number(literal) : this.#plus(symbols, this.number(literal));
    return variable === undefined ? constant : this.#plus(variable, constant);
  }

  #signedSum(terms: readonly (readonly [Node, number])[]): Node | undefined {
    const sized = (c: number, node: Node) =>
      this.product(merge({ literal: Math.abs(c), over: [], under: [] }, this.factors(node)));
    const [up, down] = [1, -1].map((sign) =>
      terms.filter(([, c]) => c * sign > 0).map(([node, c]) => sized(c, node)),
    ) as [Node[], Node[]];
    const [first, ...others] = up;
    const [sumUp, sumDown] = [first && others.reduce((sum, n) => this.raw("+", [sum, n]), first), down];
    if (sumUp !== undefined) return sumDown.reduce((sum, n) => this.raw("-", [sum, n]), sumUp);
    const [firstDown, ...othersDown] = sumDown;
    return firstDown && this.raw("negate", [othersDown.reduce((sum, n) => this.raw("+", [sum, n]), firstDown)]);
  }

  /** a + b, with signs drawn into the operation. */
  #plus(a: Node, b: Node): Node {
    if (b.kind === "number" && b.value === 0) return a;
    if (a.kind === "negate" && !this.opaque.has(a)) return this.raw("-", [b, a.args[0] as Node]);
    if (b.kind === "negate" && !this.opaque.has(b)) return this.raw("-", [a, b.args[0] as Node]);
    return b.kind === "number" && b.value < 0 ? this.raw("-", [a, this.number(-b.value)]) : this.raw("+", [a, b]);
  }

  #chain(nodes: readonly Node[]): Node | undefined {
    const [first, ...others] = nodes;
    return first && others.reduce((product, n) => this.raw("*", [product, n]), first);
  }

  readonly #mayDissolve = (node: Node): boolean => node.constant || !this.opaque.has(node);

  #intern(key: string, parts: Pick<Node, "kind"> & Partial<Node>): Node {
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node: Node = { args: [], constant: false, value: 0, name: "", version: 0, ...parts, id: this.#nodes.size };
    this.#nodes.set(key, node);
    return node;
  }
}

const byId = (a: Node, b: Node): number => a.id - b.id;
const inverse = ({ literal, over, under }: Factors): Factors => ({ literal: 1 / literal, over: under, under: over });
const merge = (a: Factors, b: Factors): Factors => ({
  literal: a.literal * b.literal,
  over: [...a.over, ...b.over],
  under: [...a.under, ...b.under],
});

/** One operation over given expressions. */
function operation(op: Op, args: readonly Expr[]): Expr {
  const [a, b] = args as [Expr, Expr];
  if (op === "negate") return negate(a);
  if (op === "copy") return a;
  return isFn(op) ? { kind: "call", fn: op, args } : binary(op, a, b);
}

const isFn = (op: Op): op is Fn => Object.hasOwn(FUNCTIONS, op);

/** A node as an expression; `shortcut` may give some nodes another form (a name). */
export function toExpr(node: Node, shortcut: (node: Node) => Expr | undefined = () => undefined): Expr {
  const short = shortcut(node);
  if (short !== undefined) return short;
  if (node.kind === "number") return num(node.value);
  if (node.kind === "leaf") return name(node.name);
  return operation(node.kind, node.args.map((arg) => toExpr(arg, shortcut))); // prettier-ignore
}
