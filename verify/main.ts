// What `hillock verify` runs: compares every reference case under a folder with what hillock computes.
import { parseArgs } from "node:util";
import { READER_LEFT, watchReaders } from "../src/cli/interrupt.ts";
import { HillockError } from "../src/errors.ts";
import { verifyCommand } from "./command.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: "string", default: "auto" },
    adapter: { type: "string" },
    json: { type: "boolean", default: false },
    lines: { type: "boolean", default: false },
  },
});

const readers = watchReaders([process.stdout, process.stderr]);
/** Typed errors are the user's to mend: a message without a stack. Anything else is a bug and shows where it is. */
try {
  const { adapter, ...rest } = values;
  process.exitCode = await verifyCommand(positionals[0] ?? "", {
    ...rest,
    ...(adapter === undefined ? {} : { adapter }),
  });
} catch (error) {
  const text =
    error instanceof HillockError ? `${error.name}: ${error.message}` : ((error as Error)?.stack ?? String(error));
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
if (readers.left) process.exitCode = READER_LEFT;
