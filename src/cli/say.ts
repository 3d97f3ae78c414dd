/** A line on stdout. */
export const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** A word of a shell. */
export const quoted = (word: string): string =>
  /^[\w./=,:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
