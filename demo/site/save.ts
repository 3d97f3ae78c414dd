/** Gives text or a blob to the reader as a file. */
export function save(name: string, content: string | Blob, type = "text/plain"): void {
  const blob = typeof content === "string" ? new Blob([content], { type: `${type};charset=utf-8` }) : content;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Rows with a header as CSV; null and NaN are empty. */
export const csv = (header: readonly string[], rows: Iterable<readonly (number | string | null | undefined)[]>): string =>
  [header.map(quoted), ...Array.from(rows, (row) => row.map((x) => (x === null || x === undefined || Number.isNaN(x) ? "" : quoted(String(x)))))]
    .map((row) => row.join(","))
    .join("\n") + "\n"; // prettier-ignore

const quoted = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
