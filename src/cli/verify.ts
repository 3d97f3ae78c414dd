import { runBeside } from "./beside.ts";

/** `hillock verify`: hands over to `verify/`. @returns the exit code
 * @throws DataError in an installed package, which has neither the comparison nor the cases */
export function verifyCommand(
  dir: string,
  { engine, adapter, threads, json = false }: { engine: string; adapter?: string; threads?: string; json?: boolean },
): number {
  if (threads !== undefined) process.env["HILLOCK_THREADS"] = threads; // the child's too
  const which = adapter === undefined ? [] : ["--adapter", adapter];
  return runBeside("verify", "verify/main", [dir, "--engine", engine, ...which, ...(json ? ["--json"] : [])]);
}
