import fc from "fast-check";

type Json = Record<string, unknown>;

/** What code that ran would leave behind. */
export const MARK = "FUZZ_RAN";
export const CODE = [`globalThis.${MARK}=1`, `m\n;globalThis.${MARK}=1\n//`, `*/globalThis.${MARK}=1;/*`, `\${globalThis.${MARK}=1}`, `"];globalThis.${MARK}=1;//`]; // prettier-ignore
const WORDS = ["__proto__", "constructor", "toString", "V", "t", "dt", "NaN", "exp", "soma", "M", "P", "", " ", "é", "mV", "cells", "all"]; // prettier-ignore

/** Tokens of the model language, and some that are none. */
const TOKEN = fc.constantFrom("V", "g", "E", "celsius", "(", ")", "(", ")", "+", "-", "*", "/", "^", "**", ",", "exp", "log", "expm1", "1", "0", "1e309", ".5", "1.", "x", "min", "<", "?", ":", "=", ";", "[", "`", "__proto__", "constructor", " ", "\n", "\\", "é"); // prettier-ignore
export const tokens = fc.array(TOKEN, { maxLength: 14 }).map((all) => all.join(""));

const value = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -0, -1, 0.5, 1, 2, 7, 1e-300, 1e-9, 1e9, 1e300, -1e6, 2 ** 31, 2 ** 32, [], {}, [null], { kind: "x" }), // prettier-ignore
  fc.constantFrom(...CODE, ...WORDS),
  fc.double(),
  fc.string({ maxLength: 400 }),
  tokens,
);

export interface Damage {
  readonly at: number;
  readonly how: "value" | "delete" | "rename" | "copy" | "wrap";
  readonly value: unknown;
  readonly from: number;
}
export const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom("value", "value", "value", "delete", "rename", "copy", "wrap"),
  value,
  from: fc.nat(),
});

/** Every place of a description: what holds it and the key. */
function places(x: unknown, found: [Json, string][] = []): [Json, string][] {
  if (typeof x !== "object" || x === null) return found;
  for (const key of Object.keys(x)) {
    found.push([x as Json, key]);
    places((x as Json)[key], found);
  }
  return found;
}

function put(of: Json, key: string, x: unknown): void {
  Object.defineProperty(of, key, { value: x, enumerable: true, configurable: true, writable: true });
}

/** Damages a description in place. */
export function damaged<T extends object>(d: T, all: readonly Damage[]): T {
  for (const { at, how, value: x, from } of all) {
    const there = places(d);
    if (there.length === 0) return d; // nothing is left
    const [of, key] = there[at % there.length] as [Json, string];
    const [other, otherKey] = there[from % there.length] as [Json, string];
    if (how === "value") put(of, key, x);
    if (how === "delete") delete of[key];
    if (how === "copy") put(of, key, structuredClone(other[otherKey]));
    if (how === "wrap") put(of, key, [of[key]]);
    if (how === "rename" && !Array.isArray(of)) {
      const inside = of[key];
      delete of[key];
      put(of, typeof x === "string" ? x : String(x), inside);
    }
  }
  return d;
}
