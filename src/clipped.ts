/** At most 200 characters of what a user gave, for messages. */
export const clipped = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text);

/** What was thrown, as a text. Code of a user may throw anything, and an object without a prototype has no text of its own. */
export function saidBy(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === "object" && thrown !== null ? "an object that is no Error" : String(thrown);
}
