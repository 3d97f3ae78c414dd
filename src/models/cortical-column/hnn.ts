import { DataError } from "../../errors.ts";
import { textOf } from "../../shapes.ts";
import { hnnJson } from "./hnn-json.ts";
import { hnnParam } from "./hnn-param.ts";
import type { HnnFile } from "./hnn-file.ts";

/** Longest file, characters: a network's JSON with all its pairs is some 10 MB. */
const LONGEST = 100_000_000;

/** A column from a file of HNN: the network JSON of hnn-core, or a legacy `.param`.
 * @param name  of the file, for errors
 * @throws DataError with the line or the path of what does not parse */
export function readHnn(text: string, name: string): HnnFile {
  const content = textOf(name, text);
  if (content.length > LONGEST)
    throw new DataError(name, `has ${content.length} characters`, `Give at most ${LONGEST}`);
  return /^\s*\{/.test(content) ? hnnJson(content, name) : hnnParam(content, name);
}
