import { clipped, isOf, saidBy, tried } from "./clipped.ts";
import { HillockError, ModelError } from "./errors.ts";
import { shown } from "./shapes.ts";

/** What an argument may be, from the declared type: a primitive's name, "function", "list" (whatever has a length), "iterable", or an
 * object's fields that may not be left out. */
export type Kind = string | readonly string[];

/** An argument's name, with "?" behind it where it may be left out and "..." before it where it is all that follow; then its kinds, none
 * where it may be anything. */
export type Parameter = readonly [name: string, ...kinds: Kind[]];

type Call = (...args: never[]) => unknown;
const explained = new WeakMap<object, unknown>();

/** A public function that says in hillock's own errors which argument was no such thing, where it would end with a TypeError or a RangeError
 * from inside, which stays as the error's `cause`. The build puts it around every function of every entry point (scripts/explain.mjs), so that
 * calls within hillock do without. A function has one such form, wherever it is imported from. */
export function explain<F extends Call>(name: string, f: F, parameters: readonly Parameter[]): F {
  const known = explained.get(f);
  if (known !== undefined) return known as F;
  const form = function (this: unknown, ...args: never[]): unknown {
    const better = (error: unknown): unknown => told(error, name, parameters, args);
    try {
      const result = f.apply(this, args);
      if (isGenerator(result)) return generated(result, better);
      return result instanceof Promise ? result.catch((error: unknown) => Promise.reject(better(error))) : result;
    } catch (error) {
      throw better(error);
    }
  };
  Object.defineProperty(form, "name", { value: name });
  Object.assign(form, f); // a kind of neuron has its mechanism
  for (const one of [f, form]) explained.set(one, form);
  return form as Call as F;
}

/** Parameters by the names of methods or members. */
type Members = Readonly<Record<string, readonly Parameter[]>>;
type Table = Record<string, Call>;
type Class = new (...args: never[]) => object;

/** A public class, whose methods are put in place of its own, and whose constructor explains too. */
export function explainClass<C extends Class>(name: string, of: C, made: readonly Parameter[], methods: Members, statics: Members): C {
  const known = explained.get(of);
  if (known !== undefined) return known as C;
  const put = (where: object, members: Members): void => {
    for (const [key, parameters] of Object.entries(members)) {
      const value = explain(`${name}.${key}`, (where as Table)[key] as Call, parameters);
      Object.defineProperty(where, key, { value, writable: true, configurable: true, enumerable: false });
    }
  };
  put(of.prototype as object, methods);
  put(of, statics);
  const form = new Proxy(of, {
    construct: (target, args, newTarget) => {
      try {
        return Reflect.construct(target, args, newTarget) as object;
      } catch (error) {
        throw told(error, `new ${name}`, made, args);
      }
    },
    apply: () => {
      throw new ModelError(name, "is a class", `Write new ${name}(...)`);
    },
  });
  explained.set(of, form);
  return form;
} // prettier-ignore

/** A public object with its functions explained. */
export const explainMembers = <T extends object>(name: string, of: T, members: Members): T => ({
  ...of,
  ...Object.fromEntries(Object.entries(members).map(([key, parameters]) => [key, explain(`${name}.${key}`, (of as Table)[key] as Call, parameters)])),
}); // prettier-ignore

/** What to throw instead of an error: what argument made it, if one did. */
function told(error: unknown, name: string, parameters: readonly Parameter[], args: readonly unknown[]): unknown {
  if (isOf(error, HillockError)) return error;
  try {
    if (isOf(error, TypeError) || isOf(error, RangeError))
      parameters.forEach((parameter, k) => check(name, parameter, k, args));
    if (isOf(error, TypeError)) refuseProxy(name, error, args);
    parameters.forEach((parameter, k) => readable(name, parameter, k, args, error));
  } catch (better) {
    if (!(better instanceof ModelError)) return error;
    better.cause = error;
    return better;
  }
  return error;
}

/** What engines say where a method of a class is called on what is no object of it, but stands for one. */
const FOREIGN = /private (member|field|method|name)|receiver must be/i;

/** A function among the arguments may have thrown it of an object of its own. */
function refuseProxy(where: string, { message }: TypeError, args: readonly unknown[]): void {
  if (FOREIGN.test(message) && !args.some((x) => typeof x === "function")) throw new ModelError(where, "has a Proxy or a copy of an object in the place of the object", "Give what hillock made itself"); // prettier-ignore
}

/** @throws ModelError where reading an argument throws what the call threw: its getter, its Proxy's handler or its own `toString` does */
function readable(where: string, [name]: Parameter, k: number, args: readonly unknown[], error: unknown): void {
  for (const x of name.startsWith("...") ? args.slice(k) : [args[k]]) {
    const thrown = thrownBy(x, DEEPEST, { left: MOST_READ });
    if (thrown === undefined || thrown.said !== saidBy(error)) continue;
    throw new ModelError(where, `${bare(name)} cannot be read (${clipped(thrown.said)})`, "Give plain data");
  }
}

/** How deep an argument is looked through, and how many values of it. */
const [DEEPEST, MOST_READ] = [5, 1000];

/** What the first of a value's fields throws that throws when it is read, or the value where it is made a text. */
function thrownBy(x: unknown, depth: number, reads: { left: number }): { readonly said: string } | undefined {
  if ((typeof x !== "object" && typeof x !== "function") || x === null || depth === 0) return undefined;
  try {
    if (ArrayBuffer.isView(x) || x instanceof ArrayBuffer) return undefined;
    for (const key of Array.isArray(x) ? x.slice(0, reads.left).keys() : Reflect.ownKeys(x)) {
      if (reads.left-- <= 0) return undefined;
      const found = thrownBy((x as Record<PropertyKey, unknown>)[key], depth - 1, reads);
      if (found !== undefined) return found;
    }
    if (!Array.isArray(x)) void String(x);
    return undefined;
  } catch (thrown) {
    return { said: saidBy(thrown) };
  }
}

const isGenerator = (x: unknown): x is AsyncGenerator => Object.prototype.toString.call(x) === "[object AsyncGenerator]"; // prettier-ignore

async function* generated(from: AsyncGenerator, better: (error: unknown) => unknown): AsyncGenerator {
  try {
    return yield* from;
  } catch (error) {
    throw better(error);
  }
}

function check(where: string, [name, ...kinds]: Parameter, k: number, args: readonly unknown[]): void {
  const rest = name.startsWith("...");
  for (const x of rest ? args.slice(k) : [args[k]]) {
    if (
      kinds.length === 0 ||
      kinds.some((kind) => tried(() => fits(kind, x), false)) ||
      (x === undefined && name.endsWith("?"))
    )
      continue;
    throw new ModelError(
      where,
      `${bare(name)} is ${x === undefined ? "missing" : shown(x)}`,
      `Give ${kinds.map(words).join(" or ")}`,
    );
  }
}

const bare = (name: string): string => name.replace(/^\.{3}|\?$/g, "");

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
