import { didYouMean, ModelError } from "../errors.ts";
import type { Unit } from "../units.ts";
import { derivative } from "./derivative.ts";
import { type Expr, type ReadFunctions } from "./expr.ts";
import { children, dependsOn, freeNames, substitute, visit } from "./names.ts";
import { type FunctionTexts, readFunctions } from "./functions.ts";
import { MOST_LEVELS, MOST_PARTS, parseWithPlaces, type Places, pointAt } from "./parse.ts";
import { checkUnits, type Dimension, type Source, type UnitEnv } from "./units.ts";

/** Most levels that need brackets; shader compilers end at 127. */
const MOST_NESTED = 100;

interface Let {
  readonly dimension: Dimension;
  /** everything that it reads, other lets' names written out. */
  readonly reads: ReadonlySet<string>;
  readonly size: Size;
}

interface Size {
  readonly parts: number;
  readonly levels: number;
  readonly nested: number;
}

/** What a text says, checked. */
interface Checked {
  /** with `let` names written out. */
  readonly expr: Expr;
  readonly dimension: Dimension;
  readonly reads: ReadonlySet<string>;
}

/** The texts of one mechanism. `names`: everything that some text of it may read, with units. */
export class Texts {
  readonly #where: string;
  readonly #names: UnitEnv;
  readonly #lets = new Map<string, Let>();
  /** of `#names` and of lets. */
  readonly #units: Record<string, UnitEnv[string]>;
  /** of lets, those that they read written out. */
  readonly #written: Record<string, Expr> = {};
  readonly #functions: ReadFunctions;
  readonly #constants: ReadonlySet<string> | undefined;
  readonly #source: (name: string) => string | undefined;

  /** @param constants  names that do not change in a run: what noise may be made of. No noise at all where they are left out
   * @param source  where a name that nothing writes could come from, for a message */
  constructor(
    where: string,
    names: UnitEnv,
    functions?: FunctionTexts,
    constants?: ReadonlySet<string>,
    source: (name: string) => string | undefined = () => undefined,
  ) {
    this.#constants = constants;
    this.#source = source;
    this.#where = where;
    this.#names = names;
    this.#units = { ...names };
    this.#functions = readFunctions(where, functions);
  }

  /** Adds a `let` name; it may read those that were added before.
   * @param later  names that come after it, for a message */
  define(name: string, text: unknown, later: ReadonlySet<string>): void {
    const where = `${this.#where}, let.${name}`;
    const read = parseWithPlaces(text, where, this.#functions);
    const source = { text: text as string, places: read.places };
    this.#known(where, read.expr, source, later);
    const dimension = checkUnits(read.expr, this.#units, undefined, where, source);
    this.#lets.set(name, { dimension, ...this.#measure(where, read.expr) });
    this.#units[name] = dimension;
    this.#written[name] = substitute(read.expr, this.#written);
  }

  /** Checks one text: its names, its units, and that it reads none of `hidden` (name to remedy), not through `let` either. */
  check(
    field: string,
    text: unknown,
    expected: Unit | Dimension | undefined,
    hidden: ReadonlyMap<string, string>,
  ): Checked {
    const where = `${this.#where}, ${field}`;
    const { expr, places } = parseWithPlaces(text, where, this.#functions);
    const source = { text: text as string, places };
    this.#known(where, expr, source, new Set());
    const { reads } = this.#measure(where, expr);
    this.#refuseHidden(where, expr, source, hidden);
    const dimension = checkUnits(expr, this.#units, expected, where, source);
    return { expr: substitute(expr, this.#written), dimension, reads };
  }

  #known(where: string, expr: Expr, source: Source, later: ReadonlySet<string>): void {
    visit(expr, (e) => {
      if (e.kind === "call" && INTERNAL.test(e.fn)) {
        fail(where, source, e, `calls "${e.fn}", which only the compiler writes`, "Use exp, expm1 or exprel");
      }
      if (isNoise(e)) this.#checkNoise(where, e, source);
      if (e.kind !== "name" || Object.hasOwn(this.#names, e.name) || this.#lets.has(e.name)) return;
      if (later.has(e.name)) {
        fail(where, source, e, `"${short(e.name)}" is defined later`, "A `let` sees those before it: move it up");
      }
      const known = [...Object.keys(this.#names), ...this.#lets.keys()];
      const remedies = [this.#source(e.name), didYouMean(short(e.name), known)];
      fail(where, source, e, `"${short(e.name)}" is not defined here`, remedies.filter((r) => r !== undefined).join(". ")); // prettier-ignore
    });
  }

  #checkNoise(where: string, e: Extract<Expr, { kind: "call" }>, source: Source): void {
    if (this.#constants === undefined) fail(where, source, e, `has noise ("${e.fn}")`, "Noise belongs into neurons, channels and receptors"); // prettier-ignore
    const read = e.args.flatMap((arg) => [...freeNames(arg)]).flatMap((n) => [...(this.#lets.get(n)?.reads ?? [n])]);
    if (e.fn.startsWith("draw_")) return this.#checkDraw(where, e, source);
    const moving = e.fn === "noise" ? read.find((n) => this.#constants?.has(n) !== true) : undefined;
    if (moving !== undefined) fail(where, source, e, `gives noise an sd or tau that reads "${moving}"`, "Let them depend on parameters alone, and multiply noise(1, tau) by what changes"); // prettier-ignore
  }

  #checkDraw(where: string, e: Extract<Expr, { kind: "call" }>, source: Source): void {
    const [which] = e.args;
    if (which?.kind === "number" && Number.isInteger(which.value) && which.value >= 1 && which.value <= MOST_DRAWS) return; // prettier-ignore
    fail(where, source, e, `calls ${e.fn} of what is no whole number from 1 to ${MOST_DRAWS}`, `Say which of the step's draws it is: ${e.fn}(1)`); // prettier-ignore
  }

  #refuseHidden(where: string, expr: Expr, source: Source, hidden: ReadonlyMap<string, string>): void {
    visit(expr, (e) => {
      if (e.kind !== "name" && !isNoise(e)) return;
      const own = e.kind === "name" ? e.name : `${e.fn}()`;
      const inside = [...(this.#lets.get(own)?.reads ?? [own])].find((n) => hidden.has(n));
      if (inside === undefined) return;
      const through = inside === own ? "" : ` through "${own}"`;
      fail(where, source, e, `reads "${inside}"${through}, which has no value here`, hidden.get(inside) as string);
    });
  }

  /** Sizes with `let` names written out, from those of the lets: nothing is written out to count it. */
  #measure(where: string, expr: Expr): { reads: ReadonlySet<string>; size: Size } {
    const reads = new Set<string>();
    for (const n of freeNames(expr)) for (const inside of this.#lets.get(n)?.reads ?? [n]) reads.add(inside);
    visit(expr, (e) => isNoise(e) && reads.add(`${e.fn}()`));
    const size = this.#size(expr);
    if (size.parts > MOST_PARTS || size.levels > MOST_LEVELS || size.nested > MOST_NESTED) {
      const [what, most] =
        size.parts > MOST_PARTS
          ? [`${size.parts} operations`, MOST_PARTS]
          : size.levels > MOST_LEVELS
            ? [`${size.levels} terms in a row`, MOST_LEVELS]
            : [`${size.nested} levels of brackets`, MOST_NESTED];
      throw new ModelError(where, `has ${what} once its let names are written out`, `Stay below ${most}`);
    }
    return { reads, size };
  }

  #size(expr: Expr): Size {
    if (expr.kind === "name") return this.#lets.get(expr.name)?.size ?? LEAF;
    const inside = children(expr).map((child) => this.#size(child));
    const inRow = expr.kind === "binary" && expr.op !== "^";
    return {
      parts: 1 + inside.reduce((sum, s) => sum + s.parts, 0),
      levels: 1 + Math.max(0, ...inside.map((s) => s.levels)),
      nested: Math.max(0, ...inside.map((s, k) => s.nested + (inRow && k === 0 ? 0 : 1))),
    };
  }
}

const NOISES: ReadonlySet<string> = new Set(["noise", "white", "draw_uniform", "draw_normal"]);
const isNoise = (e: Expr): e is Extract<Expr, { kind: "call" }> => e.kind === "call" && NOISES.has(e.fn);

/** What each step draws anew: for what happens once in a step. */
export const DRAWS: readonly (readonly [string, string])[] = ["draw_uniform()", "draw_normal()"].map((fn) => [fn, "Each step draws it anew: give it to a state by its `next`, or to `receive`, and read the state"]); // prettier-ignore
/** Most numbers of one kind that a mechanism may draw in a step. */
const MOST_DRAWS = 100;

/** Functions of the language that no text may call. */
const INTERNAL = /_with$|^exp_dd\d$/;

const LEAF: Size = { parts: 1, levels: 1, nested: 0 };
const short = (name: string): string => name.slice(0, 60);

function fail(
  where: string,
  source: { text: string; places: Places },
  e: Expr,
  problem: string,
  remedy: string,
): never {
  throw new ModelError(where, `${problem} ${pointAt(source.text, source.places.get(e)?.[0] ?? 0)}`, remedy);
}

/** Why events may not be summed before they reach this increment; undefined when they may. They may when it is `by` times
 * something that neither `by` nor a state changes: then f(a + b) = f(a) + f(b) whatever came before. */
export function notAdditive(expr: Expr, by: string, states: ReadonlySet<string>): string | undefined {
  if (!dependsOn(expr, by)) return `does not use ${by}: it would act in every step, events or none`;
  const slope = derivative(expr, by);
  if (dependsOn(slope, by)) return `is not linear in ${by}`;
  const state = [...freeNames(expr)].find((n) => states.has(n));
  if (state !== undefined) return `depends on the state "${state}"`;
  return vanishes(expr, by) ? undefined : `is not 0 where ${by} is 0: it would act in every step, events or none`;
}

/** Whether an expression that is linear in `by` is a multiple of it, by its form. */
function vanishes(expr: Expr, by: string): boolean {
  switch (expr.kind) {
    case "number":
      return expr.value === 0;
    case "name":
      return expr.name === by;
    case "negate":
      return vanishes(expr.of, by);
    case "binary":
      if (expr.op === "+" || expr.op === "-") return vanishes(expr.left, by) && vanishes(expr.right, by);
      if (expr.op === "*") return vanishes(expr.left, by) || vanishes(expr.right, by);
      return expr.op === "/" && vanishes(expr.left, by);
    case "call":
      return expr.fn === "select" && expr.args.slice(1).every((arg) => vanishes(arg, by));
  }
}
