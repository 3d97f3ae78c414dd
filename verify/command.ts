import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError, HillockError } from "../src/errors.ts";
import type { VerifyEngine, VerifyRow } from "./case.ts";
import { CASE_FOLDER, discover, type FoundCase } from "./discover.ts";
import { kindOf } from "./kinds.ts";
import type { VerifyContext } from "./rows.ts";
import { caseFiles, listing } from "./case-folder.ts";
import { chooseEngine } from "../src/cli/engine.ts";

/** Where files that cases share are looked up last. */
const REFERENCE = fileURLToPath(new URL("../test/reference", import.meta.url));

/** `hillock verify`. @returns the exit code: 1 on a FAIL, an unreadable case, or when nothing was run */
export async function verifyCommand(
  dir: string,
  options: {
    readonly engine: string;
    readonly adapter?: string;
    readonly json?: boolean;
    /** A line of JSON for each row as soon as it is there, for who may not wait for all. */
    readonly lines?: boolean;
  },
): Promise<number> {
  const quiet = options.json === true || options.lines === true;
  if (!existsSync(dir) || !statSync(dir).isDirectory())
    throw new DataError(dir, "is not a folder", "Give the folder of the cases, for example test/reference/motor-pool");
  const { root, found } = casesOf(dir);
  if (found.length === 0)
    throw new DataError(dir, "holds no case", "Cases are named r1… to r9…, rt…, c…, f1… to f5… or gNN_…");
  const chosen = await chooseEngine(options.engine, options.adapter);
  const context: VerifyContext = { engine: chosen.kind as VerifyEngine, device: chosen.opened?.device };
  const further = existsSync(REFERENCE)
    ? [REFERENCE, ...listing(REFERENCE)("").folders.map((name) => join(REFERENCE, name))]
    : [];
  if (!quiet) process.stdout.write(`${found.length} cases on ${chosen.said}\n${line(HEAD)}\n`);
  const rows: VerifyRow[] = [];
  try {
    for (const one of found) {
      const own = await runCase(root, one, further, context);
      rows.push(...own);
      if (options.lines) for (const row of own) process.stdout.write(`${JSON.stringify(row)}\n`);
      if (!quiet)
        for (const row of own)
          process.stdout.write(`${line(cellsOf(row))}${row.note === undefined ? "" : `  ${row.note}`}\n`);
    }
  } finally {
    chosen.opened?.device.destroy();
  }
  const count = (pass: VerifyRow["pass"]): number => rows.filter((row) => row.pass === pass).length;
  if (options.json)
    process.stdout.write(`${JSON.stringify({ engine: chosen.kind, adapter: chosen.said, rows }, null, 2)}\n`);
  else if (!quiet) process.stdout.write(`${count(true)} pass, ${count(false)} FAIL, ${count("not yet")} not yet\n`);
  return count(false) > 0 || count(true) === 0 ? 1 : 0;
}

/** The cases under a folder, or the one that a folder c… or gNN_… is itself. */
function casesOf(dir: string): { root: string; found: FoundCase[] } {
  const path = resolve(dir);
  const itself = CASE_FOLDER.test(basename(path))
    ? discover(listing(dirname(path))).filter((c) => c.folder === basename(path))
    : [];
  if (itself.length > 0 && discover(listing(dir)).length === 0) return { root: dirname(path), found: itself };
  return { root: dir, found: discover(listing(dir)) };
}

async function runCase(
  root: string,
  found: FoundCase,
  further: readonly string[],
  context: VerifyContext,
): Promise<VerifyRow[]> {
  const name = found.folder === "" ? found.stem : `${found.folder}/${found.stem}`;
  try {
    const files = caseFiles(root, found, further);
    const rows = await kindOf(found.kind).verify(files, found.stem, context);
    if (rows.length === 0) throw new DataError(name, "compares nothing", "Restore the case's files");
    return rows.map((row) => ({ ...row, case: name }));
  } catch (error) {
    // an unreadable case is a failure of its own and does not stop the others
    const text = error instanceof HillockError ? error.message : ((error as Error).stack ?? String(error));
    return [
      {
        case: name,
        quantity: "readable",
        measured: "no",
        allowed: "yes",
        values: 0,
        needed: 1,
        pass: false,
        note: text,
      },
    ];
  }
}

const HEAD = ["case", "quantity", "values", "measured", "allowed", ""] as const;
const WIDTHS = [24, 44, 9, 12, 12, 8] as const;
const line = (cells: readonly string[]): string =>
  cells
    .map((cell, k) => cell.padEnd(WIDTHS[k] ?? 0))
    .join("  ")
    .trimEnd();

const cellsOf = ({ case: name, quantity, values, measured, allowed, pass }: VerifyRow): string[] => [
  name, quantity, String(values), figure(measured), figure(allowed), pass === true ? "pass" : pass === false ? "FAIL" : "not yet",
]; // prettier-ignore

const figure = (x: number | string): string =>
  typeof x === "string" ? x : Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(4)));
