import type { z } from "zod";
import { DataError } from "../src/errors.ts";
import type { CaseFiles } from "./case.ts";

/** A case's JSON file; a DataError where it is none. */
export function parseJson(files: CaseFiles, name: string): unknown {
  const text = files.text(name);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DataError(name, `does not parse (${(error as Error).message})`, "Repair the file");
  }
}

/** What a schema makes of a value; a DataError names the first thing that is missing or wrong. */
export function parseAs<S extends z.ZodType>(where: string, value: unknown, schema: S): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DataError(where, `${issue?.path.join(".")}: ${issue?.message}`, "Compare with the reference folder's README");
} // prettier-ignore

export const readJson = <S extends z.ZodType>(files: CaseFiles, name: string, schema: S): z.infer<S> =>
  parseAs(name, parseJson(files, name), schema);
