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

/** What was thrown, as a text. Code of a user may throw anything, and an object without a prototype has no text of its own. */
export const saidBy = (thrown: unknown): string =>
  tried(() => {
    if (thrown instanceof Error) return `${thrown.message}`;
    return typeof thrown === "object" && thrown !== null ? "an object that is no Error" : String(thrown);
  }, "what cannot be read");

/** The same with the name of its kind and the calls that led to it, where it has them. */
export const stackOf = (thrown: unknown): string =>
  tried(() => (thrown instanceof Error ? `${thrown.stack ?? thrown.message}` : saidBy(thrown)), "what cannot be read");
