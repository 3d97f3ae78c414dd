import { ModelError } from "../errors.ts";

/** The same data, frozen all through, with lists and objects of its own: what the caller holds stays changeable. Typed arrays, which
 * cannot be frozen, are taken as they are; whoever runs the data copies those that it changes.
 * @throws ModelError for a function, a Map or a Set: no plain data */
export function frozen<T>(data: T): T {
  const made = new Map<object, unknown>();
  const copy = (value: unknown): unknown => {
    if (typeof value === "function" || value instanceof Map || value instanceof Set) {
      throw new ModelError(
        "compiled network",
        `holds a ${typeof value}`,
        "This is a fault of hillock; please report it",
      );
    }
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
    const known = made.get(value);
    if (known !== undefined) return known;
    const own: unknown = Array.isArray(value)
      ? value.map(copy)
      : Object.fromEntries(Object.entries(value).map(([key, x]) => [key, copy(x)]));
    made.set(value, own);
    return Object.freeze(own);
  };
  return copy(data) as T;
}
