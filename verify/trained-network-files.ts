import { z } from "zod";
import { DataError } from "../src/errors.ts";
import type { CaseFiles } from "./case.ts";
import { parseJson } from "./read.ts";

/** How the sidecars describe an array inside their data file; little-endian, row-major. */
export const descriptor = z.object({
  dtype: z.enum(["f64", "f32", "i32", "u8"]),
  shape: z.array(z.number().int().nonnegative()),
  byteOffset: z.number().int().nonnegative(),
});
export type Descriptor = z.infer<typeof descriptor>;

/** A data file, unpacked, that gives its arrays by descriptor. */
export interface ArrayFile {
  /** Values as float64, whatever they are stored as. */
  floats(of: Descriptor): Float64Array;
  ints(of: Descriptor): Int32Array;
  bytes(of: Descriptor): Uint8Array;
}

/** Every array that a sidecar describes, wherever it stands. */
function descriptors(json: unknown): Descriptor[] {
  if (typeof json !== "object" || json === null) return [];
  const parsed = descriptor.safeParse(json);
  return parsed.success ? [parsed.data] : Object.values(json).flatMap(descriptors);
}

const SIZES = { f64: 8, f32: 4, i32: 4, u8: 1 } as const;
const sizeOf = ({ dtype, shape }: Descriptor): number => shape.reduce((a, b) => a * b, SIZES[dtype]);
/** Arrays begin at multiples of so many bytes. */
const ALIGNED = 8;

/** A data file holds the arrays that its sidecar describes, and nothing else: a sidecar that lost some is refused. */
function wantCovered(json: string, name: string, all: Descriptor[], bytes: number): void {
  let end = 0;
  for (const one of all.sort((a, b) => a.byteOffset - b.byteOffset)) {
    if (sizeOf(one) === 0) throw new DataError(json, `describes an empty array at byte ${one.byteOffset} of ${name}`, RESTORE);
    if (one.byteOffset >= end + ALIGNED) break;
    end = Math.max(end, one.byteOffset + sizeOf(one));
  }
  if (bytes > end + ALIGNED - 1) throw new DataError(json, `describes ${end} of the ${bytes} bytes of ${name}`, RESTORE);
} // prettier-ignore

const RESTORE = "Restore the file from where the case came from";

/** The data file of a sidecar. */
export async function arrayFile(files: CaseFiles, json: string, name: string): Promise<ArrayFile> {
  const stored = files.bytes(name);
  const data = stored[0] === 0x1f && stored[1] === 0x8b ? await gunzip(name, stored) : stored; // gzip, whatever the name says
  wantCovered(json, name, descriptors(parseJson(files, json)), data.byteLength);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const read = (of: Descriptor, dtype: string): number[] | Float64Array => {
    const length = of.shape.reduce((a, b) => a * b, 1);
    const size = SIZES[of.dtype];
    if (of.byteOffset + length * size > data.byteLength) {
      throw new DataError(name, `ends before its ${dtype} array at ${of.byteOffset}`, "Copy the file again");
    }
    const out = new Float64Array(length);
    for (let i = 0, at = of.byteOffset; i < length; i++, at += size) {
      if (of.dtype === "f64") out[i] = view.getFloat64(at, true);
      else if (of.dtype === "f32") out[i] = view.getFloat32(at, true);
      else if (of.dtype === "i32") out[i] = view.getInt32(at, true);
      else out[i] = view.getUint8(at);
    }
    return out;
  };
  return {
    floats: (of) => Float64Array.from(read(of, "float")),
    ints: (of) => Int32Array.from(read(of, "integer")),
    bytes: (of) => Uint8Array.from(read(of, "byte")),
  };
}

async function gunzip(name: string, packed: Uint8Array): Promise<Uint8Array> {
  const copy = new Uint8Array(packed); // a Blob wants bytes over an ArrayBuffer of their own
  const stream = new Blob([copy]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new DataError(name, `does not unpack (${(error as Error).message})`, RESTORE);
  }
}

/** Rows of a CSV file as records by column name; no quoting, as in the reference tables. */
export function csvRows(files: CaseFiles, name: string): Record<string, string>[] {
  const [header = "", ...lines] = files.text(name).trim().split(/\r?\n/);
  const names = header.split(",");
  return lines.map((line, i) => {
    const cells = line.split(",");
    if (cells.length !== names.length) {
      throw new DataError(`${name}, line ${i + 2}`, `has ${cells.length} cells of ${names.length}`, "Correct the line");
    }
    return Object.fromEntries(names.map((column, c) => [column, cells[c] as string]));
  });
}
