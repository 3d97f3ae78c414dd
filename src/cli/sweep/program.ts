/** This program, as a command line. */
export const PROGRAM: readonly string[] = [process.execPath, ...process.execArgv, process.argv[1] ?? ""];
