import { add, call, div, type Expr, mul, name, negate, num, type Stmt } from "../../lang/expr.ts";
import { mapChildren, substitute } from "../../lang/names.ts";
import { even, gauss } from "../../random/gauss.ts";
import { stream } from "../../random/philox.ts";
import type { Params } from "./params.ts";
import type { Draw } from "./step-program.ts";

/** A draw as it is. */
interface PlainTerm {
  readonly id: string;
  /** the mechanism in its place, or the receptor; "" of a point neuron. */
  readonly owner: string;
  readonly draw: Draw;
}

/** An Ornstein-Uhlenbeck process: a state of standard deviation `sd` and correlation time `tau`. */
export interface NoiseState extends PlainTerm {
  readonly sd: Expr;
  readonly tau: Expr;
}

/** White noise of intensity `size`, in its unit per root of ms. */
export interface WhiteTerm extends PlainTerm {
  readonly size: Expr;
}

export type NoiseTerm = NoiseState | WhiteTerm | PlainTerm;

/** The noises of a population's equations: calls of noise(sd, tau) become states, the others names. Equal calls of one owner (a
 * neuron, a mechanism in a place) are one process. */
export class Noises {
  readonly #population: string;
  readonly #terms = new Map<string, NoiseTerm>();
  readonly #counts = new Map<string, number>();
  readonly #starts = new Map<string, Draw>();

  constructor(population: string) {
    this.#population = population;
  }

  get states(): NoiseState[] {
    return [...this.#terms.values()].filter(isNoiseState);
  }

  /** Those of an owner, in their order. */
  of(owner: string): NoiseTerm[] {
    return [...this.#terms.values()].filter((t) => t.owner === owner);
  }

  get white(): WhiteTerm[] {
    return [...this.#terms.values()].filter((t): t is WhiteTerm => "size" in t);
  }

  get draws(): Draw[] {
    return [...this.#terms.values()].map((t) => t.draw);
  }

  /** Numbers that are drawn once, for initial values. */
  get starts(): Draw[] {
    return [...this.#starts.values()];
  }

  /** Values about which what is random lies: means, by name. */
  typical(): Record<string, Expr> {
    const draws = [...this.draws, ...this.starts].map(
      ({ input, law }) => [input, num(law === "normal" ? 0 : 0.5)] as const,
    );
    return Object.fromEntries([...draws, ...this.states.map(({ id }) => [id, num(0)] as const)]);
  }

  /** An expression over the cell's names without calls of noise. @param owner  unique in the population */
  replace(expr: Expr, owner: string): Expr {
    if (expr.kind === "call" && (expr.fn === "noise" || expr.fn === "white")) return name(this.#term(expr.fn, expr.args, owner).id); // prettier-ignore
    if (expr.kind === "call" && (expr.fn === "draw_uniform" || expr.fn === "draw_normal")) return name(this.#plain(expr.fn, expr.args, owner).id); // prettier-ignore
    return mapChildren(expr, (child) => this.replace(child, owner));
  }

  /** An initial value without its draws, each of which is one number of its own, apart from those of steps. @param owner  unique in the population */
  atStart(expr: Expr, owner: string): Expr {
    if (expr.kind !== "call" || (expr.fn !== "draw_uniform" && expr.fn !== "draw_normal")) return mapChildren(expr, (child) => this.atStart(child, owner)); // prettier-ignore
    const { key, stream, law } = this.#named(expr.fn, expr.args, owner);
    const known = this.#starts.get(key) ?? { input: `start_xi_${this.#starts.size}`, stream, law };
    this.#starts.set(key, known);
    return name(known.input);
  }

  /** A draw by its own number, whose stream no other draw moves. */
  #named(fn: "draw_uniform" | "draw_normal", args: readonly Expr[], owner: string): Omit<Draw, "input"> & { readonly key: string } {
    const [which] = args as [Extract<Expr, { kind: "number" }>];
    const label = [this.#population, owner, `${fn}${which.value}`].filter((part) => part !== "").join(".");
    return { key: JSON.stringify([owner, fn, args]), stream: stream("noise", label), law: fn === "draw_normal" ? "normal" : "uniform" };
  } // prettier-ignore

  #term(fn: "noise" | "white", args: readonly Expr[], owner: string): NoiseTerm {
    const key = JSON.stringify([owner, fn, args]);
    const known = this.#terms.get(key);
    if (known !== undefined) return known;
    const k = this.#counts.get(owner) ?? 0;
    this.#counts.set(owner, k + 1);
    const label = [this.#population, owner, k].filter((part) => part !== "").join(".");
    const place = this.#terms.size;
    const draw = { input: `xi_${place}`, stream: stream("noise", label), law: "normal" } as const;
    const [first, second] = args as [Expr, Expr];
    const term = fn === "noise" ? { id: `noise_${place}`, owner, draw, sd: first, tau: second } : { id: `white_${place}`, owner, draw, size: first }; // prettier-ignore
    this.#terms.set(key, term);
    return term;
  }

  #plain(fn: "draw_uniform" | "draw_normal", args: readonly Expr[], owner: string): NoiseTerm {
    const { key, stream, law } = this.#named(fn, args, owner);
    const known = this.#terms.get(key);
    if (known !== undefined) return known;
    const input = `xi_${this.#terms.size}`;
    const term = { id: input, owner, draw: { input, stream, law } } as const;
    this.#terms.set(key, term);
    return term;
  }
}

/** Texts of a mechanism in its place, over the cell's names. */
export class Written {
  readonly #noises: Noises;
  readonly #dt: string;
  readonly #text: (text: string) => Expr;
  readonly #owner: string;

  /** @param dt  name of the step; `owner`: what its draws belong to */
  constructor(noises: Noises, dt: string, text: (text: string) => Expr, owner: string) {
    [this.#noises, this.#dt, this.#text, this.#owner] = [noises, dt, text, owner];
  }

  /** With noises as states, and white noise as a value that is kept over the step. */
  step = (text: string): Expr => {
    const calm = this.#noises.replace(this.#text(text), this.#owner);
    const white = this.#noises.white.map((w) => [w.id, overStep(w, name(this.#dt))] as const);
    return white.length === 0 ? calm : substitute(calm, Object.fromEntries(white));
  };

  /** Of an initial value, which draws numbers of its own. */
  start = (text: string): Expr => this.#noises.atStart(this.#text(text), this.#owner);
}

export const isNoiseState = (t: NoiseTerm): t is NoiseState => "tau" in t;

/** One step of a noise, exact: x exp(-dt/tau) + sd sqrt(1 - exp(-2 dt/tau)) xi. As what is added to x, so that a slow noise keeps its time
 * constant in float32. */
export function noiseStep({ id, draw, sd, tau }: NoiseState, dt: Expr): Stmt {
  const steps = div(dt, tau);
  const spread = call("sqrt", negate(call("expm1", mul(num(-2), steps))));
  const value = add(mul(call("expm1", negate(steps)), name(id)), mul(mul(sd, spread), name(draw.input)));
  return { op: "add", name: id, value };
}

/** White noise over a step in which it is one value: size xi / sqrt(dt). */
export const overStep = ({ size, draw }: WhiteTerm, dt: Expr): Expr =>
  mul(div(size, call("sqrt", dt)), name(draw.input));

/** What white noise adds to a state in a step in which the state's own linear part is `slope` (1/ms), exact in its variance:
 * size sqrt((exp(2 slope dt) - 1) / (2 slope)) xi. */
export function whiteStep({ size, draw }: WhiteTerm, factor: Expr, slope: Expr | undefined, dt: Expr): Expr {
  const time = slope === undefined ? dt : mul(dt, call("exprel", mul(mul(num(2), slope), dt)));
  return mul(mul(mul(factor, size), call("sqrt", time)), name(draw.input));
}

/** The start of a noise, [entry][cell], from its stationary distribution. @param seeds  per entry */
export function startNoise(
  out: Float64Array,
  { draw, sd }: NoiseState,
  params: Params,
  seeds: readonly number[],
): void {
  const n = out.length / seeds.length;
  const at = params.evaluator(sd);
  seeds.forEach((seed, e) => {
    for (let c = 0; c < n; c++) out[e * n + c] = at(c, e) * gauss(seed, draw.stream, c);
  });
}

/** A number that every cell draws for its initial values, by entry: [entry][cell]. @param seeds  per entry */
export const drawnAtStart = ({ stream, law }: Draw, seeds: readonly number[], n: number): Float64Array[] =>
  seeds.map((seed) => Float64Array.from({ length: n }, (_, c) => (law === "normal" ? gauss : even)(seed, stream, c)));
