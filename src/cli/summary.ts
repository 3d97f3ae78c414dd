import { DataError } from "../errors.ts";
import { decode, writeText, type Files } from "../storage/files.ts";
import type { Values } from "../studies/values.ts";

/** What a finished run measured, for programs: summary.json beside summary.txt. */
export interface Summary {
  readonly study: string;
  readonly seed: number;
  readonly engine: string;
  /** "" without one */
  readonly adapter: string;
  /** Version of hillock. */
  readonly hillock: string;
  /** NaN is null in the file. */
  readonly values: Values;
}

export const SUMMARY_FILE = "summary.json";
const FORMAT = { format: "hillock summary", version: 1 } as const;

export async function writeSummary(files: Files, summary: Summary): Promise<void> {
  await writeText(files, SUMMARY_FILE, `${JSON.stringify({ ...FORMAT, ...summary }, undefined, 1)}\n`);
}

/** @throws DataError when it is damaged or of another version */
export async function readSummary(files: Files): Promise<Summary> {
  const where = `${files.where}/${SUMMARY_FILE}`;
  const found = parsed(decode(await files.read(SUMMARY_FILE)));
  const values: unknown = found?.values;
  if (
    found?.format !== FORMAT.format ||
    found.version !== FORMAT.version ||
    typeof values !== "object" ||
    values === null
  )
    throw new DataError(where, "is no summary of version 1", "Remove it and run that point again");
  const numbers = Object.entries(values as Record<string, number | null>).map(([name, x]) => [name, x ?? NaN] as const);
  return { ...(found as unknown as Summary), values: Object.fromEntries(numbers) };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
