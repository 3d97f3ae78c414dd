import { z } from "zod";
import type { CaseFiles } from "./case.ts";
/** How the sidecars describe an array inside their data file; little-endian, row-major. */
export declare const descriptor: z.ZodObject<{
    dtype: z.ZodEnum<{
        f32: "f32";
        f64: "f64";
        i32: "i32";
        u8: "u8";
    }>;
    shape: z.ZodArray<z.ZodNumber>;
    byteOffset: z.ZodNumber;
}, z.core.$strip>;
export type Descriptor = z.infer<typeof descriptor>;
/** A data file, unpacked, that gives its arrays by descriptor. */
export interface ArrayFile {
    /** Values as float64, whatever they are stored as. */
    floats(of: Descriptor): Float64Array;
    ints(of: Descriptor): Int32Array;
    bytes(of: Descriptor): Uint8Array;
}
/** Parses a sidecar; a DataError names the first thing that is missing or of the wrong type. */
export declare function sidecar<T>(files: CaseFiles, name: string, schema: z.ZodType<T>): T;
export declare function arrayFile(files: CaseFiles, name: string): Promise<ArrayFile>;
/** Rows of a CSV file as records by column name; no quoting, as in the reference tables. */
export declare function csvRows(files: CaseFiles, name: string): Record<string, string>[];
