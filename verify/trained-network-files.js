import { z } from "zod";
import { DataError } from "../src/errors.js";
/** How the sidecars describe an array inside their data file; little-endian, row-major. */
export const descriptor = z.object({
    dtype: z.enum(["f64", "f32", "i32", "u8"]),
    shape: z.array(z.number().int().nonnegative()),
    byteOffset: z.number().int().nonnegative(),
});
/** Parses a sidecar; a DataError names the first thing that is missing or of the wrong type. */
export function sidecar(files, name, schema) {
    let json;
    try {
        json = JSON.parse(files.text(name));
    }
    catch (error) {
        throw new DataError(name, `is not JSON (${String(error)})`, "Copy the file again");
    }
    const parsed = schema.safeParse(json);
    if (parsed.success)
        return parsed.data;
    const issue = parsed.error.issues[0];
    throw new DataError(name, `${issue?.path.join(".")}: ${issue?.message}`, "Compare with the reference folder's README");
}
export async function arrayFile(files, name) {
    const stored = files.bytes(name);
    const data = stored[0] === 0x1f && stored[1] === 0x8b ? await gunzip(stored) : stored; // gzip, whatever the name says
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const read = (of, dtype) => {
        const length = of.shape.reduce((a, b) => a * b, 1);
        const size = { f64: 8, f32: 4, i32: 4, u8: 1 }[of.dtype];
        if (of.byteOffset + length * size > data.byteLength) {
            throw new DataError(name, `ends before its ${dtype} array at ${of.byteOffset}`, "Copy the file again");
        }
        const out = new Float64Array(length);
        for (let i = 0, at = of.byteOffset; i < length; i++, at += size) {
            if (of.dtype === "f64")
                out[i] = view.getFloat64(at, true);
            else if (of.dtype === "f32")
                out[i] = view.getFloat32(at, true);
            else if (of.dtype === "i32")
                out[i] = view.getInt32(at, true);
            else
                out[i] = view.getUint8(at);
        }
        return out;
    };
    return {
        floats: (of) => Float64Array.from(read(of, "float")),
        ints: (of) => Int32Array.from(read(of, "integer")),
        bytes: (of) => Uint8Array.from(read(of, "byte")),
    };
}
async function gunzip(packed) {
    const copy = new Uint8Array(packed); // a Blob wants bytes over an ArrayBuffer of their own
    const stream = new Blob([copy]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}
/** Rows of a CSV file as records by column name; no quoting, as in the reference tables. */
export function csvRows(files, name) {
    const [header = "", ...lines] = files.text(name).trim().split(/\r?\n/);
    const names = header.split(",");
    return lines.map((line, i) => {
        const cells = line.split(",");
        if (cells.length !== names.length) {
            throw new DataError(`${name}, line ${i + 2}`, `has ${cells.length} cells of ${names.length}`, "Correct the line");
        }
        return Object.fromEntries(names.map((column, c) => [column, cells[c]]));
    });
}
//# sourceMappingURL=trained-network-files.js.map