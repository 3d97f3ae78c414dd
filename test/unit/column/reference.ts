import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const ROOT = new URL("../../reference/", import.meta.url);

export const referenceText = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");
export const referenceJson = (path: string): unknown => JSON.parse(referenceText(path));

/** Rows of a gzip-compressed CSV under test/reference: one record of texts per row. */
export function referenceRows(path: string): Record<string, string>[] {
  const { names, rows } = split(path);
  return rows.map((cells) => Object.fromEntries(names.map((name, k) => [name, cells[k] ?? ""])));
}

/** The numeric columns of a gzip-compressed CSV under test/reference; NaN where a cell is not a number. */
export function referenceColumns(path: string): Record<string, Float64Array> {
  const { names, rows } = split(path);
  return Object.fromEntries(names.map((name, k) => [name, Float64Array.from(rows, (r) => Number(r[k]))]));
}

function split(path: string): { names: string[]; rows: string[][] } {
  const text = gunzipSync(readFileSync(new URL(path, ROOT))).toString("utf8");
  const [head = "", ...lines] = text.trimEnd().split(/\r?\n/);
  return { names: head.split(","), rows: lines.map((line) => line.split(",")) };
}
