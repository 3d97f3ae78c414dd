/** At most 200 characters of what a user gave, for messages. */
export const clipped = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text);
