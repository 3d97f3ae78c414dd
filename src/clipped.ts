/** At most 200 characters of what a user gave, for messages. */
export const clipped = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text);

/** What reading something of a user's gives: a getter, a Proxy or a `toString` may throw. */
export function tried<T>(read: () => T, instead: T): T {
  try {
    return read();
  } catch {
    return instead;
  }
}

type Class = abstract new (...args: never) => unknown;

/** Whether something is of a class: even that a Proxy may refuse to say. */
export const isOf = <C extends Class>(x: unknown, kind: C): x is InstanceType<C> =>
  tried(() => x instanceof kind, false);

/** What was thrown, as a text. Code of a user may throw anything, and an object without a prototype has no text of its own. */
export const saidBy = (thrown: unknown): string =>
  tried(() => {
    if (thrown instanceof Error) return `${thrown.message}`;
    return typeof thrown === "object" && thrown !== null ? "an object that is no Error" : String(thrown);
  }, "what cannot be read");

/** The same with the name of its kind and the calls that led to it, where it has them. */
export const stackOf = (thrown: unknown): string =>
  tried(() => (thrown instanceof Error ? `${thrown.stack ?? thrown.message}` : saidBy(thrown)), "what cannot be read");

/** The system's words for a failure, without the call and the path that Node puts around them or HDF5's stack of calls. */
export function reasonOf(error: unknown): string {
  const text = saidBy(error);
  const hdf5 = /error message = '([^']+)'/.exec(text) ?? /#000: [^\n]*?\(\): ([^\n]+)/.exec(text);
  const plain = (text.split("\n")[0] ?? "").replace(/^[A-Z0-9]+: /, "").replace(/, \w+( '.*)?$/, "");
  return (hdf5?.[1] ?? plain).slice(0, 200) || "no reason is given"; // HDF5 may fail without a word
}
