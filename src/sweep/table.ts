/** A table of points: a row each, columns in the order in which they first come. */
interface Table {
  readonly columns: readonly Column[];
  readonly rows: number;
}

interface Column {
  readonly name: string;
  readonly kind: "number" | "whole" | "text";
  /** undefined or NaN where a point has no such value. */
  readonly values: readonly (number | string | undefined)[];
}

type Row = Readonly<Record<string, number | string | undefined>>;

/** A column of numbers stays one where some are missing; whole numbers that float64 holds are whole. */
export function tableOf(rows: readonly Row[]): Table {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name): Column => {
    const values = rows.map((row) => row[name]);
    const there = values.filter((x) => x !== undefined && !Number.isNaN(x));
    const kind = there.some((x) => typeof x === "string") ? "text" : there.every(Number.isSafeInteger) && there.length > 0 ? "whole" : "number"; // prettier-ignore
    return { name, kind, values: kind === "text" ? values.map((x) => (x === undefined ? x : String(x))) : values };
  });
  return { columns, rows: rows.length };
}

const missing = (x: number | string | undefined): x is undefined => x === undefined || Number.isNaN(x);

/** RFC 4180; numbers with every digit, what is missing empty. */
export function csvOf({ columns, rows }: Table): string {
  const cell = (x: number | string | undefined): string => {
    const text = missing(x) ? "" : String(x);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = Array.from({ length: rows }, (_, k) => columns.map(({ values }) => cell(values[k])).join(","));
  return `${[columns.map(({ name }) => cell(name)).join(","), ...lines].join("\n")}\n`;
}

/** Apache Parquet: 64-bit floats and integers, UTF-8 text; what is missing is null. */
export async function parquetOf({ columns }: Table): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const types = { number: "DOUBLE", whole: "INT64", text: "STRING" } as const;
  const columnData = columns.map(({ name, kind, values }) => ({
    name,
    type: types[kind],
    nullable: true,
    data: values.map((x) => (missing(x) ? null : kind === "whole" ? BigInt(x) : x)),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
