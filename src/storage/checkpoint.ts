import { concatenated } from "../concatenated.ts";
import { DataError } from "../errors.ts";
import type { EngineState } from "../host/engine.ts";
import type { LiveChange } from "../run/control.ts";
import { crc32 } from "./crc32.ts";
import { decode, encode } from "./files.ts";
import { CHECKPOINT, checkForm } from "./forms.ts";
import type { ChunkEntry, Resumed } from "./run-file.ts";

export const CHECKPOINT_FILE = "checkpoint.bin";
const VERSION = 2;

/** What a checkpoint file says beside its arrays. */
export interface CheckpointHeader {
  readonly version: typeof VERSION;
  readonly step: number;
  /** ms */
  readonly dt: number;
  readonly hash: string;
  readonly engine: string;
  readonly adapter: string;
  /** complete and in place before this checkpoint was written. */
  readonly chunks: readonly ChunkEntry[];
  readonly resumed: readonly Resumed[];
  readonly inForce: readonly LiveChange[];
}

const MAGIC = "hillock checkpoint\n";
const TYPES = { Uint32Array, Int32Array, Float32Array, Float64Array } as const;
type TypeName = keyof typeof TYPES;
interface ArrayEntry {
  readonly name: string;
  readonly type: TypeName;
  readonly length: number;
}

/** Magic line, one line of JSON (header, arrays), the arrays one after the other, and the CRC-32 of all before it; numbers
 * are little-endian. */
export function packCheckpoint(header: CheckpointHeader, state: EngineState): Uint8Array {
  const arrays = Object.entries(state).map(([name, array]): ArrayEntry => ({
    name,
    type: array.constructor.name as TypeName,
    length: array.length,
  }));
  const views = Object.values(state).map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
  const head = encode(`${MAGIC}${JSON.stringify({ header, arrays })}\n`);
  const bytes = concatenated(Uint8Array, [head, ...views, new Uint8Array(4)]);
  const end = bytes.length - 4;
  new DataView(bytes.buffer).setUint32(end, crc32(0, bytes.subarray(0, end)), true);
  return bytes;
}

/** @throws DataError when it is no checkpoint, of another version, or damaged in any byte */
export function unpackCheckpoint(where: string, bytes: Uint8Array): { header: CheckpointHeader; state: EngineState } {
  const again = "Restore it from a copy, or compute the run again from its beginning with --force";
  if (decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) throw new DataError(where, "is not a checkpoint", again);
  const end = bytes.length - 4;
  const crc = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(end, true);
  if (crc32(0, bytes.subarray(0, end)) !== crc) {
    const old = oldVersion(bytes);
    if (old === undefined) throw new DataError(where, "is damaged (its checksum does not match)", again);
    const remedy = "Finish the run with the hillock that began it, or compute it again with --force";
    throw new DataError(where, `has version ${old}, and this hillock goes on from version ${VERSION}`, remedy);
  }
  const line = bytes.indexOf(10, MAGIC.length);
  const { header, arrays } = head(where, bytes.subarray(MAGIC.length, line), again);
  const state: Record<string, InstanceType<(typeof TYPES)[TypeName]>> = {};
  let at = line + 1;
  const named = arrays.reduce((sum, { type, length }) => sum + length * TYPES[type].BYTES_PER_ELEMENT, 0);
  if (at + named !== end) throw new DataError(where, `has ${end - at} bytes of states, and names ${named}`, again);
  for (const { name, type, length } of arrays) {
    const Type = TYPES[type];
    const size = length * Type.BYTES_PER_ELEMENT;
    state[name] = new Type(bytes.slice(at, at + size).buffer, 0, length);
    at += size;
  }
  return { header, state };
}

function head(where: string, line: Uint8Array, remedy: string) {
  let found: { readonly header?: { readonly version?: unknown } } | null;
  try {
    found = JSON.parse(decode(line)) as typeof found;
  } catch {
    throw new DataError(where, "has a header that does not parse", remedy);
  }
  const version = found?.header?.version;
  if (version !== undefined && version !== VERSION) {
    const said = JSON.stringify(version).slice(0, 40);
    throw new DataError(where, `has version ${said}, and this hillock goes on from ${VERSION}`, remedy);
  }
  checkForm(where, CHECKPOINT, found, remedy);
  return found as unknown as { header: CheckpointHeader; arrays: readonly ArrayEntry[] };
}

/** Version 1 had the checksum, of its arrays alone, in its JSON line. */
function oldVersion(bytes: Uint8Array): number | undefined {
  try {
    const line = decode(bytes.subarray(MAGIC.length, bytes.indexOf(10, MAGIC.length)));
    const { header, crc } = JSON.parse(line) as { header: { version: unknown }; crc: unknown };
    return header.version === 1 && typeof crc === "number" ? 1 : undefined;
  } catch {
    return undefined;
  }
}
