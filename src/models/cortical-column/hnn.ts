import { DataError } from "../../errors.ts";
import { textOf } from "../../shapes.ts";
import { hnnJson } from "./hnn-json.ts";
import { hnnParam, linesOfParam, type ParamEntry } from "./hnn-param.ts";
import type { HnnFile } from "./hnn-file.ts";

/** Longest file, characters: a network's JSON with all its pairs is some 10 MB. */
const LONGEST = 100_000_000;

/** A column from a file of HNN: the network JSON of hnn-core, or legacy parameters, as `.param` or as a flat JSON of the same keys.
 * @param name  of the file, for errors
 * @throws DataError with the line or the path of what does not parse */
export function readHnn(text: string, name: string): HnnFile {
  const content = textOf(name, text);
  if (content.length > LONGEST)
    throw new DataError(name, `has ${content.length} characters`, `Give at most ${LONGEST}`);
  if (!/^\s*\{/.test(content)) return hnnParam(linesOfParam(content, name), name, true);
  const value = parsed(content, name);
  const flat = flatParams(value, name);
  return flat === undefined ? hnnJson(value, name) : hnnParam(flat, name, false);
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DataError(name, `is no JSON (${(error as Error).message.slice(0, 120)})`, "Give the file that hnn-core wrote"); // prettier-ignore
  }
}

/** Parameters by key, where the whole JSON is one level of numbers and texts, as hnn-core's `Params` are written. */
function flatParams(value: unknown, name: string): ParamEntry[] | undefined {
  const all = Object.entries(value as object);
  const isFlat = all.every(([, x]) => ["number", "string", "boolean"].includes(typeof x));
  if (!isFlat || all.length === 0 || Object.hasOwn(value as object, "object_type")) return undefined;
  return all.map(([key, x]) => ({ key, text: String(x), where: `${name}, ${key.slice(0, 60)}` }));
}
