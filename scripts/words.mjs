// The words of the project's own commands.
import { parseArgs } from "node:util";

/** What a command was told; ends it for --help, and for words that it does not know, before anything is installed or run.
 * @param usage   how it is called and what each word does
 * @param config  as parseArgs takes it */
export function wordsOf(usage, config = {}) {
  const options = { ...config.options, help: { type: "boolean", short: "h", default: false } };
  try {
    const told = parseArgs({ ...config, options });
    if (!told.values.help) return told;
  } catch (error) {
    if (!String(error.code).startsWith("ERR_PARSE_ARGS")) throw error;
    refuse(error.message.split(". ")[0], usage);
  }
  console.log(usage);
  process.exit(0);
}

export function refuse(problem, usage) {
  console.error(`${problem}\n${usage}`);
  process.exit(1);
}
