import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DataError } from "../errors.ts";

/** The comparison with references: in a clone beside `src`, not in the package. */
const COMMAND = fileURLToPath(new URL("../../verify/main.ts", import.meta.url));

/** `hillock verify`: hands over to the clone's `verify/`, which runs from its sources. @returns the exit code
 * @throws DataError in an installed package, which has neither the comparison nor the cases */
export function verifyCommand(
  dir: string,
  { engine, adapter, json = false }: { engine: string; adapter?: string; json?: boolean },
): number {
  if (!existsSync(COMMAND)) {
    throw new DataError(
      "hillock verify",
      "is a command of the project's repository: this package holds neither the comparison nor the reference cases",
      "Clone the repository, run `npm start` once, and use `node dist/cli/main.js verify <dir>` there",
    );
  }
  const options = [
    "--engine",
    engine,
    ...(adapter === undefined ? [] : ["--adapter", adapter]),
    ...(json ? ["--json"] : []),
  ];
  const { status, signal } = spawnSync(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), COMMAND, dir, ...options],
    {
      stdio: "inherit",
    },
  );
  return status ?? (signal === null ? 1 : 130);
}
