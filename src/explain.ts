import { ModelError } from "./errors.ts";
import { shown } from "./shapes.ts";

/** What an argument may be, from the declared type: a primitive's name, "function", "list" (whatever has a length), "iterable", or an
 * object's fields that may not be left out. */
export type Kind = string | readonly string[];

/** An argument's name, with "?" behind it where it may be left out and "..." before it where it is all that follow; then its kinds, none
 * where it may be anything. */
export type Parameter = readonly [name: string, ...kinds: Kind[]];

type Call = (...args: never[]) => unknown;
const explained = new WeakMap<Call, Call>();

/** A public function that says in hillock's own errors which argument was no such thing, where it would end with a TypeError or a RangeError
 * from inside. The build puts it around every function of every entry point (scripts/explain.mjs), so that calls within hillock do
 * without. A function has one such form, wherever it is imported from. */
export function explain<F extends Call>(name: string, f: F, parameters: readonly Parameter[]): F {
  const known = explained.get(f);
  if (known !== undefined) return known as F;
  const told = (error: unknown, args: readonly unknown[]): unknown => {
    if (!(error instanceof TypeError || error instanceof RangeError)) return error;
    try {
      parameters.forEach((parameter, k) => check(name, parameter, k, args));
    } catch (better) {
      return better;
    }
    return error;
  };
  const form = (...args: never[]): unknown => {
    try {
      const result = f(...args);
      return result instanceof Promise ? result.catch((error: unknown) => Promise.reject(told(error, args))) : result;
    } catch (error) {
      throw told(error, args);
    }
  };
  Object.defineProperty(form, "name", { value: name });
  explained.set(f, form);
  return form as F;
}

function check(where: string, [name, ...kinds]: Parameter, k: number, args: readonly unknown[]): void {
  const rest = name.startsWith("...");
  for (const x of rest ? args.slice(k) : [args[k]]) {
    if (kinds.length === 0 || kinds.some((kind) => fits(kind, x)) || (x === undefined && name.endsWith("?"))) continue;
    const argument = name.replace(/^\.{3}|\?$/g, "");
    throw new ModelError(
      where,
      `${argument} is ${x === undefined ? "missing" : shown(x)}`,
      `Give ${kinds.map(words).join(" or ")}`,
    );
  }
}

function fits(kind: Kind, x: unknown): boolean {
  if (typeof kind !== "string") return typeof x === "object" && x !== null && kind.every((field) => field in x);
  if (kind === "null") return x === null;
  if (kind === "list") return typeof x === "object" && x !== null && "length" in x;
  if (kind === "iterable") return typeof x === "object" && x !== null && Symbol.iterator in x;
  return typeof x === kind;
}

const WORDS = new Map([["string", "a text"], ["boolean", "true or false"], ["iterable", "a list"], ["null", "null"]]); // prettier-ignore

const words = (kind: Kind): string =>
  typeof kind === "string"
    ? (WORDS.get(kind) ?? `a ${kind}`)
    : `an object${kind.length === 0 ? "" : ` with ${kind.join(", ")}`}`;
