import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DataError } from "../src/errors.ts";
import { textOf } from "../src/shapes.ts";
import type { CaseFiles } from "./case.ts";
import type { FoundCase, Listing } from "./discover.ts";

/** Files and folders of a folder under `root`; hidden ones and node_modules are left out. */
export function listing(root: string): (folder: string) => Listing {
  return (folder) => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    const visible = entries.filter(({ name }) => !name.startsWith(".") && name !== "node_modules");
    return {
      files: visible.filter((entry) => entry.isFile()).map(({ name }) => name),
      folders: visible.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    };
  };
}

/** A case's files. Names that the case does not have are looked up beside it, then in the further folders (absolute). */
export function caseFiles(root: string, found: FoundCase, further: readonly string[]): CaseFiles {
  const own = join(root, found.folder);
  const places = [own, join(own, ".."), ...further];
  const read = (name: string): Buffer => {
    const path = places.map((place) => join(place, name)).find((candidate) => existsSync(candidate));
    if (path === undefined) {
      throw new DataError(
        name,
        `is not in ${own}, beside it, or in the project's test/reference`,
        `The case has ${found.files.join(", ")}`,
      );
    }
    return readFileSync(path);
  };
  return {
    list: () => [...found.files],
    bytes: (name) => Uint8Array.from(read(name)), // not a Buffer, whose slice() does not copy
    text: (name) => {
      const bytes = read(name);
      const packed = bytes[0] === 0x1f && bytes[1] === 0x8b; // gzip, whatever the name says
      return textOf(name, (packed ? unpacked(name, bytes) : bytes).toString("utf8"));
    },
  };
}

/** @throws DataError for a damaged gzip file */
function unpacked(name: string, bytes: Uint8Array): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    throw new DataError(name, `does not unpack (${(error as Error).message})`, "Restore the file from where the case came from"); // prettier-ignore
  }
}

/** No reference file unpacks to more than this; a gzip bomb does. */
const MOST_BYTES = 2 ** 29;
