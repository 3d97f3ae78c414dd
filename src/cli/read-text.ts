import { readFileSync, statSync } from "node:fs";
import { clipped } from "../clipped.ts";
import { DataError } from "../errors.ts";
import { textOf } from "../shapes.ts";

/** Bytes of the longest text that is read: above it a string of JavaScript ends. */
const LONGEST = 2 ** 28;

/** Text of a file that a user names, in UTF-8.
 * @throws DataError with its name and what it is */
export function readText(path: string, longest = LONGEST): string {
  const size = checkRegular(path);
  if (size > longest) throw new DataError(clipped(path), `has ${size} bytes`, `Give a file of at most ${longest}`);
  return textOf(
    clipped(path),
    readable(path, () => readFileSync(path, "utf8")),
  );
}

/** A user's file is a regular one: a pipe without a writer, or a device, never ends.
 * @returns its bytes */
export function checkRegular(path: string): number {
  const found = readable(path, () => statSync(path));
  const refuse = (what: string, remedy: string): never => {
    throw new DataError(clipped(path), what, remedy);
  };
  if (found.isDirectory()) refuse("is a folder", "Give a file");
  if (!found.isFile()) refuse("is no regular file, but a pipe or a device", "Write it to a file and give that");
  return found.size;
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new DataError(clipped(path), `cannot be read (${clipped((error as Error).message)})`, "Check the path");
  }
}
