import { evaluate } from "./evaluate.ts";
import { freeNames } from "./names.ts";
import { type Graph, type Node, toExpr } from "./graph.ts";

/** scale * base + offset; scale and offset are constant nodes. */
interface Affine {
  readonly base: Node;
  readonly scale: Node;
  readonly offset: Node;
}

/** exp(sign * (slope * base + offset)) inside exp, expm1, exprel or inverse_exprel. */
interface Member {
  readonly node: Node;
  readonly sign: 1 | -1;
  readonly offset: Node;
}

/** Members of one slope whose offsets lie within REACH of the first one's, so that every factor is within e^+-REACH. */
interface Cluster {
  readonly members: Member[];
  readonly slope: Node;
  readonly base: Node;
}

/** The sign of most members: theirs is the exponential that is computed, the others take its reciprocal. */
const direction = ({ members }: Cluster): 1 | -1 => (members.reduce((sum, m) => sum + m.sign, 0) < 0 ? -1 : 1);

/** Factors stay within e^+-20 and the shared exponent within +-(80 - 20) at least, so that their product fits float32 and
 * every member is right while its own exponent is within +-40; past that it is held at e^+-40 or more. */
const REACH = 20;
const LARGEST_EXPONENT = 80;

/** A factor whose constants are only known to compile: it must come out within these bounds, else optimise without `share`. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}
const FACTOR_BOUNDS: Bounds = { min: Math.exp(-REACH), max: Math.exp(REACH) };

/** Finds the exponentials of a program that differ by a constant factor, exp(c x + d) of one c and x (or -c), and computes
 * each such set from one exponential. `values`: typical values of the constants, to tell which offsets are near. */
export class SharedExponentials {
  readonly #graph: Graph;
  readonly #values: Readonly<Record<string, number>>;
  readonly #clusters = new Map<string, Cluster[]>();
  readonly #of = new Map<Node, { cluster: Cluster; member: Member }>();
  /** factors that have symbols in them, and what they must keep to. */
  readonly bounded = new Map<Node, Bounds>();

  constructor(graph: Graph, values: Readonly<Record<string, number>>) {
    this.#graph = graph;
    this.#values = values;
  }

  /** Remembers an exp, expm1 or exprel node. Call it while the variables that its argument reads are current. */
  see(node: Node): void {
    const arg = node.args[0];
    if (arg === undefined || arg.constant || this.#of.has(node)) return;
    const { base, scale, offset } = affine(this.#graph, arg);
    const { literal, over, under } = this.#graph.factors(scale);
    const sign = literal < 0 ? -1 : 1;
    const slope = this.#graph.product({ literal: Math.abs(literal), over, under });
    const member: Member = { node, sign, offset: scaled(this.#graph, offset, this.#graph.number(sign)) };
    const key = `${base.id} ${slope.id}`;
    const clusters = this.#clusters.get(key) ?? [];
    this.#clusters.set(key, clusters);
    let cluster = clusters.find((c) => Math.abs(this.#number(this.#shift(c, member)) ?? 0) <= REACH);
    if (cluster === undefined) clusters.push((cluster = { members: [], slope, base }));
    cluster.members.push(member);
    this.#of.set(node, { cluster, member });
  }

  /** What to compute instead of a node, or undefined when its exponential is alone. `rewrite` does the same inside. */
  replacement(node: Node, rewrite: (node: Node) => Node): Node | undefined {
    const found = this.#of.get(node);
    if (found === undefined || found.cluster.members.length < 2) return undefined;
    const power = this.#power(found.cluster, found.member, rewrite);
    if (node.kind === "exp") return power;
    const given = { expm1: "expm1_with", exprel: "exprel_with", inverse_exprel: "inverse_exprel_with" } as const;
    return this.#graph.raw(given[node.kind as keyof typeof given], [...node.args.map(rewrite), power]);
  }

  #power(cluster: Cluster, member: Member, rewrite: (node: Node) => Node): Node {
    const g = this.#graph;
    const shared = this.#exponential(cluster, rewrite);
    const factor = g.raw("exp", [scaled(g, this.#shift(cluster, member), g.number(member.sign))]);
    if (factor.kind !== "number") this.bounded.set(factor, FACTOR_BOUNDS);
    const most = direction(cluster);
    if (member.sign === most) return g.mul(factor, shared);
    if (cluster.members.filter((m) => m.sign !== most).length === 1) return g.div(factor, shared);
    const reciprocal = g.raw("/", [g.number(1), shared]);
    g.opaque.add(reciprocal);
    return g.mul(factor, reciprocal);
  }

  #exponential(cluster: Cluster, rewrite: (node: Node) => Node): Node {
    const g = this.#graph;
    const [first] = cluster.members as [Member];
    const shifts = cluster.members.map((m) => this.#shift(cluster, m));
    const literal = shifts.every((shift) => shift.kind === "number");
    const reach = literal ? Math.max(...shifts.map((shift) => Math.abs(shift.value))) : REACH;
    const bound = LARGEST_EXPONENT - reach;
    const sign = g.number(direction(cluster));
    const exponent = g.add(g.mul(g.mul(sign, cluster.slope), cluster.base), scaled(g, first.offset, sign));
    // only a reciprocal would be infinite below
    const divided = cluster.members.some((m) => m.sign !== direction(cluster));
    const bounded = divided ? g.raw("max", [rewrite(exponent), g.number(-bound)]) : rewrite(exponent);
    return g.raw("exp", [g.raw("min", [bounded, g.number(bound)])]);
  }

  #shift(cluster: Cluster, member: Member): Node {
    const [first] = cluster.members;
    return first === undefined ? this.#graph.number(0) : this.#graph.sub(member.offset, first.offset);
  }

  /** The value of a constant, where it is known. */
  #number(node: Node): number | undefined {
    if (node.kind === "number") return node.value;
    const expr = toExpr(node);
    return [...freeNames(expr)].every((n) => Object.hasOwn(this.#values, n)) ? evaluate(expr, this.#values) : undefined;
  }
}

/** A variable node as scale * base + offset, seen through `let` names whose variables are still current. */
function affine(g: Graph, node: Node): Affine {
  const opens = (n: Node): boolean => !(g.opaque.has(n) && g.stale(n));
  const itself: Affine = { base: node, scale: g.number(1), offset: g.number(0) };
  if (!opens(node)) return itself;
  const { literal, of } = g.terms(node, undefined, 1, opens);
  const variable = [...of].filter(([n, c]) => !n.constant && c !== 0);
  const offset = g.sum({ literal, of: new Map([...of].filter(([n]) => n.constant)) });
  const parts = variable.map(([n, c]) => affineProduct(g, n, c, opens));
  const [first, ...others] = parts;
  if (first === undefined) return itself;
  if (others.every((p) => p.base === first.base)) {
    const add = (a: Node, b: Node): Node => g.add(a, b);
    return {
      base: first.base,
      scale: parts.map((p) => p.scale).reduce(add),
      offset: parts.map((p) => p.offset).reduce(add, offset),
    };
  }
  return { base: g.sum({ literal: 0, of: new Map(variable) }), scale: g.number(1), offset };
}

const SUMS: ReadonlySet<string> = new Set(["+", "-", "negate", "copy"]);

/** coefficient * node, where node is no sum: its constants go to the scale, and a lone sum is opened further. */
function affineProduct(g: Graph, node: Node, coefficient: number, opens: (n: Node) => boolean): Affine {
  const { literal, over, under } = g.factors(node, opens);
  const scale = g.product({
    literal: literal * coefficient,
    over: over.filter((n) => n.constant),
    under: under.filter((n) => n.constant),
  });
  const [top, bottom] = [over, under].map((part) => part.filter((n) => !n.constant)) as [Node[], Node[]];
  const [lone] = top;
  if (top.length !== 1 || bottom.length > 0 || lone === undefined || !(opens(lone) && SUMS.has(lone.kind))) {
    const base = g.product({ literal: 1, over: top, under: bottom });
    return { base, scale, offset: g.number(0) };
  }
  const inner = affine(g, lone);
  return { base: inner.base, scale: g.mul(scale, inner.scale), offset: scaled(g, inner.offset, scale) };
}

/** A constant times a constant, term by term, so that equal terms cancel in differences. */
function scaled(g: Graph, constant: Node, by: Node): Node {
  const { literal, of } = g.terms(constant);
  const start = g.mul(g.number(literal), by);
  return [...of].reduce((sum, [n, c]) => g.add(sum, g.mul(g.mul(g.number(c), n), by)), start);
}
