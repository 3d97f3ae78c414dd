/** What a table holds under a word that a user gave; what every object inherits ("constructor", "__proto__") is not in it. */
export const own = <T>(table: Readonly<Record<string, T>>, word: string): T | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;
