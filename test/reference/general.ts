import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { CaseFiles } from "../../verify/case.ts";

const root = new URL("./general/", import.meta.url);

/** The folders of the general cases. */
export const generalCases = (): string[] => readdirSync(root).filter((name) => /^g\d\d_/.test(name));

/** The files of one. */
export function generalFiles(folder: string): CaseFiles {
  const read = (name: string): Buffer => readFileSync(new URL(`${folder}/${name}`, root));
  return {
    list: () => readdirSync(new URL(`${folder}/`, root)),
    bytes: (name) => Uint8Array.from(read(name)),
    text: (name) => (name.endsWith(".gz") ? gunzipSync(read(name)) : read(name)).toString("utf8"),
  };
}
