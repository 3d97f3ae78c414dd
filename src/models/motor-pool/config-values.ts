import { DataError, didYouMean } from "../../errors.ts";
import type { Range } from "./ranges.ts";

/** Values of a configuration, checked. */

export type Tree = { readonly [key: string]: unknown };

export const cut = (text: string): string => (text.length > 100 ? `${text.slice(0, 97)}...` : text);

/** What was given, in at most 100 characters. */
export function shown(value: unknown): string {
  try {
    return cut(JSON.stringify(value) ?? String(value));
  } catch {
    return "an object that holds itself or is nested too deep";
  }
}

/** A constant is a range without extent, whose curvature nothing reads. */
export function asRange(where: string, value: unknown): Range {
  if (typeof value === "number" && Number.isFinite(value)) return [value, value, 0];
  if (Array.isArray(value) && (value.length === 3 || value.length === 4)) {
    const [first, last, curvature, negative = false] = value as unknown[];
    if (finite(first) && finite(last) && finite(curvature) && typeof negative === "boolean")
      return [first, last, curvature, negative];
  }
  throw new DataError(
    where,
    `is ${shown(value)}`,
    "Give a number, [first, last, curvature] or [first, last, curvature, negative]",
  );
}

export function known(where: string, key: string, names: readonly string[]): void {
  if (!names.includes(key)) throw new DataError(where, `has an unknown key "${cut(key)}"`, didYouMean(cut(key), names));
}

export function asTree(where: string, value: unknown): Tree {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Tree;
  throw new DataError(where, `is ${shown(value)}`, "Give a mapping of names to values");
}

export const finite = (x: unknown): x is number => typeof x === "number" && Number.isFinite(x);
