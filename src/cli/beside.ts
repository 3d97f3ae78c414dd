import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DataError } from "../errors.ts";

/** Runs a program that stands beside `src` in a clone, from its sources, and beside `dist` in the bundle, compiled; an installed
 * package has none of them. @param path  from the root, without ending  @returns the exit code
 * @throws DataError where it is not there */
export function runBeside(command: string, path: string, words: readonly string[]): number {
  const file = (ending: string): string => fileURLToPath(new URL(`../../${path}.${ending}`, import.meta.url));
  const [compiled, source] = [file("js"), file("ts")];
  if (!existsSync(compiled) && !existsSync(source)) {
    throw new DataError(
      `hillock ${command}`,
      "is a command of the project's repository and of the bundle: this package does not hold it",
      `Clone the repository, run \`npm start\` once, and use \`node dist/cli/main.js ${command}\` there`,
    );
  }
  const program = existsSync(compiled) ? [compiled] : ["--import", import.meta.resolve("tsx"), source];
  const { status, signal } = spawnSync(process.execPath, [...program, ...words], { stdio: "inherit" });
  return status ?? (signal === null ? 1 : 130);
}
