import { fileURLToPath } from "node:url";
import { caseFiles, listing } from "../../verify/case-folder.ts";
import type { CaseFiles } from "../../verify/case.ts";
import { discover, type FoundCase } from "../../verify/discover.ts";
import { DataError } from "../../src/errors.ts";

const ROOT = fileURLToPath(new URL(".", import.meta.url));
const FURTHER = ["cortical-column", "motor-pool", "trained-network"].map((name) => `${ROOT}${name}`);

/** Every case of the project, with its files. */
export const allCases = (): { found: FoundCase; name: string; files: CaseFiles }[] =>
  discover(listing(ROOT)).map((found) => ({
    found,
    name: `${found.folder}/${found.stem}`,
    files: caseFiles(ROOT, found, FURTHER),
  }));

/** What may happen to one file of a case. */
export interface Damage {
  readonly file: string;
  readonly what: string;
  readonly files: CaseFiles;
}

const isTable = (name: string): boolean => /\.csv(\.gz)?$/.test(name);

function withText(files: CaseFiles, file: string, change: (text: string) => string): CaseFiles {
  return { ...files, text: (name) => (name === file ? change(files.text(name)) : files.text(name)) };
}

const without = (files: CaseFiles, file: string): CaseFiles => {
  const gone = (name: string): void => {
    if (name === file) throw new DataError(name, "is not there", "Restore it");
  };
  return {
    list: () => files.list().filter((name) => name !== file),
    bytes: (name) => (gone(name), files.bytes(name)),
    text: (name) => (gone(name), files.text(name)),
  };
};

const rows = (change: (lines: string[]) => string[]) => (text: string) => change(text.trimEnd().split("\n")).join("\n");

/** Damages of a table: emptied, halved, without its last column; under `npm run fuzz` halved at the other end, every other row, no text too. */
const LONG = Number(process.env["FUZZ"] ?? 0) > 0;
const TABLE: Readonly<Record<string, (text: string) => string>> = {
  "only its header": rows(([head = ""]) => [head]),
  "its first half": rows((lines) => lines.slice(0, Math.floor(lines.length / 2) + 1)),
  "no last column": rows((lines) => lines.map((line) => line.slice(0, line.lastIndexOf(",")))),
  ...(LONG ? {
    "its second half": rows(([head = "", ...lines]) => [head, ...lines.slice(Math.floor(lines.length / 2))]),
    "every other row": rows(([head = "", ...lines]) => [head, ...lines.filter((_, k) => k % 2 === 0)]),
    "no text": () => "",
  } : {}),
}; // prettier-ignore

/** Every list of a JSON file that holds something, as a path; of a list of records the first record's lists. */
function lists(x: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (Array.isArray(x)) return x.length === 0 ? [] : [path, ...lists(x[0], [...path, "0"])];
  if (typeof x !== "object" || x === null) return [];
  return Object.entries(x).flatMap(([key, value]) => lists(value, [...path, key]));
}

function emptied(text: string, path: readonly string[]): string {
  const json = JSON.parse(text) as unknown;
  if (path.length === 0) return "[]";
  const holder = path.slice(0, -1).reduce<unknown>((of, key) => (of as Record<string, unknown>)[key], json);
  (holder as Record<string, unknown>)[path.at(-1) as string] = [];
  return JSON.stringify(json);
}

/** Everything that may happen to a case's files, one at a time. */
export function damagesOf({ files }: { files: CaseFiles }): Damage[] {
  return files.list().flatMap((file): Damage[] => {
    const gone: Damage = { file, what: "is gone", files: without(files, file) };
    if (isTable(file))
      return [gone, ...Object.entries(TABLE).map(([what, change]) => ({ file, what: `has ${what}`, files: withText(files, file, change) }))];
    if (!file.endsWith(".json")) return [gone];
    const empty = lists(JSON.parse(files.text(file))).map((path) => ({ file, what: `has ${path.join(".")} []`, files: withText(files, file, (text) => emptied(text, path)) }));
    return [gone, ...empty];
  });
} // prettier-ignore
